import { DateTime } from 'luxon';

import { isOrderId } from './orderId';

/** Positive is 4 or 5 stars, neutral 3, negative 1 or 2 (Amazon's Feedback Manager). */
export type Sentiment = 'positive' | 'neutral' | 'negative';

export interface FeedbackRow {
	/** Line in the report, the first line being 1. */
	readonly line: number;
	/** ISO calendar day in the marketplace's own zone; the report knows no time of day. */
	readonly date: string;
	/** Stars, 1 to 5. */
	readonly rating: number;
	readonly sentiment: Sentiment;
	/** Empty for a star-only rating. */
	readonly comment: string;
	readonly response: string;
	readonly orderId: string;
	/** The buyer's (anonymised) e-mail address: personal data. */
	readonly raterEmail: string;
}

export interface UnreadableRow {
	readonly line: number;
	readonly reason: string;
}

export interface FeedbackReport {
	readonly rows: readonly FeedbackRow[];
	/** Lines that hold something, yet not a feedback; nothing of them is in `rows`. */
	readonly unreadable: readonly UnreadableRow[];
}

/** The order in which a report's dates give year, month and day. */
export type DateOrder = 'mdy' | 'dmy' | 'ymd';

/**
 * The order of day, month and year in a marketplace's feedback report.
 *
 * Amazon documents none. Source: the map that the Airbyte connector has kept since 2021, which other
 * clients agree with. South Africa is in no source; day-month-year is assumed there, hence the
 * 'Date Format' option wherever a report is read.
 */
export function dateOrderOf(countryCode: string): DateOrder {
	switch (countryCode) {
		case 'US':
			return 'mdy';
		case 'JP':
		case 'SE':
			return 'ymd';
		default:
			return 'dmy';
	}
}

export function sentimentOf(stars: number): Sentiment {
	if (stars >= 4) return 'positive';
	return stars === 3 ? 'neutral' : 'negative';
}

/**
 * Reads `GET_SELLER_FEEDBACK_DATA` (or the same file downloaded from Seller Central).
 *
 * The file is tab-delimited without quoting: a `"` is a character. Headers are localised, so columns
 * are told by position, counted from the order ID, which has a shape of its own; that also reads the
 * older layout of nine or ten columns (told by the number of its headers, without them by its short
 * answers) and a comment that holds a tab. A row that cannot be read is reported with its line number
 * and costs no other row.
 */
export function parseFeedbackReport(text: string, dateOrder: DateOrder): FeedbackReport {
	const rows: FeedbackRow[] = [];
	const unreadable: UnreadableRow[] = [];
	let line = 0;
	let headerSeen = false;
	let layout: Layout | undefined;
	const readDate = remembering((cell) => parseReportDate(cell, dateOrder));

	for (const content of linesOf(text)) {
		line += 1;
		if (content.trim() === '') continue;
		if (!headerSeen) {
			headerSeen = true;
			if (looksLikeHeader(content)) {
				layout = layoutOf(content);
				continue;
			}
		}
		const row = parseRow(content, line, readDate, layout);
		if ('reason' in row) unreadable.push(row);
		else rows.push(row);
	}
	return { rows, unreadable };
}

/** The same work once for each text: a report has many rows of few days. */
function remembering<Value>(work: (text: string) => Value): (text: string) => Value {
	const known = new Map<string, Value>();
	return (text) => {
		const value = known.has(text) ? (known.get(text) as Value) : work(text);
		known.set(text, value);
		return value;
	};
}

function* linesOf(text: string): Generator<string> {
	let start = 0;
	while (start < text.length) {
		const newline = text.indexOf('\n', start);
		const end = newline === -1 ? text.length : newline;
		yield text.charCodeAt(end - 1) === 13 && end > start
			? text.slice(start, end - 1)
			: text.slice(start, end);
		start = end + 1;
	}
}

/** A header names its columns; a row starts with a digit of its date, and other text has no columns. */
function looksLikeHeader(content: string): boolean {
	return !/^\s*"?\d/.test(content) && content.split('\t').length >= FIRST_POSSIBLE_ORDER_ID + 1;
}

type Layout = 'current' | 'legacy';

/** The layout a header shows; undefined where it has neither number of columns. */
function layoutOf(header: string): Layout | undefined {
	const columns = header.trim().split('\t').length;
	if (columns === 6) return 'current';
	return columns === 9 || columns === 10 ? 'legacy' : undefined;
}

/** Date and rating come first, then the comment, which must leave room for the response. */
const FIRST_POSSIBLE_ORDER_ID = 4;

/** Columns between the response and the order ID in the older layout: three yes/no answers. */
const LEGACY_ANSWERS = 3;

function parseRow(
	content: string,
	line: number,
	readDate: (cell: string) => string | undefined,
	layout: Layout | undefined,
): FeedbackRow | UnreadableRow {
	const cells = content.split('\t').map((cell) => cell.trim());
	const orderIdAt = findLastOrderId(cells);
	if (orderIdAt === undefined) {
		return { line, reason: 'it has no order ID in its place (the line may be cut off)' };
	}
	const date = readDate(cells[0] ?? '');
	if (date === undefined) {
		return { line, reason: `its date "${clip(cells[0])}" does not fit the marketplace's format` };
	}
	const stars = cells[1] ?? '';
	if (!/^[1-5]$/.test(stars)) {
		return { line, reason: `its rating "${clip(stars)}" is not a whole number from 1 to 5` };
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
		raterEmail: cells[orderIdAt + 1] ?? '',
	};
}

/** The last one counts: a comment may quote an order ID too. */
function findLastOrderId(cells: readonly string[]): number | undefined {
	for (let index = cells.length - 1; index >= FIRST_POSSIBLE_ORDER_ID; index -= 1) {
		if (isOrderId(cells[index] ?? '')) return index;
	}
	return undefined;
}

/**
 * The older layout has seven columns before the order ID, the three before it being short answers.
 * Tabs in a comment can look the same, so the header's word goes first.
 */
function isLegacy(
	cells: readonly string[],
	orderIdAt: number,
	layout: Layout | undefined,
): boolean {
	if (orderIdAt < FIRST_POSSIBLE_ORDER_ID + LEGACY_ANSWERS) return false;
	if (layout !== undefined) return layout === 'legacy';
	return cells
		.slice(orderIdAt - LEGACY_ANSWERS, orderIdAt)
		.every((cell) => /^\p{L}{0,12}$|^[-–]$/u.test(cell));
}

/** Reads `9/3/26`, `03.09.26`, `26/09/03` or `2026-09-03` to an ISO day; undefined where it is none. */
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

function clip(cell = ''): string {
	return cell.length > 24 ? `${cell.slice(0, 24)}…` : cell;
}
