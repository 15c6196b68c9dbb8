import { dayNumber, isoDay } from './calendar';

/**
 * A pulse test: the days are cut into blocks, and on one day of each block, drawn at random, all
 * requests that are due go out. What feedback then arrives shows what requests bring, because
 * nothing but the draw decides which day it is.
 */
export interface PulseSchedule {
	/** The same seed draws the same days, in any process and version. */
	readonly seed: string;
	/** Days per block, 2 to 14. */
	readonly blockDays: number;
	/** Each marketplace has draws of its own. */
	readonly marketplaceId: string;
}

/** The block of an ISO calendar day: blocks are counted from 1970-01-01. */
export const blockOf = (day: string, { blockDays }: Pick<PulseSchedule, 'blockDays'>): number =>
	Math.floor(dayNumber(day) / blockDays);

/** The day of a block on which requests go out, as an ISO calendar day of the marketplace. */
export function pulseDayOf(block: number, schedule: PulseSchedule): string {
	const { seed, blockDays, marketplaceId } = schedule;
	const drawn = hashOf(`${seed}/${marketplaceId}/${blockDays}/${block}`) / 2 ** 32;
	return isoDay(block * blockDays + Math.floor(drawn * blockDays));
}

/** Whether requests go out on this marketplace-local day. */
export const isPulseDay = (day: string, schedule: PulseSchedule): boolean =>
	pulseDayOf(blockOf(day, schedule), schedule) === day;

/** 32 bits of a text (FNV-1a with the final mix of MurmurHash3), the same everywhere. */
function hashOf(text: string): number {
	let hash = 0x811c9dc5;
	for (let index = 0; index < text.length; index += 1) {
		hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
	}
	hash ^= hash >>> 16;
	hash = Math.imul(hash, 0x85ebca6b);
	hash ^= hash >>> 13;
	hash = Math.imul(hash, 0xc2b2ae35);
	return (hash ^ (hash >>> 16)) >>> 0;
}
