import { DAY_MS } from '../../shared/domain/calendar';
import { localDays, permittedSpans, type PermittedHours, type Span } from './permittedHours';
import { at, firstAtLeast, firstWhere, Matching, NONE, range } from './matching';

/** An order waiting for its request. All times are whole epoch milliseconds. */
export interface PlanCandidate {
	readonly key: string;
	/** IANA zone that the calendar refers to: the marketplace's or the buyer's. */
	readonly zone: string;
	/** First permitted time. */
	readonly opensAt: number;
	/** Last permitted time; undefined if unknown, which means no deadline. */
	readonly closesAt?: number;
	/** The seller's wish: not before this time, unless the order would be lost. */
	readonly preferredFrom: number;
	/** Sorts candidates with the same deadline or none: lower values first. */
	readonly urgency: number;
}

export interface PlanLimits extends PermittedHours {
	/** Whole epoch milliseconds; nothing is planned earlier. */
	readonly now: number;
	/** Requests per second at which Amazon's token bucket refills. */
	readonly rate: number;
	/** Requests that may be sent at once: the size of the bucket, assumed to be full now. */
	readonly burst: number;
	/** Maximum requests per calendar day of `capZone`. */
	readonly maxRequestsPerDay?: number;
	/** Requests already sent today. */
	readonly sentToday?: number;
	/** IANA zone whose days the maximum applies to. */
	readonly capZone: string;
	/**
	 * How many days of 24 hours an order without a deadline may wait after it is open and its wish is
	 * met; 60 by default.
	 */
	readonly horizonDays?: number;
}

/**
 * Why an order has no place in the plan.
 * - `windowClosed`: its window has closed
 * - `noPermittedTime`: the calendar leaves no time in its window
 * - `noRoom`: the rate limit and the maximum per day leave no place that another order does not
 * need
 */
export type LeftOutReason = 'windowClosed' | 'noPermittedTime' | 'noRoom';

/** How far ahead orders are matched with times. */
const LONGEST_AHEAD_MS = 400 * DAY_MS;

export interface PlannedSend {
	readonly key: string;
	/** Epoch milliseconds. */
	readonly sendAt: number;
	/** Whether it is sent before the seller's preferred delay has passed. */
	readonly early: boolean;
}

export interface SendPlan {
	/** In the order of sending. */
	readonly planned: readonly PlannedSend[];
	/** Most urgent first. */
	readonly leftOut: ReadonlyArray<{ readonly key: string; readonly reason: LeftOutReason }>;
}

/**
 * Plans when to send requests so that as many orders as possible get one: no schedule within the
 * windows, the calendar, the rate limit and the maximum per day sends more.
 *
 * The idea: time is a row of slots, one request each, at the pace of Amazon's token bucket. Cut at
 * every time that matters to an order, the calendar or the maximum per day, it becomes intervals
 * whose slots are all alike. Assigning orders to intervals is then a maximum bipartite matching
 * with capacities, with a second layer of capacities for the days of the maximum.
 *
 * Wishes come second: none is ignored if as many orders can be sent anyway. Otherwise as many
 * orders as possible are on time before any is early, and an early one gets the last free interval
 * before its wish. Few are early, but not provably the fewest. Ties are decided by deadline, then
 * `urgency`, then `key`, never by the position in the input. Without calendar, maximum and wishes,
 * this is earliest deadline first, each order at the first possible time.
 *
 * An order that opens more than 400 days from now, perhaps because of a wrong date, is planned for
 * that time and is not part of the matching, whose work grows with the time it spans.
 * @throws RangeError if a limit is not valid or a zone is unknown
 */
export function planSends(candidates: readonly PlanCandidate[], limits: PlanLimits): SendPlan {
	const { now, hours, weekdays, horizonDays = 60 } = limits;
	if (!(horizonDays > 0)) throw new RangeError(`${horizonDays} days is not a valid horizon`);
	const { firstSlotFrom, momentOf } = slotsOf(limits);
	const end = now + LONGEST_AHEAD_MS;
	const distant = candidates.filter(({ opensAt }) => opensAt >= end);
	const near = candidates.filter(({ opensAt }) => opensAt < end);
	const ordered = near.toSorted(byDeadline).map((candidate) => {
		const from = Math.max(now, candidate.opensAt);
		const horizon = Math.max(from, candidate.preferredFrom) + horizonDays * DAY_MS;
		const to = candidate.closesAt === undefined ? horizon : candidate.closesAt + 1;
		return { candidate, from, to: Math.min(to, end + LONGEST_AHEAD_MS) };
	});
	const whole = { from: now, to: ordered.reduce((end, { to }) => Math.max(end, to), now) };

	// One calendar per zone, or one for all: without hours and weekdays, no zone matters.
	const always = hours === undefined && weekdays === undefined;
	const zoneOf = ({ zone }: PlanCandidate) => (always ? '' : zone);
	const zones = [...new Set(near.map(zoneOf))];
	const calendars = zones.map((zone) => (always ? [whole] : permittedSpans(zone, limits, whole)));

	const leftOut: Array<{ key: string; reason: LeftOutReason }> = [];
	const waiting = ordered.flatMap(({ candidate, from, to }) => {
		const line = zones.indexOf(zoneOf(candidate));
		const isClosed = to <= now;
		if (isClosed || !overlaps(calendars[line] ?? [], { from, to })) {
			leftOut.push({ key: candidate.key, reason: isClosed ? 'windowClosed' : 'noPermittedTime' });
			return [];
		}
		const first = firstSlotFrom(from);
		const last = firstSlotFrom(to);
		const wish = Math.min(last, Math.max(first, firstSlotFrom(candidate.preferredFrom)));
		return [{ candidate, line, first, wish, end: last }];
	});

	const days = capDays(limits, whole);
	const cuts = new Set([0, firstSlotFrom(whole.to)]);
	for (const { from } of days) cuts.add(firstSlotFrom(from));
	for (const { from, to } of calendars.flat()) cuts.add(firstSlotFrom(from)).add(firstSlotFrom(to));
	for (const { first, wish, end } of waiting) cuts.add(first).add(wish).add(end);
	/** Interval `i` has the slots from `starts[i]` up to `starts[i + 1]`. */
	const starts = Float64Array.from(cuts).sort();
	const intervalFrom = (slot: number) => firstAtLeast(starts, slot);
	const intervalOf = new Matching(
		waiting.map(({ line, first, wish, end }) => ({
			line,
			first: intervalFrom(first),
			wish: intervalFrom(wish),
			end: intervalFrom(end),
		})),
		calendars.map((spans) =>
			spans.flatMap(({ from, to }) =>
				range(intervalFrom(firstSlotFrom(from)), intervalFrom(firstSlotFrom(to))),
			),
		),
		range(1, starts.length).map((end) => at(starts, end) - at(starts, end - 1)),
		days.map(({ from, room }) => ({ first: intervalFrom(firstSlotFrom(from)), room })),
	).intervalOf;

	const planned = distant.map(
		({ key, opensAt }): PlannedSend => ({ key, sendAt: opensAt, early: false }),
	);
	for (const [order, { candidate }] of waiting.entries()) {
		const { key, preferredFrom } = candidate;
		const interval = at(intervalOf, order);
		if (interval === NONE) {
			leftOut.push({ key, reason: 'noRoom' });
			continue;
		}
		const slot = at(starts, interval);
		starts[interval] = slot + 1;
		planned.push({ key, sendAt: momentOf(slot), early: momentOf(slot) < preferredFrom });
	}
	return { planned: planned.sort((a, b) => a.sendAt - b.sendAt), leftOut };
}

/** Compares by deadline, those without one last; then by urgency, then by key. */
function byDeadline(a: PlanCandidate, b: PlanCandidate): number {
	const [left, right] = [a.closesAt ?? Infinity, b.closesAt ?? Infinity];
	if (left !== right) return left - right;
	if (a.urgency !== b.urgency) return a.urgency - b.urgency;
	return a.key < b.key ? -1 : Number(a.key > b.key);
}

/**
 * The slots, numbered from 0: `burst` of them now, then one each time the bucket has refilled by
 * one, rounded up to whole milliseconds. An unused slot is lost here, although Amazon's bucket
 * would keep some, so the bucket never runs dry.
 */
function slotsOf({ now, rate, burst }: PlanLimits) {
	if (!(rate > 0 && rate < Infinity)) throw new RangeError(`${rate} is not a valid rate`);
	if (!(Number.isInteger(burst) && burst >= 1))
		throw new RangeError(`${burst} is not a valid burst`);
	// A rate such as 1/3600 must not lose a millisecond to floating point.
	const pace = Math.ceil(1000 / rate - 1e-6);
	return {
		firstSlotFrom: (moment: number) =>
			moment <= now ? 0 : burst - 1 + Math.ceil((moment - now) / pace),
		momentOf: (slot: number) => now + Math.max(0, slot - burst + 1) * pace,
	};
}

/**
 * The days of the maximum and how many requests each has room for. A day starts only once: if a
 * clock is set back past midnight, the repeated time of the previous day counts as the new day.
 */
function capDays(
	{ capZone, maxRequestsPerDay = Infinity, sentToday = 0 }: PlanLimits,
	whole: Span,
): Array<{ readonly from: number; readonly room: number }> {
	if (!(maxRequestsPerDay >= 0))
		throw new RangeError(`${maxRequestsPerDay} is not a valid maximum of requests per day`);
	let latest = -Infinity;
	return localDays(capZone, whole).flatMap(({ day, from }) => {
		if (day <= latest) return [];
		latest = day;
		const room = from === whole.from ? maxRequestsPerDay - sentToday : maxRequestsPerDay;
		return [{ from, room: Math.max(0, Math.floor(room)) }];
	});
}

/** Whether the window overlaps one of the spans, which are sorted. */
function overlaps(spans: readonly Span[], window: Span): boolean {
	const next = spans[firstWhere(spans.length, (index) => (spans[index]?.to ?? 0) > window.from)];
	return next !== undefined && Math.max(next.from, window.from) < Math.min(next.to, window.to);
}
