import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { dayOf, MINUTE_MS } from '../../shared/domain/calendar';
import type { TotalsEvidence } from '../../shared/domain/coverage';
import type { Marketplace } from '../../shared/domain/marketplaces';
import { hintAtTurn, salesAndTrafficRequest } from '../../shared/n8n/feedbackReport';
import { hint } from '../../shared/n8n/hints';
import type { SpApiClient } from '../../shared/spapi/client';
import { withoutFalseZeros } from '../../shared/spapi/dailyTotals';
import { SpApiFailure } from '../../shared/spapi/failure';
import type { FailureKind } from '../../shared/spapi/failureKinds';
import { obtainDailyTotals, wholeRange } from '../../shared/spapi/obtainDailyTotals';
import { obtainReport } from '../../shared/spapi/obtainReport';
import { readText } from '../../shared/spapi/reportDocument';
import { readSalesAndTraffic } from '../../shared/spapi/salesAndTraffic';
import { differencesOf } from './differences';

/** Where the daily totals come from: Data Kiosk, the Sales and Traffic report, or both. */

export const TOTALS_FROM = ['dataKioskElseReport', 'dataKiosk', 'report', 'both'] as const;

export type TotalsFrom = (typeof TOTALS_FROM)[number];

export const totalsFromOption: INodeProperties = {
	displayName: 'Totals From',
	name: 'totalsFrom',
	type: 'options',
	default: 'dataKioskElseReport',
	options: [
		{
			name: 'Compare Both',
			value: 'both',
			description: 'Uses Data Kiosk and names each day on which the report differs',
		},
		{
			name: 'Data Kiosk',
			value: 'dataKiosk',
			description: 'One query for all marketplaces of the seller',
		},
		{
			name: 'Data Kiosk, Else the Report',
			value: 'dataKioskElseReport',
			description: 'Uses the Sales and Traffic report if Data Kiosk fails, and says so',
		},
		{
			name: 'Sales and Traffic Report',
			value: 'report',
			description: 'One report per marketplace; Amazon makes one every 15 minutes',
		},
	],
	description:
		"Which of Amazon's sources has the number of feedback entries per day. Both need the role Brand Analytics.",
};

/** The daily totals of one marketplace. */
export interface DailyTotals {
	/** Each report and query, with its ID. */
	readonly sources: readonly string[];
	/** Undefined if Amazon gave none. */
	readonly totals: TotalsEvidence | undefined;
	/** What is unusual about them, in sentences. */
	readonly notes: readonly string[];
}

export interface TotalsOptions {
	readonly totalsFrom: TotalsFrom;
	/** A Sales and Traffic report to use; Data Kiosk is then not asked. */
	readonly salesReportId?: string;
	readonly waitMinutes: number;
}

/** Data Kiosk usually needs seconds; where there is a report instead, nobody waits longer. */
const LONGEST_WAIT_MS = 15 * MINUTE_MS;

/**
 * Fetches the daily totals of a marketplace.
 * @param today marketplace-local calendar day
 */
export async function fetchDailyTotals(
	context: IExecuteFunctions,
	client: SpApiClient,
	marketplace: Marketplace,
	today: string,
	{ totalsFrom, salesReportId, waitMinutes }: TotalsOptions,
): Promise<DailyTotals> {
	const waitMs = waitMinutes * MINUTE_MS;
	const ofReport = async () =>
		await fromReport(context, client, marketplace, today, salesReportId, waitMs);
	const ofKiosk = async (atMostMs: number) =>
		await fromDataKiosk(context, client, marketplace, today, atMostMs);
	if (salesReportId !== undefined || totalsFrom === 'report') return await ofReport();
	if (totalsFrom === 'dataKiosk') return await ofKiosk(waitMs);
	if (totalsFrom === 'both') {
		const kiosk = await ofKiosk(waitMs);
		const report = await ofReport();
		return {
			sources: [...kiosk.sources, ...report.sources],
			totals: kiosk.totals,
			notes: [...kiosk.notes, ...differencesOf(kiosk.totals, report.totals)],
		};
	}
	// At most half of the time, because the report may need the rest.
	const kiosk = await ofKiosk(Math.min(waitMs / 2, LONGEST_WAIT_MS)).catch(orFailure);
	if (!(kiosk instanceof SpApiFailure)) return kiosk;
	const report = await ofReport();
	const why = `The totals come from the Sales and Traffic report. ${kiosk.message}.`;
	hint(context, `${why} ${kiosk.advice}`.trim());
	return { ...report, notes: [why, ...report.notes] };
}

/** Failures that every other call would share, or that concern the execution. */
export const OF_ALL_CALLS: readonly FailureKind[] = [
	'cancelled',
	'login',
	'secretExpired',
	'loginUnavailable',
	'tokenRejected',
	'unreachable',
];

function orFailure(failure: unknown): SpApiFailure {
	if (failure instanceof SpApiFailure && !OF_ALL_CALLS.includes(failure.kind)) return failure;
	throw failure;
}

async function fromDataKiosk(
	context: IExecuteFunctions,
	client: SpApiClient,
	marketplace: Marketplace,
	today: string,
	waitMs: number,
): Promise<DailyTotals> {
	const range = wholeRange(client, marketplace);
	const result = await obtainDailyTotals(context, client, range, waitMs);
	const { queryId, askedAt, days, unreadableLines } = result;
	const { from, through } = result.range;
	const notes =
		unreadableLines === 0
			? []
			: [
					`${unreadableLines} line(s) of Data Kiosk's result could not be read; their days are unknown`,
				];
	return {
		sources: [`Data Kiosk query ${queryId}`],
		totals: {
			days: withoutFalseZeros(days.get(marketplace.id) ?? []),
			from,
			through,
			madeOn: earlierOf(dayOf(marketplace, askedAt), today),
		},
		notes,
	};
}

async function fromReport(
	context: IExecuteFunctions,
	client: SpApiClient,
	marketplace: Marketplace,
	today: string,
	reportId: string | undefined,
	waitMs: number,
): Promise<DailyTotals> {
	const name = 'GET_SALES_AND_TRAFFIC_REPORT';
	const obtained = await obtainReport(context, client, salesAndTrafficRequest(marketplace, today), {
		reportId,
		waitMs,
		read: readText,
	});
	if (obtained.status === 'CANCELLED') {
		const source = `${name} ${obtained.report.reportId} (canceled by Amazon)`;
		return { sources: [source], totals: undefined, notes: [] };
	}
	hintAtTurn(context, 'Sales and Traffic', marketplace, obtained.waitedMs);
	const { reportId: id, createdTime, dataEndTime } = obtained.report;
	const madeOn = earlierOf(dayOf(marketplace, createdTime ?? dataEndTime), today);
	return {
		sources: [`${name} ${id}`],
		totals: { ...readSalesAndTraffic(obtained.content), madeOn },
		notes: [],
	};
}

/** So that a clock that is ahead does not settle any day. */
const earlierOf = (day: string | undefined, today: string): string =>
	day !== undefined && day < today ? day : today;
