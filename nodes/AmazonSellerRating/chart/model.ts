/** The data of a picture. Dates are ISO calendar days, ratings are percent from 0 to 100. */
export interface ChartModel {
	readonly title: string;
	/** E.g. "Amazon.de". */
	readonly marketplace: string;
	/** The seller's name; undefined if unknown. */
	readonly seller?: string;
	/** The day of the figures; everything after it is forecast. */
	readonly asOf: string;
	/** In the order of the legend, e.g. 30, 90 and 365 days. */
	readonly windows: readonly ChartWindow[];
	/** The label of the window whose status counts: its line is the strongest. */
	readonly judged: string;
	/** Whether each forecast has its range, not only that of the judged window. */
	readonly allRanges?: boolean;
	readonly thresholds: readonly ChartThreshold[];
	/** Undefined if the negatives are unknown; empty if there were no negatives. */
	readonly negatives: readonly NegativeDay[] | undefined;
	/** The key table, one row per window. */
	readonly summary: readonly SummaryRow[];
	readonly texts: ChartTexts;
}

export interface ChartWindow {
	/** E.g. "30 days". */
	readonly label: string;
	/** Sorted by date. An undefined rating leaves a gap in the line. */
	readonly points: readonly RatingPoint[];
	/** Sorted by date; empty without a forecast. */
	readonly forecast: readonly ForecastPoint[];
}

export interface RatingPoint {
	readonly date: string;
	readonly rating: number | undefined;
}

export interface ForecastPoint {
	readonly date: string;
	readonly rating: number | undefined;
	/** The band around the rating; undefined if the forecast has none. */
	readonly low: number | undefined;
	readonly high: number | undefined;
}

export interface ChartThreshold {
	readonly name: string;
	readonly percent: number;
}

export interface NegativeDay {
	readonly date: string;
	readonly count: number;
}

/** One window of the key table; null if there is no such figure. */
export interface SummaryRow {
	/** The same as the window's in `ChartModel.windows`. */
	readonly label: string;
	/** Whole percent as Amazon shows it. */
	readonly displayedRating: number | null;
	/** Percent, unrounded. */
	readonly rating: number | null;
	readonly positive: number | null;
	readonly neutral: number | null;
	readonly negative: number | null;
	readonly total: number | null;
	/** `healthy`, `atRisk`, `critical` or any other text. */
	readonly band: string | null;
	/** Status and distances in words, e.g. "97.2% over 365 days: at risk." */
	readonly verdict: string;
	/** `exact`, `derived`, `amazonReported`, `insufficient` or any other text. */
	readonly provenance: string;
	readonly thresholds: readonly SummaryThreshold[];
}

/** How far one window is from one threshold. */
export interface SummaryThreshold extends ChartThreshold {
	/** How many more non-positives until it falls below; null if it is below, or unknown. */
	readonly runway: number | null;
	/** How many more positives to reach it; null if no number can, or unknown. */
	readonly neededPositives: number | null;
}

export interface ChartTexts {
	/** A sentence about where the figures come from. */
	readonly provenance: string;
	/** What the forecast assumes, for the legend: e.g. "Forecast without new feedback". */
	readonly forecast?: string;
	/** Anything else a reader must know: gaps in the data, disagreeing sources. */
	readonly notes: readonly string[];
}
