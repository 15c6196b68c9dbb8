import fc from '../fastCheck';

import { isoDay } from '../../nodes/shared/domain/calendar';
import type { DailyFeedback } from '../../nodes/shared/domain/ratingWindow';
import { ShopFigures } from '../../nodes/shared/domain/shopFigures';

const MADE_ON = '2026-11-23';
/** The last settled day, as a day number. */
const LAST = Date.parse('2026-11-19') / 86_400_000;

const day = (ago: number, changes: Partial<DailyFeedback> = {}): DailyFeedback => ({
	date: isoDay(LAST - ago),
	received: 1,
	negative: 0,
	units: 4,
	pageViews: 100,
	buyBoxPercent: 90,
	ordersShipped: 3,
	unitsShipped: 4,
	unitsRefunded: 1,
	claimsGranted: 0,
	...changes,
});

const days = (count: number, of: (ago: number) => Partial<DailyFeedback> = () => ({})) =>
	Array.from({ length: count }, (_, ago) => day(ago, of(ago)));

const figuresOf = (some: readonly DailyFeedback[]) =>
	new ShopFigures({ days: some, madeOn: MADE_ON });

describe('the Buy Box share', () => {
	it('is weighted by page views, with the change against as many days before', () => {
		const shop = figuresOf(
			days(14, (ago) => {
				if (ago === 0) return { pageViews: 900, buyBoxPercent: 50 };
				return ago < 7 ? { pageViews: 50, buyBoxPercent: 98 } : {};
			}),
		);
		// (900 × 50 + 6 × 50 × 98) / 1200
		expect(shop.buyBox(7)).toEqual({
			from: '2026-11-13',
			through: '2026-11-19',
			percent: 62,
			percentBefore: 90,
			changePoints: -28,
			pageViews: 1200,
			daysCovered: 7,
			reason: null,
		});
		expect(shop.buyBox(28)).toMatchObject({ percent: null, percentBefore: null });
	});

	it('counts only settled days', () => {
		const shop = figuresOf([day(-1, { buyBoxPercent: 0 }), ...days(7)]);
		expect(shop.settledThrough).toBe('2026-11-19');
		expect(shop.buyBox(7).percent).toBe(90);
	});

	it('leaves out a day without views or share, says so, and is unknown with too many of them', () => {
		const withGaps = (count: number) =>
			figuresOf(days(28, (ago) => (ago < count ? { buyBoxPercent: null } : {}))).buyBox(28);
		expect(withGaps(7)).toMatchObject({ percent: 90, daysCovered: 21, pageViews: 2100 });
		expect(withGaps(7).reason).toMatch(
			/^7 of the 28 days \(2026-11-17, 2026-11-18, 2026-11-19, and/,
		);
		expect(withGaps(8)).toMatchObject({ percent: null, changePoints: null, pageViews: null });
		expect(withGaps(8).reason).toMatch(/lacks page views or the share for 8 of the 28 days/);
		const unviewed = figuresOf(days(7, (ago) => (ago < 2 ? { pageViews: null } : {})));
		expect(unviewed.buyBox(7).percent).toBeNull();
	});

	it('is unknown without page views, although Amazon writes a share of 0', () => {
		const shop = figuresOf(days(14, () => ({ pageViews: 0, buyBoxPercent: 0, units: 0 })));
		expect(shop.buyBox(7)).toMatchObject({ percent: null, pageViews: null });
		expect(shop.buyBox(7).reason).toBe('There were no page views in 7 days');
	});

	it('does not count days of doubtful zeros, or that are not filled in', () => {
		const shop = figuresOf(
			days(40, (ago) =>
				ago < 3 ? { received: null, negative: null, pageViews: 0, units: 0 } : {},
			),
		);
		expect(shop.settledThrough).toBe('2026-11-16');
		const unfilled = figuresOf(days(40, (ago) => (ago === 5 ? { pageViews: 0 } : {})));
		expect(unfilled.buyBox(7).daysCovered).toBe(6);
	});

	it('treats a day that is there twice with different figures as unknown', () => {
		const shop = figuresOf([...days(14), day(3, { buyBoxPercent: 12 })]);
		expect(shop.buyBox(7)).toMatchObject({ percent: 90, daysCovered: 6 });
		expect(figuresOf([...days(14), day(3)]).buyBox(7).daysCovered).toBe(7);
	});

	it('is that of counting each page view, to the hundredth', () => {
		const ofDay = fc.record({
			views: fc.integer({ min: 1, max: 3_000_000 }),
			hundredths: fc.nat(10_000),
		});
		fc.assert(
			fc.property(fc.array(ofDay, { minLength: 14, maxLength: 14 }), (drawn) => {
				const shop = figuresOf(
					days(14, (ago) => ({
						pageViews: drawn[ago]?.views,
						buyBoxPercent: (drawn[ago]?.hundredths ?? 0) / 100,
					})),
				);
				const some = drawn.slice(0, 7);
				const views = some.reduce((sum, each) => sum + each.views, 0);
				const { percent } = shop.buyBox(7);
				const exact = some.reduce(
					(sum, each) => sum + BigInt(each.views) * BigInt(each.hundredths),
					0n,
				);
				const shown = BigInt(Math.round((percent ?? NaN) * 100));
				const twice = 2n * (exact - shown * BigInt(views));
				expect(twice < BigInt(views) && twice >= -BigInt(views)).toBe(true);
			}),
		);
	});

	it('has the same value at each point of a picture', () => {
		const shop = figuresOf(days(40, (ago) => ({ buyBoxPercent: 60 + ago })));
		expect(shop.buyBoxAt(LAST, 7)).toBe(shop.buyBox(7).percent);
		expect(shop.buyBoxAt(LAST - 7, 7)).toBe(shop.buyBox(7).percentBefore);
		expect(shop.buyBoxAt(LAST + 1, 7)).toBeUndefined();
	});
});

describe('the sales', () => {
	it('are sums of the settled days, with the refund rate as Amazon computes it', () => {
		expect(figuresOf(days(28, (ago) => (ago === 2 ? { claimsGranted: 1 } : {}))).sales(7)).toEqual({
			from: '2026-11-13',
			through: '2026-11-19',
			ordersShipped: 21,
			unitsOrdered: 28,
			unitsShipped: 28,
			unitsRefunded: 7,
			refundPercent: 25,
			claimsGranted: 1,
			reason: null,
		});
	});

	it('are unknown, not smaller, if a day lacks the figure', () => {
		const shop = figuresOf(days(7, (ago) => (ago === 4 ? { unitsRefunded: null } : {})));
		expect(shop.sales(7)).toMatchObject({
			ordersShipped: 21,
			unitsRefunded: null,
			refundPercent: null,
			reason: 'Amazon lacks figures for 1 of the 7 days (2026-11-15)',
		});
		expect(shop.sales(28)).toMatchObject({ ordersShipped: null, claimsGranted: null });
	});

	it('have no refund rate without orders', () => {
		expect(figuresOf(days(7, () => ({ units: 0, unitsRefunded: 2 }))).sales(7)).toMatchObject({
			unitsRefunded: 14,
			refundPercent: null,
		});
	});

	it('are unknown if Amazon gave no totals', () => {
		const shop = new ShopFigures(undefined);
		expect(shop.settledThrough).toBeUndefined();
		expect(shop.sales(7)).toMatchObject({ ordersShipped: null, from: null });
		expect(shop.buyBox(7)).toMatchObject({ percent: null, daysCovered: 0 });
		expect(shop.sales(7).reason).toBe('Amazon has no settled daily figures');
	});
});
