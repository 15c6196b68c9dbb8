import { backoff, pause } from '../../nodes/shared/spapi/pause';
import { RateLimit } from '../../nodes/shared/spapi/rateLimit';
import { RateLimiter } from '../../sandbox/rateLimits';
import { seeded } from '../seeded';

/** Amazon's usage plan for solicitations. */
const PLAN = { rate: 1, burst: 5 };

/** Orders that each process handles at the same time. */
const WORKERS = 5;

beforeEach(() => {
	jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
	jest.spyOn(Date, 'now').mockImplementation(() => jest.now());
	jest.spyOn(Math, 'random').mockImplementation(seeded(20_260_711));
});

afterEach(() => {
	jest.restoreAllMocks();
	jest.useRealTimers();
});

/** A manual clock that moves only from one timer to the next. */
const clock = (): number => Date.now();

const settle = async (): Promise<void> => await new Promise((resolve) => setImmediate(resolve));

/** Runs the clock until the work is done. */
async function simulate<Result>(work: Promise<Result>): Promise<Result> {
	let done = false;
	void work.finally(() => {
		done = true;
	});
	for (await settle(); !done; await settle()) jest.advanceTimersToNextTimer();
	return await work;
}

/** Amazon's own bucket, which all processes use. */
const amazonsBucket = () => {
	const limiter = new RateLimiter(1, clock);
	return { take: () => limiter.take('seller/operation', PLAN) };
};

/** One answer from Amazon, in the order in which the calls arrived there. */
interface Arrival {
	readonly process: number;
	readonly at: number;
	readonly taken: boolean;
}

/**
 * Processes that each send with several workers until Amazon has accepted `calls` together, like
 * the client, including the time that requests and answers take.
 */
async function load(limits: readonly RateLimit[], calls: number): Promise<Arrival[]> {
	const amazon = amazonsBucket();
	const arrivals: Arrival[] = [];
	let begun = 0;
	const worker = async (limit: RateLimit, process: number): Promise<void> => {
		while (begun < calls) {
			begun += 1;
			for (let attempt = 1; ; attempt += 1) {
				await limit.takeTurn(undefined);
				await pause(20 + 80 * Math.random(), undefined);
				const taken = amazon.take();
				arrivals.push({ process, at: clock(), taken });
				await pause(20 + 180 * Math.random(), undefined);
				if (taken) {
					limit.accepted(PLAN.rate);
					break;
				}
				limit.throttled();
				await pause(backoff(Math.min(attempt, 5)), undefined);
			}
		}
	};
	const workers = limits.flatMap((limit, process) =>
		Array.from({ length: WORKERS }, async () => await worker(limit, process)),
	);
	await simulate(Promise.all(workers));
	return arrivals;
}

const newLimit = (share = 1): RateLimit => new RateLimit(PLAN.rate, PLAN.burst, share, clock);

const refusalsOf = (arrivals: readonly Arrival[]): number =>
	arrivals.filter(({ taken }) => !taken).length;

/** The part of the rate that was used, from the first to the last of these calls. */
function useOf(arrivals: readonly Arrival[]): number {
	const taken = arrivals.filter((arrival) => arrival.taken);
	const seconds = ((taken.at(-1)?.at ?? NaN) - (taken[0]?.at ?? NaN)) / 1000;
	return (taken.length - 1) / (seconds * PLAN.rate);
}

describe('RateLimit with one process for one bucket', () => {
	it('is never refused and uses the full rate', async () => {
		const arrivals = await load([newLimit()], 5000);
		expect(arrivals).toHaveLength(5000);
		expect(refusalsOf(arrivals)).toBe(0);
		expect(useOf(arrivals)).toBeGreaterThan(0.999);
	});

	it('is not refused when calls overtake each other on the way', async () => {
		// Such calls need the unused part of the burst: without it, Amazon refuses the first arrivals.
		const limit = newLimit();
		const amazon = amazonsBucket();
		const taken: boolean[] = [];
		const call = async (each: number): Promise<void> => {
			await limit.takeTurn(undefined);
			await pause(each % 2 === 0 ? 900 : 0, undefined);
			taken.push(amazon.take());
		};
		await simulate(Promise.all(Array.from({ length: 500 }, async (_, each) => await call(each))));
		expect(taken).toHaveLength(500);
		expect(taken).not.toContain(false);
	});
});

describe('RateLimit with four processes for one bucket', () => {
	it('finds a pace with few refusals that uses most of the rate', async () => {
		const arrivals = await load(
			Array.from({ length: 4 }, () => newLimit()),
			2200,
		);
		// At the start they learn of each other by their first refusals.
		const afterStart = arrivals.slice(200);
		const refused = refusalsOf(afterStart) / afterStart.length;
		const used = useOf(afterStart);
		const perProcess = [0, 1, 2, 3].map(
			(process) => afterStart.filter((each) => each.taken && each.process === process).length,
		);
		expect(refused).toBeLessThan(0.02);
		expect(used).toBeGreaterThan(0.6);
		expect(Math.min(...perProcess)).toBeGreaterThan(Math.max(...perProcess) / 4);
	});

	it('is never refused when each process has its share', async () => {
		const arrivals = await load(
			Array.from({ length: 4 }, () => newLimit(0.25)),
			2000,
		);
		expect(refusalsOf(arrivals)).toBe(0);
		expect(useOf(arrivals)).toBeGreaterThan(0.95);
	});
});

describe('RateLimit after a refusal', () => {
	/** Milliseconds between the next calls, each made as soon as it may be. */
	async function gaps(limit: RateLimit, calls: number, accepted = false): Promise<number[]> {
		const moments: number[] = [];
		const work = async (): Promise<void> => {
			for (let call = 0; call <= calls; call += 1) {
				await limit.takeTurn(undefined);
				moments.push(clock());
				if (accepted) limit.accepted(PLAN.rate);
			}
		};
		await simulate(work());
		return moments.slice(1).map((moment, index) => moment - (moments[index] ?? NaN));
	}

	const pass = async (seconds: number): Promise<void> =>
		await simulate(pause(seconds * 1000, undefined).then(() => undefined));

	/** Refusals far enough apart that none is an echo, but close enough together to count. */
	async function refusedAgain(limit: RateLimit, times: number): Promise<void> {
		for (let each = 0; each < times; each += 1) {
			limit.throttled();
			await pass(20);
		}
	}

	it('counts the bucket as empty and keeps its pace after a single refusal', async () => {
		const limit = newLimit();
		limit.throttled();
		const before = clock();
		expect(await gaps(limit, 5)).toEqual([1000, 1000, 1000, 1000, 1000]);
		expect(clock() - before).toBe(6000);
	});

	it('counts refusals of calls that were under way together as one', async () => {
		const limit = newLimit();
		await gaps(limit, 10);
		for (let each = 0; each < WORKERS; each += 1) {
			limit.throttled();
			await pass(0.5);
		}
		await gaps(limit, 4);
		expect(await gaps(limit, 3)).toEqual([1000, 1000, 1000]);
	});

	it('makes waiting callers queue again for the emptied bucket', async () => {
		const limit = newLimit();
		const moments: number[] = [];
		const start = clock();
		const callers = Array.from({ length: 6 }, async () => {
			await limit.takeTurn(undefined);
			moments.push(clock() - start);
		});
		// Four at once, two wait; the refusal comes when the first of these is almost due.
		await simulate(pause(900, undefined));
		limit.throttled();
		await simulate(Promise.all(callers));
		expect(moments).toEqual([0, 0, 0, 0, 1900, 2900]);
	});

	it('slows down only when refused again soon after', async () => {
		const soon = newLimit();
		await refusedAgain(soon, 2);
		await gaps(soon, 10);
		const [slower = NaN] = await gaps(soon, 1);
		expect(slower).toBeGreaterThan(1200);
		expect(slower).toBeLessThan(2100);

		const late = newLimit();
		late.throttled();
		await pass(1000);
		late.throttled();
		await gaps(late, 10);
		expect(await gaps(late, 1)).toEqual([1000]);
	});

	it('slows down by the same factor with every refusal, to at least a sixteenth of the rate', async () => {
		const limit = newLimit();
		const paces: number[] = [];
		for (let each = 0; each < 12; each += 1) {
			limit.throttled();
			await gaps(limit, 8);
			paces.push(1000 / ((await gaps(limit, 1))[0] ?? NaN));
		}
		const [first, second = NaN] = paces;
		expect(first).toBe(1);
		for (const [index, pace] of paces.entries()) {
			expect(pace).toBeCloseTo(Math.max(1 / 16, second ** index), 2);
		}
		expect(paces.at(-1)).toBe(1 / 16);
	});

	it('speeds up with every call that Amazon accepts, up to the full rate', async () => {
		const limit = newLimit();
		await refusedAgain(limit, 4);
		await gaps(limit, 10);
		const [slow = NaN] = await gaps(limit, 1);
		expect(slow).toBeGreaterThan(2000);

		const rising = await gaps(limit, 1500, true);
		expect(rising.every((gap, index) => gap <= (rising[index - 1] ?? Infinity) + 1)).toBe(true);
		expect(rising[10]).toBeLessThan(slow);
		expect(rising.slice(-20)).toEqual(Array.from({ length: 20 }, () => 1000));
	});
});

describe('RateLimit', () => {
	it('follows the rate that Amazon names', async () => {
		const limit = newLimit();
		limit.accepted(10);
		const start = clock();
		await simulate(
			Promise.all(Array.from({ length: 24 }, async () => await limit.takeTurn(undefined))),
		);
		expect(clock() - start).toBe(2000);
	});

	it('returns the turn of a canceled caller', async () => {
		const limit = newLimit();
		const cancel = new AbortController();
		for (let each = 0; each < 4; each += 1) await limit.takeTurn(undefined);
		const given = limit.takeTurn(cancel.signal);
		cancel.abort();
		expect(await given).toBe('cancelled');
		const start = clock();
		expect(await simulate(limit.takeTurn(undefined))).toBe('granted');
		expect(clock() - start).toBe(1000);
		expect(await limit.takeTurn(cancel.signal)).toBe('cancelled');
	});

	it('turns away callers that cannot wait, at no cost to others', async () => {
		const limit = newLimit();
		for (let each = 0; each < 4; each += 1) await limit.takeTurn(undefined);
		const start = clock();
		for (let each = 0; each < 10; each += 1) {
			expect(await limit.takeTurn(undefined, 999)).toBe('busy');
		}
		expect(clock()).toBe(start);
		expect(await simulate(limit.takeTurn(undefined, 1000))).toBe('granted');
		expect(clock() - start).toBe(1000);
	});
});

it('a limit that learned a slower pace can be forgotten a day after the last refusal, once its bucket is full', () => {
	let now = 0;
	const limit = new RateLimit(1, 20, 1, () => now);
	expect(limit.isIdle).toBe(true);
	limit.throttled();
	// After the echo, soon enough to be another process.
	now = 20_000;
	limit.throttled();
	now += 23 * 3_600_000;
	expect(limit.isIdle).toBe(false);
	now += 2 * 3_600_000;
	expect(limit.isIdle).toBe(true);
});
