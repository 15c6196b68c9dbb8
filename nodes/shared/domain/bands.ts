import { totalOf, type FeedbackCounts } from './rating';
import { compare, rationalFromPercent, type Rational } from './rational';

/**
 * A threshold a seller watches, e.g. "Goal" at 98%. Editable, because Amazon publishes no official
 * one.
 */
export interface Threshold {
	readonly name: string;
	readonly percent: number;
	/** The same as an exact fraction, for comparison with ratings. */
	readonly share: Rational;
}

/** @param percent at most four decimals */
export const thresholdAt = (percent: number, name = `${percent}%`): Threshold => ({
	name,
	percent,
	share: rationalFromPercent(percent),
});

/**
 * Healthy: at or above the highest threshold. Critical: below the lowest. At risk: between them.
 */
export type RatingBand = 'healthy' | 'atRisk' | 'critical';

/** Highest first. */
export const sortThresholds = (thresholds: readonly Threshold[]): Threshold[] =>
	thresholds.toSorted((a, b) => compare(b.share, a.share));

/** The band of a rating. @param thresholds at least one, highest first */
export function bandOf(rating: Rational, thresholds: readonly Threshold[]): RatingBand {
	const isMet = ({ share }: Threshold) => compare(rating, share) >= 0;
	const [highest] = thresholds;
	if (highest === undefined || isMet(highest)) return 'healthy';
	return thresholds.some(isMet) ? 'atRisk' : 'critical';
}

/**
 * How many positives offset one more non-positive at a threshold: `ceil(q / (1 - q))`, 19 at 95%,
 * 49 at 98%. Undefined at 100%, where no number does.
 */
export function costOfOneNonPositive({ numerator, denominator }: Rational): number | undefined {
	return numerator === denominator ? undefined : Math.ceil(numerator / (denominator - numerator));
}

/**
 * Which figure buyers see next to the seller's name: the 12-month rating with more than ten
 * feedback entries in 12 months, the lifetime rating with fewer. Amazon's help page does not cover
 * exactly ten.
 */
export function figureBuyersSee(
	lastYear: FeedbackCounts | undefined,
): 'last365Days' | 'lifetime' | 'undefinedAtTen' | 'unknown' {
	if (lastYear === undefined) return 'unknown';
	const total = totalOf(lastYear);
	if (total === 10) return 'undefinedAtTen';
	return total > 10 ? 'last365Days' : 'lifetime';
}
