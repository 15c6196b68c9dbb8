import { DateTime } from 'luxon';

import type { SpApiClient, SpApiContext } from './client';
import { SpApiFailure } from './failure';
import { readReportDocument, unpackWhole, type ReportDocument } from './reportDocument';
import { createReport, getReport, isFinished, type Report, type ReportRequest } from './reports';

/**
 * Reports this process asked for and read lately. Amazon lets a seller ask for one report a minute
 * and read one, so ten triggers on one account share what any of them asks for. Nothing here has to
 * outlive the process: without it, reports are merely asked for and read once more.
 */

/** A report that is being prepared, or was. */
export interface AskedReport {
	readonly id: string;
	/** When it was asked for; UTC. */
	readonly askedAt: string;
}

const lastAsked = new Map<string, AskedReport>();

/** Requests under way: who comes meanwhile shares their outcome, whatever it is. */
const asking = new Map<string, Promise<AskedReport>>();

const contents = new Map<string, Promise<ReportDocument>>();

/** Contents kept, and how large one may be (bytes). */
const MAX_CONTENTS = 60;
const MAX_CONTENT_BYTES = 4_000_000;

/**
 * Asks Amazon for a report, or joins one of the same type and marketplace that was asked for lately.
 * Requests that share must be for the same range.
 * @param newerThan joins none that was asked for at this time (UTC) or before
 */
export async function askForReport(
	client: SpApiClient,
	request: ReportRequest,
	newerThan: DateTime,
): Promise<AskedReport> {
	const key = [client.seller, request.reportType, request.marketplaceId].join(' ');
	const last = lastAsked.get(key);
	const lastAt = last && DateTime.fromISO(last.askedAt);
	// From the future, for the machine's clock was ahead: it is not known when that was.
	if (last && lastAt && lastAt > newerThan && lastAt <= DateTime.utc()) return last;

	const underWay = asking.get(key);
	if (underWay !== undefined) return await underWay;
	const askedAt = DateTime.utc().toISO();
	const next = createReport(client, request)
		.then((id) => {
			const report = { id, askedAt };
			lastAsked.set(key, report);
			return report;
		})
		.finally(() => asking.delete(key));
	asking.set(key, next);
	return await next;
}

/** What became of a report. */
export type CollectedReport =
	| { readonly status: 'pending' | 'CANCELLED' | 'FATAL' | 'unknown' }
	| { readonly status: 'DONE'; readonly content: ReportDocument };

/** Looks once how far a report is, and reads it if it is finished. */
export async function collectReport(
	context: SpApiContext,
	client: SpApiClient,
	reportId: string,
): Promise<CollectedReport> {
	const key = `${client.seller} ${reportId}`;
	const kept = contents.get(key);
	if (kept !== undefined) return { status: 'DONE', content: await kept };

	const report = await getReport(client, reportId).catch(orUndefinedIfUnknown);
	// Amazon keeps reports for some months.
	if (report === undefined) return { status: 'unknown' };
	if (!isFinished(report)) return { status: 'pending' };
	if (report.processingStatus === 'FATAL') return { status: 'FATAL' };
	if (report.reportDocumentId === undefined) return { status: 'CANCELLED' };
	const reading =
		contents.get(key) ?? readReportDocument(context, client, report.reportDocumentId, unpackWhole);
	keep(key, reading);
	return { status: 'DONE', content: await reading };
}

function orUndefinedIfUnknown(failure: unknown): Report | undefined {
	if (failure instanceof SpApiFailure && failure.kind === 'notFound') return undefined;
	throw failure;
}

function keep(key: string, reading: Promise<ReportDocument>): void {
	contents.set(key, reading);
	const forget = (): void => void contents.delete(key);
	reading.then(({ body }) => body.length > MAX_CONTENT_BYTES && forget(), forget);
	for (const oldest of contents.keys()) {
		if (contents.size <= MAX_CONTENTS) break;
		contents.delete(oldest);
	}
}
