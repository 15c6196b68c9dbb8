import fc from '../fastCheck';

import {
	averageRunLength,
	designCusum,
	detectRise,
	shiftFrom,
	type CusumOptions,
	type CusumResult,
} from '../../nodes/AmazonSellerRating/analysis/cusum';
import { dayNumber, isoDay } from '../../nodes/shared/domain/calendar';
import { type DailyCounts, FeedbackSeries } from '../../nodes/shared/domain/feedbackSeries';
import { growthOf, IN_PROPORTION } from '../growth';
import { seeded } from '../seeded';

const FIRST = '2026-01-01';
const first = dayNumber(FIRST);

/** Consecutive days from January 1, 2026: the positives and negatives of each. */
const seriesOf = (days: readonly (readonly [positive: number, negative: number])[]) =>
	FeedbackSeries.of(
		days.map(([positive, negative], index) => ({
			date: isoDay(first + index),
			positive,
			neutral: 0,
			negative,
		})),
	);

const watched = { from: FIRST, to: '2026-12-31' };
const fromTwoPercent: CusumOptions = { baseline: { share: 0.02 }, watched, shiftedShare: 0.05 };

function verdictOf(result: CusumResult) {
	if (result.verdict === 'insufficient') throw new Error(result.reason);
	return result;
}

describe('the design', () => {
	it('derives the steps from the two likelihoods: one down, 29 up for 2% to 5%', () => {
		// ln(5/2) = 0.916 up, ln(98/95) = 0.0311 down
		expect(designCusum(0.02, 0.05).rise).toBe(29);
	});

	it('takes time proportional to the limit, also with the largest permitted options', () => {
		const design = (size: number) => averageRunLength(0.0001, 5_000, size);
		expect(growthOf(design, 10_000)).toBeLessThan(IN_PROPORTION);
		expect(designCusum(0.00005, 0.000055, 1e6)).toMatchObject({ rise: 19_061, limit: 116_545 });
	});

	it('never rises at the baseline', () => {
		fc.assert(
			fc.property(
				fc.double({ min: 0.001, max: 0.499, noNaN: true }),
				fc.double({ min: 0.01, max: 0.99, noNaN: true }),
				(share, way) => {
					const { rise } = designCusum(share, share + way * (1 - share), 1);
					expect(rise).toBeGreaterThanOrEqual(1);
					expect(share * rise - (1 - share)).toBeLessThan(0);
				},
			),
		);
	});

	it('uses the lowest limit that keeps the false-alarm rate', () => {
		fc.assert(
			fc.property(
				fc.double({ min: 0.005, max: 0.3, noNaN: true }),
				fc.integer({ min: 1, max: 20_000 }),
				(share, every) => {
					const { rise, limit, falseAlarmEvery } = designCusum(share, undefined, every);
					expect(falseAlarmEvery).toBeGreaterThanOrEqual(every);
					expect(averageRunLength(share, rise, limit)).toBe(falseAlarmEvery);
					if (limit > 1) expect(averageRunLength(share, rise, limit - 1)).toBeLessThan(every);
				},
			),
			{ numRuns: 50 },
		);
	});

	it('detects later if false alarms must be rarer, and sooner if the shift is larger', () => {
		const designs = [100, 300, 1000, 3000, 10_000].map((every) => designCusum(0.02, 0.05, every));
		for (const [index, design] of designs.entries()) {
			const stricter = designs[index + 1];
			if (stricter === undefined) continue;
			expect(stricter.limit).toBeGreaterThan(design.limit);
			expect(stricter.detectsIn).toBeGreaterThan(design.detectsIn);
		}
		const { rise, limit } = designCusum(0.02, 0.05);
		const delays = [0.01, 0.02, 0.05, 0.1, 0.3, 0.9].map((p) => averageRunLength(p, rise, limit));
		expect(delays).toEqual([...delays].sort((a, b) => b - a));
	});

	it('looks for twice the baseline, at least three points above it', () => {
		expect(shiftFrom(0.01)).toBeCloseTo(0.04);
		expect(shiftFrom(0.08)).toBeCloseTo(0.16);
		expect(shiftFrom(0.4)).toBeCloseTo(0.7);
	});

	it('refuses invalid options', () => {
		for (const share of [0, 0.5, -1, NaN]) expect(() => designCusum(share)).toThrow(RangeError);
		for (const shift of [0.02, 0.01, 1, NaN]) {
			expect(() => designCusum(0.02, shift)).toThrow(RangeError);
		}
		for (const every of [0, -1, NaN, Infinity, 1e9]) {
			expect(() => designCusum(0.02, 0.05, every)).toThrow(RangeError);
		}
		expect(() => averageRunLength(0.02, 29, 0)).toThrow(RangeError);
	});
});

describe('the average run length', () => {
	it('is 1/p up to the limit that a single non-positive reaches', () => {
		expect(averageRunLength(0.02, 29, 1)).toBeCloseTo(50);
		expect(averageRunLength(0.02, 29, 29)).toBeCloseTo(50);
		expect(averageRunLength(0.02, 29, 30)).toBeGreaterThan(50);
	});

	it('matches a manual calculation for one step up and down and a limit of two', () => {
		// From 0: L0 = 1 + q L0 + p L1. From 1: L1 = 1 + q L0. So L0 = (1 + p) / p^2.
		expect(averageRunLength(0.25, 1, 2)).toBeCloseTo(1.25 / 0.0625);
	});

	it('matches a manual calculation for two steps up, one down and a limit of three', () => {
		// L0 = 1 + q L0 + p L2, L2 = 1 + q L1, L1 = 1 + q L0. With p = q = 1/2: L0 (1/2 - 1/8) = 7/4.
		expect(averageRunLength(0.5, 2, 3)).toBeCloseTo(14 / 3);
	});

	it('agrees with the Markov chain solved step by step', () => {
		for (const [share, rise, limit] of [
			[0.02, 29, 70],
			[0.05, 29, 90],
			[0.1, 6, 25],
			[0.3, 1, 9],
			[0.6, 3, 20],
		] as const) {
			expect(averageRunLength(share, rise, limit)).toBeCloseTo(byIteration(share, rise, limit), 4);
		}
	});

	it.each([
		[0.01, 300],
		[0.02, 1000],
		[0.05, 1000],
		[0.1, 500],
	])('matches a simulation at %d with a false alarm every %d entries', (share, every) => {
		const design = designCusum(share, undefined, every);
		const random = seeded(31);
		const runs = 2000;
		for (const [p, expected] of [
			[share, design.falseAlarmEvery],
			[design.shiftedShare, design.detectsIn],
		] as const) {
			let total = 0;
			for (let run = 0; run < runs; run += 1) total += simulatedRun(random, p, design);
			// The standard deviation of run lengths is about their mean: allow three standard errors.
			expect(Math.abs(total / runs / expected - 1)).toBeLessThan(3 / Math.sqrt(runs));
		}
	});
});

describe('detecting a rise', () => {
	it('reports since when and by how much', () => {
		// 100 good days, then every fourth feedback entry is negative.
		const days = Array.from({ length: 140 }, (_, day) =>
			day < 100 ? ([3, 0] as const) : ([3, 1] as const),
		);
		const { verdict, alarm, path, design } = verdictOf(detectRise(seriesOf(days), fromTwoPercent));
		expect(verdict).toBe('alarm');
		expect(alarm?.since).toBe(isoDay(first + 100));
		// 29 up, 3 down: 26 a day
		expect(alarm?.raisedOn).toBe(isoDay(first + 100 + Math.ceil(design.limit / 26) - 1));
		expect(alarm?.counts).toEqual({ positive: 120, neutral: 0, negative: 40 });
		expect(alarm?.share).toEqual({ numerator: 40, denominator: 160 });
		expect(alarm?.excessPoints).toBeCloseTo(23);
		expect(path).toHaveLength(140);
		expect(path.filter(({ inAlarm }) => inAlarm)[0]?.date).toBe(alarm?.raisedOn);
	});

	it('matches a manual calculation of the statistic', () => {
		// The limit for 2% to 5% is above 58: two negatives in a row raise no alarm.
		const result = verdictOf(
			detectRise(
				seriesOf([
					[0, 1],
					[9, 0],
					[0, 0],
					[1, 1],
					[60, 0],
					[0, 9],
				]),
				fromTwoPercent,
			),
		);
		const { limit } = result.design;
		expect(limit).toBeGreaterThan(58);
		expect(result.path.map(({ date, statistic }) => [date, statistic])).toEqual([
			['2026-01-01', 29],
			['2026-01-02', 20],
			['2026-01-04', 48],
			['2026-01-05', 0],
			['2026-01-06', limit],
		]);
		expect(result.alarm?.since).toBe('2026-01-06');
	});

	it('counts neutral feedback as negative feedback', () => {
		const of = (kind: 'neutral' | 'negative') =>
			verdictOf(
				detectRise(
					FeedbackSeries.of([{ date: FIRST, positive: 1, neutral: 0, negative: 0, [kind]: 2 }]),
					fromTwoPercent,
				),
			).path;
		expect(of('neutral')).toEqual(of('negative'));
	});

	it('ends an alarm when the statistic is back at 0', () => {
		const bad = Array.from({ length: 5 }, () => [0, 2] as const);
		const good = (days: number) => Array.from({ length: days }, () => [1, 0] as const);
		const { limit } = designCusum(0.02, 0.05);
		const stillIn = detectRise(seriesOf([...bad, ...good(limit - 1)]), fromTwoPercent);
		const ended = detectRise(seriesOf([...bad, ...good(limit)]), fromTwoPercent);
		expect([stillIn.verdict, ended.verdict]).toEqual(['alarm', 'noAlarm']);
		expect(verdictOf(ended).path.some(({ inAlarm }) => inAlarm)).toBe(true);
	});

	it('never alarms on positives alone', () => {
		fc.assert(
			fc.property(
				fc.array(fc.nat({ max: 50 }), { minLength: 1, maxLength: 300 }),
				fc.double({ min: 0.001, max: 0.49, noNaN: true }),
				fc.integer({ min: 1, max: 2000 }),
				(days, share, falseAlarmEvery) => {
					const result = detectRise(seriesOf(days.map((positive) => [positive, 0])), {
						baseline: { share },
						watched,
						falseAlarmEvery,
					});
					expect(result.verdict).not.toBe('alarm');
				},
			),
			{ numRuns: 50 },
		);
	});

	const days = fc.array(fc.tuple(fc.nat({ max: 8 }), fc.nat({ max: 2 })), {
		minLength: 1,
		maxLength: 60,
	});

	it('never lowers the statistic when a positive turns negative', () => {
		fc.assert(
			fc.property(days, fc.nat(), (before, pick) => {
				const index = pick % before.length;
				const after = before.map(([positive, negative], day) =>
					day === index && positive > 0
						? ([positive - 1, negative + 1] as const)
						: ([positive, negative] as const),
				);
				const path = (of: typeof after) => {
					const result = detectRise(seriesOf(of), fromTwoPercent);
					return result.verdict === 'insufficient' ? [] : result.path;
				};
				const [lower, higher] = [path(before), path(after)];
				expect(higher.map(({ date }) => date)).toEqual(lower.map(({ date }) => date));
				for (const [day, { statistic }] of lower.entries()) {
					expect(higher[day]?.statistic).toBeGreaterThanOrEqual(statistic);
				}
			}),
		);
	});

	it('raises an alarm only if every possible order of the entries within each day would', () => {
		fc.assert(
			fc.property(days, fc.integer(), (batches, seed) => {
				const result = detectRise(seriesOf(batches), fromTwoPercent);
				if (result.verdict === 'insufficient') return;
				const { path, design } = result;
				const random = seeded(seed);
				let statistic = 0;
				let alarmed = false;
				const byOrder = new Map<string, boolean>();
				for (const [index, [positive, negative]] of batches.entries()) {
					const order = [
						...Array.from({ length: positive }, () => -1),
						...Array.from({ length: negative }, () => design.rise),
					]
						.map((step) => ({ step, rank: random() }))
						.sort((a, b) => a.rank - b.rank);
					for (const { step } of order) {
						statistic = Math.max(0, statistic + step);
						alarmed ||= statistic >= design.limit;
					}
					byOrder.set(isoDay(first + index), alarmed);
				}
				for (const { date, inAlarm } of path) if (inAlarm) expect(byOrder.get(date)).toBe(true);
			}),
		);
	});
});

describe('the baseline', () => {
	const reference = { from: '2025-01-01', to: '2025-12-31' };
	const watching = (counts: Omit<DailyCounts, 'date'>, options: Partial<CusumOptions> = {}) =>
		detectRise(
			FeedbackSeries.of([
				{ date: '2025-06-01', ...counts },
				{ date: FIRST, positive: 1, neutral: 0, negative: 0 },
			]),
			{ baseline: { reference }, watched, ...options },
		);

	it('is estimated from the reference period, and never 0', () => {
		const spotless = verdictOf(watching({ positive: 199, neutral: 0, negative: 0 }));
		expect(spotless.design.baselineShare).toBeCloseTo(0.5 / 200);
		const usual = verdictOf(watching({ positive: 190, neutral: 4, negative: 5 }));
		expect(usual.design.baselineShare).toBeCloseTo(9.5 / 200);
	});

	it('gives no verdict with too little feedback', () => {
		const few = { positive: 99, neutral: 0, negative: 0 };
		expect(watching(few)).toEqual({
			verdict: 'insufficient',
			reason: 'The reference period has 99 of the 100 feedback entries needed for a baseline',
		});
		expect(watching(few, { baseline: { reference, minimumFeedback: 99 } }).verdict).toBe('noAlarm');
		expect(detectRise(FeedbackSeries.of([]), fromTwoPercent)).toEqual({
			verdict: 'insufficient',
			reason: 'There is no feedback in the days to watch',
		});
		expect(
			detectRise(FeedbackSeries.of([]), {
				baseline: { reference, minimumFeedback: 0 },
				watched,
			}).verdict,
		).toBe('insufficient');
	});

	it('gives no verdict if the reference period is as bad as the share to detect', () => {
		expect(watching({ positive: 189, neutral: 0, negative: 10 }, { shiftedShare: 0.05 })).toEqual({
			verdict: 'insufficient',
			reason: 'The share in the reference period is 5.3%, but a baseline must be below 5.0%',
		});
		expect(watching({ positive: 90, neutral: 0, negative: 110 }).verdict).toBe('insufficient');
	});

	it('must be from before the days to watch', () => {
		expect(() =>
			watching(
				{ positive: 199, neutral: 0, negative: 0 },
				{ watched: { from: '2025-12-31', to: '2026-12-31' } },
			),
		).toThrow(RangeError);
		expect(() =>
			detectRise(FeedbackSeries.of([]), {
				...fromTwoPercent,
				watched: { from: '1.1.2026', to: FIRST },
			}),
		).toThrow('1.1.2026');
	});
});

/** Solves the chain of Brook and Evans by iteration until nothing changes. */
function byIteration(share: number, rise: number, limit: number): number {
	let lengths = Array.from({ length: limit }, () => 0);
	for (let change = 1; change > 1e-9; ) {
		const next = lengths.map(
			(_, state) =>
				1 +
				(1 - share) * (lengths[Math.max(0, state - 1)] ?? 0) +
				share * (lengths[state + rise] ?? 0),
		);
		change = Math.max(...next.map((length, state) => Math.abs(length - (lengths[state] ?? 0))));
		lengths = next;
	}
	return lengths[0] ?? 0;
}

/** Simulates the number of feedback entries until an alarm. */
function simulatedRun(
	random: () => number,
	share: number,
	{ rise, limit }: { rise: number; limit: number },
): number {
	let statistic = 0;
	for (let count = 1; ; count += 1) {
		statistic = Math.max(0, statistic + (random() < share ? rise : -1));
		if (statistic >= limit) return count;
	}
}
