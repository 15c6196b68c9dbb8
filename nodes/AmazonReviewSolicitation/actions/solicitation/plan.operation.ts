import { DateTime } from 'luxon';
import {
	NodeOperationError,
	updateDisplayOptions,
	type IDataObject,
	type IExecuteFunctions,
	type INodeProperties,
} from 'n8n-workflow';
import { z } from 'zod';

import { findMarketplace } from '../../../shared/domain/marketplaces';
import {
	FULFILLERS,
	permittedWindowOf,
	sellerOrderSchema,
	withDatesOfWindow,
	type SellerOrder,
} from '../../../shared/domain/order';
import { planSolicitations, type PlanRow } from '../../../shared/domain/solicitationPlan';
import { forEachSeller, type OfSeller } from '../../../shared/n8n/bySeller';
import { optionsCollection } from '../../../shared/n8n/commonParameters';
import { waitForReportOption } from '../../../shared/n8n/feedbackReport';
import { hint } from '../../../shared/n8n/hints';
import { resolveMarketplace } from '../../../shared/n8n/marketplaceParameter';
import { readParameters } from '../../../shared/n8n/parameters';
import { SpApiClient } from '../../../shared/spapi/client';
import { shareOf } from '../../../shared/spapi/endpoints';
import { operationOf } from '../../../shared/spapi/operations';
import { readReturnedOrderIds } from '../../orders/returns';
import { firstOrderOf } from '../../orders/shipments';
import { selectionRules, selectionSchema, type Selection } from './planRules';

export const description: INodeProperties[] = updateDisplayOptions(
	{ show: { resource: ['solicitation'], operation: ['plan'] } },
	[
		{
			displayName:
				"Takes orders as 'Order: Get Many' hands them on (of each, only the order ID is needed) and decides when to ask: the earliest deadline first, as many orders as can be. Sends nothing.",
			name: 'planNotice',
			type: 'notice',
			default: '',
		},
		{
			displayName: 'Preferred Delay (Days)',
			name: 'preferredDelay',
			type: 'number',
			default: 0,
			typeOptions: { minValue: 0, maxValue: 60 },
			description:
				'How many days after the delivery you like best to ask; 0 means as soon as permitted, which is 5 days after the earliest delivery. An order is sent earlier where waiting would lose it. Without delivery dates it counts from the order.',
		},
		{
			displayName: 'Send Now Within (Minutes)',
			name: 'sendNowWithin',
			type: 'number',
			default: 60,
			typeOptions: { minValue: 0 },
			description:
				"Orders that may go out from now on and are due within that time go to the output 'Send Now'. Take the time to the next run of the workflow.",
		},
		selectionRules,
		optionsCollection(
			{
				displayName: 'Already Requested',
				name: 'alreadyRequested',
				type: 'string',
				typeOptions: { rows: 3 },
				default: '',
				placeholder: "e.g. {{ $('Settled').all().map((item) => item.json.orderId) }}",
				description:
					'IDs of orders that are settled: those of your ledger rows without tryAgainLater, separated by commas or lines, or as a list. They are left out, which spares a call to Amazon for each.',
			},
			{
				displayName: 'Daily Cap',
				name: 'dailyCap',
				type: 'number',
				default: 500,
				typeOptions: { minValue: 0 },
				description:
					"Most requests per day, in the workflow's time zone. Plan does not know what earlier runs sent today: give it in 'Sent Today'.",
			},
			{
				displayName: 'Days of the Week',
				name: 'weekdays',
				type: 'multiOptions',
				default: [1, 2, 3, 4, 5],
				options: [
					{ name: 'Friday', value: 5 },
					{ name: 'Monday', value: 1 },
					{ name: 'Saturday', value: 6 },
					{ name: 'Sunday', value: 7 },
					{ name: 'Thursday', value: 4 },
					{ name: 'Tuesday', value: 2 },
					{ name: 'Wednesday', value: 3 },
				],
				description: 'Days to send on',
			},
			{
				displayName: 'Delay Counts From',
				name: 'delayFrom',
				type: 'options',
				default: 'latestDelivery',
				options: [
					{ name: 'Earliest Delivery', value: 'earliestDelivery' },
					{ name: 'Latest Delivery', value: 'latestDelivery' },
				],
				description: 'Which end of the delivery window the preferred delay counts from',
			},
			{
				displayName: 'Earliest Time of Day',
				name: 'fromTime',
				type: 'string',
				default: '09:00',
				placeholder: 'e.g. 09:00',
				description: 'Send from then on, on the clock chosen below',
			},
			{
				displayName: 'Latest Time of Day',
				name: 'toTime',
				type: 'string',
				default: '20:00',
				placeholder: 'e.g. 20:00',
				description: 'Send before then',
			},
			{
				displayName: 'Orders Without Delivery Dates',
				name: 'unknownDates',
				type: 'options',
				default: 'askAmazon',
				options: [
					{
						name: 'Ask Amazon as Soon as They May Be Open',
						value: 'askAmazon',
						description: 'From 5 days after the order on; Send checks with Amazon',
					},
					{ name: 'Leave Out', value: 'leaveOut' },
				],
				description:
					'What to do with orders whose delivery dates Amazon does not name, often FBA orders',
			},
			{
				displayName: 'Sent Today',
				name: 'sentToday',
				type: 'number',
				default: 0,
				typeOptions: { minValue: 0 },
				description: "How many of today's requests are out already, to count towards the daily cap",
			},
			{
				displayName: 'Time Zone',
				name: 'clock',
				type: 'options',
				default: 'marketplace',
				options: [
					{
						name: "Buyer's",
						value: 'buyer',
						description: "The order's buyerTimeZone; the marketplace's where it is not known",
					},
					{ name: "Marketplace's", value: 'marketplace' },
				],
				description: 'Whose clock times of day and days of the week are read on',
			},
			waitForReportOption,
		),
	],
);

/** Minutes of the day. */
const timeOfDay = z
	.string()
	.trim()
	.regex(/^([01]?\d|2[0-4]):[0-5]\d$/, 'Give a time such as 09:00')
	.transform((text) => {
		const [hours = 0, minutes = 0] = text.split(':').map(Number);
		return Math.min(hours * 60 + minutes, 24 * 60);
	});

const orderIds = selectionSchema.shape.doNotSolicit;

const schema = z.object({
	preferredDelay: z.number().min(0),
	sendNowWithin: z.number().min(0),
	rules: selectionSchema.default({}),
	options: z.object({
		alreadyRequested: orderIds,
		dailyCap: z.number().int().min(0).optional(),
		sentToday: z.coerce.number().int().min(0).optional(),
		weekdays: z.array(z.number().int().min(1).max(7)).min(1, 'Choose a day').optional(),
		delayFrom: z.enum(['earliestDelivery', 'latestDelivery']).default('latestDelivery'),
		fromTime: timeOfDay.optional(),
		toTime: timeOfDay.optional(),
		unknownDates: z.enum(['askAmazon', 'leaveOut']).default('askAmazon'),
		clock: z.enum(['marketplace', 'buyer']).default('marketplace'),
		waitMinutes: z.number().min(0).default(15),
	}),
});

/** An order with the connection to its seller. */
interface OrderToPlan extends OfSeller {
	readonly order: SellerOrder;
}

/** Reads an order from its item: what is missing counts as not known. */
export async function prepare(this: IExecuteFunctions, itemIndex: number): Promise<OrderToPlan> {
	const order = readOrder(this, itemIndex);
	return { order, client: await SpApiClient.connect(this, itemIndex) };
}

function readOrder(context: IExecuteFunctions, itemIndex: number): SellerOrder {
	const json = context.getInputData()[itemIndex]?.json ?? {};
	const { orderId } = json;
	const fields = Object.fromEntries(
		Object.entries(json).map(([name, value]) => [name, asHandedOn(name, value)]),
	);
	const parsed = sellerOrderSchema.safeParse({ ...fields, orderId: String(orderId ?? '').trim() });
	if (parsed.success) return withDatesOfWindow(parsed.data, fields);
	const [issue] = parsed.error.issues;
	throw new NodeOperationError(
		context.getNode(),
		`The field '${issue?.path.join('.')}' of the order cannot be used`,
		{ itemIndex, description: `It has to be as Order: Get Many hands it on. ${issue?.message}.` },
	);
}

/** Tables and databases give back an empty text for null, a Date for a moment, a number for an amount. */
function asHandedOn(name: string, value: unknown): unknown {
	if (value === '') return name === 'replacementFor' ? '' : null;
	if (value instanceof Date) return value.toISOString();
	if (DateTime.isDateTime(value)) return value.toUTC().toISO();
	return name === 'orderTotal' && typeof value === 'number' ? String(value) : value;
}

/** For each order, whether to ask now, when to ask later, or why not at all; each seller's by themselves. */
export async function execute(
	this: IExecuteFunctions,
	orders: readonly OrderToPlan[],
): Promise<IDataObject[][]> {
	return await forEachSeller(
		orders,
		async (client, own) =>
			await planFor.call(
				this,
				client,
				own.map(({ order }) => order),
			),
	);
}

async function planFor(
	this: IExecuteFunctions,
	client: SpApiClient,
	orders: readonly SellerOrder[],
): Promise<IDataObject[][]> {
	const wanted = readParameters(this, 0, schema, description);
	const { rules, options } = wanted;
	const share = shareOf(client.credentials);
	const { rate, burst } = operationOf('createProductReviewAndSellerFeedbackSolicitation');
	const now = DateTime.utc();
	const defaultMarketplaceId = resolveMarketplace(this, client, undefined, 0).id;
	const returned = await returnedOrderIds(
		this,
		client,
		orders,
		rules,
		options.waitMinutes,
		defaultMarketplaceId,
	);
	const rows = planSolicitations(orders, {
		now: now.toMillis(),
		rate: rate * share,
		burst: Math.max(1, Math.floor(burst * share)),
		dailyCap: options.dailyCap,
		sentToday: options.sentToday,
		capZone: this.getTimezone(),
		weekdays: options.weekdays,
		hours:
			options.fromTime === undefined && options.toTime === undefined
				? undefined
				: { from: options.fromTime ?? 0, to: options.toTime ?? 24 * 60 },
		rules: {
			...rules,
			createdSince:
				rules.oldestDays === undefined ? undefined : now.minus({ days: rules.oldestDays }).toISO(),
			doNotSolicit: new Set(rules.doNotSolicit),
			returnedOrderIds: returned && new Set(returned),
		},
		alreadyRequested: new Set(options.alreadyRequested),
		preferredDelayDays: wanted.preferredDelay,
		delayFrom: options.delayFrom,
		clock: options.clock,
		leaveOutUnknownDates: options.unknownDates === 'leaveOut',
		sendNowWithinMs: wanted.sendNowWithin * 60_000,
		defaultMarketplaceId,
	});
	const items = rows.map((row, index) => toItem(orders[index], row));
	const undated = items.filter(
		({ decision, windowOpensAt }) => decision === 'sendNow' && windowOpensAt === null,
	).length;
	if (undated > 0) {
		hint(
			this,
			`${undated} of the orders to ask about now have no delivery dates: only Amazon knows whether their time has come or is over, and Send asks it. For FBA orders the option 'FBA Delivery Dates' in Order: Get Many adds estimated ones.`,
		);
	}
	return items.map((item) => [item]);
}

/** Undefined where the rule is off. */
async function returnedOrderIds(
	context: IExecuteFunctions,
	client: SpApiClient,
	orders: readonly SellerOrder[],
	{ returnedOrderIds: listed, returnsFromReports }: Selection,
	waitMinutes: number,
	defaultMarketplaceId: string,
): Promise<string[] | undefined> {
	if (returnsFromReports !== true) return listed;
	const since = DateTime.utc().minus({ days: OLDEST_RETURNS_DAYS }).toISO();
	// What an order does not say must not spare it the look: then the whole reach is asked for.
	const shipped = orders
		.filter(({ status }) => status === null || status === 'SHIPPED')
		.map((order) => ({
			...order,
			marketplaceId: order.marketplaceId ?? defaultMarketplaceId,
			createdAt: order.createdAt !== null && order.createdAt > since ? order.createdAt : since,
		}));
	const returned = [...(listed ?? [])];
	for (const fulfilledBy of FULFILLERS) {
		const theirs = shipped.filter((order) => [fulfilledBy, null].includes(order.fulfilledBy));
		for (const [marketplaceId, after] of firstOrderOf(theirs)) {
			const marketplace = findMarketplace(marketplaceId);
			if (marketplace === undefined) continue;
			const range = { marketplace, after, waitMs: waitMinutes * 60_000 };
			for (const id of await readReturnedOrderIds(context, client, fulfilledBy, range))
				returned.push(id);
		}
	}
	return returned;
}

/** Windows of orders placed longer ago are over. */
const OLDEST_RETURNS_DAYS = 90;

function toItem(order: SellerOrder | undefined, row: PlanRow): IDataObject {
	const marketplaceId = order?.marketplaceId ?? null;
	const marketplace = marketplaceId === null ? undefined : findMarketplace(marketplaceId);
	return {
		orderId: order?.orderId ?? null,
		marketplace: marketplace?.countryCode ?? null,
		marketplaceId,
		...row,
		createdAt: order?.createdAt ?? null,
		earliestDelivery: order?.earliestDelivery ?? null,
		latestDelivery: order?.latestDelivery ?? null,
		...(order && permittedWindowOf(order)),
		deliveryDateSource: order?.deliveryDateSource ?? null,
	};
}
