// cspell:ignore told

import { DateTime } from 'luxon';

import { MINUTE_MS } from '../../shared/domain/calendar';

/** What is stored if Data Kiosk fails for a seller: it rests for a while, then is tried again. */
export interface KioskTrouble {
	/** The kind of failure: another kind is reported again. */
	readonly kind: string;
	/** The failure in a sentence, and what the user can do. */
	readonly why: string;
	readonly advice: string;
	/** The query that failed; undefined if none could be created. */
	readonly queryId?: string;
	/** When it failed last, UTC, and how many times in a row. */
	readonly at: string;
	readonly count: number;
	/** Whether the user has been notified. */
	readonly told: boolean;
}

const DAY_MINUTES = 1440;

/** Without a report instead: as after a report without data. */
const FIRST_RETRY_MINUTES = 5;
const LONGEST_RETRY_MINUTES = 240;

/** Totals that are due with the next interval may be a little early. */
const EARLY = 0.9;

/** The stored texts are bounded. */
const LONGEST_TEXT = 500;

/**
 * How long Data Kiosk rests after it has failed this many times in a row. If the report is used
 * instead, it is tried again with the next interval, then ever more rarely: never both in each
 * interval.
 */
export function restMinutes(count: number, everyMinutes: number, hasReport: boolean): number {
	const doubled = 2 ** (count - 1);
	return hasReport
		? Math.min(everyMinutes * doubled, Math.max(DAY_MINUTES, 4 * everyMinutes))
		: Math.min(FIRST_RETRY_MINUTES * doubled, Math.max(LONGEST_RETRY_MINUTES, everyMinutes));
}

/** Whether Data Kiosk is not to be tried yet. */
export function isResting(
	trouble: KioskTrouble | undefined,
	now: DateTime,
	everyMinutes: number,
	hasReport: boolean,
): boolean {
	if (trouble === undefined) return false;
	const at = DateTime.fromISO(trouble.at, { zone: 'utc' });
	const minutes = (now.toMillis() - at.toMillis()) / MINUTE_MS;
	// A time in the future comes from a clock that was ahead.
	return minutes >= 0 && minutes < EARLY * restMinutes(trouble.count, everyMinutes, hasReport);
}

/** The trouble after the user was notified. */
export const reported = (trouble: KioskTrouble): KioskTrouble => ({ ...trouble, told: true });

/** The trouble after another failure. */
export function troubled(
	before: KioskTrouble | undefined,
	{ kind, why, advice, queryId }: Pick<KioskTrouble, 'kind' | 'why' | 'advice' | 'queryId'>,
	at: string,
): KioskTrouble {
	return {
		kind,
		why: why.slice(0, LONGEST_TEXT),
		advice: advice.slice(0, LONGEST_TEXT),
		...(queryId !== undefined && { queryId }),
		at,
		count: (before?.count ?? 0) + 1,
		told: before?.kind === kind && before.told,
	};
}
