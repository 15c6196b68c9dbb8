import iconv from 'iconv-lite';
import { DateTime } from 'luxon';
import { destinationOf, lastUpdateOf, statusOf, type WorldOrder } from '../../sandbox';
import { CA, DE, JP, NOW, US, connect, useSandbox, type Client } from './support';

const sandbox = useSandbox();
const now = Date.parse(NOW);

const ALL_ORDERS = 'GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL';
const SHIPMENTS = 'GET_AMAZON_FULFILLED_SHIPMENTS_DATA_GENERAL';
const FBA_RETURNS = 'GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA';
const MERCHANT_RETURNS = 'GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE';

type Row = Readonly<Record<string, string>>;

/** Reads a flat file: its first line names the columns. */
function parse(bytes: Buffer, charset: string): Row[] {
	const text = iconv.decode(bytes, charset);
	expect(text.endsWith('\r\n')).toBe(true);
	const [header = [], ...rows] = text
		.slice(0, -2)
		.split('\r\n')
		.map((line) => line.split('\t'));
	expect(new Set(header).size).toBe(header.length);
	return rows.map((cells) => {
		expect(cells).toHaveLength(header.length);
		return Object.fromEntries(header.map((name, index) => [name, cells[index] ?? '']));
	});
}

interface Wish {
	readonly reportType: string;
	readonly marketplaceIds?: readonly string[];
	readonly from: string;
	readonly to?: string;
}

const orderOf = ({ reportType, marketplaceIds = [US], from, to = NOW }: Wish) => ({
	reportType,
	marketplaceIds,
	dataStartTime: from,
	dataEndTime: to,
});

const read = async (client: Client, wish: Wish, charset = 'utf-8') =>
	parse((await client.report(orderOf(wish))).bytes, charset);

const endOf = async (client: Client, wish: Wish) => {
	const report = await client.finishedReport(orderOf(wish));
	return [report['processingStatus'], 'reportDocumentId' in report];
};

const placesOf = (sellerKey: string, marketplaceIds: readonly string[]) =>
	(sandbox().sellers[sellerKey]?.marketplaces ?? []).filter(({ marketplace }) =>
		marketplaceIds.includes(marketplace.id),
	);

/** The orders of the world with an event in a range. */
function ordersIn(
	momentOf: (order: WorldOrder) => number | undefined,
	{ from, to = NOW, marketplaceIds = [US] }: Omit<Wish, 'reportType'>,
	sellerKey = 'demo',
): WorldOrder[] {
	return placesOf(sellerKey, marketplaceIds)
		.flatMap(({ orders }) => orders)
		.filter((order) => {
			const moment = momentOf(order) ?? Infinity;
			return moment >= Date.parse(from) && moment <= Date.parse(to);
		});
}

const itemsOf = (orders: readonly WorldOrder[]) =>
	orders.flatMap((order) => order.items.map((item) => ({ order, item })));

/**
 * The truth in the format of the rows; both sides sorted, because the row order is not guaranteed.
 */
const sorted = (rows: readonly Row[]): Row[] =>
	[...rows].sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));

const pickColumns = (rows: readonly Row[], names: readonly string[]): Row[] =>
	rows.map((row) => Object.fromEntries(names.map((name) => [name, row[name] ?? 'MISSING'])));

const flat = (millis: number) => `${new Date(millis).toISOString().slice(0, 19)}+00:00`;

const fba = ({ fulfilledBy }: WorldOrder) => fulfilledBy === 'AMAZON';

describe(ALL_ORDERS, () => {
	const range = { from: '2026-10-22T00:00:00Z' };

	it('contains the orders of the whole region, whichever marketplace is requested', async () => {
		const client = await connect(sandbox());
		const channelsOf = async (marketplaceIds: readonly string[]) => {
			const rows = await read(client, { reportType: ALL_ORDERS, ...range, marketplaceIds });
			return [...new Set(rows.map((row) => row['sales-channel']))].toSorted();
		};
		expect(await channelsOf([CA])).toEqual(['Amazon.ca']);
		sandbox().habits.set({ wholeRegionOrders: true });
		expect(await channelsOf([CA])).toEqual(['Amazon.ca', 'Amazon.com', 'Amazon.com.mx']);
	});

	it('has one row per item of every order last updated in the range', async () => {
		const client = await connect(sandbox());
		const wish = { ...range, marketplaceIds: [US, CA] };
		const rows = await read(client, { reportType: ALL_ORDERS, ...wish });
		const words: Record<string, string> = {
			PENDING: 'Pending',
			UNSHIPPED: 'Unshipped',
			PARTIALLY_SHIPPED: 'Shipping',
			SHIPPED: 'Shipped',
			CANCELLED: 'Cancelled',
			UNFULFILLABLE: 'Unfulfillable',
		};
		const orders = ordersIn((order) => lastUpdateOf(order, now), wish);
		const truth = itemsOf(orders).map(({ order, item }) => ({
			'amazon-order-id': order.orderId,
			'purchase-date': flat(order.createdAt),
			'last-updated-date': flat(lastUpdateOf(order, now)),
			'order-status': words[statusOf(order, now)] ?? '',
			'fulfillment-channel': fba(order) ? 'Amazon' : 'Merchant',
			'sales-channel': order.marketplaceId === US ? 'Amazon.com' : 'Amazon.ca',
			sku: item.product.sku,
			asin: item.product.asin,
			quantity: String(item.quantity),
			currency: order.marketplaceId === US ? 'USD' : 'CAD',
			'ship-state':
				destinationOf(order, order.marketplaceId === US ? 'US' : 'CA').stateOrRegion ?? '',
			'ship-country': order.marketplaceId === US ? 'US' : 'CA',
			'is-business-order': String(order.buyer.company !== undefined),
		}));
		expect(orders.length).toBeGreaterThan(100);
		expect(truth.length).toBeGreaterThan(orders.length);
		expect(sorted(pickColumns(rows, Object.keys(truth[0] ?? {})))).toEqual(sorted(truth));
		const statuses = new Set(rows.map((row) => row['order-status']));
		expect(statuses).toEqual(new Set(Object.values(words)));
		// Purchased before the range, updated in it.
		expect(rows.some((row) => (row['purchase-date'] ?? '') < '2026-10-22')).toBe(true);
		expect(rows.some((row) => row['promotion-ids'] !== '')).toBe(true);
		expect(new Set(rows.map((row) => row['ship-state'])).size).toBeGreaterThan(5);
	});

	it('has every column, and neither a buyer nor a delivery date', async () => {
		const [row = {}] = await read(await connect(sandbox()), { reportType: ALL_ORDERS, ...range });
		expect(Object.keys(row).join(' ')).toBe(
			'amazon-order-id merchant-order-id purchase-date last-updated-date order-status fulfillment-channel sales-channel order-channel url ship-service-level product-name sku asin item-status quantity currency item-price item-tax shipping-price shipping-tax gift-wrap-price gift-wrap-tax item-promotion-discount ship-promotion-discount ship-city ship-state ship-postal-code ship-country promotion-ids is-business-order purchase-order-number price-designation',
		);
	});

	it('shows an order as of the clock, and a partly shipped one item by item', async () => {
		const partly = placesOf('demo', [US])
			.flatMap(({ orders }) => orders)
			.find(({ partlyShippedAt }) => partlyShippedAt !== undefined);
		const day = (millis: number) => new Date(millis).toISOString();
		const rowsAt = async (moment: number) => {
			sandbox().clock.set(day(moment));
			const rows = await read(await connect(sandbox()), {
				reportType: ALL_ORDERS,
				from: day(partly?.createdAt ?? 0),
				to: day(moment),
			});
			return rows.filter((row) => row['amazon-order-id'] === partly?.orderId);
		};
		const column = (rows: readonly Row[], name: string) => rows.map((row) => row[name]);
		const pending = await rowsAt((partly?.createdAt ?? 0) + 60_000);
		expect(new Set(column(pending, 'order-status'))).toEqual(new Set(['Pending']));
		expect(new Set(column(pending, 'item-price'))).toEqual(new Set(['']));
		const shipping = await rowsAt((partly?.partlyShippedAt ?? 0) + 1000);
		expect(new Set(column(shipping, 'order-status'))).toEqual(new Set(['Shipping']));
		expect(column(shipping, 'item-status').slice(0, 2)).toEqual(['Shipped', 'Unshipped']);
		expect(column(shipping, 'item-price')).toEqual(
			partly?.items.map(({ product, quantity }) => (product.price * quantity).toFixed(2)),
		);
		const shipped = await rowsAt((partly?.shippedAt ?? 0) + 1000);
		expect(new Set(column(shipped, 'order-status'))).toEqual(new Set(['Shipped']));
		expect(shipped).toHaveLength(partly?.items.length ?? 0);
	});

	it('is CANCELLED for a range longer than the setting, or without orders', async () => {
		const client = await connect(sandbox());
		const thirty = { reportType: ALL_ORDERS, from: '2026-10-21T09:00:00Z' };
		const longer = { reportType: ALL_ORDERS, from: '2026-10-21T08:59:59Z' };
		expect(await endOf(client, thirty)).toEqual(['DONE', true]);
		expect(await endOf(client, longer)).toEqual(['CANCELLED', false]);
		sandbox().settings.set({ ordersReportMaxDays: 60 });
		expect(await endOf(client, longer)).toEqual(['DONE', true]);
		const years = { from: '2020-01-01T00:00:00Z', to: '2020-01-20T00:00:00Z' };
		expect(await endOf(client, { reportType: ALL_ORDERS, ...years })).toEqual(['CANCELLED', false]);
	});

	it('has the encoding of its marketplace', async () => {
		const japan = await connect(sandbox(), 'japan');
		const rows = await read(
			japan,
			{ reportType: ALL_ORDERS, marketplaceIds: [JP], ...range },
			'cp932',
		);
		const japanese = rows.filter((row) => row['sales-channel'] === 'Amazon.co.jp');
		const cities = new Set(japanese.map((row) => row['ship-city']));
		expect(cities).toEqual(new Set(['札幌市中央区', '横浜市西区']));
		expect(japanese.every((row) => /^\d+$/.test(row['item-price'] ?? ''))).toBe(true);
		const second = await connect(sandbox(), 'second');
		const german = await read(
			second,
			{ reportType: ALL_ORDERS, marketplaceIds: [DE], ...range },
			'windows-1252',
		);
		expect(german.some((row) => row['ship-city'] === 'Köln')).toBe(true);
	});
});

describe(SHIPMENTS, () => {
	const range = { from: '2026-10-20T09:00:00Z' };

	it('has every FBA order shipped in the range, with its buyer', async () => {
		const rows = await read(await connect(sandbox()), { reportType: SHIPMENTS, ...range });
		const orders = ordersIn((order) => (fba(order) ? order.shippedAt : undefined), range);
		const truth = itemsOf(orders).map(({ order, item }) => ({
			'amazon-order-id': order.orderId,
			'amazon-order-item-id': item.orderItemId,
			'purchase-date': flat(order.createdAt),
			'shipment-date': flat(order.shippedAt ?? 0),
			'buyer-email': order.buyer.email,
			'buyer-name': order.buyer.name,
			'quantity-shipped': String(item.quantity),
			'estimated-arrival-date': flat(order.deliverBy.latest),
			'fulfillment-channel': 'AFN',
			'sales-channel': 'Amazon.com',
		}));
		expect(orders.length).toBeGreaterThan(30);
		expect(sorted(pickColumns(rows, Object.keys(truth[0] ?? {})))).toEqual(sorted(truth));
		expect(Object.keys(rows[0] ?? {}).join(' ')).toBe(
			'amazon-order-id merchant-order-id shipment-id shipment-item-id amazon-order-item-id merchant-order-item-id purchase-date payments-date shipment-date reporting-date buyer-email buyer-name buyer-phone-number sku product-name quantity-shipped currency item-price item-tax shipping-price shipping-tax gift-wrap-price gift-wrap-tax ship-service-level recipient-name ship-address-1 ship-address-2 ship-address-3 ship-city ship-state ship-postal-code ship-country ship-phone-number bill-address-1 bill-address-2 bill-address-3 bill-city bill-state bill-postal-code bill-country item-promotion-discount ship-promotion-discount carrier tracking-number estimated-arrival-date fulfillment-center-id fulfillment-channel sales-channel',
		);
	});

	it('has an estimated arrival, and days 5 to 30 after it are inside the true window', async () => {
		const rows = await read(await connect(sandbox()), { reportType: SHIPMENTS, ...range });
		for (const row of rows) {
			const arrival = DateTime.fromISO(row['estimated-arrival-date'] ?? '', { zone: 'utc' });
			const { opensAt, closesAt } = sandbox().truth.windowOf('demo', row['amazon-order-id'] ?? '');
			expect(arrival.plus({ days: 5 }).toMillis()).toBeGreaterThanOrEqual(Date.parse(opensAt));
			expect(arrival.plus({ days: 30 }).toMillis()).toBeLessThanOrEqual(Date.parse(closesAt));
		}
		expect(rows.length).toBeGreaterThan(0);
	});

	it('is CANCELLED for more than 31 days', async () => {
		const client = await connect(sandbox());
		expect(await endOf(client, { reportType: SHIPMENTS, ...range })).toEqual(['DONE', true]);
		const longer = { reportType: SHIPMENTS, from: '2026-10-20T08:59:59Z' };
		expect(await endOf(client, longer)).toEqual(['CANCELLED', false]);
	});
});

describe('the returns reports', () => {
	const merchantRange = { from: '2026-09-21T09:00:00Z' };
	const fbaRange = { from: '2026-01-01T00:00:00Z' };

	it('FBA: every FBA order refunded in the range', async () => {
		const rows = await read(await connect(sandbox()), { reportType: FBA_RETURNS, ...fbaRange });
		const orders = ordersIn((order) => (fba(order) ? order.refundedAt : undefined), fbaRange);
		const truth = itemsOf(orders).map(({ order, item }) => ({
			'return-date': flat(order.refundedAt ?? 0),
			'order-id': order.orderId,
			sku: item.product.sku,
			asin: item.product.asin,
			quantity: String(item.quantity),
		}));
		expect(truth.length).toBeGreaterThan(5);
		expect(sorted(pickColumns(rows, Object.keys(truth[0] ?? {})))).toEqual(sorted(truth));
		expect(Object.keys(rows[0] ?? {}).join(' ')).toBe(
			'return-date order-id sku asin fnsku product-name quantity fulfillment-center-id detailed-disposition reason status license-plate-number customer-comments',
		);
	});

	it('seller-fulfilled: the others, with days of the marketplace and the amount', async () => {
		// The random world may have none in the last 60 days.
		sandbox().world.addOrders({ state: 'refunded', fulfilledBy: 'MERCHANT', count: 12 });
		sandbox().world.addOrders({ state: 'refunded', fulfilledBy: 'AMAZON', count: 3 });
		const rows = await read(await connect(sandbox()), {
			reportType: MERCHANT_RETURNS,
			...merchantRange,
		});
		const orders = ordersIn((order) => (fba(order) ? undefined : order.refundedAt), merchantRange);
		const day = (millis: number | undefined) =>
			DateTime.fromMillis(millis ?? 0, { zone: 'America/Los_Angeles' })
				.setLocale('en')
				.toFormat('dd-LLL-yyyy');
		const truth = itemsOf(orders).map(({ order, item }) => ({
			'Order ID': order.orderId,
			'Order date': day(order.createdAt),
			'Return request date': day(order.refundedAt),
			'Merchant SKU': item.product.sku,
			'Return quantity': String(item.quantity),
			'Refunded Amount': (item.product.price * item.quantity).toFixed(2),
		}));
		expect(truth.length).toBeGreaterThanOrEqual(12);
		expect(sorted(pickColumns(rows, Object.keys(truth[0] ?? {})))).toEqual(sorted(truth));
		expect(rows[0]?.['Return request date']).toMatch(/^\d\d-[A-Z][a-z]{2}-2026$/);
		expect(Object.keys(rows[0] ?? {})).toHaveLength(33);
	});

	it('seller-fulfilled: at most 60 days; FBA: any range', async () => {
		const client = await connect(sandbox());
		sandbox().world.addOrders({ state: 'refunded', fulfilledBy: 'MERCHANT' });
		const wish = { reportType: MERCHANT_RETURNS, ...merchantRange };
		expect(await endOf(client, wish)).toEqual(['DONE', true]);
		const longer = { ...wish, from: '2026-09-21T08:59:59Z' };
		expect(await endOf(client, longer)).toEqual(['CANCELLED', false]);
		expect(await endOf(client, { ...longer, reportType: FBA_RETURNS })).toEqual(['DONE', true]);
	});

	it('do not contain a refund the clock has not reached', async () => {
		const [order] = sandbox().world.addOrders({ state: 'refunded', fulfilledBy: 'AMAZON' });
		const refund = order?.refundedAt ?? 0;
		const idsAt = async (moment: number) => {
			const to = new Date(moment).toISOString();
			sandbox().clock.set(to);
			const wish = { reportType: FBA_RETURNS, from: '2025-09-01T00:00:00Z', to };
			const rows = await read(await connect(sandbox()), wish);
			return rows.map((row) => row['order-id']);
		};
		expect(await idsAt(refund - 1000)).not.toContain(order?.orderId);
		expect(await idsAt(refund + 1000)).toContain(order?.orderId);
	});
});

it.each([
	[ALL_ORDERS, 'Inventory and Order Tracking'],
	[SHIPMENTS, 'Amazon Fulfillment'],
	[FBA_RETURNS, 'Amazon Fulfillment'],
	[MERCHANT_RETURNS, 'Inventory and Order Tracking'],
])('%s needs the role %s', async (reportType, role) => {
	const client = await connect(sandbox());
	const order = orderOf({ reportType, from: '2026-11-01T00:00:00Z' });
	const create = async () =>
		(await client.send('POST', '/reports/2021-06-30/reports', order)).status;
	expect(await create()).toBe(202);
	sandbox().roles.remove('demo', role);
	expect(await create()).toBe(403);
});
