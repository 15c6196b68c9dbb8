import type { IExecuteFunctions } from 'n8n-workflow';

import {
	parseFbaShipmentsReport,
	widened,
	withArrivals,
	type Arrival,
} from '../../shared/domain/fbaShipmentsReport';
import { findMarketplace } from '../../shared/domain/marketplaces';
import type { SellerOrder } from '../../shared/domain/order';
import { hint } from '../../shared/n8n/hints';
import type { SpApiClient } from '../../shared/spapi/client';
import { SpApiFailure } from '../../shared/spapi/failure';
import { fetchRangedReports, hintAtUnreadableLines } from './rangedReport';

const REPORT = 'GET_AMAZON_FULFILLED_SHIPMENTS_DATA_GENERAL';

export interface ArrivalsWanted {
	readonly waitMs: number;
	/** Whether it fails where a report fails; else the orders of that marketplace stay as they are, with a hint. */
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
	for (const [marketplaceId, after] of firstOrderOf(undated)) {
		const marketplace = findMarketplace(marketplaceId);
		if (marketplace === undefined) continue;
		const range = { marketplace, after, waitMs };
		const texts = await fetchRangedReports(context, client, REPORT, range).catch(
			(failure: unknown): string[] => {
				if (required || !isLossOfReport(failure)) throw failure;
				hint(
					context,
					`There is no FBA shipments report of ${marketplace.name}, so its FBA orders are here without estimated arrival: ${failure.message}. ${adviceOn(failure)}`,
					'warning',
				);
				return [];
			},
		);
		for (const text of texts) {
			const report = parseFbaShipmentsReport(text);
			hintAtUnreadableLines(context, REPORT, report.unreadable);
			for (const [orderId, arrival] of report.arrivals) {
				arrivals.set(orderId, widened(arrivals.get(orderId), arrival));
			}
		}
	}
	return withArrivals(orders, arrivals);
}

/** Whatever Amazon fails at; a cancelled execution hands on nothing. */
const isLossOfReport = (failure: unknown): failure is SpApiFailure =>
	failure instanceof SpApiFailure && failure.kind !== 'cancelled';

/** A report that was not ready cannot be picked up here: the next run asks for a new one. */
const adviceOn = ({ kind, advice }: SpApiFailure): string =>
	kind === 'reportPending' ? "Give the option 'Wait for Report' more time." : advice;

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
