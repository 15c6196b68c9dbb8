import { jsonParse } from 'n8n-workflow';
import { z } from 'zod';

import { DAY_MS } from '../domain/calendar';
import { instantSchema } from '../domain/instant';
import { reasonIn } from './answerWords';
import type { SpApiClient, SpApiContext } from './client';
import { SpApiFailure } from './failure';
import { redact } from './redact';
import {
	documentOf,
	isFinished,
	REPORT_TYPES,
	reportSchema,
	servesSeveral,
	type OrderReportType,
	type Report,
	type ReportDocument,
	type ReportType,
} from './report';
import { readReportDocument, readStart } from './reportDocument';
import { quotaOf } from './reportLimits';
import { untilFinished } from './untilFinished';

/**
 * Days of every Sales and Traffic report, including today, so that one serves every caller: two
 * windows of a year. Amazon accepts no start "more than two years ago"; counted in days of the
 * marketplace, the first day begins less than 730 times 24 hours ago, no matter in which time zone
 * Amazon counts.
 */
export const SALES_AND_TRAFFIC_DAYS = 730;

interface RequestedContent {
	/** ISO 8601 in UTC. Always sent: without it Amazon uses "now" and finds nothing. */
	readonly dataStartTime: string;
	/**
	 * ISO 8601 in UTC; now if absent. Never for feedback: with an end, Amazon cancels reports of less
	 * than five days.
	 */
	readonly dataEndTime?: string;
	readonly reportOptions?: Readonly<Record<string, string>>;
}

export interface MarketplaceReportRequest extends RequestedContent {
	readonly reportType: Exclude<ReportType, OrderReportType>;
	/** One marketplace per report, because its rows do not name theirs. */
	readonly marketplaceId: string;
}

export interface OrderReportRequest extends RequestedContent {
	readonly reportType: OrderReportType;
	/** All that are needed, in one report; at most 25. */
	readonly marketplaceIds: readonly string[];
}

export type ReportRequest = MarketplaceReportRequest | OrderReportRequest;

/** The marketplaces of a request, always in the same order. */
export const marketplacesOf = (
	request:
		| Pick<MarketplaceReportRequest, 'marketplaceId'>
		| Pick<OrderReportRequest, 'marketplaceIds'>,
): readonly string[] =>
	'marketplaceIds' in request ? request.marketplaceIds.toSorted() : [request.marketplaceId];

const createdSchema = z.object({ reportId: z.string() });

/**
 * What Amazon says in a failed report's own document, without secrets and shortened; undefined if
 * it has none, or none that can be read.
 * @throws SpApiFailure if the execution was canceled
 */
export async function reasonOfFatal(
	context: SpApiContext,
	client: SpApiClient,
	{ reportDocumentId }: Report,
): Promise<string | undefined> {
	if (reportDocumentId === undefined) return undefined;
	const read = async (document: ReportDocument) => (await readStart(document)) ?? '';
	const reason = readReportDocument(context, client, reportDocumentId, read);
	return await reason.then(reasonIn, (failure: unknown) => {
		if (failure instanceof SpApiFailure && failure.kind === 'cancelled') throw failure;
		return undefined;
	});
}

/**
 * Requests a report; preparing it takes seconds to many minutes. Request types with their own quota
 * through `obtainReport` and `requestReport`, which keep to it.
 */
export async function createReport(client: SpApiClient, request: ReportRequest): Promise<string> {
	const { reportType, dataStartTime, dataEndTime, reportOptions } = request;
	const { answer } = await client.call('createReport', {
		body: {
			reportType,
			marketplaceIds: [...marketplacesOf(request)],
			dataStartTime,
			...(dataEndTime !== undefined && { dataEndTime }),
			...(reportOptions !== undefined && { reportOptions }),
		},
		answer: createdSchema,
		roles: REPORT_TYPES[request.reportType].roles,
		hasOwnLimit: quotaOf(client, request.reportType) !== undefined,
	});
	return answer.reportId;
}

export async function getReport(client: SpApiClient, reportId: string): Promise<Report> {
	const { answer } = await client.call('getReport', { path: { reportId }, answer: reportSchema });
	return answer;
}

const listedReportSchema = reportSchema.extend({
	createdTime: instantSchema,
});

export type ListedReport = z.infer<typeof listedReportSchema>;

/** An unreadable report affects only itself and cannot serve as another. */
const reportsSchema = z.object({
	reports: z
		.array(listedReportSchema.nullable().catch(null))
		.transform((reports) => reports.filter((report) => report !== null)),
});

/**
 * The reports of a type requested since then, by anyone, in any state; the first 100, which are the
 * newest.
 */
export async function listReports(
	client: SpApiClient,
	reportType: ReportType,
	{ since, until }: { readonly since: Date; readonly until?: Date },
): Promise<ListedReport[]> {
	const { answer } = await client.call('getReports', {
		query: {
			reportTypes: reportType,
			pageSize: '100',
			createdSince: since.toISOString(),
			...(until !== undefined && { createdUntil: until.toISOString() }),
		},
		answer: reportsSchema,
		roles: REPORT_TYPES[reportType].roles,
		maxAttempts: 2,
	});
	return answer.reports;
}

/** A finished report older than this many days is out of date. */
const FRESH_DAYS = 3;

/** How much later than requested a report may begin. */
const SPARE_DAYS = 3;

/**
 * The newest report that can replace the requested one: same type and marketplace, same length,
 * from the last few days, finished with a document.
 */
export async function findFinishedReport(
	client: SpApiClient,
	{ reportType, marketplaceId, dataStartTime }: MarketplaceReportRequest,
): Promise<z.infer<typeof listedReportSchema> | undefined> {
	const { answer } = await client.call('getReports', {
		query: {
			reportTypes: reportType,
			processingStatuses: 'DONE',
			marketplaceIds: marketplaceId,
			createdSince: new Date(Date.now() - FRESH_DAYS * DAY_MS).toISOString(),
		},
		answer: reportsSchema,
		roles: REPORT_TYPES[reportType].roles,
	});
	const [newest] = answer.reports
		.filter((report) => documentOf(report) !== undefined)
		.filter(
			(report) => isOf(report, { reportType, marketplaceId }) && covers(report, dataStartTime),
		)
		.toSorted((a, b) => Date.parse(b.createdTime) - Date.parse(a.createdTime));
	return newest;
}

/**
 * Waits until Amazon has finished a report, at most that long.
 * @returns the report in its state then, finished or not; nothing is lost by checking again later
 */
export const waitForReport = async (
	client: SpApiClient,
	reportId: string,
	atMostMs: number,
): Promise<Report> =>
	await untilFinished(
		client,
		'getReport',
		async () => await getReport(client, reportId),
		isFinished,
		atMostMs,
	);

/**
 * Reads a report in JSON.
 * @param name the name sellers know, for the message
 * @throws SpApiFailure `unexpectedAnswer` if it does not have the documented shape
 */
export function parseJsonReport<Content>(
	text: string,
	schema: z.ZodType<Content, z.ZodTypeDef, unknown>,
	name: string,
): Content {
	const parsed = schema.safeParse(jsonParse<unknown>(text, { fallbackValue: null }));
	if (parsed.success) return parsed.data;
	const [issue] = parsed.error.issues;
	throw new SpApiFailure('unexpectedAnswer', 'getReportDocument', {
		message: redact(`${name} report, ${issue?.path.join('.')}: ${issue?.message}`),
	});
}

/** Reports whose content names the marketplace of each figure. */
const NAMES_MARKETPLACES: readonly string[] = ['GET_V2_SELLER_PERFORMANCE_REPORT'];

/**
 * Whether a report has the requested type and covers the requested marketplaces. Rows that name
 * neither order nor marketplace would be counted for this one, so such a report must cover no
 * other.
 */
export function isOf(
	{ reportType: type, marketplaceIds }: Report,
	wanted:
		| Pick<MarketplaceReportRequest, 'reportType' | 'marketplaceId'>
		| Pick<OrderReportRequest, 'reportType' | 'marketplaceIds'>,
): boolean {
	if (type !== wanted.reportType) return false;
	if (marketplaceIds === undefined) return true;
	const needed = marketplacesOf(wanted);
	if (servesSeveral(type) || NAMES_MARKETPLACES.includes(type)) {
		return needed.every((id) => marketplaceIds.includes(id));
	}
	return marketplaceIds.every((id) => needed.includes(id));
}

/**
 * Whether a report covers the time from the requested start (some days may be missing) until it was
 * made.
 */
function covers(
	{ dataStartTime = '', dataEndTime, createdTime = '' }: Report,
	since: string,
): boolean {
	const spare = SPARE_DAYS * DAY_MS;
	const reachesBack = Date.parse(dataStartTime) <= Date.parse(since) + spare;
	const isCutOff =
		dataEndTime !== undefined && Date.parse(dataEndTime) < Date.parse(createdTime) - DAY_MS;
	return reachesBack && !isCutOff;
}
