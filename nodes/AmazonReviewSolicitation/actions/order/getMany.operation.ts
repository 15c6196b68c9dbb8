import { createHash } from 'node:crypto';
import { DateTime } from 'luxon';
import {
	NodeOperationError,
	updateDisplayOptions,
	type IDataObject,
	type IExecuteFunctions,
	type INodeProperties,
} from 'n8n-workflow';
import { z } from 'zod';

import { MINUTE_MS } from '../../../shared/domain/calendar';
import { findMarketplace, type Marketplace } from '../../../shared/domain/marketplaces';
import {
	FULFILLERS,
	ORDER_STATUSES,
	permittedWindowOf,
	type SellerOrder,
	type PermittedWindow,
} from '../../../shared/domain/order';
import { cursorFrom, newestSearchable } from '../../orders/orderCursor';
import {
	caughtUp,
	cursorOf,
	isMissing,
	resumeFrom,
	stretchToCatchUp,
	type SavedCursor,
} from '../../orders/savedCursor';
import { optionsCollection, returnAllParameters } from '../../../shared/n8n/commonParameters';
import { waitForReportOption } from '../../../shared/n8n/feedbackReport';
import { hint } from '../../../shared/n8n/hints';
import type { ItemSeller } from '../../../shared/n8n/itemSeller';
import {
	ALL_MARKETPLACES,
	marketplaceOptions,
	resolveMarketplace,
} from '../../../shared/n8n/marketplaceParameter';
import { ownMarketplaces } from '../../../shared/n8n/chosenMarketplaces';
import { readParameters } from '../../../shared/n8n/parameters';
import { sellerParameter } from '../../../shared/n8n/sellerParameter';
import type { SpApiClient } from '../../../shared/spapi/client';
import { fulfilledByParameter } from '../../orders/fulfilledByParameter';
import { readOrdersReport } from '../../orders/ordersReport';
import { searchAll, type SearchLimits, type SearchTerms } from '../../orders/searchAll';
import { SearchNotes } from '../../orders/searchNotes';
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
					description: 'Up to date within minutes, with delivery dates; up to 48,384 orders a day',
				},
				{
					name: 'Reports',
					value: 'reports',
					description:
						'For large sellers: up to 30 days of orders per report; no delivery dates for orders you fulfill',
				},
			],
			description: 'Where to read orders from',
		},
		sellerParameter,
		{
			displayName: 'Marketplaces',
			name: 'marketplaces',
			type: 'multiOptions',
			default: [],
			options: [
				{ name: "All of the Seller's in the Region", value: ALL_MARKETPLACES },
				...marketplaceOptions,
			],
			description: "If empty, the credential's primary marketplace",
		},
		{
			displayName: 'Only Changes Since the Last Run',
			name: 'incremental',
			type: 'boolean',
			default: false,
			displayOptions: { show: { source: ['ordersApi'] } },
			description:
				'Whether to return only orders that are new or changed since the last run. n8n saves the position when a run of an active workflow ends; manual runs do not change it.',
		},
		{
			displayName: 'Date',
			name: 'dateType',
			type: 'options',
			default: 'lastUpdated',
			displayOptions: { hide: { incremental: [true] } },
			options: [
				{ name: 'Created', value: 'created' },
				{ name: 'Last Updated', value: 'lastUpdated' },
			],
			description: 'Which date of an order to filter by',
		},
		{
			displayName: 'From',
			name: 'from',
			type: 'dateTime',
			default: '={{ $now.minus({ days: 60 }) }}',
			required: true,
			description: 'Earliest time. If you return only changes, the first run starts here.',
		},
		...updateDisplayOptions({ hide: { incremental: [true] } }, returnAllParameters),
		{
			displayName: 'Filters',
			name: 'filters',
			type: 'collection',
			placeholder: 'Add filter',
			default: {},
			options: [
				fulfilledByParameter,
				{
					displayName: 'Programs',
					name: 'programs',
					type: 'multiOptions',
					default: [],
					options: [
						{ name: 'Amazon Business', value: 'isBusiness' },
						{ name: 'Prime', value: 'isPrime' },
					],
					description: 'Only orders that belong to all of these programs',
				},
				{
					displayName: 'Statuses',
					name: 'statuses',
					type: 'multiOptions',
					default: ['SHIPPED'],
					options: [
						{ name: 'Canceled', value: 'CANCELLED' },
						{ name: 'Partially Shipped', value: 'PARTIALLY_SHIPPED' },
						{ name: 'Pending', value: 'PENDING' },
						{ name: 'Pending Availability', value: 'PENDING_AVAILABILITY' },
						{ name: 'Shipped', value: 'SHIPPED' },
						{ name: 'Unfulfillable', value: 'UNFULFILLABLE' },
						{ name: 'Unshipped', value: 'UNSHIPPED' },
					],
					description:
						'Only orders with one of these statuses; reviews can be requested only for shipped orders',
				},
				{
					displayName: 'To',
					name: 'until',
					type: 'dateTime',
					default: '',
					description: 'Latest time. If empty, or if you return only changes: two minutes ago.',
				},
			],
		},
		optionsCollection(
			{
				displayName: 'Buyer Time Zone',
				name: 'buyerTimeZone',
				type: 'boolean',
				default: true,
				description:
					"Whether to read the country and state of the delivery address to find the buyer's time zone. With the Orders API, Amazon requires a role for personal data. The address itself is not returned.",
			},
			{
				displayName: 'FBA Delivery Dates',
				name: 'fbaDeliveryDates',
				type: 'boolean',
				default: true,
				description:
					"Whether to add the estimated arrival from Amazon's FBA shipments report if an order has no delivery dates. Needs one report per 30 days of orders. If a report cannot be read, a hint says so. If you return only changes, the node fails instead, and the next run returns these orders.",
			},
			{
				displayName: 'Time Budget (Minutes)',
				name: 'timeBudget',
				type: 'number',
				default: 10,
				typeOptions: { minValue: 0.1 },
				displayOptions: { show: { '/source': ['ordersApi'], '/incremental': [true] } },
				description:
					'Stop after this many minutes and return the orders read so far; the next run continues from there. Amazon allows 20 pages at once, then one every 3 minutes.',
			},
			waitForReportOption,
		),
	],
);

/**
 * A date parameter holds text or, from an expression, a DateTime. Text without a zone is read in
 * `zone`.
 */
const momentIn = (zone: string) =>
	z
		.union([z.string(), z.custom<DateTime>((value) => value instanceof Object && 'toISO' in value)])
		.transform((value, issues) => {
			const text = typeof value === 'string' ? value : (value.toISO() ?? '');
			const at = DateTime.fromISO(text, { zone }).toUTC();
			if (at.isValid) return at.toISO();
			issues.addIssue({
				code: 'custom',
				message: 'Enter a date and time, such as 2026-11-01T09:00Z',
			});
			return z.NEVER;
		});

const schemaIn = (zone: string) =>
	z.object({
		source: z.enum(['ordersApi', 'reports']),
		marketplaces: z.array(z.string()).default([]),
		incremental: z.boolean().default(false),
		dateType: z.enum(['created', 'lastUpdated']).default('lastUpdated'),
		from: momentIn(zone),
		returnAll: z.boolean().default(true),
		limit: z.number().int().min(1).default(50),
		filters: z.object({
			fulfilledBy: z.enum(FULFILLERS).optional(),
			programs: z.array(z.enum(['isPrime', 'isBusiness'])).default([]),
			statuses: z.array(z.enum(ORDER_STATUSES)).default([]),
			until: z
				.literal('')
				.transform(() => undefined)
				.or(momentIn(zone))
				.optional(),
		}),
		options: z.object({
			buyerTimeZone: z.boolean().default(false),
			fbaDeliveryDates: z.boolean().default(false),
			timeBudget: z.number().positive().default(10),
			waitMinutes: z.number().min(0).default(15),
		}),
	});

type Wanted = z.infer<ReturnType<typeof schemaIn>>;

/**
 * How far before the last run to look for changes, because Amazon lists some late. No change is
 * returned twice.
 */
const OVERLAP_MINUTES = 30;

/** Which orders to request, and how long to wait. */
interface Range {
	readonly after: string;
	readonly until: string;
	readonly waitMs: number;
}

/** Returns the seller's orders, each with the window in which a request is permitted. */
export async function execute(
	this: IExecuteFunctions,
	itemIndex: number,
	seller: ItemSeller,
): Promise<IDataObject[]> {
	const read = readParameters(this, itemIndex, schemaIn(this.getTimezone()), description);
	const byReports = read.source === 'reports';
	// n8n may still have a value for a field that this source hides.
	const wanted: Wanted = { ...read, incremental: read.incremental && !byReports };
	const range = rangeOf(wanted);
	check(this, wanted, range, itemIndex);

	const client = await seller.connect();
	const isAll = wanted.marketplaces.includes(ALL_MARKETPLACES);
	const chosen = isAll || wanted.marketplaces.length === 0 ? [undefined] : wanted.marketplaces;
	const marketplaces = chosen.map((id) => resolveMarketplace(this, client, id, itemIndex));
	const found = byReports
		? await fromReports(
				this,
				client,
				wanted,
				range,
				isAll ? await ownMarketplaces(client) : marketplaces,
			)
		: // Without a list, a search has the whole region.
			await fromApi(this, client, wanted, range, isAll ? [] : marketplaces);
	const { returnAll, incremental, limit, options } = wanted;
	const orders = returnAll || incremental ? found.orders : found.orders.slice(0, limit);
	if (orders.length < found.orders.length || found.isPart) {
		hint(
			this,
			`There may be more than these ${orders.length} orders, and these may not be the newest. Turn on 'Return All' to get all of them.`,
		);
	}
	// With only changes, each order is returned once: if a report failed, its orders would never get
	// their dates. A canceled report may just be empty, so it does not stop the node.
	const dated = options.fbaDeliveryDates
		? await addArrivals(this, client, orders, { waitMs: range.waitMs, required: incremental })
		: orders;
	// Keeps the position only now: if a step above fails, the next run must return the same orders.
	if (found.place !== undefined) placesToKeep(this).push(found.place);
	return dated.map(toItem);
}

/** Reports up front what Amazon would refuse or return nothing for. */
function check(
	context: IExecuteFunctions,
	{ source, incremental, filters }: Wanted,
	{ after, until }: Range,
	itemIndex: number,
): void {
	if (!incremental && after >= until) {
		throw new NodeOperationError(
			context.getNode(),
			"Could not list orders: 'From' must be before 'To'",
			{
				itemIndex,
				description: `Set 'From' to a time before ${until} (two minutes ago if 'To' is empty). It is ${after}.`,
			},
		);
	}
	if (source === 'reports' && filters.programs.includes('isPrime')) {
		throw new NodeOperationError(
			context.getNode(),
			"Could not list orders: Amazon's report does not identify Prime orders",
			{
				itemIndex,
				description: "Use the source 'Orders API', or remove 'Prime' from the programs.",
			},
		);
	}
}

/** Filtered here, because Amazon cannot search by program. */
const isInPrograms = (order: SellerOrder, { filters }: Wanted): boolean =>
	filters.programs.every((program) => isInProgram(order, program));

const isInProgram = (order: SellerOrder, program: string): boolean =>
	(program === 'isPrime' || program === 'isBusiness') && order[program] === true;

/** The range to read, as far as Amazon lets a search reach. A search for changes ends now. */
function rangeOf({ from, filters, incremental, options }: Wanted): Range {
	const newest = newestSearchable(DateTime.utc().toISO());
	const { until } = filters;
	return {
		after: from,
		until: until === undefined || incremental || until > newest ? newest : until,
		waitMs: options.waitMinutes * MINUTE_MS,
	};
}

interface Found {
	readonly orders: SellerOrder[];
	/** Whether there may be more orders. */
	readonly isPart?: boolean;
	/** How far a search for changes got. */
	readonly place?: Place;
}

async function fromReports(
	context: IExecuteFunctions,
	client: SpApiClient,
	wanted: Wanted,
	{ after, until, waitMs }: Range,
	marketplaces: readonly Marketplace[],
): Promise<Found> {
	const { dateType, filters, options } = wanted;
	// The report filters by last update: an order created in the range may have changed since.
	const end = dateType === 'created' ? undefined : filters.until && until;
	const request = { marketplaces, after, until: end, waitMs };
	const orders = await readOrdersReport(context, client, request);
	const inRange = ({ createdAt, updatedAt }: SellerOrder) => {
		const at = dateType === 'created' ? createdAt : updatedAt;
		const isBefore = filters.until === undefined || (at !== null && at <= until);
		return isBefore && (dateType === 'lastUpdated' || (at !== null && at >= after));
	};
	return {
		orders: orders
			.filter(inRange)
			.filter((order) => isInPrograms(order, wanted))
			.filter(({ fulfilledBy }) => [undefined, fulfilledBy].includes(filters.fulfilledBy))
			.filter(({ status }) => filters.statuses.length === 0 || isOneOf(filters.statuses, status))
			.map((order) => (options.buyerTimeZone ? order : { ...order, buyerTimeZone: null })),
	};
}

const isOneOf = <Value>(values: readonly Value[], value: Value | null): boolean =>
	value !== null && values.includes(value);

async function fromApi(
	context: IExecuteFunctions,
	client: SpApiClient,
	wanted: Wanted,
	{ until: end }: Range,
	marketplaces: readonly Marketplace[],
): Promise<Found> {
	const { incremental, dateType, from, returnAll, limit, filters, options } = wanted;
	const terms: SearchTerms = {
		by: incremental ? 'lastUpdated' : dateType,
		marketplaceIds: marketplaces.map(({ id }) => id).toSorted(),
		fulfilledBy: filters.fulfilledBy,
		statuses: filters.statuses.toSorted(),
		withRecipient: options.buyerTimeZone,
	};
	const notes = new SearchNotes();
	const isWanted = (order: SellerOrder) => isInPrograms(order, wanted);
	if (!incremental) {
		const found = await searchAll(context, client, terms, cursorFrom(from), {
			end,
			limit: returnAll ? Infinity : limit,
			isWanted,
			overlapMinutes: 0,
			timeBudgetMs: Infinity,
			resumable: false,
			notes,
		});
		notes.show(context);
		return { orders: found.orders, isPart: !found.complete };
	}
	const key = keyOf(client, terms);
	const start = resumeFrom(keptPlaces(context)[key], { from, end, filter: filters.programs });
	const { orders, place, complete } = await changesSince(context, client, terms, start, {
		end,
		limit: Infinity,
		isWanted,
		overlapMinutes: OVERLAP_MINUTES,
		timeBudgetMs: options.timeBudget * MINUTE_MS,
		resumable: true,
		notes,
	});
	notes.show(context);
	if (!complete) {
		hint(
			context,
			'There are more orders than fit into this run. The next run continues from here.',
		);
	}
	return { orders, place: { key, place } };
}

/**
 * Returns what changed since the last run. If time is left, it also returns what earlier filters
 * held back and the current one lets through.
 */
async function changesSince(
	context: IExecuteFunctions,
	client: SpApiClient,
	terms: SearchTerms,
	start: SavedCursor,
	limits: SearchLimits,
): Promise<{
	readonly orders: SellerOrder[];
	readonly place: SavedCursor;
	readonly complete: boolean;
}> {
	const giveUpAt = performance.now() + limits.timeBudgetMs;
	const found = await searchAll(context, client, terms, start.cursor, limits);
	const orders = [...found.orders];
	let { complete } = found;
	let place: SavedCursor = { ...start, cursor: found.cursor };
	for (let stretch = stretchToCatchUp(place); complete && stretch !== undefined; ) {
		const timeBudgetMs = giveUpAt - performance.now();
		if (timeBudgetMs <= 0) return { orders, place, complete: false };
		const missing = isMissing(stretch, isInProgram);
		const again = await searchAll(context, client, terms, cursorOf(stretch), {
			...limits,
			end: stretch.until < limits.end ? stretch.until : limits.end,
			isWanted: (order) => limits.isWanted(order) && missing(order),
			overlapMinutes: 0,
			timeBudgetMs,
			goesOn: true,
		});
		for (const order of again.orders) orders.push(order);
		place = caughtUp(place, stretch, again.cursor);
		({ complete } = again);
		// The rest of the stretch is in the future and has to wait.
		if (stretch.until > limits.end) break;
		stretch = stretchToCatchUp(place);
	}
	return { orders, place, complete };
}

interface Place {
	readonly key: string;
	readonly place: SavedCursor;
}

/** Searches whose position is kept; each seller has its own. Beyond that, the oldest are forgotten. */
const MOST_CURSORS = 1000;

const placesOfRun = new WeakMap<IExecuteFunctions, Place[]>();

/** Positions reached in this run and not saved yet. */
function placesToKeep(context: IExecuteFunctions): Place[] {
	const places = placesOfRun.get(context) ?? [];
	placesOfRun.set(context, places);
	return places;
}

const keptPlaces = (context: IExecuteFunctions): Record<string, unknown> =>
	z.record(z.unknown()).catch({}).parse(context.getWorkflowStaticData('node').orderCursors);

/**
 * Saves how far the searches for changes got, one position per search. Searches with different
 * terms have different positions. Call it when the node has done all its work, because n8n saves
 * the data even if the node fails later.
 */
export function keepPlaces(context: IExecuteFunctions): void {
	for (const { key, place } of placesToKeep(context)) {
		const others = Object.entries(keptPlaces(context)).filter(([other]) => other !== key);
		context.getWorkflowStaticData('node').orderCursors = Object.fromEntries([
			...others.slice(1 - MOST_CURSORS),
			[key, place],
		]) as IDataObject;
	}
}

/** Only the terms by which Amazon selects orders identify a search. */
const keyOf = (
	{ seller }: SpApiClient,
	{ by, marketplaceIds, fulfilledBy = null, statuses }: SearchTerms,
): string =>
	createHash('sha256')
		.update(JSON.stringify([seller, by, marketplaceIds, fulfilledBy, statuses]))
		.digest('base64url')
		.slice(0, 16);

/** Field by field, which takes a tenth of the time of a spread. The router names the seller. */
function toItem(order: SellerOrder) {
	const { marketplaceId } = order;
	const marketplace = marketplaceId === null ? undefined : findMarketplace(marketplaceId);
	const window = permittedWindowOf(order);
	return {
		seller: undefined,
		orderId: order.orderId,
		marketplaceId,
		createdAt: order.createdAt,
		updatedAt: order.updatedAt,
		status: order.status,
		fulfilledBy: order.fulfilledBy,
		isPrime: order.isPrime,
		isBusiness: order.isBusiness,
		replacementFor: order.replacementFor,
		cancellationRequested: order.cancellationRequested,
		shippedLate: order.shippedLate,
		orderTotal: order.orderTotal,
		currency: order.currency,
		items: order.items,
		earliestDelivery: order.earliestDelivery,
		latestDelivery: order.latestDelivery,
		deliveryDateSource: order.deliveryDateSource,
		buyerTimeZone: order.buyerTimeZone,
		marketplace: marketplace?.countryCode ?? null,
		windowOpensAt: window.windowOpensAt,
		windowClosesAt: window.windowClosesAt,
		windowOpensAtLocal: window.windowOpensAtLocal,
		windowClosesAtLocal: window.windowClosesAtLocal,
	} satisfies IDataObject & Record<keyof (SellerOrder & PermittedWindow), unknown>;
}
