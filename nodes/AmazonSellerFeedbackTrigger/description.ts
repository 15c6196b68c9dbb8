import type { INodeProperties } from 'n8n-workflow';

import { DAYS_UNTIL_SETTLED } from '../shared/domain/coverage';
import { ratingWindowOptions } from '../shared/n8n/ratingWindowOptions';
import { optionsCollection } from '../shared/n8n/commonParameters';
import { dateFormatOption } from '../shared/n8n/feedbackReport';
import { ALL_MARKETPLACES, marketplaceOptions } from '../shared/n8n/marketplaceParameter';
import { TOTALS_FROM_ONE, totalsFromOption } from '../shared/n8n/totalsFrom';
import { thresholdsParameter } from '../shared/n8n/thresholds';
import { sellerParameter } from '../shared/n8n/sellerParameter';
import { LONGEST_WATCH_DAYS } from './parameters';
import { EVENTS, eventsAbout, WATCH_EVENTS } from './watch/events';

const RATING_EVENTS = eventsAbout('rating');

const DEFECT_EVENTS = eventsAbout('defectRate');

const BUY_BOX_EVENTS = eventsAbout('buyBox');

export const properties: INodeProperties[] = [
	{
		displayName: 'Trigger On',
		name: 'events',
		type: 'multiOptions',
		required: true,
		default: ['newNegativeFeedback'],
		hint: "Amazon's report only has feedback of 1 to 3 stars. Of 4 and 5 stars it gives only the count per day, a few days later.",
		options: WATCH_EVENTS.map((value) => {
			const { label: name, description } = EVENTS[value];
			return { name, value, description };
		}),
	},
	{
		...sellerParameter,
		description:
			"Which of the credential's sellers to watch; not needed if it holds one. 'All Sellers' watches each of them; one that fails does not affect the others.",
	},
	{
		displayName: 'Marketplaces',
		name: 'marketplaces',
		type: 'multiOptions',
		default: [],
		options: [
			{ name: "All of the Seller's in the Region", value: ALL_MARKETPLACES },
			...marketplaceOptions,
		],
		hint: "Default: the credential's primary marketplace. All must be in the credential's region.",
		description:
			"The marketplaces to watch, all in the credential's region. Default: its primary marketplace. With all sellers, each one's own marketplaces of the list are watched.",
	},
	{
		...thresholdsParameter,
		displayOptions: { show: { events: RATING_EVENTS } },
		description:
			'Each threshold is watched separately. Sellers use 98% and 95%; Amazon enforces the order defect rate.',
	},
	optionsCollection(
		{
			displayName: 'Add Order Details',
			name: 'addOrderDetails',
			type: 'boolean',
			default: true,
			displayOptions: { show: { '/events': eventsAbout('feedback') } },
			description:
				'Whether each feedback event includes what was ordered, when, who shipped it and whether it shipped late. Takes one call per order (role Inventory and Order Tracking).',
		},
		{
			displayName: 'Buy Box Drop (Points)',
			name: 'buyBoxDrop',
			type: 'number',
			default: 10,
			typeOptions: { minValue: 1, maxValue: 100 },
			displayOptions: { show: { '/events': BUY_BOX_EVENTS } },
			description:
				'How far the Buy Box share of the last 7 settled days must be below that of the 28 days before, in percentage points',
		},
		{
			displayName: 'Feedback Interval (Minutes)',
			name: 'feedbackEveryMinutes',
			type: 'number',
			default: 30,
			typeOptions: { minValue: 5, maxValue: 1440 },
			description:
				"How often to request a new feedback report. The polls in between only check whether it is finished, so leave 'Poll Times' at every minute.",
		},
		{
			displayName: 'Metrics Interval (Minutes)',
			name: 'metricsEveryMinutes',
			type: 'number',
			default: 360,
			typeOptions: { minValue: 5, maxValue: 1440 },
			description:
				'How often to request the daily totals and the Seller Performance report, which change about once a day',
		},
		dateFormatOption,
		{
			displayName: 'Days to Watch',
			name: 'daysToWatch',
			type: 'number',
			default: 90,
			typeOptions: { minValue: 7, maxValue: LONGEST_WATCH_DAYS },
			description:
				'How many days to watch a feedback entry for changes and removal, counted from its date. New feedback that Amazon lists even later is not reported.',
		},
		{
			displayName: 'Days Until Totals Settle',
			name: 'daysUntilSettled',
			type: 'number',
			default: DAYS_UNTIL_SETTLED,
			typeOptions: { minValue: 0, maxValue: 30, numberPrecision: 0 },
			description:
				"How many full days must pass before a day's totals count. According to Amazon, totals take up to 72 hours, sometimes a week; newer days are left out of the rating.",
		},
		{
			displayName: 'Include Rating',
			name: 'includeRating',
			type: 'boolean',
			default: true,
			description:
				'Whether each item includes the latest rating, with the days it counts, which needs the daily totals (role Brand Analytics). The rating events need them anyway.',
		},
		{
			displayName: 'Lookback (Days)',
			name: 'lookBackDays',
			type: 'number',
			default: 0,
			typeOptions: { minValue: 0, maxValue: LONGEST_WATCH_DAYS },
			description:
				'On first activation, also report feedback from this many days, including today, and anything already past a threshold or target. With 0, report only what happens afterward.',
		},
		{
			displayName: 'Minimum Number of Orders',
			name: 'minimumOrders',
			type: 'number',
			default: 1,
			typeOptions: { minValue: 1 },
			displayOptions: { show: { '/events': DEFECT_EVENTS } },
			description: 'With fewer orders in the 60 days, the order defect rate is not evaluated',
		},
		{
			displayName: 'Minimum Page Views',
			name: 'minimumPageViews',
			type: 'number',
			default: 100,
			typeOptions: { minValue: 1 },
			displayOptions: { show: { '/events': BUY_BOX_EVENTS } },
			description: 'With fewer page views in the 7 days, the Buy Box share is not evaluated',
		},
		{
			displayName: 'Minimum Number of Ratings',
			name: 'minimumRatings',
			type: 'number',
			default: 10,
			typeOptions: { minValue: 1 },
			displayOptions: { show: { '/events': RATING_EVENTS } },
			description: 'With fewer ratings in the window, the rating is not evaluated',
		},
		{
			displayName: 'Defect Rate Target (%)',
			name: 'defectTarget',
			type: 'number',
			default: 0,
			typeOptions: { minValue: 0, maxValue: 100 },
			displayOptions: { show: { '/events': DEFECT_EVENTS } },
			description: '0 means the target that Amazon names in its report (1%)',
		},
		{
			displayName: 'Rating Window',
			name: 'ratingDays',
			type: 'options',
			default: 365,
			options: [...ratingWindowOptions],
			description: 'The window whose rating is reported and compared with the thresholds',
		},
		{
			displayName: 'Report Changed Responses',
			name: 'reportChangedResponses',
			type: 'boolean',
			default: true,
			displayOptions: { show: { '/events': ['feedbackChanged'] } },
			description: 'Whether feedback counts as changed when you change your response to it',
		},
		totalsFromOption(TOTALS_FROM_ONE),
	),
];
