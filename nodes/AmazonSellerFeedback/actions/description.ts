import type { INodeProperties } from 'n8n-workflow';

import * as accountHealthGet from './accountHealth/get.operation';
import * as caseNextStep from './case/nextStep.operation';
import * as caseOutcomes from './case/outcomes.operation';
import * as feedbackAddOrderDetails from './feedback/addOrderDetails.operation';
import * as feedbackAddReasons from './feedback/addReasons.operation';
import * as feedbackGetMany from './feedback/getMany.operation';
import * as feedbackParseReport from './feedback/parseReport.operation';
import * as marketplaceGetMany from './marketplace/getMany.operation';

export { outputs } from './outputs';

export const properties: INodeProperties[] = [
	{
		displayName: 'Resource',
		name: 'resource',
		type: 'options',
		noDataExpression: true,
		default: 'feedback',
		options: [
			{ name: 'Account Health', value: 'accountHealth' },
			{ name: 'Case', value: 'case' },
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
				action: 'Get account health in some minutes',
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
		default: 'nextStep',
		displayOptions: { show: { resource: ['case'] } },
		options: [
			{
				name: 'Next Step',
				value: 'nextStep',
				action: 'Get the next step of a case with drafts',
				description:
					'Decide what to do next about a bad feedback entry, until when, with drafts; needs no API access',
			},
			{
				name: 'Outcomes',
				value: 'outcomes',
				action: 'Count how closed cases ended',
				description: 'Count how closed cases ended, per removal prospect and per step taken',
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
				name: 'Add Order Details',
				value: 'addOrderDetails',
				action: 'Add order details to feedback by a call per order',
				description:
					'Add to each feedback entry what was ordered, when, who shipped it and whether it shipped late, without buyer data',
			},
			{
				name: 'Add Reasons',
				value: 'addReasons',
				action: 'Add reasons to feedback by its words',
				description:
					'Add to each feedback entry why the buyer is dissatisfied; needs no API access',
			},
			{
				name: 'Get Many',
				value: 'getMany',
				action: 'Get many bad feedback entries in some minutes',
				description:
					"Retrieve negative and neutral seller feedback (1 to 3 stars; Amazon's report has no positive feedback)",
			},
			{
				name: 'Parse Report',
				value: 'parseReport',
				action: 'Parse a feedback report file',
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
				action: 'Get many marketplaces of the seller',
				description: 'Retrieve the marketplaces the seller is registered in',
			},
		],
	},
	...accountHealthGet.description,
	...caseNextStep.description,
	...caseOutcomes.description,
	...feedbackAddOrderDetails.description,
	...feedbackAddReasons.description,
	...feedbackGetMany.description,
	...feedbackParseReport.description,
	...marketplaceGetMany.description,
];
