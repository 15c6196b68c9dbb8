// cspell:ignore cancelled
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { invalidInput, ownMarketplaces, readJson, type Call } from '../http';
import { DAY, localDay } from '../world/build';
import { writeFeedbackFile } from '../reports/feedbackFile';
import { writePerformanceFile } from '../reports/performanceFile';
import { jsonFile, writeTrafficFile } from '../reports/trafficFile';
import { daysBefore, oldestDay } from '../traffic/periods';
import type { ReportFile } from '../reports/textFile';
import { writeOrderReport } from './orderReports';
import type { ReportRequest } from './reportRequest';
import type { FaultSpec } from '../faults';
import type { ReportEnd } from '../reports/store';

/** The supported report types. Any one of the listed roles allows a report. */
export const REPORT_ROLES: Readonly<Record<string, readonly string[]>> = {
	GET_SELLER_FEEDBACK_DATA: ['Selling Partner Insights', 'Amazon Fulfillment'],
	// Commonly named for this report, but not confirmed by Amazon's pages.
	GET_SALES_AND_TRAFFIC_REPORT: ['Brand Analytics'],
	GET_V2_SELLER_PERFORMANCE_REPORT: ['Selling Partner Insights'],
	// Which roles the reports on orders need is unconfirmed; these are the ones commonly named.
	GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL: ['Inventory and Order Tracking'],
	GET_AMAZON_FULFILLED_SHIPMENTS_DATA_GENERAL: ['Amazon Fulfillment'],
	GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA: ['Amazon Fulfillment'],
	GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE: ['Inventory and Order Tracking'],
};

const SHORT_RANGE = 5 * DAY;

const dateTime = z
	.string()
	.refine((text) => /^\d{4}-\d{2}-\d{2}/.test(text) && !Number.isNaN(Date.parse(text)));

const bodySchema = z.object({
	reportType: z.string().min(1),
	marketplaceIds: z.array(z.string()).min(1).max(25),
	dataStartTime: dateTime.optional(),
	dataEndTime: dateTime.optional(),
	reportOptions: z.record(z.string()).optional(),
});

const trafficOptionsSchema = z.object({
	dateGranularity: z.enum(['DAY', 'WEEK', 'MONTH']).default('DAY'),
	asinGranularity: z.enum(['PARENT', 'CHILD', 'SKU']).default('PARENT'),
});

/** Reads and checks the body of createReport. */
export function readReportRequest({ body, seller, now }: Call): ReportRequest {
	const parsed = bodySchema.safeParse(readJson(body));
	if (!parsed.success) {
		const names = [...new Set(parsed.error.issues.map(({ path }) => path.join('.') || 'body'))];
		throw invalidInput(`Missing or invalid request parameters: [${names.join(', ')}]`);
	}
	const { reportType, marketplaceIds, dataStartTime, dataEndTime, reportOptions } = parsed.data;
	if (!(reportType in REPORT_ROLES)) throw invalidInput(`Invalid Report Type ${reportType}`);
	ownMarketplaces(seller, marketplaceIds);
	// Both default to now, so a feedback report without a start covers no time at all.
	const start = dataStartTime === undefined ? now : Date.parse(dataStartTime);
	const end = dataEndTime === undefined ? now : Date.parse(dataEndTime);
	if (end > now) throw invalidInput('dataEndTime must be prior to or equal to the current time');
	if (start > end) throw invalidInput('dataStartTime must be prior to dataEndTime');
	if (reportType === 'GET_SALES_AND_TRAFFIC_REPORT') {
		if (marketplaceIds.length > 1) {
			throw invalidInput(
				'Report rejected for this client. Multiple marketplaces were provided for this report type that can only be applied to one marketplace at a time. Please retry with only one marketplace per request.',
			);
		}
		if (!trafficOptionsSchema.safeParse(reportOptions ?? {}).success) {
			throw invalidInput('Missing or invalid request parameters: [reportOptions]');
		}
	}
	return {
		reportType,
		marketplaceIds,
		start,
		end,
		endGiven: dataEndTime !== undefined,
		reportOptions: reportOptions ?? {},
	};
}

/** How the report ends: with a document, without one, or (as a fault) some other way. */
export function endOfReport(
	call: Call,
	request: ReportRequest,
	{ kind: fault, body }: Partial<FaultSpec> = {},
): ReportEnd {
	if (fault === 'reportStuck') return { status: 'IN_PROGRESS' };
	const { state, seller } = call;
	const says =
		body === undefined ? undefined : { ...jsonFile(''), bytes: Buffer.from(body, 'utf8') };
	const keep = (file: ReportFile) => {
		const documentId = `amzn1.spdoc.1.4.${seller.region}.${randomUUID()}`;
		const { gzip } = state.settings;
		const { reportType } = request;
		state.documents.add({ documentId, sellerKey: seller.key, reportType, gzip }, file);
		return documentId;
	};
	const cancelled = (): ReportEnd => ({
		status: 'CANCELLED',
		documentId: says
			? keep(says)
			: state.habits.cancelledDocuments
				? keep(withoutRows(call, request))
				: undefined,
	});
	if (fault === 'reportCancelled') return cancelled();
	if (fault === 'reportFatal') {
		const error = { errorDetails: 'Report processing failed because of an internal error.' };
		const file = says ?? (state.habits.fatalDocuments ? jsonFile(error) : undefined);
		return { status: 'FATAL', documentId: file && keep(file) };
	}
	const file = write(call, request);
	if (file) return { status: 'DONE', documentId: keep(file) };
	if (!state.habits.emptyDocuments) return cancelled();
	return { status: 'DONE', documentId: keep({ ...jsonFile(''), bytes: Buffer.alloc(0) }) };
}

/** What a canceled report may contain: no rows, no days. */
function withoutRows({ state, seller }: Call, request: ReportRequest): ReportFile {
	if (request.reportType !== 'GET_SELLER_FEEDBACK_DATA') {
		return jsonFile({ salesAndTrafficByDate: [], salesAndTrafficByAsin: [] });
	}
	const { countryCode } = state.world.marketplace(
		seller.key,
		request.marketplaceIds[0],
	).marketplace;
	return writeFeedbackFile([], countryCode, state.settings, state.habits);
}

/** The report's file, or undefined if Amazon would cancel it. */
function write(call: Call, request: ReportRequest): ReportFile | undefined {
	switch (request.reportType) {
		case 'GET_SELLER_FEEDBACK_DATA':
			return writeFeedback(call, request);
		case 'GET_SALES_AND_TRAFFIC_REPORT':
			return writeTraffic(call, request);
		case 'GET_V2_SELLER_PERFORMANCE_REPORT':
			return writePerformanceFile(
				call.seller,
				request.marketplaceIds,
				call.now,
				call.state.settings,
				call.state.habits,
			);
		default:
			return writeOrderReport(call, request);
	}
}

function writeFeedback(
	{ seller, state, now }: Call,
	{ start, end, endGiven, marketplaceIds }: ReportRequest,
): ReportFile | undefined {
	if (state.settings.shortRangeCancelled && endGiven && end - start < SHORT_RANGE) return undefined;
	const { habits } = state;
	const places = seller.marketplaces.filter(
		({ marketplace }) => habits.rowsOfOtherMarketplaces || marketplaceIds.includes(marketplace.id),
	);
	const rows = places
		.flatMap(({ feedback }) => feedback)
		.filter(({ rating, at }) => rating <= 3 && at >= start && at <= end && at <= now);
	const first = places.find(({ marketplace }) => marketplace.id === marketplaceIds[0]);
	if (rows.length === 0 || !first) return undefined;
	const countries = new Map(
		places.map(({ marketplace }) => [marketplace.id, marketplace.countryCode]),
	);
	const own = first.marketplace.countryCode;
	return writeFeedbackFile(
		rows,
		own,
		state.settings,
		habits,
		({ marketplaceId }) => countries.get(marketplaceId) ?? own,
	);
}

function writeTraffic(
	{ state, seller, now }: Call,
	{ start, end, endGiven, marketplaceIds, reportOptions }: ReportRequest,
): ReportFile | undefined {
	const place = state.world.marketplace(seller.key, marketplaceIds[0]);
	const today = localDay(now, place.marketplace);
	const utcDay = (millis: number) => new Date(millis).toISOString().slice(0, 10);
	const from = utcDay(start);
	if (from < oldestDay(today)) return undefined;
	const lastDay = daysBefore(today, state.settings.trafficLagDays);
	const { dateGranularity, asinGranularity } = trafficOptionsSchema.parse(reportOptions);
	return writeTrafficFile(
		place,
		{
			from,
			// The caller means the day written in the request, whatever the marketplace's time zone.
			to: endGiven ? utcDay(end) : today,
			dateGranularity,
			asinGranularity,
			lastDay,
		},
		state.settings,
		state.habits,
		now,
	);
}
