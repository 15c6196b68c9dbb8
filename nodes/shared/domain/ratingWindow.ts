import { dayNumber, isoDay } from './feedbackSeries';

/**
 * Where a number comes from and how sure it is.
 * - `exact`: counts the user supplied
 * - `derived`: computed from Amazon's reports, which Amazon does not promise to agree to the last one
 * - `amazonReported`: Amazon's own figure
 * - `insufficient`: something needed is missing, so no number is given
 */
export type Provenance = 'exact' | 'derived' | 'amazonReported' | 'insufficient';

/** One day of `GET_SALES_AND_TRAFFIC_REPORT`. */
export interface DailyFeedback {
	/** ISO calendar day, marketplace-local. */
	readonly date: string;
	/** Feedback of all stars received that day; null where the report leaves it empty. */
	readonly received: number | null;
	/** Of these, 1 and 2 stars. */
	readonly negative: number | null;
	/** Units ordered and page views of the day, which show whether its figures are filled in. */
	readonly units?: number | null;
	readonly pageViews?: number | null;
}

/** The ISO day that many days later (earlier where negative). */
export const plusDays = (isoDate: string, days: number): string =>
	isoDay(dayNumber(isoDate) + days);
