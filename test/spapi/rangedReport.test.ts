// cspell:ignore Cancelled
import '../engine/passingWaits';
import type { IExecuteFunctions, IHttpRequestOptions } from 'n8n-workflow';
import { DateTime } from 'luxon';

import { fetchRangedReports } from '../../nodes/AmazonReviewSolicitation/orders/rangedReport';
import { findMarketplace, type Marketplace } from '../../nodes/shared/domain/marketplaces';
import { readReturnsReport } from '../../nodes/AmazonReviewSolicitation/orders/reports/returnsReport';
import type { Steps } from '../../nodes/shared/domain/steps';
import { SpApiClient } from '../../nodes/shared/spapi/client';
import * as processWide from '../../nodes/shared/spapi/processWide';
import type { OrderReportType } from '../../nodes/shared/spapi/report';
import { startSandbox, type FaultKind, type Sandbox } from '../../sandbox';
import { passTime, usePassingTime } from '../engine/passingTime';
import { contextOf } from './context';

usePassingTime('2026-11-20T09:00:00Z', { standsStill: true });

const RETURNS: OrderReportType = 'GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA';
const ORDERS: OrderReportType = 'GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL';
const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
const DE = findMarketplace('DE') as Marketplace;

let sandbox: Sandbox;

beforeEach(async () => {
	for (const kept of Object.values(processWide)) kept.clear();
	sandbox = await startSandbox({
		reportDelayMs: 20_000,
		rateLimits: 1,
		habits: { reportQuotas: true },
		settings: { quotaTime: 'clock' },
	});
});
afterEach(async () => await sandbox.close());

interface CreateReport {
	readonly dataStartTime: string;
	readonly dataEndTime?: string;
}

/** The part of n8n that reports need. Passes each report request to `say` before sending it. */
function contextSaying(say: (request: CreateReport) => void): IExecuteFunctions {
	const context = contextOf(sandbox);
	const { httpRequestWithAuthentication: send } = context.helpers;
	const helpers: IExecuteFunctions['helpers'] = {
		...context.helpers,
		httpRequestWithAuthentication: async (type: string, options: IHttpRequestOptions, more) => {
			if (options.method === 'POST') say(options.body as unknown as CreateReport);
			return (await send.call(context, type, options, more)) as unknown;
		},
	};
	return { ...context, helpers };
}

describe('a report with many rows', () => {
	it('is read in steps, and other work runs in between', async () => {
		const context = contextOf(sandbox);
		const client = await SpApiClient.connect(context, 0);
		let turns = 0;
		const seen: number[] = [];
		function* read(pieces: readonly string[]): Steps<number> {
			for (let step = 0; step < 5; step += 1) {
				seen.push(turns);
				setImmediate(() => (turns += 1));
				// Longer than other work may have to wait.
				passTime(20);
				yield;
			}
			return pieces.length;
		}
		const after = DateTime.utc().minus({ days: 20 }).toISO();
		const range = { marketplaces: [DE], after, waitMs: 15 * MINUTE };
		const parts = await fetchRangedReports(context, client, ORDERS, range, {
			read,
			bytesOf: () => 1,
		});
		expect(parts.map(({ outcome }) => outcome)).toEqual(['done']);
		expect(seen).toEqual([0, 1, 2, 3, 4]);
	});
});

describe('a range of several reports of a type that Amazon rarely makes', () => {
	/**
	 * Requests the last 90 days every hour. The first report, which covers all of them, ends as
	 * FATAL.
	 * @returns the first day of each part requested after it
	 */
	async function runHourly(hours: number, bad: string, how: FaultKind): Promise<string[]> {
		const requested: string[] = [];
		const context = contextSaying(({ dataStartTime }) => {
			const isWhole = requested.push(dataStartTime.slice(0, 10)) === 1;
			const kind = isWhole ? 'reportFatal' : how;
			if (isWhole || requested.at(-1) === bad) {
				sandbox.faults.add({ kind, operation: 'createReport', times: 1 });
			}
		});
		const client = await SpApiClient.connect(context, 0);
		for (let hour = 0; hour < hours; hour += 1) {
			const after = new Date(Date.now() - 90 * DAY).toISOString();
			const range = { marketplaces: [DE], after, waitMs: 0 };
			await fetchRangedReports(context, client, RETURNS, range, {
				read: readReturnsReport,
				bytesOf: () => 1,
			});
			passTime(60 * MINUTE);
		}
		return requested.slice(1);
	}

	// The last one is the open part.
	const PARTS = ['2026-07-30', '2026-08-27', '2026-09-24', '2026-10-22', '2026-11-19'];
	const [OLDEST = '', ...OTHERS] = PARTS;
	const NEWEST = OTHERS.at(-1) ?? '';

	it.each<[string, string, FaultKind]>([
		['the newest', NEWEST, 'reportFatal'],
		['the newest', NEWEST, 'reportCancelled'],
		['an older one', '2026-09-24', 'reportFatal'],
		['the oldest', OLDEST, 'reportCancelled'],
	])('requests each of its parts, even if %s (%s) always ends as %s', async (_, bad, how) => {
		passTime(2 * DAY);
		const asked = await runHourly(72, bad, how);
		expect(asked.slice(0, PARTS.length).toSorted()).toEqual(PARTS);
		// Then the open part and the missing part, in turn.
		const rest = asked.slice(PARTS.length);
		expect(rest.length).toBeGreaterThan(8);
		for (let first = 0; first + 8 <= rest.length; first += 1) {
			expect(rest.slice(first, first + 8)).toEqual(expect.arrayContaining([NEWEST, bad]));
		}
	});
});
