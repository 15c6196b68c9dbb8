import fc from '../fastCheck';

import { TokenBucket } from '../../nodes/shared/spapi/tokenBucket';

describe('TokenBucket', () => {
	it('grants the burst at once, then one token per interval', () => {
		const bucket = new TokenBucket(2, 3, 0);
		expect([1, 2, 3, 4, 5, 6].map(() => bucket.reserve(0))).toEqual([0, 0, 0, 500, 1000, 1500]);
	});

	it('refills over time, up to the burst', () => {
		const bucket = new TokenBucket(1, 2, 0);
		bucket.reserve(0);
		bucket.reserve(0);
		expect(bucket.reserve(1500)).toBe(0);
		expect(bucket.reserve(1500)).toBe(500);
		expect([1, 2, 3].map(() => bucket.reserve(1_000_000))).toEqual([0, 0, 1000]);
	});

	it('allows a thousand solicitations in exactly 995 seconds at burst 5 and 1 a second', () => {
		const bucket = new TokenBucket(1, 5, 0);
		const allAtOnce = Array.from({ length: 1000 }, () => bucket.reserve(0));
		expect(allAtOnce.at(-1)).toBe(995_000);
		expect(allAtOnce).toEqual(allAtOnce.map((_, index) => Math.max(0, index - 4) * 1000));

		const oneByOne = new TokenBucket(1, 5, 0);
		let now = 0;
		for (let each = 0; each < 1000; each += 1) now += oneByOne.reserve(now);
		expect(now).toBe(995_000);
	});

	it("keeps to Amazon's slowest rate", () => {
		const bucket = new TokenBucket(0.0167, 1, 0);
		expect(bucket.reserve(0)).toBe(0);
		expect(bucket.reserve(0)).toBe(Math.ceil(1000 / 0.0167));
	});

	it('rounds a wait up', () => {
		const bucket = new TokenBucket(3, 1, 0);
		bucket.reserve(0);
		expect(bucket.reserve(0)).toBe(334);
	});

	it('grants a released token to the next caller', () => {
		const bucket = new TokenBucket(1, 2, 0);
		expect([1, 2, 3].map(() => bucket.reserve(0))).toEqual([0, 0, 1000]);
		bucket.release(0);
		expect(bucket.reserve(0)).toBe(1000);
		expect(bucket.reserve(0)).toBe(2000);
	});

	it('never holds more than the burst, however many tokens are released', () => {
		const bucket = new TokenBucket(1, 2, 0);
		for (let each = 0; each < 5; each += 1) bucket.release(0);
		expect([1, 2, 3].map(() => bucket.reserve(0))).toEqual([0, 0, 1000]);
	});

	it('does not crowd waiting callers when more is released than the bucket can hold', () => {
		const bucket = new TokenBucket(1, 1, 0);
		expect([1, 2, 3].map(() => bucket.reserve(0))).toEqual([0, 1000, 2000]);
		// The caller waiting for 1000 gives up; the time at 2000 is taken, so the next is at 3000.
		bucket.release(0);
		expect(bucket.reserve(0)).toBe(3000);
	});

	it('counts returned tokens until nobody waits, then starts over', () => {
		const bucket = new TokenBucket(1, 2, 0);
		for (let each = 0; each < 8; each += 1) bucket.reserve(0);
		// The last caller waits until 6000. The tokens for 1000 and 2000 are returned; the bucket can
		// keep one of them.
		bucket.release(0);
		bucket.release(1);
		expect([bucket.reserve(1), bucket.reserve(1)]).toEqual([5999, 6999]);

		expect([1, 2, 3].map(() => bucket.reserve(60_000))).toEqual([0, 0, 1000]);
		bucket.release(60_000);
		expect(bucket.reserve(60_000)).toBe(1000);
	});

	it('is empty after Amazon says so, then refills', () => {
		const bucket = new TokenBucket(1, 5, 0);
		bucket.drain(0);
		expect(bucket.reserve(0)).toBe(1000);
		expect(bucket.reserve(10_000)).toBe(0);
	});

	it('keeps earlier reservations when it is drained', () => {
		const bucket = new TokenBucket(1, 1, 0);
		bucket.reserve(0);
		bucket.reserve(0);
		bucket.drain(0);
		expect(bucket.reserve(0)).toBe(2000);
	});

	it('follows a changed rate from then on', () => {
		const bucket = new TokenBucket(1, 1, 0);
		bucket.reserve(0);
		bucket.adapt(2, 500);
		expect(bucket.reserve(500)).toBe(250);
	});

	it('queues new callers behind those waiting at the old rate', () => {
		const faster = new TokenBucket(1, 1, 0);
		expect([1, 2, 3].map(() => faster.reserve(0))).toEqual([0, 1000, 2000]);
		faster.adapt(10, 0);
		expect(faster.reserve(0)).toBe(2100);

		const slower = new TokenBucket(1, 1, 0);
		expect([1, 2, 3].map(() => slower.reserve(0))).toEqual([0, 1000, 2000]);
		slower.adapt(0.1, 0);
		expect(slower.reserve(0)).toBe(12_000);
	});

	it('does not return tokens reserved at another rate, because it would return more than was taken', () => {
		const bucket = new TokenBucket(2, 2, 0);
		expect([1, 2, 3].map(() => bucket.reserve(0))).toEqual([0, 0, 500]);
		bucket.adapt(0.5, 0);
		bucket.release(0);
		bucket.adapt(2, 0);
		expect(bucket.reserve(0)).toBe(1000);
	});

	it('ignores the rate it already has', () => {
		const bucket = new TokenBucket(1, 2, 0);
		expect([1, 2, 3].map(() => bucket.reserve(0))).toEqual([0, 0, 1000]);
		bucket.adapt(1, 0);
		bucket.release(0);
		expect(bucket.reserve(0)).toBe(1000);
	});

	it('treats a clock that goes backward as stopped', () => {
		const bucket = new TokenBucket(1, 2, 10_000);
		expect([1, 2, 3].map(() => bucket.reserve(5000))).toEqual([0, 0, 1000]);
	});

	it('creates no tokens when a clock goes backward and forward again', () => {
		const bucket = new TokenBucket(1, 2, 10_000);
		expect([1, 2].map(() => bucket.reserve(10_000))).toEqual([0, 0]);
		bucket.drain(5000);
		bucket.adapt(1, 1000);
		expect(bucket.reserve(10_000)).toBe(1000);
	});
});

describe('TokenBucket with any schedule', () => {
	type Step =
		| { readonly do: 'pass'; readonly milliseconds: number }
		| { readonly do: 'reserve' }
		| { readonly do: 'release'; readonly which: number }
		| { readonly do: 'drain' }
		| { readonly do: 'adapt'; readonly rate: number };

	const rates = [0.5, 1, 2, 10];
	const pass = fc.record({
		do: fc.constant('pass' as const),
		milliseconds: fc.oneof(fc.nat(300), fc.nat(20_000)),
	});
	const reserve = fc.record({ do: fc.constant('reserve' as const) });
	const release = fc.record({ do: fc.constant('release' as const), which: fc.nat(1000) });
	const drain = fc.record({ do: fc.constant('drain' as const) });
	const adapt = fc.record({ do: fc.constant('adapt' as const), rate: fc.constantFrom(...rates) });

	/**
	 * Runs the steps, with each caller waiting as required; returns the times at which tokens were
	 * used, in order.
	 */
	function usesOf(bucket: TokenBucket, steps: readonly Step[]): number[] {
		let now = 0;
		let waiting: number[] = [];
		const uses: number[] = [];
		for (const step of steps) {
			switch (step.do) {
				case 'pass':
					now += step.milliseconds;
					uses.push(...waiting.filter((moment) => moment <= now));
					waiting = waiting.filter((moment) => moment > now);
					break;
				case 'reserve': {
					const wait = bucket.reserve(now);
					expect(wait).toBeGreaterThanOrEqual(0);
					if (wait === 0) uses.push(now);
					else waiting.push(now + wait);
					break;
				}
				case 'release':
					if (waiting.length > 0) {
						waiting.splice(step.which % waiting.length, 1);
						bucket.release(now);
					}
					break;
				case 'drain':
					bucket.drain(now);
					break;
				default:
					bucket.adapt(step.rate, now);
			}
		}
		return [...uses, ...waiting].sort((a, b) => a - b);
	}

	/** The first period with more uses than `burst + rate * time`, if there is one. */
	function overrun(uses: readonly number[], burst: number, rate: number): string | undefined {
		for (const [first, from] of uses.entries()) {
			for (let last = first; last < uses.length; last += 1) {
				const seconds = ((uses[last] ?? NaN) - from) / 1000;
				const count = last - first + 1;
				// Waits are whole milliseconds, rounded up, so two uses may be one millisecond too close.
				if (!(count <= burst + rate * (seconds + 0.001) + 1e-6)) {
					return `${count} uses in ${seconds} s from ${from} ms`;
				}
			}
		}
		return undefined;
	}

	const manySteps = (...kinds: Array<fc.Arbitrary<Step>>) =>
		fc.array(fc.oneof(pass, reserve, reserve, reserve, ...kinds), { maxLength: 80 });

	it('never grants more than burst and rate allow, in any period', () => {
		fc.assert(
			fc.property(
				manySteps(release, drain),
				fc.constantFrom(...rates),
				fc.constantFrom(1, 2, 5, 15),
				(steps, rate, burst) => {
					const uses = usesOf(new TokenBucket(rate, burst, 0), steps);
					expect(overrun(uses, burst, rate)).toBeUndefined();
				},
			),
			{ numRuns: 2000 },
		);
	});

	it('never grants more than its fastest rate allows when the rate changes', () => {
		fc.assert(
			fc.property(
				manySteps(release, drain, adapt),
				fc.constantFrom(...rates),
				fc.constantFrom(1, 2, 5, 15),
				(steps, rate, burst) => {
					const fastest = Math.max(
						rate,
						...steps.map((step) => (step.do === 'adapt' ? step.rate : 0)),
					);
					const uses = usesOf(new TokenBucket(rate, burst, 0), steps);
					expect(overrun(uses, burst, fastest)).toBeUndefined();
				},
			),
			{ numRuns: 2000 },
		);
	});

	it('makes nobody wait longer than the bucket itself would', () => {
		fc.assert(
			fc.property(
				manySteps(),
				fc.constantFrom(...rates),
				fc.constantFrom(1, 2, 5, 15),
				(steps, rate, burst) => {
					// The ideal in another form: the k-th use comes a burst's worth of time after the one
					// `burst` uses before it, and never before it is requested.
					const interval = 1000 / rate;
					let now = 0;
					let fullAt = 0;
					const ideal: number[] = [];
					for (const step of steps) {
						if (step.do === 'pass') now += step.milliseconds;
						if (step.do !== 'reserve') continue;
						fullAt = Math.max(fullAt, now) + interval;
						ideal.push(Math.max(now, fullAt - burst * interval));
					}
					const uses = usesOf(new TokenBucket(rate, burst, 0), steps);
					expect(uses).toHaveLength(ideal.length);
					for (const [index, moment] of uses.entries()) {
						expect(moment - (ideal[index] ?? NaN)).toBeLessThanOrEqual(1 + 1e-6);
						expect(moment - (ideal[index] ?? NaN)).toBeGreaterThanOrEqual(-1e-6);
					}
				},
			),
			{ numRuns: 1000 },
		);
	});

	it('grants no more tokens with a clock that goes backward than with a stopped one', () => {
		fc.assert(
			fc.property(
				fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 1, maxLength: 60 }),
				(moments) => {
					const bucket = new TokenBucket(1, 3, 0);
					const atOnce = moments.filter((moment) => bucket.reserve(moment) === 0).length;
					expect(atOnce).toBeLessThanOrEqual(3 + Math.max(...moments) / 1000);
				},
			),
			{ numRuns: 500 },
		);
	});
});
