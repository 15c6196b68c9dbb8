import type { Rational } from './rational';

/** Amazon requires an order defect rate below 1% over 60 days (Seller Performance report). */
export const ORDER_DEFECT_LIMIT: Rational = { numerator: 1, denominator: 100 };

/** Orders of one fulfillment channel, and those of them with at least one defect. */
export interface DefectCounts {
	readonly orders: number | null;
	readonly ordersWithDefects: number | null;
}

/**
 * Defect runway: how many further orders with a defect bring the order defect rate to the limit, so
 * one fewer still keeps it below; `max(0, ceil(limit × orders) − ordersWithDefects)`. Only the
 * defects increase: the orders they are found in are already counted, so the number of orders stays
 * the same. 0 if the rate is at or above the limit. Undefined without orders or without a count,
 * because then there is no rate.
 */
export function defectRunway(
	{ orders, ordersWithDefects }: DefectCounts,
	{ numerator, denominator }: Rational = ORDER_DEFECT_LIMIT,
): number | undefined {
	if (orders === null || ordersWithDefects === null || orders === 0) return undefined;
	// Rounded up by integer division: a quotient of floats could be just above a whole number.
	const parts = orders * numerator;
	const remainder = parts % denominator;
	const atLimit = (parts - remainder) / denominator + (remainder === 0 ? 0 : 1);
	return Math.max(0, atLimit - ordersWithDefects);
}
