import { toIso } from '../clock';
import {
	instant,
	invalidInput,
	list,
	notFound,
	ownMarketplaces,
	single,
	type Answer,
	type Call,
	type Operation,
} from '../http';
import { digitalOrders, multiChannelOrders } from '../world/foreignOrders';
import { lastUpdateOf, statusOf } from '../world/orderState';
import type { SandboxSettings } from '../settings';
import { INCLUDED_DATA, describeOrder } from './orderBody';
import type { FulfillmentStatus, MarketplaceWorld, WorldOrder } from '../world/types';

// Which role orders need is unconfirmed; this is the one commonly named.
const ROLES = ['Inventory and Order Tracking'] as const;
const STATUSES: readonly FulfillmentStatus[] = [
	'PENDING',
	'UNSHIPPED',
	'PARTIALLY_SHIPPED',
	'SHIPPED',
	'CANCELLED',
	'UNFULFILLABLE',
];
const TWO_MINUTES = 120_000;

function oneOf(values: readonly string[], allowed: readonly string[], name: string): void {
	const wrong = values.find((value) => !allowed.includes(value));
	if (wrong !== undefined) throw invalidInput(`Invalid value for ${name}: ${wrong}`);
}

function readIncludedData({ query }: Call): string[] {
	const included = list(query['includedData']);
	oneOf(included, INCLUDED_DATA, 'includedData');
	return included;
}

interface Search {
	readonly by: 'created' | 'lastUpdated';
	readonly after: number;
	readonly before: number;
	readonly statuses: readonly string[];
	readonly marketplaceIds: readonly string[];
	readonly fulfilledBy: readonly string[];
}

function readSearch({ query, now, seller }: Call): Search {
	const createdAfter = instant(query['createdAfter'], 'createdAfter');
	const createdBefore = instant(query['createdBefore'], 'createdBefore');
	const lastUpdatedAfter = instant(query['lastUpdatedAfter'], 'lastUpdatedAfter');
	const lastUpdatedBefore = instant(query['lastUpdatedBefore'], 'lastUpdatedBefore');
	if ((createdAfter === undefined) === (lastUpdatedAfter === undefined)) {
		throw invalidInput('Exactly one of createdAfter and lastUpdatedAfter must be provided');
	}
	const by = createdAfter === undefined ? 'lastUpdated' : 'created';
	const foreign = by === 'created' ? lastUpdatedBefore : createdBefore;
	if (foreign !== undefined) {
		throw invalidInput('created and lastUpdated parameters must not be mixed');
	}
	const after = createdAfter ?? lastUpdatedAfter ?? 0;
	const before = createdBefore ?? lastUpdatedBefore ?? now - TWO_MINUTES;
	if ((createdBefore ?? lastUpdatedBefore) !== undefined && before < after) {
		throw invalidInput(`${by}Before must be equal to or after ${by}After`);
	}
	if (before > now - TWO_MINUTES) {
		throw invalidInput(`${by}Before must be at least two minutes before the time of the request`);
	}
	const statuses = list(query['fulfillmentStatuses']);
	oneOf(statuses, [...STATUSES, 'PENDING_AVAILABILITY'], 'fulfillmentStatuses');
	const fulfilledBy = list(query['fulfilledBy']);
	oneOf(fulfilledBy, ['AMAZON', 'MERCHANT'], 'fulfilledBy');
	const marketplaceIds = list(query['marketplaceIds']);
	if (marketplaceIds.length > 50) throw invalidInput('Too many marketplaceIds');
	ownMarketplaces(seller, marketplaceIds);
	return { by, after, before, statuses, marketplaceIds, fulfilledBy };
}

/** The orders a search looks through. `anywhere`: the search names no marketplace. */
function ordersIn({ state }: Call, place: MarketplaceWorld, anywhere: boolean): WorldOrder[] {
	if (!state.habits.foreignOrders) return place.orders;
	const others = anywhere ? multiChannelOrders(place) : [];
	return [...place.orders, ...digitalOrders(place), ...others];
}

function matching(call: Call, search: Search): WorldOrder[] {
	const { seller, now } = call;
	const { by, after, before, statuses, marketplaceIds, fulfilledBy } = search;
	const timeOf = (order: WorldOrder) =>
		by === 'created' ? order.createdAt : lastUpdateOf(order, now);
	return seller.marketplaces
		.filter(({ marketplace }) => isWanted(marketplaceIds, marketplace.id))
		.flatMap((place) => ordersIn(call, place, marketplaceIds.length === 0))
		.filter((order) => order.createdAt <= now)
		.map((order) => ({ order, time: timeOf(order) }))
		.filter(({ time }) => time >= after && time <= before)
		.filter(({ order }) => isWanted(statuses, statusOf(order, now)))
		.filter(({ order }) => isWanted(fulfilledBy, order.fulfilledBy))
		.sort((a, b) => a.time - b.time || a.order.orderId.localeCompare(b.order.orderId))
		.map(({ order }) => order);
}

const isWanted = (wanted: readonly string[], value: string): boolean =>
	wanted.length === 0 || wanted.includes(value);

/** The parameters that must be repeated unchanged with a paging token. */
function searchKey({ query }: Call): string {
	const free = ['paginationToken', 'maxResultsPerPage', 'includedData'];
	return JSON.stringify(
		Object.entries(query)
			.filter(([name]) => !free.includes(name))
			.map(([name, value]) => [name, list(value)])
			.sort(),
	);
}

/** An order of the seller by its ID, including orders outside the shop if the habits show them. */
function findOrder(call: Call, orderId: string): WorldOrder | undefined {
	const { state, seller } = call;
	const order = state.world.order(seller.key, orderId);
	if (order || !state.habits.foreignOrders || !/^[SD]01-/.test(orderId)) return order;
	return seller.marketplaces
		.flatMap((place) => [...digitalOrders(place), ...multiChannelOrders(place)])
		.find((foreign) => foreign.orderId === orderId);
}

function readPageSize({ query }: Call): number {
	const text = single(query['maxResultsPerPage']) ?? '100';
	const size = Number(text);
	if (!/^\d+$/.test(text) || size < 1 || size > 100) {
		throw invalidInput('maxResultsPerPage must be between 1 and 100');
	}
	return size;
}

/** As in the Far East in August 2026: requests that include the fulfillment are refused. */
function refuseFulfillment(
	{ state, seller }: Call,
	included: readonly string[],
	operation: string,
): void {
	if (!included.includes('FULFILLMENT')) return;
	const target = { operation, sellerKey: seller.key };
	if (state.habits.noFulfillmentData || state.faults.take(['fulfillment400'], target)) {
		throw invalidInput(
			'The input you have submitted is not valid. Please check your input and try again.',
		);
	}
}

function searchOrders(call: Call): Answer {
	const { state, seller, now } = call;
	const included = readIncludedData(call);
	refuseFulfillment(call, included, 'searchOrders');
	const size = readPageSize(call);
	const search = readSearch(call);
	const key = searchKey(call);
	const token = single(call.query['paginationToken']);
	const page =
		token === undefined
			? {
					orderIds: matching(call, search).map(({ orderId }) => orderId),
					offset: 0,
					before: search.before,
				}
			: state.orderPages.find(token, seller.key, key, now);
	if (!page) throw invalidInput('Invalid paginationToken');
	const end = page.offset + size;
	const orders = page.orderIds
		.slice(page.offset, end)
		.map((orderId) => findOrder(call, orderId))
		.filter((order): order is WorldOrder => order !== undefined)
		.map((order) => describeOrder(order, seller, included, now, state))
		.map((body) => damaged(body, state.settings));
	const more = end < page.orderIds.length;
	const nextToken = more
		? state.orderPages.open({ ...page, sellerKey: seller.key, search: key, offset: end }, now)
		: undefined;
	return {
		status: 200,
		body: {
			orders,
			...(nextToken === undefined ? lastPage(state) : { pagination: { nextToken } }),
			[search.by === 'created' ? 'createdBefore' : 'lastUpdatedBefore']: toIso(page.before),
		},
	};
}

/** What a last page has in place of the next page's token. */
const lastPage = ({ habits }: Call['state']) =>
	habits.nullsInOrders ? { pagination: { nextToken: null } } : {};

/** Gives one order an invalid time if the settings say so. */
const damaged = (
	order: Record<string, unknown>,
	{ brokenOrderId }: SandboxSettings,
): Record<string, unknown> =>
	order['orderId'] === brokenOrderId ? { ...order, lastUpdatedTime: 'soon' } : order;

function getOrder(call: Call): Answer {
	const { state, seller, now } = call;
	const included = readIncludedData(call);
	refuseFulfillment(call, included, 'getOrder');
	const orderId = call.params['orderId'] ?? '';
	const order = findOrder(call, orderId);
	if (!order && !/^\d{3}-\d{7}-\d{7}$/.test(orderId)) throw invalidInput('Invalid Input');
	if (!order) throw notFound(`Order ${orderId} was not found.`);
	return {
		status: 200,
		body: { order: describeOrder(order, seller, included, now, state) },
	};
}

/** Orders API v2026-01-01. */
export const ordersOperations: readonly Operation[] = [
	{
		name: 'searchOrders',
		method: 'GET',
		path: '/orders/2026-01-01/orders',
		rate: 0.0056,
		burst: 20,
		roles: ROLES,
		handle: searchOrders,
	},
	{
		name: 'getOrder',
		method: 'GET',
		path: '/orders/2026-01-01/orders/:orderId',
		rate: 0.5,
		burst: 30,
		roles: ROLES,
		handle: getOrder,
	},
];
