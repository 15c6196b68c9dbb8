import { DateTime } from 'luxon';
import { z } from 'zod';

import { buyerTimeZoneOf } from '../domain/buyerTimeZone';
import { millisOf } from '../domain/calendar';
import { decimalOf } from '../domain/decimal';
import { canonicalInstant, instantSchema } from '../domain/instant';
import { FULFILLERS, ORDER_STATUSES, type SellerOrder } from '../domain/order';
import type { OrderDetails } from '../domain/orderDetails';
import type { SpApiClient } from './client';
import { isDocumentedOrder } from './documentedOrder';
import { SpApiFailure } from './failure';
import { redact } from './redact';

/** Amazon may write null instead of omitting a value. */
const maybe = <Schema extends z.ZodTypeAny>(schema: Schema) =>
	schema.nullish().transform((value): z.output<Schema> | undefined => value ?? undefined);

const dateTime = maybe(instantSchema);

const text = maybe(z.string());

const deliverByWindow = maybe(z.object({ earliestDateTime: dateTime, latestDateTime: dateTime }));

const orderSchema = z.object({
	order: z.object({
		orderId: z.string(),
		/** Its delivery window is often absent for orders that Amazon fulfills. */
		fulfillment: maybe(z.object({ fulfillmentStatus: text, deliverByWindow })),
	}),
});

export type Order = z.infer<typeof orderSchema>['order'] & {
	/** Whether Amazon returned the order without its status and its delivery window. */
	readonly isWithoutFulfillment: boolean;
};

/**
 * Reads an order with its fulfillment data (Orders API 2026-01-01), or without it if Amazon refuses
 * that.
 */
export async function getOrder(client: SpApiClient, orderId: string): Promise<Order> {
	const { answer, isWithoutFulfillment } = await readOrder(client, orderId, [], orderSchema);
	return { ...answer.order, isWithoutFulfillment };
}

/** Reads an order with its fulfillment data and other parts, or without the former if Amazon refuses it. */
async function readOrder<Answer extends z.ZodTypeAny>(
	client: SpApiClient,
	orderId: string,
	parts: readonly string[],
	answerSchema: Answer,
): Promise<{ readonly answer: z.output<Answer>; readonly isWithoutFulfillment: boolean }> {
	const read = async (includedData: readonly string[]) =>
		await client.call('getOrder', {
			path: { orderId },
			query: includedData.length > 0 ? { includedData } : {},
			answer: answerSchema,
		});
	const full = await read([FULFILLMENT, ...parts]).catch(ifBadRequest);
	if (!isBadRequest(full)) return { answer: full.answer, isWithoutFulfillment: false };
	// If this request fails, too, report the failure of the first one.
	const { answer } = await read(parts).catch(async () => await Promise.reject<never>(full));
	return { answer, isWithoutFulfillment: true };
}

/** Returns the failure as a value if Amazon did not accept the request as it is. */
async function ifBadRequest(failure: unknown): Promise<SpApiFailure> {
	return isBadRequest(failure) ? failure : await Promise.reject<never>(failure);
}

/** For hours at a time, Amazon has answered 400 to every request that includes this. */
const FULFILLMENT = 'FULFILLMENT';

/** The parts of an order that decide whether and when its buyer is contacted. */
const INCLUDED_DATA = [FULFILLMENT, 'PACKAGES', 'PROCEEDS', 'CANCELLATION'];

/** Whether Amazon did not accept the request as it is. */
export const isBadRequest = (failure: unknown): failure is SpApiFailure =>
	failure instanceof SpApiFailure && failure.kind === 'badRequest';

/** Amounts are text, but numbers mean the same. */
const amount = maybe(z.union([z.string(), z.number().transform(String)]));

export const searchedOrderSchema = z.object({
	orderId: z.string().min(1),
	createdTime: dateTime,
	lastUpdatedTime: dateTime,
	programs: maybe(z.array(text)),
	associatedOrders: maybe(z.array(maybe(z.object({ orderId: text, associationType: text })))),
	salesChannel: maybe(z.object({ channelName: text, marketplaceId: text })),
	recipient: maybe(
		z.object({ deliveryAddress: maybe(z.object({ countryCode: text, stateOrRegion: text })) }),
	),
	proceeds: maybe(z.object({ grandTotal: maybe(z.object({ amount, currencyCode: text })) })),
	fulfillment: maybe(
		z.object({
			// A status added in the future counts as unknown.
			fulfillmentStatus: maybe(z.enum(ORDER_STATUSES)).catch(undefined),
			fulfilledBy: maybe(z.enum(FULFILLERS)).catch(undefined),
			shipByWindow: maybe(z.object({ latestDateTime: dateTime })),
			deliverByWindow,
		}),
	),
	orderItems: maybe(
		z.array(
			maybe(
				z.object({
					quantityOrdered: maybe(z.number()),
					product: maybe(z.object({ asin: text, sellerSku: text, title: text })),
					cancellation: maybe(z.object({ cancellationRequest: z.unknown() })),
				}),
			),
		),
	),
	packages: maybe(z.array(maybe(z.object({ shipTime: dateTime, carrier: text })))),
});

/** The same with nulls in place of what is absent. */
type OrNull<Value> =
	Value extends ReadonlyArray<infer Each>
		? ReadonlyArray<OrNull<Each>>
		: Value extends object
			? { readonly [Name in keyof Value]: OrNull<Value[Name]> }
			: undefined extends Value
				? Value | null
				: Value;

type SearchedOrder = OrNull<z.infer<typeof searchedOrderSchema>>;

const searchSchema = z.object({
	orders: z.array(z.unknown()),
	pagination: maybe(z.object({ nextToken: text })),
});

export interface OrderSearch {
	readonly by: 'created' | 'lastUpdated';
	/** ISO 8601 in UTC; both ends are included. */
	readonly after: string;
	readonly until: string;
	/** Empty means all marketplaces of the credential's region. */
	readonly marketplaceIds: readonly string[];
	readonly fulfilledBy?: SellerOrder['fulfilledBy'];
	readonly statuses: readonly string[];
	/** Whether to read the delivery address, for the buyer's time zone. Amazon requires a role for it. */
	readonly withRecipient: boolean;
	/**
	 * Whether to omit what Amazon may refuse for a while: status, who ships, ship-by and delivery
	 * windows.
	 */
	readonly withoutFulfillment?: boolean;
	/** The page to continue from; everything else must be the same as before. */
	readonly token?: string;
}

/** An order as Amazon lists it. */
export interface ListedOrder {
	readonly order: SellerOrder;
	/** Whether it is from a store other than an Amazon store: Amazon only ships it. */
	readonly isOfOtherShop: boolean;
}

/** An order of a page that does not have the documented shape. */
export interface UnreadableOrder {
	/** Its order ID, or its position on the page if the ID cannot be read either. */
	readonly name: string;
	readonly reason: string;
}

export interface OrderPage {
	readonly orders: ListedOrder[];
	readonly unreadable: UnreadableOrder[];
	readonly nextToken?: string;
}

const utc = (iso: string | null | undefined): string | null =>
	isAbsent(iso) ? null : (canonicalInstant(iso) ?? DateTime.fromISO(iso, { zone: 'utc' }).toISO());

const isAbsent = (value: unknown): value is null | undefined =>
	value === undefined || value === null;

export function toSellerOrder(order: SearchedOrder, withRecipient: boolean): SellerOrder {
	const { fulfillment, proceeds, orderItems, recipient } = order;
	const { earliestDateTime, latestDateTime } = fulfillment?.deliverByWindow ?? {};
	const hasWindow = !isAbsent(earliestDateTime) && !isAbsent(latestDateTime);
	const { countryCode, stateOrRegion } = recipient?.deliveryAddress ?? {};
	return {
		orderId: order.orderId,
		marketplaceId: order.salesChannel?.marketplaceId ?? null,
		createdAt: utc(order.createdTime),
		updatedAt: utc(order.lastUpdatedTime),
		status: fulfillment?.fulfillmentStatus ?? null,
		fulfilledBy: fulfillment?.fulfilledBy ?? null,
		isPrime: order.programs?.includes('PRIME') ?? false,
		isBusiness: order.programs?.includes('AMAZON_BUSINESS') ?? false,
		replacementFor: originalOf(order.associatedOrders ?? []),
		cancellationRequested: isCancellationRequested(orderItems),
		shippedLate: shippedLate(
			order.packages?.flatMap((each) => each?.shipTime ?? []) ?? [],
			fulfillment?.shipByWindow?.latestDateTime,
		),
		orderTotal: decimalOf(String(proceeds?.grandTotal?.amount ?? '')),
		currency: proceeds?.grandTotal?.currencyCode ?? null,
		items:
			orderItems?.map((item) => ({
				asin: item?.product?.asin ?? null,
				sku: item?.product?.sellerSku ?? null,
				quantity: item?.quantityOrdered ?? null,
			})) ?? null,
		earliestDelivery: hasWindow ? utc(earliestDateTime) : null,
		latestDelivery: hasWindow ? utc(latestDateTime) : null,
		deliveryDateSource: hasWindow ? 'deliverByWindow' : 'unknown',
		buyerTimeZone:
			withRecipient && !isAbsent(countryCode)
				? buyerTimeZoneOf(countryCode, stateOrRegion ?? undefined)
				: null,
	};
}

/** `REPLACEMENT_ORIGINAL_ID`, `EXCHANGE_ORIGINAL_ID`, and anything else that replaces another order. */
const OF_ORIGINAL = /_ORIGINAL_ID$/;

/**
 * The order that this one replaces or was exchanged for. Empty if Amazon lists no such order; null
 * if Amazon lists one without its ID, or without how the two are related.
 */
function originalOf(associated: NonNullable<SearchedOrder['associatedOrders']>): string | null {
	const originals = associated.filter(
		(other) => isAbsent(other?.associationType) || OF_ORIGINAL.test(other.associationType),
	);
	const named = originals.find((other) => !isAbsent(other?.associationType) && other.orderId);
	return named?.orderId ?? (originals.length > 0 ? null : '');
}

/** Null if Amazon does not show all items and shows no request for any of them. */
function isCancellationRequested(items: SearchedOrder['orderItems']): boolean | null {
	const isRequested = items?.some((item) => !isAbsent(item?.cancellation?.cancellationRequest));
	if (isRequested === true) return true;
	return items?.every((item) => !isAbsent(item)) === true ? false : null;
}

/** Whether the last package shipped after the latest ship date; null if that is unknown (FBA). */
function shippedLate(
	shipTimes: readonly string[],
	shipBy: string | null | undefined,
): boolean | null {
	if (shipTimes.length === 0 || isAbsent(shipBy)) return null;
	return shipTimes.some((shipTime) => millisOf(shipTime) > millisOf(shipBy));
}

/**
 * Reads one page of up to 100 orders (Orders API 2026-01-01). An order that cannot be read is
 * reported and affects no others.
 * @throws SpApiFailure `unexpectedAnswer` if no order of a whole page can be read
 */
export async function searchOrders(client: SpApiClient, search: OrderSearch): Promise<OrderPage> {
	const { by, after, until, marketplaceIds, fulfilledBy, statuses, token } = search;
	const { withRecipient, withoutFulfillment } = search;
	const { answer } = await client.call('searchOrders', {
		query: {
			[`${by}After`]: after,
			[`${by}Before`]: until,
			maxResultsPerPage: '100',
			includedData: [
				...INCLUDED_DATA.filter((part) => part !== FULFILLMENT || withoutFulfillment !== true),
				...(withRecipient ? ['RECIPIENT'] : []),
			],
			...(marketplaceIds.length > 0 && { marketplaceIds }),
			...(fulfilledBy && { fulfilledBy: [fulfilledBy] }),
			...(statuses.length > 0 && { fulfillmentStatuses: statuses }),
			...(token !== undefined && { paginationToken: token }),
		},
		answer: searchSchema,
	});
	const page = readPage(answer, withRecipient);
	const [first] = page.unreadable;
	if (first !== undefined && page.orders.length === 0 && answer.orders.length >= MANY) {
		// Not one bad order, but a different kind of answer: continuing would lose all of them.
		const message = `${first.name}: ${first.reason}`;
		throw new SpApiFailure('unexpectedAnswer', 'searchOrders', { message });
	}
	return page;
}

/**
 * Reads what was ordered, and how it was shipped, without anything about the buyer (Orders API
 * 2026-01-01).
 */
export async function getOrderDetails(client: SpApiClient, orderId: string): Promise<OrderDetails> {
	const { answer } = await readOrder(client, orderId, ['PACKAGES'], detailsSchema);
	const { programs, orderItems, packages } = answer.order;
	const order = toSellerOrder(answer.order, false);
	return {
		marketplaceId: order.marketplaceId,
		createdAt: order.createdAt,
		status: order.status,
		fulfilledBy: order.fulfilledBy,
		programs: programs?.filter((program) => program !== undefined) ?? null,
		shippedLate: order.shippedLate,
		carriers: [...new Set(packages?.flatMap((each) => each?.carrier ?? []))],
		items:
			order.items?.map((item, index) => ({
				...item,
				title: orderItems?.[index]?.product?.title ?? null,
			})) ?? null,
	};
}

const detailsSchema = z.object({ order: searchedOrderSchema });

/** If this many orders are all unreadable, that is not by chance. */
const MANY = 10;

/** Reads a page, each order on its own. */
export function readPage(
	{ orders: listed, pagination }: z.infer<typeof searchSchema>,
	withRecipient: boolean,
): OrderPage {
	const orders: ListedOrder[] = [];
	const unreadable: UnreadableOrder[] = [];
	const take = (entry: SearchedOrder) => {
		const isOfOtherShop = entry.salesChannel?.channelName === 'NON_AMAZON';
		orders.push({ order: toSellerOrder(entry, withRecipient), isOfOtherShop });
	};
	listed.forEach((entry, index) => {
		if (isDocumentedOrder(entry)) return take(entry as SearchedOrder);
		const parsed = searchedOrderSchema.safeParse(entry);
		if (parsed.success) take(parsed.data);
		else {
			const named = orderIdSchema.safeParse(entry).data;
			const [issue] = parsed.error.issues;
			unreadable.push({
				name: named?.orderId ?? `entry ${index + 1} on its page`,
				// Some of Zod's messages quote the value.
				reason: redact([issue?.path.join('.'), issue?.message].filter(Boolean).join(': ')),
			});
		}
	});
	return { orders, unreadable, nextToken: pagination?.nextToken || undefined };
}

const orderIdSchema = z.object({ orderId: z.string().regex(/^[\w-]{1,40}$/) });

/** Ignores what cannot be read, so the other items and orders still count. */
const orderedAsinsSchema = z.object({
	orders: z.array(
		z
			.object({
				orderItems: z.array(
					z
						.object({ product: z.object({ asin: z.string() }) })
						.optional()
						.catch(undefined),
				),
			})
			.catch({ orderItems: [] }),
	),
});

/** How far back to read orders to find out what the seller sells. */
const RECENT_DAYS = 30;

/** ASINs of the seller's latest orders in a marketplace, the most ordered first; reads only one page. */
export async function findSoldAsins(client: SpApiClient, marketplaceId: string): Promise<string[]> {
	const { answer } = await client.call('searchOrders', {
		query: {
			createdAfter: DateTime.utc().minus({ days: RECENT_DAYS }).toISO(),
			marketplaceIds: [marketplaceId],
			maxResultsPerPage: '100',
		},
		answer: orderedAsinsSchema,
	});
	const times = new Map<string, number>();
	for (const item of answer.orders.flatMap(({ orderItems }) => orderItems)) {
		if (item !== undefined) times.set(item.product.asin, (times.get(item.product.asin) ?? 0) + 1);
	}
	return [...times].toSorted(([, a], [, b]) => b - a).map(([asin]) => asin);
}
