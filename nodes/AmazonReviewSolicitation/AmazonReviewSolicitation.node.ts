import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';

import { searchMarketplaces, searchOneSeller, searchSellers } from '../shared/n8n/lists';
import { operationSubtitle } from '../shared/n8n/subtitle';
import { outputs, properties } from './actions/description';

export class AmazonReviewSolicitation implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Amazon Review Requests',
		name: 'amazonReviewSolicitation',
		icon: {
			light: 'file:../../icons/amazonReviewSolicitation.svg',
			dark: 'file:../../icons/amazonReviewSolicitation.dark.svg',
		},
		group: ['output'],
		version: 1,
		subtitle: operationSubtitle,
		description:
			'List Amazon orders, plan when to send review requests, and request a product review and seller feedback once per order',
		defaults: { name: 'Amazon Review Requests' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs,
		credentials: [{ name: 'amazonSellingPartnerApi', required: true }],
		properties,
	};

	methods = { listSearch: { searchMarketplaces, searchOneSeller, searchSellers } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const { router } = await import('./actions/router');
		return await router.call(this);
	}
}
