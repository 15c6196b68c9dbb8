/** How much the sandbox keeps, so that it stays small in a day of many sellers. */

/** Entries of a log, and signatures of links. */
export const MOST_ENTRIES = 100_000;

/** Reports, queries or documents: about a day of a thousand marketplaces. */
export const MOST_STORED = 50_000;

/** How far a log may grow past its limit; trimming it on every entry would cost too much. */
const SLACK = 10_000;

/** Adds an entry to a log and keeps the newest ones. */
export function addToLog<Entry>(log: Entry[], entry: Entry): void {
	log.push(entry);
	if (log.length > MOST_ENTRIES + SLACK) log.splice(0, log.length - MOST_ENTRIES);
}

/**
 * Removes the oldest entries of a map beyond a number.
 *
 * @returns what was removed
 */
export function keepNewest<Value>(map: Map<string, Value>, most: number): Value[] {
	const removed: Value[] = [];
	for (const [key, value] of map) {
		if (map.size <= most) break;
		map.delete(key);
		removed.push(value);
	}
	return removed;
}
