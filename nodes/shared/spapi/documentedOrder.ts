import { isUtcInstant } from '../domain/instant';
import { FULFILLERS, ORDER_STATUSES } from '../domain/order';

/** Whether a value is as expected, or absent: undefined, or the null that Amazon may write instead. */
type Check = (value: unknown) => boolean;

const isAbsent: Check = (value) => value === undefined || value === null;

const isText: Check = (value) => typeof value === 'string' || isAbsent(value);

const isNumber: Check = (value) => Number.isFinite(value) || isAbsent(value);

/** Amounts are text, but numbers mean the same. */
const isAmount: Check = (value) => isText(value) || isNumber(value);

const isTime: Check = (value) =>
	typeof value === 'string' ? isUtcInstant(value) : isAbsent(value);

const isOneOf = (values: readonly string[]): Check => {
	const known = new Set<unknown>(values);
	return (value) => known.has(value) || isAbsent(value);
};

const isListOf =
	(isEach: Check): Check =>
	(value) =>
		Array.isArray(value) ? value.every(isEach) : isAbsent(value);

const isObjectOf = (checks: Readonly<Record<string, Check>>): Check => {
	const fields = Object.entries(checks);
	return (value) => {
		if (typeof value !== 'object' || value === null) return isAbsent(value);
		const object = value as Readonly<Record<string, unknown>>;
		return !Array.isArray(value) && fields.every(([name, isField]) => isField(object[name]));
	};
};

const hasDocumentedFields = isObjectOf({
	createdTime: isTime,
	lastUpdatedTime: isTime,
	programs: isListOf(isText),
	associatedOrders: isListOf(isObjectOf({ orderId: isText, associationType: isText })),
	salesChannel: isObjectOf({ channelName: isText, marketplaceId: isText }),
	recipient: isObjectOf({
		deliveryAddress: isObjectOf({ countryCode: isText, stateOrRegion: isText }),
	}),
	proceeds: isObjectOf({ grandTotal: isObjectOf({ amount: isAmount, currencyCode: isText }) }),
	fulfillment: isObjectOf({
		fulfillmentStatus: isOneOf(ORDER_STATUSES),
		fulfilledBy: isOneOf(FULFILLERS),
		shipByWindow: isObjectOf({ latestDateTime: isTime }),
		deliverByWindow: isObjectOf({ earliestDateTime: isTime, latestDateTime: isTime }),
	}),
	orderItems: isListOf(
		isObjectOf({
			quantityOrdered: isNumber,
			product: isObjectOf({ asin: isText, sellerSku: isText, title: isText }),
			cancellation: isObjectOf({}),
		}),
	),
	packages: isListOf(isObjectOf({ shipTime: isTime, carrier: isText })),
});

/**
 * Whether a listed order is as Amazon documents it, as most are. It takes a small part of the time that
 * the schema takes, and accepts nothing that the schema refuses or changes, except that nulls stay nulls
 * and amounts may be numbers. If false, the schema decides.
 */
export function isDocumentedOrder(entry: unknown): boolean {
	if (typeof entry !== 'object' || entry === null) return false;
	const { orderId } = entry as { readonly orderId?: unknown };
	return typeof orderId === 'string' && orderId !== '' && hasDocumentedFields(entry);
}
