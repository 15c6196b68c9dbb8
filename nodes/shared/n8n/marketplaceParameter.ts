import { NodeOperationError, type FunctionsBase, type INodeProperties } from 'n8n-workflow';

import {
	findMarketplace,
	MARKETPLACES,
	REGION_NAMES,
	type Marketplace,
} from '../domain/marketplaces';
import { primaryMarketplaceOf } from '../spapi/endpoints';
import type { SpApiClient } from '../spapi/client';

/** Which marketplace an operation works on; empty means the credential's own. */
export const marketplaceParameter: INodeProperties = {
	displayName: 'Marketplace',
	name: 'marketplace',
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	description: "The marketplace to work on; when empty, the credential's primary marketplace",
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

/** A marketplace as lists show it, e.g. `Germany (amazon.de)`. */
export const marketplaceOption = ({ id, name, domain }: Marketplace) => ({
	name: `${name} (${domain})`,
	value: id,
});

/** All of them, where several can be chosen or no credential says which are the seller's. */
export const marketplaceOptions = MARKETPLACES.map(marketplaceOption).toSorted((a, b) =>
	a.name.localeCompare(b.name),
);

/** What an error needs of n8n. */
type ErrorContext = Pick<FunctionsBase, 'getNode'>;

/**
 * Which marketplace, where no credential has one of its own. None is the default: a file of another
 * marketplace can be read with day and month exchanged.
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
 * The marketplace an item works on.
 * @param client undefined where the operation does without Amazon and so without a credential
 * @throws NodeOperationError for an unknown one and for one outside the credential's region
 */
export function resolveMarketplace(
	context: ErrorContext,
	client: SpApiClient | undefined,
	wanted: string | undefined,
	itemIndex?: number,
): Marketplace {
	if (client === undefined) {
		if (wanted !== undefined) return knownMarketplace(context, wanted, itemIndex);
		throw new NodeOperationError(context.getNode(), "'Marketplace' is needed", {
			itemIndex,
			description:
				'Without a credential, which has a marketplace of its own, choose one from the list, or by its country, such as US.',
		});
	}
	const primary = primaryMarketplaceOf(client.credentials);
	if (wanted === undefined) return primary;
	const marketplace = knownMarketplace(context, wanted, itemIndex);
	if (marketplace.region !== primary.region) {
		throw new NodeOperationError(
			context.getNode(),
			`The credential cannot reach the marketplace ${marketplace.name}`,
			{
				itemIndex,
				description: `It is in the region ${REGION_NAMES[marketplace.region]}, the credential in ${REGION_NAMES[primary.region]}. Amazon gives one refresh token per region: use a credential of that region.`,
			},
		);
	}
	return marketplace;
}

/** Characters of what was given instead of a marketplace that a message repeats. */
const LONGEST_SHOWN = 60;

/** @throws NodeOperationError where it is not one of Amazon's marketplaces */
export function knownMarketplace(
	context: ErrorContext,
	wanted: string,
	itemIndex?: number,
): Marketplace {
	const marketplace = findMarketplace(wanted);
	if (marketplace === undefined) {
		const shown = wanted.length > LONGEST_SHOWN ? `${wanted.slice(0, LONGEST_SHOWN)}…` : wanted;
		throw new NodeOperationError(context.getNode(), `'Marketplace' cannot be used`, {
			itemIndex,
			description: `"${shown}" is neither a marketplace ID such as ATVPDKIKX0DER nor a country such as US.`,
		});
	}
	return marketplace;
}
