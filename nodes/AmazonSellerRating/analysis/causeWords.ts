import { findMarketplace } from '../../shared/domain/marketplaces';
import type { Dimension } from './causeCounts';
import type { Cause } from './causes';

/** Causes in words, the same in the output, the picture and the email. */

const FULFILLERS: Readonly<Record<string, string>> = {
	AMAZON: 'Orders Amazon ships',
	MERCHANT: 'Orders you ship',
};

/** The name of a group beside others of its dimension. */
export function groupInWords({ dimension, group, sku }: Named): string {
	if (dimension === 'fulfilledBy') return FULFILLERS[group] ?? group;
	if (dimension === 'marketplace') return findMarketplace(group)?.name ?? group;
	return dimension === 'reason' ? `${group}, ${sku}` : group;
}

type Named = Pick<Cause, 'dimension' | 'group' | 'sku'>;

const IN_SENTENCE: Readonly<Record<Dimension, string>> = {
	sku: 'SKU ',
	asin: 'ASIN ',
	fulfilledBy: '',
	marketplace: '',
	reason: 'Reason ',
};

/** A number with at most one decimal. */
const short = (value: number): string =>
	value.toLocaleString('en-US', { maximumFractionDigits: 1 });

export const countOf = (cause: Pick<Cause, 'bad' | 'outOf' | 'unit'>): string =>
	`${short(cause.bad)} of ${short(cause.outOf)} ${cause.unit === 'badFeedback' ? 'bad feedback entries' : 'orders'}`;

const timesInWords = ({ times }: Pick<Cause, 'times'>): string =>
	times === undefined ? 'and the rest has no bad feedback' : `${short(times)} times the rest`;

/** What is known of a group and what follows, as a sentence or two. */
export function causeInWords(cause: Cause): string {
	const name = `${IN_SENTENCE[cause.dimension]}${groupInWords(cause)}`;
	const { rate, low, high } = cause;
	const what = cause.unit === 'badFeedback' ? countOf(cause) : `bad feedback for ${countOf(cause)}`;
	const facts = `${what}, ${short(rate)} per 1,000 (95% interval ${short(low)} to ${short(high)}), ${timesInWords(cause)}.`;
	return `${name}: ${facts} ${verdictInWords(cause)}.`;
}

function verdictInWords({ verdict, moreNeeded, boughtWith }: Cause): string {
	if (verdict === 'standsOut') {
		return boughtWith === undefined
			? 'It stands out'
			: `It stands out, but at least half of these orders also have ${boughtWith}, which stands out more`;
	}
	if (verdict === 'couldBeChance') return 'It could be chance';
	const entries = moreNeeded === 1 ? 'entry' : 'entries';
	return `Too few to say: with ${short(moreNeeded)} more bad ${entries} it would stand out`;
}
