import { Random } from '../random';
import { isItemShipped, salesChannelName } from '../apis/orderBody';
import { lastUpdateOf, statusOf } from '../world/orderState';
import { promotionIdsOf, purchaseOrderNumberOf } from '../world/particulars';
import type { FulfillmentStatus, WorldOrder } from '../world/types';
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

/** This report kept the words of the Orders API's first version, or nearly so. */
const STATUS_WORDS: Readonly<Record<FulfillmentStatus, string>> = {
	PENDING: 'Pending',
	UNSHIPPED: 'Unshipped',
	PARTIALLY_SHIPPED: 'Shipping',
	SHIPPED: 'Shipped',
	CANCELLED: 'Cancelled',
	UNFULFILLABLE: 'Unfulfillable',
};

interface Row extends AddressedLine {
	readonly status: FulfillmentStatus;
	readonly updatedAt: number;
}

function itemStatus({ item, order, status }: Row): string {
	if (status !== 'PARTIALLY_SHIPPED') return STATUS_WORDS[status];
	return isItemShipped(item.orderItemId, order, status) ? 'Shipped' : 'Unshipped';
}

/** The price of a pending order that the merchant fulfills is not shown. */
const isPriceShown = ({ order, status }: Row): boolean =>
	status !== 'PENDING' || order.fulfilledBy === 'AMAZON';
const price = (row: Row): string => (isPriceShown(row) ? priceOf(row) : '');
const zero = (row: Row): string => (isPriceShown(row) ? nothing(row) : '');

const isBusiness = ({ order }: Row): boolean => order.programs.includes('AMAZON_BUSINESS');

/** The channel of an order of another store; some have their own names (docs#1961). */
const otherChannelOf = ({ orderId }: WorldOrder): string =>
	new Random(`${orderId}/channel`).chance(0.3) ? 'SI CA Prod Marketplace' : 'Non-Amazon';

/** In the column order of real files; whether it is still the same is unconfirmed. */
const COLUMNS: Columns<Row> = [
	['amazon-order-id', ({ order }) => order.orderId],
	['merchant-order-id', ({ order }) => order.orderId],
	['purchase-date', ({ order }) => timestamp(order.createdAt)],
	['last-updated-date', ({ updatedAt }) => timestamp(updatedAt)],
	['order-status', ({ status }) => STATUS_WORDS[status]],
	['fulfillment-channel', ({ order }) => (order.fulfilledBy === 'AMAZON' ? 'Amazon' : 'Merchant')],
	[
		'sales-channel',
		({ order, marketplace }) =>
			order.channel === 'NON_AMAZON' ? otherChannelOf(order) : salesChannelName(marketplace),
	],
	['order-channel', empty],
	['url', empty],
	[
		'ship-service-level',
		({ order }) => (order.serviceLevel === 'EXPEDITED' ? 'Expedited' : 'Standard'),
	],
	['product-name', ({ item }) => item.product.title],
	['sku', ({ item }) => item.product.sku],
	['asin', ({ item }) => item.product.asin],
	['item-status', itemStatus],
	['quantity', ({ item }) => String(item.quantity)],
	['currency', ({ marketplace }) => marketplace.currency],
	['item-price', price],
	['item-tax', zero],
	['shipping-price', zero],
	['shipping-tax', zero],
	['gift-wrap-price', empty],
	['gift-wrap-tax', empty],
	['item-promotion-discount', zero],
	['ship-promotion-discount', zero],
	['ship-city', ({ destination }) => destination.city],
	['ship-state', ({ destination }) => destination.stateOrRegion ?? ''],
	['ship-postal-code', ({ destination }) => destination.postalCode],
	['ship-country', ({ destination }) => destination.countryCode],
	['promotion-ids', ({ order }) => promotionIdsOf(order).join(',')],
	['is-business-order', (row) => String(isBusiness(row))],
	['purchase-order-number', ({ order }) => purchaseOrderNumberOf(order)],
	['price-designation', (row) => (isBusiness(row) ? 'Business Price' : '')],
];

/** Writes GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL as of `at`: no delivery dates. */
export function writeAllOrdersFile(
	lines: readonly OrderLine[],
	countryCode: string,
	at: number,
): ReportFile {
	const rows: Row[] = lines.map((line) => ({
		...addressed(line),
		status: statusOf(line.order, at),
		updatedAt: lastUpdateOf(line.order, at),
	}));
	return writeTable(COLUMNS, rows, countryCode);
}
