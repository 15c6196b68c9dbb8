// cspell:ignore tell

import type { DateTime } from 'luxon';

import { millisOf, MINUTE_MS, plusDays } from '../../shared/domain/calendar';
import type { ReportKind } from './events';
import { restart, REPORT_KINDS, withRestart, type MarketplaceWatch } from './state';

/** What the trigger's settings say to watch. */
export interface Watched {
	readonly reports: readonly ReportKind[];
	readonly dateFormat: string;
}

/** A moment: UTC, and as a marketplace-local day. */
export interface Moment {
	readonly now: string;
	readonly today: string;
}

/**
 * The state for what is watched from now on. The state of a report that is no longer watched is
 * discarded, and its watch is restarted when it is watched again: what happened in between is not
 * reported. The watch of feedback is also restarted if its dates are read in another format, because
 * other feedback then falls into the watched days.
 * @returns the same object if nothing changed
 */
export function rewatch(
	place: MarketplaceWatch,
	{ reports, dateFormat }: Watched,
	moment: Moment,
): MarketplaceWatch {
	// Only feedback shows which seller these reports belong to.
	const isDoubtful = place.inDoubt && !reports.includes('feedback');
	let next = isDoubtful ? restart(moment.now, moment.today) : place;
	const before = next.unwatched ?? [];
	const after = REPORT_KINDS.filter((kind) => !reports.includes(kind));
	for (const kind of REPORT_KINDS) {
		if (after.includes(kind) && !before.includes(kind)) next = FORGET[kind](next);
		if (!after.includes(kind) && before.includes(kind)) next = begin(next, kind, moment);
	}
	if (after.join() !== before.join()) next = { ...next, unwatched: after };
	if (next.dateFormat === dateFormat) return next;
	const isChanged = next.dateFormat !== undefined && next.feedback !== undefined;
	// Neutral feedback then counts for other days, too.
	return isChanged
		? { ...beginPositives(beginFeedback(next, moment), moment), dateFormat }
		: { ...next, dateFormat };
}

type Forget = (place: MarketplaceWatch) => MarketplaceWatch;

const FORGET: Readonly<Record<ReportKind, Forget>> = {
	feedback: (place) => ({
		// The rating and positive feedback need both reports; the totals may be watched for the Buy Box.
		...(place.feedback === undefined ? place : withRestart(withoutRating(place), 'totals')),
		tellFrom: undefined,
		feedback: undefined,
		unreadable: undefined,
		reports: { ...place.reports, feedback: undefined },
	}),
	totals: (place) => ({
		...withoutAlarms(withoutRating(place), 'buyBox/'),
		totals: undefined,
		buyBox: undefined,
		reports: { ...place.reports, totals: undefined },
	}),
	health: (place) => ({
		...withoutAlarms(place, 'orderDefectRate/'),
		defects: {},
		account: undefined,
		healthUnreadable: undefined,
		reports: { ...place.reports, health: undefined },
	}),
};

const withoutRating = (place: MarketplaceWatch): MarketplaceWatch => ({
	...withoutAlarms(place, 'rating/'),
	rating: undefined,
	unjudged: undefined,
	positives: undefined,
});

function withoutAlarms(place: MarketplaceWatch, beginning: string): MarketplaceWatch {
	const others = Object.entries(place.alarms).filter(([key]) => !key.startsWith(beginning));
	return { ...place, alarms: Object.fromEntries(others) };
}

function begin(place: MarketplaceWatch, kind: ReportKind, moment: Moment): MarketplaceWatch {
	const next = kind === 'feedback' ? beginFeedback(place, moment) : withRestart(place, kind);
	// Both reports are needed for these.
	return kind === 'health' ? next : { ...beginPositives(next, moment), ratingSince: moment.now };
}

/** Watches feedback from the next report on. */
const beginFeedback = (place: MarketplaceWatch, { now, today }: Moment): MarketplaceWatch => ({
	...withRestart(place, 'feedback'),
	began: now,
	beganOn: today,
	tellFrom: plusDays(today, 1),
	feedback: undefined,
	unreadable: undefined,
});

/** Reports positive feedback from the next day on. */
const beginPositives = (place: MarketplaceWatch, { today }: Moment): MarketplaceWatch => ({
	...place,
	positives: { since: plusDays(today, 1), days: {} },
});

/** Clocks are corrected by a few seconds all the time. */
const AHEAD_MINUTES = 2;

export const isAhead = (moment: string | undefined, now: DateTime): boolean =>
	moment !== undefined && millisOf(moment) > now.toMillis() + AHEAD_MINUTES * MINUTE_MS;

/** The minimum number of days to watch: a state that covers fewer is wrong. */
const MINIMUM_DAYS = 7;

/**
 * The state without times in the future, which come from a clock that was ahead; the real times are
 * unknown. Otherwise the trigger would wait for them and treat all reports until then as old.
 * @returns the same object if there are no such times
 */
export function withoutFuture(
	place: MarketplaceWatch,
	now: DateTime,
	today: string,
): MarketplaceWatch {
	const moment = { now: now.toUTC().toISO() ?? '', today };
	let next = place;
	for (const kind of REPORT_KINDS) {
		if (!isAhead(place.reports[kind]?.report?.askedAt, now)) continue;
		// Another one is requested at once.
		const schedule = { ...next.reports[kind], report: undefined };
		next = { ...next, reports: { ...next.reports, [kind]: schedule } };
	}
	if (isAhead(place.began, now)) next = { ...next, began: moment.now };
	if (next.beganOn > plusDays(today, 1)) next = { ...next, beganOn: today };
	if (next.tellFrom !== undefined && next.tellFrom > plusDays(today, 1)) {
		next = { ...next, tellFrom: plusDays(today, 1) };
	}
	if (next.positives !== undefined && next.positives.since > plusDays(today, 1)) {
		next = { ...next, positives: { ...next.positives, since: plusDays(today, 1) } };
	}
	const { feedback } = next;
	if (feedback !== undefined && isAhead(feedback.asOf, now)) {
		// Because of the wrong day, feedback that is still to be watched was discarded.
		const isForgotten = feedback.since > plusDays(today, -MINIMUM_DAYS);
		next = isForgotten
			? // For today, better to report once too often than to miss something.
				{ ...beginFeedback(next, moment), tellFrom: today }
			: { ...next, feedback: { ...feedback, asOf: moment.now } };
	}
	if (isAhead(next.totals?.asOf, now)) next = { ...next, totals: undefined };
	if (isAhead(next.rating?.asOf, now)) {
		next = { ...withRestart(next, 'totals'), rating: undefined, ratingSince: moment.now };
	}
	if (isAhead(next.ratingSince, now)) next = { ...next, ratingSince: moment.now };
	if (next.unreadable !== undefined && isAhead(next.unreadable.since, now)) {
		next = { ...next, unreadable: { ...next.unreadable, since: moment.now } };
	}
	if (next.healthUnreadable !== undefined && isAhead(next.healthUnreadable.since, now)) {
		next = { ...next, healthUnreadable: { ...next.healthUnreadable, since: moment.now } };
	}
	if (isAhead(next.unjudged?.since, now)) next = { ...next, unjudged: undefined };
	return next;
}
