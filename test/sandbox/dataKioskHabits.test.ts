import { BASE, DATASET, connectKiosk, queryText, type KioskClient } from './dataKioskSupport';
import { CA, DE, JP, US, errorOf, useSandbox, type Json } from './support';
import type { HabitName } from '../../sandbox';

const sandbox = useSandbox();
const on = (...names: HabitName[]) =>
	sandbox().habits.set(Object.fromEntries(names.map((name) => [name, true])));

const unitsOf = (rows: Json[]) => rows.map(({ sales }) => Number(sales?.['unitsOrdered']));

describe('habits of queries', () => {
	it('kioskRewrittenQueries: the stored text is on one line, with commas', async () => {
		const client = await connectKiosk(sandbox());
		on('kioskRewrittenQueries');
		const stored = async (text: string) =>
			String((await client.show(await client.queryId(text))).json['query']);
		const rewritten = `query {${DATASET} {salesAndTrafficByDate(aggregateBy:DAY,startDate:"2026-11-01",endDate:"2026-11-10",marketplaceIds:["${US}","${CA}"]) {startDate sales {unitsOrdered claimsAmount {amount}} traffic {sessions}}}}`;
		const text = queryText({
			marketplaceIds: [US, CA],
			fields:
				'startDate # a comment\n sales { unitsOrdered, claimsAmount { amount } } traffic { sessions }',
		});
		expect(await stored(text)).toBe(rewritten);
		expect(await stored(rewritten)).toBe(rewritten);
		expect(await stored(`query Days ${queryText({ fields: 'day: startDate' }).slice(6)}`)).toMatch(
			/^query Days \{analytics\w+ \{.*\) \{day:startDate\}\}\}$/,
		);
		sandbox().habits.set('kind');
		expect(await stored(text)).toBe(text);
	});

	it('kioskOneOpenQuery: the same query is refused as long as the first is open', async () => {
		const client = await connectKiosk(sandbox());
		on('kioskOneOpenQuery', 'kioskLongQueue');
		const first = await client.queryId(queryText());
		const again = await client.create(queryText().replaceAll('\n', '  '));
		expect([again.status, errorOf(again)]).toEqual([
			429,
			{
				code: 'QuotaExceeded',
				message: 'You exceeded your quota for the requested resource.',
				details: '',
			},
		]);
		expect(sandbox().truth.queryRequests.map(({ refused }) => refused)).toEqual([
			undefined,
			'QuotaExceeded',
		]);
		// Another application of the same seller counts, too; another seller and another text do not.
		const other = await connectKiosk(sandbox(), 'demo', 'other');
		expect((await other.create(queryText())).status).toBe(429);
		const second = await connectKiosk(sandbox(), 'second');
		expect((await second.create(queryText())).status).toBe(202);
		const more = queryText({ endDate: '2026-11-11' });
		expect((await client.create(more)).status).toBe(202);
		sandbox().settings.set({ kioskOpenQueryPer: 'field' });
		expect((await client.create(queryText({ endDate: '2026-11-12' }))).status).toBe(429);
		const asins = queryText({ list: 'salesAndTrafficByAsin', fields: 'sku' });
		expect((await client.create(asins)).status).toBe(202);
		sandbox().settings.set({ kioskOpenQueryPer: 'text' });
		await client.send('DELETE', `${BASE}/queries/${first}`);
		expect((await client.create(queryText())).status).toBe(202);
	});

	it('kioskStrayMarketplaces: a parameter that does not belong there is refused', async () => {
		const client = await connectKiosk(sandbox());
		const queryId = await client.queryId(queryText());
		const { dataDocumentId } = await client.ended(queryId);
		const stray = `?MarketplaceIds=${US}`;
		expect((await client.show(queryId, stray)).status).toBe(200);
		on('kioskStrayMarketplaces');
		for (const reply of [
			await client.show(queryId, stray),
			await client.get(`${BASE}/documents/${String(dataDocumentId)}${stray}`),
		]) {
			expect([reply.status, errorOf(reply)]).toEqual([
				403,
				{ code: 'Unauthorized', message: 'Access to requested resource is denied.', details: '' },
			]);
		}
		expect((await client.show(queryId)).status).toBe(200);
	});

	it('kioskFieldsRefused: createQuery is refused although the role is there', async () => {
		const client = await connectKiosk(sandbox());
		const queryId = await client.queryId(queryText());
		on('kioskFieldsRefused');
		const reply = await client.create(queryText({ fields: 'startDate' }));
		expect([reply.status, errorOf(reply)]).toEqual([
			403,
			{
				code: 'Unauthorized',
				message: 'Unauthorized to access requested fields.',
				details: `Unauthorized to access: [${DATASET}.salesAndTrafficByDate.startDate]`,
			},
		]);
		expect((await client.show(queryId)).status).toBe(200);
	});

	it('kioskFatalOnce: the same query is fine the next time', async () => {
		const client = await connectKiosk(sandbox());
		on('kioskFatalOnce');
		const end = async (text = queryText()) => {
			const query = await client.ended(await client.queryId(text));
			return [query['processingStatus'], 'errorDocumentId' in query];
		};
		expect(await end()).toEqual(['FATAL', true]);
		expect(await end()).toEqual(['DONE', false]);
		expect(await end()).toEqual(['DONE', false]);
		expect(await end(queryText({ endDate: '2026-11-09' }))).toEqual(['FATAL', true]);
	});

	it('kioskFatalWithoutDocument: there is no reason', async () => {
		const client = await connectKiosk(sandbox());
		on('kioskFatalWithoutDocument');
		const failing = queryText({ startDate: '2026-11-30' });
		const query = await client.ended(await client.queryId(failing));
		expect(query['processingStatus']).toBe('FATAL');
		expect(query).not.toHaveProperty('errorDocumentId');
	});

	it('kioskLongQueue: a query waits on the clock', async () => {
		const client = await connectKiosk(sandbox());
		on('kioskLongQueue');
		sandbox().settings.set({ kioskQueueMinutes: 50 });
		const queryId = await client.queryId(queryText());
		sandbox().clock.advance({ minutes: 49 });
		expect(await client.status(queryId)).toBe('IN_QUEUE');
		sandbox().clock.advance({ minutes: 1 });
		expect(await client.ended(queryId)).toMatchObject({
			processingStatus: 'DONE',
			createdTime: '2026-11-20T09:00:00Z',
			processingStartTime: '2026-11-20T09:50:00Z',
		});
	});

	it('kioskNoData: the document is missing although there is data', async () => {
		const client = await connectKiosk(sandbox());
		on('kioskNoData');
		const query = await client.ended(await client.queryId(queryText()));
		expect(query['processingStatus']).toBe('DONE');
		expect(query).not.toHaveProperty('dataDocumentId');
	});

	it('kioskDatasetRemoved: the dataset is not supported', async () => {
		const client = await connectKiosk(sandbox());
		on('kioskDatasetRemoved');
		const reply = await client.create(queryText());
		expect([reply.status, errorOf(reply)]).toEqual([
			400,
			{
				code: 'InvalidInput',
				message: 'The provided query is invalid.',
				details: `Query '${DATASET}' is not supported.`,
			},
		]);
	});

	describe('kioskSharedQuota', () => {
		const limited = useSandbox({ rateLimits: 1 });
		const answers = async (client: KioskClient, count: number) =>
			await Promise.all(
				Array.from({ length: count }, async () => (await client.create(queryText())).status),
			);

		it('one seller uses up the limit of all', async () => {
			const demo = await connectKiosk(limited());
			const second = await connectKiosk(limited(), 'second');
			expect(await answers(demo, 15)).not.toContain(429);
			expect(await answers(second, 1)).toEqual([202]);
			limited().reset();
			limited().habits.set({ kioskSharedQuota: true });
			expect(await answers(await connectKiosk(limited()), 15)).not.toContain(429);
			expect(await answers(await connectKiosk(limited(), 'second'), 1)).toEqual([429]);
			expect(await answers(await connectKiosk(limited(), 'demo', 'other'), 1)).toEqual([202]);
		});
	});
});

describe('habits of results', () => {
	it('unsettledDays, unsettledWeek: as in the report', async () => {
		const THAT_DAY = '2026-11-19';
		for (let index = 0; index < 3; index += 1) {
			sandbox().world.addFeedback({ rating: 5, date: THAT_DAY });
		}
		const shown = async () => {
			const client = await connectKiosk(sandbox());
			const [row] = await client.rows({
				startDate: THAT_DAY,
				endDate: THAT_DAY,
				fields: 'sales { unitsOrdered } traffic { pageViews feedbackReceived }',
			});
			return [
				Number(row?.['sales']?.['unitsOrdered']),
				Number(row?.['traffic']?.['pageViews']),
				Number(row?.['traffic']?.['feedbackReceived']),
			];
		};
		const [units, views, feedback = 0] = await shown();
		expect(feedback).toBeGreaterThanOrEqual(3);
		on('unsettledDays');
		// The day ended at 08:00 UTC, an hour ago.
		expect(await shown()).toEqual([0, 0, 0]);
		sandbox().clock.advance({ hours: 24 });
		expect(await shown()).toEqual([units, 0, 0]);
		sandbox().clock.advance({ hours: 24 });
		const part = await shown();
		expect(part).toEqual([units, views, expect.any(Number)]);
		expect(part[2]).toBeLessThan(feedback);
		sandbox().clock.advance({ hours: 24 });
		expect(await shown()).toEqual([units, views, feedback]);
		on('unsettledWeek');
		expect(await shown()).toEqual(part);
	});

	it('absentDays: some days are missing, the same ones each time', async () => {
		const client = await connectKiosk(sandbox());
		const days = async () => (await client.rows({ startDate: '2026-05-01' })).length;
		const whole = await days();
		on('absentDays');
		const some = await days();
		expect(some).toBeLessThan(whole);
		expect(some).toBeGreaterThan(whole * 0.9);
		expect(await days()).toBe(some);
	});

	it('emptyAsins: nothing by ASIN, but by date', async () => {
		const client = await connectKiosk(sandbox());
		on('emptyAsins');
		expect(await client.rows({ list: 'salesAndTrafficByAsin', fields: 'sku' })).toEqual([]);
		expect(await client.rows()).toHaveLength(10);
	});

	it('kioskFalseZeros: the last days are zeros, without an error', async () => {
		const client = await connectKiosk(sandbox());
		const wish = { startDate: '2026-10-22', endDate: '2026-11-16' };
		const units = async () => unitsOf(await client.rows(wish));
		const whole = await units();
		on('kioskFalseZeros');
		sandbox().settings.set({ kioskFalseZeroDays: 12 });
		// Today is the 20th, so that the zeros begin on the 9th.
		expect(await units()).toEqual([...whole.slice(0, 18), ...whole.slice(18).map(() => 0)]);
		expect(whole.slice(18).some((count) => count > 0)).toBe(true);
		const rows = await client.rows({ ...wish, startDate: '2026-11-09' });
		expect(new Set(rows.map(({ traffic }) => Number(traffic?.['feedbackReceived'])))).toEqual(
			new Set([0]),
		);
	});

	it('kioskShuffledRows: the same lines in another order', async () => {
		const client = await connectKiosk(sandbox());
		const lines = async () => (await client.resultOf({ marketplaceIds: [US, CA] })).split('\n');
		const ordered = await lines();
		on('kioskShuffledRows');
		const shuffled = await lines();
		expect(shuffled).not.toEqual(ordered);
		expect([...shuffled].sort()).toEqual([...ordered].sort());
	});

	it.each([
		['noLines', 202, 'DONE'],
		['fatal', 202, 'FATAL'],
		['badRequest', 400, undefined],
	] as const)(
		'a marketplace in which the seller does not sell: %s',
		async (kioskForeignMarketplace, status, end) => {
			const client = await connectKiosk(sandbox());
			sandbox().settings.set({ kioskForeignMarketplace });
			for (const foreign of [DE, JP, 'NOSUCHPLACE']) {
				const reply = await client.create(queryText({ marketplaceIds: [US, foreign] }));
				expect(reply.status).toBe(status);
				if (end === undefined) continue;
				const query = await client.ended(String(reply.json['queryId']));
				expect(query['processingStatus']).toBe(end);
				if (end === 'DONE') expect(await client.documentOf(query)).not.toContain(foreign);
			}
			expect((await client.create(queryText())).status).toBe(202);
		},
	);

	it.each([
		['zeros', 202, 'DONE'],
		['fatal', 202, 'FATAL'],
		['badRequest', 400, undefined],
	] as const)('a start more than two years ago: %s', async (kioskTooOld, status, end) => {
		const client = await connectKiosk(sandbox());
		sandbox().settings.set({ kioskTooOld });
		const old = { startDate: '2024-11-17', endDate: '2024-11-20' };
		const reply = await client.create(queryText(old));
		expect(reply.status).toBe(status);
		if (end === undefined) return;
		const query = await client.ended(String(reply.json['queryId']));
		expect(query['processingStatus']).toBe(end);
		if (end === 'DONE') {
			const rows = await client.rows({ ...old, fields: 'startDate traffic { sessions }' });
			expect(rows.map(({ traffic }) => Number(traffic?.['sessions']) === 0)).toEqual([
				true,
				true,
				false,
				false,
			]);
		}
	});
});

describe('faults', () => {
	it.each([
		['throttle', 429],
		['error500', 500],
		['error503', 503],
		['expiredToken', 403],
	] as const)('%s strikes one operation', async (kind, status) => {
		const client = await connectKiosk(sandbox());
		const queryId = await client.queryId(queryText());
		const { dataDocumentId } = await client.ended(queryId);
		const calls = {
			createQuery: async () => await client.create(queryText()),
			getQueries: async () => await client.get(`${BASE}/queries`),
			getQuery: async () => await client.show(queryId),
			getDocument: async () => await client.get(`${BASE}/documents/${String(dataDocumentId)}`),
			cancelQuery: async () => await client.send('DELETE', `${BASE}/queries/1`),
		};
		for (const [operation, call] of Object.entries(calls)) {
			const fault = sandbox().faults.add({ kind, operation });
			expect((await call()).status).toBe(status);
			expect(fault.fired).toBe(1);
			// From now on, an expired token stays expired.
			if (kind === 'expiredToken') break;
		}
		const reached = sandbox().truth.queryRequests.length;
		expect(reached).toBe(1);
	});

	it('cutBefore and cutAfter: the query is created only if the answer was lost', async () => {
		const client = await connectKiosk(sandbox());
		for (const [kind, count] of [
			['cutBefore', 0],
			['cutAfter', 1],
		] as const) {
			sandbox().faults.add({ kind, operation: 'createQuery' });
			await expect(client.create(queryText())).rejects.toThrow();
			expect(sandbox().truth.queryRequests).toHaveLength(count);
		}
	});

	it('queryFatal has the reason that it is given, queryNoData has no document', async () => {
		const client = await connectKiosk(sandbox());
		sandbox().faults.add({ kind: 'queryFatal', body: 'No luck.' });
		const fatal = await client.ended(await client.queryId(queryText()));
		expect(JSON.parse(await client.documentOf(fatal))).toMatchObject([
			{ extensions: { GraphQLPublicFatalException: 'No luck.' } },
		]);
		sandbox().faults.add({ kind: 'queryNoData' });
		const empty = await client.ended(await client.queryId(queryText()));
		expect(empty['processingStatus']).toBe('DONE');
		expect(empty).not.toHaveProperty('dataDocumentId');
		expect(await client.rows()).toHaveLength(10);
	});

	it('truncatedLines: the document ends in the middle of a line, the next download does not', async () => {
		const client = await connectKiosk(sandbox());
		const query = await client.ended(await client.queryId(queryText()));
		const whole = await client.documentOf(query);
		sandbox().faults.add({ kind: 'truncatedLines', reportType: DATASET });
		const cut = await client.documentOf(query);
		expect(cut).toBe(whole.slice(0, -20));
		expect(() => JSON.parse(cut.split('\n').at(-1) ?? '') as unknown).toThrow();
		expect(await client.documentOf(query)).toBe(whole);
	});

	it('expiredDocument, cutAfter and documentElsewhere strike the download', async () => {
		const client = await connectKiosk(sandbox());
		const { dataDocumentId } = await client.ended(await client.queryId(queryText()));
		const url = await client.link(String(dataDocumentId));
		sandbox().faults.add({ kind: 'expiredDocument' });
		expect((await fetch(url)).status).toBe(403);
		sandbox().faults.add({ kind: 'cutAfter', operation: 'downloadDocument' });
		await expect(fetch(url)).rejects.toThrow();
		expect((await fetch(url)).status).toBe(200);
		sandbox().faults.add({ kind: 'documentElsewhere', location: 'https://example.com/x' });
		expect(await client.link(String(dataDocumentId))).toBe('https://example.com/x');
	});
});
