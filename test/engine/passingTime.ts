/**
 * Lets time pass for everything in this process without waiting: the node's clock, the sandbox's
 * clock, how long reports take, and Amazon's rate limits on both sides.
 */

let passedMs = 0;

/** From now on it is that many milliseconds later. */
export const passTime = (ms: number): void => {
	passedMs += ms;
};

/** How much was passed so far: what something waits for, however busy the machine is. */
export const timePassed = (): number => passedMs;

let aheadMs = 0;

/** The machine's clock shows a time so many milliseconds ahead, until it is set right (0). */
export const setClockAhead = (ms: number): void => {
	aheadMs = ms;
};

/** For the tests of a file: time runs as it does, and what is passed is added. */
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
 * For the tests of a file: each begins at this moment (ISO 8601). The calendar then stands still
 * until time is passed; the steady clock, which waits are measured by, runs on by itself too, unless it
 * is told to stand still: then both agree, however long the machine takes.
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
