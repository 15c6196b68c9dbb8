import { dayNumber, isoDay, plusDays } from '../../shared/domain/calendar';
import type { Coverage } from '../../shared/domain/coverage';
import type { PositivesEvent, RatingNow } from './events';
import { nameOfWatch, type MarketplaceWatch } from './state';

/**
 * Days before the last settled one whose positive feedback may still be reported: Amazon fills in
 * totals for up to a week, and a trigger may have been off for a while.
 */
const LATEST_DAYS = 30;

/**
 * Reports the positive feedback of each settled day: Amazon gives only how many feedback entries came
 * in per day, and which of them had 1 to 3 stars. If more of a day is found later, the day is reported
 * again with the higher number. A lower number, as after a removal, reports nothing.
 */
export function advancePositives(
	state: MarketplaceWatch,
	reports: Coverage,
	ratingNow: RatingNow,
): { readonly state: MarketplaceWatch; readonly events: readonly PositivesEvent[] } {
	const { settledThrough } = reports;
	if (settledThrough === undefined) return { state, events: [] };
	const before = state.positives ?? { since: plusDays(settledThrough, 1), days: {} };
	const oldest = plusDays(settledThrough, 1 - LATEST_DAYS);
	// Never an earlier day again: it may have been reported.
	const since = before.since > oldest ? before.since : oldest;
	const kept = Object.entries(before.days).filter(([date]) => date >= since);
	const days = Object.fromEntries(kept);
	const events: PositivesEvent[] = [];
	for (let day = dayNumber(since); day <= dayNumber(settledThrough); day += 1) {
		const date = isoDay(day);
		const counts = reports.countsOf(day, day);
		if (counts === undefined) continue;
		const known = days[date] ?? { reported: 0, notNegative: 0 };
		const notNegative = counts.positive + counts.neutral;
		// A neutral row that is gone may have been removed: only what came in since can be positive.
		const most = known.reported + Math.max(0, notNegative - known.notNegative);
		const positive = Math.min(counts.positive, most);
		days[date] = { reported: Math.max(known.reported, positive), notNegative };
		if (positive <= known.reported) continue;
		events.push({
			event: 'newPositiveFeedback',
			id: `positiveFeedback/${date}/${positive}/${nameOfWatch(state, 'totals')}`,
			ratingNow,
			before: known.reported === 0 ? undefined : { date, positive: known.reported },
			after: { date, ...counts, positive },
		});
	}
	const positives = { since, days };
	const isKnown = JSON.stringify(positives) === JSON.stringify(state.positives);
	return { state: isKnown ? state : { ...state, positives }, events };
}
