import fc from 'fast-check';

import type { Sentiment } from '../../nodes/shared/domain/feedbackReport';
import type { DatedFeedback } from '../../nodes/shared/domain/feedbackSeries';
import { deriveWindow, plusDays, type DailyFeedback } from '../../nodes/shared/domain/ratingWindow';

const TODAY = '2026-03-31';

const totals = (date: string, received: number, negative = 0): DailyFeedback => ({
	date,
	received,
	negative,
});

const neutral = (date: string): DatedFeedback => ({ date, sentiment: 'neutral' });
const negative = (date: string): DatedFeedback => ({ date, sentiment: 'negative' });

/** So many days of totals, ending on that day. */
const daysUntil = (last: string, days: number, received = 1): DailyFeedback[] =>
	Array.from({ length: days }, (_, index) => totals(plusDays(last, -index), received));

describe('deriveWindow', () => {
	it('counts both edges of the window and nothing beyond', () => {
		const daily = [
			totals('2026-03-01', 1000, 500),
			totals('2026-03-02', 10, 1),
			totals('2026-03-31', 5, 1),
			totals('2026-04-01', 1000, 500),
		];
		const lowRatings = [
			neutral('2026-03-01'),
			neutral('2026-03-02'),
			neutral('2026-03-31'),
			neutral('2026-04-01'),
			negative('2026-03-02'),
			negative('2026-03-31'),
		];
		expect(deriveWindow({ daily, lowRatings }, 30, TODAY)).toMatchObject({
			days: 30,
			from: '2026-03-02',
			to: '2026-03-31',
			provenance: 'derived',
			counts: { positive: 11, neutral: 2, negative: 2 },
			coveredThrough: '2026-03-31',
		});
	});

	it('takes a window of one day as today alone', () => {
		const sources = { daily: daysUntil(TODAY, 3, 7), lowRatings: [] };
		expect(deriveWindow(sources, 1, TODAY)).toMatchObject({
			from: TODAY,
			to: TODAY,
			counts: { positive: 7, neutral: 0, negative: 0 },
			notes: [],
		});
	});

	it('spans leap days, years and the change of clocks by calendar days', () => {
		const { from } = deriveWindow({ daily: [], lowRatings: [] }, 365, '2024-12-31');
		expect(from).toBe('2024-01-02');
		expect(deriveWindow({ daily: [], lowRatings: [] }, 30, '2026-03-30').from).toBe('2026-03-01');
	});

	it('leaves out, on both sides, the days that the totals do not cover yet, and says so', () => {
		const sources = {
			daily: daysUntil('2026-03-28', 27, 2),
			lowRatings: [
				neutral('2026-03-28'),
				neutral('2026-03-29'),
				negative('2026-03-31'),
				negative('2026-04-01'),
			],
		};
		const window = deriveWindow(sources, 30, TODAY);
		expect(window).toMatchObject({
			provenance: 'derived',
			coveredThrough: '2026-03-28',
			counts: { positive: 53, neutral: 1, negative: 0 },
		});
		expect(window.notes).toEqual([expect.stringContaining('2026-03-28')]);
		expect(window.notes[0]).toContain('last 3 day(s)');
		expect(window.notes[0]).toContain('2 known feedback');
	});

	it('ignores totals of days to come when it looks for the last day covered', () => {
		const sources = {
			daily: [totals('2026-03-30', 3), totals('2026-04-02', 9)],
			lowRatings: [],
		};
		expect(deriveWindow(sources, 30, TODAY)).toMatchObject({
			coveredThrough: '2026-03-30',
			counts: { positive: 3 },
		});
	});

	it('says how many days in the middle have no totals', () => {
		const daily = daysUntil(TODAY, 30).filter(
			({ date }) => date !== '2026-03-10' && date !== '2026-03-11',
		);
		const { counts, notes } = deriveWindow({ daily, lowRatings: [] }, 30, TODAY);
		expect(counts).toEqual({ positive: 28, neutral: 0, negative: 0 });
		expect(notes).toEqual([expect.stringContaining('no totals for 2 day(s)')]);
	});

	it('has nothing to say about complete and agreeing reports', () => {
		const daily = daysUntil(TODAY, 30).map((day) => ({ ...day, received: 2, negative: 1 }));
		const lowRatings = daily.map(({ date }) => negative(date));
		expect(deriveWindow({ daily, lowRatings }, 30, TODAY).notes).toEqual([]);
	});

	it('gives no number without a feedback report, for that is not the same as none', () => {
		const sources = { daily: daysUntil(TODAY, 30), lowRatings: undefined };
		const window = deriveWindow(sources, 30, TODAY);
		expect(window).toMatchObject({ provenance: 'insufficient', coveredThrough: TODAY });
		expect(window.counts).toBeUndefined();
		expect(window.notes).toEqual([expect.stringContaining('no feedback report')]);
	});

	it('gives a number for a feedback report without rows, for that is none', () => {
		const sources = { daily: daysUntil(TODAY, 30), lowRatings: [] };
		expect(deriveWindow(sources, 30, TODAY)).toMatchObject({
			provenance: 'derived',
			counts: { positive: 30, neutral: 0, negative: 0 },
		});
	});

	it.each([
		['no totals at all', []],
		['totals from before the window only', daysUntil('2026-03-01', 60)],
		['totals of days to come only', [totals('2026-04-01', 5)]],
	])('gives no number with %s', (_, daily) => {
		const window = deriveWindow({ daily, lowRatings: [] }, 30, TODAY);
		expect(window.provenance).toBe('insufficient');
		expect(window.counts).toBeUndefined();
		expect(window.notes).toEqual([expect.stringContaining('no totals')]);
	});

	it('gives zero counts, not an absence, for a covered window without any feedback', () => {
		const sources = { daily: daysUntil(TODAY, 30, 0), lowRatings: [] };
		expect(deriveWindow(sources, 30, TODAY)).toMatchObject({
			provenance: 'derived',
			counts: { positive: 0, neutral: 0, negative: 0 },
		});
	});

	it.each([
		['more neutral rows than feedback', [totals(TODAY, 1)], [neutral(TODAY), neutral(TODAY)]],
		['more negative feedback than feedback', [totals(TODAY, 1, 2)], []],
	])('gives no number where the reports contradict each other: %s', (_, daily, lowRatings) => {
		const window = deriveWindow({ daily, lowRatings }, 1, TODAY);
		expect(window.provenance).toBe('insufficient');
		expect(window.counts).toBeUndefined();
		expect(window.notes).toEqual([expect.stringContaining('contradict')]);
	});

	it('uses the totals where the feedback report lists another number of negatives, and says so', () => {
		const sources = {
			daily: [totals(TODAY, 10, 3)],
			lowRatings: [negative(TODAY), neutral(TODAY)],
		};
		const { counts, notes } = deriveWindow(sources, 1, TODAY);
		expect(counts).toEqual({ positive: 6, neutral: 1, negative: 3 });
		expect(notes).toEqual([expect.stringMatching(/counts 3 negative.* lists 1/)]);
	});

	it('does not subtract positive rows, should a report hold any', () => {
		const lowRatings: DatedFeedback[] = [{ date: TODAY, sentiment: 'positive' }];
		expect(deriveWindow({ daily: [totals(TODAY, 10)], lowRatings }, 1, TODAY)).toMatchObject({
			counts: { positive: 10, neutral: 0, negative: 0 },
			notes: [],
		});
	});
});

describe('deriveWindow, for any history', () => {
	const day = fc.record({
		positive: fc.nat(9),
		neutral: fc.nat(3),
		negative: fc.nat(3),
	});

	const history = fc.record({
		days: fc.constantFrom(1, 7, 30, 90, 365),
		today: fc
			.date({ min: new Date('2020-01-01'), max: new Date('2035-12-31'), noInvalidDate: true })
			.map((date) => date.toISOString().slice(0, 10)),
		/** From today backwards, longer than some windows and shorter than others. */
		perDay: fc.array(day, { minLength: 1, maxLength: 120 }),
		/** Days at the end that the totals do not cover. */
		lag: fc.nat(5),
	});

	it('equals counting each feedback of each covered day', () => {
		fc.assert(
			fc.property(history, fc.boolean(), ({ days, today, perDay, lag }, reversed) => {
				const daily: DailyFeedback[] = [];
				const lowRatings: DatedFeedback[] = [];
				const expected = { positive: 0, neutral: 0, negative: 0 };
				// Milliseconds, not luxon, so that the calendar is counted in another way too.
				const dateOf = (ago: number) =>
					new Date(Date.parse(today) - ago * 86_400_000).toISOString().slice(0, 10);
				perDay.forEach((count, ago) => {
					const date = dateOf(ago);
					const isCovered = ago >= lag;
					if (isCovered) {
						const received = count.positive + count.neutral + count.negative;
						daily.push({ date, received, negative: count.negative });
					}
					const add = (sentiment: Sentiment, times: number) => {
						for (let time = 0; time < times; time += 1) lowRatings.push({ date, sentiment });
						if (isCovered && ago < days) expected[sentiment] += times;
					};
					if (isCovered && ago < days) expected.positive += count.positive;
					add('neutral', count.neutral);
					add('negative', count.negative);
				});
				if (reversed) daily.reverse();

				const window = deriveWindow({ daily, lowRatings }, days, today);
				expect([window.from, window.to]).toEqual([dateOf(days - 1), today]);
				if (lag >= perDay.length || lag >= days) {
					expect(window.provenance).toBe('insufficient');
					expect(window.counts).toBeUndefined();
				} else {
					expect(window).toMatchObject({
						provenance: 'derived',
						coveredThrough: dateOf(lag),
						counts: expected,
					});
					expect(window.notes).toHaveLength((lag > 0 ? 1 : 0) + (perDay.length < days ? 1 : 0));
				}
			}),
			{ numRuns: 300 },
		);
	});
});

describe('plusDays', () => {
	it.each([
		['2026-01-31', 1, '2026-02-01'],
		['2024-02-28', 1, '2024-02-29'],
		['2026-03-29', -1, '2026-03-28'],
		['2026-01-01', -1, '2025-12-31'],
		['2026-01-01', 0, '2026-01-01'],
		['2026-01-01', 365, '2027-01-01'],
	])('takes %s by %p days to %s', (date, days, expected) => {
		expect(plusDays(date, days)).toBe(expected);
	});
});
