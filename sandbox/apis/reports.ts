import { toIso } from '../clock';
import {
	accessDenied,
	instant,
	invalidInput,
	list,
	missingRole,
	notFound,
	single,
	throttled,
	type Answer,
	type Call,
	type Operation,
} from '../http';
import { REPORT_FAULTS } from '../faults';
import { addToLog } from '../newest';
import { DAY } from '../world/build';
import { signedUrl } from './documents';
import type { ReportRequest } from './reportRequest';
import { endOfReport, readReportRequest, REPORT_ROLES } from './reportRequests';
import type { TooSoon } from '../reportQuotas';
import type { StoredReport } from '../reports/store';

const TRAFFIC = 'GET_SALES_AND_TRAFFIC_REPORT';
const STATUSES = ['IN_QUEUE', 'IN_PROGRESS', 'DONE', 'CANCELLED', 'FATAL'];

/** Counts the report toward the limits of its type. Returns how it ends if it comes too soon. */
function tooSoon(call: Call, { reportType, marketplaceIds }: ReportRequest): TooSoon | undefined {
	const { state, seller, application, now } = call;
	const times = { quotaTime: state.settings.quotaTime, clockMillis: now };
	const counted = { application, seller: seller.key };
	const refused = state.habits.reportQuotas
		? state.reportQuotas.take(reportType, counted, times)
		: undefined;
	addToLog(state.reportRequests, {
		sellerKey: seller.key,
		application,
		reportType,
		marketplaceIds,
		at: new Date(now).toISOString(),
		...(refused === undefined ? {} : { tooSoon: refused }),
	});
	return refused;
}

function createReport(call: Call): Answer {
	const { state, seller, now } = call;
	const request = readReportRequest(call);
	if (!state.roles.allows(seller.key, REPORT_ROLES[request.reportType])) {
		throw missingRole(state, request.reportType === TRAFFIC);
	}
	const refused = tooSoon(call, request);
	if (refused === 'QuotaExceeded') throw throttled();
	const fault = state.faults.take(REPORT_FAULTS, {
		operation: 'createReport',
		sellerKey: seller.key,
		reportType: request.reportType,
	});
	const report = state.reports.create({
		sellerKey: seller.key,
		application: call.application,
		reportType: request.reportType,
		marketplaceIds: request.marketplaceIds,
		dataStartTime: request.start,
		dataEndTime: request.end,
		createdTime: now,
		end: refused === undefined ? endOfReport(call, request, fault?.spec) : { status: refused },
	});
	return { status: 202, body: { reportId: report.reportId } };
}

/** A report as getReport shows it now. */
function describe({ state }: Call, report: StoredReport): Record<string, unknown> {
	const status = state.reports.statusOf(report);
	const { started, ended } = state.reports.timesOf(report);
	const over = status === 'DONE' || status === 'FATAL' || status === 'CANCELLED';
	if (over && status !== 'DONE') state.recordReportRead(report);
	const withoutDocument = state.habits.nullDocumentIds ? { reportDocumentId: null } : {};
	const documentId = over && !report.cancelled ? report.end.documentId : undefined;
	return {
		reportId: report.reportId,
		reportType: report.reportType,
		createdTime: toIso(report.createdTime),
		processingStatus: status,
		marketplaceIds: report.marketplaceIds,
		dataStartTime: toIso(report.dataStartTime),
		dataEndTime: toIso(report.dataEndTime),
		...(status === 'IN_QUEUE' || report.cancelled ? {} : { processingStartTime: toIso(started) }),
		...(over && !report.cancelled ? { processingEndTime: toIso(ended) } : {}),
		...(documentId === undefined ? withoutDocument : { reportDocumentId: documentId }),
	};
}

function findReport({ state, seller, params }: Call): StoredReport {
	const report = state.reports.find(seller.key, params['reportId'] ?? '');
	if (!report) throw notFound('The requested report was not found.');
	return report;
}

function getReports(call: Call): Answer {
	const { state, seller, query, now } = call;
	const nextToken = single(query['nextToken']);
	const page = nextToken === undefined ? firstPage(call) : followingPage(call, nextToken);
	const shown = page.reportIds.slice(0, page.size);
	const rest = page.reportIds.slice(page.size);
	return {
		status: 200,
		body: {
			reports: shown
				.map((reportId) => state.reports.find(seller.key, reportId))
				.filter((report): report is StoredReport => report !== undefined)
				.filter((report) => report.createdTime <= now)
				.map((report) => describe(call, report)),
			...(rest.length > 0
				? { nextToken: state.reports.openPage(seller.key, rest, page.size) }
				: {}),
		},
	};
}

function followingPage({ state, seller, query }: Call, nextToken: string) {
	if (Object.keys(query).length > 1) {
		throw invalidInput('nextToken must be the only parameter of the request');
	}
	const page = state.reports.findPage(seller.key, nextToken);
	if (!page) throw invalidInput('Invalid nextToken');
	return page;
}

/** Another developer requested Sales and Traffic of each marketplace by week a while ago. */
function makeOthersReports(call: Call): void {
	const { state, seller, now } = call;
	if (state.othersReports.has(seller.key)) return;
	state.othersReports.add(seller.key);
	for (const { marketplace } of seller.marketplaces) {
		const request: ReportRequest = {
			reportType: TRAFFIC,
			marketplaceIds: [marketplace.id],
			start: now - 60 * DAY,
			end: now,
			endGiven: true,
			reportOptions: { dateGranularity: 'WEEK', asinGranularity: 'CHILD' },
		};
		state.reports.create(
			{
				sellerKey: seller.key,
				application: 'other',
				reportType: TRAFFIC,
				marketplaceIds: request.marketplaceIds,
				dataStartTime: request.start,
				dataEndTime: request.end,
				createdTime: now - 20 * 60_000,
				end: endOfReport(call, request),
			},
			true,
		);
	}
}

function firstPage(call: Call) {
	const { state, seller, query, now } = call;
	const types = list(query['reportTypes']);
	if (types.length === 0) throw invalidInput('Either reportTypes or nextToken is required');
	if (types.length > 10) throw invalidInput('At most 10 reportTypes');
	const statuses = list(query['processingStatuses']);
	const wrong = statuses.find((status) => !STATUSES.includes(status));
	if (wrong !== undefined) throw invalidInput(`Invalid value for processingStatuses: ${wrong}`);
	const marketplaceIds = list(query['marketplaceIds']);
	if (marketplaceIds.length > 10) throw invalidInput('At most 10 marketplaceIds');
	const size = Number(single(query['pageSize']) ?? '10');
	if (!Number.isInteger(size) || size < 1 || size > 100) {
		throw invalidInput('pageSize must be between 1 and 100');
	}
	const since = instant(query['createdSince'], 'createdSince') ?? now - 90 * DAY;
	const until = instant(query['createdUntil'], 'createdUntil') ?? now;
	if (state.habits.reportsOfOthers && types.includes(TRAFFIC)) makeOthersReports(call);
	const reportIds = state.reports
		.listOf(seller.key)
		.filter(({ reportType }) => types.includes(reportType))
		.filter(({ createdTime }) => createdTime >= since && createdTime <= until)
		.filter((report) => statuses.length === 0 || statuses.includes(state.reports.statusOf(report)))
		.filter(
			(report) =>
				marketplaceIds.length === 0 ||
				report.marketplaceIds.some((id) => marketplaceIds.includes(id)),
		)
		.map(({ reportId }) => reportId);
	return { reportIds, size };
}

function cancelReport(call: Call): Answer {
	const report = findReport(call);
	if (call.state.reports.statusOf(report) !== 'IN_QUEUE') {
		throw invalidInput('Only a report that is IN_QUEUE can be cancelled.');
	}
	report.cancelled = true;
	return { status: 200 };
}

function getReportDocument(call: Call): Answer {
	const { state, seller, params, query } = call;
	const document = state.documents.find(params['reportDocumentId'] ?? '');
	if (document?.sellerKey !== seller.key) {
		throw notFound('The requested report document was not found.');
	}
	const owner = state.reports.reportOf(seller.key, document.documentId)?.application;
	if (state.habits.othersDocumentsClosed && owner !== call.application) throw accessDenied();
	const decoded = single(query['enableContentEncodingUrlHeader']) === 'true' && document.gzip;
	return {
		status: 200,
		body: {
			reportDocumentId: document.documentId,
			url: signedUrl(call, document, decoded ? 'gzip' : 'identity'),
			...(document.gzip ? { compressionAlgorithm: 'GZIP' } : {}),
		},
	};
}

const BASE = '/reports/2021-06-30';

/** Reports API v2021-06-30, without schedules. */
export const reportsOperations: readonly Operation[] = [
	{
		name: 'getReports',
		method: 'GET',
		path: `${BASE}/reports`,
		rate: 0.0222,
		burst: 10,
		handle: getReports,
	},
	{
		name: 'createReport',
		method: 'POST',
		path: `${BASE}/reports`,
		rate: 0.0167,
		burst: 15,
		handle: createReport,
	},
	{
		name: 'getReport',
		method: 'GET',
		path: `${BASE}/reports/:reportId`,
		rate: 2,
		burst: 15,
		handle: (call) => ({ status: 200, body: describe(call, findReport(call)) }),
	},
	{
		name: 'cancelReport',
		method: 'DELETE',
		path: `${BASE}/reports/:reportId`,
		rate: 0.0222,
		burst: 10,
		handle: cancelReport,
	},
	{
		name: 'getReportDocument',
		method: 'GET',
		path: `${BASE}/documents/:reportDocumentId`,
		rate: 0.0167,
		burst: 15,
		handle: getReportDocument,
	},
];
