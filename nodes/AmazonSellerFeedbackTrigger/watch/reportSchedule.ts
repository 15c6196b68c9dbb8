// cspell:ignore told

import type { DateTime } from 'luxon';

import { millisOf, MINUTE_MS } from '../../shared/domain/calendar';

/**
 * How a report without data ended. `stuck`: it did not end in the expected time. `lost`: Amazon no
 * longer has it. `notNamed`: it does not name the marketplace.
 */
export const BAD_ENDS = ['CANCELLED', 'FATAL', 'stuck', 'lost', 'notNamed'] as const;

export type BadEnd = (typeof BAD_ENDS)[number];

/** A report that was requested, or a query to Data Kiosk. */
export interface ScheduledReport {
	readonly id: string;
	readonly askedAt: string;
	readonly source?: 'dataKiosk';
}

/** The stored schedule of one kind of report that is requested regularly. */
export interface ReportSchedule {
	/** The report requested last, and when; UTC. */
	readonly report?: ScheduledReport;
	/** Reports without data, in a row. */
	readonly trouble?: {
		readonly how: BadEnd;
		/** The first and the last of them; each counts once, even if it is checked several times. */
		readonly firstId: string;
		readonly reportId: string;
		readonly count: number;
		/** Amazon's reason. */
		readonly reason?: string;
		/** Whether the user has been notified. */
		readonly told: boolean;
	};
}

export type Step = 'ask' | 'collect' | 'rest';

/** Amazon needs seconds to many minutes; a report older than this is unlikely to be finished. */
export const STUCK_AFTER_MINUTES = 60;

/** Wait before the first retry after a report without data; it doubles with each further retry. */
const FIRST_RETRY_MINUTES = 5;

/** Longest wait between retries, unless the interval is longer anyway. */
const LONGEST_RETRY_MINUTES: Readonly<Record<BadEnd, number>> = {
	// Shorter, because a seller without feedback of 1 to 3 stars always gets this and waits for the first.
	CANCELLED: 60,
	FATAL: 240,
	stuck: 240,
	lost: 240,
	notNamed: 240,
};

/** Polls run some seconds early or late; a report due this soon is requested now. */
const SLACK_MINUTES = 1;

/**
 * What to do about a report now: request one, check whether the last one is finished, or nothing.
 * @param everyMinutes how often to request one
 * @param collectedId the last report that was read or given up
 */
export function nextStep(
	{ report, trouble }: ReportSchedule,
	now: DateTime,
	everyMinutes: number,
	collectedId: string | undefined,
): Step {
	if (report === undefined) return 'ask';
	if (report.id !== collectedId) return 'collect';
	const wait =
		trouble === undefined ? everyMinutes : retryMinutes(trouble.how, trouble.count, everyMinutes);
	return minutesSince(report.askedAt, now) >= wait - Math.min(SLACK_MINUTES, wait / 10)
		? 'ask'
		: 'rest';
}

export const isStuck = (askedAt: string, now: DateTime): boolean =>
	minutesSince(askedAt, now) >= STUCK_AFTER_MINUTES;

function retryMinutes(how: BadEnd, count: number, everyMinutes: number): number {
	const longest = Math.max(LONGEST_RETRY_MINUTES[how], everyMinutes);
	return Math.min(longest, FIRST_RETRY_MINUTES * 2 ** (count - 1));
}

const minutesSince = (iso: string, now: DateTime): number =>
	(now.toMillis() - millisOf(iso)) / MINUTE_MS;

/** The schedule after a report was requested. */
export const requested = (
	schedule: ReportSchedule,
	id: string,
	askedAt: string,
	source?: ScheduledReport['source'],
): ReportSchedule => ({
	...schedule,
	report: { id, askedAt, ...(source !== undefined && { source }) },
});

/** The schedule after a report arrived; the same object if there was no trouble. */
export const arrived = (schedule: ReportSchedule): ReportSchedule =>
	schedule.trouble === undefined ? schedule : { ...schedule, trouble: undefined };

/** The schedule after a report ended without data; the same object if that is recorded already. */
export function endedBadly(
	schedule: ReportSchedule,
	reportId: string,
	how: BadEnd,
	reason?: string,
): ReportSchedule {
	const { trouble } = schedule;
	if (trouble?.reportId === reportId) return schedule;
	// A different kind of bad end is reported again.
	const { firstId, told } = trouble?.how === how ? trouble : { firstId: reportId, told: false };
	const count = (trouble?.count ?? 0) + 1;
	const why = reason === undefined ? {} : { reason };
	return { ...schedule, trouble: { how, firstId, reportId, count, ...why, told } };
}
