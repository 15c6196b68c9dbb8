import { dayNumber, dayOf } from './calendar';
import type { Marketplace } from './marketplaces';
import type { SellerOrder } from './order';

/** What a feedback entry is about: the order, without anything about its buyer. Null means that Amazon did not say. */
export interface OrderDetails
	extends Pick<
		SellerOrder,
		'marketplaceId' | 'createdAt' | 'status' | 'fulfilledBy' | 'shippedLate'
	> {
	/** Such as `PRIME` or `AMAZON_BUSINESS`. */
	readonly programs: readonly string[] | null;
	/** Only of orders that the seller ships; empty if unknown. */
	readonly carriers: readonly string[];
	readonly items: ReadonlyArray<{
		readonly asin: string | null;
		readonly sku: string | null;
		readonly title: string | null;
		readonly quantity: number | null;
	}> | null;
}

/** The details as feedback items have them. */
export interface OrderOfFeedback extends OrderDetails {
	/** ISO calendar day, marketplace-local. */
	readonly createdOn: string | null;
	/** Calendar days from the order to the feedback; null if either day is unknown. */
	readonly daysToFeedback: number | null;
}

/**
 * Adds the days from order to feedback.
 * @param feedbackDate ISO calendar day, marketplace-local; undefined if unknown
 */
export function orderOfFeedback(
	details: OrderDetails,
	marketplace: Pick<Marketplace, 'timeZone'>,
	feedbackDate: string | undefined,
): OrderOfFeedback {
	const createdOn = dayOf(marketplace, details.createdAt ?? undefined) ?? null;
	const daysToFeedback =
		createdOn === null || feedbackDate === undefined
			? null
			: dayNumber(feedbackDate) - dayNumber(createdOn);
	return { ...details, createdOn, daysToFeedback };
}
