import fc from '../fastCheck';

import type { Observation } from '../../nodes/AmazonSellerFeedbackTrigger/watch/events';
import { startWatch } from '../../nodes/AmazonSellerFeedbackTrigger/watch/state';
import { plusDays } from '../../nodes/shared/domain/calendar';
import { observe, settingsWith } from './support';

const FIRST = '2026-01-01';
const NEW = startWatch(`${FIRST}T00:00:00.000Z`, FIRST, 0);

const SETTINGS = settingsWith({ daysUntilSettled: 3 });

/** The last settled day of totals that Amazon makes on a day. */
const LAG = 4;

interface Shop {
	readonly percent: number | null;
	readonly pageViews?: number | null;
}

/** The totals made `LAG` days after the last of these days. */
const totalsOf = (days: readonly Shop[], first = plusDays(FIRST, -60)): Observation => {
	const madeOn = plusDays(first, days.length - 1 + LAG);
	return {
		kind: 'totals',
		asOf: `${madeOn}T12:00:00.000Z`,
		madeOn,
		daily: days.map(({ percent, pageViews = 100 }, index) => ({
			date: plusDays(first, index),
			received: 0,
			negative: 0,
			pageViews,
			buyBoxPercent: percent,
		})),
	};
};

const daysOf = (count: number, percent: number | null, pageViews: number | null = 100): Shop[] =>
	Array.from({ length: count }, () => ({ percent, pageViews }));

/** The totals of each day, from the 40th on, with all days before it. */
const dayByDay = (days: readonly Shop[]): Observation[] =>
	days.slice(39).map((_, index) => totalsOf(days.slice(0, 40 + index)));

const eventsOf = (days: readonly Shop[], settings = SETTINGS) =>
	observe(NEW, dayByDay(days), settings).events;

const namesOf = (...observed: Parameters<typeof eventsOf>) =>
	eventsOf(...observed).map(({ event }) => event);

it('reports a fall with both shares, their days and the difference', () => {
	const days = [...daysOf(45, 90), ...daysOf(7, 72.25)];
	const [event, ...others] = eventsOf(days);
	expect(others).toEqual([]);
	// Four of the seven days are at 72.25: 4 × 17.75 / 7 is the first difference above 10.
	expect(event).toMatchObject({
		event: 'buyBoxShareFell',
		id: `buyBox/10/1/raised/${NEW.began}`,
		before: { buyBoxPercent: 90, pageViews: 2800 },
		after: { buyBoxPercent: 79.86, pageViews: 700, changePoints: -10.14 },
		notes: [],
	});
	expect(event).toMatchObject({
		after: { from: plusDays(FIRST, -18), through: plusDays(FIRST, -12) },
	});
});

it.each([
	[80, true],
	[80.0001, false],
])('a share of %d%% after 90%% has fallen by 10 points: %p', (percent, hasFallen) => {
	const { events } = observe(
		NEW,
		[totalsOf(daysOf(40, 90)), totalsOf([...daysOf(33, 90), ...daysOf(7, percent)])],
		SETTINGS,
	);
	expect(events.length > 0).toBe(hasFallen);
});

it('has recovered at the margin above the level of the fall, compared with the days before it', () => {
	const fall = [...daysOf(40, 90), ...daysOf(14, 70)];
	expect(namesOf([...fall, ...daysOf(14, 84.99)])).toEqual(['buyBoxShareFell']);
	expect(namesOf([...fall, ...daysOf(14, 85)])).toEqual([
		'buyBoxShareFell',
		'buyBoxShareRecovered',
	]);
});

it('a margin above the drop needs the share of before, not more', () => {
	const wide = settingsWith({ daysUntilSettled: 3, buyBoxMargin: 30 });
	const fall = [...daysOf(40, 90), ...daysOf(14, 70)];
	expect(namesOf([...fall, ...daysOf(14, 90)], wide)).toEqual([
		'buyBoxShareFell',
		'buyBoxShareRecovered',
	]);
	expect(namesOf([...fall, ...daysOf(14, 89.99)], wide)).toEqual(['buyBoxShareFell']);
});

it('a lower share that lasts for five weeks is not a recovery, and a further fall is reported', () => {
	const days = [...daysOf(40, 90), ...daysOf(45, 70), ...daysOf(10, 50)];
	expect(namesOf(days)).toEqual(['buyBoxShareFell', 'buyBoxShareFell']);
	expect(new Set(eventsOf(days).map(({ id }) => id)).size).toBe(2);
});

it('weighs days by their page views', () => {
	// Six days without the Buy Box, but nearly all views on the seventh.
	const quiet = [...daysOf(6, 0, 1), ...daysOf(1, 90, 1000)];
	expect(namesOf([...daysOf(40, 90), ...quiet])).toEqual([]);
});

it.each([
	['in the last week', [...daysOf(40, 90), ...daysOf(7, 10, 14)]],
	['in the weeks before', [...daysOf(40, 90, 3), ...daysOf(7, 10)]],
])('is not evaluated with fewer than the minimum of page views %s', (_, days) => {
	const reports = [totalsOf(daysOf(40, 90)), totalsOf(days)];
	expect(observe(NEW, reports, SETTINGS).events).toEqual([]);
	const { events } = observe(NEW, reports, { ...SETTINGS, minimumPageViews: 80 });
	expect(events).toMatchObject([{ event: 'buyBoxShareFell' }]);
});

it.each([
	['the share', daysOf(2, null, 100)],
	['the page views', daysOf(2, 10, null)],
])('is not evaluated if Amazon lacks %s for more than one day in four', (_, unknown) => {
	const settled = [...daysOf(40, 90), ...unknown];
	expect(
		observe(NEW, [totalsOf(daysOf(40, 90)), totalsOf([...settled, ...daysOf(5, 10)])], SETTINGS)
			.events,
	).toEqual([]);
	expect(
		observe(
			NEW,
			[
				totalsOf(daysOf(40, 90)),
				totalsOf([...daysOf(40, 90), ...unknown.slice(1), ...daysOf(6, 10)]),
			],
			SETTINGS,
		).events,
	).toMatchObject([
		{ event: 'buyBoxShareFell', notes: [expect.stringContaining('1 of the 7 days')] },
	]);
});

it('at the start, a share that has fallen is reported only with a lookback', () => {
	const fallen = [totalsOf([...daysOf(33, 90), ...daysOf(7, 60)])];
	expect(observe(NEW, fallen, SETTINGS).events).toEqual([]);
	const { events } = observe(NEW, fallen, { ...SETTINGS, reportPresent: true });
	expect(events).toMatchObject([{ event: 'buyBoxShareFell' }]);
	// It is known, so its recovery is reported.
	const recovered = totalsOf([...daysOf(33, 90), ...daysOf(7, 60), ...daysOf(7, 90)]);
	expect(observe(NEW, [...fallen, recovered], SETTINGS).events).toMatchObject([
		{ event: 'buyBoxShareRecovered', before: { buyBoxPercent: 90 } },
	]);
});

it('totals that lack their last days change nothing, and neither do more days until they settle', () => {
	const days = [...daysOf(45, 90), ...daysOf(14, 76)];
	const { state } = observe(NEW, dayByDay(days), SETTINGS);
	const before = totalsOf(days.slice(0, 46));
	expect(observe(state, [before, totalsOf(days)], SETTINGS)).toEqual({
		state: expect.objectContaining({ buyBox: state.buyBox, alarms: state.alarms }),
		events: [],
	});
	const later = totalsOf([...days, ...daysOf(2, 76)]);
	const settled = { ...SETTINGS, daysUntilSettled: 13 };
	expect(observe(state, [later, totalsOf([...days, ...daysOf(4, 76)])], settled).events).toEqual(
		[],
	);
});

it('a share that is back, but has fallen from the weeks before, has not recovered', () => {
	// 81.25% before the first fall, then 95%, then a second fall.
	const fell = {
		on: plusDays(FIRST, -12),
		from: null,
		through: null,
		weighted: 812_500 * 2800,
		views: 2800,
	};
	const state = {
		...NEW,
		alarms: { 'buyBox/10': { raised: true, changes: 1, by: '5/100' } },
		buyBox: { through: plusDays(FIRST, -12), fell },
	};
	const reports = [totalsOf([...daysOf(45, 95), ...daysOf(7, 77)])];
	const { events, state: next } = observe(state, reports, SETTINGS);
	expect(events).toEqual([]);
	expect(observe(next, reports, SETTINGS).events).toEqual([]);
});

it('another drop in the settings is a new baseline', () => {
	const { state } = observe(NEW, [totalsOf(daysOf(40, 90))], SETTINGS);
	const fallen = [totalsOf([...daysOf(34, 90), ...daysOf(7, 80)])];
	expect(observe(state, fallen, { ...SETTINGS, buyBoxDrop: 5 }).events).toEqual([]);
	expect(observe(state, fallen, SETTINGS).events).toHaveLength(1);
});

it('is the same as comparing exactly, day by day, for any shares', () => {
	const shares = fc.array(
		fc.record({
			percent: fc.constantFrom(60, 69.99, 70, 74.99, 75, 80, 90, 90.01),
			pageViews: fc.constantFrom(1, 50, 100, 400),
			days: fc.integer({ min: 1, max: 20 }),
		}),
		{ minLength: 3, maxLength: 8 },
	);
	let found = 0;
	fc.assert(
		fc.property(shares, (spells) => {
			const days = [
				...daysOf(40, 90),
				...spells.flatMap(({ days: count, percent, pageViews }) =>
					daysOf(count, percent, pageViews),
				),
			];
			const expected = modelOf(days);
			found += expected.length;
			expect(namesOf(days)).toEqual(expected);
		}),
		{ numRuns: 50 },
	);
	expect(found).toBeGreaterThan(20);
});

/** The rule written down once more, with whole numbers: hundredths of a percent times views. */
function modelOf(days: readonly Shop[]): string[] {
	const sum = (from: number, to: number) => {
		const some = days.slice(Math.max(0, from), to);
		const views = some.reduce((total, each) => total + (each.pageViews ?? 0), 0);
		const inBox = some.reduce(
			(total, each) => total + Math.round((each.percent ?? 0) * 100) * (each.pageViews ?? 0),
			0,
		);
		return { views, inBox };
	};
	const isFall = (now: ReturnType<typeof sum>, weeks: ReturnType<typeof sum>) =>
		weeks.inBox * now.views - now.inBox * weeks.views >= 10 * weeks.views * now.views * 100;
	const events: string[] = [];
	let fell: { at: number; usual: { views: number; inBox: number } } | undefined;
	for (let end = 40; end <= days.length; end += 1) {
		const now = sum(end - 7, end);
		if (fell && end - fell.at >= 35) fell = undefined;
		const usual = fell?.usual ?? sum(end - 35, end - 7);
		if (now.views < 100 || usual.views < 100) continue;
		const lost = usual.inBox * now.views - now.inBox * usual.views;
		const points = usual.views * now.views * 100;
		if (fell === undefined && lost >= 10 * points) {
			fell = { at: end, usual };
			if (end > 40) events.push('buyBoxShareFell');
		} else if (fell !== undefined && lost <= 5 * points && !isFall(now, sum(end - 35, end - 7))) {
			fell = undefined;
			events.push('buyBoxShareRecovered');
		}
	}
	return events;
}
