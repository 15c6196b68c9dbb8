import fc from '../fastCheck';
import { DateTime } from 'luxon';

import {
	problemOf,
	readList,
	type ListKind,
} from '../../nodes/AmazonReviewSolicitation/planning/givenList';

const A = '111-1111111-1111111';
const B = '222-2222222-2222222';

const valuesOf = (given: unknown, kind: ListKind = 'orderId', exact = false): string[] =>
	readList(given, kind, { linesAreExact: exact }).entries.map(({ value }) => value);
const problem = (given: unknown, kind: ListKind = 'orderId') =>
	problemOf(readList(given, kind), kind);

describe('reading order IDs', () => {
	it.each<[string, unknown]>([
		['a list', [A, B]],
		['a list with spaces', [` ${A} `, '', `${B}\n`]],
		['a list of texts with several', [`${A}, ${B}`]],
		['lists in lists', [[A], [[B]]]],
		['rows', [{ orderId: A }, { orderId: B }]],
		['rows with the field as in a table', [{ order_id: A }, { 'order-id': B }]],
		['rows with the field as in a report', [{ 'Amazon Order Id': A }, { 'amazon-order-id': B }]],
		[
			'rows with an additional field',
			[{ orderId: A, replacementFor: '333-3333333-3333333' }, { orderId: B }],
		],
		['rows with a field of a different name', [{ id: 7, ref: A }, { number: `#${B}` }]],
		['rows with lists', [{ orderId: [A, B] }]],
		['one row with all of them', { data: [{ orderId: A }, { orderId: B }] }],
		['items', [{ json: { orderId: A }, pairedItem: { item: 0 } }, { json: { orderId: B } }]],
		[
			'items, including the empty one of an empty table',
			[{ json: {} }, { json: { orderId: A } }, { json: { orderId: B } }],
		],
		['JSON text', JSON.stringify([A, B])],
		['JSON text of rows', ` ${JSON.stringify([{ orderId: A }, { orderId: B }])}`],
		['JSON text of items', JSON.stringify([{ json: { orderId: A } }, { json: { orderId: B } }])],
		['text with commas', `${A}, ${B},`],
		['text with semicolons', `${A};${B}`],
		['text with spaces', `${A} ${B}`],
		['text with tabs', `${A}\t${B}`],
		['text with |', `${A} | ${B}`],
		['text with line breaks', `${A}\r\n\r\n${B}\n`],
		['text with old-style line breaks', `${A}\r${B}`],
		['quoted text', `"${A}", '${B}'`],
		['text in typographic quotes', `“${A}” „${B}“`],
		['text in brackets', `[${A}, ${B}]`],
		['text that is almost JSON', `{orderId: "${A}"}, {orderId: "${B}"}`],
		['a column with its heading', `order-id\n${A}\n${B}`],
		['a column with bullets', `• ${A}\n- ${B}`],
		['links', `https://sellercentral.amazon.com/orders-v3/order/${A} order:${B}`],
		['no-break hyphens', `${A.replaceAll('-', '\u2011')}, ${B.replaceAll('-', '\u2010')}`],
		['dashes', `${A.replaceAll('-', '\u2013')}, ${B.replaceAll('-', '\u2014')}`],
		['minus signs', `${A.replaceAll('-', '\u2212')}, ${B.replaceAll('-', '\uFF0D')}`],
		['soft hyphens', `${A.replaceAll('-', '\u00AD')}, ${B.replaceAll('-', '-\u00AD')}`],
		['spaces around the hyphens', `${A.replaceAll('-', ' - ')} - ${B}`],
		['no-break spaces', `${A}\u00A0${B}\u202F`],
		['zero-width characters', `\uFEFF${A}\u200B,\u200E${B}\u2060`],
		[
			'full-width digits',
			[A.replace(/\d/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0)), B],
		],
	])('reads %s', (_, given) => {
		expect(valuesOf(given)).toEqual([A, B]);
		expect(problem(given)).toBeUndefined();
	});

	it.each<[string, unknown]>([
		['an empty list', []],
		['an empty text', ''],
		['a text of whitespace', ' \n\u200B'],
		['the empty item of an empty table', [{ json: {} }]],
		['a blank row', [{ orderId: '', note: null }]],
	])('accepts %s', (_, given) => {
		expect(valuesOf(given)).toEqual([]);
		expect(problem(given)).toBeUndefined();
	});

	it.each<[string, unknown, string]>([
		['a SKU', `${A}, MUG-BLUE`, '1 of 2 entries are not order IDs ("MUG-BLUE")'],
		['an ASIN', ['B0EXAMPLE1'], 'its only entry is not an order ID ("B0EXAMPLE1")'],
		['an ID with extra characters', [`${A}-1`], `("${A}-1")`],
		['an ID that is cut off', [A, '222-2222222-222'], '("222-2222222-222")'],
		['a number', [A, 42], '("42")'],
		['a heading alone', 'order-id', '("order-id")'],
		[
			'a row without the field',
			[{ orderId: A }, { sku: 'MUG', name: 'Ann' }],
			'(a row with the fields sku, name)',
		],
		[
			'a row with many fields',
			[{ sku: 'MUG', name: 'Mug', color: 'red', size: 'L' }],
			'(a row with the fields sku, name, color)',
		],
		['a missing entry', [A, null], '(an entry without a value)'],
		['a row with an empty field', [{ orderId: '', sku: 'MUG' }], '(a row with the fields sku)'],
		['rows in a row without the field', { data: [{ orderId: A }, { sku: 'MUG' }] }, 'fields sku'],
		[
			'no value',
			[A, undefined, null],
			'2 of 3 entries are not order IDs (an entry without a value, an entry',
		],
		['no value at all', undefined, 'an entry without a value'],
		['a flag', true, '(true)'],
		['a date', [DateTime.utc()], 'an entry that is not text'],
		['an email address', ['ann@example.com'], '(an email address)'],
		['an object that n8n turned into text', '[object Object]', '"[object", "Object]"'],
	])('reports %s', (_, given, named) => {
		expect(problem(given)).toContain(named);
		expect(problem(given)).not.toContain('ann@example.com');
	});

	it('names the first few wrong entries, shortened, and says what to do', () => {
		const long = 'x'.repeat(500);
		const text = problem([long, 'b', 'c', 'd', 'e']);
		expect(text).toBe(
			`Could not read the list: 5 of 5 entries are not order IDs ("${'x'.repeat(40)}…", "b", "c", …). Use order IDs such as 111-1234567-7654321, or rows with a field orderId.`,
		);
	});

	it("ignores the rows of the node's own ledger that are no orders", () => {
		const row = { outcome: 'invalidOrderId', orderId: 'MUG' };
		const sent = { outcome: 'sent', orderId: A };
		expect(readList([row, sent], 'orderId').entries).toEqual([{ value: A, row: sent }]);
		expect(problem([row, sent])).toBeUndefined();
		expect(problem([{ ...row, outcome: 'sent' }])).toContain('its only entry');
	});

	it('returns each entry with its row, wherever the ID is', () => {
		const rows = [{ orderId: A }, { note: `for ${B}` }, { data: { orderId: A } }];
		expect(readList(rows, 'orderId').entries).toEqual([
			{ value: A, row: rows[0] },
			{ value: B, row: rows[1] },
			{ value: A, row: { orderId: A } },
		]);
		expect(readList([A], 'orderId').entries).toEqual([{ value: A }]);
	});

	it('uses the most exact of the names of a field', () => {
		expect(valuesOf([{ order: B, orderNo: B, 'Order ID': A }])).toEqual([A]);
		expect(valuesOf([{ order: B, 'order-number': A }])).toEqual([A]);
	});

	it.each([
		['ten levels', 10, 0],
		['eleven levels', 11, 1],
	])('reads lists nested in %s', (_, levels, wrong) => {
		let given: unknown = [A];
		for (let level = 0; level < levels; level += 1) given = [given];
		expect(readList(given, 'orderId').wrong).toHaveLength(wrong);
		expect(problem(given) ?? '').toContain(wrong === 0 ? '' : 'a list nested too deeply');
	});

	it('shows up to three entries, and 40 characters of each', () => {
		expect(problem(['a', 'b', 'c'])).toContain('("a", "b", "c")');
		expect(problem(['a', 'b', 'c', 'd'])).toContain('("a", "b", "c", …)');
		expect(problem(['x'.repeat(40)])).toContain(`("${'x'.repeat(40)}")`);
		expect(problem(['x'.repeat(41)])).toContain(`("${'x'.repeat(40)}…")`);
		expect(problem([{ ['y'.repeat(41)]: 'x' }])).toContain(`the fields ${'y'.repeat(40)}…)`);
		expect(problem([A, 'a'])).toContain('1 of 2 entries are not order IDs');
	});

	it('keeps a heading among its IDs only if there is nothing else', () => {
		expect(readList(`order-id ${A}`, 'orderId').wrong).toEqual([]);
		expect(readList('order-id order', 'orderId').wrong).toEqual(['"order-id"', '"order"']);
		// In a list, it is no heading.
		expect(readList(['order-id', A], 'orderId').wrong).toEqual(['"order-id"']);
	});

	it('reads long texts, wherever they may be cut', () => {
		const ids = Array.from({ length: 3_000 }, (_, index) => `111-${1_000_000 + index}-1234567`);
		for (const separator of ['\n', ', ', ';']) {
			expect(valuesOf(ids.join(separator))).toEqual(ids);
		}
	});

	it('keeps IDs of other kinds of orders, for which no review is requested anyway', () => {
		expect(valuesOf('S01-1234567-7654321, D01-1234567-7654321')).toHaveLength(2);
	});

	it('reads all IDs or reports a problem, whatever separates them', () => {
		const id = fc
			.tuple(fc.integer({ min: 100, max: 999 }), fc.integer({ min: 1e6, max: 9999999 }))
			.map(([a, b]) => `${a}-${b}-${b}`);
		const between = fc
			.stringMatching(/^[\s,;|"'()[\]\u00A0\u200B]{1,5}$/)
			.filter((text) => /[\s,;|\u00A0]/.test(text));
		fc.assert(
			fc.property(fc.array(id, { minLength: 1 }), between, (ids, separator) => {
				const text = ids.join(separator);
				const read = valuesOf(text);
				if (problem(text) === undefined) expect(read).toEqual(ids);
			}),
		);
		fc.assert(
			fc.property(fc.anything(), (given) => {
				const { entries, wrong } = readList(given, 'orderId');
				expect(entries.every(({ value }) => /^(\d{3}|[A-Z]\d\d)-\d{7}-\d{7}$/.test(value))).toBe(
					true,
				);
				expect(wrong.every((each) => each.length < 200)).toBe(true);
			}),
		);
	});
});

describe('reading SKUs', () => {
	it('keeps spaces and commas in lists, JSON and rows', () => {
		const skus = ['MUG, BLUE', 'Ruler 12', '77'];
		for (const given of [
			skus,
			JSON.stringify(skus),
			skus.map((sku) => ({ sku })),
			skus.map((sku) => ({ json: { 'Seller SKU': sku } })),
		]) {
			expect(valuesOf(given, 'sku')).toEqual(skus);
		}
		expect(valuesOf([77], 'sku')).toEqual(['77']);
	});

	it.each([
		['commas', 'MUG BLUE, CUP'],
		['semicolons', 'MUG BLUE;CUP'],
		['tabs', 'MUG BLUE\tCUP'],
		['lines', 'MUG BLUE\r\n CUP\n'],
		['quotes', '"MUG BLUE", "CUP"'],
	])('reads text with %s without splitting at spaces', (_, text) => {
		expect(valuesOf(text, 'sku')).toEqual(expect.arrayContaining(['MUG BLUE', 'CUP']));
		expect(valuesOf(text, 'sku')).not.toContain('MUG');
	});

	it('reads a line with commas as one SKU and as several to exclude, but only as one to include', () => {
		expect(valuesOf('MUG, BLUE\nCUP', 'sku')).toEqual(['MUG, BLUE', 'MUG', 'BLUE', 'CUP']);
		expect(valuesOf('MUG, BLUE\nCUP', 'sku', true)).toEqual(['MUG, BLUE', 'CUP']);
		expect(valuesOf('"MUG, BLUE", CUP', 'sku')).toEqual(
			expect.arrayContaining(['MUG, BLUE', 'CUP']),
		);
	});

	it.each<[string, unknown]>([
		['rows of orders', [{ orderId: A }]],
		['order IDs', [A]],
		['no value', [undefined]],
	])('refuses %s', (_, given) => {
		expect(problem(given, 'sku')).toMatch(/^Could not read the list: .* not a SKU/);
	});

	it('reads the items of orders', () => {
		expect(valuesOf([{ orderId: A, items: [{ sku: 'MUG', asin: 'B0EXAMPLE1' }] }], 'sku')).toEqual([
			'MUG',
		]);
	});
});

describe('reading other lists', () => {
	it('reads ASINs in any shape and reports other entries', () => {
		for (const given of [
			'b0example1 B0EXAMPLE2',
			[{ asin: 'B0EXAMPLE1' }, { ASIN: 'B0EXAMPLE2' }],
		]) {
			expect(valuesOf(given, 'asin')).toEqual(['B0EXAMPLE1', 'B0EXAMPLE2']);
		}
		expect(problem(['MUG-BLUE'], 'asin')).toContain('"MUG-BLUE"');
	});

	it('reads marketplaces by ID and country and reports other entries', () => {
		expect(valuesOf(['US', 'A1PA6795UKMFR9'], 'marketplace')).toEqual([
			'ATVPDKIKX0DER',
			'A1PA6795UKMFR9',
		]);
		expect(problem(['Atlantis'], 'marketplace')).toContain('"Atlantis"');
	});
});
