import fc from '../fastCheck';

import {
	cutPercent,
	meets,
	neededPositivesFor,
	nonPositivesOf,
	percentText,
	ratingOf,
	runwayOf,
	toDisplayedPercent,
	toPercent,
	totalOf,
	wilsonInterval,
	type FeedbackCounts,
} from '../../nodes/shared/domain/rating';
import { rationalFromPercent } from '../../nodes/shared/domain/rational';

/** Counts with this many positives in the total; the rest is split between neutral and negative. */
function counts(positive: number, total: number): FeedbackCounts {
	const rest = total - positive;
	const neutral = Math.floor(rest / 2);
	return { positive, neutral, negative: rest - neutral };
}

const at95 = rationalFromPercent(95);
const at98 = rationalFromPercent(98);

describe('the rating', () => {
	it("matches Amazon's own example: 55, 35, 5, 3 and 2 ratings give 90%", () => {
		const rating = ratingOf({ positive: 55 + 35, neutral: 5, negative: 3 + 2 });
		expect(rating).toEqual({ numerator: 90, denominator: 100 });
		expect(rating && toPercent(rating)).toBe(90);
	});

	it('counts neutral feedback in the total', () => {
		expect(totalOf({ positive: 1, neutral: 2, negative: 4 })).toBe(7);
		expect(ratingOf({ positive: 1, neutral: 1, negative: 0 })).toEqual({
			numerator: 1,
			denominator: 2,
		});
	});

	it('is undefined without feedback, and 0 with only negative feedback', () => {
		expect(ratingOf(counts(0, 0))).toBeUndefined();
		expect(ratingOf(counts(0, 3))).toEqual({ numerator: 0, denominator: 3 });
	});

	it('is undefined if contradictory reports give a negative number of positives', () => {
		const contradictory = { positive: -1, neutral: 2, negative: 3 };
		expect(ratingOf(contradictory)).toBeUndefined();
		expect(wilsonInterval(contradictory)).toBeUndefined();
	});

	it('is lowered by neutral and negative feedback', () => {
		expect(nonPositivesOf({ positive: 5, neutral: 2, negative: 3 })).toBe(5);
	});
});

describe('a percent in sentences', () => {
	it.each([
		[94.996, '94.99%'],
		[94.9999999, '94.99%'],
		[65.6, '65.6%'],
		[100, '100%'],
		[0, '0%'],
	])('shows %p as %p', (percent, text) => {
		expect(percentText(percent)).toBe(text);
		expect(`${cutPercent(percent)}%`).toBe(text);
	});
});

describe('toDisplayedPercent', () => {
	it("shows 1001, 15 and 4 of 1020 as 98, 1 and 0, as in Amazon's example", () => {
		expect(
			[1001, 15, 4].map((numerator) => toDisplayedPercent({ numerator, denominator: 1020 })),
		).toEqual([98, 1, 0]);
	});

	it('shows 94.5 as 95 although it is below 95', () => {
		const rating = { numerator: 189, denominator: 200 };
		expect(toPercent(rating)).toBe(94.5);
		expect(toDisplayedPercent(rating)).toBe(95);
		expect(meets(counts(189, 200), at95)).toBe(false);
	});

	it('rounds half up, exactly, for any counts', () => {
		fc.assert(
			fc.property(
				fc.oneof(fc.integer({ min: 1, max: 2000 }), fc.integer({ min: 1, max: 9_000_000_000 })),
				fc.nat(1_000_000),
				(denominator, share) => {
					const numerator = Math.floor((denominator / 1_000_000) * share);
					const shown = toDisplayedPercent({ numerator, denominator });
					// shown - 1/2 <= 100 n / d < shown + 1/2, times 2 d
					const value = 200n * BigInt(numerator);
					const twice = BigInt(denominator) * 2n;
					expect(value >= BigInt(shown) * twice - BigInt(denominator)).toBe(true);
					expect(value < BigInt(shown) * twice + BigInt(denominator)).toBe(true);
				},
			),
			{ numRuns: 1000 },
		);
	});

	it.each([1, 3, 5, 189, 191, 197, 199])('rounds %p of 200, a half, up', (numerator) => {
		expect(toDisplayedPercent({ numerator, denominator: 200 })).toBe((numerator + 1) / 2);
	});
});

describe('runway and needed positives', () => {
	// Positives, total, runway at 95%, positives needed for 95% and for 98%, Wilson interval.
	const TABLE: ReadonlyArray<
		readonly [number, number, number | undefined, number, number, string, string]
	> = [
		[90, 100, undefined, 100, 400, '82.6', '94.5'],
		[94, 100, undefined, 20, 200, '87.5', '97.2'],
		[95, 100, 0, 0, 150, '88.8', '97.8'],
		[98, 100, 3, 0, 0, '93.0', '99.4'],
		[19, 20, 0, 0, 30, '76.4', '99.1'],
		[480, 500, 5, 0, 500, '93.9', '97.4'],
		[1001, 1020, 33, 0, 0, '97.1', '98.8'],
	];

	it.each(TABLE)(
		'%p of %p have a runway of %p at 95%% and need %p for 95%% and %p for 98%%; Wilson %s to %s',
		(positive, total, runway, needed95, needed98, low, high) => {
			const given = counts(positive, total);
			expect(runwayOf(given, at95)).toBe(runway);
			expect(neededPositivesFor(given, at95)).toBe(needed95);
			expect(neededPositivesFor(given, at98)).toBe(needed98);
			const interval = wilsonInterval(given);
			expect([interval?.low.toFixed(1), interval?.high.toFixed(1)]).toEqual([low, high]);
		},
	);

	it('give 1001 of 1020 a runway of 1 at 98%', () => {
		expect(runwayOf(counts(1001, 1020), at98)).toBe(1);
	});

	it.each([
		[95, 19],
		[98, 49],
		[99, 99],
	])('at %p%% offset one non-positive with %p positives', (percent, price) => {
		expect(neededPositivesFor(counts(0, 1), rationalFromPercent(percent))).toBe(price);
		expect(neededPositivesFor(counts(price, price + 1), rationalFromPercent(percent))).toBe(0);
	});

	it('are right at thresholds of 0 and 100%', () => {
		const at0 = rationalFromPercent(0);
		const at100 = rationalFromPercent(100);
		expect(meets(counts(0, 5), at0)).toBe(true);
		expect(runwayOf(counts(5, 5), at0)).toBeUndefined();
		expect(neededPositivesFor(counts(0, 5), at0)).toBe(0);
		expect(neededPositivesFor(counts(0, 0), at0)).toBe(0);
		expect(runwayOf(counts(5, 5), at100)).toBe(0);
		expect(neededPositivesFor(counts(5, 5), at100)).toBe(0);
		expect(neededPositivesFor(counts(4, 5), at100)).toBeUndefined();
		expect(neededPositivesFor(counts(0, 0), at100)).toBe(1);
	});

	it('give no runway and one needed positive without any feedback', () => {
		expect(meets(counts(0, 0), at95)).toBe(false);
		expect(runwayOf(counts(0, 0), at95)).toBeUndefined();
		expect(neededPositivesFor(counts(0, 0), at95)).toBe(1);
	});

	/** Thresholds as lowest-terms fractions, written down independently of `rationalFromPercent`. */
	const THRESHOLDS: ReadonlyArray<readonly [number, bigint, bigint]> = [
		[90, 9n, 10n],
		[95, 19n, 20n],
		[98, 49n, 50n],
		[98.5, 197n, 200n],
		[99, 99n, 100n],
		[99.99, 9999n, 10_000n],
	];
	const MOST = 400;

	it.each(THRESHOLDS)(
		'agree at %p%% with adding feedback entries one by one, for all counts up to 400',
		(percent, numerator, denominator) => {
			const holds = (positive: bigint, others: bigint) =>
				positive * denominator >= numerator * (positive + others);

			/** By the number of positives: how many others they can offset. */
			const offset: number[] = [];
			/** By the number of others: how many positives offset them. */
			const offsetting: number[] = [];
			let others = 0n;
			let positives = 0n;
			for (let count = 0; count <= MOST; count += 1) {
				while (holds(BigInt(count), others + 1n)) others += 1n;
				offset.push(Number(others));
				while (!holds(positives, BigInt(count))) positives += 1n;
				offsetting.push(Number(positives));
			}

			const threshold = rationalFromPercent(percent);
			const wrong: string[] = [];
			for (let total = 1; total <= MOST; total += 1) {
				for (let positive = 0; positive <= total; positive += 1) {
					const given = counts(positive, total);
					const left = (offset[positive] ?? NaN) - (total - positive);
					const runway = left >= 0 ? left : undefined;
					const needed = Math.max(0, (offsetting[total - positive] ?? NaN) - positive);
					if (
						meets(given, threshold) !== holds(BigInt(positive), BigInt(total - positive)) ||
						runwayOf(given, threshold) !== runway ||
						neededPositivesFor(given, threshold) !== needed
					) {
						wrong.push(`${positive}/${total}`);
					}
				}
			}
			expect(wrong).toEqual([]);
		},
	);

	it('are the last entry that keeps and the first entry that reaches the threshold, for large counts', () => {
		fc.assert(
			fc.property(
				fc.integer({ min: 1, max: 9_000_000_000 }),
				fc.integer({ min: 0, max: 1000 }),
				fc.integer({ min: 900_000, max: 999_999 }),
				(total, permille, millionths) => {
					const given = counts(total - Math.floor((total / 1_000_000) * permille), total);
					const threshold = { numerator: millionths, denominator: 1_000_000 };
					const holds = (positive: bigint, all: bigint) =>
						positive * 1_000_000n >= BigInt(millionths) * all;
					const positive = BigInt(given.positive);
					const all = BigInt(total);
					if (holds(positive, all)) {
						const runway = BigInt(runwayOf(given, threshold) ?? NaN);
						expect(holds(positive, all + runway)).toBe(true);
						expect(holds(positive, all + runway + 1n)).toBe(false);
						expect(neededPositivesFor(given, threshold)).toBe(0);
					} else {
						const needed = BigInt(neededPositivesFor(given, threshold) ?? NaN);
						expect(holds(positive + needed, all + needed)).toBe(true);
						expect(holds(positive + needed - 1n, all + needed - 1n)).toBe(false);
						expect(runwayOf(given, threshold)).toBeUndefined();
					}
				},
			),
			{ numRuns: 1000 },
		);
	});
});

describe('wilsonInterval', () => {
	it('is undefined without feedback', () => {
		expect(wilsonInterval(counts(0, 0))).toBeUndefined();
	});

	it('matches a 30-digit calculation to four decimals', () => {
		expect(wilsonInterval(counts(95, 100))).toEqual({
			low: expect.closeTo(88.824953, 4),
			high: expect.closeTo(97.845632, 4),
		});
		expect(wilsonInterval(counts(98, 100))).toEqual({
			low: expect.closeTo(92.998821, 4),
			high: expect.closeTo(99.449803, 4),
		});
	});

	it('reaches 0 and 100 at the ends and never exceeds them', () => {
		expect(wilsonInterval(counts(0, 10))?.low).toBeCloseTo(0, 10);
		expect(wilsonInterval(counts(10, 10))?.high).toBeCloseTo(100, 10);
		expect(wilsonInterval(counts(10, 10))?.low).toBeCloseTo(72.2, 1);
		for (let total = 1; total <= 2000; total += 1) {
			expect(wilsonInterval(counts(0, total))?.low).toBeGreaterThanOrEqual(0);
			expect(wilsonInterval(counts(total, total))?.high).toBeLessThanOrEqual(100);
		}
	});

	it('contains the rating, stays within 0 to 100, and has the ends that solve its equation', () => {
		const z = 1.959964;
		fc.assert(
			fc.property(fc.integer({ min: 1, max: 5000 }), fc.nat(5000), (total, some) => {
				const positive = Math.min(some, total);
				const interval = wilsonInterval(counts(positive, total));
				const share = positive / total;
				expect(interval).toBeDefined();
				const { low = NaN, high = NaN } = interval ?? {};
				expect(low).toBeGreaterThanOrEqual(0);
				expect(high).toBeLessThanOrEqual(100);
				expect(low).toBeLessThanOrEqual(100 * share + 1e-9);
				expect(high).toBeGreaterThanOrEqual(100 * share - 1e-9);
				for (const end of [low / 100, high / 100]) {
					// Both ends p solve (share - p)^2 = z^2 p (1 - p) / n.
					expect((share - end) ** 2).toBeCloseTo((z * z * end * (1 - end)) / total, 10);
				}
			}),
		);
	});

	it('narrows with more feedback and widens with more confidence', () => {
		const width = (total: number, z?: number) => {
			const { low = NaN, high = NaN } = wilsonInterval(counts(total * 0.95, total), z) ?? {};
			return high - low;
		};
		expect(width(1000)).toBeLessThan(width(100));
		expect(width(100, 2.575829)).toBeGreaterThan(width(100));
	});
});
