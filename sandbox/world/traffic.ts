import type { Marketplace } from '../../nodes/shared/domain/marketplaces';
import type { DailyTraffic, Stars, WorldFeedback, WorldOrder } from './types';
import { Zone } from './zone';

const DAY = 86_400_000;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
interface Day extends Mutable<Omit<DailyTraffic, 'feedback'>> {
	feedback: Record<Stars, number>;
}

/** A day without events. */
export const emptyDay = (date: string): Day => ({
	date,
	orders: 0,
	orderItems: 0,
	units: 0,
	sales: 0,
	unitsRefunded: 0,
	ordersShipped: 0,
	unitsShipped: 0,
	salesShipped: 0,
	claimsGranted: 0,
	claimsAmount: 0,
	feedback: { 1: 0, 2: 0, 3: 0, 4: 0, 5: 0 },
});

/** The number of units in an order. */
export function unitsOf(order: WorldOrder): number {
	return order.items.reduce((sum, { quantity }) => sum + quantity, 0);
}

/** The total price of an order's items. */
export function salesOf(order: WorldOrder): number {
	return order.items.reduce((sum, { quantity, product }) => sum + quantity * product.price, 0);
}

/** Orders, units and feedback per marketplace-local day, oldest first, without gaps. */
export function trafficOf(
	marketplace: Marketplace,
	orders: readonly WorldOrder[],
	feedback: readonly WorldFeedback[],
): DailyTraffic[] {
	const days = new Map<string, Day>();
	const dayOf = (date: string): Day => {
		const day = days.get(date) ?? emptyDay(date);
		days.set(date, day);
		return day;
	};
	const zone = Zone.of(marketplace.timeZone);
	for (const order of orders) {
		const day = dayOf(zone.dayOf(order.createdAt));
		day.orders += 1;
		day.orderItems += order.items.length;
		day.units += unitsOf(order);
		day.sales += salesOf(order);
		if (order.shippedAt !== undefined) {
			const shipped = dayOf(zone.dayOf(order.shippedAt));
			shipped.ordersShipped += 1;
			shipped.unitsShipped += unitsOf(order);
			shipped.salesShipped += salesOf(order);
		}
		if (order.refundedAt !== undefined) {
			dayOf(zone.dayOf(order.refundedAt)).unitsRefunded += unitsOf(order);
		}
		if (order.claimGrantedAt !== undefined) {
			const granted = dayOf(zone.dayOf(order.claimGrantedAt));
			granted.claimsGranted += 1;
			granted.claimsAmount += salesOf(order);
		}
	}
	for (const { date, rating } of feedback) dayOf(date).feedback[rating] += 1;
	return withoutGaps(days);
}

function withoutGaps(days: ReadonlyMap<string, Day>): DailyTraffic[] {
	const dates = [...days.keys()].sort();
	const first = dates[0];
	const last = dates.at(-1);
	if (first === undefined || last === undefined) return [];
	return eachDay(first, last).map((date) => days.get(date) ?? emptyDay(date));
}

/** Every calendar day from `from` to `to`, both included (`2026-11-20`). */
export function eachDay(from: string, to: string): string[] {
	const first = Date.parse(from);
	const count = Math.max(0, Math.floor((Date.parse(to) - first) / DAY) + 1);
	return Array.from({ length: count }, (_, index) =>
		new Date(first + index * DAY).toISOString().slice(0, 10),
	);
}
