import { DateTime } from 'luxon';

import type { AccountHealth } from '../../shared/domain/accountHealth';
import { advanceAlarm, sideOfDefectRate, sideOfRating, type Side } from '../../shared/domain/alarm';
import type { Threshold } from '../../shared/domain/bands';
import { dayNumber, isoDay } from '../../shared/domain/feedbackSeries';
import {
	advanceFeedback,
	isWhole,
	type FeedbackChange,
	type FeedbackObservation,
	type FeedbackWatchSettings,
} from '../../shared/domain/feedbackWatch';
import { ratingOf, toDisplayedPercent, toPercent, totalOf } from '../../shared/domain/rating';
import {
	deriveWindow,
	plusDays,
	type DailyFeedback,
	type Provenance,
} from '../../shared/domain/ratingWindow';
import { arrived, asked, endedBadly, type BadEnd } from '../../shared/domain/reportCycle';
import type { MarketplaceWatch } from './state';

/** What the user can be told of, in the editor's order. */
export const WATCH_EVENTS = [
	'accountStatusChanged',
	'feedbackChanged',
	'feedbackRemoved',
	'newNegativeFeedback',
	'newNeutralFeedback',
	'orderDefectRateAboveTarget',
	'orderDefectRateRecovered',
	'ratingFellBelowThreshold',
	'ratingRecovered',
] as const;

export type WatchEventName = (typeof WATCH_EVENTS)[number];

/** The reports watched: feedback, Sales and Traffic (daily totals), Seller Performance (health). */
export type ReportKind = keyof MarketplaceWatch['reports'];

/** As sellers know them. */
export const REPORT_NAMES: Readonly<Record<ReportKind, string>> = {
	feedback: 'feedback report',
	totals: 'Sales and Traffic report',
	health: 'Seller Performance report',
};

/** What a poll learns of one marketplace. */
export type Observation =
	| {
			readonly kind: 'asked';
			readonly report: ReportKind;
			readonly id: string;
			readonly at: string;
	  }
	| ({ readonly kind: 'feedback' } & FeedbackObservation)
	| { readonly kind: 'totals'; readonly asOf: string; readonly daily: readonly DailyFeedback[] }
	| { readonly kind: 'health'; readonly health: AccountHealth }
	/** A report that gave nothing, on this marketplace-local day. */
	| {
			readonly kind: 'nothing';
			readonly report: ReportKind;
			readonly id: string;
			readonly how: BadEnd;
			readonly today: string;
	  };

export interface WatchSettings extends Omit<FeedbackWatchSettings, 'tellFrom'> {
	readonly events: readonly WatchEventName[];
	/** What is wrong already when the watch begins is told too. */
	readonly tellPresent: boolean;
	readonly ratingDays: number;
	readonly thresholds: readonly Threshold[];
	readonly minimumRatings: number;
	/** Percentage points. */
	readonly ratingMargin: number;
	/** Percent; undefined for the target Amazon names. */
	readonly defectTarget: number | undefined;
	/** Percentage points. */
	readonly defectMargin: number;
	readonly minimumOrders: number;
}

/** The rating when an event was found. */
export interface RatingNow {
	/** When the reports it comes from were asked for, UTC; null where it is not known. */
	readonly asOf: string | null;
	readonly days: number;
	/** Percent, unrounded and as Amazon shows it; null where it is not known. */
	readonly rating: number | null;
	readonly displayedRating: number | null;
	readonly positive: number | null;
	readonly neutral: number | null;
	readonly negative: number | null;
	readonly total: number | null;
	readonly provenance: Provenance;
	/** Last day that Amazon's totals reach. */
	readonly coveredThrough: string | null;
	readonly notes: readonly string[];
}

export type Fulfilment = 'sellerFulfilled' | 'amazonFulfilled';

export interface DefectRate {
	readonly fulfilment: Fulfilment;
	readonly percent: number;
	readonly targetPercent: number;
	readonly orders: number;
	readonly ordersWithDefects: number;
}

interface EventBase {
	/** The same whenever the event is found anew from the same memory, to tell repetitions by. */
	readonly id: string;
	readonly ratingNow: RatingNow;
}

export type FeedbackEvent = EventBase & {
	readonly event:
		| 'newNegativeFeedback'
		| 'newNeutralFeedback'
		| 'feedbackChanged'
		| 'feedbackRemoved';
	readonly change: FeedbackChange;
};

export type RatingEvent = EventBase & {
	readonly event: 'ratingFellBelowThreshold' | 'ratingRecovered';
	readonly threshold: Threshold;
	/** The rating known before. */
	readonly before: RatingNow | undefined;
};

export type DefectEvent = EventBase & {
	readonly event: 'orderDefectRateAboveTarget' | 'orderDefectRateRecovered';
	readonly before: DefectRate | undefined;
	readonly after: DefectRate;
};

export type AccountEvent = EventBase & {
	readonly event: 'accountStatusChanged';
	readonly before: string;
	readonly after: string;
};

export type WatchEvent = FeedbackEvent | RatingEvent | DefectEvent | AccountEvent;

/** What is remembered after an observation, and what of it is told. */
export interface Advance {
	readonly state: MarketplaceWatch;
	readonly events: readonly WatchEvent[];
}

/**
 * What one observation changes in what is remembered of a marketplace, and what the user is told of
 * it. Pure: the same state and observation give the same events with the same IDs, so that a poll
 * whose state got lost tells the same again and a repetition can be recognised.
 * @returns the very same state where the observation is no news
 */
export function advance(
	state: MarketplaceWatch,
	observation: Observation,
	settings: WatchSettings,
): Advance {
	const all = withoutFilter(state, observation, settings);
	const events = all.events.flatMap((event): WatchEvent[] => {
		if (settings.events.includes(event.event)) return [event];
		const instead = otherName(event);
		return instead !== undefined && settings.events.includes(instead.event) ? [instead] : [];
	});
	return { state: all.state, events };
}

/** What a feedback that became positive, neutral or negative is to who is not told of changes. */
function otherName(event: WatchEvent): WatchEvent | undefined {
	if (event.event !== 'feedbackChanged') return undefined;
	const { before, after } = event.change;
	if (after === undefined || after.sentiment === before?.sentiment) return undefined;
	return { ...event, event: OTHER_NAMES[after.sentiment] };
}

const OTHER_NAMES = {
	negative: 'newNegativeFeedback',
	neutral: 'newNeutralFeedback',
	positive: 'feedbackRemoved',
} as const;

function withoutFilter(
	state: MarketplaceWatch,
	observation: Observation,
	settings: WatchSettings,
): Advance {
	switch (observation.kind) {
		case 'asked': {
			const { report, id, at } = observation;
			return {
				state: withCycle(state, report, asked(state.reports[report] ?? {}, id, at)),
				events: [],
			};
		}
		case 'nothing':
			return { state: withoutReport(state, observation), events: [] };
		case 'totals':
			return { state: withTotals(withArrived(state, 'totals'), observation), events: [] };
		case 'health':
			return advanceHealth(withArrived(state, 'health'), observation.health, settings);
		case 'feedback':
			return advanceWithFeedback(withArrived(state, 'feedback'), observation, settings);
	}
}

type Cycle = NonNullable<MarketplaceWatch['reports'][ReportKind]>;

function withCycle(state: MarketplaceWatch, report: ReportKind, cycle: Cycle): MarketplaceWatch {
	if (cycle === state.reports[report]) return state;
	return { ...state, reports: { ...state.reports, [report]: cycle } };
}

const withArrived = (state: MarketplaceWatch, report: ReportKind): MarketplaceWatch => {
	const cycle = state.reports[report];
	return cycle === undefined ? state : withCycle(state, report, arrived(cycle));
};

/**
 * A cancelled report may mean that there was nothing, so what the first report after it holds of
 * that day is news: rather told once too often than missed.
 */
function withoutReport(
	state: MarketplaceWatch,
	{ report, id, how, today }: Extract<Observation, { kind: 'nothing' }>,
): MarketplaceWatch {
	const next = withCycle(state, report, endedBadly(state.reports[report] ?? {}, id, how));
	const mayHaveBeenEmpty = report === 'feedback' && how === 'CANCELLED';
	const { tellFrom } = next;
	const from = plusDays(today, -LATE_DAYS);
	return mayHaveBeenEmpty && tellFrom !== undefined && from < tellFrom
		? { ...next, tellFrom: from }
		: next;
}

/** A feedback may come into the report a day after its date. */
const LATE_DAYS = 1;

/** A first report that was asked for later than this after the beginning came late. */
const LATE_AFTER_MINUTES = 10;

/**
 * From which day on feedback is news in the first report. Where that report comes late, for Amazon
 * could not be reached or gave none, feedback of the day the watch began may have come after it:
 * rather told once too often than missed.
 */
function tellFromOf(state: MarketplaceWatch, { asOf, today }: FeedbackObservation): string {
	const { began, beganOn, tellFrom = today } = state;
	const late = DateTime.fromISO(asOf).diff(DateTime.fromISO(began)).as('minutes');
	return late > LATE_AFTER_MINUTES && beganOn < tellFrom ? beganOn : tellFrom;
}

/** Days kept: as many as the longest window, today included. */
const KEPT_DAYS = 366;

function withTotals(
	state: MarketplaceWatch,
	{ asOf, daily }: Extract<Observation, { kind: 'totals' }>,
): MarketplaceWatch {
	const last = daily.reduce((latest, { date }) => (date > latest ? date : latest), '');
	if (last === '') return state;
	const end = dayNumber(last);
	const byDay = new Map(daily.map((each) => [dayNumber(each.date), each]));
	const first = Math.max(end - KEPT_DAYS + 1, Math.min(...byDay.keys()));
	const counts: number[] = [];
	for (let day = first; day <= end; day += 1) {
		const { received, negative } = byDay.get(day) ?? { received: -1, negative: -1 };
		counts.push(received, negative);
	}
	return asOf === state.totals?.asOf
		? state
		: { ...state, totals: { asOf, from: isoDay(first), counts } };
}

function dailyOf({ totals }: MarketplaceWatch): DailyFeedback[] {
	if (totals === undefined) return [];
	const first = dayNumber(totals.from);
	return totals.counts.flatMap((received, index): DailyFeedback[] => {
		if (index % 2 === 1 || received < 0) return [];
		return [{ date: isoDay(first + index / 2), received, negative: totals.counts[index + 1] ?? 0 }];
	});
}

function advanceWithFeedback(
	state: MarketplaceWatch,
	observation: FeedbackObservation,
	settings: WatchSettings,
): Advance {
	const rated = advanceWithRating(state, observation, settings);
	// An older report is still good for the rating of its time.
	if (state.feedback !== undefined && observation.asOf < state.feedback.asOf) {
		return { state: rated.state, events: rated.events };
	}
	const unreadable = unreadableAfter(state, observation);
	// What is missing in the first report would be taken for new in the next.
	if (state.feedback === undefined && observation.rows.length <= observation.unreadable) {
		const isKnown = unreadable === state.unreadable;
		return { state: isKnown ? state : { ...state, unreadable }, events: [] };
	}
	const { memory, changes } = advanceFeedback(state.feedback, observation, {
		...settings,
		tellFrom: tellFromOf(state, observation),
	});
	const isNews = memory !== state.feedback || unreadable !== state.unreadable;
	return {
		state: isNews
			? { ...rated.state, tellFrom: undefined, feedback: memory, unreadable }
			: rated.state,
		events: [
			...changes.map(
				(change): FeedbackEvent => ({
					event: eventOf(change),
					id: change.id,
					ratingNow: rated.ratingNow,
					change,
				}),
			),
			...rated.events,
		],
	};
}

/** Judges the rating, where the totals are of the same time as the feedback report. */
function advanceWithRating(
	state: MarketplaceWatch,
	observation: FeedbackObservation,
	settings: WatchSettings,
): Advance & { readonly ratingNow: RatingNow } {
	const before = knownRating(state, settings);
	if (!isOfOneTime(state.totals?.asOf, observation.asOf)) {
		const unknown = unknownRating(settings.ratingDays, 'No rating is known yet');
		return { state, events: [], ratingNow: before ?? unknown };
	}
	const ratingNow = deriveRating(state, observation, settings);
	// Neutral feedback may be missing in a report that is not whole.
	return isWhole(observation)
		? { ...advanceRating(state, before, ratingNow, settings), ratingNow }
		: { state, events: [], ratingNow };
}

/** Reports asked for further apart do not count the same feedback. */
export const PAIR_MINUTES = 5;

/** Whether two reports were asked for at about the same time, so that the one can be held against the other. */
export const isOfOneTime = (one: string | undefined, other: string): boolean =>
	one !== undefined &&
	Math.abs(DateTime.fromISO(one).diff(DateTime.fromISO(other)).as('minutes')) <= PAIR_MINUTES;

const unreadableAfter = (
	{ unreadable }: MarketplaceWatch,
	observation: FeedbackObservation,
): MarketplaceWatch['unreadable'] =>
	observation.unreadable === 0
		? undefined
		: (unreadable ?? { since: observation.asOf, told: false });

function eventOf({ kind, after }: FeedbackChange): FeedbackEvent['event'] {
	if (kind === 'changed') return 'feedbackChanged';
	if (after === undefined) return 'feedbackRemoved';
	return after.sentiment === 'neutral' ? 'newNeutralFeedback' : 'newNegativeFeedback';
}

function deriveRating(
	state: MarketplaceWatch,
	{ asOf, rows, today, unreadable }: FeedbackObservation,
	{ ratingDays }: WatchSettings,
): RatingNow {
	const daily = dailyOf(state);
	const window = deriveWindow({ daily, lowRatings: rows }, ratingDays, today);
	const { counts, provenance, coveredThrough = null } = window;
	const notes =
		unreadable === 0
			? window.notes
			: [...window.notes, `${unreadable} line(s) of the feedback report could not be read`];
	if (counts === undefined) return { ...unknownRating(ratingDays, ...notes), coveredThrough };
	return { asOf, ...rated(counts), days: ratingDays, provenance, coveredThrough, notes };
}

type Counts = Parameters<typeof totalOf>[0];

function rated(counts: Counts) {
	const rating = ratingOf(counts);
	return {
		rating: rating ? toPercent(rating) : null,
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
	rating: null,
	displayedRating: null,
	positive: null,
	neutral: null,
	negative: null,
	total: null,
	provenance: 'insufficient',
	coveredThrough: null,
	notes,
});

/** The rating as remembered, if it is of the window that is watched. */
export function knownRating(
	{ rating }: MarketplaceWatch,
	{ ratingDays }: WatchSettings,
): RatingNow | undefined {
	if (rating?.days !== ratingDays) return undefined;
	return {
		asOf: rating.asOf,
		...rated(rating),
		days: ratingDays,
		provenance: 'derived',
		coveredThrough: rating.coveredThrough ?? null,
		notes: [],
	};
}

function advanceRating(
	state: MarketplaceWatch,
	before: RatingNow | undefined,
	ratingNow: RatingNow,
	settings: WatchSettings,
): Advance {
	const { positive, neutral, negative, coveredThrough } = ratingNow;
	if (positive === null || neutral === null || negative === null) return { state, events: [] };
	const counts = { positive, neutral, negative };
	const events: RatingEvent[] = [];
	let next = state;
	for (const threshold of settings.thresholds) {
		const { percent } = threshold;
		const side = sideOfRating(counts, percent, settings.ratingMargin, settings.minimumRatings);
		const key = `rating/${settings.ratingDays}/${percent}`;
		const alarmed = withAlarm(next, key, side, settings);
		next = alarmed.state;
		if (alarmed.turned === undefined) continue;
		events.push({
			event: alarmed.turned === 'raised' ? 'ratingFellBelowThreshold' : 'ratingRecovered',
			id: alarmed.id,
			ratingNow,
			threshold,
			before,
		});
	}
	const rating = {
		asOf: ratingNow.asOf ?? '',
		days: settings.ratingDays,
		...counts,
		...(coveredThrough !== null && { coveredThrough }),
	};
	const isKnown =
		JSON.stringify({ ...rating, asOf: state.rating?.asOf }) === JSON.stringify(state.rating);
	return { state: isKnown ? next : { ...next, rating }, events };
}

interface Alarmed {
	readonly state: MarketplaceWatch;
	readonly id: string;
	readonly turned?: 'raised' | 'cleared';
}

function withAlarm(
	state: MarketplaceWatch,
	key: string,
	side: Side | undefined,
	{ tellPresent }: WatchSettings,
): Alarmed {
	if (side === undefined) return { state, id: key };
	const known = state.alarms[key] ?? (tellPresent ? { raised: false, changes: 0 } : undefined);
	const { alarm, turned } = advanceAlarm(known, side);
	if (alarm === undefined || alarm === state.alarms[key]) return { state, id: key };
	return {
		state: { ...state, alarms: { ...state.alarms, [key]: alarm } },
		id: `${key}/${alarm.changes}/${turned}/${state.began}`,
		...(turned && { turned }),
	};
}

/** Amazon's target as an exact percentage. */
const exactPercent = (percent: number): number =>
	Number(Math.min(100, Math.max(0, percent)).toFixed(4));

const FULFILMENTS: readonly Fulfilment[] = ['sellerFulfilled', 'amazonFulfilled'];

function advanceHealth(
	state: MarketplaceWatch,
	health: AccountHealth,
	settings: WatchSettings,
): Advance {
	const ratingNow =
		knownRating(state, settings) ?? unknownRating(settings.ratingDays, 'No rating is known yet');
	const events: WatchEvent[] = [];
	let next = state;
	for (const fulfilment of FULFILMENTS) {
		const reported = health[fulfilment];
		if (reported === null) continue;
		const { orders, ordersWithDefects } = reported;
		const targetPercent = settings.defectTarget ?? exactPercent(reported.targetPercent);
		const { defectMargin, minimumOrders } = settings;
		const side = sideOfDefectRate(reported, targetPercent, defectMargin, minimumOrders);
		const key = `orderDefectRate/${fulfilment}`;
		const alarmed = withAlarm(next, key, side, settings);
		const known = next.defects[fulfilment];
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
			id: `accountStatus/${changes}/${accountStatus}/${state.began}`,
			ratingNow,
			before: account.status,
			after: accountStatus,
		});
	}
	return { state: { ...next, account: { status: accountStatus, changes } }, events };
}
