import type { SpApiClient } from '../spapi/client';

/** An input item with the connection to its seller. */
export interface OfSeller {
	readonly client: SpApiClient;
}

/**
 * Works on all items of one seller together, seller by seller, though they may differ in what else their
 * credential says, such as the primary marketplace.
 * @param work gets the connection of the seller's first item
 * @returns what the work gives for each item, in the order of the items
 */
export async function forEachSeller<Entry extends OfSeller, Result>(
	entries: readonly Entry[],
	work: (client: SpApiClient, entries: readonly Entry[]) => Promise<readonly Result[]>,
): Promise<Result[]> {
	const groups = new Map<string, { readonly client: SpApiClient; readonly indexes: number[] }>();
	for (const [index, { client }] of entries.entries()) {
		const group = groups.get(client.seller);
		if (group === undefined) groups.set(client.seller, { client, indexes: [index] });
		else group.indexes.push(index);
	}
	const results: Result[] = [];
	for (const { client, indexes } of groups.values()) {
		const own = await work(
			client,
			indexes.map((index) => entries[index] as Entry),
		);
		for (const [place, index] of indexes.entries()) results[index] = own[place] as Result;
	}
	return results;
}
