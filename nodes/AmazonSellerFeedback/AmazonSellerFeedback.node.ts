import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';

import {
	searchAllMarketplaces,
	searchMarketplaces,
	searchOneSeller,
	searchSellers,
} from '../shared/n8n/lists';
import { operationSubtitle } from '../shared/n8n/subtitle';
import { outputs, properties } from './actions/description';

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
		subtitle: operationSubtitle,
		description:
			'Fetch negative and neutral Amazon seller feedback, follow each bad entry to a closed case, get account health and marketplaces',
		defaults: { name: 'Amazon Seller Feedback' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs,
		sensitiveOutputFields: ['buyerEmail'],
		credentials: [
			{
				name: 'amazonSellingPartnerApi',
				required: true,
				displayOptions: {
					hide: { operation: ['parseReport', 'addReasons', 'nextStep', 'outcomes'] },
				},
			},
		],
		properties,
	};

	methods = {
		listSearch: { searchAllMarketplaces, searchMarketplaces, searchOneSeller, searchSellers },
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const { router } = await import('./actions/router');
		return await router.call(this);
	}
}
