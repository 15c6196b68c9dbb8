import { buyerTimeZoneOf } from '../../../shared/domain/buyerTimeZone';
import { sumOfDecimals } from '../../../shared/domain/decimal';
import type { UnreadableRow } from '../../../shared/domain/feedbackReport';
import { MARKETPLACES, type Marketplace } from '../../../shared/domain/marketplaces';
import type { SellerOrder } from '../../../shared/domain/order';
import { isOrderIdOfAnyKind } from '../../../shared/domain/orderId';
import { inOneGo, type Steps } from '../../../shared/domain/steps';
import { readMoment, readTabDelimitedPieces, wrongOrderId, type ReportRow } from './tabDelimited';

type OrderStatus = NonNullable<SellerOrder['status']>;
type Fulfiller = NonNullable<SellerOrder['fulfilledBy']>;

export interface AllOrdersReport {
	/** In the order of their first row. */
	readonly orders: SellerOrder[];
	/** The sales channel of orders from no Amazon marketplace, by order ID, as the report spells it. */
	readonly otherChannels: ReadonlyMap<string, string>;
	readonly unreadable: UnreadableRow[];
}

/**
 * The report's words for the statuses of `order.ts`. "Shipping" is an order leaving the warehouse:
 * not fully shipped yet. Sources: the enumeration of Orders API v0, and words reported by users,
 * because Amazon documents none for the report.
 */
const STATUS_OF_WORD: ReadonlyMap<string, OrderStatus> = new Map([
	['pendingavailability', 'PENDING_AVAILABILITY'],
	['pending', 'PENDING'],
	['unshipped', 'UNSHIPPED'],
	['shipping', 'UNSHIPPED'],
	['partiallyshipped', 'PARTIALLY_SHIPPED'],
	['shipped', 'SHIPPED'],
	['canceled', 'CANCELLED'],
	['cancelled', 'CANCELLED'],
	['unfulfillable', 'UNFULFILLABLE'],
]);

const FULFILLER_OF_WORD: ReadonlyMap<string, Fulfiller> = new Map([
	['amazon', 'AMAZON'],
	['afn', 'AMAZON'],
	['merchant', 'MERCHANT'],
	['mfn', 'MERCHANT'],
]);

/** The amounts of a row: what the buyer pays for the item, what is added, and what is deducted. */
const PRICES = ['item-price', 'shipping-price', 'gift-wrap-price'];
const TAXES = ['item-tax', 'shipping-tax', 'gift-wrap-tax'];
const DISCOUNTS = ['item-promotion-discount', 'ship-promotion-discount'];

/**
 * Reads `GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL` (and the same report by order date).
 *
 * A row is an item. Rows with the same order ID make one order, anywhere in the file. Two
 * equal rows are two items, because Amazon splits items and gives no item ID. Canceled items of an
 * order that is not canceled as a whole do not count as items or in the total. If the remaining
 * rows of an order disagree about a field, it is null. The report does not contain Prime, ship-by
 * and delivery dates, so those are null. Some accounts' reports have columns for replacements,
 * exchanges and cancellation requests; without them those are null, too.
 *
 * The report contains the orders of the whole region, regardless of the marketplace requested:
 * `ordersIn` selects those of some marketplaces.
 *
 * The total is prices (in the US and Canada plus taxes) minus promotions, exact, in `currency`. It
 * is null if no row has an item price (pending orders), an amount is not a decimal number, or the
 * currencies differ. A discount is deducted regardless of its sign, because Amazon's reports use
 * both.
 *
 * A row that cannot be read is reported. If it shows an order ID, the items and total of that order
 * are null rather than wrong.
 */
export function* readAllOrdersReport(pieces: readonly string[]): Steps<AllOrdersReport> {
	const report = readTabDelimitedPieces(pieces);
	const headerProblem = report.headerProblem(['amazon-order-id', 'order-status']);
	if (headerProblem !== undefined) {
		return { orders: [], otherChannels: new Map(), unreadable: [headerProblem] };
	}

	const rowsOf = new Map<string, ItemRow[]>();
	const incomplete = new Set<string>();
	const unreadable: UnreadableRow[] = [];
	const zoneOf = rememberingZones();

	for (const row of report.steps()) {
		if (row === undefined) {
			yield;
			continue;
		}
		const { line } = row;
		const orderId = row.cell('amazon-order-id');
		if (!isOrderIdOfAnyKind(orderId)) {
			unreadable.push({ line, reason: row.problem ?? wrongOrderId(orderId) });
		} else if (row.problem !== undefined) {
			unreadable.push({ line, reason: row.problem });
			incomplete.add(orderId);
		} else {
			const item = readItem(row, zoneOf);
			const siblings = rowsOf.get(orderId);
			if (siblings === undefined) rowsOf.set(orderId, [item]);
			else siblings.push(item);
		}
	}

	const orders: SellerOrder[] = [];
	const otherChannels = new Map<string, string>();
	for (const [orderId, rows] of rowsOf) {
		const order = mergeRows(orderId, rows, incomplete.has(orderId));
		orders.push(order);
		if (orders.length % ORDERS_OF_STEP === 0) yield;
		if (order.marketplaceId === null) {
			otherChannels.set(orderId, [...new Set(rows.map(({ channel }) => channel))].join(', '));
		}
	}
	return { orders, otherChannels, unreadable };
}

/** Number of orders built per step. */
const ORDERS_OF_STEP = 1_000;

/** Reads a complete report, like `readAllOrdersReport`. */
export const parseAllOrdersReport = (text: string): AllOrdersReport =>
	inOneGo(readAllOrdersReport([text]));

/**
 * The orders of a region's report that are from some marketplaces, and those from no known
 * marketplace.
 */
export interface OrdersOfRegion {
	readonly orders: SellerOrder[];
	/** IDs of orders from other stores, whose channel is "Non-Amazon" or similar. */
	readonly notOfAmazon: string[];
	/** Order IDs by unknown sales channel (empty if the report gives none). */
	readonly ofUnknownChannel: ReadonlyMap<string, string[]>;
}

/**
 * Selects the orders of some marketplaces. An order counts only if its sales channel says that it
 * is from one of them.
 */
export function ordersIn(
	{ orders, otherChannels }: AllOrdersReport,
	marketplaceIds: readonly string[],
): OrdersOfRegion {
	const wanted = new Set<string | null>(marketplaceIds);
	const notOfAmazon: string[] = [];
	const ofUnknownChannel = new Map<string, string[]>();
	for (const [orderId, channel] of otherChannels) {
		if (/^non-amazon/i.test(channel)) notOfAmazon.push(orderId);
		else {
			const ofChannel = ofUnknownChannel.get(channel);
			if (ofChannel === undefined) ofUnknownChannel.set(channel, [orderId]);
			else ofChannel.push(orderId);
		}
	}
	return {
		orders: orders.filter(({ marketplaceId }) => wanted.has(marketplaceId)),
		notOfAmazon,
		ofUnknownChannel,
	};
}

interface ItemRow
	extends Pick<
		SellerOrder,
		| 'marketplaceId'
		| 'createdAt'
		| 'updatedAt'
		| 'status'
		| 'fulfilledBy'
		| 'isBusiness'
		| 'currency'
		| 'buyerTimeZone'
		| 'cancellationRequested'
	> {
	readonly channel: string;
	/** Whether the order replaces another one or was exchanged for it. */
	readonly replaces: boolean | null;
	readonly original: string | null;
	readonly isCanceled: boolean;
	readonly asin: string | null;
	readonly sku: string | null;
	readonly quantity: number | null;
	readonly hasItemPrice: boolean;
	/** Prices and taxes minus discounts; null if one of them is not a decimal number. */
	readonly amount: string | null;
}

function readItem(
	row: ReportRow,
	zoneOf: (country: string, state: string) => string | null,
): ItemRow {
	const text = (column: string) => row.cell(column) || null;
	const quantity = row.cell('quantity');
	const amounts: string[] = [];
	const marketplace = marketplaceOf(row.cell('sales-channel'));
	for (const column of marketplace?.taxOnTop ? [...PRICES, ...TAXES] : PRICES) {
		const amount = row.cell(column);
		if (amount !== '') amounts.push(amount);
	}
	for (const column of DISCOUNTS) {
		const amount = row.cell(column);
		if (amount !== '') amounts.push(amount.startsWith('-') ? amount : `-${amount}`);
	}
	return {
		marketplaceId: marketplace?.id ?? null,
		channel: row.cell('sales-channel'),
		replaces: replacesAnother(row),
		original: text('original-order-id') ?? text('original-order-id-exchange'),
		cancellationRequested: booleanOf(row.cell('is-buyer-requested-cancellation')),
		createdAt: readMoment(row.cell('purchase-date')),
		updatedAt: readMoment(row.cell('last-updated-date')),
		status: statusOf(row.cell('order-status')),
		fulfilledBy: FULFILLER_OF_WORD.get(row.cell('fulfillment-channel').toLowerCase()) ?? null,
		isBusiness: booleanOf(row.cell('is-business-order')),
		currency: text('currency'),
		buyerTimeZone: zoneOf(row.cell('ship-country'), row.cell('ship-state')),
		isCanceled: /^cancell?ed$/i.test(row.cell('item-status')),
		asin: text('asin'),
		sku: text('sku'),
		quantity: /^\d{1,9}$/.test(quantity) ? Number(quantity) : null,
		hasItemPrice: row.cell('item-price') !== '',
		amount: sumOfDecimals(amounts),
	};
}

function mergeRows(orderId: string, rows: readonly ItemRow[], isIncomplete: boolean): SellerOrder {
	const kept = rows.filter(({ isCanceled }) => !isCanceled);
	const counted = kept.length > 0 ? kept : rows;
	const orderTotal = isIncomplete ? null : totalOf(counted);
	return {
		orderId,
		marketplaceId: agreed(counted, 'marketplaceId'),
		createdAt: outermost(rows, 'createdAt', 'first'),
		updatedAt: outermost(rows, 'updatedAt', 'last'),
		status: agreed(counted, 'status'),
		fulfilledBy: agreed(counted, 'fulfilledBy'),
		isPrime: null,
		isBusiness: agreed(counted, 'isBusiness'),
		replacementFor: originalOf(rows),
		cancellationRequested: rows.some(({ cancellationRequested }) => cancellationRequested === true)
			? true
			: agreed(counted, 'cancellationRequested'),
		shippedLate: null,
		orderTotal,
		currency: agreed(counted, 'currency'),
		items: isIncomplete
			? null
			: counted.map(({ asin, sku, quantity }) => ({ asin, sku, quantity })),
		earliestDelivery: null,
		latestDelivery: null,
		deliveryDateSource: 'unknown',
		buyerTimeZone: agreed(counted, 'buyerTimeZone'),
	};
}

/** The one value that the rows agree on; null if they have none or several. */
function agreed<Field extends keyof ItemRow>(
	rows: readonly ItemRow[],
	field: Field,
): ItemRow[Field] | null {
	let value: ItemRow[Field] | null = null;
	for (const row of rows) {
		const next = row[field];
		if (next === null || next === value) continue;
		if (value !== null) return null;
		value = next;
	}
	return value;
}

/** ISO texts in UTC sort by time. */
function outermost(
	rows: readonly ItemRow[],
	field: 'createdAt' | 'updatedAt',
	which: 'first' | 'last',
): string | null {
	let found: string | null = null;
	for (const { [field]: moment } of rows) {
		if (moment === null) continue;
		if (found === null || moment < found === (which === 'first')) found = moment;
	}
	return found;
}

function totalOf(rows: readonly ItemRow[]): string | null {
	const isPriced = rows.some(({ hasItemPrice }) => hasItemPrice);
	const currencies = new Set(rows.map(({ currency }) => currency).filter(isKnown));
	const amounts = rows.map(({ amount }) => amount).filter(isKnown);
	const isWhole = amounts.length === rows.length && currencies.size < 2;
	return isPriced && isWhole ? sumOfDecimals(amounts) : null;
}

const isKnown = <Value>(value: Value | null): value is Value => value !== null;

/**
 * Also treats "Shipped - Delivered to Buyer" and similar as shipped; only seller-fulfilled orders
 * have these.
 */
function statusOf(text: string): OrderStatus | null {
	const word = text.toLowerCase().replace(/\s/g, '');
	return word.startsWith('shipped-') ? 'SHIPPED' : (STATUS_OF_WORD.get(word) ?? null);
}

const MARKETPLACE_OF_DOMAIN: ReadonlyMap<string, Marketplace> = new Map(
	MARKETPLACES.map((marketplace) => [marketplace.domain, marketplace]),
);

/** "Amazon.com" is a marketplace's domain; "Non-Amazon US" and similar are not. */
const marketplaceOf = (salesChannel: string): Marketplace | undefined =>
	MARKETPLACE_OF_DOMAIN.get(salesChannel.toLowerCase());

/** False only if the report says so for both, because an exchange counts like a replacement. */
function replacesAnother(row: ReportRow): boolean | null {
	const isReplacement = booleanOf(row.cell('is-replacement-order'));
	const isExchange = booleanOf(row.cell('is-exchange-order'));
	if (isReplacement === true || isExchange === true) return true;
	return isReplacement === false && isExchange === false ? false : null;
}

/**
 * The order that this one replaces or was exchanged for. Empty if it does neither, null if the
 * report does not say whether it does or which order it is.
 */
function originalOf(rows: readonly ItemRow[]): string | null {
	const replacing = rows.filter(({ replaces }) => replaces === true);
	if (replacing.length > 0) return agreed(replacing, 'original');
	return rows.every(({ replaces }) => replaces === false) ? '' : null;
}

function booleanOf(text: string): boolean | null {
	const word = text.toLowerCase();
	if (word === 'true') return true;
	return word === 'false' ? false : null;
}

/** Remembers zones, because a report has many rows and few states. */
function rememberingZones(): (country: string, state: string) => string | null {
	const known = new Map<string, string | null>();
	return (country, state) => {
		const key = `${country}\t${state}`;
		let zone = known.get(key);
		if (zone === undefined) {
			zone = buyerTimeZoneOf(country, state);
			known.set(key, zone);
		}
		return zone;
	};
}
