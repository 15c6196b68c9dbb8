import type { INodeProperties } from 'n8n-workflow';

import * as accountHealthGet from './accountHealth/get.operation';
import * as feedbackGetMany from './feedback/getMany.operation';
import * as feedbackParseReport from './feedback/parseReport.operation';
import * as marketplaceGetMany from './marketplace/getMany.operation';

export const properties: INodeProperties[] = [
	{
		displayName: 'Resource',
		name: 'resource',
		type: 'options',
		noDataExpression: true,
		default: 'feedback',
		options: [
			{ name: 'Account Health', value: 'accountHealth' },
			{ name: 'Feedback', value: 'feedback' },
			{ name: 'Marketplace', value: 'marketplace' },
		],
	},
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		default: 'get',
		displayOptions: { show: { resource: ['accountHealth'] } },
		options: [
			{
				name: 'Get',
				value: 'get',
				action: 'Get account health',
				description:
					"Retrieve the order defect rate, the account status and other metrics of Amazon's fixed 60-day period",
			},
		],
	},
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		default: 'getMany',
		displayOptions: { show: { resource: ['feedback'] } },
		options: [
			{
				name: 'Get Many',
				value: 'getMany',
				action: 'Get many feedback entries',
				description:
					"Retrieve negative and neutral seller feedback (1 to 3 stars; Amazon's report has no positive feedback)",
			},
			{
				name: 'Parse Report',
				value: 'parseReport',
				action: 'Parse feedback report',
				description:
					'Parse a feedback report file downloaded from Seller Central; needs no API access',
			},
		],
	},
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		default: 'getMany',
		displayOptions: { show: { resource: ['marketplace'] } },
		options: [
			{
				name: 'Get Many',
				value: 'getMany',
				action: 'Get many marketplaces',
				description: 'Retrieve the marketplaces the seller is registered in',
			},
		],
	},
	...accountHealthGet.description,
	...feedbackGetMany.description,
	...feedbackParseReport.description,
	...marketplaceGetMany.description,
];
