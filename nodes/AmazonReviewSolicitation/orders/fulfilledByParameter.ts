import type { INodeProperties } from 'n8n-workflow';

/** Narrows orders to those that one side sends; its values are `FULFILLERS`. */
export const fulfilledByParameter: INodeProperties = {
	displayName: 'Fulfilled By',
	name: 'fulfilledBy',
	type: 'options',
	default: 'AMAZON',
	options: [
		{ name: 'Amazon (FBA)', value: 'AMAZON' },
		{ name: 'Seller (FBM)', value: 'MERCHANT' },
	],
	description: 'Only orders that this side sends',
};
