import type { IExecuteFunctions } from 'n8n-workflow';

import type { SpApiClient } from '../spapi/client';
import { toNodeError } from './toNodeError';
import { ItemFailure } from './router';

/** An input item with the client for its seller. */
export interface OfSeller {
	readonly client: SpApiClient;
	readonly itemIndex: number;
}

/**
 * Processes the items seller by seller: all items of one seller together, even if the items'
 * credentials differ in other fields, such as the primary marketplace. With Continue On Fail, a
 * failure for one seller affects only that seller's items.
 * @param work gets the client of the seller's first item
 * @returns the result of the work for each item, in the order of the items, or why it failed
 * @throws n8n's own error, naming the seller's first item, if Continue On Fail is disabled; then no
 * further seller is processed
 */
export async function forEachSeller<Entry extends OfSeller, Result>(
	context: IExecuteFunctions,
	entries: readonly Entry[],
	work: (client: SpApiClient, entries: readonly Entry[]) => Promise<readonly Result[]>,
): Promise<Array<Result | ItemFailure>> {
	const groups = new Map<string, number[]>();
	for (let place = 0; place < entries.length; place += 1) {
		const { seller } = (entries[place] as Entry).client;
		const places = groups.get(seller);
		if (places === undefined) groups.set(seller, [place]);
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
		for (let index = 0; index < places.length; index += 1) {
			results[places[index] as number] = done[index] as Result | ItemFailure;
		}
	}
	return results;
}
