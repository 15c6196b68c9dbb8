import { jsonParse } from 'n8n-workflow';

import { isOrderIdOfAnyKind } from '../../shared/domain/orderId';
import { ENTRIES_PER_STEP, type Steps } from '../../shared/domain/steps';
import { fieldsOf, isRow, orderFrom, textOf, type KnownOrder } from './knownOrder';

/** A list of orders as the user gives it. */
export interface GivenOrders {
	readonly orders: ReadonlyMap<string, KnownOrder>;
	/** The sellers that they name. */
	readonly sellers: ReadonlySet<string>;
	/** Entries that are not orders. */
	readonly unreadable: number;
}

/**
 * Reads orders: items of another node, rows of a table, or either as JSON. A row is an order with its
 * `items`, or one product of an order, as in Amazon's all-orders report. Undefined if the value is
 * no list.
 */
export function* readGivenOrders(given: unknown): Steps<GivenOrders | undefined> {
	const list =
		typeof given === 'string' ? jsonParse<unknown>(given, { fallbackValue: null }) : given;
	if (!Array.isArray(list) && !isRow(list)) return undefined;
	const orders = new Map<string, KnownOrder>();
	const sellers = new Set<string>();
	let unreadable = 0;
	const entries: readonly unknown[] = Array.isArray(list) ? list : [list];
	for (const [index, entry] of entries.entries()) {
		if (index % ENTRIES_PER_STEP === ENTRIES_PER_STEP - 1) yield;
		const row: unknown = isRow(entry) && isRow(entry.json) ? entry.json : entry;
		const orderId = isRow(row) ? (textOf(fieldsOf(row).orderId) ?? '') : '';
		if (!isRow(row) || !isOrderIdOfAnyKind(orderId)) {
			unreadable += 1;
			continue;
		}
		const order = orderFrom(orderId, row);
		if (order.seller !== null) sellers.add(order.seller);
		const known = orders.get(orderId);
		orders.set(orderId, known === undefined ? order : merged(known, order));
	}
	return { orders, sellers, unreadable };
}

/** Several rows of one order: its products, and what any of them says. It ships if any of them does. */
const merged = (a: KnownOrder, b: KnownOrder): KnownOrder => ({
	orderId: a.orderId,
	seller: a.seller ?? b.seller,
	createdAt: a.createdAt ?? b.createdAt,
	marketplace: a.marketplace ?? b.marketplace,
	fulfilledBy: a.fulfilledBy ?? b.fulfilledBy,
	mayBeShipped: a.mayBeShipped || b.mayBeShipped,
	products: [...a.products, ...b.products],
});
