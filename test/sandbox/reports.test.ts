// cspell:ignore cancelled
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { DE, JP, US, connect, errorOf, useSandbox, type Client, type Json } from './support';

const FEEDBACK = {
	reportType: 'GET_SELLER_FEEDBACK_DATA',
	marketplaceIds: [US],
	dataStartTime: '2025-11-20T00:00:00Z',
};
const BASE = '/reports/2021-06-30';

describe('the life of a report', () => {
	const sandbox = useSandbox({ reportDelayMs: 400 });

	it('goes IN_QUEUE, IN_PROGRESS, DONE and only then has a document', async () => {
		const client = await connect(sandbox());
		const reportId = await client.createReport(FEEDBACK);
		const seen: string[] = [];
		for (;;) {
			const { json } = await client.get(`${BASE}/reports/${reportId}`);
			const status = String(json['processingStatus']);
			if (seen.at(-1) !== status) seen.push(status);
			expect('reportDocumentId' in json).toBe(status === 'DONE');
			if (status === 'DONE') break;
			await sleep(20);
		}
		expect(seen).toEqual(['IN_QUEUE', 'IN_PROGRESS', 'DONE']);
	});

	it('can be canceled while IN_QUEUE, but not afterwards', async () => {
		const client = await connect(sandbox());
		const early = `${BASE}/reports/${await client.createReport(FEEDBACK)}`;
		expect((await client.send('DELETE', early)).status).toBe(200);
		const report = (await client.get(early)).json;
		expect(report['processingStatus']).toBe('CANCELLED');
		expect(report).not.toHaveProperty('reportDocumentId');

		const late = `${BASE}/reports/${await client.createReport(FEEDBACK)}`;
		await sleep(250);
		expect((await client.send('DELETE', late)).status).toBe(400);
	});
});

describe('reports', () => {
	const sandbox = useSandbox();

	const statusOf = async (client: Client, order: Parameters<Client['finishedReport']>[0]) => {
		const report = await client.finishedReport(order);
		return [report['processingStatus'], 'reportDocumentId' in report];
	};

	it.each([
		['no data in the range', { dataStartTime: '2026-11-19T00:00:00Z' }],
		['no dataStartTime', { dataStartTime: undefined }],
		[
			'under five days with a dataEndTime',
			{ dataStartTime: '2026-10-24T00:00:00Z', dataEndTime: '2026-10-28T23:59:59Z' },
		],
	])('is CANCELLED without a document: %s', async (_why, change) => {
		const client = await connect(sandbox());
		const { dataStartTime, ...rest } = { ...FEEDBACK, ...change };
		const order = dataStartTime === undefined ? rest : { ...rest, dataStartTime };
		expect(await statusOf(client, order)).toEqual(['CANCELLED', false]);
	});

	it('refuses a short range only for its length, although it has data', async () => {
		const client = await connect(sandbox());
		sandbox().settings.set({ shortRangeCancelled: false });
		const range = { dataStartTime: '2026-10-24T00:00:00Z', dataEndTime: '2026-10-28T23:59:59Z' };
		expect(await statusOf(client, { ...FEEDBACK, ...range })).toEqual(['DONE', true]);
	});

	it('cancels the 30-day report of a quiet month in CA, but not the one of a year', async () => {
		const client = await connect(sandbox());
		const ca = { ...FEEDBACK, marketplaceIds: ['A2EUQ1WTGCTBG2'] };
		expect(await statusOf(client, { ...ca, dataStartTime: '2026-10-22T00:00:00Z' })).toEqual([
			'CANCELLED',
			false,
		]);
		expect(await statusOf(client, ca)).toEqual(['DONE', true]);
	});

	it.each([
		['an unknown type', { reportType: 'GET_MERCHANT_LISTINGS_ALL_DATA' }, 400],
		['no marketplace', { marketplaceIds: [] }, 400],
		['an invalid date', { dataStartTime: 'yesterday' }, 400],
		['an end in the future', { dataEndTime: '2026-11-21T00:00:00Z' }, 400],
		['an end before the start', { dataEndTime: '2025-01-01T00:00:00Z' }, 400],
		[
			'sales and traffic for two marketplaces',
			{
				reportType: 'GET_SALES_AND_TRAFFIC_REPORT',
				marketplaceIds: [US, 'A2EUQ1WTGCTBG2'],
			},
			400,
		],
		["another seller's marketplace", { marketplaceIds: [DE] }, 403],
	])('createReport refuses %s', async (_what, change, status) => {
		const client = await connect(sandbox());
		const reply = await client.send('POST', `${BASE}/reports`, { ...FEEDBACK, ...change });
		expect(reply.status).toBe(status);
		expect(errorOf(reply).code).toBe(status === 400 ? 'InvalidInput' : 'Unauthorized');
	});

	it('getReports filters, pages, and separates sellers', async () => {
		const client = await connect(sandbox());
		const ids: string[] = [];
		for (let index = 0; index < 3; index += 1) ids.push(await client.createReport(FEEDBACK));
		await client.createReport({ ...FEEDBACK, reportType: 'GET_V2_SELLER_PERFORMANCE_REPORT' });
		const idsOf = (reply: Awaited<ReturnType<Client['get']>>) =>
			(reply.json['reports'] as unknown as Array<{ reportId: string }>).map(
				({ reportId }) => reportId,
			);
		const first = await client.get(
			`${BASE}/reports?reportTypes=GET_SELLER_FEEDBACK_DATA&pageSize=2`,
		);
		const token = String(first.json['nextToken']);
		const second = await client.get(`${BASE}/reports?nextToken=${token}`);
		expect([...idsOf(first), ...idsOf(second)].sort()).toEqual(ids.sort());
		expect(second.json).not.toHaveProperty('nextToken');
		const both = await client.get(`${BASE}/reports?nextToken=${token}&pageSize=2`);
		expect(both.status).toBe(400);
		const queued = await client.get(
			`${BASE}/reports?reportTypes=GET_SELLER_FEEDBACK_DATA&processingStatuses=FATAL`,
		);
		expect(idsOf(queued)).toEqual([]);

		const other = await connect(sandbox(), 'second');
		const foreign = await other.get(`${BASE}/reports?reportTypes=GET_SELLER_FEEDBACK_DATA`);
		expect(idsOf(foreign)).toEqual([]);
		expect((await other.get(`${BASE}/reports/${ids[0]}`)).status).toBe(404);
	});

	it('the sales and traffic report may lag, and extends to whole weeks and months', async () => {
		const client = await connect(sandbox());
		const dates = async (dateGranularity: string) => {
			const { bytes } = await client.report({
				reportType: 'GET_SALES_AND_TRAFFIC_REPORT',
				marketplaceIds: [US],
				dataStartTime: '2026-11-04T00:00:00Z',
				reportOptions: { dateGranularity, asinGranularity: 'PARENT' },
			});
			const report = JSON.parse(bytes.toString('utf8')) as {
				salesAndTrafficByDate: Array<{ date: string }>;
			};
			return report.salesAndTrafficByDate.map(({ date }) => date);
		};
		expect((await dates('DAY')).at(-1)).toBe('2026-11-20');
		sandbox().settings.set({ trafficLagDays: 3 });
		expect((await dates('DAY')).at(-1)).toBe('2026-11-17');
		// Sundays.
		expect(await dates('WEEK')).toEqual(['2026-11-01', '2026-11-08', '2026-11-15']);
		expect(await dates('MONTH')).toEqual(['2026-11-01']);
	});

	it('the performance report can use the field names of the example', async () => {
		const client = await connect(sandbox());
		const fields = async () => {
			const { bytes } = await client.report({
				reportType: 'GET_V2_SELLER_PERFORMANCE_REPORT',
				marketplaceIds: [US],
			});
			const report = JSON.parse(bytes.toString('utf8')) as {
				performanceMetrics: Array<Record<string, unknown>>;
			};
			return Object.keys(report.performanceMetrics[0] ?? {});
		};
		expect(await fields()).toEqual(
			expect.arrayContaining(['preFulfillmentCancellationRate', 'warningStates']),
		);
		sandbox().settings.set({ performanceShape: 'example' });
		const example = await fields();
		expect(example).toEqual(
			expect.arrayContaining(['prefulfillmentCancelRate', 'warningState', 'documentRequest']),
		);
		expect(example).not.toContain('warningStates');
	});

	it('the account status follows the defect rate, or the set value', async () => {
		const client = await connect(sandbox());
		const statuses = async () => {
			const { bytes } = await client.report({
				reportType: 'GET_V2_SELLER_PERFORMANCE_REPORT',
				marketplaceIds: [US, 'A2EUQ1WTGCTBG2'],
			});
			const report = JSON.parse(bytes.toString('utf8')) as {
				accountStatuses: Array<{ status: string }>;
			};
			return report.accountStatuses.map(({ status }) => status);
		};
		expect(await statuses()).toEqual(['AT_RISK', 'NORMAL']);
		sandbox().world.setAccountStatus('demo', US, 'DEACTIVATED');
		expect(await statuses()).toEqual(['DEACTIVATED', 'NORMAL']);
	});

	it('the defect rate follows the orders, or the set values', async () => {
		const client = await connect(sandbox());
		const rates = async () => {
			const { bytes } = await client.report({
				reportType: 'GET_V2_SELLER_PERFORMANCE_REPORT',
				marketplaceIds: [US],
			});
			const { accountStatuses, performanceMetrics } = JSON.parse(bytes.toString('utf8')) as Json;
			const { afn, mfn } = performanceMetrics?.['0']?.['orderDefectRate'] ?? {};
			return { status: accountStatuses?.['0']?.['status'], afn, mfn };
		};
		const { world } = sandbox();
		const untouched = await rates();
		world.setDefects('demo', US, { fulfilledBy: 'AMAZON', ordersWithDefects: 0 });
		world.setDefects('demo', US, { fulfilledBy: 'MERCHANT', ordersWithDefects: 3, orders: 400 });
		expect(await rates()).toMatchObject({
			status: 'NORMAL',
			afn: { orderCount: untouched.afn?.['orderCount'], rate: 0, status: 'GOOD' },
			mfn: { orderCount: 400, orderWithDefects: { count: 3 }, rate: 0.0075, status: 'GOOD' },
		});
		world.setDefects('demo', US, { fulfilledBy: 'MERCHANT', ordersWithDefects: 4, orders: 400 });
		expect((await rates()).mfn).toMatchObject({
			orderWithDefects: { count: 4, status: 'BAD' },
			negativeFeedback: { count: 4 },
			rate: 0.01,
			status: 'BAD',
		});
		world.setDefects('demo', US, undefined);
		expect(await rates()).toEqual(untouched);
	});
});

describe('documents', () => {
	const sandbox = useSandbox();

	it('expire five minutes after getReportDocument; another call gives a new link', async () => {
		const client = await connect(sandbox());
		const report = await client.finishedReport(FEEDBACK);
		const documentId = String(report['reportDocumentId']);
		const url = await client.documentUrl(documentId);
		sandbox().clock.advance({ minutes: 4, seconds: 59 });
		expect((await fetch(url)).status).toBe(200);
		sandbox().clock.advance({ seconds: 1 });
		const late = await fetch(url);
		expect([late.status, await late.text()]).toEqual([
			403,
			expect.stringContaining('<Message>Request has expired</Message>'),
		]);
		expect((await fetch(await client.documentUrl(documentId))).status).toBe(200);
		expect((await fetch(url.replace(/Signature=.*/, 'Signature=forged'))).status).toBe(403);
	});

	it('are gzipped, with Content-Encoding only on request, or plain by setting', async () => {
		const client = await connect(sandbox());
		const documentOf = async () =>
			String((await client.finishedReport(FEEDBACK))['reportDocumentId']);
		const download = async (url: string) => Buffer.from(await (await fetch(url)).arrayBuffer());
		const zipped = await documentOf();
		const details = await client.get(`${BASE}/documents/${zipped}`);
		expect(details.json['compressionAlgorithm']).toBe('GZIP');
		const raw = await download(String(details.json['url']));
		expect(gunzipSync(raw).toString('utf8')).toMatch(/^Date\tRating\t/);
		// With the header, fetch unzips by itself.
		const unpacked = await download(
			await client.documentUrl(zipped, '?enableContentEncodingUrlHeader=true'),
		);
		expect(unpacked.toString('utf8')).toMatch(/^Date\tRating\t/);

		sandbox().settings.set({ gzip: false });
		const plain = await documentOf();
		const plainDetails = await client.get(`${BASE}/documents/${plain}`);
		expect(plainDetails.json).not.toHaveProperty('compressionAlgorithm');
		expect(String(await download(String(plainDetails.json['url'])))).toMatch(/^Date\tRating\t/);
	});

	it.each([
		['demo', US, 'text/plain;charset=UTF-8', 'Date\tRating'],
		['second', DE, 'text/plain;charset=Cp1252', 'Datum\tBewertung'],
		['japan', JP, 'text/plain', '日付\t評価'],
	])(
		'announce their charset the way each region does: %s',
		async (seller, marketplaceId, contentType, header) => {
			const client = await connect(sandbox(), seller);
			const report = await client.report({ ...FEEDBACK, marketplaceIds: [marketplaceId] });
			expect(report.contentType).toBe(contentType);
			const label = seller === 'japan' ? 'shift_jis' : 'utf-8';
			expect(new TextDecoder(label).decode(report.bytes)).toContain(header);
		},
	);

	it('the feedback file can have its older and broken formats', async () => {
		const client = await connect(sandbox());
		const read = async (settings: Parameters<ReturnType<typeof sandbox>['settings']['set']>[0]) => {
			sandbox().reset();
			const fresh = await connect(sandbox());
			sandbox().settings.set(settings);
			return (await fresh.report(FEEDBACK)).bytes.toString('utf8');
		};
		const columns = (text: string) => text.split(/\r?\n/)[0]?.split('\t').length;
		const normal = (await client.report(FEEDBACK)).bytes.toString('utf8');
		expect(columns(normal)).toBe(6);
		const nine = await read({ feedbackLayout: 'legacy9' });
		expect(columns(nine)).toBe(9);
		expect(nine.split('\r\n')[1]?.split('\t')[7]).toMatch(/^\d{3}-\d{7}-\d{7}$/);
		expect(columns(await read({ feedbackLayout: 'legacy10' }))).toBe(10);
		expect(await read({ feedbackLineEnd: 'lf' })).toBe(normal.replaceAll('\r\n', '\n'));
		expect(await read({ feedbackBom: true })).toBe(`\ufeff${normal}`);
		const broken = await read({ feedbackTruncated: true });
		expect(normal.startsWith(broken)).toBe(true);
		expect(broken.length).toBeLessThan(normal.length);
		expect(broken.endsWith('\n')).toBe(false);
		const damaged = await read({ feedbackUnreadableRow: true });
		expect(damaged.split('\r\n')).toHaveLength(normal.split('\r\n').length + 1);
		expect(damaged).toContain('damaged row');
	});
});
