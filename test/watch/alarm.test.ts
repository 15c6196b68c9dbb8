import { thresholdAt } from '../../nodes/shared/domain/bands';
import fc from '../fastCheck';

import {
	advanceAlarm,
	sideOfDefectRate,
	sideOfRating,
	type Alarm,
	type Side,
} from '../../nodes/AmazonSellerFeedbackTrigger/watch/alarm';

/** Counts with this many positives of a total; the rest is divided between neutral and negative. */
const counts = (positive: number, total: number) => {
	const neutral = Math.floor((total - positive) / 2);
	return { positive, neutral, negative: total - positive - neutral };
};

const rate = (ordersWithDefects: number, orders: number) => ({ orders, ordersWithDefects });

/** The changes of the alarm as a figure moves to these sides of its threshold, one by one. */
function turnsOf(sides: ReadonlyArray<Side | undefined>, start?: Alarm) {
	let alarm = start;
	const turns: string[] = [];
	for (const side of sides) {
		const next = advanceAlarm(alarm, side);
		alarm = next.alarm;
		if (next.turned) turns.push(next.turned);
	}
	return { alarm, turns };
}

describe('advanceAlarm', () => {
	it('takes the first value silently', () => {
		const first = (side: Side) => advanceAlarm(undefined, side);
		expect(first('bad')).toEqual({ alarm: { raised: true, changes: 0 } });
		expect(first('good')).toEqual({ alarm: { raised: false, changes: 0 } });
		expect(first('between')).toEqual({ alarm: { raised: false, changes: 0 } });
	});

	it('is raised beyond the threshold, and cleared only at a distance', () => {
		const good = { raised: false, changes: 4 };
		const bad = { raised: true, changes: 5 };
		expect(advanceAlarm(good, 'bad')).toEqual({ alarm: bad, turned: 'raised' });
		expect(advanceAlarm(bad, 'good')).toEqual({
			alarm: { raised: false, changes: 6 },
			turned: 'cleared',
		});
	});

	it.each([
		[{ raised: false, changes: 1 }, 'good'],
		[{ raised: false, changes: 1 }, 'between'],
		[{ raised: false, changes: 1 }, undefined],
		[{ raised: true, changes: 1 }, 'bad'],
		[{ raised: true, changes: 1 }, 'between'],
		[{ raised: true, changes: 1 }, undefined],
	] as ReadonlyArray<[Alarm, Side | undefined]>)('leaves %j unchanged at %s', (alarm, side) => {
		const next = advanceAlarm(alarm, side);
		expect(next.alarm).toBe(alarm);
		expect(next.turned).toBeUndefined();
	});

	it('stays unset while there is nothing to evaluate', () => {
		expect(advanceAlarm(undefined, undefined)).toEqual({ alarm: undefined });
	});

	it('alternates between raised and cleared, each once, regardless of the values in between', () => {
		expect(
			turnsOf([
				'between',
				'good',
				undefined,
				'bad',
				'bad',
				'between',
				'bad',
				undefined,
				'good',
				'between',
				'good',
				'bad',
			]),
		).toEqual({ alarm: { raised: true, changes: 3 }, turns: ['raised', 'cleared', 'raised'] });
	});
});

describe('sideOfRating', () => {
	it.each([
		// Exactly 95% is not below 95.
		[95, 100, 95, 0.5, 'between'],
		[9499, 10_000, 95, 0.5, 'bad'],
		[9549, 10_000, 95, 0.5, 'between'],
		[955, 1000, 95, 0.5, 'good'],
		// In binary fractions, 95.1 + 0.2 is slightly more than 95.3, 98.1 + 0.2 slightly less than 98.3.
		[9510, 10_000, 95.1, 0.2, 'between'],
		[9509, 10_000, 95.1, 0.2, 'bad'],
		[953, 1000, 95.1, 0.2, 'good'],
		[952_999, 1_000_000, 95.1, 0.2, 'between'],
		[983, 1000, 98.1, 0.2, 'good'],
		[982_999, 1_000_000, 98.1, 0.2, 'between'],
		[3, 1000, 0.1, 0.2, 'good'],
		[2_999_999, 1_000_000_000, 0.1, 0.2, 'between'],
		// Four decimals.
		[999_999, 1_000_000, 99.9999, 0.0001, 'between'],
		[1_000_000, 1_000_000, 99.9999, 0.0001, 'good'],
		[999_998, 1_000_000, 99.9999, 0.0001, 'bad'],
		// Without a margin there is no 'between'.
		[95, 100, 95, 0, 'good'],
		[949, 1000, 95, 0, 'bad'],
		// No rating is better than 100%.
		[10, 10, 100, 0.5, 'good'],
		[9999, 10_000, 100, 0.5, 'bad'],
		[10, 10, 99.8, 10, 'good'],
		[9999, 10_000, 99.8, 10, 'between'],
		[0, 10, 0, 0, 'good'],
		[0, 10, 0, 0.5, 'between'],
	] as ReadonlyArray<[number, number, number, number, Side]>)(
		'rates %i of %i at %d%% with %d points as %s',
		(positive, total, percent, margin, side) => {
			expect(sideOfRating(counts(positive, total), thresholdAt(percent), margin, 1)).toBe(side);
		},
	);

	it('is undefined with fewer ratings than the minimum, and without any', () => {
		expect(sideOfRating(counts(0, 9), thresholdAt(95), 0.5, 10)).toBeUndefined();
		expect(sideOfRating(counts(0, 10), thresholdAt(95), 0.5, 10)).toBe('bad');
		expect(sideOfRating(counts(10, 10), thresholdAt(95), 0.5, 10)).toBe('good');
		expect(sideOfRating(counts(0, 0), thresholdAt(95), 0.5, 0)).toBeUndefined();
	});

	it('counts neutrals against the rating', () => {
		expect(sideOfRating({ positive: 94, neutral: 6, negative: 0 }, thresholdAt(95), 0.5, 1)).toBe(
			'bad',
		);
	});
});

describe('sideOfDefectRate', () => {
	it.each([
		// Amazon requires a rate under 1%, so exactly 1% is bad.
		[1, 100, 1, 0.1, 'bad'],
		[999, 100_000, 1, 0.1, 'between'],
		[901, 100_000, 1, 0.1, 'between'],
		[9, 1000, 1, 0.1, 'good'],
		[0, 1, 1, 0.1, 'good'],
		[1, 1, 1, 0.1, 'bad'],
		// In binary fractions, 0.3 - 0.1 is slightly less than 0.2.
		[2, 1000, 0.3, 0.1, 'good'],
		[2_000_001, 1_000_000_000, 0.3, 0.1, 'between'],
		[3, 1000, 0.3, 0.1, 'bad'],
		[999, 100_000, 1, 0, 'good'],
		// A margin as large as the target, or larger.
		[0, 1000, 1, 1, 'good'],
		[1, 1000, 1, 1, 'between'],
		[0, 1000, 1, 5, 'good'],
		[1, 1000, 1, 5, 'between'],
		[100, 100, 100, 0.1, 'bad'],
	] as ReadonlyArray<[number, number, number, number, Side]>)(
		'rates %i of %i at %d%% with %d points as %s',
		(defects, orders, target, margin, side) => {
			expect(sideOfDefectRate(rate(defects, orders), target, margin, 1)).toBe(side);
		},
	);

	it('is undefined with fewer orders than the minimum, and without any', () => {
		expect(sideOfDefectRate(rate(5, 49), 1, 0.1, 50)).toBeUndefined();
		expect(sideOfDefectRate(rate(5, 50), 1, 0.1, 50)).toBe('bad');
		expect(sideOfDefectRate(rate(0, 0), 1, 0.1, 0)).toBeUndefined();
	});
});

describe('hysteresis', () => {
	const SETTINGS = { numRuns: 300, seed: 11 };
	const TOTAL = 1_000_000;

	/** Hundredths of a percent, so that all numbers below are whole: 9510 is 95.10%. */
	const threshold = fc.integer({ min: 1000, max: 9999 });
	const margin = fc.integer({ min: 1, max: 999 });
	const share = fc.double({ min: 0, max: 1, noNaN: true });

	const walk = fc.array(share, { minLength: 1, maxLength: 40 });

	it('does not react to a rating that moves between the threshold and the threshold plus the margin', () => {
		fc.assert(
			fc.property(threshold, margin, walk, fc.boolean(), (at, points, steps, raised) => {
				const low = at * 100;
				// From the threshold itself to the last value below the threshold plus the margin.
				const high = Math.min(TOTAL, (at + points) * 100) - 1;
				const sides = steps.map((step) =>
					sideOfRating(
						counts(low + Math.round(step * (high - low)), TOTAL),
						thresholdAt(at / 100),
						points / 100,
						1,
					),
				);
				const start = { raised, changes: 7 };
				expect(turnsOf(sides, start)).toEqual({ alarm: start, turns: [] });
				// One step beyond either side raises or clears the alarm, and only once.
				const below = sideOfRating(counts(low - 1, TOTAL), thresholdAt(at / 100), points / 100, 1);
				const above = sideOfRating(counts(high + 1, TOTAL), thresholdAt(at / 100), points / 100, 1);
				expect(turnsOf([...sides, below, ...sides, below, ...sides], start).turns).toEqual(
					raised ? [] : ['raised'],
				);
				expect(turnsOf([...sides, above, ...sides, above, ...sides], start).turns).toEqual(
					raised ? ['cleared'] : [],
				);
			}),
			SETTINGS,
		);
	});

	it('does not react to an order defect rate between the target minus the margin and the target', () => {
		fc.assert(
			fc.property(
				threshold,
				fc.integer({ min: 1, max: 990 }),
				walk,
				fc.boolean(),
				(at, points, steps, raised) => {
					const low = (at - points) * 100 + 1;
					const high = at * 100 - 1;
					const side = (defects: number) =>
						sideOfDefectRate(rate(defects, TOTAL), at / 100, points / 100, 1);
					const sides = steps.map((step) => side(low + Math.round(step * (high - low))));
					const start = { raised, changes: 0 };
					expect(turnsOf(sides, start).alarm).toBe(start);
					expect(turnsOf([...sides, side(high + 1), ...sides], start).turns).toEqual(
						raised ? [] : ['raised'],
					);
					expect(turnsOf([...sides, side(low - 1), ...sides], start).turns).toEqual(
						raised ? ['cleared'] : [],
					);
				},
			),
			SETTINGS,
		);
	});

	it('never turns the same way twice in a row, and counts each turn', () => {
		fc.assert(
			fc.property(
				fc.array(fc.constantFrom<Side | undefined>('bad', 'between', 'good', undefined)),
				(sides) => {
					const { alarm, turns } = turnsOf(sides);
					turns.slice(1).forEach((turn, index) => expect(turn).not.toBe(turns[index]));
					expect(alarm?.changes ?? 0).toBe(turns.length);
					if (turns.length > 0) expect(alarm?.raised).toBe(turns.at(-1) === 'raised');
				},
			),
			SETTINGS,
		);
	});
});
