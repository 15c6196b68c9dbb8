// cspell:ignore tell

import type { AccountHealth } from '../../shared/domain/accountHealth';
import type { Threshold } from '../../shared/domain/bands';
import type { WindowCoverage } from '../../shared/domain/coverage';
import type { FeedbackChange, FeedbackObservation, FeedbackWatchSettings } from './feedback';
import type { DailyFeedback, Provenance } from '../../shared/domain/ratingWindow';
import type { BadEnd } from './reportSchedule';
import type { MarketplaceWatch } from './state';

/** What an event is about; some options are shown only for some groups. */
type EventGroup = 'feedback' | 'positives' | 'rating' | 'buyBox' | 'defectRate' | 'account';

interface EventRow {
	/** Its name in the editor. */
	readonly label: string;
	readonly description: string;
	readonly group: EventGroup;
	/** The reports that it needs. */
	readonly reports: readonly ReportKind[];
	/** Rank among the events that 'Fetch Test Event' tries; the items that show the most come first. */
	readonly testRank: number;
}

/** The events a user can choose, in the editor's order. All lists of events follow from this table. */
export const EVENTS = {
	accountStatusChanged: {
		label: 'Account Status Changed',
		description: 'The account status changed, such as to normal, at risk or deactivated',
		group: 'account',
		reports: ['health'],
		testRank: 9,
	},
	buyBoxShareFell: {
		label: 'Buy Box Share Fell',
		description:
			'The share of a week is far below that of the four weeks before (role Brand Analytics)',
		group: 'buyBox',
		reports: ['totals'],
		testRank: 11,
	},
	buyBoxShareRecovered: {
		label: 'Buy Box Share Recovered',
		description: 'The share is back near its level before the fall (role Brand Analytics)',
		group: 'buyBox',
		reports: ['totals'],
		testRank: 12,
	},
	feedbackChanged: {
		label: 'Feedback Changed',
		description: 'A buyer changed the stars or comment of a 1 to 3 star feedback entry',
		group: 'feedback',
		reports: ['feedback'],
		testRank: 3,
	},
	feedbackRemoved: {
		label: 'Feedback Removed',
		description:
			'A feedback entry is no longer in the report: removed, struck through, or raised to 4 or 5 stars',
		group: 'feedback',
		reports: ['feedback'],
		testRank: 4,
	},
	newNegativeFeedback: {
		label: 'New Negative Feedback',
		description: '1 or 2 stars',
		group: 'feedback',
		reports: ['feedback'],
		testRank: 1,
	},
	newNeutralFeedback: {
		label: 'New Neutral Feedback',
		description: '3 stars',
		group: 'feedback',
		reports: ['feedback'],
		testRank: 2,
	},
	newPositiveFeedback: {
		label: 'New Positive Feedback',
		description: '4 or 5 stars: only how many on a day, a few days later (role Brand Analytics)',
		group: 'positives',
		reports: ['feedback', 'totals'],
		testRank: 10,
	},
	orderDefectRateAboveTarget: {
		label: 'Order Defect Rate Above Target',
		description: 'Amazon requires a rate under 1% over 60 days and enforces it',
		group: 'defectRate',
		reports: ['health'],
		testRank: 7,
	},
	orderDefectRateRecovered: {
		label: 'Order Defect Rate Recovered',
		description: 'At least 0.1 points below the target again',
		group: 'defectRate',
		reports: ['health'],
		testRank: 8,
	},
	ratingFellBelowThreshold: {
		label: 'Rating Fell Below Threshold',
		description: 'Needs the daily totals (role Brand Analytics)',
		group: 'rating',
		reports: ['feedback', 'totals'],
		testRank: 5,
	},
	ratingRecovered: {
		label: 'Rating Recovered',
		description: 'Needs the daily totals (role Brand Analytics)',
		group: 'rating',
		reports: ['feedback', 'totals'],
		testRank: 6,
	},
} as const satisfies Readonly<Record<string, EventRow>>;

export type WatchEventName = keyof typeof EVENTS;

export const WATCH_EVENTS = Object.keys(EVENTS) as [WatchEventName, ...WatchEventName[]];

export const eventsAbout = (group: EventGroup): WatchEventName[] =>
	WATCH_EVENTS.filter((name) => EVENTS[name].group === group);

/** What is watched: feedback, daily totals (Data Kiosk or Sales and Traffic), Seller Performance (health). */
export type ReportKind = keyof MarketplaceWatch['reports'];

/** Report names as sellers know them. */
export const REPORT_NAMES: Readonly<Record<ReportKind, string>> = {
	feedback: 'feedback report',
	totals: 'Sales and Traffic report',
	health: 'Seller Performance report',
};

/** What a poll learns about one marketplace. */
export type Observation =
	| {
			readonly kind: 'asked';
			readonly report: ReportKind;
			readonly id: string;
			readonly at: string;
			/** Set for a query to Data Kiosk instead of a report. */
			readonly source?: 'dataKiosk';
	  }
	| ({ readonly kind: 'feedback' } & FeedbackObservation)
	/** A feedback report that was read before, for totals of its time that arrived later. */
	| ({ readonly kind: 'feedbackForTotals' } & FeedbackObservation)
	| {
			readonly kind: 'totals';
			readonly asOf: string;
			readonly daily: readonly DailyFeedback[];
			/** Marketplace-local day on which Amazon made them; if missing, the day of the feedback report counts. */
			readonly madeOn?: string;
			/** First and last day of the report or query, if known. */
			readonly from?: string;
			readonly through?: string;
			/** What is unusual about them, in sentences. */
			readonly notes?: readonly string[];
	  }
	| { readonly kind: 'health'; readonly asOf: string; readonly health: AccountHealth }
	/** A report without data, on this marketplace-local day. */
	| {
			readonly kind: 'nothing';
			readonly report: ReportKind;
			readonly id: string;
			readonly how: BadEnd;
			readonly today: string;
			/** Amazon's reason. */
			readonly reason?: string;
	  };

export interface WatchSettings extends Omit<FeedbackWatchSettings, 'tellFrom' | 'watch'> {
	readonly events: readonly WatchEventName[];
	/** Whether to report what is already wrong when the watch begins. */
	readonly reportPresent: boolean;
	readonly ratingDays: number;
	/** Full days that must pass after a day before its totals count. */
	readonly daysUntilSettled: number;
	readonly thresholds: readonly Threshold[];
	readonly minimumRatings: number;
	/** Percentage points. */
	readonly ratingMargin: number;
	/** Percent; undefined for the target in Amazon's report. */
	readonly defectTarget: number | undefined;
	/** Percentage points. */
	readonly defectMargin: number;
	readonly minimumOrders: number;
	/** Percentage points by which the Buy Box share must fall. */
	readonly buyBoxDrop: number;
	/** Percentage points above that, where it has recovered. */
	readonly buyBoxMargin: number;
	/** Page views of a week. */
	readonly minimumPageViews: number;
}

/** The rating when an event was found. */
export interface RatingNow {
	/** When its reports were requested, UTC; null if unknown. */
	readonly asOf: string | null;
	readonly days: number;
	/** Percent, unrounded and as Amazon shows it; null if unknown. */
	readonly ratingPercent: number | null;
	readonly displayedRating: number | null;
	readonly positive: number | null;
	readonly neutral: number | null;
	readonly negative: number | null;
	readonly total: number | null;
	readonly provenance: Provenance;
	/** Last day that Amazon's totals cover. */
	readonly coveredThrough: string | null;
	/** Which days are counted and what is missing; null if no reports were compared. */
	readonly coverage: WindowCoverage | null;
	readonly notes: readonly string[];
}

export type Fulfilment = 'sellerFulfilled' | 'amazonFulfilled';

export interface DefectRate {
	readonly fulfilment: Fulfilment;
	readonly percent: number;
	readonly targetPercent: number;
	readonly orders: number;
	readonly ordersWithDefects: number;
}

interface EventBase {
	/** The same if the event is found again from the same state, so that duplicates can be recognized. */
	readonly id: string;
	readonly ratingNow: RatingNow;
}

export type FeedbackEvent = EventBase & {
	readonly event:
		| 'newNegativeFeedback'
		| 'newNeutralFeedback'
		| 'feedbackChanged'
		| 'feedbackRemoved';
	readonly change: FeedbackChange;
};

export type RatingEvent = EventBase & {
	readonly event: 'ratingFellBelowThreshold' | 'ratingRecovered';
	readonly threshold: Threshold;
	/** The previous rating. */
	readonly before: RatingNow | undefined;
};

/** The positive feedback of a day, as far as Amazon's totals show it. */
export interface PositivesOfDay {
	/** ISO calendar day, marketplace-local. */
	readonly date: string;
	readonly positive: number;
}

export type PositivesEvent = EventBase & {
	readonly event: 'newPositiveFeedback';
	/** What was reported of the day before, if more was found since. */
	readonly before: PositivesOfDay | undefined;
	readonly after: PositivesOfDay & { readonly neutral: number; readonly negative: number };
};

/** The Buy Box share of some days, marketplace-local and both included. */
export interface BuyBoxOfDays {
	readonly from: string | null;
	readonly through: string | null;
	/** Percent of page views, two decimals. */
	readonly buyBoxPercent: number;
	readonly pageViews: number;
}

export type BuyBoxEvent = EventBase & {
	readonly event: 'buyBoxShareFell' | 'buyBoxShareRecovered';
	/** The four weeks before the fall; undefined in a test event without them. */
	readonly before: BuyBoxOfDays | undefined;
	/** The last week, and its difference to the weeks before the fall in percentage points. */
	readonly after: BuyBoxOfDays & { readonly changePoints: number | null };
	/** Which days are left out. */
	readonly notes: readonly string[];
};

/** Events of the account's health. */
type HealthEventBase = EventBase & {
	/** Which parts of the report could not be read and are unknown. */
	readonly notes: readonly string[];
};

export type DefectEvent = HealthEventBase & {
	readonly event: 'orderDefectRateAboveTarget' | 'orderDefectRateRecovered';
	readonly before: DefectRate | undefined;
	readonly after: DefectRate;
};

export type AccountEvent = HealthEventBase & {
	readonly event: 'accountStatusChanged';
	readonly before: string;
	readonly after: string;
};

export type WatchEvent =
	| FeedbackEvent
	| PositivesEvent
	| RatingEvent
	| BuyBoxEvent
	| DefectEvent
	| AccountEvent;

/** The state after an observation, and the events to report. */
export interface Advance {
	readonly state: MarketplaceWatch;
	readonly events: readonly WatchEvent[];
}
