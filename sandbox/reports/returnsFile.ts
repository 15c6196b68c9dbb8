import { DateTime } from 'luxon';
import { Random } from '../random';
import { amountText } from '../world/build';
import { salesOf, unitsOf } from '../world/traffic';
import { warehouseOf } from './fbaShipmentsFile';
import { empty, priceOf, timestamp, type OrderLine } from './orderLine';
import { writeTable, type Columns, type ReportFile } from './textFile';

const FBA_REASONS = ['UNWANTED_ITEM', 'DEFECTIVE', 'NOT_AS_DESCRIBED'] as const;
const MERCHANT_REASONS = ['CR-UNWANTED_ITEM', 'CR-DEFECTIVE', 'AMZ-PG-BAD-DESC'] as const;

/** In this world the refund happens on the day the item is returned. */
const returnedAt = ({ order }: OrderLine): number => order.refundedAt ?? order.createdAt;

/** The marketplace's day, `14-Jul-2026`. */
const dayText = (millis: number, { marketplace }: OrderLine): string =>
	DateTime.fromMillis(millis, { zone: marketplace.timeZone, locale: 'en-US' }).toFormat(
		'dd-MMM-yyyy',
	);

const chance = ({ order }: OrderLine, what: string): Random =>
	new Random(`${order.orderId}/return/${what}`);

const FBA_COLUMNS: Columns<OrderLine> = [
	['return-date', (line) => timestamp(returnedAt(line))],
	['order-id', ({ order }) => order.orderId],
	['sku', ({ item }) => item.product.sku],
	['asin', ({ item }) => item.product.asin],
	['fnsku', ({ item }) => `X00${item.product.asin.slice(3)}`],
	['product-name', ({ item }) => item.product.title],
	['quantity', ({ item }) => String(item.quantity)],
	['fulfillment-center-id', ({ order }) => warehouseOf(order.orderId)],
	[
		'detailed-disposition',
		(line) => chance(line, 'disposition').pick(['SELLABLE', 'CUSTOMER_DAMAGED', 'DEFECTIVE']),
	],
	['reason', (line) => chance(line, 'reason').pick(FBA_REASONS)],
	['status', () => 'Unit returned to inventory'],
	['license-plate-number', (line) => `LPN${chance(line, 'plate').digits(10)}`],
	['customer-comments', empty],
];

const MERCHANT_COLUMNS: Columns<OrderLine> = [
	['Order ID', ({ order }) => order.orderId],
	['Order date', (line) => dayText(line.order.createdAt, line)],
	['Return request date', (line) => dayText(returnedAt(line), line)],
	['Return request status', () => 'Approved'],
	['Amazon RMA ID', (line) => `D${chance(line, 'rma').letters(7)}RRMA`],
	['Merchant RMA ID', empty],
	['Label type', () => 'AmazonPrePaidLabel'],
	['Label cost', ({ marketplace }) => amountText(4, marketplace.currency)],
	['Currency code', ({ marketplace }) => marketplace.currency],
	['Return carrier', () => 'UPS'],
	['Tracking ID', (line) => `1Z${chance(line, 'tracking').digits(16)}`],
	['Label to be paid by', () => 'Seller'],
	['A-to-Z Claim', () => 'N'],
	['Is prime', ({ order }) => (order.programs.includes('PRIME') ? 'Y' : 'N')],
	['ASIN', ({ item }) => item.product.asin],
	['Merchant SKU', ({ item }) => item.product.sku],
	['Item Name', ({ item }) => item.product.title],
	['Return quantity', ({ item }) => String(item.quantity)],
	['Return Reason', (line) => chance(line, 'reason').pick(MERCHANT_REASONS)],
	['In policy', () => 'Y'],
	['Return type', () => 'C-Returns'],
	['Resolution', () => 'StandardRefund'],
	['Invoice number', empty],
	['Return delivery date', (line) => dayText(returnedAt(line), line)],
	['Order Amount', ({ order, marketplace }) => amountText(salesOf(order), marketplace.currency)],
	['Order quantity', ({ order }) => String(unitsOf(order))],
	['SafeT Action reason', empty],
	['SafeT claim id', empty],
	['SafeT claim state', empty],
	['SafeT claim creation time', empty],
	['SafeT claim reimbursement amount', empty],
	['Refunded Amount', priceOf],
	['Category', () => 'Home'],
];

/** Writes GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA. */
export function writeFbaReturnsFile(lines: readonly OrderLine[], countryCode: string): ReportFile {
	return writeTable(FBA_COLUMNS, lines, countryCode);
}

/** Writes GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE, the returns of seller-fulfilled orders. */
export function writeMerchantReturnsFile(
	lines: readonly OrderLine[],
	countryCode: string,
): ReportFile {
	return writeTable(MERCHANT_COLUMNS, lines, countryCode);
}
