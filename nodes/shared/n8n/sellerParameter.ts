import type { INodeProperties } from 'n8n-workflow';
import { z } from 'zod';

import { ALL_SELLERS } from '../spapi/credentials';
import { locatorValue } from './parameters';

/** By list or by name. */
const chosenBy = (searchListMethod: string): Pick<INodeProperties, 'modes'> => ({
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			placeholder: "Credential's only seller",
			typeOptions: { searchListMethod, searchable: true },
		},
		// Not 'By Name', which the editor cuts.
		{ displayName: 'Name', name: 'name', type: 'string', placeholder: 'e.g. Store A' },
	],
});

/** The seller, or all sellers, that an operation reads; empty means the credential's only one. */
export const sellerParameter: INodeProperties = {
	displayName: 'Seller',
	name: 'seller',
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	description: `Which of the credential's sellers to use; not needed if it holds one. 'All Sellers' returns the items of each; one that fails gives an item that says why. By name, ${ALL_SELLERS} means all.`,
	...chosenBy('searchSellers'),
};

/** The seller that an item of this package's own operations names. */
export const SELLER_OF_ITEM = '={{ $json.seller }}';

/** The same for items that belong to one seller each, such as orders. */
export const sellerOfItemParameter: INodeProperties = {
	...sellerParameter,
	// Items from this package's own operations contain it.
	default: { mode: 'name', value: SELLER_OF_ITEM },
	description: "The seller of the order; if empty, the credential's only seller",
	...chosenBy('searchOneSeller'),
};

export const sellerSchema = z.object({ seller: locatorValue });
