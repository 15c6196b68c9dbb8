import fc from '../fastCheck';

import {
	parseAllOrdersReport,
	readAllOrdersReport,
} from '../../nodes/AmazonReviewSolicitation/orders/reports/allOrdersReport';
import {
	parseFbaShipmentsReport,
	readFbaShipmentsReport,
} from '../../nodes/AmazonReviewSolicitation/orders/reports/fbaShipmentsReport';
import {
	parseReturnsReport,
	readReturnsReport,
} from '../../nodes/AmazonReviewSolicitation/orders/reports/returnsReport';
import type { Steps } from '../../nodes/shared/domain/steps';
import {
	readTabDelimited,
	readTabDelimitedPieces,
} from '../../nodes/AmazonReviewSolicitation/orders/reports/tabDelimited';

const orderId = (index: number): string => `111-1111111-${String(index).padStart(7, '0')}`;
const AT = '2026-09-03T10:00:00+00:00';
const FILLER = 'x'.repeat(200);

/** For each report: how to read it in one go, how to read it in steps, and its content. */
const REPORTS: ReadonlyArray<
	readonly [
		name: string,
		parse: (text: string) => unknown,
		read: (pieces: readonly string[]) => Steps<unknown>,
		header: string,
		row: (index: number) => string,
	]
> = [
	[
		'all orders',
		parseAllOrdersReport,
		readAllOrdersReport,
		'amazon-order-id\torder-status\tsales-channel\tpurchase-date\tproduct-name',
		(index) => `${orderId(index)}\tShipped\tAmazon.com\t${AT}\t${FILLER}`,
	],
	[
		'FBA shipments',
		parseFbaShipmentsReport,
		readFbaShipmentsReport,
		'amazon-order-id\testimated-arrival-date\tbuyer-name',
		(index) => `${orderId(index)}\t${AT}\t${FILLER}`,
	],
	[
		'returns',
		parseReturnsReport,
		readReturnsReport,
		'return-date\torder-id\tcustomer-comments',
		(index) => `${AT}\t${orderId(index)}\t${FILLER}`,
	],
];

/** The result of the steps, and how many there were. */
function run<Result>(steps: Steps<Result>): { readonly result: Result; readonly count: number } {
	for (let count = 1; ; count += 1) {
		const step = steps.next();
		if (step.done === true) return { result: step.value, count };
	}
}

/** Cuts a text at the given places. */
function cut(text: string, places: readonly number[]): string[] {
	const ends = [...places.map((place) => place % (text.length + 1)), text.length].toSorted(
		(a, b) => a - b,
	);
	return ends.map((end, index) => text.slice(ends[index - 1] ?? 0, end));
}

describe.each(REPORTS)('the %s report', (_, parse, read, header, row) => {
	const textOf = (rows: number): string =>
		[header, ...Array.from({ length: rows }, (__, index) => row(index))].join('\n');

	it('reads many rows in steps proportional to the length, with the same result', () => {
		const [short, long] = [10_000, 40_000].map((rows) => {
			const text = textOf(rows);
			const { result, count } = run(read([text]));
			expect(result).toEqual(parse(text));
			return count;
		});
		expect(short).toBeGreaterThan(8);
		expect(long).toBeGreaterThan(32);
	});

	it('gives the same result wherever the text is cut', () => {
		const rows = Array.from({ length: 30 }, (__, index) => row(index).replace(FILLER, 'y'));
		const lines = [header, '', ...rows, 'rest of the last', '\t', 'no row'];
		const text = lines.join('\r\n');
		fc.assert(
			fc.property(fc.array(fc.nat({ max: text.length }), { maxLength: 20 }), (places) => {
				expect(run(read(cut(text, places))).result).toEqual(parse(text));
			}),
		);
	});
});

describe('a text of lines', () => {
	it('has the same rows wherever it is cut and with any line endings', () => {
		const letters = fc.constantFrom('a', '1', '\t', '\n', '\r\n', '\r', ' ', orderId(1));
		fc.assert(
			fc.property(
				fc.array(letters, { maxLength: 60 }),
				fc.array(fc.nat({ max: 1_000 }), { maxLength: 8 }),
				(parts, places) => {
					const text = parts.join('');
					const rowsOf = (report: ReturnType<typeof readTabDelimited>) =>
						[...report.rows()].map(({ line, content, problem }) => [line, content, problem]);
					const pieces = readTabDelimitedPieces(cut(text, places));
					expect(pieces.columns).toEqual(readTabDelimited(text).columns);
					expect(rowsOf(pieces)).toEqual(rowsOf(readTabDelimited(text)));
				},
			),
		);
	});

	it('is read in steps even if it has no rows', () => {
		const steps = [...readTabDelimited(`a\tb\n${'\n'.repeat(2_000_000)}`).steps()];
		expect(steps.length).toBeGreaterThan(6);
		expect(steps.filter((row) => row !== undefined)).toEqual([]);
	});
});
