import type { AccountHealth } from '../../shared/domain/accountHealth';
import type { Threshold } from '../../shared/domain/bands';
import type { WindowCoverage } from '../../shared/domain/coverage';
import type { FeedbackChange, FeedbackObservation, FeedbackWatchSettings } from './feedback';
import type { DailyFeedback, Provenance } from '../../shared/domain/ratingWindow';
import type { BadEnd } from './reportSchedule';
import type { MarketplaceWatch } from './state';

/** What the user can be told of, in the editor's order. */
export const WATCH_EVENTS = [
	'accountStatusChanged',
	'feedbackChanged',
	'feedbackRemoved',
	'newNegativeFeedback',
	'newNeutralFeedback',
	'orderDefectRateAboveTarget',
	'orderDefectRateRecovered',
	'ratingFellBelowThreshold',
	'ratingRecovered',
] as const;

export type WatchEventName = (typeof WATCH_EVENTS)[number];

/** The reports watched: feedback, Sales and Traffic (daily totals), Seller Performance (health). */
export type ReportKind = keyof MarketplaceWatch['reports'];

/** As sellers know them. */
export const REPORT_NAMES: Readonly<Record<ReportKind, string>> = {
	feedback: 'feedback report',
	totals: 'Sales and Traffic report',
	health: 'Seller Performance report',
};

/** What a poll learns of one marketplace. */
export type Observation =
	| {
			readonly kind: 'asked';
			readonly report: ReportKind;
			readonly id: string;
			readonly at: string;
	  }
	| ({ readonly kind: 'feedback' } & FeedbackObservation)
	/** A feedback report that was read before, for totals of its time that came later. */
	| ({ readonly kind: 'feedbackForTotals' } & FeedbackObservation)
	| {
			readonly kind: 'totals';
			readonly asOf: string;
			readonly daily: readonly DailyFeedback[];
			/** Marketplace-local day on which Amazon made the report; the day of the feedback report otherwise. */
			readonly madeOn?: string;
			/** First and last day the report says it is of, where it says so. */
			readonly from?: string;
			readonly through?: string;
	  }
	| { readonly kind: 'health'; readonly asOf: string; readonly health: AccountHealth }
	/** A report that gave nothing, on this marketplace-local day. */
	| {
			readonly kind: 'nothing';
			readonly report: ReportKind;
			readonly id: string;
			readonly how: BadEnd;
			readonly today: string;
			/** What Amazon says of it. */
			readonly reason?: string;
	  };

export interface WatchSettings extends Omit<FeedbackWatchSettings, 'tellFrom' | 'watch'> {
	readonly events: readonly WatchEventName[];
	/** What is wrong already when the watch begins is told too. */
	readonly tellPresent: boolean;
	readonly ratingDays: number;
	/** Full days that have to pass after a day before its totals count. */
	readonly daysUntilSettled: number;
	readonly thresholds: readonly Threshold[];
	readonly minimumRatings: number;
	/** Percentage points. */
	readonly ratingMargin: number;
	/** Percent; undefined for the target Amazon names. */
	readonly defectTarget: number | undefined;
	/** Percentage points. */
	readonly defectMargin: number;
	readonly minimumOrders: number;
}

/** The rating when an event was found. */
export interface RatingNow {
	/** When the reports it comes from were asked for, UTC; null where it is not known. */
	readonly asOf: string | null;
	readonly days: number;
	/** Percent, unrounded and as Amazon shows it; null where it is not known. */
	readonly rating: number | null;
	readonly displayedRating: number | null;
	readonly positive: number | null;
	readonly neutral: number | null;
	readonly negative: number | null;
	readonly total: number | null;
	readonly provenance: Provenance;
	/** Last day that Amazon's totals reach. */
	readonly coveredThrough: string | null;
	/** Which days are counted and what is missing; null where no reports were held against each other. */
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
	/** The same whenever the event is found anew from the same memory, to tell repetitions by. */
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
	/** The rating known before. */
	readonly before: RatingNow | undefined;
};

/** Of the account's health. */
type HealthEventBase = EventBase & {
	/** What of the report could not be read and is unknown. */
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

export type WatchEvent = FeedbackEvent | RatingEvent | DefectEvent | AccountEvent;

/** What is remembered after an observation, and what of it is told. */
export interface Advance {
	readonly state: MarketplaceWatch;
	readonly events: readonly WatchEvent[];
}
