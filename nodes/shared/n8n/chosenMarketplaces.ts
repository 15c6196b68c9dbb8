import { NodeOperationError, type IExecuteFunctions, type INodeProperties } from 'n8n-workflow';
import { z } from 'zod';

import { findMarketplace, type Marketplace } from '../domain/marketplaces';
import type { SpApiClient } from '../spapi/client';
import { primaryMarketplaceOf } from '../spapi/endpoints';
import { listOwnMarketplaceIds } from '../spapi/sellers';
import { knownMarketplace, marketplaceOptions } from './marketplaceParameter';

/** The marketplaces that an operation works on, if it works on several. */
export const marketplacesParameters: INodeProperties[] = [
	{
		displayName: 'Marketplaces',
		name: 'marketplaces',
		type: 'options',
		default: 'primary',
		options: [
			{
				name: "All of the Seller's in the Region",
				value: 'all',
				description: "All marketplaces of the credential's region that the seller sells in",
			},
			{ name: "Credential's Primary Marketplace", value: 'primary' },
			{ name: 'Selected Marketplaces', value: 'selected' },
		],
		description: 'The marketplaces to use; each becomes an item',
	},
	{
		displayName: 'Selected Marketplaces',
		name: 'marketplaceIds',
		type: 'multiOptions',
		default: [],
		required: true,
		options: marketplaceOptions,
		displayOptions: { show: { marketplaces: ['selected'] } },
		description: 'The marketplaces to use. Those of another region need a credential of their own.',
	},
];

export const marketplacesShape = {
	marketplaces: z.enum(['primary', 'all', 'selected']),
	marketplaceIds: z.array(z.string()).default([]),
};

/**
 * The marketplaces of the choice, without duplicates. Selected ones may be of another region.
 * @throws NodeOperationError if none is selected, or one is unknown; SpApiFailure if all are wanted
 *   and Amazon does not list them
 */
export async function chosenMarketplaces(
	context: IExecuteFunctions,
	client: SpApiClient,
	{
		marketplaces,
		marketplaceIds,
	}: { marketplaces: 'primary' | 'all' | 'selected'; marketplaceIds: readonly string[] },
	itemIndex: number,
): Promise<readonly Marketplace[]> {
	if (marketplaces === 'primary') return [primaryMarketplaceOf(client.credentials)];
	if (marketplaces === 'selected') {
		if (marketplaceIds.length === 0) {
			throw new NodeOperationError(
				context.getNode(),
				"Could not use 'Selected Marketplaces': it is empty",
				{ itemIndex, description: 'Choose at least one marketplace.' },
			);
		}
		const selected = marketplaceIds.map((id) => knownMarketplace(context, id, itemIndex));
		return [...new Set(selected)];
	}
	return await ownMarketplaces(client);
}

/**
 * The marketplaces of the region in which the seller takes part. The primary one is first, because
 * it is the one the seller knows best.
 * @throws SpApiFailure if Amazon does not list them
 */
export async function ownMarketplaces(client: SpApiClient): Promise<Marketplace[]> {
	const primary = primaryMarketplaceOf(client.credentials);
	const ids = await listOwnMarketplaceIds(client);
	return ids
		.flatMap((id) => findMarketplace(id) ?? [])
		.filter(({ region }) => region === primary.region)
		.toSorted((a, b) => Number(b === primary) - Number(a === primary));
}
