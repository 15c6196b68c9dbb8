import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import type { Point } from './section';

/** The middle one, or the mean of the two in the middle; NaN of none. */
export function median(values: readonly number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	const upper = sorted[Math.floor(sorted.length / 2)] ?? NaN;
	const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? NaN;
	return (lower + upper) / 2;
}

/** How long the task takes, in milliseconds; a promise is awaited. */
export async function milliseconds(task: () => unknown): Promise<number> {
	const start = performance.now();
	await task();
	return performance.now() - start;
}

export interface Contender<Result> {
	readonly name: string;
	run(): Result | Promise<Result>;
	/** It takes so long that its first run is the only one, and timed. */
	readonly once?: boolean;
}

export interface Timing<Result> {
	readonly name: string;
	/** Median of the repeats, in milliseconds. */
	readonly time: number;
	/** Of the first run. */
	readonly result: Result;
}

/**
 * Times contenders in turns, so that a busy machine slows down all of them alike: first each once to
 * warm up, which does not count, then as often as told, with the garbage collected before.
 */
export async function timeInTurns<Result>(
	contenders: ReadonlyArray<Contender<Result>>,
	repeats: number,
): Promise<Array<Timing<Result>>> {
	const lanes: Array<{ contender: Contender<Result>; result: Result; times: number[] }> = [];
	for (const contender of contenders) {
		const start = performance.now();
		const result = await contender.run();
		const first = performance.now() - start;
		lanes.push({ contender, result, times: contender.once ? [first] : [] });
	}
	for (let turn = 0; turn < repeats; turn += 1) {
		for (const { contender, times } of lanes) {
			if (contender.once) continue;
			collectGarbage();
			times.push(await milliseconds(() => contender.run()));
		}
	}
	return lanes.map(({ contender, result, times }) => ({
		name: contender.name,
		time: median(times),
		result,
	}));
}

setFlagsFromString('--expose_gc');
export const collectGarbage = runInNewContext('gc') as () => void;

/** Slope of log(y) on log(x) by least squares: 1 where y grows in proportion to x. */
export function logLogSlope(points: readonly Point[]): number {
	const logs = points.map(({ x, y }) => ({ x: Math.log(x), y: Math.log(y) }));
	const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
	const [meanX, meanY] = [mean(logs.map(({ x }) => x)), mean(logs.map(({ y }) => y))];
	const covariance = mean(logs.map(({ x, y }) => (x - meanX) * (y - meanY)));
	return covariance / mean(logs.map(({ x }) => (x - meanX) ** 2));
}

/** Slopes this near to 1 are called near-linear. */
const SLOPE_TOLERANCE = 0.15;

/** Below, constant costs hide how the cost grows. */
const GROWTH_FROM = 10_000;

/** The slope of the points from 10,000 on in words, such as `1.02, near-linear`. */
export function describeGrowth(points: readonly Point[]): string {
	const slope = logLogSlope(points.filter(({ x }) => x >= GROWTH_FROM));
	if (Number.isNaN(slope)) return 'too few points';
	const isNear = Math.abs(slope - 1) <= SLOPE_TOLERANCE;
	const word = isNear ? 'near-linear' : slope < 1 ? 'less than linear' : 'more than linear';
	return `${slope.toFixed(2)}, ${word}`;
}

export interface Answer<Result> {
	readonly result: Result;
	/** The most memory the process ever held (resident set), in bytes. */
	readonly peakMemory: number;
}

/**
 * Runs a file that calls `answerTask` in a process of its own and gives it the task.
 *
 * @param execArgv options of Node besides this process's own
 * @throws what the other process threw, or that it ended without an answer
 */
export async function runInChild<Result>(
	file: string,
	task: unknown,
	execArgv: readonly string[] = [],
): Promise<Answer<Result>> {
	return await new Promise((resolve, reject) => {
		const child = fork(file, {
			execArgv: [...process.execArgv, ...execArgv],
			stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
			serialization: 'advanced',
		});
		child.once('message', (answer: Answer<Result> | { readonly error: string }) => {
			if ('error' in answer) reject(new Error(`${file}: ${answer.error}`));
			else resolve(answer);
		});
		child.once('error', reject);
		child.once('exit', (code) => reject(new Error(`${file} ended with ${code}`)));
		child.send(task as object);
	});
}

/** The other side of `runInChild`: does the task that comes, answers and ends the process. */
export function answerTask<Task, Result>(work: (task: Task) => Result | Promise<Result>): void {
	process.once('message', (task: Task) => {
		void (async () => {
			const answer = await Promise.resolve(task)
				.then(work)
				.then((result) => ({ result, peakMemory: peakMemory() }))
				.catch((error: Error) => ({ error: error.stack ?? error.message }));
			process.send?.(answer, () => process.exit());
		})();
	});
}

/**
 * The most memory this process ever held, in bytes. Linux counts in `maxRSS` what the parent held
 * when it started the process, but not in VmHWM.
 */
export function peakMemory(): number {
	if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
	const [, kibibytes] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
	return Number(kibibytes) * 1024;
}
