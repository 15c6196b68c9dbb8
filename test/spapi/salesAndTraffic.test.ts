import { SpApiFailure } from '../../nodes/shared/spapi/failure';
import { readSalesAndTraffic } from '../../nodes/shared/spapi/salesAndTraffic';

const parseSalesAndTraffic = (text: string) => readSalesAndTraffic(text).days;

/** A day as in Amazon's schema, shortened. */
const day = (date: string, feedbackReceived: unknown, negativeFeedbackReceived: unknown) => ({
	date,
	salesByDate: {
		orderedProductSales: { amount: 15.5, currencyCode: 'USD' },
		unitsOrdered: 2,
		unitsShipped: 3,
		ordersShipped: 1,
		unitsRefunded: 1,
		refundRate: 50.0,
		claimsGranted: 0,
	},
	trafficByDate: {
		browserPageViews: 44,
		buyBoxPercentage: 91.25,
		feedbackReceived,
		negativeFeedbackReceived,
		receivedNegativeFeedbackRate: 10.0,
	},
});

/** The other figures of such a day. */
const SHOP = {
	units: 2,
	pageViews: null,
	buyBoxPercent: 91.25,
	ordersShipped: 1,
	unitsShipped: 3,
	unitsRefunded: 1,
	claimsGranted: 0,
};

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

describe('readSalesAndTraffic', () => {
	it('refuses a weekly report, whose totals would be treated as those of single days', () => {
		const text = JSON.stringify({
			reportSpecification: { reportOptions: { dateGranularity: 'WEEK' } },
			salesAndTrafficByDate: [day('2021-06-06', 70, 1)],
		});
		expect(failureOf(text).answer.message).toMatch(/must be per day, not per week or month/);
	});

	it('reads the figures of each day and drops the rest', () => {
		expect(parseSalesAndTraffic(report(day('2021-06-11', 10, 1), day('2021-06-12', 0, 0)))).toEqual(
			[
				{ date: '2021-06-11', received: 10, negative: 1, ...SHOP },
				{ date: '2021-06-12', received: 0, negative: 0, ...SHOP },
			],
		);
	});

	it('reads a day with a time', () => {
		expect(parseSalesAndTraffic(report(day('2021-06-11T00:00:00Z', 1, 0)))[0]?.date).toBe(
			'2021-06-11',
		);
	});

	it('reads a report without days as no days', () => {
		expect(parseSalesAndTraffic(report())).toEqual([]);
	});

	it.each([
		['nothing', ''],
		['null', 'null'],
		['a page in HTML', '<html></html>'],
		['JSON that is cut off', report(day('2021-06-11', 10, 1)).slice(0, -9)],
		['an array', '[]'],
		['a report without days', '{"salesAndTrafficByAsin":[]}'],
	])('refuses %s instead of counting it as zero', (_, text) => {
		expect(failureOf(text)).toMatchObject({
			kind: 'unexpectedAnswer',
			operation: 'getReportDocument',
		});
	});

	it.each([
		['a negative count', [-1, 0], { received: null, negative: 0 }],
		['half a feedback entry', [1.5, 0], { received: null, negative: 0 }],
		['a count in quotes', ['1', 0], { received: null, negative: 0 }],
		['a missing count', [1, undefined], { received: 1, negative: null }],
		['null', [null, 0], { received: null, negative: 0 }],
	])('treats %s as unknown, never as zero, and reads the other days', (_, counts, wanted) => {
		const [received, negative] = counts;
		const days = parseSalesAndTraffic(
			report(day('2021-06-11', received, negative), day('2021-06-12', 4, 1)),
		);
		expect(days).toMatchObject([wanted, { date: '2021-06-12', received: 4, negative: 1 }]);
	});

	it('skips an entry that is not a day, which is then unknown', () => {
		const text = report(day('11/06/2021', 1, 0), null, day('2021-06-12', 4, 1));
		expect(parseSalesAndTraffic(text)).toMatchObject([{ date: '2021-06-12', received: 4 }]);
	});

	it('reads which days the report says it covers, and the figures that show if they are filled in', () => {
		const text = JSON.stringify({
			reportSpecification: { dataStartTime: '2021-06-11', dataEndTime: '2021-06-20T00:00:00Z' },
			salesAndTrafficByDate: [
				{
					date: '2021-06-11',
					salesByDate: { unitsOrdered: 5 },
					trafficByDate: { feedbackReceived: 0, negativeFeedbackReceived: 0, pageViews: 0 },
				},
			],
		});
		expect(readSalesAndTraffic(text)).toMatchObject({
			from: '2021-06-11',
			through: '2021-06-20',
			days: [{ date: '2021-06-11', received: 0, negative: 0, units: 5, pageViews: 0 }],
		});
	});

	it('names the first field it could not read if it could read no day', () => {
		const text = report(day('2021-06-11', null, 0), day('2021-06-12', 'many', 0));
		expect(failureOf(text).advice).toContain(
			'salesAndTrafficByDate.0.trafficByDate.feedbackReceived: ',
		);
	});

	it.each([-0.01, 100.01, '91', null])(
		'reads a Buy Box share of %p as unknown, and the rest of the day',
		(buyBoxPercentage) => {
			const odd = day('2021-06-11', 1, 0);
			const text = report({ ...odd, trafficByDate: { ...odd.trafficByDate, buyBoxPercentage } });
			expect(parseSalesAndTraffic(text)).toMatchObject([{ received: 1, buyBoxPercent: null }]);
		},
	);

	it('says what it could not read', () => {
		expect(failureOf('{"salesAndTrafficByAsin":[]}').advice).toContain('salesAndTrafficByDate');
		expect(failureOf('[]').advice).not.toContain('undefined');
	});
});
