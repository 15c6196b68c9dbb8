import { DateTime } from 'luxon';

import { HOUR_MS, MINUTE_MS, plusDays, todayIn } from '../domain/calendar';
import { findMarketplace, type Marketplace } from '../domain/marketplaces';
import type { DailyFeedback } from '../domain/ratingWindow';
import { reasonIn } from './answerWords';
import type { SpApiClient, SpApiContext } from './client';
import { dailyTotalsQuery, readDailyTotals } from './dailyTotals';
import {
	createQuery,
	getQuery,
	isFinishedQuery,
	isSameQuery,
	listQueries,
	readQueryDocument,
	type KioskQuery,
} from './dataKiosk';
import { insteadOfFailure, SpApiFailure } from './failure';
import { isUncertain } from './failureKinds';
import {
	includesRange,
	type KioskTotals,
	type OpenQuery,
	type ReadTotals,
	type TotalsRange,
} from './kioskTotals';
import { backoff, pause, unlessCanceled } from './pause';
import { kioskTotals, openQueries, queriesUnderWay, reportsListedAt } from './processWide';
import { readStart } from './reportDocument';
import { quotaOf } from './reportLimits';
import { SALES_AND_TRAFFIC_DAYS } from './reports';
import { untilFinished } from './untilFinished';

/**
 * Daily totals from Data Kiosk. One query has all marketplaces of a seller, and all nodes, items and
 * executions of this process share its result. Other processes find it in Amazon's list.
 */

/**
 * A result at most this old is used again: the interval of the Sales and Traffic report, which could
 * not be newer either; a minute if the user has set no interval, because `createQuery` has a limit,
 * too.
 */
const newEnoughMs = (client: SpApiClient): number =>
	quotaOf(client, 'GET_SALES_AND_TRAFFIC_REPORT')?.everyMs || MINUTE_MS;

/** A query that is not finished by then probably never will be. */
const STUCK_AFTER_MS = HOUR_MS;

/** Queries are listed at most this often, because `getQueries` has a limit, too. */
const LIST_EVERY_MS = MINUTE_MS;

/** Attempts if it is unknown whether Amazon has created the query. */
const MOST_ATTEMPTS = 4;

/** Pages of one result; a year of nine marketplaces has one. */
const MOST_PAGES = 20;

/**
 * The range to query for a marketplace: all marketplaces in which the seller takes part, and as many
 * days as the Sales and Traffic report has, so that one query serves every caller. It ends on the
 * earliest of their local days, so that it has no future day; today never counts anyway.
 */
export function wholeRange(client: SpApiClient, marketplace: Marketplace): TotalsRange {
	const own = (client.ownMarketplaceIds ?? [])
		.map(findMarketplace)
		.filter((each) => each !== undefined)
		.filter(({ region }) => region === marketplace.region);
	const all = own.some(({ id }) => id === marketplace.id) ? own : [marketplace];
	const through = all.map(todayIn).reduce((first, day) => (day < first ? day : first));
	return {
		marketplaceIds: all.map(({ id }) => id).toSorted(),
		// A day less, because the days of some marketplaces begin later.
		from: plusDays(through, 2 - SALES_AND_TRAFFIC_DAYS),
		through,
	};
}

/**
 * The daily totals of a range: kept ones that are new enough, those of a query under way, or of a
 * new query.
 * @throws SpApiFailure `queryPending` if Amazon does not finish it within the time to wait; the next
 *   caller reads the same query. `queryFailed` on FATAL and CANCELLED
 */
export async function obtainDailyTotals(
	context: SpApiContext,
	client: SpApiClient,
	range: TotalsRange,
	waitMs: number,
): Promise<KioskTotals> {
	const key = `${client.seller} ${dailyTotalsQuery(range)}`;
	for (;;) {
		const kept = kioskTotals.get(client.seller);
		const isNewEnough = kept !== undefined && ageOfResult(kept) < newEnoughMs(client);
		if (isNewEnough && includesRange(kept.range, range)) return kept;
		const underWay = queriesUnderWay.get(key);
		if (underWay === undefined) {
			const work = new Query(context, client, range, waitMs).run();
			queriesUnderWay.set(key, work);
			return await work.finally(() => queriesUnderWay.delete(key));
		}
		const joined = await unlessCanceled(underWay.catch(orUndefinedIfOnlyOfAnother), client.signal);
		if (client.signal?.aborted) throw new SpApiFailure('cancelled', 'getQuery');
		if (joined !== undefined) return joined;
	}
}

const ageOfResult = ({ at }: OpenQuery): number => performance.now() - at;

/** What kept another caller from the result need not keep this one from it. */
function orUndefinedIfOnlyOfAnother(failure: unknown): undefined {
	const kind = failure instanceof SpApiFailure ? failure.kind : undefined;
	if (kind === 'cancelled' || kind === 'busy' || kind === 'queryPending') return undefined;
	throw failure;
}

/** One way from query to result. */
class Query {
	private readonly text: string;

	private readonly giveUpAt: number;

	constructor(
		private readonly context: SpApiContext,
		private readonly client: SpApiClient,
		private readonly range: TotalsRange,
		waitMs: number,
	) {
		this.text = dailyTotalsQuery(range);
		this.giveUpAt = performance.now() + waitMs;
	}

	async run(): Promise<KioskTotals> {
		const { client } = this;
		const open = this.known() ?? (await this.find()) ?? (await this.create());
		openQueries.set(client.seller, open);
		const pages: ReadTotals[] = [];
		let query = await this.finish(open.queryId);
		openQueries.delete(client.seller);
		for (;;) {
			pages.push(await this.read(query));
			const next = query.pagination?.nextToken;
			if (next === undefined) break;
			if (pages.length === MOST_PAGES) throw failed(query, 'its result has too many pages');
			// Amazon wants the text of the first page's query as it has rewritten it.
			query = await this.finish(await createQuery(client, query.query || this.text, next));
		}
		const totals: KioskTotals = { ...open, ...together(pages) };
		kioskTotals.set(client.seller, totals);
		return totals;
	}

	/** A query of an earlier caller that was not finished then. */
	private known(): OpenQuery | undefined {
		const open = openQueries.get(this.client.seller);
		if (open === undefined || !includesRange(open.range, this.range)) return undefined;
		return performance.now() - open.at < STUCK_AFTER_MS ? open : undefined;
	}

	/** A query of another process with the same text: open, or finished and new enough. */
	private async find(isUrgent = false): Promise<OpenQuery | undefined> {
		const { client, range, text } = this;
		const key = `${client.seller} queries`;
		const last = reportsListedAt.get(key) ?? -Infinity;
		if (!isUrgent && performance.now() - last < LIST_EVERY_MS) return undefined;
		reportsListedAt.set(key, performance.now());
		const since = new Date(Date.now() - STUCK_AFTER_MS);
		const listed = await listQueries(client, since).catch(insteadOfFailure([]));
		const [newest] = listed
			.map((query) => ({ query, ageMs: ageOf(query) }))
			.filter(({ query: { processingStatus: status, query }, ageMs }) => {
				if (!isSameQuery(query, text)) return false;
				if (status === 'DONE') return ageMs < newEnoughMs(client);
				return (status === 'IN_QUEUE' || status === 'IN_PROGRESS') && ageMs < STUCK_AFTER_MS;
			})
			.toSorted((a, b) => a.ageMs - b.ageMs);
		if (newest === undefined) return undefined;
		const { query, ageMs } = newest;
		const askedAt = query.createdTime ?? DateTime.utc().toISO();
		return { queryId: query.queryId, range, askedAt, at: performance.now() - ageMs };
	}

	private async create(): Promise<OpenQuery> {
		const { client, range, text } = this;
		for (let attempt = 1; ; attempt += 1) {
			const asked = { range, askedAt: DateTime.utc().toISO(), at: performance.now() };
			const created = await createQuery(client, text).catch(orFailureOfDoubt);
			if (typeof created === 'string') return { ...asked, queryId: created };
			const found = await this.find(true);
			if (found !== undefined) return found;
			if (created.kind === 'throttled' || attempt === MOST_ATTEMPTS) return orThrow(created);
			if (!(await pause(backoff(attempt), client.signal))) {
				return orThrow(new SpApiFailure('cancelled', 'createQuery'));
			}
		}
	}

	/** Waits until Amazon has finished a query. */
	private async finish(queryId: string): Promise<KioskQuery> {
		const { client } = this;
		const check = async () =>
			await getQuery(client, queryId).catch((failure: unknown) => {
				// Amazon deletes queries; a new one is needed.
				if (failure instanceof SpApiFailure && failure.kind === 'notFound') {
					openQueries.delete(client.seller);
				}
				throw failure;
			});
		const left = this.giveUpAt - performance.now();
		const query = await untilFinished(client, 'getQuery', check, isFinishedQuery, left);
		if (isFinishedQuery(query)) return query;
		throw new SpApiFailure('queryPending', 'getQuery', { details: queryId });
	}

	/** The result of a finished query. Without a document there is no data: every day is unknown. */
	private async read(query: KioskQuery): Promise<ReadTotals> {
		const { context, client } = this;
		if (query.processingStatus === 'CANCELLED') throw failed(query, 'Amazon canceled it');
		if (query.processingStatus !== 'DONE') {
			throw failed(query, 'Amazon failed to answer it (FATAL)', await this.reasonOf(query));
		}
		const { dataDocumentId } = query;
		if (dataDocumentId === undefined) return { days: new Map(), unreadableLines: 0 };
		return await readQueryDocument(context, client, dataDocumentId, readDailyTotals);
	}

	/** What Amazon says in the document of a failed query; undefined if that cannot be read. */
	private async reasonOf({ errorDocumentId }: KioskQuery): Promise<string | undefined> {
		if (errorDocumentId === undefined) return undefined;
		return await readQueryDocument(
			this.context,
			this.client,
			errorDocumentId,
			async (document) => (await readStart(document)) ?? '',
		).then(reasonIn, insteadOfFailure(undefined));
	}
}

const failed = ({ queryId }: KioskQuery, why: string, message?: string): SpApiFailure =>
	new SpApiFailure('queryFailed', 'getQuery', { details: `${queryId}: ${why}`, message });

const orThrow = (failure: SpApiFailure): never => {
	throw failure;
};

/**
 * A failure after which the query may exist: it is unknown whether Amazon has acted, or Amazon
 * refused the query as too many, as it does with a second one of the same text.
 */
function orFailureOfDoubt(failure: unknown): SpApiFailure {
	const isDoubtful =
		failure instanceof SpApiFailure && (failure.kind === 'throttled' || isUncertain(failure.kind));
	if (!isDoubtful) throw failure;
	return failure;
}

/** The clocks differ; a query from the future counts as made now. */
const ageOf = ({ createdTime }: KioskQuery): number =>
	createdTime === undefined ? Infinity : Math.max(0, Date.now() - Date.parse(createdTime));

function together(pages: readonly ReadTotals[]): ReadTotals & Pick<KioskTotals, 'lines'> {
	const days = new Map<string, readonly DailyFeedback[]>();
	for (const page of pages) {
		for (const [id, some] of page.days) days.set(id, [...(days.get(id) ?? []), ...some]);
	}
	const lines = [...days.values()].reduce((sum, { length }) => sum + length, 0);
	const unreadableLines = pages.reduce((sum, page) => sum + page.unreadableLines, 0);
	return { days, lines, unreadableLines };
}
