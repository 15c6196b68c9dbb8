import { DateTime } from 'luxon';
import { z } from 'zod';

import { DECIMAL } from './decimal';
import { findMarketplace } from './marketplaces';
import { deliveryOf, solicitationWindow } from './solicitationWindow';

/** Fulfilment status of an order, in the words of the Orders API 2026-01-01. */
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

/** Where the delivery dates of an order are from. */
export const DELIVERY_DATE_SOURCES = ['deliverByWindow', 'shipmentsReport', 'unknown'] as const;

/** Null means: Amazon did not say. It never means "no" or "none". */
const known = <Schema extends z.ZodTypeAny>(schema: Schema) => schema.nullable().default(null);

const moment = z.string().datetime({ offset: true });

/**
 * An order as the operations hand it on, whatever source it is from. It can be read back from an
 * item that went through other nodes: only the order ID is needed, the rest counts as not known.
 */
export const sellerOrderSchema = z.object({
	orderId: z.string(),
	marketplaceId: known(z.string()),
	/** ISO 8601 in UTC, as all moments here. */
	createdAt: known(moment),
	updatedAt: known(moment),
	status: known(z.enum(ORDER_STATUSES)),
	fulfilledBy: known(z.enum(FULFILLERS)),
	isPrime: known(z.boolean()),
	isBusiness: known(z.boolean()),
	/** The order this one replaces; empty where Amazon says that it replaces none. */
	replacementFor: known(z.string()),
	cancellationRequested: known(z.boolean()),
	/** Whether it left after its latest ship date; orders the seller fulfils only. */
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
	earliestDelivery: known(moment),
	latestDelivery: known(moment),
	deliveryDateSource: z.enum(DELIVERY_DATE_SOURCES).default('unknown'),
	/** IANA zone of the delivery address, as far as country and state decide it. */
	buyerTimeZone: known(z.string()),
});

export type SellerOrder = z.infer<typeof sellerOrderSchema>;

/**
 * The order with the delivery dates that its window follows from, where an item has the window alone,
 * such as one of a plan or a ledger.
 */
export function withDatesOfWindow(
	order: SellerOrder,
	window: { readonly windowOpensAt?: unknown; readonly windowClosesAt?: unknown },
): SellerOrder {
	const opensAt = moment.safeParse(window.windowOpensAt).data;
	const closesAt = moment.safeParse(window.windowClosesAt).data;
	const hasDates = order.earliestDelivery !== null && order.latestDelivery !== null;
	if (hasDates || opensAt === undefined || closesAt === undefined) return order;
	return { ...order, ...deliveryOf({ opensAt, closesAt }) };
}

/** First and last moment a request is permitted, in UTC and on the marketplace's clock. */
export interface PermittedWindow {
	readonly windowOpensAt: string | null;
	readonly windowClosesAt: string | null;
	readonly windowOpensAtLocal: string | null;
	readonly windowClosesAtLocal: string | null;
}

/**
 * When a request for the order is permitted: earliest delivery + 5 days to latest delivery + 30 days
 * (Amazon's Solicitations guide). All null where a delivery date is not known.
 */
export function permittedWindowOf(
	order: Pick<SellerOrder, 'marketplaceId' | 'earliestDelivery' | 'latestDelivery'>,
): PermittedWindow {
	const { marketplaceId, earliestDelivery, latestDelivery } = order;
	const window =
		earliestDelivery !== null && latestDelivery !== null
			? solicitationWindow(earliestDelivery, latestDelivery)
			: undefined;
	const zone = marketplaceId === null ? undefined : findMarketplace(marketplaceId)?.timeZone;
	const local = (iso: string | undefined) =>
		iso === undefined || zone === undefined ? null : DateTime.fromISO(iso, { zone }).toISO();
	return {
		windowOpensAt: window?.opensAt ?? null,
		windowClosesAt: window?.closesAt ?? null,
		windowOpensAtLocal: local(window?.opensAt),
		windowClosesAtLocal: local(window?.closesAt),
	};
}
