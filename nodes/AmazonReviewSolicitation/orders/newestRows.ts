import { DateTime } from 'luxon';

/**
 * Picks the row that counts among several rows of the same order and returns its index: the one
 * updated last. Of rows with the same time or no time, it is the last one, as in tables that are
 * only appended to.
 */
export function newestRows(
	rows: ReadonlyArray<{ readonly key: string; readonly updatedAt: unknown }>,
): ReadonlyMap<string, number> {
	const newest = new Map<string, { readonly index: number; readonly at: number }>();
	for (const [index, { key, updatedAt }] of rows.entries()) {
		const at = momentOf(updatedAt);
		if (at >= (newest.get(key)?.at ?? -Infinity)) newest.set(key, { index, at });
	}
	return new Map([...newest].map(([key, { index }]) => [key, index]));
}

/** Converts a time from a table to epoch milliseconds; -Infinity if it is not a time. */
export function momentOf(value: unknown): number {
	if (value instanceof Date) return value.getTime();
	if (DateTime.isDateTime(value)) return value.toMillis();
	const millis = typeof value === 'string' ? Date.parse(value) : NaN;
	return Number.isNaN(millis) ? -Infinity : millis;
}
