/** How fast an operation may be called: requests per second, and how many at once. */
export interface UsagePlan {
	readonly rate: number;
	readonly burst: number;
}

interface Bucket {
	tokens: number;
	filledAt: number;
}

/**
 * Amazon's usage plans: one token bucket per seller, application and operation. Buckets refill in
 * real (monotonic) time, because that is the time a waiting client spends.
 */
export class RateLimiter {
	private readonly buckets = new Map<string, Bucket>();

	/** @param scale multiplies the rates (1 = Amazon's own); the burst stays. `false` = no limit. */
	constructor(
		private readonly scale: number | false,
		private readonly monotonic: () => number = () => performance.now(),
	) {}

	/** The current requests per second, or undefined without a limit. */
	effectiveRate(plan: UsagePlan): number | undefined {
		return this.scale === false ? undefined : plan.rate * this.scale;
	}

	/** Takes one token; false means that the response must be 429. */
	take(key: string, plan: UsagePlan): boolean {
		const rate = this.effectiveRate(plan);
		if (rate === undefined) return true;
		const now = this.monotonic();
		const bucket = this.buckets.get(key) ?? { tokens: plan.burst, filledAt: now };
		this.buckets.set(key, bucket);
		const refill = ((now - bucket.filledAt) / 1000) * rate;
		bucket.tokens = Math.min(plan.burst, bucket.tokens + refill);
		bucket.filledAt = now;
		if (bucket.tokens < 1) return false;
		bucket.tokens -= 1;
		return true;
	}

	reset(): void {
		this.buckets.clear();
	}
}
