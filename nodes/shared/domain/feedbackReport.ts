import { DateTime } from 'luxon';

import { findMarketplace, MARKETPLACES, dateOrderOf, type DateOrder } from './marketplaces';
import { isOrderId } from './orderId';

/** Positive is 4 or 5 stars, neutral 3, negative 1 or 2 (Amazon's Feedback Manager). */
export type Sentiment = 'positive' | 'neutral' | 'negative';

export interface FeedbackRow {
	/** Line in the report, the first line being 1. */
	readonly line: number;
	/** ISO calendar day in the marketplace's own zone; the report has no time of day. */
	readonly date: string;
	/** Stars, 1 to 5. */
	readonly rating: number;
	readonly sentiment: Sentiment;
	/** Empty for a star-only rating. */
	readonly comment: string;
	readonly response: string;
	readonly orderId: string;
	/** The buyer's (anonymized) email address: personal data. */
	readonly raterEmail: string;
	/**
	 * Country code of the marketplace in the buyer's email address, if it differs from the
	 * marketplace that the report was requested for. Two clients of the old API saw such rows; the
	 * report has no column that would settle it.
	 */
	readonly otherMarketplace?: string;
}

export interface UnreadableRow {
	readonly line: number;
	readonly reason: string;
	/** The day of the feedback entry, if it could be read; ISO, marketplace-local. */
	readonly date?: string;
}

export interface FeedbackReport {
	readonly rows: readonly FeedbackRow[];
	/**
	 * Lines that have content but are not a feedback entry; `rows` does not include them. Only the
	 * first 10,000 are kept.
	 */
	readonly unreadable: readonly UnreadableRow[];
	/** How many lines could not be read. */
	readonly unreadableLines: number;
}

/** A file that consists of bad lines must not fill the memory with their descriptions. */
const MOST_UNREADABLE_KEPT = 10_000;

export function sentimentOf(stars: number): Sentiment {
	if (stars >= 4) return 'positive';
	return stars === 3 ? 'neutral' : 'negative';
}

/**
 * Reads `GET_SELLER_FEEDBACK_DATA` (or the same file downloaded from Seller Central).
 *
 * The file is tab-delimited without quoting: a `"` is an ordinary character. Headers are localized,
 * so columns are found by position, counted from the order ID, which has a unique shape. This also
 * reads the older layout of nine or ten columns (recognized by the number of its headers, or,
 * without headers, by its short yes/no answers) and a comment that contains a tab. A comment may
 * also contain line breaks: a line that begins like a row and breaks off is joined with the lines
 * after it, if together they are exactly one row. A row that cannot be read is reported with its
 * line number and does not affect the others.
 * @param reportOf country code of the report's marketplace, to recognize rows of another one
 */
export function parseFeedbackReport(
	text: string,
	dateOrder: DateOrder,
	reportOf?: string,
): FeedbackReport {
	const reader = new FeedbackReportReader(dateOrder, reportOf);
	const rows = [...reader.read(text), ...reader.end()];
	return { rows, unreadable: reader.unreadable, unreadableLines: reader.unreadableLines };
}

/**
 * A longer line is not a feedback entry, and splitting it into cells would take many times its
 * length.
 */
const LONGEST_LINE = 1_000_000;

/** Lines that one row may take; Amazon's comment form holds 400 characters. */
const MOST_LINES = 500;

const CURRENT_COLUMNS = 6;
const LEGACY_COLUMNS = 9;

/** A row begins with a date, then a rating. */
const BEGINNING = /^[^\S\t]*(\d{1,4}[./-]\d{1,2}[./-]\d{1,4})[^\S\t]*\t/;
const HAS_RATING = /^[^\t]*\t[^\S\t]*[1-5][^\S\t]*\t/;

/** Whether it has an order ID as a cell of its own, other than the first. */
const holdsOrderId = (content: string): boolean =>
	content.split('\t').some((cell, index) => index > 0 && isOrderId(cell.trim()));

/** The lines of a row whose last cell has not been read yet. */
interface OpenRow {
	/** Number of the first line. */
	readonly line: number;
	readonly lines: string[];
	/** Characters in these lines. */
	readonly length: number;
}

/**
 * Reads a report like `parseFeedbackReport`, but piece by piece, so that it is never in memory as a
 * whole.
 */
export class FeedbackReportReader {
	/** For the lines read so far. */
	readonly unreadable: UnreadableRow[] = [];

	unreadableLines = 0;

	private line = 0;

	/** The last, incomplete line of the previous piece. */
	private rest = '';

	private headerSeen = false;

	private layout: Layout | undefined;

	/** Number of columns, according to the headings. */
	private columns = CURRENT_COLUMNS;

	/** A row whose comment or response continues on the next line, as far as it was read. */
	private open: OpenRow | undefined;

	private readonly days: RowDates;

	/**
	 * @param dateOrder how the report writes dates
	 * @param reportOf country code of the report's marketplace; rows whose buyer has an email address
	 *   of another marketplace are then marked, and their dates are read in that marketplace's format
	 */
	constructor(dateOrder: DateOrder, reportOf?: string) {
		this.days = new RowDates(dateOrder, reportOf);
	}

	/** Lines read so far: if the last one could not be read, the report may be cut off there. */
	get lines(): number {
		return this.line;
	}

	/**
	 * Whether it began with the headings of a feedback report; a report without feedback has them,
	 * too.
	 */
	get hasHeadings(): boolean {
		return this.layout !== undefined;
	}

	/**
	 * The feedback in the lines that end within this piece of the report's text. Each line is read
	 * when it is requested, so take all rows of a piece before the next piece.
	 */
	*read(piece: string): Generator<FeedbackRow, void, undefined> {
		let newline = piece.indexOf('\n');
		if (newline === -1) {
			this.rest += piece;
			return;
		}
		// Only the first line is joined; the others are read in place.
		const first = this.rest + piece.slice(0, newline);
		let row = this.readLine(first, 0, first.length);
		if (row !== undefined) yield row;
		let start = newline + 1;
		while ((newline = piece.indexOf('\n', start)) !== -1) {
			row = this.readLine(piece, start, newline);
			if (row !== undefined) yield row;
			start = newline + 1;
		}
		this.rest = piece.slice(start);
	}

	/** The feedback in the last line, if the report does not end with a line break. */
	*end(): Generator<FeedbackRow, void, undefined> {
		const { rest } = this;
		this.rest = '';
		const row = rest === '' ? undefined : this.readLine(rest, 0, rest.length);
		if (row !== undefined) yield row;
		this.giveUpOpenRow();
	}

	/** Reads the line from `start` up to `newline`, with or without a carriage return before it. */
	private readLine(text: string, start: number, newline: number): FeedbackRow | undefined {
		this.line += 1;
		const end = newline > start && text.charCodeAt(newline - 1) === 13 ? newline - 1 : newline;
		const row =
			(this.headerSeen ? readOrdinaryRow(text, start, end, this.line, this.days) : undefined) ??
			this.readAnyRow(text.slice(start, end));
		if (row === undefined) return undefined;
		if ('reason' in row) {
			this.leaveOut(row);
			return undefined;
		}
		this.giveUpOpenRow();
		return row;
	}

	/**
	 * Undefined for something that is not a row, or not yet: a blank line, the header, a part of a
	 * row.
	 */
	private readAnyRow(content: string): FeedbackRow | UnreadableRow | undefined {
		const { line } = this;
		if (content.length > LONGEST_LINE) {
			this.giveUpOpenRow();
			return { line, reason: 'it is too long for a feedback entry' };
		}
		const whole = this.goOnWith(content);
		if (whole !== 'separate') return whole;
		if (content.trim() === '') return undefined;
		const isFirst = !this.headerSeen;
		this.headerSeen = true;
		if (isFirst && looksLikeHeader(content)) {
			this.layout = layoutOf(content);
			if (this.layout === 'legacy') this.columns = content.trim().split('\t').length;
			return undefined;
		}
		const row = parseRow(content, line, this.days, this.layout);
		const [, date = ''] = BEGINNING.exec(content) ?? [];
		if (!('reason' in row) || !this.days.isDay(date) || !HAS_RATING.test(content)) return row;
		if (holdsOrderId(content)) return row;
		this.open = { line, lines: [content], length: content.length };
		return undefined;
	}

	/**
	 * Adds a line to the row that is open; the line with the order ID is its last.
	 * @returns the row if it is now complete, undefined if it continues, `separate` if the line does
	 *   not belong to it
	 */
	private goOnWith(content: string): FeedbackRow | undefined | 'separate' {
		const { open } = this;
		if (open === undefined) return 'separate';
		const length = open.length + content.length;
		const isTooMuch = open.lines.length >= MOST_LINES || length > LONGEST_LINE;
		if (isTooMuch || BEGINNING.test(content)) return this.giveUpOpenRow();

		if (!holdsOrderId(content)) {
			open.lines.push(content);
			this.open = { ...open, length };
			return undefined;
		}
		const whole = [...open.lines, content].join('\n');
		const row = this.hasColumns(whole)
			? parseRow(whole, open.line, this.days, this.layout)
			: undefined;
		if (row === undefined || 'reason' in row) return this.giveUpOpenRow();
		this.open = undefined;
		return row;
	}

	/** Whether joined lines are exactly one row: all its cells, and the order ID in its column. */
	private hasColumns(whole: string): boolean {
		const cells = whole.split('\t');
		// If the older layout has ten columns, the last one may be missing.
		const isLegacyRow = this.layout === 'legacy';
		const hasAllCells =
			cells.length === this.columns || (isLegacyRow && cells.length === LEGACY_COLUMNS);
		const orderIdAt = isLegacyRow ? LEGACY_ORDER_ID : FIRST_POSSIBLE_ORDER_ID;
		return hasAllCells && isOrderId(cells[orderIdAt]?.trim() ?? '');
	}

	/** The lines were not the beginning of a row after all: each of them is left out. */
	private giveUpOpenRow(): 'separate' {
		const { open } = this;
		this.open = undefined;
		for (const [index, content] of (open?.lines ?? []).entries()) {
			if (open === undefined || content.trim() === '') continue;
			const row = parseRow(content, open.line + index, this.days, this.layout);
			if ('reason' in row) this.leaveOut(row);
		}
		return 'separate';
	}

	private leaveOut(row: UnreadableRow): void {
		this.unreadableLines += 1;
		if (this.unreadableLines <= MOST_UNREADABLE_KEPT) this.unreadable.push(row);
	}
}

/** The host part of buyers' email addresses: `@marketplace.amazon.de`. */
const EMAIL_HOST = '@marketplace.';

const DATE_ORDERS: readonly DateOrder[] = ['mdy', 'dmy', 'ymd'];

/** Reads the dates of rows, each in the format of the marketplace in its buyer's email address. */
class RowDates {
	private readonly readers = Object.fromEntries(
		DATE_ORDERS.map((order) => [order, new DayReader(order)]),
	) as Record<DateOrder, DayReader>;

	private readonly ownEnding: string | undefined;

	constructor(
		private readonly dateOrder: DateOrder,
		reportOf: string | undefined,
	) {
		const own = reportOf === undefined ? undefined : findMarketplace(reportOf);
		this.ownEnding = own && `${EMAIL_HOST}${own.domain}`;
	}

	/** Country code of another marketplace in the email address; otherwise undefined. */
	otherMarketplace(raterEmail: string): string | undefined {
		const { ownEnding } = this;
		if (ownEnding === undefined || raterEmail.endsWith(ownEnding)) return undefined;
		const at = raterEmail.lastIndexOf(EMAIL_HOST);
		if (at === -1) return undefined;
		const domain = raterEmail.slice(at + EMAIL_HOST.length).toLowerCase();
		return MARKETPLACES.find((each) => each.domain === domain)?.countryCode;
	}

	/** The ISO day from `start` up to `end`; undefined if that is not a date. */
	read(text: string, start: number, end: number, country: string | undefined): string | undefined {
		const order = country === undefined ? this.dateOrder : dateOrderOf(country);
		return this.readers[order].read(text, start, end);
	}

	/** Whether a text is a day, in any order of its parts. */
	isDay(text: string): boolean {
		return DATE_ORDERS.some(
			(order) => this.readers[order].read(text, 0, text.length) !== undefined,
		);
	}
}

/** The most days kept; a report has few, and a file of bad dates must not fill the memory. */
const MOST_DAYS_KEPT = 5_000;

/** Reads the date cells, each text once: a report has many rows on few days, mostly in order. */
class DayReader {
	private readonly known = new Map<string, string | undefined>();

	private lastText = '';

	private lastDay: string | undefined;

	constructor(private readonly dateOrder: DateOrder) {}

	/** The ISO day from `start` up to `end`; undefined if that is not a date. */
	read(text: string, start: number, end: number): string | undefined {
		if (end - start > LONGEST_DATE) return undefined;
		if (end - start === this.lastText.length && text.startsWith(this.lastText, start)) {
			return this.lastDay;
		}
		this.lastText = text.slice(start, end);
		this.lastDay = this.known.has(this.lastText)
			? this.known.get(this.lastText)
			: parseReportDate(this.lastText, this.dateOrder);
		if (this.known.size >= MOST_DAYS_KEPT) this.known.clear();
		this.known.set(this.lastText, this.lastDay);
		return this.lastDay;
	}
}

const TAB = 9;

const ORDER_ID_LENGTH = 19;

const LONGEST_DATE = '2026-09-03'.length;

/**
 * The row of a line with six cells, like nearly all lines, read in place; otherwise undefined, and
 * `parseRow` decides. This makes reading a report of a million rows three times as fast.
 */
function readOrdinaryRow(
	text: string,
	start: number,
	end: number,
	line: number,
	days: RowDates,
): FeedbackRow | undefined {
	let ratingAt = start + 1;
	// Not `indexOf`, which would search all following lines if this one has no tab.
	while (text.charCodeAt(ratingAt - 1) !== TAB) {
		if (ratingAt - start > LONGEST_DATE) return undefined;
		ratingAt += 1;
	}
	const rating = text.charCodeAt(ratingAt) - 48;
	const commentAt = ratingAt + 2;
	if (!(rating >= 1 && rating <= 5) || text.charCodeAt(commentAt - 1) !== TAB) return undefined;
	const responseAt = text.indexOf('\t', commentAt) + 1;
	const orderIdAt = responseAt === 0 ? 0 : text.indexOf('\t', responseAt) + 1;
	const emailAt = orderIdAt + ORDER_ID_LENGTH + 1;
	if (orderIdAt === 0 || emailAt > end || text.charCodeAt(emailAt - 1) !== TAB) return undefined;
	const furtherTab = text.indexOf('\t', emailAt);
	if (furtherTab !== -1 && furtherTab < end) return undefined;

	const orderId = text.slice(orderIdAt, emailAt - 1);
	const raterEmail = text.slice(emailAt, end).trim();
	if (!isOrderId(orderId)) return undefined;
	// The last order ID counts.
	if (raterEmail.length === ORDER_ID_LENGTH && isOrderId(raterEmail)) return undefined;
	const otherMarketplace = days.otherMarketplace(raterEmail);
	const date = days.read(text, start, ratingAt - 1, otherMarketplace);
	if (date === undefined) return undefined;
	const row: FeedbackRow = {
		line,
		date,
		rating,
		sentiment: sentimentOf(rating),
		comment: text.slice(commentAt, responseAt - 1).trim(),
		response: text.slice(responseAt, orderIdAt - 1).trim(),
		orderId,
		raterEmail,
	};
	return otherMarketplace === undefined ? row : { ...row, otherMarketplace };
}

/**
 * A header has the names of columns; a row starts with a digit of its date, and other text has no
 * columns.
 */
function looksLikeHeader(content: string): boolean {
	return !/^\s*"?\d/.test(content) && content.split('\t').length >= FIRST_POSSIBLE_ORDER_ID + 1;
}

type Layout = 'current' | 'legacy';

/** The layout that a header shows; undefined if it has another number of columns. */
function layoutOf(header: string): Layout | undefined {
	const columns = header.trim().split('\t').length;
	if (columns === 6) return 'current';
	return columns === 9 || columns === 10 ? 'legacy' : undefined;
}

/** Date and rating come first, then the comment, which must leave room for the response. */
const FIRST_POSSIBLE_ORDER_ID = 4;

/** Columns between the response and the order ID in the older layout: three yes/no answers. */
const LEGACY_ANSWERS = 3;

/** The order ID's column in the older layout. */
const LEGACY_ORDER_ID = FIRST_POSSIBLE_ORDER_ID + LEGACY_ANSWERS;

function parseRow(
	content: string,
	line: number,
	days: RowDates,
	layout: Layout | undefined,
): FeedbackRow | UnreadableRow {
	const cells = content.split('\t').map((cell) => cell.trim());
	const [day = ''] = cells;
	const orderIdAt = findLastOrderId(cells);
	if (orderIdAt === undefined) {
		return {
			line,
			reason: 'it has no order ID in the expected column (the line may be cut off)',
			...dated(days.read(day, 0, day.length, undefined)),
		};
	}
	const raterEmail = cells[orderIdAt + 1] ?? '';
	const otherMarketplace = days.otherMarketplace(raterEmail);
	const date = days.read(day, 0, day.length, otherMarketplace);
	if (date === undefined) {
		return { line, reason: `its date${quoted(day)} does not match the marketplace's format` };
	}
	const stars = cells[1] ?? '';
	if (!/^[1-5]$/.test(stars)) {
		const reason = `its rating${quoted(stars)} is not a whole number from 1 to 5`;
		return { line, reason, ...dated(date) };
	}
	const responseAt = orderIdAt - 1 - (isLegacy(cells, orderIdAt, layout) ? LEGACY_ANSWERS : 0);
	const rating = Number(stars);
	return {
		line,
		date,
		rating,
		sentiment: sentimentOf(rating),
		comment: cells.slice(2, responseAt).join(' ').trim(),
		response: cells[responseAt] ?? '',
		orderId: cells[orderIdAt] ?? '',
		raterEmail,
		...(otherMarketplace !== undefined && { otherMarketplace }),
	};
}

const dated = (date: string | undefined) => (date === undefined ? {} : { date });

/** The last one counts: a comment may quote an order ID, too. */
function findLastOrderId(cells: readonly string[]): number | undefined {
	for (let index = cells.length - 1; index >= FIRST_POSSIBLE_ORDER_ID; index -= 1) {
		if (isOrderId(cells[index] ?? '')) return index;
	}
	return undefined;
}

/**
 * The older layout has seven columns before the order ID; the three directly before it are short
 * answers. Tabs in a comment can look the same, so the header takes precedence.
 */
function isLegacy(
	cells: readonly string[],
	orderIdAt: number,
	layout: Layout | undefined,
): boolean {
	if (orderIdAt < LEGACY_ORDER_ID) return false;
	if (layout !== undefined) return layout === 'legacy';
	return cells
		.slice(orderIdAt - LEGACY_ANSWERS, orderIdAt)
		.every((cell) => /^\p{L}{0,12}$|^[-–]$/u.test(cell));
}

/**
 * Converts `9/3/26`, `03.09.26`, `26/09/03` or `2026-09-03` to an ISO day; undefined if it is not a
 * date.
 */
export function parseReportDate(text: string, dateOrder: DateOrder): string | undefined {
	const parts = /^(\d{1,4})[./-](\d{1,2})[./-](\d{1,4})$/.exec(text);
	if (parts === null) return undefined;
	const [first = '', second = '', third = ''] = parts.slice(1);
	const order = first.length === 4 ? 'ymd' : dateOrder;
	const [year, month, day] =
		order === 'ymd'
			? [first, second, third]
			: order === 'mdy'
				? [third, first, second]
				: [third, second, first];
	if ((year.length !== 2 && year.length !== 4) || month.length > 2 || day.length > 2)
		return undefined;
	const date = DateTime.fromObject(
		{
			year: Number(year) + (year.length === 2 ? 2000 : 0),
			month: Number(month),
			day: Number(day),
		},
		{ zone: 'utc' },
	);
	return date.isValid ? date.toISODate() : undefined;
}

/**
 * Quotes only text that cannot be personal data: columns may be in a different order than expected.
 */
const quoted = (cell: string): string => (/^[\d./-]{1,24}$/.test(cell) ? ` "${cell}"` : '');
