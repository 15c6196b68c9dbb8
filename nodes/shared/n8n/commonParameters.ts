import type { INodeProperties } from 'n8n-workflow';

export const simplifyParameter: INodeProperties = {
	displayName: 'Simplify',
	name: 'simplify',
	type: 'boolean',
	default: true,
	description: 'Whether to return a simplified version of the response instead of the raw data',
};

export const returnAllParameters: INodeProperties[] = [
	{
		displayName: 'Return All',
		name: 'returnAll',
		type: 'boolean',
		default: false,
		description: 'Whether to return all results or only up to a given limit',
	},
	{
		displayName: 'Limit',
		name: 'limit',
		type: 'number',
		default: 50,
		typeOptions: { minValue: 1 },
		displayOptions: { show: { returnAll: [false] } },
		description: 'Max number of results to return',
	},
];

/** Shows an option only once another one of the same collection is added, without which it does nothing. */
export const ifAdded = (...names: readonly string[]): INodeProperties['displayOptions'] => ({
	show: Object.fromEntries(names.map((name) => [name, [{ _cnd: { exists: true } }]])),
});

/**
 * The collection of an operation's optional parameters, sorted by name. A switch is on once it is
 * added, because that is why somebody adds it; without it, the schema's default applies.
 */
export const optionsCollection = (...options: INodeProperties[]): INodeProperties => ({
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
	options: options.toSorted((a, b) => a.displayName.localeCompare(b.displayName)),
});
