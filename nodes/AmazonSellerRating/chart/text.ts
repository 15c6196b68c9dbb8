/**
 * Estimates the width of a text, because it cannot be measured here and the reader's fonts are
 * unknown. The estimate is on the wide side (DejaVu Sans, the widest common sans-serif font).
 */

/** Widths in em. */
const WIDTHS: ReadonlyArray<readonly [RegExp, number]> = [
	[/\p{M}|\p{Cf}/u, 0],
	[/[ijlI.,:;|!'’·\s]/u, 0.34],
	[/[ftr()[\]\-/"]/u, 0.42],
	[/[mMW%@—…]/u, 0.98],
	[/[w_+<>=~]/u, 0.84],
	[/\d/u, 0.64],
	[/[\u1100-\u11FF\u2E80-\uA4CF\uAC00-\uD7AF\uF900-\uFAFF\uFE30-\uFE4F\uFF00-\uFF60]/u, 1],
	[/\p{Extended_Pictographic}/u, 1.4],
	[/\p{Lu}/u, 0.73],
	[/[\u0020-\u024F]/u, 0.62],
];

const OTHER_WIDTH = 0.85;
const BOLD = 1.13;

export interface Font {
	readonly size: number;
	readonly bold?: boolean;
}

const characterWidth = (character: string): number =>
	WIDTHS.find(([pattern]) => pattern.test(character))?.[1] ?? OTHER_WIDTH;

/** Width in pixels. */
export function textWidth(text: string, { size, bold = false }: Font): number {
	let width = 0;
	for (const character of text) width += characterWidth(character);
	return width * size * (bold ? BOLD : 1);
}

/** The text, cut with an ellipsis if it is wider than `width`. Stops reading at the cut. */
export function truncate(text: string, width: number, font: Font): string {
	const scale = font.size * (font.bold ? BOLD : 1);
	const ellipsis = characterWidth('…');
	let sum = 0;
	/** End of the longest part that leaves room for the ellipsis. */
	let cutAt = 0;
	let at = 0;
	for (const character of text) {
		sum += characterWidth(character);
		at += character.length;
		if ((sum + ellipsis) * scale <= width) cutAt = at;
		// Sums of the same widths in another order differ in their last digits.
		if (sum * scale > width + 1e-6) return `${text.slice(0, cutAt).trimEnd()}…`;
	}
	return text;
}

/**
 * Wraps text into lines of at most `width`; text that does not fit into `maxLines` ends in an
 * ellipsis.
 */
export function wrap(text: string, width: number, font: Font, maxLines: number): string[] {
	const lines: string[] = [];
	let line = '';
	let lineWidth = 0;
	const space = textWidth(' ', font);
	const words = text.split(/[ \t\n\r]+/).filter((word) => word !== '');
	for (const [index, word] of words.entries()) {
		const wordWidth = textWidth(word, font);
		if (line === '' || lineWidth + space + wordWidth <= width) {
			lineWidth = line === '' ? wordWidth : lineWidth + space + wordWidth;
			line = line === '' ? word : `${line} ${word}`;
		} else if (lines.length === maxLines - 1) {
			line = [line, ...words.slice(index)].join(' ');
			break;
		} else {
			lines.push(truncate(line, width, font));
			line = word;
			lineWidth = wordWidth;
		}
	}
	return line === '' || maxLines <= 0 ? lines : [...lines, truncate(line, width, font)];
}
