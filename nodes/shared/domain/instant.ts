import { z } from 'zod';

import { DAY_MS, MINUTE_MS } from './calendar';
import { keptBy } from './keptBy';

/** A UTC time with an existing month, day and time of day; the 29th of February is not included. */
const UTC_INSTANT =
	/^\d{4}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,3})?Z$/;

/**
 * ISO 8601, in UTC or with an offset. Zod alone accepts offsets of 24 hours and more, and a time that no Date
 * can read would be neither before nor after any other.
 */
export const instantSchema = z
	.string()
	.datetime({ offset: true })
	.refine((text) => text.endsWith('Z') || !Number.isNaN(Date.parse(text)));

/**
 * A time as this package writes it, with milliseconds, many times as fast as luxon.
 * @returns undefined for any other text, which may still be a time
 */
export function canonicalInstant(text: string): string | undefined {
	if (!UTC_INSTANT.test(text)) return undefined;
	// Up to the seconds; then a point and the first decimals, if there are any.
	return `${text.slice(0, 19)}.${text.slice(20, -1).padEnd(3, '0')}Z`;
}

/** Whether a text is a time as this package writes it. */
export const isUtcInstant = (text: string): boolean => UTC_INSTANT.test(text);

/**
 * Epoch milliseconds of a time as this package writes it, many times as fast as luxon.
 * @returns undefined for any other text, which may still be a time
 */
export function utcInstant(text: string): number | undefined {
	if (!isUtcInstant(text)) return undefined;
	const year = 100 * twoDigitsAt(text, 0) + twoDigitsAt(text, 2);
	// `Date.UTC` takes a year of two digits as one of the 20th century.
	if (text.length !== WITH_MILLISECONDS || year < 100) return Date.parse(text);
	return Date.UTC(
		year,
		twoDigitsAt(text, 5) - 1,
		twoDigitsAt(text, 8),
		twoDigitsAt(text, 11),
		twoDigitsAt(text, 14),
		twoDigitsAt(text, 17),
		10 * twoDigitsAt(text, 20) + text.charCodeAt(22) - DIGIT_ZERO,
	);
}

/** The number of characters of a time with three decimals. */
const WITH_MILLISECONDS = 24;

const DIGIT_ZERO = 48;

const twoDigitsAt = (text: string, index: number): number =>
	10 * text.charCodeAt(index) + text.charCodeAt(index + 1) - 11 * DIGIT_ZERO;

const twoDigits = (number: number): string => String(number).padStart(2, '0');

/** The texts of a time of day: of each minute, of each second, of each millisecond. */
const MINUTES = Array.from(
	{ length: 1_440 },
	(_, minute) => `${twoDigits(Math.floor(minute / 60))}:${twoDigits(minute % 60)}:`,
);
const SECONDS = Array.from({ length: 60 }, (_, second) => `${twoDigits(second)}.`);
const MILLISECONDS = Array.from({ length: 1_000 }, (_, part) => String(part).padStart(3, '0'));

/** Far more days than the orders and windows of a run have. */
const MOST_DAYS_KEPT = 5_000;

/** The text of a day by its number, such as `2026-11-29T`. */
const dayText = keptBy(
	(day: number): string => new Date(day * DAY_MS).toISOString().slice(0, -'00:00:00.000Z'.length),
	MOST_DAYS_KEPT,
);

/**
 * The same as `toISOString` of a Date, several times as fast.
 * @param moment epoch milliseconds
 * @param end what follows the time of day
 * @throws RangeError if no Date has this time
 */
export function isoInstant(moment: number, end = 'Z'): string {
	const day = Math.floor(moment / DAY_MS);
	const time = moment - day * DAY_MS;
	const minute = Math.floor(time / MINUTE_MS);
	const rest = time - minute * MINUTE_MS;
	const second = Math.floor(rest / 1_000);
	const part = Math.floor(rest - second * 1_000);
	return dayText(day) + MINUTES[minute] + (SECONDS[second] + (MILLISECONDS[part] + end));
}
