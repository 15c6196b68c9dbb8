// cspell:ignore cancelled
import { statusOf } from '../../sandbox';
import { NOW, US, useSandbox } from './support';

const sandbox = useSandbox();
const now = Date.parse(NOW);
const DAY = 86_400_000;

const ordersOf = (marketplaceId = US) =>
	sandbox().sellers['demo']?.marketplaces.find(
		({ marketplace }) => marketplace.id === marketplaceId,
	)?.orders ?? [];

describe('orders a test requests', () => {
	it('have the requested fulfiller and programs', () => {
		const { world } = sandbox();
		for (const fulfilledBy of ['AMAZON', 'MERCHANT'] as const) {
			const orders = world.addOrders({ count: 30, fulfilledBy, programs: ['PRIME'] });
			expect(new Set(orders.map((order) => order.fulfilledBy))).toEqual(new Set([fulfilledBy]));
			expect(orders.every(({ programs }) => programs.join() === 'PRIME')).toBe(true);
			expect(orders.every(({ buyer }) => buyer.company === undefined)).toBe(true);
		}
		const business = world.addOrders({ count: 5, programs: ['AMAZON_BUSINESS'] });
		expect(business.every(({ buyer }) => buyer.company !== undefined)).toBe(true);
		const none = world.addOrders({ count: 30, fulfilledBy: 'AMAZON', programs: [] });
		expect(none.every(({ programs }) => programs.length === 0)).toBe(true);
	});

	it('have the requested age, as long as it fits their state', () => {
		const { world, truth } = sandbox();
		const safe = [
			['notYet', 3],
			['notYet', 4],
			['eligible', 11],
			['eligible', 30],
			['refunded', 12],
			['refunded', 30],
			['closed', 42],
			['closed', 300],
			['notShipped', 20],
		] as const;
		for (const [state, createdDaysAgo] of safe) {
			const orders = world.addOrders({ state, createdDaysAgo, count: 600 });
			for (const { orderId, createdAt } of orders) {
				expect(truth.solicitability('demo', orderId)).toBe(state);
				const age = (now - createdAt) / DAY;
				expect(age).toBeGreaterThanOrEqual(createdDaysAgo);
				expect(age).toBeLessThan(createdDaysAgo + 10 / 24);
			}
		}
		const before = ordersOf().length;
		expect(() => world.addOrders({ state: 'eligible', createdDaysAgo: 50, count: 3 })).toThrow(
			'An order of 50 days is "closed", not "eligible"',
		);
		expect(ordersOf()).toHaveLength(before);
	});

	it('may be refunded, and are then eligible only with the setting', () => {
		const { world, truth, settings } = sandbox();
		const orders = world.addOrders({ state: 'refunded', count: 40 });
		for (const { orderId, refundedAt, deliveredAt } of orders) {
			expect(refundedAt).toBeGreaterThan(deliveredAt ?? Infinity);
			expect(refundedAt).toBeLessThan(now);
			expect(truth.solicitability('demo', orderId)).toBe('refunded');
		}
		settings.set({ refundedOrders: 'asAnyOther' });
		expect(truth.solicitability('demo', orders[0]?.orderId ?? '')).toBe('eligible');
	});

	it('are not delivered before they are shipped', () => {
		for (const order of sandbox().world.addOrders({ state: 'notShipped', count: 50 })) {
			expect(statusOf(order, now)).toBe('UNSHIPPED');
			expect(order.deliveredAt).toBeGreaterThan(order.shippedAt ?? Infinity);
		}
	});

	it('stay sorted by age, whether added one by one or all at once', () => {
		const { world } = sandbox();
		for (const createdDaysAgo of [30, 12, 18, 12]) world.addOrders({ createdDaysAgo, count: 3 });
		world.addOrders({ count: 500 });
		world.addOrders({ createdDaysAgo: 25 });
		const ages = ordersOf().map(({ createdAt }) => createdAt);
		expect(ages).toEqual([...ages].sort((a, b) => a - b));
		expect(ages).toHaveLength(1500 + 12 + 501);
	});

	it('can be added by the hundred thousand without moving all others each time', () => {
		const { world, truth } = sandbox();
		const moved = jest.spyOn(sandbox().sellers['demo']?.marketplaces[0]?.orders ?? [], 'splice');
		world.addOrders({ count: 100_000 });
		expect(moved).not.toHaveBeenCalled();
		for (let index = 0; index < 300; index += 1) world.addOrders({});
		expect(truth.orders('demo').length).toBeGreaterThan(100_000);
		expect(moved).toHaveBeenCalledTimes(300);
	});
});

describe('the truth about orders', () => {
	it('windowOf: 5 days after the earliest to 30 days after the latest promise', () => {
		const [order] = sandbox().world.addOrders({});
		const { opensAt, closesAt } = sandbox().truth.windowOf('demo', order?.orderId ?? '');
		expect(Date.parse(opensAt) - (order?.deliverBy.earliest ?? 0)).toBe(5 * DAY);
		expect(Date.parse(closesAt) - (order?.deliverBy.latest ?? 0)).toBe(30 * DAY);
		expect(opensAt).toMatch(/^2026-11-\d\dT\d\d:\d\d:\d\dZ$/);
		expect(() => sandbox().truth.windowOf('second', order?.orderId ?? '')).toThrow('has no order');
	});

	it('solicitability changes at the bounds of the window', () => {
		const { world, truth } = sandbox();
		for (const { orderId } of world.addOrders({ count: 20 })) {
			const { opensAt, closesAt } = truth.windowOf('demo', orderId);
			const at = (iso: string, plus: number) =>
				truth.solicitability('demo', orderId, new Date(Date.parse(iso) + plus));
			expect([at(opensAt, -1), at(opensAt, 0)]).toEqual(['notYet', 'eligible']);
			expect([at(closesAt, 0), at(closesAt, 1)]).toEqual(['eligible', 'closed']);
		}
	});

	it('orders: every order of every marketplace with its state, but no future ones', () => {
		const { truth, sellers, clock } = sandbox();
		const listed = truth.orders('demo');
		const all = (sellers['demo']?.marketplaces ?? []).flatMap(({ orders }) => orders);
		expect(listed.map(({ orderId }) => orderId)).toEqual(all.map(({ orderId }) => orderId));
		for (const { orderId, solicitability } of listed) {
			expect(solicitability).toBe(truth.solicitability('demo', orderId));
		}
		clock.set('2026-10-01T00:00:00Z');
		const then = all.filter(({ createdAt }) => createdAt <= Date.parse('2026-10-01T00:00:00Z'));
		expect(truth.orders('demo')).toHaveLength(then.length);
		expect(then.length).toBeLessThan(all.length);
	});
});

describe('the seeded orders', () => {
	it('include late shipments by the merchant, some of them recent', () => {
		const late = ordersOf().filter(
			({ fulfilledBy, shippedAt, shipBy, createdAt }) =>
				fulfilledBy === 'MERCHANT' &&
				(shippedAt ?? 0) > shipBy.latest &&
				createdAt > now - 40 * DAY,
		);
		expect(late.length).toBeGreaterThan(3);
	});

	it('include a few cancellation requests, all of them before shipment', () => {
		const { sellers } = sandbox();
		const places = Object.values(sellers).flatMap(({ marketplaces }) => marketplaces);
		const asked = places
			.flatMap(({ orders }) => orders)
			.filter(({ cancellationRequestedAt }) => cancellationRequestedAt !== undefined);
		const total = places.reduce((sum, { orders }) => sum + orders.length, 0);
		expect(asked.length / total).toBeGreaterThan(0.01);
		expect(asked.length / total).toBeLessThan(0.04);
		for (const { cancellationRequestedAt, pendingUntil, shippedAt, cancelledAt } of asked) {
			expect(cancellationRequestedAt).toBeGreaterThanOrEqual(pendingUntil);
			expect(cancellationRequestedAt).toBeLessThanOrEqual(Math.min(shippedAt ?? 0, now));
			expect(cancelledAt).toBeUndefined();
		}
		expect(new Set(asked.map((order) => statusOf(order, now)))).toEqual(
			new Set(['SHIPPED', 'UNSHIPPED']),
		);
	});
});
