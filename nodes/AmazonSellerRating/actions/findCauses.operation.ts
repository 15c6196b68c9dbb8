import { DateTime } from 'luxon';
import {
	NodeOperationError,
	updateDisplayOptions,
	type IDataObject,
	type IExecuteFunctions,
	type INodeProperties,
} from 'n8n-workflow';
import { z } from 'zod';

import { MINUTE_MS, plusDays, todayIn } from '../../shared/domain/calendar';
import {
	chosenMarketplaces,
	marketplacesParameters,
	marketplacesShape,
} from '../../shared/n8n/chosenMarketplaces';
import { optionsCollection } from '../../shared/n8n/commonParameters';
import { waitForReportOption } from '../../shared/n8n/feedbackReport';
import { hint } from '../../shared/n8n/hints';
import type { ItemSeller } from '../../shared/n8n/itemSeller';
import { resolveMarketplace } from '../../shared/n8n/marketplaceParameter';
import { readParameters } from '../../shared/n8n/parameters';
import { ItemWithFiles } from '../../shared/n8n/router';
import { sellerParameter } from '../../shared/n8n/sellerParameter';
import type { TotalsRange } from '../../shared/spapi/kioskTotals';
import { obtainOrdersBySku } from '../../shared/spapi/ordersBySku';
import { inTurns } from '../../shared/spapi/pause';
import { DIMENSION_NAMES, DIMENSIONS } from '../analysis/causeCounts';
import { judgeCauses, type Cause } from '../analysis/causes';
import { causeInWords, countOf, groupInWords } from '../analysis/causeWords';
import type { CauseRow, CausesPicture } from '../chart/causes';
import { countInWords } from '../chart/words';
import { readBadFeedback, type ReadFeedback } from '../sources/badFeedback';
import {
	evidenceOfOrders,
	evidenceOfTotals,
	type CauseEvidence,
	type FeedbackUsed,
} from '../sources/causeEvidence';
import { readGivenOrders } from '../sources/givenOrders';
import {
	pictureFiles,
	pictureFormatOption,
	pictureShape,
	themeOption,
	titleOption,
	twoFileFields,
	widthOption,
	type Drawing,
} from './pictureFiles';

const DEFAULT_TITLE = 'Causes of bad feedback';

/** Buyers can rate an order for 90 days; most do within half of that. */
const MINIMUM_AGE_DAYS = 45;

/** Data Kiosk has two years. */
const MOST_DAYS = 729;

const fromList = { show: { ordersFrom: ['list'] } };
const fromDataKiosk = { show: { ordersFrom: ['dataKiosk'] } };

export const description: INodeProperties[] = updateDisplayOptions(
	{ show: { operation: ['findCauses'] } },
	[
		{
			displayName:
				"Takes feedback of 1 to 3 stars with its orders, from 'Feedback: Get Many' and 'Feedback: Add Order Details', and compares each group of orders with all others. Returns one item per group, what stands out first.",
			name: 'findCausesNotice',
			type: 'notice',
			default: '',
		},
		{
			displayName: 'Group By',
			name: 'dimensions',
			type: 'multiOptions',
			default: ['sku', 'fulfilledBy', 'marketplace'],
			required: true,
			options: [
				{ name: 'ASIN', value: 'asin' },
				{
					name: 'Fulfillment',
					value: 'fulfilledBy',
					description: 'Orders Amazon ships, or you ship',
				},
				{ name: 'Marketplace', value: 'marketplace' },
				{
					name: 'Reason',
					value: 'reason',
					description:
						"The field 'reasons': which SKU's bad feedback has a reason more often than that of the other SKUs",
				},
				{ name: 'SKU', value: 'sku' },
			],
			description: 'What to compare. The fewer groups, the sooner one stands out.',
		},
		{
			displayName: 'Orders From',
			name: 'ordersFrom',
			type: 'options',
			default: 'list',
			options: [
				{
					name: 'Data Kiosk',
					value: 'dataKiosk',
					description:
						'The number of orders shipped by SKU, in one query; needs the role Brand Analytics. Not by fulfillment.',
				},
				{
					name: 'List of Orders',
					value: 'list',
					description: "All orders of a period, from 'Order: Get Many' or a table",
				},
			],
			description: 'Where the number of all orders comes from, good and bad',
		},
		// The node shows its credential by these.
		{
			displayName: 'Sources',
			name: 'sources',
			type: 'hidden',
			default: ['items'],
			displayOptions: fromList,
		},
		{
			displayName: 'Sources',
			name: 'sources',
			type: 'hidden',
			default: ['amazonReports'],
			displayOptions: fromDataKiosk,
		},
		{
			displayName: 'Orders',
			name: 'orders',
			type: 'string',
			typeOptions: { rows: 3 },
			default: '',
			required: true,
			placeholder: "e.g. {{ $('Get Orders').all() }}",
			displayOptions: fromList,
			description:
				"All orders, with or without feedback, not only those of the feedback: items of 'Order: Get Many', or rows with order ID, purchase date, SKU, ASIN and fulfillment, one row per product",
		},
		{ ...sellerParameter, displayOptions: fromDataKiosk },
		...updateDisplayOptions(fromDataKiosk, marketplacesParameters).map((parameter) =>
			parameter.name === 'marketplaces'
				? { ...parameter, description: 'The marketplaces to use, compared together' }
				: parameter,
		),
		{
			displayName: 'Days of Orders',
			name: 'days',
			type: 'number',
			default: 365,
			typeOptions: { minValue: 1, maxValue: MOST_DAYS },
			displayOptions: fromDataKiosk,
			description:
				'How many days of orders to use, up to the minimum order age ago. Take feedback of the same days and later.',
		},
		{
			displayName: 'Format',
			name: 'format',
			type: 'options',
			default: 'items',
			options: [
				{ name: 'Items', value: 'items' },
				{ name: 'Items and Digest (for an Email)', value: 'html' },
				{ name: 'Items and Picture', value: 'picture' },
				{ name: 'Items, Picture and Digest', value: 'both' },
			],
			description:
				'Whether the first item also has a picture, a dot and an interval for each group, and an email with the picture and a table',
		},
		{
			displayName: 'Put Output Files in Fields',
			name: 'binaryFields',
			type: 'string',
			default: 'chart, digest',
			displayOptions: { hide: { format: ['items'] } },
			hint: 'The names of the output fields for the picture and the digest. To view the files here, open the output, select Binary, then Download.',
			description: 'Two names separated by a comma',
		},
		optionsCollection(
			{
				displayName: 'Include Unaffected Groups',
				name: 'includeGood',
				type: 'boolean',
				default: true,
				description: 'Whether to return groups without any bad feedback, too',
			},
			{
				displayName: 'Minimum Order Age (Days)',
				name: 'minimumAge',
				type: 'number',
				default: MINIMUM_AGE_DAYS,
				typeOptions: { minValue: 0, maxValue: 365 },
				description:
					'Younger orders are left out, with their feedback, because buyers may still rate them. They have 90 days.',
			},
			pictureFormatOption,
			{
				displayName: 'Stars That Are Bad',
				name: 'mostStars',
				type: 'options',
				default: 3,
				options: [
					{ name: '1 and 2', value: 2 },
					{ name: '1 to 3', value: 3 },
				],
				description: 'Which feedback to look for; more stars are ignored',
			},
			themeOption,
			titleOption(DEFAULT_TITLE),
			{ ...waitForReportOption, displayOptions: { show: { '/ordersFrom': ['dataKiosk'] } } },
			widthOption,
		),
	],
);

const schema = z.object({
	dimensions: z.array(z.enum(DIMENSIONS)).min(1, 'Choose at least one'),
	ordersFrom: z.enum(['list', 'dataKiosk']),
	orders: z.unknown(),
	marketplaces: marketplacesShape.marketplaces.default('primary'),
	marketplaceIds: marketplacesShape.marketplaceIds,
	days: z.number().int().min(1).max(MOST_DAYS).default(365),
	format: z.enum(['items', 'picture', 'html', 'both']).default('items'),
	binaryFields: z.string().default('chart, digest').pipe(twoFileFields),
	options: z.object({
		includeGood: z.boolean().default(false),
		minimumAge: z.number().int().min(0).max(365).default(MINIMUM_AGE_DAYS),
		mostStars: z.union([z.literal(2), z.literal(3)]).default(3),
		...pictureShape,
		title: z.string().trim().max(1_000).default(DEFAULT_TITLE),
		waitMinutes: z.number().min(0).max(240).default(15),
	}),
});

type Wanted = z.infer<typeof schema>;

/**
 * Finds the groups of orders that have more bad feedback than the rest. All input items together are
 * the feedback.
 * @throws NodeOperationError if no item is a feedback entry, or no entry has an order to compare
 */
export async function execute(
	this: IExecuteFunctions,
	itemIndex: number,
	seller: ItemSeller,
): Promise<Array<IDataObject | ItemWithFiles>> {
	const wanted = readParameters(this, itemIndex, schema, description);
	const items = this.getInputData();
	const feedback = await inTurns(readBadFeedback(items, wanted.options.mostStars));
	if (feedback.unreadable === items.length) {
		throw new NodeOperationError(
			this.getNode(),
			'Could not find causes: no input item is a feedback entry',
			{ itemIndex, description: "Connect the output of 'Feedback: Add Order Details'." },
		);
	}
	const evidence =
		wanted.ordersFrom === 'list'
			? await evidenceFromList(this, itemIndex, feedback, wanted)
			: await evidenceFromDataKiosk(this, itemIndex, feedback, wanted, seller);
	const { withoutOrder, counted } = evidence.feedback;
	if (withoutOrder > 0 && withoutOrder === feedback.bad.length) {
		throw new NodeOperationError(
			this.getNode(),
			'Could not find causes: no bad feedback entry has an order to compare',
			{ itemIndex, description: WITHOUT_ORDER[wanted.ordersFrom] },
		);
	}
	const notes = notesOf(evidence, wanted);
	if (counted === 0) {
		hint(this, ['No bad feedback to compare', ...notes].join('. '), 'warning');
		return [];
	}
	if (withoutOrder > 0) hint(this, WITHOUT_ORDER[wanted.ordersFrom], 'warning');
	const all = await inTurns(judgeCauses(evidence.candidates));
	const causes = all.filter(({ bad }) => wanted.options.includeGood || bad > 0);
	const left = all.length - causes.length;
	if (left > 0)
		notes.push(`${left} groups without bad feedback are compared, but not in the output`);
	if (causes.length === 0) hint(this, ['No groups to compare', ...notes].join('. '), 'warning');
	const rows = causes.map((cause) => toItem(cause, evidence, notes));
	const [first, ...others] = rows;
	if (first === undefined || wanted.format === 'items') return rows;
	const picture = pictureOf(causes, evidence, notes, wanted, seller.name);
	// Loads the plotting library.
	const { renderCauses, renderCausesDigest, verdictsOf } = await import('../chart/causes');
	const drawing: Drawing = {
		picture: (options) => renderCauses(picture, options),
		digest: (options) => renderCausesDigest(picture, options),
	};
	const name = `causes-of-bad-feedback-${picture.through}`;
	const { files, mail } = await pictureFiles(this, drawing, name, wanted);
	const subject = [picture.title, picture.seller, verdictsOf(picture.rows)]
		.filter(Boolean)
		.join(': ');
	return [new ItemWithFiles({ ...first, subject, ...mail }, files), ...others];
}

const WITHOUT_ORDER = {
	list: "Bad feedback of orders that are not in 'Orders' counts nowhere. Include all orders of the period.",
	dataKiosk:
		"Bad feedback without its order counts nowhere. Add the order with 'Feedback: Add Order Details'.",
} as const;

/** @throws NodeOperationError if there are no orders, or those of several sellers */
async function evidenceFromList(
	context: IExecuteFunctions,
	itemIndex: number,
	feedback: ReadFeedback,
	{ orders, dimensions, options }: Wanted,
): Promise<CauseEvidence> {
	const given = await inTurns(readGivenOrders(orders));
	if (given === undefined || given.orders.size === 0) {
		throw new NodeOperationError(
			context.getNode(),
			"Could not use 'Orders': it contains no orders",
			{
				itemIndex,
				description:
					"Enter an expression that returns a list, such as {{ $('Get Orders').all() }}, whose rows have an order ID.",
			},
		);
	}
	if (given.sellers.size > 1) {
		throw new NodeOperationError(
			context.getNode(),
			"Could not find causes: 'Orders' has orders of several sellers",
			{
				itemIndex,
				description: 'Compare one seller at a time, because the same SKU means another product.',
			},
		);
	}
	const youngSince = DateTime.utc().minus({ days: options.minimumAge }).toISO();
	return await inTurns(evidenceOfOrders(feedback, given, dimensions, youngSince));
}

async function evidenceFromDataKiosk(
	context: IExecuteFunctions,
	itemIndex: number,
	feedback: ReadFeedback,
	{ dimensions, days, options, ...places }: Wanted,
	seller: ItemSeller,
): Promise<CauseEvidence> {
	const client = await seller.connect();
	const chosen = await chosenMarketplaces(context, client, places, itemIndex);
	const own = chosen.map(({ id }) => resolveMarketplace(context, client, id, itemIndex));
	const today = own.map(todayIn).reduce((first, day) => (day < first ? day : first));
	const through = plusDays(today, -options.minimumAge - 1);
	const oldest = plusDays(today, -MOST_DAYS);
	const from = plusDays(through, 1 - days);
	const range: TotalsRange = {
		marketplaceIds: own.map(({ id }) => id),
		from: from < oldest ? oldest : from,
		through,
	};
	const totals = await obtainOrdersBySku(context, client, range, options.waitMinutes * MINUTE_MS);
	if (totals.rows.length === 0) {
		throw new NodeOperationError(
			context.getNode(),
			'Could not find causes: Data Kiosk has no orders by SKU',
			{
				itemIndex,
				description: "Choose 'List of Orders' under 'Orders From', or other days or marketplaces.",
			},
		);
	}
	return await inTurns(evidenceOfTotals(feedback, totals, dimensions, range, seller.name));
}

/** Why bad feedback does not count, in words that follow a number. */
const LEFT_OUT: ReadonlyArray<readonly [keyof FeedbackUsed, string]> = [
	['withoutOrder', 'without an order to compare'],
	['undated', 'with an order without a date'],
	['notShipped', 'of orders that were not shipped'],
	['outside', 'of other days, marketplaces or sellers'],
	['repeated', 'of an order that already has one'],
];

/** What is left out and how it is counted, in sentences. */
function notesOf({ orders, feedback, notes }: CauseEvidence, { options }: Wanted): string[] {
	const young = [
		...(orders.tooYoung ? [countInWords(orders.tooYoung, 'order')] : []),
		...(feedback.tooYoung > 0
			? [countInWords(feedback.tooYoung, 'bad feedback entry', 'bad feedback entries')]
			: []),
	];
	const others = LEFT_OUT.flatMap(([name, what]) =>
		feedback[name] > 0 ? [`${feedback[name]} ${what}`] : [],
	);
	return [
		...(young.length > 0
			? [
					`Orders of the last ${options.minimumAge} days are left out, because buyers may still rate them: ${young.join(' and ')}`,
				]
			: []),
		...(others.length > 0 ? [`Bad feedback left out: ${others.join(', ')}`] : []),
		...(orders.undated ? [`Orders without a date are left out: ${orders.undated}`] : []),
		...notes,
		orders.unit === 'orders'
			? 'An order with several products counts for each of them'
			: 'Amazon counts an order once for each of its SKUs, on the day it shipped',
	];
}

/** A rate or a quotient to two decimals, which is more than it is sure to. */
const rounded = (value: number): number => Math.round(100 * value) / 100;

function toItem(cause: Cause, evidence: CauseEvidence, notes: readonly string[]): IDataObject {
	const { dimension, group, sku, unit, bad, outOf, rest, times } = cause;
	return {
		groupedBy: dimension,
		group,
		sku: dimension === 'sku' ? group : sku,
		title: evidence.titles.get(sku ?? group) ?? null,
		verdict: cause.verdict,
		summary: causeInWords(cause),
		bad,
		orders: unit === 'badFeedback' ? null : outOf,
		badFeedback: unit === 'badFeedback' ? outOf : null,
		ratePer1000: rounded(cause.rate),
		interval: { low: rounded(cause.low), high: rounded(cause.high) },
		shrunkenRatePer1000: rounded(cause.shrunkenRate),
		rest: { bad: rest.bad, outOf: rest.outOf, ratePer1000: rounded(rest.rate) },
		timesTheRest: times === undefined ? null : rounded(times),
		pValue: cause.pValue,
		adjustedPValue: cause.adjusted,
		moreBadNeeded: cause.moreNeeded,
		boughtWith: cause.boughtWith ?? null,
		orderIds: [...cause.orderIds],
		comparedWith: { ...evidence.orders, unit },
		feedback: { ...evidence.feedback },
		notes: [...notes],
	};
}

function pictureOf(
	causes: readonly Cause[],
	{ orders, titles }: CauseEvidence,
	notes: readonly string[],
	{ options }: Wanted,
	seller: string | null | undefined,
): CausesPicture {
	return {
		title: options.title,
		seller: seller ?? undefined,
		from: orders.from ?? '',
		through: orders.through ?? '',
		notes: notes.map((note) => `${note}.`),
		rows: causes.map((cause): CauseRow => {
			const { rate, low, high, times, verdict, orderIds, bad, outOf, rest } = cause;
			const title = cause.dimension === 'reason' ? undefined : titles.get(cause.group);
			return {
				section: DIMENSION_NAMES[cause.dimension],
				name: [groupInWords(cause), ...(title === undefined ? [] : [title])].join(' · '),
				count: countOf(cause),
				rate,
				low,
				high,
				rateOfAll: (1000 * (bad + rest.bad)) / (outOf + rest.outOf),
				times,
				verdict,
				sentence: causeInWords(cause),
				orderIds,
				isPerOrder: cause.unit !== 'badFeedback',
			};
		}),
	};
}
