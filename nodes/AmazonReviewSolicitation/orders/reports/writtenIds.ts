import { isOrderId } from '../../../shared/domain/orderId';

/** What cannot be seen: zero-width characters, marks of direction, byte order marks. */
const INVISIBLE = /[\u200B-\u200F\u202A-\u202E\u2060-\u206F\uFEFF\u061C\u180E]/g;

/** Hyphens and dashes of every kind, minus signs. */
const HYPHENS = /[\u2010-\u2015\u2043\u2212\uFE58\uFE63\uFF0D]/g;

/**
 * Text as it looks to a person: without what cannot be seen, with plain hyphens, digits and blanks
 * in place of typographic ones.
 */
export function tidied(text: string): string {
	// Nearly every text is plain.
	if (!/[^\t\n\r -~]/.test(text)) return text;
	return text
		.replace(INVISIBLE, '')
		.replace(HYPHENS, '-')
		.normalize('NFKC')
		.replace(HYPHENS, '-')
		.replace(/[^\S\t\n\r]/g, ' ');
}

const ORDER_ID_IN_TEXT = /(?<![\p{L}\d-])(?:\d{3}|[A-Z]\d\d)-\d{7}-\d{7}(?![\p{L}\d-])/giu;

/**
 * The order IDs in a text. Those with a letter in front, of digital orders and of other shops, are
 * IDs, too: returns have them, and no review can be requested for them.
 */
export function orderIdsIn(text: string): string[] {
	if (isOrderId(text)) return [text];
	// A soft hyphen may stand for a hyphen or beside one.
	const isSoft = text.includes('\u00AD');
	const texts = isSoft ? [text.replace(/\u00AD/g, ''), text.replace(/\u00AD/g, '-')] : [text];
	for (const each of texts) {
		const found = each.match(ORDER_ID_IN_TEXT);
		if (found !== null) return found.map((id) => id.toUpperCase());
	}
	return [];
}
