import { check, fuzz, RIGHT, type ReportReader } from '../../fuzz/targets/report';
import { parseFeedbackReport } from '../../nodes/shared/domain/feedbackReport';
import { decodeReport } from '../../nodes/shared/domain/reportEncoding';
import { inputsOf, refusedBy } from './replay';

type Parse = ReportReader['parse'];

/** The parser with a corrupted result. */
const spoilt =
	(spoil: (report: ReturnType<Parse>) => ReturnType<Parse>): Parse =>
	(text, dateOrder) =>
		spoil(parseFeedbackReport(text, dateOrder));

const BROKEN_PARSERS: ReadonlyArray<readonly [string, Parse]> = [
	['loses the last row', spoilt((report) => ({ ...report, rows: report.rows.slice(0, -1) }))],
	['forgets unreadable lines', spoilt((report) => ({ ...report, unreadable: [] }))],
	[
		'counts lines from 0',
		spoilt((report) => ({
			...report,
			rows: report.rows.map((row) => ({ ...row, line: row.line - 1 })),
		})),
	],
	[
		'gives a different reason',
		spoilt((report) => ({
			...report,
			unreadable: report.unreadable.map((row) => ({ ...row, reason: 'it is odd' })),
		})),
	],
	[
		'stops at a garbage line',
		(text, dateOrder) => parseFeedbackReport(text.replace(/^garbage$.*/ms, 'garbage'), dateOrder),
	],
	['reads every date as month first', (text) => parseFeedbackReport(text, 'mdy')],
	[
		'treats a quotation mark as quoting',
		(text, dateOrder) => parseFeedbackReport(text.replaceAll('"', ''), dateOrder),
	],
	[
		'does not support the older layout',
		(text, dateOrder) => parseFeedbackReport(text.replace(/Arrived on Time\t/, ''), dateOrder),
	],
	[
		'drops blank lines from its count',
		(text, dateOrder) => parseFeedbackReport(text.replace(/\n\n/g, '\n'), dateOrder),
	],
];

const BROKEN_DECODERS: ReadonlyArray<readonly [string, ReportReader['decode']]> = [
	[
		'decodes in chunks and splits characters',
		(bytes, hints) => {
			const [start, rest] = [bytes.subarray(0, 65_536), bytes.subarray(65_536)];
			const decoded = decodeReport(start, hints);
			return { ...decoded, text: decoded.text + decodeReport(rest, hints).text };
		},
	],
	[
		'ignores the declared charset',
		(bytes, { countryCode } = {}) => decodeReport(bytes, { countryCode }),
	],
	['does not handle Japan', (bytes, { contentType } = {}) => decodeReport(bytes, { contentType })],
];

const forgetsBetweenPieces: ReportReader['parsePieces'] = (pieces, dateOrder) => {
	const reports = pieces.map((piece) => parseFeedbackReport(piece, dateOrder));
	return {
		rows: reports.flatMap(({ rows }) => rows),
		unreadable: reports.flatMap(({ unreadable }) => unreadable),
		unreadableLines: reports.reduce((sum, { unreadableLines }) => sum + unreadableLines, 0),
	};
};

describe('fuzz target "report"', () => {
	it.each(inputsOf('report'))('passes with %s', (_, data) => {
		fuzz(data);
	});

	it.each(BROKEN_PARSERS)('catches a parser that %s', (_, parse) => {
		expect(refusedBy('report', (data) => check(data, { ...RIGHT, parse }))).not.toEqual([]);
	});

	it.each(BROKEN_DECODERS)('catches a decoder that %s', (_, decode) => {
		expect(refusedBy('report', (data) => check(data, { ...RIGHT, decode }))).not.toEqual([]);
	});

	it('catches a reader that loses its state between two pieces', () => {
		const broken = { ...RIGHT, parsePieces: forgetsBetweenPieces };
		expect(refusedBy('report', (data) => check(data, broken))).not.toEqual([]);
	});
});
