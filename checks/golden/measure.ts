import {
	removalProspect,
	type RemovalCriterion,
} from '../../nodes/shared/domain/comments/removalProspect';
import { REASONS, reasonsOf, type Reason } from '../../nodes/shared/domain/comments/reasons';
import type { GoldenComment } from './goldenSet';

/** How often a class was found and labeled. */
export interface Counts {
	readonly correct: number;
	/** Found by the code. */
	readonly found: number;
	/** Labeled by the reader. */
	readonly labeled: number;
}

/** The classes that the figures cover; `noText` needs no measurement. */
export const REASON_CLASSES = (Object.keys(REASONS) as Reason[]).filter(
	(reason) => reason !== 'noText',
);

export const REMOVAL_CLASSES: readonly RemovalCriterion[] = [
	'obsceneLanguage',
	'personalInformation',
	'productReview',
	'fulfilledByAmazon',
];

export const reasonCounts = (comments: readonly GoldenComment[]): Map<Reason, Counts> =>
	countsOf(
		REASON_CLASSES,
		comments.map(({ comment, reasons }) => ({
			found: reasonsOf(comment).reasons,
			labeled: reasons.length === 0 ? ['unclear' as const] : reasons,
		})),
	);

export const removalCounts = (comments: readonly GoldenComment[]): Map<RemovalCriterion, Counts> =>
	countsOf(
		REMOVAL_CLASSES,
		comments.map(({ comment, rating, removal }) => ({
			found: [removalProspect({ date: DAY, rating, comment }, DAY).criterion],
			labeled: [removal],
		})),
	);

const DAY = '2026-01-01';

/** All classes together (micro average). */
export const total = (counts: Iterable<Counts>): Counts =>
	[...counts].reduce(
		(sum, { correct, found, labeled }) => ({
			correct: sum.correct + correct,
			found: sum.found + found,
			labeled: sum.labeled + labeled,
		}),
		{ correct: 0, found: 0, labeled: 0 },
	);

/** How many of those found are right, e.g. `87%`; a dash if nothing was found. */
export const precisionText = ({ correct, found }: Counts): string => percent(correct, found);

/** How many of those labeled were found. */
export const recallText = ({ correct, labeled }: Counts): string => percent(correct, labeled);

const percent = (part: number, whole: number): string =>
	whole === 0 ? '–' : `${Math.round((100 * part) / whole)}%`;

function countsOf<Class>(
	classes: readonly Class[],
	pairs: ReadonlyArray<{ found: readonly Class[]; labeled: readonly Class[] }>,
): Map<Class, Counts> {
	return new Map(
		classes.map((each) => {
			const found = pairs.filter((pair) => pair.found.includes(each));
			return [
				each,
				{
					correct: found.filter(({ labeled }) => labeled.includes(each)).length,
					found: found.length,
					labeled: pairs.filter(({ labeled }) => labeled.includes(each)).length,
				},
			];
		}),
	);
}
