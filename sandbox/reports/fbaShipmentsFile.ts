import { salesChannelName } from '../apis/orderBody';
import { Random } from '../random';
import { HOUR } from '../world/build';
import {
	addressed,
	empty,
	nothing,
	priceOf,
	timestamp,
	type AddressedLine,
	type OrderLine,
} from './orderLine';
import { writeTable, type Columns, type ReportFile } from './textFile';

const WAREHOUSES = ['SBX1', 'SBX2', 'SBX3'] as const;

/** The warehouse an order ships from and returns to. */
export const warehouseOf = (orderId: string): string =>
	new Random(`${orderId}/warehouse`).pick(WAREHOUSES);

const shippedAt = ({ order }: OrderLine): number => order.shippedAt ?? order.createdAt;
const digits = (seed: string, length: number): string => new Random(seed).digits(length);

const COLUMNS: Columns<AddressedLine> = [
	['amazon-order-id', ({ order }) => order.orderId],
	['merchant-order-id', empty],
	['shipment-id', ({ order }) => `D${digits(`${order.orderId}/shipment`, 8)}`],
	['shipment-item-id', ({ item }) => `D${digits(`${item.orderItemId}/shipment`, 11)}`],
	['amazon-order-item-id', ({ item }) => item.orderItemId],
	['merchant-order-item-id', empty],
	['purchase-date', ({ order }) => timestamp(order.createdAt)],
	['payments-date', ({ order }) => timestamp(order.pendingUntil)],
	['shipment-date', (line) => timestamp(shippedAt(line))],
	['reporting-date', (line) => timestamp(shippedAt(line) + HOUR)],
	['buyer-email', ({ order }) => order.buyer.email],
	['buyer-name', ({ order }) => order.buyer.name],
	['buyer-phone-number', empty],
	['sku', ({ item }) => item.product.sku],
	['product-name', ({ item }) => item.product.title],
	['quantity-shipped', ({ item }) => String(item.quantity)],
	['currency', ({ marketplace }) => marketplace.currency],
	['item-price', priceOf],
	['item-tax', nothing],
	['shipping-price', nothing],
	['shipping-tax', nothing],
	['gift-wrap-price', nothing],
	['gift-wrap-tax', nothing],
	[
		'ship-service-level',
		({ order }) => (order.serviceLevel === 'EXPEDITED' ? 'Expedited' : 'Standard'),
	],
	['recipient-name', ({ destination }) => destination.name],
	['ship-address-1', ({ destination }) => destination.addressLine1],
	['ship-address-2', empty],
	['ship-address-3', empty],
	['ship-city', ({ destination }) => destination.city],
	['ship-state', ({ destination }) => destination.stateOrRegion ?? ''],
	['ship-postal-code', ({ destination }) => destination.postalCode],
	['ship-country', ({ destination }) => destination.countryCode],
	['ship-phone-number', empty],
	['bill-address-1', empty],
	['bill-address-2', empty],
	['bill-address-3', empty],
	['bill-city', empty],
	['bill-state', empty],
	['bill-postal-code', empty],
	['bill-country', empty],
	['item-promotion-discount', nothing],
	['ship-promotion-discount', nothing],
	['carrier', ({ marketplace }) => `AMZN_${marketplace.countryCode}`],
	['tracking-number', ({ order }) => `TBA${digits(`${order.orderId}/tracking`, 12)}`],
	// The latest promised moment. 5 to 30 days after it is inside the true window, which runs from 5
	// days after the earliest to 30 days after the latest. How Amazon estimates is not published.
	['estimated-arrival-date', ({ order }) => timestamp(order.deliverBy.latest)],
	['fulfillment-center-id', ({ order }) => warehouseOf(order.orderId)],
	['fulfillment-channel', () => 'AFN'],
	['sales-channel', ({ marketplace }) => salesChannelName(marketplace)],
];

/** Writes GET_AMAZON_FULFILLED_SHIPMENTS_DATA_GENERAL, with the (made-up) buyers it names. */
export function writeFbaShipmentsFile(
	lines: readonly OrderLine[],
	countryCode: string,
): ReportFile {
	return writeTable(COLUMNS, lines.map(addressed), countryCode);
}
