// cspell:ignore cancelled
import type { INodeParameters } from 'n8n-workflow';
import { setTimeout as sleep } from 'node:timers/promises';

import { DENIED } from './deniedOrders';
import { runNode, type NodeRun } from './harness';
import { expectToMatchOutputSchema } from './outputSchema';
import { useSandbox } from './useSandbox';

const US = 'ATVPDKIKX0DER';

const inUse = useSandbox();

const optionsOf = (parameters: INodeParameters = {}) => ({
	type: 'amazonSellerFeedback',
	parameters: {
		resource: 'feedback',
		operation: 'addOrderDetails',
		orderId: '={{ $json.orderId }}',
		seller: { __rl: true, mode: 'name', value: '={{ $json.seller }}' },
		marketplace: { __rl: true, mode: 'id', value: '={{ $json.marketplaceId }}' },
		...parameters,
	},
	credentials: inUse.credentials,
	credentialId: 'demo',
});

const add = async (items: ReadonlyArray<Record<string, unknown>>): Promise<NodeRun> =>
	await runNode({ ...optionsOf(), items: items.map((json) => ({ json: json as never })) });

const getMany = async (): Promise<NodeRun['items']> => {
	const { items } = await runNode({
		type: 'amazonSellerFeedback',
		parameters: {
			...{ resource: 'feedback', operation: 'getMany', returnAll: true, simplify: true },
			marketplace: { __rl: true, mode: 'id', value: US },
			...{ filters: {}, options: {} },
		},
		credentials: inUse.credentials,
		credentialId: 'demo',
	});
	return items;
};

const callsOf = (operation: string) =>
	inUse.requests.filter((request) => request.operation === operation);

/** The order in the sandbox's world. */
const orderOf = (orderId: unknown) =>
	inUse.sandbox.sellers.demo?.marketplaces
		.flatMap(({ orders }) => orders)
		.find((order) => order.orderId === orderId);

describe('Feedback: Add Order Details', () => {
	it('agrees with the true orders of all feedback entries, and reads each order once', async () => {
		const feedback = await getMany();
		expect(feedback.length).toBeGreaterThan(10);
		const { items, error } = await add([...feedback, ...feedback.slice(0, 5)]);
		expect(error).toBeUndefined();
		expect(items).toHaveLength(feedback.length + 5);
		expect(callsOf('getOrder')).toHaveLength(feedback.length);
		for (const [index, item] of items.entries()) {
			// The harness takes a comment that begins with an equals sign for an expression.
			const { comment, ...given } = feedback[index % feedback.length] ?? {};
			expect(item).toMatchObject({ ...given, orderNote: null });
			expect(String(comment)).toContain(item.comment);
			const truth = orderOf(item.orderId);
			const order = item.order as Record<string, unknown>;
			expect(order).toMatchObject({
				marketplaceId: US,
				fulfilledBy: truth?.fulfilledBy,
				items: truth?.items.map(({ product, quantity }) => ({
					asin: product.asin,
					sku: product.sku,
					title: product.title,
					quantity,
				})),
			});
			expect(Date.parse(String(order.createdAt))).toBe(truth?.createdAt);
			expect(order.daysToFeedback).toBe(
				Math.round(
					(Date.parse(String(item.date)) - Date.parse(String(order.createdOn))) / 86_400_000,
				),
			);
			expect(order.daysToFeedback).toBeGreaterThan(0);
		}
		expectToMatchOutputSchema('AmazonSellerFeedback', 'feedback/addOrderDetails', items);
	});

	it('returns nothing about the buyer, and requests nothing about them', async () => {
		const [first] = await getMany();
		const { items } = await add([first ?? {}]);
		expect(JSON.stringify(items)).not.toMatch(/buyer|recipient|address|@/i);
		expect(callsOf('getOrder').map(({ query }) => query.includedData)).toEqual([
			'FULFILLMENT,PACKAGES',
		]);
	});

	it('keeps an entry whose order cannot be read, and says why', async () => {
		const [first] = await getMany();
		const unknown = '111-9999999-9999999';
		const { items, hints, error } = await add([{ ...first }, { orderId: unknown }, { tag: 'x' }]);
		expect(error).toBeUndefined();
		expect(items.map(({ order, orderNote }) => [order === null, orderNote])).toEqual([
			[false, null],
			[true, 'Could not read the order: Amazon found nothing with that ID'],
			[true, 'The item has no order ID of Amazon'],
		]);
		expect(hints).toEqual([
			`Without order details: ${unknown} (Could not read the order: Amazon found nothing with that ID), an item (The item has no order ID of Amazon)`,
		]);
	});

	it('does not quote text that is no order ID, because it may be about the buyer', async () => {
		const { items, hints, error } = await add([{ orderId: 'Ann Example, 12 Elm Street' }]);
		expect(error).toBeUndefined();
		expect(items[0]?.orderNote).toBe('The item has no order ID of Amazon');
		expect(hints).toEqual(['Without order details: an item (The item has no order ID of Amazon)']);
	});

	it('has what Amazon returns while it refuses fulfillment data', async () => {
		const [first] = await getMany();
		inUse.sandbox.habits.set({ noFulfillmentData: true });
		const { items } = await add([first ?? {}]);
		expect(items[0]?.order).toMatchObject({ fulfilledBy: null, status: null });
		expect((items[0]?.order as { items: unknown[] }).items.length).toBeGreaterThan(0);
	});

	it('fails if the role is missing, because no order can be read', async () => {
		const [first] = await getMany();
		inUse.sandbox.roles.remove('demo', 'Inventory and Order Tracking');
		const { error } = await add([first ?? {}]);
		expect(error?.message).toBe('Could not read the order: Amazon denied access');
	});

	const addOrders = (count: number) =>
		inUse.sandbox.world.addOrders({ count }).map(({ orderId }) => ({ orderId, marketplaceId: US }));

	/** Answers take long enough that several are under way when one fails. The first fault applies. */
	const slowDown = () =>
		inUse.sandbox.faults.add({
			kind: 'slow',
			operation: 'getOrder',
			delayMs: 30,
			times: 'always',
		});

	const expectNoFurtherOrder = async (): Promise<void> => {
		const calls = callsOf('getOrder').length;
		await sleep(500);
		expect(callsOf('getOrder')).toHaveLength(calls);
	};

	it.each([0, 20])('keeps the other entries if Amazon denies one order: number %p', async (at) => {
		const orders = addOrders(40);
		inUse.sandbox.faults.add({ ...DENIED, orderId: orders[at]?.orderId });
		const { items, hints, error } = await add(orders);
		expect(error).toBeUndefined();
		const denied = 'Could not read the order: Amazon denied access';
		expect(items.map(({ orderNote }) => orderNote)).toEqual(
			orders.map((_, index) => (index === at ? denied : null)),
		);
		expect(items.filter(({ order }) => order === null)).toHaveLength(1);
		expect(hints).toEqual([`Without order details: ${orders[at]?.orderId} (${denied})`]);
	});

	it('fails if Amazon denies all orders, and does not read all of many first', async () => {
		const orders = addOrders(40);
		inUse.sandbox.faults.add(DENIED);
		const few = await add(orders.slice(0, 3));
		expect(few.error?.message).toBe('Could not read the order: Amazon denied access');
		expect(callsOf('getOrder')).toHaveLength(3);
		const many = await add(orders);
		expect(many.error?.message).toBe('Could not read the order: Amazon denied access');
		// Ten denials are enough; three other orders may be under way then.
		expect(callsOf('getOrder').length).toBeLessThanOrEqual(3 + 13);
		await expectNoFurtherOrder();
	});

	it('reads no further order once the credential does not work', async () => {
		const orders = addOrders(40);
		const orderId = orders[4]?.orderId;
		inUse.sandbox.faults.add({ kind: 'expiredSecret', operation: 'getOrder', orderId });
		slowDown();
		const { error } = await add(orders);
		expect(error?.message).toMatch(/client secret/);
		expect(callsOf('getOrder').length).toBeLessThan(12);
		await expectNoFurtherOrder();
	});
});
