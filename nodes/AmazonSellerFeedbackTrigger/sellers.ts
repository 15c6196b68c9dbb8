import type { IDataObject, IPollFunctions } from 'n8n-workflow';

import { findMarketplace, placeInWords, type Marketplace } from '../shared/domain/marketplaces';
import { ownMarketplaces } from '../shared/n8n/chosenMarketplaces';
import { ALL_MARKETPLACES, resolveMarketplace } from '../shared/n8n/marketplaceParameter';
import type { SpApiClient } from '../shared/spapi/client';
import { ALL_SELLERS } from '../shared/spapi/credentials';
import type { TriggerParameters } from './parameters';

/** Which marketplaces of a seller a trigger watches, and how its items name the seller. */

/**
 * The marketplaces to watch for a seller. Of all sellers, each has those of the list that are in its
 * own region.
 * @throws NodeOperationError if none of the list is possible; SpApiFailure if all are wanted and
 *   Amazon does not list them
 */
export async function marketplacesOf(
	context: IPollFunctions,
	client: SpApiClient,
	{ seller, marketplaces }: Pick<TriggerParameters, 'seller' | 'marketplaces'>,
): Promise<Marketplace[]> {
	const primary = resolveMarketplace(context, client, undefined);
	if (marketplaces.length === 0) return [primary];
	if (marketplaces.includes(ALL_MARKETPLACES)) return await ownMarketplaces(client);
	const possible = marketplaces.filter((id) => findMarketplace(id)?.region === primary.region);
	const isLenient = seller === ALL_SELLERS && possible.length > 0;
	return (isLenient ? possible : marketplaces).map((id) => resolveMarketplace(context, client, id));
}

/**
 * An item that names its seller. With several sellers in a credential, the event ID does, too,
 * because two sellers' ratings can cross a threshold on the same day.
 */
export const ofSeller = (client: SpApiClient, item: IDataObject): IDataObject => ({
	seller: client.sellerName ?? null,
	...item,
	eventId:
		client.givenName === undefined ? item.eventId : `${client.givenName}/${String(item.eventId)}`,
	summary: placeInWords(client.sellerName, String(item.summary)),
});
