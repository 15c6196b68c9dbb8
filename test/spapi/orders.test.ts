import { readPage } from '../../nodes/shared/spapi/orders';

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
