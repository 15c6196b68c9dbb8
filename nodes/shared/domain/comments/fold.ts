/** A comment in unified spelling, and where each of its characters comes from. */
export interface Folded {
	readonly text: string;
	/** For each UTF-16 unit of `text` its index in the original, and at the end the original's length. */
	readonly origins: readonly number[];
}

/** Whether a comment has at least one visible character; a star-only rating has none. */
export const hasText = (comment: string): boolean => /[\p{L}\p{N}\p{P}\p{S}]/u.test(comment);

/**
 * Characters of a comment that are read for words, so that no text keeps n8n from other work; Amazon's
 * form holds 400.
 */
export const MOST_CHARACTERS = 5_000;

/** The part of a comment that is read. */
export const readPartOf = (comment: string): string => comment.slice(0, MOST_CHARACTERS);

/** Plain characters, or another one with its marks; a half-width voicing mark of Japanese counts as one. */
const PART = /[\t-\r -_a-~]+|[^\p{M}\uff9e\uff9f]?[\p{M}\uff9e\uff9f]*/gsu;

/** Accents of the Latin alphabet; vowel marks, hamza and lengthening of the Arabic one. */
const MARKS = /\u0640|[\u0300-\u036f\u064b-\u065f\u0670]/g;

const SAME: Readonly<Record<string, string>> = {
	...{ ß: 'ss', ẞ: 'ss', æ: 'ae', Æ: 'AE', œ: 'oe', Œ: 'OE', ø: 'o', Ø: 'O', ł: 'l', Ł: 'L' },
	...{ ı: 'i', đ: 'd', Đ: 'D', ى: 'ي', ة: 'ه', '‘': "'", '’': "'", '´': "'", '`': "'" },
	...Object.fromEntries([...'‐‑‒–—―−'].map((dash) => [dash, '-'])),
	...Object.fromEntries([...'٠١٢٣٤٥٦٧٨٩'].map((digit, value) => [digit, String(value)])),
};

/**
 * Unifies spellings that buyers vary: no accents (they are often left out), `ss` for `ß`, plain
 * apostrophes, hyphens and digits, one Arabic letter for its variants. Japanese keeps its voicing
 * marks, and capitals stay.
 */
export const fold = (text: string): string => text.replace(NOT_PLAIN, foldCharacter);

/** Like `fold`, with the way back to the original. */
export function foldWithOrigins(text: string): Folded {
	const parts: string[] = [];
	const origins: number[] = [];
	for (const { 0: original, index } of text.matchAll(PART)) {
		const isPlain = /^[\t-\r -_a-~]/.test(original);
		const part = isPlain ? original : foldCharacter(original);
		parts.push(part);
		for (let unit = 0; unit < part.length; unit += 1) origins.push(isPlain ? index + unit : index);
	}
	return { text: parts.join(''), origins: [...origins, text.length] };
}

const NOT_PLAIN = /[^\t-\r -_a-~]+/g;

/** A character with its marks, or several of them. */
function foldCharacter(character: string): string {
	const bare = character.normalize('NFKD').replace(MARKS, '').normalize('NFC');
	return bare.replace(/./gsu, (each) => SAME[each] ?? each);
}
