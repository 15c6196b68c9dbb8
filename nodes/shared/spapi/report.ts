import { z } from 'zod';

import { instantSchema } from '../domain/instant';
import { absentIfNull } from './absent';

/** A report: its type, status and document, and what this process knows about it. */

/** The report types the nodes use, with the roles that allow them. */
export const REPORT_TYPES = {
	GET_SELLER_FEEDBACK_DATA: { roles: ['Selling Partner Insights', 'Amazon Fulfillment'] },
	// No Amazon page on the roles of this report was found; users name Brand Analytics.
	GET_SALES_AND_TRAFFIC_REPORT: { roles: ['Brand Analytics'] },
	GET_V2_SELLER_PERFORMANCE_REPORT: { roles: ['Selling Partner Insights'] },
	// Users name the roles of the next four; no Amazon pages on them were found.
	GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL: { roles: ['Inventory and Order Tracking'] },
	GET_AMAZON_FULFILLED_SHIPMENTS_DATA_GENERAL: { roles: ['Amazon Fulfillment'] },
	GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA: { roles: ['Amazon Fulfillment'] },
	GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE: { roles: ['Inventory and Order Tracking'] },
} as const satisfies Record<string, { readonly roles: readonly string[] }>;

export type ReportType = keyof typeof REPORT_TYPES;

/** Reports whose rows name their orders: one covers several marketplaces. */
const ORDER_REPORT_TYPES = [
	'GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL',
	'GET_AMAZON_FULFILLED_SHIPMENTS_DATA_GENERAL',
	'GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA',
	'GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE',
] as const satisfies readonly ReportType[];

export type OrderReportType = (typeof ORDER_REPORT_TYPES)[number];

const ORDER_REPORTS: ReadonlySet<string> = new Set(ORDER_REPORT_TYPES);

/** Whether one report of the type covers several marketplaces. */
export const servesSeveral = (reportType: string): boolean => ORDER_REPORTS.has(reportType);

/** ISO 8601; a time that cannot be read counts as missing. */
const moment = absentIfNull(instantSchema).catch(undefined);

/** A report, as Amazon describes it. */
export const reportSchema = z.object({
	reportId: z.string(),
	reportType: z.string(),
	processingStatus: z.enum(['IN_QUEUE', 'IN_PROGRESS', 'DONE', 'CANCELLED', 'FATAL']),
	marketplaceIds: absentIfNull(z.array(z.string())),
	dataStartTime: moment,
	dataEndTime: moment,
	createdTime: moment,
	reportDocumentId: absentIfNull(z.string()).transform((id) => id || undefined),
});

export type Report = z.infer<typeof reportSchema>;

/** The document with a report's content; undefined if it was not made, for any reason. */
export const documentOf = ({ processingStatus, reportDocumentId }: Report): string | undefined =>
	processingStatus === 'DONE' ? reportDocumentId : undefined;

/** Whether Amazon has finished it, successfully or not. */
export const isFinished = ({ processingStatus }: Report): boolean =>
	processingStatus !== 'IN_QUEUE' && processingStatus !== 'IN_PROGRESS';

/** A report that is being prepared, or was. */
export interface RequestedReport {
	readonly id: string;
	/** When it was requested; UTC. */
	readonly askedAt: string;
}

/** A report as this process knows it. */
export interface CachedReport extends RequestedReport {
	/** When it was requested, in milliseconds on the monotonic clock. */
	readonly at: number;
	/** ISO 8601; without an end, the report ends when it was requested. */
	readonly dataStartTime: string;
	readonly dataEndTime?: string;
	/** Undefined if someone else requested it: Amazon names the options only inside the document. */
	readonly options?: string;
	readonly marketplaceIds: readonly string[];
	/** As Amazon finished it. */
	readonly report?: Report;
	/** It turned out to be useless. */
	readonly isUseless?: boolean;
}

/** The document of a report as it arrived: compressed with gzip or not. */
export interface ReportDocument {
	readonly body: Uint8Array;
	readonly contentType?: string;
}
