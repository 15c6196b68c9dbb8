import type {
	ILoadOptionsFunctions,
	INodeListSearchItems,
	INodeListSearchResult,
} from 'n8n-workflow';

import { MINUTE_MS } from '../domain/calendar';
import { findMarketplace } from '../domain/marketplaces';
import { BoundedMap } from '../spapi/boundedMap';
import { SpApiClient } from '../spapi/client';
import { ALL_SELLERS } from '../spapi/credentials';
import { primaryMarketplaceOf } from '../spapi/endpoints';
import { findSoldAsins } from '../spapi/orders';
import { getMarketplaceParticipations } from '../spapi/sellers';
import { locatorValue } from './parameters';
import { toNodeError } from './toNodeError';
import { marketplaceOption, marketplaceOptions } from './marketplaceParameter';

/** All marketplaces, for operations that need neither Amazon nor a seller. */
export async function searchAllMarketplaces(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	return { results: matching(marketplaceOptions, filter) };
}

/** The sellers of the credential, and all of them together. */
export async function searchSellers(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	const sellers = await sellersOf(this);
	const all = { name: 'All Sellers', value: ALL_SELLERS };
	return { results: matching([all, ...sellers], filter) };
}

/** The sellers of the credential, for operations that work for one. */
export async function searchOneSeller(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	return { results: matching(await sellersOf(this), filter) };
}

/** A seller without a name has its store name. */
async function sellersOf(context: ILoadOptionsFunctions): Promise<INodeListSearchItems[]> {
	const names = await SpApiClient.sellersOf(context);
	if (names[0] !== undefined) return names.flatMap((name) => name ?? []).map(asOption);
	const { results } = await searchList(context, 'storeName', undefined, async (client) => {
		await getMarketplaceParticipations(client);
		return client.sellerName === undefined ? [] : [asOption(client.sellerName)];
	});
	return results;
}

const asOption = (name: string): INodeListSearchItems => ({ name, value: name });

/** The seller's marketplaces for the resource locator, as far as this package knows them. */
export async function searchMarketplaces(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	const seller = chosenSeller(this);
	const isOne = seller !== ALL_SELLERS && !seller?.startsWith('=');
	const names = await SpApiClient.sellersOf(this);
	// Several sellers, or one that only an item names.
	if (!isOne || (seller === undefined && names.length > 1)) {
		return await searchAllMarketplaces.call(this, filter);
	}
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

/** What the node's parameter 'Seller' holds at the moment. */
function chosenSeller(context: ILoadOptionsFunctions): string | undefined {
	return locatorValue
		.catch(undefined)
		.parse(context.getCurrentNodeParameter('seller') ?? undefined);
}

/**
 * Amazon allows about one such call a minute or less, and the editor makes one at every keystroke.
 */
const KEPT_FOR_MS = 5 * MINUTE_MS;

/** By seller, primary marketplace and list. */
const lists = new BoundedMap<Promise<INodeListSearchItems[]>>({ max: 200, ttlMs: KEPT_FOR_MS });

/** A user waits for a list, and n8n has nothing to cancel it with. */
const PATIENCE = { waitAtMostMs: 10_000, maxAttempts: 2 };

/** Searches a seller's list, which is fetched once for some minutes of searching. */
async function searchList(
	context: ILoadOptionsFunctions,
	list: string,
	filter: string | undefined,
	fetch: (client: SpApiClient) => Promise<INodeListSearchItems[]>,
): Promise<INodeListSearchResult> {
	try {
		const seller = chosenSeller(context);
		const names = await SpApiClient.sellersOf(context);
		// A store name is not needed to find the only seller.
		const wanted = names[0] === undefined ? undefined : seller;
		const client = await SpApiClient.connect(context, undefined, PATIENCE, wanted);
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
