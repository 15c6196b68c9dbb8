import { DateTime } from 'luxon';

import type { DailyFeedback } from '../domain/ratingWindow';
import type { SpApiClient, SpApiContext } from './client';
import { dailyTotalsQuery, readDailyTotals } from './dailyTotals';
import { createQuery, getQuery, isFinishedQuery, type KioskQuery } from './dataKiosk';
import { SpApiFailure } from './failure';
import { queryFailure, readFinishedQuery } from './finishedQuery';
import { joinPatiently } from './joinPatiently';
import type { KioskTotals, OpenQuery, QueryPages, ReadTotals } from './kioskTotals';
import {
	collectingQueries,
	kioskTotals,
	openQueries,
	queriesCheckedAt,
	queriesUnderWay,
	queryPages,
} from './processWide';
import {
	corrected,
	forgetOpen,
	keyOf,
	orUndefinedIfOnlyOfAnother,
	rememberOpen,
	wholeRange,
	type TotalsWanted,
} from './startDailyTotals';

/** Checks whether a query is finished, and reads its result once for all callers. */

/** Pages of one result; a year of nine marketplaces has one. */
export const MOST_PAGES = 20;

/** A query that was not finished is not checked again for this time, however many callers want it. */
const CHECK_EVERY_MS = 15_000;

/** A query by its ID, as a caller has stored it. */
export type StoredQuery = Pick<OpenQuery, 'queryId' | 'askedAt'>;

type Place = Pick<TotalsWanted, 'marketplace' | 'others'>;

/**
 * The daily totals of a query, or newer ones that this process has; undefined if Amazon has not
 * finished it. Makes few calls and never waits for Amazon to answer the query.
 * @throws SpApiFailure `queryFailed` on FATAL and CANCELLED, `notFound` if Amazon no longer has it
 */
export async function lookAtDailyTotals(
	context: SpApiContext,
	client: SpApiClient,
	stored: StoredQuery,
	place: Place,
): Promise<KioskTotals | undefined> {
	const found = kioskTotals.get(keyOf(client, place.marketplace.id));
	const kept = found && corrected(found);
	const isSame = kept?.queryId === stored.queryId;
	if (kept !== undefined && (isSame || Date.parse(kept.askedAt) > Date.parse(stored.askedAt))) {
		return kept;
	}
	const key = keyOf(client, stored.queryId);
	const checkedAt = queriesCheckedAt.get(key) ?? -Infinity;
	if (performance.now() - checkedAt < CHECK_EVERY_MS || queriesUnderWay.has(key)) return undefined;
	return await collectDailyTotals(context, client, stored.queryId, () =>
		openQueryOf(client, stored, place),
	);
}

/** The query as this process knows it, or as it must have been created. */
function openQueryOf(
	client: SpApiClient,
	{ queryId, askedAt }: StoredQuery,
	place: Place,
): OpenQuery {
	const known = openQueries.get(keyOf(client, place.marketplace.id));
	if (known?.queryId === queryId) return corrected(known);
	const created = DateTime.fromISO(askedAt, { zone: 'utc' });
	const ageMs = Math.max(0, DateTime.utc().diff(created).toMillis());
	const range = wholeRange(client, place, created);
	return { queryId, range, askedAt, at: performance.now() - ageMs };
}

/**
 * The daily totals of a query; undefined if Amazon has not finished it. Callers that do this at the
 * same time share one check.
 * @param describe what the query is about; called after a call to Amazon, which shows where the
 *   seller sells
 * @throws SpApiFailure as `lookAtDailyTotals` does
 */
export async function collectDailyTotals(
	context: SpApiContext,
	client: SpApiClient,
	queryId: string,
	describe: () => OpenQuery,
): Promise<KioskTotals | undefined> {
	const key = keyOf(client, queryId);
	const underWay = collectingQueries.get(key);
	if (underWay !== undefined) {
		return await joinPatiently(client, 'getQuery', underWay.catch(orUndefinedIfOnlyOfAnother));
	}
	const collecting = new Collection(context, client, queryId, describe).run();
	collectingQueries.set(key, collecting);
	return await collecting.finally(() => collectingQueries.delete(key));
}

/** One check of a query, and of the queries for the further pages of its result. */
class Collection {
	private readonly key: string;

	constructor(
		private readonly context: SpApiContext,
		private readonly client: SpApiClient,
		private readonly queryId: string,
		private readonly describe: () => OpenQuery,
	) {
		this.key = keyOf(client, queryId);
	}

	async run(): Promise<KioskTotals | undefined> {
		return await this.readPages().catch((failure: unknown) => {
			const kind = failure instanceof SpApiFailure ? failure.kind : undefined;
			// Amazon deletes queries; a new one is needed.
			if (kind === 'notFound' || kind === 'queryFailed') forgetOpen(this.client, this.describe());
			throw failure;
		});
	}

	private async readPages(): Promise<KioskTotals | undefined> {
		const { client, key, queryId } = this;
		let progress: QueryPages = queryPages.get(key) ?? { queryId, pages: [] };
		for (;;) {
			const query = await getQuery(client, progress.queryId);
			if (!isFinishedQuery(query)) {
				queriesCheckedAt.set(key, performance.now());
				rememberOpen(client, this.describe());
				return undefined;
			}
			const pages = [...progress.pages, await this.read(query)];
			const createdTime = progress.createdTime ?? query.createdTime;
			const next = query.pagination?.nextToken;
			if (next === undefined) return this.keep(pages, createdTime);
			if (pages.length === MOST_PAGES) throw queryFailure(query, 'its result has too many pages');
			// Amazon wants the text of the first page's query as it has rewritten it.
			const text = query.query || dailyTotalsQuery(this.describe().range);
			progress = { queryId: await createQuery(client, text, next), pages, createdTime };
			queryPages.set(key, progress);
		}
	}

	private keep(pages: readonly ReadTotals[], createdTime: string | undefined): KioskTotals {
		const { client, key } = this;
		const open = this.describe();
		const totals: KioskTotals = { ...open, ...together(pages), createdTime };
		for (const id of open.range.marketplaceIds) {
			const place = keyOf(client, id);
			if ((kioskTotals.get(place)?.at ?? -Infinity) <= open.at) kioskTotals.set(place, totals);
		}
		forgetOpen(client, open);
		queryPages.delete(key);
		return totals;
	}

	/** The result of a finished query. Without a document there is no data: every day is unknown. */
	private async read(query: KioskQuery): Promise<ReadTotals> {
		const result = await readFinishedQuery(this.context, this.client, query, readDailyTotals);
		return result ?? { days: new Map(), unreadableLines: 0 };
	}
}

function together(pages: readonly ReadTotals[]): ReadTotals & Pick<KioskTotals, 'lines'> {
	const days = new Map<string, readonly DailyFeedback[]>();
	for (const page of pages) {
		for (const [id, some] of page.days) days.set(id, [...(days.get(id) ?? []), ...some]);
	}
	const lines = [...days.values()].reduce((sum, { length }) => sum + length, 0);
	const unreadableLines = pages.reduce((sum, page) => sum + page.unreadableLines, 0);
	return { days, lines, unreadableLines };
}
