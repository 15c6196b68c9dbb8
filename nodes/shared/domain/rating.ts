import { compare, type Rational } from './rational';

/** Feedback counts of one window. All whole numbers; `positive + neutral + negative` is the total. */
export interface FeedbackCounts {
	/** 4 and 5 stars. */
	readonly positive: number;
	/** 3 stars: counts in the denominator, but not in the order defect rate. */
	readonly neutral: number;
	/** 1 and 2 stars. */
	readonly negative: number;
}

export const totalOf = ({ positive, neutral, negative }: FeedbackCounts): number =>
	positive + neutral + negative;

/** Neutral and negative together: what lowers the rating. */
export const nonPositivesOf = ({ neutral, negative }: FeedbackCounts): number => neutral + negative;

/**
 * The rating as a fraction: positives over all feedback, neutrals included.
 * Source: Seller Central help "How does feedback and rating work?". Undefined without feedback.
 */
export function ratingOf(counts: FeedbackCounts): Rational | undefined {
	const total = totalOf(counts);
	// Contradictory reports can give a negative number of positives.
	return total <= 0 || counts.positive < 0
		? undefined
		: { numerator: counts.positive, denominator: total };
}

/** Percent (0 to 100) as a number for display and further calculation; never for comparison. */
export const toPercent = ({ numerator, denominator }: Rational): number =>
	(100 * numerator) / denominator;

/** Whole percent as Amazon shows it, rounded half-up with integer arithmetic: 94.5 shows as 95. */
export const toDisplayedPercent = ({ numerator, denominator }: Rational): number =>
	Math.floor((200 * numerator + denominator) / (2 * denominator));

/**
 * A percent for sentences: at most two decimals, cut and never rounded up, so that 94.996 does not
 * read as 95. A tiny deficit from binary floating point does not count: 65.6 stays 65.6.
 */
export const cutPercent = (percent: number): number =>
	Math.floor(Number((percent * 100).toFixed(6))) / 100;

/** A percent as messages show it. */
export const percentText = (percent: number): string => `${cutPercent(percent)}%`;

/** Whether the rating is at or above the threshold, compared exactly. */
export const meets = (counts: FeedbackCounts, threshold: Rational): boolean => {
	const rating = ratingOf(counts);
	return rating !== undefined && compare(rating, threshold) >= 0;
};

/**
 * Runway: how many more non-positive feedback entries (and no positive ones) the rating can take
 * before it falls below the threshold; `floor(p/q - t)`. Undefined if it is already below, or if
 * the threshold is 0 (never reached).
 */
export function runwayOf(counts: FeedbackCounts, threshold: Rational): number | undefined {
	if (threshold.numerator === 0 || !meets(counts, threshold)) return undefined;
	const { numerator, denominator } = threshold;
	return Math.floor((counts.positive * denominator - totalOf(counts) * numerator) / numerator);
}

/**
 * How many more positives (and no others) bring the rating to the threshold; `ceil((q t - p) / (1 -
 * q))`, 0 if it is already there. Undefined if no number can: a threshold of 100% with any
 * non-positive.
 */
export function neededPositivesFor(
	counts: FeedbackCounts,
	threshold: Rational,
): number | undefined {
	const { numerator, denominator } = threshold;
	const missing = totalOf(counts) * numerator - counts.positive * denominator;
	if (missing <= 0) return totalOf(counts) === 0 && numerator > 0 ? 1 : 0;
	if (numerator === denominator) return undefined;
	return Math.ceil(missing / (denominator - numerator));
}

/** Standard normal quantile of a two-sided 95% interval. */
export const Z_95 = 1.959964;

/** An interval in percent, 0 to 100. */
export interface PercentInterval {
	readonly low: number;
	readonly high: number;
}

/**
 * Wilson's score interval of the share of positives, in percent: how far the rating of this many
 * feedback entries may be from the seller's true share of satisfied buyers.
 * @param z standard normal quantile; `Z_95` gives 95% confidence
 */
export function wilsonInterval(counts: FeedbackCounts, z = Z_95): PercentInterval | undefined {
	const total = totalOf(counts);
	if (total <= 0 || counts.positive < 0) return undefined;
	const share = counts.positive / total;
	const z2 = z * z;
	const center = share + z2 / (2 * total);
	const spread = z * Math.sqrt((share * (1 - share)) / total + z2 / (4 * total * total));
	const scale = 100 / (1 + z2 / total);
	return {
		low: Math.max(0, (center - spread) * scale),
		high: Math.min(100, (center + spread) * scale),
	};
}
