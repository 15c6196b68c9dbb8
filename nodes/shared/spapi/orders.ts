import { DateTime } from 'luxon';
import { z } from 'zod';

import { buyerTimeZoneOf } from '../domain/buyerTimeZone';
import { FULFILLERS, ORDER_STATUSES, type SellerOrder } from '../domain/order';
import type { SpApiClient } from './client';

const dateTime = z.string().datetime({ offset: true });

const orderSchema = z.object({
	order: z.object({
		orderId: z.string(),
		fulfillment: z
			.object({
				fulfillmentStatus: z.string(),
				/** Often absent for orders that Amazon fulfils. */
				deliverByWindow: z
					.object({ earliestDateTime: dateTime, latestDateTime: dateTime })
					.partial()
					.optional(),
			})
			.optional(),
	}),
});

export type Order = z.infer<typeof orderSchema>['order'];

/** Reads an order with its fulfilment (Orders API 2026-01-01). */
export async function getOrder(client: SpApiClient, orderId: string): Promise<Order> {
	const { answer } = await client.call('getOrder', {
		path: { orderId },
		query: { includedData: ['FULFILLMENT'] },
		answer: orderSchema,
	});
	return answer.order;
}

/** The parts of an order that decide whether and when its buyer is asked. */
const INCLUDED_DATA = ['FULFILLMENT', 'PACKAGES', 'PROCEEDS', 'CANCELLATION'];

const searchedOrderSchema = z.object({
	orderId: z.string(),
	createdTime: dateTime,
	lastUpdatedTime: dateTime,
	programs: z.array(z.string()).default([]),
	associatedOrders: z
		.array(z.object({ orderId: z.string(), associationType: z.string() }).partial())
		.default([]),
	salesChannel: z.object({ marketplaceId: z.string().optional() }),
	recipient: z
		.object({
			deliveryAddress: z
				.object({ countryCode: z.string(), stateOrRegion: z.string() })
				.partial()
				.optional(),
		})
		.optional(),
	proceeds: z
		.object({
			grandTotal: z.object({ amount: z.string(), currencyCode: z.string() }).optional(),
		})
		.optional(),
	fulfillment: z
		.object({
			// A status of the future counts as not known.
			fulfillmentStatus: z.enum(ORDER_STATUSES).nullable().catch(null),
			fulfilledBy: z.enum(FULFILLERS).nullable().default(null).catch(null),
			shipByWindow: z.object({ latestDateTime: dateTime }).partial().optional(),
			deliverByWindow: z
				.object({ earliestDateTime: dateTime, latestDateTime: dateTime })
				.partial()
				.optional(),
		})
		.optional(),
	orderItems: z.array(
		z.object({
			quantityOrdered: z.number().optional(),
			product: z.object({ asin: z.string(), sellerSku: z.string() }).partial().optional(),
			cancellation: z.object({ cancellationRequest: z.unknown() }).optional(),
		}),
	),
	packages: z.array(z.object({ shipTime: dateTime.optional() })).default([]),
});

const searchSchema = z.object({
	orders: z.array(searchedOrderSchema),
	pagination: z.object({ nextToken: z.string().optional() }).optional(),
});

export interface OrderSearch {
	readonly by: 'created' | 'lastUpdated';
	/** ISO 8601 in UTC; both ends belong to it. */
	readonly after: string;
	readonly until: string;
	/** None means all marketplaces of the credential's region. */
	readonly marketplaceIds: readonly string[];
	readonly fulfilledBy?: SellerOrder['fulfilledBy'];
	readonly statuses: readonly string[];
	/** Whether to read the delivery address, for the buyer's time zone. Amazon guards it with a role. */
	readonly withRecipient: boolean;
	/** The page to go on from; all else has to be as it was before. */
	readonly token?: string;
}

export interface OrderPage {
	readonly orders: SellerOrder[];
	readonly nextToken?: string;
}

const utc = (iso: string): string => DateTime.fromISO(iso, { zone: 'utc' }).toISO() ?? iso;

function toSellerOrder(
	order: z.infer<typeof searchedOrderSchema>,
	withRecipient: boolean,
): SellerOrder {
	const { fulfillment, proceeds, programs, packages, orderItems, recipient } = order;
	const { earliestDateTime, latestDateTime } = fulfillment?.deliverByWindow ?? {};
	const hasWindow = earliestDateTime !== undefined && latestDateTime !== undefined;
	const fulfilledBy = fulfillment?.fulfilledBy ?? null;
	const { countryCode, stateOrRegion } = recipient?.deliveryAddress ?? {};
	const replaced = order.associatedOrders.find(
		({ associationType = '' }) => associationType === 'REPLACEMENT_ORIGINAL_ID',
	);
	return {
		orderId: order.orderId,
		marketplaceId: order.salesChannel.marketplaceId ?? null,
		createdAt: utc(order.createdTime),
		updatedAt: utc(order.lastUpdatedTime),
		status: fulfillment?.fulfillmentStatus ?? null,
		fulfilledBy,
		isPrime: programs.includes('PRIME'),
		isBusiness: programs.includes('AMAZON_BUSINESS'),
		replacementFor: replaced?.orderId ?? '',
		cancellationRequested: orderItems.some(
			({ cancellation }) => (cancellation?.cancellationRequest ?? undefined) !== undefined,
		),
		shippedLate: shippedLate(
			packages.flatMap(({ shipTime }) => shipTime ?? []),
			fulfillment?.shipByWindow?.latestDateTime,
		),
		orderTotal: proceeds?.grandTotal?.amount ?? null,
		currency: proceeds?.grandTotal?.currencyCode ?? null,
		items: orderItems.map(({ product, quantityOrdered }) => ({
			asin: product?.asin ?? null,
			sku: product?.sellerSku ?? null,
			quantity: quantityOrdered ?? null,
		})),
		earliestDelivery: hasWindow ? utc(earliestDateTime) : null,
		latestDelivery: hasWindow ? utc(latestDateTime) : null,
		deliveryDateSource: hasWindow ? 'deliverByWindow' : 'unknown',
		buyerTimeZone:
			withRecipient && countryCode !== undefined
				? buyerTimeZoneOf(countryCode, stateOrRegion)
				: null,
	};
}

/** Whether the last package left after the latest ship date; null where that is not known (FBA). */
function shippedLate(shipTimes: readonly string[], shipBy: string | undefined): boolean | null {
	if (shipTimes.length === 0 || shipBy === undefined) return null;
	return shipTimes.some((shipTime) => DateTime.fromISO(shipTime) > DateTime.fromISO(shipBy));
}

/** One page of up to 100 orders (Orders API 2026-01-01). */
export async function searchOrders(client: SpApiClient, search: OrderSearch): Promise<OrderPage> {
	const { by, after, until, marketplaceIds, fulfilledBy, statuses, withRecipient, token } = search;
	const { answer } = await client.call('searchOrders', {
		query: {
			[`${by}After`]: after,
			[`${by}Before`]: until,
			maxResultsPerPage: '100',
			includedData: withRecipient ? [...INCLUDED_DATA, 'RECIPIENT'] : INCLUDED_DATA,
			...(marketplaceIds.length > 0 && { marketplaceIds }),
			...(fulfilledBy && { fulfilledBy: [fulfilledBy] }),
			...(statuses.length > 0 && { fulfillmentStatuses: statuses }),
			...(token !== undefined && { paginationToken: token }),
		},
		answer: searchSchema,
	});
	return {
		orders: answer.orders.map((order) => toSellerOrder(order, withRecipient)),
		nextToken: answer.pagination?.nextToken,
	};
}

const orderedAsinsSchema = z.object({
	orders: z.array(
		z.object({
			orderItems: z.array(
				z.object({ product: z.object({ asin: z.string() }).partial().optional() }),
			),
		}),
	),
});

/** How far back orders are looked at to find out what the seller sells. */
const RECENT_DAYS = 30;

/** ASINs of the seller's latest orders in a marketplace, the most ordered first; one page is enough. */
export async function findSoldAsins(client: SpApiClient, marketplaceId: string): Promise<string[]> {
	const { answer } = await client.call('searchOrders', {
		query: {
			createdAfter: DateTime.utc().minus({ days: RECENT_DAYS }).toISO(),
			marketplaceIds: [marketplaceId],
			maxResultsPerPage: '100',
		},
		answer: orderedAsinsSchema,
	});
	const times = new Map<string, number>();
	for (const { product } of answer.orders.flatMap(({ orderItems }) => orderItems)) {
		if (product?.asin !== undefined) times.set(product.asin, (times.get(product.asin) ?? 0) + 1);
	}
	return [...times].toSorted(([, a], [, b]) => b - a).map(([asin]) => asin);
}
