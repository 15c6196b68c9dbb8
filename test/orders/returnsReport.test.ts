import { Settings } from 'luxon';

import {
	parseReturnsReport,
	readReturnsReport,
} from '../../nodes/AmazonReviewSolicitation/orders/reports/returnsReport';
import { inOneGo } from '../../nodes/shared/domain/steps';

const ORDER_ID = '111-1234567-7654321';

const FBA_HEADER =
	'return-date\torder-id\tsku\tasin\tfnsku\tproduct-name\tquantity\tfulfillment-center-id\tdetailed-disposition\treason\tstatus\tlicense-plate-number\tcustomer-comments';
const fbaRow = (date: string, orderId = ORDER_ID) =>
	`${date}\t${orderId}\tA\tB0\tX0\tA mattress\t1\tLEX1\tCUSTOMER_DAMAGED\tDEFECTIVE\tUnit returned\tLPN1\tIt "broke"`;

const MFN_HEADER =
	'Order ID\tOrder date\tReturn request date\tReturn request status\tReturn delivery date\tOrder Amount\tRefunded Amount';
const mfnRow = (requested: string, delivered: string, refunded: string, orderId = ORDER_ID) =>
	`${orderId}\t01-Jul-2025\t${requested}\tApproved\t${delivered}\t30.00\t${refunded}`;

const parse = (...lines: string[]) => parseReturnsReport(lines.join('\r\n'));

describe("parseReturnsReport of Amazon's returns", () => {
	it('reads the order and the time, without a refund', () => {
		expect(parse(FBA_HEADER, fbaRow('2025-06-05T15:31:40+00:00'))).toEqual({
			returns: [
				{ orderId: ORDER_ID, returnedAt: '2025-06-05T15:31:40.000Z', refundedAmount: null },
			],
			unreadable: [],
			isEmpty: false,
		});
	});

	it.each(['2025-06-06T10:00:00+00:00\t111-2222', '2025-06-06T10', '111-2222222-22'])(
		'counts a line that was cut off (%s) as unreadable, even if the row before it lacks cells',
		(cutOff) => {
			const short = fbaRow('2025-06-05T15:31:40+00:00').replace(/\t[^\t]*$/, '');
			const { returns, unreadable } = parse(FBA_HEADER, short, cutOff);
			expect(returns).toHaveLength(1);
			expect(unreadable.map(({ line }) => line)).toEqual([3]);
		},
	);

	it('treats further lines of a comment as part of its row', () => {
		const row = fbaRow('2025-06-05T15:31:40+00:00');
		const { returns, unreadable } = parse(FBA_HEADER, `${row}\nand again,\nand again`, row);
		expect([returns.length, unreadable]).toEqual([2, []]);
	});

	it('keeps a return with an invalid date', () => {
		expect(parse(FBA_HEADER, fbaRow(''), fbaRow('5 June')).returns).toEqual([
			{ orderId: ORDER_ID, returnedAt: null, refundedAmount: null },
			{ orderId: ORDER_ID, returnedAt: null, refundedAmount: null },
		]);
	});
});

describe("parseReturnsReport of the seller's returns", () => {
	it.each([
		['the day the goods came back', '14-Jul-2025', '20-Jul-2025', '2025-07-20'],
		['the day of the request until then', '14-Jul-2025', ' ', '2025-07-14'],
		['the day of the request if the other is invalid', '14-Jul-2025', 'soon', '2025-07-14'],
		['a day of one digit', '4-AUG-2025', '', '2025-08-04'],
		['29 February of a leap year', '29-Feb-2024', '', '2024-02-29'],
		['no day that does not exist', '29-Feb-2025', '31-Apr-2025', null],
		['no day in another format', '2025/07/14', '14.07.2025', null],
		['no day if both are empty', '', '', null],
	])('returns %s', (_, requested, delivered, returnedAt) => {
		expect(parse(MFN_HEADER, mfnRow(requested, delivered, '')).returns).toEqual([
			{ orderId: ORDER_ID, returnedAt, refundedAmount: null },
		]);
	});

	it.each([
		['29.95', '29.95'],
		['0', '0'],
		['-1.50', '-1.50'],
		['', null],
		['USD 29.95', null],
		['29,95', null],
	])('reads the refund "%s" as %s', (text, refundedAmount) => {
		expect(parse(MFN_HEADER, mfnRow('14-Jul-2025', '', text)).returns).toMatchObject([
			{ refundedAmount },
		]);
	});

	it('reads all English months', () => {
		const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov'];
		const days = [...months, 'Dec'].map((month) => mfnRow(`01-${month}-2025`, '', ''));
		expect(parse(MFN_HEADER, ...days).returns.map(({ returnedAt }) => returnedAt)).toEqual(
			days.map((_, index) => `2025-${String(index + 1).padStart(2, '0')}-01`),
		);
	});
});

describe.each([
	['FBA', FBA_HEADER, (orderId: string) => fbaRow('2025-06-05T15:31:40+00:00', orderId)],
	['MFN', MFN_HEADER, (orderId: string) => mfnRow('14-Jul-2025', '', '', orderId)],
])('parseReturnsReport of %s', (_, header, row) => {
	it('reports rows it cannot read', () => {
		const { returns, unreadable } = parse(header, row('no ID'), `${row('')}\tmore`, row(ORDER_ID));
		expect(returns).toHaveLength(1);
		expect(unreadable).toEqual([
			{ line: 2, reason: 'it has no valid order ID' },
			{ line: 3, reason: expect.stringMatching(/^it has \d+ columns but the header \d+$/) },
		]);
	});

	it('counts a row with an extra cell or a misplaced ID as a return of that order', () => {
		const { returns, unreadable } = parse(
			header,
			`${row(ORDER_ID)}\tmore`,
			row('"222-1234567-7654321"'),
			`\t\t${row('333-1234567-7654321')}`,
		);
		expect(returns.map(({ orderId }) => orderId)).toEqual([
			ORDER_ID,
			'222-1234567-7654321',
			'333-1234567-7654321',
		]);
		expect(unreadable).toEqual([]);
	});

	it('trusts no other cell of a row with an extra cell', () => {
		expect(parse(header, `${row(ORDER_ID)}\tmore`).returns).toEqual([
			{ orderId: ORDER_ID, returnedAt: null, refundedAmount: null },
		]);
	});

	it('ignores a return of an order from another store', () => {
		expect(parse(header, row('S01-1234567-7654321'))).toMatchObject({
			returns: [],
			unreadable: [],
		});
	});

	it('counts a row of another store as a row that may go on', () => {
		const { unreadable } = parse(header, row('S01-1234567-7654321'), 'and more');
		expect(unreadable).toEqual([]);
	});

	it('is read in steps if it is long', () => {
		const text = [header, ...Array.from({ length: 3_000 }, () => row(ORDER_ID))].join('\n');
		expect([...readReturnsReport([text])].length).toBeGreaterThan(0);
		expect(inOneGo(readReturnsReport([text])).returns).toHaveLength(3_000);
	});

	it('keeps several returns of one order', () => {
		expect(parse(header, row(ORDER_ID), row(ORDER_ID)).returns).toHaveLength(2);
	});

	it('returns nothing for a report without rows', () => {
		expect(parse(header)).toEqual({ returns: [], unreadable: [], isEmpty: false });
	});
});

it.each([
	['something else', 'a\tb', 'order-id'],
	["Amazon's without the date", 'order-id\tsku', 'return-date'],
	["the seller's without the date", 'Order ID\tASIN', 'return request date'],
])(
	'parseReturnsReport counts the orders of %s and says that it may be another report',
	(_, header, missing) => {
		const { returns, unreadable } = parse(header, `${ORDER_ID}\t1`, 'none\t2');
		expect(returns).toEqual([{ orderId: ORDER_ID, returnedAt: null, refundedAmount: null }]);
		expect(unreadable).toEqual([
			{ line: 1, reason: `the header has no column "${missing}" (maybe a different report)` },
		]);
	},
);

it('parseReturnsReport trusts no other cell of a report that may be another one', () => {
	const { returns } = parse(
		'Order ID\tReturn delivery date\tRefunded Amount',
		`${ORDER_ID}\t14-Jul-2025\t1.00`,
	);
	expect(returns).toEqual([{ orderId: ORDER_ID, returnedAt: null, refundedAmount: null }]);
});

describe("n8n's language and default time zone", () => {
	afterEach(() => {
		Settings.defaultLocale = 'en-US';
		Settings.defaultZone = 'system';
	});

	it('do not matter', () => {
		Settings.defaultLocale = 'de';
		Settings.defaultZone = 'Asia/Tokyo';
		expect(parse(MFN_HEADER, mfnRow('14-Oct-2025', '', '')).returns).toMatchObject([
			{ returnedAt: '2025-10-14' },
		]);
	});
});

it.each(['', '\r\n', '\uFEFF'])(
	'distinguishes a file without text (%j) from a report without rows',
	(text) => {
		expect(parseReturnsReport(text)).toEqual({ returns: [], unreadable: [], isEmpty: true });
	},
);

describe('a comment with line breaks', () => {
	const comment = (text: string) => fbaRow('2025-06-05T15:31:40+00:00').replace('It "broke"', text);

	it('makes one row with the lines after it', () => {
		const { returns, unreadable } = parse(
			FBA_HEADER,
			comment('It broke,'),
			'sadly.',
			'',
			'Not good',
			fbaRow('2025-06-05T15:31:40+00:00', '222-1234567-7654321'),
		);
		expect(returns.map(({ orderId }) => orderId)).toEqual([ORDER_ID, '222-1234567-7654321']);
		expect(unreadable).toEqual([]);
	});

	it.each([
		['a row that was cut off', '2025-06-05T15'],
		['more cells than its row lacks', 'a\tb'],
		['nothing that can be read', '42'],
	])('is distinguished from %s', (_, line) => {
		expect(parse(FBA_HEADER, comment('It broke'), line).unreadable).toHaveLength(1);
	});

	it('fills at most the columns of the header', () => {
		const row = (text: string) => comment(text);
		const cells = FBA_HEADER.split('\t').length;
		const short = `2025-06-05T15:31:40+00:00\t${ORDER_ID}`;
		const unreadableAfter = (...lines: string[]) => parse(FBA_HEADER, ...lines).unreadable.length;
		// The row has all cells, so a line with one more cell is too long.
		expect(unreadableAfter(row('It broke'), 'a', 'b', 'c')).toBe(0);
		expect(unreadableAfter(row('It broke'), 'a', 'a\tb')).toBe(1);
		const rest = 'x\t'.repeat(cells - 2);
		expect(unreadableAfter(short, `${rest}x`.slice(2))).toBe(0);
		expect(unreadableAfter(short, `${rest}x\tx`)).toBe(1);
	});

	it('counts the cells of lines that name an order, too', () => {
		const { returns, unreadable } = parse(
			FBA_HEADER,
			'2025-06-05T15:31:40+00:00\tnone',
			'see 222-1234567-7654321',
			'and more',
			'a\tb',
		);
		expect(returns.map(({ orderId }) => orderId)).toEqual(['222-1234567-7654321']);
		expect(unreadable.map(({ line }) => line)).toEqual([2]);
	});

	it('fills at most the columns of the header with all its lines together', () => {
		const columns = FBA_HEADER.split('\t').length;
		const unreadableAfter = (lines: number) =>
			parse(
				FBA_HEADER,
				'order 222-1234567-7654321 came back',
				...Array.from({ length: lines }, () => 'a\tb'),
			).unreadable.length;
		expect(unreadableAfter(columns - 1)).toBe(0);
		expect(unreadableAfter(columns)).toBe(1);
	});

	it('ends with a line that cannot belong to it', () => {
		const { unreadable } = parse(FBA_HEADER, comment('It broke'), '42', 'more');
		expect(unreadable.map(({ line }) => line)).toEqual([3, 4]);
	});

	it('is seen only in reports whose rows start with a date or an order ID', () => {
		const header = FBA_HEADER.replace('return-date\torder-id', 'sku-2\torder-id\treturn-date');
		const row = `A\t${ORDER_ID}\t2025-06-05T15:31:40+00:00${'\tx'.repeat(11)}`;
		expect(parse(header, row, 'more').unreadable).toHaveLength(1);
		expect(parse(MFN_HEADER, mfnRow('14-Jul-2025', '', ''), 'more').unreadable).toEqual([]);
	});

	it.each([
		['"(see above)', 0],
		['… again', 0],
		['2 of them', 1],
		['"2 of them', 1],
		['-'.repeat(199) + 'a', 0],
		['-'.repeat(200) + 'a', 1],
	])('is a line with a letter before any digit: %s', (line, unreadable) => {
		expect(parse(FBA_HEADER, comment('It broke'), line).unreadable).toHaveLength(unreadable);
	});

	it('must follow a row', () => {
		expect(parse(FBA_HEADER, 'sadly.').unreadable).toHaveLength(1);
	});
});
