import { DateTime } from 'luxon';

import type { SpApiClient, SpApiContext } from './client';
import { isUncertain, SpApiFailure } from './failure';
import { backoff, pause, unlessCancelled } from './pause';
import {
	askingForReport,
	downloadingReports,
	knownReports,
	reportContents,
	reportsListedAt,
} from './processWide';
import { readReportDocument, unpackWhole, type ReportDocument } from './reportDocument';
import { quotaOf, type ReportQuota } from './reportLimits';
import {
	learnOfRequest,
	quotaFailure,
	takeReportTurn,
	waitForReportTurn,
	wasTooSoon,
} from './reportQuotas';
import {
	createReport,
	documentOf,
	getReport,
	isFinished,
	isOf,
	listReports,
	reasonOfFatal,
	REPORT_TYPES,
	waitForReport,
	type ListedReport,
	type Report,
	type ReportRequest,
	type ReportType,
} from './reports';

/**
 * Reports this process asked for, or found that others had asked for, and what they say. Amazon makes
 * one report a minute for a seller, and of some types far fewer (see `reportLimits`), so all nodes and
 * executions share what any of them asks for. Nothing here has to outlive the process: without it,
 * reports are listed, or asked for and read once more.
 */

/** A report that is being prepared, or was. */
export interface AskedReport {
	readonly id: string;
	/** When it was asked for; UTC. */
	readonly askedAt: string;
}

/** A report as this process knows it. */
export interface KnownReport extends AskedReport {
	/** When it was asked for, in milliseconds of the steady clock. */
	readonly at: number;
	/** ISO 8601; its end is when it was asked for, where absent. */
	readonly dataStartTime: string;
	readonly dataEndTime?: string;
	/** Undefined where somebody else asked for it: Amazon tells the options inside the document only. */
	readonly options?: string;
	/** As Amazon finished it. */
	readonly report?: Report;
	/** It turned out to be of no use. */
	readonly isUseless?: boolean;
}

const HOUR_MS = 3_600_000;

/** Of one type and marketplace. */
const MOST_KNOWN = 60;

/** A report that is not finished by then will hardly be. */
const STUCK_AFTER_MS = HOUR_MS;

/** What happened in a range may be told so much later: documented for FBA shipments. */
const LATE_MS = 24 * HOUR_MS;

/** A range that gave nothing is not asked for again so soon. */
const NOTHING_FOR_MS = 24 * HOUR_MS;

/** Reports are listed no more often than this, for `getReports` has a limit, too. */
const LIST_EVERY_MS = 60_000;

const shelfOf = ({ seller }: SpApiClient, reportType: string, marketplaceId: string): string =>
	[seller, reportType, marketplaceId].join(' ');

const optionsOf = ({ reportOptions }: ReportRequest): string =>
	JSON.stringify(Object.entries(reportOptions ?? {}).toSorted());

function remember(shelf: string, report: KnownReport): KnownReport {
	const others = (knownReports.get(shelf) ?? []).filter(({ id }) => id !== report.id);
	const all = [report, ...others].toSorted((a, b) => b.at - a.at).slice(0, MOST_KNOWN);
	knownReports.set(shelf, all);
	return report;
}

/** Whether a known report holds all that a request asks for, as of when it was made. */
function covers(known: KnownReport, request: ReportRequest): boolean {
	if (known.options !== undefined && known.options !== optionsOf(request)) return false;
	// Amazon may round the start of Sales and Traffic to its days; what is missing shows in the document.
	const spare = request.reportType === 'GET_SALES_AND_TRAFFIC_REPORT' ? LATE_MS : 0;
	if (Date.parse(known.dataStartTime) > Date.parse(request.dataStartTime) + spare) return false;
	const askedAt = Date.parse(known.askedAt);
	if (request.dataEndTime === undefined) {
		return known.dataEndTime === undefined || Date.parse(known.dataEndTime) >= askedAt - 60_000;
	}
	const end = Date.parse(request.dataEndTime);
	return (known.dataEndTime === undefined ? askedAt : Date.parse(known.dataEndTime)) >= end;
}

/** Whether what a report says of a closed range cannot change any more. */
const isSettled = ({ askedAt }: AskedReport, { dataEndTime }: ReportRequest): boolean =>
	dataEndTime !== undefined && Date.parse(askedAt) >= Date.parse(dataEndTime) + LATE_MS;

const gaveNothing = ({ report }: KnownReport): boolean =>
	report !== undefined && documentOf(report) === undefined;

const isGone = ({ report }: KnownReport): boolean => report?.processingStatus === 'FATAL';

/** The report to take instead of asking for one: as new as Amazon will make it. */
function current(
	client: SpApiClient,
	request: ReportRequest,
	isNewEnough: (known: KnownReport) => boolean,
): KnownReport | undefined {
	const now = performance.now();
	const shelf = shelfOf(client, request.reportType, request.marketplaceId);
	const usable = (knownReports.get(shelf) ?? []).filter((known) => {
		if (known.isUseless === true || isGone(known) || !covers(known, request)) return false;
		const age = now - known.at;
		if (known.report === undefined && age > STUCK_AFTER_MS) return false;
		const isForGood = isSettled(known, request) && (!gaveNothing(known) || age < NOTHING_FOR_MS);
		return isNewEnough(known) || isForGood;
	});
	// One that was cancelled may have been asked for too soon after another that has what it lacks.
	return usable.find((known) => !gaveNothing(known)) ?? usable[0];
}

/** One that is DONE. */
export interface FinishedReport {
	/** The same on the steady clock, in milliseconds. */
	readonly at: number;
	/** When it was asked for; UTC. */
	readonly askedAt: string;
	readonly report: Report;
}

/**
 * The newest finished report that holds what is asked for, as of when it was made.
 * @param atMostMs how long ago that may be
 */
export function keptReport(
	client: SpApiClient,
	request: ReportRequest,
	atMostMs: number,
): FinishedReport | undefined {
	const oldest = performance.now() - atMostMs;
	const known = knownReports
		.get(shelfOf(client, request.reportType, request.marketplaceId))
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

/** Takes note of a report that Amazon tells of. */
function learn(client: SpApiClient, listed: ListedReport): void {
	const { reportId: id, createdTime, reportType, marketplaceIds = [], dataStartTime } = listed;
	// The clocks differ; a report from the future is one of now.
	const at = performance.now() - Math.max(0, Date.now() - Date.parse(createdTime));
	learnOfRequest(client, reportType as ReportType, { id, at });
	const [marketplaceId] = marketplaceIds;
	if (marketplaceId === undefined || marketplaceIds.length > 1 || !dataStartTime) return;
	const shelf = shelfOf(client, reportType, marketplaceId);
	const known = knownReports.get(shelf)?.find((each) => each.id === id);
	const { dataEndTime } = listed;
	remember(shelf, {
		id,
		at,
		askedAt: DateTime.fromISO(createdTime, { zone: 'utc' }).toISO() ?? createdTime,
		dataStartTime,
		dataEndTime,
		...known,
		...(isFinished(listed) && { report: listed }),
	});
}

/**
 * Looks what others have asked for: other processes, this one before it was started anew, other
 * applications. Nothing is lost where Amazon does not tell.
 */
async function list(
	client: SpApiClient,
	reportType: ReportType,
	range: { readonly since: Date; readonly until?: Date },
	key: string,
): Promise<void> {
	reportsListedAt.set(key, performance.now());
	const listed = await listReports(client, reportType, range).catch(orNone);
	for (const report of listed) learn(client, report);
}

function orNone(failure: unknown): [] {
	if (failure instanceof SpApiFailure && failure.kind !== 'cancelled') return [];
	throw failure;
}

/** Lists what was asked for lately, unless that was done in the last minute. */
async function listLately(client: SpApiClient, reportType: ReportType): Promise<void> {
	const key = `${client.seller} ${reportType}`;
	const last = reportsListedAt.get(key) ?? -Infinity;
	if (performance.now() - last < LIST_EVERY_MS) return;
	await list(client, reportType, { since: new Date(Date.now() - 2 * LATE_MS) }, key);
}

/** Lists, once, what may have been made of a closed range before this process began. */
async function listClosed(client: SpApiClient, request: ReportRequest): Promise<void> {
	const { reportType, marketplaceId, dataStartTime, dataEndTime } = request;
	if (dataEndTime === undefined) return;
	const settled = Date.parse(dataEndTime) + LATE_MS;
	// What is younger was listed anyway.
	if (settled > Date.now() - 2 * LATE_MS) return;
	const key = [client.seller, reportType, marketplaceId, dataStartTime, dataEndTime].join(' ');
	if (reportsListedAt.has(key)) return;
	const range = { since: new Date(settled), until: new Date(settled + LATE_MS) };
	await list(client, reportType, range, key);
}

/**
 * A report to take: one that is known and new enough, one that is being asked for, or a new one.
 * @param waitMs how long it may wait for its turn
 * @throws SpApiFailure `reportQuota` where the next cannot be asked for in that time
 */
async function askOrJoin(
	client: SpApiClient,
	request: ReportRequest,
	isNewEnough: (known: KnownReport) => boolean,
	waitMs: number,
	mayAsk = true,
): Promise<KnownReport> {
	const { reportType, marketplaceId } = request;
	const quota = quotaOf(client, reportType);
	const giveUpAt = performance.now() + waitMs;
	const hasOthers = Number(client.credentials.rateLimitShare ?? 100) < 100;
	let isListed = reportsListedAt.has(`${client.seller} ${reportType}`) && !hasOthers;
	let mayList = true;
	for (;;) {
		const known = current(client, request, isNewEnough);
		if (known !== undefined) return known;
		const key = `${shelfOf(client, reportType, marketplaceId)} ${request.dataStartTime} ${request.dataEndTime} ${optionsOf(request)}`;
		const underWay = askingForReport.get(key);
		if (underWay !== undefined) {
			const joined = await unlessCancelled(underWay.catch(orUndefinedIfCancelled), client.signal);
			if (joined !== undefined) return joined;
			if (client.signal?.aborted) throw new SpApiFailure('cancelled', 'createReport');
			// Another execution was cancelled, not this one.
			continue;
		}
		if (quota === undefined) return await askAlone(key, ask(client, request));

		if (!mayAsk) throw quotaFailure(client, reportType, quota);
		const wait = waitForReportTurn(client, reportType);
		// Once for each time it has to wait: listing may take its time, too.
		if (mayList && (!isListed || wait > 0)) {
			await listLately(client, reportType);
			await listClosed(client, request);
			isListed = true;
			mayList = false;
			continue;
		}
		if (wait === 0) {
			const asked = await askAlone(key, askInTurn(client, request, quota)).catch(orRefused);
			if (asked !== 'refused') return asked;
			reportsListedAt.delete(`${client.seller} ${reportType}`);
			mayList = true;
			continue;
		}
		// What is kept back for safety does not count against the option, which is as long by default.
		if (performance.now() + wait > giveUpAt + 0.02 * waitMs) {
			throw quotaFailure(client, request.reportType, quota);
		}
		if (!(await pause(wait, client.signal))) throw new SpApiFailure('cancelled', 'createReport');
		mayList = true;
	}
}

function orUndefinedIfCancelled(failure: unknown): undefined {
	if (failure instanceof SpApiFailure && failure.kind === 'cancelled') return undefined;
	throw failure;
}

function orRefused(failure: unknown): 'refused' {
	if (failure instanceof SpApiFailure && failure.kind === 'throttled') return 'refused';
	throw failure;
}

async function askAlone(key: string, asking: Promise<KnownReport>): Promise<KnownReport> {
	askingForReport.set(key, asking);
	return await asking.finally(() => askingForReport.delete(key));
}

async function ask(client: SpApiClient, request: ReportRequest): Promise<KnownReport> {
	const asked = { askedAt: DateTime.utc().toISO(), at: performance.now() };
	const id = await createReport(client, request);
	const { dataStartTime, dataEndTime } = request;
	return remember(shelfOf(client, request.reportType, request.marketplaceId), {
		...asked,
		id,
		dataStartTime,
		dataEndTime,
		options: optionsOf(request),
	});
}

/** Attempts where it is not known whether Amazon has acted. */
const MOST_ATTEMPTS = 4;

/** Asks for a report of a type with a quota; a second time only where the first came to nothing. */
async function askInTurn(
	client: SpApiClient,
	request: ReportRequest,
	quota: ReportQuota,
): Promise<KnownReport> {
	const turn = takeReportTurn(client, request.reportType, quota);
	const since = performance.now();
	for (let attempt = 1; ; attempt += 1) {
		const asked = await ask(client, request).catch((failure: unknown) => {
			const kind = failure instanceof SpApiFailure ? failure.kind : undefined;
			const mayHaveActed = kind !== undefined && (kind === 'cancelled' || isUncertain(kind));
			if (kind === 'throttled') turn.refused();
			else if (!mayHaveActed) turn.release();
			if (kind === undefined || !isUncertain(kind) || attempt === MOST_ATTEMPTS) throw failure;
		});
		if (asked !== undefined) {
			turn.made(asked.id);
			return asked;
		}
		// Amazon may have taken it.
		if (!(await pause(backoff(attempt), client.signal))) {
			throw new SpApiFailure('cancelled', 'createReport');
		}
		reportsListedAt.delete(`${client.seller} ${request.reportType}`);
		await listLately(client, request.reportType);
		const made = current(client, request, ({ at }) => at >= since - 1000);
		if (made === undefined) continue;
		turn.made(made.id);
		return made;
	}
}

/**
 * Asks Amazon for a report, or joins one of the same type and marketplace that was asked for lately.
 * Never waits for its turn.
 * @param newerThan joins none that was asked for at this time (UTC) or before
 * @throws SpApiFailure `reportQuota` where Amazon makes no other one yet
 */
export async function askForReport(
	client: SpApiClient,
	request: ReportRequest,
	newerThan: DateTime,
): Promise<AskedReport> {
	// Both clocks have to agree: while the machine's was ahead, what it said is of no use.
	const oldest = performance.now() - DateTime.utc().diff(newerThan).toMillis();
	const isNewer = ({ askedAt, at }: KnownReport) =>
		at > oldest &&
		DateTime.fromISO(askedAt) > newerThan &&
		DateTime.fromISO(askedAt) <= DateTime.utc();
	const { id, askedAt } = await askOrJoin(client, request, isNewer, 0);
	return { id, askedAt };
}

/** What became of a report. */
export type CollectedReport =
	| { readonly status: 'pending' | 'CANCELLED' | 'unknown' }
	/** With the reason that Amazon gives, if it gives one. */
	| { readonly status: 'FATAL'; readonly reason: string | undefined }
	| { readonly status: 'DONE'; readonly content: ReportDocument; readonly report: Report };

/** Looks once how far a report is, and reads it if it is finished. */
export async function collectReport(
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
	finish(client, report);
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

/** Takes note of how a report ended. */
function finish(client: SpApiClient, report: Report): void {
	for (const marketplaceId of report.marketplaceIds ?? []) {
		const shelf = shelfOf(client, report.reportType, marketplaceId);
		const known = knownReports.get(shelf)?.find(({ id }) => id === report.reportId);
		if (known !== undefined) remember(shelf, { ...known, report });
	}
}

const contentKey = ({ seller }: SpApiClient, reportId: string, as = ''): string =>
	[seller, reportId, as].join(' ');

/** The document of a finished report, unpacked, and kept for whoever needs it next. */
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
		const joined = await unlessCancelled(
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
			/** When it was asked for, and how long this call waited for its turn; types with a quota only. */
			readonly askedAt?: string;
			readonly waitedMs?: number;
	  }
	/** Nothing to report, asked for too soon, or a refusal: Amazon does not say which. */
	| { readonly status: 'CANCELLED'; readonly report: Report };

export interface ObtainOptions<Content> {
	/** A report created before, to pick up. */
	readonly reportId?: string;
	readonly waitMs: number;
	/** How long it may wait for its turn, where its type has a quota; as long as for Amazon by default. */
	readonly turnMs?: number;
	/** Whether a new one may be asked for if there is none; false: as if it was not its turn. */
	readonly mayAsk?: boolean;
	/** Reads the document; once more where it turns out not to have arrived whole. */
	readonly read: (document: ReportDocument) => Promise<Content>;
	/**
	 * Keeps what was read instead of the document, which may hold what nobody needs: about how many
	 * bytes it takes. For types with a quota.
	 */
	readonly bytesOf?: (content: Content) => number;
}

/**
 * Takes a report from request to content: creates it (or picks up one created before), waits, downloads.
 * Of a type with a quota it takes one that is as new as Amazon will make it, whoever asked for it, or
 * waits for its turn.
 * @throws SpApiFailure `reportPending` where it is not finished in time, `reportFailed` on FATAL,
 * `reportQuota` where none can be asked for in time, `otherReport` where the one to pick up is of
 * another type or marketplace; each names the report
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
			details: `${id} is ${report.reportType} of ${report.marketplaceIds?.join(', ')}`,
		});
	}
	const documentId = await documentIdOf(context, client, report);
	if (documentId === undefined) return { status: 'CANCELLED', report };
	const content = await readReportDocument(context, client, documentId, read).catch(naming(report));
	return { status: 'DONE', report, content };
}

/** Names the report in a failure, with the roles its type needs. */
const naming =
	({ reportId, reportType }: Pick<Report, 'reportId' | 'reportType'>) =>
	(failure: unknown): never => {
		const roles =
			reportType in REPORT_TYPES ? REPORT_TYPES[reportType as ReportType].roles : undefined;
		throw failure instanceof SpApiFailure ? failure.aboutReport(reportId, roles) : failure;
	};

/** A report when it is finished, which may take that long. */
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
 * Undefined where Amazon cancelled it.
 * @throws SpApiFailure `reportFailed` where it ended as FATAL, with the reason that Amazon gives
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
 * What a finished report says, from what is kept of it where it was read before.
 * @param report one that is DONE, with a document
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
	const shelf = shelfOf(client, request.reportType, request.marketplaceId);
	const startedAt = performance.now();
	const isNewEnough = ({ at }: KnownReport) => performance.now() - at < quota.everyMs;
	for (;;) {
		const left = turnMs - (performance.now() - startedAt);
		const known = await askOrJoin(client, request, isNewEnough, Math.max(0, left), mayAsk);
		const waitedMs = Math.max(0, known.at - startedAt);
		const isOurs = known.options !== undefined;
		const report =
			known.report ??
			(await waitFor(client, known.id, request.reportType, waitMs).catch(orUseless(known)));
		if (report === undefined) continue;
		if (known.report === undefined) {
			remember(shelf, { ...known, report });
			const isBad = documentOf(report) === undefined;
			if (isBad) {
				// Somebody else's may be there: then this one was too soon.
				await listLately(client, request.reportType);
				const other = current(client, request, isNewEnough);
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

	/** Undefined where somebody else's turns out to have been made with other options. */
	async function contentOf(report: Report, isOurs: boolean): Promise<Content | undefined> {
		if (isOurs || bytesOf !== undefined) {
			return await readFinished(context, client, report, { read, bytesOf });
		}
		const document = await readWhole(context, client, report);
		if (hasOptions(document, request)) return await read(document);
		setUseless(report.reportId);
		return undefined;
	}

	function setUseless(id: string): void {
		const known = knownReports.get(shelf)?.find((each) => each.id === id);
		if (known !== undefined) remember(shelf, { ...known, isUseless: true });
	}

	/** What another application asked for may be closed to this one, and Amazon forgets reports. */
	function orUseless({ id, options }: KnownReport) {
		return (failure: unknown): undefined => {
			const kind = failure instanceof SpApiFailure ? failure.kind : undefined;
			const isClosed = kind === 'notFound' || kind === 'accessDenied' || kind === 'refused';
			if (options !== undefined || !isClosed)
				naming({ reportId: id, reportType: request.reportType })(failure);
			setUseless(id);
		};
	}
}

/**
 * Whether a document was made with the options wanted. Only Sales and Traffic has any, and tells them
 * in `reportSpecification`; quotes within values are escaped, so no value can look like one.
 */
function hasOptions({ body }: ReportDocument, { reportOptions = {} }: ReportRequest): boolean {
	const options = Object.entries(reportOptions);
	if (options.length === 0) return true;
	const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('latin1');
	return options.every(([name, value]) => {
		const told = new RegExp(`"${name}"\\s*:\\s*"(\\w*)"`).exec(text)?.[1];
		return told === value;
	});
}
