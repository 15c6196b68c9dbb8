import { BoundedMap } from './boundedMap';
import type { AccessToken, LogInOutcome } from './login';
import type { RateLimit } from './rateLimit';
import type { CachedReport, Report, ReportDocument } from './report';

/**
 * What all nodes of a process have in common. Each node is a bundle of its own, with a copy of all
 * modules but this one, which the build keeps as a file they share. Everything here is kept per seller
 * or per what makes a token, and bounded.
 */

/** The limits this process keeps, per seller, application and operation; `keptLimit` keeps them few. */
export const limits = new Map<string, RateLimit>();

/** How many log-ins are remembered; each is good for an hour. */
const MOST_TOKENS = 1_000;

/** Access tokens, by everything that makes one; see `accessTokens.ts`. Nothing of them is stored. */
export const accessTokens = new BoundedMap<AccessToken>({ max: MOST_TOKENS });

/** Log-ins under way, by the same key: who lacks the token meanwhile waits for them. */
export const loggingIn = new Map<string, Promise<LogInOutcome>>();

/** A report that was asked for, by us or somebody else. */
export interface Requested {
	/** Absent until Amazon has answered. */
	id?: string;
	/** Milliseconds of the steady clock, which nobody sets. */
	readonly at: number;
}

/** What was asked for of a type, for one application or seller. */
export interface RequestLog {
	readonly requests: readonly Requested[];
	/** After a refusal; steady milliseconds. */
	readonly blockedUntil: number;
	/** Refusals in a row, none of which is explained: when the block began, and the last of them. */
	readonly refused?: { readonly since: number; readonly at: number };
}

/** Requests for reports with a quota of their own, per report type and application or seller. */
export const requestLogs = new BoundedMap<RequestLog>({ max: 2_000 });

/**
 * Reports that were asked for or listed lately, newest first; per seller and report type, and per
 * marketplace where it has reports of its own.
 */
export const cachedReports = new BoundedMap<readonly CachedReport[]>({ max: 1_000 });

/** Requests for a report under way; who comes meanwhile shares their outcome, whatever it is. */
export const requestingReports = new Map<string, Promise<CachedReport>>();

/** When reports were last listed (steady milliseconds), per seller and what was looked for. */
export const reportsListedAt = new BoundedMap<number>({ max: 2_000 });

/** What reports say, per seller and report; `bytes` is about what it takes. */
export const reportContents = new BoundedMap<{
	readonly content: unknown;
	readonly bytes: number;
	readonly report?: Report;
}>({
	max: 500,
	sizes: { all: 64_000_000, one: 16_000_000, of: ({ bytes }) => Math.max(1, bytes) },
});

/** Documents that are being downloaded, per seller and report. */
export const downloadingReports = new Map<string, Promise<ReportDocument>>();

/** Where Amazon takes one marketplace per report only; per seller and report type. */
export const oneMarketplaceOnly = new BoundedMap<true>({ max: 1_000 });

/** Where a longer report failed, perhaps for its length; per seller, report type and marketplaces. */
export const shortRangesOnly = new BoundedMap<true>({ max: 1_000 });

/**
 * Reports that wait for their turn: when Amazon was last asked for them (steady milliseconds; -Infinity
 * where it never was) and when they last wanted a turn. Per seller and report type, then report.
 */
export const reportsWaiting = new BoundedMap<
	Map<string, { readonly askedAt: number; readonly wantedAt: number }>
>({ max: 500 });
