// cspell:ignore Cancelled Tell
import { ENTRIES_PER_STEP, inOneGo, type Steps } from '../../shared/domain/steps';
import { isoInstant } from '../../shared/domain/instant';
import { localIso } from '../../shared/domain/localTime';
import type { SellerOrder } from '../../shared/domain/order';
import { whyNoOrderId } from '../../shared/domain/orderId';
import { newestRowsInSteps } from '../orders/newestRows';
import { candidatesBy, type CandidateChoices, type PlannedOrder } from './candidates';
import { forecastInSteps, type ForecastDay } from './forecast';
import type { PastOrder, PastOrders } from '../sending/ledger';
import { pulseOf, type PulseMark } from './pulseMark';
import { planSendsInSteps, type PlanLimits, type PlannedSend } from './schedule';
import { EXCLUSIONS, exclusionBy, type SelectionRules } from './selectionRules';

/** Why an order is not in the plan: each reason with its meaning. */
export const PLAN_REASONS = {
	invalidOrderId: 'The text is not an Amazon order ID',
	duplicateItem: 'Duplicate: a newer input item for the same order was used instead',
	alreadyRequested: 'A review was already requested for this order; Amazon allows only one',
	settledBefore: 'An earlier run found that no review can be requested for this order',
	checkedToday:
		'Amazon allowed no request for this order less than a day ago; it is checked again the next day',
	orderCancelled: 'The order was canceled or cannot be fulfilled',
	notShipped: 'The order is not shipped yet, which Amazon requires',
	datesUnknown:
		'Amazon gave no delivery dates, and you chose to leave out such orders; add the dates from the FBA shipments report',
	windowClosed: 'The window for requests has closed; see `windowClosesAt`',
	noPermittedTime: "The hours and days you allow leave no time in this order's window",
	noRoom: 'The rate limit and your maximum per day leave no free slot before the window closes',
	noCampaign: 'The order meets the rules of no campaign, and you chose to leave out such orders',
	...EXCLUSIONS,
} as const satisfies Record<string, string>;

export type PlanReason = keyof typeof PLAN_REASONS;

/** Why an order in the plan is sent now or later: each cause with its sentence. */
export const PLAN_CAUSES = {
	dueNow: 'Its window is open and it is due, so the request can be sent now',
	dueBeforeDelay: 'Its window closes before your preferred delay has passed, so it is sent earlier',
	windowNotOpen: 'Its window for requests has not opened yet',
	preferredDelay: 'Your preferred delay after delivery has not passed yet',
	pulseDay: 'The pulse test sends it on another day',
	permittedTimes: 'Your hours, days or maximum per day permit it only later',
	rateLimit:
		"It waits for its turn: Amazon's rate limit and your other orders leave no earlier time",
} as const satisfies Record<string, string>;

/** The first cause that applies. */
function causeOf(
	{ early, isFreeFromNow }: PlannedSend,
	{ opensAt, preferredFrom }: PlannedOrder,
	isNow: boolean,
	{ now, pulse }: PlanChoices,
): keyof typeof PLAN_CAUSES {
	if (isNow) return early ? 'dueBeforeDelay' : 'dueNow';
	if (opensAt > now) return 'windowNotOpen';
	if (preferredFrom > now) return early ? 'dueBeforeDelay' : 'preferredDelay';
	// Otherwise it would be due now.
	if (isFreeFromNow) return 'rateLimit';
	return pulse === undefined ? 'permittedTimes' : 'pulseDay';
}

/** Reasons that may no longer apply in a later run. */
const PASSING: readonly PlanReason[] = [
	'checkedToday',
	'notShipped',
	'datesUnknown',
	'noRoom',
	'ruleCannotTell',
];

export interface PlanChoices extends PlanLimits, CandidateChoices {
	readonly rules: SelectionRules;
	/** What earlier runs did. */
	readonly past: PastOrders;
	/** Whether to leave out orders that belong to no campaign, if there are campaigns. */
	readonly leaveOutWithoutCampaign?: boolean;
	/**
	 * Whether to leave out orders without delivery dates; otherwise they are sent once their window
	 * may be open.
	 */
	readonly leaveOutUnknownDates: boolean;
	/**
	 * Milliseconds between two runs. Orders due within this time are sent now, if only the rate limit
	 * keeps them from being sent immediately.
	 */
	readonly sendNowWithinMs: number;
}

export interface PlanRow {
	readonly decision: 'sendNow' | 'sendLater' | 'leftOut';
	readonly reason: PlanReason | null;
	/** Why it is sent now or later, or left out, in one sentence. */
	readonly explanation: string;
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
	/** Name of the order's campaign; null if it has none. */
	readonly campaign: string | null;
	readonly whyThisCampaign: string | null;
	/** Names of later campaigns whose rules it meets, too. */
	readonly otherCampaigns: readonly string[];
	/** The preferred delay in days; null for an order that cannot be planned. */
	readonly delayDays: number | null;
	/** Where it is in the pulse test; null without one. */
	readonly pulse: PulseMark | null;
	/** When a review was requested or may have been, by the ledger. ISO 8601 in UTC; null if unknown. */
	readonly requestedAt: string | null;
	readonly tryAgainLater: boolean;
}

export interface SolicitationPlan {
	/** A row for each order, in the order of the input. */
	readonly rows: readonly PlanRow[];
	/** What each day holds; undefined if not wanted. */
	readonly forecast?: readonly ForecastDay[];
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
export const planSolicitations = (
	orders: readonly SellerOrder[],
	choices: PlanChoices,
): PlanRow[] => [...inOneGo(planSolicitationsInSteps(orders, choices)).rows];

/**
 * The same in steps, with a forecast if wanted.
 * @throws RangeError for an invalid rule or limit
 */
export function* planSolicitationsInSteps(
	orders: readonly SellerOrder[],
	choices: PlanChoices,
	wantsForecast = false,
): Steps<SolicitationPlan> {
	const exclusion = exclusionBy(choices.rules);
	const newest = yield* newestRowsInSteps(orders, ({ orderId }) => orderId);
	const { readOrder, candidateOf, maxima } = candidatesBy(choices);
	const read: Array<PlannedOrder | undefined> = [];
	const rows: Array<PlanRow | undefined> = [];
	// By index, as in the other loops over orders: an iterator makes two objects for each.
	for (let index = 0; index < orders.length; index += 1) {
		const order = orders[index] as SellerOrder;
		if (index % ENTRIES_PER_STEP === 0) yield;
		const row = ((): PlanRow | undefined => {
			const { orderId } = order;
			const wrongId = whyNoOrderId(orderId);
			if (wrongId !== undefined) return leftOut('invalidOrderId', undefined, wrongId);
			const isOlder = newest.get(orderId) !== index;
			if (isOlder) return leftOut('duplicateItem');
			const past = choices.past.get(orderId);
			const before = past && leftOutByLedger(past);
			if (before !== undefined) return before;
			const reason = impossible(order, choices);
			if (reason !== undefined) return leftOut(reason);
			const excluded = exclusion(order);
			if (excluded !== undefined) return leftOut(excluded.reason, excluded.detail);
			const planned = readOrder(order, index);
			if (choices.leaveOutWithoutCampaign && planned.campaign === null) {
				return planned.isCertain
					? leftOut('noCampaign')
					: leftOut('ruleCannotTell', planned.whyThisCampaign ?? undefined);
			}
			read[index] = planned;
			return undefined;
		})();
		rows.push(row);
	}

	const planned = read.filter((order) => order !== undefined);
	const candidates = [];
	for (const order of planned) {
		if (candidates.length % ENTRIES_PER_STEP === 0) yield;
		candidates.push(candidateOf(order));
	}
	const plan = yield* planSendsInSteps(candidates, { ...choices, maxima });
	for (let done = 0; done < plan.planned.length; done += 1) {
		const send = plan.planned[done] as PlannedSend;
		if (done % ENTRIES_PER_STEP === 0) yield;
		const index = Number(send.key);
		const order = read[index] as PlannedOrder;
		const isNow = isDueNow(send, order, choices);
		rows[index] = {
			decision: isNow ? 'sendNow' : 'sendLater',
			reason: null,
			explanation: PLAN_CAUSES[causeOf(send, order, isNow, choices)],
			sendAt: isoInstant(send.sendAt),
			sendAtLocal: localIso(order.zone, send.sendAt),
			timeZone: order.zone,
			early: send.early,
			campaign: order.campaign,
			whyThisCampaign: order.whyThisCampaign,
			otherCampaigns: order.otherCampaigns,
			delayDays: order.delayDays,
			// What goes out now goes out today, even if another pulse day was planned for it.
			pulse: pulseOf(isNow ? choices.now : send.sendAt, order, choices),
			requestedAt: choices.past.get(order.orderId)?.requestedAt ?? null,
			tryAgainLater: true,
		};
	}
	for (const [done, { key, reason }] of plan.leftOut.entries()) {
		if (done % ENTRIES_PER_STEP === 0) yield;
		const index = Number(key);
		const { campaign, whyThisCampaign, otherCampaigns, delayDays } = read[index] as PlannedOrder;
		rows[index] = { ...leftOut(reason), campaign, whyThisCampaign, otherCampaigns, delayDays };
	}
	yield;
	const all = rows.map((row) => row ?? leftOut('noRoom'));
	yield;
	if (!wantsForecast) return { rows: all };
	return { rows: all, forecast: yield* forecastInSteps(planned, plan, choices) };
}

/**
 * Whether the order may be sent from now on. The sender does not wait for the planned time, so the
 * window, the hours, the days and the day of the maximum must allow it already.
 */
const isDueNow = (
	{ sendAt, isFreeFromNow }: PlannedSend,
	{ opensAt }: PlannedOrder,
	{ now, sendNowWithinMs }: PlanChoices,
): boolean => isFreeFromNow && opensAt <= now && sendAt <= now + sendNowWithinMs;

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
	campaign: null,
	whyThisCampaign: null,
	otherCampaigns: [],
	delayDays: null,
	pulse: null,
	requestedAt: null,
	tryAgainLater: PASSING.includes(reason),
});

/** The row of an order that an earlier run has finished, or checked less than a day ago. */
function leftOutByLedger({ state, outcome, requestedAt }: PastOrder): PlanRow | undefined {
	const at = { requestedAt: requestedAt ?? null };
	switch (state) {
		case 'requested':
			return { ...leftOut('alreadyRequested', requestedAt && `requested ${requestedAt}`), ...at };
		case 'settled':
			return { ...leftOut('settledBefore', outcome), ...at };
		case 'resting':
			return { ...leftOut('checkedToday', outcome), ...at };
		default:
			return undefined;
	}
}

/** Why no request can be sent for an order at all. */
function impossible(order: SellerOrder, choices: PlanChoices): PlanReason | undefined {
	const { status } = order;
	if (status === 'CANCELLED' || status === 'UNFULFILLABLE') return 'orderCancelled';
	if (status !== null && status !== 'SHIPPED') return 'notShipped';
	const hasDates = order.earliestDelivery !== null && order.latestDelivery !== null;
	return !hasDates && choices.leaveOutUnknownDates ? 'datesUnknown' : undefined;
}
