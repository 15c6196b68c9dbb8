import { percentText } from '../../shared/domain/rating';
import type { EvaluationStatus, Judgement, WindowEvaluation } from './evaluation';

/** A result in one sentence for a chat message, and the figures that need their threshold's name. */

const STATUSES: Readonly<Record<EvaluationStatus, string>> = {
	healthy: 'healthy',
	atRisk: 'at risk',
	critical: 'critical',
	unknown: 'unknown',
};

/** The distances to the next threshold below and above; null without one, or without counts. */
export interface Distances {
	/** How many more non-positives until the rating falls below `runwayThreshold`. */
	readonly runway: number | null;
	readonly runwayThreshold: string | null;
	/** How many more positives to reach `neededThreshold`. */
	readonly neededPositives: number | null;
	readonly neededThreshold: string | null;
}

export function distancesOf({ thresholds }: Pick<WindowEvaluation, 'thresholds'>): Distances {
	const below = thresholds.find(({ met }) => met);
	const above = thresholds.findLast(({ met }) => !met);
	const runway = below?.runway ?? null;
	const neededPositives = above?.neededPositives ?? null;
	return {
		runway,
		runwayThreshold: runway === null ? null : labelOf(below),
		neededPositives,
		neededThreshold: neededPositives === null ? null : labelOf(above),
	};
}

const labelOf = (threshold: { readonly name: string; readonly percent: number } | undefined) =>
	threshold === undefined ? null : `${threshold.name} (${threshold.percent}%)`;

/** The rating as text, cut so that it never appears to meet a threshold that it misses. */
export const ratingTextOf = ({
	ratingPercent,
}: Pick<WindowEvaluation, 'ratingPercent'>): string | null =>
	ratingPercent === null ? null : percentText(ratingPercent);

/**
 * Status and distances of one window: "97.2% over 365 days: at risk. 10 more negative or neutral
 * before 95%, 169 more positive to 98%."
 */
export function verdictOf(window: WindowEvaluation, judgement: Judgement): string {
	const { status, reason, insufficient } = judgement;
	const text = ratingTextOf(window);
	if (insufficient || text === null) return `Unknown over ${spanOf(window)}: ${reason}.`;
	const distances = thresholdsOf(window);
	return [
		`${text} over ${spanOf(window)}: ${STATUSES[status]}.`,
		...(distances.length === 0 ? [] : [`${distances.join(', ')}.`]),
	].join(' ');
}

const spanOf = ({ days }: Pick<WindowEvaluation, 'days'>): string =>
	days === null ? 'the lifetime' : `${days} days`;

/** The nearest first, those that can be lost before those that can be reached. */
function thresholdsOf({ thresholds, positive }: WindowEvaluation): string[] {
	const nearest = thresholds.toSorted((a, b) => b.percent - a.percent);
	const lost = nearest.flatMap(({ met, runway, percent }) =>
		met && runway !== null ? [`${count(runway)} more negative or neutral before ${percent}%`] : [],
	);
	const reached = nearest.toReversed().flatMap(({ met, neededPositives, percent }) => {
		if (met) return [];
		if (neededPositives !== null) return [`${count(neededPositives)} more positive to ${percent}%`];
		return positive === null ? [] : [`${percent}% is out of reach`];
	});
	return [...lost, ...reached];
}

const count = (value: number): string => value.toLocaleString('en-US');

/**
 * Whose rating it is, the judged window with its distances, and the other usual windows.
 * @param place the seller's name and the marketplace
 */
export function summaryOf(
	place: string,
	judged: WindowEvaluation,
	judgement: Judgement,
	windows: readonly WindowEvaluation[],
): string {
	const others = USUAL_DAYS.filter((days) => days !== judged.days).flatMap((days) => {
		const window = windows.find((each) => each.days === days);
		return window === undefined ? [] : `${days} days: ${ratingTextOf(window) ?? 'unknown'}`;
	});
	const rest = others.length === 0 ? [] : [`${others.join(', ')}.`];
	return [`${place}: ${verdictOf(judged, judgement)}`, ...rest].join(' ');
}

/** The windows that Amazon shows, apart from lifetime. */
export const USUAL_DAYS = [30, 90, 365] as const;
