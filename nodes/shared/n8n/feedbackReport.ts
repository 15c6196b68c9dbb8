import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import {
	FeedbackReportReader,
	type FeedbackReport,
	type FeedbackRow,
} from '../domain/feedbackReport';
import { findMarketplace, type Marketplace, type DateOrder } from '../domain/marketplaces';
import {
	firstWholeDay,
	lastWholeDay,
	MINUTE_MS,
	plusDays,
	startOfDayIn,
	todayIn,
} from '../domain/calendar';
import { readDecoded } from '../domain/reportEncoding';
import { capitalized, quoteInWords, starsInWords } from '../domain/feedbackInWords';
import { orderUrl } from '../domain/sellerCentral';
import { ENTRIES_PER_STEP, type Steps } from '../domain/steps';
import type { SpApiClient } from '../spapi/client';
import type { Report, ReportDocument } from '../spapi/report';
import { unpack } from '../spapi/reportDocument';
import { obtainReport } from '../spapi/obtainReport';
import {
	createReport,
	SALES_AND_TRAFFIC_DAYS,
	type MarketplaceReportRequest,
	type ReportRequest,
} from '../spapi/reports';
import { hint } from './hints';

export const dateFormatOption: INodeProperties = {
	displayName: 'Date Format',
	name: 'dateFormat',
	type: 'options',
	default: 'auto',
	options: [
		{ name: 'Marketplace Default', value: 'auto' },
		{ name: 'Day, Month, Year', value: 'dmy' },
		{ name: 'Month, Day, Year', value: 'mdy' },
		{ name: 'Year, Month, Day', value: 'ymd' },
	],
	description:
		"Date format of the report. Amazon documents none; choose one if the marketplace's default is wrong.",
};

export const waitForReportOption: INodeProperties = {
	displayName: 'Wait for Report (Minutes)',
	name: 'waitMinutes',
	type: 'number',
	default: 15,
	typeOptions: { minValue: 0, maxValue: 240 },
	description:
		"How long to wait for Amazon to prepare a report. After that, the node stops and names the report, which you can pick up by its ID. If Amazon's limit for this type of report is reached, the node first waits up to the same time until it can request one.",
};

/**
 * Amazon refuses feedback reports over less than five days, so a shorter period is extended to
 * this.
 */
const SHORTEST_RANGE_DAYS = 6;

/**
 * The one request for Sales and Traffic that all nodes make, so that one report serves all of them.
 * @param today marketplace-local calendar day
 */
export const salesAndTrafficRequest = (
	marketplace: Marketplace,
	today: string,
): MarketplaceReportRequest => ({
	reportType: 'GET_SALES_AND_TRAFFIC_REPORT',
	marketplaceId: marketplace.id,
	dataStartTime: startOfDayIn(marketplace, plusDays(today, 1 - SALES_AND_TRAFFIC_DAYS)),
	reportOptions: { dateGranularity: 'DAY' },
});

/** Shows a hint that a report had to wait for its turn. */
export function hintAtTurn(
	context: IExecuteFunctions,
	name: string,
	{ name: place }: Marketplace,
	waitedMs = 0,
): void {
	const minutes = Math.round(waitedMs / MINUTE_MS);
	if (minutes === 0) return;
	hint(
		context,
		`The ${name} report of ${place} waited ${minutes} minute(s), because Amazon limits how often it makes this report`,
	);
}

/** First and last marketplace-local day that a report covers completely, if Amazon says so. */
export const wholeDaysOf = (
	marketplace: Marketplace,
	{ dataStartTime, dataEndTime, createdTime }: Report,
): { readonly from: string | undefined; readonly through: string | undefined } => ({
	from: firstWholeDay(marketplace, dataStartTime),
	through: lastWholeDay(marketplace, dataEndTime ?? createdTime),
});

export interface FeedbackReportRequest {
	readonly marketplace: Marketplace;
	/** First calendar day to fetch, marketplace-local. */
	readonly since: string;
	readonly dateFormat: DateOrder | 'auto';
	readonly reportId?: string;
	readonly waitMs: number;
}

export type FetchedFeedback =
	| {
			readonly known: true;
			readonly reportId: string;
			readonly report: ReadReport;
			/** First and last marketplace-local day it covers completely, if Amazon says so. */
			readonly from: string | undefined;
			readonly through: string | undefined;
	  }
	/** Amazon canceled the report: no such feedback, or a refusal. */
	| { readonly known: false; readonly reportId: string };

/** The request: since the given day, or since the latest day that Amazon does not refuse. */
function feedbackReportSince(marketplace: Marketplace, since: string): ReportRequest {
	const longEnough = plusDays(todayIn(marketplace), -SHORTEST_RANGE_DAYS);
	return {
		reportType: 'GET_SELLER_FEEDBACK_DATA',
		marketplaceId: marketplace.id,
		dataStartTime: startOfDayIn(marketplace, since < longEnough ? since : longEnough),
	};
}

/** Requests a feedback report, to be fetched by its ID later. */
export const requestFeedback = async (
	client: SpApiClient,
	marketplace: Marketplace,
	since: string,
): Promise<string> => await createReport(client, feedbackReportSince(marketplace, since));

/**
 * Fetches and reads the feedback report of one marketplace; shows a hint about anything unusual.
 */
export async function fetchFeedback(
	context: IExecuteFunctions,
	client: SpApiClient,
	{ marketplace, since, dateFormat, reportId, waitMs }: FeedbackReportRequest,
): Promise<FetchedFeedback> {
	const startedAt = performance.now();
	const request = feedbackReportSince(marketplace, since);
	const obtained = await obtainReport(context, client, request, {
		reportId,
		waitMs,
		read: async (document) => await readFeedbackReport(document, marketplace, dateFormat),
	});
	const { reportId: id } = obtained.report;
	const seconds = Math.round((performance.now() - startedAt) / 1000);
	if (seconds >= 10) {
		hint(
			context,
			`Report ${id} took ${seconds} seconds: Amazon prepares about one report a minute after the first 15`,
		);
	}
	if (obtained.status === 'CANCELLED') {
		hint(
			context,
			`Amazon canceled feedback report ${id} for ${marketplace.name}. Either there is no feedback of 1 to 3 stars since ${since}, or Amazon refused. It does not say which, so the number may not be zero.`,
			'warning',
		);
		return { known: false, reportId: id };
	}
	const { rows, hasHeadings } = obtained.content;
	if (rows.length === 0 && !hasHeadings) {
		hint(
			context,
			`Feedback report ${id} for ${marketplace.name} is empty and has no header line. Either there is no feedback of 1 to 3 stars since ${since}, or the report failed. Amazon does not say which, so the number may not be zero.`,
			'warning',
		);
	}
	hintAtUnreadable(context, obtained.content);
	return {
		known: true,
		reportId: id,
		report: obtained.content,
		...wholeDaysOf(marketplace, obtained.report),
	};
}

/** A report as read, with what its reader knows about the first and last lines. */
export interface ReadReport
	extends FeedbackReport,
		Pick<FeedbackReportReader, 'hasHeadings' | 'lines'> {}

/** A report's document, or a file in parts. */
interface FeedbackDocument extends Pick<ReportDocument, 'contentType'> {
	readonly body: Parameters<typeof unpack>[0];
}

/**
 * Unpacks, decodes and parses a feedback report piece by piece, so that its text is never in memory
 * twice. (The rows keep in memory the pieces that they were cut from.)
 * @throws DocumentError if it cannot be unpacked
 */
export async function readFeedbackReport(
	{ body, contentType }: FeedbackDocument,
	{ countryCode, dateOrder: usual }: Marketplace,
	dateFormat: DateOrder | 'auto',
): Promise<ReadReport> {
	const dateOrder = dateFormat === 'auto' ? usual : dateFormat;
	return await readDecoded(
		() => unpack(body),
		{ contentType, countryCode },
		async (pieces) => {
			const reader = new FeedbackReportReader(dateOrder, countryCode);
			const rows: FeedbackRow[] = [];
			for await (const piece of pieces) for (const row of reader.read(piece)) rows.push(row);
			rows.push(...reader.end());
			const { unreadable, unreadableLines, hasHeadings, lines } = reader;
			return { rows, unreadable, unreadableLines, hasHeadings, lines };
		},
	);
}

/**
 * Shows a hint about lines that were left out or belong to another marketplace, so that nothing is
 * lost silently.
 */
export function hintAtUnreadable(
	context: IExecuteFunctions,
	{ rows, unreadable, unreadableLines }: FeedbackReport,
): void {
	const others = new Set<string>();
	let count = 0;
	for (const { otherMarketplace } of rows) {
		if (otherMarketplace === undefined) continue;
		others.add(otherMarketplace);
		count += 1;
	}
	if (others.size > 0) {
		hint(
			context,
			`${count} row(s) of the feedback report have a buyer's email address from another marketplace (${[...others].join(', ')}); they are marked with that marketplace, and their dates are read in its format`,
			'warning',
		);
	}
	if (unreadableLines === 0) return;
	const shown = unreadable.slice(0, 5).map(({ line, reason }) => `line ${line}: ${reason}`);
	const more = unreadableLines - shown.length;
	hint(
		context,
		`Could not read ${unreadableLines} line(s) of the feedback report: ${shown.join('; ')}${more > 0 ? `; and ${more} more` : ''}`,
		'warning',
	);
}

export interface OutputChoices {
	readonly simplify: boolean;
	readonly includeBuyerEmail: boolean;
	readonly outputUnreadableLines: boolean;
}

/**
 * The report as items: the requested feedback, then, if requested, the lines that could not be
 * read.
 */
export function* toItems(
	{ unreadable }: FeedbackReport,
	rows: readonly FeedbackRow[],
	marketplace: Marketplace,
	choices: OutputChoices,
): Steps<IDataObject[]> {
	const items: IDataObject[] = [];
	for (const [index, row] of rows.entries()) {
		if (index % ENTRIES_PER_STEP === ENTRIES_PER_STEP - 1) yield;
		items.push(toItem(row, marketplace, choices));
	}
	if (!choices.outputUnreadableLines) return items;
	for (const { line, reason } of unreadable) items.push({ unreadable: true, line, reason });
	return items;
}

/** One sentence for a message, as plain text, like the trigger's. */
function summaryOfFeedback(
	{ rating, sentiment, comment, orderId }: FeedbackRow,
	{ name }: Marketplace,
): string {
	return `${name}: ${capitalized(sentiment)} feedback, ${starsInWords(rating)}, for order ${orderId}${quoteInWords(comment)}`;
}

function toItem(
	row: FeedbackRow,
	marketplace: Marketplace,
	{ simplify, includeBuyerEmail }: OutputChoices,
): IDataObject {
	const { date, rating, sentiment, comment, response, orderId, otherMarketplace } = row;
	// The report is for one marketplace, but a row's email address may name another.
	const own = (otherMarketplace && findMarketplace(otherMarketplace)) || marketplace;
	return {
		orderId,
		date,
		rating,
		sentiment,
		comment,
		hasComment: comment !== '',
		response,
		marketplace: own.countryCode,
		marketplaceId: own.id,
		summary: summaryOfFeedback(row, own),
		orderUrl: orderUrl(own, orderId),
		...(includeBuyerEmail && { buyerEmail: row.raterEmail }),
		...(!simplify && {
			marketplaceName: own.name,
			timeZone: own.timeZone,
			line: row.line,
			source: 'GET_SELLER_FEEDBACK_DATA',
		}),
	};
}
