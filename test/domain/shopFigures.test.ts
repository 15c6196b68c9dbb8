import fc from '../fastCheck';

import { isoDay } from '../../nodes/shared/domain/calendar';
import type { DailyFeedback } from '../../nodes/shared/domain/ratingWindow';
import {
	changeOf,
	isBelowBy,
	ShopFigures,
	type ExactShare,
} from '../../nodes/shared/domain/shopFigures';

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

	it('has no change if either of the two shares is unknown', () => {
		const withGaps = (isGap: (ago: number) => boolean) =>
			figuresOf(days(14, (ago) => (isGap(ago) ? { buyBoxPercent: null } : {}))).buyBox(7);
		// Of seven days, one may lack its share; here it is two.
		expect(withGaps((ago) => ago < 2)).toMatchObject({
			percent: null,
			percentBefore: 90,
			changePoints: null,
		});
		expect(withGaps((ago) => ago >= 12)).toMatchObject({
			percent: 90,
			percentBefore: null,
			changePoints: null,
		});
	});

	it('counts a day without page views, which lacks no share', () => {
		const quiet = { pageViews: 0, buyBoxPercent: null, units: 0 };
		// Every second day is quiet, so a day without page views is nothing unusual in this shop.
		const shop = figuresOf(days(14, (ago) => (ago % 2 === 1 ? quiet : {})));
		expect(shop.buyBox(7)).toMatchObject({
			percent: 90,
			pageViews: 400,
			daysCovered: 7,
			reason: null,
		});
	});

	it('counts a day whose feedback figures are unknown, but not its page views', () => {
		const shop = figuresOf(days(7, (ago) => (ago === 0 ? { received: null, negative: null } : {})));
		expect(shop.settledThrough).toBe('2026-11-19');
		expect(shop.buyBox(7)).toMatchObject({ percent: 90, daysCovered: 7 });
	});

	it('changes by exactly 0 if the change is too small for two decimals', () => {
		const ofLast = (buyBoxPercent: number) =>
			figuresOf(days(14, (ago) => (ago === 0 ? { buyBoxPercent } : {}))).buyBox(7).changePoints;
		// A seventh of 0.01 and of 0.04 percentage points: 0.0014 and 0.0057.
		expect(ofLast(89.99)).toBe(0);
		expect(ofLast(90.01)).toBe(0);
		expect(ofLast(89.96)).toBe(-0.01);
		expect(ofLast(90.04)).toBe(0.01);
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
		expect(shop.buyBoxAt(LAST - 39, 7)).toBeUndefined();
		expect(new ShopFigures(undefined).buyBoxAt(LAST, 7)).toBeUndefined();
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

	it('have no refund rate if it is unknown how many units were ordered', () => {
		const shop = figuresOf(days(7, (ago) => (ago === 4 ? { units: null } : {})));
		expect(shop.sales(7)).toMatchObject({
			unitsOrdered: null,
			unitsRefunded: 7,
			refundPercent: null,
		});
	});

	it('name the days that lack figures in their order, at most the last three', () => {
		const lacking = (orders: readonly number[], claims: readonly number[]) =>
			figuresOf(
				days(14, (ago) => ({
					...(orders.includes(ago) ? { ordersShipped: null } : {}),
					...(claims.includes(ago) ? { claimsGranted: null } : {}),
				})),
			).sales(14).reason;
		expect(lacking([0, 5], [0, 9])).toBe(
			'Amazon lacks figures for 3 of the 14 days (2026-11-10, 2026-11-14, 2026-11-19)',
		);
		expect(lacking([0, 5], [3, 9])).toBe(
			'Amazon lacks figures for 4 of the 14 days (2026-11-14, 2026-11-16, 2026-11-19, and others)',
		);
	});

	it('end on the last day that has either page views or units', () => {
		const sparse = (changes: Partial<DailyFeedback>) =>
			figuresOf(days(7, (ago) => (ago === 0 ? changes : {}))).settledThrough;
		expect(sparse({ pageViews: null })).toBe('2026-11-19');
		expect(sparse({ units: null })).toBe('2026-11-19');
		expect(sparse({ pageViews: null, units: null })).toBe('2026-11-18');
		expect(sparse({ pageViews: undefined, units: undefined })).toBe('2026-11-18');
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

describe('the exact share of some days before', () => {
	const shop = () => figuresOf(days(35, (ago) => (ago < 7 ? { pageViews: 50 } : {})));

	it('names its days, and is that of all their page views', () => {
		// A share is in parts of 10,000 per percent: 90% of 7 × 50 page views.
		expect(shop().exactBuyBox(7, 0)).toEqual({
			weighted: 350n * 900_000n,
			views: 350n,
			from: '2026-11-13',
			through: '2026-11-19',
			reason: null,
		});
		expect(shop().exactBuyBox(28, 7)).toEqual({
			weighted: 2_800n * 900_000n,
			views: 2_800n,
			from: '2026-10-16',
			through: '2026-11-12',
			reason: null,
		});
	});

	it('is unknown if too many of the days are', () => {
		// Of 28 days, 21 have to be there.
		expect(shop().exactBuyBox(28, 14)?.reason).toMatch(/^7 of the 28 days .+ are left out/);
		expect(shop().exactBuyBox(28, 15)).toBeUndefined();
		expect(new ShopFigures(undefined).exactBuyBox(7, 0)).toBeUndefined();
	});
});

describe('a fall of the share', () => {
	/** So many page views of so many had the Buy Box. */
	const share = (featured: number, views: number): ExactShare => ({
		weighted: BigInt(featured) * 1_000_000n,
		views: BigInt(views),
	});

	it('is at least so many percentage points, compared exactly', () => {
		// 2 of 3 are 66.666…%, 17 of 30 are 56.666…%: exactly 10 points, which decimals cannot write.
		const [usual, now] = [share(2, 3), share(17, 30)];
		expect(isBelowBy(now, usual, 10)).toBe(true);
		expect(isBelowBy(now, usual, 10.0001)).toBe(false);
		expect(isBelowBy(usual, now, 10)).toBe(false);
		expect(isBelowBy(usual, now, -10)).toBe(true);
		expect(isBelowBy(usual, now, -9.9999)).toBe(false);
		expect(isBelowBy(usual, usual, 0)).toBe(true);
		expect(changeOf(now, usual)).toBe(-10);
	});
});
