import { dayNumber, isoDay } from '../../shared/domain/calendar';
import type { FeedbackSeries } from '../../shared/domain/feedbackSeries';
import { nonPositivesOf, totalOf, type FeedbackCounts } from '../../shared/domain/rating';
import type { Rational } from '../../shared/domain/rational';

/** A span of ISO calendar days, marketplace-local, both included. */
export interface Period {
	readonly from: string;
	readonly to: string;
}

/** The share of non-positives in good times: given, or estimated from a period of good times. */
export type Baseline =
	| {
			/** Fraction, above 0 and below 0.5. */
			readonly share: number;
	  }
	| {
			readonly reference: Period;
			/** With less feedback in the reference period, there is no verdict; 100 by default. */
			readonly minimumFeedback?: number;
	  };

export interface CusumOptions {
	readonly baseline: Baseline;
	/** The days to watch; they must start after the reference period, if there is one. */
	readonly watched: Period;
	/** The share to detect, a fraction above the baseline; `shiftFrom(baseline)` by default. */
	readonly shiftedShare?: number;
	/**
	 * Average number of feedback entries between two false alarms (ARL0), 1 to 1000000; 1000 by
	 * default.
	 */
	readonly falseAlarmEvery?: number;
}

/** A Bernoulli CUSUM ready to run. All steps are whole numbers, so the statistic is exact. */
export interface CusumDesign {
	/** Baseline share `p0`, fraction. */
	readonly baselineShare: number;
	/** The share to detect, `p1`, fraction. */
	readonly shiftedShare: number;
	/** Steps up for a non-positive, `m - 1`; a positive is one step down. */
	readonly rise: number;
	/** Decision limit in steps: an alarm is raised when the statistic reaches it. */
	readonly limit: number;
	/**
	 * Average number of feedback entries until an alarm at the baseline (ARL0); at least the
	 * requested number.
	 */
	readonly falseAlarmEvery: number;
	/**
	 * Average number of feedback entries until an alarm if the share is shifted from the start
	 * (ARL1).
	 */
	readonly detectsIn: number;
}

/** One day with feedback, for a chart. */
export interface CusumPoint {
	readonly date: string;
	/** In steps, 0 to the limit, at the end of the day. */
	readonly statistic: number;
	readonly inAlarm: boolean;
}

export interface CusumAlarm {
	/** ISO day on which the statistic reached the limit. */
	readonly raisedOn: string;
	/**
	 * Page's estimate of when the share changed: the first day with feedback after the statistic was
	 * last 0 before the alarm. ISO day.
	 */
	readonly since: string;
	/** Feedback from `since` to the last day watched. */
	readonly counts: FeedbackCounts;
	/** Share of non-positives in it. */
	readonly share: Rational;
	/** By how much: that share minus the baseline, in percentage points. */
	readonly excessPoints: number;
}

export type CusumResult =
	| {
			readonly verdict: 'insufficient';
			/** What is missing, as a sentence. */
			readonly reason: string;
	  }
	| {
			readonly verdict: 'alarm' | 'noAlarm';
			readonly design: CusumDesign;
			/** Present with the verdict `alarm`. */
			readonly alarm: CusumAlarm | undefined;
			/** The days watched that have feedback, in order. */
			readonly path: readonly CusumPoint[];
	  };

/**
 * The default share to detect, a fraction: twice the baseline, at least three percentage points
 * above it, at most halfway from the baseline to 1.
 */
export const shiftFrom = (baselineShare: number): number =>
	Math.min(Math.max(2 * baselineShare, baselineShare + 0.03), (1 + baselineShare) / 2);

/**
 * Detects a rise in the share of neutral and negative feedback with a Bernoulli CUSUM (Reynolds and
 * Stoumbos, Journal of Quality Technology 31, 1999) over the feedback in the order of its days.
 *
 * The order within a day is unknown, so each day is one batch in the order most favorable to the
 * seller: non-positives first, and the limit is checked at the end of the day. No other order gives
 * a lower statistic at the end of the day, so every order would have raised the same alarm, and
 * false alarms are rarer than requested, never more frequent. The cost is a later alarm if many
 * feedback entries arrive per day, as measured in `bench/rating.ts`.
 *
 * The statistic stops at the limit, and an alarm lasts until the statistic is back at 0; neither
 * changes when the first alarm is raised. The false-alarm rate is valid for the true baseline: a
 * baseline estimated from a few hundred feedback entries is so imprecise that the actual rate may
 * differ several times over.
 * @throws RangeError if an option is out of range or the watched days start in the reference period
 */
export function detectRise(series: FeedbackSeries, options: CusumOptions): CusumResult {
	const from = dayNumber(options.watched.from);
	const to = dayNumber(options.watched.to);
	const baseline = baselineShareOf(series, options, from);
	if (typeof baseline !== 'number') return { verdict: 'insufficient', ...baseline };
	const design = designCusum(baseline, options.shiftedShare, options.falseAlarmEvery);
	if (totalOf(series.between(from, to)) === 0) {
		return { verdict: 'insufficient', reason: 'There is no feedback in the days to watch' };
	}

	const path: CusumPoint[] = [];
	let statistic = 0;
	let since = '';
	let raisedOn: string | undefined;
	for (let day = Math.max(from, series.firstDay); day <= Math.min(to, series.lastDay); day += 1) {
		const counts = series.between(day, day);
		if (totalOf(counts) === 0) continue;
		const date = isoDay(day);
		if (statistic === 0) since = date;
		statistic = nextStatistic(statistic, counts, design);
		if (statistic === design.limit) raisedOn ??= date;
		if (statistic === 0) raisedOn = undefined;
		path.push({ date, statistic, inAlarm: raisedOn !== undefined });
	}
	const alarm =
		raisedOn === undefined
			? undefined
			: alarmOf(raisedOn, since, series.between(dayNumber(since), to), design);
	return { verdict: alarm ? 'alarm' : 'noAlarm', design, alarm, path };
}

/** The statistic after a day, in steps: between 0 and the limit. */
const nextStatistic = (
	statistic: number,
	counts: FeedbackCounts,
	{ rise, limit }: Pick<CusumDesign, 'rise' | 'limit'>,
): number =>
	Math.min(limit, Math.max(0, statistic + nonPositivesOf(counts) * rise - counts.positive));

function alarmOf(
	raisedOn: string,
	since: string,
	counts: FeedbackCounts,
	{ baselineShare }: CusumDesign,
): CusumAlarm {
	const share = { numerator: nonPositivesOf(counts), denominator: totalOf(counts) };
	const excessPoints = 100 * (share.numerator / share.denominator - baselineShare);
	return { raisedOn, since, counts, share, excessPoints };
}

/** The baseline as a fraction, or the reason why there is no baseline. */
function baselineShareOf(
	series: FeedbackSeries,
	{ baseline, shiftedShare = 1 }: CusumOptions,
	watchedFrom: number,
): number | { readonly reason: string } {
	if ('share' in baseline) return baseline.share;
	const { reference, minimumFeedback = 100 } = baseline;
	const to = dayNumber(reference.to);
	if (to >= watchedFrom) {
		throw new RangeError('The days to watch must start after the reference period');
	}
	const counts = series.between(dayNumber(reference.from), to);
	const total = totalOf(counts);
	if (total < Math.max(1, minimumFeedback)) {
		return {
			reason: `The reference period has ${total} of the ${minimumFeedback} feedback entries needed for a baseline`,
		};
	}
	const share = estimatedShare(nonPositivesOf(counts), total);
	const ceiling = Math.min(shiftedShare, 0.5);
	if (share < ceiling) return share;
	const percent = (fraction: number) => `${(100 * fraction).toFixed(1)}%`;
	return {
		reason: `The share in the reference period is ${percent(share)}, but a baseline must be below ${percent(ceiling)}`,
	};
}

/**
 * `(x + 1/2) / (n + 1)`, the mean under Jeffreys' prior. Like the true share it is never 0, so the
 * first non-positive after a spotless reference period does not raise an alarm.
 */
const estimatedShare = (nonPositive: number, total: number): number =>
	(nonPositive + 0.5) / (total + 1);

/**
 * The steps and the decision limit for a baseline, a shift and a false-alarm rate.
 * @param falseAlarmEvery average number of feedback entries between false alarms (ARL0), 1 to
 *   1000000
 * @throws RangeError if it is out of that range, or unless 0 < baselineShare < 0.5 and
 *   baselineShare < shiftedShare < 1
 */
export function designCusum(
	baselineShare: number,
	shiftedShare = shiftFrom(baselineShare),
	falseAlarmEvery = 1000,
): CusumDesign {
	if (!(baselineShare > 0 && baselineShare < 0.5)) {
		throw new RangeError(`The baseline must be between 0 and 50%, not ${100 * baselineShare}%`);
	}
	if (!(shiftedShare > baselineShare && shiftedShare < 1)) {
		throw new RangeError(
			`The share to detect must be between the baseline, ${100 * baselineShare}%, and 100%, not ${100 * shiftedShare}%`,
		);
	}
	if (!(falseAlarmEvery >= 1 && falseAlarmEvery <= 1e6)) {
		throw new RangeError(
			`The entries between false alarms must be 1 to 1,000,000, not ${falseAlarmEvery}`,
		);
	}
	const rise = riseFor(baselineShare, shiftedShare);
	const { limit, runLength } = leastLimit(
		baselineShare,
		rise,
		(candidate) => candidate >= falseAlarmEvery,
	);
	return {
		baselineShare,
		shiftedShare,
		rise,
		limit,
		falseAlarmEvery: runLength,
		detectsIn: averageRunLength(shiftedShare, rise, limit),
	};
}

/**
 * Steps up for a non-positive if a positive is one step down. This is the ratio of the two
 * log-likelihood ratios, rounded to whole steps (the `1/m` of Reynolds and Stoumbos), but never
 * rounded up so far that the statistic would rise at the baseline.
 */
function riseFor(p0: number, p1: number): number {
	const up = Math.log(p1 / p0);
	const down = Math.log((1 - p0) / (1 - p1));
	const falling = Math.ceil(1 / p0) - 2;
	return Math.max(1, Math.min(Math.round(up / down), falling));
}

/**
 * Average number of feedback entries until the first alarm, starting from 0, if each is
 * non-positive with probability `share` (fraction, above 0 and below 1). Computed entry by entry,
 * so it is a lower bound for day batches.
 * @throws RangeError unless the limit is a whole number of 1 or more
 */
export function averageRunLength(share: number, rise: number, limit: number): number {
	if (!Number.isInteger(limit) || limit < 1)
		throw new RangeError(`The decision limit must be a whole number of 1 or more, not ${limit}`);
	return leastLimit(share, rise, (_, candidate) => candidate === limit).runLength;
}

/**
 * Tries the limits 1, 2, 3 and so on until `isWanted` accepts one, and returns it with its average
 * run length, exact except for floating point: the Markov chain of Brook and Evans (Biometrika 59,
 * 1972), solved from the limit downward. The statistic falls by single steps, so a level needs only
 * the chance of falling below it before an alarm and the average number of feedback entries until
 * either. Both depend only on the distance from the limit, so one pass serves every limit. Only
 * probabilities are subtracted, and only from 1, so there is no cancellation.
 */
function leastLimit(
	share: number,
	rise: number,
	isWanted: (runLength: number, limit: number) => boolean,
): { readonly limit: number; readonly runLength: number } {
	const passed = new Falls();
	for (let distance = 1; ; distance += 1) {
		if (distance > rise + 1) passed.dropFirst();
		// After a step up: an alarm, or down again level by level to where it started.
		const returns = distance > rise ? passed.returns : 0;
		const took = distance > rise ? passed.took : 0;
		// The distance from 0 to the limit is the limit itself, and the statistic cannot fall below 0.
		const runLength = (1 + share * took) / (share * (1 - returns));
		if (isWanted(runLength, distance)) return { limit: distance, runLength };
		const moves = 1 - share * returns;
		passed.add((1 - share) / moves, (1 + share * took) / moves);
	}
}

/**
 * The falls through the levels that a step up passes, as a sliding window: two stacks of running
 * products, so that each level is multiplied only a few times and nothing is divided out again.
 * Recomputing every level for each limit would block n8n for seconds with the largest permitted
 * options.
 *
 * A fall through one or more levels is its chance (`returns`) and the average number of feedback
 * entries until the fall or an alarm (`took`). Two in a row are `r1 r2` and `t1 + r1 t2`.
 */
class Falls {
	returns = 1;

	took = 0;

	/**
	 * The falls from each older level through the last older level; the first level is at the end.
	 */
	private olderReturns: number[] = [];

	private olderTook: number[] = [];

	/** The newer levels one by one, and the fall through all of them. */
	private newerReturns: number[] = [];

	private newerTook: number[] = [];

	private throughReturns = 1;

	private throughTook = 0;

	add(returns: number, took: number): void {
		this.newerReturns.push(returns);
		this.newerTook.push(took);
		this.throughTook += this.throughReturns * took;
		this.throughReturns *= returns;
		this.combine();
	}

	/** Removes the oldest level. */
	dropFirst(): void {
		if (this.olderReturns.length === 0) this.takeOver();
		this.olderReturns.pop();
		this.olderTook.pop();
		this.combine();
	}

	private takeOver(): void {
		let [throughReturns, throughTook] = [1, 0];
		for (let level = this.newerReturns.length - 1; level >= 0; level -= 1) {
			const returns = this.newerReturns[level] ?? 0;
			throughTook = (this.newerTook[level] ?? 0) + returns * throughTook;
			throughReturns *= returns;
			this.olderReturns.push(throughReturns);
			this.olderTook.push(throughTook);
		}
		this.newerReturns = [];
		this.newerTook = [];
		this.throughReturns = 1;
		this.throughTook = 0;
	}

	private combine(): void {
		const last = this.olderReturns.length - 1;
		const returns = last < 0 ? 1 : (this.olderReturns[last] ?? 1);
		this.returns = returns * this.throughReturns;
		this.took = (last < 0 ? 0 : (this.olderTook[last] ?? 0)) + returns * this.throughTook;
	}
}
