import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';

import { searchMarketplaces } from '../shared/n8n/listSearch';
import { properties } from './actions/description';
import { router } from './actions/router';

export class AmazonReviewSolicitation implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Amazon Review Solicitation',
		name: 'amazonReviewSolicitation',
		icon: {
			light: 'file:../../icons/amazonReviewSolicitation.svg',
			dark: 'file:../../icons/amazonReviewSolicitation.dark.svg',
		},
		group: ['output'],
		version: 1,
		subtitle: '={{$parameter["operation"] + ": " + $parameter["resource"]}}',
		description: 'Request a product review and seller feedback for orders, once per order',
		defaults: { name: 'Amazon Review Solicitation' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'amazonSellingPartnerApi', required: true }],
		properties,
	};

	methods = { listSearch: { searchMarketplaces } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await router.call(this);
	}
}
