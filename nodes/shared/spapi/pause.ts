import { sleep } from 'n8n-workflow';

import type { Steps } from '../domain/steps';

/**
 * A wait consists of parts this long, because n8n's `sleep` cannot be stopped: after a wait is
 * canceled, no timer remains for longer than this.
 */
const LONGEST_PART_MS = 10_000;

/**
 * Waits this many milliseconds, or until the execution is canceled.
 * @returns whether the whole time passed
 */
export async function pause(
	milliseconds: number,
	signal: AbortSignal | undefined,
): Promise<boolean> {
	if (signal?.aborted) return false;
	for (let left = milliseconds; left > 0; left -= LONGEST_PART_MS) {
		const part = sleep(Math.min(left, LONGEST_PART_MS)).then(() => true);
		if (!(await unlessCanceled(part, signal))) return false;
	}
	return true;
}

/** Lets other work in this process run. */
export const letOthersGo = async (): Promise<void> => await sleep(0);

/** Other work in n8n waits about this long for work in short steps. */
const LONGEST_TURN_MS = 10;

/**
 * Does long work, and lets other work run between its steps. Not after each one, because a pause takes
 * longer than a short step.
 */
export async function inTurns<Result>(steps: Steps<Result>): Promise<Result> {
	const turns = new Turns();
	for (;;) {
		const step = steps.next();
		if (step.done === true) return step.value;
		if (turns.isDue) await turns.pause();
	}
}

/** Lets other work run if the work since the last pause took some time. */
export class Turns {
	private since = performance.now();

	/** Whether a pause is due; to ask after each piece of work. */
	get isDue(): boolean {
		return performance.now() - this.since >= LONGEST_TURN_MS;
	}

	async pause(): Promise<void> {
		await letOthersGo();
		this.since = performance.now();
	}
}

/**
 * The result, or undefined as soon as the execution is canceled. A failure after that concerns nobody
 * here.
 */
export async function unlessCanceled<Result>(
	outcome: Promise<Result>,
	signal: AbortSignal | undefined,
): Promise<Result | undefined> {
	if (signal === undefined) return await outcome;
	if (signal.aborted) {
		outcome.catch(() => undefined);
		return undefined;
	}
	let stop = (): void => undefined;
	const canceled = new Promise<undefined>((resolve) => {
		stop = () => resolve(undefined);
		signal.addEventListener('abort', stop, { once: true });
	});
	try {
		return await Promise.race([outcome, canceled]);
	} finally {
		signal.removeEventListener('abort', stop);
	}
}

/**
 * Milliseconds to wait before the next attempt: doubles from half a second to half a minute; the
 * upper half is random, so that many callers do not retry at the same time.
 * @param attempt 1 after the first attempt
 */
export function backoff(attempt: number): number {
	const longest = Math.min(30_000, 500 * 2 ** (attempt - 1));
	return longest / 2 + (longest / 2) * Math.random();
}
