import { IANAZone } from 'luxon';

import { DAY_MS, MINUTE_MS } from './calendar';
import { isoInstant } from './instant';
import { keptBy } from './keptBy';

/** Clocks change only at multiples of this, and not twice within a day in UTC. */
const QUARTER_MS = 15 * MINUTE_MS;

/** Zones that were checked before: a check takes as long as reading an order. */
const zones = new Map<string, boolean>();

/** Whether a text is the IANA name of a zone. */
export function isZone(name: string): boolean {
	const kept = zones.get(name);
	if (kept !== undefined) return kept;
	const isValid = name !== '' && IANAZone.isValidZone(name);
	if (zones.size < MOST_ZONES_KEPT) zones.set(name, isValid);
	return isValid;
}

/** There are about 600; orders may hold any text. */
const MOST_ZONES_KEPT = 2_000;

/** Far more days than one run looks at. */
const MOST_DAYS_KEPT = 5_000;

/** The offset on a day in UTC, in minutes; by quarter of an hour if it changes on the day. */
type OffsetOfDay = number | Map<number, number>;

/** By zone and day: thousands of orders share a few. */
const offsets = new Map<string, Map<number, OffsetOfDay>>();

/**
 * The offset of a zone from UTC at a time, in minutes.
 * @param zone IANA name of a valid zone
 * @param moment epoch milliseconds
 */
export function offsetAt(zone: string, moment: number): number {
	const day = Math.floor(moment / DAY_MS);
	const ofDay = offsets.get(zone)?.get(day) ?? readOffset(zone, day);
	if (typeof ofDay === 'number') return ofDay;
	const quarter = Math.floor(moment / QUARTER_MS);
	const offset = ofDay.get(quarter) ?? IANAZone.create(zone).offset(quarter * QUARTER_MS);
	ofDay.set(quarter, offset);
	return offset;
}

function readOffset(zone: string, day: number): OffsetOfDay {
	const own = offsets.get(zone) ?? new Map<number, OffsetOfDay>();
	offsets.set(zone, own);
	if (own.size >= MOST_DAYS_KEPT) own.clear();
	const clock = IANAZone.create(zone);
	const offset = clock.offset(day * DAY_MS);
	const ofDay = offset === clock.offset((day + 1) * DAY_MS) ? offset : new Map<number, number>();
	own.set(day, ofDay);
	return ofDay;
}

/** The day, counted from 1970-01-01, that a zone's clock shows at a time. */
export const localDayNumber = (zone: string, moment: number): number =>
	Math.floor((moment + offsetAt(zone, moment) * MINUTE_MS) / DAY_MS);

/** A time in a zone as ISO 8601, as luxon writes it, but many times as fast. */
export function localIso(zone: string, moment: number): string {
	const offset = offsetAt(zone, moment);
	if (!Number.isInteger(offset)) return '';
	return isoInstant(moment + offset * MINUTE_MS, zone === 'utc' ? 'Z' : writtenOffset(offset));
}

/** An offset as ISO 8601 writes it: zones share a few. */
const writtenOffset = keptBy((offset: number): string => {
	const minutes = Math.abs(offset);
	const two = (number: number) => String(number).padStart(2, '0');
	return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
});
