import type { IExecuteFunctions } from 'n8n-workflow';

import { isoInstant } from '../../shared/domain/instant';
import type { SellerOrder } from '../../shared/domain/order';
import {
	narrowed,
	nextStep,
	takePage,
	withFulfillment,
	withoutFulfillment,
	type OrderCursor,
} from './orderCursor';
import { hint } from '../../shared/n8n/hints';
import type { SpApiClient } from '../../shared/spapi/client';
import { SpApiFailure } from '../../shared/spapi/failure';
import {
	isBadRequest,
	searchOrders,
	type OrderPage,
	type OrderSearch,
} from '../../shared/spapi/orders';
import type { SearchNotes } from './searchNotes';

export interface SearchLimits {
	/** Where the searches end, ISO 8601 in UTC. */
	readonly end: string;
	/** How many wanted orders are enough; Infinity for all. */
	readonly limit: number;
	readonly isWanted: (order: SellerOrder) => boolean;
	readonly overlapMinutes: number;
	/** After this many milliseconds no further page is requested. */
	readonly timeBudgetMs: number;
	/** Whether to return what was read before a failure, because a later run continues from there. */
	readonly resumable: boolean;
	/**
	 * Whether this run already has orders from another search, which a failure of this one must not
	 * lose.
	 */
	readonly goesOn?: boolean;
	/** Collects what to report to the user about the search. */
	readonly notes: SearchNotes;
}

/** What stays the same over all pages of all searches. */
export type SearchTerms = Omit<OrderSearch, 'after' | 'until' | 'token' | 'withoutFulfillment'>;

export interface FoundOrders {
	/** The wanted ones. */
	readonly orders: SellerOrder[];
	readonly cursor: OrderCursor;
	/** Whether the search finished. */
	readonly complete: boolean;
}

/** How often a search may restart in one run because its paging token was refused. */
const MOST_RESTARTS = 10;

/**
 * Reads orders page by page from the cursor's position to an end. If Amazon refuses a paging token
 * (they are valid for 24 hours), a narrower search starts, and no order is returned twice. If
 * Amazon does not list orders with fulfillment data, they are requested without it, from there to
 * the end.
 */
export async function searchAll(
	context: IExecuteFunctions,
	client: SpApiClient,
	terms: SearchTerms,
	start: OrderCursor,
	limits: SearchLimits,
): Promise<FoundOrders> {
	const { end, limit, isWanted, overlapMinutes, timeBudgetMs, resumable, notes } = limits;
	const startedAt = performance.now();
	const orders: SellerOrder[] = [];
	let pages = 0;
	let restarts = 0;
	/**
	 * Amazon's answer to the full request; its answer to the one without fulfillment data does not
	 * matter.
	 */
	let refusal: SpApiFailure | undefined;
	let cursor: OrderCursor = { ...start, passedOn: { ...start.passedOn } };
	for (;;) {
		const next = nextStep(cursor, now(), end, overlapMinutes);
		const isFirstPage = next.step.token === undefined;
		if (isFirstPage && notes.isFulfillmentRefused && next.step.withoutFulfillment !== true) {
			cursor = withoutFulfillment(next.cursor);
			continue;
		}
		const page = await searchOrders(client, { ...terms, ...next.step }).catch(
			(failure: unknown) => failure,
		);
		if (!isPage(page)) {
			if (isBadRequest(page) && !isFirstPage && restarts < MOST_RESTARTS) {
				restarts += 1;
				cursor = narrowed(next.cursor);
				continue;
			}
			// Amazon does not say what it does not accept; the parameters may be fine.
			if (isBadRequest(page) && isFirstPage && next.step.withoutFulfillment !== true) {
				refusal = page;
				cursor = withoutFulfillment(next.cursor);
				continue;
			}
			const failure = isBadRequest(page) && refusal !== undefined ? refusal : page;
			const isWorthwhile = pages > 0 || limits.goesOn === true;
			if (!resumable || !isWorthwhile || !isPassing(failure)) throw failure;
			hint(
				context,
				`${failure.message}. ${failure.advice} This run returns the ${orders.length} orders read so far; the next run continues there.`,
				'warning',
			);
			return { orders, cursor: withFulfillment(cursor), complete: false };
		}
		pages += 1;
		notes.take(page, next.step.withoutFulfillment === true);
		const listed = {
			orders: page.orders.flatMap(({ order, isOfOtherShop }) => (isOfOtherShop ? [] : [order])),
			nextToken: page.nextToken,
		};
		// Without a later run, an order is returned once, even if it changes while a search restarts.
		const taken = takePage(next.cursor, listed, now(), overlapMinutes, isWanted, !resumable);
		orders.push(...taken.fresh);
		cursor = taken.cursor;
		if (cursor.open === undefined && cursor.since >= end) return { orders, cursor, complete: true };
		const isTimeUp = performance.now() - startedAt >= timeBudgetMs;
		if (orders.length >= limit || isTimeUp) return { orders, cursor, complete: false };
	}
}

const now = (): string => isoInstant(Date.now());

const isPage = (answer: unknown): answer is OrderPage =>
	typeof answer === 'object' && answer !== null && 'orders' in answer;

/** Whether another run can continue where this one has to stop. A canceled run returns nothing. */
const isPassing = (failure: unknown): failure is SpApiFailure =>
	failure instanceof SpApiFailure && failure.kind !== 'cancelled';
