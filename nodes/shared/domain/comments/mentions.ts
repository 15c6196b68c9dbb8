import { withoutParts, type Found } from './lexicon';
import { complaintsOf } from './reasons';
import { allWords } from './topics';
import type { Topic } from './words/wordList';

/** What a comment mentions, as a complaint or otherwise. */
export interface Mentions {
	/** Words that are obscene in any context; insults alone are not. */
	readonly obscene: boolean;
	/** The seller, service, returns, money or the listing, which are not part of a product review. */
	readonly seller: boolean;
	/** The shipment and its way to the buyer, and what was damaged on it by the rule for reasons. */
	readonly delivery: boolean;
	/** The goods were damaged by bad packaging. */
	readonly badlyPacked: boolean;
	/** The packaging, which is neither the product nor the delivery. */
	readonly packaging: boolean;
	/** What products are, do and fail to do. */
	readonly product: boolean;
	/** The product, in words that comments on a delivery use, too ("item never arrived"). */
	readonly thing: boolean;
}

const topicsOf = (places: ReadonlyArray<Found<Topic>>): Set<Topic> =>
	new Set(withoutParts(places).map(({ topic }) => topic));

export function mentionsIn(comment: string): Mentions {
	const places = allWords().find(comment);
	// Praise is a mention, too: "fast delivery".
	const found = topicsOf(places.filter(({ topic }) => topic !== 'fine'));
	const swearing = topicsOf(places.filter(({ topic }) => topic === 'obscene' || topic === 'fine'));
	const has = (...topics: Topic[]): boolean => topics.some((topic) => found.has(topic));
	return {
		obscene: swearing.has('obscene'),
		seller: has('seller', 'service', 'price', 'notAsDescribed', 'wrongItem', 'other'),
		delivery: has('delivery', 'lateOrLost', 'damaged') || complaintsOf(places).has('damaged'),
		badlyPacked: has('damaged', 'broken') && has('packaging'),
		packaging: has('wrapping', 'packaging'),
		product: has('product', 'quality'),
		thing: has('thing', 'broken'),
	};
}
