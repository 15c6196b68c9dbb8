/** How the summaries of feedback entries write their parts, as plain text. */

export const starsInWords = (rating: number): string =>
	`${rating} ${rating === 1 ? 'star' : 'stars'}`;

/** The end of a sentence about a feedback entry. */
export const quoteInWords = (comment: string): string =>
	comment === '' ? ', without a comment' : `: "${comment}"`;

export const capitalized = (text: string): string =>
	`${text.charAt(0).toUpperCase()}${text.slice(1)}`;
