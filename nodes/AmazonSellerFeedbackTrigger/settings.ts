import type { TriggerParameters } from './description';
import { EVENTS, type ReportKind, type WatchEventName, type WatchSettings } from './watch/events';

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
	buyBoxDrop: options.buyBoxDrop,
	buyBoxMargin: options.buyBoxMargin,
	minimumPageViews: options.minimumPageViews,
});

/** The reports that the events need. */
const neededFor = (events: readonly WatchEventName[]): ReadonlySet<ReportKind> =>
	new Set(events.flatMap((event): readonly ReportKind[] => EVENTS[event].reports));

/**
 * Whether a report is only used to add the rating to each item. If it is not available, the items
 * say that the rating is unknown, and nothing else is reported about it.
 */
export const isExtra = (kind: ReportKind, { events }: TriggerParameters): boolean =>
	!neededFor(events).has(kind);

/** Whether an event needs the feedback report and the totals of one time. */
export const comparesReports = ({ events }: TriggerParameters): boolean =>
	events.some((event) => {
		const reports: readonly ReportKind[] = EVENTS[event].reports;
		return reports.includes('feedback') && reports.includes('totals');
	});

/** The reports to request. */
export function reportsFor({ events, options }: TriggerParameters): ReportKind[] {
	const needed = neededFor(events);
	const forRating: ReportKind[] = options.includeRating ? ['totals', 'feedback'] : [];
	return (['totals', 'feedback', 'health'] as const).filter(
		(kind) => needed.has(kind) || forRating.includes(kind),
	);
}
