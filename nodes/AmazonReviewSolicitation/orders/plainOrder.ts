import { DECIMAL } from '../../shared/domain/decimal';
import { isUtcInstant } from '../../shared/domain/instant';
import {
	DELIVERY_DATE_SOURCES,
	FULFILLERS,
	ORDER_STATUSES,
	type SellerOrder,
} from '../../shared/domain/order';

type Fields = Readonly<Record<string, unknown>>;

const STATUSES = new Set<unknown>(ORDER_STATUSES);
const PARTIES = new Set<unknown>(FULFILLERS);
const SOURCES = new Set<unknown>(DELIVERY_DATE_SOURCES);

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isFlag = (value: unknown): value is boolean => typeof value === 'boolean';
const isTime = (value: unknown): value is string =>
	typeof value === 'string' && isUtcInstant(value);
const isAmount = (value: unknown): value is string =>
	typeof value === 'string' && DECIMAL.test(value);

/** A field that is unknown or as expected; undefined for anything else. */
const known = <Value>(
	value: unknown,
	isExpected: (value: unknown) => value is Value,
): Value | null | undefined => {
	if (value === undefined || value === null) return null;
	return isExpected(value) ? value : undefined;
};

const isOneOf =
	<Value>(values: ReadonlySet<unknown>) =>
	(value: unknown): value is Value =>
		values.has(value);

const isStatus = isOneOf<(typeof ORDER_STATUSES)[number]>(STATUSES);
const isParty = isOneOf<(typeof FULFILLERS)[number]>(PARTIES);
const isSource = isOneOf<(typeof DELIVERY_DATE_SOURCES)[number]>(SOURCES);

/**
 * Reads an order from an item that is exactly as Order: Get Many outputs it, which most are. It takes
 * a small part of the time that the schema takes, and gives the same.
 * @returns undefined if any field is different, or the dates have to come from the window: then the
 * schema decides
 */
export function plainOrder(fields: Fields): SellerOrder | undefined {
	const { orderId, deliveryDateSource = 'unknown' } = fields;
	if (!isText(orderId) || orderId.trim() !== orderId || !isSource(deliveryDateSource)) {
		return undefined;
	}
	const items = itemsOf(fields.items);
	const order = {
		orderId,
		marketplaceId: known(fields.marketplaceId, isText),
		createdAt: known(fields.createdAt, isTime),
		updatedAt: known(fields.updatedAt, isTime),
		status: known(fields.status, isStatus),
		fulfilledBy: known(fields.fulfilledBy, isParty),
		isPrime: known(fields.isPrime, isFlag),
		isBusiness: known(fields.isBusiness, isFlag),
		replacementFor: fields.replacementFor === '' ? '' : known(fields.replacementFor, isText),
		cancellationRequested: known(fields.cancellationRequested, isFlag),
		shippedLate: known(fields.shippedLate, isFlag),
		orderTotal: known(fields.orderTotal, isAmount),
		currency: known(fields.currency, isText),
		items,
		earliestDelivery: known(fields.earliestDelivery, isTime),
		latestDelivery: known(fields.latestDelivery, isTime),
		deliveryDateSource,
		buyerTimeZone: known(fields.buyerTimeZone, isText),
	};
	for (const name in order) if (order[name as keyof typeof order] === undefined) return undefined;
	const hasDates = order.earliestDelivery !== null && order.latestDelivery !== null;
	if (!hasDates && (fields.windowOpensAt ?? fields.windowClosesAt ?? null) !== null) {
		return undefined;
	}
	return order as SellerOrder;
}

function itemsOf(given: unknown): SellerOrder['items'] | undefined {
	if (given === undefined || given === null) return null;
	if (!Array.isArray(given)) return undefined;
	const items: NonNullable<SellerOrder['items']> = [];
	for (const each of given as unknown[]) {
		if (typeof each !== 'object' || each === null || Array.isArray(each)) return undefined;
		const { asin = null, sku = null, quantity = null } = each as Fields;
		if (asin !== null && typeof asin !== 'string') return undefined;
		if (sku !== null && typeof sku !== 'string') return undefined;
		if (quantity !== null && !(typeof quantity === 'number' && Number.isFinite(quantity))) {
			return undefined;
		}
		items.push({ asin, sku, quantity });
	}
	return items;
}
