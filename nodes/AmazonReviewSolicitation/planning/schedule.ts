import { DAY_MS } from '../../shared/domain/calendar';
import { ENTRIES_PER_STEP, inOneGo, sortedInSteps, type Steps } from '../../shared/domain/steps';
import { placeOrders, type Maximum, type Place } from './placeOrders';
import { localDays, type PermittedHours, type Span } from './permittedHours';
import { at, firstAtLeast, NONE } from './matching';
import { Calendars, plainCalendar, type SendCalendar } from './sendCalendar';

/** An order waiting for its request. All times are whole epoch milliseconds. */
export interface PlanCandidate {
	readonly key: string;
	/** IANA zone that the limits' hours and days refer to: the marketplace's or the buyer's. */
	readonly zone: string;
	/** First permitted time. */
	readonly opensAt: number;
	/** Last permitted time; undefined if unknown, which means no deadline. */
	readonly closesAt?: number;
	/** The seller's wish: not before this time, unless the order would be lost. */
	readonly preferredFrom: number;
	/** Sorts candidates with the same deadline or none: lower values first. */
	readonly urgency: number;
	/** Replaces the hours and days of the limits. */
	readonly calendar?: SendCalendar;
	/** The part of its calendar to use, unless the order would be lost, such as the pulse days. */
	readonly preferred?: SendCalendar;
	/** From here on it does not wait for its preferred calendar; `closesAt` if not given. */
	readonly preferredUntil?: number;
	/** The maxima it counts toward, in addition to that of all orders: keys of `maxima`. */
	readonly countsToward?: readonly string[];
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
	/** IANA zone whose days the maxima apply to. */
	readonly capZone: string;
	/** Further maxima per day, each for the orders that count toward it. */
	readonly maxima?: ReadonlyMap<string, Maximum>;
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
	/**
	 * Whether its calendar permits all times from now until then, on the same day of the maxima that
	 * it counts toward. Its window may still be closed.
	 */
	readonly isFreeFromNow: boolean;
}

/** A day of the maximum in a plan. */
export interface PlannedDay {
	/** Epoch milliseconds. */
	readonly from: number;
	readonly planned: number;
	/** The most requests that could go out on the day, if there were enough orders. */
	readonly capacity: number;
}

export interface SendPlan {
	/** In the order of sending, unless the plan is made in steps. */
	readonly planned: readonly PlannedSend[];
	/** Most urgent first. */
	readonly leftOut: ReadonlyArray<{ readonly key: string; readonly reason: LeftOutReason }>;
	/** No plan sends more: the number of planned orders, unless `planSends` says otherwise. */
	readonly atMost: number;
	/** From today on, to the last day that matters to an order. */
	readonly days: readonly PlannedDay[];
}

type Mutable<Type> = { -readonly [Name in keyof Type]: Type[Name] };

const NO_KEYS: readonly string[] = [];

/**
 * Plans when to send requests so that as many orders as possible get one: no schedule within the
 * windows, the calendars, the rate limit and the maxima per day sends more.
 *
 * The idea: time is a row of slots, one request each, at the pace of Amazon's token bucket. Cut at
 * every time that matters to an order, a calendar or the maximum per day, it becomes intervals
 * whose slots are all alike. Assigning orders to intervals is then a maximum bipartite matching
 * with capacities, with a second layer of capacities for the days of the maximum. How `maxima` are
 * kept, and when the plan is of maximum size with them, is in `placeOrders`; `atMost` is exact
 * whenever it equals the number of planned orders.
 *
 * Wishes come second: none is ignored if as many orders can be sent anyway. Otherwise as many
 * orders as possible are on time before any is early, and an early one gets the last free interval
 * before its wish. Few are early, but not provably the fewest. Ties are decided by deadline, then
 * `urgency`, then `key`, never by the position in the input. Without calendar, maximum and wishes,
 * this is earliest deadline first, each order at the first possible time.
 *
 * A preferred calendar comes before all else except the number of orders and being on time: exactly
 * the orders that are planned without it are planned with it.
 *
 * An order that opens more than 400 days from now, perhaps because of a wrong date, is planned for
 * that time and is not part of the matching, whose work grows with the time it spans.
 * @throws RangeError if a limit is not valid or a zone is unknown
 */
export function planSends(candidates: readonly PlanCandidate[], limits: PlanLimits): SendPlan {
	const { planned, ...plan } = inOneGo(planSendsInSteps(candidates, limits));
	return { planned: planned.toSorted((a, b) => a.sendAt - b.sendAt), ...plan };
}

/** The same in steps. The planned requests are in no particular order, which saves time. */
export function* planSendsInSteps(
	candidates: readonly PlanCandidate[],
	limits: PlanLimits,
): Steps<SendPlan> {
	if (candidates.every(({ preferred }) => preferred === undefined)) {
		return yield* planOnce(candidates, limits);
	}
	const plain = yield* planOnce(
		candidates.map((candidate) => ({ ...candidate, preferred: undefined })),
		limits,
	);
	yield;
	// The matching loses none of them: each is certain to have a place.
	const kept = new Set(plain.planned.map(({ key }) => key));
	const preferring = yield* planOnce(
		candidates.filter(({ key }) => kept.has(key)),
		limits,
	);
	const { leftOut, atMost, days } = plain;
	return preferring.leftOut.length > 0
		? plain
		: { ...preferring, leftOut, atMost, days: daysOfBoth(preferring.days, days) };
}

/** The longer list of days; the shorter one has the planned requests. */
const daysOfBoth = (planned: readonly PlannedDay[], all: readonly PlannedDay[]): PlannedDay[] =>
	all.map((day, index) => ({ ...day, planned: planned[index]?.planned ?? 0 }));

function* planOnce(candidates: readonly PlanCandidate[], limits: PlanLimits): Steps<SendPlan> {
	const { now, horizonDays = 60, maxRequestsPerDay, maxima = new Map<string, Maximum>() } = limits;
	if (!(horizonDays > 0)) throw new RangeError(`${horizonDays} days is not a valid horizon`);
	const { firstSlotFrom, momentOf } = slotsOf(limits);
	const end = now + LONGEST_AHEAD_MS;
	const distant = candidates.filter(({ opensAt }) => opensAt >= end);
	const near = candidates.filter(({ opensAt }) => opensAt < end);
	const ordered = yield* sortedInSteps(near, byDeadline);
	const opensAt = (candidate: PlanCandidate) => Math.max(now, candidate.opensAt);
	/** The end of its window, which is not included. */
	const endOf = (candidate: PlanCandidate) => {
		const { closesAt, preferredFrom } = candidate;
		const horizon = Math.max(opensAt(candidate), preferredFrom) + horizonDays * DAY_MS;
		return Math.min(closesAt === undefined ? horizon : closesAt + 1, end + LONGEST_AHEAD_MS);
	};
	const whole = {
		from: now,
		to: ordered.reduce((latest, candidate) => Math.max(latest, endOf(candidate)), now),
	};
	yield;

	const calendars = new Calendars(whole);
	const plain = new Map<string, SendCalendar>();
	const calendarOf = ({ zone, calendar }: PlanCandidate): SendCalendar => {
		if (calendar !== undefined) return calendar;
		const kept = plain.get(zone) ?? plainCalendar(zone, limits);
		plain.set(zone, kept);
		return kept;
	};
	const leftOut: Array<{ key: string; reason: LeftOutReason }> = [];
	const waiting: PlanCandidate[] = [];
	/** Of the waiting ones; first in slots, then in intervals. */
	const places: Array<Mutable<Place>> = [];
	const days = capDays(limits, whole);
	const cuts = [0, firstSlotFrom(whole.to)];
	for (let index = 0; index < ordered.length; index += 1) {
		const candidate = ordered[index] as PlanCandidate;
		if (index % ENTRIES_PER_STEP === 0) yield;
		const from = opensAt(candidate);
		const to = endOf(candidate);
		const line = calendars.numberOf(calendarOf(candidate));
		const isClosed = to <= now;
		if (isClosed || !calendars.overlaps(line, { from, to })) {
			leftOut.push({ key: candidate.key, reason: isClosed ? 'windowClosed' : 'noPermittedTime' });
			continue;
		}
		const first = firstSlotFrom(from);
		const last = firstSlotFrom(to);
		const wish = Math.min(last, Math.max(first, firstSlotFrom(candidate.preferredFrom)));
		const preferred = candidate.preferred && calendars.numberOf(candidate.preferred);
		const { preferredUntil = to } = candidate;
		const preferredEnd =
			preferred && Math.max(first, Math.min(last, firstSlotFrom(preferredUntil)));
		const countsToward =
			maxima.size === 0 ? NO_KEYS : (candidate.countsToward ?? []).filter((key) => maxima.has(key));
		places.push({ line, first, wish, end: last, countsToward, preferred, preferredEnd });
		waiting.push(candidate);
		cuts.push(first, wish, last);
		if (preferredEnd !== undefined) cuts.push(preferredEnd);
	}

	for (const { from } of days) cuts.push(firstSlotFrom(from));
	for (const spans of calendars.spans) {
		for (const { from, to } of spans) cuts.push(firstSlotFrom(from), firstSlotFrom(to));
	}
	yield;
	/** Interval `i` has the slots from `starts[i]` up to `starts[i + 1]`. */
	const sorted = Float64Array.from(cuts);
	yield;
	sorted.sort();
	yield;
	const starts = sorted.filter((slot, index) => slot !== sorted[index - 1]);
	yield;
	const intervalFrom = (slot: number) => firstAtLeast(starts, slot);
	for (let index = 0; index < places.length; index += 1) {
		const place = places[index] as Mutable<Place>;
		if (index % ENTRIES_PER_STEP === 0) yield;
		place.first = intervalFrom(place.first);
		place.wish = intervalFrom(place.wish);
		place.end = intervalFrom(place.end);
		if (place.preferredEnd !== undefined) place.preferredEnd = intervalFrom(place.preferredEnd);
	}
	const lines: number[][] = [];
	for (const spans of calendars.spans) {
		const line: number[] = [];
		for (const { from, to } of spans) {
			const last = intervalFrom(firstSlotFrom(to));
			for (let next = intervalFrom(firstSlotFrom(from)); next < last; next += 1) line.push(next);
		}
		lines.push(line);
		yield;
	}
	const slots = new Float64Array(Math.max(0, starts.length - 1));
	for (let index = 0; index < slots.length; index += 1) {
		slots[index] = at(starts, index + 1) - at(starts, index);
	}
	yield;
	const capDaysInIntervals = days.map(({ from, room }) => ({
		first: intervalFrom(firstSlotFrom(from)),
		room,
	}));
	const { intervalOf, atMost, capacities } = yield* placeOrders(places, {
		lines,
		slots,
		days: capDaysInIntervals,
		maxima,
	});

	const todayEnds = days[1]?.from ?? Infinity;
	const plannedOn = new Array<number>(days.length).fill(0);
	const firsts = capDaysInIntervals.map(({ first }) => first + 1);
	const planned = distant.map(
		({ key, opensAt }): PlannedSend => ({
			key,
			sendAt: opensAt,
			early: false,
			isFreeFromNow: false,
		}),
	);
	for (let order = 0; order < waiting.length; order += 1) {
		const { key, preferredFrom } = waiting[order] as PlanCandidate;
		if (order % ENTRIES_PER_STEP === 0) yield;
		const interval = at(intervalOf, order);
		if (interval === NONE) {
			leftOut.push({ key, reason: 'noRoom' });
			continue;
		}
		const slot = at(starts, interval);
		starts[interval] = slot + 1;
		const sendAt = momentOf(slot);
		// The last day that starts with this interval or an earlier one.
		const day = firstAtLeast(firsts, interval + 2) - 1;
		plannedOn[day] = at(plannedOn, day) + 1;
		const { line, preferred, countsToward } = places[order] as Place;
		const isCapped = maxRequestsPerDay !== undefined || countsToward.length > 0;
		const isPreferred = preferred !== undefined && calendars.permits(preferred, sendAt);
		const calendar = isPreferred ? preferred : line;
		planned.push({
			key,
			sendAt,
			early: sendAt < preferredFrom,
			isFreeFromNow: calendars.permitsUntil(calendar, sendAt) && (!isCapped || sendAt < todayEnds),
		});
	}
	return {
		planned,
		leftOut,
		atMost: atMost + distant.length,
		days: days.map(({ from }, index) => ({
			from,
			planned: at(plannedOn, index),
			capacity: at(capacities, index),
		})),
	};
}

/** Compares by deadline, those without one last; then by urgency, then by key. */
function byDeadline(a: PlanCandidate, b: PlanCandidate): number {
	const left = a.closesAt ?? Infinity;
	const right = b.closesAt ?? Infinity;
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
