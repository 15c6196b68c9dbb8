import type { Threshold } from '../../shared/domain/bands';
import { dayNumber, isoDay } from '../../shared/domain/calendar';
import type { FeedbackSeries } from '../../shared/domain/feedbackSeries';
import {
	nonPositivesOf,
	ratingOf,
	totalOf,
	type FeedbackCounts,
	type PercentInterval,
	Z_95,
} from '../../shared/domain/rating';
import { compare, type Rational } from '../../shared/domain/rational';

/**
 * The recent feedback that the forecast assumes will continue. Stored as counts, not quotients, so
 * that expected ratings stay exact fractions: a daily rate is a count divided by `days`.
 */
export interface FeedbackRates {
	readonly positive: number;
	/** Neutral and negative. */
	readonly nonPositive: number;
	/** Number of days they arrived in, without days that have no data; a positive whole number. */
	readonly days: number;
	/** Last ISO calendar day of that period, marketplace-local. */
	readonly through: string;
}

export interface ForecastOptions {
	/** ISO calendar day, marketplace-local: the day of the first point. */
	readonly today: string;
	/**
	 * The last day with complete feedback, `today` by default. If Amazon's totals lag, later days
	 * count as days ahead: empty without new feedback, filled with the expected feedback at current
	 * rates.
	 */
	readonly knownThrough?: string;
	/** How many days to forecast, 1 to 365. */
	readonly days: number;
	/** Lengths in days; `Infinity` for the lifetime window, where feedback never ages out. */
	readonly windows: readonly number[];
	readonly thresholds: readonly Threshold[];
	readonly rates: FeedbackRates;
	/** Standard normal quantile of the interval's limits; 1.959964 (95%) by default. */
	readonly z?: number;
}

/** One window on one day. Ratings are fractions, undefined if the window has no feedback. */
export interface ForecastPoint {
	/** ISO calendar day, marketplace-local; the window ends on it. */
	readonly date: string;
	/** No new feedback arrives while the old ages out, including positives. Exact. */
	readonly withoutNewFeedback: {
		readonly counts: FeedbackCounts;
		readonly rating: Rational | undefined;
	};
	/** Feedback keeps arriving at the rates; see `assumptionOf`. */
	readonly atCurrentRates: {
		/** Rating of the expected counts: old feedback left in the window plus rate times new days. */
		readonly rating: Rational | undefined;
		/**
		 * The range the rating will be in with at least 95% confidence by default; see
		 * `predictionInterval`.
		 */
		readonly interval: PercentInterval | undefined;
	};
}

/** `up`: the first day at or above the threshold after a day below it. `down`: the reverse. */
export interface ThresholdCrossing {
	readonly threshold: Threshold;
	readonly date: string;
	readonly direction: 'up' | 'down';
}

export interface WindowForecast {
	/** Length of the window in days. */
	readonly window: number;
	/** The index is the number of days ahead: the first is today, followed by the forecast days. */
	readonly points: readonly ForecastPoint[];
	/** In the order of the thresholds, then by date; compared as fractions, never rounded. */
	readonly crossings: {
		readonly withoutNewFeedback: readonly ThresholdCrossing[];
		readonly atCurrentRates: readonly ThresholdCrossing[];
	};
	/**
	 * First ISO day on which the window no longer contains today's last negative, however far ahead;
	 * undefined if it has none today or never loses it.
	 */
	readonly lastNegativeLeaves: string | undefined;
	/** The same for the last neutral or negative. */
	readonly lastNonPositiveLeaves: string | undefined;
}

/**
 * Counts the feedback of the `days` days that end on `through`, both included. Days before the
 * series starts count as days without feedback, so `days` must not exceed the history.
 * @param daysCovered how many of these days have data; the rates are per day with data
 * @throws RangeError if `through` is not an ISO day or a number of days is not a positive whole
 *   number
 */
export function ratesOf(
	series: FeedbackSeries,
	through: string,
	days = 90,
	daysCovered = days,
): FeedbackRates {
	requireWhole('The number of recent days used', days, 1, Number.MAX_SAFE_INTEGER);
	requireWhole('The number of its days with data', daysCovered, 1, days);
	const { positive, ...others } = series.window(dayNumber(through), days);
	const nonPositive = nonPositivesOf({ positive, ...others });
	return { positive, nonPositive, days: daysCovered, through };
}

/** The assumption behind the expected ratings and their intervals, as a sentence. */
export function assumptionOf({ positive, nonPositive, days, through }: FeedbackRates): string {
	const daily = (count: number) => (count / days).toFixed(2);
	return (
		`Assumes that feedback keeps arriving as in the ${days} days through ${through}: ` +
		`${daily(positive)} positive and ${daily(nonPositive)} neutral or negative a day, ` +
		'independent of each other'
	);
}

/**
 * Forecasts what each window will show on each of the next days, without new feedback and at
 * current rates.
 *
 * On day `k` from today, a window of `w` days contains the old feedback of its first `w - k` days
 * and `min(k, w)` days of new feedback. All comparisons are exact as long as counts times the days
 * of the rates times a threshold's denominator stay below 2^53.
 * @throws RangeError if `today` is not an ISO day, `days` is not 1 to 365 or a window is not
 *   positive
 */
export function forecast(series: FeedbackSeries, options: ForecastOptions): WindowForecast[] {
	const { days, windows, thresholds } = options;
	const today = dayNumber(options.today);
	requireWhole('The number of days to forecast', days, 1, 365);
	requireWhole('The days used for the rates', options.rates.days, 1, Number.MAX_SAFE_INTEGER);
	const known = Math.min(today, dayNumber(options.knownThrough ?? options.today));
	const dates = Array.from({ length: days + 1 }, (_, ahead) => isoDay(today + ahead));

	return windows.map((window) => {
		if (window !== Infinity)
			requireWhole('The length of a window', window, 1, Number.MAX_SAFE_INTEGER);
		const points = dates.map((date, ahead) => {
			const counts = series.between(today + ahead - window + 1, known);
			return pointOf(date, counts, Math.min(today + ahead - known, window), options);
		});
		const crossings = (scenario: 'withoutNewFeedback' | 'atCurrentRates') =>
			thresholds.flatMap((threshold) => crossingsOf(points, scenario, threshold));
		const leaves = (count: (counts: FeedbackCounts) => number) => {
			const last = lastDayWith(count, series, today - window + 1, known);
			return last === undefined || window === Infinity ? undefined : isoDay(last + window);
		};
		return {
			window,
			points,
			crossings: {
				withoutNewFeedback: crossings('withoutNewFeedback'),
				atCurrentRates: crossings('atCurrentRates'),
			},
			lastNegativeLeaves: leaves(({ negative }) => negative),
			lastNonPositiveLeaves: leaves(nonPositivesOf),
		};
	});
}

function pointOf(
	date: string,
	counts: FeedbackCounts,
	newDays: number,
	{ rates, z = Z_95 }: ForecastOptions,
): ForecastPoint {
	return {
		date,
		withoutNewFeedback: { counts, rating: ratingOf(counts) },
		atCurrentRates: {
			rating: expectedRating(counts, rates, newDays),
			interval: predictionInterval(counts, rates, newDays, z),
		},
	};
}

/**
 * The rating of the expected counts: `old + rate * newDays` of each kind, all multiplied by the
 * days of the rates to stay in whole numbers. Undefined if no feedback is expected.
 */
export function expectedRating(
	old: FeedbackCounts,
	rates: FeedbackRates,
	newDays: number,
): Rational | undefined {
	const numerator = old.positive * rates.days + rates.positive * newDays;
	const denominator = totalOf(old) * rates.days + (rates.positive + rates.nonPositive) * newDays;
	return denominator <= 0 || numerator < 0 ? undefined : { numerator, denominator };
}

/**
 * The range the rating will be in after `newDays` days of new feedback, in percent, with at least
 * the confidence of `z`; undefined if no feedback is expected. On day 0 both limits are the rating.
 *
 * New positives and new non-positives are independent Poisson counts, and their rates are estimated
 * from a limited count: the interval includes both uncertainties. The lowest rating combines the
 * fewest new positives with the most new non-positives, the highest the reverse; old feedback is
 * certain.
 *
 * The rating can leave the interval only if one of the counts leaves its own, so the confidence is
 * reached and usually exceeded: 97% or more of simulated futures are inside at the default 95% (see
 * the tests). With the normal (delta) method, which has no skewness, fewer than half would be
 * inside if non-positives are rare, and limits could exceed 100%.
 */
export function predictionInterval(
	old: FeedbackCounts,
	rates: FeedbackRates,
	newDays: number,
	z = Z_95,
): PercentInterval | undefined {
	if (expectedRating(old, rates, newDays) === undefined) return undefined;
	const ratio = newDays / rates.days;
	const positive = predictionLimits(rates.positive, ratio, z);
	const nonPositive = predictionLimits(rates.nonPositive, ratio, z);
	const percent = (newPositives: number, newNonPositives: number) => {
		const positives = old.positive + newPositives;
		return (100 * positives) / (positives + nonPositivesOf(old) + newNonPositives);
	};
	return {
		low: percent(positive.least, nonPositive.most),
		high: percent(positive.most, nonPositive.least),
	};
}

/**
 * How many more will arrive in `ratio` times as many days as `seen` took to arrive, in whole
 * numbers: the counts `y` with `(y - ratio seen)^2 <= z^2 ratio (seen + y)`, rounded outward. The
 * right side is the variance of the left side at the rate estimated from both periods, so some may
 * arrive even if none were seen. Source: Krishnamoorthy and Peng, "Improved closed-form prediction
 * intervals for binomial and Poisson distributions", Journal of Statistical Planning and Inference
 * 141, 2011.
 */
function predictionLimits(
	seen: number,
	ratio: number,
	z: number,
): { readonly least: number; readonly most: number } {
	const middle = ratio * seen + (z * z * ratio) / 2;
	const spread = z * Math.sqrt(ratio * seen * (1 + ratio) + (z * z * ratio * ratio) / 4);
	return {
		least: Math.max(0, Math.floor(middle - spread)),
		most: Math.ceil(middle + spread),
	};
}

/**
 * Every day on which the rating crosses the threshold. A day without a rating is not a crossing.
 */
function crossingsOf(
	points: readonly ForecastPoint[],
	scenario: 'withoutNewFeedback' | 'atCurrentRates',
	threshold: Threshold,
): ThresholdCrossing[] {
	const met = points.map((point) => {
		const { rating } = point[scenario];
		return rating && compare(rating, threshold.share) >= 0;
	});
	return points.flatMap(({ date }, index) => {
		const [before, now] = [met[index - 1], met[index]];
		if (before === undefined || now === undefined || before === now) return [];
		return [{ threshold, date, direction: now ? ('up' as const) : ('down' as const) }];
	});
}

/** The last day from `from` to `to`, both included, with a positive `count`. */
function lastDayWith(
	count: (counts: FeedbackCounts) => number,
	series: FeedbackSeries,
	from: number,
	to: number,
): number | undefined {
	const first = Math.max(from, series.firstDay);
	for (let day = Math.min(to, series.lastDay); day >= first; day -= 1) {
		if (count(series.between(day, day)) > 0) return day;
	}
	return undefined;
}

function requireWhole(what: string, value: number, least: number, most: number): void {
	if (Number.isInteger(value) && value >= least && value <= most) return;
	const range = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `${least} to ${most}`;
	throw new RangeError(`${what} must be a whole number of ${range}, not ${value}`);
}
