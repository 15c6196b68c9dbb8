/**
 * A non-negative fraction of whole numbers, to compare a share with a threshold exactly. All
 * arithmetic stays in whole numbers below 2^53: counts up to nine billion with thresholds of up to
 * four decimals.
 */
export interface Rational {
	readonly numerator: number;
	readonly denominator: number;
}

/**
 * Reads a percentage such as `95` or `98.5` as an exact fraction (`98.5` is 985/1000).
 * @throws RangeError outside 0 to 100 or with more than four decimals
 */
export function rationalFromPercent(percent: number): Rational {
	const [whole = '', decimals = ''] = String(percent).split('.');
	if (!(percent >= 0 && percent <= 100) || !/^\d+$/.test(whole) || !/^\d{0,4}$/.test(decimals)) {
		throw new RangeError(`${percent} is not a percentage from 0 to 100 with at most four decimals`);
	}
	return { numerator: Number(whole + decimals), denominator: 100 * 10 ** decimals.length };
}

/** Negative if `left < right`, 0 if equal, positive if `left > right`; exact. */
export function compare(left: Rational, right: Rational): number {
	return left.numerator * right.denominator - right.numerator * left.denominator;
}
