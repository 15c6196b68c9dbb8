import { Random } from '../random';
import { roundMoney } from '../world/build';
import { buyBoxOf } from '../world/buyBox';
import { percent, type Part } from './parts';
import type { Numbers } from './counted';
import type { SandboxSettings } from '../settings';
import type { MarketplaceWorld } from '../world/types';

/** The figures of one period, under the names that the report and Data Kiosk share. */
export type DateFigures = ReturnType<typeof dateFigures>;

/** @param date the first day of the period */
export function dateFigures(
	date: string,
	numbers: Numbers,
	place: MarketplaceWorld,
	settings: SandboxSettings,
	part: Part = 'all',
) {
	const { currency } = place.marketplace;
	const amount = (value: number) => ({
		amount: roundMoney(value, currency),
		currencyCode: currency,
	});
	const each = (share: number, count: number) => (count === 0 ? 0 : share / count);
	const { feedback } = numbers;
	const feedbackReceived = feedback[1] + feedback[2] + feedback[3] + feedback[4] + feedback[5];
	const negative = feedback[1] + feedback[2] + (settings.negativeIncludesNeutral ? feedback[3] : 0);
	// Page views are not part of the world; they only have to look plausible and stay the same.
	const random = new Random(`${place.marketplace.id}/${date}`);
	const ofOrders = (numbers.viewedOrders ?? 0) * random.integer(8, 14);
	const ofOthers = random.integer(20, 60);
	const drawn = ofOrders + (part === 'all' ? ofOthers : 0);
	const sessions = numbers.viewedOrders === undefined ? 0 : drawn;
	const mobile = Math.floor(sessions * 0.4);
	const pageViews = Math.floor(sessions * 1.4);
	const mobileViews = Math.floor(pageViews * 0.4);
	// Whole page views. A longer period has the share of its first day.
	const inBuyBox = Math.round((pageViews * buyBoxOf(place, date)) / 100);
	return {
		sales: {
			orderedProductSales: amount(numbers.sales),
			unitsOrdered: numbers.units,
			totalOrderItems: numbers.orderItems,
			averageSalesPerOrderItem: amount(each(numbers.sales, numbers.orderItems)),
			averageUnitsPerOrderItem: Math.round(each(numbers.units, numbers.orderItems) * 100) / 100,
			averageSellingPrice: amount(each(numbers.sales, numbers.units)),
			unitsRefunded: numbers.unitsRefunded,
			refundRate: percent(numbers.unitsRefunded, numbers.units),
			claimsGranted: numbers.claimsGranted,
			claimsAmount: amount(numbers.claimsAmount),
			shippedProductSales: amount(numbers.salesShipped),
			unitsShipped: numbers.unitsShipped,
			ordersShipped: numbers.ordersShipped,
		},
		traffic: {
			browserPageViews: pageViews - mobileViews,
			mobileAppPageViews: mobileViews,
			pageViews,
			browserSessions: sessions - mobile,
			mobileAppSessions: mobile,
			sessions,
			// Not null in the schema, so 0 without page views.
			buyBoxPercentage: percent(inBuyBox, pageViews),
			orderItemSessionPercentage: percent(numbers.orderItems, sessions),
			unitSessionPercentage: percent(numbers.units, sessions),
			averageOfferCount: place.products.length,
			averageParentItems: place.products.length,
			feedbackReceived,
			negativeFeedbackReceived: negative,
			// Amazon's text says "divided by the number of orders", its example divides by feedback.
			receivedNegativeFeedbackRate: percent(negative, feedbackReceived),
		},
	};
}
