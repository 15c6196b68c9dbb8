// cspell:ignore told tell

import { DateTime } from 'luxon';

import { advanceFeedback, type FeedbackChange, type FeedbackObservation } from './feedback';
import { advanceBuyBox } from './buyBox';
import { plusDays } from '../../shared/domain/calendar';
import { arrived, requested, endedBadly } from './reportSchedule';
import type {
	Advance,
	FeedbackEvent,
	Observation,
	ReportKind,
	WatchEvent,
	WatchSettings,
} from './events';
import {
	advanceHealth,
	advanceWithRating,
	lastRating,
	withoutOtherAlarms,
	withTotals,
} from './figures';
import { restart, nameOfWatch, type MarketplaceWatch } from './state';

/**
 * What one observation changes in the state of a marketplace, and the events to report. Pure: the same
 * state and observation give the same events with the same IDs. So a poll whose state was lost reports
 * the same again, and duplicates can be recognized.
 * @returns the same state object if the observation contains nothing new
 */
export function advance(
	state: MarketplaceWatch,
	observation: Observation,
	settings: WatchSettings,
): Advance {
	const all = withoutFilter(withoutOtherAlarms(state, settings), observation, settings);
	const events = all.events.flatMap((event): WatchEvent[] => {
		if (settings.events.includes(event.event)) return [event];
		const instead = otherName(event);
		return instead !== undefined && settings.events.includes(instead.event) ? [instead] : [];
	});
	return { state: all.state, events };
}

/**
 * The event for feedback that became positive, neutral or negative, used if 'Feedback Changed' is
 * not chosen.
 */
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
			const { report, id, at, source } = observation;
			const schedule = requested(state.reports[report] ?? {}, id, at, source);
			return { state: withSchedule(state, report, schedule), events: [] };
		}
		case 'nothing':
			return {
				state: withoutReport(withoutLastingDoubt(state, observation), observation),
				events: [],
			};
		case 'totals':
		case 'health':
		case 'feedbackForTotals':
			// These do not show which seller they belong to.
			return state.inDoubt ? { state, events: [] } : advanceMetrics(state, observation, settings);
		case 'feedback':
			return advanceWithFeedback(
				withArrived(withoutDoubt(state, observation), 'feedback'),
				observation,
				settings,
			);
	}
}

function advanceMetrics(
	state: MarketplaceWatch,
	observation: Extract<Observation, { kind: 'totals' | 'health' | 'feedbackForTotals' }>,
	settings: WatchSettings,
): Advance {
	switch (observation.kind) {
		case 'totals': {
			const next = withTotals(withArrived(state, 'totals'), observation);
			return advanceBuyBox(
				next,
				observation,
				lastRating(next, settings, observation.asOf),
				settings,
			);
		}
		case 'health':
			return advanceHealth(withArrived(state, 'health'), observation, settings);
		case 'feedbackForTotals':
			return advanceWithRating(state, observation, settings);
	}
}

type Schedule = NonNullable<MarketplaceWatch['reports'][ReportKind]>;

function withSchedule(
	state: MarketplaceWatch,
	report: ReportKind,
	schedule: Schedule,
): MarketplaceWatch {
	if (schedule === state.reports[report]) return state;
	return { ...state, reports: { ...state.reports, [report]: schedule } };
}

const withArrived = (state: MarketplaceWatch, report: ReportKind): MarketplaceWatch => {
	const schedule = state.reports[report];
	return schedule === undefined ? state : withSchedule(state, report, arrived(schedule));
};

/**
 * A canceled report may mean that there was no feedback, so feedback of that day in the first report
 * after it is reported: better once too often than missed.
 */
function withoutReport(
	state: MarketplaceWatch,
	{ report, id, how, today, reason }: Extract<Observation, { kind: 'nothing' }>,
): MarketplaceWatch {
	const schedule = endedBadly(state.reports[report] ?? {}, id, how, reason);
	const next = withSchedule(state, report, schedule);
	const mayHaveBeenEmpty = report === 'feedback' && how === 'CANCELLED';
	const { tellFrom } = next;
	const from = plusDays(today, -LATE_DAYS);
	return mayHaveBeenEmpty && tellFrom !== undefined && from < tellFrom
		? { ...next, tellFrom: from }
		: next;
}

/** Feedback may appear in the report a day after its date. */
const LATE_DAYS = 1;

/** A first report requested later than this after the start is late. */
const LATE_AFTER_MINUTES = 10;

/**
 * The day from which feedback in the first report is reported. If that report is late, because Amazon
 * could not be reached or made none, feedback of the first day may have been posted after the watch
 * began: better to report it once too often than to miss it.
 */
function tellFromOf(state: MarketplaceWatch, { asOf, today }: FeedbackObservation): string {
	const { began, beganOn, tellFrom = today } = state;
	const late = DateTime.fromISO(asOf).diff(DateTime.fromISO(began)).as('minutes');
	return late > LATE_AFTER_MINUTES && beganOn < tellFrom ? beganOn : tellFrom;
}

/**
 * After a change of the credential: a report of the same seller contains feedback that is in the
 * state. If a report contains none, it is or may be another seller's, so the watch is restarted.
 */
function withoutDoubt(
	state: MarketplaceWatch,
	{ rows, asOf, today }: FeedbackObservation,
): MarketplaceWatch {
	if (!state.inDoubt) return state;
	const known = state.feedback?.rows ?? {};
	const isSame = rows.some(({ orderId }) => Object.hasOwn(known, orderId));
	if (isSame) return { ...state, inDoubt: undefined };
	return { ...restart(asOf, today), reports: state.reports };
}

/**
 * A canceled report cannot show which seller it belongs to, and the next one is unlikely to, so the
 * watch is restarted.
 */
function withoutLastingDoubt(
	state: MarketplaceWatch,
	{ report, how, today }: Extract<Observation, { kind: 'nothing' }>,
): MarketplaceWatch {
	if (!state.inDoubt || report !== 'feedback' || how !== 'CANCELLED') return state;
	const at = state.reports.feedback?.report?.askedAt ?? state.began;
	return { ...restart(at, today), reports: state.reports };
}

function advanceWithFeedback(
	state: MarketplaceWatch,
	observation: FeedbackObservation,
	settings: WatchSettings,
): Advance {
	const isStale = state.feedback !== undefined && observation.asOf < state.feedback.asOf;
	if (isStale) return { state, events: [] };
	const rated = advanceWithRating(state, observation, settings);
	const unreadable = unreadableAfter(state, observation);
	// What is missing in the first report would be treated as new in the next.
	if (state.feedback === undefined && observation.rows.length <= observation.unreadable) {
		const isKnown = unreadable === state.unreadable;
		return { state: isKnown ? state : { ...state, unreadable }, events: [] };
	}
	const { memory, changes } = advanceFeedback(state.feedback, observation, {
		...settings,
		tellFrom: tellFromOf(state, observation),
		watch: nameOfWatch(state, 'feedback'),
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
