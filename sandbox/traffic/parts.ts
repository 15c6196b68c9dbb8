import { trafficOf } from '../world/traffic';
import type { DailyTraffic, MarketplaceWorld, WorldOrder } from '../world/types';

/** All orders of a marketplace, or those of business buyers (Amazon Business, B2B). */
export type Part = 'all' | 'business';

const isBusiness = ({ programs }: WorldOrder): boolean => programs.includes('AMAZON_BUSINESS');

export const ordersOf = ({ orders }: MarketplaceWorld, part: Part): readonly WorldOrder[] =>
	part === 'all' ? orders : orders.filter(isBusiness);

/** The days of the marketplace, of all orders or of those of business buyers. */
export function trafficOfPart(place: MarketplaceWorld, part: Part): readonly DailyTraffic[] {
	if (part === 'all') return place.traffic;
	const orders = ordersOf(place, part);
	const ids = new Set(orders.map(({ orderId }) => orderId));
	const feedback = place.feedback.filter(({ orderId }) => ids.has(orderId));
	return trafficOf(place.marketplace, orders, feedback);
}

/** A share in percent, 0-100 with two decimals. */
export const percent = (share: number, whole: number): number =>
	whole === 0 ? 0 : Math.round((share / whole) * 10_000) / 100;
