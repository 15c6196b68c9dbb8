import { DateTime } from 'luxon';

/**
 * How a report ended that gave nothing. `stuck`: it did not end in the time one may expect. `lost`:
 * Amazon does not know it any more. `notNamed`: it says nothing of the marketplace.
 */
export const BAD_ENDS = ['CANCELLED', 'FATAL', 'stuck', 'lost', 'notNamed'] as const;

export type BadEnd = (typeof BAD_ENDS)[number];

/** One kind of report that is asked for again and again, as it is remembered between polls. */
export interface ReportSchedule {
	/** The report asked for last, and when; UTC. */
	readonly report?: { readonly id: string; readonly askedAt: string };
	/** Reports in a row that gave nothing. */
	readonly trouble?: {
		readonly how: BadEnd;
		/** The first and the last of them; each is counted once however often it is looked at. */
		readonly firstId: string;
		readonly reportId: string;
		readonly count: number;
		/** What Amazon says of it. */
		readonly reason?: string;
		/** Whether the user has been told. */
		readonly told: boolean;
	};
}

export type Step = 'ask' | 'collect' | 'rest';

/** Amazon needs seconds to many minutes; a report older than this will hardly come. */
export const STUCK_AFTER_MINUTES = 60;

/** Until the first repetition of a report that gave nothing; each further one waits twice as long. */
const FIRST_RETRY_MINUTES = 5;

/** Longest wait between repetitions, unless reports are wanted less often anyway. */
const LONGEST_RETRY_MINUTES: Readonly<Record<BadEnd, number>> = {
	// What a seller without feedback of 1 to 3 stars always gets, and waits for the first.
	CANCELLED: 60,
	FATAL: 240,
	stuck: 240,
	lost: 240,
	notNamed: 240,
};

/** Polls come some seconds early or late; a report due so soon is asked for now. */
const SLACK_MINUTES = 1;

/**
 * What to do about a report now: ask Amazon for one, look whether the last is finished, or nothing.
 * @param everyMinutes how often one is wanted
 * @param collectedId the last report that was read, or given up
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
	now.diff(DateTime.fromISO(iso, { zone: 'utc' })).as('minutes');

/** The cycle after a report was asked for. */
export const requested = (cycle: ReportSchedule, id: string, askedAt: string): ReportSchedule => ({
	...cycle,
	report: { id, askedAt },
});

/** The cycle after a report gave what it should; the same where there was no trouble. */
export const arrived = (cycle: ReportSchedule): ReportSchedule =>
	cycle.trouble === undefined ? cycle : { ...cycle, trouble: undefined };

/** The cycle after a report gave nothing; the same where that is known already. */
export function endedBadly(
	cycle: ReportSchedule,
	reportId: string,
	how: BadEnd,
	reason?: string,
): ReportSchedule {
	const { trouble } = cycle;
	if (trouble?.reportId === reportId) return cycle;
	// Another kind of bad end is news.
	const { firstId, told } = trouble?.how === how ? trouble : { firstId: reportId, told: false };
	const count = (trouble?.count ?? 0) + 1;
	const said = reason === undefined ? {} : { reason };
	return { ...cycle, trouble: { how, firstId, reportId, count, ...said, told } };
}
