import type { SpApiClient } from '../../nodes/shared/spapi/client';
import { requestLogs } from '../../nodes/shared/spapi/processWide';
import { reportLimitFields } from '../../nodes/shared/spapi/reportLimitFields';
import { quotaOf } from '../../nodes/shared/spapi/reportLimits';
import {
	learnOfRequest,
	takeReportTurn,
	waitForReportTurn,
	type ReportTurn,
} from '../../nodes/shared/spapi/reportQuotas';
import type { ReportType } from '../../nodes/shared/spapi/report';
import { passTime, usePassingTime } from '../engine/passingTime';

usePassingTime('2026-11-20T09:00:00Z', { standsStill: true });

beforeEach(() => requestLogs.clear());

const MINUTE = 60_000;
const SALES: ReportType = 'GET_SALES_AND_TRAFFIC_REPORT';
const RETURNS: ReportType = 'GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA';

/** A seller whose credential has these limits. */
const clientWith = (limits: Readonly<Record<string, unknown>> = {}) =>
	({
		application: 'application',
		seller: 'seller',
		credentials: { changeReportLimits: true, ...limits },
	}) as unknown as SpApiClient;

const takeTurn = (client: SpApiClient, reportType: ReportType): ReportTurn => {
	const quota = quotaOf(client, reportType);
	if (quota === undefined) throw new Error('No quota');
	return takeReportTurn(client, reportType, quota);
};

/** Minutes until the next report is possible, rounded up. */
const minutesLeft = (client: SpApiClient, reportType: ReportType): number =>
	Math.ceil(waitForReportTurn(client, reportType) / MINUTE);

describe('a limit of the credential', () => {
	const PER_DAY = reportLimitFields.find(({ name }) => name === 'salesAndTrafficPerDay');

	it.each([1, 96, 500, Number(PER_DAY?.typeOptions?.maxValue)])(
		'is kept at %p reports in 24 hours',
		(most) => {
			const client = clientWith({ salesAndTrafficMinutes: 0, salesAndTrafficPerDay: most });
			for (let report = 1; report <= most; report += 1) {
				expect(waitForReportTurn(client, SALES)).toBe(0);
				takeTurn(client, SALES).made(String(report));
				passTime(1_000);
			}
			expect(waitForReportTurn(client, SALES)).toBeGreaterThan(23 * 60 * MINUTE);
		},
	);

	it('counts the newest reports, however late Amazon lists older ones', () => {
		const client = clientWith();
		takeTurn(client, RETURNS).made('newest');
		const at = performance.now() - 241 * MINUTE;
		for (let older = 0; older < 2_000; older += 1) {
			learnOfRequest(client, RETURNS, { id: `older ${older}`, at });
		}
		expect(minutesLeft(client, RETURNS)).toBe(241);
	});

	it('is at most what createReport allows, and at least one', () => {
		const countOf = (salesAndTrafficPerDay: unknown) =>
			quotaOf(clientWith({ salesAndTrafficPerDay }), SALES)?.most?.count;
		expect(['5', 1.5, 0.2, 1e9].map(countOf)).toEqual([5, 1, 1, PER_DAY?.typeOptions?.maxValue]);
	});

	it.each(['', ' ', 'many', -1, Infinity, null])('uses the default if it is %p', (given) => {
		const quota = quotaOf(
			clientWith({ salesAndTrafficMinutes: given, salesAndTrafficPerDay: given }),
			SALES,
		);
		expect(quota).toMatchObject({ everyMs: 15 * MINUTE, most: { count: 96 } });
	});
});

describe('a refusal, which may come from the limit of createReport itself', () => {
	it('blocks the type until createReport has a token again, and longer only after another refusal in a row', () => {
		const client = clientWith();
		takeTurn(client, RETURNS).refused();
		expect(minutesLeft(client, RETURNS)).toBe(2);
		passTime(66_000);
		expect(waitForReportTurn(client, RETURNS)).toBe(0);
		takeTurn(client, RETURNS).refused();
		// A quarter of an hour from the first refusal.
		expect(minutesLeft(client, RETURNS)).toBe(14);
		passTime(15 * MINUTE);
		takeTurn(client, RETURNS).refused();
		expect(minutesLeft(client, RETURNS)).toBe(16);
	});

	it.each<[string, (client: SpApiClient) => void]>([
		['after a report was made', (client) => takeTurn(client, RETURNS).made('made')],
		['hours later', () => undefined],
	])('counts as a first refusal %s', (_, meanwhile) => {
		const client = clientWith();
		takeTurn(client, RETURNS).refused();
		passTime(2 * MINUTE);
		meanwhile(client);
		passTime(241 * MINUTE + 10_000);
		takeTurn(client, RETURNS).refused();
		expect(minutesLeft(client, RETURNS)).toBe(2);
	});

	it.each([0, 0.5])(
		'waits for that token if the type has an interval of %p minutes and a number in 24 hours',
		(salesAndTrafficMinutes) => {
			const client = clientWith({ salesAndTrafficMinutes });
			for (let refusals = 0; refusals < 3; refusals += 1) {
				takeTurn(client, SALES).refused();
				expect(minutesLeft(client, SALES)).toBe(2);
				passTime(66_000);
				expect(waitForReportTurn(client, SALES)).toBe(0);
			}
		},
	);

	it('waits for the token of a process that has a share of the limit', () => {
		const client = clientWith({ rateLimitShare: 25 });
		takeTurn(client, RETURNS).refused();
		expect(minutesLeft(client, RETURNS)).toBe(5);
	});

	it("is explained by someone else's report: then the next is possible after that", () => {
		const client = clientWith();
		takeTurn(client, RETURNS).refused();
		learnOfRequest(client, RETURNS, { id: 'theirs', at: performance.now() - 200 * MINUTE });
		expect(minutesLeft(client, RETURNS)).toBe(41);
		passTime(41 * MINUTE);
		takeTurn(client, RETURNS).refused();
		expect(minutesLeft(client, RETURNS)).toBe(2);
	});
});
