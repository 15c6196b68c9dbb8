// cspell:ignore cancelled
import type { SandboxSettings } from '../settings';
import { DAY } from './build';
import type { FulfillmentStatus, WorldOrder } from './types';

/** Whether a moment has been reached by `at`; false if it never happens. */
export const reached = (moment: number | undefined, at: number): boolean =>
	moment !== undefined && moment <= at;

/** The state of an order at a moment. */
export function statusOf(order: WorldOrder, at: number): FulfillmentStatus {
	if (reached(order.cancelledAt, at)) return 'CANCELLED';
	if (reached(order.shippedAt, at)) return 'SHIPPED';
	if (reached(order.partlyShippedAt, at)) return 'PARTIALLY_SHIPPED';
	if (at < order.pendingUntil) return 'PENDING';
	return order.unfulfillable ? 'UNFULFILLABLE' : 'UNSHIPPED';
}

/** The last time anything about the order changed, as of `at`. */
export function lastUpdateOf(order: WorldOrder, at: number): number {
	const events = [
		order.createdAt,
		order.pendingUntil,
		order.partlyShippedAt,
		order.shippedAt,
		order.deliveredAt,
		order.cancelledAt,
		order.refundedAt,
		order.cancellationRequestedAt,
	];
	return Math.max(
		order.createdAt,
		...events.filter((event): event is number => event !== undefined && event <= at),
	);
}

/** Five days after the earliest to thirty days after the latest promised delivery. */
export function solicitationWindow(order: WorldOrder): { opens: number; closes: number } {
	return {
		opens: order.deliverBy.earliest + 5 * DAY,
		closes: order.deliverBy.latest + 30 * DAY,
	};
}

export type Solicitability =
	| 'eligible'
	| 'notYet'
	| 'closed'
	| 'already'
	| 'notShipped'
	| 'cancelled'
	| 'refunded'
	| 'unknownOrder';

/** Whether a review may be requested for the order at a moment, and if not, why. */
export function solicitabilityOf(
	order: WorldOrder,
	at: number,
	requested: boolean,
	settings: Pick<SandboxSettings, 'refundedOrders'>,
): Exclude<Solicitability, 'unknownOrder'> {
	const status = statusOf(order, at);
	if (status === 'CANCELLED') return 'cancelled';
	if (requested || reached(order.alreadyRequestedAt, at)) return 'already';
	if (status !== 'SHIPPED') return 'notShipped';
	const { opens, closes } = solicitationWindow(order);
	if (at < opens) return 'notYet';
	if (at > closes) return 'closed';
	if (settings.refundedOrders === 'noAction' && reached(order.refundedAt, at)) return 'refunded';
	return 'eligible';
}
