import type { INodeProperties } from 'n8n-workflow';

import * as chart from './chart.operation';
import * as detectChange from './detectChange.operation';
import * as evaluate from './evaluate.operation';
import * as findCauses from './findCauses.operation';
import * as forecast from './forecast.operation';
import * as measureRequests from './measureRequests.operation';
import * as scorecard from './scorecard.operation';
import * as scorecardDigest from './scorecardDigest.operation';

export { AMAZON_SOURCES } from '../sources/needsAmazon';
export { outputs } from './outputs';

export const properties: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		default: 'evaluate',
		options: [
			{
				name: 'Chart',
				value: 'chart',
				action: 'Chart the seller rating in some minutes',
				description:
					'Draw the rating over time with thresholds and forecast, as a picture and as an email digest',
			},
			{
				name: 'Create Scorecard Digest',
				value: 'scorecardDigest',
				action: 'Create a message from scorecards',
				description:
					'Turn the scorecards of any number of sellers into one email and one chat message, what needs attention first',
			},
			{
				name: 'Detect Change',
				value: 'detectChange',
				action: 'Detect a rise of bad feedback in some minutes',
				description:
					'Detect whether the share of neutral and negative feedback rose more than by chance, when and by how much',
			},
			{
				name: 'Evaluate',
				value: 'evaluate',
				action: 'Evaluate the seller rating in some minutes',
				description:
					'Compute the rating of the last 30, 90 and 365 days, its distance from the thresholds and what it takes to reach them',
			},
			{
				name: 'Find Causes',
				value: 'findCauses',
				action: 'Find causes of bad feedback among products',
				description:
					'Find which SKU, ASIN, fulfillment, marketplace or reason brings more bad feedback than the rest',
			},
			{
				name: 'Forecast',
				value: 'forecast',
				action: 'Forecast the seller rating in some minutes',
				description:
					'Compute what each window will show in the next days as old feedback ages out, and when it crosses a threshold',
			},
			{
				name: 'Get Scorecard',
				value: 'scorecard',
				action: 'Get a scorecard per marketplace in some minutes',
				description:
					'Get each marketplace at a glance: rating, order defects, Buy Box share, sales, and what needs attention',
			},
			{
				name: 'Measure Requests',
				value: 'measureRequests',
				action: 'Measure what review requests bring in some minutes',
				description:
					'Measure how much feedback review requests bring, by a pulse test, with the days still needed if it is too early',
			},
		],
	},
	...chart.description,
	...detectChange.description,
	...evaluate.description,
	...findCauses.description,
	...forecast.description,
	...measureRequests.description,
	...scorecard.description,
	...scorecardDigest.description,
];
