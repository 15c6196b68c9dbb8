const ORDER_ID = /^\d{3}-\d{7}-\d{7}$/;

/** Orders of other kinds start with a letter and two digits, e.g. `D01-1234567-7654321`. */
const OTHER_ID = /^([A-Z])\d{2}-\d{7}-\d{7}$/;

/** The other kinds of orders by their letter, and why no review can be requested for them. */
const OTHER_KINDS: ReadonlyMap<string, string> = new Map([
	['D', 'a digital order, which is not shipped'],
	['S', 'an order from another store, shipped by Amazon (multi-channel fulfillment)'],
	['P', 'an order from another store, paid with Amazon Pay'],
]);

/**
 * Whether the text is the ID of an order of an Amazon store, e.g. `111-1234567-7654321`: the only
 * kind for which a review can be requested.
 */
export const isOrderId = (text: string): boolean => ORDER_ID.test(text);

/**
 * Whether the text is the ID of an order of any kind: of an Amazon store, digital, or of another
 * shop.
 */
export const isOrderIdOfAnyKind = (text: string): boolean => isOrderId(text) || OTHER_ID.test(text);

/**
 * Describes an order of another kind; undefined for an order of an Amazon store and for text that
 * is not an order ID.
 */
export function otherKindOfOrder(text: string): string | undefined {
	const [, letter] = OTHER_ID.exec(text) ?? [];
	if (letter === undefined) return undefined;
	return OTHER_KINDS.get(letter) ?? 'an order type that cannot have reviews';
}

/**
 * Why no review can be requested for the given text; undefined for the ID of an order of an Amazon
 * store. The text is not quoted, because it may be personal data.
 */
export function whyNoOrderId(text: string): string | undefined {
	if (isOrderId(text)) return undefined;
	if (text === '') return 'The order ID is missing';
	const kind = otherKindOfOrder(text);
	return kind === undefined
		? 'The text is not an Amazon order ID'
		: `No review can be requested for this order: its ID is that of ${kind}`;
}
