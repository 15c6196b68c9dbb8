// cspell:ignore told

import { DateTime } from 'luxon';

import { countedRate, type AccountHealth } from '../../shared/domain/accountHealth';
import { sideOfDefectRate, sideOfRating } from './alarm';
import { withAlarm } from './alarms';
import { keyOfBuyBox } from './buyBox';
import { advancePositives } from './positives';
import { Coverage, knownDays, type WindowCoverage } from '../../shared/domain/coverage';
import type { FeedbackRow } from '../../shared/domain/feedbackReport';
import { dayNumber, isoDay, millisOf, MINUTE_MS } from '../../shared/domain/calendar';
import type { Threshold } from '../../shared/domain/bands';
import { onePerOrder } from '../../shared/domain/onePerOrder';
import type { FeedbackObservation } from './feedback';
import { ratingOf, toDisplayedPercent, toPercent, totalOf } from '../../shared/domain/rating';
import type { DailyFeedback } from '../../shared/domain/ratingWindow';
import type {
	Advance,
	DefectRate,
	Fulfilment,
	Observation,
	RatingEvent,
	RatingNow,
	WatchEvent,
	WatchEventName,
	WatchSettings,
} from './events';
import { nameOfWatch, withRestart, type MarketplaceWatch } from './state';
import { evidenceOf, type Totals } from './totals';

/** Days kept: as many as the longest window, today included. */
const KEPT_DAYS = 366;

/** Instead of the counts of a day: there are no totals, or Amazon has not filled them in. */
const NO_TOTALS = -1;
const NOT_FILLED = -2;

/** The state with daily totals added, from Data Kiosk or a Sales and Traffic report. */
export function withTotals(state: MarketplaceWatch, observed: Totals): MarketplaceWatch {
	const { asOf, madeOn, notes = [] } = observed;
	if (asOf === state.totals?.asOf) return state;
	const days = knownDays(evidenceOf(observed));
	const byDay = new Map(days.map((each) => [dayNumber(each.date), each]));
	if (byDay.size === 0) return state;
	const end = Math.max(...byDay.keys());
	const first = Math.max(end - KEPT_DAYS + 1, Math.min(...byDay.keys()));
	const counts: number[] = [];
	for (let day = first; day <= end; day += 1) {
		const { received = null, negative = null, pageViews } = byDay.get(day) ?? {};
		if (received !== null && negative !== null) counts.push(received, negative);
		else if (pageViews === 0) counts.push(NOT_FILLED, NOT_FILLED);
		else counts.push(NO_TOTALS, NO_TOTALS);
	}
	const totals = {
		asOf,
		from: isoDay(first),
		...(madeOn && { madeOn }),
		counts,
		...(notes.length > 0 && { notes: [...notes] }),
	};
	return { ...state, totals };
}

function dailyOf({ from, counts }: NonNullable<MarketplaceWatch['totals']>): DailyFeedback[] {
	const first = dayNumber(from);
	return counts.flatMap((received, index): DailyFeedback[] => {
		if (index % 2 === 1 || received === NO_TOTALS) return [];
		const date = isoDay(first + index / 2);
		return received === NOT_FILLED
			? [{ date, received: null, negative: null, pageViews: 0 }]
			: [{ date, received, negative: counts[index + 1] ?? null }];
	});
}

/**
 * Evaluates the rating and the positive feedback per day if the totals are from the same time as the
 * feedback report.
 */
export function advanceWithRating(
	state: MarketplaceWatch,
	observation: FeedbackObservation,
	settings: WatchSettings,
): Advance & { readonly ratingNow: RatingNow } {
	if (!isOfOneTime(state.totals?.asOf, observation.asOf, settings)) {
		const why = "Amazon's daily totals for that time are missing";
		return {
			state: withUnjudged(state, observation.asOf, why),
			events: [],
			ratingNow: lastRating(state, settings, observation.asOf),
		};
	}
	const reports = compared(state, observation, settings);
	const ratingNow = ratingFrom(reports, state, observation, settings);
	const positives = advancePositives(state, reports, ratingNow);
	const rated = judgeRating(positives.state, ratingNow, observation.asOf, settings);
	return { ...rated, events: [...positives.events, ...rated.events], ratingNow };
}

function judgeRating(
	state: MarketplaceWatch,
	ratingNow: RatingNow,
	asOf: string,
	settings: WatchSettings,
): Advance {
	const unjudged = (why: string): Advance => ({
		state: withUnjudged(state, asOf, why),
		events: [],
	});
	// No ratings: that is certain, and there is nothing to evaluate.
	if (ratingNow.total === 0) return { state, events: [] };
	if (ratingNow.ratingPercent === null) return unjudged(ratingNow.notes[0] ?? '');
	// With fewer days than last time, the ratings cannot be compared.
	const coveredDays = ratingNow.coverage?.daysCovered ?? 0;
	const { days = 0, coveredDays: lastTime = 0 } = state.rating ?? {};
	const missing = days === settings.ratingDays ? lastTime - coveredDays : 0;
	const isGivenUp = daysUnjudged(state, asOf) >= WAIT_DAYS;
	if (missing > SPARE_DAYS && !isGivenUp) {
		return unjudged(`Amazon's daily totals are missing ${missing} day(s) they had before`);
	}
	return advanceRating(state, knownRating(state, settings, asOf), ratingNow, settings);
}

/** Note on a rating that is unknown so far. */
const NOT_EVALUATED_YET = 'No rating could be evaluated yet';

/** Days of totals that may be missing in addition to those missing last time. */
const SPARE_DAYS = 3;

/** Amazon fills in days for up to a week; what is missing for longer is treated as lost. */
export const WAIT_DAYS = 7;

/** The rating is evaluated several times a day; after this many days without, the user is notified. */
const NOTIFY_AFTER_DAYS = 2;

const ratingJudgedAt = ({ rating, ratingSince, began }: MarketplaceWatch): string =>
	[rating?.asOf, ratingSince].reduce<string>(
		(latest, each) => (each !== undefined && each > latest ? each : latest),
		began,
	);

const daysUnjudged = (state: MarketplaceWatch, now: string): number =>
	DateTime.fromISO(now)
		.diff(DateTime.fromISO(ratingJudgedAt(state)))
		.as('days');

function withUnjudged(state: MarketplaceWatch, now: string, why: string): MarketplaceWatch {
	const isWatched = !state.unwatched?.includes('totals');
	const isNews = state.unjudged === undefined && daysUnjudged(state, now) >= NOTIFY_AFTER_DAYS;
	if (!isWatched || !isNews) return state;
	return { ...state, unjudged: { since: ratingJudgedAt(state), why, told: false } };
}

/**
 * Reports requested further apart than this are not compared. What they say about settled days
 * hardly changes in an hour; if other days count too, the reports must be from the same time.
 */
export const pairMinutes = ({
	daysUntilSettled,
}: Pick<WatchSettings, 'daysUntilSettled'>): number => (daysUntilSettled > 0 ? 60 : 5);

/** Whether two reports were requested close enough together to be compared. */
export const isOfOneTime = (
	one: string | undefined,
	other: string,
	settings: Pick<WatchSettings, 'daysUntilSettled'>,
): boolean =>
	one !== undefined &&
	Math.abs(millisOf(one) - millisOf(other)) <= pairMinutes(settings) * MINUTE_MS;

/** What the two reports say together. */
function compared(
	{ totals }: MarketplaceWatch,
	{ rows, today, from, through, ...report }: FeedbackObservation,
	{ daysUntilSettled }: WatchSettings,
): Coverage {
	const all = [...onePerOrder(rows).values()];
	const isOther = ({ otherMarketplace }: FeedbackRow) => otherMarketplace !== undefined;
	const madeOn = totals?.madeOn !== undefined && totals.madeOn < today ? totals.madeOn : today;
	return new Coverage({
		totals: totals && { days: dailyOf(totals), madeOn },
		feedback: {
			kind: 'report',
			rows: all.filter((row) => !isOther(row)),
			doubtfulDays: all.filter(isOther).map(({ date }) => date),
			from,
			// A sandbox has complete data even for today.
			...(daysUntilSettled >= 0 && { through }),
			unreadable: report.unreadableLines ?? { days: [], undated: report.unreadable },
			isEmpty: all.length === 0 && report.hasHeadings !== true,
		},
		daysUntilSettled,
	});
}

function ratingFrom(
	reports: Coverage,
	{ totals }: MarketplaceWatch,
	{ asOf, today }: FeedbackObservation,
	{ ratingDays }: WatchSettings,
): RatingNow {
	const { counts, provenance, coverage } = reports.window(ratingDays, today);
	const rating = counts ? { asOf, ...rated(counts) } : unknownRating(ratingDays);
	return {
		...rating,
		days: ratingDays,
		provenance,
		coveredThrough: reports.settledThrough ?? null,
		coverage,
		notes: [...coverage.reasons, ...(totals?.notes ?? [])],
	};
}

type Counts = Parameters<typeof totalOf>[0];

function rated(counts: Counts) {
	const rating = ratingOf(counts);
	return {
		ratingPercent: rating ? toPercent(rating) : null,
		displayedRating: rating ? toDisplayedPercent(rating) : null,
		positive: counts.positive,
		neutral: counts.neutral,
		negative: counts.negative,
		total: totalOf(counts),
	};
}

export const unknownRating = (days: number, ...notes: string[]): RatingNow => ({
	asOf: null,
	days,
	ratingPercent: null,
	displayedRating: null,
	positive: null,
	neutral: null,
	negative: null,
	total: null,
	provenance: 'insufficient',
	coveredThrough: null,
	coverage: null,
	notes,
});

/** After this many days without a new one, the rating's notes include its age. */
const FRESH_DAYS = 2;

/**
 * The rating in the state, if it is of the watched window.
 * @param now UTC
 */
export function knownRating(
	{ rating }: MarketplaceWatch,
	{ ratingDays }: Pick<WatchSettings, 'ratingDays'>,
	now: string,
): RatingNow | undefined {
	if (rating?.days !== ratingDays) return undefined;
	const age = Math.floor(DateTime.fromISO(now).diff(DateTime.fromISO(rating.asOf)).as('days'));
	return {
		asOf: rating.asOf,
		...rated(rating),
		days: ratingDays,
		provenance: 'derived',
		coveredThrough: rating.coveredThrough ?? null,
		coverage: rating.coverage ?? null,
		notes:
			age < FRESH_DAYS
				? rating.notes
				: [`This rating is ${age} days old: no newer one could be evaluated`, ...rating.notes],
	};
}

/** The same, or an unknown rating with the reason. */
export const lastRating = (
	state: MarketplaceWatch,
	settings: Pick<WatchSettings, 'ratingDays'>,
	now: string,
): RatingNow =>
	knownRating(state, settings, now) ?? unknownRating(settings.ratingDays, NOT_EVALUATED_YET);

function advanceRating(
	before: MarketplaceWatch,
	ratingBefore: RatingNow | undefined,
	ratingNow: RatingNow,
	settings: WatchSettings,
): Advance {
	const { asOf, positive, neutral, negative, coveredThrough, coverage } = ratingNow;
	if (asOf === null || positive === null || neutral === null || negative === null) {
		return { state: before, events: [] };
	}
	const counts = { positive, neutral, negative };
	const events: RatingEvent[] = [];
	let state: MarketplaceWatch = { ...before, unjudged: undefined };
	for (const threshold of settings.thresholds) {
		const side = sideOfRating(counts, threshold, settings.ratingMargin, settings.minimumRatings);
		const key = keyOfThreshold(settings, threshold);
		const reportPresent =
			settings.reportPresent && before.rating === undefined && !before.restarts?.totals;
		const by = `${settings.ratingMargin}/${settings.minimumRatings}`;
		const alarmed = withAlarm(state, 'totals', { key, side, by, reportPresent });
		state = alarmed.state;
		if (alarmed.turned === undefined) continue;
		events.push({
			event: alarmed.turned === 'raised' ? 'ratingFellBelowThreshold' : 'ratingRecovered',
			id: alarmed.id,
			ratingNow,
			threshold,
			before: ratingBefore,
		});
	}
	const rating = {
		asOf,
		days: settings.ratingDays,
		...counts,
		...(coveredThrough !== null && { coveredThrough }),
		coveredDays: coverage?.daysCovered ?? 0,
		...(coverage && { coverage: shortened(coverage) }),
		notes: [...(coverage?.reasons ?? []).slice(0, MAX_NOTES), ...(before.totals?.notes ?? [])],
	};
	const isKnown =
		JSON.stringify(rating) === JSON.stringify(before.rating) &&
		state.alarms === before.alarms &&
		before.unjudged === undefined;
	return { state: isKnown ? before : { ...state, rating }, events };
}

/** The stored part of a rating's coverage is bounded; its newest parts matter most. */
const MAX_NOTES = 4;
const MAX_SPANS = 12;

const shortened = ({ daysLeftOut, reasons, ...others }: WindowCoverage) => ({
	...others,
	daysLeftOut: daysLeftOut.slice(-MAX_SPANS),
	reasons: reasons.slice(0, MAX_NOTES),
});

const keyOfThreshold = ({ ratingDays }: WatchSettings, { percent }: Threshold): string =>
	`rating/${ratingDays}/${percent}`;

const keyOfDefectRate = ({ defectTarget }: WatchSettings, fulfilment: Fulfilment): string =>
	defectTarget === undefined
		? `orderDefectRate/${fulfilment}`
		: `orderDefectRate/${fulfilment}/${defectTarget}`;

/**
 * Discards the alarms of thresholds that are no longer watched, including those of another window or
 * target: a later comparison would be with a value from long ago.
 */
export function withoutOtherAlarms(
	state: MarketplaceWatch,
	settings: WatchSettings,
): MarketplaceWatch {
	const watched = [
		...settings.thresholds.map((threshold) => keyOfThreshold(settings, threshold)),
		...FULFILMENTS.map((fulfilment) => keyOfDefectRate(settings, fulfilment)),
		keyOfBuyBox(settings),
	];
	const others = Object.keys(state.alarms).filter((key) => !watched.includes(key));
	if (others.length === 0) return state;
	const left = Object.entries(state.alarms).filter(([key]) => watched.includes(key));
	const next = { ...state, alarms: Object.fromEntries(left) };
	return (['totals', 'health'] as const).reduce(
		(each, kind) => (others.some((key) => isOf(key, kind)) ? withRestart(each, kind) : each),
		next,
	);
}

const isOf = (key: string, kind: 'totals' | 'health'): boolean =>
	key.startsWith('orderDefectRate/') === (kind === 'health');

/** Amazon's target as a percentage with at most four decimals. */
const exactPercent = (percent: number): number =>
	Number(Math.min(100, Math.max(0, percent)).toFixed(4));

const FULFILMENTS: readonly Fulfilment[] = ['sellerFulfilled', 'amazonFulfilled'];

/** The parts of the report that each event needs, by Amazon's names. */
const NEEDED_OF_HEALTH: ReadonlyArray<readonly [path: RegExp, ...events: WatchEventName[]]> = [
	[/^accountStatuses\.status$/, 'accountStatusChanged'],
	[
		/^orderDefectRate(?:\.[am]fn(?:\.(?:orderCount|orderWithDefects(?:\.count)?|targetValue))?)?$/,
		'orderDefectRateAboveTarget',
		'orderDefectRateRecovered',
	],
];

/** The parts of the report that a chosen event needs and that could not be read; they are unknown. */
export const missingOfHealth = (
	{ unreadable }: AccountHealth,
	chosen: readonly WatchEventName[],
): string[] => {
	const needed = NEEDED_OF_HEALTH.filter(([, ...events]) =>
		events.some((event) => chosen.includes(event)),
	);
	return unreadable.filter((part) => needed.some(([path]) => path.test(part)));
};

export const notesOnHealth = (missing: readonly string[]): string[] =>
	missing.length === 0
		? []
		: [`Parts of the report could not be read and are unknown: ${missing.join(', ')}`];

/** The same state object if it already lists exactly these parts. */
function withHealthUnreadable(
	state: MarketplaceWatch,
	parts: string[],
	since: string,
): MarketplaceWatch {
	const { healthUnreadable } = state;
	if ((healthUnreadable?.parts ?? []).join() === parts.join()) return state;
	if (parts.length === 0) return { ...state, healthUnreadable: undefined };
	// A part that was not listed before is reported; fewer parts are not.
	const isNews = !parts.every((part) => healthUnreadable?.parts.includes(part));
	const known = isNews ? {} : healthUnreadable;
	return { ...state, healthUnreadable: { since, told: false, ...known, parts } };
}

/**
 * Evaluates the order defect rates and the account status. Unknown values change nothing in the state
 * and cause no event.
 */
export function advanceHealth(
	before: MarketplaceWatch,
	{ health, asOf }: Extract<Observation, { kind: 'health' }>,
	settings: WatchSettings,
): Advance {
	const missing = missingOfHealth(health, settings.events);
	const notes = notesOnHealth(missing);
	const state = withHealthUnreadable(before, missing, asOf);
	const ratingNow = lastRating(state, settings, asOf);
	const events: WatchEvent[] = [];
	let next = state;
	for (const fulfilment of FULFILMENTS) {
		const reported = countedRate(health[fulfilment]);
		if (reported === undefined) continue;
		const { orders, ordersWithDefects } = reported;
		const targetPercent = settings.defectTarget ?? exactPercent(reported.targetPercent);
		const { defectMargin, minimumOrders } = settings;
		const side = sideOfDefectRate(reported, targetPercent, defectMargin, minimumOrders);
		const key = keyOfDefectRate(settings, fulfilment);
		const known = next.defects[fulfilment];
		const reportPresent = settings.reportPresent && known === undefined && !state.restarts?.health;
		const by = `${defectMargin}/${minimumOrders}`;
		const alarmed = withAlarm(next, 'health', { key, side, by, reportPresent });
		next = alarmed.state;
		const rateOf = (counts: { orders: number; ordersWithDefects: number }): DefectRate => ({
			fulfilment,
			percent: counts.orders === 0 ? 0 : (100 * counts.ordersWithDefects) / counts.orders,
			targetPercent,
			orders: counts.orders,
			ordersWithDefects: counts.ordersWithDefects,
		});
		if (alarmed.turned !== undefined) {
			events.push({
				event:
					alarmed.turned === 'raised' ? 'orderDefectRateAboveTarget' : 'orderDefectRateRecovered',
				id: alarmed.id,
				ratingNow,
				notes,
				before: known && rateOf(known),
				after: rateOf(reported),
			});
		}
		if (known?.orders !== orders || known.ordersWithDefects !== ordersWithDefects) {
			next = { ...next, defects: { ...next.defects, [fulfilment]: { orders, ordersWithDefects } } };
		}
	}
	const { accountStatus } = health;
	const { account } = next;
	if (accountStatus === null || accountStatus === account?.status) return { state: next, events };
	const changes = account === undefined ? 0 : account.changes + 1;
	if (account !== undefined) {
		events.push({
			event: 'accountStatusChanged',
			id: `accountStatus/${changes}/${accountStatus}/${nameOfWatch(state, 'health')}`,
			ratingNow,
			notes,
			before: account.status,
			after: accountStatus,
		});
	}
	return { state: { ...next, account: { status: accountStatus, changes } }, events };
}
