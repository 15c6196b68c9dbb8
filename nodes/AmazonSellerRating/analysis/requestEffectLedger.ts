import { pulseDayOf, type PulseSchedule } from '../../shared/domain/pulse';
import { dayNumber } from '../../shared/domain/calendar';
import type { PulseBlock, PulseTest } from './requestEffectSchedule';

/** A request that Amazon accepted, as a ledger has it. */
export interface SentRequest {
	readonly orderId: string;
	/** Day number of the request, marketplace-local. */
	readonly day: number;
	/** What Plan wrote about the pulse test; undefined if nothing. */
	readonly pulse?: {
		readonly block: number;
		/** Day number of the drawn day. */
		readonly day: number;
		/** Sent without waiting for the drawn day, because the window would have closed. */
		readonly isForced: boolean;
	};
	/** Random delay that Plan added, in days. */
	readonly delayDays?: number;
}

export interface FoundTest {
	readonly test: PulseTest;
	/** Requests that follow the draw, and those during the test that do not. */
	readonly moved: number;
	readonly forced: number;
}

const SHORTEST_BLOCK = 2;
const LONGEST_BLOCK = 14;

/** A request may be sent some days after the drawn day, if a limit was reached. */
const LATEST_DAYS = 3;

/** With fewer requests on drawn days, the ledger is not that of a pulse test with this seed. */
const LEAST_SHARE = 0.8;

/** One or two days may be drawn days by chance. */
const LEAST_DRAWN_DAYS = 3;

/**
 * Finds the pulse test in a ledger: by what Plan wrote in its rows, or else by the seed.
 * @param schedule undefined if no seed is given
 * @returns undefined if there is no pulse test
 */
export function findPulseTest(
	requests: readonly SentRequest[],
	schedule: PulseSchedule | undefined,
): FoundTest | undefined {
	const noted = requests.some(({ pulse }) => pulse !== undefined);
	if (noted) return ofNotes(requests, schedule);
	return schedule && ofSeed(requests, schedule);
}

interface Place {
	readonly block: number;
	readonly pulseDay: number;
}

function ofNotes(
	requests: readonly SentRequest[],
	schedule: PulseSchedule | undefined,
): FoundTest | undefined {
	const blockDays = blockDaysOf(requests);
	if (blockDays === undefined) return undefined;
	const fitting = schedule?.blockDays === blockDays ? schedule : undefined;
	const notedIn = ({ pulse }: SentRequest): Place | undefined =>
		pulse === undefined || pulse.isForced || Math.floor(pulse.day / blockDays) !== pulse.block
			? undefined
			: { block: pulse.block, pulseDay: pulse.day };
	const drawn = new Map<number, Place>();
	for (const place of requests.map(notedIn)) {
		if (place !== undefined) drawn.set(place.block, place);
	}
	return assemble(requests, blockDays, fitting, (request) => {
		if (!isNotedLater(request)) return notedIn(request);
		const place = drawn.get(Math.floor(request.day / blockDays));
		return place?.pulseDay === request.day ? place : undefined;
	});
}

/** Whether its row was written again on a later day, such as to confirm it: the note is about that day. */
const isNotedLater = ({ day, pulse }: SentRequest): boolean =>
	pulse !== undefined && pulse.day > day;

/**
 * How many days a block has: a drawn day and its block fit only one length, because blocks are
 * counted from 1970. If the test was changed, that of the newest requests.
 */
function blockDaysOf(requests: readonly SentRequest[]): number | undefined {
	const newest = requests
		.filter(({ pulse }) => pulse !== undefined)
		.reduce<
			SentRequest | undefined
		>((last, each) => (last === undefined || each.day > last.day ? each : last), undefined);
	const { day = 0, block = -1 } = newest?.pulse ?? {};
	for (let length = SHORTEST_BLOCK; length <= LONGEST_BLOCK; length += 1) {
		if (Math.floor(day / length) === block) return length;
	}
	return undefined;
}

function ofSeed(requests: readonly SentRequest[], schedule: PulseSchedule): FoundTest | undefined {
	const { blockDays } = schedule;
	const places = new Map<number, Place>();
	const drawn = (day: number): Place => {
		const block = Math.floor(day / blockDays);
		const place = places.get(block) ?? { block, pulseDay: pulseDayIn(block, schedule) };
		places.set(block, place);
		return place;
	};
	const isOnPulse = (day: number): boolean => drawn(day).pulseDay === day;
	const since = startOfTest(requests, isOnPulse);
	if (since === undefined) return undefined;
	const found = assemble(requests, blockDays, schedule, (request) =>
		request.day >= since && isOnPulse(request.day) ? drawn(request.day) : undefined,
	);
	return found && blocksUsedIn(found.test) < LEAST_DRAWN_DAYS ? undefined : found;
}

/** The earliest day from which on nearly all requests were sent on drawn days. */
function startOfTest(
	requests: readonly SentRequest[],
	isOnPulse: (day: number) => boolean,
): number | undefined {
	const perDay = new Map<number, number>();
	for (const { day } of requests) perDay.set(day, (perDay.get(day) ?? 0) + 1);
	let [all, onPulse] = [0, 0];
	let since: number | undefined;
	for (const [day, count] of [...perDay].toSorted(([a], [b]) => b - a)) {
		all += count;
		if (!isOnPulse(day)) continue;
		onPulse += count;
		if (onPulse >= LEAST_SHARE * all) since = day;
	}
	return since;
}

const pulseDayIn = (block: number, schedule: PulseSchedule): number =>
	dayNumber(pulseDayOf(block, schedule));

function assemble(
	requests: readonly SentRequest[],
	blockDays: number,
	schedule: PulseSchedule | undefined,
	placeOf: (request: SentRequest) => Place | undefined,
): FoundTest | undefined {
	const sent = new Map<number, { pulseDay: number; counts: number[] }>();
	const fixed = new Map<number, number>();
	const stay: SentRequest[] = [];
	let moved = 0;
	for (const request of requests) {
		const place = placeOf(request);
		const later = place === undefined ? -1 : request.day - place.pulseDay;
		if (place === undefined || later < 0 || later > LATEST_DAYS) {
			fixed.set(request.day, (fixed.get(request.day) ?? 0) + 1);
			stay.push(request);
			continue;
		}
		const { counts } = getOrSet(sent, place.block, { pulseDay: place.pulseDay, counts: [] });
		while (counts.length <= later) counts.push(0);
		counts[later] = (counts[later] ?? 0) + 1;
		moved += 1;
	}
	if (sent.size === 0) return undefined;
	const first = Math.min(...sent.keys());
	const last = Math.max(...sent.keys());
	const blocks = Array.from({ length: last - first + 1 }, (_, index): PulseBlock => {
		const block = first + index;
		const found = sent.get(block);
		if (found !== undefined) return { pulseDay: found.pulseDay, sent: found.counts };
		// Nothing was due, so it hardly matters which day was drawn.
		const end = (block + 1) * blockDays - 1;
		return { pulseDay: schedule ? pulseDayIn(block, schedule) : end, sent: [] };
	});
	const [from, through] = [first * blockDays, (last + 1) * blockDays - 1];
	const forced = stay.filter(({ day }) => day >= from && day <= through).length;
	return { test: { firstDay: from, blockDays, blocks, fixed }, moved, forced };
}

function getOrSet<Key, Value>(map: Map<Key, Value>, key: Key, initial: Value): Value {
	const value = map.get(key) ?? initial;
	map.set(key, value);
	return value;
}

/**
 * The test without its first block, which may have begun in its middle, and without a last block that
 * is not over: whether a block has requests by now depends on its draw, and so would the choice of
 * days. Their requests stay where they are.
 * @param today day number
 */
export function wholeBlocksOf(test: PulseTest, today: number): PulseTest {
	const { firstDay, blockDays, blocks, fixed } = test;
	const isOver = lastDayOf(test) < today;
	const whole = blocks.slice(1, isOver ? undefined : -1);
	const stay = new Map(fixed);
	for (const { pulseDay, sent } of [...blocks.slice(0, 1), ...blocks.slice(1 + whole.length)]) {
		sent.forEach((count, later) => {
			const day = pulseDay + later;
			stay.set(day, (stay.get(day) ?? 0) + count);
		});
	}
	return { firstDay: firstDay + blockDays, blockDays, blocks: whole, fixed: stay };
}

/** Last day of the last block. */
export const lastDayOf = ({ firstDay, blockDays, blocks }: PulseTest): number =>
	firstDay + blockDays * blocks.length - 1;

/** Blocks in which requests followed the draw. */
export const blocksUsedIn = ({ blocks }: PulseTest): number =>
	blocks.filter(({ sent }) => sent.length > 0).length;
