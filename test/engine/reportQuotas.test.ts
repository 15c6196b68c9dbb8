import './passingWaits';
import { startSandbox, type Sandbox } from '../../sandbox';
import {
	createCredentialStore,
	runNode,
	type CredentialStore,
	type NodeRunOptions,
} from './harness';
import { passTime, timePassed, usePassingTime } from './passingTime';
import { sandboxCredential } from './sandboxCredential';

const MINUTE_MS = 60_000;
const SALES = 'GET_SALES_AND_TRAFFIC_REPORT';
const SHIPMENTS = 'GET_AMAZON_FULFILLED_SHIPMENTS_DATA_GENERAL';
const RETURNS = 'GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA';

usePassingTime('2026-11-20T09:00:00Z', { standsStill: true });

let sandbox: Sandbox;
let credentials: CredentialStore;

beforeEach(async () => {
	sandbox = await startSandbox({
		reportDelayMs: 40_000,
		rateLimits: 1,
		habits: { reportQuotas: true },
		settings: { quotaTime: 'clock' },
	});
	credentials = await createCredentialStore();
	for (const seller of Object.keys(sandbox.sellers)) {
		credentials.set(seller, sandboxCredential(sandbox, seller, { changeReportLimits: false }));
	}
	restart();
}, 60_000);

afterEach(async () => await sandbox.close());

/** Simulates a restart of n8n: clears the memory of the process. */
function restart(): void {
	const shared = jest.requireActual<Record<string, unknown>>(
		'../../dist/nodes/shared/spapi/processWide.js',
	);
	for (const each of Object.values(shared)) (each as Map<unknown, unknown>).clear();
}

const evaluate = async (
	marketplaces: readonly string[],
	credentialId = 'demo',
	options: object = {},
	type: Partial<NodeRunOptions> = {},
) =>
	await runNode({
		type: 'amazonSellerRating',
		credentials,
		credentialId,
		items: marketplaces.map((marketplace) => ({ json: { marketplace } })),
		onError: 'continueRegularOutput',
		...type,
		parameters: {
			operation: 'evaluate',
			marketplace: { __rl: true, mode: 'id', value: '={{ $json.marketplace }}' },
			evaluationDays: 365,
			sources: ['amazonReports'],
			counts: {},
			thresholds: {},
			simplify: true,
			options: { totalsFrom: 'report', ...options } as never,
		},
	});

/** Minutes at which reports of a type were requested, and how many requests were too soon. */
function requestsOf(reportType: string) {
	const requests = sandbox.truth.reportRequests.filter((each) => each.reportType === reportType);
	return {
		minutes: requests.map(({ at }) => Date.parse(at) / MINUTE_MS),
		tooSoon: requests.filter(({ tooSoon }) => tooSoon !== undefined).length,
	};
}

/** The most requests in any window of `window` minutes. */
const mostWithin = (minutes: readonly number[], window: number): number =>
	Math.max(
		0,
		...minutes.map((start) => minutes.filter((at) => at >= start && at < start + window).length),
	);

describe('Sales and Traffic, one report in 15 minutes', () => {
	it('serves several executions and nodes with one report', async () => {
		const { items } = await evaluate(['US']);
		expect(items[0]?.provenance).toBe('derived');
		passTime(5 * MINUTE_MS);
		const again = await evaluate(['US']);
		expect(again.items[0]).toMatchObject({ ratingPercent: items[0]?.ratingPercent ?? '' });
		const chart = await runNode({
			type: 'amazonSellerRating',
			credentials,
			credentialId: 'demo',
			parameters: {
				operation: 'forecast',
				marketplace: { __rl: true, mode: 'id', value: 'US' },
				sources: ['amazonReports'],
				thresholds: {},
				options: {},
			},
		});
		expect(chart.error).toBeUndefined();
		expect(requestsOf(SALES)).toMatchObject({ minutes: [expect.any(Number)], tooSoon: 0 });
	}, 120_000);

	it('says when the next report is possible if that is beyond the maximum wait', async () => {
		await evaluate(['US']);
		const run = await evaluate(['CA'], 'demo', { waitMinutes: 5 });
		const [item] = run.items;
		expect(item?.error).toMatch(
			/^Could not request the Sales and Traffic report: Amazon makes one every 15 minutes for this application. The next is possible at 09:1[5-9] UTC$/,
		);
		expect(requestsOf(SALES)).toMatchObject({ minutes: { length: 1 }, tooSoon: 0 });
	}, 120_000);

	it('handles marketplaces and sellers of one application one by one, and each gets a result', async () => {
		for (const [seller, places] of [
			['demo', ['US', 'CA', 'MX']],
			['second', ['DE', 'GB', 'FR']],
			['japan', ['JP', 'AU']],
		] as const) {
			// Some have few ratings.
			const { items, hints } = await evaluate(places, seller, { minimumTotal: 1 });
			expect(items.map(({ provenance }) => provenance)).toEqual(places.map(() => 'derived'));
			if (seller === 'demo') expect(hints.join()).toMatch(/waited 14 minute\(s\), because/);
		}
		const { minutes, tooSoon } = requestsOf(SALES);
		expect(minutes).toHaveLength(8);
		expect(tooSoon).toBe(0);
		expect(mostWithin(minutes, 15)).toBe(1);
		expect(sandbox.requests.filter(({ status }) => status === 429)).toEqual([]);
	}, 300_000);

	it('finds the earlier report through getReports after a restart', async () => {
		await evaluate(['US']);
		passTime(2 * MINUTE_MS);
		restart();
		const { items } = await evaluate(['US']);
		expect(items[0]?.provenance).toBe('derived');
		expect(requestsOf(SALES).minutes).toHaveLength(1);
	}, 120_000);

	it('does not use a report of another granularity', async () => {
		await evaluate(['CA']);
		passTime(20 * MINUTE_MS);
		const client = sandbox.credentials('demo');
		const token = await logIn(client);
		const created = await fetch(`${sandbox.url}/reports/2021-06-30/reports`, {
			method: 'POST',
			headers: { 'x-amz-access-token': token, 'user-agent': 'another tool' },
			body: JSON.stringify({
				reportType: SALES,
				marketplaceIds: ['ATVPDKIKX0DER'],
				dataStartTime: '2025-11-01T00:00:00Z',
				reportOptions: { dateGranularity: 'WEEK' },
			}),
		});
		expect(created.status).toBe(202);
		passTime(MINUTE_MS);
		restart();
		const { items } = await evaluate(['US']);
		expect(items[0]?.provenance).toBe('derived');
		const { minutes, tooSoon } = requestsOf(SALES);
		expect(tooSoon).toBe(0);
		expect(mostWithin(minutes, 15)).toBe(1);
	}, 120_000);

	it('does not slow down other types after a refusal of one type', async () => {
		await evaluate(['US']);
		restart();
		sandbox.faults.add({ kind: 'throttle', operation: 'getReports', times: 'always' });
		const run = await evaluate(['CA'], 'demo', { waitMinutes: 5 });
		expect(run.items[0]?.error).toMatch(/^Could not request the Sales and Traffic report/);
		// Once more after a minute, because the first refusal may have been for createReport's own
		// limit.
		expect(requestsOf(SALES)).toMatchObject({ minutes: { length: 3 }, tooSoon: 2 });
		const feedback = sandbox.truth.reportRequests.filter(
			({ reportType }) => reportType === 'GET_SELLER_FEEDBACK_DATA',
		);
		expect(feedback).toHaveLength(2);
		const before = timePassed();
		const health = await runNode({
			type: 'amazonSellerFeedback',
			credentials,
			credentialId: 'demo',
			parameters: {
				resource: 'accountHealth',
				operation: 'get',
				marketplace: { __rl: true, mode: 'id', value: 'US' },
				options: {},
			},
		});
		expect(health.error).toBeUndefined();
		// Waits for the report, but not for a token of an empty bucket, which takes a minute.
		expect(timePassed() - before).toBeLessThan(2 * 59_000);
	}, 120_000);
});

describe('FBA reports in an hourly workflow', () => {
	const orders = async () =>
		await runNode({
			type: 'amazonReviewSolicitation',
			credentials,
			credentialId: 'demo',
			parameters: {
				resource: 'order',
				operation: 'getMany',
				source: 'reports',
				dateType: 'created',
				marketplaces: ['ATVPDKIKX0DER'],
				from: new Date(Date.now() - 45 * 24 * 60 * MINUTE_MS).toISOString(),
				returnAll: true,
				incremental: false,
				filters: {},
				options: { fbaDeliveryDates: true },
			},
		});

	const plan = async (items: Array<{ json: never }>) =>
		await runNode({
			type: 'amazonReviewSolicitation',
			credentials,
			credentialId: 'demo',
			items,
			parameters: {
				resource: 'solicitation',
				operation: 'plan',
				rules: { returnsFromReports: true },
				options: {},
			},
		});

	it('keeps to every quota for two days, with all dates and returns available', async () => {
		const undated: number[] = [];
		for (let hour = 0; hour < 48; hour += 1) {
			const found = await orders();
			expect(found.error).toBeUndefined();
			undated.push(
				found.items.filter(
					({ deliveryDateSource, fulfilledBy, status }) =>
						deliveryDateSource === 'unknown' && fulfilledBy === 'AMAZON' && status === 'SHIPPED',
				).length,
			);
			const fba = found.items.filter(({ fulfilledBy }) => fulfilledBy === 'AMAZON').slice(0, 50);
			const planned = await plan(fba.map((json) => ({ json: json as never })));
			expect(planned.error).toBeUndefined();
			passTime(60 * MINUTE_MS - ((Date.now() / 1) % (60 * MINUTE_MS)));
		}
		const shipments = requestsOf(SHIPMENTS);
		const returns = requestsOf(RETURNS);
		expect([shipments.tooSoon, returns.tooSoon]).toEqual([0, 0]);
		expect(mostWithin(shipments.minutes, 480)).toBeLessThanOrEqual(12);
		expect(mostWithin(shipments.minutes, 30)).toBe(1);
		expect(mostWithin(returns.minutes, 240)).toBe(1);
		// Runs are exactly one hour apart, so the fourth is just before four hours have safely passed.
		expect(returns.minutes.length).toBeGreaterThanOrEqual(9);
		// Few have shipped since the last report; the others have dates from the third hour on.
		expect(Math.max(...undated.slice(3))).toBeLessThanOrEqual(10);
		expect(sandbox.requests.filter(({ status }) => status === 429)).toEqual([]);
	}, 600_000);
});

async function logIn(seller: ReturnType<Sandbox['credentials']>): Promise<string> {
	const answer = await fetch(`${sandbox.url}/auth/o2/token`, {
		method: 'POST',
		body: new URLSearchParams({
			grant_type: 'refresh_token',
			refresh_token: seller.refreshToken,
			client_id: seller.clientId,
			client_secret: seller.clientSecret,
		}),
	});
	const { access_token: token } = (await answer.json()) as { access_token: string };
	return token;
}
