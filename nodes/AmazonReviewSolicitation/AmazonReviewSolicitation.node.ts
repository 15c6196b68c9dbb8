import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';

import { searchMarketplaces, searchOneSeller, searchSellers } from '../shared/n8n/listSearch';
import { properties } from './actions/description';
import { PLAN_OUTPUTS, router } from './actions/router';

/** Plan has outputs for its decisions and the forecast; the other operations have one. */
const outputsOfOperation: `={{${string}}}` = `={{ $parameter["resource"] === "solicitation" && $parameter["operation"] === "plan" ? ${JSON.stringify(
	PLAN_OUTPUTS.map(({ name }) => ({ type: NodeConnectionTypes.Main, displayName: name })),
)} : ["${NodeConnectionTypes.Main}"] }}`;

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
		subtitle:
			'={{ ($parameter["operation"] + ": " + ($parameter["resource"] === "order" ? "order" : "reviewRequest")).replace(/[A-Z]/g, (capital) => " " + capital.toLowerCase()) }}',
		description:
			'List Amazon orders, plan when to send review requests, and request a product review and seller feedback once per order',
		defaults: { name: 'Amazon Review Requests' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: outputsOfOperation,
		credentials: [{ name: 'amazonSellingPartnerApi', required: true }],
		properties,
	};

	methods = { listSearch: { searchMarketplaces, searchOneSeller, searchSellers } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await router.call(this);
	}
}
