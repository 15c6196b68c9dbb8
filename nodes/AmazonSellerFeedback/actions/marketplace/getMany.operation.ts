import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import { z } from 'zod';

import { returnAllParameters } from '../../../shared/n8n/commonParameters';
import { findMarketplace } from '../../../shared/domain/marketplaces';
import { hint } from '../../../shared/n8n/hints';
import type { ItemSeller } from '../../../shared/n8n/itemSeller';
import { oncePerExecution } from '../../../shared/n8n/oncePerExecution';
import { readParameters } from '../../../shared/n8n/parameters';
import { sellerParameter } from '../../../shared/n8n/sellerParameter';
import { listParticipations } from '../../../shared/spapi/sellers';

export const description: INodeProperties[] = updateDisplayOptions(
	{ show: { resource: ['marketplace'], operation: ['getMany'] } },
	[sellerParameter, ...returnAllParameters],
);

const schema = z.object({ returnAll: z.boolean(), limit: z.number().int().min(1).optional() });

/** The marketplaces in the credential's region that the seller is registered in. */
export async function execute(
	this: IExecuteFunctions,
	itemIndex: number,
	seller: ItemSeller,
): Promise<IDataObject[]> {
	const { returnAll, limit } = readParameters(this, itemIndex, schema, description);
	const client = await seller.connect();
	const { participations, unreadable } = await oncePerExecution(client, 'marketplaces', () =>
		listParticipations(client),
	);
	if (unreadable > 0) {
		hint(
			this,
			`Could not read ${unreadable} of the marketplaces that Amazon listed; they are missing`,
			'warning',
		);
	}
	return participations
		.map(({ marketplace, storeName, participation }) => ({
			marketplaceId: marketplace.id,
			marketplace: marketplace.countryCode ?? null,
			name: marketplace.name ?? null,
			domain: marketplace.domainName ?? null,
			storeName: storeName ?? null,
			isParticipating: participation?.isParticipating ?? null,
			hasSuspendedListings: participation?.hasSuspendedListings ?? null,
			currency: marketplace.defaultCurrencyCode ?? null,
			language: marketplace.defaultLanguageCode ?? null,
			timeZone: findMarketplace(marketplace.id)?.timeZone ?? null,
		}))
		.slice(0, returnAll ? undefined : limit);
}
