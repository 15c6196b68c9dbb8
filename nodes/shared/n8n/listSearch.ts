import type {
	ILoadOptionsFunctions,
	INodeListSearchItems,
	INodeListSearchResult,
} from 'n8n-workflow';

import { MINUTE_MS } from '../domain/calendar';
import { findMarketplace } from '../domain/marketplaces';
import { BoundedMap } from '../spapi/boundedMap';
import { SpApiClient } from '../spapi/client';
import { primaryMarketplaceOf } from '../spapi/endpoints';
import { findSoldAsins } from '../spapi/orders';
import { getMarketplaceParticipations } from '../spapi/sellers';
import { toNodeError } from './toNodeError';
import { marketplaceOption, marketplaceOptions } from './marketplaceParameter';

/** All marketplaces, for operations that need neither Amazon nor a seller. */
export async function searchAllMarketplaces(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	return { results: matching(marketplaceOptions, filter) };
}

/** The seller's marketplaces for the resource locator, as far as this package knows them. */
export async function searchMarketplaces(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	return await searchList(this, 'marketplaces', filter, async (client) => {
		const participations = await getMarketplaceParticipations(client);
		return participations
			.flatMap(({ marketplace }) => findMarketplace(marketplace.id) ?? [])
			.map(marketplaceOption);
	});
}

/** What the seller sold recently in the credential's marketplace, most ordered first. */
export async function searchSoldAsins(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	return await searchList(this, 'asins', filter, async (client) => {
		const asins = await findSoldAsins(client, primaryMarketplaceOf(client.credentials).id);
		return asins.map((asin) => ({ name: asin, value: asin }));
	});
}

/**
 * Amazon allows about one such call a minute or less, and the editor makes one at every keystroke.
 */
const KEPT_FOR_MS = 5 * MINUTE_MS;

/** By seller, primary marketplace and list. */
const lists = new BoundedMap<Promise<INodeListSearchItems[]>>({ max: 200, ttlMs: KEPT_FOR_MS });

/** Searches a seller's list, which is fetched once for some minutes of searching. */
async function searchList(
	context: ILoadOptionsFunctions,
	list: string,
	filter: string | undefined,
	fetch: (client: SpApiClient) => Promise<INodeListSearchItems[]>,
): Promise<INodeListSearchResult> {
	try {
		const client = await SpApiClient.connect(context);
		const key = `${client.seller}:${client.credentials.primaryMarketplace}:${list}`;
		const kept = lists.get(key);
		const entries = kept ?? fetch(client);
		if (kept === undefined) {
			lists.set(key, entries);
			entries.catch(() => lists.delete(key));
		}
		return { results: matching(await entries, filter) };
	} catch (error) {
		throw toNodeError(context.getNode(), error, 0);
	}
}

/** The entries whose name or value contains the typed text. */
function matching(entries: readonly INodeListSearchItems[], typed = ''): INodeListSearchItems[] {
	const wanted = typed.toLowerCase();
	return entries.filter(({ name, value }) => `${name} ${value}`.toLowerCase().includes(wanted));
}
