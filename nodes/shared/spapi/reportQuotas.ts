import { DateTime } from 'luxon';

import { HOUR_MS, MINUTE_MS } from '../domain/calendar';
import type { SpApiClient } from './client';
import { shareOf } from './endpoints';
import { SpApiFailure } from './failure';
import { operationOf } from './operations';
import { requestLogs, type Requested, type RequestLog } from './processWide';
import { MOST_REPORTS } from './reportLimitFields';
import { quotaOf, type ReportQuota } from './reportLimits';
import type { ReportType } from './report';

/**
 * How often reports of a type were requested, in addition to `createReport`'s own limit. Counted
 * for the whole process, on the monotonic clock.
 */

type LimitedClient = Pick<SpApiClient, 'application' | 'seller' | 'credentials'>;

const EMPTY: RequestLog = { requests: [], blockedUntil: 0 };

/** Requests arrive closer together than they were made, and clocks differ. */
const marginOf = (ms: number): number => Math.min(5_000, ms * 0.02);

/**
 * The longest time for which refusals in a row block a type. A type that Amazon makes once in four
 * hours must not be blocked for all that time, because the refusals may come from the limit of
 * createReport.
 */
const LONGEST_BLOCK_MS = 15 * MINUTE_MS;

const blockOf = ({ everyMs }: ReportQuota): number => Math.min(everyMs, LONGEST_BLOCK_MS);

/**
 * The time until `createReport` has one more token for this process, whatever else Amazon counts.
 */
const refillOf = ({ credentials }: LimitedClient): number =>
	1000 / (operationOf('createReport').rate * shareOf(credentials));

/** Refusals that are this far apart are not in a row. */
const IN_A_ROW_MS = 2 * LONGEST_BLOCK_MS;

/**
 * What a refusal (429) changes. It may come from the type's limit or from `createReport`'s own
 * limit, and does not show which: both come as `QuotaExceeded`, "You exceeded your quota for the
 * requested resource.", with empty details (selling-partner-api-docs issue 1624 and
 * selling-partner-api-models issue 5152 for report types; SP-API in general returns the same body),
 * and a 429 has no rate header (models issue 746). So after a first refusal the type waits only
 * until `createReport` has a token again. After a second one, the type's limit must be the cause:
 * the type is blocked for its interval, at most a quarter of an hour, counted from the first
 * refusal.
 */
function refusedLog(
	{ requests, refused }: RequestLog,
	quota: ReportQuota,
	refillMs: number,
): RequestLog {
	const now = performance.now();
	const block = blockOf(quota);
	const isFirst = refused === undefined || now - refused.at > IN_A_ROW_MS;
	const since = isFirst || now - refused.since >= block ? now : refused.since;
	const end = Math.max(now + refillMs, isFirst ? 0 : since + block);
	return { requests, blockedUntil: end + marginOf(end - now), refused: { since, at: now } };
}

function keysOf(client: LimitedClient, reportType: ReportType, { countedPer }: ReportQuota) {
	return countedPer.map((who) => `${client[who]} ${reportType}`);
}

/** The milliseconds until a report can be requested, 0 if it can be requested now. */
export function waitForReportTurn(client: LimitedClient, reportType: ReportType): number {
	const quota = quotaOf(client, reportType);
	if (quota === undefined) return 0;
	const now = performance.now();
	const possible = keysOf(client, reportType, quota).map((key) =>
		nextIn(requestLogs.get(key) ?? EMPTY, quota),
	);
	return Math.max(0, Math.ceil(Math.max(...possible) - now));
}

function nextIn({ requests, blockedUntil }: RequestLog, { everyMs, most }: ReportQuota): number {
	const last = Math.max(-Infinity, ...requests.map(({ at }) => at));
	const spaced = last + everyMs + marginOf(everyMs);
	const times = requests.map(({ at }) => at).toSorted((a, b) => b - a);
	const full = most && times[most.count - 1];
	const free = most && full !== undefined ? full + most.withinMs + marginOf(most.withinMs) : 0;
	return Math.max(spaced, free, blockedUntil);
}

/** When the next report of a type can be requested; undefined if it can be requested now. */
export function nextReportAt(client: LimitedClient, reportType: ReportType): DateTime | undefined {
	const wait = waitForReportTurn(client, reportType);
	return wait === 0 ? undefined : DateTime.utc().plus(wait);
}

/** A request that counts from now on. */
export interface ReportTurn {
	/** It was made, with this ID. */
	made(id: string): void;
	/** It was not made after all. */
	release(): void;
	/** Amazon refused it (429); see `refusedLog`. */
	refused(): void;
}

/** Counts a request that is about to be made. */
export function takeReportTurn(
	client: LimitedClient,
	reportType: ReportType,
	quota: ReportQuota,
): ReportTurn {
	const requested: Requested = { at: performance.now() };
	const keys = keysOf(client, reportType, quota);
	for (const key of keys) add(key, quota, requested);
	const release = (): void => {
		for (const key of keys) {
			change(key, (log) => ({
				...log,
				requests: log.requests.filter((each) => each !== requested),
			}));
		}
	};
	return {
		made(id) {
			requested.id = id;
			// Amazon counts from when the request arrives, which may be long after it was sent.
			requested.at = performance.now();
			// If it was listed meanwhile, it would count twice.
			const isSame = (each: Requested) => each !== requested && each.id === id;
			for (const key of keys) {
				change(key, ({ requests, blockedUntil }) => ({
					requests: requests.filter((each) => !isSame(each)),
					blockedUntil,
					refused: undefined,
				}));
			}
		},
		release,
		refused() {
			release();
			for (const key of keys) change(key, (log) => refusedLog(log, quota, refillOf(client)));
		},
	};
}

/**
 * Counts a request that Amazon lists and that this process may not have made. If there was a
 * refusal, this request may be its cause: then the next one is possible after this request, not
 * after the refusal.
 * @param at milliseconds on the monotonic clock
 */
export function learnOfRequest(
	client: LimitedClient,
	reportType: ReportType,
	{ id, at }: { readonly id: string; readonly at: number },
): void {
	const quota = quotaOf(client, reportType);
	if (quota === undefined) return;
	const key = `${client.seller} ${reportType}`;
	const { requests, blockedUntil, refused } = requestLogs.get(key) ?? EMPTY;
	if (requests.some((each) => each.id === id)) return;
	add(key, quota, { id, at });
	const isBlocked = blockedUntil > performance.now();
	if (isBlocked && refused !== undefined && at > refused.since - quota.everyMs) {
		for (const each of keysOf(client, reportType, quota)) {
			change(each, (log) => ({ requests: log.requests, blockedUntil: 0 }));
		}
	}
}

/** Whether another report was requested within the interval before this one. */
export function wasTooSoon(
	client: LimitedClient,
	reportType: ReportType,
	{ id, at }: { readonly id: string; readonly at: number },
): boolean {
	const quota = quotaOf(client, reportType);
	if (quota === undefined) return false;
	return keysOf(client, reportType, quota).some((key) =>
		(requestLogs.get(key)?.requests ?? []).some(
			(each) => each.id !== id && each.at <= at && each.at > at - quota.everyMs,
		),
	);
}

function add(key: string, { everyMs, most }: ReportQuota, requested: Requested): void {
	const oldest = performance.now() - 2 * Math.max(everyMs, most?.withinMs ?? 0);
	change(key, (log) => ({
		...log,
		requests: [...log.requests.filter(({ at }) => at > oldest), requested]
			.toSorted((a, b) => a.at - b.at)
			.slice(-MOST_REPORTS),
	}));
}

const change = (key: string, to: (log: RequestLog) => RequestLog): void =>
	void requestLogs.set(key, to(requestLogs.get(key) ?? EMPTY));

/** The failure that no report of the type can be requested yet, with the time when one can be. */
export function quotaFailure(
	client: LimitedClient,
	reportType: ReportType,
	quota: ReportQuota,
): SpApiFailure {
	const now = DateTime.utc();
	// Rounded up, so that it is possible at the minute named.
	const next = now.plus(waitForReportTurn(client, reportType)).plus({ seconds: 59 });
	const day = next.hasSame(now, 'day') ? '' : ` on ${next.toISODate()}`;
	return new SpApiFailure('reportQuota', 'createReport', {
		details: `${quota.name}: Amazon makes ${limitMet(client, reportType, quota)}. The next is possible${day} at ${next.toFormat('HH:mm')} UTC`,
	});
}

/** The limit that was reached: "one every 15 minutes for this application". */
function limitMet(client: LimitedClient, reportType: ReportType, quota: ReportQuota): string {
	const { everyMs, most, countedPer } = quota;
	const now = performance.now();
	const isFull =
		most !== undefined &&
		keysOf(client, reportType, quota).some(
			(key) =>
				(requestLogs.get(key) ?? EMPTY).requests.filter(({ at }) => at > now - most.withinMs)
					.length >= most.count,
		);
	const whose = countedPer.includes('application') ? 'this application' : 'a seller';
	if (isFull) return `${most.count} in ${most.withinMs / HOUR_MS} hours for ${whose}`;
	const minutes = Math.round(everyMs / MINUTE_MS);
	const often = minutes % 60 === 0 && minutes > 60 ? `${minutes / 60} hours` : `${minutes} minutes`;
	return `one every ${often} for ${whose}`;
}
