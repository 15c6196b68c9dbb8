import {
	adjusted,
	canStandOut,
	thresholdBeside,
} from '../../nodes/AmazonSellerRating/analysis/benjaminiHochberg';
import fc from '../fastCheck';

const pValues = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 });
const rate = fc.constantFrom(0.01, 0.05, 0.1, 0.2);

/** Which tests are rejected, as Benjamini and Hochberg write it: by the largest k with p(k) ≤ k·q/m. */
function rejected(values: readonly number[], q: number): boolean[] {
	const sorted = values.toSorted((a, b) => a - b);
	const last = sorted.findLastIndex((p, index) => p <= ((index + 1) * q) / values.length);
	return values.map((p) => last >= 0 && p <= (sorted[last] ?? -1));
}

it('rejects the four of fifteen tests that the paper of 1995 rejects', () => {
	const paper = [
		...[0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344],
		...[0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1],
	];
	expect(adjusted(paper).filter((p) => p <= 0.05)).toHaveLength(4);
	expect(adjusted(paper)[3]).toBeCloseTo((0.0095 * 15) / 4);
});

it('rejects what the rule by thresholds rejects', () => {
	fc.assert(
		fc.property(pValues, rate, (values, q) => {
			// At the threshold itself, the two ways to write it may round differently.
			fc.pre(
				values.every(
					(p) => Math.abs(p * values.length - Math.round((p * values.length) / q) * q) > 1e-9,
				),
			);
			expect(adjusted(values).map((p) => p <= q)).toEqual(rejected(values, q));
		}),
	);
});

it('keeps the order of the tests, and is never below the p-value', () => {
	fc.assert(
		fc.property(pValues, (values) => {
			const results = adjusted(values);
			for (const [index, p] of values.entries()) {
				expect(results[index]).toBeGreaterThanOrEqual(p);
				expect(results[index]).toBeLessThanOrEqual(1);
			}
		}),
	);
	expect(adjusted([])).toEqual([]);
});

it('has the largest p-value with which one more test is rejected', () => {
	fc.assert(
		fc.property(pValues, rate, (values, q) => {
			const threshold = thresholdBeside(
				values.toSorted((a, b) => a - b),
				q,
			);
			expect(rejected([...values, threshold * 0.999999], q).at(-1)).toBe(true);
			expect(rejected([...values, threshold * 1.000001], q).at(-1)).toBe(false);
		}),
	);
});

it('leaves out tests that cannot be rejected beside the others, as few as the rule allows', () => {
	fc.assert(
		fc.property(pValues, rate, (least, q) => {
			const size = (k: number) => least.filter((p) => p <= q / k).length;
			let k = 1;
			while (size(k) > k) k += 1;
			expect(canStandOut(least, q)).toEqual(least.map((p) => p <= q / k));
		}),
	);
	expect(canStandOut([0.2, 0.03, 0.001, 0.02], 0.1)).toEqual([false, true, true, true]);
	expect(canStandOut([0.2, 0.04, 0.001, 0.02], 0.1)).toEqual([false, false, true, true]);
});
