import type { IExecuteFunctions } from 'n8n-workflow';

import type { FULFILLERS } from '../../shared/domain/order';
import { parseReturnsReport } from '../../shared/domain/returnsReport';
import type { SpApiClient } from '../../shared/spapi/client';
import {
	fetchRangedReports,
	hintAtParts,
	hintAtUnreadableLines,
	type ReportRange,
} from './rangedReport';

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
	const parts = await fetchRangedReports(context, client, reportType, range, {
		parse: parseReturnsReport,
		bytesOf: ({ returns }) => returns.length * 200,
	});
	for (const part of parts) if (part.outcome === 'failed') throw part.failure;
	hintAtParts(context, 'returns', range.marketplace, parts);
	for (const part of parts) {
		if (part.outcome !== 'done' && part.outcome !== 'kept') continue;
		hintAtUnreadableLines(context, reportType, part.content.unreadable);
		for (const { orderId } of part.content.returns) orderIds.push(orderId);
	}
	return orderIds;
}
