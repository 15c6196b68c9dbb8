import {
	scorecardOf,
	type AttentionSettings,
	type ScorecardEvidence,
} from '../../nodes/AmazonSellerRating/analysis/scorecard';
import type { AccountHealth, OrderDefectRate } from '../../nodes/shared/domain/accountHealth';
import { thresholdAt } from '../../nodes/shared/domain/bands';
import { isoDay } from '../../nodes/shared/domain/calendar';
import { Coverage } from '../../nodes/shared/domain/coverage';
import { findMarketplace, type Marketplace } from '../../nodes/shared/domain/marketplaces';
import type { FeedbackCounts } from '../../nodes/shared/domain/rating';
import { ShopFigures } from '../../nodes/shared/domain/shopFigures';

const MARKETPLACE = findMarketplace('DE') as Marketplace;

const SETTINGS = {
	thresholds: [thresholdAt(98, 'Goal'), thresholdAt(95, 'Floor')],
	minimumTotal: 10,
	z: 1.96,
} as const;

const LIMITS: AttentionSettings = { minimumTotal: 10, buyBoxDrop: 10, minimumPageViews: 100 };

const rate = (orders: number | null, ordersWithDefects: number | null): OrderDefectRate => ({
	orders,
	ordersWithDefects,
	negativeFeedback: null,
	claims: null,
	chargebacks: null,
	percent: orders && ordersWithDefects !== null ? (100 * ordersWithDefects) / orders : null,
	amazonPercent: null,
	targetPercent: 1,
	status: null,
	from: null,
	to: null,
});

const health = (changes: Partial<AccountHealth> = {}): AccountHealth => ({
	marketplaceId: MARKETPLACE.id,
	accountStatus: 'NORMAL',
	healthRating: null,
	healthScore: null,
	orderDefectPercent: null,
	worstOrderDefectPercent: null,
	negativeFeedback: null,
	sellerFulfilled: rate(1_000, 0),
	amazonFulfilled: rate(1_000, 0),
	metrics: [],
	violations: [],
	warnings: [],
	unreadable: [],
	...changes,
});

const LAST = Date.parse('2026-11-19') / 86_400_000;

const MADE_ON = '2026-11-23';

const day = (ago: number, buyBoxPercent: number, pageViews = 50) => ({
	date: isoDay(LAST - ago),
	received: 1,
	negative: 0,
	units: 1,
	pageViews,
	buyBoxPercent,
	ordersShipped: 1,
	unitsShipped: 1,
	unitsRefunded: 0,
	claimsGranted: 0,
});

const shop = (percentOf: (ago: number) => number, pageViews = 50) =>
	new ShopFigures({
		madeOn: MADE_ON,
		days: Array.from({ length: 60 }, (_, ago) => day(ago, percentOf(ago), pageViews)),
	});

/** Two positive feedback entries each day. */
const coverage = (days = 30) =>
	new Coverage({
		totals: {
			madeOn: MADE_ON,
			days: Array.from({ length: days }, (_, ago) => ({
				date: isoDay(LAST - ago),
				received: 2,
				negative: 0,
			})),
		},
		feedback: {
			kind: 'report',
			rows: [],
			unreadable: { days: [], undated: 0 },
			isEmpty: false,
		},
	});

const good: FeedbackCounts = { positive: 500, neutral: 1, negative: 1 };

const evidence = (
	changes: Partial<ScorecardEvidence> = {},
	counts: Partial<Record<number, FeedbackCounts>> = {},
): ScorecardEvidence => ({
	marketplace: MARKETPLACE,
	today: '2026-11-23',
	coverage: undefined,
	read: ({ days = 0 }) => ({
		source: 'amazonReports',
		provenance: 'derived',
		counts: counts[days] ?? good,
		notes: [],
	}),
	lowFeedback: [],
	shop: shop(() => 95),
	health: health(),
	totalsUnknown: undefined,
	feedbackUnknown: undefined,
	healthUnknown: undefined,
	isFeedbackCanceled: false,
	notes: [],
	sources: [],
	...changes,
});

const cardOf = (...[changes, counts]: Parameters<typeof evidence>) =>
	scorecardOf(evidence(changes, counts), SETTINGS, LIMITS);

describe('a scorecard', () => {
	it('needs no attention if everything is fine, and says so in one sentence', () => {
		expect(cardOf()).toMatchObject({
			needsAttention: false,
			attention: [],
			missing: [],
			summary:
				'Germany: rating 99.6% in the last 365 days; order defect rate 0% (orders you ship), 10 more defects until 1%; Buy Box share 95% in the last 7 settled days, unchanged; account status NORMAL.',
		});
	});

	it('names the worst figure first: account, defects, rating, Buy Box, then what is close', () => {
		const card = cardOf(
			{
				health: health({
					accountStatus: 'AT_RISK',
					sellerFulfilled: rate(200, 2),
					amazonFulfilled: rate(400, 2),
				}),
				shop: shop((ago) => (ago < 7 ? 70 : 95)),
			},
			{ 30: { positive: 9, neutral: 0, negative: 1 } },
		);
		expect(card.attention).toEqual([
			'Account status AT_RISK',
			"Order defect rate 1% (orders you ship), not below Amazon's limit of 1%",
			'Rating 90% in the last 30 days, below Floor (95%), 10 more positive needed',
			'Buy Box share 70% in the last 7 settled days, down 25 points',
			'Order defect rate 0.5% (orders Amazon ships), 2 more defects until 1%',
		]);
		expect(card.summary).toMatch(/^Germany: account status AT_RISK; order defect rate 1%/);
	});

	it('takes no attention for few ratings, few page views or a small fall', () => {
		const few = { 30: { positive: 8, neutral: 0, negative: 1 } };
		expect(cardOf({}, few).needsAttention).toBe(false);
		const fall = (drop: number, views: number) =>
			cardOf({ shop: shop((ago) => (ago < 7 ? 95 - drop : 95), views) }).needsAttention;
		expect(fall(10, 50)).toBe(true);
		expect(fall(9.99, 50)).toBe(false);
		expect(fall(30, 14)).toBe(false);
		expect(fall(30, 15)).toBe(true);
	});

	it('reports a fall over 28 days that the last 7 days do not show', () => {
		const card = cardOf({ shop: shop((ago) => (ago < 28 ? 80 : 95)) });
		expect(card.attention).toEqual([
			'Buy Box share 80% in the last 28 settled days, down 15 points',
		]);
	});

	it.each([
		[{ positive: 100, neutral: 2, negative: 3 }, 'one more neutral or negative rating brings'],
		[{ positive: 100, neutral: 1, negative: 2 }, '3 more neutral or negative ratings bring'],
		[{ positive: 100, neutral: 1, negative: 1 }, undefined],
		// Without any so far, the next one would be the first.
		[{ positive: 15, neutral: 0, negative: 0 }, undefined],
	])('with %j in 365 days says: %s', (counts, words) => {
		const { attention } = cardOf({}, { 365: counts });
		if (words === undefined) expect(attention).toEqual([]);
		else expect(attention.join()).toContain(`${words} it below Floor (95%)`);
	});

	it('names each threshold next to its runway and needed positives', () => {
		const { rating } = cardOf({}, { 90: { positive: 98, neutral: 2, negative: 1 } });
		expect(rating.last90Days.thresholds).toEqual([
			{ name: 'Goal', percent: 98, met: false, runway: null, neededPositives: 49 },
			{ name: 'Floor', percent: 95, met: true, runway: 2, neededPositives: 0 },
		]);
	});

	it('says of each figure that is null why it is', () => {
		const card = cardOf({
			read: () => ({
				source: 'amazonReports',
				provenance: 'insufficient',
				notes: ['no totals'],
			}),
			shop: new ShopFigures(undefined),
			lowFeedback: undefined,
			health: undefined,
			totalsUnknown: 'Amazon denied access',
			healthUnknown: 'Amazon has no report',
		});
		expect(card.missing).toEqual([
			'Rating, positive feedback, Buy Box share, sales, refunds and claims are unknown: Amazon denied access.',
			'Order defect rate and account status are unknown: Amazon has no report.',
		]);
		expect(card).toMatchObject({
			needsAttention: false,
			accountStatus: null,
			trend: null,
			rating: { provenance: 'insufficient', last30Days: { percent: null, total: null } },
			feedbackLast7Days: { positive: null, neutral: null, negative: null, from: null },
			orderDefects: { sellerFulfilled: null, amazonFulfilled: null },
			buyBox: { last7Days: { percent: null, pageViews: null }, provenance: 'insufficient' },
			sales: { last28Days: { claimsGranted: null }, provenance: 'insufficient' },
		});
	});

	it('needs attention if no figure at all could be read', () => {
		const why = 'Amazon denied access';
		const card = cardOf({
			shop: new ShopFigures(undefined),
			health: undefined,
			totalsUnknown: why,
			feedbackUnknown: why,
			healthUnknown: why,
		});
		expect(card.summary).toBe('Germany: no figure could be read: Amazon denied access.');
		expect(card.needsAttention).toBe(true);
	});

	it('says which defect rates are unknown, and why', () => {
		const { missing, orderDefects } = cardOf({
			health: health({
				accountStatus: null,
				sellerFulfilled: rate(0, 0),
				amazonFulfilled: null,
				unreadable: ['orderDefectRate.afn'],
			}),
		});
		expect(missing).toEqual([
			'No order defect rate for orders you ship: there were no such orders.',
			'Amazon reports no order defect rate for orders Amazon ships.',
			'Account status is unknown: Amazon gives none.',
			'Could not read parts of the account health report: orderDefectRate.afn.',
		]);
		expect(orderDefects.sellerFulfilled).toMatchObject({ percent: null, defectRunway: null });
	});

	it('judges a rate without counts by the rate itself', () => {
		const bare = { ...rate(null, null), amazonPercent: 1.2 };
		const card = cardOf({ health: health({ sellerFulfilled: bare }) });
		expect(card.attention).toEqual([
			"Order defect rate 1.2% (orders you ship), not below Amazon's limit of 1%",
		]);
		expect(card.missing).toEqual([
			'Defect runway for orders you ship is unknown: Amazon gives a rate without its counts.',
		]);
	});

	it.each([
		[[], 'insufficient'],
		[[1.2], 'amazonReported'],
		[[undefined], 'derived'],
		[[undefined, 0.4], 'amazonReported'],
	])('says where the defect rates %j (undefined: counted) come from: %s', (given, provenance) => {
		const [sellerFulfilled = null, amazonFulfilled = null] = given.map((amazonPercent) =>
			amazonPercent === undefined ? rate(1_000, 0) : { ...rate(null, null), amazonPercent },
		);
		const card = cardOf({ health: health({ sellerFulfilled, amazonFulfilled }) });
		expect(card.orderDefects.provenance).toBe(provenance);
	});

	it('gives one reason for all windows that share it', () => {
		const card = cardOf({
			coverage: coverage(),
			read: ({ days = 0 }) => ({
				source: 'amazonReports',
				provenance: 'insufficient',
				notes: days === 90 ? ['a day is missing'] : [],
			}),
		});
		expect(card.missing).toEqual([
			'No rating of the last 30 and 365 days: Amazon gives no figures.',
			'No rating of the last 90 days: a day is missing.',
		]);
		expect(card.summary).toMatch(/^Germany: rating unknown; .*; some figures are unknown\.$/);
		expect(
			cardOf({
				coverage: coverage(),
				read: () => ({ source: 'amazonReports', provenance: 'insufficient', notes: ['no totals'] }),
			}).missing,
		).toEqual(['No rating of the last 30, 90 and 365 days: no totals.']);
	});

	it('shows the share alone if there are no earlier days to compare with', () => {
		const days = Array.from({ length: 7 }, (_, ago) => day(ago, 95));
		const card = cardOf({ shop: new ShopFigures({ madeOn: MADE_ON, days }) });
		expect(card.summary).toContain('Buy Box share 95% in the last 7 settled days; ');
	});

	it('needs no threshold', () => {
		const card = scorecardOf(evidence(), { ...SETTINGS, thresholds: [] }, LIMITS);
		expect(card.summary).toMatch(/^Germany: rating 99\.6% in the last 365 days; /);
	});

	it('shows the last seven settled days, and neutral and negative feedback since', () => {
		const lowFeedback = [
			{ date: '2026-11-12', sentiment: 'negative' },
			{ date: '2026-11-13', sentiment: 'neutral' },
			{ date: '2026-11-19', sentiment: 'negative' },
			{ date: '2026-11-20', sentiment: 'negative' },
			{ date: '2026-11-22', sentiment: 'negative' },
			{ date: '2026-11-20', sentiment: 'neutral' },
		] as const;
		const settled = { from: '2026-11-13', through: '2026-11-19', provenance: 'derived' };
		const newer = { neutral: 1, negative: 2 };
		const known = cardOf({ lowFeedback, coverage: coverage() });
		expect(known.feedbackLast7Days).toEqual({
			...settled,
			positive: 14,
			neutral: 0,
			negative: 0,
			newer,
		});
		expect(known.rating.settledThrough).toBe('2026-11-19');

		const withoutTotals = cardOf({ lowFeedback });
		expect(withoutTotals.feedbackLast7Days).toEqual({
			from: '2026-11-17',
			through: '2026-11-23',
			provenance: 'derived',
			positive: null,
			neutral: 1,
			negative: 3,
			newer: { neutral: 0, negative: 0 },
		});
		expect(withoutTotals.rating.settledThrough).toBeNull();
	});

	it('draws a point for every third day up to the last settled one', () => {
		const { trend } = cardOf({ coverage: coverage(100) });
		expect(trend).toMatchObject({ from: '2026-08-24', through: '2026-11-19', everyDays: 3 });
		// 100 days are covered, and a rating of 90 days may lack nine of them.
		expect(trend?.rating).toEqual([...Array<null>(23).fill(null), ...Array<number>(7).fill(100)]);
		expect(trend?.buyBox.length).toBe(30);
		// 60 days have a Buy Box share, and a point needs six of seven.
		expect(trend?.buyBox.filter((share) => share === 95).length).toBe(19);

		const { trend: ofTheShop } = cardOf({ shop: shop(() => 95) });
		expect(ofTheShop).toMatchObject({ from: '2026-08-24', through: '2026-11-19' });
		expect(ofTheShop?.rating).toEqual(Array<null>(30).fill(null));
	});
});
