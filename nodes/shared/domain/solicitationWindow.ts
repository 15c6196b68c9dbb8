import { DateTime } from 'luxon';

import { DAY_MS } from './calendar';
import { isoInstant, utcInstant } from './instant';

/**
 * Days from the earliest delivery to the start of the window, and from the latest delivery to its
 * end.
 */
export const OPENS_AFTER_DAYS = 5;
export const CLOSES_AFTER_DAYS = 30;

export interface SolicitationWindow {
	/** First permitted time, ISO 8601 in UTC. */
	readonly opensAt: string;
	/** Last permitted time, ISO 8601 in UTC. */
	readonly closesAt: string;
}

/**
 * When a request may be sent: from five days after the earliest delivery to thirty days after the
 * latest. Source: Amazon's Solicitations API guide. Amazon's own answer is decisive: its refusals
 * refer to the actual delivery date instead, so use this to explain and to plan, not to send.
 * @param earliestDelivery ISO 8601 with offset
 * @param latestDelivery ISO 8601 with offset
 */
export function solicitationWindow(
	earliestDelivery: string,
	latestDelivery: string,
): SolicitationWindow | undefined {
	const window = windowInMillis(earliestDelivery, latestDelivery);
	return window && { opensAt: isoInstant(window.opensAt), closesAt: isoInstant(window.closesAt) };
}

/** The same in epoch milliseconds. */
export function windowInMillis(
	earliestDelivery: string,
	latestDelivery: string,
): { readonly opensAt: number; readonly closesAt: number } | undefined {
	const opensAt = instantOf(earliestDelivery) + OPENS_AFTER_DAYS * DAY_MS;
	const closesAt = instantOf(latestDelivery) + CLOSES_AFTER_DAYS * DAY_MS;
	return Number.isNaN(opensAt + closesAt) ? undefined : { opensAt, closesAt };
}

/**
 * Epoch milliseconds of an ISO time; without luxon where possible, which would take most of the time of a
 * plan.
 */
export const instantOf = (text: string): number =>
	utcInstant(text) ?? DateTime.fromISO(text, { zone: 'utc' }).toMillis();

/** The delivery dates that a window is based on: the inverse of `solicitationWindow`. */
export function deliveryOf({ opensAt, closesAt }: SolicitationWindow) {
	const utc = (iso: string) => DateTime.fromISO(iso, { zone: 'utc' });
	return {
		earliestDelivery: utc(opensAt).minus({ days: OPENS_AFTER_DAYS }).toISO(),
		latestDelivery: utc(closesAt).minus({ days: CLOSES_AFTER_DAYS }).toISO(),
	};
}

/** Whether a time is before, inside or after the window. Both ends belong to the window. */
export function positionInWindow(
	window: SolicitationWindow,
	moment: DateTime,
): 'before' | 'inside' | 'after' {
	if (moment < DateTime.fromISO(window.opensAt)) return 'before';
	return moment > DateTime.fromISO(window.closesAt) ? 'after' : 'inside';
}
