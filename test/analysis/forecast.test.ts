import fc from '../fastCheck';

import { thresholdAt } from '../../nodes/shared/domain/bands';
import { dayNumber, isoDay } from '../../nodes/shared/domain/calendar';
import {
	countPerDay,
	type DatedFeedback,
	FeedbackSeries,
} from '../../nodes/shared/domain/feedbackSeries';
import {
	assumptionOf,
	expectedRating,
	forecast,
	predictionInterval,
	ratesOf,
	type FeedbackRates,
	type ForecastOptions,
	type WindowForecast,
} from '../../nodes/AmazonSellerRating/analysis/forecast';
import { ratingOf, toPercent, totalOf } from '../../nodes/shared/domain/rating';
import { compare, type Rational } from '../../nodes/shared/domain/rational';
import { Coverage } from '../../nodes/shared/domain/coverage';
import { seeded } from '../seeded';

const TODAY = '2026-03-01';
const today = dayNumber(TODAY);
const at95 = thresholdAt(95);
const noRates: FeedbackRates = { positive: 0, nonPositive: 0, days: 90, through: TODAY };

/** A number of feedback entries of one kind, `days` days ago. */
const ago = (days: number, sentiment: DatedFeedback['sentiment'], times = 1): DatedFeedback[] =>
	Array.from({ length: times }, () => ({ date: isoDay(today - days), sentiment }));

const seriesOf = (...feedback: DatedFeedback[][]) =>
	FeedbackSeries.of(countPerDay(feedback.flat()));

function forecastOne(series: FeedbackSeries, options: Partial<ForecastOptions>): WindowForecast {
	const [only] = forecast(series, {
		today: TODAY,
		days: 365,
		windows: [30],
		thresholds: [at95],
		rates: noRates,
		...options,
	});
	if (only === undefined) throw new Error('one window, one forecast');
	return only;
}

const percentOf = (rating: Rational | undefined) => rating && toPercent(rating);

const rows = fc.array(
	fc.record({
		// Some are after today and do not count yet.
		date: fc.integer({ min: today - 120, max: today + 5 }).map(isoDay),
		sentiment: fc.constantFrom('positive', 'positive', 'neutral', 'negative'),
	}),
	{ maxLength: 60 },
) as fc.Arbitrary<DatedFeedback[]>;
const days = fc.integer({ min: 1, max: 365 });
const window = fc.oneof(fc.integer({ min: 1, max: 200 }), fc.constant(Infinity));
const threshold = fc.integer({ min: 0, max: 100 }).map((percent) => thresholdAt(percent));

/** Counts the window that ends `ahead` days from today, row by row. */
function recount(feedback: readonly DatedFeedback[], length: number, ahead: number) {
	const inside = feedback.filter(({ date }) => {
		const day = dayNumber(date);
		return day <= today && day > today + ahead - length;
	});
	const count = (kind: string) => inside.filter(({ sentiment }) => sentiment === kind).length;
	return { positive: count('positive'), neutral: count('neutral'), negative: count('negative') };
}

it('gives no rating if the reports contradict each other, like Evaluate', () => {
	const sources = {
		daily: [
			{ date: '2026-11-20', received: 1, negative: 1 },
			{ date: '2026-11-21', received: 0, negative: 0 },
		],
		lowRatings: [
			{ date: '2026-11-20', sentiment: 'negative' as const },
			{ date: '2026-11-21', sentiment: 'neutral' as const },
		],
	};
	const coverage = new Coverage({
		totals: { days: sources.daily, madeOn: '2026-11-25' },
		feedback: {
			kind: 'report',
			rows: sources.lowRatings,
			unreadable: { days: [], undated: 0 },
			isEmpty: false,
		},
	});
	expect(coverage.window(30, '2026-11-21').provenance).toBe('insufficient');
	// The contradictory day is in no figure.
	expect(coverage.lastDay).toBe('2026-11-20');
	const { series } = coverage;
	const [window] = forecast(series, {
		today: '2026-11-21',
		days: 1,
		windows: [30],
		thresholds: [],
		rates: ratesOf(series, '2026-11-21', 2),
	});
	for (const { withoutNewFeedback, atCurrentRates } of window?.points ?? []) {
		expect(withoutNewFeedback.rating).toEqual({ numerator: 0, denominator: 1 });
		expect(JSON.stringify(atCurrentRates.interval ?? null)).not.toMatch(/NaN|null,/);
	}
});

describe('without new feedback', () => {
	it('matches a recount of the rows on every day', () => {
		fc.assert(
			fc.property(rows, days, window, (feedback, ahead, length) => {
				const { points } = forecastOne(seriesOf(feedback), { days: ahead, windows: [length] });
				expect(points).toHaveLength(ahead + 1);
				points.forEach(({ date, withoutNewFeedback }, index) => {
					const counts = recount(feedback, length, index);
					expect(date).toBe(isoDay(today + index));
					expect(withoutNewFeedback).toEqual({ counts, rating: ratingOf(counts) });
				});
			}),
			{ numRuns: 40 },
		);
	});

	it('crosses a threshold on the same days as a recount', () => {
		fc.assert(
			fc.property(rows, days, window, threshold, (feedback, ahead, length, limit) => {
				const expected: string[] = [];
				for (let index = 1; index <= ahead; index += 1) {
					const before = recount(feedback, length, index - 1);
					const now = recount(feedback, length, index);
					if (totalOf(before) === 0 || totalOf(now) === 0) continue;
					const isMet = (counts: typeof now) =>
						counts.positive * limit.share.denominator >= totalOf(counts) * limit.share.numerator;
					if (isMet(before) !== isMet(now)) {
						expected.push(`${isMet(now) ? 'up' : 'down'} ${isoDay(today + index)}`);
					}
				}
				const { crossings } = forecastOne(seriesOf(feedback), {
					days: ahead,
					windows: [length],
					thresholds: [limit],
				});
				expect(
					crossings.withoutNewFeedback.map(({ date, direction }) => `${direction} ${date}`),
				).toEqual(expected);
			}),
			{ numRuns: 60 },
		);
	});

	it('loses the last negative and the last non-positive on the same day as a recount', () => {
		fc.assert(
			fc.property(rows, fc.integer({ min: 1, max: 200 }), (feedback, length) => {
				const { lastNegativeLeaves, lastNonPositiveLeaves } = forecastOne(seriesOf(feedback), {
					days: 1,
					windows: [length],
				});
				const firstWithout = (isGone: (counts: ReturnType<typeof recount>) => boolean) => {
					if (isGone(recount(feedback, length, 0))) return undefined;
					let ahead = 1;
					while (!isGone(recount(feedback, length, ahead))) ahead += 1;
					return isoDay(today + ahead);
				};
				expect(lastNegativeLeaves).toBe(firstWithout(({ negative }) => negative === 0));
				expect(lastNonPositiveLeaves).toBe(
					firstWithout(({ negative, neutral }) => negative + neutral === 0),
				);
			}),
			{ numRuns: 60 },
		);
	});

	it('also ages positives: a rating can fall by itself, then rise, then disappear', () => {
		// 19 positives leave on day 10, the negative on day 20, the last positive on day 30.
		const series = seriesOf(ago(20, 'positive', 18), ago(10, 'negative'), ago(0, 'positive'));
		const { points, crossings, lastNegativeLeaves } = forecastOne(series, { days: 40 });
		const shown = (ahead: number) => percentOf(points[ahead]?.withoutNewFeedback.rating);
		expect([0, 9, 10, 19, 20, 29, 30, 40].map(shown)).toEqual([
			95,
			95,
			50,
			50,
			100,
			100,
			undefined,
			undefined,
		]);
		expect(crossings.withoutNewFeedback).toEqual([
			{ threshold: at95, date: '2026-03-11', direction: 'down' },
			{ threshold: at95, date: '2026-03-21', direction: 'up' },
		]);
		expect(lastNegativeLeaves).toBe('2026-03-21');
	});

	it('compares 94.999 with 95 unrounded', () => {
		const below = seriesOf(ago(0, 'positive', 18_999), ago(5, 'positive'), ago(0, 'neutral', 1000));
		const { points, crossings } = forecastOne(below, { days: 29 });
		expect(percentOf(points[24]?.withoutNewFeedback.rating)).toBe(95);
		expect(crossings.withoutNewFeedback).toEqual([
			{ threshold: at95, date: '2026-03-26', direction: 'down' },
		]);
	});

	it('distinguishes the last neutral from the last negative', () => {
		const { lastNegativeLeaves, lastNonPositiveLeaves } = forecastOne(
			seriesOf(ago(29, 'negative'), ago(3, 'neutral')),
			{},
		);
		expect(lastNegativeLeaves).toBe('2026-03-02');
		expect(lastNonPositiveLeaves).toBe('2026-03-28');
	});

	it('keeps everything in the lifetime window', () => {
		const { points, lastNegativeLeaves } = forecastOne(
			seriesOf(ago(900, 'positive', 3), ago(400, 'negative')),
			{ windows: [Infinity] },
		);
		expect(lastNegativeLeaves).toBeUndefined();
		expect(new Set(points.map((point) => percentOf(point.withoutNewFeedback.rating)))).toEqual(
			new Set([75]),
		);
	});
});

describe('at current rates', () => {
	it('computes the rates from the requested days, both ends included', () => {
		const series = seriesOf(
			ago(90, 'positive', 5),
			ago(89, 'positive', 2),
			ago(40, 'neutral'),
			ago(0, 'negative'),
			ago(-1, 'negative'),
		);
		const rates = ratesOf(series, TODAY);
		expect(rates).toEqual({ positive: 2, nonPositive: 2, days: 90, through: TODAY });
		expect(ratesOf(series, TODAY, 91).positive).toBe(7);
		expect(assumptionOf(rates)).toBe(
			'Assumes that feedback keeps arriving as in the 90 days through 2026-03-01: 0.02 positive and 0.02 neutral or negative a day, independent of each other',
		);
	});

	it('adds rate times days to the feedback that is left, and crosses when the result equals the threshold', () => {
		// 18 of 20 today; 2 positives a day: (18 + 2k) / (20 + 2k) >= 95% from k = 10 on.
		const rates = { ...noRates, positive: 180 };
		const series = seriesOf(ago(0, 'positive', 18), ago(0, 'negative', 2));
		const { points, crossings } = forecastOne(series, { days: 40, rates });
		expect(percentOf(points[10]?.atCurrentRates.rating)).toBe(95);
		expect(crossings.atCurrentRates).toEqual([
			{ threshold: at95, date: '2026-03-11', direction: 'up' },
		]);
		expect(percentOf(points[30]?.atCurrentRates.rating)).toBe(100);
	});

	it('shows the rate in a full window of new feedback, independent of old feedback', () => {
		fc.assert(
			fc.property(
				rows,
				fc.integer({ min: 1, max: 100 }),
				fc.integer({ min: 0, max: 100 }),
				(feedback, positive, nonPositive) => {
					const rates = { ...noRates, positive, nonPositive };
					const { points } = forecastOne(seriesOf(feedback), { days: 90, rates });
					const rating = points[90]?.atCurrentRates.rating;
					const atRate = { numerator: positive, denominator: positive + nonPositive };
					expect(rating && compare(rating, atRate)).toBe(0);
				},
			),
		);
	});

	it('equals the scenario without new feedback if the rates are 0', () => {
		fc.assert(
			fc.property(rows, days, window, (feedback, ahead, length) => {
				const { points, crossings } = forecastOne(seriesOf(feedback), {
					days: ahead,
					windows: [length],
				});
				expect(crossings.atCurrentRates).toEqual(crossings.withoutNewFeedback);
				for (const { atCurrentRates, withoutNewFeedback } of points) {
					expect(percentOf(atCurrentRates.rating)).toBe(percentOf(withoutNewFeedback.rating));
				}
			}),
			{ numRuns: 30 },
		);
	});
});

describe('the prediction interval', () => {
	const counts = fc.record({
		positive: fc.nat({ max: 2000 }),
		neutral: fc.nat({ max: 50 }),
		negative: fc.nat({ max: 50 }),
	});
	const rates = fc.record({
		positive: fc.nat({ max: 2000 }),
		nonPositive: fc.nat({ max: 100 }),
		days: fc.integer({ min: 1, max: 365 }),
		through: fc.constant(TODAY),
	});
	const newDays = fc.nat({ max: 365 });

	it('contains the expected rating and stays within 0 and 100', () => {
		fc.assert(
			fc.property(counts, rates, newDays, (old, recent, ahead) => {
				const rating = percentOf(expectedRating(old, recent, ahead));
				const interval = predictionInterval(old, recent, ahead);
				expect(interval === undefined).toBe(rating === undefined);
				if (interval === undefined || rating === undefined) return;
				expect(interval.low).toBeGreaterThanOrEqual(0);
				expect(interval.low).toBeLessThanOrEqual(rating + 1e-9);
				expect(interval.high).toBeGreaterThanOrEqual(rating - 1e-9);
				expect(interval.high).toBeLessThanOrEqual(100);
			}),
			{ numRuns: 1000 },
		);
	});

	it('is a point today and widens with the days ahead and the confidence', () => {
		fc.assert(
			fc.property(counts, rates, fc.nat({ max: 364 }), (old, recent, ahead) => {
				const width = (newDayCount: number, z?: number) => {
					const interval = predictionInterval(old, recent, newDayCount, z);
					return interval === undefined ? 0 : interval.high - interval.low;
				};
				expect(width(0)).toBeCloseTo(0, 9);
				expect(width(ahead, 1.2)).toBeLessThanOrEqual(width(ahead, 1.6) + 1e-9);
			}),
		);
	});

	it('does not predict a spotless future from a spotless past', () => {
		const spotless = { positive: 100, neutral: 0, negative: 0 };
		const recent = { ...noRates, positive: 100 };
		expect(predictionInterval(spotless, recent, 90)?.high).toBe(100);
		expect(predictionInterval(spotless, recent, 90)?.low).toBeLessThan(99);
	});

	it('matches a manual calculation for 100 positives and no others in 90 days, 90 days ahead', () => {
		// (y - 100)^2 <= 3.84 (100 + y): 74.13 to 129.71. y^2 <= 3.84 y: 0 to 3.84.
		const interval = predictionInterval(
			{ positive: 50, neutral: 1, negative: 0 },
			{ ...noRates, positive: 100 },
			90,
		);
		expect(interval?.low).toBeCloseTo((100 * (50 + 74)) / (50 + 74 + 1 + 4), 9);
		expect(interval?.high).toBeCloseTo((100 * (50 + 130)) / (50 + 130 + 1), 9);
	});

	/**
	 * Share of simulated futures inside the interval, with rates estimated from the same past as the
	 * rating.
	 */
	function coverage(
		{ positive, nonPositive }: { positive: number; nonPositive: number },
		length: number,
		ahead: number,
	): number {
		const random = seeded(20_260_301);
		const stay = Math.max(0, length - ahead);
		const shared = Math.min(90, stay);
		const draw = (dayCount: number) => ({
			positive: poisson(random, positive * dayCount),
			nonPositive: poisson(random, nonPositive * dayCount),
		});
		let inside = 0;
		let tried = 0;
		for (let run = 0; run < 2000; run += 1) {
			const [both, older, left] = [draw(shared), draw(stay - shared), draw(90 - shared)];
			const old = {
				positive: both.positive + older.positive,
				neutral: 0,
				negative: both.nonPositive + older.nonPositive,
			};
			const recent = {
				positive: both.positive + left.positive,
				nonPositive: both.nonPositive + left.nonPositive,
				days: 90,
				through: TODAY,
			};
			const newDayCount = Math.min(length, ahead);
			const coming = draw(newDayCount);
			const rating = ratingOf({
				positive: old.positive + coming.positive,
				neutral: 0,
				negative: old.negative + coming.nonPositive,
			});
			const interval = predictionInterval(old, recent, newDayCount);
			if (rating === undefined || interval === undefined) continue;
			tried += 1;
			const percent = toPercent(rating);
			if (percent >= interval.low - 1e-9 && percent <= interval.high + 1e-9) inside += 1;
		}
		return inside / tried;
	}

	it.each([
		[10, 0.5],
		[1.5, 0.06],
		[0.3, 0.03],
		[0.3, 0.003],
		[0.5, 0.5],
	])('contains at least 95%% of simulated futures at %d and %d a day', (positive, nonPositive) => {
		for (const [length, ahead] of [
			[30, 7],
			[30, 30],
			[90, 1],
			[90, 30],
			[365, 90],
			[365, 365],
		] as const) {
			const share = coverage({ positive, nonPositive }, length, ahead);
			expect(share).toBeGreaterThan(0.95);
		}
	});

	it('is no wider than necessary: at the 80% quantile, not all futures are inside', () => {
		const at80 = predictionInterval(
			{ positive: 300, neutral: 0, negative: 15 },
			{ ...noRates, positive: 900, nonPositive: 45 },
			30,
			1.2816,
		);
		// 300 and 15 more are expected: 95.2%, give or take 1.28 times sqrt(15 * 4/3) of 630.
		expect(at80?.low).toBeGreaterThan(93.8);
		expect(at80?.high).toBeLessThan(96.6);
	});
});

describe('a forecast', () => {
	it('has no rating on any day of an empty series', () => {
		const { points, crossings, lastNegativeLeaves } = forecastOne(FeedbackSeries.of([]), {
			windows: [365],
		});
		expect(points).toHaveLength(366);
		for (const { withoutNewFeedback, atCurrentRates } of points) {
			expect(withoutNewFeedback.rating).toBeUndefined();
			expect(atCurrentRates).toEqual({ rating: undefined, interval: undefined });
		}
		expect(crossings).toEqual({ withoutNewFeedback: [], atCurrentRates: [] });
		expect(lastNegativeLeaves).toBeUndefined();
	});

	it('covers windows longer and shorter than the history', () => {
		const series = seriesOf(ago(100, 'positive', 9), ago(2, 'negative'));
		const [short, long] = forecast(series, {
			today: TODAY,
			days: 300,
			windows: [7, 365],
			thresholds: [],
			rates: noRates,
		});
		expect(percentOf(short?.points[0]?.withoutNewFeedback.rating)).toBe(0);
		expect(short?.points[5]?.withoutNewFeedback.rating).toBeUndefined();
		expect(percentOf(long?.points[0]?.withoutNewFeedback.rating)).toBe(90);
		expect(percentOf(long?.points[265]?.withoutNewFeedback.rating)).toBe(0);
		expect(long?.lastNegativeLeaves).toBe(isoDay(today + 363));
	});

	it('refuses invalid days, windows, rates and dates', () => {
		const series = FeedbackSeries.of([]);
		for (const ahead of [0, 366, 1.5, NaN]) {
			expect(() => forecastOne(series, { days: ahead })).toThrow(RangeError);
		}
		for (const length of [0, -1, 2.5, NaN]) {
			expect(() => forecastOne(series, { windows: [length] })).toThrow(RangeError);
		}
		expect(() => forecastOne(series, { rates: { ...noRates, days: 0 } })).toThrow(RangeError);
		expect(() => forecastOne(series, { today: '01/03/2026' })).toThrow('01/03/2026');
		expect(() => ratesOf(series, TODAY, 0)).toThrow('1 or more');
		expect(() => ratesOf(series, '2026-02-30')).toThrow(RangeError);
	});
});

/** A random Poisson count, by inversion, in parts small enough for the exponential. */
function poisson(random: () => number, mean: number): number {
	if (mean > 500) return poisson(random, 500) + poisson(random, mean - 500);
	const target = random();
	let probability = Math.exp(-mean);
	let count = 0;
	for (let sum = probability; sum < target && count < 2000; sum += probability) {
		count += 1;
		probability *= mean / count;
	}
	return count;
}
