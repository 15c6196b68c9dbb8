import type { SpApiClient } from '../spapi/client';

/** By client, for an execution has one for each seller: what is one seller's never serves another. */
const results = new WeakMap<SpApiClient, Map<string, Promise<unknown>>>();

/**
 * Does the work once for all items of an execution that ask with the same key for the same seller, so
 * that ten items of one marketplace cost one report. A failure is shared too.
 */
export async function oncePerExecution<Result>(
	client: SpApiClient,
	key: string,
	work: () => Promise<Result>,
): Promise<Result> {
	const ofClient = results.get(client) ?? new Map<string, Promise<unknown>>();
	results.set(client, ofClient);
	const result = (ofClient.get(key) as Promise<Result> | undefined) ?? work();
	ofClient.set(key, result);
	return await result;
}
