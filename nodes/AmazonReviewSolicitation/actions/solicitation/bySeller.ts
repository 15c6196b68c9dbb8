import type { IExecuteFunctions } from 'n8n-workflow';

import type { SpApiClient } from '../../../shared/spapi/client';
import { toNodeError } from '../../../shared/n8n/errors';
import { ItemFailure } from '../../../shared/n8n/router';

/** An input item with the connection to its seller. */
export interface OfSeller {
	readonly client: SpApiClient;
	readonly itemIndex: number;
}

/**
 * Works on all items of one seller together, seller by seller, though they may differ in what else their
 * credential says, such as the primary marketplace. With Continue On Fail, what fails for one seller
 * costs only the items of that seller.
 * @param work gets the connection of the seller's first item
 * @returns what the work gives for each item, in the order of the items, or why it failed
 * @throws n8n's own error, naming the seller's first item, where there is no Continue On Fail; then no
 * further seller is worked on
 */
export async function forEachSeller<Entry extends OfSeller, Result>(
	context: IExecuteFunctions,
	entries: readonly Entry[],
	work: (client: SpApiClient, entries: readonly Entry[]) => Promise<readonly Result[]>,
): Promise<Array<Result | ItemFailure>> {
	const groups = new Map<string, number[]>();
	for (const [place, { client }] of entries.entries()) {
		const places = groups.get(client.seller);
		if (places === undefined) groups.set(client.seller, [place]);
		else places.push(place);
	}
	const results: Array<Result | ItemFailure> = [];
	for (const places of groups.values()) {
		const own = places.map((place) => entries[place] as Entry);
		const [first] = own as [Entry];
		const done = await work(first.client, own).catch((error: unknown) => {
			if (context.continueOnFail()) return own.map(() => new ItemFailure(error));
			throw toNodeError(context.getNode(), error, first.itemIndex);
		});
		for (const [index, place] of places.entries()) {
			results[place] = done[index] as Result | ItemFailure;
		}
	}
	return results;
}
