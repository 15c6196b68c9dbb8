/**
 * Where a number comes from and how certain it is.
 * - `exact`: counts the user supplied
 * - `derived`: computed from Amazon's reports; Amazon does not promise that they match exactly
 * - `amazonReported`: Amazon's own rating
 * - `insufficient`: required data is missing, so there is no number
 */
export type Provenance = 'exact' | 'derived' | 'amazonReported' | 'insufficient';

/** One day of Amazon's sales and traffic, from Data Kiosk or `GET_SALES_AND_TRAFFIC_REPORT`. */
export interface DailyFeedback {
	/** ISO calendar day, marketplace-local. */
	readonly date: string;
	/**
	 * Feedback entries with any star rating received that day; null if the report leaves it empty.
	 */
	readonly received: number | null;
	/** Those with 1 or 2 stars. */
	readonly negative: number | null;
	/** Units ordered and page views of the day, which show if its figures are filled in. */
	readonly units?: number | null;
	readonly pageViews?: number | null;
	/** Percent of the page views that showed the seller's offer in the Buy Box (0 to 100). */
	readonly buyBoxPercent?: number | null;
	readonly ordersShipped?: number | null;
	readonly unitsShipped?: number | null;
	readonly unitsRefunded?: number | null;
	/** A-to-z guarantee claims granted. */
	readonly claimsGranted?: number | null;
}
