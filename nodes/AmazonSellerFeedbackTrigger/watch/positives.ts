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
	const { since, days } = state.positives ?? { since: plusDays(settledThrough, 1), days: {} };
	const oldest = plusDays(settledThrough, 1 - LATEST_DAYS);
	const from = since > oldest ? since : oldest;
	const known = Object.entries(days).filter(([date]) => date >= oldest);
	const after = new Map(known);
	const events: PositivesEvent[] = [];
	for (let day = dayNumber(from); day <= dayNumber(settledThrough); day += 1) {
		const date = isoDay(day);
		const counts = reports.countsOf(day, day);
		const reported = after.get(date) ?? 0;
		if (counts === undefined || counts.positive <= reported) continue;
		after.set(date, counts.positive);
		events.push({
			event: 'newPositiveFeedback',
			id: `positiveFeedback/${date}/${counts.positive}/${nameOfWatch(state, 'totals')}`,
			ratingNow,
			before: reported === 0 ? undefined : { date, positive: reported },
			after: { date, ...counts },
		});
	}
	const isKnown = state.positives !== undefined && events.length === 0;
	if (isKnown && known.length === Object.keys(days).length) return { state, events };
	return { state: { ...state, positives: { since, days: Object.fromEntries(after) } }, events };
}
