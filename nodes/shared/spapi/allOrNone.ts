import type { SpApiClient } from './client';

/**
 * Does several things for a seller at the same time that are only of use together. If one fails, the
 * others stop, because nobody waits for them any longer.
 * @param begin begins them with the client to use
 * @throws the first failure, when all have ended
 */
export async function allOrNone<Work extends ReadonlyArray<Promise<unknown>> | []>(
	client: SpApiClient,
	begin: (client: SpApiClient) => Work,
): Promise<{ -readonly [Each in keyof Work]: Awaited<Work[Each]> }> {
	const stop = new AbortController();
	const work = begin(client.stoppedBy(stop.signal));
	const all = Promise.all(work);
	await all.catch(() => stop.abort());
	await Promise.allSettled(work);
	return await all;
}
