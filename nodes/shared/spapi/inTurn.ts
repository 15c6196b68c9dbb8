/** Sellers that are worked for at the same time: most of the time, they wait for Amazon. */
export const SELLERS_AT_ONCE = 8;

/**
 * Works on each entry, on at most so many at once, begun in their order. The results are in the order
 * of the entries.
 * @throws the first failure of the work, as soon as what was begun before it has ended; nothing is
 *   begun after it
 */
export async function inTurn<Entry, Result>(
	entries: readonly Entry[],
	atOnce: number,
	work: (entry: Entry) => Promise<Result>,
): Promise<Result[]> {
	const results: Result[] = [];
	const failures: unknown[] = [];
	const queue = entries.entries();
	const worker = async () => {
		for (const [index, entry] of queue) {
			try {
				results[index] = await work(entry);
			} catch (failure) {
				failures.push(failure);
			}
			if (failures.length > 0) return;
		}
	};
	await Promise.all(Array.from({ length: Math.min(atOnce, entries.length) }, worker));
	if (failures.length > 0) throw failures[0];
	return results;
}
