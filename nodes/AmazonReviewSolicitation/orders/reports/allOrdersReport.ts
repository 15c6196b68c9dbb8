import { buyerTimeZoneOf } from '../../../shared/domain/buyerTimeZone';
import { sumOfDecimals } from '../../../shared/domain/decimal';
import type { UnreadableRow } from '../../../shared/domain/feedbackReport';
import { MARKETPLACES } from '../../../shared/domain/marketplaces';
import type { SellerOrder } from '../../../shared/domain/order';
import { isOrderIdOfAnyKind } from '../../../shared/domain/orderId';
import { inOneGo, type Steps } from '../../../shared/domain/steps';
import { readMoment, readTabDelimitedPieces, wrongOrderId, type ReportRow } from './tabDelimited';

type OrderStatus = NonNullable<SellerOrder['status']>;
type Fulfiller = NonNullable<SellerOrder['fulfilledBy']>;

export interface AllOrdersReport {
	/** In the order of their first row. */
	readonly orders: SellerOrder[];
	/** The sales channel of orders that are of no marketplace of Amazon, by order ID, as the report has it. */
	readonly otherChannels: ReadonlyMap<string, string>;
	readonly unreadable: UnreadableRow[];
}

/**
 * The words of the report for the statuses of `order.ts`. "Shipping" is an order on its way out of
 * the warehouse: not shipped as a whole yet. Sources: the enumeration of Orders API v0, and the words
 * users have reported, as Amazon documents none for the report.
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

/** What the buyer pays for an item of a row, what is added to it, and what is taken off. */
const PRICES = ['item-price', 'shipping-price', 'gift-wrap-price'];
const TAXES = ['item-tax', 'shipping-tax', 'gift-wrap-tax'];
const DISCOUNTS = ['item-promotion-discount', 'ship-promotion-discount'];

/**
 * Where prices are without tax. Elsewhere they hold it already, as VAT usually is; Amazon's help for
 * Europe calls the item price what the buyer paid, but documents none of it for this report.
 */
const PRICES_WITHOUT_TAX = ['US', 'CA'].flatMap(
	(country) => MARKETPLACES.find(({ countryCode }) => countryCode === country)?.id ?? [],
);

/**
 * Reads `GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL` (and its twin by order date).
 *
 * A row is an item; the rows of one order ID make one order, wherever they stand. Two equal rows are
 * two items, for Amazon splits items and gives no item ID. Items cancelled in an order that is not
 * cancelled as a whole count neither as items nor into the total. Where the remaining rows of an
 * order disagree about a field, it is null. The report has no word on Prime, ship-by and delivery
 * dates: those are null. Some accounts' reports have columns on replacements, exchanges and cancellation
 * requests; without them those are null, too.
 *
 * The report holds the orders of the whole region, whatever marketplace it was asked for: `ordersIn`
 * picks those of some marketplaces.
 *
 * The total is prices (in the US and Canada with the taxes on top) less promotions, exact, in `currency`; null where no row has an item
 * price (pending orders), an amount is no decimal number, or the currencies differ. A discount is
 * taken off whatever its sign, for Amazon's reports write both.
 *
 * A row that cannot be read is reported; if it shows an order ID, that order's items and total are
 * null rather than wrong.
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

/** Orders that one step makes of their rows. */
const ORDERS_OF_STEP = 1_000;

/** Reads a report that is whole as `readAllOrdersReport` does. */
export const parseAllOrdersReport = (text: string): AllOrdersReport =>
	inOneGo(readAllOrdersReport([text]));

/** What a report of a region has of some marketplaces, and what of no marketplace at all. */
export interface OrdersOfRegion {
	readonly orders: SellerOrder[];
	/** IDs of orders of other shops, whose channel is "Non-Amazon" or the like. */
	readonly notOfAmazon: string[];
	/** By sales channel that is not known (empty where the report gives none), the IDs of its orders. */
	readonly ofUnknownChannel: ReadonlyMap<string, string[]>;
}

/** The orders of some marketplaces; never one whose sales channel does not say that it is theirs. */
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
	readonly isCancelled: boolean;
	readonly asin: string | null;
	readonly sku: string | null;
	readonly quantity: number | null;
	readonly hasItemPrice: boolean;
	/** Prices and taxes less discounts; null where one of them is not a decimal number. */
	readonly amount: string | null;
}

function readItem(
	row: ReportRow,
	zoneOf: (country: string, state: string) => string | null,
): ItemRow {
	const text = (column: string) => row.cell(column) || null;
	const quantity = row.cell('quantity');
	const amounts: string[] = [];
	const marketplaceId = marketplaceOf(row.cell('sales-channel'));
	const taxOnTop = marketplaceId !== null && PRICES_WITHOUT_TAX.includes(marketplaceId);
	for (const column of taxOnTop ? [...PRICES, ...TAXES] : PRICES) {
		const amount = row.cell(column);
		if (amount !== '') amounts.push(amount);
	}
	for (const column of DISCOUNTS) {
		const amount = row.cell(column);
		if (amount !== '') amounts.push(amount.startsWith('-') ? amount : `-${amount}`);
	}
	return {
		marketplaceId,
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
		isCancelled: /^cancell?ed$/i.test(row.cell('item-status')),
		asin: text('asin'),
		sku: text('sku'),
		quantity: /^\d{1,9}$/.test(quantity) ? Number(quantity) : null,
		hasItemPrice: row.cell('item-price') !== '',
		amount: sumOfDecimals(amounts),
	};
}

function mergeRows(orderId: string, rows: readonly ItemRow[], isIncomplete: boolean): SellerOrder {
	const kept = rows.filter(({ isCancelled }) => !isCancelled);
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

/** The one value the rows give; null where they give none or several. */
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

/** ISO texts in UTC sort as the moments do. */
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

/** "Shipped - Delivered to Buyer" and the like, seller-fulfilled orders only, are shipped too. */
function statusOf(text: string): OrderStatus | null {
	const word = text.toLowerCase().replace(/\s/g, '');
	return word.startsWith('shipped-') ? 'SHIPPED' : (STATUS_OF_WORD.get(word) ?? null);
}

const MARKETPLACE_OF_DOMAIN: ReadonlyMap<string, string> = new Map(
	MARKETPLACES.map(({ domain, id }) => [domain, id]),
);

/** "Amazon.com" is a marketplace's domain; "Non-Amazon US" and the like are none. */
function marketplaceOf(salesChannel: string): string | null {
	return MARKETPLACE_OF_DOMAIN.get(salesChannel.toLowerCase()) ?? null;
}

/** False only where the report says so of both, for an exchange is asked about like a replacement. */
function replacesAnother(row: ReportRow): boolean | null {
	const isReplacement = booleanOf(row.cell('is-replacement-order'));
	const isExchange = booleanOf(row.cell('is-exchange-order'));
	if (isReplacement === true || isExchange === true) return true;
	return isReplacement === false && isExchange === false ? false : null;
}

/**
 * The order that this one replaces or was exchanged for; empty where it does neither, null where the
 * report does not say whether it does, or which it is.
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

/** A report has many rows and few states. */
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
