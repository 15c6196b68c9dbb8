import { DateTime } from 'luxon';

import { ENTRIES_PER_STEP, type Steps } from '../../shared/domain/steps';

/**
 * Picks the row that counts among several rows of the same order and returns its index: the one
 * updated last. Of rows with the same time or no time, it is the last one, as in tables that are
 * only appended to.
 */
export function* newestRowsInSteps<Row extends { readonly updatedAt?: unknown }>(
	rows: readonly Row[],
	keyOf: (row: Row) => string,
): Steps<ReadonlyMap<string, number>> {
	const newest = new Map<string, number>();
	for (let index = 0; index < rows.length; index += 1) {
		const row = rows[index] as Row;
		if (index % ENTRIES_PER_STEP === 0) yield;
		const key = keyOf(row);
		const other = newest.get(key);
		if (other === undefined || momentOf(row.updatedAt) >= momentOf(rows[other]?.updatedAt)) {
			newest.set(key, index);
		}
	}
	return newest;
}

/** Converts a time from a table to epoch milliseconds; -Infinity if it is not a time. */
export function momentOf(value: unknown): number {
	if (value instanceof Date) return value.getTime();
	if (DateTime.isDateTime(value)) return value.toMillis();
	const millis = typeof value === 'string' ? Date.parse(value) : NaN;
	return Number.isNaN(millis) ? -Infinity : millis;
}
