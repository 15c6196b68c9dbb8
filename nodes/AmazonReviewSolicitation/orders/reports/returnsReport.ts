import { DateTime } from 'luxon';

import { decimalOf } from '../../../shared/domain/decimal';
import type { UnreadableRow } from '../../../shared/domain/feedbackReport';
import { isOrderId } from '../../../shared/domain/orderId';
import { readMoment, readTabDelimitedPieces, wrongOrderId, type ReportRow } from './tabDelimited';
import { inOneGo, type Steps } from '../../../shared/domain/steps';
import { orderIdsIn, tidied } from './writtenIds';

/** Orders for which it is unknown whether they were returned, although the rule is on. */
export interface ReturnsGap {
	readonly fulfilledBy: 'AMAZON' | 'MERCHANT';
	readonly marketplaceIds: readonly string[];
	/** Epoch milliseconds: only orders placed before this may be affected; undefined: all may be. */
	readonly placedBefore?: number;
	/** What is missing. */
	readonly why: string;
}

export interface OrderReturn {
	readonly orderId: string;
	/**
	 * ISO 8601: a time in UTC from the FBA report, a calendar day from the seller-fulfilled report,
	 * which has no time of day and no zone. Null if the report does not say.
	 */
	readonly returnedAt: string | null;
	/** Decimal number as Amazon wrote it, in the order's currency; the FBA report has none. */
	readonly refundedAmount: string | null;
}

export interface ReturnsReport {
	/** One for each order that a row names; an order can have several. */
	readonly returns: OrderReturn[];
	/** What could not be read. Returns may then be missing for unknown orders. */
	readonly unreadable: UnreadableRow[];
	/** Whether it has no text at all, not even headings. Then it is no better than a canceled report. */
	readonly isEmpty: boolean;
}

/**
 * Reads the returns of either kind of order. The header distinguishes
 * `GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA` ("order-id", "return-date") and
 * `GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE` ("Order ID"; the day the goods came back or, until
 * then, the day the buyer requested the return). A requested return is included, whether or not the
 * goods have come back.
 *
 * A row that cannot be trusted, because its headings are unknown or its cells are misplaced, still
 * counts as a return of each order it names anywhere: missing a return is worse than counting one
 * too many. Orders of other stores (multi-channel fulfillment) are ignored.
 */
export function* readReturnsReport(pieces: readonly string[]): Steps<ReturnsReport> {
	const report = readTabDelimitedPieces(pieces);
	const isSellerFulfilled = report.has('order id');
	const orderIdColumn = isSellerFulfilled ? 'order id' : 'order-id';
	const headerProblem = report.headerProblem(
		isSellerFulfilled ? ['order id', 'return request date'] : ['order-id', 'return-date'],
	);
	const returns: OrderReturn[] = [];
	const unreadable: UnreadableRow[] = headerProblem === undefined ? [] : [headerProblem];
	let open: OpenRow | undefined;
	for (const row of report.steps()) {
		if (row === undefined) {
			yield;
			continue;
		}
		const { line, problem, content } = row;
		const orderId = row.cell(orderIdColumn);
		const isSound = headerProblem === undefined && problem === undefined;
		if (isSound && isOrderId(orderId)) {
			returns.push({
				orderId,
				returnedAt: isSellerFulfilled ? returnDayOf(row) : readMoment(row.cell('return-date')),
				refundedAmount: isSellerFulfilled ? decimalOf(row.cell('refunded amount')) : null,
			});
			open = { cells: cellsOf(content) };
			continue;
		}
		const named = orderIdsIn(tidied(content));
		for (const id of named.filter(isOrderId)) {
			returns.push({ orderId: id, returnedAt: null, refundedAmount: null });
		}
		if (named.length > 0) {
			open = { cells: cellsOf(content) };
		} else if (isSound && open !== undefined && goesOn(open, content, report.columns)) {
			open = { cells: open.cells + cellsOf(content) - 1 };
		} else {
			open = undefined;
			if (headerProblem === undefined) {
				unreadable.push({ line, reason: problem ?? wrongOrderId(orderId) });
			}
		}
	}
	return { returns, unreadable, isEmpty: report.columns.length === 0 };
}

/** Reads a complete report, like `readReturnsReport`. */
export const parseReturnsReport = (text: string): ReturnsReport =>
	inOneGo(readReturnsReport([text]));

/** A row that may continue in the next line, because a buyer's comment can contain line breaks. */
interface OpenRow {
	readonly cells: number;
}

const cellsOf = (content: string): number => content.split('\t').length;

/**
 * Whether a line without an order ID can only continue the row before it: together they have at
 * most as many cells as the header, and the line does not start like a row of this report, with a
 * date or an order ID.
 */
function goesOn({ cells }: OpenRow, content: string, columns: readonly string[]): boolean {
	const rowsBeginWithDigits = columns[0] === 'return-date' || columns[0] === 'order id';
	const fits = cells + cellsOf(content) - 1 <= columns.length;
	return rowsBeginWithDigits && fits && /^[^\d]*\p{L}/u.test(content.slice(0, 200));
}

const returnDayOf = (row: ReportRow): string | null =>
	readDay(row.cell('return delivery date')) ?? readDay(row.cell('return request date'));

/** `14-Jul-2025`, with English months in any letter case, to an ISO day. */
function readDay(text: string): string | null {
	const day = DateTime.fromFormat(text, 'd-MMM-yyyy', { zone: 'utc', locale: 'en-US' });
	return day.isValid ? day.toISODate() : null;
}
