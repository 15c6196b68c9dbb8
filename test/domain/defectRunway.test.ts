import fc from '../fastCheck';

import { defectRunway, ORDER_DEFECT_LIMIT } from '../../nodes/shared/domain/accountHealth';

describe('the defect runway', () => {
	it.each([
		[1000, 3, 7],
		[1001, 3, 8],
		[100, 0, 1],
		[60, 0, 1],
		[1, 0, 1],
		[250, 2, 1],
		[250, 3, 0],
		[1000, 10, 0],
		[1000, 45, 0],
	])('of %i orders with %i defects is %i', (orders, ordersWithDefects, expected) => {
		expect(defectRunway({ orders, ordersWithDefects })).toBe(expected);
	});

	it.each([
		[0, 0],
		[null, 2],
		[100, null],
		[null, null],
	])('is undefined with %p orders and %p defects', (orders, ordersWithDefects) => {
		expect(defectRunway({ orders, ordersWithDefects })).toBeUndefined();
	});

	it('is the first number of further defects at which the rate is at the limit, as counting up finds it', () => {
		const share = fc.constantFrom(
			ORDER_DEFECT_LIMIT,
			{ numerator: 3, denominator: 1000 },
			{ numerator: 25, denominator: 1000 },
			{ numerator: 1, denominator: 3 },
		);
		fc.assert(
			fc.property(
				fc.integer({ min: 1, max: 5_000 }),
				fc.nat(200),
				share,
				(orders, defects, limit) => {
					const ordersWithDefects = Math.min(defects, orders);
					let further = 0;
					while ((ordersWithDefects + further) * limit.denominator < orders * limit.numerator) {
						further += 1;
					}
					expect(defectRunway({ orders, ordersWithDefects }, limit)).toBe(further);
					// There are enough orders for it.
					expect(ordersWithDefects + further).toBeLessThanOrEqual(orders);
				},
			),
		);
	});

	it('is exact for any number of orders that JSON can hold', () => {
		expect(defectRunway({ orders: 9_007_199_254_740_991, ordersWithDefects: 0 })).toBe(
			90_071_992_547_410,
		);
	});
});
