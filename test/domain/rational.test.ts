import fc from '../fastCheck';

import { compare, rationalFromPercent } from '../../nodes/shared/domain/rational';

describe('rationalFromPercent', () => {
	it.each([
		[0, 0n, 1n],
		[95, 19n, 20n],
		[98, 49n, 50n],
		[98.5, 197n, 200n],
		[99.99, 9999n, 10_000n],
		[99.9999, 999_999n, 1_000_000n],
		[0.0001, 1n, 1_000_000n],
		[100, 1n, 1n],
		[1e2, 1n, 1n],
		[5e-1, 1n, 200n],
		[-0, 0n, 1n],
	])('reads %p as an exact fraction', (percent, numerator, denominator) => {
		const read = rationalFromPercent(percent);
		expect(BigInt(read.numerator) * denominator).toBe(numerator * BigInt(read.denominator));
		expect(read.denominator).toBeGreaterThan(0);
	});

	it('reads every step of a tenth, a hundredth and a ten-thousandth exactly', () => {
		for (const steps of [10, 100, 10_000]) {
			const wrong: number[] = [];
			for (let step = 0; step <= 100 * steps; step += 1) {
				const { numerator, denominator } = rationalFromPercent(step / steps);
				if (numerator * 100 * steps !== step * denominator) wrong.push(step);
			}
			expect(wrong).toEqual([]);
		}
	});

	it.each([
		-1,
		-0.0001,
		100.0001,
		101,
		1e21,
		NaN,
		Infinity,
		-Infinity,
		98.12345,
		0.00001,
		1e-7,
		0.1 + 0.2,
	])('refuses %p', (percent) => {
		expect(() => rationalFromPercent(percent)).toThrow(RangeError);
	});

	it('mentions the refused number in the error', () => {
		expect(() => rationalFromPercent(100.5)).toThrow(/^100\.5 is not a percentage/);
	});
});

describe('compare', () => {
	it('treats differently written fractions as equal', () => {
		expect(compare({ numerator: 19, denominator: 20 }, rationalFromPercent(95))).toBe(0);
		expect(compare({ numerator: 197, denominator: 200 }, rationalFromPercent(98.5))).toBe(0);
	});

	it('finds the right side if floating point cannot', () => {
		const share = { numerator: 8_549_999_999, denominator: 9_000_000_000 };
		expect(compare(share, rationalFromPercent(95))).toBeLessThan(0);
		expect(compare({ ...share, numerator: 8_550_000_000 }, rationalFromPercent(95))).toBe(0);
		expect(
			compare({ ...share, numerator: 8_550_000_001 }, rationalFromPercent(95)),
		).toBeGreaterThan(0);
	});

	it('is exact up to nine billion feedback entries and thresholds with four decimals', () => {
		const million = 1_000_000;
		fc.assert(
			fc.property(
				fc.integer({ min: 1, max: 9_000_000_000 }),
				fc.integer({ min: 0, max: million }),
				fc.integer({ min: -3, max: 3 }),
				(total, thresholdInMillionths, offset) => {
					// As close to the threshold as whole counts allow.
					const nearest = Math.floor((total / million) * thresholdInMillionths) + offset;
					const positive = Math.min(total, Math.max(0, nearest));
					const threshold = { numerator: thresholdInMillionths, denominator: million };
					const exact =
						BigInt(positive) * BigInt(million) - BigInt(thresholdInMillionths) * BigInt(total);
					const result = compare({ numerator: positive, denominator: total }, threshold);
					expect(BigInt(result)).toBe(exact);
				},
			),
			{ numRuns: 1000 },
		);
	});
});
