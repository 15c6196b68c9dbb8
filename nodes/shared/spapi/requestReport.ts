import { DateTime } from 'luxon';

import type { SpApiClient } from './client';
import { isUncertain, SpApiFailure } from './failure';
import {
	currentReport,
	forgetListing,
	listClosed,
	listLately,
	rememberRequested,
	requestKeyOf,
	widened,
} from './reportCache';
import { backoff, pause, unlessCancelled } from './pause';
import { requestingReports } from './processWide';
import type { RequestedReport, CachedReport } from './report';
import { quotaOf, type ReportQuota } from './reportLimits';
import { quotaFailure, takeReportTurn, waitForReportTurn } from './reportQuotas';
import { createReport, marketplacesOf, type ReportRequest } from './reports';

/** Asking Amazon for a report: in its turn, and only where none is known that serves. */

/**
 * A report to take: one that is known and new enough, one that is being asked for, or a new one.
 * @param waitMs how long it may wait for its turn
 * @throws SpApiFailure `reportQuota` where the next cannot be asked for in that time
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
			const orOwn = quota === undefined ? orUndefinedIfCancelled : orUndefinedIfOfAnother;
			const joined = await Promise.race([
				unlessCancelled(underWay.catch(orOwn), client.signal),
				...(client.waitAtMostMs === Infinity ? [] : [tooLong(client)]),
			]);
			if (joined === 'tooLong') throw new SpApiFailure('busy', 'createReport');
			if (joined !== undefined) return joined;
			if (client.signal?.aborted) throw new SpApiFailure('cancelled', 'createReport');
			// Another execution was cancelled, or had less patience, or used up its own turn.
			continue;
		}
		if (quota === undefined) return await askAlone(key, ask(client, request));

		if (!mayAsk) throw quotaFailure(client, reportType, quota);
		const wait = waitForReportTurn(client, reportType);
		// Another process may have asked meanwhile. Once for each time it has to wait: listing takes its
		// time, too.
		if (mayList) {
			await listLately(client, reportType);
			await listClosed(client, request);
			mayList = false;
			continue;
		}
		if (wait === 0) {
			const asked = await askAlone(key, askInTurn(client, request, quota)).catch(orRefused);
			if (asked !== 'refused') return asked;
			forgetListing(client, reportType);
			mayList = true;
			continue;
		}
		// What is kept back for safety does not count against the option, which is as long by default.
		if (performance.now() + wait > giveUpAt + 0.02 * waitMs) {
			throw quotaFailure(client, request.reportType, quota);
		}
		if (!(await pause(wait, client.signal))) throw new SpApiFailure('cancelled', 'createReport');
		mayList = true;
	}
}

/** Whoever cannot wait long, such as a poll of the trigger, waits no longer for another's request either. */
const tooLong = async (client: SpApiClient): Promise<'tooLong'> =>
	await pause(client.waitAtMostMs, client.signal).then(() => 'tooLong' as const);

/** What kept another from its report need not keep this one from it. */
function orUndefinedIfOfAnother(failure: unknown): undefined {
	const kind = failure instanceof SpApiFailure ? failure.kind : undefined;
	if (kind === 'cancelled' || kind === 'busy' || kind === 'throttled') return undefined;
	throw failure;
}

function orUndefinedIfCancelled(failure: unknown): undefined {
	if (failure instanceof SpApiFailure && failure.kind === 'cancelled') return undefined;
	throw failure;
}

function orRefused(failure: unknown): 'refused' {
	if (failure instanceof SpApiFailure && failure.kind === 'throttled') return 'refused';
	throw failure;
}

async function askAlone(key: string, asking: Promise<CachedReport>): Promise<CachedReport> {
	requestingReports.set(key, asking);
	return await asking.finally(() => requestingReports.delete(key));
}

async function ask(client: SpApiClient, request: ReportRequest): Promise<CachedReport> {
	const wide = 'marketplaceIds' in request ? widened(client, request) : request;
	return await create(client, wide).catch(async (failure: unknown) => {
		const isOfOthers = failure instanceof SpApiFailure && isAboutMarketplaces(failure);
		if (!isOfOthers || marketplacesOf(wide).length === marketplacesOf(request).length)
			throw failure;
		return await create(client, request);
	});
}

async function create(client: SpApiClient, request: ReportRequest): Promise<CachedReport> {
	const asked = { askedAt: DateTime.utc().toISO(), at: performance.now() };
	const id = await createReport(client, request);
	return rememberRequested(client, request, { ...asked, id });
}

/**
 * Whether a request was refused for the marketplaces it names: fewer of them may fare better. Known of
 * Sales and Traffic: "Multiple marketplaces were provided for this report type that can only be applied
 * to one marketplace at a time."
 */
export const isAboutMarketplaces = ({ kind, answer }: SpApiFailure): boolean =>
	kind === 'notSelling' ||
	(kind === 'badRequest' && /marketplace/i.test(`${answer.message} ${answer.details}`));

/** Attempts where it is not known whether Amazon has acted. */
const MOST_ATTEMPTS = 4;

/** Asks for a report of a type with a quota; a second time only where the first came to nothing. */
async function askInTurn(
	client: SpApiClient,
	request: ReportRequest,
	quota: ReportQuota,
): Promise<CachedReport> {
	const turn = takeReportTurn(client, request.reportType, quota);
	const since = performance.now();
	for (let attempt = 1; ; attempt += 1) {
		const asked = await ask(client, request).catch((failure: unknown) => {
			const kind = failure instanceof SpApiFailure ? failure.kind : undefined;
			if (kind === 'throttled') turn.refused();
			else if (kind === undefined || !isUncertain(kind)) turn.release();
			if (kind === undefined || !isUncertain(kind) || attempt === MOST_ATTEMPTS) throw failure;
		});
		if (asked !== undefined) {
			turn.made(asked.id);
			return asked;
		}
		// Amazon may have taken it.
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

/** Whether a report was asked for after this time (UTC). */
function isNewerThan(newerThan: DateTime): (known: CachedReport) => boolean {
	// Both clocks have to agree: while the machine's was ahead, what it said is of no use.
	const oldest = performance.now() - DateTime.utc().diff(newerThan).toMillis();
	return ({ askedAt, at }) =>
		at > oldest &&
		DateTime.fromISO(askedAt) > newerThan &&
		DateTime.fromISO(askedAt) <= DateTime.utc();
}

/** Whether `askForReport` would join a report that this process knows, so that it needs no turn. */
export const isRequested = (
	client: SpApiClient,
	request: ReportRequest,
	newerThan: DateTime,
): boolean => currentReport(client, request, isNewerThan(newerThan)) !== undefined;

/**
 * Asks Amazon for a report, or joins one of the same type and marketplace that was asked for lately.
 * Never waits for its turn.
 * @param newerThan joins none that was asked for at this time (UTC) or before
 * @throws SpApiFailure `reportQuota` where Amazon makes no other one yet
 */
export async function requestReport(
	client: SpApiClient,
	request: ReportRequest,
	newerThan: DateTime,
): Promise<RequestedReport> {
	const { id, askedAt } = await requestOrJoin(client, request, isNewerThan(newerThan), 0);
	return { id, askedAt };
}
