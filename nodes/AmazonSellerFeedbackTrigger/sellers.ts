import type { IDataObject, IPollFunctions } from 'n8n-workflow';

import { findMarketplace, type Marketplace } from '../shared/domain/marketplaces';
import { ALL_MARKETPLACES, resolveMarketplace } from '../shared/n8n/marketplaceParameter';
import { SpApiClient } from '../shared/spapi/client';
import { ALL_SELLERS } from '../shared/spapi/credentials';
import { primaryMarketplaceOf } from '../shared/spapi/endpoints';
import { listOwnMarketplaceIds } from '../shared/spapi/sellers';
import type { TriggerParameters } from './description';

/** Which sellers and marketplaces a trigger watches, and how its items name them. */

/**
 * The names of the sellers to watch; one undefined name for the credential's only seller.
 * @throws NodeOperationError if the credential cannot be used
 */
export async function sellersOf(
	context: IPollFunctions,
	{ seller }: Pick<TriggerParameters, 'seller'>,
): Promise<ReadonlyArray<string | undefined>> {
	return seller === ALL_SELLERS ? await SpApiClient.sellersOf(context) : [seller];
}

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
	if (marketplaces.includes(ALL_MARKETPLACES)) {
		const own = await listOwnMarketplaceIds(client);
		return own
			.flatMap((id) => findMarketplace(id) ?? [])
			.filter(({ region }) => region === primary.region);
	}
	const { region } = primaryMarketplaceOf(client.credentials);
	const possible = marketplaces.filter((id) => findMarketplace(id)?.region === region);
	const isLenient = seller === ALL_SELLERS && possible.length > 0;
	return (isLenient ? possible : marketplaces).map((id) => resolveMarketplace(context, client, id));
}

/** Seller and marketplace as summaries name them. */
export const placeOf = ({ sellerName }: SpApiClient, { name }: Marketplace): string =>
	sellerName === undefined ? name : `${sellerName}, ${name}`;

/**
 * An item that names its seller. With several sellers in a credential, the event ID does, too,
 * because two sellers' ratings can cross a threshold on the same day.
 */
export const ofSeller = (client: SpApiClient, item: IDataObject): IDataObject => ({
	seller: client.sellerName ?? null,
	...item,
	eventId:
		client.givenName === undefined ? item.eventId : `${client.givenName}/${String(item.eventId)}`,
	summary:
		client.sellerName === undefined
			? item.summary
			: `${client.sellerName}, ${String(item.summary)}`,
});
