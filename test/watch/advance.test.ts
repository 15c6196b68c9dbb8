// cspell:ignore tell told

import fc from '../fastCheck';

import { advance } from '../../nodes/AmazonSellerFeedbackTrigger/watch/advance';
import {
	WATCH_EVENTS,
	type Advance,
	type Observation,
	type ReportKind,
	type WatchEvent,
	type WatchSettings,
} from '../../nodes/AmazonSellerFeedbackTrigger/watch/events';
import { noticesOf, withReported } from '../../nodes/AmazonSellerFeedbackTrigger/watch/notices';
import {
	readState,
	startWatch,
	type MarketplaceWatch,
} from '../../nodes/AmazonSellerFeedbackTrigger/watch/state';
import type { FeedbackObservation } from '../../nodes/AmazonSellerFeedbackTrigger/watch/feedback';
import type { AccountHealth, OrderDefectRate } from '../../nodes/shared/domain/accountHealth';
import { sentimentOf, type FeedbackRow } from '../../nodes/shared/domain/feedbackReport';
import { plusDays } from '../../nodes/shared/domain/calendar';
import { rationalFromPercent } from '../../nodes/shared/domain/rational';
import {
	BAD_ENDS,
	type BadEnd,
} from '../../nodes/AmazonSellerFeedbackTrigger/watch/reportSchedule';

const TODAY = '2026-03-31';
const TOMORROW = plusDays(TODAY, 1);
const A = '100-0000000-0000001';
const B = '100-0000000-0000002';
const C = '100-0000000-0000003';

const threshold = (percent: number) => ({
	name: `${percent} %`,
	percent,
	share: rationalFromPercent(percent),
});

const settingsWith = (settings: Partial<WatchSettings> = {}): WatchSettings => ({
	events: WATCH_EVENTS,
	reportPresent: false,
	daysToWatch: 7,
	reportChangedResponses: false,
	ratingDays: 30,
	daysUntilSettled: 3,
	thresholds: [threshold(95)],
	minimumRatings: 10,
	ratingMargin: 0.5,
	defectTarget: undefined,
	defectMargin: 0.1,
	minimumOrders: 1,
	buyBoxDrop: 10,
	buyBoxMargin: 5,
	minimumPageViews: 100,
	...settings,
});

const row = (orderId: string, rating = 1, date = TODAY): FeedbackRow => ({
	line: 2,
	date,
	rating,
	sentiment: sentimentOf(rating),
	comment: 'Never came',
	response: '',
	orderId,
	raterEmail: 'buyer@example.com',
});

/** This many minutes after the day began. */
const timeOf = (minutes: number, day = TODAY): string =>
	new Date(Date.parse(`${day}T00:00:00Z`) + minutes * 60_000).toISOString();

/** Reports are requested in the order in which they are made here, a minute apart. */
let minute = 0;
const feedback = (
	rows: readonly FeedbackRow[],
	{ today = TODAY, unreadable = 0 } = {},
): Extract<Observation, { kind: 'feedback' }> => {
	minute += 1;
	return {
		kind: 'feedback',
		asOf: timeOf(minute, today),
		today,
		from: plusDays(today, -365),
		rows,
		unreadable,
	};
};
beforeEach(() => {
	minute = 0;
});

const totalsOf = (
	daily: Extract<Observation, { kind: 'totals' }>['daily'],
	asOf?: string,
): Extract<Observation, { kind: 'totals' }> => {
	minute += 1;
	return { kind: 'totals', asOf: asOf ?? timeOf(minute), daily };
};

/** A day that is settled, and older than those watched. */
const OLD = plusDays(TODAY, -10);

/** Totals for a rating with this many ratings and negatives, all of one day. */
const totals = (received: number, negative: number, day = OLD, asOf?: string, days = 100) =>
	totalsOf(
		Array.from({ length: days }, (_, index) => plusDays(TODAY, -index)).map((date) =>
			date === day ? { date, received, negative } : { date, received: 0, negative: 0 },
		),
		asOf,
	);

/** Totals with the Buy Box share of the last settled week, and 90% before it; no feedback. */
const traffic = (percent: number, asOf?: string) =>
	totalsOf(
		Array.from({ length: 60 }, (_, ago) => ({
			date: plusDays(TODAY, -ago),
			received: 0,
			negative: 0,
			pageViews: 100,
			buyBoxPercent: ago < 11 ? percent : 90,
		})),
		asOf,
	);

/** A row that is in every report of a test, so that no report is empty; it is outside all windows. */
const SOME = row('100-0000000-0000009', 1, plusDays(TODAY, -400));

const NOT_SETTLED =
	'The last 4 day(s) (2026-03-28 to 2026-03-31) are not counted, because Amazon may still change their totals';

/**
 * The observations of one seller: the feedback reports list the negatives that the totals before them
 * count; otherwise the reports would contradict each other.
 */
function ofOneSeller(observations: readonly Observation[], { totals: known } = NEW): Observation[] {
	const { from = TODAY, counts = [] } = known ?? {};
	let daily: Extract<Observation, { kind: 'totals' }>['daily'] = counts.flatMap(
		(received, index) =>
			index % 2 === 1 || received < 0
				? []
				: [{ date: plusDays(from, index / 2), received, negative: counts[index + 1] ?? 0 }],
	);
	return observations.map((observation) => {
		if (observation.kind === 'totals') ({ daily } = observation);
		if (observation.kind !== 'feedback' && observation.kind !== 'feedbackForTotals') {
			return observation;
		}
		const { rows } = observation;
		if (rows.length === 0) return observation;
		const others = daily.flatMap(({ date, negative }): FeedbackRow[] => {
			const listed = rows.filter((each) => each.date === date && each.rating < 3).length;
			const count = Math.max(0, (negative ?? 0) - listed);
			const serial = date.replaceAll('-', '').slice(1);
			return Array.from({ length: count }, (_, index) =>
				row(`200-${serial}-${String(index).padStart(7, '0')}`, 1, date),
			);
		});
		return others.length === 0 ? observation : { ...observation, rows: [...rows, ...others] };
	});
}

const aged = (days: number): string =>
	`This rating is ${days} days old: no newer one could be evaluated`;

/** A report without changes, to evaluate totals with. */
const noNews = () => feedback([SOME]);

const asked = (report: ReportKind, id: string): Observation => ({
	kind: 'asked',
	report,
	id,
	at: '2026-03-31T08:00:00.000Z',
});

const nothing = (
	id: string,
	how: BadEnd = 'CANCELLED',
	report: ReportKind = 'feedback',
	today = TODAY,
): Observation => ({ kind: 'nothing', report, id, how, today });

const rate = (ordersWithDefects: number, orders: number, targetPercent = 1): OrderDefectRate => ({
	orders,
	ordersWithDefects,
	negativeFeedback: ordersWithDefects,
	claims: 0,
	chargebacks: 0,
	percent: orders === 0 ? null : (100 * ordersWithDefects) / orders,
	amazonPercent: 0,
	targetPercent,
	status: 'GOOD',
	from: '',
	to: '',
});

const health = (about: Partial<AccountHealth>, asOf = timeOf(minute)): Observation => ({
	kind: 'health',
	asOf,
	health: {
		marketplaceId: 'M',
		accountStatus: null,
		healthRating: null,
		healthScore: null,
		orderDefectPercent: null,
		worstOrderDefectPercent: null,
		negativeFeedback: null,
		sellerFulfilled: null,
		amazonFulfilled: null,
		metrics: [],
		violations: [],
		unreadable: [],
		warnings: [],
		...about,
	},
});

const begin = (lookBackDays = 0): MarketplaceWatch =>
	startWatch(`${TODAY}T00:00:00.000Z`, TODAY, lookBackDays);

const NEW = begin();

/** Reports the positive feedback of the days before, too. */
const WITH_POSITIVES = { ...NEW, positives: { since: plusDays(TODAY, -30), days: {} } };

/** The ID of an alarm's event; the same alarm of another watch has other IDs. */
const idOf = (change: string): string => `${change}/${NEW.began}`;

/** The state after these observations, and the events of each. */
function watch(
	observations: readonly Observation[],
	settings: WatchSettings = settingsWith(),
	start: MarketplaceWatch = NEW,
) {
	let state = start;
	const reported = ofOneSeller(observations, start).map((observation) => {
		const advanced = advance(state, observation, settings);
		state = advanced.state;
		return advanced.events;
	});
	return { state, reported, last: reported.at(-1) ?? [] };
}

const namesOf = (events: readonly WatchEvent[]): string[] => events.map(({ event }) => event);

const eventsOf = (...observed: Parameters<typeof watch>): string[][] =>
	watch(...observed).reported.map(namesOf);

const written = (state: MarketplaceWatch): unknown =>
	JSON.parse(
		JSON.stringify({ version: 1, credential: 'mine', seller: 'me', marketplaces: { M: state } }),
	);

const reread = (state: MarketplaceWatch): MarketplaceWatch | undefined =>
	readState(written(state), 'mine', 'me')?.marketplaces.M;

describe('feedback', () => {
	it('is reported with the event for its change', () => {
		const reports = [
			[row(A)],
			[row(A), row(B, 3)],
			[row(A, 2), row(B, 3)],
			[row(B, 3)],
			[row(A, 5), row(B, 1)],
			[row(A, 3), row(B, 4)],
		].map((rows) => feedback(rows));
		expect(eventsOf(reports)).toEqual([
			[],
			['newNeutralFeedback'],
			['feedbackChanged'],
			['feedbackRemoved'],
			['feedbackChanged'],
			['newNeutralFeedback', 'feedbackChanged'],
		]);
	});

	it('has an ID of its change, and includes the change', () => {
		const { last } = watch([feedback([row(B)]), feedback([row(B), row(A)])]);
		expect(last).toMatchObject([
			{
				event: 'newNegativeFeedback',
				id: expect.stringContaining(`${A}/0/`),
				change: { kind: 'added', orderId: A, after: row(A) },
				ratingNow: { ratingPercent: null, provenance: 'insufficient', days: 30 },
			},
		]);
	});

	it.each(WATCH_EVENTS)('causes only %s if only that is chosen', (event) => {
		const reports = [
			health({ accountStatus: 'NORMAL', sellerFulfilled: rate(0, 100) }),
			totals(100, 0),
			feedback([row(A)]),
			feedback([row(A), row(B, 3)]),
			feedback([{ ...row(A), comment: 'Came' }, row(B, 3), row(C, 2)]),
			totals(100, 6),
			feedback([row(B, 3), row(C, 2)]),
			totals(100, 0),
			feedback([row(C, 2)]),
			health({ accountStatus: 'AT_RISK', sellerFulfilled: rate(1, 100) }),
			health({ accountStatus: 'AT_RISK', sellerFulfilled: rate(0, 100) }),
			traffic(90),
			traffic(70),
			traffic(88),
		];
		const all = watch(reports, settingsWith(), WITH_POSITIVES);
		const only = watch(reports, settingsWith({ events: [event] }), WITH_POSITIVES);
		expect(new Set(namesOf(all.reported.flat()))).toEqual(new Set(WATCH_EVENTS));
		expect(only.reported).toEqual(
			all.reported.map((events) => events.filter((each) => each.event === event)),
		);
		// The state does not depend on the chosen events.
		expect(only.state).toEqual(all.state);
	});

	describe.each([
		[3, 1, 'newNegativeFeedback'],
		[3, 2, 'newNegativeFeedback'],
		[2, 3, 'newNeutralFeedback'],
		[1, 2, undefined],
		[1, 1, undefined],
		[1, 5, 'feedbackRemoved'],
		[2, 4, 'feedbackRemoved'],
		[3, 4, 'feedbackRemoved'],
	] as const)('that changes from %i to %i stars', (from, to, name) => {
		const others = ['newNegativeFeedback', 'newNeutralFeedback', 'feedbackRemoved'] as const;
		const changed = [{ ...row(A, to), comment: 'Other' }, row(B)];
		const changeWith = (events: WatchSettings['events']) => {
			const before = watch([feedback([row(A, from), row(B)])]).state;
			return advance(before, feedback(changed), settingsWith({ events }));
		};

		it(`is ${name ?? 'nothing'} if changes are not chosen`, () => {
			const { events } = changeWith(others);
			expect(namesOf(events)).toEqual(name ? [name] : []);
			const [event] = changeWith(['feedbackChanged']).events;
			expect(event?.event).toBe('feedbackChanged');
			expect(events).toEqual(name ? [{ ...event, event: name }] : []);
			expect(namesOf(changeWith(others.filter((other) => other !== name)).events)).toEqual([]);
		});

		it('is reported only once if all are chosen', () => {
			const { state, events } = changeWith(WATCH_EVENTS);
			expect(namesOf(events)).toEqual(['feedbackChanged']);
			// Raised to positive, it then leaves the report.
			const rows = to > 3 ? [row(B)] : changed;
			expect(eventsOf([feedback(rows)], settingsWith(), state).flat()).toEqual([]);
		});
	});

	it('of the lookback days is reported from the first report', () => {
		const rows = [row(A, 1, plusDays(TODAY, -2)), row(B, 3, plusDays(TODAY, -1))];
		const since = begin(2);
		const { reported, state } = watch(
			[feedback(rows), feedback(rows)],
			settingsWith({ reportPresent: true }),
			since,
		);
		expect(reported.map(namesOf)).toEqual([['newNeutralFeedback'], []]);
		expect(state).toMatchObject({ began: since.began, tellFrom: undefined });
		expect(Object.keys(state.feedback?.rows ?? {})).toEqual([A, B]);
	});

	it.each([
		[10, 0, []],
		[11, 0, [A]],
		[5000, 0, [A]],
		[5000, 1, [A]],
		[5000, 2, [B, A]],
	])(
		'in a first report of minute %i with a lookback of %i days is reported from the first day on',
		(minutes, lookBackDays, orderIds) => {
			minute = minutes - 1;
			const report = feedback([row(A), row(B, 1, plusDays(TODAY, -1))]);
			const { last } = watch([report], settingsWith(), begin(lookBackDays));
			expect(last.map((event) => 'change' in event && event.change.orderId)).toEqual(orderIds);
		},
	);

	it('of the day after the watch began is reported from the first report', () => {
		const tomorrow = feedback([row(A, 1, TOMORROW)], { today: TOMORROW });
		expect(eventsOf([tomorrow])).toEqual([['newNegativeFeedback']]);
	});

	it.each([
		['no rows', 0, 0],
		['only unreadable lines', 0, 2],
		['as many unreadable lines as rows', 2, 2],
	])('gets no baseline from a report with %s', (_, readable, unreadable) => {
		const rows = [row(A), row(B, 3), SOME, row(C, 2)];
		const poor = watch([feedback(rows.slice(0, readable), { unreadable })]);
		expect(poor.reported).toEqual([[]]);
		expect(poor.state).toMatchObject({ tellFrom: NEW.tellFrom });
		expect(poor.state.feedback).toBeUndefined();
		expect(noticesOf(poor.state, '')).toHaveLength(unreadable > 0 ? 1 : 0);
		expect(reread(poor.state)).toEqual(poor.state);
		// The next report is the baseline, and its feedback is not reported.
		const { reported, state } = watch([feedback(rows), feedback(rows)], settingsWith(), poor.state);
		expect(reported).toEqual([[], []]);
		expect(Object.keys(state.feedback?.rows ?? {})).toEqual([A, B, C]);
		expect(state.unreadable).toBeUndefined();
	});

	it('gets its baseline from a report with more rows than unreadable lines', () => {
		const first = feedback([row(A), SOME], { unreadable: 1 });
		const { reported, state } = watch([first, feedback([row(A), row(B), SOME])]);
		expect(reported.map(namesOf)).toEqual([[], ['newNegativeFeedback']]);
		expect(state.tellFrom).toBeUndefined();
	});

	it('of an older report changes nothing', () => {
		const older = feedback([], { unreadable: 5 });
		const { state } = watch([totals(100, 0), feedback([row(A)])]);
		expect(advance(state, older, settingsWith())).toEqual({ state, events: [] });
		expect(advance(state, older, settingsWith()).state).toBe(state);
	});
});

describe('a report without data', () => {
	it('never treats anything as removed', () => {
		const { state } = watch([totals(100, 6), feedback([row(A), row(B)]), health({})]);
		for (const how of BAD_ENDS) {
			for (const report of ['feedback', 'totals', 'health'] as const) {
				const after = advance(state, nothing('r1', how, report, '2026-06-30'), settingsWith());
				expect(after.events).toEqual([]);
				expect(after.state).toEqual({
					...state,
					reports: {
						[report]: {
							trouble: { how, firstId: 'r1', reportId: 'r1', count: 1, told: false },
						},
					},
				});
			}
		}
	});

	describe('canceled before the first report', () => {
		const rows = [0, 1, 2, 3].map((daysAgo) =>
			row(`100-0000000-000010${daysAgo}`, 1, plusDays(TODAY, -daysAgo)),
		);
		const daysReported = (events: readonly WatchEvent[]) =>
			events.map((event) => 'change' in event && event.change.after?.date);

		it('makes feedback reported from the day before on, because it may appear a day late', () => {
			const { state } = watch([asked('feedback', 'r1'), nothing('r1')]);
			expect(state.tellFrom).toBe(plusDays(TODAY, -1));
			const { last } = watch([feedback(rows)], settingsWith(), state);
			expect(daysReported(last)).toEqual([plusDays(TODAY, -1), TODAY]);
		});

		it('counts for the first such day, even if reports are canceled again', () => {
			const first = watch([nothing('r1')]).state;
			const { state } = watch(
				[nothing('r2', 'CANCELLED', 'feedback', TOMORROW), nothing('r1')],
				settingsWith(),
				first,
			);
			expect(state.tellFrom).toBe(first.tellFrom);
			const { last } = watch(
				[feedback(rows, { today: plusDays(TODAY, 4) })],
				settingsWith(),
				state,
			);
			// From the day before, in case that feedback was late.
			expect(daysReported(last)).toEqual([-1, 0].map((days) => plusDays(TODAY, days)));
		});

		it('some days after the watch began does not change which feedback is reported', () => {
			const { state } = watch([nothing('r1', 'CANCELLED', 'feedback', plusDays(TODAY, 5))]);
			expect(state.tellFrom).toBe(NEW.tellFrom);
		});
	});

	it('does not shorten the lookback', () => {
		expect(watch([nothing('r1')], settingsWith(), begin(6)).state.tellFrom).toBe(
			plusDays(TODAY, -5),
		);
	});

	it.each([
		['FATAL', 'feedback'],
		['stuck', 'feedback'],
		['CANCELLED', 'totals'],
		['CANCELLED', 'health'],
	] as const)('such as %s for %s leaves the baseline as it was', (how, report) => {
		expect(watch([nothing('r1', how, report)]).state.tellFrom).toBe(NEW.tellFrom);
		// Once there is a baseline, a canceled report does not bring `tellFrom` back.
		const { state } = watch([feedback([row(A)]), nothing('r1')]);
		expect(state.tellFrom).toBeUndefined();
	});

	it.each(['feedback', 'totals', 'health'] as const)(
		'is cleared when a report of %s arrives, and only for that kind',
		(report) => {
			const arrives = {
				feedback: feedback([row(A)]),
				totals: totals(100, 0),
				health: health({ accountStatus: 'NORMAL' }),
			};
			const all = (['feedback', 'totals', 'health'] as const).flatMap((kind) => [
				asked(kind, `${kind} 1`),
				nothing(`${kind} 1`, 'FATAL', kind),
			]);
			const { reports } = watch([...all, arrives[report]]).state;
			for (const kind of ['feedback', 'totals', 'health'] as const) {
				expect(reports[kind]?.report?.id).toBe(`${kind} 1`);
				expect(reports[kind]?.trouble?.count).toBe(kind === report ? undefined : 1);
			}
		},
	);
});

describe('the rating', () => {
	it('is included in each event, from the latest totals', () => {
		const { last } = watch([
			totals(40, 1),
			feedback([row(A, 3, OLD)]),
			feedback([row(A, 3, OLD), row(B)]),
		]);
		expect(last[0]?.ratingNow).toMatchObject({
			days: 30,
			ratingPercent: 95,
			displayedRating: 95,
			positive: 38,
			neutral: 1,
			negative: 1,
			total: 40,
			provenance: 'derived',
			coveredThrough: plusDays(TODAY, -4),
			coverage: {
				from: plusDays(TODAY, -29),
				through: plusDays(TODAY, -4),
				daysCovered: 26,
				daysLeftOut: [{ from: plusDays(TODAY, -3), through: TODAY, days: 4, reason: 'notSettled' }],
				reasons: [`${NOT_SETTLED}, with 1 known feedback entries of 1 to 3 stars`],
			},
			notes: [`${NOT_SETTLED}, with 1 known feedback entries of 1 to 3 stars`],
		});
	});

	describe('is unknown, and the item says why, when', () => {
		const MORE = row('100-0000000-0000008', 1, plusDays(TODAY, -401));
		const nowOf = (rows: FeedbackRow[], more: Partial<FeedbackObservation>, received = 40) =>
			watch(
				[totals(received, 0), { ...feedback([...rows, row(B), SOME, MORE]), ...more }],
				settingsWith(),
				{
					...begin(1),
				},
			).last.find((event) => 'change' in event && event.change.orderId === B)?.ratingNow;

		it.each([
			[
				'lines that could not be read may be of any day',
				0,
				{ unreadable: 2 },
				/^2 line\(s\).*any day/,
			],
			[
				'a line of the window could not be read',
				0,
				{ unreadable: 1, unreadableLines: { days: [plusDays(TODAY, -12)], undated: 0 } },
				/^1 line\(s\).*this window/,
			],
			[
				'the feedback report does not cover the window',
				0,
				{ from: plusDays(TODAY, -20) },
				/^The reports cover only 17 of the 30 days/,
			],
			[
				'the day of neutral feedback contradicts its totals',
				3,
				{},
				/^The days left out have 3 feedback entries with 1 to 3 stars/,
			],
		])('%s', (_, neutral, more, reason) => {
			const rows = Array.from({ length: neutral }, (__, index) =>
				row(`300-0000000-000000${index}`, 3, plusDays(TODAY, -15)),
			);
			expect(nowOf(rows, more)).toMatchObject({
				ratingPercent: null,
				total: null,
				provenance: 'insufficient',
				notes: expect.arrayContaining([expect.stringMatching(reason)]),
				coverage: { reasons: expect.arrayContaining([expect.stringMatching(reason)]) },
			});
		});

		it('but is available if the unreadable line is of a day outside the window', () => {
			const unreadableLines = { days: [plusDays(TODAY, -60)], undated: 0 };
			expect(nowOf([], { unreadable: 1, unreadableLines })).toMatchObject({ ratingPercent: 100 });
		});

		it('but is available without the days of rows of other marketplaces, which are named', () => {
			const other = { ...row(A, 3, plusDays(TODAY, -15)), otherMarketplace: 'FR' };
			expect(nowOf([other], {}, 2000)).toMatchObject({
				ratingPercent: 100,
				coverage: {
					daysCovered: 25,
					daysLeftOut: [
						{ from: plusDays(TODAY, -15), days: 1, reason: 'otherMarketplace' },
						{ reason: 'notSettled' },
					],
				},
			});
		});
	});

	it('is unknown and not evaluated without totals or if they are too old', () => {
		const { reported, state } = watch(
			[
				feedback([row(B)]),
				totalsOf([{ date: plusDays(TODAY, -30), received: 100, negative: 0 }]),
				feedback([row(B), row(A)]),
			],
			settingsWith({ reportPresent: true }),
		);
		expect(namesOf(reported.flat())).toEqual(['newNegativeFeedback']);
		expect(reported.at(-1)?.[0]?.ratingNow).toMatchObject({
			ratingPercent: null,
			total: null,
			provenance: 'insufficient',
			coveredThrough: plusDays(TODAY, -30),
		});
		expect(state.alarms).toEqual({});
		expect(state.rating).toBeUndefined();
	});

	it('falls once and recovers once, at the margin', () => {
		const series = [0, 51, 50, 51, 49, 46, 51, 45, 46, 50, 51];
		const { reported } = watch(
			series.flatMap((negative) => [totals(1000, negative), noNews()]),
			settingsWith(),
		);
		expect(reported.map(namesOf).filter((_, index) => index % 2 === 1)).toEqual([
			[],
			['ratingFellBelowThreshold'],
			[],
			[],
			[],
			[],
			[],
			['ratingRecovered'],
			[],
			[],
			['ratingFellBelowThreshold'],
		]);
		expect(reported.flat()).toMatchObject([
			{
				id: idOf('rating/30/95/1/raised'),
				threshold: threshold(95),
				before: { positive: 1000, total: 1000, provenance: 'derived' },
				ratingNow: { positive: 949, total: 1000 },
			},
			{
				id: idOf('rating/30/95/2/cleared'),
				before: { positive: 949 },
				ratingNow: { positive: 955, ratingPercent: 95.5 },
			},
			{ id: idOf('rating/30/95/3/raised'), before: { positive: 950 } },
		]);
	});

	it('is reported at the start only with a lookback', () => {
		const start = [totals(100, 6), noNews()];
		expect(eventsOf(start)).toEqual([[], []]);
		expect(watch(start).state.alarms).toEqual({
			'rating/30/95': { raised: true, changes: 0, by: '0.5/10' },
		});
		const { reported } = watch([...start, noNews()], settingsWith({ reportPresent: true }));
		expect(reported.map(namesOf)).toEqual([[], ['ratingFellBelowThreshold'], []]);
		expect(reported[1]?.[0]).toMatchObject({
			before: undefined,
			id: idOf('rating/30/95/1/raised'),
		});
		// A rating between the threshold and the end of its margin raises no alarm.
		expect(
			eventsOf([totals(100, 5), noNews()], settingsWith({ reportPresent: true })).flat(),
		).toEqual([]);
	});

	it('is not evaluated with fewer ratings than the minimum, and the state stays', () => {
		const known = watch([totals(100, 6), noNews()]).state;
		const few = watch([totals(9, 0), noNews()], settingsWith(), known);
		expect(few.reported.flat()).toEqual([]);
		expect(few.state.alarms).toEqual(known.alarms);
		expect(eventsOf([totals(10, 0), noNews()], settingsWith(), few.state).flat()).toEqual([
			'ratingRecovered',
		]);
	});

	it('leaves no alarm in the state if it was not evaluated', () => {
		const settings = settingsWith({ reportPresent: true });
		const few = watch([totals(9, 9), noNews()], settings);
		expect(few.state.rating).toMatchObject({ negative: 9 });
		expect(few.state.alarms).toEqual({});
		// A threshold that is added later is evaluated like an existing one.
		const silent = watch([totals(100, 6), noNews()], settingsWith(), few.state);
		expect(silent.reported.flat()).toEqual([]);
	});

	it('is not evaluated from a report with unreadable lines', () => {
		const neutral = ['1', '2', '3'].map((last) => row(`100-0000000-000020${last}`, 3, OLD));
		const known = watch([totals(100, 3), feedback([SOME, ...neutral])]).state;
		expect(known.alarms).toEqual({ 'rating/30/95': { raised: true, changes: 0, by: '0.5/10' } });
		// Without the neutral ones it would be 97%.
		const { reported, state } = watch([feedback([SOME], { unreadable: 3 })], settingsWith(), known);
		expect(reported.flat()).toEqual([]);
		expect(state.alarms).toBe(known.alarms);
		expect(state.rating).toBe(known.rating);
		const gone = watch([feedback([SOME])], settingsWith(), state).last;
		expect(namesOf(gone)).toEqual(['ratingRecovered']);
	});

	it('is neither evaluated nor updated from a report without rows', () => {
		const known = watch([
			totals(100, 3),
			feedback([SOME, row(A, 3, OLD), row(B, 3, OLD), row(C, 3, OLD)]),
		]).state;
		expect(known.alarms).toEqual({ 'rating/30/95': { raised: true, changes: 0, by: '0.5/10' } });
		const empty = feedback([]);
		expect(advance(known, empty, settingsWith())).toEqual({ state: known, events: [] });
		expect(advance(known, empty, settingsWith()).state).toBe(known);
	});

	describe('from totals and feedback requested', () => {
		/** A rating of 100% in the first minutes, then totals of another day. */
		const KNOWN = [totals(100, 0, OLD, timeOf(0)), { ...noNews(), asOf: timeOf(1) }];
		const later = totals(200, 40, OLD, timeOf(600));
		const news = (asOf: string) => ({ ...feedback([SOME, row(A)]), asOf });

		it.each([540, 599, 600, 601, 660])('at minutes 600 and %i is derived and evaluated', (asOf) => {
			const { last } = watch([...KNOWN, later, news(timeOf(asOf))]);
			expect(namesOf(last)).toEqual(['newNegativeFeedback', 'ratingFellBelowThreshold']);
			for (const { ratingNow } of last) {
				expect(ratingNow).toMatchObject({ asOf: timeOf(asOf), total: 200, negative: 40 });
			}
		});

		it.each([80, 539, 661, 2000])('at minutes 600 and %i is the previous one', (asOf) => {
			const { last, state } = watch([...KNOWN, later, news(timeOf(asOf))]);
			expect(namesOf(last)).toEqual(['newNegativeFeedback']);
			expect(last[0]?.ratingNow).toEqual({
				asOf: timeOf(1),
				days: 30,
				ratingPercent: 100,
				displayedRating: 100,
				positive: 100,
				neutral: 0,
				negative: 0,
				total: 100,
				provenance: 'derived',
				coveredThrough: plusDays(TODAY, -4),
				coverage: expect.objectContaining({ daysCovered: 26, reasons: [NOT_SETTLED] }),
				notes: [NOT_SETTLED],
			});
			expect(state.alarms).toEqual({ 'rating/30/95': { raised: false, changes: 0, by: '0.5/10' } });
			// For another window, or before the first pair, the rating is unknown.
			for (const { reported } of [
				watch([...KNOWN, later, news(timeOf(asOf))], settingsWith({ ratingDays: 90 })),
				watch([noNews(), later, news(timeOf(asOf))]),
			]) {
				const [first, second] = reported.flat();
				expect([first?.ratingNow.ratingPercent, second]).toEqual(
					first?.ratingNow.days === 30 ? [null, undefined] : [100, undefined],
				);
			}
		});

		it('at one time but read in the wrong order is evaluated once, when the feedback is read again', () => {
			const report = news(timeOf(598));
			const { reported, state } = watch([...KNOWN, report, later, report, report]);
			expect(reported.slice(2).map(namesOf)).toEqual([
				['newNegativeFeedback'],
				[],
				['ratingFellBelowThreshold'],
				[],
			]);
			expect(reported[2]?.[0]?.ratingNow).toMatchObject({ asOf: timeOf(1), total: 100 });
			expect(reported[4]?.[0]?.ratingNow).toMatchObject({ asOf: timeOf(598), total: 200 });
			expect(state.rating).toMatchObject({ asOf: timeOf(598), negative: 40 });
		});
	});

	it('stays as it was if the reports contradict each other', () => {
		const known = watch([totals(100, 6), noNews()]).state;
		const { reported, state } = watch(
			[totals(20, 20), feedback([SOME, row(A, 3, OLD), row(B)])],
			settingsWith(),
			known,
		);
		expect(namesOf(reported.flat())).toEqual(['newNegativeFeedback']);
		expect(reported.flat()[0]?.ratingNow).toMatchObject({
			ratingPercent: null,
			provenance: 'insufficient',
		});
		expect(state.alarms).toBe(known.alarms);
		expect(state.rating).toBe(known.rating);
	});

	it('counts several rows of an order as one', () => {
		const once = row(A, 3, OLD);
		const rows = [SOME, once, once, { ...once, comment: 'Other' }, once];
		const { state } = watch([totals(100, 4), noNews(), totals(100, 4), feedback(rows)]);
		expect(state.rating).toMatchObject({ positive: 95, neutral: 1, negative: 4 });
	});

	describe('from totals with missing days', () => {
		const daily = (from: number, negative = 0) =>
			Array.from({ length: 30 - from }, (_, index) => ({
				date: plusDays(TODAY, -index),
				received: index === 8 ? 10 + negative : 10,
				negative: index === 8 ? negative : 0,
			}));
		// With all days and 9 negatives, the rating is above 95%; over the last 10 days alone, below.
		const known = () => watch([totalsOf(daily(0, 9)), noNews()]).state;

		it('is not evaluated, and the state stays', () => {
			const before = known();
			const { reported, state } = watch([totalsOf(daily(20, 9)), noNews()], settingsWith(), before);
			expect(reported.flat()).toEqual([]);
			expect(state.rating).toBe(before.rating);
			expect(state.alarms).toBe(before.alarms);
			// An event's notes say so.
			const { last } = watch([feedback([SOME, row(A)])], settingsWith(), state);
			expect(last[0]?.ratingNow.notes.join()).toContain('cover only 6 of the 30 days');
		});

		it.each([
			[3, ['ratingFellBelowThreshold']],
			[4, []],
		])('with %i more missing days than last time: %p', (missing, expected) => {
			const before = known();
			const { reported } = watch([totalsOf(daily(missing, 20)), noNews()], settingsWith(), before);
			expect(namesOf(reported.flat())).toEqual(expected);
		});
	});

	it.each([
		[0, undefined],
		[47, undefined],
		[48, 2],
		[24 * 9 + 1, 9],
	])('is reported with its age after %i hours', (hours, days) => {
		const { state } = watch([totals(100, 0), noNews()]);
		const later = { ...feedback([SOME, row(A)]), asOf: timeOf(2 + 60 * hours) };
		// As if the totals of the same time had not arrived.
		const { last } = watch([later], settingsWith(), { ...state, totals: undefined });
		expect(last[0]?.ratingNow.notes).toEqual([
			...(days === undefined ? [] : [aged(days)]),
			NOT_SETTLED,
		]);
	});

	it('reports no feedback when it is evaluated for new totals only', () => {
		const { state } = watch([totals(100, 0), noNews(), totals(100, 6)]);
		const forTotals = { ...feedback([SOME, row(A)]), kind: 'feedbackForTotals' } as const;
		const { last, state: after } = watch([forTotals], settingsWith(), state);
		expect(namesOf(last)).toEqual(['ratingFellBelowThreshold']);
		expect(after.feedback).toBe(state.feedback);
	});

	it('is compared with each threshold separately', () => {
		const thresholds = [threshold(98), threshold(95.1)];
		const settings = settingsWith({ thresholds, ratingMargin: 0.2 });
		const negatives = [0, 30, 60, 47, 18, 60];
		const { reported } = watch(
			negatives.flatMap((negative) => [totals(1000, negative), noNews()]),
			settings,
		);
		const ids = reported
			.filter((_, index) => index % 2 === 1)
			.map((events) => events.map(({ id }) => id));
		expect(ids).toEqual([
			[],
			[idOf('rating/30/98/1/raised')],
			[idOf('rating/30/95.1/1/raised')],
			[idOf('rating/30/95.1/2/cleared')],
			[idOf('rating/30/98/2/cleared')],
			[idOf('rating/30/98/3/raised'), idOf('rating/30/95.1/3/raised')],
		]);
	});

	it('has separate alarms for another window', () => {
		const known = watch([totals(100, 6), noNews()]).state;
		const settings = settingsWith({ ratingDays: 90, thresholds: [threshold(95), threshold(98)] });
		const { reported, state } = watch([noNews()], settings, known);
		expect(reported.flat()).toEqual([]);
		expect(state.rating?.days).toBe(90);
		expect(Object.keys(state.alarms)).toEqual(['rating/90/95', 'rating/90/98']);
		// Those of the first window are discarded: the comparison would be with a value from long ago.
		const back = watch([totals(100, 0), noNews()], settingsWith(), state);
		expect(back.reported.flat()).toEqual([]);
		expect(back.state.alarms).toEqual({
			'rating/30/95': { raised: false, changes: 0, by: '0.5/10' },
		});
	});

	it('alternates between falling and recovering', () => {
		fc.assert(
			fc.property(
				fc.array(fc.integer({ min: 30, max: 65 }), { maxLength: 30, size: 'max' }),
				fc.boolean(),
				(negatives, reportPresent) => {
					const reported = eventsOf(
						negatives.flatMap((negative) => [totals(1000, negative), noNews()]),
						settingsWith({ reportPresent }),
					);
					let isLow: boolean | undefined = reportPresent ? false : undefined;
					const expected = negatives.flatMap((negative): string[][] => {
						const now: boolean = negative > 50 || (negative > 45 && isLow === true);
						const isChanged = isLow !== undefined && now !== isLow;
						isLow = now;
						const event = now ? 'ratingFellBelowThreshold' : 'ratingRecovered';
						return [[], isChanged ? [event] : []];
					});
					expect(reported).toEqual(expected);
				},
			),
			{ numRuns: 60, seed: 21 },
		);
	});
});

describe('daily totals', () => {
	const days = (count: number, last = TODAY) =>
		Array.from({ length: count }, (_, index) => ({
			date: plusDays(last, -index),
			received: index + 1,
			negative: index % 2,
		}));

	it('are kept for a year and a day', () => {
		const { state } = watch([totalsOf(days(800))]);
		expect(state.totals?.from).toBe(plusDays(TODAY, -365));
		expect(state.totals?.counts).toHaveLength(2 * 366);
		expect(state.totals?.counts.slice(-4)).toEqual([2, 1, 1, 0]);
	});

	it('lead to the same rating in any order, also with missing days', () => {
		const daily = days(40).filter((_, index) => index % 15 !== 1);
		const expected = daily
			.filter(({ date }) => date > plusDays(TODAY, -30) && date <= plusDays(TODAY, -4))
			.reduce((sum, { received }) => sum + received, 0);
		for (const each of [daily, daily.toReversed()]) {
			const { state } = watch([totalsOf(each), noNews()]);
			const { positive = 0, negative = 0 } = state.rating ?? {};
			expect(positive + negative).toBe(expected);
			expect(state.totals?.counts.slice(-6)).toEqual([3, 0, -1, -1, 1, 0]);
			expect(reread(state)).toEqual(state);
		}
	});

	it('change nothing if they are the same or empty', () => {
		const first = totalsOf(days(3));
		const { state } = watch([first]);
		for (const daily of [days(3), days(3).toReversed()]) {
			expect(advance(state, totalsOf(daily, first.asOf), settingsWith()).state).toBe(state);
		}
		expect(advance(state, totalsOf([]), settingsWith()).state).toBe(state);
	});
});

describe('the order defect rate', () => {
	const seller = (defects: number, orders: number, target?: number) =>
		health({ sellerFulfilled: rate(defects, orders, target) });

	it('is reported for each kind of fulfillment separately, once, with hysteresis', () => {
		const reports = [
			health({ sellerFulfilled: rate(0, 1000), amazonFulfilled: rate(0, 1000) }),
			health({ sellerFulfilled: rate(10, 1000), amazonFulfilled: rate(9, 1000) }),
			health({ sellerFulfilled: rate(10, 1000), amazonFulfilled: rate(11, 1000) }),
			health({ sellerFulfilled: rate(99, 10_000), amazonFulfilled: rate(9, 1000) }),
			health({ sellerFulfilled: rate(91, 10_000), amazonFulfilled: null }),
			health({ sellerFulfilled: rate(9, 1000), amazonFulfilled: null }),
		];
		const { reported } = watch(reports);
		expect(reported.map((events) => events.map(({ id }) => id))).toEqual([
			[],
			[idOf('orderDefectRate/sellerFulfilled/1/raised')],
			[idOf('orderDefectRate/amazonFulfilled/1/raised')],
			[idOf('orderDefectRate/amazonFulfilled/2/cleared')],
			[],
			[idOf('orderDefectRate/sellerFulfilled/2/cleared')],
		]);
		expect(reported[1]).toMatchObject([
			{
				event: 'orderDefectRateAboveTarget',
				before: { percent: 0, orders: 1000, ordersWithDefects: 0 },
				after: {
					fulfilment: 'sellerFulfilled',
					percent: 1,
					targetPercent: 1,
					orders: 1000,
					ordersWithDefects: 10,
				},
			},
		]);
		expect(reported[5]).toMatchObject([
			{ event: 'orderDefectRateRecovered', before: { ordersWithDefects: 91, orders: 10_000 } },
		]);
	});

	it('is reported at the start only with a lookback', () => {
		expect(eventsOf([seller(1, 10)])).toEqual([[]]);
		const { last } = watch([seller(1, 10)], settingsWith({ reportPresent: true }));
		expect(last).toMatchObject([{ event: 'orderDefectRateAboveTarget', before: undefined }]);
	});

	it.each([
		[undefined, 100 * 0.07, 70, 'raised'],
		[undefined, 100 * 0.07, 69, undefined],
		[undefined, 100 / 3, 333, undefined],
		[undefined, 100 / 3, 334, 'raised'],
		[2, 1, 19, undefined],
		[2, 1, 20, 'raised'],
	] as const)(
		"with target %p and Amazon's target %p at %p of 1000 is %s",
		(defectTarget, amazons, defects, turned) => {
			const settings = settingsWith({ defectTarget, reportPresent: true });
			const { last } = watch([seller(defects, 1000, amazons)], settings);
			expect(namesOf(last)).toEqual(turned ? ['orderDefectRateAboveTarget'] : []);
		},
	);

	it.each([
		[250, 1000, 100, 'orderDefectRateAboveTarget'],
		[250, 999, 100, undefined],
		[-5, 0, 0, 'orderDefectRateAboveTarget'],
		[-5, 1, 0, 'orderDefectRateAboveTarget'],
	] as const)(
		"with %p as Amazon's target, at %i of 1000, is compared with %i",
		(amazons, defects, targetPercent, event) => {
			const { last } = watch(
				[seller(defects, 1000, amazons)],
				settingsWith({ reportPresent: true }),
			);
			expect(namesOf(last)).toEqual(event ? [event] : []);
			if (event) expect(last[0]).toMatchObject({ after: { targetPercent } });
		},
	);

	it('leaves no alarm in the state if it was not evaluated', () => {
		const settings = settingsWith({ reportPresent: true, minimumOrders: 50 });
		const { state } = watch([seller(49, 49), seller(0, 0)], settings);
		expect(state.alarms).toEqual({});
		expect(watch([seller(50, 50)], settingsWith(), state).reported.flat()).toEqual([]);
	});

	it('is not evaluated with fewer orders than the minimum', () => {
		const settings = settingsWith({ minimumOrders: 50 });
		expect(eventsOf([seller(0, 50), seller(5, 49), seller(0, 0), seller(5, 50)], settings)).toEqual(
			[[], [], [], ['orderDefectRateAboveTarget']],
		);
	});

	it('includes the stored rating without evaluating a new one', () => {
		const { last } = watch([
			totals(100, 0),
			noNews(),
			seller(0, 10),
			totals(100, 50),
			seller(5, 10),
		]);
		expect(last[0]?.ratingNow).toMatchObject({ positive: 100, notes: [NOT_SETTLED] });
		const unknown = watch([seller(0, 10), seller(5, 10)]).last;
		expect(unknown[0]?.ratingNow).toMatchObject({
			ratingPercent: null,
			provenance: 'insufficient',
		});
	});
});

describe('the account status', () => {
	it('is reported each time it changes, each time with another ID', () => {
		const { reported } = watch(
			['NORMAL', 'NORMAL', 'AT_RISK', null, 'AT_RISK', 'NORMAL', 'AT_RISK'].map((accountStatus) =>
				health({ accountStatus }),
			),
			settingsWith({ reportPresent: true }),
		);
		expect(
			reported.map((events) =>
				events.map(
					(event) => event.event === 'accountStatusChanged' && [event.before, event.after],
				),
			),
		).toEqual([
			[],
			[],
			[['NORMAL', 'AT_RISK']],
			[],
			[],
			[['AT_RISK', 'NORMAL']],
			[['NORMAL', 'AT_RISK']],
		]);
		expect(new Set(reported.flat().map(({ id }) => id)).size).toBe(3);
	});
});

describe('a watch that is restarted', () => {
	it('gives its events other IDs than the one before', () => {
		const reports = [
			health({ accountStatus: 'NORMAL', amazonFulfilled: rate(0, 100) }),
			health({ accountStatus: 'AT_RISK', amazonFulfilled: rate(5, 100) }),
			health({ amazonFulfilled: rate(0, 100) }),
			totals(100, 0),
			noNews(),
			totals(100, 6),
			noNews(),
			totals(100, 0),
			feedback([SOME, row(A)]),
		];
		const [one, other] = [0, 5].map((minutes) =>
			watch(reports, settingsWith(), startWatch(timeOf(minutes), TODAY, 0)).reported.flat(),
		);
		expect(one).toHaveLength(6);
		expect(namesOf(other ?? [])).toEqual(namesOf(one ?? []));
		const ids = new Set(one?.map(({ id }) => id));
		const same = other?.filter(({ id }) => ids.has(id)) ?? [];
		expect(same).toEqual([]);
	});
});

describe('notices', () => {
	const messages = (state: MarketplaceWatch): string[] =>
		noticesOf(state, 'Germany').map(({ message }) => message);

	const withAllReported = (state: MarketplaceWatch): MarketplaceWatch =>
		noticesOf(state, 'Germany').reduce((next, { about }) => withReported(next, about), state);

	it('are reported once for each kind of end in a row', () => {
		let { state } = watch([feedback([row(A)])]);
		expect(messages(state)).toEqual([]);
		const observe = (...observations: Observation[]): string[] => {
			state = watch(observations, settingsWith(), state).state;
			const reported = messages(state);
			state = withAllReported(state);
			expect(messages(state)).toEqual([]);
			return reported;
		};
		expect(observe(nothing('r1'))).toEqual([
			'Could not get the feedback report r1 for Germany: Amazon canceled it',
		]);
		expect(observe(nothing('r1'))).toEqual([]);
		expect(observe(nothing('r2'))).toEqual([]);
		expect(observe(nothing('r3', 'FATAL'))).toHaveLength(1);
		expect(observe(nothing('r4', 'stuck'))).toHaveLength(1);
		expect(observe(nothing('r5', 'stuck'), nothing('t1', 'FATAL', 'totals'))).toEqual([
			'Could not get the Sales and Traffic report t1 for Germany: Amazon failed to make it (FATAL)',
		]);
		expect(observe(feedback([row(A)]), nothing('r6', 'stuck'))).toEqual([
			'Could not get the feedback report r6 for Germany: Amazon did not finish it within an hour',
		]);
	});

	it('name each kind of end', () => {
		const endOf = (how: BadEnd) => messages(watch([nothing('h1', how, 'health')]).state);
		expect(BAD_ENDS.flatMap(endOf)).toEqual([
			'Could not get the Seller Performance report h1 for Germany: Amazon canceled it',
			'Could not get the Seller Performance report h1 for Germany: Amazon failed to make it (FATAL)',
			'Could not get the Seller Performance report h1 for Germany: Amazon did not finish it within an hour',
			'Could not get the Seller Performance report h1 for Germany: Amazon no longer has it',
			'Could not use the Seller Performance report h1 for Germany: this marketplace is missing',
		]);
	});

	it('report unreadable lines once until all lines can be read', () => {
		const broken = () => feedback([row(A)], { unreadable: 1 });
		const first = watch([feedback([row(A)]), broken()]).state;
		expect(noticesOf(first, 'Germany')).toMatchObject([{ about: 'unreadable' }]);
		const second = watch([broken()], settingsWith(), first).state;
		expect(second).toBe(first);
		const marked = withReported(first, 'unreadable');
		expect(messages(marked)).toEqual([]);
		expect(watch([broken()], settingsWith(), marked).state).toBe(marked);
		const whole = watch([feedback([row(A)])], settingsWith(), marked).state;
		expect(whole.unreadable).toBeUndefined();
		const again = watch([broken()], settingsWith(), whole).state;
		expect(messages(again)).toHaveLength(1);
	});

	describe('of account health that cannot be read', () => {
		const RATE = 'orderDefectRate.mfn.orderCount';
		const STATUS = 'accountStatuses.status';
		const unreadable = (...parts: string[]) => ({ accountStatus: null, unreadable: parts });
		const good = () => health({ accountStatus: 'NORMAL', sellerFulfilled: rate(50, 1000) });

		it('are reported once, and unknown values do not change the state', () => {
			const before = watch([good()]).state;
			const broken = () => health(unreadable(RATE, STATUS, 'lateShipmentRate.rate'));
			const { state, reported } = watch([broken()], settingsWith(), before);
			expect(reported.flat()).toEqual([]);
			expect(state).toMatchObject({ defects: before.defects, account: before.account });
			expect(state.alarms).toEqual(before.alarms);
			expect(messages(state)).toEqual([
				`Could not read parts of the Seller Performance report for Germany: ${RATE}, ${STATUS}`,
			]);
			const marked = withReported(state, 'healthUnreadable');
			expect(messages(marked)).toEqual([]);
			expect(watch([broken()], settingsWith(), marked).state).toBe(marked);

			const fewer = watch([health(unreadable(STATUS))], settingsWith(), marked).state;
			expect(messages(fewer)).toEqual([]);
			const whole = watch([good()], settingsWith(), fewer).state;
			expect(whole.healthUnreadable).toBeUndefined();
			expect(messages(watch([broken()], settingsWith(), whole).state)).toHaveLength(1);
		});

		it('are only about parts that a chosen event needs', () => {
			const events = ['accountStatusChanged'] as const;
			const only = (...parts: string[]) =>
				messages(watch([health(unreadable(...parts))], settingsWith({ events })).state);
			expect(only(RATE, 'orderDefectRate')).toEqual([]);
			expect(only(STATUS)).toHaveLength(1);
		});

		it('are named in the events of that report', () => {
			const changed = health({ accountStatus: 'AT_RISK', unreadable: [RATE] });
			const { reported } = watch([good(), changed]);
			expect(reported.flat()).toMatchObject([
				{
					event: 'accountStatusChanged',
					notes: [`Parts of the report could not be read and are unknown: ${RATE}`],
				},
			]);
		});
	});

	it('say that there may be nothing to report if Amazon canceled', () => {
		const notice = (how: BadEnd, report: ReportKind) =>
			noticesOf(watch([nothing('r1', how, report)]).state, '')[0]?.description;
		expect(notice('CANCELLED', 'feedback')).toContain('no feedback of 1 to 3 stars in a year');
		expect(notice('CANCELLED', 'totals')).toContain('if there should be data');
		expect(notice('FATAL', 'feedback')).not.toContain('denied');
	});

	it('are marked as reported only if there are any', () => {
		for (const about of [
			'feedback',
			'totals',
			'health',
			'unreadable',
			'healthUnreadable',
		] as const) {
			expect(withReported(NEW, about)).toBe(NEW);
		}
	});
});

describe('any history', () => {
	const orderId = fc.nat(7).map((index) => `100-0000000-000000${index}`);
	const words = fc.constantFrom('', 'Bad', 'x'.repeat(500), '😡'.repeat(300), '\u0001"\\');

	const feedbackRow = fc
		.record({
			id: orderId,
			rating: fc.integer({ min: 1, max: 5 }),
			daysAgo: fc.nat(5),
			comment: words,
			response: words,
		})
		.map(({ id, rating, daysAgo, ...texts }) => ({
			...row(id, rating, plusDays(TODAY, -daysAgo)),
			...texts,
		}));

	/** On one of three days, in its first minutes. */
	const minutes = fc
		.tuple(fc.nat(2), fc.nat(10))
		.map(([days, minutesOfDay]) => 1440 * days + minutesOfDay);

	const kind = fc.constantFrom<ReportKind>('feedback', 'totals', 'health');
	const reportId = fc.nat(30).map((index) => `r${index}`);
	const counts = fc
		.tuple(fc.constantFrom(0, 5, 20, 1000), fc.integer({ min: 0, max: 120 }))
		.map(([orders, perMille]) => ({ orders, defects: Math.floor((orders * perMille) / 1000) }));
	const defectRate = fc.option(
		counts.map(({ orders, defects }) => rate(defects, orders)),
		{ nil: null, freq: 4 },
	);

	const observation: fc.Arbitrary<Observation> = fc.oneof(
		{
			weight: 5,
			arbitrary: fc
				.record({
					rows: fc.array(feedbackRow, { maxLength: 8 }),
					minutes,
					broken: fc.nat(5),
					readAs: fc.constantFrom('feedback', 'feedback', 'feedbackForTotals'),
				})
				.map(({ rows, minutes: each, broken, readAs }): Observation => {
					const asOf = timeOf(each);
					const today = asOf.slice(0, 10);
					const unreadable = broken === 0 ? 1 : 0;
					return { kind: readAs, asOf, today, from: plusDays(today, -365), rows, unreadable };
				}),
		},
		{
			weight: 6,
			arbitrary: fc
				.tuple(counts, fc.nat(2), minutes)
				.map(([{ orders, defects }, daysAgo, each]) =>
					totals(orders, defects, plusDays(OLD, -daysAgo), timeOf(each), 32),
				),
		},
		{
			weight: 2,
			arbitrary: fc
				.tuple(fc.constantFrom(60, 79, 81, 86, 90), minutes)
				.map(([percent, each]) => traffic(percent, timeOf(each))),
		},
		{
			weight: 3,
			arbitrary: fc
				.record({
					accountStatus: fc.constantFrom('NORMAL', 'AT_RISK', null),
					sellerFulfilled: defectRate,
					amazonFulfilled: defectRate,
					minutes,
				})
				.map(({ minutes: each, ...about }) => health(about, timeOf(each))),
		},
		{
			weight: 2,
			arbitrary: fc
				.tuple(reportId, fc.constantFrom(...BAD_ENDS), kind)
				.map(([id, how, report]) => nothing(id, how, report)),
		},
		{ weight: 1, arbitrary: fc.tuple(kind, reportId).map(([report, id]) => asked(report, id)) },
	);

	const history = fc
		.array(observation, { minLength: 1, maxLength: 25, size: 'max' })
		.map((observations) => ofOneSeller(observations));

	const settings = fc
		.record({
			reportPresent: fc.boolean(),
			reportChangedResponses: fc.boolean(),
			thresholds: fc.subarray([threshold(98), threshold(95), threshold(90.5)]),
			events: fc.subarray([...WATCH_EVENTS]),
		})
		.map(settingsWith);

	const RUNS = { numRuns: 60, seed: 22 };

	const through = (
		observations: readonly Observation[],
		using: WatchSettings,
		check: (before: MarketplaceWatch, observed: Observation, advanced: Advance) => void,
	): MarketplaceWatch =>
		observations.reduce((before, observed) => {
			const advanced = advance(before, observed, using);
			check(before, observed, advanced);
			return advanced.state;
		}, WITH_POSITIVES as MarketplaceWatch);

	it('is read as it was stored, and continues the same way', () => {
		fc.assert(
			fc.property(history, settings, (observations, using) => {
				through(observations, using, (before, observed, advanced) => {
					const read = reread(before);
					expect(read).toEqual(before);
					if (read === undefined) return;
					const again = advance(read, observed, using);
					expect(again).toEqual(advanced);
					expect(again.state === read).toBe(advanced.state === before);
				});
			}),
			RUNS,
		);
	});

	it('gives the same state object and no events if it is observed again', () => {
		fc.assert(
			fc.property(history, settings, (observations, using) => {
				through(observations, using, (before, observed, advanced) => {
					if (advanced.state === before) expect(advanced.events).toEqual([]);
					if (observed.kind === 'asked') return;
					const again = advance(advanced.state, observed, using);
					expect(again.events).toEqual([]);
					expect(again.state).toBe(advanced.state);
				});
			}),
			RUNS,
		);
	});

	it('does not change the state it started from', () => {
		fc.assert(
			fc.property(history, settings, (observations, using) => {
				through(observations, using, (before, observed) => {
					const text = JSON.stringify(before);
					const [first, second] = [1, 2].map(() => advance(before, observed, using));
					expect(second).toEqual(first);
					expect(JSON.stringify(before)).toBe(text);
				});
			}),
			RUNS,
		);
	});

	it('gives each event its own ID', () => {
		const found = new Set<string>();
		fc.assert(
			fc.property(history, settings, (observations, using) => {
				const ids: string[] = [];
				through(observations, using, (_, __, { events }) => {
					ids.push(...events.map(({ id }) => id));
					for (const { event } of events) found.add(event);
				});
				expect(new Set(ids).size).toBe(ids.length);
			}),
			{ ...RUNS, numRuns: 1500 },
		);
		// The histories had enough events for a meaningful test.
		expect(found).toEqual(new Set(WATCH_EVENTS));
	});

	it('gives the same state for any chosen events, and reports only those', () => {
		fc.assert(
			fc.property(history, settings, (observations, using) => {
				const everything = { ...using, events: WATCH_EVENTS };
				through(observations, everything, (before, observed, all) => {
					const some = advance(before, observed, using);
					expect(some.state).toEqual(all.state);
					const chosen = all.events.filter(({ event }) => using.events.includes(event));
					expect(some.events).toEqual(expect.arrayContaining(chosen));
					const byId = new Map(all.events.map((event) => [event.id, event]));
					for (const event of some.events) {
						expect(using.events).toContain(event.event);
						const same = byId.get(event.id);
						if (same?.event === event.event) continue;
						expect(same?.event).toBe('feedbackChanged');
						expect(event.event).toMatch(/^newN|^feedbackRemoved$/);
					}
				});
			}),
			RUNS,
		);
	});

	it('takes little memory', () => {
		fc.assert(
			fc.property(history, settings, (observations, using) => {
				const state = through(observations, using, () => undefined);
				expect(JSON.stringify(state).length).toBeLessThan(8 * 1100 + 2500);
			}),
			RUNS,
		);
		const rows = Array.from({ length: 3000 }, (_, index) => ({
			...row(`100-0000000-${1_000_000 + index}`, 1, plusDays(TODAY, -(index % 28))),
			comment: '😡"\\ '.repeat(500),
			response: 'Sorry '.repeat(300),
		}));
		const daily = Array.from({ length: 2000 }, (_, index) => ({
			date: plusDays(TODAY, -index),
			received: 900_000,
			// Each is a separate row in the feedback report.
			negative: 1,
		}));
		const { state } = watch([totalsOf(daily), feedback(rows)]);
		expect(Object.keys(state.feedback?.rows ?? {}).length).toBeGreaterThan(800);
		expect(Buffer.byteLength(JSON.stringify(state))).toBeLessThan(500_000);
	});
});

describe('the stored state', () => {
	it('is empty before the first poll', () => {
		const nothingYet = { version: 1, credential: 'mine', seller: 'me', marketplaces: {} };
		expect(readState(undefined, 'mine', 'me')).toEqual(nothingYet);
		expect(readState(JSON.parse(JSON.stringify(nothingYet)), 'mine', 'me')).toEqual(nothingYet);
		expect(reread(NEW)).toEqual(NEW);
	});

	it('is discarded with another credential, which may be of another seller', () => {
		expect(readState(written(NEW), 'other', 'me')).toEqual({
			version: 1,
			credential: 'other',
			seller: 'me',
			marketplaces: {},
		});
		// A state that cannot be read is not discarded: it may be of the same credential.
		expect(readState({ version: 2, credential: 'mine' }, 'other', 'me')).toBeUndefined();
	});

	describe('with the same credential, possibly for another seller', () => {
		const known = () => watch([totals(100, 0), feedback([row(A), row(B)])]).state;
		const doubted = (state: MarketplaceWatch): MarketplaceWatch => {
			const read = readState(written(state), 'mine', 'another');
			expect(read).toMatchObject({ credential: 'mine', seller: 'another' });
			return read?.marketplaces.M as MarketplaceWatch;
		};

		it('is in doubt until the next feedback report', () => {
			const before = known();
			const state = doubted(before);
			expect(state).toEqual({ ...before, totals: undefined, inDoubt: true });
			expect(reread(state)).toEqual(state);
		});

		it.each([
			['continues', [row(B), row(C)], ['feedbackRemoved', 'newNegativeFeedback']],
			['starts over', [row(C), row('100-0000000-0000004', 3)], []],
		])('%s depending on the feedback in the report', (_, rows, expected) => {
			const before = doubted(known());
			const { reported, state } = watch([feedback(rows)], settingsWith(), before);
			expect(namesOf(reported.flat()).toSorted()).toEqual(expected);
			expect(state.inDoubt).toBeUndefined();
			expect(Object.keys(state.feedback?.rows ?? {})).toEqual(
				expected.length > 0 ? [A, B, C] : rows.map(({ orderId }) => orderId),
			);
			if (expected.length === 0) expect(state).toMatchObject({ alarms: {}, tellFrom: undefined });
		});

		it('starts over if the report has no rows', () => {
			const before = doubted(known());
			const { reported, state } = watch([feedback([])], settingsWith(), before);
			expect(reported.flat()).toEqual([]);
			expect(state.inDoubt).toBeUndefined();
			expect(state.feedback).toBeUndefined();
		});
	});

	it('keeps several marketplaces apart', () => {
		const marketplaces = { M: NEW, N: watch([feedback([row(A)])]).state };
		const state = { version: 1, credential: 'mine', seller: 'me', marketplaces };
		expect(readState(JSON.parse(JSON.stringify(state)), 'mine', 'me')).toEqual(state);
	});

	it.each([
		null,
		0,
		'',
		'state',
		[],
		{},
		{ marketplaces: {} },
		{ version: 0, marketplaces: {} },
		{ version: 2, marketplaces: {} },
		{ version: '1', marketplaces: {} },
		{ version: 1 },
		{ version: 1, marketplaces: {} },
		{ version: 1, credential: 'mine', marketplaces: {} },
		{ version: 1, credential: 'mine', seller: 0, marketplaces: {} },
		{ version: 1, credential: 0, seller: 'me', marketplaces: {} },
		{ version: 1, credential: 'mine', seller: 'me', marketplaces: [] },
		{ version: 1, credential: 'mine', seller: 'me', marketplaces: { M: null } },
		{ version: 1, credential: 'mine', seller: 'me', marketplaces: { M: {} } },
		{
			version: 1,
			credential: 'mine',
			seller: 'me',
			marketplaces: { M: { ...NEW, began: undefined } },
		},
		{
			version: 1,
			credential: 'mine',
			seller: 'me',
			marketplaces: { M: { ...NEW, tellFrom: 'today' } },
		},
		{
			version: 1,
			credential: 'mine',
			seller: 'me',
			marketplaces: { M: { ...NEW, alarms: { x: { raised: 1, changes: 0 } } } },
		},
		{
			version: 1,
			credential: 'mine',
			seller: 'me',
			marketplaces: { M: { ...NEW, alarms: undefined } },
		},
		{
			version: 1,
			credential: 'mine',
			seller: 'me',
			marketplaces: { M: { ...NEW, account: { status: 'NORMAL' } } },
		},
		{
			version: 1,
			credential: 'mine',
			seller: 'me',
			marketplaces: { M: { ...NEW, totals: { from: TODAY, counts: [] } } },
		},
		{
			version: 1,
			credential: 'mine',
			seller: 'me',
			marketplaces: { M: { ...NEW, totals: { asOf: NEW.began, from: TODAY, counts: [0.5] } } },
		},
		{
			version: 1,
			credential: 'mine',
			seller: 'me',
			marketplaces: {
				M: { ...NEW, totals: { asOf: NEW.began, from: '2026-02-31', counts: [1, 0] } },
			},
		},
	])('is not read if it is of another version or invalid: %j', (stored) => {
		expect(readState(stored, 'mine', 'me')).toBeUndefined();
	});

	it('is not read if any part of it has another type', () => {
		const { state } = watch([
			asked('feedback', 'r1'),
			nothing('r1'),
			nothing('t1', 'FATAL', 'totals'),
			totals(100, 6),
			feedback([row(A), { ...row(B), comment: 'x'.repeat(200), response: 'Sorry' }]),
			feedback([row(B)], { unreadable: 1 }),
			health({ accountStatus: 'NORMAL', sellerFulfilled: rate(1, 100) }),
			nothing('h1', 'stuck', 'health'),
		]);
		expect(reread(state)).toEqual(state);
		const root = { stored: written(state) };
		let spoiled = 0;
		/** Replaces each value in turn with something else. */
		const spoil = (holder: Record<string, unknown>): void => {
			for (const [key, value] of Object.entries(holder)) {
				if (typeof value === 'object') spoil(value as Record<string, unknown>);
				holder[key] = Symbol.iterator;
				expect(readState(root.stored, 'mine', 'me')).toBeUndefined();
				holder[key] = value;
				spoiled += 1;
			}
		};
		spoil(root);
		expect(readState(root.stored, 'mine', 'me')?.marketplaces.M).toEqual(state);
		expect(spoiled).toBeGreaterThan(40);
	});
});
