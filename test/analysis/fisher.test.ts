import {
	binomialTail,
	fisherTail,
	logFactorial,
	smallestWhere,
	type Margins,
} from '../../nodes/AmazonSellerRating/analysis/fisher';
import fc from '../fastCheck';

function choose(n: number, k: number): bigint {
	if (k < 0 || k > n) return 0n;
	let result = 1n;
	for (let i = 1; i <= k; i += 1) result = (result * BigInt(n - k + i)) / BigInt(i);
	return result;
}

/** A fraction as a number, to about 18 digits, however large its parts are. */
function ratio(numerator: bigint, denominator: bigint): number {
	const digits = 10n ** BigInt(30 + denominator.toString().length);
	return Number(`${(numerator * digits) / denominator}e-${digits.toString().length - 1}`);
}

function exactTail(count: number, { total, group, bad }: Margins): number {
	let sum = 0n;
	for (let k = Math.max(0, count); k <= Math.min(group, bad); k += 1) {
		sum += choose(bad, k) * choose(total - bad, group - k);
	}
	return ratio(sum, choose(total, group));
}

/** Expects the same to nine digits, and the same zero. */
function expectSame(actual: number, exact: number): void {
	expect(Math.abs(actual - exact)).toBeLessThanOrEqual(1e-9 * exact);
}

const margins = (most: number) =>
	fc.integer({ min: 1, max: most }).chain((total) =>
		fc.record({
			total: fc.constant(total),
			group: fc.integer({ min: 0, max: total }),
			bad: fc.integer({ min: 0, max: total }),
		}),
	);

describe('Fisher’s exact test', () => {
	it('is the share of all ways to spread the bad feedback, counted one by one', () => {
		for (let total = 1; total <= 9; total += 1) {
			for (let group = 0; group <= total; group += 1) {
				for (let bad = 0; bad <= total; bad += 1) {
					const ways = Array.from({ length: 2 ** total }, (_, bits) =>
						Array.from({ length: total }, (_each, index) => (bits >> index) & 1),
					).filter((way) => way.reduce((sum, bit) => sum + bit, 0) === bad);
					const ownOf = (way: number[]) => way.slice(0, group).reduce((sum, bit) => sum + bit, 0);
					for (let count = 0; count <= total; count += 1) {
						const worse = ways.filter((way) => ownOf(way) >= count).length;
						expectSame(fisherTail(count, { total, group, bad }), worse / ways.length);
					}
				}
			}
		}
	});

	it('is exact for any counts, compared in whole numbers', () => {
		fc.assert(
			fc.property(margins(700), fc.integer({ min: 0, max: 40 }), (of, above) => {
				const mean = Math.floor((of.group * of.bad) / of.total);
				for (const count of [mean + above, mean - above]) {
					expectSame(fisherTail(count, of), exactTail(count, of));
				}
			}),
			{ numRuns: 150 },
		);
	});

	it('never takes a group far below the mean for a certain cause', () => {
		const of = { total: 1_000_000, group: 500_000, bad: 100_000 };
		expect(fisherTail(0, of)).toBe(1);
		expect(fisherTail(10, of)).toBe(1);
		expect(fisherTail(40_000, of)).toBe(1);
		expect(fisherTail(50_000, of)).toBeCloseTo(0.5, 2);
		expect(fisherTail(60_000, of)).toBeLessThan(1e-300);
	});

	it('falls with the count, from 1 to 0', () => {
		fc.assert(
			fc.property(margins(300), (of) => {
				const tails = Array.from({ length: of.bad + 2 }, (_, count) => fisherTail(count, of));
				expect(tails[0]).toBe(1);
				expect(tails.at(-1)).toBe(0);
				for (const [index, tail] of tails.entries()) {
					expect(tail).toBeLessThanOrEqual((tails[index - 1] ?? 1) + 1e-12);
				}
			}),
			{ numRuns: 50 },
		);
	});
});

describe('the binomial tail', () => {
	it('is exact, compared in whole numbers', () => {
		fc.assert(
			fc.property(
				fc.integer({ min: 1, max: 300 }),
				fc.integer({ min: 1, max: 99 }),
				fc.integer({ min: 0, max: 301 }),
				(trials, percent, count) => {
					let sum = 0n;
					for (let k = count; k <= trials; k += 1) {
						sum +=
							choose(trials, k) *
							BigInt(percent) ** BigInt(k) *
							BigInt(100 - percent) ** BigInt(trials - k);
					}
					expectSame(
						binomialTail(count, trials, percent / 100),
						ratio(sum, 100n ** BigInt(trials)),
					);
				},
			),
			{ numRuns: 100 },
		);
	});

	it('is 1 far below the mean', () => {
		expect(binomialTail(10, 100_000, 0.5)).toBe(1);
	});

	it('is what Fisher’s test comes to as the orders grow in the same ratio', () => {
		const limit = binomialTail(6, 20, 0.1);
		const at = (scale: number) => fisherTail(6, { total: 200 * scale, group: 20 * scale, bad: 20 });
		const gaps = [1, 10, 100, 1000].map((scale) => limit - at(scale));
		for (const [index, gap] of gaps.entries()) {
			expect(gap).toBeGreaterThan(0);
			expect(gap).toBeLessThan(gaps[index - 1] ?? Infinity);
		}
		expect(gaps.at(-1)).toBeLessThan(1e-5);
	});
});

it('adds factorials as logarithms to twelve digits, from a sum and from a series', () => {
	for (const n of [0, 1, 2, 20, 255, 256, 257, 1000]) {
		let product = 1n;
		for (let i = 2n; i <= BigInt(n); i += 1n) product *= i;
		const digits = product.toString();
		const exact = Math.log(Number(`0.${digits.slice(0, 20)}`)) + digits.length * Math.LN10;
		expect(Math.abs(logFactorial(n) - exact)).toBeLessThanOrEqual(1e-12 * Math.max(1, exact));
	}
});

it('finds the smallest number that is enough', () => {
	fc.assert(
		fc.property(fc.nat(500), fc.nat(500), (most, wanted) => {
			const found = smallestWhere(most, (count) => count >= wanted);
			expect(found).toBe(wanted <= most ? wanted : undefined);
		}),
	);
});
