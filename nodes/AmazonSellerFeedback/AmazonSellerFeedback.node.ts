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
} from '../shared/n8n/listSearch';
import { properties } from './actions/description';
import { NEXT_STEP_OUTPUTS, router } from './actions/router';

/** Next Step has three outputs; the other operations have one. */
const outputsOfOperation: `={{${string}}}` = `={{ $parameter["operation"] === "nextStep" ? ${JSON.stringify(
	NEXT_STEP_OUTPUTS.map((displayName) => ({ type: NodeConnectionTypes.Main, displayName })),
)} : ["${NodeConnectionTypes.Main}"] }}`;

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
			'Fetch negative and neutral Amazon seller feedback, follow each bad entry to a closed case, get account health and marketplaces',
		defaults: { name: 'Amazon Seller Feedback' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: outputsOfOperation,
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
		return await router.call(this);
	}
}
