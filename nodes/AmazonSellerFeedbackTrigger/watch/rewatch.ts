import { DateTime } from 'luxon';

import { plusDays } from '../../shared/domain/ratingWindow';
import type { ReportKind } from './events';
import { restart, REPORT_KINDS, withRestart, type MarketplaceWatch } from './state';

/** What the trigger's settings have watched. */
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
 * The state for what is watched from now on. What was remembered of a report that is watched no more is
 * forgotten, and its watch begins anew when it is wanted again: what happened meanwhile is not told. So
 * does that of feedback whose dates are read in another way, for another feedback then is of the days
 * that are watched.
 * @returns the very same state where nothing changed
 */
export function rewatch(
	place: MarketplaceWatch,
	{ reports, dateFormat }: Watched,
	moment: Moment,
): MarketplaceWatch {
	// Only feedback tells whose reports these are.
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
	const isOther = next.dateFormat !== undefined && next.feedback !== undefined;
	return { ...(isOther ? beginFeedback(next, moment) : next), dateFormat };
}

type Forget = (place: MarketplaceWatch) => MarketplaceWatch;

const FORGET: Readonly<Record<ReportKind, Forget>> = {
	feedback: (place) => ({
		...place,
		tellFrom: undefined,
		feedback: undefined,
		unreadable: undefined,
		reports: { ...place.reports, feedback: undefined },
	}),
	totals: (place) => ({
		...place,
		totals: undefined,
		rating: undefined,
		unjudged: undefined,
		alarms: withoutAlarms(place, 'rating/'),
		reports: { ...place.reports, totals: undefined },
	}),
	health: (place) => ({
		...place,
		defects: {},
		account: undefined,
		healthUnreadable: undefined,
		alarms: withoutAlarms(place, 'orderDefectRate/'),
		reports: { ...place.reports, health: undefined },
	}),
};

const withoutAlarms = (
	{ alarms }: MarketplaceWatch,
	beginning: string,
): MarketplaceWatch['alarms'] =>
	Object.fromEntries(Object.entries(alarms).filter(([key]) => !key.startsWith(beginning)));

function begin(place: MarketplaceWatch, kind: ReportKind, moment: Moment): MarketplaceWatch {
	if (kind === 'feedback') return beginFeedback(place, moment);
	const next = withRestart(place, kind);
	return kind === 'totals' ? { ...next, ratingSince: moment.now } : next;
}

/** From the next report on. */
const beginFeedback = (place: MarketplaceWatch, { now, today }: Moment): MarketplaceWatch => ({
	...withRestart(place, 'feedback'),
	began: now,
	beganOn: today,
	tellFrom: plusDays(today, 1),
	feedback: undefined,
	unreadable: undefined,
});

/** Clocks are corrected by some seconds all the time. */
const AHEAD_MINUTES = 2;

export const isAhead = (moment: string | undefined, now: DateTime): boolean =>
	moment !== undefined && DateTime.fromISO(moment) > now.plus({ minutes: AHEAD_MINUTES });

/** The least days that are watched: what is remembered for fewer is not what was meant to be. */
const LEAST_DAYS = 7;

/**
 * The state without moments in the future, which a clock that was ahead has left: when that was is not
 * known. Otherwise the trigger would wait for them, and take all reports until then for old ones.
 * @returns the very same state where there is none
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
		// Another one is asked for at once.
		const cycle = { ...next.reports[kind], report: undefined };
		next = { ...next, reports: { ...next.reports, [kind]: cycle } };
	}
	if (isAhead(place.began, now)) next = { ...next, began: moment.now };
	if (next.beganOn > plusDays(today, 1)) next = { ...next, beganOn: today };
	if (next.tellFrom !== undefined && next.tellFrom > plusDays(today, 1)) {
		next = { ...next, tellFrom: plusDays(today, 1) };
	}
	const { feedback } = next;
	if (feedback !== undefined && isAhead(feedback.asOf, now)) {
		// With the wrong day, all that is older than the days watched was forgotten.
		const isForgotten = feedback.since > plusDays(today, -LEAST_DAYS);
		next = isForgotten
			? // Of today rather told once too often than missed.
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
