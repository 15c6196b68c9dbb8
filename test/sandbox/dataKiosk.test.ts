import { setTimeout as sleep } from 'node:timers/promises';
import { QueryStore } from '../../sandbox/dataKiosk/store';
import { BASE, DATASET, connectKiosk, many, queryText } from './dataKioskSupport';
import { CA, DE, US, connect, errorOf, useSandbox, type Reply } from './support';

const sandbox = useSandbox();

const refusal = (reply: Reply) => {
	const { code, message, details } = errorOf(reply);
	return [reply.status, code, message, details];
};

/** How queries are created, run and read. */
describe('a query', () => {
	it('is accepted with 202, waits, runs and ends DONE with a document', async () => {
		const client = await connectKiosk(sandbox());
		const reply = await client.create(queryText());
		expect([reply.status, reply.json]).toEqual([202, { queryId: expect.stringMatching(/^\d+$/) }]);
		const queryId = String(reply.json['queryId']);
		expect(await client.ended(queryId)).toEqual({
			queryId,
			query: queryText(),
			createdTime: '2026-11-20T09:00:00Z',
			processingStatus: 'DONE',
			processingStartTime: '2026-11-20T09:00:00Z',
			processingEndTime: '2026-11-20T09:00:00Z',
			dataDocumentId: expect.stringMatching(/^amzn1\.tortuga\.4\.na\./) as unknown,
		});
	});

	it('is in the queue for half of its time and then in progress', async () => {
		let millis = 0;
		const queries = new QueryStore('seed', 20, () => millis);
		const query = queries.create({
			sellerKey: 'demo',
			application: 'main',
			text: queryText(),
			field: 'salesAndTrafficByDate',
			createdTime: 0,
			queuedUntil: 0,
			end: { status: 'DONE' },
		});
		const statuses = [0, 9, 10, 19, 20].map((at) => {
			millis = at;
			return queries.statusOf(query, 0);
		});
		expect(statuses).toEqual(['IN_QUEUE', 'IN_QUEUE', 'IN_PROGRESS', 'IN_PROGRESS', 'DONE']);

		const client = await connectKiosk(sandbox());
		sandbox().habits.set({ kioskLongQueue: true });
		const waiting = await client.queryId(queryText());
		const shown = { queryId: waiting, query: queryText(), createdTime: '2026-11-20T09:00:00Z' };
		expect((await client.show(waiting)).json).toEqual({ ...shown, processingStatus: 'IN_QUEUE' });
		sandbox().habits.set({ kioskLongQueue: false });
		sandbox().faults.add({ kind: 'queryStuck' });
		const stuck = await client.queryId(queryText());
		while ((await client.status(stuck)) === 'IN_QUEUE') await sleep(5);
		expect((await client.show(stuck)).json).toEqual({
			...shown,
			queryId: stuck,
			processingStatus: 'IN_PROGRESS',
			processingStartTime: '2026-11-20T09:00:00Z',
		});
	});

	it('without data ends DONE without a document', async () => {
		const client = await connectKiosk(sandbox());
		const text = queryText({ startDate: '2026-12-01', endDate: '2026-12-31' });
		const query = await client.ended(await client.queryId(text));
		expect(query['processingStatus']).toBe('DONE');
		expect(query).not.toHaveProperty('dataDocumentId');
		expect(query).not.toHaveProperty('errorDocumentId');
	});

	it('that fails ends FATAL; the error document is a list of GraphQL errors', async () => {
		const client = await connectKiosk(sandbox());
		sandbox().habits.set({ kioskRewrittenQueries: true });
		const text = queryText({ startDate: '2026-11-10', endDate: '2026-11-01' });
		const query = await client.ended(await client.queryId(text));
		expect(query['processingStatus']).toBe('FATAL');
		expect(query).not.toHaveProperty('dataDocumentId');
		const reason = 'The start date must not be after the end date.';
		expect(JSON.parse(await client.documentOf(query))).toEqual([
			{
				message: `Exception while fetching data (/${DATASET}/salesAndTrafficByDate) : ${reason}`,
				locations: [{ line: 1, column: String(query['query']).indexOf('salesAndTrafficBy') + 1 }],
				path: [DATASET, 'salesAndTrafficByDate'],
				extensions: {
					GraphQLPublicFatalException: reason,
					classification: 'DataFetchingException',
				},
			},
		]);
	});

	it('can be canceled while it is open, and again without effect, but not after it has ended', async () => {
		const client = await connectKiosk(sandbox());
		const cancel = async (queryId: string) =>
			await client.send('DELETE', `${BASE}/queries/${queryId}`);
		const stuck = sandbox().faults.add({ kind: 'queryStuck' });
		const open = await client.queryId(queryText());
		expect(stuck.fired).toBe(1);
		const first = await cancel(open);
		expect([first.status, first.text]).toEqual([204, '']);
		expect(await client.status(open)).toBe('CANCELLED');
		expect((await cancel(open)).status).toBe(204);
		const over = await client.queryId(queryText());
		await client.ended(over);
		expect(refusal(await cancel(over))).toEqual([
			400,
			'InvalidInput',
			'Invalid input',
			'Invalid input',
		]);
		expect((await cancel('1')).status).toBe(404);
	});

	it('and its document are kept for 30 days', async () => {
		const first = await connectKiosk(sandbox());
		const queryId = await first.queryId(queryText());
		const documentId = String((await first.ended(queryId))['dataDocumentId']);
		sandbox().clock.advance({ days: 30, seconds: -1 });
		const late = await connectKiosk(sandbox());
		expect(await late.status(queryId)).toBe('DONE');
		expect(await late.link(documentId)).toContain('/documents/');
		sandbox().clock.advance({ seconds: 1 });
		expect(refusal(await late.show(queryId))).toEqual([
			404,
			'NotFound',
			'The provided queryId was not found.',
			'',
		]);
		expect(refusal(await late.get(`${BASE}/documents/${documentId}`))).toEqual([
			404,
			'NotFound',
			'The provided documentId was not found.',
			'',
		]);
		expect((await late.get(`${BASE}/queries`)).json).toEqual({ queries: [] });
	});

	it('belongs to one seller and one application', async () => {
		const own = await connectKiosk(sandbox());
		const queryId = await own.queryId(queryText());
		const documentId = String((await own.ended(queryId))['dataDocumentId']);
		for (const other of [
			await connectKiosk(sandbox(), 'second'),
			await connectKiosk(sandbox(), 'demo', 'other'),
		]) {
			expect((await other.show(queryId)).status).toBe(404);
			expect((await other.get(`${BASE}/documents/${documentId}`)).status).toBe(404);
			expect((await other.send('DELETE', `${BASE}/queries/${queryId}`)).status).toBe(404);
			expect((await other.get(`${BASE}/queries`)).json).toEqual({ queries: [] });
		}
		const wrongRegion = await connectKiosk(sandbox(), 'demo', 'main', '/eu');
		expect((await wrongRegion.create(queryText())).status).toBe(403);
		const rightRegion = await connectKiosk(sandbox(), 'demo', 'main', '/na');
		expect((await rightRegion.show(queryId)).status).toBe(200);
	});

	it('has no documents of reports', async () => {
		const client = await connect(sandbox());
		const report = await client.finishedReport({
			reportType: 'GET_SALES_AND_TRAFFIC_REPORT',
			marketplaceIds: [US],
			dataStartTime: '2026-11-01T00:00:00Z',
		});
		const id = String(report['reportDocumentId']);
		expect((await client.get(`${BASE}/documents/${id}`)).status).toBe(404);
	});
});

describe('createQuery refuses', () => {
	const noDataset = 'Query did not have a versioned domain field';
	const twoLists = 'Versioned domain cannot select multiple query fields.';
	const invalid = 'The provided query is invalid.';
	const two = queryText().replace(
		'salesAndTrafficByDate',
		'a: salesAndTrafficByAsin(aggregateBy: SKU startDate: "2026-11-01" endDate: "2026-11-02" marketplaceIds: ["X"]) { sku } salesAndTrafficByDate',
	);

	it.each([
		['no dataset', 'query { salesAndTrafficByDate { startDate } }', noDataset],
		['introspection', 'query { __schema { types { name } } }', noDataset],
		['two lists', two, twoLists],
		['an unknown argument', queryText().replace('aggregateBy', 'by'), 'Unknown field argument by'],
		[
			'a missing argument',
			queryText().replace('aggregateBy: DAY', ''),
			"Missing required fields '[aggregateBy]'",
		],
		['an unknown field', queryText({ fields: 'orders' }), invalid],
		['a field by ASIN in a query by date', queryText({ fields: 'sku' }), invalid],
		['an unknown granularity', queryText({ aggregateBy: 'SKU' }), invalid],
		['a date with a time', queryText({ startDate: '2026-11-01T00:00:00Z' }), invalid],
		['a day that does not exist', queryText({ startDate: '2026-02-30' }), invalid],
		['a broken text', 'query {', invalid],
		['a mutation', `mutation { ${DATASET} { salesAndTrafficByDate { startDate } } }`, invalid],
		['another dataset', queryText().replace('2024_04_24', '2023_11_15'), invalid],
	])('%s', async (_what, text, message) => {
		const client = await connectKiosk(sandbox());
		const reply = await client.create(text);
		expect([reply.status, errorOf(reply).code, errorOf(reply).message]).toEqual([
			400,
			'InvalidInput',
			message,
		]);
		expect(sandbox().truth.queryRequests).toEqual([]);
	});

	it('a dataset that does not exist, by name', async () => {
		const client = await connectKiosk(sandbox());
		const old = queryText().replace('2024_04_24', '2023_11_15');
		expect(refusal(await client.create(old))).toEqual([
			400,
			'InvalidInput',
			invalid,
			"Query 'analytics_salesAndTraffic_2023_11_15' is not supported.",
		]);
	});

	it('a body without a query', async () => {
		const client = await connectKiosk(sandbox());
		for (const body of [{}, { query: 1 }, { query: '' }, []]) {
			const reply = await client.send('POST', `${BASE}/queries`, body);
			expect([reply.status, errorOf(reply).code]).toEqual([400, 'InvalidInput']);
		}
		expect((await client.send('POST', `${BASE}/queries`)).status).toBe(400);
	});

	it('more than 8000 characters, white space not counted', async () => {
		const client = await connectKiosk(sandbox());
		const fill = (count: number) =>
			queryText({
				marketplaceIds: [US, 'X'.repeat(count)],
				fields: `startDate ${' '.repeat(9000)} endDate`,
			});
		const length = fill(1).replace(/\s+/g, '').length;
		// The spaces between `query`, the fields and the arguments count.
		const most = 8000 - length - 3;
		expect((await client.create(fill(most - 10))).status).toBe(202);
		const reply = await client.create(fill(most + 10));
		expect([reply.status, errorOf(reply).message]).toEqual([400, invalid]);
	});

	it('without the role, and names the fields', async () => {
		const client = await connectKiosk(sandbox());
		const queryId = await client.queryId(queryText());
		const documentId = String((await client.ended(queryId))['dataDocumentId']);
		sandbox().roles.remove('demo', 'Brand Analytics');
		sandbox().habits.set('worst');
		expect(refusal(await client.create(queryText()))).toEqual([
			403,
			'Unauthorized',
			'Unauthorized to access requested fields.',
			`Unauthorized to access: [${[
				'marketplaceId',
				'startDate',
				'sales.unitsOrdered',
				'traffic.feedbackReceived',
			]
				.map((name) => `${DATASET}.salesAndTrafficByDate.${name}`)
				.join(', ')}]`,
		]);
		for (const reply of [
			await client.show(queryId),
			await client.get(`${BASE}/documents/${documentId}`),
			await client.get(`${BASE}/queries`),
			await client.send('DELETE', `${BASE}/queries/${queryId}`),
		]) {
			expect(refusal(reply)).toEqual([
				403,
				'Unauthorized',
				'Access to requested resource is denied.',
				'',
			]);
		}
	});
});

describe('getQueries', () => {
	it('lists the newest first, by status and time of creation', async () => {
		const client = await connectKiosk(sandbox());
		const first = await client.queryId(queryText());
		await client.ended(first);
		sandbox().clock.advance({ minutes: 10 });
		sandbox().faults.add({ kind: 'queryStuck' });
		const second = await client.queryId(queryText());
		const ids = async (parameters = '') =>
			many((await client.get(`${BASE}/queries${parameters}`)).json['queries']).map(({ queryId }) =>
				String(queryId),
			);
		expect(await ids()).toEqual([second, first]);
		expect(await ids('?processingStatuses=DONE')).toEqual([first]);
		expect(await ids('?processingStatuses=DONE,IN_QUEUE,IN_PROGRESS')).toEqual([second, first]);
		expect(await ids('?createdSince=2026-11-20T09:05:00Z')).toEqual([second]);
		expect(await ids('?createdUntil=2026-11-20T09:05:00Z')).toEqual([first]);
	});

	it('pages; every page repeats the parameters, except for the page size', async () => {
		const client = await connectKiosk(sandbox());
		const ids: string[] = [];
		for (const endDate of ['2026-11-02', '2026-11-03', '2026-11-04', '2026-11-05']) {
			ids.unshift(await client.queryId(queryText({ endDate })));
			await client.ended(ids[0] ?? '');
		}
		const filter = '?processingStatuses=DONE';
		const one = (await client.get(`${BASE}/queries${filter}&pageSize=1`)).json;
		const token = encodeURIComponent(String(one['pagination']?.['nextToken']));
		const next = async (parameters: string) =>
			await client.get(`${BASE}/queries${parameters}&paginationToken=${token}`);
		const two = (await next(`${filter}&pageSize=3`)).json;
		const shown = [...many(one['queries']), ...many(two['queries'])];
		expect(shown.map(({ queryId }) => String(queryId))).toEqual(ids);
		expect(two).not.toHaveProperty('pagination');
		expect((await next('?pageSize=3')).status).toBe(400);
		expect((await client.get(`${BASE}/queries?paginationToken=x`)).status).toBe(400);
	});

	it('refuses an unknown status and a wrong page size', async () => {
		const client = await connectKiosk(sandbox());
		expect(refusal(await client.get(`${BASE}/queries?processingStatuses=OVER`))).toEqual([
			400,
			'InvalidInput',
			"1 validation error detected: Value '[OVER]' at 'processingStatuses' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [DONE, FATAL, IN_PROGRESS, CANCELLED, IN_QUEUE]]",
			'',
		]);
		for (const size of ['0', '101', 'x']) {
			expect((await client.get(`${BASE}/queries?pageSize=${size}`)).status).toBe(400);
		}
	});
});

describe('a result in pages', () => {
	it('is read on with the same text and the token of the page before', async () => {
		const client = await connectKiosk(sandbox());
		sandbox().habits.set({ kioskRewrittenQueries: true });
		const whole = await client.resultOf();
		sandbox().settings.set({ kioskPageLines: 4 });
		let query = await client.ended(await client.queryId(queryText()));
		const pages = [await client.documentOf(query)];
		const first = String(query['pagination']?.['nextToken']);
		while (query['pagination'] !== undefined) {
			const token = String(query['pagination']?.['nextToken']);
			query = await client.ended(await client.queryId(String(query['query']), token));
			pages.push(await client.documentOf(query));
		}
		expect(pages.map((page) => page.trimEnd().split('\n').length)).toEqual([4, 4, 2]);
		expect(pages.join('')).toBe(whole);
		// The text must be that of the query object, to the letter.
		expect((await client.create(queryText(), first)).status).toBe(400);
		expect((await client.create(String(query['query']), 'x')).status).toBe(400);
		expect(sandbox().truth.queryRequests.map(({ isNextPage }) => isNextPage)).toEqual([
			false,
			false,
			true,
			true,
		]);
	});
});

describe('the document of a query', () => {
	it('is gzipped JSON lines, whatever the request accepts', async () => {
		const client = await connectKiosk(sandbox());
		const { dataDocumentId } = await client.ended(await client.queryId(queryText()));
		const url = await client.link(String(dataDocumentId));
		const response = await fetch(url, { headers: { 'accept-encoding': 'identity' } });
		expect(response.headers.get('content-type')).toBe('application/jsonlines; charset=UTF-8');
		expect(response.headers.get('content-encoding')).toBe('gzip');
		expect((await response.text()).split('\n')).toHaveLength(11);
		sandbox().settings.set({ gzip: false });
		const plain = await client.ended(await client.queryId(queryText()));
		const other = await fetch(await client.link(String(plain['dataDocumentId'])));
		expect(other.headers.get('content-encoding')).not.toBe('gzip');
		expect((await other.text()).split('\n')).toHaveLength(11);
	});

	it('has links that are valid for five minutes and are secret', async () => {
		const client = await connectKiosk(sandbox());
		const { dataDocumentId } = await client.ended(await client.queryId(queryText()));
		const reply = await client.get(`${BASE}/documents/${String(dataDocumentId)}`);
		expect(Object.keys(reply.json).sort()).toEqual(['documentId', 'documentUrl']);
		const url = String(reply.json['documentUrl']);
		expect(url).toContain('X-Amz-Expires=300');
		expect(sandbox().secrets().documentSignatures).toContain(
			new URL(url).searchParams.get('X-Amz-Signature'),
		);
		sandbox().clock.advance({ minutes: 4, seconds: 59 });
		expect((await fetch(url)).status).toBe(200);
		sandbox().clock.advance({ seconds: 1 });
		const expired = await fetch(url);
		expect([expired.status, await expired.text()]).toEqual([
			403,
			expect.stringContaining('<Code>AccessDenied</Code>'),
		]);
		expect((await fetch(await client.link(String(dataDocumentId)))).status).toBe(200);
	});
});

describe('the true record', () => {
	it('has every valid request with its arguments, also over HTTP', async () => {
		const client = await connectKiosk(sandbox(), 'second');
		const text = queryText({ marketplaceIds: [DE], aggregateBy: 'WEEK' });
		const queryId = await client.queryId(text);
		sandbox().roles.remove('second', 'Brand Analytics');
		await client.create(text);
		const request = {
			sellerKey: 'second',
			application: 'main',
			field: 'salesAndTrafficByDate',
			aggregateBy: 'WEEK',
			startDate: '2026-11-01',
			endDate: '2026-11-10',
			marketplaceIds: [DE],
			query: text,
			isNextPage: false,
			at: '2026-11-20T09:00:00.000Z',
		};
		const expected = [
			{ ...request, queryId },
			{ ...request, refused: 'Unauthorized' },
		];
		expect(sandbox().truth.queryRequests).toEqual(expected);
		const over = await fetch(`${sandbox().url}/sandbox/truth/queryRequests`);
		expect(await over.json()).toEqual(expected);
		sandbox().forgetReports();
		expect(sandbox().truth.queryRequests).toEqual([]);
		expect((await client.show(queryId)).status).toBe(403);
		sandbox().roles.restore('second', 'Brand Analytics');
		expect((await client.show(queryId)).status).toBe(404);
	});

	it('counts a query for several marketplaces once', async () => {
		const client = await connectKiosk(sandbox());
		const rows = await client.rows({ marketplaceIds: [US, CA] });
		expect(new Set(rows.map(({ marketplaceId }) => String(marketplaceId)))).toEqual(
			new Set([US, CA]),
		);
		expect(sandbox().truth.queryRequests).toHaveLength(1);
	});
});

describe('the rate limits', () => {
	const limited = useSandbox({ rateLimits: 1 });

	it('are those of the model; createQuery has a burst of 15', async () => {
		const client = await connectKiosk(limited());
		const reply = await client.create(queryText());
		expect(reply.headers.get('x-amzn-ratelimit-limit')).toBe('0.0167');
		const replies = await Promise.all(
			Array.from({ length: 15 }, async () => await client.create(queryText())),
		);
		const throttled = replies.filter(({ status }) => status === 429);
		expect(throttled).toHaveLength(1);
		expect(throttled[0]?.headers.get('x-amzn-ratelimit-limit')).toBeNull();
		expect(throttled.map(refusal)).toEqual([
			[429, 'QuotaExceeded', 'You exceeded your quota for the requested resource.', ''],
		]);
		const shown = await client.show(String(reply.json['queryId']));
		expect(shown.headers.get('x-amzn-ratelimit-limit')).toBe('2');
	});
});
