import { totalOf, type FeedbackCounts } from './rating';
import { compare, type Rational } from './rational';

/** A line a seller watches, e.g. "Aim" at 98 %. Amazon publishes none as a rule, hence editable. */
export interface Threshold {
	readonly name: string;
	readonly percent: number;
	/** The same as an exact fraction, which is what ratings are compared with. */
	readonly share: Rational;
}

/** Healthy: at or above the highest threshold. Critical: below the lowest. At risk: in between. */
export type RatingBand = 'healthy' | 'atRisk' | 'critical';

/** Whether ratings are compared as they are or as Amazon shows them, in whole percent. */
export type Comparison = 'raw' | 'displayed';

/** Highest first. */
export const sortThresholds = (thresholds: readonly Threshold[]): Threshold[] =>
	thresholds.toSorted((a, b) => compare(b.share, a.share));

/**
 * The share a rating must really reach: the threshold itself or, where ratings are compared as Amazon
 * shows them, the least share that rounds half-up to a whole percent at or above it (94.5 for 95).
 */
export function effectiveShare({ percent, share }: Threshold, comparison: Comparison): Rational {
	if (comparison === 'raw' || percent === 0) return share;
	return { numerator: 2 * Math.ceil(percent) - 1, denominator: 200 };
}

/** The band of a rating. @param thresholds at least one, highest first */
export function bandOf(rating: Rational, thresholds: readonly Threshold[]): RatingBand {
	const isMet = ({ share }: Threshold) => compare(rating, share) >= 0;
	const [highest] = thresholds;
	if (highest === undefined || isMet(highest)) return 'healthy';
	return thresholds.some(isMet) ? 'atRisk' : 'critical';
}

/**
 * How many positives make good for one further non-positive at a threshold: `ceil(q / (1 - q))`, 19
 * at 95 %, 49 at 98 %. Undefined at 100 %, where nothing does.
 */
export function costOfOneNonPositive({ numerator, denominator }: Rational): number | undefined {
	return numerator === denominator ? undefined : Math.ceil(numerator / (denominator - numerator));
}

/**
 * Which figure buyers see beside the seller's name: the 12-month rating with more than ten feedback
 * in 12 months, the lifetime rating with fewer. Exactly ten is left open by Amazon's help page.
 */
export function figureBuyersSee(
	lastYear: FeedbackCounts | undefined,
): 'last365Days' | 'lifetime' | 'undefinedAtTen' | 'unknown' {
	if (lastYear === undefined) return 'unknown';
	const total = totalOf(lastYear);
	if (total === 10) return 'undefinedAtTen';
	return total > 10 ? 'last365Days' : 'lifetime';
}
