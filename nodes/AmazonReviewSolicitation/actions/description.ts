import type { INodeProperties } from 'n8n-workflow';

import * as orderGetMany from './order/getMany.operation';
import * as checkEligibility from './solicitation/checkEligibility.operation';
import * as plan from './solicitation/plan.operation';
import * as send from './solicitation/send.operation';

export { outputs } from './outputs';

export const properties: INodeProperties[] = [
	{
		displayName: 'Resource',
		name: 'resource',
		type: 'options',
		noDataExpression: true,
		default: 'solicitation',
		options: [
			{ name: 'Order', value: 'order' },
			{ name: 'Review Request', value: 'solicitation' },
		],
	},
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		default: 'getMany',
		displayOptions: { show: { resource: ['order'] } },
		options: [
			{
				name: 'Get Many',
				value: 'getMany',
				action: 'Get many orders with their request window',
				description: 'List orders, each with the window in which a review may be requested',
			},
		],
	},
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		default: 'checkEligibility',
		displayOptions: { show: { resource: ['solicitation'] } },
		options: [
			{
				name: 'Check Eligibility',
				value: 'checkEligibility',
				action: 'Check without sending if a review can be requested',
				description:
					'Check whether a review can be requested for an order now, without sending anything',
			},
			{
				name: 'Plan',
				value: 'plan',
				action: 'Plan without sending when to request reviews',
				description:
					'Decide for each order whether and when to request a review, without sending anything',
			},
			{
				name: 'Send',
				value: 'send',
				action: 'Request a review from real buyers without undo',
				description:
					"Request a product review and seller feedback (Amazon's Request a Review), once per order",
			},
		],
	},
	...orderGetMany.description,
	...checkEligibility.description,
	...plan.description,
	...send.description,
];
