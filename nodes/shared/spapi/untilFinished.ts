import type { SpApiClient } from './client';
import { SpApiFailure } from './failure';
import type { OperationName } from './operations';
import { pause } from './pause';

/** The time between two checks grows from half a second to this many milliseconds. */
const LONGEST_INTERVAL_MS = 15_000;

/**
 * Checks something that Amazon prepares until it is finished, at most that long.
 * @param operation the call that `check` makes
 * @returns its state then, finished or not; nothing is lost by checking again later
 */
export async function untilFinished<State>(
	client: SpApiClient,
	operation: OperationName,
	check: () => Promise<State>,
	isFinished: (state: State) => boolean,
	atMostMs: number,
): Promise<State> {
	const giveUpAt = performance.now() + atMostMs;
	for (let interval = 500; ; interval = Math.min(interval * 1.5, LONGEST_INTERVAL_MS)) {
		const state = await check();
		const left = giveUpAt - performance.now();
		if (isFinished(state) || left <= 0) return state;
		if (!(await pause(Math.min(interval, left), client.signal))) {
			throw new SpApiFailure('cancelled', operation);
		}
	}
}
