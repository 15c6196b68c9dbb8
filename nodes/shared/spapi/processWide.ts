import { LRUCache } from 'lru-cache';

import type { Sent } from './client';
import type { RateLimit } from './rateLimit';
import type { KnownReport } from './reportCache';
import type { ReportDocument } from './reportDocument';
import type { RequestLog } from './reportQuotas';

/**
 * What all nodes of a process have in common. Each node is a bundle of its own, with a copy of all
 * modules but this one, which the build keeps as a file they share.
 */

/** The limits this process keeps, per seller, application and operation. */
export const limits = new Map<string, RateLimit>();

/** Requests that have n8n log in first, per credential: those beside them wait instead of logging in too. */
export const loggingIn = new Map<string, Promise<Sent>>();

/** Requests for reports with a quota of their own, per report type and application or seller. */
export const requestLogs = new LRUCache<string, RequestLog>({ max: 2_000 });

/** Reports that were asked for or listed lately, newest first; per seller, report type and marketplace. */
export const knownReports = new LRUCache<string, readonly KnownReport[]>({ max: 1_000 });

/** Requests for a report under way; who comes meanwhile shares their outcome, whatever it is. */
export const askingForReport = new Map<string, Promise<KnownReport>>();

/** When reports were last listed (steady milliseconds), per seller and what was looked for. */
export const reportsListedAt = new LRUCache<string, number>({ max: 2_000 });

/** What reports say, per seller and report; `bytes` is about what it takes. */
export const reportContents = new LRUCache<
	string,
	{ readonly content: unknown; readonly bytes: number }
>({
	max: 500,
	maxSize: 64_000_000,
	maxEntrySize: 16_000_000,
	sizeCalculation: ({ bytes }) => Math.max(1, bytes),
});

/** Documents that are being downloaded, per seller and report. */
export const downloadingReports = new Map<string, Promise<ReportDocument>>();

/** Where a longer report failed, perhaps for its length; per seller, report type and marketplace. */
export const shortRangesOnly = new LRUCache<string, true>({ max: 1_000 });
