import { DAY_MS, isoDay } from '../../shared/domain/calendar';
import { localDayNumber } from '../../shared/domain/localTime';
import { ENTRIES_PER_STEP, type Steps } from '../../shared/domain/steps';
import { candidatesBy, type CandidateChoices, type PlannedOrder, type Relaxed } from './candidates';
import {
	planSendsInSteps,
	type LeftOutReason,
	type PlanCandidate,
	type PlanLimits,
	type SendPlan,
} from './schedule';

/** Limits that a forecast lifts one at a time, and what they are. */
export const LIMITS = {
	hours: 'the time of day',
	weekdays: 'the days of the week',
	quietDays: 'the quiet days',
	campaignDays: 'the first and last day of campaigns',
	campaignMaximum: 'the maximum per day of campaigns',
	maxRequestsPerDay: 'the maximum per day',
	rate: "Amazon's rate limit, or the share of it that you use",
} as const satisfies Record<Relaxed, string>;

/** An order whose window closes without a request. */
export interface LostOrder {
	readonly orderId: string;
	readonly campaign: string | null;
	readonly reason: LeftOutReason;
	/** ISO 8601 in UTC: the last time at which Plan would send the request. */
	readonly lastTime: string | null;
	/** The limits that would have to go, each alone, to give it a place; empty if none is enough. */
	readonly savedBy: readonly Relaxed[];
}

/** A day of the maximum per day. */
export interface ForecastDay {
	/** ISO calendar day of `timeZone`. */
	readonly day: string;
	readonly timeZone: string;
	/** Requests planned for the day. */
	readonly planned: number;
	/**
	 * The most that could go out: slots of the rate limit within the hours and days, at most the
	 * maximum per day. Today, only what is left.
	 */
	readonly capacity: number;
	/** Orders whose window closes on the day without a request. */
	readonly lost: number;
	/** How many of them each limit costs: without it alone, they would have a place. */
	readonly savedBy: Readonly<Partial<Record<Relaxed, number>>>;
	readonly lostOrders: readonly LostOrder[];
}

/** A window that closes later, perhaps because of a wrong date, is shown on the last of these days. */
const LONGEST_AHEAD_MS = 400 * DAY_MS;

/** So many times the rate is as good as no limit. */
const MANY_TIMES = 1_000;

/**
 * What each day holds, from today to the last day with a request or a lost order. For lost orders,
 * the plan is made again without each limit in turn; an order is saved by a limit if that plan has
 * it. So two orders that are saved by the same limit can both be saved, but those saved by
 * different limits need all of these.
 */
export function* forecastInSteps(
	orders: readonly PlannedOrder[],
	{ planned, leftOut, days }: SendPlan,
	choices: CandidateChoices & PlanLimits,
): Steps<ForecastDay[]> {
	const { now, capZone } = choices;
	const reasons = new Map(
		leftOut.flatMap(({ key, reason }) =>
			reason === 'windowClosed' ? [] : [[key, reason] as const],
		),
	);
	yield;
	const open = reasons.size === 0 ? [] : yield* openOrders(orders, planned, reasons);
	const savedBy = new Map<string, Relaxed[]>();
	if (reasons.size > 0) {
		for (const relaxed of limitsInEffect(choices, [...reasons.values()])) {
			yield;
			const { candidateOf, maxima } = candidatesBy(choices, relaxed);
			const candidates: PlanCandidate[] = [];
			for (const order of open) {
				if (candidates.length % ENTRIES_PER_STEP === 0) yield;
				candidates.push(candidateOf(order, false));
			}
			const plan = yield* planSendsInSteps(candidates, {
				...choices,
				...(relaxed === 'maxRequestsPerDay' && { maxRequestsPerDay: undefined }),
				...(relaxed === 'rate' && { rate: choices.rate * MANY_TIMES }),
				maxima,
			});
			for (const [index, { key }] of plan.planned.entries()) {
				if (index % ENTRIES_PER_STEP === 0) yield;
				if (reasons.has(key)) savedBy.set(key, [...(savedBy.get(key) ?? []), relaxed]);
			}
		}
	}

	const lostOn = new Map<number, LostOrder[]>();
	for (const [index, order] of open.entries()) {
		if (index % ENTRIES_PER_STEP === 0) yield;
		const reason = reasons.get(order.key);
		if (reason === undefined) continue;
		const { orderId, campaign, closesAt } = order;
		const day = localDayNumber(capZone, Math.min(closesAt ?? now, now + LONGEST_AHEAD_MS));
		const lost = lostOn.get(day) ?? [];
		lostOn.set(day, lost);
		lost.push({
			orderId,
			campaign,
			reason,
			lastTime: closesAt === undefined ? null : new Date(closesAt).toISOString(),
			savedBy: savedBy.get(order.key) ?? [],
		});
	}
	yield;
	const byDay = new Map(days.map((day) => [localDayNumber(capZone, day.from), day]));
	const today = localDayNumber(capZone, now);
	const last = Math.max(
		today,
		...lostOn.keys(),
		...[...byDay].filter(([, day]) => day.planned > 0).map(([day]) => day),
	);
	return Array.from({ length: last - today + 1 }, (_, index): ForecastDay => {
		const lostOrders = lostOn.get(today + index) ?? [];
		return {
			day: isoDay(today + index),
			timeZone: capZone,
			planned: byDay.get(today + index)?.planned ?? 0,
			capacity: byDay.get(today + index)?.capacity ?? 0,
			lost: lostOrders.length,
			savedBy: countsOf(lostOrders),
			lostOrders,
		};
	});
}

/** The orders whose window is not closed yet: planned or lost. */
function* openOrders(
	orders: readonly PlannedOrder[],
	planned: SendPlan['planned'],
	lost: ReadonlyMap<string, LeftOutReason>,
): Steps<PlannedOrder[]> {
	const isPlanned = new Set<string>();
	for (const [index, { key }] of planned.entries()) {
		if (index % ENTRIES_PER_STEP === 0) yield;
		isPlanned.add(key);
	}
	const open: PlannedOrder[] = [];
	for (const [index, order] of orders.entries()) {
		if (index % ENTRIES_PER_STEP === 0) yield;
		if (isPlanned.has(order.key) || lost.has(order.key)) open.push(order);
	}
	return open;
}

function countsOf(lost: readonly LostOrder[]): Partial<Record<Relaxed, number>> {
	const counts: Partial<Record<Relaxed, number>> = {};
	for (const limit of lost.flatMap(({ savedBy }) => savedBy)) {
		counts[limit] = (counts[limit] ?? 0) + 1;
	}
	return counts;
}

/** The limits that may cost an order; without any of another kind, a day and a rate do not. */
function limitsInEffect(
	choices: CandidateChoices & PlanLimits,
	reasons: readonly LeftOutReason[],
): Relaxed[] {
	const { hours, weekdays, campaigns = [], quietDays = [], maxRequestsPerDay } = choices;
	const inCampaigns = (
		field: 'hours' | 'weekdays' | 'maxRequestsPerDay' | 'firstDay' | 'lastDay',
	) => campaigns.some((campaign) => campaign[field] !== undefined);
	const isFull = reasons.includes('noRoom');
	const inEffect: Readonly<Record<Relaxed, boolean>> = {
		hours: hours !== undefined || inCampaigns('hours'),
		weekdays: weekdays !== undefined || inCampaigns('weekdays'),
		quietDays: quietDays.length > 0,
		campaignDays: inCampaigns('firstDay') || inCampaigns('lastDay'),
		campaignMaximum: isFull && inCampaigns('maxRequestsPerDay'),
		maxRequestsPerDay: isFull && maxRequestsPerDay !== undefined,
		rate: isFull,
	};
	return (Object.keys(LIMITS) as Relaxed[]).filter((limit) => inEffect[limit]);
}
