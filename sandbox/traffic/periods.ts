import { DateTime } from 'luxon';

export type DateGranularity = 'DAY' | 'WEEK' | 'MONTH';
export type AsinGranularity = 'PARENT' | 'CHILD' | 'SKU';

/** Calendar days, both included, e.g. `2026-11-20`. */
export interface DayRange {
	readonly from: string;
	readonly to: string;
}

const TWO_YEARS_DAYS = 731;

const utc = (date: string) => DateTime.fromISO(date, { zone: 'utc' });
const iso = (day: DateTime): string => day.toISODate() ?? '';

/** The day some calendar days earlier. */
export const daysBefore = (date: string, days: number): string => iso(utc(date).minus({ days }));

/** The oldest day that may be requested. */
export const oldestDay = (today: string): string => daysBefore(today, TWO_YEARS_DAYS);

/** The first day of the period a day belongs to; weeks run from Sunday to Saturday. */
export function periodOf(date: string, granularity: DateGranularity): string {
	if (granularity === 'DAY') return date;
	const day = utc(date);
	if (granularity === 'MONTH') return iso(day.startOf('month'));
	return iso(day.minus({ days: day.weekday % 7 }));
}

/** The last day of the period a day belongs to. */
export function endOfPeriod(date: string, granularity: DateGranularity): string {
	if (granularity === 'MONTH') return iso(utc(date).endOf('month'));
	if (granularity === 'WEEK') return iso(utc(periodOf(date, 'WEEK')).plus({ days: 6 }));
	return date;
}

/** Extends week and month ranges to whole periods. */
export function widen({ from, to }: DayRange, granularity: DateGranularity): DayRange {
	return { from: periodOf(from, granularity), to: endOfPeriod(to, granularity) };
}

/** Shortens week and month ranges to whole periods; without one, `from` is after `to`. */
export function shorten({ from, to }: DayRange, granularity: DateGranularity): DayRange {
	const isStart = periodOf(from, granularity) === from;
	const isEnd = endOfPeriod(to, granularity) === to;
	return {
		from: isStart ? from : iso(utc(endOfPeriod(from, granularity)).plus({ days: 1 })),
		to: isEnd ? to : iso(utc(periodOf(to, granularity)).minus({ days: 1 })),
	};
}
