import fc from '../fastCheck';
import { DateTime } from 'luxon';

import { growthOf, IN_PROPORTION } from '../growth';
import {
	readMoment,
	readTabDelimited,
	readTabDelimitedPieces,
	wrongOrderId,
} from '../../nodes/AmazonReviewSolicitation/orders/reports/tabDelimited';

const cellsOf = (text: string, ...columns: string[]) =>
	[...readTabDelimited(text).rows()].map((row) => columns.map((column) => row.cell(column)));

describe('readTabDelimited', () => {
	it.each([
		['LF', 'a\tb\n1\t2\n3\t4\n'],
		['CRLF', 'a\tb\r\n1\t2\r\n3\t4\r\n'],
		['both', 'a\tb\r\n1\t2\n3\t4'],
		['a byte order mark', '\uFEFFa\tb\n1\t2\n3\t4'],
		['blank lines', '\n \t \na\tb\n\n1\t2\n\t\n\r\n3\t4\n\n'],
		['capitals and spaces in the header', ' A\tB \n1\t2\n3\t4'],
		['spaces around the cells', 'a\tb\n 1\t2 \n3 \t 4'],
		['another order of the columns', 'b\ta\n2\t1\n4\t3'],
		['an unused column', 'a\tnew\tb\n1\tx\t2\n3\t\t4'],
		['an empty name at the end of the header', 'a\tb\t\n1\t2\t\n3\t4'],
	])('reads a report with %s', (_, text) => {
		expect(cellsOf(text, 'a', 'b')).toEqual([
			['1', '2'],
			['3', '4'],
		]);
		expect([...readTabDelimited(text).rows()].map(({ problem }) => problem)).toEqual([
			undefined,
			undefined,
		]);
	});

	it('treats a quotation mark as a character', () => {
		expect(cellsOf('a\tb\n"1\t2"\n""\t"', 'a', 'b')).toEqual([
			['"1', '2"'],
			['""', '"'],
		]);
	});

	it('treats missing cells at the end of a row as empty', () => {
		expect(cellsOf('a\tb\tc\n1\n1\t2\n', 'a', 'b', 'c')).toEqual([
			['1', '', ''],
			['1', '2', ''],
		]);
	});

	it('uses the first of two columns with the same name', () => {
		expect(cellsOf('a\tA\n1\t2', 'a')).toEqual([['1']]);
	});

	it('returns empty text for a column that the header lacks', () => {
		expect(cellsOf('a\n1', 'b', 'constructor')).toEqual([['', '']]);
		expect(readTabDelimited('a\n1').has('b')).toBe(false);
		expect(readTabDelimited('A \n1').has('a')).toBe(true);
	});

	it('reports the line of a row that has more cells than the header', () => {
		const rows = [...readTabDelimited('a\tb\r\n\r\n1\t2\r\n1\t2\t3\r\n4\t5\r\n6\t7\t').rows()];
		expect(rows.map(({ line, problem }) => [line, problem])).toEqual([
			[3, undefined],
			[4, 'it has 3 columns but the header 2'],
			[5, undefined],
			// Two cells, or a tab inside the first or second of them?
			[6, 'it has 3 columns but the header 2'],
		]);
	});

	it('reports a missing column with the line of the header', () => {
		const report = readTabDelimited('\n\na\tb\n1\t2');
		expect(report.headerProblem(['a', 'b'])).toBeUndefined();
		expect(report.headerProblem(['a', 'c', 'd'])).toEqual({
			line: 3,
			reason: 'the header has no column "c" (maybe a different report)',
		});
	});

	it.each(['', '\n', '\uFEFF\r\n \t'])(
		'finds neither rows nor a problem in an empty file (%j)',
		(text) => {
			const report = readTabDelimited(text);
			expect([...report.rows()]).toEqual([]);
			expect(report.headerProblem(['a'])).toBeUndefined();
		},
	);

	it('can be read twice', () => {
		const report = readTabDelimited('a\n1\n2');
		expect([...report.rows()]).toHaveLength(2);
		expect([...report.rows()].map((row) => row.cell('a'))).toEqual(['1', '2']);
	});

	it('returns what was written, whatever the cells contain', () => {
		const cell = fc
			.string({ unit: 'grapheme' })
			.map((text) => text.replace(/[\t\r\n]/g, '').trim());
		const table = fc
			.integer({ min: 1, max: 8 })
			.chain((columns) =>
				fc.array(fc.array(cell, { minLength: columns, maxLength: columns }), { maxLength: 8 }),
			);
		fc.assert(
			fc.property(table, fc.constantFrom('\n', '\r\n'), (rows, lineEnd) => {
				const names = (rows[0] ?? ['']).map((_, index) => `column-${index}`);
				const text = [names, ...rows].map((cells) => cells.join('\t')).join(lineEnd);
				const filled = rows.filter((cells) => cells.some((each) => each !== ''));
				expect(cellsOf(text, ...names)).toEqual(filled);
			}),
		);
	});

	it('treats a line without an order ID as the rest of a row with cells missing', () => {
		const text = [
			'return-date\torder-id\tcustomer-comments\tstatus',
			'2026-11-01\t111-1111111-1111111\tBroken.\n\nNobody answers\tOK',
			'2026-11-02\t111-1111111-2222222',
			'2026-11-03\t111-1111111-3333333\tlast\nline',
			'2026-11-04\t111-1111111-4444444\tx\tOK',
			'no\trow',
		].join('\n');
		expect(cellsOf(text, 'return-date', 'order-id', 'customer-comments', 'status')).toEqual([
			['2026-11-01', '111-1111111-1111111', 'Broken.\nNobody answers', 'OK'],
			['2026-11-02', '111-1111111-2222222', '', ''],
			['2026-11-03', '111-1111111-3333333', 'last\nline', ''],
			['2026-11-04', '111-1111111-4444444', 'x', 'OK'],
			['no', 'row', '', ''],
		]);
	});

	it('reads text in pieces, wherever it is cut', () => {
		const text = 'a\tb\r\n1\t2\r\n3\t4\r\n5\t6';
		for (let first = 0; first <= text.length; first += 1) {
			for (let second = first; second <= text.length; second += 1) {
				const pieces = [text.slice(0, first), text.slice(first, second), text.slice(second)];
				const rows = [...readTabDelimitedPieces(pieces).rows()];
				expect(rows.map(({ line, content }) => `${line} ${content}`)).toEqual([
					'2 1\t2',
					'3 3\t4',
					'4 5\t6',
				]);
			}
		}
	});

	it('never adds a line to a row that has all its cells', () => {
		const text = 'order-id\tcomment\n111-1111111-1111111\tall\nmore';
		expect(cellsOf(text, 'order-id', 'comment')).toEqual([
			['111-1111111-1111111', 'all'],
			['more', ''],
		]);
	});

	it('adds a line whose cells fill the row exactly, and none that has too many', () => {
		const text = (rest: string) => `order-id\ta\tb\tc\n111-1111111-1111111\tone\n${rest}`;
		expect(cellsOf(text('x\ty\tz'), 'a', 'b', 'c')).toEqual([['one\nx', 'y', 'z']]);
		expect(cellsOf(text('x\ty\tz\tmore'), 'a')).toEqual([['one'], ['y']]);
	});

	it('adds no line that may be another row, or whose row has no order ID', () => {
		const text = (row: string, rest: string) => `order-id\ta\tb\n${row}\n${rest}`;
		const id = '111-1111111-1111111';
		const rows = (row: string, rest: string) => cellsOf(text(row, rest), 'order-id');
		expect(rows(id, '"(see above)')).toEqual([[`${id}\n"(see above)`]]);
		expect(rows(id, '"2 of them')).toEqual([[id], ['"2 of them']]);
		expect(rows(id, '!?')).toEqual([[id], ['!?']]);
		expect(rows(id, `x\t${id}`)).toEqual([[id], ['x']]);
		expect(rows('none', 'more')).toEqual([['none'], ['more']]);
		// The letter comes too late to be seen.
		expect(rows(id, `${'-'.repeat(199)}a`)).toHaveLength(1);
		expect(rows(id, `${'-'.repeat(200)}a`)).toHaveLength(2);
	});

	it.each([
		['D01-1111111-1111111', 1],
		['"111-1111111-1111111"', 1],
		['  111-1111111-1111111 ', 1],
		['x 111-1111111-1111111', 2],
		['111-1111111-1111111 x', 2],
		['1111-1111111-1111111', 2],
		['111-1111111-11111111', 2],
		['d01-1111111-1111111', 2],
	])('sees an order ID only in a cell of its own: %j', (cell, rows) => {
		for (const row of [cell, `x\t${cell}`]) {
			expect(cellsOf(`a\tb\tc\td\n${row}\nmore`, 'a')).toHaveLength(rows);
			expect(cellsOf(`a\tb\tc\td\n${row}\ty\nmore`, 'a')).toHaveLength(rows);
		}
	});

	it('adds at most 499 lines to a row', () => {
		const text = (lines: number) => `order-id\ta\n111-1111111-1111111\n${'more\n'.repeat(lines)}`;
		expect(cellsOf(text(499), 'order-id')).toHaveLength(1);
		expect(cellsOf(text(500), 'order-id')).toHaveLength(2);
	});

	it('pauses after each 131,072 characters, the ends of lines included', () => {
		const pausesOf = (lines: number, length: number) =>
			[...readTabDelimited(`a\n${`${'x'.repeat(length - 1)}\n`.repeat(lines)}`).steps()].filter(
				(row) => row === undefined,
			).length;
		expect(pausesOf(1_023, 128)).toBe(0);
		expect(pausesOf(1_024, 128)).toBe(1);
		expect(pausesOf(4_096, 128)).toBe(4);
	});

	it('reads rows of 30 columns in time proportional to their number, complete rows and fragments', () => {
		const names = Array.from({ length: 30 }, (_, index) => `column-${index}`);
		const whole = names.map((name) => `value of ${name}`).join('\t');
		for (const each of [`${whole}\n`, 'cut off\n', '\n']) {
			const read = (rows: number) => {
				const text = `${names.join('\t')}\n${each.repeat(rows)}`;
				let length = 0;
				for (const row of readTabDelimited(text).rows()) length += row.cell('column-20').length;
				return length;
			};
			expect(growthOf(read, 4_000)).toBeLessThan(IN_PROPORTION);
		}
	});
});

describe('readMoment', () => {
	it.each([
		['2026-09-03T10:00:00+00:00', '2026-09-03T10:00:00.000Z'],
		['2026-09-03T10:00:00Z', '2026-09-03T10:00:00.000Z'],
		['2026-09-03T10:00:00.25Z', '2026-09-03T10:00:00.250Z'],
		['2017-06-05T06:57:28+09:00', '2017-06-04T21:57:28.000Z'],
		['2017-06-05T06:57:28+0900', '2017-06-04T21:57:28.000Z'],
		['2017-06-05T06:57:28+09', '2017-06-04T21:57:28.000Z'],
		['2026-12-31T23:30:00-03:30', '2027-01-01T03:00:00.000Z'],
		['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
		['2026-03-31T00:00:00Z', '2026-03-31T00:00:00.000Z'],
	])('reads %s', (text, iso) => {
		expect(readMoment(text)).toBe(iso);
	});

	it.each([
		'',
		'2026-09-03',
		'2026-09-03T10:00:00',
		'2026-09-03 10:00:00Z',
		'2026-02-29T00:00:00Z',
		'2026-02-31T00:00:00+00:00',
		'2026-04-31T00:00:00Z',
		'2026-09-00T00:00:00Z',
		'2026-13-01T00:00:00Z',
		'2026-09-03T24:00:00Z',
		'2026-09-03T10:60:00Z',
		'2026-09-03T10:00:60Z',
		'2013-01-15T12:24:57+00e00',
		'14-07-2010T18:53:56+00:00',
		' 2026-09-03T10:00:00Z',
		'2026-09-03T10:00:00Z\n',
	])('refuses %j', (text) => {
		expect(readMoment(text)).toBeNull();
	});

	it('agrees with luxon for every time and offset', () => {
		fc.assert(
			fc.property(
				fc.integer({ min: 0, max: 4_000_000_000 }),
				fc.integer({ min: -12 * 4, max: 14 * 4 }),
				(seconds, quarters) => {
					const moment = DateTime.fromSeconds(seconds, { zone: 'utc' });
					const zone = `UTC${quarters < 0 ? '-' : '+'}${Math.floor(Math.abs(quarters) / 4)}:${String((Math.abs(quarters) % 4) * 15).padStart(2, '0')}`;
					const text = moment.setZone(zone).toISO({ suppressMilliseconds: true });
					expect(text).not.toBeNull();
					expect(readMoment(text ?? '')).toBe(moment.toISO());
				},
			),
		);
	});
});

describe('wrongOrderId', () => {
	it('distinguishes a line that was cut off from anything else', () => {
		expect(wrongOrderId('')).toContain('cut off');
		expect(wrongOrderId('12 Main Street')).toBe('it has no valid order ID');
	});
});
