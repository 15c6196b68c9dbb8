import { IANAZone } from 'luxon';

const HOUR = 3_600_000;

/**
 * A time zone, for the two questions the world asks thousands of times: which calendar day a moment
 * is in, and when a local time of day is. Offsets are looked up once per hour of the timeline.
 */
export class Zone {
	private static readonly known = new Map<string, Zone>();
	private readonly zone: IANAZone;
	private readonly offsets = new Map<number, number>();

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
		return new Date(millis + this.offsetAt(millis)).toISOString().slice(0, 10);
	}

	/** The moment of a local time; `plusDays` counts calendar days, whatever their length. */
	at(day: string, plusDays = 0, hour = 0, minute = 0): number {
		const wall = Date.parse(`${day}T00:00:00Z`) + ((plusDays * 24 + hour) * 60 + minute) * 60_000;
		const guess = wall - this.offsetAt(wall);
		return wall - this.offsetAt(guess);
	}

	private offsetAt(millis: number): number {
		const hour = Math.floor(millis / HOUR);
		const known = this.offsets.get(hour);
		if (known !== undefined) return known;
		const offset = this.zone.offset(hour * HOUR) * 60_000;
		this.offsets.set(hour, offset);
		return offset;
	}
}
