import type { SpApiClient } from '../spapi/client';

/** An input item with the connection to its seller. */
export interface OfSeller {
	readonly client: SpApiClient;
}

/**
 * Works on all items of one seller together, seller by seller.
 * @returns what the work gives for each item, in the order of the items
 */
export async function forEachSeller<Entry extends OfSeller, Result>(
	entries: readonly Entry[],
	work: (client: SpApiClient, entries: readonly Entry[]) => Promise<readonly Result[]>,
): Promise<Result[]> {
	const groups = new Map<SpApiClient, number[]>();
	for (const [index, { client }] of entries.entries()) {
		const group = groups.get(client);
		if (group === undefined) groups.set(client, [index]);
		else group.push(index);
	}
	const results: Result[] = [];
	for (const [client, indexes] of groups) {
		const own = await work(
			client,
			indexes.map((index) => entries[index] as Entry),
		);
		for (const [place, index] of indexes.entries()) results[index] = own[place] as Result;
	}
	return results;
}
