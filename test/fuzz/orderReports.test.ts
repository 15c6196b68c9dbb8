import { check, fuzz, type OrderReports } from '../../fuzz/targets/orderReports';
import { parseAllOrdersReport } from '../../nodes/AmazonReviewSolicitation/orders/reports/allOrdersReport';
import { parseFbaShipmentsReport } from '../../nodes/AmazonReviewSolicitation/orders/reports/fbaShipmentsReport';
import { parseReturnsReport } from '../../nodes/AmazonReviewSolicitation/orders/reports/returnsReport';
import {
	readMoment,
	readTabDelimited,
} from '../../nodes/AmazonReviewSolicitation/orders/reports/tabDelimited';
import { inputsOf, refusedBy } from './replay';

const RIGHT: OrderReports = {
	readTabDelimited,
	parseAllOrdersReport,
	parseFbaShipmentsReport,
	parseReturnsReport,
	readMoment,
};

const BROKEN: ReadonlyArray<readonly [string, Partial<OrderReports>]> = [
	[
		'does not count blank lines',
		{ readTabDelimited: (text) => readTabDelimited(text.replace(/\n\s*\n/g, '\n')) },
	],
	[
		'uses the second of two columns with the same name',
		{ readTabDelimited: (text) => readTabDelimited(text.replace(/^order-id(?=\tOrder-ID)/, 'x')) },
	],
	[
		'treats the first row of an order as the whole order',
		{
			parseAllOrdersReport: (text) => {
				const { orders, ...rest } = parseAllOrdersReport(text);
				return {
					...rest,
					orders: orders.map((order) => ({ ...order, items: order.items?.slice(0, 1) ?? null })),
				};
			},
		},
	],
	[
		'returns a total that is not a decimal number',
		{
			parseAllOrdersReport: (text) => {
				const { orders, ...rest } = parseAllOrdersReport(text);
				return { ...rest, orders: orders.map((order) => ({ ...order, orderTotal: 'NaN' })) };
			},
		},
	],
	[
		'returns an order for each of its rows',
		{
			parseAllOrdersReport: (text) => {
				const { orders, ...rest } = parseAllOrdersReport(text);
				return { ...rest, orders: [...orders, ...orders] };
			},
		},
	],
	[
		'does not report unreadable shipments',
		{ parseFbaShipmentsReport: (text) => ({ ...parseFbaShipmentsReport(text), unreadable: [] }) },
	],
	[
		'loses a return',
		{
			parseReturnsReport: (text) => {
				const report = parseReturnsReport(text);
				return { ...report, returns: report.returns.slice(1) };
			},
		},
	],
	[
		'ignores offsets',
		{ readMoment: (text) => (readMoment(text) === null ? null : `${text.slice(0, 19)}.000Z`) },
	],
];

describe('fuzz target "orderReports"', () => {
	it.each(inputsOf('orderReports'))('passes with %s', (_, data) => {
		fuzz(data);
	});

	it.each(BROKEN)('catches a reader that %s', (_, broken) => {
		expect(refusedBy('orderReports', (data) => check(data, { ...RIGHT, ...broken }))).not.toEqual(
			[],
		);
	});
});
