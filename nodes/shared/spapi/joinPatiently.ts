import type { SpApiClient } from './client';
import { SpApiFailure } from './failure';
import type { OperationName } from './operations';
import { pause, unlessCanceled } from './pause';

/** The longest time that a timer can have. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Waits for what another caller is doing, whose own time to wait may be longer.
 * @returns undefined if the execution was canceled
 */
export async function joinAtMost<Result>(
	client: SpApiClient,
	outcome: Promise<Result>,
	atMostMs: number,
): Promise<Result | 'tooLong' | undefined> {
	const limit = AbortSignal.timeout(Math.min(LONGEST_MS, Math.max(0, Math.ceil(atMostMs))));
	const joined = await unlessCanceled(unlessCanceled(outcome, client.signal), limit);
	return joined === undefined && limit.aborted ? 'tooLong' : joined;
}

/**
 * Waits for what another caller is doing. A caller that cannot wait long, such as a poll of the
 * trigger, does not wait longer for it than for the rate limit.
 * @param operation the call that the other caller makes
 * @returns undefined if the execution was canceled
 * @throws SpApiFailure `busy` if it takes too long
 */
export async function joinPatiently<Result>(
	client: SpApiClient,
	operation: OperationName,
	outcome: Promise<Result>,
): Promise<Result | undefined> {
	const ended = unlessCanceled(outcome, client.signal);
	const { waitAtMostMs } = client;
	if (waitAtMostMs === Infinity) return await ended;
	const first = await Promise.race([
		ended,
		pause(waitAtMostMs, client.signal).then(() => 'tooLong' as const),
	]);
	if (first === 'tooLong') throw new SpApiFailure('busy', operation);
	return first;
}
