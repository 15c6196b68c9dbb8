import type { IExecuteFunctions } from 'n8n-workflow';

import type { FULFILLERS } from '../../shared/domain/order';
import { parseReturnsReport } from '../../shared/domain/returnsReport';
import type { SpApiClient } from '../../shared/spapi/client';
import { fetchRangedReports, hintAtUnreadableLines, type ReportRange } from './rangedReport';

/** Returns of orders that Amazon fulfils, and of orders that the seller fulfils. */
const REPORTS = {
	AMAZON: 'GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA',
	MERCHANT: 'GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE',
} as const;

/** IDs of the orders of one kind that were returned in a range, from Amazon's returns report. */
export async function readReturnedOrderIds(
	context: IExecuteFunctions,
	client: SpApiClient,
	fulfilledBy: (typeof FULFILLERS)[number],
	range: ReportRange,
): Promise<string[]> {
	const reportType = REPORTS[fulfilledBy];
	const orderIds: string[] = [];
	for (const text of await fetchRangedReports(context, client, reportType, range)) {
		const report = parseReturnsReport(text);
		hintAtUnreadableLines(context, reportType, report.unreadable);
		for (const { orderId } of report.returns) orderIds.push(orderId);
	}
	return orderIds;
}
