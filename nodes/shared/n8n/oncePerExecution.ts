import type { SpApiClient } from '../spapi/client';

/**
 * By client, because each set of credential fields has its own: results of one seller never serve
 * another.
 */
const results = new WeakMap<SpApiClient, Map<string, Promise<unknown>>>();

/**
 * Does the work once for all items of an execution with the same key and client, so that ten items
 * of one marketplace need one report. A failure is shared, too.
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
