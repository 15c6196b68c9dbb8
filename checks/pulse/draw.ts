import { MARKETPLACE } from './settings';

/**
 * The draws of a pulse test, computed apart from the nodes: the seed and a date alone must give the
 * same days.
 */
export interface Draw {
	readonly seed: string;
	readonly blockDays: number;
}

const DAY_MS = 86_400_000;

/** Days since 1970-01-01 of an ISO day. */
const numberOf = (day: string): number => Date.parse(day) / DAY_MS;

export const isoDay = (number: number): string =>
	new Date(number * DAY_MS).toISOString().slice(0, 10);

export const plusDays = (day: string, days: number): string => isoDay(numberOf(day) + days);

/** The block of a day: blocks are counted from 1970-01-01. */
export const blockOf = (day: string, { blockDays }: Draw): number =>
	Math.floor(numberOf(day) / blockDays);

/** Whether a day is the one drawn for its block. */
export function isDrawn(day: string, draw: Draw): boolean {
	const { seed, blockDays } = draw;
	const block = blockOf(day, draw);
	const place = Math.floor(share(`${seed}/${MARKETPLACE}/${blockDays}/${block}`) * blockDays);
	return numberOf(day) === block * blockDays + place;
}

/** From 0 up to 1: FNV-1a of an ASCII text, mixed as MurmurHash3 does at its end. */
function share(text: string): number {
	const hash = [...Buffer.from(text, 'ascii')].reduce(
		(mixed, byte) => Math.imul(mixed ^ byte, 16_777_619),
		2_166_136_261,
	);
	const once = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
	const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35);
	return ((twice ^ (twice >>> 16)) >>> 0) / 0x1_0000_0000;
}
