/** Times that are shorter say more of the clock than of the work. */
const LEAST_MS = 5;

/** More than this, and it grows faster than the input: eight times as much in proportion, 64 with its square. */
export const IN_PROPORTION = 30;

/** The processor's time that a work takes, in milliseconds: the least of three runs. */
export function timeOf(work: () => unknown): number {
	const runs = Array.from({ length: 3 }, () => {
		const before = process.cpuUsage();
		work();
		return process.cpuUsage(before).user / 1000;
	});
	return Math.max(LEAST_MS, Math.min(...runs));
}

/**
 * How many times as long a work takes for eight times the input: the processor's time of this process,
 * which other processes do not change, however busy the machine; the least of some runs of each.
 */
export function growthOf(work: (size: number) => unknown, size: number): number {
	work(size);
	return timeOf(() => work(8 * size)) / timeOf(() => work(size));
}
