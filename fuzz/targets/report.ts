import { deepStrictEqual, ok, strictEqual } from 'node:assert';
import iconv from 'iconv-lite';

import {
	FeedbackReportReader,
	parseFeedbackReport,
	type FeedbackReport,
} from '../../nodes/shared/domain/feedbackReport';
import { dateOrderOf, type DateOrder } from '../../nodes/shared/domain/marketplaces';
import { decodeReport, type DecodedReport } from '../../nodes/shared/domain/reportEncoding';
import { CHARSETS, decodeSimply } from '../oracle/simpleDecoder';
import { parseSimply } from '../oracle/simpleParser';

export const covers = [
	'nodes/shared/domain/feedbackReport.ts',
	'nodes/shared/domain/reportEncoding.ts',
	'nodes/shared/domain/orderId.ts',
];

export const words = [
	'\t',
	'\n',
	'\r\n',
	'"',
	' ',
	'-',
	'\u2013',
	'\ufeff',
	'111-1234567-7654321',
	'Date\tRating\tComments\tYour Response\tOrder ID\tRater Email\n',
	'\tYes\tNo\t-\t111-1234567-7654321\t',
	'9/3/26',
	'29.02.2024',
	'2026-12-31',
	'31/2/26',
];

/** The code under test; a test of these checks passes broken versions. */
export interface ReportReader {
	readonly decode: typeof decodeReport;
	readonly parse: typeof parseFeedbackReport;
	/** Reads the text piece by piece. */
	readonly parsePieces: (pieces: readonly string[], dateOrder: DateOrder) => FeedbackReport;
}

export const RIGHT: ReportReader = {
	decode: decodeReport,
	parse: parseFeedbackReport,
	parsePieces: (pieces, dateOrder) => {
		const reader = new FeedbackReportReader(dateOrder);
		const rows = pieces.flatMap((piece) => [...reader.read(piece)]);
		rows.push(...reader.end());
		const { unreadable, unreadableLines } = reader;
		return { rows, unreadable, unreadableLines };
	},
};

/**
 * The feedback report from bytes to rows.
 *
 * The first four bytes choose: the country (and its date order), the charset the download names,
 * where a garbage line is inserted, and whether rows are inserted (from 0xF0 on) until the report
 * spans two chunks of 64 KiB. The rest is the report.
 */
export function fuzz(data: Buffer): void {
	check(data, RIGHT);
}

const COUNTRIES = ['US', 'DE', 'JP', undefined] as const;

export function check(data: Buffer, reader: ReportReader): void {
	const [country = 0, charset = 0, position = 0, size = 0] = data;
	const countryCode = COUNTRIES[country % COUNTRIES.length];
	const bytes = size < 0xf0 ? data.subarray(4) : enlarged(data.subarray(4), size);

	const text = checkDecoding(bytes, charset, countryCode, reader);
	const dateOrder = dateOrderOf(countryCode ?? '');
	const report = reader.parse(text, dateOrder);
	checkAgainstOracle(report, text, dateOrder);
	checkShape(report, text);
	checkRoundTrip(report, dateOrder, reader);
	checkGarbageLine(report, text, dateOrder, position, reader);
	const length = 1 + ((position * 7) % 300);
	const pieces = text.match(new RegExp(`.{1,${length}}`, 'gs')) ?? [];
	deepStrictEqual(reader.parsePieces(pieces, dateOrder), report, `in pieces of ${length}`);
	if (data.length % 128 === 0) checkGrowth(text, dateOrder, position, reader);
}

const LONG = 200_000;

/**
 * Repeats a line of the report, so that the fuzzer notices a time that grows with the square of the
 * length.
 */
function checkGrowth(
	text: string,
	dateOrder: DateOrder,
	position: number,
	{ parse }: ReportReader,
) {
	const lines = text.split('\n');
	const line = `${lines[position % lines.length] ?? ''}\n`;
	parse(`${HEADER}\n${line.repeat(Math.ceil(LONG / line.length))}`, dateOrder);
}

/** Rows of characters of two to four bytes, so that the end of a chunk most likely splits one. */
const fillerOf = (comment: string): string =>
	`2026-09-03\t2\t${comment.repeat(40)}\t\t111-1234567-7654321\tx\n`;
const FILLERS = [Buffer.from(fillerOf('é注😀')), iconv.encode(fillerOf('表ソ能'), 'cp932')];

/** Adds rows after the first line, so that the following text is near the end of a chunk. */
function enlarged(bytes: Buffer, size: number): Buffer {
	const wanted = 65_536 - (size & 0x0e);
	const firstLine = bytes.subarray(0, bytes.indexOf(10) + 1);
	const filler = Buffer.alloc(Math.max(0, wanted - firstLine.length), FILLERS[size % 2]);
	return Buffer.concat([firstLine, filler, bytes.subarray(firstLine.length)]);
}

function checkDecoding(
	bytes: Buffer,
	charset: number,
	countryCode: string | undefined,
	{ decode }: ReportReader,
): string {
	const [name = '', declared] = CHARSETS[charset % CHARSETS.length] ?? [];
	const contentType = name === '' ? undefined : `text/plain; charset=${name}`;
	const decoded = decode(bytes, { contentType, countryCode });
	deepStrictEqual(decoded, decodeSimply(bytes, declared, countryCode) satisfies DecodedReport);

	// A byte order mark that is part of the text would be dropped as the file's own.
	const { text } = decoded;
	// And zero bytes would be read as UTF-16.
	if (!text.startsWith('\uFEFF') && !text.includes('\0')) {
		strictEqual(decode(Buffer.from(text), { countryCode }).text, text, 'its own output as UTF-8');
	}
	return text;
}

function checkAgainstOracle(report: FeedbackReport, text: string, dateOrder: DateOrder): void {
	const expected = parseSimply(text, dateOrder);
	deepStrictEqual(report.rows, expected.rows, 'the rows');
	deepStrictEqual(
		report.unreadable.map(({ line }) => line),
		expected.unreadable.map(({ line }) => line),
		'the unreadable lines',
	);
	report.unreadable.forEach(({ reason }, index) => {
		const { reasonStart = '' } = expected.unreadable[index] ?? {};
		ok(reason.startsWith(reasonStart), `"${reason}" instead of "${reasonStart}"`);
	});
}

/**
 * Checks what must hold whatever the oracle says: each line is counted once, and all values of a
 * row are valid.
 */
function checkShape({ rows, unreadable }: FeedbackReport, text: string): void {
	for (const [name, list] of Object.entries({ rows, unreadable })) {
		ok(
			list.every(({ line }, index) => index === 0 || line > (list[index - 1]?.line ?? 0)),
			`the lines of ${name} are in ascending order`,
		);
	}
	const both = new Set([...rows, ...unreadable].map(({ line }) => line));
	strictEqual(both.size, rows.length + unreadable.length, 'no line is both row and unreadable');
	const lines = text.split('\n').filter((line) => line.trim() !== '').length;
	// The header is not a row, and a row may take several lines; the oracle says which.
	ok(both.size <= lines, 'there are no more entries than lines');

	for (const { rating, date, orderId } of rows) {
		ok([1, 2, 3, 4, 5].includes(rating), `rating ${rating}`);
		ok(/^\d{3}-\d{7}-\d{7}$/.test(orderId), `order ID ${orderId}`);
		strictEqual(new Date(`${date}T00:00:00Z`).toISOString().slice(0, 10), date, 'a calendar day');
	}
	for (const { reason } of unreadable) ok(reason.length < 150, 'a reason is short');
}

const HEADER = 'Date\tRating\tComments\tYour Response\tOrder ID\tRater Email';

/** Rows written in the current layout are read back unchanged. */
function checkRoundTrip({ rows }: FeedbackReport, dateOrder: DateOrder, { parse }: ReportReader) {
	// When written again, a carriage return before the end of a line becomes part of the line ending.
	const plain = rows.filter(({ comment, response }) => !/\r\n/.test(comment + response));
	const written = plain.map(({ date, rating, comment, response, orderId, raterEmail }) =>
		[date, rating, comment, response, orderId, raterEmail].join('\t'),
	);
	const again = parse([HEADER, ...written].join('\n'), dateOrder);
	deepStrictEqual(again.unreadable, [], 'nothing unreadable in what was written');
	deepStrictEqual(
		again.rows.map((row) => ({ ...row, line: 0 })),
		plain.map((row) => ({ ...row, line: 0 })),
		'the rows, written and read back',
	);
}

const GARBAGE = ['garbage', '"', '\t\t\t\t\t\tx', '1/1/26\t9\t\t\t111-1234567-7654321', '\u0000\r'];

/** An unreadable line does not affect any other row. */
function checkGarbageLine(
	report: FeedbackReport,
	text: string,
	dateOrder: DateOrder,
	position: number,
	{ parse }: ReportReader,
): void {
	const lines = text.split('\n');
	const first = lines.findIndex((line) => line.trim() !== '');
	if (first === -1) return;
	// After the first line with text, which may be the header.
	const at = first + 1 + (position % (lines.length - first));
	// Inside a row of several lines it becomes part of that row.
	if (parseSimply(text, dateOrder).continued.has(at + 1)) return;
	const garbage = GARBAGE[position % GARBAGE.length] ?? '';
	const after = parse([...lines.slice(0, at), garbage, ...lines.slice(at)].join('\n'), dateOrder);
	const moved = ({ line }: { readonly line: number }) => (line > at ? line + 1 : line);
	deepStrictEqual(
		after.rows,
		report.rows.map((row) => ({ ...row, line: moved(row) })),
		'the rows around the garbage line',
	);
	deepStrictEqual(
		after.unreadable.map(({ line }) => line),
		[...report.unreadable.map(moved), at + 1].toSorted((a, b) => a - b),
		'the garbage line is reported',
	);
}
