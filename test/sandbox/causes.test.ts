import { startSandbox, type Sandbox } from '../../sandbox';
import { Random } from '../../sandbox/random';
import { pickWorse } from '../../sandbox/world/causes';
import { connectKiosk } from './dataKioskSupport';
import { NOW, US, useSandbox } from './support';

const TIMES = 20;
const PRODUCT = 2;

const sandbox = useSandbox({ causes: [{ product: PRODUCT, times: TIMES }] });

const placeOf = ({ sellers }: Sandbox, sellerKey = 'demo') => sellers[sellerKey]?.marketplaces[0];

/** What stays the same: everything but which orders the bad feedback is about. */
const withoutOrders = (from: Sandbox) =>
	placeOf(from)?.feedback.map(({ at, date, rating }) => ({ at, date, rating }));

const badShareOf = (from: Sandbox): number => {
	const place = placeOf(from);
	const own = new Set(
		place?.orders
			.filter(({ items }) => items.some(({ product }) => product === place.products[PRODUCT]))
			.map(({ orderId }) => orderId),
	);
	const bad = place?.feedback.filter(({ rating }) => rating <= 3) ?? [];
	return bad.filter(({ orderId }) => own.has(orderId)).length / bad.length;
};

describe('a product that is the cause of bad feedback', () => {
	it('has much of it, and changes nothing else of the world', async () => {
		const usual = await startSandbox({ now: NOW });
		try {
			expect(badShareOf(sandbox())).toBeGreaterThan(0.5);
			expect(badShareOf(usual)).toBeLessThan(0.3);
			expect(placeOf(sandbox())?.orders).toEqual(placeOf(usual)?.orders);
			expect(withoutOrders(sandbox())).toEqual(withoutOrders(usual));
			expect(placeOf(sandbox(), 'second')).toEqual(placeOf(usual, 'second'));
		} finally {
			await usual.close();
		}
	});

	it('is in the true record, with the orders that Data Kiosk has', async () => {
		const range = { startDate: '2026-05-01', endDate: '2026-10-01' };
		const truth = sandbox().truth.products('demo', US, {
			from: range.startDate,
			to: range.endDate,
		});
		expect(truth.map(({ times }) => times)).toEqual(
			truth.map((_, index) => (index === PRODUCT ? TIMES : 1)),
		);
		const client = await connectKiosk(sandbox());
		const rows = await client.rows({
			...range,
			list: 'salesAndTrafficByAsin',
			fields: 'sku childAsin sales { ordersShipped }',
		});
		const ofKiosk = rows.map(({ sku, childAsin, sales }) => ({
			sku,
			asin: childAsin,
			ordersShipped: sales?.['ordersShipped'],
		}));
		expect(ofKiosk).toEqual(
			truth.map(({ sku, asin, ordersShipped }) => ({ sku, asin, ordersShipped })),
		);
		const overHttp = await client.get(
			`/sandbox/truth/products?from=${range.startDate}&to=${range.endDate}`,
		);
		expect(overHttp.json).toEqual(truth);
	});

	it('is picked as often as it should be, with one random number', () => {
		const [place] = [placeOf(sandbox())];
		const [a, b] = ['a', 'b'].map((sku) => ({
			...place?.orders[0],
			orderId: sku,
			items: [{ product: { sku } }],
		}));
		const candidates = [a, b, b, b] as unknown as Parameters<typeof pickWorse>[0];
		const random = new Random('picks');
		const twin = new Random('picks');
		let count = 0;
		for (let pick = 0; pick < 3_000; pick += 1) {
			if (pickWorse(candidates, new Map([['a', 3]]), random).orderId === 'a') count += 1;
			twin.next();
		}
		expect(count / 3_000).toBeCloseTo(0.5, 1);
		expect(random.next()).toBe(twin.next());
	});

	it('needs a place in the catalog and a number of times', async () => {
		await expect(startSandbox({ causes: [{ product: -1, times: 2 }] })).rejects.toThrow();
		await expect(startSandbox({ causes: [{ product: 1, times: 0 }] })).rejects.toThrow();
		const beyond = await startSandbox({ causes: [{ product: 99, times: 2 }] });
		expect(() => beyond.truth.products('demo', US)).toThrow('No product 99');
		await beyond.close();
	});
});
