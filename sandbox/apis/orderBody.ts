// cspell:ignore cancelled
import { toIso } from '../clock';
import { Random } from '../random';
import type { Habits } from '../habits';
import type { SandboxSettings } from '../settings';
import { amountText } from '../world/build';
import { lastUpdateOf, reached, statusOf } from '../world/orderState';
import { destinationOf, promotionIdsOf } from '../world/particulars';
import { salesOf } from '../world/traffic';
import type { Marketplace } from '../../nodes/shared/domain/marketplaces';
import type { FulfillmentStatus, Seller, WorldOrder, WorldOrderItem } from '../world/types';

/** The data sets a caller may request in addition to an order's basics. */
export const INCLUDED_DATA = [
	'BUYER',
	'RECIPIENT',
	'PROCEEDS',
	'EXPENSE',
	'PROMOTION',
	'CANCELLATION',
	'FULFILLMENT',
	'PACKAGES',
	'TAX',
	'PAYMENT',
	'FULFILLMENT_ORDERS',
] as const;

const window = ({ earliest, latest }: { earliest: number; latest: number }) => ({
	earliestDateTime: toIso(earliest),
	latestDateTime: toIso(latest),
});

const money = (amount: number, { currency }: Marketplace) => ({
	amount: amountText(amount, currency),
	currencyCode: currency,
});

/** `Amazon.com`, `Amazon.co.uk`: what Amazon calls the shop. */
export const salesChannelName = ({ domain }: Marketplace): string => domain.replace(/^a/, 'A');

/** What decides the shape of an order in the response. */
export interface OrderShape {
	readonly settings: SandboxSettings;
	readonly habits: Habits;
}

/** Whether something is true for this order: always the same for one order. */
const isSo = (what: string, { orderId }: WorldOrder, probability: number): boolean =>
	new Random(`${orderId}/${what}`).chance(probability);

/** An order as orders/2026-01-01 shows it at a moment, with the requested data sets. */
export function describeOrder(
	order: WorldOrder,
	seller: Seller,
	included: readonly string[],
	at: number,
	shape: OrderShape,
): Record<string, unknown> {
	const whole = describeWhole(order, seller, included, at, shape);
	const { nullsInOrders, amountsAsNumbers } = shape.habits;
	const named = nullsInOrders ? withNulls(whole, order, included) : whole;
	return amountsAsNumbers && isSo('amountAsNumber', order, 0.2) ? withNumbers(named) : named;
}

function describeWhole(
	order: WorldOrder,
	seller: Seller,
	included: readonly string[],
	at: number,
	{ settings, habits }: OrderShape,
): Record<string, unknown> {
	const place = seller.marketplaces.find(
		({ marketplace }) => marketplace.id === order.marketplaceId,
	);
	if (!place) throw new Error(`Order ${order.orderId} belongs to no marketplace of the seller`);
	const { marketplace } = place;
	const status = statusOf(order, at);
	const has = (data: (typeof INCLUDED_DATA)[number]) => included.includes(data);
	const merchant = order.fulfilledBy === 'MERCHANT';
	return {
		orderId: order.orderId,
		createdTime: toIso(order.createdAt),
		lastUpdatedTime: toIso(lastUpdateOf(order, at)),
		programs: order.programs,
		associatedOrders: order.replaces
			? [{ orderId: order.replaces, associationType: associationOf(order, habits) }]
			: [],
		salesChannel:
			order.channel === 'NON_AMAZON'
				? { channelName: 'NON_AMAZON' }
				: {
						channelName: 'AMAZON',
						marketplaceId: marketplace.id,
						marketplaceName: salesChannelName(marketplace),
					},
		...(has('BUYER') ? { buyer: describeBuyer(order) } : {}),
		...(has('RECIPIENT')
			? { recipient: { deliveryAddress: destinationOf(order, marketplace.countryCode) } }
			: {}),
		...(has('PROCEEDS') ? { proceeds: { grandTotal: money(salesOf(order), marketplace) } } : {}),
		...(has('FULFILLMENT') ? { fulfillment: describeFulfillment(order, status, settings) } : {}),
		orderItems: order.items.map((item) =>
			describeItem(item, order, status, marketplace, included, at),
		),
		...(has('PACKAGES') && merchant && order.shippedAt !== undefined && status === 'SHIPPED'
			? { packages: [describePackage(order, order.shippedAt, at)] }
			: {}),
	};
}

const associationOf = (order: WorldOrder, { exchangeOrders }: Habits): string =>
	exchangeOrders && isSo('exchange', order, 0.5)
		? 'EXCHANGE_ORIGINAL_ID'
		: 'REPLACEMENT_ORIGINAL_ID';

/** Null for everything the order does not have. */
function withNulls(
	whole: Record<string, unknown>,
	order: WorldOrder,
	included: readonly string[],
): Record<string, unknown> {
	const { recipient, packages, programs, associatedOrders } = whole;
	const address = (recipient as { deliveryAddress?: object } | undefined)?.deliveryAddress;
	return {
		...whole,
		programs: order.programs.length === 0 ? null : programs,
		associatedOrders: order.replaces === undefined ? null : associatedOrders,
		...(included.includes('RECIPIENT')
			? {
					recipient: isSo('recipient', order, 0.1)
						? null
						: { deliveryAddress: { stateOrRegion: null, ...address } },
				}
			: {}),
		...(included.includes('PACKAGES') ? { packages: packagesWithNulls(packages, order) } : {}),
	};
}

/** Null without a package. Half of the packages have no status detail. */
function packagesWithNulls(packages: unknown, order: WorldOrder): unknown {
	if (!Array.isArray(packages)) return null;
	if (!isSo('statusDetail', order, 0.5)) return packages;
	return packages.map((one: { packageStatus: { status: string } }) => ({
		...one,
		packageStatus: { status: one.packageStatus.status },
	}));
}

/** Every `amount` as a number. */
function withNumbers(value: Record<string, unknown>): Record<string, unknown> {
	return JSON.parse(JSON.stringify(value), (name, inner: unknown) =>
		name === 'amount' && typeof inner === 'string' ? Number(inner) : inner,
	) as Record<string, unknown>;
}

/** The model gives the email address only for orders the merchant fulfills. */
function describeBuyer({ buyer, fulfilledBy }: WorldOrder) {
	return {
		buyerName: buyer.name,
		...(fulfilledBy === 'MERCHANT' ? { buyerEmail: buyer.email } : {}),
		...(buyer.company === undefined ? {} : { buyerCompanyName: buyer.company }),
	};
}

function describeFulfillment(
	order: WorldOrder,
	status: FulfillmentStatus,
	settings: SandboxSettings,
) {
	const promised = order.fulfilledBy === 'MERCHANT' || settings.fbaDeliverByWindow;
	return {
		fulfillmentStatus: status,
		fulfilledBy: order.fulfilledBy,
		fulfillmentServiceLevel: order.serviceLevel,
		shipByWindow: window(order.shipBy),
		...(promised && status !== 'PENDING' ? { deliverByWindow: window(order.deliverBy) } : {}),
	};
}

function describeItem(
	{ orderItemId, product, quantity }: WorldOrderItem,
	order: WorldOrder,
	status: FulfillmentStatus,
	marketplace: Marketplace,
	included: readonly string[],
	at: number,
) {
	const total = money(product.price * quantity, marketplace);
	const fulfilled = isItemShipped(orderItemId, order, status);
	const cancellation = describeCancellation(order, status, at);
	const promotionIds = promotionIdsOf(order);
	return {
		orderItemId,
		quantityOrdered: quantity,
		product: {
			asin: product.asin,
			title: product.title,
			sellerSku: product.sku,
			condition: { conditionType: 'NEW', conditionSubtype: 'NEW' },
			price: { unitPrice: money(product.price, marketplace) },
		},
		...(included.includes('PROCEEDS')
			? { proceeds: { proceedsTotal: total, breakdowns: [{ type: 'ITEM', subtotal: total }] } }
			: {}),
		...(included.includes('PROMOTION') && promotionIds.length > 0
			? { promotion: { breakdowns: promotionIds.map((promotionId) => ({ promotionId })) } }
			: {}),
		...(included.includes('CANCELLATION') && cancellation ? { cancellation } : {}),
		...(included.includes('FULFILLMENT')
			? {
					fulfillment: {
						quantityFulfilled: fulfilled ? quantity : 0,
						quantityUnfulfilled: fulfilled ? 0 : quantity,
					},
				}
			: {}),
	};
}

/** In a partly shipped order the first item has shipped, the others have not. */
export function isItemShipped(
	orderItemId: string,
	{ items }: WorldOrder,
	status: FulfillmentStatus,
): boolean {
	const first = items[0]?.orderItemId === orderItemId;
	return status === 'SHIPPED' || (status === 'PARTIALLY_SHIPPED' && first);
}

function describeCancellation(order: WorldOrder, status: FulfillmentStatus, at: number) {
	const requested = reached(order.cancellationRequestedAt, at);
	if (!requested && status !== 'CANCELLED') return undefined;
	return {
		...(requested
			? { cancellationRequest: { requester: 'BUYER', cancelReason: 'No longer needed' } }
			: {}),
		...(status === 'CANCELLED'
			? {
					cancellationExecution: {
						cancelledBy: order.cancelledBy ?? 'AMAZON',
						cancelReason: order.cancelledBy === 'BUYER' ? 'BUYER_CANCELED' : 'NO_INVENTORY',
					},
				}
			: {}),
	};
}

/** Packages give a state, never the time of delivery. */
function describePackage(order: WorldOrder, shippedAt: number, at: number) {
	const delivered = reached(order.deliveredAt, at);
	return {
		packageReferenceId: `PKG-${order.orderId}`,
		createdTime: toIso(shippedAt),
		packageStatus: delivered
			? { status: 'DELIVERED', detailedStatus: 'DELIVERED' }
			: { status: 'IN_TRANSIT', detailedStatus: 'OUT_FOR_DELIVERY' },
		carrier: 'UPS',
		shipTime: toIso(shippedAt),
		shippingService: 'Ground',
		trackingNumber: `1Z${order.orderId.replaceAll('-', '')}`,
		packageItems: order.items.map(({ orderItemId, quantity }) => ({ orderItemId, quantity })),
	};
}
