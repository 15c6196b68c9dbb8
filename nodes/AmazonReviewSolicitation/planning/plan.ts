// cspell:ignore Cancelled Tell
import { DateTime, IANAZone } from 'luxon';

import { DAY_MS, HOUR_MS } from '../../shared/domain/calendar';
import { findMarketplace } from '../../shared/domain/marketplaces';
import { newestRows } from '../orders/newestRows';
import type { SellerOrder } from '../../shared/domain/order';
import { whyNoOrderId } from '../../shared/domain/orderId';
import { EXCLUSIONS, exclusionBy, type SelectionRules } from './selectionRules';
import { localDays, permittedSpans } from './permittedHours';
import { planSends, type PlanCandidate, type PlanLimits } from './schedule';
import { solicitationWindow } from '../../shared/domain/solicitationWindow';

/** Why an order is not in the plan: each reason with its meaning. */
export const PLAN_REASONS = {
	invalidOrderId: 'The text is not an Amazon order ID',
	duplicateItem: 'Duplicate: a newer input item for the same order was used instead',
	alreadyRequested: 'A review was already requested for this order; Amazon allows only one',
	orderCancelled: 'The order was canceled or cannot be fulfilled',
	notShipped: 'The order is not shipped yet, which Amazon requires',
	datesUnknown:
		'Amazon gave no delivery dates, and you chose to leave out such orders; add the dates from the FBA shipments report',
	windowClosed: 'The window for requests has closed; see `windowClosesAt`',
	noPermittedTime: "The hours and days you allow leave no time in this order's window",
	noRoom: 'The rate limit and your maximum per day leave no free slot before the window closes',
	...EXCLUSIONS,
} as const satisfies Record<string, string>;

export type PlanReason = keyof typeof PLAN_REASONS;

/** Reasons that may no longer apply in a later run. */
const PASSING: readonly PlanReason[] = ['notShipped', 'datesUnknown', 'noRoom', 'ruleCannotTell'];

export interface PlanChoices extends PlanLimits {
	readonly rules: SelectionRules;
	/** Order IDs for which a review was requested before. */
	readonly alreadyRequested: ReadonlySet<string>;
	/** How many days after delivery the seller prefers to send the request. */
	readonly preferredDelayDays: number;
	/** Which end of the delivery window the delay counts from. */
	readonly delayFrom: 'earliestDelivery' | 'latestDelivery';
	/** Whose time zone the hours and weekdays refer to. */
	readonly clock: 'marketplace' | 'buyer';
	/**
	 * Whether to leave out orders without delivery dates; otherwise they are sent once their window
	 * may be open.
	 */
	readonly leaveOutUnknownDates: boolean;
	/**
	 * Orders due within this many milliseconds are sent now, if only the rate limit keeps them from
	 * being sent immediately.
	 */
	readonly sendNowWithinMs: number;
	/** The marketplace for orders that name none. */
	readonly defaultMarketplaceId: string;
}

export interface PlanRow {
	readonly decision: 'sendNow' | 'sendLater' | 'leftOut';
	readonly reason: PlanReason | null;
	readonly explanation: string | null;
	/** ISO 8601 in UTC. */
	readonly sendAt: string | null;
	readonly sendAtLocal: string | null;
	/** IANA zone of `sendAtLocal`. */
	readonly timeZone: string | null;
	/**
	 * Whether it is sent before the preferred delay has passed, because it would miss its window
	 * otherwise.
	 */
	readonly early: boolean;
	readonly tryAgainLater: boolean;
}

/**
 * Plans many orders and returns a row for each, in the same order. Selection rules and obstacles to
 * a request are checked first; then `planSends` finds a time for as many of the remaining orders as
 * possible.
 *
 * For an order without delivery dates, all that is certain is that nothing is delivered before it
 * is ordered: its window opens at the earliest 5 days and closes at the earliest 30 days after the
 * order. It is planned in between; after that, as soon as possible, because the window may still be
 * open.
 * @throws RangeError for an invalid rule or limit
 */
export function planSolicitations(orders: readonly SellerOrder[], choices: PlanChoices): PlanRow[] {
	const exclusion = exclusionBy(choices.rules);
	const newest = newestRows(orders.map(({ orderId, updatedAt }) => ({ key: orderId, updatedAt })));
	const candidates = new Map<number, PlanCandidate>();
	const rows = orders.map((order, index): PlanRow | undefined => {
		const { orderId } = order;
		const wrongId = whyNoOrderId(orderId);
		if (wrongId !== undefined) return leftOut('invalidOrderId', undefined, wrongId);
		const isOlder = newest.get(orderId) !== index;
		const reason = isOlder ? 'duplicateItem' : impossible(order, choices);
		if (reason !== undefined) return leftOut(reason);
		const excluded = exclusion(order);
		if (excluded !== undefined) return leftOut(excluded.reason, excluded.detail);
		candidates.set(index, candidateOf(order, index, choices));
		return undefined;
	});

	const { planned, leftOut: without } = planSends([...candidates.values()], choices);
	for (const { key, sendAt, early } of planned) {
		const index = Number(key);
		const zone = candidates.get(index)?.zone ?? 'utc';
		rows[index] = {
			decision: isDueNow(sendAt, candidates.get(index), choices) ? 'sendNow' : 'sendLater',
			reason: null,
			explanation: null,
			sendAt: DateTime.fromMillis(sendAt, { zone: 'utc' }).toISO(),
			sendAtLocal: DateTime.fromMillis(sendAt, { zone }).toISO(),
			timeZone: zone,
			early,
			tryAgainLater: true,
		};
	}
	for (const { key, reason } of without) rows[Number(key)] = leftOut(reason);
	return rows.map((row) => row ?? leftOut('noRoom'));
}

/**
 * Whether the order may be sent from now on. The sender does not wait for the planned time, so the
 * window, the hours, the days and the day of the maximum must allow it already.
 */
function isDueNow(
	sendAt: number,
	candidate: PlanCandidate | undefined,
	choices: PlanChoices,
): boolean {
	const { now, sendNowWithinMs, capZone, maxRequestsPerDay, hours, weekdays } = choices;
	if (candidate === undefined || sendAt > now + sendNowWithinMs || candidate.opensAt > now) {
		return false;
	}
	const span = { from: now, to: sendAt + 1 };
	if (hours !== undefined || weekdays !== undefined) {
		const [permitted] = permittedSpans(candidate.zone, choices, span);
		if (permitted?.from !== span.from || permitted.to !== span.to) return false;
	}
	return maxRequestsPerDay === undefined || localDays(capZone, span).length === 1;
}

const leftOut = (
	reason: PlanReason,
	detail?: string,
	explanation: string = PLAN_REASONS[reason],
): PlanRow => ({
	decision: 'leftOut',
	reason,
	explanation: detail === undefined ? explanation : `${explanation}: ${detail}`,
	sendAt: null,
	sendAtLocal: null,
	timeZone: null,
	early: false,
	tryAgainLater: PASSING.includes(reason),
});

/** Why no request can be sent for an order at all. */
function impossible(order: SellerOrder, choices: PlanChoices): PlanReason | undefined {
	const { orderId, status } = order;
	if (choices.alreadyRequested.has(orderId)) return 'alreadyRequested';
	if (status === 'CANCELLED' || status === 'UNFULFILLABLE') return 'orderCancelled';
	if (status !== null && status !== 'SHIPPED') return 'notShipped';
	const hasDates = order.earliestDelivery !== null && order.latestDelivery !== null;
	return !hasDates && choices.leaveOutUnknownDates ? 'datesUnknown' : undefined;
}

function candidateOf(order: SellerOrder, index: number, choices: PlanChoices): PlanCandidate {
	const { now, preferredDelayDays, delayFrom, clock, defaultMarketplaceId } = choices;
	const marketplaceId = order.marketplaceId ?? defaultMarketplaceId;
	const marketplace = findMarketplace(marketplaceId) ?? findMarketplace(defaultMarketplaceId);
	const buyers = clock === 'buyer' ? (order.buyerTimeZone ?? '') : '';
	const zone = IANAZone.isValidZone(buyers) ? buyers : (marketplace?.timeZone ?? 'utc');
	const { earliestDelivery, latestDelivery } = order;
	const window =
		earliestDelivery === null || latestDelivery === null
			? undefined
			: solicitationWindow(earliestDelivery, latestDelivery);
	const key = String(index).padStart(9, '0');
	const delay = preferredDelayDays * DAY_MS;
	const delivery = order[delayFrom];
	if (window !== undefined && delivery !== null) {
		const opensAt = millis(window.opensAt);
		const closesAt = withMargin(millis(window.closesAt), Math.max(now, opensAt));
		return {
			key,
			zone,
			opensAt,
			closesAt,
			preferredFrom: millis(delivery) + delay,
			urgency: opensAt,
		};
	}
	const createdAt = order.createdAt === null ? now - 30 * DAY_MS : millis(order.createdAt);
	const opensAt = createdAt + 5 * DAY_MS;
	const surelyOpenUntil = createdAt + 30 * DAY_MS;
	return {
		key,
		zone,
		opensAt,
		...(surelyOpenUntil > now && { closesAt: surelyOpenUntil }),
		preferredFrom: createdAt + delay,
		urgency: opensAt,
	};
}

/** Keeps a margin, because a request planned for the last moment of a window would arrive too late. */
const MARGIN_MS = HOUR_MS;

const withMargin = (closesAt: number, begin: number): number =>
	closesAt - MARGIN_MS > begin ? closesAt - MARGIN_MS : closesAt;

const millis = (iso: string): number => DateTime.fromISO(iso, { zone: 'utc' }).toMillis();
