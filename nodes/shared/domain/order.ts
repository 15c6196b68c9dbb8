import { z } from 'zod';

import { DECIMAL } from './decimal';
import { instantSchema, isoInstant } from './instant';
import { localIso } from './localTime';
import { findMarketplace } from './marketplaces';
import { deliveryOf, windowInMillis } from './solicitationWindow';

/** Fulfillment status of an order, in the words of the Orders API 2026-01-01. */
export const ORDER_STATUSES = [
	'PENDING_AVAILABILITY',
	'PENDING',
	'UNSHIPPED',
	'PARTIALLY_SHIPPED',
	'SHIPPED',
	'CANCELLED',
	'UNFULFILLABLE',
] as const;

export const FULFILLERS = ['AMAZON', 'MERCHANT'] as const;

/** Source of an order's delivery dates. */
export const DELIVERY_DATE_SOURCES = ['deliverByWindow', 'shipmentsReport', 'unknown'] as const;

/** Null means that Amazon did not say. It never means "no" or "none". */
const known = <Schema extends z.ZodTypeAny>(schema: Schema) => schema.nullable().default(null);

/**
 * An order as the operations return it, from any source. It can be read back from an item that went
 * through other nodes: only the order ID is required, and missing fields count as unknown.
 */
export const sellerOrderSchema = z.object({
	orderId: z.string(),
	marketplaceId: known(z.string()),
	/** ISO 8601 in UTC, like all times here. */
	createdAt: known(instantSchema),
	updatedAt: known(instantSchema),
	status: known(z.enum(ORDER_STATUSES)),
	fulfilledBy: known(z.enum(FULFILLERS)),
	isPrime: known(z.boolean()),
	isBusiness: known(z.boolean()),
	/** The order this one replaces; empty if Amazon says that it replaces no other. */
	replacementFor: known(z.string()),
	cancellationRequested: known(z.boolean()),
	/** Whether it shipped after its latest ship date; only for orders that the seller fulfills. */
	shippedLate: known(z.boolean()),
	/** Decimal number as Amazon wrote it. */
	orderTotal: known(z.string().regex(DECIMAL)),
	currency: known(z.string()),
	items: known(
		z.array(
			z.object({
				asin: known(z.string()),
				sku: known(z.string()),
				quantity: known(z.number()),
			}),
		),
	),
	earliestDelivery: known(instantSchema),
	latestDelivery: known(instantSchema),
	deliveryDateSource: z.enum(DELIVERY_DATE_SOURCES).default('unknown'),
	/** IANA zone of the delivery address, as far as country and state determine it. */
	buyerTimeZone: known(z.string()),
});

export type SellerOrder = z.infer<typeof sellerOrderSchema>;

/**
 * Adds the delivery dates that correspond to the order's window, if an item contains only the
 * window, such as one of a plan or a ledger.
 */
export function withDatesOfWindow(
	order: SellerOrder,
	window: { readonly windowOpensAt?: unknown; readonly windowClosesAt?: unknown },
): SellerOrder {
	const opensAt = instantSchema.safeParse(window.windowOpensAt).data;
	const closesAt = instantSchema.safeParse(window.windowClosesAt).data;
	const hasDates = order.earliestDelivery !== null && order.latestDelivery !== null;
	if (hasDates || opensAt === undefined || closesAt === undefined) return order;
	return { ...order, ...deliveryOf({ opensAt, closesAt }) };
}

/** First and last time a request is permitted, in UTC and in the marketplace's time zone. */
export interface PermittedWindow {
	readonly windowOpensAt: string | null;
	readonly windowClosesAt: string | null;
	readonly windowOpensAtLocal: string | null;
	readonly windowClosesAtLocal: string | null;
}

const NO_WINDOW: PermittedWindow = {
	windowOpensAt: null,
	windowClosesAt: null,
	windowOpensAtLocal: null,
	windowClosesAtLocal: null,
};

/**
 * When a request for the order is permitted: earliest delivery + 5 days to latest delivery + 30
 * days (Amazon's Solicitations guide). All null if a delivery date is unknown.
 */
export function permittedWindowOf(
	order: Pick<SellerOrder, 'marketplaceId' | 'earliestDelivery' | 'latestDelivery'>,
): PermittedWindow {
	const { marketplaceId, earliestDelivery, latestDelivery } = order;
	const window =
		earliestDelivery !== null && latestDelivery !== null
			? windowInMillis(earliestDelivery, latestDelivery)
			: undefined;
	if (window === undefined) return NO_WINDOW;
	const zone = marketplaceId === null ? undefined : findMarketplace(marketplaceId)?.timeZone;
	const local = (moment: number) => (zone === undefined ? null : localIso(zone, moment));
	return {
		windowOpensAt: isoInstant(window.opensAt),
		windowClosesAt: isoInstant(window.closesAt),
		windowOpensAtLocal: local(window.opensAt),
		windowClosesAtLocal: local(window.closesAt),
	};
}
