import type { DailyFeedback } from '../domain/ratingWindow';

/** A query to Data Kiosk for daily totals, and its result. */

/** Which totals are needed. */
export interface TotalsRange {
	readonly marketplaceIds: readonly string[];
	/** First and last ISO calendar day. */
	readonly from: string;
	readonly through: string;
}

/** A result as read; a line that cannot be read is left out, and its day is unknown. */
export interface ReadTotals {
	/** Per marketplace ID; in any order. */
	readonly days: ReadonlyMap<string, readonly DailyFeedback[]>;
	readonly unreadableLines: number;
}

/** A query that Amazon is still working on. */
export interface OpenQuery {
	readonly queryId: string;
	readonly range: TotalsRange;
	/** When it was created: UTC, and the same on the monotonic clock. */
	readonly askedAt: string;
	readonly at: number;
}

/** The daily totals of a range, as of when the query was created. */
export interface KioskTotals extends OpenQuery, ReadTotals {
	/** How many lines the result has. */
	readonly lines: number;
}

/** Whether a range has all that another one needs. */
export const includesRange = (whole: TotalsRange, part: TotalsRange): boolean =>
	whole.from <= part.from &&
	whole.through >= part.through &&
	part.marketplaceIds.every((id) => whole.marketplaceIds.includes(id));
