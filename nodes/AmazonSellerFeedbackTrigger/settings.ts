import type { TriggerParameters } from './description';
import type { ReportKind, WatchEventName, WatchSettings } from './watch/events';

/** The trigger's parameters as settings of the watch. */
export const settingsOf = ({ events, thresholds, options }: TriggerParameters): WatchSettings => ({
	events,
	thresholds,
	daysToWatch: Math.max(options.daysToWatch, options.lookBackDays),
	reportChangedResponses: options.reportChangedResponses,
	reportPresent: options.lookBackDays > 0,
	ratingDays: options.ratingDays,
	daysUntilSettled: options.daysUntilSettled,
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

/** The reports that the events need. */
function neededFor(events: readonly WatchEventName[]): ReadonlySet<ReportKind> {
	const needed = new Set<ReportKind>();
	for (const event of events) {
		if (HEALTH_EVENTS.includes(event)) needed.add('health');
		else needed.add('feedback');
		if (RATING_EVENTS.includes(event)) needed.add('totals');
	}
	return needed;
}

/**
 * Whether a report is only used to add the rating to each item. If it is not available, the items
 * say that the rating is unknown, and nothing else is reported about it.
 */
export const isExtra = (kind: ReportKind, { events }: TriggerParameters): boolean =>
	!neededFor(events).has(kind);

/** The reports to request. */
export function reportsFor({ events, options }: TriggerParameters): ReportKind[] {
	const needed = neededFor(events);
	const forRating: ReportKind[] = options.includeRating ? ['totals', 'feedback'] : [];
	return (['totals', 'feedback', 'health'] as const).filter(
		(kind) => needed.has(kind) || forRating.includes(kind),
	);
}
