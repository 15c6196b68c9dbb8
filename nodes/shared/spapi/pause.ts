import { sleep } from 'n8n-workflow';

/**
 * Waits that many milliseconds, or until the execution is cancelled.
 * @returns whether the whole time passed
 */
export async function pause(
	milliseconds: number,
	signal: AbortSignal | undefined,
): Promise<boolean> {
	if (signal?.aborted) return false;
	if (milliseconds <= 0) return true;
	if (signal === undefined) {
		await sleep(milliseconds);
		return true;
	}
	let stop = (): void => undefined;
	const cancelled = new Promise<boolean>((resolve) => {
		stop = () => resolve(false);
		signal.addEventListener('abort', stop, { once: true });
	});
	const passed = sleep(milliseconds).then(() => true);
	const whole = await Promise.race([passed, cancelled]);
	signal.removeEventListener('abort', stop);
	return whole;
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
