import { DateTime } from 'luxon';

import { dayIn, HOUR_MS, MINUTE_MS, plusDays } from '../domain/calendar';
import { findMarketplace, type Marketplace } from '../domain/marketplaces';
import type { SpApiClient } from './client';
import { dailyTotalsQuery } from './dailyTotals';
import { createQuery, isSameQuery, listQueries, type KioskQuery } from './dataKiosk';
import { insteadOfFailure, orThrow, SpApiFailure } from './failure';
import { isUncertain } from './failureKinds';
import { joinPatiently } from './joinPatiently';
import type { KioskTotals, OpenQuery, TotalsRange } from './kioskTotals';
import { backoff, pause } from './pause';
import { kioskTotals, openQueries, reportsListedAt, startingQueries } from './processWide';
import { quotaOf } from './reportLimits';
import { SALES_AND_TRAFFIC_DAYS } from './reports';

/**
 * Starts a query for daily totals, or finds one. One query has all marketplaces of a seller, and all
 * nodes, items, executions and triggers of this process share it. Other processes find it in
 * Amazon's list. Nothing here waits for Amazon to answer a query.
 */

/** A query that is not finished by then probably never will be. */
export const STUCK_AFTER_MS = HOUR_MS;

/** Queries are listed at most this often, because `getQueries` has a limit, too. */
const LIST_EVERY_MS = MINUTE_MS;

/**
 * Attempts if it is unknown whether Amazon has created the query; a caller that cannot wait long
 * makes fewer, and finds the query next time.
 */
const MOST_ATTEMPTS = { patient: 4, other: 2 };

/** Which totals a caller needs. */
export interface TotalsWanted {
	readonly marketplace: Marketplace;
	/** To be in the same query if Amazon does not say where the seller sells. */
	readonly others?: readonly Marketplace[];
	/** Whether a query that includes the marketplace will do. */
	readonly isNewEnough: (query: Pick<OpenQuery, 'askedAt' | 'at'>, isOpen: boolean) => boolean;
}

/**
 * A result at most this old is as new as possible: the interval of the Sales and Traffic report,
 * which could not be newer either; a minute if the user has set no interval, because `createQuery`
 * has a limit, too.
 */
export const newEnoughMs = (client: SpApiClient): number =>
	quotaOf(client, 'GET_SALES_AND_TRAFFIC_REPORT')?.everyMs || MINUTE_MS;

export const ageOfQuery = ({ at }: Pick<OpenQuery, 'at'>): number => performance.now() - at;

/** With the right time, if the machine's clock was ahead when the query was created. */
export const corrected = <Query extends OpenQuery>(query: Query): Query =>
	Date.parse(query.askedAt) > Date.now()
		? { ...query, askedAt: DateTime.utc().minus(ageOfQuery(query)).toISO() }
		: query;

/** The key of a seller's marketplace, or of another thing that belongs to a seller. */
export const keyOf = ({ seller }: SpApiClient, id: string): string => `${seller} ${id}`;

/**
 * The range to query for a marketplace: all marketplaces in which the seller takes part, and as many
 * days as the Sales and Traffic report has, so that one query serves every caller. It ends on the
 * earliest of their local days, so that it has no future day; today never counts anyway.
 * @param now when the query is or was created
 */
export function wholeRange(
	client: SpApiClient,
	{ marketplace, others = [] }: Pick<TotalsWanted, 'marketplace' | 'others'>,
	now: DateTime = DateTime.utc(),
): TotalsRange {
	const own = client.ownMarketplaceIds?.map(findMarketplace).filter((each) => each !== undefined);
	const candidates = (own ?? others).filter(({ region }) => region === marketplace.region);
	const all = candidates.some(({ id }) => id === marketplace.id) ? candidates : [marketplace];
	const through = all
		.map((each) => dayIn(each, now))
		.reduce((first, day) => (day < first ? day : first));
	return {
		marketplaceIds: all.map(({ id }) => id).toSorted(),
		// A day less, because the days of some marketplaces begin later.
		from: plusDays(through, 2 - SALES_AND_TRAFFIC_DAYS),
		through,
	};
}

/** A query that this process knows: of a result that was kept, or not finished when last checked. */
function knownQuery(
	client: SpApiClient,
	{ marketplace, isNewEnough }: TotalsWanted,
): OpenQuery | KioskTotals | undefined {
	const key = keyOf(client, marketplace.id);
	const kept = kioskTotals.get(key);
	if (kept !== undefined && isNewEnough(corrected(kept), false)) return corrected(kept);
	const open = openQueries.get(key);
	if (open === undefined || ageOfQuery(open) >= STUCK_AFTER_MS) return undefined;
	return isNewEnough(corrected(open), true) ? corrected(open) : undefined;
}

/** Remembers a query that is not finished, for every caller that needs one of its marketplaces. */
export function rememberOpen(client: SpApiClient, query: OpenQuery): void {
	for (const id of query.range.marketplaceIds) {
		const key = keyOf(client, id);
		if ((openQueries.get(key)?.at ?? -Infinity) <= query.at) openQueries.set(key, query);
	}
}

/** A query that is finished, or that Amazon no longer has. */
export function forgetOpen(client: SpApiClient, { queryId, range }: OpenQuery): void {
	for (const id of range.marketplaceIds) {
		const key = keyOf(client, id);
		if (openQueries.get(key)?.queryId === queryId) openQueries.delete(key);
	}
}

/**
 * A query for the daily totals of a marketplace: a known one, one of another process, or a new one.
 * @throws SpApiFailure if it cannot be created; `busy` if a caller that cannot wait long would have
 *   to wait for its turn
 */
export async function startDailyTotals(
	client: SpApiClient,
	wanted: TotalsWanted,
): Promise<OpenQuery | KioskTotals> {
	for (;;) {
		const query = await start(client, wanted, true);
		if (query !== undefined) return query;
	}
}

/** The same without creating one; undefined if no query was found. */
export async function findDailyTotals(
	client: SpApiClient,
	wanted: TotalsWanted,
): Promise<OpenQuery | KioskTotals | undefined> {
	return await start(client, wanted, false);
}

/** Undefined if no query was found, or if another caller had to be waited for first. */
async function start(
	client: SpApiClient,
	wanted: TotalsWanted,
	mayCreate: boolean,
): Promise<OpenQuery | KioskTotals | undefined> {
	const known = knownQuery(client, wanted);
	if (known !== undefined) return known;
	const underWay = startingQueries.get(client.seller);
	if (underWay !== undefined) {
		await joinPatiently(client, 'createQuery', underWay.catch(orUndefinedIfOnlyOfAnother));
		if (client.signal?.aborted) throw new SpApiFailure('cancelled', 'createQuery');
		return knownQuery(client, wanted);
	}
	const starting = new Start(client, wanted).run(mayCreate);
	startingQueries.set(client.seller, starting);
	return await starting.finally(() => startingQueries.delete(client.seller));
}

/** What kept another caller from the result need not keep this one from it. */
export function orUndefinedIfOnlyOfAnother(failure: unknown): undefined {
	const kind = failure instanceof SpApiFailure ? failure.kind : undefined;
	if (kind === 'cancelled' || kind === 'busy' || kind === 'queryPending') return undefined;
	throw failure;
}

/** One way to a query. */
class Start {
	constructor(
		private readonly client: SpApiClient,
		private readonly wanted: TotalsWanted,
	) {}

	async run(mayCreate: boolean): Promise<OpenQuery | undefined> {
		const query = (await this.find()) ?? (mayCreate ? await this.create() : undefined);
		if (query !== undefined) rememberOpen(this.client, query);
		return query;
	}

	/** A query of another process with the same text: open, or finished and new enough. */
	private async find(isUrgent = false): Promise<OpenQuery | undefined> {
		const { client, wanted } = this;
		const key = keyOf(client, 'queries');
		const last = reportsListedAt.get(key) ?? -Infinity;
		// Without a login it is unknown where the seller sells, and so what to query; listing logs in.
		const isLoggedIn = client.ownMarketplaceIds !== undefined;
		if (!isUrgent && isLoggedIn && performance.now() - last < LIST_EVERY_MS) return undefined;
		reportsListedAt.set(key, performance.now());
		const since = new Date(Date.now() - STUCK_AFTER_MS);
		const listed = await listQueries(client, since).catch(insteadOfFailure([]));
		const range = wholeRange(client, wanted);
		const text = dailyTotalsQuery(range);
		const [newest] = listed
			.filter(({ query }) => isSameQuery(query, text))
			.map((query) => ({ status: query.processingStatus, query: asOpenQuery(query, range) }))
			.filter(({ status, query }) => {
				const isOpen = status === 'IN_QUEUE' || status === 'IN_PROGRESS';
				if (!isOpen && status !== 'DONE') return false;
				return ageOfQuery(query) < STUCK_AFTER_MS && wanted.isNewEnough(query, isOpen);
			})
			.toSorted((a, b) => b.query.at - a.query.at);
		return newest?.query;
	}

	private async create(): Promise<OpenQuery> {
		const { client, wanted } = this;
		const range = wholeRange(client, wanted);
		const text = dailyTotalsQuery(range);
		const most = client.waitAtMostMs === Infinity ? MOST_ATTEMPTS.patient : MOST_ATTEMPTS.other;
		for (let attempt = 1; ; attempt += 1) {
			const asked = { range, askedAt: DateTime.utc().toISO(), at: performance.now() };
			const created = await createQuery(client, text).catch(orFailureOfDoubt);
			if (typeof created === 'string') return { ...asked, queryId: created };
			const found = await this.find(true);
			if (found !== undefined) return found;
			if (created.kind === 'throttled' || attempt === most) return orThrow(created);
			if (!(await pause(backoff(attempt), client.signal))) {
				return orThrow(new SpApiFailure('cancelled', 'createQuery'));
			}
		}
	}
}

/** The clocks differ: a query from the future counts as made now. One without a time is old. */
function asOpenQuery({ queryId, createdTime }: KioskQuery, range: TotalsRange): OpenQuery {
	const ageMs =
		createdTime === undefined ? Infinity : Math.max(0, Date.now() - Date.parse(createdTime));
	const created = createdTime === undefined ? DateTime.utc() : DateTime.fromISO(createdTime);
	const askedAt = created.toUTC().toISO() ?? '';
	return corrected({ queryId, range, askedAt, at: performance.now() - ageMs });
}

/**
 * A failure after which the query may exist: it is unknown whether Amazon has acted, or Amazon
 * refused the query as too many, as it does with a second one of the same text.
 */
export function orFailureOfDoubt(failure: unknown): SpApiFailure {
	const isDoubtful =
		failure instanceof SpApiFailure && (failure.kind === 'throttled' || isUncertain(failure.kind));
	if (!isDoubtful) throw failure;
	return failure;
}
