import { DateTime } from 'luxon';

import { keptBy } from './keptBy';
import type { Marketplace } from './marketplaces';

/** Calendar days are ISO texts (2026-11-29) in the marketplace's own zone. */

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** Milliseconds of an ISO instant that names its zone; a poll of many sellers needs thousands of them. */
export const millisOf = (instant: string): number => Date.parse(instant);

type Zone = Pick<Marketplace, 'timeZone'>;

/** Far more days than reports and windows have. */
const MOST_DAYS_KEPT = 5_000;

/**
 * Days since 1970-01-01 of an ISO calendar day. Kept, because every window needs the same few hundred.
 * @throws RangeError if it is not an ISO calendar day
 */
export const dayNumber = keptBy((isoDate: string): number => {
	const day =
		plainDayNumber(isoDate) ?? DateTime.fromISO(isoDate, { zone: 'utc' }).toMillis() / DAY_MS;
	if (!Number.isInteger(day)) throw new RangeError(`${isoDate} is not an ISO calendar day`);
	return day;
}, MOST_DAYS_KEPT);

/** The same for a day written as YYYY-MM-DD, many times as fast; undefined for any other text. */
function plainDayNumber(text: string): number | undefined {
	const day = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) / DAY_MS : NaN;
	// A day that does not exist may become one of the next month.
	return Number.isInteger(day) && isoDay(day) === text ? day : undefined;
}

/** Whether a text is an ISO calendar day. */
export function isIsoDay(text: string): boolean {
	try {
		return /^\d{4}-\d{2}-\d{2}$/.test(text) && Number.isInteger(dayNumber(text));
	} catch {
		return false;
	}
}

/**
 * The ISO calendar day of a table's field: text, or the midnight in UTC that a date column makes of
 * it; undefined if it is neither.
 */
export function dayOfTable(value: unknown): string | undefined {
	const isDate = Object.prototype.toString.call(value) === '[object Date]';
	const text = isDate ? JSON.stringify(value).slice(1, -1) : value;
	if (typeof text !== 'string') return undefined;
	const day = text.trim().replace(/T00:00:00(?:\.000)?(?:Z|\+00:00)$/, '');
	return isIsoDay(day) ? day : undefined;
}

/** The ISO calendar day of a day number. */
export function isoDay(day: number): string {
	const date = new Date(day * DAY_MS);
	return Number.isNaN(date.getTime()) ? '' : date.toISOString().slice(0, -'T00:00:00.000Z'.length);
}

/** The ISO day `days` days later (earlier if negative). */
export const plusDays = (isoDate: string, days: number): string =>
	isoDay(dayNumber(isoDate) + days);

/** The marketplace-local calendar day of a moment. */
export const dayIn = ({ timeZone }: Zone, moment: DateTime): string =>
	moment.setZone(timeZone).toISODate() ?? '';

/** Today's calendar day in the marketplace. */
export const todayIn = (place: Zone): string => dayIn(place, DateTime.now());

/** Start of a marketplace-local calendar day, in the format Amazon expects. */
export const startOfDayIn = ({ timeZone }: Zone, isoDate: string): string =>
	DateTime.fromISO(isoDate, { zone: timeZone }).toUTC().toISO({ suppressMilliseconds: true }) ?? '';

/** The marketplace-local calendar day of a point in time. */
export const dayOf = ({ timeZone }: Zone, moment: string | undefined): string | undefined =>
	(moment && DateTime.fromISO(moment, { zone: timeZone }).toISODate()) || undefined;

/** The first marketplace-local day that begins at this time or later. */
export const firstWholeDay = (marketplace: Zone, moment: string | undefined) => {
	const day = dayOf(marketplace, moment);
	if (day === undefined || moment === undefined) return undefined;
	return DateTime.fromISO(moment) > DateTime.fromISO(startOfDayIn(marketplace, day))
		? plusDays(day, 1)
		: day;
};

/** The last marketplace-local day that has ended by this time, to within a second. */
export const lastWholeDay = (marketplace: Zone, moment: string | undefined) => {
	const end = moment && DateTime.fromISO(moment, { zone: 'utc' }).plus({ seconds: 1 });
	const day = end ? dayOf(marketplace, end.toISO() ?? undefined) : undefined;
	return day && plusDays(day, -1);
};
