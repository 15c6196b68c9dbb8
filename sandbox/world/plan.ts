import type { Region } from '../../nodes/shared/domain/marketplaces';
import type { FeedbackCounts, Stars } from './types';

/** Feedback in a range of days (0 = today, counting back): how many entries, and which were low. */
export interface FeedbackBand {
	readonly fromDay: number;
	readonly toDay: number;
	readonly count: number;
	readonly low: readonly Stars[];
}

export interface MarketplacePlan {
	readonly countryCode: string;
	readonly orders: number;
	/** How many days the orders go back; by default, as long as the oldest feedback needs. */
	readonly orderDays?: number;
	readonly feedback: readonly FeedbackBand[];
	readonly earlier: FeedbackCounts;
	/** Days on which another seller has the Buy Box more often: first, last, percent. */
	readonly buyBox?: ReadonlyArray<
		readonly [fromDaysAgo: number, toDaysAgo: number, percent: number]
	>;
}

export interface SellerPlan {
	readonly key: string;
	readonly sellerId: string;
	readonly name: string;
	readonly region: Region;
	/** Enrolled in Amazon Business. */
	readonly isB2bSeller: boolean;
	readonly marketplaces: readonly MarketplacePlan[];
}

type Bands = readonly [
	last30: readonly [count: number, low: readonly Stars[]],
	to90: readonly [count: number, low: readonly Stars[]],
	to365: readonly [count: number, low: readonly Stars[]],
	older: readonly [count: number, low: readonly Stars[]],
];

/** Today has no feedback, so that the clock's time of day never decides what counts. */
const BAND_DAYS = [
	[1, 29],
	[30, 89],
	[90, 364],
	[365, 399],
] as const;

const plan = (
	countryCode: string,
	orders: number,
	bands: Bands,
	earlier: FeedbackCounts,
	buyBox: MarketplacePlan['buyBox'] = [],
): MarketplacePlan => ({
	countryCode,
	orders,
	earlier,
	buyBox,
	feedback: BAND_DAYS.map(([fromDay, toDay], index) => {
		const [count, low] = bands[index] ?? [0, []];
		return { fromDay, toDay, count, low };
	}),
});

/**
 * The sellers. The numbers are chosen so that one look shows every band: US 30 days 88% (below 95),
 * 90 days 96% and 365 days 97% (between 95 and 98); CA above 98 in every window; MX with fewer than
 * ten ratings in total. In the US, another seller undercuts the price now: the Buy Box share has fallen.
 * `europe` sells in nine marketplaces under one authorization; in Belgium it
 * has no ratings yet.
 */
export const SELLER_PLANS: readonly SellerPlan[] = [
	{
		key: 'demo',
		sellerId: 'A1SANDBOXDEMO1',
		name: 'Harbor & Pine Home',
		region: 'na',
		isB2bSeller: true,
		marketplaces: [
			plan(
				'US',
				1500,
				[
					[34, [1, 1, 2, 3]],
					[96, [2]],
					[300, [1, 2, 3, 1, 3, 2]],
					[30, [3]],
				],
				{ positive: 4213, neutral: 41, negative: 38 },
				[
					[60, 31, 95],
					[30, 23, 81],
					[22, 10, 94],
					[9, -14, 68],
				],
			),
			plan(
				'CA',
				520,
				[
					[12, []],
					[25, []],
					[110, [3]],
					[12, []],
				],
				{ positive: 1210, neutral: 6, negative: 7 },
			),
			plan(
				'MX',
				70,
				[
					[2, [2]],
					[2, []],
					[4, []],
					[0, []],
				],
				{ positive: 0, neutral: 0, negative: 0 },
			),
		],
	},
	{
		key: 'second',
		sellerId: 'A2SANDBOXEURO2',
		name: 'Nordlicht Handel',
		region: 'eu',
		isB2bSeller: false,
		marketplaces: [
			plan(
				'DE',
				720,
				[
					[20, [3]],
					[45, [1, 2, 3]],
					[160, [1, 1, 2, 3, 3]],
					[15, [2]],
				],
				{ positive: 2104, neutral: 25, negative: 30 },
			),
			plan(
				'GB',
				500,
				[
					[15, [1, 3]],
					[30, [2]],
					[110, [1, 2, 3, 1]],
					[10, []],
				],
				{ positive: 1502, neutral: 12, negative: 14 },
			),
			plan(
				'FR',
				300,
				[
					[8, []],
					[20, [1]],
					[70, [2, 3, 1]],
					[6, []],
				],
				{ positive: 621, neutral: 9, negative: 11 },
			),
		],
	},
	{
		key: 'japan',
		sellerId: 'A3SANDBOXASIA3',
		name: 'Tsubame Store',
		region: 'fe',
		isB2bSeller: false,
		marketplaces: [
			plan(
				'JP',
				420,
				[
					[10, [1]],
					[22, [3]],
					[90, [1, 2, 3, 2]],
					[8, []],
				],
				{ positive: 903, neutral: 15, negative: 10 },
			),
			plan(
				'AU',
				130,
				[
					[3, []],
					[6, []],
					[25, [2]],
					[2, []],
				],
				{ positive: 80, neutral: 1, negative: 1 },
			),
		],
	},
	{
		key: 'europe',
		sellerId: 'A4SANDBOXNINE4',
		name: 'Lindgren & Roth',
		region: 'eu',
		isB2bSeller: false,
		marketplaces: [
			plan(
				'DE',
				420,
				[
					[14, [3]],
					[30, [1, 3]],
					[90, [1, 2, 3]],
					[8, []],
				],
				{ positive: 1400, neutral: 18, negative: 20 },
			),
			plan(
				'FR',
				200,
				[
					[7, [2]],
					[14, []],
					[50, [1, 3]],
					[4, []],
				],
				{ positive: 410, neutral: 6, negative: 7 },
			),
			plan(
				'IT',
				220,
				[
					[8, [1, 3]],
					[16, [3]],
					[54, [2, 3]],
					[4, []],
				],
				{ positive: 390, neutral: 8, negative: 9 },
			),
			plan(
				'ES',
				160,
				[
					[5, []],
					[11, [1]],
					[38, [3]],
					[3, []],
				],
				{ positive: 260, neutral: 3, negative: 4 },
			),
			plan(
				'NL',
				90,
				[
					[3, [3]],
					[6, []],
					[21, [2]],
					[2, []],
				],
				{ positive: 80, neutral: 1, negative: 1 },
			),
			plan(
				'BE',
				30,
				[
					[0, []],
					[0, []],
					[0, []],
					[0, []],
				],
				{ positive: 0, neutral: 0, negative: 0 },
			),
			plan(
				'PL',
				70,
				[
					[2, [1]],
					[4, []],
					[15, [3]],
					[1, []],
				],
				{ positive: 40, neutral: 1, negative: 0 },
			),
			plan(
				'SE',
				60,
				[
					[2, [3]],
					[3, []],
					[12, []],
					[1, []],
				],
				{ positive: 30, neutral: 0, negative: 0 },
			),
			plan(
				'GB',
				240,
				[
					[8, []],
					[17, [1]],
					[58, [2, 3]],
					[5, []],
				],
				{ positive: 620, neutral: 5, negative: 6 },
			),
		],
	},
];
