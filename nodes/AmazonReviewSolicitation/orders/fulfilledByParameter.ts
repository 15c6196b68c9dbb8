import type { INodeProperties } from 'n8n-workflow';

/** Limits orders to those that one party ships. Its values are `FULFILLERS`. */
export const fulfilledByParameter: INodeProperties = {
	displayName: 'Fulfilled By',
	name: 'fulfilledBy',
	type: 'options',
	default: 'AMAZON',
	options: [
		{ name: 'Amazon (FBA)', value: 'AMAZON' },
		{ name: 'Seller (FBM)', value: 'MERCHANT' },
	],
	description: 'Only orders that Amazon ships, or only those that you ship',
};
