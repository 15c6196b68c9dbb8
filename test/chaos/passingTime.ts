/**
 * Time that passes without waiting, for everything in this process: the nodes' clock, the sandbox's
 * clock, the duration of reports, and Amazon's rate limits on both sides. So the campaign runs at
 * Amazon's own rates.
 */

const realNow = Date.now;
const realSteady = performance.now;

let passedMs = 0;

/** Moves time forward by this many milliseconds. */
export const passTime = (ms: number): void => {
	passedMs += ms;
};

/** Real milliseconds on a steady clock, for measuring. */
export const realMs = (): number => realSteady.call(performance);

/**
 * Takes over the clocks of this process; they start at this moment (ISO 8601).
 * @returns a function that restores them
 */
export function takeOverClocks(start: string): () => void {
	const origin = realMs() + passedMs;
	const startMs = Date.parse(start);
	performance.now = () => realMs() + passedMs;
	Date.now = () => startMs + Math.floor(realMs() + passedMs - origin);
	return () => {
		Date.now = realNow;
		performance.now = realSteady;
	};
}

/** A wait that lets time pass instead of waiting. */
export const sleepByPassing = async (ms: number): Promise<void> => {
	passTime(ms);
	await new Promise((resolve) => setImmediate(resolve));
};
