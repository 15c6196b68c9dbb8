import { ratingOf, totalOf, type FeedbackCounts } from '../../shared/domain/rating';
import { compare, rationalFromPercent, type Rational } from '../../shared/domain/rational';

/** Whether something is wrong, as last told. */
export interface Alarm {
	readonly raised: boolean;
	/** How often it changed: tells one change from the next. */
	readonly changes: number;
	/** The settings it was last judged by, beside its line. */
	readonly by?: string;
}

/** Where a figure lies: beyond the line, back at a safe distance, or in between, which changes nothing. */
export type Side = 'bad' | 'between' | 'good';

/**
 * An alarm with hysteresis: it is raised beyond a line and cleared only at some distance from it, so
 * that a figure at the edge does not ring again and again. The first reading sets it in silence, and
 * so does the first by other settings: what differs then may differ by them alone.
 * @param side undefined where there are too few to judge, which changes nothing
 * @param by the settings the side was told by, beside the line
 * @returns the same alarm where nothing changed
 */
export function advanceAlarm(
	alarm: Alarm | undefined,
	side: Side | undefined,
	by?: string,
): { readonly alarm: Alarm | undefined; readonly turned?: 'raised' | 'cleared' } {
	if (side === undefined) return { alarm };
	const judged = by === undefined ? {} : { by };
	if (alarm === undefined) return { alarm: { raised: side === 'bad', changes: 0, ...judged } };
	const raised = side === 'between' ? alarm.raised : side === 'bad';
	const turns = raised !== alarm.raised;
	if (!turns && alarm.by === by) return { alarm };
	const next = { raised, changes: alarm.changes + (turns ? 1 : 0), ...judged };
	return turns && alarm.by === by
		? { alarm: next, turned: raised ? 'raised' : 'cleared' }
		: { alarm: next };
}

/**
 * Where a rating lies: bad below the threshold, good at or above the threshold plus a margin (at
 * most 100 %). Compared exactly.
 * @param percent threshold, at most four decimals
 * @param marginPoints percentage points above it, at most four decimals
 * @param minimumTotal with fewer feedback than this a rating is not judged
 */
export function sideOfRating(
	counts: FeedbackCounts,
	percent: number,
	marginPoints: number,
	minimumTotal: number,
): Side | undefined {
	const rating = ratingOf(counts);
	if (rating === undefined || totalOf(counts) < minimumTotal) return undefined;
	if (compare(rating, rationalFromPercent(percent)) < 0) return 'bad';
	return compare(rating, percentPlus(percent, marginPoints)) >= 0 ? 'good' : 'between';
}

/**
 * Where an order defect rate lies: bad at the target or above it, for Amazon wants it under its
 * target; good at the target less a margin, or below. Compared exactly. A margin as large as the
 * target leaves no rate above 0 that is good.
 * @param targetPercent at most four decimals
 * @param marginPoints percentage points below it, at most four decimals
 * @param minimumOrders with fewer orders than this a rate is not judged
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

/** Both have at most four decimals, which adding them as binary fractions would hide. */
const percentPlus = (percent: number, points: number): Rational =>
	rationalFromPercent(Number(Math.min(100, Math.max(0, percent + points)).toFixed(4)));
