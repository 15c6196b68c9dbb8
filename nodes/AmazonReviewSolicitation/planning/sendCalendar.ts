import {
	spansOnAllClocks,
	type ClockTimes,
	type PermittedHours,
	type Span,
} from './permittedHours';
import { firstWhere } from './matching';

/** Times at which several clocks permit a request. Calendars with the same key are the same. */
export interface SendCalendar {
	readonly key: string;
	readonly allOf: readonly ClockTimes[];
}

/** The calendar of an order that has none of its own: the same for all zones without hours and days. */
export const plainCalendar = (zone: string, limits: PermittedHours): SendCalendar => {
	const { hours, weekdays, isPermittedDay } = limits;
	const isAlways = hours === undefined && weekdays === undefined && isPermittedDay === undefined;
	return isAlways
		? { key: '', allOf: [] }
		: { key: zone, allOf: [{ zone, hours, weekdays, isPermittedDay }] };
};

/** The permitted spans of each calendar that is used, numbered in the order of their first use. */
export class Calendars {
	readonly spans: Array<readonly Span[]> = [];

	private readonly numbers = new Map<string, number>();

	constructor(private readonly whole: Span) {}

	/** @throws RangeError if a zone is unknown or the calendar is not valid */
	numberOf({ key, allOf }: SendCalendar): number {
		const kept = this.numbers.get(key);
		if (kept !== undefined) return kept;
		const number = this.spans.push(spansOnAllClocks(allOf, this.whole)) - 1;
		this.numbers.set(key, number);
		return number;
	}

	/** Whether a calendar permits some time of a window. */
	overlaps(number: number, window: Span): boolean {
		const spans = this.spans[number] ?? [];
		const next = spans[firstWhere(spans.length, (index) => (spans[index]?.to ?? 0) > window.from)];
		return next !== undefined && Math.max(next.from, window.from) < Math.min(next.to, window.to);
	}

	/** Whether a calendar permits a time. */
	permits(number: number, moment: number): boolean {
		return this.overlaps(number, { from: moment, to: moment + 1 });
	}

	/** Whether a calendar permits all times from the start until this one. */
	permitsUntil(number: number, moment: number): boolean {
		const [first] = this.spans[number] ?? [];
		return first?.from === this.whole.from && first.to > moment;
	}
}
