import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import { z } from 'zod';

import { returnAllParameters } from '../../../shared/n8n/commonParameters';
import { findMarketplace } from '../../../shared/domain/marketplaces';
import { oncePerExecution } from '../../../shared/n8n/oncePerExecution';
import { readParameters } from '../../../shared/n8n/parameters';
import { SpApiClient } from '../../../shared/spapi/client';
import { getMarketplaceParticipations } from '../../../shared/spapi/sellers';

export const description: INodeProperties[] = updateDisplayOptions(
	{ show: { resource: ['marketplace'], operation: ['getMany'] } },
	[...returnAllParameters],
);

const schema = z.object({ returnAll: z.boolean(), limit: z.number().int().min(1).optional() });

/** The marketplaces of the credential's region that the seller is registered in. */
export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject[]> {
	const { returnAll, limit } = readParameters(this, itemIndex, schema, description);
	const client = await SpApiClient.connect(this, itemIndex);
	const participations = await oncePerExecution(client, 'marketplaces', () =>
		getMarketplaceParticipations(client),
	);
	return participations
		.map(({ marketplace, storeName, participation }) => ({
			marketplaceId: marketplace.id,
			marketplace: marketplace.countryCode,
			name: marketplace.name,
			domain: marketplace.domainName,
			storeName: storeName ?? null,
			isParticipating: participation.isParticipating,
			hasSuspendedListings: participation.hasSuspendedListings,
			currency: marketplace.defaultCurrencyCode,
			language: marketplace.defaultLanguageCode,
			timeZone: findMarketplace(marketplace.id)?.timeZone ?? null,
		}))
		.slice(0, returnAll ? undefined : limit);
}
