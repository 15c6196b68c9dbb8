import { isDocumentedOrder } from '../../nodes/shared/spapi/documentedOrder';
import { readPage, searchedOrderSchema, toSellerOrder } from '../../nodes/shared/spapi/orders';
import fc from '../fastCheck';

const ORDER = {
	orderId: '111-0000001-0000001',
	createdTime: '2026-11-08T14:33:38Z',
	lastUpdatedTime: '2026-11-16T14:33:38Z',
	programs: ['PRIME'],
	salesChannel: { channelName: 'AMAZON', marketplaceId: 'ATVPDKIKX0DER' },
	fulfillment: {
		fulfillmentStatus: 'SHIPPED',
		fulfilledBy: 'MERCHANT',
		shipByWindow: { latestDateTime: '2026-11-10T00:00:00Z' },
		deliverByWindow: {
			earliestDateTime: '2026-11-12T14:33:38Z',
			latestDateTime: '2026-11-14T14:33:38Z',
		},
	},
	proceeds: { grandTotal: { amount: '20.00', currencyCode: 'USD' } },
	orderItems: [
		{ orderItemId: '1', quantityOrdered: 1, product: { asin: 'B000000001', sellerSku: 'S' } },
	],
	packages: [{ shipTime: '2026-11-09T00:00:00Z' }],
};

const OTHER = { ...ORDER, orderId: '111-0000002-0000002' };

const read = (...orders: unknown[]) => readPage({ orders, pagination: undefined }, true);

const theOrder = (changes: Record<string, unknown>) => {
	const { orders, unreadable } = read({ ...ORDER, ...changes });
	expect(unreadable).toEqual([]);
	return orders[0]?.order;
};

describe('readPage', () => {
	it.each([
		['programs', { isPrime: false, isBusiness: false }],
		['associatedOrders', { replacementFor: '' }],
		['packages', { shippedLate: null }],
		['recipient', { buyerTimeZone: null }],
		['proceeds', { orderTotal: null, currency: null }],
		['fulfillment', { status: null, fulfilledBy: null, latestDelivery: null, shippedLate: null }],
		['salesChannel', { marketplaceId: null }],
		['orderItems', { items: null, cancellationRequested: null }],
		['createdTime', { createdAt: null }],
		['lastUpdatedTime', { updatedAt: null }],
	])('treats null for `%s` as absent', (field, expected) => {
		expect(theOrder({ [field]: null })).toMatchObject({ orderId: ORDER.orderId, ...expected });
		expect(theOrder({ [field]: undefined })).toEqual(theOrder({ [field]: null }));
	});

	it('reads nested nulls, and an amount that is a number', () => {
		expect(
			theOrder({
				programs: [null, 'PRIME'],
				recipient: { deliveryAddress: { stateOrRegion: null, countryCode: 'IT' } },
				proceeds: { grandTotal: { amount: 20, currencyCode: null } },
				fulfillment: {
					fulfillmentStatus: null,
					fulfilledBy: 'AMAZON',
					shipByWindow: null,
					deliverByWindow: { earliestDateTime: '2026-11-12T14:33:38Z', latestDateTime: null },
				},
				orderItems: [{ product: null, quantityOrdered: null, cancellation: null }],
				packages: [null, { packageStatus: { status: 'DELIVERED' }, shipTime: null }],
			}),
		).toMatchObject({
			isPrime: true,
			buyerTimeZone: 'Europe/Rome',
			orderTotal: '20',
			currency: null,
			status: null,
			fulfilledBy: 'AMAZON',
			earliestDelivery: null,
			deliveryDateSource: 'unknown',
			items: [{ asin: null, sku: null, quantity: null }],
			cancellationRequested: false,
			shippedLate: null,
		});
		expect(theOrder({ proceeds: { grandTotal: { amount: 1e30 } } })?.orderTotal).toBeNull();
	});

	it('returns null for a cancellation request if an item is missing', () => {
		expect(theOrder({ orderItems: [null] })?.cancellationRequested).toBeNull();
		const requested = { cancellation: { cancellationRequest: {} } };
		expect(theOrder({ orderItems: [null, requested] })?.cancellationRequested).toBe(true);
	});

	it.each([
		['an invalid time', { lastUpdatedTime: 'soon' }, /lastUpdatedTime/],
		[
			'a time that no Date reads',
			{ packages: [{ shipTime: '2026-11-20T00:00:00+24:00' }] },
			/shipTime/,
		],
		['text instead of its items', { orderItems: 'none' }, /orderItems/],
	])('skips and names an order with %s', (_, changes, reason) => {
		const { orders, unreadable } = read(ORDER, { ...OTHER, ...changes });
		expect(orders.map(({ order }) => order.orderId)).toEqual([ORDER.orderId]);
		expect(unreadable).toEqual([
			{ name: OTHER.orderId, reason: expect.stringMatching(reason) as string },
		]);
	});

	it('names the position of an order whose ID cannot be read', () => {
		const { orders, unreadable } = read(null, ORDER, { ...OTHER, orderId: 7 });
		expect(orders).toHaveLength(1);
		expect(unreadable.map(({ name }) => name)).toEqual([
			'entry 1 on its page',
			'entry 3 on its page',
		]);
	});

	const original = '111-9999999-9999999';

	it.each([
		['REPLACEMENT_ORIGINAL_ID', original, original],
		['EXCHANGE_ORIGINAL_ID', original, original],
		['EXCHANGE_ORIGINAL_ID', null, null],
		[null, original, null],
		['SOMETHING_ELSE', original, ''],
	])('reads an order associated as %s with %s', (associationType, orderId, replacementFor) => {
		const order = theOrder({ associatedOrders: [{ orderId, associationType }] });
		expect(order?.replacementFor).toBe(replacementFor);
	});

	it('finds the original next to a null', () => {
		const associated = [null, { orderId: original, associationType: 'EXCHANGE_ORIGINAL_ID' }];
		expect(theOrder({ associatedOrders: associated })?.replacementFor).toBe(original);
		expect(theOrder({ associatedOrders: [null] })?.replacementFor).toBeNull();
	});

	it('recognizes orders of other stores', () => {
		const { orders } = read(ORDER, { ...OTHER, salesChannel: { channelName: 'NON_AMAZON' } });
		expect(orders.map(({ isOfOtherShop }) => isOfOtherShop)).toEqual([false, true]);
	});
});

/** Every field that is read, and values of other types, formats and eras. */
const PATHS = [
	...['orderId', 'createdTime', 'lastUpdatedTime', 'programs', 'programs.0', 'associatedOrders'],
	...['associatedOrders.0', 'associatedOrders.0.orderId', 'associatedOrders.0.associationType'],
	...['salesChannel', 'salesChannel.channelName', 'salesChannel.marketplaceId', 'recipient'],
	...['recipient.deliveryAddress', 'recipient.deliveryAddress.countryCode', 'proceeds'],
	...['recipient.deliveryAddress.stateOrRegion', 'proceeds.grandTotal'],
	...['proceeds.grandTotal.amount', 'proceeds.grandTotal.currencyCode', 'fulfillment'],
	...['fulfillment.fulfillmentStatus', 'fulfillment.fulfilledBy', 'fulfillment.shipByWindow'],
	...['fulfillment.shipByWindow.latestDateTime', 'fulfillment.deliverByWindow'],
	...['fulfillment.deliverByWindow.earliestDateTime', 'orderItems', 'orderItems.0'],
	...['fulfillment.deliverByWindow.latestDateTime', 'orderItems.0.product'],
	...['orderItems.0.quantityOrdered', 'orderItems.0.product.asin', 'orderItems.0.cancellation'],
	...['orderItems.0.product.sellerSku', 'orderItems.0.product.title', 'packages', 'packages.0'],
	...['orderItems.0.cancellation.cancellationRequest', 'packages.0.shipTime', 'packages.0.carrier'],
];

const VALUES = [
	...[null, undefined, true, 0, 7, -1.5, 1e30, '', 'text', [], {}, [null], [7], { a: 1 }],
	...['SHIPPED', 'NEW_STATUS', 'AMAZON', 'NON_AMAZON', 'PRIME', 'DE', 'REPLACEMENT_ORIGINAL_ID'],
	...['2026-11-08T14:33:38Z', '2026-11-08T14:33:38.5Z', '2026-11-08T14:33:38.123456Z'],
	...['2026-11-08T14:33:38+01:00', '2026-11-08', '2026-02-30T00:00:00Z', '2028-02-29T00:00:00Z'],
	...['2026-11-08T24:00:00Z', '2026-11-08T14:33Z', 'soon', '12.50', '1,50'],
];

const FULL = {
	...ORDER,
	associatedOrders: [{ orderId: '111-9999999-9999999', associationType: 'EXCHANGE_ORIGINAL_ID' }],
	recipient: { deliveryAddress: { countryCode: 'US', stateOrRegion: 'CA' } },
	orderItems: [{ ...ORDER.orderItems[0], cancellation: { cancellationRequest: null } }],
};

/** A copy with another value at a path. */
function changed(order: unknown, path: string, value: unknown): unknown {
	const copy = structuredClone(order);
	const names = path.split('.');
	const last = names.pop() ?? '';
	let place = copy as Record<string, unknown>;
	for (const name of names) {
		const next = place[name];
		if (typeof next !== 'object' || next === null) return copy;
		place = next as Record<string, unknown>;
	}
	place[last] = value;
	return copy;
}

describe('isDocumentedOrder', () => {
	const change = fc.tuple(fc.constantFrom(...PATHS), fc.constantFrom(...VALUES));

	it('accepts what Amazon documents, and nulls', () => {
		expect(isDocumentedOrder(FULL)).toBe(true);
		for (const path of PATHS.filter((each) => each !== 'orderId')) {
			expect(isDocumentedOrder(changed(FULL, path, null))).toBe(true);
		}
	});

	it('accepts only orders that the schema accepts and that are read the same without it', () => {
		fc.assert(
			fc.property(fc.array(change, { maxLength: 4 }), (changes) => {
				const order = changes.reduce<unknown>(
					(all, [path, value]) => changed(all, path, value),
					FULL,
				);
				if (!isDocumentedOrder(order)) return;
				const parsed = searchedOrderSchema.parse(order);
				const read = toSellerOrder(order as Parameters<typeof toSellerOrder>[0], true);
				expect(read).toEqual(toSellerOrder(parsed, true));
			}),
			{ numRuns: 3_000 },
		);
	});
});
