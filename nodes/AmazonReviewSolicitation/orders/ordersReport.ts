import type { IExecuteFunctions } from 'n8n-workflow';

import { parseAllOrdersReport } from '../../shared/domain/allOrdersReport';
import type { SellerOrder } from '../../shared/domain/order';
import type { SpApiClient } from '../../shared/spapi/client';
import {
	fetchRangedReports,
	hintAtParts,
	hintAtUnreadableLines,
	type ReportRange,
} from './rangedReport';

const REPORT = 'GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL';

/** All orders changed in a range, from Amazon's all-orders report, each in its newest state. */
export async function readOrdersReport(
	context: IExecuteFunctions,
	client: SpApiClient,
	range: ReportRange,
): Promise<SellerOrder[]> {
	const orders = new Map<string, SellerOrder>();
	const parts = await fetchRangedReports(context, client, REPORT, range, {
		parse: parseAllOrdersReport,
		bytesOf: (report) => report.orders.length * 500,
	});
	for (const part of parts) if (part.outcome === 'failed') throw part.failure;
	hintAtParts(context, 'all-orders', range.marketplace, parts);
	for (const part of parts) {
		if (part.outcome !== 'done' && part.outcome !== 'kept') continue;
		const report = part.content;
		hintAtUnreadableLines(context, REPORT, report.unreadable);
		for (const order of report.orders) {
			const known = orders.get(order.orderId);
			const isNewer = (order.updatedAt ?? '') > (known?.updatedAt ?? '');
			if (known === undefined || isNewer) orders.set(order.orderId, order);
		}
	}
	return [...orders.values()];
}
