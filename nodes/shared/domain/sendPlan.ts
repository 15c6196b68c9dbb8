import { DAY_MS, localDays, permittedSpans, type SendCalendar, type Span } from './sendCalendar';

/** An order that waits for its request. All moments are epoch milliseconds, whole ones. */
export interface PlanCandidate {
	readonly key: string;
	/** IANA zone whose clock the calendar is read on: the marketplace's or the buyer's. */
	readonly zone: string;
	/** First permitted moment. */
	readonly opensAt: number;
	/** Last permitted moment; undefined where it is not known, which is no deadline. */
	readonly closesAt?: number;
	/** The seller's wish: not before this, if no order is lost by it. */
	readonly preferredFrom: number;
	/** Orders candidates with the same deadline or none: the lower, the sooner. */
	readonly urgency: number;
}

export interface PlanLimits extends SendCalendar {
	/** Epoch milliseconds, whole ones; nothing is planned before. */
	readonly now: number;
	/** Requests per second that Amazon's token bucket refills. */
	readonly rate: number;
	/** Requests that may go out at once: the size of the bucket, taken to be full now. */
	readonly burst: number;
	/** Most requests per calendar day of `capZone`. */
	readonly dailyCap?: number;
	/** Requests of today's that are out already. */
	readonly sentToday?: number;
	/** IANA zone whose days the cap counts. */
	readonly capZone: string;
	/**
	 * How many days of 24 hours an order without a deadline may have to wait, from the moment it is
	 * open and its wish is met; 60 by default.
	 */
	readonly horizonDays?: number;
}

/**
 * Why an order has no place in the plan.
 * - `windowClosed`: its window is over
 * - `noPermittedTime`: the calendar leaves no moment in its window
 * - `noRoom`: the rate limit and the daily cap leave no place that another order does not need
 */
export type LeftOutReason = 'windowClosed' | 'noPermittedTime' | 'noRoom';

export interface PlannedSend {
	readonly key: string;
	/** Epoch milliseconds. */
	readonly sendAt: number;
	/** Whether it goes out before the seller's preferred delay is over. */
	readonly early: boolean;
}

export interface SendPlan {
	/** In the order of sending. */
	readonly planned: readonly PlannedSend[];
	/** Most urgent first. */
	readonly leftOut: ReadonlyArray<{ readonly key: string; readonly reason: LeftOutReason }>;
}

/**
 * Plans when to send requests so that as many orders as possible get one: no schedule that keeps
 * the windows, the calendar, the rate limit and the daily cap sends more.
 *
 * The idea: time is a row of slots, one request each, at the pace of Amazon's token bucket. Cut at
 * every moment that matters to some order, calendar or cap, it falls into intervals whose slots are
 * all alike. Giving orders to intervals is then a maximum bipartite matching with capacities, under
 * a second layer of capacities for the days of the cap.
 *
 * Wishes come second: as many orders as possible are on time before any is sent early, and one that
 * is early goes near its wish, not at once. Orders are served by deadline, then `urgency`, then
 * `key`, and not by their place in the input. With one zone and neither calendar nor cap nor wishes
 * this is earliest deadline first, each at the first moment possible.
 * @throws RangeError where a limit has no meaning or a zone is not known
 */
export function planSends(candidates: readonly PlanCandidate[], limits: PlanLimits): SendPlan {
	const { now, hours, weekdays, horizonDays = 60 } = limits;
	const { firstSlotFrom, momentOf } = slotsOf(limits);
	const ordered = candidates.toSorted(byDeadline).map((candidate) => {
		const from = Math.max(now, candidate.opensAt);
		const horizon = Math.max(from, candidate.preferredFrom) + horizonDays * DAY_MS;
		const to = candidate.closesAt === undefined ? horizon : candidate.closesAt + 1;
		return { candidate, from, to };
	});
	const whole = { from: now, to: ordered.reduce((end, { to }) => Math.max(end, to), now) };

	// One calendar per zone, or one for all: without hours and weekdays no clock is read.
	const always = hours === undefined && weekdays === undefined;
	const zoneOf = ({ zone }: PlanCandidate) => (always ? '' : zone);
	const zones = [...new Set(candidates.map(zoneOf))];
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
		const end = firstSlotFrom(to);
		const wish = Math.min(end, Math.max(first, firstSlotFrom(candidate.preferredFrom)));
		return [{ candidate, line, first, wish, end }];
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

	const planned: PlannedSend[] = [];
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

/** By deadline, those without one last; then by urgency, then by key. */
function byDeadline(a: PlanCandidate, b: PlanCandidate): number {
	const [left, right] = [a.closesAt ?? Infinity, b.closesAt ?? Infinity];
	if (left !== right) return left - right;
	if (a.urgency !== b.urgency) return a.urgency - b.urgency;
	return a.key < b.key ? -1 : Number(a.key > b.key);
}

/**
 * The slots, numbered from 0: `burst` of them now, then one each time the bucket has refilled by one,
 * which takes whole milliseconds here, rounded up. A slot not used is lost, though Amazon's bucket
 * would keep some, so that the bucket never runs dry.
 */
function slotsOf({ now, rate, burst }: PlanLimits) {
	if (!(rate > 0 && rate < Infinity)) throw new RangeError(`${rate} is no rate`);
	if (!(Number.isInteger(burst) && burst >= 1)) throw new RangeError(`${burst} is no burst`);
	// A rate such as 1/3600 must not lose a millisecond to floating point.
	const pace = Math.ceil(1000 / rate - 1e-6);
	return {
		firstSlotFrom: (moment: number) =>
			moment <= now ? 0 : burst - 1 + Math.ceil((moment - now) / pace),
		momentOf: (slot: number) => now + Math.max(0, slot - burst + 1) * pace,
	};
}

/**
 * The days of the cap and how many requests each has room for. A day begins once and for all: what
 * a clock set back over midnight shows of the day before counts as the new day's.
 */
function capDays(
	{ capZone, dailyCap = Infinity, sentToday = 0 }: PlanLimits,
	whole: Span,
): Array<{ readonly from: number; readonly room: number }> {
	if (!(dailyCap >= 0)) throw new RangeError(`${dailyCap} is no daily cap`);
	let latest = -Infinity;
	return localDays(capZone, whole).flatMap(({ day, from }) => {
		if (day <= latest) return [];
		latest = day;
		const room = from === whole.from ? dailyCap - sentToday : dailyCap;
		return [{ from, room: Math.max(0, Math.floor(room)) }];
	});
}

/** Whether the window has a moment in common with one of the spans, which are in order. */
function overlaps(spans: readonly Span[], window: Span): boolean {
	const next = spans[firstWhere(spans.length, (index) => (spans[index]?.to ?? 0) > window.from)];
	return next !== undefined && Math.max(next.from, window.from) < Math.min(next.to, window.to);
}

/** Where an order may go: the intervals of its line from `first` up to `end`, on time from `wish`. */
interface Reach {
	readonly line: number;
	readonly first: number;
	readonly wish: number;
	readonly end: number;
}

/**
 * What an augmenting path may do about the wishes.
 * - `onTime`: no order is early
 * - `keepWishes`: an order may be early, but none that is on time already
 * - `any`: an order on time may become early, too
 */
type Liberty = 'onTime' | 'keepWishes' | 'any';

const NONE = -1;

/**
 * A maximum bipartite matching of orders to intervals, where an interval takes as many orders as it
 * has slots, and a day as many as the cap leaves. It grows by augmenting paths: an order takes a free
 * slot, or the place of another order that moves on, and so forth. Once there is no such path it is
 * of maximum size (Berge), and since no path unseats an order, what was won before is kept.
 *
 * The paths are searched in phases, as by Pothen and Fan (ACM TOMS 16, 1990): what one search has
 * visited the others leave out until the next phase, so that a phase takes near-linear time; a phase
 * that finds nothing is the proof that there is no path. The first phase is the greedy one, for most
 * orders find a free slot at once.
 */
class Matching {
	/** Interval of each order, or `NONE`. */
	readonly intervalOf: Int32Array;

	private readonly dayOf: Int32Array;

	/** Orders in each interval, and requests that each day still has room for. */
	private readonly load: Int32Array;

	private readonly room: Float64Array;

	private readonly inInterval: Groups;

	private readonly inDay: Groups;

	/** By line: the intervals with a free slot, and those not visited in this phase. */
	private readonly free: readonly Remaining[];

	private readonly unvisited: readonly Remaining[];

	private readonly isVisited: Uint8Array;

	private readonly isDayVisited: Uint8Array;

	/** Steps of the search: the order that wants an interval, the interval an order is to make room in. */
	private readonly wantedBy: Int32Array;

	private readonly makesRoomIn: Int32Array;

	/** The part of its line that each order may use, as positions in it. */
	private readonly positions: ReadonlyArray<Omit<Reach, 'line'>>;

	/**
	 * @param reaches of the orders, the most urgent first
	 * @param lines intervals permitted to the orders of each line, ascending
	 * @param slots number of slots of each interval
	 * @param days of the cap, each from an interval on, the first one from interval 0
	 */
	constructor(
		private readonly reaches: readonly Reach[],
		lines: ReadonlyArray<readonly number[]>,
		private readonly slots: readonly number[],
		days: ReadonlyArray<{ readonly first: number; readonly room: number }>,
	) {
		this.intervalOf = new Int32Array(reaches.length).fill(NONE);
		this.dayOf = new Int32Array(slots.length);
		for (const [day, { first }] of days.entries()) this.dayOf.fill(day, first);
		this.room = Float64Array.from(days, ({ room }) => room);
		this.load = new Int32Array(slots.length);
		this.inInterval = new Groups(slots.length, reaches.length);
		this.inDay = new Groups(days.length, reaches.length);
		this.isVisited = new Uint8Array(slots.length);
		this.isDayVisited = new Uint8Array(days.length);
		this.wantedBy = new Int32Array(slots.length);
		this.makesRoomIn = new Int32Array(reaches.length);
		this.free = lines.map((line) => new Remaining(line, (interval) => !this.isFree(interval)));
		this.unvisited = lines.map(
			(line) => new Remaining(line, (interval) => this.isVisited[interval] === 1),
		);
		this.positions = reaches.map(({ line, first, wish, end }) => {
			const intervals = lines[line] ?? [];
			return {
				first: firstAtLeast(intervals, first),
				wish: firstAtLeast(intervals, wish),
				end: firstAtLeast(intervals, end),
			};
		});
		for (const liberty of ['onTime', 'keepWishes', 'any'] as const) {
			while (this.grow(liberty));
		}
	}

	/** One phase; whether it has found a place for an order. */
	private grow(liberty: Liberty): boolean {
		this.isVisited.fill(0);
		this.isDayVisited.fill(0);
		this.makesRoomIn.fill(NONE);
		for (const line of this.unvisited) line.restore();
		let hasGrown = false;
		for (const [order, interval] of this.intervalOf.entries()) {
			if (interval === NONE && this.place(order, liberty)) hasGrown = true;
		}
		return hasGrown;
	}

	/** Searches an augmenting path from an order without a place, and takes it. */
	private place(root: number, liberty: Liberty): boolean {
		if (this.takeFree(root, liberty)) return true;
		const pending = [root];
		for (let order = pending.at(-1); order !== undefined; order = pending.at(-1)) {
			const wanted = this.nearestWish(this.unvisited, order, liberty);
			if (wanted === NONE) {
				pending.pop();
				continue;
			}
			this.isVisited[wanted] = 1;
			this.wantedBy[wanted] = order;
			for (const other of this.thoseInTheWay(wanted)) {
				if (at(this.makesRoomIn, other) !== NONE) continue;
				this.makesRoomIn[other] = wanted;
				if (this.takeFree(other, liberty)) return true;
				pending.push(other);
			}
		}
		return false;
	}

	/** The orders of which one has to go before an interval without room can take another. */
	private thoseInTheWay(interval: number): Iterable<number> {
		if (!this.hasSlot(interval)) return this.inInterval.of(interval);
		const day = at(this.dayOf, interval);
		if (this.isDayVisited[day] === 1) return [];
		this.isDayVisited[day] = 1;
		return this.inDay.of(day);
	}

	/**
	 * Moves an order to a free slot, if it has one in reach; then the order that wanted the place it
	 * leaves, and so on back to the root of the search.
	 */
	private takeFree(order: number, liberty: Liberty): boolean {
		const free = this.nearestWish(this.free, order, liberty);
		for (let [mover, to] = [order, free]; to !== NONE; ) {
			const left = at(this.makesRoomIn, mover);
			this.move(mover, to);
			[mover, to] = [left === NONE ? NONE : at(this.wantedBy, left), left];
		}
		return free !== NONE;
	}

	private move(order: number, to: number): void {
		const from = at(this.intervalOf, order);
		if (from !== NONE) {
			this.load[from] = at(this.load, from) - 1;
			this.room[at(this.dayOf, from)] = at(this.room, at(this.dayOf, from)) + 1;
			this.inInterval.remove(order, from);
			this.inDay.remove(order, at(this.dayOf, from));
		}
		this.intervalOf[order] = to;
		this.load[to] = at(this.load, to) + 1;
		this.room[at(this.dayOf, to)] = at(this.room, at(this.dayOf, to)) - 1;
		this.inInterval.add(order, to);
		this.inDay.add(order, at(this.dayOf, to));
	}

	private isFree(interval: number): boolean {
		return this.hasSlot(interval) && at(this.room, at(this.dayOf, interval)) > 0;
	}

	private hasSlot(interval: number): boolean {
		return at(this.load, interval) < at(this.slots, interval);
	}

	/**
	 * Of what remains, the first interval in which the order is on time; if there is none and it may be
	 * early, the last one before.
	 */
	private nearestWish(lines: readonly Remaining[], order: number, liberty: Liberty): number {
		const line = lines[this.reaches[order]?.line ?? NONE];
		const positions = this.positions[order];
		if (line === undefined || positions === undefined) return NONE;
		const onTime = line.atOrAfter(positions.wish);
		if (onTime < positions.end) return line.intervalAt(onTime);

		const isOnTime = at(this.intervalOf, order) >= (this.reaches[order]?.wish ?? 0);
		if (liberty === 'onTime' || (liberty === 'keepWishes' && isOnTime)) return NONE;
		const early = line.atOrBefore(positions.wish - 1);
		return early >= positions.first ? line.intervalAt(early) : NONE;
	}
}

/** The intervals of a line but for those that are gone for good, which union-find skips. */
class Remaining {
	/** For each position one to go on from: itself, or a later one if nothing remains in between. */
	private readonly later: Int32Array;

	/** The same the other way, all numbers greater by one. */
	private readonly earlier: Int32Array;

	constructor(
		private readonly intervals: readonly number[],
		private readonly isGone: (interval: number) => boolean,
	) {
		this.later = new Int32Array(intervals.length + 1);
		this.earlier = new Int32Array(intervals.length + 1);
		this.restore();
	}

	/** Forgets what is gone. */
	restore(): void {
		for (let index = 0; index <= this.intervals.length; index += 1) {
			this.later[index] = index;
			this.earlier[index] = index;
		}
	}

	intervalAt(position: number): number {
		return at(this.intervals, position);
	}

	/** The first position from this one on; the length of the line if there is none. */
	atOrAfter(position: number): number {
		let found = jump(this.later, position);
		while (found < this.intervals.length && this.isGone(this.intervalAt(found))) {
			this.later[found] = found + 1;
			found = jump(this.later, found);
		}
		return found;
	}

	/** The last position up to this one; -1 if there is none. */
	atOrBefore(position: number): number {
		let found = jump(this.earlier, position + 1);
		while (found > 0 && this.isGone(this.intervalAt(found - 1))) {
			this.earlier[found] = found - 1;
			found = jump(this.earlier, found);
		}
		return found - 1;
	}
}

/** Follows links to their end, and shortens the way for the next time. */
function jump(links: Int32Array, start: number): number {
	let index = start;
	for (let next = at(links, index); next !== index; next = at(links, index)) {
		links[index] = at(links, next);
		index = next;
	}
	return index;
}

/** Numbered members in numbered groups: doubly linked lists. */
class Groups {
	private readonly heads: Int32Array;

	private readonly next: Int32Array;

	private readonly previous: Int32Array;

	constructor(groups: number, members: number) {
		this.heads = new Int32Array(groups).fill(NONE);
		this.next = new Int32Array(members);
		this.previous = new Int32Array(members);
	}

	add(member: number, group: number): void {
		const head = at(this.heads, group);
		this.next[member] = head;
		this.previous[member] = NONE;
		if (head !== NONE) this.previous[head] = member;
		this.heads[group] = member;
	}

	remove(member: number, group: number): void {
		const next = at(this.next, member);
		const previous = at(this.previous, member);
		if (next !== NONE) this.previous[next] = previous;
		if (previous === NONE) this.heads[group] = next;
		else this.next[previous] = next;
	}

	*of(group: number): Iterable<number> {
		for (let member = at(this.heads, group); member !== NONE; member = at(this.next, member)) {
			yield member;
		}
	}
}

/** Position of the first number that is not below the bound; the length if there is none. */
const firstAtLeast = (ascending: ArrayLike<number>, bound: number): number =>
	firstWhere(ascending.length, (index) => at(ascending, index) >= bound);

/** The first index of which a condition holds that holds from some index on; the length if none. */
function firstWhere(length: number, holds: (index: number) => boolean): number {
	let low = 0;
	for (let high = length; low < high; ) {
		const middle = (low + high) >>> 1;
		if (holds(middle)) high = middle;
		else low = middle + 1;
	}
	return low;
}

const range = (from: number, to: number): number[] =>
	Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);

const at = (numbers: ArrayLike<number>, index: number): number => numbers[index] ?? NaN;
