/**
 * Amazon's rate limit: a bucket of `burst` tokens that refills by `rate` tokens a second. It queues
 * instead of rejecting: a caller reserves a token, possibly a future one, and learns how long to
 * wait for it. Time comes from the caller, in milliseconds of any monotonic clock.
 */
export class TokenBucket {
	/** Below zero while callers wait: each of them has reserved a future token. */
	private tokens: number;

	/** Tokens returned since callers began to wait. */
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

	/** The milliseconds until a token is available, 0 if there is one. */
	waitFor(now: number): number {
		this.refill(now);
		return this.tokens >= 1 ? 0 : Math.ceil(((1 - this.tokens) / this.rate) * 1000);
	}

	/** Whether the bucket is full. */
	isFull(now: number): boolean {
		this.refill(now);
		return this.tokens >= this.burst;
	}

	/** Takes a token; returns the milliseconds until it may be used, 0 if at once. */
	reserve(now: number): number {
		const wait = this.waitFor(now);
		this.tokens -= 1;
		return wait;
	}

	/**
	 * Returns a reserved token that was not used, before the time it was reserved for. While others
	 * wait, it moves to the end of the queue, but only as far as Amazon's bucket can keep it until
	 * then; otherwise it is lost.
	 */
	release(now: number): void {
		this.refill(now);
		if (this.tokens < 0) {
			if (this.givenBack >= this.burst - 1) return;
			this.givenBack += 1;
		}
		this.tokens = Math.min(this.burst, this.tokens + 1);
	}

	/** Amazon says the bucket is empty: the tokens assumed here do not exist. */
	drain(now: number): void {
		this.refill(now);
		this.tokens = Math.min(this.tokens, 0);
	}

	/** Amazon named a different rate than assumed. Callers that already wait keep their time. */
	adapt(rate: number, now: number): void {
		this.refill(now);
		if (rate === this.rate) return;
		if (this.tokens < 0) {
			this.tokens *= rate / this.rate;
			this.givenBack = this.burst; // the tokens they reserved are no longer whole
		}
		this.rate = rate;
	}

	private refill(now: number): void {
		const elapsed = now - this.updatedAt;
		// If the clock goes back, the same time must not count twice.
		if (elapsed <= 0) return;
		this.tokens = Math.min(this.burst, this.tokens + (elapsed / 1000) * this.rate);
		this.updatedAt = now;
		if (this.tokens >= 0) this.givenBack = 0;
	}
}
