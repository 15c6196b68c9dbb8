import { DAY_MS } from '../domain/calendar';
import { pause } from './pause';
import { TokenBucket } from './tokenBucket';

/** The learned pace is never slower than this part of Amazon's rate. */
const SLOWEST_PACE = 1 / 16;

/** How much a refusal lowers the pace, and how much each accepted call raises it. */
const SLOW_DOWN = 0.6;
const SPEED_UP = 0.001;

/** Refusals within the time of this many calls count as one: those calls were already under way. */
const ECHO_CALLS = 5;

/** A second refusal within the time of this many calls cannot come from a wrong initial count. */
const SUSPICIOUS_CALLS = 200;

/** A limit keeps a learned pace at least this long after the last refusal. */
const LEARNED_FOR_MS = DAY_MS;

/**
 * Amazon's rate limit of one operation for one seller and application, as this process keeps it:
 * callers queue for the tokens of one bucket.
 *
 * Amazon counts all processes together, and none of them knows of the others. So after a refusal
 * (429) the bucket counts as empty and all waiting callers queue again. If it is refused again soon
 * after, another process must be using the same bucket: the pace is lowered, then rises slowly.
 * Network connections share a link in the same way (additive increase, multiplicative decrease).
 */
export class RateLimit {
	private bucket: TokenBucket;

	/** Part of the rate that this process uses, as learned. */
	private pace = 1;

	private echoUntil = 0;

	private suspiciousUntil = 0;

	/**
	 * @param rate requests per second
	 * @param burst bucket size
	 * @param share this process's part of both, from 0 to 1
	 * @param clock milliseconds of a monotonic clock
	 */
	constructor(
		private rate: number,
		burst: number,
		private readonly share: number,
		private readonly clock: () => number = () => performance.now(),
	) {
		this.burst = burstOf(burst, share);
		this.bucket = new TokenBucket(this.ownRate, this.burst, this.clock());
	}

	private readonly burst: number;

	private get ownRate(): number {
		return this.rate * this.share * this.pace;
	}

	/**
	 * Waits until a call may be made.
	 * @param atMostMs a caller that would have to wait longer is turned away at once
	 */
	async takeTurn(
		signal: AbortSignal | undefined,
		atMostMs = Infinity,
	): Promise<'granted' | 'cancelled' | 'busy'> {
		for (;;) {
			const { bucket } = this;
			if (bucket.waitFor(this.clock()) > atMostMs) return 'busy';
			const whole = await pause(bucket.reserve(this.clock()), signal);
			if (!whole) {
				bucket.release(this.clock());
				return 'cancelled';
			}
			// If Amazon refused a call in the meantime, the reserved token does not exist.
			if (bucket === this.bucket) return 'granted';
		}
	}

	/**
	 * Whether it can be recreated without loss: nobody waits, nothing was taken, and nothing was learned,
	 * or so long ago that it says nothing about today.
	 */
	get isIdle(): boolean {
		const now = this.clock();
		const isForgotten = this.pace === 1 || now >= this.suspiciousUntil + LEARNED_FOR_MS;
		return isForgotten && this.bucket.isFull(now);
	}

	/** Returns a turn that was granted but not used. */
	returnTurn(): void {
		this.bucket.release(this.clock());
	}

	/** Amazon refused a call (429). */
	throttled(): void {
		const now = this.clock();
		if (now < this.echoUntil) return;
		if (now < this.suspiciousUntil) this.pace = Math.max(SLOWEST_PACE, this.pace * SLOW_DOWN);
		const callMs = 1000 / this.ownRate;
		this.echoUntil = now + ECHO_CALLS * callMs;
		this.suspiciousUntil = now + SUSPICIOUS_CALLS * callMs;
		this.bucket = new TokenBucket(this.ownRate, this.burst, now);
		this.bucket.drain(now);
	}

	/**
	 * Amazon accepted a call.
	 * @param namedRate requests per second, if the answer names the seller's own rate
	 */
	accepted(namedRate?: number): void {
		if (namedRate !== undefined && namedRate > 0) this.rate = namedRate;
		this.pace = Math.min(1, this.pace + SPEED_UP);
		this.bucket.adapt(this.ownRate, this.clock());
	}
}

/**
 * One token of Amazon's bucket stays unused, because calls may arrive closer together than they
 * were made. A smaller share is used whole, and is at least one token.
 */
const burstOf = (burst: number, share: number): number =>
	Math.max(1, Math.min(Math.floor(burst * share), burst - 1));
