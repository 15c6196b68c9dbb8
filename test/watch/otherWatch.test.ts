import type { WatchSettings } from '../../nodes/AmazonSellerFeedbackTrigger/watch/events';
import { noticesOf, withReported } from '../../nodes/AmazonSellerFeedbackTrigger/watch/notices';
import {
	readState,
	startWatch,
	type MarketplaceWatch,
} from '../../nodes/AmazonSellerFeedbackTrigger/watch/state';
import { plusDays } from '../../nodes/shared/domain/calendar';
import { feedbackOn, healthOn, observe, rowOf, settingsWith, thresholdOf } from './support';

const BEGAN = '2026-11-01T00:00:00.000Z';

const begin = (): MarketplaceWatch => startWatch(BEGAN, '2026-11-01', 0);

/** The day of one feedback entry that is in every report. */
const EARLIER = '2026-10-20';

/** A year of totals, with ratings on its last day and on EARLIER, and a feedback report of the same time. */
function day(date: string, received: number, negative: number) {
	const asOf = `${date}T12:00:00.000Z`;
	const daily = Array.from({ length: 365 }, (_, index) => {
		if (index === 0) return { date, received, negative };
		const earlier = plusDays(date, -index);
		const bad = earlier === EARLIER ? 1 : 0;
		return { date: earlier, received: bad, negative: bad };
	});
	const rows = Array.from({ length: negative }, (_, index) => rowOf(index + 2, date));
	return [
		{ kind: 'totals', asOf, daily } as const,
		feedbackOn(date, [rowOf(1, EARLIER), ...rows], asOf),
	];
}

/** So that the rows of those days are not reported here. */
const RATING_ONLY: Partial<WatchSettings> = {
	events: ['ratingFellBelowThreshold', 'ratingRecovered'],
};

const idsOf = (state: MarketplaceWatch, settings: WatchSettings, date: string, bad: number) => {
	const { state: after, events } = observe(state, day(date, 100, bad), settings);
	return { after, ids: events.map(({ id }) => id) };
};

describe('an event ID never names two events', () => {
	it.each<[string, Partial<WatchSettings>]>([
		['the rating window is changed for a day', { ratingDays: 90 }],
		['a threshold is removed for a day', { thresholds: [thresholdOf(80)] }],
	])('when %s', (_, other) => {
		const settings = settingsWith(RATING_ONLY);
		const ids: string[] = [];
		let state = begin();
		const observeDay = (date: string, bad: number, using = settings): void => {
			const observed = idsOf(state, using, date, bad);
			state = observed.after;
			ids.push(...observed.ids);
		};
		observeDay('2026-11-02', 1);
		observeDay('2026-11-03', 20);
		observeDay('2026-11-04', 0);
		observeDay('2026-11-05', 0, settingsWith({ ...RATING_ONLY, ...other }));
		observeDay('2026-11-06', 0);
		observeDay('2026-11-07', 30);
		observeDay('2026-11-08', 0);
		expect(ids).toHaveLength(4);
		expect(new Set(ids).size).toBe(4);
	});

	it('when the watch of feedback is restarted and the same feedback appears again', () => {
		const settings = settingsWith();
		const idsSince = (began: string): string[] => {
			const reports = [
				feedbackOn('2026-11-02', [rowOf(1, '2026-11-02')]),
				feedbackOn('2026-11-03', [rowOf(1, '2026-11-02'), rowOf(2, '2026-11-03')]),
			];
			const start = startWatch(began, '2026-11-01', 0);
			return observe(start, reports, settings).events.map(({ id }) => id);
		};
		const [first, again, other] = [BEGAN, BEGAN, '2026-11-01T09:00:00.000Z'].map(idsSince) as [
			string[],
			string[],
			string[],
		];
		expect(again).toEqual(first);
		expect(first.length).toBeGreaterThan(0);
		expect(other.filter((id) => first.includes(id))).toEqual([]);
	});
});

describe('what changed only through other settings is not reported', () => {
	const at = (date: string) => `${date}T00:05:00.000Z`;

	it.each([
		['raised', undefined, 5],
		['lowered', 5, undefined],
		['lowered', 5, 1],
	])('when the target is %s, from %p to %p', (_, before, after) => {
		const known = observe(
			begin(),
			[healthOn(at('2026-11-01'), 'NORMAL', 20)],
			settingsWith({ defectTarget: before }),
		).state;
		const settings = settingsWith({ defectTarget: after });
		const changed = observe(known, [healthOn(at('2026-11-02'), 'NORMAL', 20)], settings);
		expect(changed.events).toEqual([]);
		// From then on, changes are reported by the new target.
		const good = observe(changed.state, [healthOn(at('2026-11-03'), 'NORMAL', 0)], settings);
		const bad = observe(good.state, [healthOn(at('2026-11-04'), 'NORMAL', 60)], settings);
		expect([...good.events, ...bad.events].map(({ event }) => event)).toEqual(
			after === 5
				? ['orderDefectRateAboveTarget']
				: ['orderDefectRateRecovered', 'orderDefectRateAboveTarget'],
		);
	});

	it.each<[string, Partial<WatchSettings>, Partial<WatchSettings>, number, number]>([
		['the margin of the defect rate', { defectMargin: 0.5 }, { defectMargin: 0.1 }, 10, 8],
		['the minimum number of orders', { minimumOrders: 1000 }, { minimumOrders: 1 }, 10, 10],
	])('when %s changes', (_, before, after, first, second) => {
		const known = observe(
			begin(),
			[healthOn(at('2026-11-01'), null, 0), healthOn(at('2026-11-02'), null, first)],
			settingsWith(before),
		);
		expect(known.events.map(({ event }) => event)).toEqual(['orderDefectRateAboveTarget']);
		const changed = observe(
			known.state,
			[healthOn(at('2026-11-03'), null, second)],
			settingsWith(after),
		);
		expect(changed.events).toEqual([]);
	});

	it.each<[string, Partial<WatchSettings>, Partial<WatchSettings>]>([
		['the margin of the rating', { ratingMargin: 1 }, { ratingMargin: 0.1 }],
		['the minimum number of ratings', { minimumRatings: 100 }, { minimumRatings: 10 }],
	])('when %s changes', (_, before, after) => {
		const settings = settingsWith({ ...RATING_ONLY, ...before });
		const fell = observe(
			begin(),
			[...day('2026-11-02', 1000, 0), ...day('2026-11-03', 1000, 60)],
			settings,
		);
		expect(fell.events.map(({ event }) => event)).toEqual(['ratingFellBelowThreshold']);
		// 95.2%: above the threshold by the new margin, or evaluated now that fewer ratings are enough.
		const changed = observe(
			fell.state,
			day('2026-11-04', 1000, 48),
			settingsWith({ ...RATING_ONLY, ...after }),
		);
		expect(changed.events).toEqual([]);
		const again = observe(
			changed.state,
			day('2026-11-05', 1000, 60),
			settingsWith({ ...RATING_ONLY, ...after }),
		);
		expect(new Set([...fell.events, ...again.events].map(({ id }) => id)).size).toBe(
			1 + again.events.length,
		);
	});

	it('reports when Amazon lowers its own target below the rate', () => {
		const known = observe(begin(), [healthOn(at('2026-11-01'), null, 7)], settingsWith()).state;
		const { events } = observe(known, [healthOn(at('2026-11-02'), null, 7, 0.5)], settingsWith());
		expect(events.map(({ event }) => event)).toEqual(['orderDefectRateAboveTarget']);
	});
});

describe("another seller's token in the same credential", () => {
	const stored = (place: MarketplaceWatch): unknown =>
		JSON.parse(
			JSON.stringify({ version: 1, credential: 'one', seller: 'A', marketplaces: { M: place } }),
		);
	const doubted = (place: MarketplaceWatch): MarketplaceWatch =>
		readState(stored(place), 'one', 'B')?.marketplaces.M as MarketplaceWatch;
	const settings = settingsWith();
	const ofA = () =>
		observe(
			begin(),
			[...day('2026-11-01', 100, 0), healthOn('2026-11-01T12:05:00.000Z', 'NORMAL', 0)],
			settings,
		).state;
	const healthOfB = healthOn('2026-11-02T00:05:00.000Z', 'DEACTIVATED', 40);
	const feedbackOfB = feedbackOn('2026-11-02', [rowOf(7, '2026-10-30'), rowOf(8, '2026-11-02')]);

	it('reports nothing before it is clear which seller the report belongs to', () => {
		const { state, events } = observe(doubted(ofA()), [healthOfB], settings);
		expect(events).toEqual([]);
		expect(state).toMatchObject({ inDoubt: true, account: { status: 'NORMAL' } });
	});

	it("does not compare one seller's totals with the other's feedback", () => {
		const totals = { kind: 'totals', asOf: '2026-11-02T12:00:00.000Z', daily: [] } as const;
		const withTotals = doubted(ofA());
		expect(withTotals.totals).toBeUndefined();
		expect(withTotals.reports).toEqual({});
		expect(observe(withTotals, [totals], settings).events).toEqual([]);
	});

	it('starts over with the other seller and reports nothing old of either', () => {
		const { state, events } = observe(doubted(ofA()), [feedbackOfB, healthOfB], settings);
		expect(events).toEqual([]);
		expect(state).toMatchObject({ account: { status: 'DEACTIVATED' } });
		expect(state.inDoubt).toBeUndefined();
		expect(state.rating).toBeUndefined();
		const next = healthOn('2026-11-03T00:05:00.000Z', 'NORMAL', 40);
		expect(observe(state, [next], settings).events).toMatchObject([
			{ event: 'accountStatusChanged', before: 'DEACTIVATED', after: 'NORMAL' },
		]);
	});

	it('does not report what is already wrong with the other seller, even with a lookback', () => {
		const looking = settingsWith({ reportPresent: true });
		const { events } = observe(doubted(ofA()), [feedbackOfB, healthOfB], looking);
		expect(events).toEqual([]);
	});

	it('continues with the same seller and reports what happened in the meantime', () => {
		const same = feedbackOn('2026-11-02', [rowOf(1, '2026-10-20'), rowOf(2, '2026-11-02')]);
		const { events } = observe(doubted(ofA()), [healthOfB, same, healthOfB], settings);
		expect(events.map(({ event }) => event)).toEqual([
			'newNegativeFeedback',
			'orderDefectRateAboveTarget',
			'accountStatusChanged',
		]);
	});

	it.each([
		['no feedback is stored', begin(), feedbackOfB],
		['the report has no rows', ofA(), feedbackOn('2026-11-02', [])],
		[
			'Amazon cancels the report',
			ofA(),
			{
				kind: 'nothing',
				report: 'feedback',
				id: 'r1',
				how: 'CANCELLED',
				today: '2026-11-02',
			} as const,
		],
	])('starts over when %s, because it cannot distinguish the sellers', (_, known, report) => {
		const { state, events } = observe(doubted(known), [report, healthOfB], settings);
		expect(events).toEqual([]);
		expect(state.inDoubt).toBeUndefined();
		expect(state).toMatchObject({ account: { status: 'DEACTIVATED' } });
	});
});

describe("Amazon's totals lose days permanently", () => {
	const LOST = new Set([1, 2, 3, 4, 5].map((days) => plusDays('2026-01-10', days)));

	/**
	 * A year with three ratings a day, all negative from January 21 on; some days vanish on
	 * January 20.
	 */
	const reportsOn = (today: string) => {
		const asOf = `${today}T12:00:00.000Z`;
		const daily = Array.from({ length: 365 }, (_, index) => plusDays(today, index - 364))
			.filter((date) => today < '2026-01-20' || !LOST.has(date))
			.map((date) => ({ date, received: 3, negative: date > '2026-01-20' ? 3 : 0 }));
		// One before the window, so that no report is empty.
		const rows = [rowOf(1, plusDays(today, -365))];
		rows.push(
			...daily.flatMap(({ date, negative }, day) =>
				Array.from({ length: negative }, (_, index) => rowOf(10_000 + 3 * day + index, date)),
			),
		);
		return [{ kind: 'totals', asOf, daily } as const, feedbackOn(today, rows, asOf)];
	};

	it('holds the rating back for some days, reports that once, and then evaluates it without them', () => {
		const settings = settingsWith({ ...RATING_ONLY, ratingDays: 365, daysToWatch: 90 });
		let state = startWatch('2026-01-01T00:00:00.000Z', '2026-01-01', 0);
		const reported: string[] = [];
		const noticed: string[] = [];
		for (let days = 0; days < 60; days += 1) {
			const today = plusDays('2026-01-05', days);
			const { state: next, events } = observe(state, reportsOn(today), settings);
			state = next;
			for (const { event } of events) reported.push(`${today} ${event}`);
			for (const { about, message, description } of noticesOf(state, 'United States')) {
				noticed.push(`${today} ${about}`);
				expect(message).toMatch(/rating.*United States.*2026-01-19/);
				expect(description).toMatch(/totals.*day\(s\).*once/);
				state = withReported(state, about);
			}
		}
		expect(noticed).toEqual([expect.stringMatching(/^2026-01-2[123] unjudged$/)]);
		// 18 days of negatives among 360 are 95%; the day after, it is less.
		expect(reported.filter((event) => event.includes('rating'))).toEqual([
			expect.stringMatching(/^2026-02-\d\d ratingFellBelowThreshold$/),
		]);
	});
});

describe('a marketplace without ratings', () => {
	it('causes no notice that the rating could not be evaluated', () => {
		const settings = settingsWith({ ...RATING_ONLY, ratingDays: 30 });
		let state = startWatch('2026-01-01T00:00:00.000Z', '2026-01-01', 0);
		for (let days = 0; days < 10; days += 1) {
			const today = plusDays('2026-01-05', days);
			const asOf = `${today}T12:00:00.000Z`;
			const daily = Array.from({ length: 365 }, (_, index) => ({
				date: plusDays(today, index - 364),
				received: 0,
				negative: 0,
			}));
			// The only feedback is older than the window.
			const old = feedbackOn(today, [rowOf(1, '2025-06-01')], asOf);
			state = observe(state, [{ kind: 'totals', asOf, daily }, old], settings).state;
			expect(noticesOf(state, 'Mexico')).toEqual([]);
		}
	});
});
