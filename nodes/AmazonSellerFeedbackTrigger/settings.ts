import type { TriggerParameters } from './parameters';
import { EVENTS, type ReportKind, type WatchSettings } from './watch/events';

/**
 * How far beyond a threshold, target or drop a figure must be to count as recovered, in percentage
 * points, so that a figure near it does not alert again and again.
 */
const MARGINS = { ratingMargin: 0.5, defectMargin: 0.1, buyBoxMargin: 5 } as const;

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
	defectTarget: options.defectTarget || undefined,
	minimumOrders: options.minimumOrders,
	buyBoxDrop: options.buyBoxDrop,
	minimumPageViews: options.minimumPageViews,
	...MARGINS,
});

/**
 * Whether no event needs all of these reports. A report that no event needs is only used to add the
 * rating to each item: if it is not available, the items say that the rating is unknown, and nothing
 * else is reported about it.
 */
export const areExtra = (kinds: readonly ReportKind[], { events }: TriggerParameters): boolean =>
	!events.some((event) => {
		const needed: readonly ReportKind[] = EVENTS[event].reports;
		return kinds.every((kind) => needed.includes(kind));
	});

export const isExtra = (kind: ReportKind, parameters: TriggerParameters): boolean =>
	areExtra([kind], parameters);

/** Whether an event is about feedback entries, whose comments are then read. */
export const isAboutFeedback = ({ events }: TriggerParameters): boolean =>
	events.some((event) => EVENTS[event].group === 'feedback');

/** The reports to request. */
export function reportsFor(parameters: TriggerParameters): ReportKind[] {
	const forRating: ReportKind[] = parameters.options.includeRating ? ['totals', 'feedback'] : [];
	return (['totals', 'feedback', 'health'] as const).filter(
		(kind) => !isExtra(kind, parameters) || forRating.includes(kind),
	);
}
