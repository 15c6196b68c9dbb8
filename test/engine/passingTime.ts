/**
 * Lets time pass for everything in this process without waiting: the node's clock, the sandbox's
 * clock, the time that reports take, and Amazon's rate limits on both sides.
 */

let passedMs = 0;

/** Moves the time forward by this many milliseconds. */
export const passTime = (ms: number): void => {
	passedMs += ms;
};

/** The time that `passTime` has added so far. Measures a wait, however busy the machine is. */
export const timePassed = (): number => passedMs;

let aheadMs = 0;

/** Sets the machine's clock ahead by this many milliseconds; 0 corrects it. */
export const setClockAhead = (ms: number): void => {
	aheadMs = ms;
};

/** Sets the clocks; no mock functions, because those keep every call. */
function setClocks(calendar: () => number, steady: () => number): void {
	Date.now = calendar;
	performance.now = steady;
}

const realCalendar = Date.now;
const realNow = performance.now;
const realSteady = (): number => realNow.call(performance);
const restoreClocks = (): void => setClocks(realCalendar, realNow);

/** For the tests of a file: time runs normally, plus the time that `passTime` adds. */
export function useRunningTime(): void {
	beforeAll(() =>
		setClocks(
			() => Math.round(realCalendar() + passedMs),
			() => realSteady() + passedMs,
		),
	);
	afterAll(restoreClocks);
}

/**
 * For the tests of a file: each starts at this moment (ISO 8601). The calendar then stands still
 * until `passTime` moves it. The monotonic clock, which measures waits, also runs by itself, unless
 * `standsStill` is set: then both agree, however fast the machine is.
 */
export function usePassingTime(start: string, { standsStill = false } = {}): void {
	const startMs = Date.parse(start);
	const startedAt = realSteady();
	const steady = standsStill ? () => startedAt : realSteady;
	beforeEach(() => {
		const passedBefore = passedMs;
		aheadMs = 0;
		setClocks(
			() => startMs + Math.round(passedMs - passedBefore + aheadMs),
			() => steady() + passedMs,
		);
	});
	afterAll(restoreClocks);
}
