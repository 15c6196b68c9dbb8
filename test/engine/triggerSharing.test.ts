import './passingWaits';
import { runNode } from './harness';
import { passTime } from './passingTime';
import { NO_REPORT_LIMITS } from '../../sandbox';
import { connect } from './sandboxCredential';
import { MINUTE, passMinutes, US, useWatching } from './watching';

const watching = useWatching({
	habits: { reportQuotas: true },
	settings: { quotaTime: 'clock' },
});

const TOTALS = 'GET_SALES_AND_TRAFFIC_REPORT';
const RATING = {
	events: ['ratingFellBelowThreshold'],
	options: { daysUntilSettled: 3, totalsFrom: 'report' },
};

const totalsRequested = () =>
	watching.sandbox.truth.reportRequests.filter(({ reportType }) => reportType === TOTALS);

/** Evaluate, with a wait too short for a separate report if another was made. */
const evaluate = async () =>
	await runNode({
		type: 'amazonSellerRating',
		credentials: watching.credentials,
		parameters: {
			operation: 'evaluate',
			marketplace: { __rl: true, mode: 'id', value: 'US' },
			evaluationDays: 365,
			sources: ['amazonReports'],
			counts: {},
			thresholds: {},
			simplify: true,
			options: { waitMinutes: 5, totalsFrom: 'report' },
		},
	});

/** Requests weekly totals through Amazon's API, as another application of the seller would. */
async function requestWeeks(): Promise<void> {
	const { sandbox } = watching;
	const { refreshToken, clientId, clientSecret } = sandbox.credentials('demo');
	const login = await fetch(`${sandbox.url}/auth/o2/token`, {
		method: 'POST',
		body: new URLSearchParams({
			grant_type: 'refresh_token',
			refresh_token: refreshToken,
			client_id: clientId,
			client_secret: clientSecret,
		}),
	});
	const { access_token: token } = (await login.json()) as { access_token: string };
	const created = await fetch(`${sandbox.url}/reports/2021-06-30/reports`, {
		method: 'POST',
		headers: { 'x-amz-access-token': token, 'user-agent': 'another tool' },
		body: JSON.stringify({
			reportType: TOTALS,
			marketplaceIds: [US],
			dataStartTime: new Date(Date.now() - 730 * 1440 * MINUTE).toISOString(),
			reportOptions: { dateGranularity: 'WEEK' },
		}),
	});
	expect(created.status).toBe(202);
}

const limited = () =>
	connect(watching.credentials, watching.sandbox, 'demo', { changeReportLimits: false });

describe('a Sales and Traffic report', () => {
	it('of the trigger is shared with the rating node, and little of it is stored', async () => {
		limited();
		const watcher = await watching.activate(RATING);
		await watcher.poll();
		await passMinutes(3, watcher);
		expect(totalsRequested()).toHaveLength(1);
		const { items } = await evaluate();
		expect(items[0]).toMatchObject({ provenance: 'derived' });
		expect(totalsRequested()).toHaveLength(1);
		const { counts } = watcher.place().totals as { counts: number[] };
		expect(counts.length).toBeLessThanOrEqual(2 * 366);
		expect(JSON.stringify(watcher.trigger.staticData).length).toBeLessThan(10_000);
	});

	it('of the rating node is shared with the trigger', async () => {
		limited();
		expect((await evaluate()).items[0]).toMatchObject({ provenance: 'derived' });
		const watcher = await watching.activate(RATING);
		await watcher.poll();
		await passMinutes(3, watcher);
		expect(totalsRequested()).toHaveLength(1);
		expect(watcher.place().rating).toBeDefined();
	});

	it.each(['while it is prepared', 'after it is finished'])(
		'by week, requested by another application, is not treated as one by day (%s)',
		async (when) => {
			limited();
			await requestWeeks();
			if (when === 'after it is finished') passTime(2 * MINUTE);
			const watcher = await watching.activate(RATING);
			await watcher.poll();
			await passMinutes(30, watcher);
			expect(watcher.thrown).toEqual([]);
			expect(totalsRequested()).toHaveLength(2);
			expect(totalsRequested().filter(({ tooSoon }) => tooSoon !== undefined)).toEqual([]);
			expect(watcher.place().rating).toBeDefined();
		},
	);

	it('by week is recognized after a restart, too', async () => {
		limited();
		await requestWeeks();
		const first = await watching.activate(RATING);
		await first.poll();
		await passMinutes(1, first);
		const { staticData } = first.trigger;
		watching.startNewProcess();
		const second = await watching.activate({ ...RATING, staticData });
		await second.poll();
		await passMinutes(30, second);
		expect(second.thrown).toEqual([]);
		expect(second.place().rating).toBeDefined();
	});

	it('by week is not used for a test event', async () => {
		connect(watching.credentials, watching.sandbox, 'demo', NO_REPORT_LIMITS);
		watching.sandbox.habits.set({ reportQuotas: false });
		await requestWeeks();
		passTime(2 * MINUTE);
		const watcher = await watching.activate({ ...RATING, manual: true });
		await watcher.poll();
		expect(watcher.thrown).toEqual([]);
		expect(watcher.reported).toMatchObject([
			{ event: 'ratingFellBelowThreshold', ratingNow: { provenance: 'derived' } },
		]);
		expect(totalsRequested()).toHaveLength(2);
	});
});
