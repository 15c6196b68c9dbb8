import { DateTime, type DurationLike } from 'luxon';

/** Converts an ISO time (or a Date) to milliseconds; throws on anything else. */
export function toMillis(time: string | Date): number {
	const millis =
		typeof time === 'string' ? DateTime.fromISO(time, { zone: 'utc' }).toMillis() : time.getTime();
	if (Number.isNaN(millis)) throw new Error(`"${String(time)}" is not an ISO 8601 time`);
	return millis;
}

/** Milliseconds as the ISO text SP-API returns, e.g. `2026-11-20T09:00:00Z`. */
export function toIso(millis: number): string {
	return new Date(millis).toISOString().replace('.000Z', 'Z');
}

/**
 * The sandbox's "now". Started with a time, it stands still until someone moves it. Started without
 * one, it follows the computer's clock; if moved, it runs on from there.
 */
export class SandboxClock {
	private standing: number | undefined;
	private offset = 0;

	constructor(start?: string | Date) {
		this.standing = start === undefined ? undefined : toMillis(start);
	}

	millis(): number {
		return this.standing ?? Date.now() + this.offset;
	}

	now(): Date {
		return new Date(this.millis());
	}

	/** Sets the clock to this moment, forward or backward. */
	set(time: string | Date): Date {
		const target = toMillis(time);
		if (this.standing === undefined) this.offset = target - Date.now();
		else this.standing = target;
		return this.now();
	}

	/** Moves the clock forward, e.g. `{ days: 1, hours: 2 }`. Days are 24 hours. */
	advance(duration: DurationLike): Date {
		const target = DateTime.fromMillis(this.millis(), { zone: 'utc' }).plus(duration);
		return this.set(target.toJSDate());
	}
}
