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
		'counts blank lines out',
		{ readTabDelimited: (text) => readTabDelimited(text.replace(/\n\s*\n/g, '\n')) },
	],
	[
		'takes the second of two columns of one name',
		{ readTabDelimited: (text) => readTabDelimited(text.replace(/^order-id(?=\tOrder-ID)/, 'x')) },
	],
	[
		'takes the first row of an order for all of it',
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
		'gives a total that is no decimal number',
		{
			parseAllOrdersReport: (text) => {
				const { orders, ...rest } = parseAllOrdersReport(text);
				return { ...rest, orders: orders.map((order) => ({ ...order, orderTotal: 'NaN' })) };
			},
		},
	],
	[
		'gives an order for each of its rows',
		{
			parseAllOrdersReport: (text) => {
				const { orders, ...rest } = parseAllOrdersReport(text);
				return { ...rest, orders: [...orders, ...orders] };
			},
		},
	],
	[
		'says nothing of shipments it cannot read',
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
		'takes no notice of offsets',
		{ readMoment: (text) => (readMoment(text) === null ? null : `${text.slice(0, 19)}.000Z`) },
	],
];

describe('fuzz target "orderReports"', () => {
	it.each(inputsOf('orderReports'))('holds for %s', (_, data) => {
		fuzz(data);
	});

	it.each(BROKEN)('catches a reader that %s', (_, broken) => {
		expect(refusedBy('orderReports', (data) => check(data, { ...RIGHT, ...broken }))).not.toEqual(
			[],
		);
	});
});
