import fc from '../fastCheck';

import {
	bandOf,
	costOfOneNonPositive,
	figureBuyersSee,
	sortThresholds,
	type Threshold,
} from '../../nodes/shared/domain/bands';
import { rationalFromPercent } from '../../nodes/shared/domain/rational';

const thresholdsOf = (...percents: number[]): Threshold[] =>
	sortThresholds(
		percents.map((percent) => ({
			name: `${percent}%`,
			percent,
			share: rationalFromPercent(percent),
		})),
	);

const thresholds = thresholdsOf(95, 98);

const share = (numerator: number, denominator: number) => ({ numerator, denominator });

describe('bandOf', () => {
	it.each([
		[100, 100, 'healthy'],
		[98, 100, 'healthy'],
		[979, 1000, 'atRisk'],
		[97, 100, 'atRisk'],
		[95, 100, 'atRisk'],
		[949, 1000, 'critical'],
		[0, 100, 'critical'],
	])('puts %p of %p into %s', (positive, total, band) => {
		expect(bandOf(share(positive, total), thresholds)).toBe(band);
	});

	it('uses the exact fraction: 94.5% shows as 95 and is critical, 97.5% shows as 98 and is at risk', () => {
		expect(bandOf(share(189, 200), thresholds)).toBe('critical');
		expect(bandOf(share(195, 200), thresholds)).toBe('atRisk');
	});

	it('uses the given thresholds', () => {
		const lenient = thresholdsOf(80, 90.5);
		expect(bandOf(share(181, 200), lenient)).toBe('healthy');
		expect(bandOf(share(180, 200), lenient)).toBe('atRisk');
		expect(bandOf(share(159, 200), lenient)).toBe('critical');
	});

	it('never gets worse with one more positive, or better with one more negative', () => {
		const rank = { critical: 0, atRisk: 1, healthy: 2 };
		fc.assert(
			fc.property(fc.integer({ min: 1, max: 3000 }), fc.nat(200), (total, others) => {
				const positive = Math.max(0, total - others);
				const here = rank[bandOf(share(positive, total), thresholds)];
				expect(rank[bandOf(share(positive + 1, total + 1), thresholds)]).toBeGreaterThanOrEqual(
					here,
				);
				expect(rank[bandOf(share(positive, total + 1), thresholds)]).toBeLessThanOrEqual(here);
			}),
		);
	});
});

describe('with several thresholds or one', () => {
	it('is at risk anywhere between the highest and the lowest', () => {
		const three = thresholdsOf(90, 99, 95);
		expect([99, 97, 92, 89].map((percent) => bandOf(share(percent, 100), three))).toEqual([
			'healthy',
			'atRisk',
			'atRisk',
			'critical',
		]);
		expect([95, 94].map((percent) => bandOf(share(percent, 100), thresholdsOf(95)))).toEqual([
			'healthy',
			'critical',
		]);
	});
});

describe('costOfOneNonPositive', () => {
	it.each([
		[95, 19],
		[98, 49],
		[99, 99],
		[98.5, 66],
		[50, 1],
		[0, 0],
	])('at %p %% is %p positives', (percent, positives) => {
		expect(costOfOneNonPositive(rationalFromPercent(percent))).toBe(positives);
	});

	it('is undefined at 100%, where no number of positives offsets it', () => {
		expect(costOfOneNonPositive(rationalFromPercent(100))).toBeUndefined();
	});
});

describe('figureBuyersSee', () => {
	it.each([
		[11, 'last365Days'],
		[10, 'undefinedAtTen'],
		[9, 'lifetime'],
		[0, 'lifetime'],
	] as const)('with %p feedback entries in 12 months is %p', (total, figure) => {
		expect(figureBuyersSee({ positive: total, neutral: 0, negative: 0 })).toBe(figure);
	});

	it('is unknown without counts', () => {
		expect(figureBuyersSee(undefined)).toBe('unknown');
	});
});
