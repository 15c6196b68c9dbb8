import type { Steps } from '../../shared/domain/steps';
import { baselineOf, lengthWithout, product, without } from './requestEffectBaseline';
import {
	drawDays,
	drawnDays,
	drawsOf,
	SendsUnderDraw,
	type PulseTest,
} from './requestEffectSchedule';

/**
 * How much feedback requests bring, by a randomization test: what arrived is compared with the
 * requests that were sent, and with those that would have been sent if other days had been drawn.
 */

/** Feedback of one day; days that are unknown are not in the list. */
export interface DayOfFeedback {
	/** Day number, see `dayNumber`. */
	readonly day: number;
	readonly positive: number;
	/** 1 to 3 stars. */
	readonly nonPositive: number;
}

export interface EffectOptions {
	/** The same seed gives the same result. */
	readonly seed: string;
	/** How many days of feedback a request may bring, from its own day on. */
	readonly responseDays: number;
	/** Of the intervals: 0.95 for 95%. */
	readonly confidence: number;
	readonly redraws: number;
}

export const DEFAULT_OPTIONS = { responseDays: 4, confidence: 0.95, redraws: 4_999 } as const;

/** An effect in feedback entries per request. */
export interface Effect {
	readonly perRequest: number;
	/** All constant effects that the test does not reject; infinite if none is rejected. */
	readonly low: number;
	readonly high: number;
	/** Two-sided, of no effect at all. */
	readonly p: number;
	/** Of `perRequest`, from the scatter of the days. */
	readonly standardError: number;
}

export interface RequestEffect {
	readonly all: Effect;
	readonly positive: Effect;
	readonly nonPositive: Effect;
	readonly days: number;
}

/** With fewer days, blocks or entries, an interval would mean nothing. */
export const LEAST_DAYS = 21;
export const LEAST_BLOCKS = 4;
export const LEAST_FEEDBACK = 20;

const REDRAWS_PER_STEP = 25;

/**
 * Measures the effect of requests on the feedback of the given days.
 *
 * The exposure of a day is the mean number of requests of the last `responseDays` days, as if each
 * request brought its feedback evenly over these days. The statistic is the covariance of exposure
 * and feedback, both without weekday and trend, divided by the length of the exposure. If requests
 * have no effect, each draw was equally likely to give the largest statistic, so p is exact. The
 * interval has all constant effects that remain after the same test. Each redraw rejects the effects
 * on one side of one point, so the interval's ends are order statistics of these points.
 *
 * Yields after every few redraws.
 * @param feedback known days, ascending
 * @returns undefined if the sends do not vary over these days
 */
export function* measureEffect(
	feedback: readonly DayOfFeedback[],
	test: PulseTest,
	options: EffectOptions,
): Steps<RequestEffect | undefined> {
	const days = Int32Array.from(feedback, ({ day }) => day);
	const baseline = baselineOf(days);
	const exposure = new Exposure(test, days, options.responseDays);
	const seen = Float64Array.from(exposure.under(drawnDays(test)));
	const square = lengthWithout(baseline, seen);
	if (!(square > NEGLIGIBLE * (1 + product(seen, seen)))) return undefined;
	const varying = without(baseline, seen);
	const outcomes = [
		feedback.map(({ positive, nonPositive }) => positive + nonPositive),
		feedback.map(({ positive }) => positive),
		feedback.map(({ nonPositive }) => nonPositive),
	].map((counts) => new Outcome(counts, baseline, varying));

	const draw = drawsOf(options.seed);
	for (let redraw = 1; redraw <= options.redraws; redraw += 1) {
		const other = exposure.under(drawDays(test, draw));
		const otherLength = Math.sqrt(Math.max(0, lengthWithout(baseline, other)));
		const common = product(varying, other);
		for (const outcome of outcomes) outcome.compare(other, otherLength, common);
		if (redraw % REDRAWS_PER_STEP === 0) yield;
	}
	const [all, positive, nonPositive] = outcomes.map((outcome) =>
		outcome.effect(options.confidence),
	);
	if (all === undefined || positive === undefined || nonPositive === undefined) return undefined;
	return { all, positive, nonPositive, days: days.length };
}

/** Differences this small come from rounding. */
const NEGLIGIBLE = 1e-9;

/** The exposure of each day under a draw. */
class Exposure {
	private readonly sends: SendsUnderDraw;
	private readonly from: number;
	private readonly perDay: Float64Array;
	private readonly result: Float64Array;

	constructor(
		test: PulseTest,
		private readonly days: Int32Array,
		private readonly responseDays: number,
	) {
		const [first = 0, last = 0] = [days[0], days.at(-1)];
		this.sends = new SendsUnderDraw(test);
		this.from = first - responseDays + 1;
		this.perDay = new Float64Array(last - this.from + 1);
		this.result = new Float64Array(days.length);
	}

	/** Valid until the next call. */
	under(drawn: readonly number[]): Float64Array {
		this.sends.fill(drawn, this.from, this.perDay);
		const { perDay, result, days, from, responseDays } = this;
		for (let index = 0; index < result.length; index += 1) {
			const place = (days[index] ?? 0) - from;
			let sum = 0;
			for (let lag = 0; lag < responseDays; lag += 1) sum += perDay[place - lag] ?? 0;
			result[index] = sum / responseDays;
		}
		return result;
	}
}

/** One kind of feedback, compared with all draws. */
class Outcome {
	private readonly left: Float64Array;
	private readonly length: number;
	private readonly statistic: number;
	private readonly perRequest: number;
	private readonly standardError: number;
	/** The constant effect above which a redraw exceeds the draw that was made. */
	private readonly crossings: number[] = [];
	private redraws = 0;
	private atLeast = 0;
	private atMost = 0;

	/** @param exposure without the baseline */
	constructor(
		counts: readonly number[],
		baseline: readonly Float64Array[],
		exposure: Float64Array,
	) {
		this.left = without(baseline, Float64Array.from(counts));
		this.length = Math.sqrt(product(exposure, exposure));
		this.statistic = product(this.left, exposure) / this.length;
		this.perRequest = this.statistic / this.length;
		const free = Math.max(1, counts.length - baseline.length - 1);
		const scatter = (product(this.left, this.left) - this.statistic ** 2) / free;
		// Counts scatter at least like this; one more entry, so that no feedback is not certainty.
		const least = (counts.reduce((sum, count) => sum + count, 0) + 1) / counts.length;
		this.standardError = Math.sqrt(Math.max(scatter, least)) / this.length;
	}

	/** @param common of the exposure that was seen and the other one */
	compare(other: Float64Array, otherLength: number, common: number): void {
		this.redraws += 1;
		const varies = otherLength > NEGLIGIBLE * this.length;
		const ahead = this.statistic - (varies ? product(this.left, other) / otherLength : 0);
		const rounding = NEGLIGIBLE * (1 + Math.abs(this.statistic));
		if (ahead <= rounding) this.atLeast += 1;
		if (ahead >= -rounding) this.atMost += 1;
		// Never negative, because nothing fits the exposure that was seen better than itself.
		const perEffect = this.length - (varies ? common / otherLength : 0);
		if (perEffect > NEGLIGIBLE * this.length) this.crossings.push(ahead / perEffect);
	}

	effect(confidence: number): Effect {
		const { perRequest, standardError, redraws, atLeast, atMost } = this;
		const p = Math.min(1, (2 * (1 + Math.min(atLeast, atMost))) / (1 + redraws));
		return { perRequest, standardError, p, ...this.interval(confidence) };
	}

	private interval(confidence: number): Pick<Effect, 'low' | 'high'> {
		const { crossings, redraws } = this;
		crossings.sort((a, b) => a - b);
		// Redraws that equal the draw that was made reject no effect at all.
		const equal = redraws - crossings.length;
		const tail = ((1 - confidence) / 2) * (1 + redraws) * (1 + NEGLIGIBLE);
		const beyond = Math.floor(tail) - 1 - equal;
		return {
			low: crossings.at(beyond < 0 ? crossings.length : beyond) ?? -Infinity,
			high: (beyond < 0 ? undefined : crossings.at(-1 - beyond)) ?? Infinity,
		};
	}
}
