/** A call to Amazon or a login whose answer stands still for this long has failed. */
export const IDLE_MS = 30_000;

/**
 * A call to Amazon or a login that takes this long has failed, even if bytes of its answer still
 * arrive: each of them starts `IDLE_MS` again. Twice as long, so that no ordinary answer is cut off:
 * Amazon may take as long as before to begin, and has the same time again for all of the answer,
 * which is a megabyte at most (a page of 100 orders).
 */
export const LONGEST_CALL_MS = 2 * IDLE_MS;

/**
 * Does work with a signal that aborts when the execution is canceled, and after this many
 * milliseconds at the latest. Not with `AbortSignal.any`: if nothing else uses the timeout, Node 20
 * frees it, and it never fires.
 * @param canceled the execution's signal; undefined for a poll or a list in the editor
 */
export async function withinTime<Result>(
	milliseconds: number,
	canceled: AbortSignal | undefined,
	work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
	const ending = new AbortController();
	const end = (): void => ending.abort();
	const reasons = [AbortSignal.timeout(milliseconds), ...(canceled ? [canceled] : [])];
	for (const reason of reasons) reason.addEventListener('abort', end, { once: true });
	if (canceled?.aborted) end();
	try {
		return await work(ending.signal);
	} finally {
		for (const reason of reasons) reason.removeEventListener('abort', end);
	}
}
