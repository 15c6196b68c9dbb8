import { createHash } from 'node:crypto';
import { DateTime } from 'luxon';
import {
	updateDisplayOptions,
	type IDataObject,
	type IExecuteFunctions,
	type INodeProperties,
} from 'n8n-workflow';
import { z } from 'zod';

import {
	findMarketplace,
	MARKETPLACES,
	type Marketplace,
} from '../../../shared/domain/marketplaces';
import {
	FULFILLERS,
	ORDER_STATUSES,
	permittedWindowOf,
	type SellerOrder,
} from '../../../shared/domain/order';
import {
	cursorFrom,
	orderCursorSchema,
	type OrderCursor,
} from '../../../shared/domain/orderCursor';
import { optionsCollection, returnAllParameters } from '../../../shared/n8n/commonParameters';
import { waitForReportOption } from '../../../shared/n8n/feedbackReport';
import { hint } from '../../../shared/n8n/hints';
import { resolveMarketplace } from '../../../shared/n8n/marketplaceParameter';
import { readParameters } from '../../../shared/n8n/parameters';
import { SpApiClient } from '../../../shared/spapi/client';
import { readOrdersReport } from '../../orders/ordersReport';
import { searchAll, type SearchTerms } from '../../orders/searchAll';
import { addArrivals } from '../../orders/shipments';

export const description: INodeProperties[] = updateDisplayOptions(
	{ show: { resource: ['order'], operation: ['getMany'] } },
	[
		{
			displayName: 'Source',
			name: 'source',
			type: 'options',
			noDataExpression: true,
			default: 'ordersApi',
			options: [
				{
					name: 'Orders API',
					value: 'ordersApi',
					description: 'Up to date to minutes, with delivery dates; up to 48,384 orders a day',
				},
				{
					name: 'Reports',
					value: 'reports',
					description:
						'All orders of up to 30 days per report, for large sellers; without delivery dates of orders you fulfil',
				},
			],
			description: 'Where to read orders from',
		},
		{
			displayName: 'Marketplaces',
			name: 'marketplaces',
			type: 'multiOptions',
			default: [],
			options: MARKETPLACES.map(({ id, name, domain }) => ({
				name: `${name} (${domain})`,
				value: id,
			})),
			description:
				"When none is chosen: with the Orders API all marketplaces of the credential's region, with reports its primary one",
		},
		{
			displayName: 'Only Changes Since the Last Run',
			name: 'incremental',
			type: 'boolean',
			default: false,
			displayOptions: { show: { source: ['ordersApi'] } },
			description:
				"Whether to hand on only orders that are new or changed since the last run. n8n keeps the place when an active workflow's run ends; runs you start by hand begin at 'From'.",
		},
		{
			displayName: 'Date',
			name: 'dateType',
			type: 'options',
			default: 'lastUpdated',
			displayOptions: { show: { incremental: [false] } },
			options: [
				{ name: 'Created', value: 'created' },
				{ name: 'Last Updated', value: 'lastUpdated' },
			],
			description: 'Which date of an order counts',
		},
		{
			displayName: 'From',
			name: 'from',
			type: 'dateTime',
			default: '={{ $now.minus({ days: 45 }) }}',
			required: true,
			description: 'Orders from this moment on; with only changes, where the first run begins',
		},
		...updateDisplayOptions({ show: { incremental: [false] } }, returnAllParameters),
		{
			displayName: 'Filters',
			name: 'filters',
			type: 'collection',
			placeholder: 'Add filter',
			default: {},
			options: [
				{
					displayName: 'Fulfilled By',
					name: 'fulfilledBy',
					type: 'options',
					default: 'AMAZON',
					options: [
						{ name: 'Amazon (FBA)', value: 'AMAZON' },
						{ name: 'Seller (FBM)', value: 'MERCHANT' },
					],
				},
				{
					displayName: 'Programs',
					name: 'programs',
					type: 'multiOptions',
					default: [],
					options: [
						{ name: 'Amazon Business', value: 'isBusiness' },
						{ name: 'Prime', value: 'isPrime' },
					],
					description: 'Only orders that belong to each of these programs',
				},
				{
					displayName: 'Statuses',
					name: 'statuses',
					type: 'multiOptions',
					default: ['SHIPPED'],
					options: [
						{ name: 'Cancelled', value: 'CANCELLED' },
						{ name: 'Partially Shipped', value: 'PARTIALLY_SHIPPED' },
						{ name: 'Pending', value: 'PENDING' },
						{ name: 'Pending Availability', value: 'PENDING_AVAILABILITY' },
						{ name: 'Shipped', value: 'SHIPPED' },
						{ name: 'Unfulfillable', value: 'UNFULFILLABLE' },
						{ name: 'Unshipped', value: 'UNSHIPPED' },
					],
				},
				{
					displayName: 'To',
					name: 'until',
					type: 'dateTime',
					default: '',
					description: 'Orders up to this moment; until two minutes ago when empty',
				},
			],
		},
		optionsCollection(
			{
				displayName: 'Buyer Time Zone',
				name: 'buyerTimeZone',
				type: 'boolean',
				default: false,
				description:
					"Whether to read the delivery address's country and state for the buyer's time zone. With the Orders API Amazon asks for a role for personal data. The address itself is not handed on.",
			},
			{
				displayName: 'FBA Delivery Dates',
				name: 'fbaDeliveryDates',
				type: 'boolean',
				default: false,
				description:
					"Whether to add the estimated arrival from Amazon's FBA shipments report where an order has no delivery dates. Takes a report per 30 days and marketplace.",
			},
			{
				displayName: 'Overlap (Minutes)',
				name: 'overlap',
				type: 'number',
				default: 30,
				typeOptions: { minValue: 0, maxValue: 1440 },
				description:
					'With only changes: how far each run looks back before the last one, for changes that Amazon lists late. What was handed on is not handed on again.',
			},
			{
				displayName: 'Time Budget (Minutes)',
				name: 'timeBudget',
				type: 'number',
				default: 10,
				typeOptions: { minValue: 0.1, numberPrecision: 1 },
				description:
					'With only changes: after how many minutes to hand on what was read; the next run goes on from there. Amazon gives 20 pages at once, then one in 3 minutes.',
			},
			waitForReportOption,
		),
	],
);

/** A date parameter holds text, or the DateTime of an expression. */
const moment = z
	.union([z.string(), z.custom<DateTime>((value) => value instanceof Object && 'toISO' in value)])
	.transform((value, issues) => {
		const at =
			typeof value === 'string'
				? DateTime.fromISO(value, { zone: 'utc' })
				: DateTime.fromISO(value.toISO() ?? '', { zone: 'utc' });
		if (at.isValid) return at.toISO();
		issues.addIssue({ code: 'custom', message: 'Give a date and time in ISO 8601' });
		return z.NEVER;
	});

const schema = z.object({
	source: z.enum(['ordersApi', 'reports']),
	marketplaces: z.array(z.string()).default([]),
	incremental: z.boolean().default(false),
	dateType: z.enum(['created', 'lastUpdated']).default('lastUpdated'),
	from: moment,
	returnAll: z.boolean().default(true),
	limit: z.number().int().min(1).default(50),
	filters: z.object({
		fulfilledBy: z.enum(FULFILLERS).optional(),
		programs: z.array(z.enum(['isPrime', 'isBusiness'])).default([]),
		statuses: z.array(z.enum(ORDER_STATUSES)).default([]),
		until: z
			.literal('')
			.transform(() => undefined)
			.or(moment)
			.optional(),
	}),
	options: z.object({
		buyerTimeZone: z.boolean().default(false),
		fbaDeliveryDates: z.boolean().default(false),
		overlap: z.number().min(0).default(30),
		timeBudget: z.number().positive().default(10),
		waitMinutes: z.number().min(0).default(15),
	}),
});

type Wanted = z.infer<typeof schema>;

/** The seller's orders, each with the window in which a request is permitted. */
export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject[]> {
	const wanted = readParameters(this, itemIndex, schema, description);
	const client = await SpApiClient.connect(this);
	const marketplaces = wanted.marketplaces.map((id) =>
		resolveMarketplace(this, client, id, itemIndex),
	);
	const primary = resolveMarketplace(this, client, undefined, itemIndex);
	const reportsFrom = marketplaces.length > 0 ? marketplaces : [primary];
	const found =
		wanted.source === 'reports'
			? await fromReports(this, client, wanted, reportsFrom)
			: await fromApi(this, client, wanted, marketplaces);
	const { returnAll, incremental, limit, options } = wanted;
	const all = found.filter((order) => isInPrograms(order, wanted));
	const orders = returnAll || incremental ? all : all.slice(0, limit);
	if (!options.fbaDeliveryDates) return orders.map(toItem);

	let dated = orders;
	const lacking = orders.some(({ deliveryDateSource }) => deliveryDateSource === 'unknown');
	for (const marketplace of lacking ? reportsFrom : []) {
		dated = await addArrivals(this, client, dated, { marketplace, ...rangeOf(wanted) });
	}
	return dated.map(toItem);
}

/** Amazon cannot search by program. */
const isInPrograms = (order: SellerOrder, { filters }: Wanted): boolean =>
	filters.programs.every((program) => order[program] === true);

const rangeOf = ({ from, filters, options }: Wanted) => ({
	after: from,
	until: filters.until ?? DateTime.utc().toISO(),
	waitMs: options.waitMinutes * 60_000,
});

async function fromReports(
	context: IExecuteFunctions,
	client: SpApiClient,
	wanted: Wanted,
	marketplaces: readonly Marketplace[],
): Promise<SellerOrder[]> {
	const { dateType, filters, options } = wanted;
	const { after, until, waitMs } = rangeOf(wanted);
	const orders: SellerOrder[] = [];
	for (const marketplace of marketplaces) {
		const range = { marketplace, after, until, waitMs };
		orders.push(...(await readOrdersReport(context, client, range)));
	}
	// The report goes by the last update; what was created in the range was updated in it or later.
	const inRange = ({ createdAt }: SellerOrder) =>
		dateType === 'lastUpdated' || (createdAt !== null && createdAt >= after && createdAt <= until);
	return orders
		.filter(inRange)
		.filter(({ fulfilledBy }) => [undefined, fulfilledBy].includes(filters.fulfilledBy))
		.filter(({ status }) => filters.statuses.length === 0 || isOneOf(filters.statuses, status))
		.map((order) => (options.buyerTimeZone ? order : { ...order, buyerTimeZone: null }));
}

const isOneOf = <Value>(values: readonly Value[], value: Value | null): boolean =>
	value !== null && values.includes(value);

async function fromApi(
	context: IExecuteFunctions,
	client: SpApiClient,
	wanted: Wanted,
	marketplaces: readonly Marketplace[],
): Promise<SellerOrder[]> {
	const { incremental, dateType, from, returnAll, limit, filters, options } = wanted;
	const terms: SearchTerms = {
		by: incremental ? 'lastUpdated' : dateType,
		marketplaceIds: marketplaces.map(({ id }) => id),
		fulfilledBy: filters.fulfilledBy,
		statuses: filters.statuses,
		withRecipient: options.buyerTimeZone,
	};
	if (!incremental) {
		const search = { after: from, until: filters.until ?? '' };
		const open = search.until === '' ? undefined : search;
		const { orders } = await searchAll(
			context,
			client,
			terms,
			{ ...cursorFrom(from), open },
			{
				limit: returnAll ? Infinity : limit,
				isWanted: (order) => isInPrograms(order, wanted),
				overlapMinutes: 0,
				timeBudgetMs: Infinity,
				resumable: false,
			},
		);
		return orders;
	}
	const cursors = cursorsOf(context);
	const key = keyOf(client, terms);
	const found = await searchAll(context, client, terms, cursors.get(key) ?? cursorFrom(from), {
		limit: Infinity,
		isWanted: () => true,
		overlapMinutes: options.overlap,
		timeBudgetMs: options.timeBudget * 60_000,
		resumable: true,
	});
	cursors.set(key, found.cursor);
	if (!found.complete) {
		hint(context, 'There are more orders than fit into this run; the next one goes on from here.');
	}
	return found.orders;
}

/** Searches whose place is kept; of more, the ones used longest ago are forgotten. */
const MOST_CURSORS = 20;

/** The places reached so far, one per search: other terms are another search. */
function cursorsOf(context: IExecuteFunctions) {
	const data = context.getWorkflowStaticData('node');
	const all = (): Record<string, unknown> =>
		z.record(z.unknown()).catch({}).parse(data.orderCursors);
	return {
		get: (key: string): OrderCursor | undefined => orderCursorSchema.safeParse(all()[key]).data,
		set: (key: string, cursor: OrderCursor): void => {
			const others = Object.entries(all()).filter(([other]) => other !== key);
			data.orderCursors = Object.fromEntries([
				...others.slice(1 - MOST_CURSORS),
				[key, cursor],
			]) as IDataObject;
		},
	};
}

const keyOf = ({ seller }: SpApiClient, terms: SearchTerms): string =>
	createHash('sha256')
		.update(JSON.stringify([seller, terms]))
		.digest('base64url')
		.slice(0, 16);

function toItem(order: SellerOrder): IDataObject {
	const { marketplaceId } = order;
	const marketplace = marketplaceId === null ? undefined : findMarketplace(marketplaceId);
	return { ...order, marketplace: marketplace?.countryCode ?? null, ...permittedWindowOf(order) };
}
