/** Sellers that are worked for at the same time: most of the time, they wait for Amazon. */
export const SELLERS_AT_ONCE = 8;

/**
 * Works on each entry, on at most so many at once. The results are in the order of the entries.
 * @throws the first failure of the work; entries that wait are then still worked on
 */
export async function inTurn<Entry, Result>(
	entries: readonly Entry[],
	atOnce: number,
	work: (entry: Entry) => Promise<Result>,
): Promise<Result[]> {
	const results: Result[] = [];
	const queue = entries.entries();
	const worker = async () => {
		for (const [index, entry] of queue) results[index] = await work(entry);
	};
	await Promise.all(Array.from({ length: Math.min(atOnce, entries.length) }, worker));
	return results;
}
