import { certainPartOf } from '../../nodes/AmazonSellerRating/analysis/requestEffectCertain';
import {
	compareDelays,
	DAYS_TO_ANSWER,
} from '../../nodes/AmazonSellerRating/analysis/requestEffectDelay';
import type { SentRequest } from '../../nodes/AmazonSellerRating/analysis/requestEffectLedger';
import {
	daysNeeded,
	lackingIn,
	verdictOf,
} from '../../nodes/AmazonSellerRating/analysis/requestEffectVerdict';
import { delayInWords } from '../../nodes/AmazonSellerRating/analysis/requestEffectWords';
import fc from '../fastCheck';

const effect = { perRequest: 0.02, low: 0.01, high: 0.03, p: 0.001, standardError: 0.005 };
const decision = { effectToDetect: 0.02, confidence: 0.95 } as const;

describe('the verdict', () => {
	it.each([
		[{ low: 0.001, high: 0.05 }, 'pays'],
		[{ low: 0, high: 0.05 }, 'notDecidable'],
		[{ low: -0.01, high: 0.02 }, 'notDecidable'],
		[{ low: -0.01, high: 0.019 }, 'noEffectSeen'],
		[{ low: -0.03, high: -0.01 }, 'noEffectSeen'],
		[{ low: -Infinity, high: Infinity }, 'notDecidable'],
	])('of an interval of %o is %s', (interval, verdict) => {
		expect(verdictOf({ ...effect, ...interval }, decision)).toBe(verdict);
	});

	it('needs enough days, blocks and feedback', () => {
		expect(verdictOf(undefined, decision)).toBe('notDecidable');
		expect(lackingIn({ days: 21, blocks: 4, feedback: 20 })).toEqual([]);
		expect(lackingIn({ days: 20, blocks: 3, feedback: 19 })).toEqual([
			'A verdict needs at least 21 days; there are 20',
			'A verdict needs at least 4 blocks with requests; there are 3',
			'A verdict needs at least 20 feedback entries; there are 19',
		]);
	});
});

describe('the days needed', () => {
	it('are those after which the standard error is small enough for a power of 80%', () => {
		// The error that 60 days need: (1.96 + 0.8416) errors are the effect.
		expect(daysNeeded(0.02 / (1.96 + 0.8416), 60, decision)).toBe(60);
	});

	it('are four times as many for half the effect', () => {
		fc.assert(
			fc.property(
				fc.double({ min: 0.001, max: 0.1, noNaN: true }),
				fc.integer({ min: 1, max: 700 }),
				(standardError, days) => {
					const whole = daysNeeded(standardError, days, decision);
					const half = daysNeeded(standardError, days, { ...decision, effectToDetect: 0.01 });
					expect(half).toBeGreaterThanOrEqual(4 * (whole - 1));
					expect(half).toBeLessThanOrEqual(4 * whole);
				},
			),
		);
	});
});

describe('the certain part', () => {
	it('has each 1 to 3 star entry once: after its request, before it, or without one', () => {
		const requests = [
			{ orderId: 'a', day: 10 },
			{ orderId: 'b', day: 10 },
			{ orderId: 'c', day: 10 },
			{ orderId: 'd', day: 10 },
		];
		const low = [
			{ orderId: 'a', day: 10 },
			{ orderId: 'b', day: 9 },
			{ orderId: 'c', day: 13 },
			{ orderId: 'd', day: 14 },
			{ orderId: 'x', day: 12 },
		];
		expect(certainPartOf(requests, low, 4)).toEqual({
			requests: 4,
			afterRequest: 3,
			withinResponseDays: 2,
			per100Requests: 75,
			beforeRequest: 1,
			withoutRequest: 1,
			orderIds: ['a', 'c', 'd'],
		});
		expect(certainPartOf([], low, 4).per100Requests).toBeNull();
	});
});

/** Requests with delays of 0 to 9 days, 100 of each, all on day 0. */
const delayed: SentRequest[] = Array.from({ length: 1_000 }, (_, index) => ({
	orderId: `order ${index}`,
	day: 0,
	delayDays: index % 10,
}));
const lowOf = (delay: number, count: number) =>
	Array.from({ length: count }, (_, index) => ({ orderId: `order ${10 * index + delay}`, day: 3 }));

describe('the comparison of delays', () => {
	it('finds which half of the delays brings more 1 to 3 star feedback', () => {
		const compared = compareDelays(delayed, [...lowOf(2, 20), ...lowOf(7, 2)], 100, 0.05);
		expect(compared).toMatchObject({
			shorter: { fromDays: 0, throughDays: 4, requests: 500, low: 20, per100Requests: 4 },
			longer: { fromDays: 5, throughDays: 9, requests: 500, low: 2, per100Requests: 0.4 },
			verdict: 'shorterIsWorse',
		});
		expect(compared?.p).toBeLessThan(0.001);
		expect(compared && delayInWords(compared)).toBe(
			'1 to 3 star feedback followed 20 of 500 requests after 0 to 4 days, and 2 of 500 requests after 5 to 9 days (p < 0.001). This is more than chance: a longer delay brings less of it. Which delay brings more positive feedback is not visible, because Amazon does not name its orders.',
		);
	});

	it('may be chance if both halves have about as much', () => {
		const compared = compareDelays(delayed, [...lowOf(2, 5), ...lowOf(7, 4)], 100, 0.05);
		expect(compared?.verdict).toBe('noDifferenceSeen');
		expect(compared?.p).toBe(1);
	});

	it('counts a delay in the middle as a short one', () => {
		const three = delayed.map((request, index) => ({ ...request, delayDays: (index % 3) * 5 }));
		expect(compareDelays(three, [], 100, 0.05)).toMatchObject({
			shorter: { fromDays: 0, throughDays: 5 },
			longer: { fromDays: 10, throughDays: 10 },
		});
	});

	it('leaves out young requests, feedback before its request, and requests without a delay', () => {
		const day = 50;
		const young = delayed.map((request) => ({ ...request, day }));
		expect(compareDelays(young, [], day + DAYS_TO_ANSWER - 1, 0.05)).toBeUndefined();
		const early = compareDelays(young, lowOf(2, 20), day + DAYS_TO_ANSWER, 0.05);
		expect(early?.shorter).toMatchObject({ requests: 500, low: 0 });
		expect(compareDelays([{ orderId: 'a', day: 0 }], [], 100, 0.05)).toBeUndefined();
	});

	it('is the same for both halves swapped', () => {
		fc.assert(
			fc.property(fc.nat(30), fc.nat(30), (a, b) => {
				const one = compareDelays(delayed, [...lowOf(1, a), ...lowOf(8, b)], 100, 0.05);
				const other = compareDelays(delayed, [...lowOf(1, b), ...lowOf(8, a)], 100, 0.05);
				expect(one?.p).toBeCloseTo(other?.p ?? NaN, 10);
			}),
			{ numRuns: 30 },
		);
	});
});
