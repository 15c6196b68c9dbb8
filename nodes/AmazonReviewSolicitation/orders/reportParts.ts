import { DateTime } from 'luxon';

import { DAY_MS } from '../../shared/domain/calendar';

/** The time range of one report. Without `until`, it ends when the report is requested. */
export interface ReportPart {
	/** ISO 8601 in UTC. */
	readonly from: string;
	readonly until?: string;
}

/** Spacing of the fixed days to cut at: every 28 days since 1970. */
const GRID_MS = 28 * DAY_MS;

/** Spacing of the days on which a moving range starts: every 7 days since 1970. */
const STEP_MS = 7 * DAY_MS;

/**
 * How long after its end a part is closed: one day until late rows are in, and another day in which
 * reports of the part that is still open already cover it completely.
 */
const OVER_AFTER_MS = 2 * DAY_MS;

/**
 * Cuts a range into parts that stay the same from run to run, newest first, so that the report of a
 * part can be reused. Together they cover the range, and may reach further back.
 * @param longestDays longest range of one report, at least 30
 */
export function reportParts(
	after: string,
	until: string | undefined,
	now: DateTime,
	longestDays: number,
): ReportPart[] {
	const start = Date.parse(after);
	const end = now.toMillis();
	const stop = until === undefined ? end : Math.min(end, Date.parse(until));
	if (!(start < stop)) return [];
	const inOne = Math.floor(start / STEP_MS) * STEP_MS;
	if (end - inOne <= longestDays * DAY_MS) return [{ from: isoOf(inOne) }];

	// The open part starts on the last fixed day that is long enough ago.
	let to = Math.floor((end - OVER_AFTER_MS) / GRID_MS) * GRID_MS;
	const parts: ReportPart[] = stop > to ? [{ from: isoOf(to) }] : [];
	for (; to > start; to -= GRID_MS) {
		if (stop > to - GRID_MS) parts.push({ from: isoOf(to - GRID_MS), until: isoOf(to) });
	}
	return parts;
}

const isoOf = (millis: number): string =>
	DateTime.fromMillis(millis, { zone: 'utc' }).toISO() ?? '';
