import { percentText } from '../../shared/domain/rating';
import { nameOf, type EvaluationStatus, type Judgement, type WindowEvaluation } from './evaluation';

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
export const ratingTextOf = ({ rating }: Pick<WindowEvaluation, 'rating'>): string | null =>
	rating === null ? null : percentText(rating);

/**
 * Whose rating it is, the judged window with its distances, and the other usual windows.
 * @param place the seller's name and the marketplace
 */
export function summaryOf(
	place: string,
	judged: WindowEvaluation,
	{ status, reason, insufficient }: Judgement,
	windows: readonly WindowEvaluation[],
): string {
	const text = ratingTextOf(judged);
	const verdict =
		insufficient || text === null
			? `the rating over ${nameOf(judged)} is unknown. ${reason}.`
			: `${text} over ${nameOf(judged)}, ${STATUSES[status]}.`;
	const { runway, runwayThreshold, neededPositives, neededThreshold } = distancesOf(judged);
	const ahead = [
		runway === null ? [] : `${runway} more negative or neutral before ${runwayThreshold}`,
		neededPositives === null ? [] : `${neededPositives} more positive to ${neededThreshold}`,
	].flat();
	const distances = ahead.length === 0 || insufficient ? [] : [`${ahead.join(', ')}.`];
	const others = USUAL_DAYS.filter((days) => days !== judged.days).flatMap((days) => {
		const window = windows.find((each) => each.days === days);
		return window === undefined ? [] : `${days} days: ${ratingTextOf(window) ?? 'unknown'}`;
	});
	const rest = others.length === 0 ? [] : [`${others.join(', ')}.`];
	return [`${place}: ${verdict}`, ...distances, ...rest].join(' ');
}

/** The windows that Amazon shows, apart from lifetime. */
export const USUAL_DAYS = [30, 90, 365] as const;
