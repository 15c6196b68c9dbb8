import type { SpApiClient } from '../spapi/client';
import { SpApiFailure } from '../spapi/failure';

/**
 * By client, because each set of credential fields has its own: results of one seller never serve
 * another.
 */
const results = new WeakMap<SpApiClient, Map<string, Promise<unknown>>>();

/**
 * Does the work once for all items of an execution with the same key and client, so that ten items
 * of one marketplace need one report. A failure is shared, too, unless the work was stopped, which says
 * nothing about another item.
 */
export async function oncePerExecution<Result>(
	client: SpApiClient,
	key: string,
	work: () => Promise<Result>,
): Promise<Result> {
	const { origin } = client;
	const ofClient = results.get(origin) ?? new Map<string, Promise<unknown>>();
	results.set(origin, ofClient);
	const result = (ofClient.get(key) as Promise<Result> | undefined) ?? work();
	ofClient.set(key, result);
	return await result.catch((failure: unknown) => {
		if (failure instanceof SpApiFailure && failure.kind === 'cancelled') ofClient.delete(key);
		throw failure;
	});
}
