// cspell:ignore Tell
import { DateTime } from 'luxon';
import {
	jsonParse,
	NodeOperationError,
	updateDisplayOptions,
	type IDataObject,
	type IExecuteFunctions,
	type INodeProperties,
} from 'n8n-workflow';
import { z } from 'zod';

import { MINUTE_MS } from '../../../shared/domain/calendar';
import { findMarketplace } from '../../../shared/domain/marketplaces';
import {
	FULFILLERS,
	permittedWindowOf,
	sellerOrderSchema,
	withDatesOfWindow,
	type SellerOrder,
} from '../../../shared/domain/order';
import { plainOrder } from '../../orders/plainOrder';
import type { ReturnsGap } from '../../orders/reports/returnsReport';
import { RULES } from '../../planning/selectionRules';
import type { ForecastDay } from '../../planning/forecast';
import { planSolicitationsInSteps, type PlanRow, type SolicitationPlan } from '../../planning/plan';
import { forEachSeller, type OfSeller } from '../../../shared/n8n/bySeller';
import { ifAdded, optionsCollection } from '../../../shared/n8n/commonParameters';
import { waitForReportOption } from '../../../shared/n8n/feedbackReport';
import { hint } from '../../../shared/n8n/hints';
import type { ItemSeller } from '../../../shared/n8n/itemSeller';
import { resolveMarketplace } from '../../../shared/n8n/marketplaceParameter';
import { isHeldByAgent } from '../../../shared/n8n/agent';
import { givenCount, inPlainWords, readParametersInTurns } from '../../../shared/n8n/parameters';
import { ItemFailure } from '../../../shared/n8n/router';
import { sellerOfItemParameter } from '../../../shared/n8n/sellerParameter';
import type { SpApiClient } from '../../../shared/spapi/client';
import { shareOf } from '../../../shared/spapi/endpoints';
import type { SpApiFailure } from '../../../shared/spapi/failure';
import { operationOf } from '../../../shared/spapi/operations';
import { inTurns, Turns } from '../../../shared/spapi/pause';
import { placedOrders, readReturns } from '../../orders/returns';
import { firstOrderOf } from '../../orders/shipments';
import { alreadyRequestedOption, pastOrders } from './alreadyRequestedParameter';
import {
	campaignAt,
	campaignsParameter,
	campaignsSchema,
	daysPerBlockOption,
	ordersWithoutCampaignOption,
	pulseTestOption,
	quietDaysOption,
	quietDaysSchema,
	randomDelayOption,
	rulesAt,
} from './campaignsParameter';
import {
	fromTimeOption,
	hoursOf,
	timeOfDay,
	toTimeOption,
	weekdaysOption,
	weekdaysSchema,
} from './planTimes';
import {
	addedOptions,
	selectionRules,
	selectionSchema,
	type Selection,
} from './selectionRulesParameter';

export const description: INodeProperties[] = updateDisplayOptions(
	{ show: { resource: ['solicitation'], operation: ['plan'] } },
	[
		{
			displayName:
				"Takes the orders from 'Order: Get Many' (only the order ID is required) and decides when to request a review: earliest deadline first, as many orders as possible. Sends nothing.",
			name: 'planNotice',
			type: 'notice',
			default: '',
		},
		sellerOfItemParameter,
		{
			displayName: 'Preferred Delay (Days)',
			name: 'preferredDelay',
			type: 'number',
			default: 0,
			typeOptions: { minValue: 0, maxValue: 60 },
			description:
				'How many days after delivery you prefer to send the request; 0 means as soon as permitted, which is 5 days after the earliest delivery. A request is sent earlier if waiting would miss its window. Without delivery dates, the delay counts from the order date.',
		},
		{
			displayName: 'Send Now Within (Minutes)',
			name: 'sendNowWithin',
			type: 'number',
			default: 60,
			typeOptions: { minValue: 0 },
			description:
				"Orders whose request can be sent now and is due within this time go to the output 'Send Now'. Enter the time between runs.",
		},
		selectionRules,
		campaignsParameter,
		optionsCollection(
			alreadyRequestedOption,
			weekdaysOption,
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
			fromTimeOption,
			toTimeOption,
			{
				displayName: 'Maximum Requests per Day',
				name: 'maxRequestsPerDay',
				type: 'number',
				default: 500,
				typeOptions: { minValue: 0 },
				description:
					"Maximum requests per day and seller, in the workflow's time zone. Plan cannot see what earlier runs sent today; enter it in 'Sent Today'.",
			},
			pulseTestOption,
			daysPerBlockOption,
			quietDaysOption,
			randomDelayOption,
			ordersWithoutCampaignOption,
			{
				displayName: 'Orders Without Delivery Dates',
				name: 'unknownDates',
				type: 'options',
				default: 'askAmazon',
				options: [
					{
						name: 'Check with Amazon',
						value: 'askAmazon',
						description:
							'From 5 days after the order, when the window may be open; Send checks with Amazon',
					},
					{ name: 'Leave Out', value: 'leaveOut' },
				],
				description:
					'What to do with orders for which Amazon gives no delivery dates, often FBA orders',
			},
			{
				displayName: 'Sent Today',
				name: 'sentToday',
				type: 'number',
				default: 0,
				displayOptions: ifAdded('maxRequestsPerDay'),
				typeOptions: { minValue: 0 },
				description:
					"How many requests you already sent today; counts toward 'Maximum Requests per Day'",
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
						description: "The order's buyerTimeZone; if unknown, the marketplace's zone",
					},
					{ name: "Marketplace's", value: 'marketplace' },
				],
				description: 'Time zone that the hours and days refer to',
			},
			waitForReportOption,
		),
	],
);

const schema = z.object({
	preferredDelay: z.number().min(0),
	sendNowWithin: z.number().min(0),
	rules: selectionSchema.default({}),
	campaigns: campaignsSchema,
	options: addedOptions().pipe(
		z.object({
			alreadyRequested: pastOrders,
			maxRequestsPerDay: z.number().int().min(0).optional(),
			sentToday: givenCount.optional(),
			weekdays: weekdaysSchema.optional(),
			quietDays: quietDaysSchema.optional(),
			pulseTest: z
				.union([z.string(), z.number()])
				.transform((seed) => String(seed).trim())
				.default(''),
			daysPerBlock: z.number().int().min(2).max(14).default(5),
			randomDelayUpTo: z.number().min(0).max(60).optional(),
			ordersWithoutCampaign: z.enum(['ownSettings', 'leaveOut']).default('ownSettings'),
			delayFrom: z.enum(['earliestDelivery', 'latestDelivery']).default('latestDelivery'),
			fromTime: timeOfDay.optional(),
			toTime: timeOfDay.optional(),
			unknownDates: z.enum(['askAmazon', 'leaveOut']).default('askAmazon'),
			clock: z.enum(['marketplace', 'buyer']).default('marketplace'),
			waitMinutes: z.number().min(0).default(15),
		}),
	),
});

type Wanted = z.infer<typeof schema>;

/** An order with the client for its seller. */
interface OrderToPlan extends OfSeller {
	readonly order: SellerOrder;
}

/** Reads an order from its item. Missing fields count as unknown. */
export async function prepare(
	this: IExecuteFunctions,
	itemIndex: number,
	seller: ItemSeller,
): Promise<OrderToPlan> {
	const order = readOrder(this, itemIndex);
	return { order, itemIndex, client: await seller.connect() };
}

function readOrder(context: IExecuteFunctions, itemIndex: number): SellerOrder {
	const json: unknown = context.getInputData()[itemIndex]?.json ?? {};
	if (typeof json !== 'object' || json === null || Array.isArray(json)) {
		throw new NodeOperationError(
			context.getNode(),
			'Could not read the order: the item is not an order',
			{
				itemIndex,
				description: `Use one item per order, with the fields of Order: Get Many. This item is ${Array.isArray(json) ? 'a list' : 'text'}.`,
			},
		);
	}
	const plain = plainOrder(json as IDataObject);
	if (plain !== undefined) return plain;
	const given = Object.entries(json);
	const fields = Object.fromEntries(
		given.map(([name, value]) => [name, asOutput(name, value, json)]),
	);
	const orderId = String(fields.orderId ?? '').trim();
	const parsed = sellerOrderSchema.safeParse({ ...fields, orderId }, { errorMap: inPlainWords });
	if (parsed.success) return withDatesOfWindow(parsed.data, fields);
	const [issue] = parsed.error.issues;
	throw new NodeOperationError(
		context.getNode(),
		`Could not read the order: the field '${issue?.path.join('.')}' is not valid`,
		{
			itemIndex,
			description: `Pass on the field as Order: Get Many outputs it. ${issue?.message}.`,
		},
	);
}

const FLAGS: readonly string[] = ['isPrime', 'isBusiness', 'cancellationRequested', 'shippedLate'];

/**
 * Undoes what tables and databases change: empty text for null, a Date for a time, a number for an
 * amount.
 */
function asOutput(name: string, value: unknown, row: object): unknown {
	if (value === '') return name === 'replacementFor' && !isBlanked(row) ? '' : null;
	if (value instanceof Date) return value.toISOString();
	if (DateTime.isDateTime(value)) return value.toUTC().toISO();
	if (name === 'items' && typeof value === 'string') {
		return jsonParse<unknown>(value, { fallbackValue: value });
	}
	if (FLAGS.includes(name)) return asFlag(value);
	return name === 'orderTotal' && typeof value === 'number' ? String(value) : value;
}

/**
 * Whether the row went through a table that stores null as empty text. Then `replacementFor` may
 * have been null, too, so it is unknown whether the order replaces another one.
 */
const isBlanked = (row: object): boolean =>
	FLAGS.some((name) => name in row && (row as IDataObject)[name] === '');

/** Sheets use TRUE and FALSE, some databases 1 and 0. */
function asFlag(value: unknown): unknown {
	const text = String(value).trim().toLowerCase();
	if (text === 'true' || text === '1') return true;
	return text === 'false' || text === '0' ? false : value;
}

/**
 * Decides for each order whether to send now, when to send later, or why not at all; sellers are
 * planned separately. If something cannot be read for one seller's orders, only those stay
 * unplanned.
 */
export async function execute(
	this: IExecuteFunctions,
	prepared: readonly OrderToPlan[],
): Promise<Array<IDataObject[] | ItemFailure>> {
	const wanted = await readParametersInTurns(this, 0, schema, description);
	hintAtEmptyLists(this, wanted.rules);
	const planned = await forEachSeller(this, prepared, async (client, own) => {
		const orders = own.map(({ order, client: its }) =>
			its === client || order.marketplaceId !== null
				? order
				: { ...order, marketplaceId: resolveMarketplace(this, its, undefined).id },
		);
		const { rows, forecast = [] } = await planOf(this, client, orders, wanted);
		const items: IDataObject[][] = [];
		const turns = new Turns();
		for (let index = 0; index < rows.length; index += 1) {
			const row = rows[index] as PlanRow;
			if (turns.isDue) await turns.pause();
			items.push([toItem(orders[index] as SellerOrder, row)]);
		}
		// The days belong to all orders; n8n links them to the first.
		items[0]?.push(...forecast.map(toForecastItem));
		return items;
	});
	let undated = 0;
	for (const own of planned) {
		if (own instanceof ItemFailure) continue;
		const [row] = own;
		if (row?.decision === 'sendNow' && row.windowOpensAt === null) undated += 1;
	}
	if (undated > 0) {
		hint(
			this,
			`${undated} of the orders in 'Send Now' have no delivery dates. Only Amazon knows whether their window is open; Send checks that. For FBA orders, the option 'FBA Delivery Dates' in Order: Get Many adds estimated dates.`,
		);
	}
	return planned;
}

/** Plans the orders of one seller. */
async function planOf(
	context: IExecuteFunctions,
	client: SpApiClient,
	orders: readonly SellerOrder[],
	{ rules, campaigns, options, preferredDelay, sendNowWithin }: Wanted,
): Promise<SolicitationPlan> {
	const share = shareOf(client.credentials);
	const { rate, burst } = operationOf('createProductReviewAndSellerFeedbackSolicitation');
	const now = DateTime.utc();
	const defaultMarketplaceId = resolveMarketplace(context, client, undefined).id;
	const returns = await knownReturns(
		context,
		client,
		orders,
		rules,
		options.waitMinutes,
		defaultMarketplaceId,
	);
	const steps = planSolicitationsInSteps(
		orders,
		{
			now: now.toMillis(),
			rate: rate * share,
			burst: Math.max(1, Math.floor(burst * share)),
			maxRequestsPerDay: options.maxRequestsPerDay,
			sentToday: options.sentToday,
			capZone: context.getTimezone(),
			weekdays: options.weekdays,
			hours: hoursOf(options),
			quietDays: options.quietDays,
			rules: { ...rulesAt(rules, now), doNotSolicit: new Set(rules.doNotSolicit), ...returns },
			campaigns: campaigns.map((campaign) => campaignAt(campaign, now)),
			leaveOutWithoutCampaign: campaigns.length > 0 && options.ordersWithoutCampaign === 'leaveOut',
			past: options.alreadyRequested ?? new Map(),
			preferredDelayDays: preferredDelay,
			randomDelayUpToDays: options.randomDelayUpTo,
			delaySeed: options.pulseTest,
			delayFrom: options.delayFrom,
			clock: options.clock,
			...(options.pulseTest !== '' && {
				pulse: { seed: options.pulseTest, blockDays: options.daysPerBlock },
			}),
			leaveOutUnknownDates: options.unknownDates === 'leaveOut',
			sendNowWithinMs: sendNowWithin * MINUTE_MS,
			defaultMarketplaceId,
		},
		// An agent reads only the output with the orders.
		!isHeldByAgent(context),
	);
	return await inTurns(steps);
}

/** Warns about an empty list, because it selects no order. */
function hintAtEmptyLists(context: IExecuteFunctions, rules: Selection): void {
	for (const name of ['includeSkus', 'includeAsins', 'marketplaceIds'] as const) {
		if (rules[name]?.length !== 0) continue;
		hint(
			context,
			`The list of the rule '${RULES[name].label}' is empty, so no order is selected. Remove the rule to select all.`,
			'warning',
		);
	}
}

/** Returned orders, from the list and from reports. Empty if neither rule is on. */
async function knownReturns(
	context: IExecuteFunctions,
	client: SpApiClient,
	orders: readonly SellerOrder[],
	{ returnedOrderIds: listed, returnsFromReports, canceledReturns }: Selection,
	waitMinutes: number,
	defaultMarketplaceId: string,
): Promise<{
	readonly returnedOrderIds: ReadonlySet<string>;
	readonly returnsGaps?: readonly ReturnsGap[];
}> {
	if (returnsFromReports !== true) return { returnedOrderIds: new Set(listed) };
	const now = DateTime.utc();
	const since = now.minus({ days: OLDEST_RETURNS_DAYS }).toMillis();
	// An order with a wrong date must still be checked. A report covers at least a day.
	const latest = now.minus({ days: 1 }).toMillis();
	// The same goes for an order without a date: then the whole period is requested.
	const { placed, spellings } = await inTurns(
		placedOrders(orders, { since, latest, defaultMarketplaceId }),
	);
	const returned = new Set(listed);
	const turns = new Turns();
	const returnsGaps: ReturnsGap[] = [];
	const failures: SpApiFailure[] = [];
	let readCount = 0;
	for (const fulfilledBy of FULFILLERS) {
		const { marketplaces, after, unknownIds } = firstOrderOf(placed[fulfilledBy]);
		for (const id of unknownIds) {
			const why = `Amazon has no marketplace ${id.slice(0, 20)}`;
			returnsGaps.push({ fulfilledBy, marketplaceIds: [id], why });
		}
		if (after === undefined) continue;
		readCount += 1;
		const { orderIds, gaps, failure } = await readReturns(
			context,
			client,
			fulfilledBy,
			{ marketplaces, after, waitMs: waitMinutes * MINUTE_MS },
			canceledReturns === 'noReturns',
		);
		for (const id of orderIds) {
			if (turns.isDue) await turns.pause();
			returned.add(id);
		}
		for (const gap of gaps) {
			// Spelled as in the orders.
			const spelled = [...spellings].filter((id) =>
				gap.marketplaceIds.includes(findMarketplace(id)?.id ?? ''),
			);
			const marketplaceIds = [...new Set([...gap.marketplaceIds, ...spelled])];
			returnsGaps.push({ ...gap, fulfilledBy, marketplaceIds });
		}
		if (failure !== undefined) failures.push(failure);
	}
	const [failure] = failures;
	if (failure !== undefined && failures.length === readCount) throw failure;
	hintAtReturnsGaps(context, returnsGaps);
	return { returnedOrderIds: returned, returnsGaps };
}

function hintAtReturnsGaps(context: IExecuteFunctions, gaps: readonly ReturnsGap[]): void {
	if (gaps.length === 0) return;
	const reasons = [...new Set(gaps.map(({ why }) => why))].join('; ');
	hint(
		context,
		`Orders that may have been returned are left out (ruleCannotTell): ${reasons}. If a report was canceled and you know that nothing was returned in that period, set 'If a Returns Report Is Canceled' to 'Treat as No Returns'.`,
		'warning',
	);
}

/** The windows of orders placed longer ago have closed. */
const OLDEST_RETURNS_DAYS = 90;

/** Field by field, which takes a tenth of the time of a spread. The router names the seller. */
function toItem(order: SellerOrder, row: PlanRow) {
	const { marketplaceId } = order;
	const marketplace = marketplaceId === null ? undefined : findMarketplace(marketplaceId);
	const window = permittedWindowOf(order);
	return {
		seller: undefined,
		orderId: order.orderId,
		marketplace: marketplace?.countryCode ?? null,
		marketplaceId,
		decision: row.decision,
		reason: row.reason,
		explanation: row.explanation,
		sendAt: row.sendAt,
		sendAtLocal: row.sendAtLocal,
		timeZone: row.timeZone,
		early: row.early,
		campaign: row.campaign,
		whyThisCampaign: row.whyThisCampaign,
		otherCampaigns: [...row.otherCampaigns],
		delayDays: row.delayDays,
		pulse: row.pulse && { ...row.pulse },
		requestedAt: row.requestedAt,
		tryAgainLater: row.tryAgainLater,
		createdAt: order.createdAt,
		earliestDelivery: order.earliestDelivery,
		latestDelivery: order.latestDelivery,
		windowOpensAt: window.windowOpensAt,
		windowClosesAt: window.windowClosesAt,
		windowOpensAtLocal: window.windowOpensAtLocal,
		windowClosesAtLocal: window.windowClosesAtLocal,
		deliveryDateSource: order.deliveryDateSource,
	} satisfies IDataObject & Record<keyof PlanRow, unknown>;
}

/** A day of the output Forecast. */
const toForecastItem = (day: ForecastDay): IDataObject => ({
	...day,
	savedBy: { ...day.savedBy },
	lostOrders: day.lostOrders.map((order) => ({ ...order, savedBy: [...order.savedBy] })),
});
