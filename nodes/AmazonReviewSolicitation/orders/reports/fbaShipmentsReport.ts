import type { UnreadableRow } from '../../../shared/domain/feedbackReport';
import type { SellerOrder } from '../../../shared/domain/order';
import { isOrderIdOfAnyKind } from '../../../shared/domain/orderId';
import { inOneGo, type Steps } from '../../../shared/domain/steps';
import { readMoment, readTabDelimitedPieces, wrongOrderId } from './tabDelimited';

/** When the shipments of an order are expected to arrive, ISO 8601 in UTC. */
export interface Arrival {
	readonly earliest: string;
	readonly latest: string;
}

export interface FbaShipmentsReport {
	/** By order ID. */
	readonly arrivals: Map<string, Arrival>;
	readonly unreadable: UnreadableRow[];
}

/**
 * Reads only the order IDs and estimated arrivals of `GET_AMAZON_FULFILLED_SHIPMENTS_DATA_GENERAL`.
 * The report also has the buyers' names and addresses, which are not needed here.
 *
 * Amazon gives one estimated time per shipment. It is an estimate, not the actual delivery, and it
 * is used for both ends of the delivery window: an order of several shipments arrives between the
 * earliest and the latest of them. Shipments without an estimate are ignored.
 */
export function* readFbaShipmentsReport(pieces: readonly string[]): Steps<FbaShipmentsReport> {
	const arrivals = new Map<string, Arrival>();
	const report = readTabDelimitedPieces(pieces);
	const headerProblem = report.headerProblem(['amazon-order-id', 'estimated-arrival-date']);
	if (headerProblem !== undefined) return { arrivals, unreadable: [headerProblem] };

	const unreadable: UnreadableRow[] = [];
	for (const row of report.steps()) {
		if (row === undefined) {
			yield;
			continue;
		}
		const { line } = row;
		const orderId = row.cell('amazon-order-id');
		const cell = row.cell('estimated-arrival-date');
		const moment = readMoment(cell);
		if (row.problem !== undefined) unreadable.push({ line, reason: row.problem });
		else if (!isOrderIdOfAnyKind(orderId)) unreadable.push({ line, reason: wrongOrderId(orderId) });
		else if (cell !== '' && moment === null) {
			unreadable.push({ line, reason: 'its estimated arrival has no UTC offset' });
		} else if (moment !== null) {
			arrivals.set(orderId, widened(arrivals.get(orderId), { earliest: moment, latest: moment }));
		}
	}
	return { arrivals, unreadable };
}

/** Reads a complete report, like `readFbaShipmentsReport`. */
export const parseFbaShipmentsReport = (text: string): FbaShipmentsReport =>
	inOneGo(readFbaShipmentsReport([text]));

/** The span from the earlier to the later of two arrivals; ISO texts in UTC sort by time. */
export function widened(arrival: Arrival | undefined, other: Arrival): Arrival {
	if (arrival === undefined) return other;
	return {
		earliest: other.earliest < arrival.earliest ? other.earliest : arrival.earliest,
		latest: other.latest > arrival.latest ? other.latest : arrival.latest,
	};
}

/**
 * Adds delivery dates from the shipments report to orders that have none. Amazon's own delivery
 * window, even half of one, is never changed.
 */
export function withArrivals(
	orders: readonly SellerOrder[],
	arrivals: ReadonlyMap<string, Arrival>,
): SellerOrder[] {
	return orders.map((order) => {
		const arrival = arrivals.get(order.orderId);
		if (arrival === undefined) return order;
		if (order.earliestDelivery !== null || order.latestDelivery !== null) return order;
		return {
			...order,
			earliestDelivery: arrival.earliest,
			latestDelivery: arrival.latest,
			deliveryDateSource: 'shipmentsReport',
		};
	});
}
