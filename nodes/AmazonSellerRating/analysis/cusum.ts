import { dayNumber, isoDay, type FeedbackSeries } from '../../shared/domain/feedbackSeries';
import { nonPositivesOf, totalOf, type FeedbackCounts } from '../../shared/domain/rating';
import type { Rational } from '../../shared/domain/rational';

/** A span of ISO calendar days, marketplace-local, both included. */
export interface Period {
	readonly from: string;
	readonly to: string;
}

/** The share of non-positives in good times: known, or estimated from a period of good times. */
export type Baseline =
	| {
			/** Fraction, above 0 and below 0.5. */
			readonly share: number;
	  }
	| {
			readonly reference: Period;
			/** With less feedback in the reference period there is no verdict; 100 by default. */
			readonly minimumFeedback?: number;
	  };

export interface CusumOptions {
	readonly baseline: Baseline;
	/** The days watched; they begin after the reference period, if there is one. */
	readonly watched: Period;
	/** The share to detect, a fraction above the baseline; `shiftFrom(baseline)` by default. */
	readonly shiftedShare?: number;
	/** Average number of feedback between two false alarms (ARL0), 1 to 1000000; 1000 by default. */
	readonly falseAlarmEvery?: number;
}

/** A Bernoulli CUSUM ready to run: all whole steps, so that the statistic is exact. */
export interface CusumDesign {
	/** Baseline share `p0`, fraction. */
	readonly baselineShare: number;
	/** The share to detect, `p1`, fraction. */
	readonly shiftedShare: number;
	/** Steps up by a non-positive, `m - 1`; a positive is one step down. */
	readonly rise: number;
	/** Decision limit in steps: an alarm is raised where the statistic reaches it. */
	readonly limit: number;
	/** Average number of feedback to an alarm at the baseline (ARL0); at least what was asked. */
	readonly falseAlarmEvery: number;
	/** Average number of feedback to an alarm at the shifted share from the start (ARL1). */
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
 * The share worth detecting by default, a fraction: twice the baseline, at least three percentage
 * points more, never beyond half of what is left to 1.
 */
export const shiftFrom = (baselineShare: number): number =>
	Math.min(Math.max(2 * baselineShare, baselineShare + 0.03), (1 + baselineShare) / 2);

/**
 * Has the share of neutral and negative feedback risen? A Bernoulli CUSUM (Reynolds and Stoumbos,
 * Journal of Quality Technology 31, 1999) over feedback in the order of its days.
 *
 * The order inside a day is unknown, so a day is one batch, taken in the order kindest to the
 * seller: non-positives first, and the limit is looked at once the day is over. No other order
 * gives a lower statistic at the end of the day, so an alarm is one that every order would have
 * raised, and false alarms are rarer than asked for, never more frequent. The price is a later
 * alarm where many feedback come a day: measured in `bench/rating.ts`.
 *
 * The statistic stops at the limit, and an alarm lasts until the statistic is back at 0; neither
 * changes when the first alarm comes. The false-alarm rate holds for a true baseline: one that is
 * estimated from a few hundred feedback is off by so much that the rate may be several times off.
 * @throws RangeError where an option is out of its range or watched days begin in the reference
 */
export function detectRise(series: FeedbackSeries, options: CusumOptions): CusumResult {
	const from = dayNumber(options.watched.from);
	const to = dayNumber(options.watched.to);
	const baseline = baselineShareOf(series, options, from);
	if (typeof baseline !== 'number') return { verdict: 'insufficient', ...baseline };
	const design = designCusum(baseline, options.shiftedShare, options.falseAlarmEvery);
	if (totalOf(series.between(from, to)) === 0) {
		return { verdict: 'insufficient', reason: 'There is no feedback in the days watched' };
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

/** The baseline as a fraction, or why there is none. */
function baselineShareOf(
	series: FeedbackSeries,
	{ baseline, shiftedShare = 1 }: CusumOptions,
	watchedFrom: number,
): number | { readonly reason: string } {
	if ('share' in baseline) return baseline.share;
	const { reference, minimumFeedback = 100 } = baseline;
	const to = dayNumber(reference.to);
	if (to >= watchedFrom) {
		throw new RangeError('The days watched must begin after the reference period');
	}
	const counts = series.between(dayNumber(reference.from), to);
	const total = totalOf(counts);
	if (total < Math.max(1, minimumFeedback)) {
		return {
			reason: `The reference period holds ${total} feedback, of the ${minimumFeedback} needed for a baseline`,
		};
	}
	const share = estimatedShare(nonPositivesOf(counts), total);
	const ceiling = Math.min(shiftedShare, 0.5);
	if (share < ceiling) return share;
	const percent = (fraction: number) => `${(100 * fraction).toFixed(1)} %`;
	return {
		reason: `The share in the reference period is ${percent(share)}: a baseline must lie below ${percent(ceiling)}`,
	};
}

/**
 * `(x + 1/2) / (n + 1)`, the mean under Jeffreys' prior: never 0, as the true share never is, so
 * that a spotless reference period does not make the first non-positive an alarm.
 */
const estimatedShare = (nonPositive: number, total: number): number =>
	(nonPositive + 0.5) / (total + 1);

/**
 * The steps and the decision limit for a baseline, a shift and a false-alarm rate.
 * @param falseAlarmEvery average number of feedback between false alarms (ARL0), 1 to 1000000
 * @throws RangeError where it is out of that range, and unless 0 < baselineShare < 0.5 and
 *   baselineShare < shiftedShare < 1
 */
export function designCusum(
	baselineShare: number,
	shiftedShare = shiftFrom(baselineShare),
	falseAlarmEvery = 1000,
): CusumDesign {
	if (!(baselineShare > 0 && baselineShare < 0.5)) {
		throw new RangeError(
			`The baseline must lie between 0 and 50 %, not at ${100 * baselineShare} %`,
		);
	}
	if (!(shiftedShare > baselineShare && shiftedShare < 1)) {
		throw new RangeError(
			`The share to detect must lie between the baseline, ${100 * baselineShare} %, and 100 %, not at ${100 * shiftedShare} %`,
		);
	}
	if (!(falseAlarmEvery >= 1 && falseAlarmEvery <= 1e6)) {
		throw new RangeError(`A false alarm comes every 1 to 1000000 feedback, not ${falseAlarmEvery}`);
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
 * Steps up by a non-positive where a positive is one step down. The ratio of the two log-likelihood
 * ratios, rounded to whole steps (the `1/m` of Reynolds and Stoumbos) but never so far up that the
 * statistic would rise at the baseline.
 */
function riseFor(p0: number, p1: number): number {
	const up = Math.log(p1 / p0);
	const down = Math.log((1 - p0) / (1 - p1));
	const falling = Math.ceil(1 / p0) - 2;
	return Math.max(1, Math.min(Math.round(up / down), falling));
}

/**
 * Average number of feedback to the first alarm, starting from 0, where each is non-positive with
 * probability `share` (fraction, above 0 and below 1). Feedback by feedback, so a lower bound for
 * day batches.
 * @throws RangeError unless the limit is a whole number of 1 or more
 */
export function averageRunLength(share: number, rise: number, limit: number): number {
	if (!Number.isInteger(limit) || limit < 1) throw new RangeError(`${limit} is no decision limit`);
	return leastLimit(share, rise, (_, candidate) => candidate === limit).runLength;
}

/**
 * Tries the limits 1, 2, 3 and so on until one is as wanted, with its average run length, exact but
 * for floating point: the Markov chain of Brook and Evans (Biometrika 59, 1972), solved from the
 * limit downwards. Since the statistic falls by single steps, all one needs of a level is the chance
 * to fall below it before an alarm and the average number of feedback until either. Both depend only
 * on the distance from the limit, so that one pass serves every limit; nothing is subtracted but
 * probabilities from 1, so that nothing cancels.
 */
function leastLimit(
	share: number,
	rise: number,
	isWanted: (runLength: number, limit: number) => boolean,
): { readonly limit: number; readonly runLength: number } {
	const passed = new Falls();
	for (let distance = 1; ; distance += 1) {
		if (distance > rise + 1) passed.dropFirst();
		// After a step up: an alarm, or down again level by level to where it began.
		const returns = distance > rise ? passed.returns : 0;
		const took = distance > rise ? passed.took : 0;
		// A limit is as far from 0 as it is high, and from 0 the statistic cannot fall.
		const runLength = (1 + share * took) / (share * (1 - returns));
		if (isWanted(runLength, distance)) return { limit: distance, runLength };
		const moves = 1 - share * returns;
		passed.add((1 - share) / moves, (1 + share * took) / moves);
	}
}

/**
 * The falls through the levels a step up passes, one after the other, as a sliding window: two stacks
 * of running products, so that each level is multiplied a few times in all and nothing is divided out
 * again. Level by level anew for each limit, permitted extremes would keep n8n from all else for seconds.
 *
 * A fall through one level or several is the chance of it (`returns`) and the average number of
 * feedback until it or an alarm (`took`). Two in a row are `r1 r2` and `t1 + r1 t2`.
 */
class Falls {
	returns = 1;

	took = 0;

	/** The falls from each of the older levels through the last of the older; the first level is last. */
	private olderReturns: number[] = [];

	private olderTook: number[] = [];

	/** The newer levels, each by itself, and through all of them. */
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

	/** Takes away the level that was added first of those still here. */
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
