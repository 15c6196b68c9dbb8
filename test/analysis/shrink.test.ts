import { priorOf, shrunkenRate } from '../../nodes/AmazonSellerRating/analysis/shrink';
import fc from '../fastCheck';

it('matches a calculation by hand', () => {
	const groups = [
		{ bad: 30, orders: 1000 },
		{ bad: 10, orders: 1000 },
		{ bad: 2, orders: 1000 },
	];
	// Mean 0.014; variance (0.016² + 0.004² + 0.012²) / 3, less 0.014 / 1000.
	const { mean, orders } = priorOf(groups);
	expect(mean).toBeCloseTo(0.014);
	const variance = (0.000256 + 0.000016 + 0.000144) / 3 - 0.000014;
	expect(orders).toBeCloseTo(0.014 / variance);
	expect(shrunkenRate({ bad: 30, orders: 1000 }, { mean, orders })).toBeCloseTo(
		(30 + 0.014 * orders) / (1000 + orders),
	);
});

it('is the mean for every group if chance alone explains how they differ', () => {
	const prior = priorOf([
		{ bad: 5, orders: 500 },
		{ bad: 4, orders: 500 },
	]);
	expect(prior.orders).toBe(Infinity);
	expect(shrunkenRate({ bad: 5, orders: 500 }, prior)).toBeCloseTo(0.009);
});

it('lies between the group’s own rate and the mean, nearer to the mean with fewer orders', () => {
	const group = fc
		.integer({ min: 1, max: 5_000 })
		.chain((orders) => fc.record({ orders: fc.constant(orders), bad: fc.nat(orders) }));
	fc.assert(
		fc.property(fc.array(group, { minLength: 1, maxLength: 20 }), (groups) => {
			const prior = priorOf(groups);
			for (const each of groups) {
				const [low = 0, high = 0] = [each.bad / each.orders, prior.mean].toSorted((a, b) => a - b);
				const rate = shrunkenRate(each, prior);
				expect(rate).toBeGreaterThanOrEqual(low - 1e-12);
				expect(rate).toBeLessThanOrEqual(high + 1e-12);
				const larger = { bad: 10 * each.bad, orders: 10 * each.orders };
				expect(Math.abs(shrunkenRate(larger, prior) - prior.mean)).toBeGreaterThanOrEqual(
					Math.abs(rate - prior.mean) - 1e-12,
				);
			}
		}),
	);
});

it('has no rate without orders', () => {
	expect(priorOf([])).toEqual({ mean: 0, orders: Infinity });
	expect(shrunkenRate({ bad: 0, orders: 0 }, priorOf([]))).toBe(0);
});
