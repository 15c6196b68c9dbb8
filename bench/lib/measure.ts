import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import type { Point } from './section';

/** The middle value, or the mean of the two middle ones; NaN for an empty list. */
export function median(values: readonly number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	const upper = sorted[Math.floor(sorted.length / 2)] ?? NaN;
	const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? NaN;
	return (lower + upper) / 2;
}

/** How long the task takes, in milliseconds; promises are awaited. */
export async function milliseconds(task: () => unknown): Promise<number> {
	const start = performance.now();
	await task();
	return performance.now() - start;
}

export interface Contender<Result> {
	readonly name: string;
	run(): Result | Promise<Result>;
	/** It is so slow that it runs only once, timed. */
	readonly once?: boolean;
}

export interface Timing<Result> {
	readonly name: string;
	/** Median of the repeats, in milliseconds. */
	readonly time: number;
	/** The result of the first run. */
	readonly result: Result;
}

/**
 * Times contenders in turns, so that a busy machine slows all of them down alike. Each runs once to
 * warm up, which does not count, then `repeats` times, with garbage collection before each run.
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

/** Slope of log(y) over log(x) by least squares: 1 if y grows in proportion to x. */
export function logLogSlope(points: readonly Point[]): number {
	const logs = points.map(({ x, y }) => ({ x: Math.log(x), y: Math.log(y) }));
	const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
	const [meanX, meanY] = [mean(logs.map(({ x }) => x)), mean(logs.map(({ y }) => y))];
	const covariance = mean(logs.map(({ x, y }) => (x - meanX) * (y - meanY)));
	return covariance / mean(logs.map(({ x }) => (x - meanX) ** 2));
}

/** Slopes this close to 1 are called near-linear. */
const SLOPE_TOLERANCE = 0.15;

/** Below this, constant costs hide the growth. */
const GROWTH_FROM = 10_000;

/** The slope of the points from 10,000 on as text, such as `1.02, near-linear`. */
export function describeGrowth(points: readonly Point[]): string {
	const slope = logLogSlope(points.filter(({ x }) => x >= GROWTH_FROM));
	if (Number.isNaN(slope)) return 'too few points';
	const isNear = Math.abs(slope - 1) <= SLOPE_TOLERANCE;
	const word = isNear ? 'near-linear' : slope < 1 ? 'less than linear' : 'more than linear';
	return `${slope.toFixed(2)}, ${word}`;
}

export interface Answer<Result> {
	readonly result: Result;
	/** The peak memory of the process (resident set), in bytes. */
	readonly peakMemory: number;
}

/**
 * Runs a file that calls `answerTask` in its own process and passes it the task.
 *
 * @param execArgv options for Node in addition to those of this process
 * @throws the error of the other process, or an error if it ended without an answer
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

/** The other side of `runInChild`: runs the task it receives, answers and ends the process. */
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
 * The peak memory of this process, in bytes. On Linux `maxRSS` includes the memory of the parent
 * when it started the process, but VmHWM does not.
 */
export function peakMemory(): number {
	if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
	const [, kibibytes] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
	return Number(kibibytes) * 1024;
}
