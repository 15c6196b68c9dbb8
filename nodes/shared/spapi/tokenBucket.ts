/**
 * Amazon's rate limit as it is: a bucket of `burst` tokens that refills by `rate` tokens a second.
 * It queues instead of rejecting: a caller reserves a token, possibly a future one, and is told how
 * long to wait for it. Time comes from the caller in milliseconds of any steady clock.
 */
export class TokenBucket {
	/** Below zero while callers wait: each of them holds a token that is still to come. */
	private tokens: number;

	/** Tokens given back since callers began to wait. */
	private givenBack = 0;

	private updatedAt: number;

	constructor(
		private rate: number,
		private readonly burst: number,
		now: number,
	) {
		this.tokens = burst;
		this.updatedAt = now;
	}

	/** The milliseconds a token would have to be waited for, 0 where there is one. */
	waitFor(now: number): number {
		this.refill(now);
		return this.tokens >= 1 ? 0 : Math.ceil(((1 - this.tokens) / this.rate) * 1000);
	}

	/** Whether all tokens are there. */
	isFull(now: number): boolean {
		this.refill(now);
		return this.tokens >= this.burst;
	}

	/** Takes a token; returns the milliseconds until it may be used, 0 where at once. */
	reserve(now: number): number {
		const wait = this.waitFor(now);
		this.tokens -= 1;
		return wait;
	}

	/**
	 * Gives back a reserved token that was not used, before the moment it was reserved for. While
	 * others wait it moves to the end of the queue, which it can only as far as Amazon's bucket holds
	 * it until then; beyond that it is lost.
	 */
	release(now: number): void {
		this.refill(now);
		if (this.tokens < 0) {
			if (this.givenBack >= this.burst - 1) return;
			this.givenBack += 1;
		}
		this.tokens = Math.min(this.burst, this.tokens + 1);
	}

	/** Amazon says the bucket is empty: whatever we believed to have is gone. */
	drain(now: number): void {
		this.refill(now);
		this.tokens = Math.min(this.tokens, 0);
	}

	/** Amazon named another rate than we assumed. Who waits already keeps its moment. */
	adapt(rate: number, now: number): void {
		this.refill(now);
		if (rate === this.rate) return;
		if (this.tokens < 0) {
			this.tokens *= rate / this.rate;
			this.givenBack = this.burst; // a token of theirs is no whole one any more
		}
		this.rate = rate;
	}

	private refill(now: number): void {
		const elapsed = now - this.updatedAt;
		// A clock that goes back must not make the same time count twice.
		if (elapsed <= 0) return;
		this.tokens = Math.min(this.burst, this.tokens + (elapsed / 1000) * this.rate);
		this.updatedAt = now;
		if (this.tokens >= 0) this.givenBack = 0;
	}
}
