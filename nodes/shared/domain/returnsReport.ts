import { DateTime } from 'luxon';

import { decimalOf } from './decimal';
import type { UnreadableRow } from './feedbackReport';
import { isOrderIdOfAnyKind } from './orderId';
import { readMoment, readTabDelimited, wrongOrderId, type ReportRow } from './tabDelimited';

export interface OrderReturn {
	readonly orderId: string;
	/**
	 * ISO 8601: a moment in UTC from the FBA report; from the seller-fulfilled report, which knows no
	 * time of day and no zone, the calendar day it names. Null where the report does not say.
	 */
	readonly returnedAt: string | null;
	/** Decimal number as Amazon wrote it, in the order's currency; the FBA report has none. */
	readonly refundedAmount: string | null;
}

export interface ReturnsReport {
	/** One for each row: an order can have several. */
	readonly returns: OrderReturn[];
	readonly unreadable: UnreadableRow[];
}

/**
 * Reads the returns of either kind of order, told apart by the header:
 * `GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA` ("order-id", "return-date") and
 * `GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE` ("Order ID"; the day the goods came back or, until
 * then, the day the buyer asked for the return). A return that was asked for is in there too, whether
 * or not the goods have come back.
 */
export function parseReturnsReport(text: string): ReturnsReport {
	const report = readTabDelimited(text);
	const isSellerFulfilled = report.has('order id');
	const orderIdColumn = isSellerFulfilled ? 'order id' : 'order-id';
	const headerProblem = report.headerProblem(
		isSellerFulfilled ? ['order id', 'return request date'] : ['order-id', 'return-date'],
	);
	if (headerProblem !== undefined) return { returns: [], unreadable: [headerProblem] };

	const returns: OrderReturn[] = [];
	const unreadable: UnreadableRow[] = [];
	for (const row of report.rows()) {
		const { line } = row;
		const orderId = row.cell(orderIdColumn);
		if (row.problem !== undefined) unreadable.push({ line, reason: row.problem });
		else if (!isOrderIdOfAnyKind(orderId)) unreadable.push({ line, reason: wrongOrderId(orderId) });
		else {
			returns.push({
				orderId,
				returnedAt: isSellerFulfilled ? returnDayOf(row) : readMoment(row.cell('return-date')),
				refundedAmount: isSellerFulfilled ? decimalOf(row.cell('refunded amount')) : null,
			});
		}
	}
	return { returns, unreadable };
}

const returnDayOf = (row: ReportRow): string | null =>
	readDay(row.cell('return delivery date')) ?? readDay(row.cell('return request date'));

/** `14-Jul-2025`, with English months in any letter case, to an ISO day. */
function readDay(text: string): string | null {
	const day = DateTime.fromFormat(text, 'd-MMM-yyyy', { zone: 'utc', locale: 'en-US' });
	return day.isValid ? day.toISODate() : null;
}
