import fc from '../fastCheck';

import {
	FeedbackReportReader,
	parseFeedbackReport,
	parseReportDate,
	sentimentOf,
	type FeedbackReport,
} from '../../nodes/shared/domain/feedbackReport';
import { MARKETPLACES, dateOrderOf } from '../../nodes/shared/domain/marketplaces';

/**
 * September 3, 2026 in the format of each marketplace's report: unpadded, padded, with a long year.
 */
const THIRD_OF_SEPTEMBER: ReadonlyArray<readonly [string, string, string, string]> = [
	['US', '9/3/26', '09/03/26', '9/3/2026'],
	['CA', '3/9/26', '03/09/26', '3/9/2026'],
	['MX', '3/9/26', '03/09/26', '3/9/2026'],
	['BR', '3/9/26', '03/09/26', '3/9/2026'],
	['GB', '3/9/26', '03/09/26', '3/9/2026'],
	['IE', '3/9/26', '03/09/26', '3/9/2026'],
	['DE', '3.9.26', '03.09.26', '3.9.2026'],
	['FR', '3/9/26', '03/09/26', '3/9/2026'],
	['IT', '3/9/26', '03/09/26', '3/9/2026'],
	['ES', '3/9/26', '03/09/26', '3/9/2026'],
	['NL', '3/9/26', '03/09/26', '3/9/2026'],
	['BE', '3/9/26', '03/09/26', '3/9/2026'],
	['SE', '2026-9-3', '2026-09-03', '2026-09-03'],
	['PL', '3/9/26', '03/09/26', '3/9/2026'],
	['TR', '3/9/26', '03/09/26', '3/9/2026'],
	['AE', '3/9/26', '03/09/26', '3/9/2026'],
	['SA', '3/9/26', '03/09/26', '3/9/2026'],
	['EG', '3/9/26', '03/09/26', '3/9/2026'],
	['IN', '3/9/26', '03/09/26', '3/9/2026'],
	// No source has South Africa's format; day-month-year is the documented assumption.
	['ZA', '3/9/26', '03/09/26', '3/9/2026'],
	['JP', '26/9/3', '26/09/03', '2026/9/3'],
	['AU', '3/9/26', '03/09/26', '3/9/2026'],
	['SG', '3/9/26', '03/09/26', '3/9/2026'],
];

/** Days that exist in no calendar, but would if two parts were swapped or carried over. */
const NO_SUCH_DAY: Readonly<Record<'US' | 'DE' | 'SE' | 'JP' | 'other', readonly string[]>> = {
	US: ['13/3/26', '2/31/26', '25/12/26', '2/29/26', '0/3/26', '9/0/26'],
	DE: ['3.13.26', '31.2.26', '12.25.26', '29.2.26', '0.9.26', '3.0.26'],
	SE: ['2026-13-03', '2026-02-31', '2026-25-12', '2026-02-29', '2026-09-00', '2026-00-03'],
	JP: ['26/13/03', '26/02/31', '26/25/12', '26/02/29', '26/09/00', '26/00/03'],
	other: ['3/13/26', '31/2/26', '12/25/26', '29/2/26', '0/9/26', '3/0/26'],
};

const noSuchDayIn = (country: string): readonly string[] =>
	country === 'US' || country === 'DE' || country === 'SE' || country === 'JP'
		? NO_SUCH_DAY[country]
		: NO_SUCH_DAY.other;

const HEADER = 'Date\tRating\tComments\tYour Response\tOrder ID\tRater Email';
const LEGACY_HEADER_OF_9 =
	'Date\tRating\tComments\tYour Response\tArrived on Time\tItem as Described\tCustomer Service\tOrder ID\tRater Email';
const LEGACY_HEADER_OF_10 = `${LEGACY_HEADER_OF_9}\tRater Role`;

const ORDER_ID = '111-1234567-7654321';
const OTHER_ORDER_ID = '222-7654321-1234567';
const EMAIL = 'abc123@marketplace.amazon.com';

const ROW = {
	date: '2026-09-03',
	rating: 2,
	sentiment: 'negative',
	comment: 'Came late',
	response: 'We are sorry',
	orderId: ORDER_ID,
	raterEmail: EMAIL,
};

const line = (...cells: string[]): string => cells.join('\t');
const usRow = line('9/3/26', '2', 'Came late', 'We are sorry', ORDER_ID, EMAIL);

const parseUs = (...lines: string[]): FeedbackReport =>
	parseFeedbackReport(lines.join('\n'), 'mdy');

describe('dateOrderOf and parseReportDate', () => {
	it('are tested here for 23 marketplaces', () => {
		expect(new Set(THIRD_OF_SEPTEMBER.map(([country]) => country)).size).toBe(23);
		expect(MARKETPLACES.map(({ countryCode }) => countryCode)).toEqual(
			expect.arrayContaining(THIRD_OF_SEPTEMBER.map(([country]) => country)),
		);
	});

	it.each(THIRD_OF_SEPTEMBER)(
		'read September 3, 2026 in %s, written %s, %s or %s',
		(country, unpadded, padded, longYear) => {
			const order = dateOrderOf(country);
			expect(parseReportDate(unpadded, order)).toBe('2026-09-03');
			expect(parseReportDate(padded, order)).toBe('2026-09-03');
			expect(parseReportDate(longYear, order)).toBe('2026-09-03');
		},
	);

	it.each(THIRD_OF_SEPTEMBER)('reject impossible days in %s instead of swapping', (country) => {
		for (const text of noSuchDayIn(country)) {
			expect([text, parseReportDate(text, dateOrderOf(country))]).toEqual([text, undefined]);
		}
	});

	it('put the month first only in the United States and the year first only in Sweden and Japan', () => {
		const countriesWith = (order: string) =>
			THIRD_OF_SEPTEMBER.map(([country]) => country).filter(
				(country) => dateOrderOf(country) === order,
			);
		expect(countriesWith('mdy')).toEqual(['US']);
		expect(countriesWith('ymd').toSorted()).toEqual(['JP', 'SE']);
		expect(countriesWith('dmy')).toHaveLength(20);
	});

	it('use day-month-year for an unknown country', () => {
		expect(dateOrderOf('XX')).toBe('dmy');
	});

	it('accept leap days', () => {
		expect(parseReportDate('29/02/24', 'dmy')).toBe('2024-02-29');
		expect(parseReportDate('29/02/25', 'dmy')).toBeUndefined();
	});

	it('read a date that starts with a four-digit year as year-month-day everywhere', () => {
		expect(parseReportDate('2026-09-03', 'mdy')).toBe('2026-09-03');
		expect(parseReportDate('2026/09/03', 'dmy')).toBe('2026-09-03');
	});

	it.each(['', '9/3', '9/3/26/1', '9/3/126', '9 3 26', 'Sep 3, 26', '9/3/26 10:00', '٩/٣/٢٦'])(
		'reject "%s", which is not a date of a report',
		(text) => {
			expect(parseReportDate(text, 'mdy')).toBeUndefined();
		},
	);

	it.each([
		['dmy', '3/9/6'],
		['mdy', '9/3/6'],
		['ymd', '6/9/3'],
		['dmy', '003/9/26'],
		['mdy', '009/3/26'],
		['ymd', '26/9/003'],
	] as const)('reject a part with one digit too few or too many (%s %s)', (order, text) => {
		expect(parseReportDate(text, order)).toBeUndefined();
	});
});

describe('sentimentOf', () => {
	it('counts 4 and 5 stars as positive, 3 as neutral, 1 and 2 as negative', () => {
		expect([1, 2, 3, 4, 5].map(sentimentOf)).toEqual([
			'negative',
			'negative',
			'neutral',
			'positive',
			'positive',
		]);
	});
});

describe('parseFeedbackReport', () => {
	it('reads the layout of six columns', () => {
		expect(parseUs(HEADER, usRow)).toEqual({
			rows: [{ line: 2, ...ROW }],
			unreadable: [],
			unreadableLines: 0,
		});
	});

	it.each([
		['nine', LEGACY_HEADER_OF_9, []],
		['ten', LEGACY_HEADER_OF_10, ['Buyer']],
	])('reads the older layout of %s columns', (_, header, role) => {
		const row = line(
			...['9/3/26', '2', 'Came late', 'We are sorry', 'No', 'Yes', '', ORDER_ID, EMAIL],
			...role,
		);
		expect(parseUs(header, row)).toEqual({
			rows: [{ line: 2, ...ROW }],
			unreadable: [],
			unreadableLines: 0,
		});
	});

	it('recognizes the older layout without a header by its short answers', () => {
		const row = line('9/3/26', '2', 'Came late', 'We are sorry', 'No', 'Ja', '-', ORDER_ID, EMAIL);
		expect(parseUs(row).rows).toEqual([{ line: 1, ...ROW }]);
	});

	it.each([
		['nine', LEGACY_HEADER_OF_9],
		['ten', LEGACY_HEADER_OF_10],
	])("trusts the older layout's %s headers if the answers use other words", (_, header) => {
		const row = line(
			...['9/3/26', '2', 'Came late', 'We are sorry', 'n/a', 'not given', '?', ORDER_ID, EMAIL],
		);
		expect(parseUs(header, row).rows).toEqual([{ line: 2, ...ROW }]);
	});

	it.each([
		['German', 'Datum\tBewertung\tKommentare\tIhre Antwort\tBestellnummer\tE-Mail des Bewerters'],
		['Japanese', '日付\t評価\tコメント\tあなたの返答\t注文番号\t評価者のメールアドレス'],
		['upper-case', HEADER.toUpperCase()],
	])('skips a %s header', (_, header) => {
		expect(parseUs(header, usRow)).toEqual({
			rows: [{ line: 2, ...ROW }],
			unreadable: [],
			unreadableLines: 0,
		});
	});

	it('reads a report without a header from its first line', () => {
		expect(parseUs(usRow)).toEqual({
			rows: [{ line: 1, ...ROW }],
			unreadable: [],
			unreadableLines: 0,
		});
	});

	it('does not treat a first row with a wrong date as a header', () => {
		const row = line('31/31/26', '2', '', '', ORDER_ID, EMAIL);
		const { rows, unreadable } = parseUs(row, usRow);
		expect(rows).toEqual([{ line: 2, ...ROW }]);
		expect(unreadable.map((each) => each.line)).toEqual([1]);
	});

	it('loses nothing to a byte order mark that was not removed', () => {
		expect(parseFeedbackReport(`\uFEFF${usRow}`, 'mdy').rows).toEqual([{ line: 1, ...ROW }]);
		expect(parseFeedbackReport(`\uFEFF${HEADER}\n${usRow}`, 'mdy').rows).toHaveLength(1);
	});

	it.each(['', '\n', '\r\n\r\n', HEADER, `${HEADER}\r\n`, `${HEADER}\n\t\t\t\t\t\n`])(
		'finds no row and nothing unreadable in %j',
		(text) => {
			expect(parseFeedbackReport(text, 'mdy')).toEqual({
				rows: [],
				unreadable: [],
				unreadableLines: 0,
			});
		},
	);

	it('keeps quotation marks because the file has no quoting', () => {
		const row = line('9/3/26', '3', '"Fine", he said ""', 'it\'s 5" wide', ORDER_ID, EMAIL);
		const unbalanced = line('9/4/26', '3', '"never closed', '', OTHER_ORDER_ID, EMAIL);
		const { rows } = parseUs(HEADER, row, unbalanced, usRow);
		expect(rows.map(({ comment, response }) => [comment, response])).toEqual([
			['"Fine", he said ""', 'it\'s 5" wide'],
			['"never closed', ''],
			['Came late', 'We are sorry'],
		]);
	});

	it('keeps a star-only rating with an empty comment', () => {
		const row = line('9/3/26', '1', '', '', ORDER_ID, EMAIL);
		expect(parseUs(HEADER, row).rows).toEqual([
			{ line: 2, ...ROW, rating: 1, comment: '', response: '' },
		]);
	});

	it('keeps a row whose email column is empty or missing', () => {
		const cells = ['9/3/26', '2', 'Came late', 'We are sorry', ORDER_ID];
		for (const row of [line(...cells), line(...cells, '')]) {
			expect(parseUs(HEADER, row).rows).toEqual([{ line: 2, ...ROW, raterEmail: '' }]);
		}
	});

	it('joins a comment that contains a tab', () => {
		const row = line('9/3/26', '2', 'Came', 'late', 'We are sorry', ORDER_ID, EMAIL);
		expect(parseUs(HEADER, row).rows).toEqual([{ line: 2, ...ROW }]);
	});

	it('treats a comment of only tabs as empty', () => {
		const row = line('9/3/26', '2', '', '', ' ', 'We are sorry', ORDER_ID, EMAIL);
		expect(parseUs(HEADER, row).rows).toEqual([{ line: 2, ...ROW, comment: '' }]);
	});

	it('does not treat short words between tabs as answers of the older layout', () => {
		const row = line('9/3/26', '2', 'Came', 'late', 'no', 'box', '', ORDER_ID, EMAIL);
		expect(parseUs(HEADER, row).rows).toEqual([
			{ line: 2, ...ROW, comment: 'Came late no box', response: '' },
		]);
	});

	it.each([
		['as the whole comment', [OTHER_ORDER_ID, 'We are sorry'], [OTHER_ORDER_ID, 'We are sorry']],
		['as the whole response', ['Came late', OTHER_ORDER_ID], ['Came late', OTHER_ORDER_ID]],
		[
			'within a sentence',
			[`See ${OTHER_ORDER_ID}!`, 'We are sorry'],
			[`See ${OTHER_ORDER_ID}!`, 'We are sorry'],
		],
		[
			'between tabs in the comment',
			['See', 'also', OTHER_ORDER_ID, 'please', 'We are sorry'],
			[`See also ${OTHER_ORDER_ID} please`, 'We are sorry'],
		],
	])("uses the row's own order ID if another is quoted %s", (_, cells, expected) => {
		const { rows } = parseUs(HEADER, line('9/3/26', '2', ...cells, ORDER_ID, EMAIL));
		expect(rows.map((row) => [row.orderId, row.comment, row.response])).toEqual([
			[ORDER_ID, ...expected],
		]);
	});

	it.each([
		['LF', '\n', '\n'],
		['CRLF', '\r\n', '\r\n'],
		['mixed line ends', '\r\n', '\n'],
	])('gives the right line numbers with %s and blank lines', (_, first, second) => {
		const text = [
			`${HEADER}${first}${second}`,
			`${usRow}${second}${first}${first}`,
			`not a row${second}`,
			`${usRow}${first}`,
		].join('');
		const { rows, unreadable } = parseFeedbackReport(text, 'mdy');
		expect(rows).toEqual([
			{ line: 3, ...ROW },
			{ line: 7, ...ROW },
		]);
		expect(unreadable.map((each) => each.line)).toEqual([6]);
	});

	it.each(['=HYPERLINK("http://x.example")', '+1', '-1 star', '@SUM(A1)', '|cmd', "'"])(
		'keeps %s unchanged',
		(text) => {
			const { rows } = parseUs(HEADER, line('9/3/26', '2', text, text, ORDER_ID, EMAIL));
			expect(rows.map((row) => [row.comment, row.response])).toEqual([[text, text]]);
		},
	);

	it.each(['', '0', '6', '10', '4.5', '-1', '５', 'five'])(
		'reports the rating "%s" with its line and keeps the rows around it',
		(stars) => {
			const bad = line('9/3/26', stars, '', '', ORDER_ID, EMAIL);
			const { rows, unreadable } = parseUs(HEADER, usRow, bad, usRow);
			expect(rows.map((row) => row.line)).toEqual([2, 4]);
			const named = /^[\d.-]+$/.test(stars) ? ` "${stars}"` : '';
			const reason = `its rating${named} is not a whole number from 1 to 5`;
			expect(unreadable).toEqual([{ line: 3, reason, date: '2026-09-03' }]);
		},
	);

	it("reports a date that is not in the marketplace's format and names it", () => {
		const bad = line('31/02/26', '2', '', '', ORDER_ID, EMAIL);
		const { rows, unreadable } = parseFeedbackReport([HEADER, bad].join('\n'), 'dmy');
		expect(rows).toEqual([]);
		expect(unreadable).toEqual([{ line: 2, reason: expect.stringContaining('"31/02/26"') }]);
	});

	it('does not name an overlong cell in the reason', () => {
		const bad = line('7'.repeat(5000), '2', '', '', ORDER_ID, EMAIL);
		expect(parseUs(HEADER, bad).unreadable[0]?.reason.length).toBeLessThan(150);
	});

	it('reports a line without an order ID and one whose order ID is too far to the left', () => {
		const without = line('9/3/26', '2', 'Came late', 'We are sorry', '111-123-456', EMAIL);
		const tooEarly = line('9/3/26', '2', ORDER_ID, EMAIL);
		const noResponse = line('9/3/26', '2', 'Came late', ORDER_ID, EMAIL);
		expect(parseUs(HEADER, without, tooEarly, noResponse)).toMatchObject({
			rows: [],
			unreadable: [
				{ line: 2, reason: expect.stringContaining('order ID') },
				{ line: 3, reason: expect.stringContaining('order ID') },
				{ line: 4, reason: expect.stringContaining('order ID') },
			],
			unreadableLines: 3,
		});
	});
});

interface Written {
	readonly day: { readonly year: number; readonly month: number; readonly day: number };
	readonly rating: number;
	readonly comment: string;
	readonly response: string;
	readonly orderId: string;
	readonly raterEmail: string;
}

const digits = (length: number) =>
	fc
		.array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length })
		.map((each) => each.join(''));

const orderId = fc.tuple(digits(3), digits(7), digits(7)).map((parts) => parts.join('-'));

/** Text that fits into a cell: anything except the characters that separate cells and rows. */
const cellText = fc.oneof(
	fc.string({ unit: 'binary', maxLength: 40 }),
	fc.constantFrom('', '"', 'Ja', 'no', '=1+1', 'とても良い', 'Grüße 5"', '😡', '9/3/26', ORDER_ID),
);
const cell = cellText.map((text) => text.replace(/[\t\r\n]/g, ' ').trim());

const written: fc.Arbitrary<Written> = fc.record({
	day: fc.record({
		year: fc.integer({ min: 2000, max: 2099 }),
		month: fc.integer({ min: 1, max: 12 }),
		day: fc.integer({ min: 1, max: 28 }),
	}),
	rating: fc.integer({ min: 1, max: 5 }),
	comment: cell,
	response: cell,
	orderId,
	raterEmail: fc.constantFrom('', EMAIL),
});

/**
 * How the reports write a day: four formats, with or without padding and with either length of
 * year.
 */
const writeDay: Readonly<
	Record<'US' | 'DE' | 'SE' | 'JP' | 'other', (year: string, month: string, day: string) => string>
> = {
	US: (year, month, day) => `${month}/${day}/${year}`,
	DE: (year, month, day) => `${day}.${month}.${year}`,
	SE: (year, month, day) => `${year}-${month}-${day}`,
	JP: (year, month, day) => `${year}/${month}/${day}`,
	other: (year, month, day) => `${day}/${month}/${year}`,
};

const dayStyle = fc.record({
	country: fc.constantFrom(...MARKETPLACES.map(({ countryCode }) => countryCode)),
	padded: fc.boolean(),
	longYear: fc.boolean(),
});

function dateCell(
	{ year, month, day }: Written['day'],
	{ country, padded, longYear }: { country: string; padded: boolean; longYear: boolean },
): string {
	const write =
		country === 'US' || country === 'DE' || country === 'SE' || country === 'JP'
			? writeDay[country]
			: writeDay.other;
	const pad = (part: number) => (padded ? String(part).padStart(2, '0') : String(part));
	const years = longYear || country === 'SE' ? String(year) : String(year).slice(2);
	return write(years, pad(month), pad(day));
}

const isoDay = ({ year, month, day }: Written['day']): string =>
	`${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;

const expectedRow = (row: Written) => ({
	date: isoDay(row.day),
	rating: row.rating,
	comment: row.comment,
	response: row.response,
	orderId: row.orderId,
	raterEmail: row.raterEmail,
});

const readRows = ({ rows }: FeedbackReport) =>
	rows.map(({ date, rating, comment, response, orderId: id, raterEmail }) => ({
		date,
		rating,
		comment,
		response,
		orderId: id,
		raterEmail,
	}));

const layout = fc.constantFrom('six', 'nine', 'ten');
const HEADERS: Readonly<Record<string, string>> = {
	six: HEADER,
	nine: LEGACY_HEADER_OF_9,
	ten: LEGACY_HEADER_OF_10,
};
const ANSWERS = ['Yes', 'No', '', '-', 'Nein', 'はい', 'Não', 'Oui'];

const render = (row: Written, columns: string, date: string, answerAt = 0): string =>
	line(
		date,
		String(row.rating),
		row.comment,
		row.response,
		...(columns === 'six'
			? []
			: [0, 1, 2].map((index) => ANSWERS[(answerAt + index) % ANSWERS.length] ?? '')),
		row.orderId,
		row.raterEmail,
		...(columns === 'ten' ? ['Buyer'] : []),
	);

describe('parseFeedbackReport with any report', () => {
	it('returns exactly the rows that were written, in every layout, format and line ending', () => {
		fc.assert(
			fc.property(
				fc.array(fc.tuple(written, fc.constantFrom('\n', '\r\n'), fc.nat(7)), { maxLength: 12 }),
				layout,
				dayStyle,
				fc.boolean(),
				fc.boolean(),
				(lines, columns, style, hasHeader, endsWithNewline) => {
					const header = hasHeader ? `${HEADERS[columns]}\r\n` : '';
					const body = lines
						.map(
							([row, eol, answerAt]) =>
								render(row, columns, dateCell(row.day, style), answerAt) + eol,
						)
						.join('');
					const text = header + body;
					const report = parseFeedbackReport(
						endsWithNewline ? text : text.replace(/\r?\n$/, ''),
						dateOrderOf(style.country),
					);
					expect(report.unreadable).toEqual([]);
					expect(readRows(report)).toEqual(lines.map(([row]) => expectedRow(row)));
					expect(report.rows.map((row) => row.line)).toEqual(
						lines.map((_, index) => index + (hasHeader ? 2 : 1)),
					);
					expect(report.rows.map((row) => row.sentiment)).toEqual(
						lines.map(([row]) => sentimentOf(row.rating)),
					);
				},
			),
			{ numRuns: 500 },
		);
	});

	it('joins the pieces of any comment that contains tabs, in the layout of its header', () => {
		fc.assert(
			fc.property(
				fc.array(fc.tuple(written, fc.array(cell, { minLength: 2, maxLength: 6 })), {
					minLength: 1,
					maxLength: 6,
				}),
				layout,
				fc.nat(7),
				(lines, columns, answerAt) => {
					const text = [
						HEADERS[columns],
						...lines.map(([row, pieces]) =>
							render({ ...row, comment: pieces.join('\t') }, columns, isoDay(row.day), answerAt),
						),
					].join('\n');
					expect(readRows(parseFeedbackReport(text, 'dmy'))).toEqual(
						lines.map(([row, pieces]) => expectedRow({ ...row, comment: pieces.join(' ').trim() })),
					);
				},
			),
		);
	});

	it('never throws and never turns text without an order ID into a row', () => {
		fc.assert(
			fc.property(
				fc.oneof(
					fc.string({ unit: 'binary', maxLength: 400 }),
					fc.array(fc.constantFrom('\t', '\n', '\r', '9', '/', '.', '-', '"', 'a', ' '), {
						maxLength: 200,
					}),
				),
				fc.constantFrom('mdy' as const, 'dmy' as const, 'ymd' as const),
				(garbage, order) => {
					const text = typeof garbage === 'string' ? garbage : garbage.join('');
					fc.pre(!/\d{3}-\d{7}-\d{7}/.test(text));
					expect(parseFeedbackReport(text, order).rows).toEqual([]);
				},
			),
			{ numRuns: 1000 },
		);
	});

	it('never loses a good row to garbage lines around it and reports each of them by its number', () => {
		const garbage = fc
			.oneof(
				fc.string({ unit: 'binary', maxLength: 60 }),
				fc.constantFrom(
					'',
					'\t\t',
					'9/3/26',
					'9/3/26\t2\tcut off',
					`\t\t\t\t${ORDER_ID}`,
					`99/99/99\t2\t\t\t${ORDER_ID}\t`,
					`9/3/26\tx\t\t\t${ORDER_ID}\t`,
					HEADER,
				),
			)
			.map((text) => text.replace(/\n/g, ' '));
		fc.assert(
			fc.property(
				fc.array(fc.oneof(written, garbage), { maxLength: 20 }),
				layout,
				dayStyle,
				(lines, columns, style) => {
					const text = [
						HEADERS[columns],
						...lines.map((each) =>
							typeof each === 'string' ? each : render(each, columns, dateCell(each.day, style)),
						),
					].join('\n');
					const report = parseFeedbackReport(text, dateOrderOf(style.country));
					expect(readRows(report)).toEqual(
						lines.flatMap((each) => (typeof each === 'string' ? [] : [expectedRow(each)])),
					);
					expect(report.unreadable.map((each) => each.line)).toEqual(
						lines.flatMap((each, index) =>
							typeof each === 'string' && each.trim() !== '' ? [index + 2] : [],
						),
					);
				},
			),
			{ numRuns: 300 },
		);
	});
});

describe('parseFeedbackReport with a report that is cut off', () => {
	const comment = `Wrong item, see "${OTHER_ORDER_ID}"`;
	const layouts: ReadonlyArray<readonly [string, string, readonly string[]]> = [
		['six', HEADER, []],
		['nine', LEGACY_HEADER_OF_9, ['Yes', 'No', 'No']],
	];

	it.each(layouts)(
		'keeps every complete row of %s columns, no matter where the last one ends',
		(_, header, answers) => {
			for (const eol of ['\n', '\r\n']) {
				const rowOf = (day: number, id: string) =>
					line(`9/${day}/26`, '1', comment, 'Sorry', ...answers, id, EMAIL);
				const whole = [header, rowOf(1, ORDER_ID), rowOf(2, ORDER_ID), ''].join(eol);
				const last = rowOf(3, '333-3333333-3333333');
				const readableFrom = last.length - EMAIL.length - 1;
				const complete = parseFeedbackReport(whole + last, 'mdy');
				expect(complete.rows).toHaveLength(3);

				for (let length = 1; length <= last.length; length += 1) {
					const { rows, unreadable } = parseFeedbackReport(whole + last.slice(0, length), 'mdy');
					expect(rows.slice(0, 2)).toEqual(complete.rows.slice(0, 2));
					if (length < readableFrom) {
						expect([length, rows.length]).toEqual([length, 2]);
						expect(unreadable).toMatchObject([
							{ line: 4, reason: expect.stringContaining('cut off') },
						]);
					} else {
						// Only the email address is incomplete, which nothing can detect.
						expect(unreadable).toEqual([]);
						expect(rows[2]).toMatchObject({ date: '2026-09-03', orderId: '333-3333333-3333333' });
					}
				}
			}
		},
	);

	it('never throws, no matter where in the header or the rows it ends', () => {
		const text = [HEADER, usRow, usRow].join('\r\n');
		for (let length = 0; length <= text.length; length += 1) {
			const { rows, unreadable } = parseFeedbackReport(text.slice(0, length), 'mdy');
			expect(rows.length + unreadable.length).toBeLessThanOrEqual(2);
		}
	});
});

describe('FeedbackReportReader', () => {
	const order = '111-1234567-7654321';

	/** Cells as reports have them, including everything that can go wrong with them. */
	const cell = fc.oneof(
		fc.constantFrom('9/3/26', '09/03/26', '3.9.26', '31/2/26', '', ' ', '1', '3', '5', '6', 'x'),
		fc.constantFrom(order, ` ${order}`, '111-1234567-765432', 'a@marketplace.amazon.com', '\u3000'),
		fc.string({ unit: 'grapheme', maxLength: 6 }).map((text) => text.replace(/[\t\n]/g, '')),
	);
	const ordinary = fc
		.tuple(fc.constantFrom('9/3/26', '9/4/26'), fc.constantFrom('1', '2', '3'), cell, cell)
		.map(([date, stars, comment, response]) =>
			[date, stars, comment, response, order, 'b@marketplace.amazon.com'].join('\t'),
		);
	const anyLine = fc.oneof(
		ordinary,
		fc.constantFrom(HEADER, '', '\t\t\t\t\t', order),
		fc.array(cell, { maxLength: 11 }).map((cells) => cells.join('\t')),
	);
	const report = fc
		.tuple(fc.array(anyLine, { maxLength: 8 }), fc.constantFrom('\n', '\r\n'), fc.boolean())
		.map(([lines, lineEnd, ended]) => lines.join(lineEnd) + (ended ? lineEnd : ''));

	it('reads a report the same way, no matter how it is cut into pieces', () => {
		fc.assert(
			fc.property(report, fc.array(fc.nat(200), { maxLength: 6 }), (text, cuts) => {
				const reader = new FeedbackReportReader('mdy');
				const places = [0, ...cuts.filter((cut) => cut < text.length).sort((a, b) => a - b)];
				const rows = places.flatMap((place, index) => [
					...reader.read(text.slice(place, places[index + 1])),
				]);
				rows.push(...reader.end());
				const { unreadable, unreadableLines } = reader;
				expect({ rows, unreadable, unreadableLines }).toEqual(parseFeedbackReport(text, 'mdy'));
			}),
			{ numRuns: 1000 },
		);
	});

	it('reads an ordinary line the same way as one that it has to check closely', () => {
		fc.assert(
			fc.property(ordinary, (content) => {
				const closely = parseFeedbackReport(`${HEADER}\n ${content}`, 'mdy');
				expect(parseFeedbackReport(`${HEADER}\n${content}`, 'mdy')).toEqual(closely);
			}),
		);
	});

	it('does not split a line of a million characters into cells and reads the lines after it', () => {
		const { rows, unreadable } = parseFeedbackReport(
			`${HEADER}\n${'\t'.repeat(1_000_001)}\n${usRow}`,
			'mdy',
		);
		expect(rows).toHaveLength(1);
		expect(unreadable).toEqual([{ line: 2, reason: 'it is too long for a feedback entry' }]);
	});

	it('reads a comment that contains line breaks as one row, with any line ending', () => {
		const second = ['9/4/26', '3', 'ok', '', OTHER_ORDER_ID, EMAIL].join('\t');
		for (const end of ['\n', '\r\n']) {
			const text = [
				HEADER,
				`9/3/26\t2\tBroken.\n\nNobody answers,\n 9/3/26 or ever.\tWe are\nsorry\t${ORDER_ID}\t${EMAIL}`,
				second,
			].join(end);
			expect(parseFeedbackReport(text, 'mdy')).toEqual({
				rows: [
					{
						line: 2,
						...ROW,
						comment: 'Broken.\n\nNobody answers,\n 9/3/26 or ever.',
						response: 'We are\nsorry',
					},
					expect.objectContaining({ line: 7, orderId: OTHER_ORDER_ID, rating: 3 }),
				],
				unreadable: [],
				unreadableLines: 0,
			});
		}
	});

	it('reads line breaks in the older layout, too', () => {
		const text = `${LEGACY_HEADER_OF_9}\n9/3/26\t2\tCame\nlate\t\tYes\tNo\t-\t${ORDER_ID}\t${EMAIL}`;
		expect(parseFeedbackReport(text, 'mdy').rows).toEqual([
			{ line: 2, ...ROW, comment: 'Came\nlate', response: '' },
		]);
	});

	it.each([
		['nine', LEGACY_HEADER_OF_9],
		['ten', LEGACY_HEADER_OF_10],
	])('joins no lines of %s columns if the order ID is not in its column', (_, header) => {
		const lines = [header, '9/3/26\t2\tcut off', '\t\t', `\t\t\t\t${ORDER_ID}`];
		const { rows, unreadable } = parseUs(...lines);
		expect(rows).toEqual([]);
		expect(unreadable.map((row) => row.line)).toEqual([2, 4]);
	});

	it.each([
		['the next line is a row', `9/3/26\t1\tcut off`, usRow],
		['together they have too many cells', `9/3/26\t1\tcut off`, `x\tx\t\t\t${OTHER_ORDER_ID}\t`],
		['together they have no order ID', `9/3/26\t1\tcut off`, 'on\t\t111-12\tx'],
		['nothing follows', `9/3/26\t1\tcut off`, ''],
		['the first ends before its comment', '9/3/26\t1', `\tx\t\t${OTHER_ORDER_ID}\t${EMAIL}`],
		['the first has an order ID', `9/3/26\t1\t${ORDER_ID}\tx`, `y\t${OTHER_ORDER_ID}\t${EMAIL}`],
		['together they have no email column', '9/3/26\t1\tcut off', `x\t\t${OTHER_ORDER_ID}`],
		[
			'together they have another column',
			'9/3/26\t1\tcut off',
			`x\t\t${OTHER_ORDER_ID}\t${EMAIL}\tx`,
		],
		[
			'together they have nine columns in another layout',
			'9/3/26\t1\tcut off',
			`x\t\t${OTHER_ORDER_ID}\tx\tx\tx\tx`,
		],
		['the first has no rating', '9/3/26\t?\tcut off', `x\t\t${OTHER_ORDER_ID}\t${EMAIL}`],
		['the first has no date', '31/31/26\t1\tcut off', `x\t\t${OTHER_ORDER_ID}\t${EMAIL}`],
		['together they have too few cells', '9/3/26\t1\tcut off', `x\t${OTHER_ORDER_ID}\t${EMAIL}`],
	])('joins no lines if %s', (_, cutOff, next) => {
		const { rows, unreadable } = parseUs(HEADER, usRow, cutOff, next, usRow);
		expect(rows.map((row) => row.comment)).toEqual(
			next === usRow ? [ROW.comment, ROW.comment, ROW.comment] : [ROW.comment, ROW.comment],
		);
		const lines = next === usRow || next === '' ? [3] : [3, 4];
		expect(unreadable.map((row) => row.line)).toEqual(lines);
	});

	it('gives up on a row of thousands of lines and reads those after it', () => {
		const { rows, unreadableLines } = parseUs(
			HEADER,
			`9/3/26\t1\tendless\n${'x\n'.repeat(3_000)}`,
			usRow,
		);
		expect(rows).toHaveLength(1);
		expect(unreadableLines).toBe(3_001);
	});

	it.each([
		[500, 1],
		[501, 0],
	])('joins at most 500 lines: %p', (count, found) => {
		const between = Array.from({ length: count - 2 }, () => 'x');
		const { rows, unreadable } = parseUs(
			HEADER,
			'9/3/26\t2\tlong',
			...between,
			`end\t\t${ORDER_ID}\t${EMAIL}`,
			usRow,
		);
		expect(rows).toHaveLength(found + 1);
		expect(rows.at(-1)?.line).toBe(count + 2);
		expect(unreadable.map((each) => each.line)).toEqual(
			found === 1 ? [] : Array.from({ length: count }, (_, index) => index + 2),
		);
	});

	it.each([
		[0, 1],
		[1, 0],
	])('joins lines of at most a million characters: and %p more', (more, found) => {
		const [start, end] = ['9/3/26\t2\t', `\t\t${ORDER_ID}\t${EMAIL}`];
		const middle = 'x'.repeat(500_000);
		const { rows } = parseUs(
			HEADER,
			start,
			middle,
			'x'.repeat(500_000 - start.length - end.length + more) + end,
			usRow,
		);
		expect(rows).toHaveLength(found + 1);
		expect(rows.at(-1)?.line).toBe(5);
	});

	it('reads a line of a million characters, and none that is longer', () => {
		const rowOf = (length: number) => usRow.replace('late', 'x'.repeat(length - usRow.length + 4));
		const { rows, unreadable } = parseUs(rowOf(1_000_000), ` ${rowOf(1_000_000)}`, usRow);
		expect(rows.map((row) => row.line)).toEqual([1, 3]);
		expect(unreadable).toEqual([{ line: 2, reason: 'it is too long for a feedback entry' }]);
	});

	it('leaves out the lines of a row that breaks off before one that is too long', () => {
		const { rows, unreadable } = parseUs(
			HEADER,
			'9/3/26\t2\tcut off',
			'\t'.repeat(1_000_001),
			`end\t\t${ORDER_ID}\t${EMAIL}`,
			usRow,
		);
		expect(rows.map((row) => row.line)).toEqual([5]);
		expect(unreadable.map((each) => each.line)).toEqual([2, 3, 4]);
	});

	it('starts a new row with each row that breaks off', () => {
		const { rows, unreadable } = parseUs(
			HEADER,
			'9/3/26\t2\tcut off',
			'\n',
			'9/3/26\t2\tCame',
			`late\tWe are sorry\t${ORDER_ID}\t${EMAIL}`,
			'9/3/26\t1\tcut off',
		);
		expect(rows).toEqual([{ line: 5, ...ROW, comment: 'Came\nlate' }]);
		expect(unreadable.map((each) => [each.line, each.date])).toEqual([
			[2, '2026-09-03'],
			[7, '2026-09-03'],
		]);
	});

	it('reads a row that breaks off in the last piece, and can end only once', () => {
		const reader = new FeedbackReportReader('mdy');
		const rows = [
			...reader.read(`${HEADER}\n9/3/26\t2\tCame`),
			...reader.read(`\nlate\tWe are sorry\t${ORDER_ID}\t`),
			...reader.end(),
			...reader.end(),
		];
		expect(rows).toEqual([{ line: 2, ...ROW, comment: 'Came\nlate', raterEmail: '' }]);
		expect(reader.lines).toBe(3);
	});

	it('joins lines that quote an order ID, with CRLF within the comment and blanks in the cells', () => {
		const end = `late\t We are sorry\t ${ORDER_ID} \t${EMAIL} `;
		const text = [HEADER, ' 9/3/26 \t2\tSee', OTHER_ORDER_ID, '', end, usRow, ''].join('\r\n');
		expect(parseFeedbackReport(text, 'mdy')).toEqual({
			rows: [
				{ line: 2, ...ROW, comment: `See\n${OTHER_ORDER_ID}\n\nlate` },
				{ line: 6, ...ROW },
			],
			unreadable: [],
			unreadableLines: 0,
		});
	});

	it.each([
		['nine', LEGACY_HEADER_OF_9, 0, true],
		['nine', LEGACY_HEADER_OF_9, 1, false],
		['ten', LEGACY_HEADER_OF_10, 0, true],
		['ten', LEGACY_HEADER_OF_10, 1, true],
		['ten', `${LEGACY_HEADER_OF_10}\t`, 1, true],
		['ten', LEGACY_HEADER_OF_10, 2, false],
	])(
		'joins lines of %s columns with %p more cells after the email: %p',
		(_, header, more, isRow) => {
			const cells = ['We are sorry', 'Yes', 'No', '-', ORDER_ID, EMAIL, 'Buyer', 'x'];
			const { rows, unreadable } = parseUs(
				header,
				'9/3/26\t2\tCame',
				line('late', ...cells.slice(0, 6 + more)),
			);
			expect(rows).toEqual(isRow ? [{ line: 2, ...ROW, comment: 'Came\nlate' }] : []);
			expect(unreadable).toHaveLength(isRow ? 0 : 2);
		},
	);

	it('joins lines of six columns if the headings have another number', () => {
		const header = 'a\tb\tc\td\te\tf\tg\th';
		const end = line('late', 'We are sorry', ORDER_ID, EMAIL);
		expect(parseUs(header, '9/3/26\t2\tCame', end).rows).toEqual([
			{ line: 2, ...ROW, comment: 'Came\nlate' },
		]);
		expect(parseUs(header, '9/3/26\t2\tCame', `${end}\tx\tx`).rows).toEqual([]);
	});

	it.each([
		['Date\tRating (1-5)\tComments\tYour Response\tOrder ID\tRater Email', []],
		['a\tb\tc\td\te', []],
		['a\tb\tc\td', [1]],
		['only words', [1]],
	])('takes a first line for headings if it has five columns: %j', (first, lines) => {
		const { rows, unreadable } = parseUs(first, usRow);
		expect(rows).toEqual([{ line: 2, ...ROW }]);
		expect(unreadable.map((each) => each.line)).toEqual(lines);
	});

	it('has the fields of another marketplace and of a day only if they are known', () => {
		const rowOf = (comment: string, raterEmail: string) =>
			line('9/11/26', '1', comment, '', ORDER_ID, raterEmail);
		const ca = 'a@marketplace.amazon.ca';
		const { rows, unreadable } = parseFeedbackReport(
			[HEADER, rowOf('a', ca), rowOf('a\tb', ca), rowOf('a', ''), rowOf('a\tb', ''), 'x'].join(
				'\n',
			),
			'mdy',
			'US',
		);
		expect(rows.map((row) => [row.date, row.otherMarketplace])).toEqual([
			['2026-11-09', 'CA'],
			['2026-11-09', 'CA'],
			['2026-09-11', undefined],
			['2026-09-11', undefined],
		]);
		expect(rows.map((row) => Object.hasOwn(row, 'otherMarketplace'))).toEqual([
			true,
			true,
			false,
			false,
		]);
		expect(unreadable.map((row) => Object.keys(row))).toEqual([['line', 'reason']]);
	});

	it('does not mix a row that is cut off with the next row', () => {
		const next = line('9/4/26', '3', OTHER_ORDER_ID, '', ORDER_ID, EMAIL);
		for (const cutOff of ['9/3/26\t2\tcut off', '9/3/26\t2\tcut\toff', '9/3/26', '9/3/26\t2\t']) {
			const { rows, unreadable } = parseUs(HEADER, cutOff, next);
			expect(rows).toMatchObject([
				{ line: 3, date: '2026-09-04', comment: OTHER_ORDER_ID, orderId: ORDER_ID },
			]);
			expect(unreadable.map((each) => each.line)).toEqual([2]);
		}
	});

	it('takes an order ID in the last column for the order, and ignores further columns', () => {
		const cells = ['9/3/26', '2', 'Came late', 'We are sorry', ORDER_ID];
		expect(parseUs(HEADER, line(...cells, OTHER_ORDER_ID)).rows).toMatchObject([
			{ comment: 'Came late We are sorry', response: ORDER_ID, orderId: OTHER_ORDER_ID },
		]);
		expect(parseUs(HEADER, line(...cells, EMAIL, 'Buyer', '')).rows).toEqual([{ line: 2, ...ROW }]);
		expect(parseUs(HEADER, line(...cells, 'x'.repeat(19))).rows).toMatchObject([
			{ orderId: ORDER_ID, raterEmail: 'x'.repeat(19) },
		]);
	});

	it.each([
		['six columns', HEADER, true],
		['six columns and a tab', `${HEADER}\t`, true],
		['nine columns', LEGACY_HEADER_OF_9, true],
		['ten columns', LEGACY_HEADER_OF_10, true],
		['eight columns', 'a\tb\tc\td\te\tf\tg\th', false],
		['five columns', 'a\tb\tc\td\te', false],
		['four columns', 'a\tb\tc\td', false],
		['a row', usRow, false],
		['a row in quotation marks', ` "${usRow}`, false],
		['nothing', '', false],
	])('knows whether the report has headings: %s', (_, first, expected) => {
		const reader = new FeedbackReportReader('mdy');
		expect(reader.hasHeadings).toBe(false);
		[...reader.read(`\n${first}\n${HEADER}`), ...reader.end()].forEach(() => undefined);
		expect(reader.hasHeadings).toBe(expected || first === '');
	});

	it.each([
		['eight headings', 'a\tb\tc\td\te\tf\tg\th'],
		['no headings', '\n'],
	])('recognizes answers of the older layout by their form with %s', (_, header) => {
		const of = (...answers: string[]) =>
			parseUs(header, line('9/3/26', '2', 'a', 'b', ...answers, ORDER_ID, EMAIL)).rows.map(
				(row) => [row.comment, row.response],
			);
		expect(of('Yes', 'x'.repeat(12), '–')).toEqual([['a', 'b']]);
		expect(of('Yes', 'No', 'x'.repeat(13))).toEqual([['a b Yes No', 'x'.repeat(13)]]);
		expect(of('n/a', 'No', '')).toEqual([['a b n/a No', '']]);
		expect(of('Yes', 'No', '--')).toEqual([['a b Yes No', '--']]);
		// One column too few for three answers.
		expect(of('Yes', 'No')).toEqual([['a b Yes', 'No']]);
	});

	it('knows another marketplace only by an address of its marketplace', () => {
		const of = (raterEmail: string, reportOf?: string) =>
			parseFeedbackReport(
				[HEADER, line('9/11/26', '1', '', '', ORDER_ID, raterEmail)].join('\n'),
				'mdy',
				reportOf,
			).rows.map(({ date, otherMarketplace }) => [date, otherMarketplace]);
		expect(of('a@marketplace.Amazon.CA', 'US')).toEqual([['2026-11-09', 'CA']]);
		expect(of('abc@example.amazon.ca', 'US')).toEqual([['2026-09-11', undefined]]);
		expect(of('a@marketplace.amazon.ca')).toEqual([['2026-09-11', undefined]]);
		expect(of('a@marketplace.amazon.ca', 'CA')).toEqual([['2026-09-11', undefined]]);
		expect(of('', 'US')).toEqual([['2026-09-11', undefined]]);
	});

	it('reads the same date in both formats, in one report of two marketplaces', () => {
		const rowOf = (raterEmail: string) => line('9/11/26', '1', '', '', ORDER_ID, raterEmail);
		const ca = 'a@marketplace.amazon.ca';
		const { rows } = parseFeedbackReport(
			[HEADER, ...[EMAIL, ca, ca, EMAIL].map(rowOf)].join('\n'),
			'mdy',
			'US',
		);
		expect(rows.map(({ date }) => date)).toEqual([
			'2026-09-11',
			'2026-11-09',
			'2026-11-09',
			'2026-09-11',
		]);
	});

	it('marks and dates a row by the marketplace in its email address', () => {
		const rowOf = (date: string, domain: string) =>
			[date, '1', 'x', '', ORDER_ID, `a1@marketplace.${domain}`].join('\t');
		const { rows, unreadable } = parseFeedbackReport(
			[
				HEADER,
				rowOf('11/9/26', 'amazon.com'),
				rowOf('09/11/26', 'amazon.ca'),
				rowOf('19/11/26', 'amazon.com.mx'),
				rowOf('2026-11-09', 'amazon.se'),
				rowOf('11/9/26', 'example.com'),
			].join('\n'),
			'mdy',
			'US',
		);
		expect(unreadable).toEqual([]);
		expect(rows.map(({ date, otherMarketplace }) => [date, otherMarketplace])).toEqual([
			['2026-11-09', undefined],
			['2026-11-09', 'CA'],
			['2026-11-19', 'MX'],
			['2026-11-09', 'SE'],
			['2026-11-09', undefined],
		]);
	});

	it('keeps at most a few thousand dates from any file', () => {
		const reader = new FeedbackReportReader('mdy');
		const bad = Array.from(
			{ length: 100_000 },
			(_, index) => `${index + 100_000}\t1\t\t\t${ORDER_ID}\t`,
		);
		for (const piece of [HEADER, ...bad]) [...reader.read(`${piece}\n`)].forEach(() => undefined);
		expect(largestMapIn(reader)).toBeLessThanOrEqual(5_000);
	});

	it('counts all unreadable lines and reports the first 10,000, so that they do not fill the memory', () => {
		const { rows, unreadable, unreadableLines } = parseFeedbackReport(
			`${HEADER}\n${'x\n'.repeat(25_000)}${usRow}`,
			'mdy',
		);
		expect(rows).toHaveLength(1);
		expect(unreadableLines).toBe(25_000);
		expect(unreadable).toHaveLength(10_000);
	});

	it('quotes no cell that may be personal if columns are in another order', () => {
		const text = [
			HEADER,
			'jane.doe@gmail.com\t3\tLate\t\t111-1234567-7654321\tx',
			'9/3/26\tjane.doe@gmail.com\tLate\t\t111-1234567-7654321\tx',
			'31/31/26\t3\tLate\t\t111-1234567-7654321\tx',
		].join('\n');
		const { unreadable } = parseFeedbackReport(text, 'mdy');
		expect(unreadable.map(({ reason }) => reason)).toEqual([
			"its date does not match the marketplace's format",
			'its rating is not a whole number from 1 to 5',
			'its date "31/31/26" does not match the marketplace\'s format',
		]);
	});
});

/** Entries of the largest map in an object, at any depth. */
function largestMapIn(value: unknown, seen = new Set<unknown>()): number {
	if (typeof value !== 'object' || value === null || seen.has(value)) return 0;
	seen.add(value);
	if (value instanceof Map) return value.size;
	return Math.max(0, ...Object.values(value).map((each) => largestMapIn(each, seen)));
}
