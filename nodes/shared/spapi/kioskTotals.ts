import { dayOf } from '../domain/calendar';
import { withoutFalseZeros, type TotalsEvidence } from '../domain/coverage';
import type { Marketplace } from '../domain/marketplaces';
import type { DailyFeedback } from '../domain/ratingWindow';

/** Queries to Data Kiosk for daily totals and for orders by SKU, and their results. */

/** What a query is about. */
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

/** A query that was created, by this process or by someone else. */
export interface OpenQuery {
	readonly queryId: string;
	readonly range: TotalsRange;
	/** When it was created: UTC, and the same on the monotonic clock. */
	readonly askedAt: string;
	readonly at: number;
}

/** The daily totals of a range, as of when the query was created. */
export interface KioskTotals extends OpenQuery, ReadTotals {
	/** When Amazon says that it created the query. */
	readonly createdTime?: string;
	/** How many lines the result has. */
	readonly lines: number;
}

/** The pages of a result that were read so far, and the query that has the next one. */
export interface QueryPages {
	readonly queryId: string;
	readonly pages: readonly ReadTotals[];
	/** Of the query for the first page. */
	readonly createdTime?: string;
}

/** One SKU in one marketplace, over the whole range. */
export interface SkuOrders {
	readonly marketplaceId: string;
	readonly sku: string;
	readonly asin: string | null;
	/** Orders with it that shipped in the range, whatever else they contain. */
	readonly ordersShipped: number;
}

export interface OrdersBySku {
	readonly queryId: string;
	readonly rows: readonly SkuOrders[];
	readonly unreadableLines: number;
}

/**
 * What a result says about one marketplace.
 * @param today marketplace-local calendar day
 */
export function totalsOf(
	{ queryId, range, askedAt, createdTime, days, unreadableLines }: KioskTotals,
	marketplace: Marketplace,
	today: string,
): {
	readonly totals: TotalsEvidence;
	/** The query, with its ID. */
	readonly source: string;
	/** What is unusual, in sentences. */
	readonly notes: readonly string[];
} {
	// The earliest of these days, so that a clock that is ahead does not settle any day.
	const madeOn = [dayOf(marketplace, askedAt), dayOf(marketplace, createdTime)].reduce<string>(
		(first, day) => (day !== undefined && day < first ? day : first),
		today,
	);
	const { from, through } = range;
	return {
		totals: { days: withoutFalseZeros(days.get(marketplace.id) ?? []), from, through, madeOn },
		source: `Data Kiosk query ${queryId}`,
		notes:
			unreadableLines === 0
				? []
				: [
						`${unreadableLines} line(s) of Data Kiosk's result could not be read; their days are unknown`,
					],
	};
}
