import type { Capacity } from '../../nodes/AmazonSellerRating/chart/capacity';
import { renderCapacity } from '../../nodes/AmazonSellerRating/chart/capacity';
import type { CauseRow, CausesPicture } from '../../nodes/AmazonSellerRating/chart/causes';
import { renderCauses } from '../../nodes/AmazonSellerRating/chart/causes';
import type { ChartOptions } from '../../nodes/AmazonSellerRating/chart/plot';
import type { RatingAndBuyBox } from '../../nodes/AmazonSellerRating/chart/ratingAndBuyBox';
import { renderRatingAndBuyBox } from '../../nodes/AmazonSellerRating/chart/ratingAndBuyBox';
import type { RequestEffectPicture } from '../../nodes/AmazonSellerRating/chart/requestEffect';
import { renderRequestEffect } from '../../nodes/AmazonSellerRating/chart/requestEffect';
import type { DigestCard } from '../../nodes/AmazonSellerRating/chart/scorecardDigest';
import { renderScorecardTrends } from '../../nodes/AmazonSellerRating/chart/scorecardTrends';
import { renderChart } from '../../nodes/AmazonSellerRating/chart/svg';
import { isoDay, plusDays } from '../../nodes/shared/domain/calendar';
import { yearModel } from './fixtures';

/** What each picture shows in the tests. */

const FIRST_REQUESTS = Date.parse('2026-11-29') / 86_400_000;

export const capacityModel = (
	changes: Partial<Capacity['days'][number]> = {},
	count = 20,
): Capacity => ({
	title: 'Review requests per day',
	days: Array.from({ length: count }, (_, index) => ({
		day: isoDay(FIRST_REQUESTS + index),
		planned: 30 - index,
		capacity: 40,
		lost: index === 3 ? 5 : 0,
		savedBy: index === 3 ? { maxRequestsPerDay: 5, weekdays: 2 } : {},
		...changes,
	})),
});

export const row = (changes: Partial<CauseRow> = {}): CauseRow => ({
	section: 'SKU',
	name: 'HP-003-US',
	count: '9 of 118 orders',
	rate: 76.3,
	low: 40.7,
	high: 138.6,
	rateOfAll: 11,
	times: 8.2,
	verdict: 'standsOut',
	sentence: 'SKU HP-003-US: it stands out.',
	orderIds: ['111-1234567-7654321'],
	isPerOrder: true,
	...changes,
});

export const few = (changes: Partial<CauseRow> = {}): CauseRow =>
	row({
		name: 'few',
		count: '1 of 3 orders',
		verdict: 'tooFew',
		rate: 33,
		low: 6,
		high: 792,
		...changes,
	});

export const causesModel = (changes: Partial<CausesPicture> = {}): CausesPicture => ({
	title: 'Causes of bad feedback',
	seller: 'Nordlicht Handel',
	from: '2025-10-20',
	through: '2026-10-14',
	rows: [
		row(),
		row({
			section: 'Fulfillment',
			name: 'Orders you ship',
			verdict: 'couldBeChance',
			rate: 12,
			low: 8,
			high: 17,
		}),
		few(),
	],
	notes: ['A note.'],
	...changes,
});

export const requestEffectModel = (
	changes: Partial<RequestEffectPicture> = {},
): RequestEffectPicture => ({
	title: 'Does asking pay?',
	marketplace: 'Amazon.de',
	seller: 'North & South <Shop>',
	days: Array.from({ length: 30 }, (_, index) => ({
		date: plusDays('2026-10-01', index),
		requests: index % 5 === 2 ? 100 : 0,
		received: index === 9 ? undefined : index % 4,
	})),
	effect: { per100: 2.1, low: 0.9, high: 3.4 },
	effectToDetect: 2,
	confidencePercent: 95,
	summary: 'Requests bring feedback, more than by chance.',
	notes: ['A note.'],
	...changes,
});

const FIRST_SHARE = Date.parse('2026-06-01') / 86_400_000;

export const ratingAndBuyBoxModel = (changes: Partial<RatingAndBuyBox> = {}): RatingAndBuyBox => ({
	title: 'Rating and Buy Box',
	marketplace: 'Amazon.de',
	seller: 'Nordlicht Handel',
	asOf: '2026-11-23',
	days: 30,
	points: Array.from({ length: 170 }, (_, index) => ({
		date: isoDay(FIRST_SHARE + index),
		rating: 95 + Math.sin(index / 20),
		buyBox: index > 100 && index < 110 ? undefined : 90 - index / 10,
	})),
	provenance: 'Derived from Amazon’s reports, settled through 2026-11-19.',
	notes: ['A note.'],
	...changes,
});

export const card = (changes: Partial<DigestCard> = {}): DigestCard => ({
	seller: null,
	marketplaceName: 'Germany',
	needsAttention: false,
	attention: [],
	missing: [],
	accountStatus: 'NORMAL',
	settledThrough: '2026-11-19',
	ratings: [
		{ days: 30, percent: 94.9999 },
		{ days: 90, percent: 97.5 },
		{ days: 365, percent: null },
	],
	defects: [
		{ channel: 'you', percent: 0.25, runway: 3 },
		{ channel: 'Amazon', percent: 2, runway: 0 },
	],
	buyBox: [
		{ days: 7, percent: 71.06, changePoints: -23.36 },
		{ days: 28, percent: null, changePoints: null },
	],
	sales: {
		days: 28,
		ordersShipped: 1_270,
		unitsRefunded: 1,
		refundPercent: 1.41,
		claimsGranted: null,
	},
	feedback: { days: 7, positive: 4, neutral: 0, negative: null },
	trend: {
		from: '2026-08-24',
		through: '2026-11-19',
		rating: Array.from({ length: 30 }, (_, index) => 95 + index / 10),
		buyBox: Array.from({ length: 30 }, (_, index) => (index === 4 ? null : 90 - index)),
	},
	...changes,
});

/** Every picture of the package. */
export const PICTURES: Readonly<Record<string, (options: ChartOptions) => string>> = {
	rating: (options) => renderChart(yearModel(), options),
	'rating and Buy Box': (options) => renderRatingAndBuyBox(ratingAndBuyBoxModel(), options),
	capacity: (options) => renderCapacity(capacityModel(), options),
	causes: (options) => renderCauses(causesModel(), options),
	'request effect': (options) => renderRequestEffect(requestEffectModel(), options),
	scorecards: (options) =>
		renderScorecardTrends(
			['Germany', 'United Kingdom', 'France'].map((marketplaceName) => card({ marketplaceName })),
			'Seller scorecards',
			options,
		) ?? '',
};
