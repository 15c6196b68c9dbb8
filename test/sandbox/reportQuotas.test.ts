import { RateLimiter } from '../../sandbox/rateLimits';
import { ReportQuotas } from '../../sandbox/reportQuotas';
import {
	DE,
	NOW,
	US,
	Client,
	connect,
	errorOf,
	fetchToken,
	useSandbox,
	type Json,
} from './support';
import type { Sandbox } from '../../sandbox';

const sandbox = useSandbox({ habits: { reportQuotas: true }, settings: { quotaTime: 'clock' } });

const TRAFFIC = 'GET_SALES_AND_TRAFFIC_REPORT';
const SHIPMENTS = 'GET_AMAZON_FULFILLED_SHIPMENTS_DATA_GENERAL';
const RETURNS = 'GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA';

/** A client of the other developer's application. */
async function connectOther(from: Sandbox, sellerKey: string): Promise<Client> {
	const { clientId, clientSecret, refreshToken } = from.credentials(sellerKey, 'other');
	const reply = await fetchToken(from, {
		client_id: clientId,
		client_secret: clientSecret,
		refresh_token: refreshToken,
	});
	return new Client(from, String(reply.json['access_token']));
}

/** How a report of the type ends if requested now. */
async function ask(client: Client, reportType: string, marketplaceId = US): Promise<string> {
	const reply = await client.send('POST', '/reports/2021-06-30/reports', {
		reportType,
		marketplaceIds: [marketplaceId],
		dataStartTime: new Date(sandbox().clock.now().getTime() - 20 * 86_400_000).toISOString(),
	});
	if (reply.status === 429) return errorOf(reply).code;
	return (await ended(client, String(reply.json['reportId'])))['processingStatus'] as never;
}

async function ended(client: Client, reportId: string): Promise<Json> {
	for (;;) {
		const { json } = await client.get(`/reports/2021-06-30/reports/${reportId}`);
		if (!['IN_QUEUE', 'IN_PROGRESS'].includes(String(json['processingStatus']))) return json;
	}
}

describe('reportQuotas', () => {
	it('Sales and Traffic: one per 15 minutes for all sellers of the application', async () => {
		const demo = await connect(sandbox());
		const second = await connect(sandbox(), 'second');
		expect(await ask(demo, TRAFFIC)).toBe('DONE');
		expect(await ask(second, TRAFFIC, DE)).toBe('QuotaExceeded');
		sandbox().clock.advance({ minutes: 14, seconds: 59 });
		expect(await ask(demo, TRAFFIC)).toBe('QuotaExceeded');
		sandbox().clock.advance({ seconds: 1 });
		expect(await ask(second, TRAFFIC, DE)).toBe('DONE');
	});

	it('Sales and Traffic: also for all applications of the seller', async () => {
		const own = await connect(sandbox());
		const other = await connectOther(sandbox(), 'demo');
		expect(await ask(other, TRAFFIC)).toBe('DONE');
		expect(await ask(own, TRAFFIC)).toBe('QuotaExceeded');
		expect(await ask(await connect(sandbox(), 'second'), TRAFFIC, DE)).toBe('DONE');
	});

	it('Sales and Traffic: 96 in 24 hours', () => {
		const quotas = new ReportQuotas('seed', new RateLimiter(false));
		const at = (minutes: number) =>
			quotas.take(
				TRAFFIC,
				{ application: 'main', seller: 'demo' },
				{ quotaTime: 'clock', clockMillis: Date.parse(NOW) + minutes * 60_000 },
			);
		const answers = Array.from({ length: 96 }, (_, index) => at(index * 15));
		expect(answers.filter((answer) => answer !== undefined)).toEqual([]);
		// If the first came a minute later, the next would be the 97th.
		expect(at(24 * 60)).toBeUndefined();
		expect(at(24 * 60 + 14)).toBe('QuotaExceeded');
	});

	it.each([
		[SHIPMENTS, 30],
		[RETURNS, 240],
	])(
		'%s: one per %d minutes; sooner requests get three kinds of responses',
		async (type, minutes) => {
			const client = await connect(sandbox());
			expect(await ask(client, type)).toBe('DONE');
			const answers = [await ask(client, type), await ask(client, type), await ask(client, type)];
			expect([...answers].sort()).toEqual(['CANCELLED', 'FATAL', 'QuotaExceeded']);
			// Each seller is counted separately.
			await ask(await connect(sandbox(), 'second'), type, DE);
			expect(sandbox().truth.reportRequests.at(-1)).not.toHaveProperty('tooSoon');
			sandbox().clock.advance({ minutes });
			expect(await ask(await connect(sandbox()), type)).toBe('DONE');
		},
	);

	it('FBA shipments: 12 in 480 minutes', () => {
		const quotas = new ReportQuotas('seed', new RateLimiter(false));
		const at = (minutes: number) =>
			quotas.take(
				SHIPMENTS,
				{ application: 'main', seller: 'demo' },
				{ quotaTime: 'clock', clockMillis: Date.parse(NOW) + minutes * 60_000 },
			);
		for (let index = 0; index < 12; index += 1) expect(at(index * 30)).toBeUndefined();
		expect(at(12 * 30)).toBeDefined();
		expect(at(479)).toBeDefined();
		expect(at(480)).toBeUndefined();
	});

	it('a report refused this way has no document and no reason', async () => {
		const client = await connect(sandbox());
		await ask(client, RETURNS);
		for (let index = 0; index < 3; index += 1) await ask(client, RETURNS);
		const { json } = await client.get(`/reports/2021-06-30/reports?reportTypes=${RETURNS}`);
		const bad = (json['reports'] as unknown as Json[]).filter(
			({ processingStatus }) => String(processingStatus) !== 'DONE',
		);
		expect(bad).toHaveLength(2);
		for (const report of bad) expect(report['reportDocumentId'] ?? null).toBeNull();
		expect(
			sandbox()
				.truth.reportRequests.map(({ tooSoon }) => tooSoon ?? 'made')
				.sort(),
		).toEqual(['CANCELLED', 'FATAL', 'QuotaExceeded', 'made']);
	});

	it('types without a documented limit have none', async () => {
		const client = await connect(sandbox());
		for (let index = 0; index < 3; index += 1) {
			expect(await ask(client, 'GET_SELLER_FEEDBACK_DATA')).toBe('DONE');
			expect(await ask(client, 'GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL')).toBe(
				'DONE',
			);
		}
	});

	it('in steady time the limits are sped up like the rate limits, and absent if there are no rate limits', () => {
		let millis = 0;
		const monotonic = () => millis;
		const steady = { quotaTime: 'steady', clockMillis: 0 } as const;
		const who = { application: 'main', seller: 'demo' };
		const fast = new ReportQuotas('seed', new RateLimiter(1000, monotonic), monotonic);
		expect(fast.take(TRAFFIC, who, steady)).toBeUndefined();
		millis += 899;
		expect(fast.take(TRAFFIC, who, steady)).toBe('QuotaExceeded');
		millis += 1;
		expect(fast.take(TRAFFIC, who, steady)).toBeUndefined();
		const free = new ReportQuotas('seed', new RateLimiter(false), monotonic);
		for (let index = 0; index < 200; index += 1) {
			expect(free.take(TRAFFIC, who, steady)).toBeUndefined();
		}
	});

	it('there are no limits without the habit', async () => {
		sandbox().habits.set({ reportQuotas: false });
		const client = await connect(sandbox());
		for (let index = 0; index < 3; index += 1) expect(await ask(client, TRAFFIC)).toBe('DONE');
	});
});

describe('two applications of one seller', () => {
	it('have their own tokens, which do not work with the other client ID', async () => {
		const { refreshToken } = sandbox().credentials('demo', 'other');
		const mixed = await fetchToken(sandbox(), { refresh_token: refreshToken });
		expect([mixed.status, mixed.json]).toEqual([
			400,
			{
				error_description: 'Not authorized for requested operation',
				error: 'unauthorized_client',
			},
		]);
		const other = await connectOther(sandbox(), 'demo');
		expect((await other.get('/sellers/v1/marketplaceParticipations')).status).toBe(200);
	});

	it('see each other\u2019s reports', async () => {
		const other = await connectOther(sandbox(), 'demo');
		await ask(other, TRAFFIC);
		const own = await connect(sandbox());
		const { json } = await own.get(
			`/reports/2021-06-30/reports?reportTypes=${TRAFFIC}&processingStatuses=DONE`,
		);
		const [report] = json['reports'] as unknown as Json[];
		expect(report?.['processingStatus']).toBe('DONE');
		expect(report).not.toHaveProperty('reportOptions');
		expect(await own.documentUrl(String(report?.['reportDocumentId']))).toContain('/documents/');
	});
});
