import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path/posix';

export const readDocument = (path: string): string => readFileSync(path, 'utf8');

/** The files of a folder and its subfolders. Empty if the folder does not exist. */
export const filesIn = (folder: string, ending: string): string[] =>
	existsSync(folder)
		? readdirSync(folder, { recursive: true, encoding: 'utf8' })
				.filter((file) => file.endsWith(ending))
				.map((file) => join(folder, file.replaceAll('\\', '/')))
		: [];

/** The part of a document under a heading, up to the next heading of the same or a higher level. */
export function sectionOf(document: string, heading: string): string {
	const lines = document.split('\n');
	const start = lines.findIndex((line) => line.replace(/^#+ /, '') === heading && /^#/.test(line));
	if (start === -1) throw new Error(`No heading '${heading}'`);
	const level = /^#+/.exec(lines[start] ?? '')?.[0].length ?? 1;
	const length = lines
		.slice(start + 1)
		.findIndex((line) => (/^(#+) /.exec(line)?.[1]?.length ?? Infinity) <= level);
	return lines.slice(start + 1, length === -1 ? undefined : start + 1 + length).join('\n');
}

/** The cells of all table rows, without the header rows and the lines below them. */
export function tableRows(text: string): string[][] {
	const lines = text.split('\n');
	return lines
		.filter(
			(line, index) => line.startsWith('|') && !isRule(line) && !isRule(lines[index + 1] ?? ''),
		)
		.map((line) =>
			line
				.split(/(?<!\\)\|/)
				.slice(1, -1)
				.map((cell) => cell.trim().replaceAll('\\|', '|')),
		);
}

const isRule = (line: string): boolean => /^\|[\s:|-]+\|$/.test(line);

/**
 * Expects a page's table to have exactly these rows, which follow from the code. With `UPDATE_DOCS=1` the
 * rows are written into the page instead.
 */
export function expectTable(
	path: string,
	heading: string,
	rows: ReadonlyArray<readonly string[]>,
): void {
	const document = readDocument(path);
	const section = sectionOf(document, heading);
	if (process.env['UPDATE_DOCS'] !== undefined) {
		const lines = section.split('\n');
		const first = lines.findIndex(isRule) + 1;
		const length = lines.slice(first).findIndex((line) => !line.startsWith('|'));
		const written = rows.map((cells) => `| ${cells.join(' | ')} |`);
		lines.splice(first, length === -1 ? lines.length : length, ...written);
		writeFileSync(
			path,
			document.replace(section, () => lines.join('\n')),
		);
		execFileSync(process.execPath, ['node_modules/prettier/bin/prettier.cjs', '--write', path]);
		return;
	}
	expect(tableRows(section)).toEqual(rows);
}
