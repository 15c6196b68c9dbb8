/** A line of a tab-delimited report below its header, parsed plainly. */
export interface ExpectedRow {
	readonly line: number;
	readonly content: string;
	/** By the column's name in lowercase. */
	readonly cells: Readonly<Record<string, string>>;
	/** It has more cells than the header, so they may be under the wrong columns. */
	readonly isTooLong: boolean;
}

/**
 * Reads a tab-delimited report by its written rules: the first line with text names the columns, in
 * any letter case; if two have the same name, the first counts; cells are trimmed, missing ones at
 * the end are empty; blank lines are not rows; lines end with LF or CRLF. A line continues the row before
 * it, joined by LF, if that row has an order ID in a cell and fewer cells than the header, and the line has
 * none, begins with a letter (after other characters than digits) and has no cells too many.
 */
export function readSimply(text: string): readonly ExpectedRow[] {
	const lines = text.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
	const header = lines.findIndex((line) => line.trim() !== '');
	const names = (lines[header] ?? '').split('\t').map((name) => name.trim().toLowerCase());
	const rows: Array<{ line: number; first: string; content: string; lines: number }> = [];
	for (const [index, content] of lines.entries()) {
		if (index <= header || content.trim() === '') continue;
		const last = rows.at(-1);
		const isFull = (last?.content.split('\t').length ?? Infinity) >= names.length;
		const whole = `${last?.content}\n${content}`;
		const continues =
			last !== undefined &&
			!isFull &&
			last.lines < 500 &&
			namesOrder(last.first) &&
			!namesOrder(content) &&
			beginsWithLetter(content) &&
			whole.split('\t').length <= names.length;
		if (continues) Object.assign(last, { content: whole, lines: last.lines + 1 });
		else rows.push({ line: index + 1, first: content, content, lines: 1 });
	}
	return rows.map(({ line, content }) => {
		const found = content.split('\t').map((cell) => cell.trim());
		const cells: Record<string, string> = Object.create(null);
		names.forEach((name, column) => {
			cells[name] ??= found[column] ?? '';
		});
		return { line, content, cells, isTooLong: found.length > names.length };
	});
}

/** Whether a cell is an order ID, with or without quotes around it. */
const namesOrder = (content: string): boolean =>
	content.split('\t').some((cell) => /^[ "]*[A-Z\d]\d\d-\d{7}-\d{7}[ "]*$/.test(cell));

/** Whether its first letter or digit is a letter; what is far behind does not count. */
const beginsWithLetter = (content: string): boolean =>
	/[\p{L}\p{N}]/u.exec(content.slice(0, 200))?.[0].match(/\p{L}/u) != null;
