import { BoundedMap } from './boundedMap';
import type { AccessToken, LogInOutcome } from './login';
import type { KioskTotals, OpenQuery, OrdersBySku, QueryPages } from './kioskTotals';
import type { RateLimit } from './rateLimit';
import type { CachedReport, Report, ReportDocument } from './report';

/**
 * What all nodes of a process share, in one place. Everything here is kept per seller, or per what
 * makes a token, and bounded.
 */

/**
 * The limits this process keeps, per seller, application and operation; `keptLimit` keeps them few.
 */
export const limits = new Map<string, RateLimit>();

/** How many logins are kept; each is valid for an hour. */
const MOST_TOKENS = 1_000;

/** Access tokens, by everything that makes one; see `accessTokens.ts`. They are never stored. */
export const accessTokens = new BoundedMap<AccessToken>({ max: MOST_TOKENS });

/** Logins under way, by the same key: callers that need the token wait for them. */
export const loggingIn = new Map<string, Promise<LogInOutcome>>();

/** A report that was requested, by this process or by someone else. */
export interface Requested {
	/** Absent until Amazon has answered. */
	id?: string;
	/** Milliseconds on a monotonic clock, which nobody sets: when it was sent, then answered. */
	at: number;
}

/** Requests for a report type, for one application or seller. */
export interface RequestLog {
	readonly requests: readonly Requested[];
	/** After a refusal; milliseconds on the monotonic clock. */
	readonly blockedUntil: number;
	/** Unexplained refusals in a row: when the block began, and the latest refusal. */
	readonly refused?: { readonly since: number; readonly at: number };
}

/** Requests for reports with their own quota, per report type and application or seller. */
export const requestLogs = new BoundedMap<RequestLog>({ max: 2_000 });

/**
 * Reports that were requested or listed recently, newest first; per seller and report type, and per
 * marketplace if each has its own reports.
 */
export const cachedReports = new BoundedMap<readonly CachedReport[]>({ max: 10_000 });

/**
 * Requests for a report that are under way; callers that join share the outcome, whatever it is.
 */
export const requestingReports = new Map<string, Promise<CachedReport>>();

/** When reports were last listed (monotonic milliseconds), per seller and what was listed. */
export const reportsListedAt = new BoundedMap<number>({ max: 2_000 });

/** The content of reports, per seller and report; `bytes` is its approximate size. */
export const reportContents = new BoundedMap<{
	readonly content: unknown;
	readonly bytes: number;
	readonly report?: Report;
}>({
	max: 2_000,
	sizes: { all: 64_000_000, one: 16_000_000, of: ({ bytes }) => Math.max(1, bytes) },
});

/** Documents being downloaded, per seller and report. */
export const downloadingReports = new Map<string, Promise<ReportDocument>>();

/**
 * Daily totals from Data Kiosk: the newest result, per seller and marketplace. Marketplaces of one
 * query have the same result.
 */
export const kioskTotals = new BoundedMap<KioskTotals>({
	max: 2_000,
	sizes: {
		all: 64_000_000,
		one: 16_000_000,
		of: ({ lines, range }) => (200 * (1 + lines)) / Math.max(1, range.marketplaceIds.length),
	},
});

/** Queries that Data Kiosk had not finished when they were last checked; per seller and marketplace. */
export const openQueries = new BoundedMap<OpenQuery>({ max: 2_000 });

/** Queries being looked for or created, per seller; other callers wait for the outcome. */
export const startingQueries = new Map<string, Promise<OpenQuery | undefined>>();

/** Checks of a query under way, per seller and query; undefined if it is not finished. */
export const collectingQueries = new Map<string, Promise<KioskTotals | undefined>>();

/** Queries that a caller is waiting for, per seller and query; others join it. */
export const queriesUnderWay = new Map<string, Promise<KioskTotals>>();

/** Queries for the orders of each SKU under way, per seller and text; others join them. */
export const skuQueriesUnderWay = new Map<string, Promise<OrdersBySku>>();

/** When a query was last found unfinished (monotonic milliseconds), per seller and query. */
export const queriesCheckedAt = new BoundedMap<number>({ max: 1_000 });

/** Results of several pages that are not complete yet, per seller and query. */
export const queryPages = new BoundedMap<QueryPages>({ max: 50 });

/** Report types that Amazon makes for one marketplace only; per seller and report type. */
export const oneMarketplaceOnly = new BoundedMap<true>({ max: 1_000 });

/**
 * Set if a longer report failed, perhaps because of its length; per seller, report type and
 * marketplaces.
 */
export const shortRangesOnly = new BoundedMap<true>({ max: 1_000 });

/**
 * Reports that wait for their turn: when they were last requested (monotonic milliseconds;
 * -Infinity if never) and when they last wanted a turn. Per seller and report type, then report.
 */
export const reportsWaiting = new BoundedMap<
	Map<string, { readonly askedAt: number; readonly wantedAt: number }>
>({ max: 500 });
