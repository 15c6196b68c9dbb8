/** A line of a tab-delimited report below its header, read plainly. */
export interface ExpectedRow {
	readonly line: number;
	readonly content: string;
	/** By the column's name in lower case. */
	readonly cells: Readonly<Record<string, string>>;
	/** It has more cells than the header, so they may stand under the wrong columns. */
	readonly isTooLong: boolean;
}

/**
 * Reads a tab-delimited report as its rules are written down: the first line with text names the
 * columns, in any letter case, of two with one name the first counts; cells are trimmed, missing ones
 * at the end are empty; blank lines are no rows; lines end with LF or CRLF.
 */
export function readSimply(text: string): readonly ExpectedRow[] {
	const lines = text.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
	const header = lines.findIndex((line) => line.trim() !== '');
	const names = (lines[header] ?? '').split('\t').map((name) => name.trim().toLowerCase());
	return lines.flatMap((content, index) => {
		if (index <= header || content.trim() === '') return [];
		const found = content.split('\t').map((cell) => cell.trim());
		const cells: Record<string, string> = Object.create(null);
		names.forEach((name, column) => {
			cells[name] ??= found[column] ?? '';
		});
		return [{ line: index + 1, content, cells, isTooLong: found.length > names.length }];
	});
}
