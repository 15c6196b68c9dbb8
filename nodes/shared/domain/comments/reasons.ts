import { hasText, readPartOf } from './fold';
import { withoutParts, type Found, type Span } from './lexicon';
import { allWords } from './topics';
import type { Topic } from './words/wordList';

interface ReasonText {
	readonly label: string;
	/** One sentence. */
	readonly description: string;
}

/** The reasons that a comment can give, in the order in which they are listed. */
export const REASONS = {
	lateOrLost: {
		label: 'Late or Lost',
		description: 'The order came late, was not delivered, was lost or went to the wrong place.',
	},
	damaged: {
		label: 'Damaged',
		description: 'The goods arrived damaged, broken or leaking.',
	},
	wrongItem: {
		label: 'Wrong Item',
		description: 'The buyer received another item, size, color or quantity, or parts were missing.',
	},
	notAsDescribed: {
		label: 'Not as Described',
		description: 'The goods differ from the listing or its pictures, or are used, fake or expired.',
	},
	quality: {
		label: 'Quality',
		description: 'The product is defective, poor, does not fit or broke in use.',
	},
	service: {
		label: 'Service',
		description:
			"The seller's behavior: no answer, rude, dishonest, or a return or refund that was refused or slow.",
	},
	packaging: {
		label: 'Packaging',
		description: 'The packaging was poor, insufficient, excessive or opened.',
	},
	price: {
		label: 'Price',
		description: 'The price, the shipping cost, customs or other fees were too high.',
	},
	other: {
		label: 'Other',
		description:
			'The seller canceled the order, an invoice is missing, or the buyer received unwanted messages or an offer for a good review.',
	},
	unclear: {
		label: 'Unclear',
		description: 'The comment contains none of the words that point to a reason.',
	},
	noText: {
		label: 'No Text',
		description: 'The buyer left only stars.',
	},
} as const satisfies Readonly<Record<string, ReasonText>>;

export type Reason = keyof typeof REASONS;

export interface CommentReasons {
	/** Never empty, in the order of `REASONS`. */
	readonly reasons: readonly Reason[];
	/** The words found for each reason as written in the comment: at most 5, each of at most 60 characters. */
	readonly words: Readonly<Partial<Record<Reason, readonly string[]>>>;
}

const MOST_WORDS = 5;
const LONGEST_WORD = 60;

/** The reasons that words can show. */
const COMPLAINTS = (Object.keys(REASONS) as Reason[]).filter(
	(reason) => reason !== 'unclear' && reason !== 'noText',
);

/**
 * Finds the reasons that a comment gives for a bad rating, by words from lists in twelve languages. It
 * does not understand sentences: `unclear` means that it found no word. All languages are compared,
 * because buyers do not always write in the marketplace's.
 * Of a long comment, only the first `MOST_CHARACTERS` are read.
 */
export function reasonsOf(comment: string): CommentReasons {
	if (!hasText(comment)) return { reasons: ['noText'], words: {} };
	const found = complaintsOf(allWords().find(readPartOf(comment)));
	const reasons = COMPLAINTS.filter((reason) => found.has(reason));
	if (reasons.length === 0) return { reasons: ['unclear'], words: {} };
	const written = ({ start, end }: Span) => shortened(comment.slice(start, end));
	const words = reasons.map((reason) => [
		reason,
		[...new Set(found.get(reason)?.map(written))].slice(0, MOST_WORDS),
	]);
	return { reasons, words: Object.fromEntries(words) as CommentReasons['words'] };
}

/** Without half a character at its end. */
const shortened = (word: string): string =>
	word.slice(0, LONGEST_WORD).replace(/[\ud800-\udbff]$/, '');

type Place = Found<Topic>;

/** The reasons that the words of a comment point to, with these words. */
export function complaintsOf(places: readonly Place[]): Map<Reason, Place[]> {
	const found = withoutParts(places.filter(({ topic }) => !NEUTRAL.has(topic)));
	// What is broken broke on its way, unless the comment speaks of use or of defects.
	const isUsed =
		found.some(({ topic }) => topic === 'quality') || places.some(({ topic }) => topic === 'use');
	const groups = new Map<Reason, Place[]>();
	for (const place of found) {
		const reason = reasonOf(place.topic, isUsed);
		if (reason === undefined) continue;
		const group = groups.get(reason);
		if (group) group.push(place);
		else groups.set(reason, [place]);
	}
	return groups;
}

/** These neither are nor hide a reason. */
const NEUTRAL: ReadonlySet<Topic> = new Set<Topic>([
	...(['obscene', 'use', 'seller', 'delivery', 'wrapping', 'product', 'thing'] as const),
]);

function reasonOf(topic: Topic, isUsed: boolean): Reason | undefined {
	if (topic === 'broken') return isUsed ? 'quality' : 'damaged';
	return COMPLAINTS.find((reason) => reason === topic);
}
