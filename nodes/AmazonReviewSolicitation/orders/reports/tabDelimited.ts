import type { UnreadableRow } from '../../../shared/domain/feedbackReport';

export interface ReportRow {
	/** Line in the report, starting at 1. */
	readonly line: number;
	/** Why the row cannot be trusted; its cells may then be under the wrong columns. */
	readonly problem: string | undefined;
	/** The whole line, without its end. */
	readonly content: string;
	/** The row's text in a column, trimmed; empty if the report or the row does not have it. */
	cell(column: string): string;
}

export interface TabDelimitedReport {
	/** The column names in lower case, trimmed; empty for a file without text. */
	readonly columns: readonly string[];
	/** What is wrong with the header if it lacks one of these columns; undefined for an empty file. */
	headerProblem(neededColumns: readonly string[]): UnreadableRow | undefined;
	/** Whether the header names the column. */
	has(column: string): boolean;
	/** The rows after the header, read on demand; blank lines are skipped. */
	rows(): Iterable<ReportRow>;
	/** The same, with undefined in between after each step of about a hundred thousand characters. */
	steps(): Iterable<ReportRow | undefined>;
}

/** Characters per step: a few hundred rows, which take a few milliseconds. */
const STEP_LENGTH = 128 * 1024;

/**
 * Reads a tab-delimited report whose first line with text names the columns.
 *
 * There is no quoting: `"` is an ordinary character. Columns are identified by their names in lower
 * case, trimmed, so new columns or a different column order do no harm; of two columns with the
 * same name, the first counts. Cells missing at the end of a row count as empty, because some tools
 * drop trailing tabs. A row with more cells than the header is a problem, even if the last ones are
 * empty: a tab inside a cell, such as a product name, looks the same and shifts everything after
 * it. A line without any order ID after a row with cells missing continues that row, if its cells
 * fit and it does not start with a digit, as rows do: buyers write line breaks into comments.
 */
export const readTabDelimited = (text: string): TabDelimitedReport =>
	readTabDelimitedPieces([text]);

/** Does the same for text in pieces, cut at any point. */
export function readTabDelimitedPieces(pieces: readonly string[]): TabDelimitedReport {
	const header = headerOf(pieces);
	const names = header?.content.split('\t').map((name) => name.trim().toLowerCase()) ?? [];
	const positions = new Map<string, number>();
	names.forEach((name, position) => {
		if (!positions.has(name)) positions.set(name, position);
	});

	return {
		columns: names,
		has: (column) => positions.has(column),
		headerProblem(neededColumns) {
			const missing = neededColumns.find((column) => !positions.has(column));
			if (header === undefined || missing === undefined) return undefined;
			return {
				line: header.line,
				reason: `the header has no column "${missing}" (maybe a different report)`,
			};
		},
		*rows() {
			for (const row of this.steps()) if (row !== undefined) yield row;
		},
		*steps() {
			if (header === undefined) return;
			let row: Row | undefined;
			let length = 0;
			for (const { line, content } of linesOf(pieces, header)) {
				length += content.length + 1;
				if (length >= STEP_LENGTH) {
					length = 0;
					yield undefined;
				}
				if (content.trim() === '') continue;
				if (row?.goesOnWith(content)) continue;
				if (row !== undefined) yield row;
				row = new Row(line, content, names.length, positions);
			}
			if (row !== undefined) yield row;
		},
	};
}

/**
 * An order ID in a cell of its own, anywhere in a line; the IDs of digital orders and of other
 * stores' orders start with a letter.
 */
const ORDER_ID_CELL = /(?:^|\t)[ "]*[A-Z\d]\d\d-\d{7}-\d{7}[ "]*(?:\t|$)/;

/** Maximum lines per row. */
const MOST_LINES = 500;

/** Stores where the cells end instead of the cells, because few of a report's columns are ever read. */
class Row implements ReportRow {
	/** Where each cell ends, which is the position of its tab. */
	private readonly ends: number[];

	private lines = 1;

	constructor(
		readonly line: number,
		/** Includes the lines that continue it. */
		public content: string,
		private readonly columns: number,
		private readonly positions: ReadonlyMap<string, number>,
	) {
		this.ends = endsIn(content);
	}

	get problem(): string | undefined {
		const { columns, ends } = this;
		return ends.length > columns
			? `it has ${ends.length} columns but the header ${columns}`
			: undefined;
	}

	private get namesOrder(): boolean {
		this.isOfOrder ??= ORDER_ID_CELL.test(this.content);
		return this.isOfOrder;
	}

	private isOfOrder: boolean | undefined;

	/** Adds a line to this row if it can continue it; returns whether it did. */
	goesOnWith(content: string): boolean {
		const { ends, columns } = this;
		// A line that was cut off, or another row, must not disappear into this one.
		const mayBeRow = !/^[^\p{L}\p{N}]*\p{L}/u.test(content.slice(0, 200));
		const isFull = ends.length >= columns || this.lines >= MOST_LINES;
		if (isFull || mayBeRow || !this.namesOrder) return false;
		const more = endsIn(content);
		if (ends.length - 1 + more.length > columns || ORDER_ID_CELL.test(content)) return false;
		const start = this.content.length + 1;
		ends.pop();
		ends.push(...more.map((end) => start + end));
		this.content += `\n${content}`;
		this.lines += 1;
		return true;
	}

	cell(column: string): string {
		const position = this.positions.get(column);
		const end = position === undefined ? undefined : this.ends[position];
		if (position === undefined || end === undefined) return '';
		const start = position === 0 ? 0 : (this.ends[position - 1] ?? 0) + 1;
		return this.content.slice(start, end).trim();
	}
}

function endsIn(content: string): number[] {
	const ends: number[] = [];
	for (let tab = content.indexOf('\t'); tab !== -1; tab = content.indexOf('\t', tab + 1)) {
		ends.push(tab);
	}
	ends.push(content.length);
	return ends;
}

interface Line {
	readonly line: number;
	readonly content: string;
	/** Where the next line starts: the piece, and the position in it. */
	readonly next: readonly [piece: number, start: number];
}

/** The first line with text. `trim` treats a byte order mark as white space. */
function headerOf(pieces: readonly string[]): Line | undefined {
	for (const candidate of linesOf(pieces)) {
		if (candidate.content.trim() !== '') return candidate;
	}
	return undefined;
}

/** The lines after another one, or all lines, without their line ends (LF or CRLF). */
function* linesOf(pieces: readonly string[], after?: Line): Generator<Line> {
	const [firstPiece, firstStart] = after?.next ?? [0, 0];
	let line = after?.line ?? 0;
	/** The start of a line that continues in the next piece. */
	let open = '';
	for (const [index, piece] of pieces.entries()) {
		if (index < firstPiece) continue;
		let start = index === firstPiece ? firstStart : 0;
		let newline: number;
		while ((newline = piece.indexOf('\n', start)) !== -1) {
			line += 1;
			const content = withoutReturn(open + piece.slice(start, newline));
			start = newline + 1;
			open = '';
			yield { line, content, next: [index, start] };
		}
		open += piece.slice(start);
	}
	if (open !== '') {
		yield { line: line + 1, content: withoutReturn(open), next: [pieces.length, 0] };
	}
}

const withoutReturn = (content: string): string =>
	content.endsWith('\r') ? content.slice(0, -1) : content;

const MOMENT =
	/^\d{4}-(?:0[1-9]|1[0-2])-[0-3]\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[+-][01]\d(?::?[0-5]\d)?)$/;

/**
 * Converts a time from a flat-file report, such as `2026-09-03T10:00:00+00:00`, to ISO 8601 in UTC.
 * Returns null if it is not one; a time without an offset does not count, because the reports'
 * documentation names no zone. Does not use luxon, because a report has several hundred thousand of
 * them.
 */
export function readMoment(text: string): string | null {
	if (!MOMENT.test(text) || !isDay(text)) return null;
	if (/^.{19}(?:Z|\+00:00)$/.test(text)) return `${text.slice(0, 19)}.000Z`;
	const offset = text.search(/(?:Z|[+-]\d\d:?\d*)$/);
	// `Date` reads offsets only with hours, colon and minutes, not `+09` or `+0900`.
	const [hours, minutes] = [
		text.slice(offset, offset + 3),
		text.slice(offset + 3).replace(':', ''),
	];
	const zone = hours === 'Z' ? hours : `${hours}:${minutes || '00'}`;
	return new Date(text.slice(0, offset) + zone).toISOString();
}

/** Whether the month has the day; `Date` reads February 31 as March 3. */
function isDay(text: string): boolean {
	const day = Number(text.slice(8, 10));
	if (day >= 1 && day <= 28) return true;
	return new Date(`${text.slice(0, 10)}T00:00:00Z`).getUTCDate() === day;
}

/**
 * The reason for a row without a valid order ID. It does not quote the cell, which may be personal
 * data.
 */
export function wrongOrderId(cell: string): string {
	if (cell === '') return 'it has no order ID (the line may be cut off)';
	return 'it has no valid order ID';
}
