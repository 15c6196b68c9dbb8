import { DAY_MS, MINUTE_MS } from '../../shared/domain/calendar';
import { isZone, offsetAt } from '../../shared/domain/localTime';

/** When requests may be sent, on the clock of the zone it is applied to. */
export interface PermittedHours {
	/**
	 * Minutes of the day, 0 to 1440: `from` is included, `to` is not. Wraps past midnight if `from`
	 * is not before `to`. Equal values mean all day, as does leaving it out.
	 */
	readonly hours?: { readonly from: number; readonly to: number };
	/** ISO weekdays, 1 (Monday) to 7, of the time itself, even after midnight; all by default. */
	readonly weekdays?: readonly number[];
	/** Whether a day, counted from 1970-01-01, is permitted; all are by default. */
	readonly isPermittedDay?: (day: number) => boolean;
}

/** Permitted times on the clock of a zone. */
export interface ClockTimes extends PermittedHours {
	/** IANA name. */
	readonly zone: string;
}

/** A time span in epoch milliseconds: `from` is included, `to` is not. */
export interface Span {
	readonly from: number;
	readonly to: number;
}

/** A span in which a zone's clock shows one date at one UTC offset. */
export interface LocalDay extends Span {
	/** Days from 1970-01-01 to the date on that clock. */
	readonly day: number;
	/** When the clock would have shown 0:00 with this offset; epoch milliseconds. */
	readonly midnight: number;
}

/**
 * Returns the spans in which a calendar permits requests, sorted and not touching. The clock
 * decides: an hour that it skips is lost, one that it repeats counts twice.
 * @param zone IANA name
 * @throws RangeError if the zone is unknown or the calendar is not valid
 */
export function permittedSpans(
	zone: string,
	{ hours = { from: 0, to: 0 }, weekdays, isPermittedDay = () => true }: PermittedHours,
	between: Span,
): Span[] {
	for (const minute of [hours.from, hours.to]) {
		if (!(minute >= 0 && minute <= 1440))
			throw new RangeError(`${minute} is not a minute of a day`);
	}
	for (const weekday of weekdays ?? []) {
		if (![1, 2, 3, 4, 5, 6, 7].includes(weekday)) {
			throw new RangeError(`${weekday} is not an ISO weekday`);
		}
	}
	const from = hours.from * MINUTE_MS;
	const to = hours.to * MINUTE_MS;
	const daily: Span[] =
		from < to
			? [{ from, to }]
			: [
					{ from: 0, to },
					{ from, to: DAY_MS },
				];

	const permitted: Array<{ from: number; to: number }> = [];
	for (const local of localDays(zone, between)) {
		if (weekdays !== undefined && !weekdays.includes(weekdayOf(local.day))) continue;
		if (!isPermittedDay(local.day)) continue;
		for (const part of daily) {
			const begins = Math.max(local.from, local.midnight + part.from);
			const ends = Math.min(local.to, local.midnight + part.to);
			if (begins >= ends) continue;
			const last = permitted.at(-1);
			if (last?.to === begins) last.to = ends;
			else permitted.push({ from: begins, to: ends });
		}
	}
	return permitted;
}

/** The spans that are in both lists; each is sorted and does not overlap itself. */
export function commonSpans(left: readonly Span[], right: readonly Span[]): Span[] {
	const common: Span[] = [];
	let index = 0;
	for (const { from, to } of left) {
		while ((right[index]?.to ?? Infinity) <= from) index += 1;
		for (let next = index; (right[next]?.from ?? Infinity) < to; next += 1) {
			const other = right[next] as Span;
			common.push({ from: Math.max(from, other.from), to: Math.min(to, other.to) });
		}
	}
	return common;
}

/** The spans in which all clocks permit requests; the whole span if there is no clock. */
export const spansOnAllClocks = (clocks: readonly ClockTimes[], between: Span): Span[] =>
	clocks.map((times) => permittedSpans(times.zone, times, between)).reduce(commonSpans, [between]);

/**
 * Cuts a span at a zone's midnights and at every change of its UTC offset. In between, a local day
 * is plain arithmetic, so no time is ever built that does not exist.
 * @param zone IANA name
 * @throws RangeError if the zone is unknown
 */
export function localDays(zone: string, { from, to }: Span): LocalDay[] {
	if (!isZone(zone)) throw new RangeError(`${zone} is not a time zone`);
	const days: LocalDay[] = [];
	for (let begins = from; begins < to; ) {
		const stretchEnds = nextOffsetChange(zone, { from: begins, to });
		const offset = offsetAt(zone, begins) * MINUTE_MS;
		while (begins < stretchEnds) {
			const day = Math.floor((begins + offset) / DAY_MS);
			const midnight = day * DAY_MS - offset;
			const ends = Math.min(midnight + DAY_MS, stretchEnds);
			days.push({ day, midnight, from: begins, to: ends });
			begins = ends;
		}
	}
	return days;
}

/** First time after the start with another offset; the end if the offset never changes. */
function nextOffsetChange(zone: string, { from, to }: Span): number {
	const offset = offsetAt(zone, from);
	let same = from;
	let other = from;
	do {
		same = other;
		other = Math.min(same + DAY_MS, to);
		if (other === to && offsetAt(zone, to) === offset) return to;
	} while (offsetAt(zone, other) === offset);
	while (other - same > 1) {
		const middle = Math.floor((same + other) / 2);
		if (offsetAt(zone, middle) === offset) same = middle;
		else other = middle;
	}
	return other;
}

/** ISO weekday of a day counted from 1970-01-01, a Thursday. */
const weekdayOf = (day: number): number => ((((day + 3) % 7) + 7) % 7) + 1;
