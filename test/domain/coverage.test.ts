import fc from '../fastCheck';

import {
	Coverage,
	knownDays,
	unreadableLinesOf,
	withoutFalseZeros,
	withoutUnfilled,
	type CoverageEvidence,
	type FeedbackEvidence,
} from '../../nodes/shared/domain/coverage';
import { FeedbackReportReader, type Sentiment } from '../../nodes/shared/domain/feedbackReport';
import { dayNumber, plusDays } from '../../nodes/shared/domain/calendar';
import type { DatedFeedback } from '../../nodes/shared/domain/feedbackSeries';
import { totalOf } from '../../nodes/shared/domain/rating';
import type { DailyFeedback } from '../../nodes/shared/domain/ratingWindow';

/** The day both reports were created; the last settled day is the 27th. */
const TODAY = '2026-03-31';
const SETTLED = '2026-03-27';

const totals = (date: string, received: number, negative = 0): DailyFeedback => ({
	date,
	received,
	negative,
});

const neutral = (date: string): DatedFeedback => ({ date, sentiment: 'neutral' });
const negative = (date: string): DatedFeedback => ({ date, sentiment: 'negative' });

/** A number of days of totals, ending on `last`. */
const daysUntil = (last: string, days: number, received = 10): DailyFeedback[] =>
	Array.from({ length: days }, (_, index) => totals(plusDays(last, -index), received));

const report = (
	rows: readonly DatedFeedback[] = [],
	more: Partial<Extract<FeedbackEvidence, { kind: 'report' }>> = {},
): FeedbackEvidence => ({
	kind: 'report',
	rows,
	unreadable: { days: [], undated: 0 },
	isEmpty: false,
	...more,
});

const covered = (
	days: readonly DailyFeedback[],
	feedback: FeedbackEvidence = report(),
	more: Partial<CoverageEvidence> = {},
) => new Coverage({ totals: { days, madeOn: TODAY }, feedback, ...more });

/** A year of days without problems. */
const year = daysUntil(TODAY, 365);

/** The same days, one of them changed. */
const yearWith = (date: string, change: Partial<DailyFeedback>): DailyFeedback[] =>
	year.map((day) => (day.date === date ? { ...day, ...change } : day));

const yearWithout = (...dates: string[]): DailyFeedback[] =>
	year.filter(({ date }) => !dates.includes(date));

describe('Coverage of a window', () => {
	it('counts both edges of the window and nothing beyond', () => {
		const daily = [
			...daysUntil('2026-03-26', 24, 0),
			totals('2026-03-01', 1000, 500),
			totals('2026-03-02', 10, 1),
			totals('2026-03-27', 5, 1),
			totals('2026-03-28', 1000, 500),
		];
		const rows = [
			neutral('2026-03-01'),
			neutral('2026-03-02'),
			neutral('2026-03-27'),
			neutral('2026-03-28'),
			negative('2026-03-02'),
			negative('2026-03-27'),
		];
		expect(covered(daily, report(rows)).window(30, TODAY)).toMatchObject({
			provenance: 'derived',
			counts: { positive: 11, neutral: 2, negative: 2 },
			coverage: { from: '2026-03-02', through: SETTLED, daysCovered: 26 },
		});
	});

	it('leaves out the last days of both reports until Amazon has settled them, and says so', () => {
		const rows = [neutral('2026-03-27'), neutral('2026-03-28'), negative('2026-03-31')];
		const { counts, provenance, coverage } = covered(year, report(rows)).window(30, TODAY);
		expect(provenance).toBe('derived');
		expect(counts).toEqual({ positive: 259, neutral: 1, negative: 0 });
		expect(coverage).toEqual({
			from: '2026-03-02',
			through: SETTLED,
			daysCovered: 26,
			daysLeftOut: [{ from: '2026-03-28', through: TODAY, days: 4, reason: 'notSettled' }],
			reasons: [
				'The last 4 day(s) (2026-03-28 to 2026-03-31) are not counted, because Amazon may still change their totals, with 2 known feedback entries of 1 to 3 stars',
			],
		});
	});

	it.each([
		[0, '2026-03-30'],
		[1, '2026-03-29'],
		[7, '2026-03-23'],
	])('waits %p full days if the user says so', (daysUntilSettled, through) => {
		const window = covered(year, report(), { daysUntilSettled }).window(30, TODAY);
		expect(window).toMatchObject({ provenance: 'derived', coverage: { through } });
	});

	it('treats a day with sales but no page views as not filled in yet', () => {
		const days = yearWith('2026-03-10', { received: 0, units: 5, pageViews: 0 });
		const window = covered(days, report([neutral('2026-03-20')])).window(30, TODAY);
		expect(window).toMatchObject({
			provenance: 'derived',
			counts: { positive: 249, neutral: 1 },
			coverage: { daysCovered: 25 },
		});
		expect(window.coverage.daysLeftOut).toContainEqual({
			from: '2026-03-10',
			through: '2026-03-10',
			days: 1,
			reason: 'notFilled',
		});
	});

	it('leaves out a week of zeros at the end of the totals', () => {
		const days = year.map((day) =>
			day.date > '2026-03-24'
				? { ...day, received: 0, units: 0, pageViews: 0 }
				: { ...day, units: 3, pageViews: 100 },
		);
		const window = covered(days).window(30, TODAY);
		expect(window).toMatchObject({ provenance: 'derived', coverage: { through: '2026-03-24' } });
	});

	it('keeps the days without page views of a shop that often has none', () => {
		const quiet = year.map((day, index) => ({ ...day, units: 0, pageViews: index % 3 }));
		expect(withoutUnfilled(quiet)).toEqual(quiet);
	});

	it('leaves out a day of both reports if it has a neutral row but no feedback in its totals', () => {
		const days = yearWith('2026-03-20', { received: 0 });
		const window = covered(days, report([neutral('2026-03-20')])).window(365, TODAY);
		expect(window).toMatchObject({
			provenance: 'derived',
			counts: { positive: 3600, neutral: 0 },
			coverage: { daysCovered: 360 },
		});
		expect(String(window.coverage.reasons)).toMatch(/contradict each other.*2026-03-20/);
	});

	it.each([
		['lists fewer', totals('2026-03-20', 10, 2), [negative('2026-03-20')]],
		['lists more', totals('2026-03-20', 10, 0), [negative('2026-03-20')]],
		['counts more negative feedback than feedback', totals('2026-03-20', 1, 2), []],
	])('leaves out a day whose negatives do not match: %s', (_, day, rows) => {
		const window = covered(yearWith(day.date, day), report(rows)).window(365, TODAY);
		expect(window).toMatchObject({
			provenance: 'derived',
			counts: { positive: 3600, neutral: 0, negative: 0 },
			coverage: { daysCovered: 360 },
		});
	});

	it('gives no number if the days left out have enough bad feedback to matter', () => {
		const rows = Array.from({ length: 9 }, (_, index) => neutral(plusDays(SETTLED, -index)));
		// Sales and Traffic counts 3 stars as negative here.
		const days = year.map((day) =>
			day.date > '2026-03-18' ? { ...day, received: 2, negative: 1 } : { ...day, received: 1 },
		);
		const window = covered(days, report(rows)).window(365, TODAY);
		expect(window).toMatchObject({ provenance: 'insufficient', counts: undefined });
		expect(window.coverage.reasons[0]).toMatch(/have 18 feedback entries with 1 to 3 stars/);
	});

	it('never treats a missing day as a day without feedback', () => {
		const days = yearWithout('2026-03-10', '2026-03-11');
		const window = covered(days, report([neutral('2026-03-10')])).window(365, TODAY);
		expect(window).toMatchObject({ counts: { positive: 3590, neutral: 0 } });
		expect(window.coverage.daysLeftOut[0]).toEqual({
			from: '2026-03-10',
			through: '2026-03-11',
			days: 2,
			reason: 'noTotals',
		});
	});

	it('treats a figure that is null as unknown', () => {
		const days = yearWith('2026-03-10', { received: null });
		expect(covered(days).window(365, TODAY)).toMatchObject({
			provenance: 'derived',
			counts: { positive: 3600 },
			coverage: { daysCovered: 360 },
		});
	});

	it.each([
		['a 365-day window with 20 covered days', daysUntil(TODAY, 24), 365],
		['a month without four of its days', year.filter(({ date }) => !/-1[0-3]$/.test(date)), 30],
		['no totals at all', [], 30],
		['totals only from before the window', daysUntil('2026-03-01', 60), 30],
		['totals only of future days', [totals('2026-04-01', 5)], 30],
		['days that are all not settled yet', year, 4],
	])('gives no number for %s', (_, days, length) => {
		const window = covered(days).window(length, TODAY);
		expect(window).toMatchObject({ provenance: 'insufficient', counts: undefined });
		expect(window.coverage.reasons[0]).toMatch(
			/no settled daily totals|cover only \d+ of the \d+ days/,
		);
	});

	it('gives no number for days that the feedback report does not cover', () => {
		const short = report([neutral('2026-03-20')], { from: '2026-03-08', through: '2026-03-30' });
		const of = (days: number) => covered(year, short).window(days, TODAY);
		expect(of(15)).toMatchObject({ provenance: 'derived', counts: { neutral: 1 } });
		expect(of(365)).toMatchObject({ provenance: 'insufficient', counts: undefined });
		expect(String(of(365).coverage.reasons)).toMatch(/cover only 20 of the 365 days/);
		expect(String(of(365).coverage.reasons)).toMatch(/feedback report does not cover 341 day/);
	});

	it('trusts the range that a report states over the days in it', () => {
		const named = { days: year, madeOn: TODAY, from: '2026-03-08', through: '2026-03-30' };
		const coverage = new Coverage({ totals: named, feedback: report() });
		expect(coverage.window(365, TODAY).provenance).toBe('insufficient');
		expect(coverage.window(20, TODAY)).toMatchObject({ coverage: { daysCovered: 16 } });
	});

	it('gives no number if a line without a date could not be read', () => {
		const feedback = report([], { unreadable: { days: [], undated: 1 } });
		for (const days of [7, 30, 365]) {
			const window = covered(year, feedback).window(days, TODAY);
			expect(window).toMatchObject({ provenance: 'insufficient', counts: undefined });
			expect(window.coverage.reasons[0]).toMatch(/1 line\(s\).*could not be read/);
		}
	});

	it('keeps the windows that cannot contain the unreadable line', () => {
		const feedback = report([], { unreadable: { days: ['2026-02-10'], undated: 0 } });
		const of = (days: number) => covered(year, feedback).window(days, TODAY).provenance;
		expect([of(30), of(50), of(90)]).toEqual(['derived', 'insufficient', 'insufficient']);
	});

	it('treats an unreadable last line as the place where the report was cut off', () => {
		const cells = ['a@b.c', '111-1000000-1000000', 'reply', 'comment', '3'];
		const row = (day: number) => [`3/${day}/26`, ...cells.toReversed()].join('\t');
		const head = 'Date\tRating\tComments\tYour Response\tOrder ID\tRater Email';
		const read = (...rows: string[]) => {
			const reader = new FeedbackReportReader('mdy');
			const text = [head, ...rows].join('\r\n');
			const found = [...reader.read(text), ...reader.end()];
			expect(found).toHaveLength(1);
			return unreadableLinesOf(reader, reader.lines);
		};
		const broken = row(9).replace('111-1000000-1000000', 'x');
		expect(read(broken, row(8))).toEqual({ days: ['2026-03-09'], undated: 0 });
		expect(read(row(10), broken)).toEqual({ days: [], undated: 1 });
		expect(read(row(10), 'only words', '')).toEqual({ days: [], undated: 1 });
		expect(read('only words', row(10))).toEqual({ days: [], undated: 1 });
	});

	it('gives no number for an empty document, which is not a report without feedback', () => {
		const window = covered(year, report([], { isEmpty: true })).window(30, TODAY);
		expect(window).toMatchObject({ provenance: 'insufficient', counts: undefined });
		expect(window.coverage.reasons[0]).toMatch(/empty and has no header line/);
		expect(covered(year, report()).window(30, TODAY).provenance).toBe('derived');
	});

	it('gives no number without a feedback report, which is not the same as no feedback', () => {
		const window = covered(year, { kind: 'canceled' }).window(30, TODAY);
		expect(window).toMatchObject({ provenance: 'insufficient', counts: undefined });
		expect(window.coverage.reasons[0]).toMatch(/canceled the feedback report/);
	});

	it('treats a canceled report as one without feedback if the user says so, unless the totals contradict it', () => {
		const window = covered(year, { kind: 'assumedNone' }).window(30, TODAY);
		expect(window).toMatchObject({ provenance: 'derived', counts: { positive: 260 } });
		expect(String(window.coverage.reasons)).toMatch(/as you chose/);
		const bad = yearWith('2026-03-20', { negative: 3 });
		expect(covered(bad, { kind: 'assumedNone' }).window(30, TODAY)).toMatchObject({
			provenance: 'insufficient',
		});
	});

	it('gives zero counts for a covered window without any feedback', () => {
		const window = covered(daysUntil(TODAY, 30, 0)).window(30, TODAY);
		expect(window).toMatchObject({
			provenance: 'derived',
			counts: { positive: 0, neutral: 0, negative: 0 },
		});
	});

	it('leaves out a day that the report has twice with different figures', () => {
		const window = covered([...year, totals('2026-03-10', 3)]).window(365, TODAY);
		expect(window).toMatchObject({ counts: { positive: 3600 } });
		expect(covered([...year, totals('2026-03-10', 10)]).window(365, TODAY)).toMatchObject({
			counts: { positive: 3610 },
		});
	});

	it('leaves out a day with a row that may belong to another marketplace', () => {
		const feedback = report([], { doubtfulDays: ['2026-03-10'] });
		expect(covered(year, feedback).window(365, TODAY)).toMatchObject({
			provenance: 'derived',
			coverage: { daysCovered: 360 },
		});
		expect(covered(daysUntil(TODAY, 60, 1), feedback).window(30, TODAY)).toMatchObject({
			provenance: 'insufficient',
		});
	});

	it('does not subtract positive rows if a report contains any', () => {
		const rows: DatedFeedback[] = [{ date: SETTLED, sentiment: 'positive' }];
		expect(covered(year, report(rows)).window(30, TODAY)).toMatchObject({
			counts: { positive: 260, neutral: 0, negative: 0 },
		});
	});

	it('counts calendar days across leap days, years and clock changes', () => {
		const days = daysUntil('2024-12-31', 366);
		const coverage = new Coverage({
			totals: { days, madeOn: '2025-01-10' },
			feedback: report(),
		});
		expect(coverage.window(365, '2024-12-31')).toMatchObject({
			coverage: { from: '2024-01-02', through: '2024-12-31', daysCovered: 365, daysLeftOut: [] },
		});
	});

	it('ignores a day long ago', () => {
		const coverage = covered([...year, totals('0001-01-01', 1), totals('9999-12-31', 1)]);
		expect(coverage.window(365, TODAY)).toMatchObject({ provenance: 'derived' });
	});
});

describe('The limits of a window', () => {
	const NO_TOTALS = 'Amazon has no settled daily totals for this window';
	const first = plusDays(TODAY, -364);

	it.each([
		[first, 'derived'],
		[plusDays(first, -1), 'insufficient'],
		[SETTLED, 'derived'],
		[plusDays(SETTLED, 1), 'insufficient'],
	])('are the first and the last settled day: %s', (day, provenance) => {
		const { coverage, ...window } = covered(year).window(1, day);
		expect(window.provenance).toBe(provenance);
		expect([coverage.from, coverage.through]).toEqual(
			provenance === 'derived' ? [day, day] : [null, null],
		);
		expect(coverage.reasons.includes(NO_TOTALS)).toBe(provenance === 'insufficient');
	});

	it('are in its counts and in those of a picture', () => {
		const coverage = covered(year);
		const [start, end] = [dayNumber(first), dayNumber(SETTLED)];
		expect(coverage.firstDay).toBe(first);
		expect(coverage.lastDay).toBe(SETTLED);
		expect(coverage.settledThrough).toBe(SETTLED);
		expect(coverage.daysCovered(start - 5, start)).toBe(1);
		expect(coverage.daysCovered(end, end + 5)).toBe(1);
		expect(coverage.daysCovered(start - 5, start - 1)).toBe(0);
		expect(coverage.daysCovered(end + 1, end + 5)).toBe(0);
		expect(coverage.between(first, SETTLED)).toMatchObject({
			counts: { positive: 3610 },
			coverage: { from: first, through: SETTLED, daysCovered: 361, daysLeftOut: [], reasons: [] },
		});
	});

	it('do not exist if no day has totals', () => {
		const coverage = covered([]);
		expect([coverage.firstDay, coverage.lastDay, coverage.settledThrough]).toEqual([
			undefined,
			undefined,
			undefined,
		]);
		expect(coverage.window(3, TODAY).coverage).toMatchObject({
			from: null,
			through: null,
			daysCovered: 0,
			reasons: [NO_TOTALS, expect.any(String)],
		});
		expect(coverage.countsOf(dayNumber(SETTLED), dayNumber(SETTLED))).toBeUndefined();
	});

	it('go back at most 1,099 days before the last settled day', () => {
		const days = [totals(plusDays(SETTLED, -1_099), 1), totals(plusDays(SETTLED, -1_100), 1)];
		expect(covered([...year, ...days]).firstDay).toBe(plusDays(SETTLED, -1_099));
	});

	it('end with the last day of the feedback report', () => {
		const coverage = covered(year, report([], { through: '2026-03-20' }));
		expect(coverage.settledThrough).toBe('2026-03-20');
		expect(coverage.window(30, TODAY).coverage.daysLeftOut).toEqual([
			{ from: '2026-03-21', through: SETTLED, days: 7, reason: 'notInFeedbackReport' },
			{ from: '2026-03-28', through: TODAY, days: 4, reason: 'notSettled' },
		]);
	});

	it('say that totals are missing if the feedback report covers more days', () => {
		const coverage = covered(daysUntil('2026-03-25', 60));
		expect(coverage.window(30, TODAY).coverage.daysLeftOut).toEqual([
			{ from: '2026-03-26', through: SETTLED, days: 2, reason: 'noTotals' },
			{ from: '2026-03-28', through: TODAY, days: 4, reason: 'notSettled' },
		]);
	});

	it('include the first and the last day that the reports name', () => {
		const range = { from: '2026-03-20', through: '2026-03-25' };
		const window = { coverage: { ...range, daysCovered: 6 } };
		expect(covered(year, report([], range)).window(9, '2026-03-26')).toMatchObject(window);
		const named = new Coverage({
			totals: { days: year, madeOn: TODAY, ...range },
			feedback: report(),
		});
		expect(named.window(9, '2026-03-26')).toMatchObject(window);
		expect(covered(year, { kind: 'assumedNone', ...range }).window(9, '2026-03-26')).toMatchObject(
			window,
		);
	});
});

describe('The days that may be missing', () => {
	const provenanceOf = (coverage: Coverage, days: number, to = TODAY) =>
		coverage.window(days, to).provenance;

	it.each([
		['2026-03-22', 'derived'],
		['2026-03-21', 'insufficient'],
	])('are eight at the end and one more: %s', (last, provenance) => {
		expect(provenanceOf(covered(daysUntil(last, 60)), 19)).toBe(provenance);
	});

	it('are as many at the end as the user waits, and today', () => {
		const coverage = covered(year, report(), { daysUntilSettled: 9 });
		expect(provenanceOf(coverage, 19)).toBe('derived');
		expect(provenanceOf(covered(daysUntil('2026-03-19', 60)), 19)).toBe('insufficient');
	});

	it.each([
		[30, 3, 'derived'],
		[30, 4, 'insufficient'],
		[29, 2, 'derived'],
		[29, 3, 'insufficient'],
		[9, 1, 'derived'],
		[9, 2, 'insufficient'],
	])('are one in ten of %p days, at least one: %p', (days, missing, provenance) => {
		const gone = Array.from({ length: missing }, (_, index) => plusDays('2026-03-20', index));
		expect(provenanceOf(covered(yearWithout(...gone)), days, SETTLED)).toBe(provenance);
	});

	it('are two of three days at most', () => {
		expect(provenanceOf(covered(year), 6)).toBe('derived');
		expect(provenanceOf(covered(year), 5)).toBe('insufficient');
	});

	it.each([
		[199, 'derived'],
		[198, 'insufficient'],
	])('may hold bad feedback that takes half a point from %p positives', (positives, provenance) => {
		const days = daysUntil(SETTLED, 20, 0).map((day) => {
			if (day.date === '2026-03-15') return { ...day, received: positives };
			return day.date === '2026-03-20' ? { ...day, received: null } : day;
		});
		const coverage = covered(days, report([neutral('2026-03-20')]));
		expect(provenanceOf(coverage, 20, SETTLED)).toBe(provenance);
	});

	it('are all that may hold bad feedback if no other day has any feedback', () => {
		const days = daysUntil(SETTLED, 20, 0).map((day) =>
			day.date === '2026-03-20' ? { ...day, negative: null } : day,
		);
		expect(provenanceOf(covered(days, report([negative('2026-03-20')])), 20, SETTLED)).toBe(
			'insufficient',
		);
		expect(provenanceOf(covered(days), 20, SETTLED)).toBe('derived');
	});

	it.each([
		['neutral row', { received: null }, [neutral('2026-03-20')], {}, 1],
		['negative row', { received: null }, [negative('2026-03-20')], {}, 1],
		['negative of the totals', { received: null, negative: 2 }, [], {}, 2],
		['negative of both', { received: null, negative: 2 }, [negative('2026-03-20')], {}, 2],
		['doubtful row', {}, [], { doubtfulDays: ['2026-03-20'] }, 1],
		[
			'unreadable line',
			{ received: null },
			[],
			{ unreadable: { days: ['2026-03-20', '2026-03-20'], undated: 0 } },
			2,
		],
	] as const)('count for the rating with each %s', (_, change, rows, more, low) => {
		const days = daysUntil(SETTLED, 20, 1).map((day) =>
			day.date === '2026-03-20' ? { ...day, ...change } : day,
		);
		const { coverage } = covered(days, report(rows, more)).window(20, SETTLED);
		expect(coverage.reasons[0]).toMatch(
			new RegExp(`^The days left out have ${low} feedback entries with 1 to 3 stars`),
		);
	});

	it('are named with the last three spans and their known feedback', () => {
		const gone = ['2026-02-05', '2026-02-10', '2026-02-14', '2026-03-01', '2026-03-02'];
		const rows = [neutral('2026-02-05'), negative('2026-03-01'), neutral('2026-03-02')];
		const of = (from: string) =>
			covered(yearWithout(...gone), report(rows)).between(from, SETTLED).coverage.reasons;
		expect(of('2026-02-05')).toContain(
			'Amazon provided no totals for 5 day(s) (2026-02-10, 2026-02-14, 2026-03-01 to 2026-03-02, and others), with 3 known feedback entries of 1 to 3 stars',
		);
		expect(of('2026-02-06')).toContain(
			'Amazon provided no totals for 4 day(s) (2026-02-10, 2026-02-14, 2026-03-01 to 2026-03-02), with 2 known feedback entries of 1 to 3 stars',
		);
		expect(of('2026-03-03')).toEqual([]);
	});
});

describe('The edges of a window', () => {
	it('are the first and the last day that is counted', () => {
		const days = yearWithout('2026-03-01', '2026-03-02', '2026-03-09', '2026-03-10');
		const of = (from: string, to: string) => covered(days).between(from, to).coverage;
		expect(of('2026-03-01', '2026-03-10')).toMatchObject({
			from: '2026-03-03',
			through: '2026-03-08',
		});
		expect(of('2026-03-02', '2026-03-03')).toMatchObject({
			from: '2026-03-03',
			through: '2026-03-03',
		});
		expect(of('2026-03-08', '2026-03-09')).toMatchObject({
			from: '2026-03-08',
			through: '2026-03-08',
		});
		expect(of('2026-03-01', '2026-03-02')).toMatchObject({ from: null, through: null });
		expect(of('2026-03-01', '2026-03-01')).toMatchObject({ from: null, through: null });
	});
});

describe('A window without a feedback report', () => {
	it.each([
		['canceled', { kind: 'canceled' } as const],
		['empty', report([], { isEmpty: true })],
	])('says only once that the report is missing, and counts no day: %s', (_, feedback) => {
		const coverage = covered(yearWithout('2026-03-20'), feedback);
		const { coverage: stated } = coverage.window(30, TODAY);
		expect(stated.daysCovered).toBe(0);
		expect(coverage.firstDay).toBeUndefined();
		expect(stated.daysLeftOut.map(({ days, reason }) => [days, reason])).toEqual([
			[18, 'notInFeedbackReport'],
			[1, 'noTotals'],
			[7, 'notInFeedbackReport'],
			[4, 'notSettled'],
		]);
		expect(stated.reasons).toEqual([
			expect.stringContaining('the neutral ratings are unknown'),
			'The last 4 day(s) (2026-03-28 to 2026-03-31) are not counted, because Amazon may still change their totals',
			'Amazon provided no totals for 1 day(s) (2026-03-20)',
		]);
	});

	it('knows no day after the totals', () => {
		const coverage = covered(daysUntil('2026-03-25', 60), { kind: 'canceled' });
		expect(coverage.window(5, SETTLED).coverage.daysLeftOut).toEqual([
			{ from: '2026-03-23', through: SETTLED, days: 5, reason: 'notInFeedbackReport' },
		]);
	});
});

describe('A day of the totals', () => {
	const reasonsWith = (...changes: Array<Partial<DailyFeedback>>) => {
		const days = changes.map((change) => ({ ...totals('2026-03-20', 10), ...change }));
		return covered([...yearWithout('2026-03-20'), ...days])
			.window(30, SETTLED)
			.coverage.daysLeftOut.map(({ from, reason }) => [from, reason]);
	};

	it.each([
		['once', [{}], []],
		['twice', [{}, {}], []],
		['with other feedback', [{}, { received: 9 }], [['2026-03-20', 'noTotals']]],
		['with other negatives', [{}, { negative: 1 }], [['2026-03-20', 'noTotals']]],
		['without feedback', [{ received: null }], [['2026-03-20', 'noTotals']]],
		['without negatives', [{ negative: null }], [['2026-03-20', 'noTotals']]],
		[
			'without feedback, but page views',
			[{ received: null, pageViews: 5 }],
			[['2026-03-20', 'noTotals']],
		],
		['without page views', [{ received: null, pageViews: 0 }], [['2026-03-20', 'notFilled']]],
	])('counts or is left out if it is there %s', (_, changes, reasons) => {
		expect(reasonsWith(...changes)).toEqual(reasons);
	});

	it('is not settled if it is the last and has no figures', () => {
		expect(covered(yearWith(SETTLED, { received: null })).settledThrough).toBe('2026-03-26');
		expect(knownDays({ days: [...year, totals(SETTLED, 9)], madeOn: TODAY })).toContainEqual({
			...totals(SETTLED, 9),
			received: null,
			negative: null,
		});
	});
});

describe('An unreadable line', () => {
	it('may be the negative that is missing, but at most one', () => {
		const unreadable = { days: ['2026-03-20'], undated: 0 };
		const of = (count: number) =>
			covered(yearWith('2026-03-20', { negative: count }), report([], { unreadable }))
				.window(30, SETTLED)
				.coverage.daysLeftOut.map(({ reason }) => reason);
		expect(of(0)).toEqual([]);
		expect(of(1)).toEqual([]);
		expect(of(2)).toEqual(['contradiction']);
	});
});

describe('withoutUnfilled', () => {
	const daysWith = (pageViews: ReadonlyArray<number | null | undefined>, units?: number | null) =>
		pageViews.map((views, index) => ({
			...totals(plusDays('2026-03-01', index), 2, 1),
			pageViews: views,
			...(units !== undefined && { units }),
		}));
	const receivedOf = (days: readonly DailyFeedback[]) =>
		withoutUnfilled(days).map(({ received, negative: bad }) => [received, bad]);
	const viewed = (count: number) => Array.from({ length: count }, () => 5);

	it('leaves out a day without page views if more than nine days in ten have some', () => {
		expect(receivedOf(daysWith([0, ...viewed(9)]))[0]).toEqual([2, 1]);
		expect(receivedOf(daysWith([0, ...viewed(10)]))[0]).toEqual([null, null]);
		expect(receivedOf(daysWith([0, ...viewed(9), undefined, null]))[0]).toEqual([2, 1]);
	});

	it.each([
		[0, 2],
		[null, 2],
		[undefined, 2],
		[1, null],
	])('leaves out a day without page views by its sales: %p', (units, received) => {
		expect(receivedOf(daysWith([0, 0, 5], units))[0]?.[0]).toBe(received);
		expect(receivedOf(daysWith([0, 0, 5], units))[2]?.[0]).toBe(2);
	});
});

describe('Days without page views at the end', () => {
	/** Views on every third day, and none after `last`. */
	const viewedUntil = (last: string) =>
		daysUntil(TODAY, 90).map((day, index) => ({
			...day,
			units: 0,
			pageViews: day.date > last || index % 3 > 0 ? 0 : 50,
		}));

	it('are not filled in yet if they are of the last week', () => {
		// The eighth day before the report is the 23rd.
		expect(covered(viewedUntil('2026-03-20')).settledThrough).toBe('2026-03-22');
		expect(covered(viewedUntil('2026-03-26')).settledThrough).toBe('2026-03-25');
	});

	it('are filled in if the shop never has page views', () => {
		const days = daysUntil(TODAY, 90).map((day) => ({ ...day, units: 0, pageViews: 0 }));
		expect(covered(days).settledThrough).toBe(SETTLED);
		expect(knownDays({ days, madeOn: TODAY })).toEqual(days);
	});

	it('are kept without figures', () => {
		const days = viewedUntil('2026-03-20');
		const known = knownDays({ days, madeOn: TODAY });
		expect(known).toHaveLength(90);
		expect(known.filter(({ received }) => received === null).map(({ date }) => date)).toEqual(
			days.map(({ date }) => date).filter((date) => date > '2026-03-22'),
		);
		expect(known.every((day) => (day.received === null) === (day.negative === null))).toBe(true);
	});

	it('are kept with their figures if a later day is filled in', () => {
		const days = viewedUntil('2026-03-20').map((day) =>
			day.date === '2026-03-29' ? { ...day, pageViews: 9 } : day,
		);
		const known = knownDays({ days, madeOn: TODAY });
		expect(known.filter(({ received }) => received === null).map(({ date }) => date)).toEqual([
			'2026-03-31',
			'2026-03-30',
		]);
		expect(covered(days).settledThrough).toBe('2026-03-22');
	});
});

/** A generated history, and the parts removed from its two reports. */
describe('Coverage with any parts missing', () => {
	const DAYS = 120;
	const dateOf = (ago: number) =>
		new Date(Date.parse(TODAY) - ago * 86_400_000).toISOString().slice(0, 10);

	const world = fc.array(
		fc.record({
			positive: fc.nat(6),
			neutral: fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, fc.nat(2)),
			negative: fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, fc.nat(2)),
		}),
		{ minLength: DAYS, maxLength: DAYS },
	);

	const some = fc.array(fc.nat(DAYS - 1), { maxLength: 12 });

	const taken = fc.record({
		/** Days of the totals that are missing, null, or zero with or without sales. */
		absent: some,
		empty: some,
		unfilled: some,
		/** The totals start and end this many days ago. */
		totalsFrom: fc.oneof(fc.constant(DAYS - 1), fc.nat(DAYS - 1)),
		lag: fc.oneof(fc.constant(0), fc.nat(10)),
		zerosAtTheEnd: fc.oneof(fc.constant(0), fc.nat(9)),
		/** Negative rows that are missing completely, and rows that became a broken line. */
		missing: some,
		broken: fc.array(fc.nat(DAYS - 1), { maxLength: 2 }),
		undated: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, fc.boolean()),
		feedbackFrom: fc.oneof(fc.constant(DAYS - 1), fc.nat(DAYS - 1)),
		feedbackUntil: fc.oneof(fc.constant(0), fc.nat(12)),
		document: fc.oneof(
			{ weight: 20, arbitrary: fc.constant<'whole'>('whole') },
			fc.constantFrom<'whole' | 'empty' | 'canceled'>('empty', 'canceled'),
		),
	});

	it('gives a derived window only if it equals the truth over its stated coverage', () => {
		let derived = 0;
		fc.assert(
			fc.property(
				world,
				taken,
				fc.constantFrom(7, 30, 90),
				fc.nat(30),
				(days, away, length, ago) => {
					const daily = days.flatMap((day, index): DailyFeedback[] => {
						if (away.absent.includes(index)) return [];
						if (index > away.totalsFrom || index < away.lag) return [];
						const date = dateOf(index);
						const filled = { units: 4, pageViews: 90 };
						if (away.empty.includes(index))
							return [{ date, received: null, negative: null, ...filled }];
						const received = day.positive + day.neutral + day.negative;
						const isUnfilled = away.unfilled.includes(index) || index < away.zerosAtTheEnd;
						return isUnfilled
							? [
									{
										date,
										received: 0,
										negative: 0,
										units: index < away.zerosAtTheEnd ? index % 2 : 4,
										pageViews: 0,
									},
								]
							: [{ date, received, negative: day.negative, ...filled }];
					});
					const rows: DatedFeedback[] = [];
					const broken: string[] = [];
					let undated = 0;
					days.forEach((day, index) => {
						const date = dateOf(index);
						if (index > away.feedbackFrom || index < away.feedbackUntil) return;
						let [breaks, misses] = [away.broken, away.missing].map((list) => list.includes(index));
						const add = (sentiment: Sentiment, times: number) => {
							for (let time = 0; time < times; time += 1) {
								if (breaks) {
									if (away.undated) undated += 1;
									else broken.push(date);
									breaks = false;
								} else if (misses && sentiment === 'negative') misses = false;
								else rows.push({ date, sentiment });
							}
						};
						add('neutral', day.neutral);
						add('negative', day.negative);
					});
					const feedback: FeedbackEvidence =
						away.document === 'canceled'
							? { kind: 'canceled' }
							: away.document === 'empty'
								? report([], { isEmpty: true })
								: report(rows, {
										from: dateOf(away.feedbackFrom),
										through: dateOf(away.feedbackUntil),
										unreadable: { days: broken, undated },
									});
					const to = dateOf(ago);
					const coverage = covered(daily, feedback);
					const { provenance, counts, coverage: stated } = coverage.window(length, to);
					const last = dayNumber(to);
					expect(coverage.countsOf(last - length + 1, last)).toEqual(counts);

					const leftOut = stated.daysLeftOut.reduce((sum, span) => sum + span.days, 0);
					expect(stated.daysCovered + leftOut).toBe(length);
					if (provenance === 'insufficient') {
						expect(counts).toBeUndefined();
						expect(stated.reasons).not.toHaveLength(0);
						return;
					}
					derived += 1;
					const truth = { positive: 0, neutral: 0, negative: 0 };
					let daysCovered = 0;
					days.forEach((day, index) => {
						const date = dateOf(index);
						if (index < ago || index >= ago + length) return;
						if (stated.daysLeftOut.some(({ from, through }) => date >= from && date <= through))
							return;
						daysCovered += 1;
						for (const sentiment of ['positive', 'neutral', 'negative'] as const) {
							truth[sentiment] += day[sentiment];
						}
					});
					expect(counts).toEqual(truth);
					expect(daysCovered).toBe(stated.daysCovered);
					if (leftOut > 0) expect(stated.reasons).not.toHaveLength(0);
					expect(3 * stated.daysCovered).toBeGreaterThanOrEqual(length);
				},
			),
			{ numRuns: 500 },
		);
		expect(derived).toBeGreaterThan(25);
	});

	it('overstates a rating by at most half a point because of bad feedback that is left out', () => {
		fc.assert(
			fc.property(world, some, some, (days, gone, absent) => {
				const daily = days.flatMap(({ positive, neutral: three, negative: bad }, index) =>
					absent.includes(index) ? [] : [totals(dateOf(index), positive + three + bad, bad)],
				);
				const rows = days.flatMap(({ neutral: three, negative: bad }, index) => [
					...Array.from({ length: three }, () => neutral(dateOf(index))),
					...Array.from({ length: gone.includes(index) ? 0 : bad }, () => negative(dateOf(index))),
				]);
				const coverage = covered(daily, report(rows));
				const { counts } = coverage.window(90, TODAY);
				if (counts === undefined) return;
				const settled = dayNumber(TODAY) - dayNumber(coverage.settledThrough ?? '');
				const low = days
					.slice(settled, 90)
					.reduce((sum, day) => sum + day.neutral + day.negative, 0);
				const leftOut = absent.filter((index) => index >= settled && index < 90);
				const unseen = [...new Set(leftOut)]
					.filter((index) => gone.includes(index))
					.reduce((sum, index) => sum + (days[index]?.negative ?? 0), 0);
				const { positive } = counts;
				const worst = positive / (positive + low - unseen);
				expect(positive / totalOf(counts) - worst).toBeLessThanOrEqual(0.005 + 1e-12);
			}),
			{ numRuns: 200 },
		);
	});
});

describe('withoutFalseZeros', () => {
	const day = (date: string, received: number, units = 3, pageViews = 50): DailyFeedback => ({
		date,
		received,
		negative: 0,
		units,
		pageViews,
	});
	const nothing = (date: string) => day(date, 0, 0, 0);
	const dates = (from: number, count: number) =>
		Array.from({ length: count }, (_, index) => `2026-11-${String(from + index).padStart(2, '0')}`);

	it('makes a run of days with nothing at all unknown if the shop had visitors before', () => {
		const days = [day('2026-11-01', 2), ...dates(2, 5).map(nothing)];
		const result = withoutFalseZeros(days.toReversed());
		expect(result[0]).toEqual(day('2026-11-01', 2));
		expect(result.slice(1).map(({ received, negative }) => [received, negative])).toEqual(
			dates(2, 5).map(() => [null, null]),
		);
	});

	it.each([
		['two days', 2, 0],
		['three days', 3, null],
	])('keeps a run of nothing only if it has fewer than three days: %s', (_, count, received) => {
		const days = [day('2026-11-01', 2), ...dates(2, count).map(nothing), day('2026-11-09', 1)];
		expect(withoutFalseZeros(days).map((each) => each.received)).toEqual([
			2,
			...dates(2, count).map(() => received),
			1,
		]);
	});

	it.each([
		['feedback', day('2026-11-04', 1, 0, 0)],
		['a sale', day('2026-11-04', 0, 1, 0)],
		['a visitor', day('2026-11-04', 0, 0, 1)],
		['unknown feedback', { ...nothing('2026-11-04'), received: null }],
		['unknown sales', { ...nothing('2026-11-04'), units: null }],
		['unknown visitors', { ...nothing('2026-11-04'), pageViews: null }],
	])('keeps a run of zeros that a day with %s interrupts', (_, between) => {
		const before = [day('2026-11-01', 2), ...dates(2, 2).map(nothing)];
		const days = [...before, between, ...dates(5, 2).map(nothing)];
		expect(withoutFalseZeros(days)).toEqual(days);
	});

	it.each([
		['visitors came only afterwards', [...dates(1, 5).map(nothing), day('2026-11-06', 2)]],
		['no day before has visitors', [day('2026-11-01', 2, 3, 0), ...dates(2, 5).map(nothing)]],
		[
			'visitors before are unknown',
			[{ ...day('2026-11-01', 2), pageViews: null }, ...dates(2, 5).map(nothing)],
		],
	])('keeps the zeros if %s', (_, days) => {
		expect(withoutFalseZeros(days)).toEqual(days);
	});

	it.each([
		['a single quiet day', [day('2026-11-01', 2), nothing('2026-11-02'), day('2026-11-03', 1)]],
		['a shop that has never had a visitor', dates(1, 20).map(nothing)],
		['days with visitors but no feedback', dates(1, 20).map((date) => day(date, 0, 0, 7))],
	])('keeps the zeros of %s', (_, days) => {
		expect(withoutFalseZeros(days)).toEqual(days);
	});
});

it('says that there are no totals if there is no Sales and Traffic report', () => {
	const { coverage, provenance } = new Coverage({
		totals: undefined,
		feedback: { kind: 'report', rows: [], unreadable: { days: [], undated: 0 }, isEmpty: false },
	} as never).window(30, '2026-11-28');
	expect(provenance).toBe('insufficient');
	expect(coverage.daysLeftOut).toMatchObject([{ days: 30, reason: 'noTotals' }]);
});
