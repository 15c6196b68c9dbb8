/**
 * Exact tail probabilities of counts. Factorials are added as logarithms, so that a million orders
 * are no problem; a tail is summed away from the mean, where its terms only fall.
 */

/** How a number of orders splits: those of the group, and those with bad feedback. */
export interface Margins {
	readonly total: number;
	readonly group: number;
	readonly bad: number;
}

const TABLE = new Float64Array(256);
for (let n = 1; n < TABLE.length; n += 1) TABLE[n] = (TABLE[n - 1] ?? 0) + Math.log(n);

/** ln(n!) of a whole number: a sum, or Stirling's series, whose next term is below 1e-17 here. */
export function logFactorial(n: number): number {
	if (n < TABLE.length) return TABLE[n] ?? NaN;
	const inverse = 1 / n;
	const square = inverse * inverse;
	const series = inverse * (1 / 12 - square * (1 / 360 - square / 1260));
	return (n + 0.5) * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI) + series;
}

/** ln of the number of ways to choose `k` of `n`. */
const logChoose = (n: number, k: number): number =>
	logFactorial(n) - logFactorial(k) - logFactorial(n - k);

/** Terms below this part of their sum no longer change it. */
const NEGLIGIBLE = 1e-17;

/** A sum of falling terms: the first one, then each times the ratio to the next. */
function sumOf(first: number, from: number, to: number, ratio: (k: number) => number): number {
	const step = from <= to ? 1 : -1;
	let term = first;
	let sum = first;
	for (let k = from; k !== to && term > sum * NEGLIGIBLE; k += step) {
		term *= ratio(k);
		sum += term;
	}
	return sum;
}

/**
 * Fisher's exact test, one-sided: the probability that at least `count` of the orders with bad
 * feedback are the group's if they are spread over all orders by chance (hypergeometric tail).
 */
export function fisherTail(count: number, { total, group, bad }: Margins): number {
	const least = Math.max(0, group + bad - total);
	const most = Math.min(group, bad);
	if (count <= least) return 1;
	if (count > most) return 0;
	const at = (k: number) =>
		Math.exp(logChoose(bad, k) + logChoose(total - bad, group - k) - logChoose(total, group));
	/** Of the probability of k + 1 to that of k. */
	const rise = (k: number) => ((bad - k) * (group - k)) / ((k + 1) * (total - bad - group + k + 1));
	if (count * total > group * bad) return Math.min(1, sumOf(at(count), count, most, rise));
	const below = sumOf(at(count - 1), count - 1, least, (k) => 1 / rise(k - 1));
	return Math.max(0, 1 - below);
}

/**
 * The same if the orders grow without end in their present ratio: the probability of at least
 * `count` in `trials`, each with this probability (binomial tail).
 * @param share above 0 and below 1
 */
export function binomialTail(count: number, trials: number, share: number): number {
	if (count <= 0) return 1;
	if (count > trials) return 0;
	const odds = share / (1 - share);
	const at = (k: number) =>
		Math.exp(logChoose(trials, k) + k * Math.log(share) + (trials - k) * Math.log1p(-share));
	const rise = (k: number) => (odds * (trials - k)) / (k + 1);
	if (count > trials * share) return Math.min(1, sumOf(at(count), count, trials, rise));
	const below = sumOf(at(count - 1), count - 1, 0, (k) => 1 / rise(k - 1));
	return Math.max(0, 1 - below);
}

/** The smallest whole number from 0 to `most` for which `isEnough` holds; undefined if none does. */
export function smallestWhere(
	most: number,
	isEnough: (count: number) => boolean,
): number | undefined {
	if (!isEnough(most)) return undefined;
	let low = 0;
	let high = most;
	while (low < high) {
		const middle = Math.floor((low + high) / 2);
		if (isEnough(middle)) high = middle;
		else low = middle + 1;
	}
	return low;
}
