// cspell:ignore cancelled
import {
	DE,
	NOW,
	US,
	connect,
	errorOf,
	useSandbox,
	type Client,
	type Json,
	type Reply,
} from './support';
import { startSandbox, type HabitName } from '../../sandbox';

const sandbox = useSandbox();
const on = (...names: HabitName[]) =>
	sandbox().habits.set(Object.fromEntries(names.map((name) => [name, true])));
const many = (json: Json | null | undefined): Json[] => (json ?? []) as unknown as Json[];
const daysAgo = (days: number) => new Date(Date.parse(NOW) - days * 86_400_000).toISOString();

const FEEDBACK = 'GET_SELLER_FEEDBACK_DATA';
const TRAFFIC = 'GET_SALES_AND_TRAFFIC_REPORT';
const HEALTH = 'GET_V2_SELLER_PERFORMANCE_REPORT';
const ORDERS = 'GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL';
const SHIPMENTS = 'GET_AMAZON_FULFILLED_SHIPMENTS_DATA_GENERAL';

const bytesOf = async (client: Client, reportType: string, id = US, days = 28, end?: string) =>
	(
		await client.report({
			reportType,
			marketplaceIds: [id],
			dataStartTime: daysAgo(days),
			...(end === undefined ? {} : { dataEndTime: end }),
		})
	).bytes;
const textOf = async (...args: Parameters<typeof bytesOf>) => (await bytesOf(...args)).toString();
const jsonOf = async (...args: Parameters<typeof bytesOf>) =>
	JSON.parse(await textOf(...args)) as Json;

describe('the order reports', () => {
	it('wholeRegionOrders: whichever marketplace was requested', async () => {
		const client = await connect(sandbox());
		const channels = async () => {
			const [head = '', ...rows] = (await textOf(client, ORDERS)).trim().split('\r\n');
			const at = head.split('\t').indexOf('sales-channel');
			return new Set(rows.map((row) => row.split('\t')[at]));
		};
		expect(await channels()).toEqual(new Set(['Amazon.com']));
		on('wholeRegionOrders');
		expect(await channels()).toEqual(new Set(['Amazon.com', 'Amazon.ca', 'Amazon.com.mx']));
		on('foreignOrders');
		expect(await channels()).toContain('Non-Amazon');
	});

	it('foreignOrders: S01- without a marketplace in the search, D01- in every search', async () => {
		const client = await connect(sandbox());
		const found = async (more = '') => {
			const { json } = await client.get(
				`/orders/2026-01-01/orders?createdAfter=${daysAgo(28)}&maxResultsPerPage=100${more}`,
			);
			return many(json['orders']);
		};
		const prefixes = (orders: Json[]) =>
			new Set(orders.map(({ orderId }) => String(orderId).slice(0, 3)));
		expect(prefixes(await found())).not.toContain('S01');
		on('foreignOrders');
		const all = await found();
		expect([...prefixes(all)]).toEqual(expect.arrayContaining(['S01', 'D01']));
		const foreign = all.find(({ orderId }) => String(orderId).startsWith('S01'));
		expect(foreign?.['salesChannel']).toEqual({ channelName: 'NON_AMAZON' });
		const inUs = prefixes(await found(`&marketplaceIds=${US}`));
		expect([inUs.has('D01'), inUs.has('S01')]).toEqual([true, false]);
		const one = await client.get(`/orders/2026-01-01/orders/${String(foreign?.['orderId'])}`);
		expect(one.json['order']?.['orderId']).toBe(foreign?.['orderId']);
	});

	it('lateShipmentRows: some rows appear later, none is lost', async () => {
		const shipped = (sandbox().sellers['demo']?.marketplaces[0]?.orders ?? [])
			.filter(({ fulfilledBy }) => fulfilledBy === 'AMAZON')
			.map(({ shippedAt = 0 }) => shippedAt);
		const last = Math.max(...shipped.filter((at) => at <= Date.parse(NOW)));
		const end = new Date(last + 60_000).toISOString();
		sandbox().clock.set(end);
		const client = await connect(sandbox());
		const rowsOf = async (by: Client) =>
			new Set((await textOf(by, SHIPMENTS, US, 28, end)).trim().split('\r\n').slice(1));
		const rows = async () => await rowsOf(client);
		const whole = await rows();
		on('lateShipmentRows');
		const early = await rows();
		expect(early.size).toBeLessThan(whole.size);
		sandbox().clock.advance({ minutes: 59 });
		expect(await rows()).toEqual(early);
		sandbox().clock.advance({ hours: 25 });
		expect((await rowsOf(await connect(sandbox()))).size).toBe(whole.size);
	});
});

describe('Sales and Traffic', () => {
	const days = async (client: Client, range = 28) =>
		many((await jsonOf(client, TRAFFIC, US, range))['salesAndTrafficByDate']);
	const figures = (day: Json | undefined) => ({
		units: Number(day?.['salesByDate']?.['unitsOrdered']),
		views: Number(day?.['trafficByDate']?.['pageViews']),
		feedback: Number(day?.['trafficByDate']?.['feedbackReceived']),
	});

	it('unsettledDays: zeros, then sales, then visits and part of the feedback, then all', async () => {
		const client = async () => await connect(sandbox());
		const THAT_DAY = '2026-11-19';
		for (let index = 0; index < 3; index += 1) {
			sandbox().world.addFeedback({ rating: 5, date: THAT_DAY });
		}
		const shownFigures = async () =>
			figures((await days(await client())).find(({ date }) => String(date) === THAT_DAY));
		const whole = await shownFigures();
		expect(whole.feedback).toBeGreaterThanOrEqual(3);
		on('unsettledDays');
		// The day ended at 08:00 UTC, an hour ago.
		expect(await shownFigures()).toEqual({ units: 0, views: 0, feedback: 0 });
		sandbox().clock.advance({ hours: 24 });
		expect(await shownFigures()).toEqual({ units: whole.units, views: 0, feedback: 0 });
		sandbox().clock.advance({ hours: 24 });
		const third = await shownFigures();
		expect([third.units, third.views]).toEqual([whole.units, whole.views]);
		expect(third.feedback).toBeLessThan(whole.feedback);
		sandbox().clock.advance({ hours: 24 });
		expect(await shownFigures()).toEqual(whole);
		on('unsettledWeek');
		expect((await shownFigures()).feedback).toBe(third.feedback);
		sandbox().clock.advance({ hours: 96 });
		expect(await shownFigures()).toEqual(whole);
	});

	it('nullFigures keeps sales and feedback, nullFeedbackFigures does not', async () => {
		const client = await connect(sandbox());
		const text = async () => JSON.stringify(await days(client, 200));
		expect(await text()).not.toContain('null');
		on('nullFigures');
		expect(await text()).toContain('"buyBoxPercentage":null');
		expect(await text()).not.toContain('"feedbackReceived":null');
		on('nullFeedbackFigures');
		expect(await text()).toContain('"feedbackReceived":null,"negativeFeedbackReceived":null');
	});

	it('absentDays and emptyAsins', async () => {
		const client = await connect(sandbox());
		const whole = await days(client, 200);
		on('absentDays', 'emptyAsins');
		const report = await jsonOf(client, TRAFFIC, US, 200);
		const left = many(report['salesAndTrafficByDate']);
		expect(left.length).toBeLessThan(whole.length);
		expect(left.length).toBeGreaterThan(whole.length * 0.9);
		expect(report['salesAndTrafficByAsin']).toEqual([]);
	});
});

describe('the feedback report', () => {
	const EUROPE_IT = 'APJ6JRA9NG5V4';

	it('lineBreaksInComments: in comments and responses, LF and CRLF, and in the truth', async () => {
		const client = await connect(sandbox());
		const typed = 'Broken on arrival.\r\nNobody answers.';
		const { orderId } = sandbox().world.addFeedback({
			rating: 1,
			comment: typed,
			response: 'a\nb',
		});
		const lines = async () => (await textOf(client, FEEDBACK, US, 365)).split('\r\n');
		const rows = sandbox().truth.feedback('demo', US, { from: '2025-11-20' });
		expect((await lines()).length).toBe(rows.length + 2);
		on('lineBreaksInComments');
		const text = await textOf(client, FEEDBACK, US, 365);
		expect(text).toContain(`${typed}\ta\nb\t${orderId}`);
		const shown = sandbox().truth.feedback('demo', US, { from: '2025-11-20' });
		const breaks = shown.map(({ comment }) => /\r\n|\n/.exec(comment)?.[0]);
		expect(new Set(breaks)).toEqual(new Set([undefined, '\n', '\r\n']));
		for (const { comment, orderId: id } of shown) {
			expect(text).toMatch(new RegExp(`${escaped(comment)}\\t[^\\t]*\\t${id}`));
		}
		expect(shown.map(({ comment }) => comment.replace(/\s+/g, ' '))).toEqual(
			rows.map(({ comment }) => comment.replace(/\s+/g, ' ')),
		);
	});

	it('tabsInComments', async () => {
		sandbox().world.addFeedback({ rating: 1, comment: 'late\tbroken' });
		const client = await connect(sandbox());
		expect(await textOf(client, FEEDBACK)).toContain('\tlate broken\t');
		on('tabsInComments');
		expect(await textOf(client, FEEDBACK)).toContain('\tlate\tbroken\t');
	});

	it('utf16WithoutMark: Italy, announced as Cp1252', async () => {
		const client = await connect(sandbox(), 'europe');
		expect((await textOf(client, FEEDBACK, EUROPE_IT)).startsWith('Data\t')).toBe(true);
		on('utf16WithoutMark');
		const { bytes, contentType } = await client.report({
			reportType: FEEDBACK,
			marketplaceIds: [EUROPE_IT],
			dataStartTime: daysAgo(28),
		});
		expect([bytes.subarray(0, 4).toString('hex'), contentType]).toEqual([
			'44006100',
			'text/plain;charset=Cp1252',
		]);
		expect(bytes.toString('utf16le')).toContain('Numero ordine');
		expect((await textOf(client, FEEDBACK, DE)).startsWith('Datum\t')).toBe(true);
	});

	it('rowsOfOtherMarketplaces: each with its own date format', async () => {
		const client = await connect(sandbox(), 'second');
		expect(await textOf(client, FEEDBACK, DE, 200)).not.toContain('@marketplace.amazon.co.uk');
		on('rowsOfOtherMarketplaces');
		const text = await textOf(client, FEEDBACK, DE, 200);
		expect(text).toMatch(/^\d\d\/\d\d\/\d\d\t.*@marketplace\.amazon\.co\.uk\r$/m);
		expect(text).toMatch(/^\d\d\.\d\d\.\d\d\t.*@marketplace\.amazon\.de\r$/m);
	});

	it('emptyDocuments: DONE with an empty document', async () => {
		const client = await connect(sandbox(), 'europe');
		on('emptyDocuments');
		expect(await textOf(client, FEEDBACK, 'AMEN7PMS3EDWL')).toBe('');
	});
});

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

describe('how reports end', () => {
	const end = async (client: Client, reportType = FEEDBACK) =>
		await client.finishedReport({
			reportType,
			marketplaceIds: [US],
			dataStartTime: daysAgo(28),
		});

	it('fatalDocuments, cancelledDocuments and nullDocumentIds', async () => {
		const client = await connect(sandbox());
		const fatal = async () => {
			sandbox().faults.add({ kind: 'reportFatal' });
			return await end(client);
		};
		const canceled = async () => {
			sandbox().faults.add({ kind: 'reportCancelled' });
			return await end(client);
		};
		expect(await fatal()).not.toHaveProperty('reportDocumentId');
		expect(await canceled()).not.toHaveProperty('reportDocumentId');
		on('nullDocumentIds');
		expect((await fatal())['reportDocumentId']).toBeNull();
		on('fatalDocuments', 'cancelledDocuments');
		const reason = await client.documentUrl(String((await fatal())['reportDocumentId']));
		expect((await fetch(reason)).status).toBe(200);
		expect(await canceled()).toMatchObject({
			processingStatus: 'CANCELLED',
			reportDocumentId: expect.any(String),
		});
	});

	it('reportsOfOthers by week; their documents may be refused', async () => {
		const client = await connect(sandbox());
		const list = async () =>
			many(
				(await client.get(`/reports/2021-06-30/reports?reportTypes=${TRAFFIC}`)).json['reports'],
			);
		expect(await list()).toEqual([]);
		on('reportsOfOthers');
		const found = await list();
		expect(found).toHaveLength(3);
		expect(await list()).toHaveLength(3);
		for (const report of found) {
			expect(report).toMatchObject({ processingStatus: 'DONE' });
			expect(report).not.toHaveProperty('reportOptions');
		}
		const id = String(found[0]?.['reportDocumentId']);
		expect((await client.get(`/reports/2021-06-30/documents/${id}`)).status).toBe(200);
		on('othersDocumentsClosed');
		expect((await client.get(`/reports/2021-06-30/documents/${id}`)).status).toBe(403);
		const own = await end(client);
		const document = `/reports/2021-06-30/documents/${String(own['reportDocumentId'])}`;
		expect((await client.get(document)).status).toBe(200);
	});
});

describe('refusals', () => {
	it('refusalWords: two or three texts', async () => {
		const client = await connect(sandbox());
		sandbox().roles.remove('demo', 'Brand Analytics');
		const ask = async (): Promise<Reply> =>
			await client.send('POST', '/reports/2021-06-30/reports', {
				reportType: TRAFFIC,
				marketplaceIds: [US],
				dataStartTime: daysAgo(28),
			});
		const words = async () => [await ask(), await ask(), await ask()].map(errorOf);
		expect(new Set((await words()).map(({ message }) => message)).size).toBe(1);
		on('refusalWords');
		expect((await words()).map(({ message }) => message).sort()).toEqual([
			'Access to requested resource is denied.',
			'Access to the resource is forbidden',
			'Unauthorized to access requested fields.',
		]);
	});

	it('brokenApostrophes: every other time', async () => {
		const client = await connect(sandbox());
		const orderId =
			sandbox()
				.truth.orders('demo')
				.find(({ solicitability }) => solicitability === 'notYet')?.orderId ?? '';
		const marketplaceId =
			sandbox()
				.truth.orders('demo')
				.find((order) => order.orderId === orderId)?.marketplaceId ?? US;
		const word = async () => errorOf(await client.solicit(orderId, marketplaceId)).message;
		expect(await word()).toContain('can\u2019t');
		on('brokenApostrophes');
		expect([await word(), await word()].map((text) => text.includes('\u00e2'))).toEqual([
			true,
			false,
		]);
	});
});

describe('account health', () => {
	const metrics = async (client: Client, id = US) =>
		many((await jsonOf(client, HEALTH, id))['performanceMetrics']);

	it('healthAsSeen', async () => {
		const client = await connect(sandbox(), 'europe');
		on('healthAsSeen');
		const [belgium] = await metrics(client, 'AMEN7PMS3EDWL');
		expect(belgium).toMatchObject({
			policyViolationWarnings: { warningsCount: 2 },
			accountHealthRating: { ahrScore: null },
		});
		expect(many(belgium?.['lateShipmentRateList'])).toHaveLength(1);
		expect(belgium).not.toHaveProperty('lateShipmentRate');
	});

	it('healthWithoutCounts, healthNullDefects and healthTextCounts', async () => {
		const client = await connect(sandbox());
		const rates = (report: Json | undefined) =>
			report?.['orderDefectRate'] as unknown as {
				afn: Json | null;
				mfn: Json | null;
			};
		expect(rates((await metrics(client))[0]).mfn).toHaveProperty('claims');
		on('healthWithoutCounts');
		expect(rates((await metrics(client))[0]).mfn).not.toHaveProperty('claims');
		on('healthTextCounts');
		expect(typeof rates((await metrics(client))[0]).mfn?.['orderCount']).toBe('string');
		on('healthNullDefects');
		const [own, other] = await metrics(client);
		expect(rates(own).afn).toBeNull();
		expect(rates(own).mfn).not.toBeNull();
		expect(rates(other)).toEqual({ afn: null, mfn: null });
	});
});

describe('the seller with nine marketplaces', () => {
	it('has them under one authorization, and no rating yet in Belgium', async () => {
		const client = await connect(sandbox(), 'europe');
		const { json } = await client.get('/sellers/v1/marketplaceParticipations');
		const countries = many(json['payload']).map(({ marketplace }) => marketplace?.['countryCode']);
		expect(countries).toEqual(['DE', 'FR', 'IT', 'ES', 'NL', 'BE', 'PL', 'SE', 'GB']);
		const { lifetime } = sandbox().truth.rating('europe', 'AMEN7PMS3EDWL');
		expect(lifetime).toEqual({ positive: 0, neutral: 0, negative: 0 });
		expect(sandbox().truth.rating('europe', DE)['30'].positive).toBeGreaterThan(0);
	});

	it('builds no seller before first access', async () => {
		const started = await startSandbox({ seed: 'lazy', now: NOW });
		const europe = started.sellers['europe'];
		const first = europe?.marketplaces;
		expect(europe?.marketplaces).toBe(first);
		await started.close();
	});
});
