import { fisherTail } from './fisher';
import type { LowFeedback } from './requestEffectCertain';
import type { SentRequest } from './requestEffectLedger';

/** Requests with a delay in a range of days, both ends included. */
export interface DelayGroup {
	readonly fromDays: number;
	readonly throughDays: number;
	readonly requests: number;
	/** Requests after which 1 to 3 star feedback about their order came. */
	readonly low: number;
	readonly per100Requests: number;
}

export interface DelayComparison {
	readonly shorter: DelayGroup;
	readonly longer: DelayGroup;
	/** Fisher's exact test, two-sided (twice the smaller tail, at most 1). */
	readonly p: number;
	readonly verdict: 'shorterIsWorse' | 'longerIsWorse' | 'noDifferenceSeen';
}

/** Younger requests are left out, because buyers may still answer them. */
export const DAYS_TO_ANSWER = 14;

/**
 * Compares the shorter half of the random delays with the longer half, by what is certain: the 1 to 3
 * star feedback that follows the request. The draw of the delay makes the orders of both alike.
 * @param through last day number with complete feedback
 * @param alpha below this p-value, there is a difference
 * @returns undefined if there are no two different delays
 */
export function compareDelays(
	requests: readonly SentRequest[],
	low: readonly LowFeedback[],
	through: number,
	alpha: number,
): DelayComparison | undefined {
	const delayed = requests.flatMap(({ orderId, day, delayDays }) =>
		delayDays === undefined || day + DAYS_TO_ANSWER > through ? [] : [{ orderId, day, delayDays }],
	);
	const least = delayed.reduce((min, { delayDays }) => Math.min(min, delayDays), Infinity);
	const most = delayed.reduce((max, { delayDays }) => Math.max(max, delayDays), -Infinity);
	if (!(least < most)) return undefined;
	const lowOn = new Map(low.map(({ orderId, day }) => [orderId, day]));
	const middle = (least + most) / 2;
	const groupOf = (isShorter: boolean): DelayGroup => {
		const own = delayed.filter(({ delayDays }) => delayDays <= middle === isShorter);
		const bad = own.filter(({ orderId, day }) => (lowOn.get(orderId) ?? -Infinity) >= day).length;
		return {
			fromDays: own.reduce((min, { delayDays }) => Math.min(min, delayDays), Infinity),
			throughDays: own.reduce((max, { delayDays }) => Math.max(max, delayDays), -Infinity),
			requests: own.length,
			low: bad,
			per100Requests: (100 * bad) / own.length,
		};
	};
	const [shorter, longer] = [groupOf(true), groupOf(false)];
	const p = twoSided(shorter, longer);
	const isShorterWorse = shorter.per100Requests > longer.per100Requests;
	const worse = isShorterWorse ? 'shorterIsWorse' : 'longerIsWorse';
	return { shorter, longer, p, verdict: p <= alpha ? worse : 'noDifferenceSeen' };
}

function twoSided(a: DelayGroup, b: DelayGroup): number {
	const total = a.requests + b.requests;
	const bad = a.low + b.low;
	const more = fisherTail(a.low, { total, group: a.requests, bad });
	const fewer = fisherTail(b.low, { total, group: b.requests, bad });
	return Math.min(1, 2 * Math.min(more, fewer));
}
