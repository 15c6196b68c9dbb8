import { DateTime } from 'luxon';

/**
 * Which of several rows of the same order counts, by its index: the one that was updated last, of those
 * with the same time or none the last in place, as tables that are only appended to have it.
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

/** Epoch milliseconds of a moment as a table gives it; before all others where it is none. */
export function momentOf(value: unknown): number {
	if (value instanceof Date) return value.getTime();
	if (DateTime.isDateTime(value)) return value.toMillis();
	const millis = typeof value === 'string' ? Date.parse(value) : NaN;
	return Number.isNaN(millis) ? -Infinity : millis;
}
