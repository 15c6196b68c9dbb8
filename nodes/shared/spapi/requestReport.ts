import { DateTime } from 'luxon';

import type { SpApiClient } from './client';
import { isUncertain } from './failureKinds';
import { SpApiFailure } from './failure';
import {
	currentReport,
	forgetListing,
	listClosed,
	listLately,
	rememberRequested,
	requestKeyOf,
	widened,
} from './reportCache';
import { joinPatiently } from './joinPatiently';
import { backoff, pause } from './pause';
import { requestingReports } from './processWide';
import type { RequestedReport, CachedReport } from './report';
import { quotaOf, type ReportQuota } from './reportLimits';
import { quotaFailure, takeReportTurn, waitForReportTurn } from './reportQuotas';
import { createReport, marketplacesOf, type ReportRequest } from './reports';

/** Requests a report: in its turn, and only if no known report will do. */

/**
 * A report to use: a known one that is new enough, one that is being requested, or a new one.
 * @param waitMs how long it may wait for its turn
 * @throws SpApiFailure `reportQuota` if the next cannot be requested in that time
 */
export async function requestOrJoin(
	client: SpApiClient,
	request: ReportRequest,
	isNewEnough: (known: CachedReport) => boolean,
	waitMs: number,
	mayAsk = true,
): Promise<CachedReport> {
	const { reportType } = request;
	const quota = quotaOf(client, reportType);
	const giveUpAt = performance.now() + waitMs;
	const key = requestKeyOf(client, request);
	let mayList = true;
	for (;;) {
		const known = currentReport(client, request, isNewEnough);
		if (known !== undefined) return known;
		const underWay = requestingReports.get(key);
		if (underWay !== undefined) {
			const orOwn = quota === undefined ? orUndefinedIfCanceled : orUndefinedIfOnlyOfAnother;
			const joined = await joinPatiently(client, 'createReport', underWay.catch(orOwn));
			if (joined !== undefined) return joined;
			if (client.signal?.aborted) throw new SpApiFailure('cancelled', 'createReport');
			// Another execution was canceled, had less patience, or exhausted its own turn.
			continue;
		}
		if (quota === undefined) return await requestOnce(key, requestWidened(client, request));

		if (!mayAsk) throw quotaFailure(client, reportType, quota);
		const wait = waitForReportTurn(client, reportType);
		// Another process may have requested one meanwhile. Checked once per wait, because listing
		// takes time, too.
		if (mayList) {
			await listLately(client, reportType);
			await listClosed(client, request);
			mayList = false;
			continue;
		}
		if (wait === 0) {
			const requested = await requestOnce(key, requestInTurn(client, request, quota)).catch(
				orRefused,
			);
			if (requested !== 'refused') return requested;
			forgetListing(client, reportType);
			mayList = true;
			continue;
		}
		// The safety margin does not count against 'Wait for Report', whose default of 15 minutes is
		// exactly the interval of Sales and Traffic.
		if (performance.now() + wait > giveUpAt + 0.02 * waitMs) {
			throw quotaFailure(client, request.reportType, quota);
		}
		if (!(await pause(wait, client.signal))) throw new SpApiFailure('cancelled', 'createReport');
		mayList = true;
	}
}

/** What kept another caller from its report need not keep this one from it. */
function orUndefinedIfOnlyOfAnother(failure: unknown): undefined {
	const kind = failure instanceof SpApiFailure ? failure.kind : undefined;
	if (kind === 'cancelled' || kind === 'busy' || kind === 'throttled') return undefined;
	throw failure;
}

function orUndefinedIfCanceled(failure: unknown): undefined {
	if (failure instanceof SpApiFailure && failure.kind === 'cancelled') return undefined;
	throw failure;
}

function orRefused(failure: unknown): 'refused' {
	if (failure instanceof SpApiFailure && failure.kind === 'throttled') return 'refused';
	throw failure;
}

async function requestOnce(key: string, request: Promise<CachedReport>): Promise<CachedReport> {
	requestingReports.set(key, request);
	return await request.finally(() => requestingReports.delete(key));
}

async function requestWidened(client: SpApiClient, request: ReportRequest): Promise<CachedReport> {
	const wide = 'marketplaceIds' in request ? widened(client, request) : request;
	return await create(client, wide).catch(async (failure: unknown) => {
		const isOfOthers = failure instanceof SpApiFailure && isAboutMarketplaces(failure);
		if (!isOfOthers || marketplacesOf(wide).length === marketplacesOf(request).length)
			throw failure;
		return await create(client, request);
	});
}

async function create(client: SpApiClient, request: ReportRequest): Promise<CachedReport> {
	const requested = { askedAt: DateTime.utc().toISO(), at: performance.now() };
	const id = await createReport(client, request);
	return rememberRequested(client, request, { ...requested, id });
}

/**
 * Whether a request was refused because of the marketplaces it names: fewer of them may work. Known
 * for Sales and Traffic: "Multiple marketplaces were provided for this report type that can only be
 * applied to one marketplace at a time."
 */
export const isAboutMarketplaces = ({ kind, answer }: SpApiFailure): boolean =>
	kind === 'notSelling' ||
	(kind === 'badRequest' && /marketplace/i.test(`${answer.message} ${answer.details}`));

/** Attempts if it is unknown whether Amazon has acted. */
const MOST_ATTEMPTS = 4;

/**
 * Requests a report of a type with a quota; repeats the request only if the first one had no
 * effect.
 */
async function requestInTurn(
	client: SpApiClient,
	request: ReportRequest,
	quota: ReportQuota,
): Promise<CachedReport> {
	const turn = takeReportTurn(client, request.reportType, quota);
	const since = performance.now();
	for (let attempt = 1; ; attempt += 1) {
		const requested = await requestWidened(client, request).catch((failure: unknown) => {
			const kind = failure instanceof SpApiFailure ? failure.kind : undefined;
			if (kind === 'throttled') turn.refused();
			else if (kind === undefined || !isUncertain(kind)) turn.release();
			if (kind === undefined || !isUncertain(kind) || attempt === MOST_ATTEMPTS) throw failure;
		});
		if (requested !== undefined) {
			turn.made(requested.id);
			return requested;
		}
		// Amazon may have accepted it.
		if (!(await pause(backoff(attempt), client.signal))) {
			throw new SpApiFailure('cancelled', 'createReport');
		}
		forgetListing(client, request.reportType);
		await listLately(client, request.reportType);
		const made = currentReport(client, request, ({ at }) => at >= since - 1000);
		if (made === undefined) continue;
		turn.made(made.id);
		return made;
	}
}

/** Whether a report or a query was requested after this time (UTC). */
export function isNewerThan(
	newerThan: DateTime,
): (known: Pick<CachedReport, 'askedAt' | 'at'>) => boolean {
	// Both clocks have to agree: while the machine's clock was ahead, its times are useless.
	const oldest = performance.now() - DateTime.utc().diff(newerThan).toMillis();
	return ({ askedAt, at }) =>
		at > oldest &&
		DateTime.fromISO(askedAt) > newerThan &&
		DateTime.fromISO(askedAt) <= DateTime.utc();
}

/**
 * Whether `requestReport` would join a report that this process knows, so that it needs no turn.
 */
export const isRequested = (
	client: SpApiClient,
	request: ReportRequest,
	newerThan: DateTime,
): boolean => currentReport(client, request, isNewerThan(newerThan)) !== undefined;

/**
 * Requests a report, or joins one of the same type and marketplace that was requested recently.
 * Never waits for its turn.
 * @param newerThan joins no report requested at this time (UTC) or before
 * @throws SpApiFailure `reportQuota` if Amazon makes no other one yet
 */
export async function requestReport(
	client: SpApiClient,
	request: ReportRequest,
	newerThan: DateTime,
): Promise<RequestedReport> {
	const { id, askedAt } = await requestOrJoin(client, request, isNewerThan(newerThan), 0);
	return { id, askedAt };
}
