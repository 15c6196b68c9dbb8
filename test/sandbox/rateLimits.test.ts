import { setTimeout as sleep } from 'node:timers/promises';
import { RateLimiter } from '../../sandbox/rateLimits';
import { OPERATIONS } from '../../sandbox/server';
import { connect, eligibleOrder, errorOf, useSandbox, type Client } from './support';

const ACCOUNT = '/sellers/v1/account';

async function burst(count: number, call: () => ReturnType<Client['get']>): Promise<number[]> {
	const replies = await Promise.all(Array.from({ length: count }, call));
	return replies.map(({ status }) => status).sort();
}

describe("Amazon's own rates", () => {
	const sandbox = useSandbox({ rateLimits: 1 });

	it('let the burst pass and answer the next call with 429 without a limit header', async () => {
		const client = await connect(sandbox());
		const orderId = eligibleOrder(sandbox());
		const seen = await burst(7, async () => await client.actions(orderId));
		expect(seen).toEqual([200, 200, 200, 200, 200, 429, 429]);
		const throttled = await client.actions(orderId);
		expect([throttled.status, throttled.json]).toEqual([
			429,
			{
				errors: [
					{
						code: 'QuotaExceeded',
						message: 'You exceeded your quota for the requested resource.',
						details: '',
					},
				],
			},
		]);
		expect(throttled.headers.get('x-amzn-ratelimit-limit')).toBeNull();
		expect(throttled.headers.get('x-amzn-requestid')).not.toBeNull();
	});

	it('refill in real time, whatever the sandbox clock does', async () => {
		const client = await connect(sandbox());
		const orderId = eligibleOrder(sandbox());
		const call = async () => await client.actions(orderId);
		await burst(5, call);
		sandbox().clock.advance({ minutes: 30 });
		expect((await call()).status).toBe(429);
		await sleep(1050);
		expect(await burst(2, call)).toEqual([200, 429]);
	});

	it('give a throttled request for a review no effect', async () => {
		const client = await connect(sandbox());
		const orders = sandbox().world.addOrders({ count: 8 });
		const results = await Promise.all(
			orders.map(async ({ orderId }) => (await client.solicit(orderId)).status),
		);
		expect(results.sort()).toEqual([201, 201, 201, 201, 201, 429, 429, 429]);
		expect(sandbox().truth.solicitations).toHaveLength(5);
	});

	it('have separate buckets for operations and sellers', async () => {
		const demo = await connect(sandbox());
		const second = await connect(sandbox(), 'second');
		expect(await burst(16, async () => await demo.get(ACCOUNT))).toContain(429);
		expect((await second.get(ACCOUNT)).status).toBe(200);
		expect((await demo.get('/sellers/v1/marketplaceParticipations')).status).toBe(200);
	});

	it('send the limit header with 200, 400 and 404, not with 403', async () => {
		const client = await connect(sandbox());
		const limit = async (path: string) => {
			const reply = await client.get(path);
			return [reply.status, reply.headers.get('x-amzn-ratelimit-limit')];
		};
		const order = '/orders/2026-01-01/orders';
		expect(await limit(`${order}?createdAfter=2026-11-01T00:00:00Z`)).toEqual([200, '0.0056']);
		expect(await limit(order)).toEqual([400, '0.0056']);
		expect(await limit(`${order}/111-0000000-0000000`)).toEqual([404, '0.5']);
		sandbox().roles.remove('demo', 'Inventory and Order Tracking');
		const denied = await client.get(order);
		expect([denied.status, denied.headers.get('x-amzn-ratelimit-limit')]).toEqual([403, null]);
		expect(errorOf(denied).code).toBe('Unauthorized');
	});

	it('include the usage plan of every operation', () => {
		const plans = OPERATIONS.map(({ name, rate, burst: size }) => [name, rate, size]);
		expect(Object.fromEntries(plans.map(([name, ...plan]) => [name, plan]))).toEqual({
			getMarketplaceParticipations: [0.016, 15],
			getAccount: [0.016, 15],
			getReports: [0.0222, 10],
			createReport: [0.0167, 15],
			getReport: [2, 15],
			cancelReport: [0.0222, 10],
			getReportDocument: [0.0167, 15],
			getQueries: [0.0222, 10],
			createQuery: [0.0167, 15],
			getQuery: [2, 15],
			cancelQuery: [0.0222, 10],
			getDocument: [0.0167, 15],
			searchOrders: [0.0056, 20],
			getOrder: [0.5, 30],
			getSolicitationActionsForOrder: [1, 5],
			createProductReviewAndSellerFeedbackSolicitation: [1, 5],
			getItemOffers: [0.5, 1],
		});
	});
});

describe('scaled rates', () => {
	const sandbox = useSandbox({ rateLimits: 1000 });

	it('refill faster; the burst stays', async () => {
		const client = await connect(sandbox());
		const reply = await client.get(ACCOUNT);
		expect(reply.headers.get('x-amzn-ratelimit-limit')).toBe('16');
		expect(await burst(40, async () => await client.get(ACCOUNT))).toContain(429);
		await sleep(100);
		expect((await client.get(ACCOUNT)).status).toBe(200);
	});
});

describe('no rates', () => {
	const sandbox = useSandbox();

	it('never throttle and send no limit', async () => {
		const client = await connect(sandbox());
		expect(new Set(await burst(100, async () => await client.get(ACCOUNT)))).toEqual(
			new Set([200]),
		);
		expect((await client.get(ACCOUNT)).headers.get('x-amzn-ratelimit-limit')).toBeNull();
	});
});

describe('RateLimiter', () => {
	it('refills exactly at its rate and never above its burst', () => {
		let now = 0;
		const limiter = new RateLimiter(1, () => now);
		const plan = { rate: 0.5, burst: 3 };
		const take = () => limiter.take('key', plan);
		expect([take(), take(), take(), take()]).toEqual([true, true, true, false]);
		now = 1999;
		expect(take()).toBe(false);
		now = 2000;
		expect([take(), take()]).toEqual([true, false]);
		now = 3_600_000;
		expect([take(), take(), take(), take()]).toEqual([true, true, true, false]);
	});
});
