import type { SentRequest } from './requestEffectLedger';

/**
 * What is certain without any test: 1 to 3 star feedback names its order, so it is known whether a
 * review was requested for it before. Positive feedback names none.
 */

/** 1 to 3 star feedback with its order. */
export interface LowFeedback {
	readonly orderId: string;
	/** Day number, marketplace-local. */
	readonly day: number;
}

export interface CertainPart {
	readonly requests: number;
	/** Entries about an order, on the day of its request or later. */
	readonly afterRequest: number;
	/** Those of the first days, from the day of the request on, that the effect is measured on. */
	readonly withinResponseDays: number;
	/** `afterRequest` per 100 requests; null without requests. */
	readonly per100Requests: number | null;
	/** Entries that came before the request for their order. */
	readonly beforeRequest: number;
	/** Entries about orders without a request. */
	readonly withoutRequest: number;
	readonly orderIds: readonly string[];
}

/**
 * @param requests one per order
 * @param low one per order, of the days that are looked at
 */
export function certainPartOf(
	requests: readonly SentRequest[],
	low: readonly LowFeedback[],
	responseDays: number,
): CertainPart {
	const requestedOn = new Map(requests.map(({ orderId, day }) => [orderId, day]));
	const after: string[] = [];
	let [before, without, soon] = [0, 0, 0];
	for (const { orderId, day } of low) {
		const requested = requestedOn.get(orderId);
		if (requested === undefined) without += 1;
		else if (day < requested) before += 1;
		else {
			after.push(orderId);
			if (day < requested + responseDays) soon += 1;
		}
	}
	return {
		requests: requests.length,
		afterRequest: after.length,
		withinResponseDays: soon,
		per100Requests: requests.length === 0 ? null : (100 * after.length) / requests.length,
		beforeRequest: before,
		withoutRequest: without,
		orderIds: after,
	};
}
