import type { Marketplace } from '../domain/marketplaces';
import type { SpApiClient, SpApiContext } from './client';
import { collectDailyTotals } from './collectDailyTotals';
import { SpApiFailure } from './failure';
import { joinAtMost } from './joinPatiently';
import type { KioskTotals, OpenQuery } from './kioskTotals';
import { queriesUnderWay } from './processWide';
import {
	ageOfQuery,
	keyOf,
	newEnoughMs,
	orUndefinedIfOnlyOfAnother,
	startDailyTotals,
} from './startDailyTotals';
import { untilFinished } from './untilFinished';

/**
 * The daily totals of a marketplace, and of the seller's other ones, for a caller that waits: kept
 * ones that are new enough, those of a query under way, or of a new query.
 * @throws SpApiFailure `queryPending` if Amazon does not finish it within the time to wait; the next
 *   caller reads the same query. `queryFailed` on FATAL and CANCELLED
 */
export async function obtainDailyTotals(
	context: SpApiContext,
	client: SpApiClient,
	marketplace: Marketplace,
	waitMs: number,
): Promise<KioskTotals> {
	const giveUpAt = performance.now() + waitMs;
	const newEnough = newEnoughMs(client);
	const isNewEnough = (query: Pick<OpenQuery, 'at'>, isOpen: boolean): boolean =>
		isOpen || ageOfQuery(query) < newEnough;
	for (;;) {
		const query = await startDailyTotals(client, { marketplace, isNewEnough });
		if ('days' in query) return query;
		const key = keyOf(client, query.queryId);
		const underWay = queriesUnderWay.get(key);
		if (underWay === undefined) {
			const work = finish(context, client, query, giveUpAt - performance.now());
			queriesUnderWay.set(key, work);
			return await work.finally(() => queriesUnderWay.delete(key));
		}
		const outcome = underWay.catch(orUndefinedIfOnlyOfAnother);
		const joined = await joinAtMost(client, outcome, giveUpAt - performance.now());
		if (client.signal?.aborted) throw new SpApiFailure('cancelled', 'getQuery');
		if (joined === 'tooLong') throw pending(query.queryId);
		if (joined !== undefined) return joined;
	}
}

/** Waits until Amazon has finished a query. */
async function finish(
	context: SpApiContext,
	client: SpApiClient,
	query: OpenQuery,
	waitMs: number,
): Promise<KioskTotals> {
	const { queryId } = query;
	const totals = await untilFinished(
		client,
		'getQuery',
		async () => await collectDailyTotals(context, client, queryId, () => query),
		(collected) => collected !== undefined,
		waitMs,
	);
	if (totals === undefined) throw pending(queryId);
	return totals;
}

const pending = (queryId: string): SpApiFailure =>
	new SpApiFailure('queryPending', 'getQuery', { details: queryId });
