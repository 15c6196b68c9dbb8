import fc from '../fastCheck';

import { dayNumber, isoDay } from '../../nodes/shared/domain/calendar';
import {
	countPerDay,
	type DatedFeedback,
	FeedbackSeries,
} from '../../nodes/shared/domain/feedbackSeries';

const today = dayNumber('2026-03-01');

const feedback = fc.array(
	fc.record({
		date: fc.integer({ min: today - 500, max: today }).map(isoDay),
		sentiment: fc.constantFrom('positive', 'neutral', 'negative'),
	}),
) as fc.Arbitrary<DatedFeedback[]>;

describe('a series of feedback', () => {
	it('counts any span of days like a row-by-row count', () => {
		fc.assert(
			fc.property(
				feedback,
				fc.integer({ min: -600, max: 100 }),
				fc.integer({ min: -600, max: 100 }),
				(rows, from, to) => {
					const inside = rows.filter(
						({ date }) => dayNumber(date) >= today + from && dayNumber(date) <= today + to,
					);
					const count = (wanted: string) =>
						inside.filter(({ sentiment }) => sentiment === wanted).length;
					expect(FeedbackSeries.of(countPerDay(rows)).between(today + from, today + to)).toEqual({
						positive: count('positive'),
						neutral: count('neutral'),
						negative: count('negative'),
					});
				},
			),
		);
	});

	it('includes both ends of a window', () => {
		const series = FeedbackSeries.of(
			['2026-01-30', '2026-01-31', '2026-03-01', '2026-03-02'].map((date) => ({
				date,
				positive: 1,
				neutral: 0,
				negative: 0,
			})),
		);
		expect(series.window(today, 30).positive).toBe(2);
		expect(series.window(today, 29).positive).toBe(1);
	});

	it('is empty without feedback', () => {
		const series = FeedbackSeries.of([]);
		expect(series.isEmpty).toBe(true);
		expect(series.window(today, 365)).toEqual({ positive: 0, neutral: 0, negative: 0 });
		expect(series.firstDate).toBe('1970-01-01');
		expect(series.lastDate).toBe('1969-12-31');
	});

	it('knows its first and last day, in any order of the days', () => {
		const of = (...dates: string[]) =>
			FeedbackSeries.of(dates.map((date) => ({ date, positive: 0, neutral: 0, negative: 0 })));
		const series = of('2026-02-10', '2026-01-30', '2026-03-02');
		expect([series.firstDate, series.lastDate]).toEqual(['2026-01-30', '2026-03-02']);
		expect(series.isEmpty).toBe(false);
		expect(of('2026-02-10')).toMatchObject({ firstDate: '2026-02-10', lastDate: '2026-02-10' });
		expect(of('2026-02-10').isEmpty).toBe(false);
	});

	it('adds up several entries of one day', () => {
		const day = { date: '2026-02-10', positive: 3, neutral: 1, negative: 2 };
		expect(FeedbackSeries.of([day, { ...day, positive: 4 }]).window(today, 30)).toEqual({
			positive: 7,
			neutral: 2,
			negative: 4,
		});
	});

	it('counts the days between two dates, including leap days', () => {
		expect(dayNumber('2028-03-01') - dayNumber('2028-02-28')).toBe(2);
		expect(isoDay(dayNumber('2026-11-23'))).toBe('2026-11-23');
	});
});
