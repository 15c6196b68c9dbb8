/** Shorter times say more about the clock than about the work. */
const LEAST_MS = 5;

/**
 * A higher factor means that the time grows faster than the input. For eight times the input, a
 * time in proportion to it has the factor 8, and a time that grows with its square has 64.
 */
export const IN_PROPORTION = 30;

/** The processor time of some work in milliseconds: the shortest of three runs. */
export function timeOf(work: () => unknown): number {
	const runs = Array.from({ length: 3 }, () => {
		const before = process.cpuUsage();
		work();
		return process.cpuUsage(before).user / 1000;
	});
	return Math.max(LEAST_MS, Math.min(...runs));
}

/** V8 may collect the garbage of earlier tests during all runs of one attempt. */
const ATTEMPTS = 4;

/**
 * The factor by which the processor time of some work grows for eight times the input. Each time is
 * the shortest of a few runs, and counts this process only, however busy the machine is. A factor that
 * is too high is measured again: a time that really grows faster than the input does so each time.
 */
export function growthOf(work: (size: number) => unknown, size: number): number {
	work(size);
	let least = Infinity;
	for (let attempt = 0; attempt < ATTEMPTS && least >= IN_PROPORTION; attempt += 1) {
		least = Math.min(least, timeOf(() => work(8 * size)) / timeOf(() => work(size)));
	}
	return least;
}
