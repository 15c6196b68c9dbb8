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

/** For the tests of a file: time runs normally, plus the time that `passTime` adds. */
export function useRunningTime(): void {
	const realDate = Date.now.bind(Date);
	const realSteady = performance.now.bind(performance);
	beforeAll(() => {
		jest.spyOn(Date, 'now').mockImplementation(() => Math.round(realDate() + passedMs));
		jest.spyOn(performance, 'now').mockImplementation(() => realSteady() + passedMs);
	});
	afterAll(() => jest.restoreAllMocks());
}

/**
 * For the tests of a file: each starts at this moment (ISO 8601). The calendar then stands still
 * until `passTime` moves it. The monotonic clock, which measures waits, also runs by itself, unless
 * `standsStill` is set: then both agree, however fast the machine is.
 */
export function usePassingTime(start: string, { standsStill = false } = {}): void {
	const startedAt = performance.now();
	const realSteady = standsStill ? () => startedAt : performance.now.bind(performance);
	let passedBefore = 0;
	beforeEach(() => {
		passedBefore = passedMs;
		aheadMs = 0;
		jest.spyOn(Date, 'now').mockImplementation(() => {
			return Date.parse(start) + Math.round(passedMs - passedBefore + aheadMs);
		});
		jest.spyOn(performance, 'now').mockImplementation(() => realSteady() + passedMs);
	});
	afterAll(() => jest.restoreAllMocks());
}
