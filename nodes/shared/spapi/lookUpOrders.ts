import type { Marketplace } from '../domain/marketplaces';
import { orderOfFeedback, type OrderDetails, type OrderOfFeedback } from '../domain/orderDetails';
import type { SpApiClient } from './client';
import { SpApiFailure } from './failure';
import type { FailureKind } from './failureKinds';
import { inTurn } from './inTurn';
import { getOrderDetails } from './orders';

/** An order, or why it could not be read, as a sentence. */
export type FoundOrder = { readonly details: OrderDetails } | { readonly reason: string };

/** The fields of a feedback item about its order. */
export interface OrderFields {
	readonly order: OrderOfFeedback | null;
	/** Why the order is unknown, as a sentence; null if it is known. */
	readonly orderNote: string | null;
}

/** @param feedbackDate ISO calendar day, marketplace-local; undefined if unknown */
export const orderFieldsOf = (
	found: FoundOrder,
	marketplace: Pick<Marketplace, 'timeZone'>,
	feedbackDate: string | undefined,
): OrderFields =>
	'reason' in found
		? { order: null, orderNote: found.reason }
		: { order: orderOfFeedback(found.details, marketplace, feedbackDate), orderNote: null };

/** Amazon accepts a burst of 30, then one call every two seconds; more at once would only queue. */
const ORDERS_AT_ONCE = 4;

/** Failures that are about the credential, so no other order could be read either. */
const OF_CREDENTIAL: readonly FailureKind[] = [
	'cancelled',
	'login',
	'secretExpired',
	'loginUnavailable',
	'tokenRejected',
];

/**
 * A missing role causes the same 403 as a single order that Amazon does not give out. If this many
 * orders are denied, or all, and none was read, that is not by chance.
 */
const MANY = 10;

/**
 * Reads orders by their IDs, each once, within Amazon's rate limit. One that is denied costs only
 * itself.
 * @throws SpApiFailure if the credential cannot read any order, or the execution was canceled; then no
 *   further order is read
 */
export async function lookUpOrders(
	client: SpApiClient,
	orderIds: readonly string[],
): Promise<Map<string, FoundOrder>> {
	const ids = [...new Set(orderIds)];
	const denialsToStop = Math.min(ids.length, MANY);
	let denials = 0;
	let hasRead = false;
	const asRead = (details: OrderDetails): FoundOrder => {
		hasRead = true;
		return { details };
	};
	const asUnknown = (failure: unknown): FoundOrder => {
		if (!(failure instanceof SpApiFailure) || OF_CREDENTIAL.includes(failure.kind)) throw failure;
		if (failure.kind === 'accessDenied') denials += 1;
		if (denials >= denialsToStop && !hasRead) throw failure;
		return { reason: failure.message };
	};
	const found = await inTurn(
		ids,
		ORDERS_AT_ONCE,
		async (orderId) => await getOrderDetails(client, orderId).then(asRead, asUnknown),
	);
	return new Map(ids.map((id, index) => [id, found[index] as FoundOrder]));
}
