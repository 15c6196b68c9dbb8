import fc from '../fastCheck';

import { sortThresholds } from '../../nodes/shared/domain/bands';
import {
	combineCounts,
	evaluateWindow,
	judge,
	type EvaluationSettings,
	type WindowReading,
} from '../../nodes/AmazonSellerRating/analysis/evaluation';
import { rationalFromPercent } from '../../nodes/shared/domain/rational';

const settings = (...percents: number[]): EvaluationSettings => ({
	thresholds: sortThresholds(
		percents.map((percent) => ({
			name: `Threshold ${percent}`,
			percent,
			share: rationalFromPercent(percent),
		})),
	),
	minimumTotal: 1,
	z: 1.959964,
});

const window = { days: 30, from: '2026-10-25', to: '2026-11-23' };

const counts = (positive: number, total: number) => ({
	positive,
	neutral: 0,
	negative: total - positive,
});

const exact = (given: WindowReading['counts']): WindowReading => ({
	source: 'counts',
	provenance: 'exact',
	counts: given,
	notes: [],
});

const evaluate = (given: WindowReading['counts'], chosen = settings(95, 98)) =>
	evaluateWindow(window, [exact(given)], chosen);

describe('a window', () => {
	it('has all figures of 90 positives among 100', () => {
		expect(evaluate({ positive: 90, neutral: 5, negative: 5 })).toMatchObject({
			source: 'counts',
			provenance: 'exact',
			band: 'critical',
			ratingPercent: 90,
			displayedRating: 90,
			positive: 90,
			neutral: 5,
			negative: 5,
			total: 100,
			shares: { positive: 90, neutral: 5, negative: 5 },
			confidence: { low: expect.closeTo(82.6, 1), high: expect.closeTo(94.5, 1) },
			thresholds: [
				{
					percent: 98,
					met: false,
					distancePoints: -8,
					runway: null,
					neededPositives: 400,
					costOfOneNonPositive: 49,
				},
				{
					percent: 95,
					met: false,
					distancePoints: -5,
					runway: null,
					neededPositives: 100,
					costOfOneNonPositive: 19,
				},
			],
		});
	});

	it('shows 94.5% as 95 and still says that 95 is not met', () => {
		expect(evaluate(counts(189, 200))).toMatchObject({
			band: 'critical',
			ratingPercent: 94.5,
			displayedRating: 95,
			thresholds: [{}, { met: false, distancePoints: -0.5, neededPositives: 20 }],
		});
	});

	it('has a distance of exactly 0, a runway of 0 and no needed positives on a threshold', () => {
		expect(evaluate(counts(19, 20)).thresholds[1]).toMatchObject({
			met: true,
			distancePoints: 0,
			runway: 0,
			neededPositives: 0,
		});
	});

	it('has no needed positives if no number reaches a threshold of 100%', () => {
		expect(evaluate(counts(9, 10), settings(100)).thresholds[0]).toMatchObject({
			met: false,
			neededPositives: null,
			costOfOneNonPositive: null,
		});
	});

	it('has no rating without counts or without feedback, but the total is 0 without feedback', () => {
		const nothing = { band: null, ratingPercent: null, confidence: null, thresholds: [] };
		expect(evaluate(undefined)).toMatchObject({
			...nothing,
			provenance: 'insufficient',
			total: null,
		});
		expect(evaluate(counts(0, 0))).toMatchObject({ ...nothing, provenance: 'exact', total: 0 });
	});

	it('has a distance whose sign always agrees with whether the threshold is met', () => {
		fc.assert(
			fc.property(
				fc.integer({ min: 1, max: 9_000_000_000 }),
				fc.integer({ min: -2, max: 2 }),
				(total, offset) => {
					const positive = Math.min(total, Math.max(0, Math.round(total * 0.98) + offset));
					const [aim] = evaluate(counts(positive, total)).thresholds;
					expect(aim && aim.distancePoints >= 0).toBe(aim?.met);
				},
			),
		);
	});

	it('compares with the previous window, in points', () => {
		const reading = { ...exact(counts(90, 100)), countsBefore: counts(97, 100) };
		expect(evaluateWindow(window, [reading], settings(95)).trendPoints).toBe(-7);
		expect(evaluate(counts(90, 100)).trendPoints).toBeNull();
	});
});

describe('several sources', () => {
	const offer = (percent: number): WindowReading => ({
		source: 'amazonOffer',
		provenance: 'amazonReported',
		reported: { percent, count: 200 },
		notes: [],
	});

	it('are evaluated with the most exact one, in any order', () => {
		const both = [offer(90), exact(counts(99, 100))];
		for (const readings of [both, both.toReversed()]) {
			expect(evaluateWindow(window, readings, settings(95))).toMatchObject({
				source: 'counts',
				band: 'healthy',
				disagreementPoints: 9,
				sources: [{ source: 'counts' }, { source: 'amazonOffer' }],
			});
		}
	});

	it('fall back to a source that gives a rating', () => {
		const nothing: WindowReading = {
			source: 'counts',
			provenance: 'insufficient',
			notes: ['none'],
		};
		expect(evaluateWindow(window, [nothing, offer(96)], settings(95))).toMatchObject({
			source: 'amazonOffer',
			ratingPercent: 96,
			total: 200,
			thresholds: [{ met: true, runway: null, neededPositives: null }],
		});
	});

	it('report a disagreement only if it exceeds rounding', () => {
		const notes = (percent: number) =>
			evaluateWindow(window, [exact(counts(945, 1000)), offer(percent)], settings(95)).notes.join();
		expect(notes(95)).not.toMatch(/disagree/);
		expect(notes(94)).not.toMatch(/disagree/);
		expect(notes(96)).toMatch(/disagree by 1\.50 percentage points/);
	});
});

describe('judge', () => {
	const judged = (positive: number, total: number, change: Partial<EvaluationSettings> = {}) => {
		const chosen = { ...settings(95, 98), ...change };
		return judge(
			evaluateWindow(window, [exact(counts(positive, total))], chosen),
			chosen,
			'atRisk',
		);
	};

	it('names the lowest threshold that is missed, without rounding up to it', () => {
		expect(judged(94_999, 100_000)).toMatchObject({
			status: 'critical',
			reason: 'The rating is 94.99%, below Threshold 95 (95%)',
		});
		expect(judged(97, 100).reason).toBe('The rating is 97%, below Threshold 98 (98%)');
		expect(judged(82, 125).reason).toMatch(/^The rating is 65\.6%/);
		expect(judged(99, 100)).toMatchObject({ status: 'healthy', insufficient: false });
	});

	it('compares the unrounded rating, also if Amazon shows a higher one', () => {
		expect(judged(189, 200)).toMatchObject({ status: 'critical' });
	});

	it('uses the chosen status if there is too little data', () => {
		expect(judged(3, 3, { minimumTotal: 4 })).toMatchObject({
			status: 'atRisk',
			insufficient: true,
			reason: 'Only 3 feedback entries in the last 30 days; your minimum is 4',
		});
		expect(judged(0, 0)).toMatchObject({
			status: 'atRisk',
			insufficient: true,
			reason: 'There is no feedback in this window, so there is no rating',
		});
	});

	it('gives the first note of the window as the reason if there is no rating', () => {
		const reading = { ...exact(undefined), notes: ['No day is covered', 'Another'] };
		const nothing = evaluateWindow(window, [reading], settings(95));
		expect(judge(nothing, settings(95), 'atRisk').reason).toBe('No day is covered');
	});

	it.each([
		[1, 'critical'],
		[1.2, 'critical'],
		[0.99, 'healthy'],
		[null, 'healthy'],
	] as const)('with an order defect rate of %p %% is %p', (percent, status) => {
		const good = evaluate(counts(99, 100));
		expect(judge(good, settings(95, 98), 'atRisk', percent).status).toBe(status);
	});
});

describe('combineCounts', () => {
	it('adds up each kind of feedback', () => {
		expect(combineCounts([counts(9, 10), { positive: 1, neutral: 2, negative: 3 }])).toEqual({
			positive: 10,
			neutral: 2,
			negative: 4,
		});
	});
});
