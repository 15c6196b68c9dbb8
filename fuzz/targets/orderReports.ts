import { deepStrictEqual, ok, strictEqual } from 'node:assert';
import { DateTime } from 'luxon';

import { parseAllOrdersReport } from '../../nodes/AmazonReviewSolicitation/orders/reports/allOrdersReport';
import { parseFbaShipmentsReport } from '../../nodes/AmazonReviewSolicitation/orders/reports/fbaShipmentsReport';
import type { UnreadableRow } from '../../nodes/shared/domain/feedbackReport';
import { sellerOrderSchema } from '../../nodes/shared/domain/order';
import { isOrderId, isOrderIdOfAnyKind } from '../../nodes/shared/domain/orderId';
import { parseReturnsReport } from '../../nodes/AmazonReviewSolicitation/orders/reports/returnsReport';
import {
	readMoment,
	readTabDelimited,
} from '../../nodes/AmazonReviewSolicitation/orders/reports/tabDelimited';
import { orderIdsIn, tidied } from '../../nodes/AmazonReviewSolicitation/orders/reports/writtenIds';
import { readSimply, type ExpectedRow } from '../oracle/simpleTable';

export const covers = [
	'tabDelimited',
	'allOrdersReport',
	'fbaShipmentsReport',
	'returnsReport',
].map((name) => `nodes/AmazonReviewSolicitation/orders/reports/${name}.ts`);

export const words = [
	...[
		'\t',
		'\n',
		'\r\n',
		'-',
		'.',
		'"',
		'S01-1234567-7654321',
		'Non-Amazon',
		'111-1234567-7654321',
	],
	...['amazon-order-id', 'order-status', 'estimated-arrival-date', 'order-id', 'return-date'],
	...['Order ID', 'Return request date', 'Return delivery date', 'Refunded Amount'],
	...['purchase-date', 'last-updated-date', 'sales-channel', 'item-status', 'quantity', 'currency'],
	...['item-price', 'item-tax', 'item-promotion-discount', 'is-business-order', 'ship-state'],
	...['Shipped', 'Shipping', 'Cancelled', 'Shipped - Delivered to Buyer', 'Amazon.com', 'true'],
	...['2026-09-03T10:00:00+00:00', '2026-02-29T10:00:00Z', '2026-09-03T10:00:00.123-0730', '+09'],
	...['14-Jul-2025', '29-FEB-2024', '19.99', '-0.005', 'USD', 'AFN', 'US', 'CA'],
];

/** The code under test; a test of these checks passes broken versions. */
export interface OrderReports {
	readonly readTabDelimited: typeof readTabDelimited;
	readonly parseAllOrdersReport: typeof parseAllOrdersReport;
	readonly parseFbaShipmentsReport: typeof parseFbaShipmentsReport;
	readonly parseReturnsReport: typeof parseReturnsReport;
	readonly readMoment: typeof readMoment;
}

/**
 * The reports of orders, shipments and returns. The input is the text, which each of them reads.
 */
export function fuzz(data: Buffer): void {
	check(data, {
		readTabDelimited,
		parseAllOrdersReport,
		parseFbaShipmentsReport,
		parseReturnsReport,
		readMoment,
	});
}

export function check(data: Buffer, reports: OrderReports): void {
	const text = data.toString();
	const rows = readSimply(text);
	checkTable(text, rows, reports);
	checkOrders(text, rows, reports);
	checkShipments(text, rows, reports);
	checkReturns(text, rows, reports);
	for (const { cells } of rows.slice(0, 20)) {
		for (const cell of Object.values(cells)) checkMoment(cell, reports);
	}
}

function checkTable(text: string, expected: readonly ExpectedRow[], reports: OrderReports): void {
	const rows = [...reports.readTabDelimited(text).rows()];
	deepStrictEqual(
		rows.map(({ line, problem }) => [line, problem !== undefined]),
		expected.map(({ line, isTooLong }) => [line, isTooLong]),
	);
	rows.forEach((row, index) => {
		for (const [name, cell] of Object.entries(expected[index]?.cells ?? {})) {
			strictEqual(row.cell(name), cell, `line ${row.line} under "${name}"`);
		}
	});
}

function checkOrders(text: string, rows: readonly ExpectedRow[], reports: OrderReports): void {
	const { orders, unreadable } = reports.parseAllOrdersReport(text);
	if (lacks(rows, ['amazon-order-id', 'order-status'])) return checkNothing(orders.length);
	const isRow = ({ cells, isTooLong }: ExpectedRow) =>
		!isTooLong && isOrderIdOfAnyKind(cells['amazon-order-id'] ?? '');
	checkUnreadable(unreadable, rows, isRow);
	deepStrictEqual(
		orders.map(({ orderId }) => orderId),
		[...new Set(rows.filter(isRow).map(({ cells }) => cells['amazon-order-id']))],
		'each order once, in the order of its first row',
	);
	for (const order of orders) {
		deepStrictEqual(sellerOrderSchema.parse(order), order, 'an order can be read back unchanged');
	}
	// The rows of an order make the same order in any position, if no row consists of several lines.
	const upsideDown = reversed(text);
	if ([...rows, ...readSimply(upsideDown)].some(({ content }) => content.includes('\n'))) return;
	const backwards = reports.parseAllOrdersReport(upsideDown).orders;
	const byId = new Map(backwards.map((order) => [order.orderId, order]));
	for (const order of orders) {
		const items = byId.get(order.orderId)?.items?.toReversed() ?? null;
		deepStrictEqual(
			{ ...byId.get(order.orderId), items },
			order,
			'the same order from reversed lines',
		);
	}
}

/** The header, then the other lines in reverse order. */
function reversed(text: string): string {
	const lines = text.split('\n');
	const header = lines.findIndex((line) => line.trim() !== '');
	return [...lines.slice(0, header + 1), ...lines.slice(header + 1).toReversed()].join('\n');
}

function checkShipments(text: string, rows: readonly ExpectedRow[], reports: OrderReports): void {
	const { arrivals, unreadable } = reports.parseFbaShipmentsReport(text);
	if (lacks(rows, ['amazon-order-id', 'estimated-arrival-date'])) {
		return checkNothing(arrivals.size);
	}
	checkUnreadable(unreadable, rows, ({ cells, isTooLong }) => {
		const arrival = cells['estimated-arrival-date'] ?? '';
		const isReadable = arrival === '' || reports.readMoment(arrival) !== null;
		return !isTooLong && isOrderIdOfAnyKind(cells['amazon-order-id'] ?? '') && isReadable;
	});
	for (const [orderId, { earliest, latest }] of arrivals) {
		ok(isOrderIdOfAnyKind(orderId), orderId);
		ok(Date.parse(earliest) <= Date.parse(latest), `${earliest} is after ${latest}`);
	}
}

function checkReturns(text: string, rows: readonly ExpectedRow[], reports: OrderReports): void {
	const { returns, unreadable } = reports.parseReturnsReport(text);
	const column = rows[0] !== undefined && 'order id' in rows[0].cells ? 'order id' : 'order-id';
	const dated = column === 'order id' ? 'return request date' : 'return-date';
	const isOther = lacks(rows, [column, dated]);
	const isSound = ({ cells, isTooLong }: ExpectedRow) =>
		!isOther && !isTooLong && isOrderId(cells[column] ?? '');
	deepStrictEqual(
		returns.map(({ orderId }) => orderId),
		rows.flatMap((row) =>
			isSound(row)
				? [row.cells[column]]
				: orderIdsIn(tidied(row.content)).filter((id) => isOrderId(id)),
		),
		'each order that a row names, in any column',
	);
	const silent = rows.filter(
		(row) => !isSound(row) && orderIdsIn(tidied(row.content)).length === 0,
	);
	const reported = new Set(unreadable.map(({ line }) => line));
	if (!isOther) {
		for (const { line, isTooLong } of silent) {
			if (isTooLong) ok(reported.has(line), `line ${line} is reported`);
		}
		for (const line of reported)
			ok(
				silent.some((row) => row.line === line),
				`line ${line} is not a faulty line`,
			);
	} else if (rows.length > 0)
		strictEqual(reported.size, 1, 'a different kind of report is reported once');
	for (const { returnedAt, refundedAmount } of returns) {
		ok(returnedAt === null || DateTime.fromISO(returnedAt).isValid, `returned at ${returnedAt}`);
		ok(refundedAmount === null || Number.isFinite(Number(refundedAmount)), 'an amount is a number');
	}
}

/** Whether the header lacks one of the columns, or there are no rows below it. */
const lacks = ([row]: readonly ExpectedRow[], columns: readonly string[]): boolean =>
	row === undefined || columns.some((column) => !(column in row.cells));

const checkNothing = (found: number): void =>
	strictEqual(found, 0, 'nothing is read from a different kind of report');

/** Each line that is not a row is reported, in order, and no other line. */
function checkUnreadable(
	unreadable: readonly UnreadableRow[],
	rows: readonly ExpectedRow[],
	isRow: (row: ExpectedRow) => boolean,
): void {
	deepStrictEqual(
		unreadable.map(({ line }) => line),
		rows.filter((row) => !isRow(row)).map(({ line }) => line),
		'the unreadable lines',
	);
	for (const { reason } of unreadable) ok(reason.length > 0 && reason.length < 150, reason);
}

/** A moment has the value luxon gives it, in JavaScript's format. */
function checkMoment(cell: string, reports: OrderReports): void {
	const moment = reports.readMoment(cell);
	if (moment === null) return;
	strictEqual(new Date(moment).toISOString(), moment);
	strictEqual(Date.parse(moment), DateTime.fromISO(cell).toMillis(), `${cell} is ${moment}`);
}
