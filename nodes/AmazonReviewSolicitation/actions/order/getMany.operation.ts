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

import { findMarketplace, type Marketplace } from '../../../shared/domain/marketplaces';
import {
	FULFILLERS,
	ORDER_STATUSES,
	permittedWindowOf,
	type SellerOrder,
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
import { marketplaceOptions, resolveMarketplace } from '../../../shared/n8n/marketplaceParameter';
import { readParameters } from '../../../shared/n8n/parameters';
import { SpApiClient } from '../../../shared/spapi/client';
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
			options: marketplaceOptions,
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
				"Whether to hand on only orders that are new or changed since the last run. n8n keeps the place when an active workflow's run ends; runs you start by hand do not move it.",
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
			description: 'Which date of an order counts',
		},
		{
			displayName: 'From',
			name: 'from',
			type: 'dateTime',
			default: '={{ $now.minus({ days: 60 }) }}',
			required: true,
			description: 'Orders from this moment on; with only changes, where the first run begins',
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
					description:
						'Only orders in one of these states; a review can be requested for shipped ones',
				},
				{
					displayName: 'To',
					name: 'until',
					type: 'dateTime',
					default: '',
					description:
						'Orders up to this moment; until two minutes ago when empty, and with only changes',
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
					"Whether to add the estimated arrival from Amazon's FBA shipments report where an order has no delivery dates. Takes a report per 30 days. Where Amazon does not give one, orders come without and a hint says so; with only changes the node fails, and the next run hands on the same orders.",
			},
			{
				displayName: 'Overlap (Minutes)',
				name: 'overlap',
				type: 'number',
				default: 30,
				typeOptions: { minValue: 0, maxValue: 1440 },
				displayOptions: { show: { '/source': ['ordersApi'], '/incremental': [true] } },
				description:
					'With only changes: how far each run looks back before the last one, for changes that Amazon lists late. What was handed on is not handed on again.',
			},
			{
				displayName: 'Time Budget (Minutes)',
				name: 'timeBudget',
				type: 'number',
				default: 10,
				typeOptions: { minValue: 0.1 },
				displayOptions: { show: { '/source': ['ordersApi'], '/incremental': [true] } },
				description:
					'With only changes: after how many minutes to hand on what was read; the next run goes on from there. Amazon gives 20 pages at once, then one in 3 minutes.',
			},
			waitForReportOption,
		),
	],
);

/** A date parameter holds text, or the DateTime of an expression; text without a zone is in `zone`. */
const momentIn = (zone: string) =>
	z
		.union([z.string(), z.custom<DateTime>((value) => value instanceof Object && 'toISO' in value)])
		.transform((value, issues) => {
			const text = typeof value === 'string' ? value : (value.toISO() ?? '');
			const at = DateTime.fromISO(text, { zone }).toUTC();
			if (at.isValid) return at.toISO();
			issues.addIssue({ code: 'custom', message: 'Give a date and time in ISO 8601' });
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
			overlap: z.number().min(0).default(30),
			timeBudget: z.number().positive().default(10),
			waitMinutes: z.number().min(0).default(15),
		}),
	});

type Wanted = z.infer<ReturnType<typeof schemaIn>>;

/** What to ask for, and for how long. */
interface Range {
	readonly after: string;
	readonly until: string;
	readonly waitMs: number;
}

/** The seller's orders, each with the window in which a request is permitted. */
export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject[]> {
	const read = readParameters(this, itemIndex, schemaIn(this.getTimezone()), description);
	const byReports = read.source === 'reports';
	// n8n may still hold the value of a field that the source hides.
	const wanted: Wanted = { ...read, incremental: read.incremental && !byReports };
	const range = rangeOf(wanted);
	check(this, wanted, range, itemIndex);

	const client = await SpApiClient.connect(this, itemIndex);
	const marketplaces = wanted.marketplaces.map((id) =>
		resolveMarketplace(this, client, id, itemIndex),
	);
	const primary = resolveMarketplace(this, client, undefined, itemIndex);
	const found = byReports
		? await fromReports(
				this,
				client,
				wanted,
				range,
				marketplaces.length > 0 ? marketplaces : [primary],
			)
		: await fromApi(this, client, wanted, range, marketplaces);
	const { returnAll, incremental, limit, options } = wanted;
	const orders = returnAll || incremental ? found.orders : found.orders.slice(0, limit);
	if (orders.length < found.orders.length || found.isPart) {
		hint(
			this,
			`There may be more than these ${orders.length} orders, which need not be the newest. Switch on 'Return All' to have them all.`,
		);
	}
	// With only changes an order comes once: without its dates it would be without them for good.
	const dated = options.fbaDeliveryDates
		? await addArrivals(this, client, orders, { waitMs: range.waitMs, required: incremental })
		: orders;
	// Only now: what failed before must come again.
	if (found.place !== undefined) placesToKeep(this).push(found.place);
	return dated.map(toItem);
}

/** What Amazon would refuse or answer with nothing is told at once. */
function check(
	context: IExecuteFunctions,
	{ source, incremental, filters }: Wanted,
	{ after, until }: Range,
	itemIndex: number,
): void {
	if (!incremental && after >= until) {
		throw new NodeOperationError(context.getNode(), "'From' has to be before 'To'", {
			itemIndex,
			description: `It goes from ${after} to ${until}; without 'To', up to two minutes ago.`,
		});
	}
	if (source === 'reports' && filters.programs.includes('isPrime')) {
		throw new NodeOperationError(context.getNode(), "Amazon's report does not tell Prime orders", {
			itemIndex,
			description: "Take the source 'Orders API', or leave out 'Prime' from the programs.",
		});
	}
}

/** Amazon cannot search by program. */
const isInPrograms = (order: SellerOrder, { filters }: Wanted): boolean =>
	filters.programs.every((program) => isInProgram(order, program));

const isInProgram = (order: SellerOrder, program: string): boolean =>
	(program === 'isPrime' || program === 'isBusiness') && order[program] === true;

/** From when to when, as far as Amazon lets it be asked for; a search for changes ends now. */
function rangeOf({ from, filters, incremental, options }: Wanted): Range {
	const newest = newestSearchable(DateTime.utc().toISO());
	const { until } = filters;
	return {
		after: from,
		until: until === undefined || incremental || until > newest ? newest : until,
		waitMs: options.waitMinutes * 60_000,
	};
}

interface Found {
	readonly orders: SellerOrder[];
	/** Whether there may be more. */
	readonly isPart?: boolean;
	/** How far a search for changes came. */
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
	// The report goes by the last update: what was created in a range may have changed since.
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
		overlapMinutes: options.overlap,
		timeBudgetMs: options.timeBudget * 60_000,
		resumable: true,
		notes,
	});
	notes.show(context);
	if (!complete) {
		hint(context, 'There are more orders than fit into this run; the next one goes on from here.');
	}
	return { orders, place: { key, place } };
}

/**
 * What changed since the last run, then what earlier filters held back and this one lets pass, as far as
 * the time goes.
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
		// What lies in the future has to wait.
		if (stretch.until > limits.end) break;
		stretch = stretchToCatchUp(place);
	}
	return { orders, place, complete };
}

interface Place {
	readonly key: string;
	readonly place: SavedCursor;
}

/** Searches whose place is kept; of more, the ones used longest ago are forgotten. */
const MOST_CURSORS = 20;

const placesOfRun = new WeakMap<IExecuteFunctions, Place[]>();

/** The places reached in this run, not kept yet. */
function placesToKeep(context: IExecuteFunctions): Place[] {
	const places = placesOfRun.get(context) ?? [];
	placesOfRun.set(context, places);
	return places;
}

const keptPlaces = (context: IExecuteFunctions): Record<string, unknown> =>
	z.record(z.unknown()).catch({}).parse(context.getWorkflowStaticData('node').orderCursors);

/**
 * Keeps how far the searches for changes came, one place per search: other terms are another search.
 * To be called when the node has done all its work, for n8n saves it even if the node fails later on.
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

/** Only what Amazon selects the orders by makes another search. */
const keyOf = (
	{ seller }: SpApiClient,
	{ by, marketplaceIds, fulfilledBy = null, statuses }: SearchTerms,
): string =>
	createHash('sha256')
		.update(JSON.stringify([seller, by, marketplaceIds, fulfilledBy, statuses]))
		.digest('base64url')
		.slice(0, 16);

function toItem(order: SellerOrder): IDataObject {
	const { marketplaceId } = order;
	const marketplace = marketplaceId === null ? undefined : findMarketplace(marketplaceId);
	return { ...order, marketplace: marketplace?.countryCode ?? null, ...permittedWindowOf(order) };
}
