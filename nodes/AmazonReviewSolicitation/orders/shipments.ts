import { DateTime } from 'luxon';
import type { IExecuteFunctions } from 'n8n-workflow';

import {
	parseFbaShipmentsReport,
	withArrivals,
	type Arrival,
} from '../../shared/domain/fbaShipmentsReport';
import type { SellerOrder } from '../../shared/domain/order';
import type { SpApiClient } from '../../shared/spapi/client';
import { fetchRangedReports, hintAtUnreadableLines, type ReportRange } from './rangedReport';

const REPORT = 'GET_AMAZON_FULFILLED_SHIPMENTS_DATA_GENERAL';

/** An order that shipped before the range may have changed in it: how far back shipments are read. */
const SHIPPED_BEFORE_DAYS = 30;

/** Adds delivery dates from the FBA shipments report to orders that have none. */
export async function addArrivals(
	context: IExecuteFunctions,
	client: SpApiClient,
	orders: readonly SellerOrder[],
	range: ReportRange,
): Promise<SellerOrder[]> {
	const after = DateTime.fromISO(range.after, { zone: 'utc' }).minus({ days: SHIPPED_BEFORE_DAYS });
	const longer = { ...range, after: after.toISO() ?? range.after };
	const arrivals = new Map<string, Arrival>();
	for (const text of await fetchRangedReports(context, client, REPORT, longer)) {
		const report = parseFbaShipmentsReport(text);
		hintAtUnreadableLines(context, REPORT, report.unreadable);
		for (const [orderId, arrival] of report.arrivals) {
			const known = arrivals.get(orderId);
			arrivals.set(orderId, known === undefined ? arrival : span(known, arrival));
		}
	}
	return withArrivals(orders, arrivals);
}

const span = (a: Arrival, b: Arrival): Arrival => ({
	earliest: a.earliest < b.earliest ? a.earliest : b.earliest,
	latest: a.latest > b.latest ? a.latest : b.latest,
});
