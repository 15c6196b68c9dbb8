import type { SpApiClient, SpApiContext } from './client';
import { requestOrJoin } from './requestReport';
import { SpApiFailure } from './failure';
import {
	currentReport,
	forgetListing,
	isOwnReport,
	listLately,
	rememberEnd,
	rememberEndOf,
	setUseless,
} from './reportCache';
import { unlessCanceled } from './pause';
import { downloadingReports, reportContents } from './processWide';
import {
	documentOf,
	isFinished,
	REPORT_TYPES,
	type CachedReport,
	type Report,
	type ReportDocument,
	type ReportType,
} from './report';
import { readReportDocument, unpackWhole } from './reportDocument';
import { quotaOf, type ReportQuota } from './reportLimits';
import { quotaFailure, wasTooSoon } from './reportQuotas';
import {
	createReport,
	getReport,
	isOf,
	reasonOfFatal,
	waitForReport,
	type ReportRequest,
} from './reports';

/** Takes a report from request to content, which is kept for the next caller that needs it. */

/** The result of a report. */
export type CollectedReport =
	/** `otherOptions`: requested by someone else, with other options. */
	| { readonly status: 'pending' | 'CANCELLED' | 'unknown' | 'otherOptions' }
	/** With the reason that Amazon gives, if any. */
	| { readonly status: 'FATAL'; readonly reason: string | undefined }
	| { readonly status: 'DONE'; readonly content: ReportDocument; readonly report: Report };

/**
 * Checks once whether a requested or joined report is finished, and reads it if so. A report that
 * turns out to be useless for such a request is not joined again.
 */
export async function collectReport(
	context: SpApiContext,
	client: SpApiClient,
	request: ReportRequest,
	reportId: string,
): Promise<CollectedReport> {
	const collected = await collect(context, client, reportId);
	const isUseful =
		collected.status !== 'DONE' ||
		isOwnReport(client, request, reportId) ||
		hasOptions(collected.content, request);
	if (isUseful) return collected;
	setUseless(client, request, reportId);
	return { status: 'otherOptions' };
}

async function collect(
	context: SpApiContext,
	client: SpApiClient,
	reportId: string,
): Promise<CollectedReport> {
	const kept = reportContents.get(contentKey(client, reportId));
	if (kept?.report !== undefined) {
		return { status: 'DONE', content: kept.content as ReportDocument, report: kept.report };
	}
	const report = await getReport(client, reportId).catch(orUndefinedIfUnknown);
	// Amazon keeps reports for some months.
	if (report === undefined) return { status: 'unknown' };
	if (!isFinished(report)) return { status: 'pending' };
	rememberEnd(client, report);
	if (report.processingStatus === 'FATAL') {
		return { status: 'FATAL', reason: await reasonOfFatal(context, client, report) };
	}
	if (documentOf(report) === undefined) return { status: 'CANCELLED' };
	return { status: 'DONE', content: await readWhole(context, client, report), report };
}

function orUndefinedIfUnknown(failure: unknown): Report | undefined {
	if (failure instanceof SpApiFailure && failure.kind === 'notFound') return undefined;
	throw failure;
}

const contentKey = ({ seller }: SpApiClient, reportId: string, as = ''): string =>
	[seller, reportId, as].join(' ');

/** The document of a finished report, unpacked, and kept for the next caller that needs it. */
async function readWhole(
	context: SpApiContext,
	client: SpApiClient,
	report: Report,
): Promise<ReportDocument> {
	const { reportId, reportDocumentId = '' } = report;
	const key = contentKey(client, reportId);
	const kept = reportContents.get(key);
	if (kept !== undefined) return kept.content as ReportDocument;
	const underWay = downloadingReports.get(key);
	if (underWay !== undefined) {
		const joined = await unlessCanceled(
			underWay.catch(() => undefined),
			client.signal,
		);
		if (joined !== undefined) return joined;
	}
	const reading = readReportDocument(context, client, reportDocumentId, unpackWhole);
	downloadingReports.set(key, reading);
	const content = await reading.finally(() => downloadingReports.delete(key));
	reportContents.set(key, { content, bytes: content.body.length, report });
	return content;
}

export type ObtainedReport<Content> =
	| {
			readonly status: 'DONE';
			readonly report: Report;
			readonly content: Content;
			/**
			 * When it was requested, and how long this call waited for its turn; only for types with a
			 * quota.
			 */
			readonly askedAt?: string;
			readonly waitedMs?: number;
	  }
	/** Nothing to report, requested too soon, or a refusal: Amazon does not say which. */
	| { readonly status: 'CANCELLED'; readonly report: Report };

export interface ObtainOptions<Content> {
	/** A report created earlier, to pick up. */
	readonly reportId?: string;
	readonly waitMs: number;
	/** How long it may wait for its turn, if its type has a quota; by default `waitMs`. */
	readonly turnMs?: number;
	/** Whether a new report may be requested if none exists; false: as if it were not its turn. */
	readonly mayAsk?: boolean;
	/** Reads the document; runs a second time if the document was not complete. */
	readonly read: (document: ReportDocument) => Promise<Content>;
	/**
	 * If given, keeps what was read instead of the document, which may contain unneeded data; returns
	 * its approximate size in bytes. For types with a quota.
	 */
	readonly bytesOf?: (content: Content) => number;
}

/**
 * Takes a report from request to content: creates it (or picks up one created earlier), waits,
 * downloads. For a type with a quota it takes a report that is as new as Amazon will make it, no
 * matter who requested it, or waits for its turn.
 * @throws SpApiFailure `reportPending` if it is not finished in time, `reportFailed` on FATAL,
 *   `reportQuota` if none can be requested in time, `otherReport` if the one to pick up has another
 *   type or marketplace; each names the report
 */
export async function obtainReport<Content>(
	context: SpApiContext,
	client: SpApiClient,
	request: ReportRequest,
	options: ObtainOptions<Content>,
): Promise<ObtainedReport<Content>> {
	const { reportId, waitMs, read } = options;
	const quota = quotaOf(client, request.reportType);
	if (quota !== undefined && reportId === undefined) {
		return await obtainShared(context, client, request, quota, options);
	}
	const id = reportId ?? (await createReport(client, request));
	const report = await waitFor(client, id, request.reportType, waitMs);
	if (reportId !== undefined && !isOf(report, request)) {
		throw new SpApiFailure('otherReport', 'getReport', {
			details: `${id}: it is ${report.reportType} of ${report.marketplaceIds?.join(', ')}`,
		});
	}
	const documentId = await documentIdOf(context, client, report);
	if (documentId === undefined) return { status: 'CANCELLED', report };
	const content = await readReportDocument(context, client, documentId, read).catch(naming(report));
	return { status: 'DONE', report, content };
}

/** Adds the report to a failure, with the roles its type needs. */
const naming =
	({ reportId, reportType }: Pick<Report, 'reportId' | 'reportType'>) =>
	(failure: unknown): never => {
		const roles =
			reportType in REPORT_TYPES ? REPORT_TYPES[reportType as ReportType].roles : undefined;
		throw failure instanceof SpApiFailure ? failure.aboutReport(reportId, roles) : failure;
	};

/** Waits until a report is finished, at most that long. */
async function waitFor(
	client: SpApiClient,
	id: string,
	reportType: ReportType,
	waitMs: number,
): Promise<Report> {
	const report = await waitForReport(client, id, waitMs).catch(
		naming({ reportId: id, reportType }),
	);
	if (!isFinished(report)) throw new SpApiFailure('reportPending', 'getReport', { details: id });
	return report;
}

/**
 * Undefined if Amazon canceled it.
 * @throws SpApiFailure `reportFailed` if it ended as FATAL, with the reason that Amazon gives
 */
async function documentIdOf(
	context: SpApiContext,
	client: SpApiClient,
	report: Report,
): Promise<string | undefined> {
	if (report.processingStatus === 'FATAL') {
		const message = await reasonOfFatal(context, client, report);
		throw new SpApiFailure('reportFailed', 'getReport', { details: report.reportId, message });
	}
	return documentOf(report);
}

/**
 * The content of a finished report, from what was kept if it was read before.
 * @param report a report that is DONE, with a document
 */
export async function readFinished<Content>(
	context: SpApiContext,
	client: SpApiClient,
	report: Report,
	{ read, bytesOf }: Pick<ObtainOptions<Content>, 'read' | 'bytesOf'>,
): Promise<Content> {
	if (bytesOf === undefined) return await read(await readWhole(context, client, report));
	const key = contentKey(client, report.reportId, 'read');
	const kept = reportContents.get(key);
	if (kept !== undefined) return kept.content as Content;
	const content = await readReportDocument(context, client, report.reportDocumentId ?? '', read);
	reportContents.set(key, { content, bytes: bytesOf(content) });
	return content;
}

async function obtainShared<Content>(
	context: SpApiContext,
	client: SpApiClient,
	request: ReportRequest,
	quota: ReportQuota,
	{ waitMs, turnMs = waitMs, mayAsk = true, read, bytesOf }: ObtainOptions<Content>,
): Promise<ObtainedReport<Content>> {
	const startedAt = performance.now();
	const isNewEnough = ({ at }: CachedReport) => performance.now() - at < quota.everyMs;
	for (;;) {
		const left = turnMs - (performance.now() - startedAt);
		const known = await requestOrJoin(client, request, isNewEnough, Math.max(0, left), mayAsk);
		const waitedMs = Math.max(0, known.at - startedAt);
		const isOurs = known.options !== undefined;
		const report =
			known.report ??
			(await waitFor(client, known.id, request.reportType, waitMs).catch(orUseless(known)));
		if (report === undefined) continue;
		if (known.report === undefined) {
			rememberEndOf(client, request, report);
			const isBad = documentOf(report) === undefined;
			if (isBad) {
				// Someone else may have requested one shortly before, so that this one came too soon.
				forgetListing(client, request.reportType);
				await listLately(client, request.reportType);
				const other = currentReport(client, request, isNewEnough);
				if (other !== undefined && other.id !== known.id) continue;
				if (wasTooSoon(client, request.reportType, known))
					throw quotaFailure(client, request.reportType, quota);
			}
		}
		const documentId = await documentIdOf(context, client, report);
		if (documentId === undefined) return { status: 'CANCELLED', report };
		const content = await contentOf(report, isOurs).catch(
			isOurs ? naming(report) : orUseless(known),
		);
		if (content === undefined) continue;
		return { status: 'DONE', report, content, askedAt: known.askedAt, waitedMs };
	}

	/** Undefined if someone else's report turns out to have other options. */
	async function contentOf(report: Report, isOurs: boolean): Promise<Content | undefined> {
		if (isOurs || bytesOf !== undefined) {
			return await readFinished(context, client, report, { read, bytesOf });
		}
		const document = await readWhole(context, client, report);
		if (hasOptions(document, request)) return await read(document);
		setUseless(client, request, report.reportId);
		return undefined;
	}

	/**
	 * Another application's report may not be accessible to this one, and Amazon deletes old reports.
	 */
	function orUseless({ id, options }: CachedReport) {
		return (failure: unknown): undefined => {
			const kind = failure instanceof SpApiFailure ? failure.kind : undefined;
			const isClosed = kind === 'notFound' || kind === 'accessDenied' || kind === 'refused';
			if (options !== undefined || !isClosed)
				naming({ reportId: id, reportType: request.reportType })(failure);
			setUseless(client, request, id);
		};
	}
}

/**
 * Whether a document was made with the requested options. Only Sales and Traffic has options; it
 * names them in `reportSpecification`. Quotes within values are escaped, so no value can look like
 * an option.
 */
function hasOptions({ body }: ReportDocument, { reportOptions = {} }: ReportRequest): boolean {
	const options = Object.entries(reportOptions);
	if (options.length === 0) return true;
	const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('latin1');
	return options.every(([name, value]) => {
		const stated = new RegExp(`"${name}"\\s*:\\s*"(\\w*)"`).exec(text)?.[1];
		return stated === value;
	});
}
