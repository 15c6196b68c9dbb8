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
 * the end are empty; blank lines are not rows; lines end with LF or CRLF.
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
