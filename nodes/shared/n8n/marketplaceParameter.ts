import { NodeOperationError, type FunctionsBase, type INodeProperties } from 'n8n-workflow';

import {
	findMarketplace,
	MARKETPLACES,
	REGION_NAMES,
	type Marketplace,
} from '../domain/marketplaces';
import { primaryMarketplaceOf } from '../spapi/endpoints';
import type { SpApiClient } from '../spapi/client';

/** The marketplace that an operation works on; empty means the credential's own. */
export const marketplaceParameter: INodeProperties = {
	displayName: 'Marketplace',
	name: 'marketplace',
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	description: "The marketplace to use. Default: the credential's primary marketplace.",
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			placeholder: "Credential's primary marketplace",
			typeOptions: { searchListMethod: 'searchMarketplaces', searchable: true },
		},
		{
			displayName: 'By ID or Country',
			name: 'id',
			type: 'string',
			placeholder: 'e.g. ATVPDKIKX0DER or US',
		},
	],
};

/** A marketplace as lists show it, such as `Germany (amazon.de)`. */
export const marketplaceOption = ({ id, name, domain }: Marketplace) => ({
	name: `${name} (${domain})`,
	value: id,
});

/** All of them, for multiple choice or if no credential says which ones the seller has. */
export const marketplaceOptions = MARKETPLACES.map(marketplaceOption).toSorted((a, b) =>
	a.name.localeCompare(b.name),
);

/** The choice of every marketplace of the region in which the seller sells. */
export const ALL_MARKETPLACES = 'all';

/** What an error needs from n8n. */
type ErrorContext = Pick<FunctionsBase, 'getNode'>;

/**
 * The marketplace, if no credential provides one. There is no default: a file of another
 * marketplace could be read with day and month swapped.
 */
export const marketplaceToChoose = (description: string): INodeProperties => ({
	...marketplaceParameter,
	required: true,
	description,
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			placeholder: 'Choose a marketplace',
			typeOptions: {
				searchListMethod: 'searchAllMarketplaces',
				searchable: true,
				skipCredentialsCheckInRLC: true,
			},
		},
		...(marketplaceParameter.modes ?? []).filter(({ name }) => name === 'id'),
	],
});

/**
 * The marketplace that an item works on.
 * @param client undefined if the operation needs neither Amazon nor a credential
 * @throws NodeOperationError if it is unknown, or outside the credential's region
 */
export function resolveMarketplace(
	context: ErrorContext,
	client: SpApiClient | undefined,
	wanted: string | undefined,
	itemIndex?: number,
): Marketplace {
	if (client === undefined) {
		if (wanted !== undefined) return knownMarketplace(context, wanted, itemIndex);
		throw new NodeOperationError(context.getNode(), "Could not use 'Marketplace': it is empty", {
			itemIndex,
			description:
				'Choose one from the list, or enter a country such as US. Without a credential, the node has no default marketplace.',
		});
	}
	const primary = primaryMarketplaceOf(client.credentials);
	if (wanted === undefined) return primary;
	const marketplace = knownMarketplace(context, wanted, itemIndex);
	if (marketplace.region !== primary.region) {
		throw new NodeOperationError(
			context.getNode(),
			`Could not use the marketplace ${marketplace.name}: the credential is for a different region`,
			{
				itemIndex,
				description: `Use a credential for the region ${REGION_NAMES[marketplace.region]}; this one is for ${REGION_NAMES[primary.region]}. Amazon issues one refresh token per region.`,
			},
		);
	}
	return marketplace;
}

/** The most characters of an invalid marketplace that a message repeats. */
const LONGEST_SHOWN = 60;

/** @throws NodeOperationError if it is not one of Amazon's marketplaces */
export function knownMarketplace(
	context: ErrorContext,
	wanted: string,
	itemIndex?: number,
): Marketplace {
	const marketplace = findMarketplace(wanted);
	if (marketplace === undefined) {
		const shown = wanted.length > LONGEST_SHOWN ? `${wanted.slice(0, LONGEST_SHOWN)}…` : wanted;
		throw new NodeOperationError(
			context.getNode(),
			`Could not use 'Marketplace': the value is invalid`,
			{
				itemIndex,
				description: `Enter a marketplace ID such as ATVPDKIKX0DER or a country such as US; "${shown}" is neither.`,
			},
		);
	}
	return marketplace;
}
