import { DateTime } from 'luxon';
import type { IExecuteFunctions } from 'n8n-workflow';

import type { SellerOrder } from '../../shared/domain/order';
import { narrowed, nextStep, takePage, type OrderCursor } from '../../shared/domain/orderCursor';
import { hint } from '../../shared/n8n/hints';
import type { SpApiClient } from '../../shared/spapi/client';
import { SpApiFailure } from '../../shared/spapi/failure';
import { searchOrders, type OrderPage, type OrderSearch } from '../../shared/spapi/orders';

export interface SearchLimits {
	/** Where the searches end, ISO 8601 in UTC. */
	readonly end: string;
	/** How many of the wanted orders are enough; Infinity for all. */
	readonly limit: number;
	readonly isWanted: (order: SellerOrder) => boolean;
	readonly overlapMinutes: number;
	/** After that many milliseconds no further page is asked for. */
	readonly timeBudgetMs: number;
	/** Whether what was read before a failure is handed on, for a later run goes on from there. */
	readonly resumable: boolean;
}

/** What stays the same over all pages of all searches. */
export type SearchTerms = Omit<OrderSearch, 'after' | 'until' | 'token'>;

export interface FoundOrders {
	readonly orders: SellerOrder[];
	readonly cursor: OrderCursor;
	/** Whether the search came to its end. */
	readonly complete: boolean;
}

/** So often a search may begin anew in one run, for its paging token was refused. */
const MOST_RESTARTS = 10;

/**
 * Reads orders page by page from where the cursor stands up to an end. A paging token that Amazon
 * refuses (they live 24 hours) begins a narrower search, without handing on an order twice.
 */
export async function searchAll(
	context: IExecuteFunctions,
	client: SpApiClient,
	terms: SearchTerms,
	start: OrderCursor,
	{ end, limit, isWanted, overlapMinutes, timeBudgetMs, resumable }: SearchLimits,
): Promise<FoundOrders> {
	const startedAt = performance.now();
	const orders: SellerOrder[] = [];
	/** Without a later run an order is handed on once, though it may change while a search begins anew. */
	const seen = new Set<string>();
	const isRepeated = ({ orderId }: SellerOrder) => !resumable && seen.has(orderId);
	let wanted = 0;
	let restarts = 0;
	let cursor = start;
	for (;;) {
		const next = nextStep(cursor, now(), end, overlapMinutes);
		const page = await searchOrders(client, { ...terms, ...next.step }).catch(
			(failure: unknown) => failure,
		);
		if (!isPage(page)) {
			const refused = isRefused(page) && next.step.token !== undefined;
			if (refused && restarts < MOST_RESTARTS) {
				restarts += 1;
				cursor = narrowed(next.cursor);
				continue;
			}
			if (!resumable || orders.length === 0 || !isPassing(page)) throw page;
			hint(
				context,
				`${page.message}. ${page.advice} The ${orders.length} orders read before are here; the next run goes on from there.`,
				'warning',
			);
			return { orders, cursor, complete: false };
		}
		const taken = takePage(next.cursor, page, now(), overlapMinutes);
		const fresh = taken.fresh.filter((order) => !isRepeated(order));
		for (const order of fresh) {
			orders.push(order);
			seen.add(order.orderId);
		}
		wanted += fresh.filter(isWanted).length;
		cursor = taken.cursor;
		if (cursor.open === undefined && cursor.since >= end) return { orders, cursor, complete: true };
		const isOver = performance.now() - startedAt >= timeBudgetMs;
		if (wanted >= limit || isOver) return { orders, cursor, complete: false };
	}
}

const now = (): string => DateTime.utc().toISO();

const isPage = (answer: unknown): answer is OrderPage =>
	typeof answer === 'object' && answer !== null && 'orders' in answer;

/** Amazon names no own error for a token that is too old; the parameters were good before. */
const isRefused = (failure: unknown): boolean =>
	failure instanceof SpApiFailure && failure.kind === 'badRequest';

/** Whether another run can go on where this one has to stop. A cancelled run hands on nothing. */
const isPassing = (failure: unknown): failure is SpApiFailure =>
	failure instanceof SpApiFailure && failure.kind !== 'cancelled';
