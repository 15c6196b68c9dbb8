import { DateTime } from 'luxon';

import { HOUR_MS, MINUTE_MS } from '../domain/calendar';
import type { SpApiClient } from './client';
import { insteadOfFailure } from './failure';
import { cachedReports, oneMarketplaceOnly, reportsListedAt } from './processWide';
import { learnOfRequest } from './reportQuotas';
import {
	documentOf,
	isFinished,
	servesSeveral,
	type RequestedReport,
	type CachedReport,
	type Report,
	type ReportType,
} from './report';
import {
	listReports,
	marketplacesOf,
	type ListedReport,
	type OrderReportRequest,
	type ReportRequest,
} from './reports';

/**
 * Reports that this process requested, or found that others had requested. Amazon makes one report
 * a minute for a seller, and far fewer of some types (see `reportLimits`), so all nodes and
 * executions share the reports that any of them requests. Nothing here has to survive the process:
 * without it, reports are listed, or requested and read again.
 */

/** Maximum number of reports per type, and per marketplace if each has its own reports. */
const MOST_KNOWN = 120;

/** A report that is not finished by then probably never will be. */
const STUCK_AFTER_MS = HOUR_MS;

/** Events in a range may be reported this much later: documented for FBA shipments. */
const LATE_MS = 24 * HOUR_MS;

/** A range without a result is not requested again before this time. */
const NOTHING_FOR_MS = 24 * HOUR_MS;

/** Reports are listed at most this often, because `getReports` has a limit, too. */
const LIST_EVERY_MS = MINUTE_MS;

/** Where the reports that can serve a request are kept. */
const shelfOf = ({ seller }: SpApiClient, request: ReportRequest): string =>
	shelfFor(seller, request.reportType, marketplacesOf(request));

const shelfFor = (
	seller: string,
	reportType: string,
	[marketplaceId]: readonly string[],
): string =>
	servesSeveral(reportType)
		? `${seller} ${reportType}`
		: `${seller} ${reportType} ${marketplaceId}`;

/** Identifies everything that a request contains. */
export const requestKeyOf = (client: SpApiClient, request: ReportRequest): string =>
	[
		shelfOf(client, request),
		marketplacesOf(request).join(),
		request.dataStartTime,
		request.dataEndTime,
		optionsOf(request),
	].join(' ');

/** The reports of a type and the seller. */
export const typeKeyOf = ({ seller }: SpApiClient, reportType: ReportType): string =>
	`${seller} ${reportType}`;

const optionsOf = ({ reportOptions }: ReportRequest): string =>
	JSON.stringify(Object.entries(reportOptions ?? {}).toSorted());

/** Records a report that this process has just requested. */
export function rememberRequested(
	client: SpApiClient,
	request: ReportRequest,
	requested: RequestedReport & Pick<CachedReport, 'at'>,
): CachedReport {
	const { dataStartTime, dataEndTime } = request;
	return remember(shelfOf(client, request), {
		...requested,
		dataStartTime,
		dataEndTime,
		options: optionsOf(request),
		marketplaceIds: marketplacesOf(request),
	});
}

function remember(shelf: string, report: CachedReport): CachedReport {
	const others = (cachedReports.get(shelf) ?? []).filter(({ id }) => id !== report.id);
	const all = [report, ...others].toSorted((a, b) => b.at - a.at).slice(0, MOST_KNOWN);
	cachedReports.set(shelf, all);
	return report;
}

/** Whether a known report has everything a request needs, as of when it was made. */
function covers(known: CachedReport, request: ReportRequest): boolean {
	if (known.options !== undefined && known.options !== optionsOf(request)) return false;
	// Amazon may round the start of Sales and Traffic to its days; the document shows what is
	// missing.
	const spare = request.reportType === 'GET_SALES_AND_TRAFFIC_REPORT' ? LATE_MS : 0;
	if (Date.parse(known.dataStartTime) > Date.parse(request.dataStartTime) + spare) return false;
	if (!marketplacesOf(request).every((id) => known.marketplaceIds.includes(id))) return false;
	const askedAt = Date.parse(known.askedAt);
	if (request.dataEndTime === undefined) {
		return known.dataEndTime === undefined || Date.parse(known.dataEndTime) >= askedAt - MINUTE_MS;
	}
	const end = Date.parse(request.dataEndTime);
	return (known.dataEndTime === undefined ? askedAt : Date.parse(known.dataEndTime)) >= end;
}

/** Whether the content of a report for a closed range can no longer change. */
const isSettled = ({ askedAt }: RequestedReport, { dataEndTime }: ReportRequest): boolean =>
	dataEndTime !== undefined && Date.parse(askedAt) >= Date.parse(dataEndTime) + LATE_MS;

const gaveNothing = ({ report }: CachedReport): boolean =>
	report !== undefined && documentOf(report) === undefined;

const isGone = ({ report }: CachedReport): boolean => report?.processingStatus === 'FATAL';

/** The report to use instead of requesting one: as new as Amazon will make it. */
export function currentReport(
	client: SpApiClient,
	request: ReportRequest,
	isNewEnough: (known: CachedReport) => boolean,
): CachedReport | undefined {
	const now = performance.now();
	const usable = (cachedReports.get(shelfOf(client, request)) ?? []).filter((known) => {
		if (known.isUseless === true || isGone(known) || !covers(known, request)) return false;
		const age = now - known.at;
		if (known.report === undefined && age > STUCK_AFTER_MS) return false;
		const isForGood = isSettled(known, request) && (!gaveNothing(known) || age < NOTHING_FOR_MS);
		return isNewEnough(known) || isForGood;
	});
	// A canceled report may have been requested too soon after another one that has the data.
	return usable.find((known) => !gaveNothing(known)) ?? usable[0];
}

/** A report that is DONE. */
export interface FinishedReport {
	/** The same time on the monotonic clock, in milliseconds. */
	readonly at: number;
	/** When it was requested; UTC. */
	readonly askedAt: string;
	readonly report: Report;
}

/**
 * The newest finished report that has everything the request needs, as of when it was made.
 * @param atMostMs its maximum age
 */
export function cachedReport(
	client: SpApiClient,
	request: ReportRequest,
	atMostMs: number,
): FinishedReport | undefined {
	const oldest = performance.now() - atMostMs;
	const known = cachedReports
		.get(shelfOf(client, request))
		?.find(
			(known) =>
				known.at >= oldest &&
				known.isUseless !== true &&
				known.report !== undefined &&
				documentOf(known.report) !== undefined &&
				covers(known, request),
		);
	return known?.report && { at: known.at, askedAt: known.askedAt, report: known.report };
}

/**
 * When a report that has everything the request needs was last requested, whatever its result
 * (monotonic milliseconds); -Infinity if never.
 */
export const lastRequestedAt = (client: SpApiClient, request: ReportRequest): number =>
	cachedReports.get(shelfOf(client, request))?.find((known) => covers(known, request))?.at ??
	-Infinity;

/** Records a report that Amazon lists. */
function learn(client: SpApiClient, listed: ListedReport): void {
	const { reportId: id, createdTime, reportType, marketplaceIds = [], dataStartTime } = listed;
	// The clocks differ; a report from the future counts as made now.
	const at = performance.now() - Math.max(0, Date.now() - Date.parse(createdTime));
	learnOfRequest(client, reportType as ReportType, { id, at });
	const isOfSeveral = marketplaceIds.length > 1 && !servesSeveral(reportType);
	if (marketplaceIds.length === 0 || isOfSeveral || !dataStartTime) return;
	const shelf = shelfFor(client.seller, reportType, marketplaceIds);
	const known = cachedReports.get(shelf)?.find((each) => each.id === id);
	const { dataEndTime } = listed;
	remember(shelf, {
		id,
		at,
		askedAt: DateTime.fromISO(createdTime, { zone: 'utc' }).toISO() ?? createdTime,
		dataStartTime,
		dataEndTime,
		marketplaceIds,
		...known,
		...(isFinished(listed) && { report: listed }),
	});
}

/**
 * Finds out what others have requested: other processes, this one before a restart, other
 * applications. If Amazon does not answer, nothing is lost.
 */
async function list(
	client: SpApiClient,
	reportType: ReportType,
	range: { readonly since: Date; readonly until?: Date },
	key: string,
): Promise<void> {
	reportsListedAt.set(key, performance.now());
	const listed = await listReports(client, reportType, range).catch(insteadOfFailure([]));
	for (const report of listed) learn(client, report);
}

/** There may be a report that did not exist when they were listed. */
export const forgetListing = (client: SpApiClient, reportType: ReportType): void =>
	void reportsListedAt.delete(typeKeyOf(client, reportType));

/** Lists recently requested reports, unless that was done in the last minute. */
export async function listLately(client: SpApiClient, reportType: ReportType): Promise<void> {
	const key = typeKeyOf(client, reportType);
	const last = reportsListedAt.get(key) ?? -Infinity;
	if (performance.now() - last < LIST_EVERY_MS) return;
	await list(client, reportType, { since: new Date(Date.now() - 2 * LATE_MS) }, key);
}

/**
 * Lists, once, the reports of a closed range that may have been made before this process started.
 */
export async function listClosed(client: SpApiClient, request: ReportRequest): Promise<void> {
	const { reportType, dataStartTime, dataEndTime } = request;
	if (dataEndTime === undefined) return;
	const settled = Date.parse(dataEndTime) + LATE_MS;
	// Younger reports were listed anyway.
	if (settled > Date.now() - 2 * LATE_MS) return;
	const key = [typeKeyOf(client, reportType), dataStartTime, dataEndTime].join(' ');
	if (reportsListedAt.has(key)) return;
	const range = { since: new Date(settled), until: new Date(settled + LATE_MS) };
	await list(client, reportType, range, key);
}

/** Whether this process requested it, and therefore with the options of the request. */
export const isOwnReport = (client: SpApiClient, request: ReportRequest, id: string): boolean =>
	cachedReports
		.get(shelfOf(client, request))
		?.some((known) => known.id === id && known.options === optionsOf(request)) === true;

/** Records how a report ended. */
export function rememberEnd(client: SpApiClient, report: Report): void {
	const { reportId, reportType, marketplaceIds = [] } = report;
	change(shelfFor(client.seller, reportType, marketplaceIds), reportId, { report });
}

/** The same for a requested report, whatever type Amazon says it has. */
export const rememberEndOf = (client: SpApiClient, request: ReportRequest, report: Report): void =>
	change(shelfOf(client, request), report.reportId, { report });

/** Marks a report as useless for such requests. */
export const setUseless = (client: SpApiClient, request: ReportRequest, id: string): void =>
	change(shelfOf(client, request), id, { isUseless: true });

function change(shelf: string, reportId: string, changes: Partial<CachedReport>): void {
	const known = cachedReports.get(shelf)?.find(({ id }) => id === reportId);
	if (known !== undefined) remember(shelf, { ...known, ...changes });
}

/** In one report. */
const MOST_MARKETPLACES = 25;

/**
 * The request, extended so that the report also serves those who need other marketplaces: a report
 * is rarely made, and the marketplaces needed change from run to run.
 */
export function widened(client: SpApiClient, request: OrderReportRequest): OrderReportRequest {
	if (oneMarketplaceOnly.has(typeKeyOf(client, request.reportType))) return request;
	const others = (cachedReports.get(shelfOf(client, request)) ?? [])
		// Requested by this process.
		.filter(({ options }) => options !== undefined)
		.flatMap(({ marketplaceIds }) => marketplaceIds);
	const all = [...new Set([...request.marketplaceIds, ...others])];
	return { ...request, marketplaceIds: all.slice(0, MOST_MARKETPLACES).toSorted() };
}
