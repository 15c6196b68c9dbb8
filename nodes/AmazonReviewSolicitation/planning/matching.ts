import { ENTRIES_PER_STEP, type Steps } from '../../shared/domain/steps';

/**
 * The intervals an order may use: in its line (the intervals permitted in its zone), those from
 * `first` up to `end`. From `wish` on, the order is on time.
 */
interface Reach {
	readonly line: number;
	readonly first: number;
	readonly wish: number;
	readonly end: number;
	/** The line whose intervals are preferred to the others of `line`; none if not given. */
	readonly preferred?: number;
	/** Where the preferred line ends for it; `end` if not given. */
	readonly preferredEnd?: number;
}

/**
 * How far an augmenting path may disregard wishes.
 * - `preferred`: an order uses only its preferred line, if it has one, and is not early
 * - `keepPreferred`: no order is early, and none leaves its preferred line
 * - `onTime`: no order is early
 * - `keepWishes`: an order may be early, but none that is already on time
 * - `any`: an order that is on time may become early, too
 */
type Liberty = 'preferred' | 'keepPreferred' | 'onTime' | 'keepWishes' | 'any';

interface Part {
	readonly line: Line;
	readonly first: number;
	readonly wish: number;
	readonly end: number;
}

export const NONE = -1;

/**
 * A maximum bipartite matching of orders to intervals, where an interval takes as many orders as it
 * has slots, and a day as many as the cap leaves. It grows by augmenting paths: an order takes a
 * free slot, or the place of another order that moves elsewhere, and so on. When no such path is
 * left, the matching is of maximum size (Berge). Since no path removes an order, earlier gains are
 * kept.
 *
 * The paths are searched in phases, the shortest first (Hopcroft and Karp; with capacities, Dinic):
 * each phase ranks what can be reached by the number of moves it takes, then follows the ranks from
 * each order without a place. A phase takes near-linear time, and few phases are needed. The first
 * one is greedy, without any moves: each order in turn takes a free slot.
 */
export class Matching {
	/** Interval of each order, or `NONE`. */
	readonly intervalOf: Int32Array;

	private readonly dayOf: Int32Array;

	/** Orders in each interval, and how many requests each day still has room for. */
	private readonly load: Int32Array;

	private readonly room: Float64Array;

	/**
	 * Number of moves to reach an order, an interval or a day in this phase; `NONE` if it is not
	 * reached or is known to lead nowhere.
	 */
	private readonly orderRank: Int32Array;

	private readonly intervalRank: Int32Array;

	private readonly dayRank: Int32Array;

	/**
	 * The orders that had a place when the phase started, by interval: those of `i` start at
	 * `groups[i]`.
	 */
	private readonly members: Int32Array;

	private readonly groups: Int32Array;

	/** Where to continue in `members`, by interval and by day. */
	private readonly nextOfInterval: Int32Array;

	private readonly nextOfDay: Int32Array;

	private readonly lines: readonly Line[];

	/** By order: the part of its line that it may use, as positions in the line. */
	private readonly parts: Part[] = [];

	/** The same for the preferred line; undefined if no order has one. */
	private readonly preferredParts: Part[] | undefined;

	/**
	 * Prepares the matching; `solve` fills it.
	 * @param reaches of the orders, the most urgent first
	 * @param lines intervals permitted to the orders of each line, ascending
	 * @param slots number of slots of each interval
	 * @param days of the cap: the first interval of each, and how many requests it has room for; the
	 * first day starts with interval 0
	 */
	constructor(
		private readonly reaches: readonly Reach[],
		lines: ReadonlyArray<readonly number[]>,
		private readonly slots: ArrayLike<number>,
		private readonly days: ReadonlyArray<{ readonly first: number; readonly room: number }>,
	) {
		this.intervalOf = new Int32Array(reaches.length).fill(NONE);
		this.orderRank = new Int32Array(reaches.length);
		this.members = new Int32Array(reaches.length);
		this.dayOf = new Int32Array(slots.length);
		for (const [day, { first }] of days.entries()) this.dayOf.fill(day, first);
		this.load = new Int32Array(slots.length);
		this.intervalRank = new Int32Array(slots.length);
		this.groups = new Int32Array(slots.length + 1);
		this.nextOfInterval = new Int32Array(slots.length);
		this.room = Float64Array.from(days, ({ room }) => room);
		this.dayRank = new Int32Array(days.length);
		this.nextOfDay = new Int32Array(days.length);
		this.lines = lines.map(
			(line) => new Line(line, this.intervalRank, (interval) => this.isFree(interval)),
		);
		this.preferredParts = reaches.some(({ preferred }) => preferred !== undefined) ? [] : undefined;
	}

	private partIn(index: number, { first, wish, end }: Reach): Part {
		const line = this.lines[index];
		if (line === undefined) throw new RangeError(`There is no line ${index}`);
		const position = (interval: number) => firstAtLeast(line.intervals, interval);
		return { line, first: position(first), wish: position(wish), end: position(end) };
	}

	/** Finds a place for as many orders as possible. */
	*solve(): Steps<void> {
		for (let index = 0; index < this.reaches.length; index += 1) {
			const reach = this.reaches[index] as Reach;
			if (index % ENTRIES_PER_STEP === 0) yield;
			this.parts.push(this.partIn(reach.line, reach));
			const { preferred, preferredEnd = reach.end } = reach;
			this.preferredParts?.push(
				preferred === undefined
					? this.partIn(reach.line, reach)
					: this.partIn(preferred, { ...reach, end: preferredEnd }),
			);
		}
		const liberties: readonly Liberty[] =
			this.preferredParts === undefined
				? ['onTime', 'keepWishes', 'any']
				: ['preferred', 'keepPreferred', 'onTime', 'keepWishes', 'any'];
		for (const liberty of liberties) {
			while (yield* this.grow(liberty));
		}
	}

	/** Runs one phase; returns whether it found a place for an order. */
	private *grow(liberty: Liberty): Steps<boolean> {
		const roots: number[] = [];
		for (let order = 0; order < this.reaches.length; order += 1) {
			if (at(this.intervalOf, order) === NONE) roots.push(order);
		}
		if (roots.length === 0) return false;
		yield;
		this.group();
		yield;
		const lastRank = yield* this.rank(roots, liberty);
		if (lastRank === NONE) return false;
		for (const line of this.lines) {
			line.sortByRank(lastRank);
			yield;
		}
		let found = false;
		for (let index = 0; index < roots.length; index += 1) {
			const root = at(roots, index);
			if (index % ENTRIES_PER_STEP === 0) yield;
			if (this.place(root, lastRank, liberty)) found = true;
		}
		return found;
	}

	/** Groups the orders by interval. */
	private group(): void {
		for (let interval = 0; interval < this.load.length; interval += 1) {
			this.groups[interval + 1] = at(this.groups, interval) + at(this.load, interval);
		}
		this.nextOfInterval.set(this.groups.subarray(0, this.slots.length));
		for (let order = 0; order < this.intervalOf.length; order += 1) {
			const interval = at(this.intervalOf, order);
			if (interval === NONE) continue;
			const next = at(this.nextOfInterval, interval);
			this.members[next] = order;
			this.nextOfInterval[interval] = next + 1;
		}
		this.nextOfInterval.set(this.groups.subarray(0, this.slots.length));
		for (const [day, { first }] of this.days.entries())
			this.nextOfDay[day] = at(this.groups, first);
	}

	/**
	 * Breadth first: finds how many orders must move before one finds a free slot.
	 * @returns the rank of the orders that find one; `NONE` if none does
	 */
	private *rank(roots: readonly number[], liberty: Liberty): Steps<number> {
		this.orderRank.fill(NONE);
		this.intervalRank.fill(NONE);
		this.dayRank.fill(NONE);
		for (const line of this.lines) line.unranked.restore();
		for (const root of roots) this.orderRank[root] = 0;
		let orders = roots;
		for (let rank = 0; orders.length > 0; rank += 1) {
			if (orders.some((order) => this.freeFor(order, liberty) !== NONE)) return rank;
			yield;
			const next: number[] = [];
			for (let index = 0; index < orders.length; index += 1) {
				const order = at(orders, index);
				if (index % ENTRIES_PER_STEP === 0) yield;
				const { line, first, end } = this.reachOf(order, liberty);
				let position = line.unranked.from(first);
				for (; position < end; position = line.unranked.from(position)) {
					const interval = line.at(position);
					this.intervalRank[interval] = rank;
					for (const member of this.thoseInTheWay(interval, rank)) {
						if (at(this.orderRank, member) !== NONE) continue;
						this.orderRank[member] = rank + 1;
						next.push(member);
					}
				}
			}
			orders = next;
		}
		return NONE;
	}

	/** The orders in a full interval or day; one must leave before another can enter. */
	private thoseInTheWay(interval: number, rank: number): Int32Array {
		if (!this.hasSlot(interval)) {
			return this.members.subarray(at(this.groups, interval), at(this.groups, interval + 1));
		}
		const day = at(this.dayOf, interval);
		if (at(this.dayRank, day) !== NONE) return this.members.subarray(0, 0);
		this.dayRank[day] = rank;
		return this.members.subarray(
			at(this.groups, this.firstOf(day)),
			at(this.groups, this.firstOf(day + 1)),
		);
	}

	/** Depth first, along the ranks: searches for a path from an order without a place, and applies it. */
	private place(root: number, lastRank: number, liberty: Liberty): boolean {
		const path = [root];
		const targets: number[] = [];
		for (let order = path.at(-1); order !== undefined; order = path.at(-1)) {
			const rank = path.length - 1;
			if (rank === lastRank) {
				const free = this.freeFor(order, liberty);
				if (free !== NONE) {
					targets.push(free);
					// From the end, so that each move has room.
					for (let step = rank; step >= 0; step -= 1) this.move(at(path, step), at(targets, step));
					return true;
				}
			}
			const { line, first, end } = this.reachOf(order, liberty);
			const wanted = rank === lastRank ? NONE : line.nextOfRank(rank, first, end);
			if (wanted === NONE) {
				path.pop();
				targets.pop();
				continue;
			}
			const next = this.nextInTheWay(wanted, rank);
			if (next === NONE) {
				this.intervalRank[wanted] = NONE;
			} else {
				this.orderRank[next] = NONE;
				path.push(next);
				targets.push(wanted);
			}
		}
		return false;
	}

	/**
	 * The next order in the way that has the following rank. Orders already on a path no longer have
	 * a rank, so all others are still where they were when the phase started.
	 */
	private nextInTheWay(interval: number, rank: number): number {
		const day = at(this.dayOf, interval);
		const byDay = this.hasSlot(interval);
		if (byDay && at(this.dayRank, day) !== rank) return NONE;
		const next = byDay ? this.nextOfDay : this.nextOfInterval;
		const index = byDay ? day : interval;
		const end = at(this.groups, byDay ? this.firstOf(day + 1) : interval + 1);
		for (let position = at(next, index); position < end; position += 1) {
			const member = at(this.members, position);
			next[index] = position + 1;
			if (at(this.orderRank, member) === rank + 1) return member;
		}
		return NONE;
	}

	private move(order: number, to: number): void {
		const from = at(this.intervalOf, order);
		if (from !== NONE) this.count(from, -1);
		this.count(to, 1);
		this.intervalOf[order] = to;
	}

	private count(interval: number, orders: number): void {
		this.load[interval] = at(this.load, interval) + orders;
		const day = at(this.dayOf, interval);
		this.room[day] = at(this.room, day) - orders;
	}

	private isFree(interval: number): boolean {
		return this.hasSlot(interval) && at(this.room, at(this.dayOf, interval)) > 0;
	}

	private hasSlot(interval: number): boolean {
		return at(this.load, interval) < at(this.slots, interval);
	}

	/** First interval of a day; for the day after the last, the number of intervals. */
	private firstOf(day: number): number {
		return this.days[day]?.first ?? this.slots.length;
	}

	/** The part of its line that an order may move to, given the liberty. */
	private reachOf(order: number, liberty: Liberty): Part {
		const part = this.parts[order];
		if (part === undefined) throw new RangeError(`There is no order ${order}`);
		const interval = at(this.intervalOf, order);
		const preferred = this.preferredParts?.[order];
		if (preferred !== undefined) {
			const stays =
				liberty === 'preferred' ||
				(liberty === 'keepPreferred' && interval !== NONE && preferred.line.has(interval));
			if (stays) return onTimeOf(preferred);
		}
		const isOnTime = interval >= (this.reaches[order]?.wish ?? 0);
		const staysOnTime =
			liberty === 'onTime' || liberty === 'keepPreferred' || (liberty === 'keepWishes' && isOnTime);
		return staysOnTime ? onTimeOf(part) : part;
	}

	/** The first free interval in which an order is on time; otherwise the last one before its wish. */
	private freeFor(order: number, liberty: Liberty): number {
		const { line, first, wish, end } = this.reachOf(order, liberty);
		const onTime = line.free.from(wish);
		if (onTime < end) return line.at(onTime);
		const early = line.lastFreeBefore(wish);
		return early >= first ? line.at(early) : NONE;
	}
}

/** The part in which an order is on time. */
const onTimeOf = ({ line, wish, end }: Part): Part => ({ line, first: wish, wish, end });

/** The intervals permitted to orders of one zone, by position. */
class Line {
	/** Positions of intervals with a free slot, the same from the end, and positions without a rank. */
	readonly free: Remaining;

	readonly unranked: Remaining;

	private readonly freeBackwards: Remaining;

	/** The positions of ranked intervals, sorted by rank; those of rank `r` start at `rankStarts[r]`. */
	private readonly byRank: Int32Array;

	private rankStarts: number[] = [];

	private readonly ranked: Remaining;

	constructor(
		readonly intervals: readonly number[],
		private readonly intervalRank: Int32Array,
		isFree: (interval: number) => boolean,
	) {
		const { length } = intervals;
		this.free = new Remaining(length, (position) => isFree(this.at(position)));
		this.freeBackwards = new Remaining(length, (back) => isFree(this.at(length - 1 - back)));
		this.unranked = new Remaining(length, (position) => this.rankAt(position) === NONE);
		this.byRank = new Int32Array(length);
		this.ranked = new Remaining(length, (index) => this.rankAt(at(this.byRank, index)) !== NONE);
	}

	at(position: number): number {
		return at(this.intervals, position);
	}

	/** Whether the line permits the interval. */
	has(interval: number): boolean {
		return this.intervals[firstAtLeast(this.intervals, interval)] === interval;
	}

	private rankAt(position: number): number {
		return at(this.intervalRank, this.at(position));
	}

	/** The last position before this one with a free slot; negative if no such position exists. */
	lastFreeBefore(position: number): number {
		const { length } = this.intervals;
		return length - 1 - this.freeBackwards.from(length - position);
	}

	sortByRank(ranks: number): void {
		const counts = new Array<number>(ranks + 1).fill(0);
		for (const interval of this.intervals) {
			const rank = at(this.intervalRank, interval);
			if (rank !== NONE) counts[rank + 1] = at(counts, rank + 1) + 1;
		}
		for (let rank = 1; rank <= ranks; rank += 1) {
			counts[rank] = at(counts, rank) + at(counts, rank - 1);
		}
		this.rankStarts = [...counts];
		for (let position = 0; position < this.intervals.length; position += 1) {
			const rank = this.rankAt(position);
			if (rank === NONE) continue;
			const next = at(counts, rank);
			this.byRank[next] = position;
			counts[rank] = next + 1;
		}
		this.ranked.restore();
	}

	/** The first interval between two positions that still has the rank, or `NONE`. */
	nextOfRank(rank: number, from: number, end: number): number {
		const start = at(this.rankStarts, rank);
		const last = at(this.rankStarts, rank + 1);
		const index = this.ranked.from(
			start + firstWhere(last - start, (offset) => at(this.byRank, start + offset) >= from),
		);
		const position = at(this.byRank, index);
		return index < last && position < end ? this.at(position) : NONE;
	}
}

/** The indices that still meet a condition; the others are skipped permanently, by union-find. */
export class Remaining {
	/** For each index, the one to continue from: itself, or a later one if none in between remains. */
	private readonly links: Int32Array;

	constructor(
		private readonly length: number,
		private readonly remains: (index: number) => boolean,
	) {
		this.links = new Int32Array(length + 1);
		this.restore();
	}

	/** Forgets which indices were skipped. */
	restore(): void {
		for (let index = 0; index <= this.length; index += 1) this.links[index] = index;
	}

	/** The first remaining index from this one on; the length if none remains. */
	from(start: number): number {
		let index = start;
		for (;;) {
			const next = at(this.links, index);
			if (next !== index) {
				this.links[index] = at(this.links, next);
				index = next;
			} else if (index < this.length && !this.remains(index)) {
				this.links[index] = index + 1;
			} else {
				return index;
			}
		}
	}
}

/** Position of the first number that is at least the bound; the length if no number is. */
export function firstAtLeast(ascending: ArrayLike<number>, bound: number): number {
	let low = 0;
	// As `firstWhere`, but without a function: every order is looked up several times.
	for (let high = ascending.length; low < high; ) {
		const middle = (low + high) >>> 1;
		if ((ascending[middle] as number) >= bound) high = middle;
		else low = middle + 1;
	}
	return low;
}

/** The first index that meets a condition that all later indices also meet; the length if none does. */
export function firstWhere(length: number, holds: (index: number) => boolean): number {
	let low = 0;
	for (let high = length; low < high; ) {
		const middle = (low + high) >>> 1;
		if (holds(middle)) high = middle;
		else low = middle + 1;
	}
	return low;
}

export const range = (from: number, to: number): number[] =>
	Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);

export const at = (numbers: ArrayLike<number>, index: number): number => numbers[index] ?? NaN;
