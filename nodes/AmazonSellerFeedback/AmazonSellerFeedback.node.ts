import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';

import { searchAllMarketplaces, searchMarketplaces, searchSellers } from '../shared/n8n/listSearch';
import { properties } from './actions/description';
import { router } from './actions/router';

export class AmazonSellerFeedback implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Amazon Seller Feedback',
		name: 'amazonSellerFeedback',
		icon: {
			light: 'file:../../icons/amazonSellerFeedback.svg',
			dark: 'file:../../icons/amazonSellerFeedback.dark.svg',
		},
		group: ['input'],
		version: 1,
		subtitle:
			'={{ ($parameter["operation"] + ": " + $parameter["resource"]).replace(/[A-Z]/g, (capital) => " " + capital.toLowerCase()) }}',
		description:
			'Fetch negative and neutral Amazon seller feedback, parse downloaded reports, get account health and marketplaces',
		defaults: { name: 'Amazon Seller Feedback' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		sensitiveOutputFields: ['buyerEmail'],
		credentials: [
			{
				name: 'amazonSellingPartnerApi',
				required: true,
				displayOptions: { hide: { operation: ['parseReport'] } },
			},
		],
		properties,
	};

	methods = { listSearch: { searchAllMarketplaces, searchMarketplaces, searchSellers } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await router.call(this);
	}
}
