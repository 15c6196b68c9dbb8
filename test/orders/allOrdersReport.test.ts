// cspell:ignore Cancelled
import fc from '../fastCheck';

import {
	ordersIn,
	parseAllOrdersReport,
	readAllOrdersReport,
} from '../../nodes/AmazonReviewSolicitation/orders/reports/allOrdersReport';
import { MARKETPLACES } from '../../nodes/shared/domain/marketplaces';
import { sellerOrderSchema, type SellerOrder } from '../../nodes/shared/domain/order';

/** The columns that Amazon documents; the sandbox and older layouts add or omit some. */
const COLUMNS = [
	'amazon-order-id',
	'merchant-order-id',
	'purchase-date',
	'last-updated-date',
	'order-status',
	'fulfillment-channel',
	'sales-channel',
	'order-channel',
	'ship-service-level',
	'product-name',
	'sku',
	'asin',
	'item-status',
	'quantity',
	'currency',
	'item-price',
	'item-tax',
	'shipping-price',
	'shipping-tax',
	'gift-wrap-price',
	'gift-wrap-tax',
	'item-promotion-discount',
	'ship-promotion-discount',
	'ship-city',
	'ship-state',
	'ship-postal-code',
	'ship-country',
	'promotion-ids',
	'is-business-order',
	'purchase-order-number',
	'price-designation',
] as const;

type Cells = Partial<Record<(typeof COLUMNS)[number], string>>;

const ORDER_ID = '111-1234567-7654321';
const OTHER_ORDER_ID = '222-7654321-1234567';

const ROW: Cells = {
	'amazon-order-id': ORDER_ID,
	'purchase-date': '2026-09-03T10:00:00+00:00',
	'last-updated-date': '2026-09-05T12:30:00+00:00',
	'order-status': 'Shipped',
	'fulfillment-channel': 'Amazon',
	'sales-channel': 'Amazon.com',
	'product-name': 'A 12" ruler',
	sku: 'RULER-12',
	asin: 'B000000012',
	'item-status': 'Shipped',
	quantity: '2',
	currency: 'USD',
	'item-price': '19.98',
	'ship-state': 'CA',
	'ship-country': 'US',
	'is-business-order': 'false',
};

const line = (cells: Cells): string => COLUMNS.map((column) => cells[column] ?? '').join('\t');
const parse = (...rows: Cells[]) =>
	parseAllOrdersReport([COLUMNS.join('\t'), ...rows.map(line)].join('\n'));

/** The one order of rows that differ from `ROW` in these cells. */
function orderOf(...differences: Cells[]): SellerOrder {
	const { orders, unreadable } = parse(...differences.map((cells) => ({ ...ROW, ...cells })));
	expect(unreadable).toEqual([]);
	expect(orders).toHaveLength(1);
	return orders[0] as SellerOrder;
}

describe('parseAllOrdersReport', () => {
	it('reads an order, with null for what the report does not contain', () => {
		expect(orderOf({})).toEqual({
			orderId: ORDER_ID,
			marketplaceId: 'ATVPDKIKX0DER',
			createdAt: '2026-09-03T10:00:00.000Z',
			updatedAt: '2026-09-05T12:30:00.000Z',
			status: 'SHIPPED',
			fulfilledBy: 'AMAZON',
			isPrime: null,
			isBusiness: false,
			replacementFor: null,
			cancellationRequested: null,
			shippedLate: null,
			orderTotal: '19.98',
			currency: 'USD',
			items: [{ asin: 'B000000012', sku: 'RULER-12', quantity: 2 }],
			earliestDelivery: null,
			latestDelivery: null,
			deliveryDateSource: 'unknown',
			buyerTimeZone: 'America/Los_Angeles',
		});
	});

	it('returns orders that the common schema leaves unchanged', () => {
		const { orders } = parse(
			ROW,
			{ 'amazon-order-id': OTHER_ORDER_ID, 'order-status': 'Pending' },
			{ ...ROW, 'amazon-order-id': '333-1234567-7654321', 'item-promotion-discount': '30.00' },
		);
		expect(orders).toHaveLength(3);
		for (const order of orders) expect(sellerOrderSchema.parse(order)).toEqual(order);
	});

	it.each([
		['Pending', 'PENDING'],
		['PendingAvailability', 'PENDING_AVAILABILITY'],
		['Unshipped', 'UNSHIPPED'],
		['Shipping', 'UNSHIPPED'],
		['PartiallyShipped', 'PARTIALLY_SHIPPED'],
		['Partially Shipped', 'PARTIALLY_SHIPPED'],
		['Shipped', 'SHIPPED'],
		['SHIPPED', 'SHIPPED'],
		['Shipped - Delivered to Buyer', 'SHIPPED'],
		['Shipped - Returned to Seller', 'SHIPPED'],
		['Shipped - Out for Delivery', 'SHIPPED'],
		['Canceled', 'CANCELLED'],
		['Cancelled', 'CANCELLED'],
		['Unfulfillable', 'UNFULFILLABLE'],
		['Complete', null],
		['Shippedish', null],
		['', null],
		['constructor', null],
	])('reads the status "%s" as %s', (word, status) => {
		expect(orderOf({ 'order-status': word }).status).toBe(status);
	});

	it.each([
		['Amazon', 'AMAZON'],
		['AFN', 'AMAZON'],
		['Merchant', 'MERCHANT'],
		['mfn', 'MERCHANT'],
		['Other', null],
		['toString', null],
		['', null],
	])('reads the fulfillment channel "%s" as %s', (word, fulfilledBy) => {
		expect(orderOf({ 'fulfillment-channel': word }).fulfilledBy).toBe(fulfilledBy);
	});

	it('recognizes every marketplace by its sales channel, in any letter case', () => {
		for (const { id, domain } of MARKETPLACES) {
			const channel = domain.replace('amazon', 'Amazon');
			expect(orderOf({ 'sales-channel': channel }).marketplaceId).toBe(id);
			expect(orderOf({ 'sales-channel': domain.toUpperCase() }).marketplaceId).toBe(id);
		}
	});

	it.each(['Non-Amazon', 'Non-Amazon US', 'Amazon', 'Amazon.xyz', ''])(
		'returns no marketplace for the sales channel "%s"',
		(channel) => {
			expect(orderOf({ 'sales-channel': channel }).marketplaceId).toBeNull();
		},
	);

	it.each([
		['true', true],
		['TRUE', true],
		['false', false],
		['', null],
		['yes', null],
	])('reads "%s" for a business order as %s', (word, isBusiness) => {
		expect(orderOf({ 'is-business-order': word }).isBusiness).toBe(isBusiness);
	});

	it.each([
		['0', 0],
		['12', 12],
		['', null],
		['1.5', null],
		['-1', null],
	])('reads the quantity "%s" as %s', (text, quantity) => {
		expect(orderOf({ quantity: text }).items?.[0]?.quantity).toBe(quantity);
	});

	it('returns null for an invalid date', () => {
		expect(orderOf({ 'purchase-date': '03/09/2026', 'last-updated-date': '' })).toMatchObject({
			createdAt: null,
			updatedAt: null,
		});
	});

	it('returns no zone if the state is required but missing', () => {
		expect(orderOf({ 'ship-state': '' }).buyerTimeZone).toBeNull();
		expect(orderOf({ 'ship-state': '', 'ship-country': 'DE' }).buyerTimeZone).toBe('Europe/Berlin');
	});
});

it('makes the orders of a report in steps of a thousand', () => {
	const rows = Array.from({ length: 10_000 }, (_, index) => `111-1234567-${1_000_000 + index}\tX`);
	const steps = readAllOrdersReport([['amazon-order-id\torder-status', ...rows].join('\n')]);
	let pauses = 0;
	while (steps.next().done !== true) pauses += 1;
	// And a few for reading.
	expect(pauses).toBeGreaterThanOrEqual(10);
	expect(pauses).toBeLessThan(20);
});

describe('merging rows into orders', () => {
	it('collects the items of an order from rows at any position', () => {
		const { orders } = parse(
			ROW,
			{ ...ROW, 'amazon-order-id': OTHER_ORDER_ID },
			{ ...ROW, sku: 'PEN', asin: 'B000000099', quantity: '1', 'item-price': '0.99' },
		);
		expect(orders.map(({ orderId }) => orderId)).toEqual([ORDER_ID, OTHER_ORDER_ID]);
		expect(orders[0]).toMatchObject({
			orderTotal: '20.97',
			items: [
				{ sku: 'RULER-12', quantity: 2 },
				{ sku: 'PEN', quantity: 1 },
			],
		});
	});

	it('counts two equal rows as two items', () => {
		expect(orderOf({}, {})).toMatchObject({ orderTotal: '39.96', items: [{}, {}] });
	});

	it('uses the first purchase and the last update', () => {
		const order = orderOf(
			{},
			{
				'purchase-date': '2026-09-02T10:00:00+00:00',
				'last-updated-date': '2026-09-09T00:00:00+00:00',
			},
			{ 'purchase-date': '', 'last-updated-date': '' },
		);
		expect(order).toMatchObject({
			createdAt: '2026-09-02T10:00:00.000Z',
			updatedAt: '2026-09-09T00:00:00.000Z',
		});
	});

	it.each(['Cancelled', 'Canceled', 'CANCELLED'])(
		'does not count an item that is %s among others',
		(status) => {
			const order = orderOf(
				{ sku: 'GONE', 'item-status': status, 'order-status': 'Cancelled' },
				{ sku: 'KEPT' },
			);
			expect(order).toMatchObject({
				orderTotal: '19.98',
				items: [{ sku: 'KEPT' }],
				status: 'SHIPPED',
			});
		},
	);

	it.each(['Not canceled', 'Canceled in part', 'Cancel', 'Shipped'])(
		'counts an item that is %s',
		(status) => {
			const order = orderOf({ sku: 'ONE', 'item-status': status }, { sku: 'TWO' });
			expect(order.items).toHaveLength(2);
		},
	);

	it('counts the cancellation of an item as an update of the order', () => {
		const order = orderOf(
			{ 'item-status': 'Cancelled', 'last-updated-date': '2026-09-09T00:00:00+00:00' },
			{},
		);
		expect(order.updatedAt).toBe('2026-09-09T00:00:00.000Z');
	});

	it('counts the items of an order that is canceled as a whole', () => {
		const canceled: Cells = { 'item-status': 'Cancelled', 'order-status': 'Cancelled' };
		expect(orderOf(canceled, canceled)).toMatchObject({
			status: 'CANCELLED',
			orderTotal: '39.96',
			items: [{}, {}],
		});
	});

	it('returns null if rows disagree, and fills from one row what the others lack', () => {
		const order = orderOf(
			{ 'order-status': 'Shipped', 'fulfillment-channel': '' },
			{ 'order-status': 'Unshipped', 'is-business-order': '' },
			{ 'order-status': 'Shipped' },
		);
		expect(order).toMatchObject({ status: null, fulfilledBy: 'AMAZON', isBusiness: false });
	});

	it('returns the same orders for any order of the rows', () => {
		const word = (...words: string[]) => fc.constantFrom(...words);
		const cells: fc.Arbitrary<Cells> = fc.record({
			'amazon-order-id': word(ORDER_ID, OTHER_ORDER_ID, '333-1234567-7654321', 'no ID'),
			'purchase-date': word('2026-09-03T10:00:00+00:00', '2026-09-01T10:00:00+09:00', ''),
			'last-updated-date': word('2026-09-04T10:00:00+00:00', '2026-09-05T10:00:00+00:00'),
			'order-status': word('Shipped', 'Shipped - Picked Up', 'Unshipped', ''),
			'fulfillment-channel': word('Amazon', 'Merchant'),
			'sales-channel': word('Amazon.com', 'Amazon.ca', 'Non-Amazon'),
			'item-status': word('Shipped', 'Cancelled'),
			sku: word('A', 'B', ''),
			quantity: word('1', '2', ''),
			currency: word('USD', 'USD', 'USD', 'CAD', ''),
			'item-price': word('1.10', '2.205', '', 'x'),
			'ship-state': word('CA', 'NY'),
			'ship-country': word('US', 'CA'),
			'is-business-order': word('true', 'false', ''),
		});
		const shuffles = fc
			.array(cells, { maxLength: 12 })
			.chain((rows) =>
				fc.tuple(
					fc.constant(rows),
					fc.shuffledSubarray(rows, { minLength: rows.length, maxLength: rows.length }),
				),
			);
		const sorted = (orders: readonly SellerOrder[]) =>
			orders
				.map((order) => ({
					...order,
					items: order.items?.map((item) => JSON.stringify(item)).sort(),
				}))
				.sort((left, right) => (left.orderId < right.orderId ? -1 : 1));
		fc.assert(
			fc.property(shuffles, ([rows, shuffled]) => {
				expect(sorted(parse(...shuffled).orders)).toEqual(sorted(parse(...rows).orders));
				expect(parse(...shuffled).unreadable).toHaveLength(parse(...rows).unreadable.length);
			}),
		);
	});
});

describe('the total', () => {
	const AMOUNTS: Cells = {
		'item-price': '100.00',
		'item-tax': '8.25',
		'shipping-price': '5.99',
		'shipping-tax': '0.49',
		'gift-wrap-price': '3.50',
		'gift-wrap-tax': '0.29',
		'item-promotion-discount': '10.00',
		'ship-promotion-discount': '5.99',
	};

	it('is prices plus taxes minus promotions', () => {
		expect(orderOf(AMOUNTS).orderTotal).toBe('102.53');
	});

	it('does not add taxes if prices include them', () => {
		const german = { ...AMOUNTS, 'sales-channel': 'Amazon.de' };
		expect(orderOf(german).orderTotal).toBe('93.50');
		expect(orderOf({ ...german, 'item-tax': '50.00' }).orderTotal).toBe('93.50');
	});

	it('deducts a discount regardless of its sign', () => {
		const signed = {
			...AMOUNTS,
			'item-promotion-discount': '-10.00',
			'ship-promotion-discount': '-5.99',
		};
		expect(orderOf(signed).orderTotal).toBe('102.53');
	});

	it.each(Object.keys(AMOUNTS))('changes with the column %s', (column) => {
		const order = orderOf({ ...AMOUNTS, [column]: '1.00' });
		expect(order.orderTotal).not.toBe('102.53');
	});

	it.each([
		['has no floating-point error', ['0.10', '0.20'], '0.30'],
		['keeps the longest decimals', ['1', '2.5', '0.125'], '3.625'],
		['is whole for whole amounts', ['24732', '1'], '24733'],
		['keeps zeros', ['0.00'], '0.00'],
		['is exact beyond 2^53', ['9007199254740993.01', '0.01'], '9007199254740993.02'],
		['keeps a zero before the point', ['0.02', '0.03'], '0.05'],
	])('%s', (_, prices, total) => {
		const rows = prices.map((price) => ({ 'item-price': price }));
		expect(orderOf(...rows).orderTotal).toBe(total);
	});

	it('can be negative', () => {
		expect(orderOf({ 'item-price': '0.50', 'item-promotion-discount': '0.75' }).orderTotal).toBe(
			'-0.25',
		);
	});

	it('is null if no row has an item price, even if it has other prices', () => {
		expect(orderOf({ 'item-price': '', 'shipping-price': '3.99' }).orderTotal).toBeNull();
	});

	it('adds what is available if some rows have an item price', () => {
		expect(orderOf({ 'item-price': '' }, {}).orderTotal).toBe('19.98');
	});

	it('ignores the price of a canceled item', () => {
		expect(orderOf({ 'item-status': 'Cancelled' }, { 'item-price': '' }).orderTotal).toBeNull();
	});

	it.each(['1,99', '$1.99', 'abc', '1.', '.5'])('is null if an amount is "%s"', (amount) => {
		expect(orderOf({ 'item-price': amount }).orderTotal).toBeNull();
		expect(orderOf({ 'item-tax': amount }).orderTotal).toBeNull();
		expect(orderOf({}, { 'ship-promotion-discount': amount }).orderTotal).toBeNull();
	});

	it('is null, like the currency, if the currencies differ', () => {
		expect(orderOf({}, { currency: 'CAD' })).toMatchObject({ orderTotal: null, currency: null });
		expect(orderOf({}, { currency: '' })).toMatchObject({ orderTotal: '39.96', currency: 'USD' });
	});

	it('equals the sum in big integers for any amounts', () => {
		const cents = fc.bigInt({ min: 0n, max: 10n ** 18n });
		const decimal = (value: bigint) => `${value / 100n}.${String(value % 100n).padStart(2, '0')}`;
		fc.assert(
			fc.property(
				fc.array(fc.tuple(cents, cents, cents), { minLength: 1, maxLength: 5 }),
				(amounts) => {
					const rows = amounts.map(([price, tax, discount]) => ({
						'item-price': decimal(price),
						'item-tax': decimal(tax),
						'item-promotion-discount': decimal(discount),
					}));
					const sum = amounts.reduce(
						(total, [price, tax, discount]) => total + price + tax - discount,
						0n,
					);
					expect(BigInt((orderOf(...rows).orderTotal ?? '').replace('.', ''))).toBe(sum);
				},
			),
		);
	});
});

describe('the orders of some marketplaces', () => {
	const [US, CA, MX] = ['ATVPDKIKX0DER', 'A2EUQ1WTGCTBG2', 'A1AM78C64UM0Y8'];
	const rowOf = (orderId: string, channel: string): Cells => ({
		...ROW,
		'amazon-order-id': orderId,
		'sales-channel': channel,
	});
	const region = parse(
		rowOf('111-0000001-0000001', 'Amazon.com'),
		rowOf('701-0000002-0000002', 'Amazon.ca'),
		rowOf('702-0000003-0000003', 'Amazon.com.mx'),
		rowOf('S01-0000004-0000004', 'Non-Amazon'),
		rowOf('111-0000005-0000005', 'Non-Amazon US'),
		rowOf('111-0000006-0000006', 'SI CA Prod Marketplace'),
		rowOf('111-0000007-0000007', ''),
	);
	const idsIn = (...marketplaceIds: string[]) =>
		ordersIn(region, marketplaceIds).orders.map(({ orderId }) => orderId);

	it('are those whose sales channel matches, each once', () => {
		expect(region.unreadable).toEqual([]);
		expect(idsIn(US)).toEqual(['111-0000001-0000001']);
		expect(idsIn(CA, MX)).toEqual(['701-0000002-0000002', '702-0000003-0000003']);
		expect(idsIn(US, CA, MX)).toHaveLength(3);
	});

	it('report orders of other stores and of unknown channels, without guessing', () => {
		const { notOfAmazon, ofUnknownChannel } = ordersIn(region, [US]);
		expect(notOfAmazon).toEqual(['S01-0000004-0000004', '111-0000005-0000005']);
		expect([...ofUnknownChannel]).toEqual([
			['SI CA Prod Marketplace', ['111-0000006-0000006']],
			['', ['111-0000007-0000007']],
		]);
	});

	it('have no marketplace if the rows of an order disagree', () => {
		const both = parse(rowOf(ORDER_ID, 'Amazon.com'), rowOf(ORDER_ID, 'Amazon.ca'));
		const { orders, ofUnknownChannel } = ordersIn(both, [US, CA]);
		expect(orders).toEqual([]);
		expect([...ofUnknownChannel]).toEqual([['Amazon.com, Amazon.ca', [ORDER_ID]]]);
	});
});

describe('replacements and cancellation requests', () => {
	const names = [
		'amazon-order-id',
		'order-status',
		'is-replacement-order',
		'is-exchange-order',
		'original-order-id',
		'is-buyer-requested-cancellation',
	];
	const read = (...rows: string[][]) =>
		parseAllOrdersReport(
			[names, ...rows.map((cells) => [ORDER_ID, 'Shipped', ...cells])]
				.map((cells) => cells.join('\t'))
				.join('\n'),
		).orders[0];

	it.each([
		['a replacement', ['true', 'false', OTHER_ORDER_ID], OTHER_ORDER_ID],
		['an exchange', ['false', 'true', OTHER_ORDER_ID], OTHER_ORDER_ID],
		['neither', ['false', 'false', ''], ''],
		['a replacement of an order it does not name', ['true', 'false', ''], null],
		['not whether it is an exchange', ['false', '', ''], null],
		['nothing', ['', '', ''], null],
	])('says %s', (_, cells, original) => {
		expect(read(cells)?.replacementFor).toBe(original);
	});

	it('treats an order as a replacement if one of its rows is one', () => {
		const order = read(['false', 'false', ''], ['true', 'false', OTHER_ORDER_ID]);
		expect(order?.replacementFor).toBe(OTHER_ORDER_ID);
		expect(read(['false', 'false', ''], ['true', '', ''])?.replacementFor).toBeNull();
	});

	it('says whether the buyer requested to cancel, if the report does', () => {
		const cells = ['false', 'false', ''];
		expect(read([...cells, 'false'], [...cells, 'true'])?.cancellationRequested).toBe(true);
		expect(read([...cells, 'false'])?.cancellationRequested).toBe(false);
		expect(read(cells)?.cancellationRequested).toBeNull();
	});
});

describe('rows that cannot be read', () => {
	it.each([
		['', 'it has no order ID (the line may be cut off)'],
		['Total', 'it has no valid order ID'],
	])('are those with "%s" as the order ID', (orderId, reason) => {
		const { orders, unreadable } = parse(ROW, { ...ROW, 'amazon-order-id': orderId });
		expect(orders).toHaveLength(1);
		expect(unreadable).toEqual([{ line: 3, reason }]);
	});

	it('make items and total of their order null rather than wrong, before or after other rows', () => {
		const shifted = line({ ...ROW, 'product-name': 'A tab\tin it' });
		for (const rows of [
			[line(ROW), shifted],
			[shifted, line(ROW)],
		]) {
			const { orders, unreadable } = parseAllOrdersReport([COLUMNS.join('\t'), ...rows].join('\n'));
			expect(unreadable).toEqual([
				{ line: 2 + rows.indexOf(shifted), reason: 'it has 32 columns but the header 31' },
			]);
			expect(orders).toHaveLength(1);
			expect(orders[0]).toMatchObject({ status: 'SHIPPED', items: null, orderTotal: null });
		}
	});

	it('do not create an order of their own', () => {
		const shifted = line({ ...ROW, 'product-name': 'A tab\tin it' });
		expect(parseAllOrdersReport(`${COLUMNS.join('\t')}\n${shifted}`).orders).toEqual([]);
	});

	it('are reported only once if the whole report is of another type', () => {
		expect(parseAllOrdersReport('Order ID\tOrder date\n1\t2\n3\t4')).toEqual({
			orders: [],
			otherChannels: new Map(),
			unreadable: [
				{
					line: 1,
					reason: 'the header has no column "amazon-order-id" (maybe a different report)',
				},
			],
		});
	});

	it.each(['', COLUMNS.join('\t')])('are not reported for a report without rows', (text) => {
		expect(parseAllOrdersReport(text)).toMatchObject({ orders: [], unreadable: [] });
	});
});

it('reads the layout with extra columns, and the one before business orders', () => {
	const today =
		'amazon-order-id\turl\torder-status\tsku\titem-price\tcurrency\tnumber-of-items\r\n' +
		`${ORDER_ID}\thttps://example.test\tShipped\tA\t5.00\tEUR\t1\r\n`;
	expect(parseAllOrdersReport(today).orders).toMatchObject([
		{ orderId: ORDER_ID, status: 'SHIPPED', orderTotal: '5.00', currency: 'EUR', isBusiness: null },
	]);
});
