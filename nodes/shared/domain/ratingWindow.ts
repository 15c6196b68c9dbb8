import { dayNumber, isoDay, type DatedFeedback } from './feedbackSeries';
import type { FeedbackCounts } from './rating';

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

export interface RatingSources {
	readonly daily: readonly DailyFeedback[];
	/** 1 to 3 star rows; undefined where Amazon gave no report, which is not the same as none. */
	readonly lowRatings: readonly DatedFeedback[] | undefined;
}

export interface WindowRating {
	readonly days: number;
	/** First and last calendar day of the window, marketplace-local. */
	readonly from: string;
	readonly to: string;
	readonly provenance: Provenance;
	/** Undefined where `provenance` is `insufficient`. */
	readonly counts: FeedbackCounts | undefined;
	/** Last day for which Amazon has given totals; later days are not counted. */
	readonly coveredThrough: string | undefined;
	/** What a reader has to know about the counts, in sentences. */
	readonly notes: readonly string[];
}

/**
 * Derives the feedback counts of the `days` calendar days that end on `today` (both inclusive).
 *
 * Positives are `received - negative - neutral`: totals and negatives from the Sales and Traffic
 * report, neutrals from the 3 star rows of the feedback report. Days after the last one that Sales
 * and Traffic covers (it lags some days) are left out on both sides, so that a negative is never
 * counted without the positives of its day.
 * @param today ISO calendar day in the marketplace's zone
 */
export function deriveWindow(sources: RatingSources, days: number, today: string): WindowRating {
	const from = plusDays(today, 1 - days);
	const coveredThrough = sources.daily.reduce<string | undefined>(
		(latest, { date }) =>
			date <= today && (latest === undefined || date > latest) ? date : latest,
		undefined,
	);
	const window = { days, from, to: today, coveredThrough };
	const insufficient = (...notes: string[]): WindowRating => ({
		...window,
		provenance: 'insufficient',
		counts: undefined,
		notes,
	});

	if (coveredThrough === undefined || coveredThrough < from) {
		return insufficient('The Sales and Traffic report gives no totals for this window');
	}
	if (sources.lowRatings === undefined) {
		return insufficient(
			'Amazon gave no feedback report, which means no 1 to 3 star feedback or a refusal; without it the neutral ratings are not known',
		);
	}

	const isCounted = ({ date }: { date: string }) => date >= from && date <= coveredThrough;
	const dailyCounted = sources.daily.flatMap((day) => {
		const { date, received, negative } = day;
		return isCounted(day) && received !== null && negative !== null
			? [{ date, received, negative }]
			: [];
	});
	const daysWithTotals = new Set(dailyCounted.map(({ date }) => date));
	const lowCounted = sources.lowRatings.filter(({ date }) => daysWithTotals.has(date));
	const received = sum(dailyCounted.map((day) => day.received));
	const negative = sum(dailyCounted.map((day) => day.negative));
	const neutral = lowCounted.filter(({ sentiment }) => sentiment === 'neutral').length;
	const negativeRows = lowCounted.filter(({ sentiment }) => sentiment === 'negative').length;
	const positive = received - negative - neutral;

	if (positive < 0) {
		return insufficient(
			`The reports contradict each other: ${received} feedback received, of which ${negative} negative, but ${neutral} neutral rows`,
		);
	}
	const notes: string[] = [];
	const missingDays = daysBetween(coveredThrough, today);
	if (missingDays > 0) {
		const later = sources.lowRatings.filter(({ date }) => date > coveredThrough && date <= today);
		notes.push(
			`Amazon's totals reach to ${coveredThrough}: the last ${missingDays} day(s) are not counted, with ${later.length} known feedback of 1 to 3 stars in them`,
		);
	}
	const uncovered = days - missingDays - dailyCounted.length;
	if (uncovered > 0) {
		notes.push(`Amazon gave no totals for ${uncovered} day(s) of the window; they are left out`);
	}
	if (negativeRows !== negative) {
		notes.push(
			`Sales and Traffic counts ${negative} negative feedback, the feedback report lists ${negativeRows}; the former is used`,
		);
	}
	return { ...window, provenance: 'derived', counts: { positive, neutral, negative }, notes };
}

const sum = (numbers: readonly number[]): number =>
	numbers.reduce((total, each) => total + each, 0);

/** The ISO day that many days later (earlier where negative). */
export const plusDays = (isoDate: string, days: number): string =>
	isoDay(dayNumber(isoDate) + days);

const daysBetween = (earlier: string, later: string): number =>
	dayNumber(later) - dayNumber(earlier);
