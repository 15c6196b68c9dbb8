import { isOrderId } from '../../../shared/domain/orderId';

/** Invisible characters: zero-width characters, direction marks, byte order marks. */
const INVISIBLE = /[\u200B-\u200F\u202A-\u202E\u2060-\u206F\uFEFF\u061C\u180E]/g;

/** Hyphens and dashes of every kind, minus signs. */
const HYPHENS = /[\u2010-\u2015\u2043\u2212\uFE58\uFE63\uFF0D]/g;

/**
 * Text as a person sees it: without invisible characters, and with plain hyphens, digits and spaces
 * instead of typographic ones.
 */
export function tidied(text: string): string {
	// Almost all text is plain.
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
 * Finds the order IDs in a text. IDs that start with a letter, of digital orders and of other
 * shops, count, too: returns contain them, although no review can be requested for them.
 */
export function orderIdsIn(text: string): string[] {
	if (isOrderId(text)) return [text];
	// A soft hyphen may replace a hyphen or be next to one.
	const isSoft = text.includes('\u00AD');
	const texts = isSoft ? [text.replace(/\u00AD/g, ''), text.replace(/\u00AD/g, '-')] : [text];
	for (const each of texts) {
		const found = each.match(ORDER_ID_IN_TEXT);
		if (found !== null) return found.map((id) => id.toUpperCase());
	}
	return [];
}
