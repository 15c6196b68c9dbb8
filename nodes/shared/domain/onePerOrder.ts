import type { FeedbackRow } from './feedbackReport';

/** Picks one row per order, independent of the order of the rows: the latest, then the worst. */
export function onePerOrder(rows: readonly FeedbackRow[]): ReadonlyMap<string, FeedbackRow> {
	const chosen = new Map<string, FeedbackRow>();
	for (const row of rows) {
		const other = chosen.get(row.orderId);
		if (other === undefined || precedence(row, other) > 0) chosen.set(row.orderId, row);
	}
	return chosen;
}

const precedence = (a: FeedbackRow, b: FeedbackRow): number =>
	compareText(a.date, b.date) || b.rating - a.rating || compareText(contentOf(a), contentOf(b));

/** The fields that must match for two copies of a feedback entry to be the same. */
export const contentOf = ({ date, rating, comment, response }: FeedbackRow): string =>
	[date, rating, comment, response].join('\n');

/** Order by code units, the same in every locale. */
export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
