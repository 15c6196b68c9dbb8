import type { TriggerParameters } from './description';
import type { ReportKind, WatchEventName, WatchSettings } from './watch/advance';

/** What the trigger was set to, in the words of the watch. */
export const settingsOf = ({ events, thresholds, options }: TriggerParameters): WatchSettings => ({
	events,
	thresholds,
	daysToWatch: options.daysToWatch,
	tellResponses: options.tellResponses,
	tellPresent: options.lookBackDays > 0,
	ratingDays: options.ratingDays,
	minimumRatings: options.minimumRatings,
	ratingMargin: options.ratingMargin,
	defectTarget: options.defectTarget || undefined,
	defectMargin: options.defectMargin,
	minimumOrders: options.minimumOrders,
});

const RATING_EVENTS: readonly WatchEventName[] = ['ratingFellBelowThreshold', 'ratingRecovered'];

const HEALTH_EVENTS: readonly WatchEventName[] = [
	'accountStatusChanged',
	'orderDefectRateAboveTarget',
	'orderDefectRateRecovered',
];

/** The reports needed, in the order that gives each item the latest rating. */
export function reportsFor({ events, options }: TriggerParameters): ReportKind[] {
	const needsHealth = events.some((event) => HEALTH_EVENTS.includes(event));
	const needsRating = needsTotals(events) || options.includeRating;
	const needsFeedback = needsRating || events.some((event) => !HEALTH_EVENTS.includes(event));
	return [
		...(needsRating ? (['totals'] as const) : []),
		...(needsFeedback ? (['feedback'] as const) : []),
		...(needsHealth ? (['health'] as const) : []),
	];
}

/** Whether an event cannot be told without the rating; otherwise it is an extra to each item. */
export const needsTotals = (events: readonly WatchEventName[]): boolean =>
	events.some((event) => RATING_EVENTS.includes(event));
