import { localDay, roundMoney } from '../world/build';
import { buyBoxOf } from '../world/buyBox';
import { eachDay } from '../world/traffic';
import { ordersOf, percent, type Part } from './parts';
import type { DayRange } from './periods';
import type { MarketplaceWorld, WorldOrder, WorldProduct } from '../world/types';

/** The figures of one product, under the names that the report and Data Kiosk share. */
export interface AsinFigures {
	readonly product: WorldProduct;
	readonly sales: ReturnType<typeof salesOfProduct>;
	readonly traffic: ReturnType<typeof trafficOfProduct>;
}

interface Counted {
	readonly ordered: Tally;
	readonly shipped: Tally;
	readonly refunded: Tally;
}
interface Tally {
	readonly orders: number;
	readonly items: number;
	readonly units: number;
}

/** Counts a product in these orders. */
function tally(orders: readonly WorldOrder[], { asin }: WorldProduct): Tally {
	const found = orders.map(({ items }) => items.filter(({ product }) => product.asin === asin));
	const items = found.flat();
	return {
		orders: found.filter((each) => each.length > 0).length,
		items: items.length,
		units: items.reduce((sum, { quantity }) => sum + quantity, 0),
	};
}

function salesOfProduct(
	{ ordered, shipped, refunded }: Counted,
	{ price }: WorldProduct,
	currency: string,
) {
	const amount = (value: number) => ({
		amount: roundMoney(value, currency),
		currencyCode: currency,
	});
	return {
		unitsOrdered: ordered.units,
		orderedProductSales: amount(ordered.units * price),
		totalOrderItems: ordered.items,
		unitsRefunded: refunded.units,
		refundRate: percent(refunded.units, ordered.units),
		ordersShipped: shipped.orders,
		unitsShipped: shipped.units,
		shippedProductSales: amount(shipped.units * price),
	};
}

/**
 * @param share the product's share of all units, in percent
 * @param buyBox the share of page views in the Buy Box
 */
function trafficOfProduct(units: number, share: number, part: Part, buyBox: number) {
	const sessions = units * 11 + (part === 'all' ? 5 : 0);
	const mobile = Math.floor(sessions * 0.4);
	const views = Math.floor(sessions * 1.4);
	return {
		browserSessions: sessions - mobile,
		mobileAppSessions: mobile,
		sessions,
		browserSessionPercentage: share,
		mobileAppSessionPercentage: share,
		sessionPercentage: share,
		browserPageViews: views - Math.floor(views * 0.4),
		mobileAppPageViews: Math.floor(views * 0.4),
		pageViews: views,
		browserPageViewsPercentage: share,
		mobileAppPageViewsPercentage: share,
		pageViewsPercentage: share,
		buyBoxPercentage: views === 0 ? 0 : buyBox,
		unitSessionPercentage: percent(units, sessions),
	};
}

/** The figures of each product over these days, in the order of the catalog. */
export function asinFigures(
	place: MarketplaceWorld,
	{ from, to }: DayRange,
	part: Part = 'all',
): AsinFigures[] {
	const within = (at: number | undefined): boolean => {
		if (at === undefined) return false;
		const day = localDay(at, place.marketplace);
		return day >= from && day <= to;
	};
	const orders = ordersOf(place, part);
	const ordered = orders.filter(({ createdAt }) => within(createdAt));
	const shipped = orders.filter(({ shippedAt }) => within(shippedAt));
	const refunded = orders.filter(({ refundedAt }) => within(refundedAt));
	// All products share it: what they have alone is not part of the world.
	const dates = eachDay(from, to);
	const buyBox = percent(
		dates.reduce((sum, date) => sum + buyBoxOf(place, date), 0),
		100 * dates.length,
	);
	const all = place.products.map((product) => tally(ordered, product).units);
	const allUnits = all.reduce((sum, units) => sum + units, 0);
	return place.products.map((product) => {
		const counted = {
			ordered: tally(ordered, product),
			shipped: tally(shipped, product),
			refunded: tally(refunded, product),
		};
		const { units } = counted.ordered;
		return {
			product,
			sales: salesOfProduct(counted, product, place.marketplace.currency),
			traffic: trafficOfProduct(units, percent(units, allUnits), part, buyBox),
		};
	});
}
