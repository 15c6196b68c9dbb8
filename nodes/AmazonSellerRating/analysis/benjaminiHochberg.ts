/**
 * Many groups are compared at once, and some are worse than the rest by chance. Benjamini and
 * Hochberg (1995) keep the share of such false discoveries among all that stand out at a chosen
 * rate.
 */

/**
 * Which tests take part. A test that cannot stand out whatever its data (its smallest possible
 * p-value is too large) would only make it harder for the others, so it is left out. The smallest
 * p-values depend on the sizes of the groups, never on which of them are bad (Tarone 1990, Gilbert
 * 2005).
 */
export function canStandOut(leastPValues: readonly number[], rate: number): boolean[] {
	const sorted = leastPValues.toSorted((a, b) => a - b);
	let family = 1;
	while ((sorted[family] ?? Infinity) <= rate / family) family += 1;
	return leastPValues.map((least) => least <= rate / family);
}

/** Adjusted p-values, in the same order: a test stands out if its own is at most the rate. */
export function adjusted(pValues: readonly number[]): number[] {
	const order = [...pValues.keys()].toSorted((a, b) => (pValues[b] ?? 0) - (pValues[a] ?? 0));
	const results = new Array<number>(pValues.length).fill(1);
	let least = 1;
	for (const [index, test] of order.entries()) {
		const rank = pValues.length - index;
		least = Math.min(least, (pValues[test] ?? 1) * (pValues.length / rank));
		results[test] = least;
	}
	return results;
}

/**
 * The largest p-value at which one more test would stand out beside these, whose p-values stay.
 * @param others sorted, the smallest first
 */
export function thresholdBeside(others: readonly number[], rate: number): number {
	const size = others.length + 1;
	let rank = size;
	while (rank > 1 && (others[rank - 2] ?? 1) * size > rate * rank) rank -= 1;
	return (rate * rank) / size;
}
