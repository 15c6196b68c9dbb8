import type { INodePropertyOptions } from 'n8n-workflow';

/** The rating windows that Amazon's reports cover. */
export const ratingWindowOptions: readonly INodePropertyOptions[] = [
	{ name: 'Last 30 Days', value: 30 },
	{ name: 'Last 90 Days', value: 90 },
	{ name: 'Last 365 Days', value: 365, description: 'The window that most buyers see' },
];
