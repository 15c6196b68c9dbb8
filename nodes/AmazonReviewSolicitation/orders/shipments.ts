import type { IExecuteFunctions } from 'n8n-workflow';

import {
	readFbaShipmentsReport,
	widened,
	withArrivals,
	type Arrival,
} from './reports/fbaShipmentsReport';
import { findMarketplace, type Marketplace } from '../../shared/domain/marketplaces';
import type { SellerOrder } from '../../shared/domain/order';
import type { SpApiClient } from '../../shared/spapi/client';
import { fetchRangedReports, hintAtParts, hintAtUnreadableLines } from './rangedReport';

const REPORT = 'GET_AMAZON_FULFILLED_SHIPMENTS_DATA_GENERAL';

export interface ArrivalsWanted {
	readonly waitMs: number;
	/**
	 * Whether to fail if a report fails. Otherwise, and if Amazon cancels a report, the orders of its
	 * period stay as they are, with a hint.
	 */
	readonly required: boolean;
}

/** Adds delivery dates from the FBA shipments report to shipped FBA orders that have none. */
export async function addArrivals(
	context: IExecuteFunctions,
	client: SpApiClient,
	orders: readonly SellerOrder[],
	{ waitMs, required }: ArrivalsWanted,
): Promise<SellerOrder[]> {
	const undated = orders.filter(
		({ deliveryDateSource, fulfilledBy, status }) =>
			deliveryDateSource === 'unknown' &&
			fulfilledBy !== 'MERCHANT' &&
			(status === null || status === 'SHIPPED' || status === 'PARTIALLY_SHIPPED'),
	);
	const arrivals = new Map<string, Arrival>();
	const wanted = firstOrderOf(undated);
	if (wanted.after === undefined) return withArrivals(orders, arrivals);
	const range = { marketplaces: wanted.marketplaces, after: wanted.after, waitMs };
	const parts = await fetchRangedReports(context, client, REPORT, range, {
		// Keeps only this, because the report also has names and addresses of buyers.
		read: readFbaShipmentsReport,
		bytesOf: (report) => report.arrivals.size * 250,
	});
	for (const part of parts) if (required && part.outcome === 'failed') throw part.failure;
	const consequence = ', so its FBA orders of that period have no estimated arrival';
	hintAtParts(context, 'FBA shipments', parts, consequence);
	for (const part of parts) {
		if (part.outcome !== 'done' && part.outcome !== 'kept') continue;
		hintAtUnreadableLines(context, 'FBA shipments report', part.content.unreadable);
		for (const [orderId, arrival] of part.content.arrivals) {
			arrivals.set(orderId, widened(arrivals.get(orderId), arrival));
		}
	}
	return withArrivals(orders, arrivals);
}

/**
 * Where the orders were placed, and when the first one was; nothing is shipped or returned before
 * that.
 */
export function firstOrderOf(
	orders: ReadonlyArray<Pick<SellerOrder, 'marketplaceId' | 'createdAt'>>,
): {
	readonly marketplaces: readonly Marketplace[];
	/** Undefined if no order says both. */
	readonly after: string | undefined;
	/** IDs that are not an Amazon marketplace. */
	readonly unknownIds: readonly string[];
} {
	const ids = new Set<string>();
	let after: string | undefined;
	for (const { marketplaceId, createdAt } of orders) {
		if (marketplaceId === null || createdAt === null) continue;
		ids.add(marketplaceId);
		if (findMarketplace(marketplaceId) === undefined) continue;
		if (after === undefined || createdAt < after) after = createdAt;
	}
	const marketplaces = [...ids].map(findMarketplace).filter((each) => each !== undefined);
	const unknownIds = [...ids].filter((id) => findMarketplace(id) === undefined);
	return { marketplaces: [...new Set(marketplaces)], after, unknownIds };
}
