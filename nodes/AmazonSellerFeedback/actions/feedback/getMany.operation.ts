import { DateTime } from 'luxon';
import {
	NodeOperationError,
	updateDisplayOptions,
	type IDataObject,
	type IExecuteFunctions,
	type INodeProperties,
} from 'n8n-workflow';
import { z } from 'zod';

import {
	optionsCollection,
	returnAllParameters,
	simplifyParameter,
} from '../../../shared/n8n/commonParameters';
import type { Marketplace } from '../../../shared/domain/marketplaces';
import { MINUTE_MS, plusDays, todayIn } from '../../../shared/domain/calendar';
import type { FeedbackRow } from '../../../shared/domain/feedbackReport';
import { compareText } from '../../../shared/domain/onePerOrder';
import { sortedInSteps } from '../../../shared/domain/steps';
import { fetchFeedback, toItems, waitForReportOption } from '../../../shared/n8n/feedbackReport';
import { isHeldByAgent } from '../../../shared/n8n/agent';
import { marketplaceParameter, resolveMarketplace } from '../../../shared/n8n/marketplaceParameter';
import type { ItemSeller } from '../../../shared/n8n/itemSeller';
import { oncePerExecution } from '../../../shared/n8n/oncePerExecution';
import {
	locatorValue,
	optionalText,
	readParameters,
	reportIdText,
} from '../../../shared/n8n/parameters';
import { sellerParameter } from '../../../shared/n8n/sellerParameter';
import { inTurns } from '../../../shared/spapi/pause';
import { reportOptions, reportOptionsSchema } from './common';

/** How far back to look by default. */
const DEFAULT_RANGE_DAYS = 365;

export const description: INodeProperties[] = updateDisplayOptions(
	{ show: { resource: ['feedback'], operation: ['getMany'] } },
	[
		sellerParameter,
		marketplaceParameter,
		...returnAllParameters,
		simplifyParameter,
		{
			displayName: 'Filters',
			name: 'filters',
			type: 'collection',
			placeholder: 'Add filter',
			default: {},
			options: [
				{
					displayName: 'Ratings',
					name: 'ratings',
					type: 'multiOptions',
					default: [],
					options: [
						{ name: '1 Star', value: 1, description: 'Negative' },
						{ name: '2 Stars', value: 2, description: 'Negative' },
						{ name: '3 Stars', value: 3, description: 'Neutral' },
					],
					description:
						"Return only feedback with these ratings. Amazon's report has none with 4 or 5 stars.",
				},
				{
					displayName: 'Since',
					name: 'since',
					type: 'dateTime',
					default: '',
					description:
						"First day to return, in the marketplace's time zone. The default is 365 days ago.",
				},
			],
		},
		optionsCollection(
			...reportOptions,
			{
				displayName: 'If Amazon Cancels the Report',
				name: 'whenCancelled',
				type: 'options',
				default: 'nothing',
				options: [
					{ name: 'Return Nothing and Show a Hint', value: 'nothing' },
					{
						name: 'Return an Item with a Note',
						value: 'item',
						description: 'An AI agent always gets this item, because it sees no hints',
					},
				],
				description:
					'Amazon cancels empty reports and reports that it refuses, and does not say which',
			},
			{
				displayName: 'Report ID',
				name: 'reportId',
				type: 'string',
				default: '',
				placeholder: 'e.g. 50012020',
				description:
					'Use a feedback report that was requested earlier instead of requesting a new one, such as one that the node stopped waiting for',
			},
			waitForReportOption,
		),
	],
);

const schema = z.object({
	marketplace: locatorValue,
	returnAll: z.boolean(),
	limit: z.number().int().min(1).optional(),
	simplify: z.boolean(),
	filters: z.object({
		ratings: z.array(z.number().int().min(1).max(5)).default([]),
		since: optionalText,
	}),
	options: reportOptionsSchema.extend({
		reportId: reportIdText,
		whenCancelled: z.enum(['nothing', 'item']).default('nothing'),
		waitMinutes: z.number().min(0).max(240).default(15),
	}),
});

/**
 * Feedback of 1 to 3 stars, newest first. Fewer rows than requested if Amazon has no more; no rows
 * and a hint if Amazon canceled the report.
 */
export async function execute(
	this: IExecuteFunctions,
	itemIndex: number,
	seller: ItemSeller,
): Promise<IDataObject[]> {
	const { filters, options, ...wanted } = readParameters(this, itemIndex, schema, description);
	const client = await seller.connect();
	const marketplace = resolveMarketplace(this, client, wanted.marketplace, itemIndex);
	const since = firstDay(this, filters.since, marketplace, itemIndex);
	const request = {
		marketplace,
		since,
		dateFormat: options.dateFormat,
		reportId: options.reportId,
		waitMs: options.waitMinutes * MINUTE_MS,
	};
	const fetched = await oncePerExecution(client, JSON.stringify(request), () =>
		fetchFeedback(this, client, request),
	);
	if (!fetched.known) {
		const returnsItem = options.whenCancelled === 'item' || isHeldByAgent(this);
		return returnsItem ? [unknownFeedback(marketplace, fetched.reportId)] : [];
	}

	const { ratings } = filters;
	const matching = fetched.report.rows.filter(
		({ date, rating }) => date >= since && (ratings.length === 0 || ratings.includes(rating)),
	);
	const sorted = await inTurns(sortedInSteps(matching, newestFirst));
	const rows = sorted.slice(0, wanted.returnAll ? undefined : wanted.limit);
	const choices = { simplify: wanted.simplify, ...options };
	return await inTurns(toItems(fetched.report, rows, marketplace, choices));
}

const newestFirst = (a: FeedbackRow, b: FeedbackRow): number =>
	compareText(b.date, a.date) || a.line - b.line;

/** So that nobody downstream mistakes silence for "no negative feedback". */
const unknownFeedback = (marketplace: Marketplace, reportId: string): IDataObject => ({
	feedbackKnown: false,
	marketplace: marketplace.countryCode,
	marketplaceId: marketplace.id,
	reportId,
	explanation:
		'Amazon canceled the report: either there is no feedback of 1 to 3 stars, or Amazon refused; it does not say which',
});

/** The calendar day in the marketplace at the moment the user entered. */
function firstDay(
	context: IExecuteFunctions,
	since: string | undefined,
	marketplace: Marketplace,
	itemIndex: number,
): string {
	if (since === undefined) return plusDays(todayIn(marketplace), -DEFAULT_RANGE_DAYS);
	const isDay = /^\d{4}-\d{2}-\d{2}(T00:00:00)?$/.test(since);
	if (isDay && DateTime.fromISO(since).isValid) return since.slice(0, 10);
	const day = DateTime.fromISO(since, { zone: context.getTimezone() })
		.setZone(marketplace.timeZone)
		.toISODate();
	if (day === null) {
		throw new NodeOperationError(context.getNode(), "Could not use 'Since': the value is invalid", {
			itemIndex,
			description: 'Enter a date such as 2026-11-01, with or without a time.',
		});
	}
	return day;
}
