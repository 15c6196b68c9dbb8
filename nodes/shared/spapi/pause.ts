import { sleep } from 'n8n-workflow';

import type { Steps } from '../domain/steps';

/**
 * A wait is made of parts this long, for n8n's `sleep` cannot be ended: of one that was cancelled, no
 * timer is left for longer than this.
 */
const LONGEST_PART_MS = 10_000;

/**
 * Waits that many milliseconds, or until the execution is cancelled.
 * @returns whether the whole time passed
 */
export async function pause(
	milliseconds: number,
	signal: AbortSignal | undefined,
): Promise<boolean> {
	if (signal?.aborted) return false;
	for (let left = milliseconds; left > 0; left -= LONGEST_PART_MS) {
		const part = sleep(Math.min(left, LONGEST_PART_MS)).then(() => true);
		if (!(await unlessCancelled(part, signal))) return false;
	}
	return true;
}

/** Lets whatever else waits in this process have its turn. */
export const letOthersGo = async (): Promise<void> => await sleep(0);

/** Does work that takes long, and lets others have their turn after each step of it. */
export async function inTurns<Result>(steps: Steps<Result>): Promise<Result> {
	for (;;) {
		const step = steps.next();
		if (step.done === true) return step.value;
		await letOthersGo();
	}
}

/** What comes of it, or undefined as soon as the execution is cancelled. */
export async function unlessCancelled<Result>(
	outcome: Promise<Result>,
	signal: AbortSignal | undefined,
): Promise<Result | undefined> {
	if (signal === undefined) return await outcome;
	if (signal.aborted) return undefined;
	let stop = (): void => undefined;
	const cancelled = new Promise<undefined>((resolve) => {
		stop = () => resolve(undefined);
		signal.addEventListener('abort', stop, { once: true });
	});
	const first = await Promise.race([outcome, cancelled]);
	signal.removeEventListener('abort', stop);
	return first;
}

/**
 * Milliseconds to wait before the next attempt: doubling from half a second to half a minute, the
 * upper half of it random, so that many callers do not come back together.
 * @param attempt 1 after the first attempt
 */
export function backoff(attempt: number): number {
	const longest = Math.min(30_000, 500 * 2 ** (attempt - 1));
	return longest / 2 + (longest / 2) * Math.random();
}
