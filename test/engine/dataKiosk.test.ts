import { DateTime } from 'luxon';
import type { IDataObject } from 'n8n-workflow';

import type { HabitName, Sandbox, Stars } from '../../sandbox';
import { createCredentialStore, runNode, type CredentialStore, type NodeRun } from './harness';
import { passTime, usePassingTime } from './passingTime';
import { connect } from './sandboxCredential';
import { startUnknownSandbox } from './startUnknownSandbox';
import './shortWaits';

/** Daily totals from Data Kiosk, against Amazon at its worst. */

const NOW = '2026-11-23T18:00:00Z';
const MINUTE_MS = 60_000;
const [DE, FR, IT] = ['A1PA6795UKMFR9', 'A13V1IB3VIYZZH', 'APJ6JRA9NG5V4'] as const;
const US = 'ATVPDKIKX0DER';

usePassingTime(NOW);

let sandbox: Sandbox;
let credentials: CredentialStore;

beforeEach(async () => {
	await sandbox?.close();
	sandbox = await startUnknownSandbox({ reportDelayMs: 20, settings: { quotaTime: 'clock' } });
	credentials = await createCredentialStore();
	for (const seller of Object.keys(sandbox.sellers)) connect(credentials, sandbox, seller);
});
afterAll(async () => await sandbox?.close());

interface Settings {
	readonly seller?: string;
	readonly totalsFrom?: string;
	readonly waitMinutes?: number;
}

const evaluate = async (
	marketplaces: readonly string[],
	{ seller = 'europe', ...options }: Settings = {},
): Promise<NodeRun> =>
	await runNode({
		type: 'amazonSellerRating',
		parameters: {
			operation: 'evaluate',
			marketplace: { __rl: true, mode: 'id', value: '={{ $json.place }}' },
			evaluationDays: 365,
			sources: ['amazonReports'],
			counts: {},
			thresholds: {},
			simplify: false,
			options,
		},
		items: marketplaces.map((place) => ({ json: { place } })),
		credentials,
		credentialId: seller,
	});

const windowsOf = (item: IDataObject | undefined) => (item?.windows ?? []) as IDataObject[];
const yearOf = (item: IDataObject | undefined) => windowsOf(item).find(({ days }) => days === 365);
const reportsOf = (type: string) =>
	sandbox.truth.reportRequests.filter(({ reportType }) => reportType === type);
const totalsReports = () => reportsOf('GET_SALES_AND_TRAFFIC_REPORT');

/** The true counts of exactly the days that a window says it covers. */
function truthOf(window: IDataObject | undefined, seller: string, marketplaceId: string) {
	const place = sandbox.sellers[seller]?.marketplaces.find(
		({ marketplace }) => marketplace.id === marketplaceId,
	);
	const counts = { positive: 0, neutral: 0, negative: 0 };
	const band = (stars: Stars) =>
		stars >= 4 ? 'positive' : stars === 3 ? 'neutral' : ('negative' as const);
	const through = String(window?.coveredThrough);
	for (const { date, rating } of place?.feedback ?? []) {
		if (date >= String(window?.from) && date <= through) counts[band(rating)] += 1;
	}
	return counts;
}

it('gives the true rating of nine marketplaces from one query, and requests no Sales and Traffic report', async () => {
	const ids = (sandbox.sellers.europe?.marketplaces ?? []).map(({ marketplace }) => marketplace.id);
	expect(ids).toHaveLength(9);
	const { items, error } = await evaluate(ids);

	expect(error).toBeUndefined();
	expect(items).toHaveLength(9);
	for (const id of ids) {
		const item = items.find(({ marketplaceId }) => marketplaceId === id);
		const year = yearOf(item);
		expect(JSON.stringify(item)).toMatch(/Data Kiosk query \d+/);
		if (year?.provenance !== 'derived') continue;
		const { positive, neutral, negative } = year;
		expect({ id, positive, neutral, negative }).toEqual({ id, ...truthOf(year, 'europe', id) });
	}
	expect(items.filter((item) => yearOf(item)?.provenance === 'derived').length).toBeGreaterThan(5);
	expect(sandbox.truth.queryRequests).toHaveLength(1);
	expect(totalsReports()).toEqual([]);
});

it('shares the query between executions for 15 minutes, then reads all days again', async () => {
	await evaluate([DE]);
	await evaluate([FR, IT]);
	expect(sandbox.truth.queryRequests).toHaveLength(1);
	passTime(16 * MINUTE_MS);
	await evaluate([DE]);
	expect(sandbox.truth.queryRequests).toHaveLength(2);
	const [first, second] = sandbox.truth.queryRequests;
	expect(second?.query).toBe(first?.query);
});

it('never gives one seller the totals of another', async () => {
	const [demo, second] = [
		await evaluate([US], { seller: 'demo' }),
		await evaluate([DE], { seller: 'second' }),
	];
	expect(sandbox.truth.queryRequests.map(({ sellerKey }) => sellerKey)).toEqual(['demo', 'second']);
	for (const [run, seller, id] of [
		[demo, 'demo', US],
		[second, 'second', DE],
	] as const) {
		const { positive, neutral, negative } = yearOf(run.items[0]) ?? {};
		expect({ positive, neutral, negative }).toEqual(truthOf(yearOf(run.items[0]), seller, id));
	}
});

it.each([
	['kioskFieldsRefused', /denied access/],
	['kioskFatalOnce', /Data Kiosk query \d+: Amazon failed to answer it/],
	['kioskDatasetRemoved', /did not accept the request/],
	['kioskLongQueue', /still working on it/],
] as const)('with %s, uses the report, and says so in the item', async (habit: HabitName, why) => {
	sandbox.habits.set({ [habit]: true });
	const { items, error } = await evaluate([DE], { waitMinutes: 0.1 });
	expect(error).toBeUndefined();
	const year = yearOf(items[0]);
	expect(String(year?.notes)).toMatch(/totals come from the Sales and Traffic report/);
	expect(String(year?.notes)).toMatch(why);
	expect(year?.provenance).toBe('derived');
	const { positive, neutral, negative } = year ?? {};
	expect({ positive, neutral, negative }).toEqual(truthOf(year, 'europe', DE));
	expect(totalsReports()).toHaveLength(1);
});

it('with Data Kiosk alone, fails instead of using the report, and continues the same query later', async () => {
	sandbox.habits.set({ kioskLongQueue: true });
	const { error } = await evaluate([DE], { totalsFrom: 'dataKiosk', waitMinutes: 0.1 });
	expect(error?.message).toMatch(
		/Could not read the Data Kiosk query \d+: Amazon is still working/,
	);
	passTime(50 * MINUTE_MS);
	const again = await evaluate([DE], { totalsFrom: 'dataKiosk', waitMinutes: 60 });
	expect(again.error).toBeUndefined();
	expect(yearOf(again.items[0])?.provenance).toBe('derived');
	expect(sandbox.truth.queryRequests).toHaveLength(1);
	expect(totalsReports()).toEqual([]);
});

it('does not count days that Data Kiosk falsely reports as zero', async () => {
	sandbox.habits.set({ kioskFalseZeros: true });
	const { items } = await evaluate([DE]);
	for (const window of windowsOf(items[0])) {
		if (window.days === null) continue;
		if (window.provenance !== 'derived') {
			expect(window.ratingPercent).toBeNull();
			continue;
		}
		expect(String(window.coveredThrough) <= '2026-11-10').toBe(true);
	}
	expect(windowsOf(items[0]).find(({ days }) => days === 30)?.provenance).toBe('insufficient');
});

it('treats a result without a document as unknown, not as zero', async () => {
	sandbox.habits.set({ kioskNoData: true });
	const { items } = await evaluate([DE], { totalsFrom: 'dataKiosk' });
	expect(yearOf(items[0])).toMatchObject({ provenance: 'insufficient', ratingPercent: null });
});

it('reads a result of several pages and in any order', async () => {
	sandbox.settings.set({ kioskPageLines: 2_000 });
	sandbox.habits.set({ kioskShuffledRows: true });
	const { items, error } = await evaluate([DE, IT]);
	expect(error).toBeUndefined();
	expect(sandbox.truth.queryRequests.length).toBeGreaterThan(2);
	for (const id of [DE, IT]) {
		const year = yearOf(items.find(({ marketplaceId }) => marketplaceId === id));
		const { positive, neutral, negative } = year ?? {};
		expect({ positive, neutral, negative }).toEqual(truthOf(year, 'europe', id));
	}
});

it.each(['cutAfter', 'cutBefore', 'error500', 'throttle'] as const)(
	'makes at most one query if createQuery meets %s',
	async (kind) => {
		sandbox.faults.add({ kind, operation: 'createQuery', times: 1 });
		const { items, error } = await evaluate([DE]);
		expect(error).toBeUndefined();
		const year = yearOf(items[0]);
		const { positive, neutral, negative } = year ?? {};
		expect({ positive, neutral, negative }).toEqual(truthOf(year, 'europe', DE));
		const made = sandbox.truth.queryRequests.filter(({ refused }) => refused === undefined);
		expect(made.length).toBeLessThanOrEqual(1);
	},
);

it('reads a document again that arrives cut off', async () => {
	sandbox.faults.add({ kind: 'truncatedLines', times: 1 });
	const { items } = await evaluate([DE]);
	const year = yearOf(items[0]);
	const { positive, neutral, negative } = year ?? {};
	expect({ positive, neutral, negative }).toEqual(truthOf(year, 'europe', DE));
	expect(totalsReports()).toEqual([]);
});

it('compares both sources and says whether they agree', async () => {
	const { items } = await evaluate([DE], { totalsFrom: 'both' });
	const year = yearOf(items[0]);
	expect(String(year?.notes)).toMatch(
		/Data Kiosk and the Sales and Traffic report agree on all \d+/,
	);
	expect(DateTime.fromISO(String(year?.coveredThrough)).isValid).toBe(true);
	expect(totalsReports()).toHaveLength(1);
	expect(sandbox.truth.queryRequests).toHaveLength(1);
});

it('uses only the report if the user chooses it, or gives its ID', async () => {
	await evaluate([DE], { totalsFrom: 'report' });
	expect(sandbox.truth.queryRequests).toEqual([]);
	expect(totalsReports()).toHaveLength(1);
});
