import { SpApiFailure } from '../../nodes/shared/spapi/failure';
import { parseSalesAndTraffic } from '../../nodes/shared/spapi/salesAndTraffic';

/** A day as Amazon's schema has it, shortened. */
const day = (date: string, feedbackReceived: unknown, negativeFeedbackReceived: unknown) => ({
	date,
	salesByDate: { orderedProductSales: { amount: 15.5, currencyCode: 'USD' }, unitsOrdered: 2 },
	trafficByDate: {
		browserPageViews: 44,
		feedbackReceived,
		negativeFeedbackReceived,
		receivedNegativeFeedbackRate: 10.0,
	},
});

const report = (...days: unknown[]): string =>
	JSON.stringify({
		reportSpecification: { reportType: 'GET_SALES_AND_TRAFFIC_REPORT' },
		salesAndTrafficByDate: days,
		salesAndTrafficByAsin: [],
	});

function failureOf(text: string): SpApiFailure {
	let thrown: unknown;
	try {
		parseSalesAndTraffic(text);
	} catch (error) {
		thrown = error;
	}
	if (!(thrown instanceof SpApiFailure)) throw new Error(`thrown was ${String(thrown)}`);
	return thrown;
}

describe('parseSalesAndTraffic', () => {
	it('refuses a report per week, whose totals would be taken for those of single days', () => {
		const text = JSON.stringify({
			reportSpecification: { reportOptions: { dateGranularity: 'WEEK' } },
			salesAndTrafficByDate: [day('2021-06-06', 70, 1)],
		});
		expect(failureOf(text).answer.message).toMatch(/one per day, not per week or month/);
	});

	it('reads the feedback totals of each day and drops the rest', () => {
		expect(parseSalesAndTraffic(report(day('2021-06-11', 10, 1), day('2021-06-12', 0, 0)))).toEqual(
			[
				{ date: '2021-06-11', received: 10, negative: 1 },
				{ date: '2021-06-12', received: 0, negative: 0 },
			],
		);
	});

	it('reads a day that comes with a time', () => {
		expect(parseSalesAndTraffic(report(day('2021-06-11T00:00:00Z', 1, 0)))[0]?.date).toBe(
			'2021-06-11',
		);
	});

	it('reads a report of no days as no days', () => {
		expect(parseSalesAndTraffic(report())).toEqual([]);
	});

	it.each([
		['nothing', ''],
		['null', 'null'],
		['a page in HTML', '<html></html>'],
		['JSON that is cut off', report(day('2021-06-11', 10, 1)).slice(0, -9)],
		['an array', '[]'],
		['a report without days', '{"salesAndTrafficByAsin":[]}'],
		['a negative count', report(day('2021-06-11', -1, 0))],
		['half a feedback', report(day('2021-06-11', 1.5, 0))],
		['a count in quotes', report(day('2021-06-11', '1', 0))],
		['a missing count', report(day('2021-06-11', 1, undefined))],
		['another format of date', report(day('11/06/2021', 1, 0))],
	])('refuses %s instead of counting it as zero', (_, text) => {
		expect(failureOf(text)).toMatchObject({
			kind: 'unexpectedAnswer',
			operation: 'getReportDocument',
		});
	});

	it.each([
		['a figure that is null', day('2021-06-12', null, 0)],
		['the other figure that is null', day('2021-06-12', 3, null)],
		['a negative count', day('2021-06-12', -1, 0)],
		['no traffic', { date: '2021-06-12', trafficByDate: null }],
		['no date', { ...day('', 1, 0), date: null }],
		['nothing', null],
	])('A12: a day with %s is unknown and costs only itself', (_, broken) => {
		const text = report(day('2021-06-11', 1, 0), broken, day('2021-06-13', 2, 1));
		expect(parseSalesAndTraffic(text).map(({ date }) => date)).toEqual([
			'2021-06-11',
			'2021-06-13',
		]);
	});

	it('says which field of which day it could not read, where it could read none', () => {
		const text = report(day('2021-06-11', null, 0), day('2021-06-12', 'many', 0));
		expect(failureOf(text).advice).toContain(
			'salesAndTrafficByDate.0.trafficByDate.feedbackReceived: ',
		);
		expect(failureOf('[]').advice).not.toContain('undefined');
	});
});
