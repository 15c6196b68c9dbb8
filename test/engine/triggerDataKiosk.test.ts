import './passingWaits';
import type { IDataObject } from 'n8n-workflow';

import type { HabitName, Stars } from '../../sandbox';
import { runNode } from './harness';
import { passTime } from './passingTime';
import { connect } from './sandboxCredential';
import {
	MINUTE,
	passMinutes,
	US,
	useWatching,
	type ActivateOptions,
	type Watcher,
} from './watching';

/** The trigger's daily totals from Data Kiosk, against Amazon at its worst. */

const watching = useWatching();

const SELLER = 'europe';
const TOTALS = 'GET_SALES_AND_TRAFFIC_REPORT';
const [DE, FR] = ['A1PA6795UKMFR9', 'A13V1IB3VIYZZH'] as const;
const EVERY = 360;

beforeEach(() => {
	for (const seller of ['europe', 'second']) {
		connect(watching.credentials, watching.sandbox, seller);
	}
});

const placesOf = (seller: string) => watching.sandbox.sellers[seller]?.marketplaces ?? [];
const ids = () => placesOf(SELLER).map(({ marketplace }) => marketplace.id);
const codeOf = (id: string) =>
	placesOf(SELLER).find(({ marketplace }) => marketplace.id === id)?.marketplace.countryCode;

const queries = () => watching.sandbox.truth.queryRequests;
const created = () => queries().filter(({ refused }) => refused === undefined);
const totalsReports = () =>
	watching.sandbox.truth.reportRequests.filter(({ reportType }) => reportType === TOTALS);

const RATING = ['ratingFellBelowThreshold', 'ratingRecovered'];

const activate = async (options: ActivateOptions = {}): Promise<Watcher> => {
	const watcher = await watching.activate({
		credentialId: SELLER,
		marketplaces: [DE],
		events: RATING,
		...options,
	});
	await watcher.poll();
	return watcher;
};

const totalsFrom = (source: string, more: IDataObject = {}) =>
	({ options: { totalsFrom: source, ...more } }) as ActivateOptions;

interface StoredRating {
	readonly positive: number;
	readonly neutral: number;
	readonly negative: number;
	readonly coverage: { readonly from: string; readonly through: string };
	readonly notes: readonly string[];
}

const ratingIn = (watcher: Watcher, id: string) =>
	watcher.place(id).rating as StoredRating | undefined;

/** The true counts of the days from the first to the last that are counted. */
function truthOf(
	{ from, through }: { readonly from: string; readonly through: string },
	id: string,
	seller = SELLER,
) {
	const counts = { positive: 0, neutral: 0, negative: 0 };
	const band = (stars: Stars) =>
		stars >= 4 ? 'positive' : stars === 3 ? 'neutral' : ('negative' as const);
	const place = placesOf(seller).find(({ marketplace }) => marketplace.id === id);
	for (const { date, rating } of place?.feedback ?? []) {
		if (date >= from && date <= through) counts[band(rating)] += 1;
	}
	return counts;
}

/** The rating in the state is the true one. */
function expectTruth(watcher: Watcher, id: string, seller = SELLER): void {
	const rating = ratingIn(watcher, id);
	expect(rating).toBeDefined();
	if (rating === undefined) return;
	const { positive, neutral, negative, coverage } = rating;
	expect({ id, positive, neutral, negative }).toEqual({ id, ...truthOf(coverage, id, seller) });
}

/** Lets a marketplace's rating of settled days fall below 95%. */
function letFall(id: string): void {
	const place = placesOf(SELLER).find(({ marketplace }) => marketplace.id === id);
	const positive = (place?.feedback ?? []).filter(
		({ date, rating }) => rating > 3 && date > '2026-01-01' && date < '2026-11-10',
	);
	const share = Math.ceil(positive.length / 6);
	for (const { orderId } of positive.slice(0, share)) {
		watching.sandbox.world.changeFeedback(SELLER, orderId, { rating: 1, comment: 'Broken' });
	}
}

const fellIn = (watcher: Watcher) =>
	watcher.reported
		.filter(({ event }) => event === 'ratingFellBelowThreshold')
		.map(({ marketplaceId }) => codeOf(String(marketplaceId)));

describe('nine marketplaces', () => {
	it('have their totals from one query per metrics interval, and true events', async () => {
		const watcher = await activate({
			marketplaces: ids(),
			events: [...RATING, 'newNegativeFeedback'],
			thresholds: [{ name: 'Minimum', percent: 95 }],
		});
		await passMinutes(30, watcher);
		expect(created()).toHaveLength(1);
		const rated = ids().filter((id) => ratingIn(watcher, id) !== undefined);
		expect(rated.length).toBeGreaterThan(6);
		for (const id of rated) expectTruth(watcher, id);
		watcher.take();

		for (const id of [DE, FR]) letFall(id);
		await passMinutes(EVERY, watcher);
		expect(created()).toHaveLength(2);
		expect(fellIn(watcher)).toEqual(expect.arrayContaining(['DE', 'FR']));
		expect(new Set(fellIn(watcher)).size).toBe(fellIn(watcher).length);
		for (const id of rated) expectTruth(watcher, id);
		for (const item of watcher.reported.filter(({ event }) => event === RATING[0])) {
			const { coverage, positive, neutral, negative } = item.ratingNow as IDataObject;
			const truth = truthOf(coverage as never, String(item.marketplaceId));
			expect({ positive, neutral, negative }).toEqual(truth);
		}
		await passMinutes(EVERY, watcher);
		expect(created()).toHaveLength(3);
		expect(totalsReports()).toEqual([]);
		// It has never had feedback.
		expect(watcher.thrown.map(({ message }) => message)).toEqual([
			expect.stringMatching(
				/^Could not get the feedback report \d+ for Belgium: Amazon canceled it$/,
			),
		]);
		expect(watcher.longestPollMs).toBeLessThan(20_000);
	});

	it('keep to one query if each poll has time for one report only', async () => {
		const watcher = await activate({ marketplaces: ids(), budgetMs: 0 });
		await passMinutes(90, watcher);
		expect(created()).toHaveLength(1);
		expect(ids().filter((id) => ratingIn(watcher, id) !== undefined).length).toBeGreaterThan(6);
		await passMinutes(EVERY, watcher);
		expect(created()).toHaveLength(2);
		expect(totalsReports()).toEqual([]);
	});

	it('keep to one query if Amazon does not say where the seller sells', async () => {
		watching.sandbox.faults.add({
			kind: 'error500',
			operation: 'getMarketplaceParticipations',
			times: 'always',
		});
		const watcher = await activate({ marketplaces: ids() });
		await passMinutes(30, watcher);
		expect(created()).toHaveLength(1);
		expectTruth(watcher, DE);
		expectTruth(watcher, FR);
	});

	it('are all in the query even if the login has expired when the totals are due', async () => {
		const watcher = await activate({ marketplaces: [DE] });
		await passMinutes(EVERY + 10, watcher);
		expect(created()).toHaveLength(2);
		for (const { marketplaceIds } of created()) {
			expect(marketplaceIds.toSorted()).toEqual(ids().toSorted());
		}
	});
});

describe('a query', () => {
	it.each(['written', 'lost'])(
		'is read after a restart, and no other one is created, with the state %s',
		async (state) => {
			watching.sandbox.habits.set({ kioskLongQueue: true });
			watching.sandbox.settings.set({ kioskQueueMinutes: 10 });
			const first = await activate({ marketplaces: [DE, FR] });
			await passMinutes(2, first);
			expect(created()).toHaveLength(1);
			const { staticData } = first.trigger;
			watching.startNewProcess();
			const second = await activate({
				marketplaces: [DE, FR],
				...(state === 'written' && { staticData }),
			});
			await passMinutes(30, second);
			expect(created()).toHaveLength(1);
			for (const id of [DE, FR]) expectTruth(second, id);
			expect(totalsReports()).toEqual([]);
			expect(second.thrown).toEqual([]);
		},
	);

	it('that takes nearly an hour is read then, and no poll waits for it', async () => {
		watching.sandbox.habits.set({ kioskLongQueue: true });
		watching.sandbox.settings.set({ kioskQueueMinutes: 50 });
		const watcher = await activate({ marketplaces: [DE, FR] });
		await passMinutes(45, watcher);
		expect(ratingIn(watcher, DE)).toBeUndefined();
		await passMinutes(14, watcher);
		for (const id of [DE, FR]) expectTruth(watcher, id);
		expect(created()).toHaveLength(1);
		expect(totalsReports()).toEqual([]);
		expect(watcher.thrown).toEqual([]);
		expect(watcher.longestPollMs).toBeLessThan(1_500);
	});

	it('of one trigger serves another trigger of the seller', async () => {
		const one = await activate({ id: 'one', marketplaces: [DE, FR] });
		await passMinutes(12, one);
		const other = await activate({ id: 'other', marketplaces: [FR, DE] });
		await passMinutes(30, one, other);
		await passMinutes(EVERY, one, other);
		expect(created()).toHaveLength(2);
		for (const watcher of [one, other]) for (const id of [DE, FR]) expectTruth(watcher, id);
		expect(watching.count('getDocument')).toBe(2);
		expect(totalsReports()).toEqual([]);
	});

	const evaluate = async () =>
		await runNode({
			type: 'amazonSellerRating',
			credentials: watching.credentials,
			credentialId: SELLER,
			parameters: {
				operation: 'evaluate',
				marketplace: { __rl: true, mode: 'id', value: 'FR' },
				evaluationDays: 365,
				sources: ['amazonReports'],
				counts: {},
				thresholds: {},
				simplify: true,
				options: {},
			},
		});

	it('of a trigger serves the rating node', async () => {
		const watcher = await activate();
		await passMinutes(5, watcher);
		expect((await evaluate()).items[0]).toMatchObject({ provenance: 'derived' });
		expect([created().length, totalsReports().length]).toEqual([1, 0]);
		expect(watching.count('getDocument')).toBe(1);
	});

	it('of the rating node serves a trigger, also before it is finished', async () => {
		const evaluating = evaluate();
		const watcher = await activate();
		expect((await evaluating).items[0]).toMatchObject({ provenance: 'derived' });
		await passMinutes(5, watcher);
		expectTruth(watcher, DE);
		expect([created().length, totalsReports().length]).toEqual([1, 0]);
		expect(watching.count('getDocument')).toBe(1);
	});

	it('of one seller never serves another', async () => {
		const europe = await activate({ id: 'europe' });
		const second = await activate({ id: 'second', credentialId: 'second' });
		const demo = await activate({ id: 'demo', credentialId: 'demo', marketplaces: [US] });
		await passMinutes(10, europe, second, demo);
		expect(created().map(({ sellerKey }) => sellerKey)).toEqual(['europe', 'second', 'demo']);
		expectTruth(europe, DE);
		expectTruth(second, DE, 'second');
		expectTruth(demo, US, 'demo');
		expect(ratingIn(europe, DE)).not.toMatchObject(
			truthOf({ from: '2025-11-24', through: '2026-11-19' }, DE, 'second'),
		);
	});

	it('of false zeros does not lower the rating, and causes no event', async () => {
		const watcher = await activate({ thresholds: [{ name: 'Minimum', percent: 95 }] });
		await passMinutes(5, watcher);
		watching.sandbox.habits.set({ kioskFalseZeros: true });
		await passMinutes(EVERY, watcher);
		expect(created()).toHaveLength(2);
		expect(watcher.reported).toEqual([]);
		expectTruth(watcher, DE);
	});

	it('without a document changes nothing: its days are unknown', async () => {
		const watcher = await activate();
		await passMinutes(5, watcher);
		const before = ratingIn(watcher, DE);
		watching.sandbox.habits.set({ kioskNoData: true });
		await passMinutes(EVERY, watcher);
		expect(created()).toHaveLength(2);
		// Compared once more with the same totals, within an hour of them.
		expect(ratingIn(watcher, DE)).toEqual({ ...before, asOf: expect.any(String) });
		expect(watcher.reported).toEqual([]);
		expect(watcher.thrown).toEqual([]);
	});

	it('whose result has several pages in any order is read page by page', async () => {
		watching.sandbox.settings.set({ kioskPageLines: 3_000 });
		watching.sandbox.habits.set({ kioskShuffledRows: true });
		const watcher = await activate({ marketplaces: [DE, FR] });
		await passMinutes(10, watcher);
		for (const id of [DE, FR]) expectTruth(watcher, id);
		const pages = created().filter(({ isNextPage }) => isNextPage).length;
		expect(pages).toBeGreaterThan(1);
		expect(created()).toHaveLength(1 + pages);
		expect(watching.count('getDocument')).toBe(1 + pages);
		expect(watcher.longestPollMs).toBeLessThan(1_500);
	});

	it.each(['cutAfter', 'cutBefore', 'error500', 'throttle'] as const)(
		'is created once if createQuery meets %s',
		async (kind) => {
			watching.sandbox.faults.add({ kind, operation: 'createQuery', times: 1 });
			const watcher = await activate();
			await passMinutes(10, watcher);
			expectTruth(watcher, DE);
			expect(created()).toHaveLength(1);
			expect(totalsReports()).toEqual([]);
			expect(watcher.thrown).toEqual([]);
		},
	);
});

const NOTICE = /^Could not (?:query Data Kiosk|read the Data Kiosk query \d+): /;

describe('Data Kiosk, Else the Report', () => {
	it.each<[HabitName, RegExp, number]>([
		['kioskFieldsRefused', /denied access/, 20],
		['kioskDatasetRemoved', /did not accept the request/, 20],
		['kioskFatalOnce', /Amazon failed to answer it \(FATAL\)/, 20],
		['kioskLongQueue', /Amazon did not finish it within an hour/, 80],
	])('with %s, uses one report per marketplace and says so once', async (habit, why, minutes) => {
		watching.sandbox.habits.set({ [habit]: true });
		const watcher = await activate({ marketplaces: [DE, FR] });
		await passMinutes(minutes + 20, watcher);
		expect(totalsReports().map(({ marketplaceIds }) => marketplaceIds)).toEqual([[DE], [FR]]);
		for (const id of [DE, FR]) {
			expectTruth(watcher, id);
			const notes = (ratingIn(watcher, id)?.notes ?? []).join('\n');
			expect(notes).toMatch(/The totals come from the Sales and Traffic report\. Could not /);
			expect(notes).toMatch(why);
		}
		expect(watcher.thrown).toHaveLength(1);
		expect(watcher.thrown[0]?.message).toMatch(NOTICE);
		expect(watcher.thrown[0]?.message).toMatch(why);
		expect(watcher.thrown[0]?.description).toMatch(
			/The trigger uses the Sales and Traffic report instead, .* This is reported once\./,
		);

		// With the next interval, Data Kiosk has recovered, and one query serves both again.
		watching.sandbox.habits.set({ [habit]: false });
		const before = created().length;
		await passMinutes(EVERY + 30, watcher);
		expect(created()).toHaveLength(before + 1);
		expect(totalsReports()).toHaveLength(2);
		for (const id of [DE, FR]) {
			expectTruth(watcher, id);
			expect((ratingIn(watcher, id)?.notes ?? []).join('\n')).not.toMatch(/come from the Sales/);
		}
		expect(watcher.thrown).toHaveLength(1);
	});

	it('while Data Kiosk keeps failing, tries it ever more rarely and says so only once', async () => {
		watching.sandbox.habits.set({ kioskFieldsRefused: true });
		const watcher = await activate({ marketplaces: [DE] });
		for (let minute = 0; minute < 4 * 1440; minute += 10) {
			passTime(9 * MINUTE);
			await passMinutes(1, watcher);
		}
		const refusedAt = queries().map(({ at }) =>
			Math.round((Date.parse(at) - Date.parse('2026-11-23T18:00:00Z')) / MINUTE),
		);
		// After 1, 2 and 4 intervals, then once a day, while a report is requested in each interval.
		expect(refusedAt.length).toBeGreaterThanOrEqual(5);
		expect(refusedAt.length).toBeLessThanOrEqual(7);
		expect(totalsReports().length).toBeGreaterThanOrEqual(15);
		expect(watcher.thrown).toHaveLength(1);
		expectTruth(watcher, DE);
	});

	it('after a restart does not repeat the notice', async () => {
		watching.sandbox.habits.set({ kioskFieldsRefused: true });
		const first = await activate();
		await passMinutes(20, first);
		expect(first.takeThrown()).toHaveLength(1);
		const { staticData } = first.trigger;
		watching.startNewProcess();
		const second = await activate({ staticData });
		await passMinutes(20, second);
		expect(second.thrown).toEqual([]);
		expect(queries()).toHaveLength(1);
	});

	it('costs an item only its note if the rating is an extra', async () => {
		watching.sandbox.habits.set({ kioskFieldsRefused: true });
		const watcher = await activate({ events: ['newNegativeFeedback'] });
		await passMinutes(20, watcher);
		watching.sandbox.world.addFeedback({ sellerKey: SELLER, marketplaceId: DE, rating: 1 });
		await passMinutes(30, watcher);
		expect(watcher.thrown).toEqual([]);
		expect(watcher.reported).toHaveLength(1);
		const { notes, provenance } = watcher.reported[0]?.ratingNow as IDataObject;
		expect(provenance).toBe('derived');
		expect(String(notes)).toMatch(/The totals come from the Sales and Traffic report/);
	});

	it('survives a short outage without a report, and a long one with it', async () => {
		const outage = () =>
			watching.sandbox.faults.add({ kind: 'error503', operation: 'createQuery', times: 'always' });
		const short = outage();
		const watcher = await activate();
		await passMinutes(10, watcher);
		short.remove();
		await passMinutes(20, watcher);
		expectTruth(watcher, DE);
		expect([created().length, totalsReports().length]).toEqual([1, 0]);
		expect(watcher.thrown).toEqual([]);

		const long = outage();
		await passMinutes(EVERY + 120, watcher);
		expect([created().length, totalsReports().length]).toEqual([1, 1]);
		expect(watcher.thrown).toHaveLength(1);
		expect(watcher.thrown[0]?.message).toMatch(/^Could not query Data Kiosk: /);
		long.remove();
		await passMinutes(EVERY, watcher);
		expect([created().length, totalsReports().length]).toEqual([2, 1]);
		expect(watcher.thrown).toHaveLength(1);
	});

	it.each(['error503', 'cutAfter', 'throttle'] as const)(
		'never delays feedback, even if every call to Data Kiosk meets %s',
		async (kind) => {
			const calls = ['createQuery', 'getQuery', 'getQueries', 'getDocument'];
			const options = { marketplaces: ids(), events: ['newNegativeFeedback', ...RATING] };
			const news = async (watcher: Watcher) => {
				await passMinutes(5, watcher);
				watching.sandbox.world.addFeedback({ sellerKey: SELLER, marketplaceId: FR, rating: 1 });
				const minutes: number[] = [];
				while (watcher.minute < 60) {
					await passMinutes(1, watcher);
					if (watcher.take().some(({ orderId }) => orderId !== null)) minutes.push(watcher.minute);
				}
				return minutes;
			};
			const usual = await news(
				await activate({ id: 'report', ...options, ...totalsFrom('report') }),
			);
			watching.startNewProcess();
			for (const operation of calls) {
				watching.sandbox.faults.add({ kind, operation, times: 'always' });
			}
			const late = await news(await activate({ id: 'kiosk', ...options }));
			expect(late).toEqual(usual);
		},
	);
});

describe('Data Kiosk alone', () => {
	it('requests no report, and reports a refusal at growing intervals as that of a report', async () => {
		watching.sandbox.habits.set({ kioskFieldsRefused: true });
		const marketplaces = ids().filter((id) => codeOf(id) !== 'BE');
		const watcher = await activate({ marketplaces, ...totalsFrom('dataKiosk') });
		await passMinutes(120, watcher);
		expect(totalsReports()).toEqual([]);
		expect(watcher.thrown.length).toBeGreaterThanOrEqual(4);
		expect(watcher.thrown.length).toBeLessThanOrEqual(8);
		for (const { message, description } of watcher.thrown) {
			expect(message).toBe('Could not query Data Kiosk: Amazon denied access');
			expect(description).toMatch(/^This affects the daily totals from Data Kiosk\. /);
			expect(description).toContain('the role Brand Analytics');
		}
		watching.sandbox.habits.set({ kioskFieldsRefused: false });
		await passMinutes(65, watcher);
		expectTruth(watcher, DE);
		expect(totalsReports()).toEqual([]);
	});

	it('reports a failed query once and creates another one after a while', async () => {
		watching.sandbox.habits.set({ kioskFatalOnce: true });
		const watcher = await activate({ marketplaces: [DE, FR], ...totalsFrom('dataKiosk') });
		await passMinutes(60, watcher);
		expect(watcher.thrown).toHaveLength(1);
		expect(watcher.thrown[0]?.message).toMatch(NOTICE);
		expect(watcher.thrown[0]?.message).toMatch(/FATAL/);
		expect(watcher.thrown[0]?.description).toMatch(/retries at growing intervals/);
		expect(created()).toHaveLength(2);
		expect(totalsReports()).toEqual([]);
		for (const id of [DE, FR]) expectTruth(watcher, id);
	});

	it('that is stuck creates another one after an hour, and never two at once', async () => {
		watching.sandbox.faults.add({ kind: 'queryStuck', times: 1 });
		watching.sandbox.habits.set({ kioskOneOpenQuery: false });
		const watcher = await activate(totalsFrom('dataKiosk'));
		await passMinutes(58, watcher);
		expect(created()).toHaveLength(1);
		await passMinutes(40, watcher);
		expect(created()).toHaveLength(2);
		expect(watcher.thrown.map(({ message }) => message)).toEqual([
			expect.stringMatching(/^Could not read the Data Kiosk query \d+: Amazon did not finish it/),
		]);
		expectTruth(watcher, DE);
		expect(totalsReports()).toEqual([]);
	});
});

describe('the report alone', () => {
	it('makes no query', async () => {
		const watcher = await activate({ marketplaces: [DE, FR], ...totalsFrom('report') });
		await passMinutes(EVERY + 60, watcher);
		expect(queries()).toEqual([]);
		expect(watching.count('getQueries')).toBe(0);
		expect(totalsReports()).toHaveLength(4);
		for (const id of [DE, FR]) {
			expectTruth(watcher, id);
			expect((ratingIn(watcher, id)?.notes ?? []).join('\n')).not.toMatch(/come from the Sales/);
		}
	});

	it('requested before an update of this package is still read', async () => {
		const first = await activate(totalsFrom('report'));
		expect(totalsReports()).toHaveLength(1);
		const { staticData } = first.trigger;
		expect(JSON.stringify(staticData)).not.toContain('dataKiosk');
		watching.startNewProcess();
		const second = await activate({ staticData });
		await passMinutes(5, second);
		expectTruth(second, DE);
		expect([created().length, totalsReports().length]).toEqual([0, 1]);
		await passMinutes(EVERY, second);
		expect([created().length, totalsReports().length]).toEqual([1, 1]);
	});

	it('chosen instead of Data Kiosk takes over at once', async () => {
		const first = await activate();
		await passMinutes(1, first);
		expect(created()).toHaveLength(1);
		const { staticData } = first.trigger;
		const second = await activate({ staticData, ...totalsFrom('report') });
		await passMinutes(5, second);
		expectTruth(second, DE);
		expect([created().length, totalsReports().length]).toEqual([1, 1]);
	});
});

describe('a test event', () => {
	const fetchOne = async (options: ActivateOptions = {}): Promise<Watcher> =>
		await activate({ manual: true, ...options });

	it('of the rating waits for a query and requests no totals report', async () => {
		const watcher = await fetchOne();
		expect(watcher.thrown).toEqual([]);
		expect(watcher.reported).toMatchObject([
			{ event: 'ratingFellBelowThreshold', ratingNow: { provenance: 'derived' } },
		]);
		expect([created().length, totalsReports().length]).toEqual([1, 0]);
		expect(watcher.longestPollMs).toBeLessThan(45_000);
	});

	it('of feedback uses a query that exists, and creates none', async () => {
		const without = await fetchOne({ events: ['newNegativeFeedback'] });
		expect(without.reported).toMatchObject([{ ratingNow: { provenance: 'insufficient' } }]);
		expect(created()).toEqual([]);
		const active = await activate({ id: 'active' });
		await passMinutes(5, active);
		watching.startNewProcess();
		passTime(MINUTE);
		const watcher = await fetchOne({ events: ['newNegativeFeedback'], id: 'manual' });
		expect(watcher.reported).toMatchObject([{ ratingNow: { provenance: 'derived' } }]);
		expect(created()).toHaveLength(1);
	});

	it('uses the report if Data Kiosk fails, unless the user chose Data Kiosk alone', async () => {
		watching.sandbox.habits.set({ kioskFieldsRefused: true });
		const alone = await fetchOne(totalsFrom('dataKiosk'));
		expect(alone.reported).toEqual([]);
		expect(alone.thrown[0]?.message).toBe('Could not query Data Kiosk: Amazon denied access');
		const watcher = await fetchOne();
		expect(watcher.reported).toMatchObject([{ ratingNow: { provenance: 'derived' } }]);
		expect(totalsReports()).toHaveLength(1);
	});

	it('says that Amazon is still working on the query, and reads the same one later', async () => {
		watching.sandbox.habits.set({ kioskLongQueue: true });
		watching.sandbox.settings.set({ kioskQueueMinutes: 5 });
		const first = await fetchOne(totalsFrom('dataKiosk'));
		expect(first.thrown[0]?.message).toBe(
			'Could not fetch a test event: Amazon is still preparing the daily totals for Germany',
		);
		passTime(5 * MINUTE);
		const second = await fetchOne(totalsFrom('dataKiosk'));
		expect(second.reported).toMatchObject([{ ratingNow: { provenance: 'derived' } }]);
		expect(created()).toHaveLength(1);
	});
});
