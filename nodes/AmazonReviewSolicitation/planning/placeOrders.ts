import { ENTRIES_PER_STEP, type Steps } from '../../shared/domain/steps';
import { at, firstAtLeast, Matching, NONE, range, Remaining } from './matching';

/** A maximum of requests per day for some of the orders, such as those of a campaign. */
export interface Maximum {
	readonly maxRequestsPerDay: number;
	/** Requests that already count toward it today. */
	readonly sentToday?: number;
}

/** What an order may use: the intervals of its line from `first` up to `end`. */
export interface Place {
	readonly line: number;
	readonly first: number;
	/** From here on, it is on time. */
	readonly wish: number;
	readonly end: number;
	/** The line to use unless the order would be lost; a part of `line`. */
	readonly preferred?: number;
	/** Where the preferred line ends for it; `end` if not given. */
	readonly preferredEnd?: number;
	/** The maxima that it counts toward. */
	readonly countsToward: readonly string[];
}

export interface Room {
	/** The intervals permitted by each line, ascending. */
	readonly lines: ReadonlyArray<readonly number[]>;
	/** The slots of each interval. */
	readonly slots: ArrayLike<number>;
	/** The days of the maximum for all orders; the first one starts with interval 0. */
	readonly days: ReadonlyArray<{ readonly first: number; readonly room: number }>;
	readonly maxima: ReadonlyMap<string, Maximum>;
}

export interface Placed {
	/** Interval of each order, or `NONE`. */
	readonly intervalOf: Int32Array;
	/** No assignment places more orders. */
	readonly atMost: number;
	/** By day: the most orders that it could take, if there were enough of them. */
	readonly capacities: readonly number[];
}

/**
 * Assigns orders, the most urgent first, to intervals. No interval gets more orders than it has
 * slots, no day more than its room, and no maximum is exceeded.
 *
 * Without maxima, as many orders as possible are placed (see `Matching`). With them:
 *
 * 1. First only days are assigned. Each pair of a day and a maximum is a cell with the room that
 *    the maximum leaves; days are as before. Cells lie inside days, so this is again a matching, and
 *    its size is an upper bound: it disregards only where in a day the slots are, and maxima after
 *    the first one of an order.
 * 2. Then each order gets an interval of its day.
 * 3. Orders for which that failed get what is still free; `atMost` is then the bound of step 1.
 *
 * So the result is of maximum size if no order counts toward two maxima and the slots are not the
 * bottleneck within a day: at one request per second, a day has 86,400. Otherwise it is as close as
 * `atMost` says.
 */
export function* placeOrders(orders: readonly Place[], room: Room): Steps<Placed> {
	const { lines, slots, days } = room;
	const offered = new Array<number>(days.length).fill(0);
	const isOffered = new Uint8Array(slots.length);
	const dayOf = new Int32Array(slots.length);
	for (const [day, { first }] of days.entries()) dayOf.fill(day, first);
	for (const line of lines) {
		for (const interval of line) {
			if (isOffered[interval] === 1) continue;
			isOffered[interval] = 1;
			const day = at(dayOf, interval);
			offered[day] = at(offered, day) + at(slots, interval);
		}
		yield;
	}
	const limited = days.map(({ first, room: left }, day) => ({
		first,
		room: Math.min(left, at(offered, day)),
	}));
	const capacities = limited.map(({ room: left }) => left);
	if (orders.every(({ countsToward }) => countsToward.length === 0)) {
		const { intervalOf } = yield* matched(orders, lines, slots, days);
		return { intervalOf, atMost: countOf(intervalOf), capacities };
	}

	const dayOfOrder = yield* assignDays(orders, { ...room, days: limited }, dayOf);
	const atMost = countOf(dayOfOrder);
	const firsts = days.map(({ first }) => first);
	const onTheirDays = orders.map((order, index): Place => {
		const day = at(dayOfOrder, index);
		if (day === NONE) return { ...order, first: 0, wish: 0, end: 0 };
		const from = at(firsts, day);
		const to = days[day + 1]?.first ?? slots.length;
		const within = (interval: number) => Math.min(to, Math.max(from, interval));
		return {
			...order,
			first: within(order.first),
			wish: within(order.wish),
			end: within(order.end),
			...(order.preferredEnd !== undefined && { preferredEnd: within(order.preferredEnd) }),
		};
	});
	yield;
	const { intervalOf } = yield* matched(onTheirDays, lines, slots, days);
	const free = new FreePlaces(room, dayOf);
	for (const [index, order] of orders.entries()) {
		if (index % ENTRIES_PER_STEP === 0) yield;
		const interval = at(intervalOf, index);
		// Only the first maximum was considered so far.
		if (interval !== NONE && !free.take(interval, order)) intervalOf[index] = NONE;
	}
	for (const [index, order] of orders.entries()) {
		if (index % ENTRIES_PER_STEP === 0) yield;
		if (at(intervalOf, index) === NONE) intervalOf[index] = free.find(order);
	}
	return { intervalOf, atMost, capacities };
}

function* matched(
	reaches: readonly Place[],
	lines: Room['lines'],
	slots: Room['slots'],
	days: Room['days'],
): Steps<Matching> {
	const matching = new Matching(reaches, lines, slots, days);
	yield;
	yield* matching.solve();
	return matching;
}

const countOf = (placed: Int32Array): number =>
	placed.reduce((count, place) => count + Number(place !== NONE), 0);

/** The room that a maximum leaves on a day. */
function roomOf(maxima: Room['maxima'], key: string | undefined, day: number): number {
	const maximum = key === undefined ? undefined : maxima.get(key);
	if (maximum === undefined) return Infinity;
	const { maxRequestsPerDay, sentToday = 0 } = maximum;
	return Math.max(0, Math.floor(maxRequestsPerDay - (day === 0 ? sentToday : 0)));
}

/**
 * Assigns a day to as many orders as possible, as if the slots of a day were all alike.
 * @returns the day of each order, or `NONE`
 */
function* assignDays(
	orders: readonly Place[],
	{ lines, days, maxima }: Room,
	dayOf: Int32Array,
): Steps<Int32Array> {
	const keys = [undefined, ...maxima.keys()];
	const width = keys.length;
	const cellOf = (day: number, key: string | undefined) => day * width + keys.indexOf(key);
	const daysOfLine: number[][] = [];
	for (const line of lines) {
		daysOfLine.push([...new Set(line.map((interval) => at(dayOf, interval)))]);
		yield;
	}
	/** The cells of a line, for each maximum. */
	const cellLines = keys.flatMap((key) =>
		daysOfLine.map((own) => own.map((day) => cellOf(day, key))),
	);
	const lineOf = (line: number, key: string | undefined) => keys.indexOf(key) * lines.length + line;
	const reaches: Place[] = [];
	for (const { line, first, wish, end, preferred, preferredEnd = end, countsToward } of orders) {
		if (reaches.length % ENTRIES_PER_STEP === 0) yield;
		const intervals = lines[line] ?? [];
		const from = firstAtLeast(intervals, first);
		const onTime = firstAtLeast(intervals, wish);
		const to = firstAtLeast(intervals, end);
		const key = countsToward[0];
		const cellAt = (position: number) => cellOf(at(dayOf, at(intervals, position)), key);
		const endAt = (position: number) => (from < position ? cellAt(position - 1) + 1 : 0);
		const last = endAt(to);
		reaches.push({
			line: lineOf(line, key),
			first: from < to ? cellAt(from) : 0,
			wish: onTime < to ? cellAt(onTime) : last,
			end: last,
			...(preferred !== undefined && {
				preferred: lineOf(preferred, key),
				preferredEnd: endAt(firstAtLeast(intervals, preferredEnd)),
			}),
			countsToward,
		});
	}
	const rooms = range(0, days.length).flatMap((day) => keys.map((key) => roomOf(maxima, key, day)));
	const { intervalOf } = yield* matched(
		reaches,
		cellLines,
		rooms,
		days.map(({ room }, day) => ({ first: day * width, room })),
	);
	return intervalOf.map((cell) => (cell === NONE ? NONE : Math.floor(cell / width)));
}

/** What is still free while orders take their places one after the other. */
class FreePlaces {
	private readonly slots: number[];

	private readonly rooms: number[];

	private readonly maxima = new Map<string, number[]>();

	/** By line: the positions with a free slot. */
	private readonly free: Remaining[];

	constructor(
		private readonly room: Room,
		private readonly dayOf: Int32Array,
	) {
		this.slots = Array.from(room.slots);
		this.rooms = room.days.map((day) => day.room);
		for (const key of room.maxima.keys()) {
			this.maxima.set(
				key,
				room.days.map((_, day) => roomOf(room.maxima, key, day)),
			);
		}
		this.free = room.lines.map(
			(line) => new Remaining(line.length, (position) => at(this.slots, at(line, position)) > 0),
		);
	}

	/** Takes a slot of the interval for an order, unless a limit would be exceeded. */
	take(interval: number, { countsToward }: Place): boolean {
		const day = at(this.dayOf, interval);
		const limits = [this.rooms, ...countsToward.map((key) => this.maxima.get(key) ?? [])];
		if (at(this.slots, interval) < 1 || limits.some((rooms) => at(rooms, day) < 1)) return false;
		this.slots[interval] = at(this.slots, interval) - 1;
		for (const rooms of limits) rooms[day] = at(rooms, day) - 1;
		return true;
	}

	/**
	 * Takes a free interval for an order: its preferred line first, then a time after its wish, then
	 * before it. Returns `NONE` if none is free.
	 */
	find(order: Place): number {
		const { line, first, wish, end, preferred, preferredEnd = end } = order;
		const tried: ReadonlyArray<readonly [number, number, number]> = [
			...(preferred === undefined ? [] : [[preferred, wish, preferredEnd] as const]),
			[line, wish, end],
			[line, first, wish],
		];
		for (const [own, from, to] of tried) {
			const interval = this.takeBetween(order, own, from, to);
			if (interval !== NONE) return interval;
		}
		return NONE;
	}

	private takeBetween(order: Place, own: number, from: number, to: number): number {
		const intervals = this.room.lines[own] ?? [];
		const free = this.free[own];
		const end = firstAtLeast(intervals, to);
		let position = free?.from(firstAtLeast(intervals, from)) ?? end;
		while (position < end) {
			const interval = at(intervals, position);
			if (this.take(interval, order)) return interval;
			// A slot is free, so the day or a maximum is full.
			const nextDay = this.room.days[at(this.dayOf, interval) + 1]?.first ?? Infinity;
			position = free?.from(firstAtLeast(intervals, nextDay)) ?? end;
		}
		return NONE;
	}
}
