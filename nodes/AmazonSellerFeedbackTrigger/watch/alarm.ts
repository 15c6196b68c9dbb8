import type { Threshold } from '../../shared/domain/bands';
import { ratingOf, totalOf, type FeedbackCounts } from '../../shared/domain/rating';
import { compare, rationalFromPercent, type Rational } from '../../shared/domain/rational';

/** Whether something is wrong, as last reported. */
export interface Alarm {
	readonly raised: boolean;
	/** How often it changed: distinguishes one change from the next. */
	readonly changes: number;
	/** The settings it was last evaluated with, in addition to its threshold. */
	readonly by?: string;
}

/** The position of a value: beyond the threshold, back at a safe distance, or in between, which changes nothing. */
export type Side = 'bad' | 'between' | 'good';

/**
 * An alarm with hysteresis: it is raised beyond a threshold and cleared only at some distance from it,
 * so that a value at the edge does not alert again and again. The first value sets the alarm silently,
 * and so does the first with other settings, because the settings alone may explain a difference.
 * @param side undefined if there are too few to evaluate, which changes nothing
 * @param by the settings the side was derived with, in addition to the threshold
 * @returns the same alarm if nothing changed
 */
export function advanceAlarm(
	alarm: Alarm | undefined,
	side: Side | undefined,
	by?: string,
): { readonly alarm: Alarm | undefined; readonly turned?: 'raised' | 'cleared' } {
	if (side === undefined) return { alarm };
	const settings = by === undefined ? {} : { by };
	if (alarm === undefined) return { alarm: { raised: side === 'bad', changes: 0, ...settings } };
	const raised = side === 'between' ? alarm.raised : side === 'bad';
	const turns = raised !== alarm.raised;
	if (!turns && alarm.by === by) return { alarm };
	const next = { raised, changes: alarm.changes + (turns ? 1 : 0), ...settings };
	return turns && alarm.by === by
		? { alarm: next, turned: raised ? 'raised' : 'cleared' }
		: { alarm: next };
}

/**
 * The position of a rating: bad below the threshold, good at or above the threshold plus a margin (at
 * most 100%). Compared exactly.
 * @param marginPoints percentage points above it, at most four decimals
 * @param minimumTotal with fewer ratings than this, the rating is not evaluated
 */
export function sideOfRating(
	counts: FeedbackCounts,
	{ percent, share }: Threshold,
	marginPoints: number,
	minimumTotal: number,
): Side | undefined {
	const rating = ratingOf(counts);
	if (rating === undefined || totalOf(counts) < minimumTotal) return undefined;
	if (compare(rating, share) < 0) return 'bad';
	return compare(rating, percentPlus(percent, marginPoints)) >= 0 ? 'good' : 'between';
}

/**
 * The position of an order defect rate: bad at or above the target, because Amazon requires a rate
 * under it; good at or below the target minus a margin. Compared exactly. With a margin as large as
 * the target, only 0 is good.
 * @param targetPercent at most four decimals
 * @param marginPoints percentage points below it, at most four decimals
 * @param minimumOrders with fewer orders than this, the rate is not evaluated
 */
export function sideOfDefectRate(
	{ orders, ordersWithDefects }: { readonly orders: number; readonly ordersWithDefects: number },
	targetPercent: number,
	marginPoints: number,
	minimumOrders: number,
): Side | undefined {
	if (orders === 0 || orders < minimumOrders) return undefined;
	const rate = { numerator: ordersWithDefects, denominator: orders };
	if (compare(rate, rationalFromPercent(targetPercent)) >= 0) return 'bad';
	return compare(rate, percentPlus(targetPercent, -marginPoints)) <= 0 ? 'good' : 'between';
}

/** Both have at most four decimals; adding them as binary fractions would add more. */
const percentPlus = (percent: number, points: number): Rational =>
	rationalFromPercent(Number(Math.min(100, Math.max(0, percent + points)).toFixed(4)));
