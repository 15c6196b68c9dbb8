import { dayNumber, isoDay } from './calendar';
import { drawOf } from './drawOf';

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
	const drawn = drawOf(`${seed}/${marketplaceId}/${blockDays}/${block}`);
	return isoDay(block * blockDays + Math.floor(drawn * blockDays));
}

/** Whether requests go out on this marketplace-local day. */
export const isPulseDay = (day: string, schedule: PulseSchedule): boolean =>
	pulseDayOf(blockOf(day, schedule), schedule) === day;
