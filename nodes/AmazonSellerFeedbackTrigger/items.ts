import { deepCopy, type IDataObject } from 'n8n-workflow';
import { DateTime } from 'luxon';

import type { FeedbackBefore } from './watch/feedback';
import type { FeedbackRow } from '../shared/domain/feedbackReport';
import type { WindowCoverage } from '../shared/domain/coverage';
import { quoteInWords, starsInWords } from '../shared/domain/feedbackInWords';
import type { Marketplace } from '../shared/domain/marketplaces';
import { percentText } from '../shared/domain/rating';
import { reasonsOf } from '../shared/domain/comments/reasons';
import { removalProspect } from '../shared/domain/comments/removalProspect';
import type { ScheduledReport } from './watch/reportSchedule';
import { feedbackManagerUrl, orderUrl } from '../shared/domain/sellerCentral';
import { dayIn } from '../shared/domain/calendar';
import { REPORT_TYPE_OF } from './reports';
import type {
	BuyBoxEvent,
	BuyBoxOfDays,
	DefectRate,
	Fulfilment,
	PositivesEvent,
	RatingNow,
	ReportKind,
	WatchEvent,
} from './watch/events';

/**
 * An event as the output item: the same fields for every event, null if they do not apply.
 * @param kind of the report that shows it
 */
export function toItem(
	event: WatchEvent,
	marketplace: Marketplace,
	kind: ReportKind,
	{ id, askedAt, source }: ScheduledReport,
): IDataObject {
	const orderId = 'change' in event ? event.change.orderId : null;
	return {
		event: event.event,
		eventId: `${marketplace.countryCode}/${event.id}`,
		summary: `${marketplace.name}: ${summaryOf(event)}${ratingInWords(event)}${withoutIt(event, askedAt)}`,
		marketplace: marketplace.countryCode,
		marketplaceId: marketplace.id,
		orderId,
		...beforeAndAfter(event),
		ratingNow: deepCopy(event.ratingNow) as unknown as IDataObject,
		removal: removalOf(event, dayIn(marketplace, DateTime.fromISO(askedAt))),
		reasons: reasonsIn(event),
		order: null,
		orderNote: null,
		notes: 'notes' in event ? [...event.notes] : [],
		feedbackManagerUrl: feedbackManagerUrl(marketplace),
		orderUrl: orderId === null ? null : orderUrl(marketplace, orderId),
		observedAt: askedAt,
		source: source === undefined ? `${REPORT_TYPE_OF[kind]} ${id}` : `Data Kiosk query ${id}`,
	};
}

/** `changed` lists what differs between them. */
function beforeAndAfter(event: WatchEvent): {
	before: IDataObject | null;
	after: IDataObject | null;
	changed: string[];
} {
	switch (event.event) {
		case 'accountStatusChanged':
			return {
				before: { accountStatus: event.before },
				after: { accountStatus: event.after },
				changed: ['accountStatus'],
			};
		case 'newPositiveFeedback':
		case 'buyBoxShareFell':
		case 'buyBoxShareRecovered':
		case 'orderDefectRateAboveTarget':
		case 'orderDefectRateRecovered':
			return {
				before: event.before ? { ...event.before } : null,
				after: { ...event.after },
				changed: [WHAT_CHANGED[event.event]],
			};
		case 'ratingFellBelowThreshold':
		case 'ratingRecovered': {
			const { name, percent } = event.threshold;
			const threshold = { thresholdName: name, thresholdPercent: percent };
			return {
				before: event.before ? { ...ratingFieldsOf(event.before), ...threshold } : null,
				after: { ...ratingFieldsOf(event.ratingNow), ...threshold },
				changed: ['ratingPercent'],
			};
		}
		case 'newNegativeFeedback':
		case 'newNeutralFeedback':
		case 'feedbackChanged':
		case 'feedbackRemoved': {
			const { before, after, changed } = event.change;
			return {
				before: before ? { ...before } : null,
				after: after ? feedbackOf(after) : null,
				changed: [...changed],
			};
		}
	}
}

const WHAT_CHANGED = {
	newPositiveFeedback: 'positive',
	buyBoxShareFell: 'buyBoxShare',
	buyBoxShareRecovered: 'buyBoxShare',
	orderDefectRateAboveTarget: 'orderDefectRate',
	orderDefectRateRecovered: 'orderDefectRate',
} as const;

/** Without the buyer's address. */
const feedbackOf = ({ date, rating, sentiment, comment, response }: FeedbackRow): IDataObject => ({
	date,
	rating,
	sentiment,
	comment,
	response,
});

const ratingFieldsOf = ({
	ratingPercent,
	displayedRating,
	positive,
	neutral,
	negative,
	total,
}: RatingNow): IDataObject => ({
	ratingPercent,
	displayedRating,
	positive,
	neutral,
	negative,
	total,
});

function removalOf(event: WatchEvent, today: string): IDataObject | null {
	const after = 'change' in event ? event.change.after : undefined;
	return after === undefined ? null : { ...removalProspect(after, today) };
}

/** Why the buyer is dissatisfied, by the words of the comment; null if the event is not about feedback. */
function reasonsIn(event: WatchEvent): string[] | null {
	if (!('change' in event)) return null;
	const { before, after } = event.change;
	return [...reasonsOf((after ?? before)?.comment ?? '').reasons];
}

/** One sentence for a message, as plain text. */
function summaryOf(event: WatchEvent): string {
	switch (event.event) {
		case 'newNegativeFeedback':
		case 'newNeutralFeedback': {
			const { before, after, orderId } = event.change;
			const kind = event.event === 'newNegativeFeedback' ? 'negative' : 'neutral';
			return `New ${kind} feedback, ${starsOf(after)}${before ? ` (previously ${starsOf(before)})` : ''}, for order ${orderId}${quoteOf(after)}`;
		}
		case 'feedbackChanged': {
			const { before, after, changed, orderId } = event.change;
			const stars = changed.includes('rating')
				? `from ${starsOf(before)} to ${starsOf(after)}`
				: `(${starsOf(after)}): ${changed.join(' and ')}`;
			return `Feedback for order ${orderId} changed ${stars}${quoteOf(after)}`;
		}
		case 'feedbackRemoved':
			return `Feedback of ${starsOf(event.change.before)} for order ${event.change.orderId} is no longer in Amazon's report: removed, struck through, or raised to 4 or 5 stars${quoteOf(event.change.before)}`;
		case 'ratingFellBelowThreshold':
		case 'ratingRecovered': {
			const { threshold, ratingNow } = event;
			const name = `${threshold.name} (${threshold.percent}%)`;
			const move =
				event.event === 'ratingRecovered'
					? `The rating has recovered above ${name}`
					: `The rating fell below ${name}`;
			return `${move}: ${percentOf(ratingNow.ratingPercent)} of ${ratingNow.total} in ${ratingNow.days} days`;
		}
		case 'newPositiveFeedback':
			return positivesSummary(event);
		case 'buyBoxShareFell':
		case 'buyBoxShareRecovered':
			return buyBoxSummary(event);
		case 'orderDefectRateAboveTarget':
		case 'orderDefectRateRecovered':
			return defectSummary(event.event, event.after);
		case 'accountStatusChanged':
			return `The account status changed from ${event.before} to ${event.after}`;
	}
}

/**
 * The rating, and through which day it counts: Amazon settles the totals days later, so the newest
 * feedback is not in it. Empty if the rating is unknown, or if the event is about it.
 */
function ratingInWords(event: WatchEvent): string {
	const { ratingPercent, total, days, coverage } = event.ratingNow;
	if (ratingPercent === null || 'threshold' in event) return '';
	const through = coverage?.through ? `, counted through ${coverage.through}` : '';
	return `. Rating: ${percentOf(ratingPercent)} of ${total} in the last ${days} days${through}`;
}

/** If the rating does not count the feedback of an event, which it then says. */
function withoutIt(event: WatchEvent, observedAt: string): string {
	const { ratingPercent, asOf, coverage } = event.ratingNow;
	if (!('change' in event) || ratingPercent === null) return '';
	const { after, before, kind } = event.change;
	const date = after?.date ?? before?.date ?? '';
	const isCounted = asOf === observedAt && coverage !== null && isCovered(date, coverage);
	return isCounted ? '' : `, without this ${kind === 'added' ? 'feedback' : 'change'}`;
}

const isCovered = (date: string, { from, through, daysLeftOut }: WindowCoverage): boolean =>
	date >= (from ?? date) &&
	date <= (through ?? date) &&
	!daysLeftOut.some((span) => date >= span.from && date <= span.through);

function positivesSummary({ before, after }: PositivesEvent): string {
	const { date, positive } = after;
	const count = positive - (before?.positive ?? 0);
	const total = before ? ` (${positive} in total)` : '';
	const entries = count === 1 ? 'positive feedback entry' : 'positive feedback entries';
	return `${count} ${before ? 'more' : 'new'} ${entries} of ${date}${total}`;
}

function buyBoxSummary({ event, before, after }: BuyBoxEvent): string {
	const move = event === 'buyBoxShareFell' ? 'fell to' : 'has recovered to';
	const points = Math.abs(after.changePoints ?? 0);
	const below = `${points} ${points === 1 ? 'point' : 'points'} below`;
	const compared = event === 'buyBoxShareFell' ? `, ${below}` : ', compared with';
	const then = before
		? `${compared} the ${before.buyBoxPercent}% of the 28 days through ${before.through}`
		: '';
	return `The Buy Box share ${move} ${shareInWords(after)}${then}`;
}

const shareInWords = ({ buyBoxPercent, pageViews, through }: BuyBoxOfDays): string =>
	`${buyBoxPercent}% of ${pageViews} page views in the 7 days through ${through}`;

const FULFILMENT_WORDS: Readonly<Record<Fulfilment, string>> = {
	sellerFulfilled: 'orders you ship',
	amazonFulfilled: 'orders Amazon ships',
};

function defectSummary(
	event: 'orderDefectRateAboveTarget' | 'orderDefectRateRecovered',
	{ fulfilment, percent, targetPercent, orders, ordersWithDefects }: DefectRate,
): string {
	const move =
		event === 'orderDefectRateRecovered'
			? `has recovered to below its target of ${targetPercent}%`
			: `is not below its target of ${targetPercent}%`;
	return `The order defect rate of ${FULFILMENT_WORDS[fulfilment]} ${move}: ${percentOf(percent)} (${ordersWithDefects} of ${orders} orders)`;
}

const starsOf = (feedback: { readonly rating: number } | undefined): string =>
	feedback === undefined ? 'unknown stars' : starsInWords(feedback.rating);

/**
 * The summary of a test event: the current state. No change was observed, except that the feedback
 * entry was new once.
 */
export function testSummaryOf(event: WatchEvent, observedAt: string): string {
	const isNew = 'change' in event && event.change.kind === 'added';
	return `${stateOf(event)}${ratingInWords(event)}${isNew ? withoutIt(event, observedAt) : ''}`;
}

function stateOf(event: WatchEvent): string {
	switch (event.event) {
		case 'newNegativeFeedback':
		case 'newNeutralFeedback':
			return summaryOf(event);
		case 'feedbackChanged':
		case 'feedbackRemoved': {
			const { before, orderId } = event.change;
			const fate = event.event === 'feedbackChanged' ? 'changed' : 'been removed';
			return `Feedback of ${starsOf(before)} for order ${orderId}, shown as if it had ${fate}${quoteOf(before)}`;
		}
		case 'ratingFellBelowThreshold':
		case 'ratingRecovered': {
			const { ratingPercent, total, days } = event.ratingNow;
			return `The rating is ${percentOf(ratingPercent)} of ${total} in ${days} days; no change was observed`;
		}
		case 'newPositiveFeedback':
			return `${positivesSummary(event)}; shown as if it were new`;
		case 'buyBoxShareFell':
		case 'buyBoxShareRecovered':
			return `The Buy Box share is ${shareInWords(event.after)}; no change was observed`;
		case 'orderDefectRateAboveTarget':
		case 'orderDefectRateRecovered': {
			const { fulfilment, percent, orders, ordersWithDefects } = event.after;
			return `The order defect rate of ${FULFILMENT_WORDS[fulfilment]} is ${percentOf(percent)} (${ordersWithDefects} of ${orders} orders); no change was observed`;
		}
		case 'accountStatusChanged':
			return `The account status is ${event.after}; no change was observed`;
	}
}

const percentOf = (percent: number | null): string =>
	percent === null ? 'unknown' : percentText(percent);

function quoteOf(feedback: FeedbackBefore | FeedbackRow | undefined): string {
	if (!feedback?.comment) return quoteInWords('');
	const rest = 'commentCut' in feedback && feedback.commentCut ? '…' : '';
	return quoteInWords(`${feedback.comment}${rest}`);
}
