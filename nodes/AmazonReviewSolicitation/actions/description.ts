import type { INodeProperties } from 'n8n-workflow';

import * as checkEligibility from './solicitation/checkEligibility.operation';
import * as send from './solicitation/send.operation';

export const properties: INodeProperties[] = [
	{
		displayName: 'Resource',
		name: 'resource',
		type: 'options',
		noDataExpression: true,
		default: 'solicitation',
		options: [{ name: 'Solicitation', value: 'solicitation' }],
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
				action: 'Check eligibility for solicitation',
				description:
					'Tell whether a review can be requested for an order now, without sending anything',
			},
			{
				name: 'Send',
				value: 'send',
				action: 'Send solicitation',
				description:
					'Request a product review and seller feedback for an order (Request a Review), once per order',
			},
		],
	},
	...checkEligibility.description,
	...send.description,
];
