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
		subtitle: '={{$parameter["operation"] + ": " + $parameter["resource"]}}',
		description: 'Fetch the feedback that buyers left for an Amazon seller',
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

	methods = { listSearch: { searchMarketplaces } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await router.call(this);
	}
}
