import type { UnreadableRow } from '../../../shared/domain/feedbackReport';

export interface ReportRow {
	/** Line in the report, the first line being 1. */
	readonly line: number;
	/** Why the row cannot be trusted; its cells may then stand under the wrong columns. */
	readonly problem: string | undefined;
	/** The whole line, without its end. */
	readonly content: string;
	/** What the row holds under a column, trimmed; empty where the report or the row lacks it. */
	cell(column: string): string;
}

export interface TabDelimitedReport {
	/** The columns' names in lower case, trimmed; none in a file without text. */
	readonly columns: readonly string[];
	/** What is wrong with the header if it lacks one of these columns; nothing for an empty file. */
	headerProblem(neededColumns: readonly string[]): UnreadableRow | undefined;
	/** Whether the header names the column. */
	has(column: string): boolean;
	/** The rows after the header, read as they are asked for; blank lines are no rows. */
	rows(): Iterable<ReportRow>;
	/** The same, and undefined in between, after each step of some hundred thousand characters. */
	steps(): Iterable<ReportRow | undefined>;
}

/** Characters of one step: some hundred rows, which take a few milliseconds. */
const STEP_LENGTH = 128 * 1024;

/**
 * Reads a tab-delimited report whose first line with text names the columns.
 *
 * There is no quoting: a `"` is a character. Columns are told by their names in lower case, trimmed,
 * so new columns and another order of them do no harm; of two columns with one name the first counts.
 * Cells missing at the end of a row count as empty, for some tools drop trailing tabs. A row with
 * more cells than the header is a problem, even if the last ones are empty: a tab inside a cell, such
 * as a product name, looks the same and moves all that follows under the wrong column. A line without
 * any order ID that follows a row with cells missing is the rest of it, if there is room for its cells
 * and it does not begin with a digit, as rows do: buyers write line breaks into comments.
 */
export const readTabDelimited = (text: string): TabDelimitedReport =>
	readTabDelimitedPieces([text]);

/** Reads the same from a text in pieces, wherever it was cut. */
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
				reason: `the header has no column "${missing}" (it may be another report)`,
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

/** Anywhere in a line, as a cell of its own; orders of other shops and digital ones have letters. */
const ORDER_ID_CELL = /(?:^|\t)[ "]*[A-Z\d]\d\d-\d{7}-\d{7}[ "]*(?:\t|$)/;

/** Lines that one row may take. */
const MOST_LINES = 500;

/** Keeps where the cells end instead of the cells: few of a report's columns are ever asked for. */
class Row implements ReportRow {
	/** Where each cell ends, which is where its tab stands. */
	private readonly ends: number[];

	private lines = 1;

	constructor(
		readonly line: number,
		/** With the lines that were taken as its rest. */
		public content: string,
		private readonly columns: number,
		private readonly positions: ReadonlyMap<string, number>,
	) {
		this.ends = endsIn(content);
	}

	get problem(): string | undefined {
		const { columns, ends } = this;
		return ends.length > columns
			? `it has ${ends.length} columns and the header ${columns}`
			: undefined;
	}

	private get namesOrder(): boolean {
		this.isOfOrder ??= ORDER_ID_CELL.test(this.content);
		return this.isOfOrder;
	}

	private isOfOrder: boolean | undefined;

	/** Takes a line as the rest of this row, if it can be; returns whether it did. */
	goesOnWith(content: string): boolean {
		const { ends, columns } = this;
		// A line that was cut off, or another row, must not vanish in this one.
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
	/** Where the next line starts: in which piece, and where in it. */
	readonly next: readonly [piece: number, start: number];
}

/** The first line with text. A byte order mark is white space to `trim`. */
function headerOf(pieces: readonly string[]): Line | undefined {
	for (const candidate of linesOf(pieces)) {
		if (candidate.content.trim() !== '') return candidate;
	}
	return undefined;
}

/** The lines after another one, or all of them, without their ends, LF or CRLF. */
function* linesOf(pieces: readonly string[], after?: Line): Generator<Line> {
	const [firstPiece, firstStart] = after?.next ?? [0, 0];
	let line = after?.line ?? 0;
	/** Of a line that goes on in the next piece. */
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
 * Reads a moment of a flat-file report, `2026-09-03T10:00:00+00:00`, to ISO 8601 in UTC; null where it
 * is none. A moment without an offset is none: the reports' documentation names no zone for it.
 * Without luxon, for a report has some hundred thousand of them.
 */
export function readMoment(text: string): string | null {
	if (!MOMENT.test(text) || !isDay(text)) return null;
	if (/^.{19}(?:Z|\+00:00)$/.test(text)) return `${text.slice(0, 19)}.000Z`;
	const offset = text.search(/(?:Z|[+-]\d\d:?\d*)$/);
	// `Date` reads hours and minutes only in full, `+09` and `+0900` not.
	const [hours, minutes] = [
		text.slice(offset, offset + 3),
		text.slice(offset + 3).replace(':', ''),
	];
	const zone = hours === 'Z' ? hours : `${hours}:${minutes || '00'}`;
	return new Date(text.slice(0, offset) + zone).toISOString();
}

/** Whether the month has the day; `Date` takes 31 February as 3 March. */
function isDay(text: string): boolean {
	const day = Number(text.slice(8, 10));
	if (day >= 1 && day <= 28) return true;
	return new Date(`${text.slice(0, 10)}T00:00:00Z`).getUTCDate() === day;
}

/** The reason to give for a row whose order ID is none. It does not quote the cell, which may be personal. */
export function wrongOrderId(cell: string): string {
	if (cell === '') return 'it has no order ID (the line may be cut off)';
	return 'it has no valid order ID';
}
