import { DateTime } from 'luxon';
import { z } from 'zod';

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
