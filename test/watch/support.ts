import type {
	Observation,
	WatchEvent,
	WatchSettings,
} from '../../nodes/AmazonSellerFeedbackTrigger/watch/events';
import { WATCH_EVENTS } from '../../nodes/AmazonSellerFeedbackTrigger/watch/events';
import { advance } from '../../nodes/AmazonSellerFeedbackTrigger/watch/advance';
import type { MarketplaceWatch } from '../../nodes/AmazonSellerFeedbackTrigger/watch/state';
import type { AccountHealth } from '../../nodes/shared/domain/accountHealth';
import { sentimentOf, type FeedbackRow } from '../../nodes/shared/domain/feedbackReport';
import { plusDays } from '../../nodes/shared/domain/calendar';
import { rationalFromPercent } from '../../nodes/shared/domain/rational';

/** Helpers that build the reports for the tests of the watch. */

export const settingsWith = (settings: Partial<WatchSettings> = {}): WatchSettings => ({
	events: WATCH_EVENTS,
	reportPresent: false,
	daysToWatch: 30,
	reportChangedResponses: false,
	ratingDays: 30,
	daysUntilSettled: -1,
	thresholds: [thresholdOf(95)],
	minimumRatings: 10,
	ratingMargin: 0.5,
	defectTarget: undefined,
	defectMargin: 0.1,
	minimumOrders: 1,
	buyBoxDrop: 10,
	buyBoxMargin: 5,
	minimumPageViews: 100,
	...settings,
});

export const thresholdOf = (percent: number) => ({
	name: `${percent} %`,
	percent,
	share: rationalFromPercent(percent),
});

export const orderId = (n: number): string => `111-1111111-${String(n).padStart(7, '0')}`;

export const rowOf = (n: number, date: string, rating = 1): FeedbackRow => ({
	line: 2,
	date,
	rating,
	sentiment: sentimentOf(rating),
	comment: 'Never came',
	response: '',
	orderId: orderId(n),
	raterEmail: '',
});

export const feedbackOn = (
	today: string,
	rows: readonly FeedbackRow[],
	asOf = `${today}T12:00:00.000Z`,
): Observation => ({
	kind: 'feedback',
	asOf,
	today,
	from: plusDays(today, -365),
	rows,
	unreadable: 0,
});

export function healthOn(
	asOf: string,
	accountStatus: string | null,
	ordersWithDefects: number,
	targetPercent = 1,
): Observation {
	const sellerFulfilled = {
		orders: 1000,
		ordersWithDefects,
		negativeFeedback: 0,
		claims: 0,
		chargebacks: 0,
		percent: ordersWithDefects / 10,
		amazonPercent: 0,
		targetPercent,
		status: 'GOOD',
		from: '',
		to: '',
	};
	const health: AccountHealth = {
		marketplaceId: 'M',
		accountStatus,
		healthRating: null,
		healthScore: null,
		orderDefectPercent: null,
		worstOrderDefectPercent: null,
		negativeFeedback: null,
		sellerFulfilled,
		amazonFulfilled: null,
		metrics: [],
		violations: [],
		warnings: [],
		unreadable: [],
	};
	return { kind: 'health', asOf, health };
}

/** The state after these observations, and all their events. */
export function observe(
	start: MarketplaceWatch,
	observations: readonly Observation[],
	settings: WatchSettings,
): { state: MarketplaceWatch; events: readonly WatchEvent[] } {
	let state = start;
	const events = observations.flatMap((observation) => {
		const advanced = advance(state, observation, settings);
		({ state } = advanced);
		return advanced.events;
	});
	return { state, events };
}
