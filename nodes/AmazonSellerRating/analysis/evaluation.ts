import { ORDER_DEFECT_LIMIT_PERCENT } from '../../shared/domain/accountHealth';
import {
	bandOf,
	costOfOneNonPositive,
	type RatingBand,
	type Threshold,
} from '../../shared/domain/bands';
import {
	percentText,
	neededPositivesFor,
	ratingOf,
	runwayOf,
	toDisplayedPercent,
	toPercent,
	totalOf,
	wilsonInterval,
	type FeedbackCounts,
	type PercentInterval,
} from '../../shared/domain/rating';
import type { WindowCoverage } from '../../shared/domain/coverage';
import type { Provenance } from '../../shared/domain/ratingWindow';
import { compare, rationalFromPercent, type Rational } from '../../shared/domain/rational';

/** Where counts can come from, most trusted first. */
export const SOURCES = ['counts', 'items', 'amazonReports', 'amazonOffer'] as const;

export type Source = (typeof SOURCES)[number];

/** One source's figures for one window. */
export interface WindowReading {
	readonly source: Source;
	readonly provenance: Provenance;
	/** Undefined if the source does not give the three counts. */
	readonly counts?: FeedbackCounts;
	/** Counts of the previous window of the same length, if the source goes back that far. */
	readonly countsBefore?: FeedbackCounts;
	/** A percentage without counts, as Amazon shows it next to an offer. */
	readonly reported?: { readonly percent: number; readonly count: number };
	/** Which days the counts cover, if the source does not have all of them. */
	readonly coverage?: WindowCoverage;
	readonly notes: readonly string[];
}

export interface Window {
	/** Length in days; undefined for lifetime. */
	readonly days: number | undefined;
	/** First and last calendar day, marketplace-local; undefined for lifetime. */
	readonly from: string | undefined;
	readonly to: string;
}

export interface EvaluationSettings {
	/** Highest first. */
	readonly thresholds: readonly Threshold[];
	/** With fewer feedback entries than this, a rating is not evaluated. */
	readonly minimumTotal: number;
	/** Standard normal quantile of the confidence interval. */
	readonly z: number;
}

/** How far a window is from one threshold. Points are percentage points. */
export interface ThresholdDistance {
	readonly name: string;
	readonly percent: number;
	readonly met: boolean;
	readonly distancePoints: number;
	/** How many more non-positives until it falls below; null if it is below, or without counts. */
	readonly runway: number | null;
	/** How many more positives to reach it; null if no number can, or without counts. */
	readonly neededPositives: number | null;
	/** Positives that offset one non-positive. */
	readonly costOfOneNonPositive: number | null;
}

export interface Shares {
	readonly positive: number;
	readonly neutral: number;
	readonly negative: number;
}

export interface SourceFigures {
	readonly source: Source;
	readonly provenance: Provenance;
	/** Percent, unrounded; null if the source gives none. */
	readonly ratingPercent: number | null;
	readonly displayedRating: number | null;
	readonly total: number | null;
	readonly notes: readonly string[];
}

export interface WindowEvaluation {
	readonly days: number | null;
	readonly from: string | null;
	readonly to: string;
	readonly source: Source | null;
	readonly provenance: Provenance;
	/** Last day that is counted. */
	readonly coveredThrough: string | null;
	/** Which days the counts cover and what is missing; null if the source does not say. */
	readonly coverage: WindowCoverage | null;
	/** Null if no source gives a rating. */
	readonly band: RatingBand | null;
	readonly ratingPercent: number | null;
	readonly displayedRating: number | null;
	readonly positive: number | null;
	readonly neutral: number | null;
	readonly negative: number | null;
	readonly total: number | null;
	/** Percent, unrounded and as Amazon shows them. */
	readonly shares: Shares | null;
	readonly displayedShares: Shares | null;
	readonly confidence: PercentInterval | null;
	/** Rating minus the previous window's rating, percentage points. */
	readonly trendPoints: number | null;
	readonly thresholds: readonly ThresholdDistance[];
	/** Every source used, including the evaluated one. */
	readonly sources: readonly SourceFigures[];
	/** Largest difference between two sources, percentage points; null with fewer than two. */
	readonly disagreementPoints: number | null;
	readonly notes: readonly string[];
}

/** Evaluates one window with the most trusted source that gives a rating, and lists all sources. */
export function evaluateWindow(
	window: Window,
	readings: readonly WindowReading[],
	settings: EvaluationSettings,
): WindowEvaluation {
	const trusted = readings.toSorted(
		(a, b) => SOURCES.indexOf(a.source) - SOURCES.indexOf(b.source),
	);
	const chosen = trusted.find(({ counts, reported }) => counts ?? reported);
	const rating = chosen && ratingOfReading(chosen);
	const { thresholds } = settings;
	const counts = chosen?.counts;
	const before = chosen?.countsBefore && ratingOf(chosen.countsBefore);
	const sources = trusted.map(figuresOfSource);
	const disagreement = largestDifference(trusted);
	const covering = chosen ?? trusted.find((reading) => reading.coverage !== undefined);
	const coverage = covering?.coverage ?? null;
	return {
		days: window.days ?? null,
		from: window.from ?? null,
		to: window.to,
		source: chosen?.source ?? null,
		provenance: chosen?.provenance ?? 'insufficient',
		coveredThrough: coverage?.through ?? null,
		coverage,
		band: rating ? bandOf(rating, thresholds) : null,
		ratingPercent: rating ? toPercent(rating) : null,
		displayedRating: rating ? toDisplayedPercent(rating) : null,
		positive: counts?.positive ?? null,
		neutral: counts?.neutral ?? null,
		negative: counts?.negative ?? null,
		total: counts ? totalOf(counts) : (chosen?.reported?.count ?? null),
		shares: counts ? sharesOf(counts, toPercent) : null,
		displayedShares: counts ? sharesOf(counts, toDisplayedPercent) : null,
		confidence: (counts && wilsonInterval(counts, settings.z)) ?? null,
		trendPoints: rating && before ? differenceInPoints(rating, before) : null,
		thresholds: rating ? thresholds.map((threshold) => distanceTo(threshold, rating, counts)) : [],
		sources,
		disagreementPoints: disagreement,
		notes: notesOn(chosen, trusted, disagreement),
	};
}

/** The exact rating from a source's counts, or else the percentage it reports. */
function ratingOfReading({ counts, reported }: WindowReading): Rational | undefined {
	if (counts !== undefined) return ratingOf(counts);
	return reported && rationalFromPercent(Number(reported.percent.toFixed(4)));
}

function figuresOfSource(reading: WindowReading): SourceFigures {
	const rating = ratingOfReading(reading);
	return {
		source: reading.source,
		provenance: reading.provenance,
		ratingPercent: rating ? toPercent(rating) : null,
		displayedRating: rating ? toDisplayedPercent(rating) : null,
		total: reading.counts ? totalOf(reading.counts) : (reading.reported?.count ?? null),
		notes: reading.notes,
	};
}

function sharesOf(counts: FeedbackCounts, toNumber: (share: Rational) => number): Shares | null {
	const denominator = totalOf(counts);
	if (denominator === 0) return null;
	const share = (numerator: number) => toNumber({ numerator, denominator });
	return {
		positive: share(counts.positive),
		neutral: share(counts.neutral),
		negative: share(counts.negative),
	};
}

function distanceTo(
	{ name, percent, share }: Threshold,
	rating: Rational,
	counts: FeedbackCounts | undefined,
): ThresholdDistance {
	return {
		name,
		percent,
		met: compare(rating, share) >= 0,
		distancePoints: differenceInPoints(rating, share),
		runway: (counts && runwayOf(counts, share)) ?? null,
		neededPositives: (counts && neededPositivesFor(counts, share)) ?? null,
		costOfOneNonPositive: costOfOneNonPositive(share) ?? null,
	};
}

/** Percentage points; subtracted as fractions, so that only the last division rounds. */
const differenceInPoints = (left: Rational, right: Rational): number =>
	(100 * compare(left, right)) / (left.denominator * right.denominator);

function largestDifference(readings: readonly WindowReading[]): number | null {
	const ratings = readings.flatMap((reading) => ratingOfReading(reading) ?? []).map(toPercent);
	return ratings.length < 2 ? null : Math.max(...ratings) - Math.min(...ratings);
}

const NO_FEEDBACK = 'There is no feedback in this window, so there is no rating';

/** Whole percentages may be rounded by half a point, which is not a disagreement. */
const ROUNDING_POINTS = 0.5;

function notesOn(
	chosen: WindowReading | undefined,
	readings: readonly WindowReading[],
	disagreement: number | null,
): string[] {
	const notes = [...(chosen?.notes ?? readings.flatMap((reading) => reading.notes))];
	if (chosen?.counts !== undefined && totalOf(chosen.counts) === 0) {
		notes.unshift(NO_FEEDBACK);
	}
	if (chosen?.reported !== undefined) {
		notes.push(
			'Amazon gives a percentage without counts here, so the runway and needed positives are unknown',
		);
	}
	if (disagreement !== null && disagreement > ROUNDING_POINTS) {
		notes.push(`The sources disagree by ${disagreement.toFixed(2)} percentage points`);
	}
	return notes;
}

/** A band, or that it is unknown. */
export type EvaluationStatus = RatingBand | 'unknown';

export interface Judgement {
	readonly status: EvaluationStatus;
	/** Why, in words. */
	readonly reason: string;
	readonly insufficient: boolean;
}

/**
 * Determines the seller's status: the band of the evaluation window, unless the data is
 * insufficient. If the order defect rate counts, a rate of 1% or more always makes the status
 * critical.
 * @param orderDefectPercent the worse of Amazon's rates for seller- and Amazon-fulfilled orders;
 *   undefined if it does not count, null if it is unknown
 */
export function judge(
	window: WindowEvaluation,
	settings: EvaluationSettings,
	whenInsufficient: EvaluationStatus,
	orderDefectPercent?: number | null,
): Judgement {
	if (orderDefectPercent === null) {
		const judged = judge(window, settings, whenInsufficient);
		return { ...judged, reason: `${judged.reason}; the order defect rate is unknown` };
	}
	if (orderDefectPercent !== undefined && orderDefectPercent >= ORDER_DEFECT_LIMIT_PERCENT) {
		return {
			status: 'critical',
			reason: `The order defect rate is ${format(orderDefectPercent)}, and Amazon requires less than ${ORDER_DEFECT_LIMIT_PERCENT}%`,
			insufficient: false,
		};
	}
	if (window.band === null || window.ratingPercent === null) {
		return {
			status: whenInsufficient,
			reason: window.notes[0] ?? `No source gives a rating for ${nameOf(window)}`,
			insufficient: true,
		};
	}
	if ((window.total ?? 0) < settings.minimumTotal) {
		return {
			status: whenInsufficient,
			reason: `Only ${window.total ?? 0} feedback entries in ${nameOf(window)}; your minimum is ${settings.minimumTotal}`,
			insufficient: true,
		};
	}
	const missed = window.thresholds.findLast(({ met }) => !met);
	return {
		status: window.band,
		reason:
			missed === undefined
				? `The rating is ${format(window.ratingPercent)}, at or above every threshold`
				: `The rating is ${format(window.ratingPercent)}, below ${missed.name} (${missed.percent}%)`,
		insufficient: false,
	};
}

/** A window in words. */
export const nameOf = ({ days }: Pick<WindowEvaluation, 'days'>): string =>
	days === null ? 'the lifetime window' : `the last ${days} days`;

const format = (percent: number | null): string => percentText(percent ?? 0);

/** Adds up the counts of several marketplaces. */
export const combineCounts = (counts: readonly FeedbackCounts[]): FeedbackCounts =>
	counts.reduce(
		(sum, each) => ({
			positive: sum.positive + each.positive,
			neutral: sum.neutral + each.neutral,
			negative: sum.negative + each.negative,
		}),
		{ positive: 0, neutral: 0, negative: 0 },
	);
