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
	searchSellers,
	searchSoldAsins,
} from '../shared/n8n/lists';
import { AMAZON_SOURCES, outputs, properties } from './actions/description';

export class AmazonSellerRating implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Amazon Seller Rating',
		name: 'amazonSellerRating',
		icon: {
			light: 'file:../../icons/amazonSellerRating.svg',
			dark: 'file:../../icons/amazonSellerRating.dark.svg',
		},
		group: ['transform'],
		version: 1,
		subtitle:
			'={{ $parameter["operation"].replace(/[A-Z]/g, (capital) => " " + capital.toLowerCase()) }}',
		description:
			'Compute the Amazon seller feedback rating, compare it with thresholds, forecast and chart it, find the causes of bad feedback, and see each marketplace at a glance',
		defaults: { name: 'Amazon Seller Rating' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs,
		credentials: [
			{
				name: 'amazonSellingPartnerApi',
				required: true,
				displayOptions: { show: { sources: AMAZON_SOURCES } },
			},
		],
		properties,
	};

	methods = {
		listSearch: { searchAllMarketplaces, searchMarketplaces, searchSellers, searchSoldAsins },
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const { router } = await import('./actions/router');
		return await router.call(this);
	}
}
