import { IANAZone } from 'luxon';

const HOUR = 3_600_000;

const DAY = 24 * HOUR;

/** ISO calendar days by their number since 1970, of all zones. */
const isoDays = new Map<number, string>();

/**
 * A time zone, for the two questions the world asks thousands of times: which calendar day a moment
 * is in, and when a local time of day is. Offsets are looked up once per day of the timeline, and once
 * per hour of a day on which the clocks change.
 */
export class Zone {
	private static readonly known = new Map<string, Zone>();
	private readonly zone: IANAZone;
	private readonly offsets = new Map<number, number>();
	/** Offsets of days of the timeline (UTC); undefined if the clocks change on the day. */
	private readonly offsetsOfDays = new Map<number, number | undefined>();

	private constructor(name: string) {
		this.zone = IANAZone.create(name);
		if (!this.zone.isValid) throw new Error(`No time zone ${name}`);
	}

	/** The shared instance of a zone, so that its lookups are reused. */
	static of(name: string): Zone {
		const zone = Zone.known.get(name) ?? new Zone(name);
		Zone.known.set(name, zone);
		return zone;
	}

	/** The local calendar day of a moment, `2026-11-20`. */
	dayOf(millis: number): string {
		const number = Math.floor((millis + this.offsetAt(millis)) / DAY);
		const known = isoDays.get(number);
		if (known !== undefined) return known;
		const day = new Date(number * DAY).toISOString().slice(0, 10);
		isoDays.set(number, day);
		return day;
	}

	/** The moment of a local time; `plusDays` counts calendar days, whatever their length. */
	at(day: string, plusDays = 0, hour = 0, minute = 0): number {
		const wall = Date.parse(`${day}T00:00:00Z`) + ((plusDays * 24 + hour) * 60 + minute) * 60_000;
		const guess = wall - this.offsetAt(wall);
		return wall - this.offsetAt(guess);
	}

	private offsetAt(millis: number): number {
		return this.offsetOfDay(Math.floor(millis / DAY)) ?? this.offsetOfHour(millis);
	}

	private offsetOfDay(day: number): number | undefined {
		if (this.offsetsOfDays.has(day)) return this.offsetsOfDays.get(day);
		const [first, next] = [this.offsetOfHour(day * DAY), this.offsetOfHour((day + 1) * DAY)];
		const offset = first === next ? first : undefined;
		this.offsetsOfDays.set(day, offset);
		return offset;
	}

	private offsetOfHour(millis: number): number {
		const hour = Math.floor(millis / HOUR);
		const known = this.offsets.get(hour);
		if (known !== undefined) return known;
		const offset = this.zone.offset(hour * HOUR) * 60_000;
		this.offsets.set(hour, offset);
		return offset;
	}
}
