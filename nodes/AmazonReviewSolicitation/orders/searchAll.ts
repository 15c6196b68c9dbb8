import { DateTime } from 'luxon';
import type { IExecuteFunctions } from 'n8n-workflow';

import type { SellerOrder } from '../../shared/domain/order';
import {
	nextStep,
	takePage,
	withoutToken,
	type OrderCursor,
} from '../../shared/domain/orderCursor';
import { hint } from '../../shared/n8n/hints';
import type { SpApiClient } from '../../shared/spapi/client';
import { SpApiFailure } from '../../shared/spapi/failure';
import { searchOrders, type OrderPage, type OrderSearch } from '../../shared/spapi/orders';

export interface SearchLimits {
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

/**
 * Reads orders page by page from where the cursor stands. A paging token that Amazon refuses (they
 * live 24 hours) begins the search anew, without handing on an order twice.
 */
export async function searchAll(
	context: IExecuteFunctions,
	client: SpApiClient,
	terms: SearchTerms,
	start: OrderCursor,
	{ limit, isWanted, overlapMinutes, timeBudgetMs, resumable }: SearchLimits,
): Promise<FoundOrders> {
	const startedAt = performance.now();
	const orders: SellerOrder[] = [];
	let wanted = 0;
	let cursor = start;
	for (;;) {
		const next = nextStep(cursor, now(), overlapMinutes);
		const page = await searchOrders(client, { ...terms, ...next.step }).catch(
			(failure: unknown) => failure,
		);
		if (!isPage(page)) {
			if (isTokenRefused(page) && next.step.token !== undefined) {
				cursor = withoutToken(next.cursor);
				continue;
			}
			if (!(page instanceof SpApiFailure) || !resumable || orders.length === 0) throw page;
			hint(
				context,
				`${page.message}. ${page.advice} The ${orders.length} orders read before are here; the next run goes on from there.`,
				'warning',
			);
			return { orders, cursor, complete: false };
		}
		const taken = takePage(next.cursor, page, now(), overlapMinutes);
		orders.push(...taken.fresh);
		wanted += taken.fresh.filter(isWanted).length;
		cursor = taken.cursor;
		if (page.nextToken === undefined) return { orders, cursor, complete: true };
		const isOver = performance.now() - startedAt >= timeBudgetMs;
		if (wanted >= limit || isOver) return { orders, cursor, complete: false };
	}
}

const now = (): string => DateTime.utc().toISO();

const isPage = (answer: unknown): answer is OrderPage =>
	typeof answer === 'object' && answer !== null && 'orders' in answer;

/** Amazon names no own error for a token that is too old; the parameters were good before. */
const isTokenRefused = (failure: unknown): boolean =>
	failure instanceof SpApiFailure && failure.kind === 'badRequest';
