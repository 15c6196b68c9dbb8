import type { IExecuteFunctions } from 'n8n-workflow';

import { dayOf, MINUTE_MS } from '../../shared/domain/calendar';
import type { TotalsEvidence } from '../../shared/domain/coverage';
import type { Marketplace } from '../../shared/domain/marketplaces';
import { hintAtTurn, salesAndTrafficRequest } from '../../shared/n8n/feedbackReport';
import { hint } from '../../shared/n8n/hints';
import type { TotalsFrom } from '../../shared/n8n/totalsFrom';
import type { SpApiClient } from '../../shared/spapi/client';
import { SpApiFailure } from '../../shared/spapi/failure';
import type { FailureKind } from '../../shared/spapi/failureKinds';
import { totalsOf } from '../../shared/spapi/kioskTotals';
import { obtainDailyTotals } from '../../shared/spapi/obtainDailyTotals';
import { obtainReport } from '../../shared/spapi/obtainReport';
import { readText } from '../../shared/spapi/reportDocument';
import { readSalesAndTraffic } from '../../shared/spapi/salesAndTraffic';
import { differencesOf } from './differences';

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
	{ totalsFrom, waitMinutes }: TotalsOptions,
): Promise<DailyTotals> {
	const waitMs = waitMinutes * MINUTE_MS;
	const ofReport = async () => await fromReport(context, client, marketplace, today, waitMs);
	const ofKiosk = async (atMostMs: number) =>
		await fromDataKiosk(context, client, marketplace, today, atMostMs);
	if (totalsFrom === 'report') return await ofReport();
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
	const result = await obtainDailyTotals(context, client, marketplace, waitMs);
	const { totals, source, notes } = totalsOf(result, marketplace, today);
	return { sources: [source], totals, notes };
}

async function fromReport(
	context: IExecuteFunctions,
	client: SpApiClient,
	marketplace: Marketplace,
	today: string,
	waitMs: number,
): Promise<DailyTotals> {
	const name = 'GET_SALES_AND_TRAFFIC_REPORT';
	const obtained = await obtainReport(context, client, salesAndTrafficRequest(marketplace, today), {
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
