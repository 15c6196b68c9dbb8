import type { IExecuteFunctions } from 'n8n-workflow';

import {
	parseFbaShipmentsReport,
	widened,
	withArrivals,
	type Arrival,
} from '../../shared/domain/fbaShipmentsReport';
import { findMarketplace } from '../../shared/domain/marketplaces';
import type { SellerOrder } from '../../shared/domain/order';
import type { SpApiClient } from '../../shared/spapi/client';
import { fetchRangedReports, hintAtUnreadableLines } from './rangedReport';

const REPORT = 'GET_AMAZON_FULFILLED_SHIPMENTS_DATA_GENERAL';

/** Adds delivery dates from the FBA shipments report to shipped FBA orders that have none. */
export async function addArrivals(
	context: IExecuteFunctions,
	client: SpApiClient,
	orders: readonly SellerOrder[],
	waitMs: number,
): Promise<SellerOrder[]> {
	const undated = orders.filter(
		({ deliveryDateSource, fulfilledBy, status }) =>
			deliveryDateSource === 'unknown' &&
			fulfilledBy !== 'MERCHANT' &&
			(status === null || status === 'SHIPPED' || status === 'PARTIALLY_SHIPPED'),
	);
	const arrivals = new Map<string, Arrival>();
	for (const [marketplaceId, after] of firstOrderOf(undated)) {
		const marketplace = findMarketplace(marketplaceId);
		if (marketplace === undefined) continue;
		const range = { marketplace, after, waitMs };
		for (const text of await fetchRangedReports(context, client, REPORT, range)) {
			const report = parseFbaShipmentsReport(text);
			hintAtUnreadableLines(context, REPORT, report.unreadable);
			for (const [orderId, arrival] of report.arrivals) {
				arrivals.set(orderId, widened(arrivals.get(orderId), arrival));
			}
		}
	}
	return withArrivals(orders, arrivals);
}

/** By marketplace, when the first of the orders was placed: nothing ships before. */
export function firstOrderOf(orders: readonly SellerOrder[]): Map<string, string> {
	const first = new Map<string, string>();
	for (const { marketplaceId, createdAt } of orders) {
		if (marketplaceId === null || createdAt === null) continue;
		const known = first.get(marketplaceId);
		if (known === undefined || createdAt < known) first.set(marketplaceId, createdAt);
	}
	return first;
}
