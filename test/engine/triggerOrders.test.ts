import './passingWaits';

import { setTimeout as sleep } from 'node:timers/promises';

import { expectToMatchOutputSchema } from './outputSchema';
import { DENIED } from './deniedOrders';
import { passMinutes, US, useWatching, type Watcher } from './watching';

const watching = useWatching();

const OPTIONS = { includeRating: false, addOrderDetails: true };

async function activate(options = {}): Promise<Watcher> {
	const watcher = await watching.activate({
		events: ['newNegativeFeedback', 'feedbackRemoved'],
		options: { ...OPTIONS, ...options },
	});
	await watcher.poll();
	await passMinutes(4, watcher);
	return watcher;
}

const orderOf = (orderId: unknown) =>
	watching.sandbox.sellers.demo?.marketplaces
		.flatMap(({ orders }) => orders)
		.find((order) => order.orderId === orderId);

describe('Add Order Details', () => {
	it('puts what was ordered, and the reasons, into each feedback event', async () => {
		const watcher = await activate();
		const { orderId } = watching.sandbox.world.addFeedback({
			rating: 1,
			comment: 'Arrived broken',
		});
		await passMinutes(40, watcher);
		const items = watcher.take();
		expect(items).toHaveLength(1);
		const truth = orderOf(orderId);
		expect(items[0]).toMatchObject({
			orderId,
			reasons: ['damaged'],
			orderNote: null,
			order: {
				marketplaceId: US,
				fulfilledBy: truth?.fulfilledBy,
				items: truth?.items.map(({ product, quantity }) => ({ sku: product.sku, quantity })),
			},
		});
		expectToMatchOutputSchema('AmazonSellerFeedbackTrigger', undefined, items);
	});

	it('lets the order decide whether a comment on delivery could be removed', async () => {
		const watcher = await activate();
		for (let entry = 0; entry < 8; entry += 1) {
			watching.sandbox.world.addFeedback({ rating: 1, comment: `Arrived late, ${entry}` });
		}
		await passMinutes(40, watcher);
		const items = watcher.take();
		const prospects = items.map(({ removal }) => (removal as { prospect: string }).prospect);
		expect(prospects).toEqual(
			items.map(({ orderId, order }) => {
				if (orderOf(orderId)?.fulfilledBy === 'AMAZON') return 'possible';
				const { shippedLate } = order as { shippedLate: boolean | null };
				return shippedLate === true ? 'unlikely' : 'conditional';
			}),
		);
		expect(prospects).toContain('possible');
	});

	it('is disabled by default', async () => {
		const watcher = await activate({ addOrderDetails: false });
		watching.sandbox.world.addFeedback({ rating: 1, comment: 'Bad' });
		await passMinutes(40, watcher);
		expect(watcher.take()).toMatchObject([{ order: null, orderNote: null }]);
		expect(watching.sandbox.requests.map(({ operation }) => operation)).not.toContain('getOrder');
	});

	it.each([
		[
			'a missing role',
			() => watching.sandbox.roles.remove('demo', 'Inventory and Order Tracking'),
			/denied access/,
		],
		[
			'an outage',
			() =>
				watching.sandbox.faults.add({ kind: 'error503', operation: 'getOrder', times: 'always' }),
			/is not available/,
		],
	])('loses no event through %s', async (_, fail, note) => {
		const watcher = await activate();
		fail();
		watching.sandbox.world.addFeedback({ rating: 2, comment: 'Bad' });
		await passMinutes(40, watcher);
		expect(watcher.take()).toMatchObject([{ order: null, orderNote: expect.stringMatching(note) }]);
		expect(watcher.takeThrown()).toEqual([]);
	});

	it.each([
		[
			'an outage',
			() =>
				watching.sandbox.faults.add({ kind: 'error503', operation: 'getOrder', times: 'always' }),
		],
		['refused fulfillment data', () => watching.sandbox.habits.set({ noFulfillmentData: true })],
	])('delays no event through %s', async (_, fail) => {
		const watcher = await activate();
		fail();
		for (let each = 0; each < 30; each += 1) {
			watching.sandbox.world.addFeedback({ rating: 1, comment: `Bad ${each}` });
		}
		await passMinutes(40, watcher);
		expect(watcher.take()).toHaveLength(30);
		expect(watcher.longestPollMs).toBeLessThan(20_000);
	});

	const addBadFeedback = (count: number): string[] =>
		Array.from(
			{ length: count },
			(_, entry) =>
				watching.sandbox.world.addFeedback({ rating: 1, comment: `Bad ${entry}` }).orderId,
		);

	it('has the other orders if Amazon denies one', async () => {
		const watcher = await activate();
		const [denied] = addBadFeedback(12);
		watching.sandbox.faults.add({ ...DENIED, orderId: denied });
		await passMinutes(40, watcher);
		const items = watcher.take();
		expect(items).toHaveLength(12);
		expect(items.filter(({ order }) => order === null)).toMatchObject([
			{ orderId: denied, orderNote: expect.stringMatching(/denied access/) },
		]);
	});

	it('reads no further orders after the poll has ended', async () => {
		const watcher = await activate();
		addBadFeedback(12);
		watching.sandbox.faults.add({ kind: 'expiredSecret', operation: 'getOrder' });
		watching.sandbox.faults.add({
			kind: 'slow',
			operation: 'getOrder',
			delayMs: 50,
			times: 'always',
		});
		const calls = () =>
			watching.sandbox.requests.filter(({ operation }) => operation === 'getOrder').length;
		for (let minute = 0; minute < 40 && watcher.reported.length === 0; minute += 1) {
			await passMinutes(1, watcher);
		}
		const atEnd = calls();
		await sleep(500);
		expect([atEnd, calls()]).toEqual([4, 4]);
		expect(watcher.take()).toHaveLength(12);
	});

	it('reads at most 15 orders in a poll', async () => {
		const watcher = await activate();
		for (let each = 0; each < 18; each += 1) {
			watching.sandbox.world.addFeedback({ rating: 1, comment: `Bad ${each}` });
		}
		await passMinutes(40, watcher);
		const items = watcher.take();
		expect(items).toHaveLength(18);
		expect(items.filter(({ order }) => order !== null)).toHaveLength(15);
		expect(items.filter(({ orderNote }) => String(orderNote).startsWith('Not read'))).toHaveLength(
			3,
		);
	});
});
