/** Complaints. */
type Complaint =
	| 'lateOrLost'
	| 'damaged'
	| 'wrongItem'
	| 'notAsDescribed'
	| 'quality'
	| 'service'
	| 'packaging'
	| 'price'
	| 'other';

export type Topic =
	| Complaint
	/** Obscene in any context; insults alone are not. */
	| 'obscene'
	/** Broken: by transport if nothing else in the comment points to use. */
	| 'broken'
	/** The product was used: "after two days". */
	| 'use'
	/** Praise or denial that contains a complaint's word: "not late", "good quality". */
	| 'fine'
	/** Mentions, also without a complaint: the seller, money and returns. */
	| 'seller'
	/** Mentions of the shipment and its way to the buyer. */
	| 'delivery'
	/** Mentions of the packaging, which is neither the product nor the delivery. */
	| 'wrapping'
	/** Mentions of what products are and do. */
	| 'product'
	/** Mentions of the product itself, in words that comments on a delivery use, too ("item never arrived"). */
	| 'thing';

/** The words of a language: for each topic lists separated by commas, in the notation of `Lexicon`. */
export type WordList = Readonly<Record<Topic, readonly string[]>>;
