import { z } from 'zod';

import { DAY_MS } from '../domain/calendar';
import type { SpApiClient, SpApiContext } from './client';
import { MOST_PAGES } from './collectDailyTotals';
import { DATASET } from './dailyTotals';
import {
	createQuery,
	getQuery,
	isFinishedQuery,
	isSameQuery,
	listQueries,
	type KioskQuery,
} from './dataKiosk';
import { insteadOfFailure, orThrow, SpApiFailure } from './failure';
import { queryFailure, readFinishedQuery } from './finishedQuery';
import { joinAtMost } from './joinPatiently';
import { readJsonLines } from './jsonLines';
import type { OrdersBySku, SkuOrders, TotalsRange } from './kioskTotals';
import { backoff, pause } from './pause';
import { skuQueriesUnderWay } from './processWide';
import type { ReportDocument } from './report';
import { keyOf, orFailureOfDoubt, orUndefinedIfOnlyOfAnother } from './startDailyTotals';
import { untilFinished } from './untilFinished';

/** How many orders with each SKU were shipped, from one query to Data Kiosk. */

/** The same range always gives the same text, so that a query can be recognized. */
export const ordersBySkuQuery = ({ marketplaceIds, from, through }: TotalsRange): string =>
	`query {
  ${DATASET} {
    salesAndTrafficByAsin(aggregateBy: SKU, startDate: "${from}", endDate: "${through}", marketplaceIds: ${JSON.stringify(marketplaceIds.toSorted())}) {
      marketplaceId
      sku
      childAsin
      sales { ordersShipped }
    }
  }
}`;

const lineSchema = z.object({
	marketplaceId: z.string().min(1),
	sku: z.string().min(1),
	childAsin: z.string().min(1).nullish(),
	sales: z.object({ ordersShipped: z.number().int().nonnegative() }),
});

interface Page {
	readonly rows: readonly SkuOrders[];
	readonly unreadableLines: number;
}

async function readPage(document: ReportDocument): Promise<Page> {
	const rows: SkuOrders[] = [];
	const unreadableLines = await readJsonLines(
		document,
		lineSchema,
		({ marketplaceId, sku, childAsin, sales }) =>
			rows.push({ marketplaceId, sku, asin: childAsin ?? null, ...sales }),
	);
	return { rows, unreadableLines };
}

/**
 * A finished query this old still serves: the range ends weeks ago, so its figures have settled, and
 * another day has another text.
 */
const REUSED_FOR_MS = DAY_MS;

/** Attempts if it is unknown whether Amazon has created the query. */
const MOST_ATTEMPTS = 4;

/**
 * The orders of each SKU in a range of settled days. Reuses a query with the same text that Amazon
 * lists, and callers of this process at the same time share one.
 * @throws SpApiFailure `queryPending` if Amazon does not finish it within the time to wait; the next
 *   caller reads the same query. `queryFailed` on FATAL and CANCELLED
 */
export async function obtainOrdersBySku(
	context: SpApiContext,
	client: SpApiClient,
	range: TotalsRange,
	waitMs: number,
): Promise<OrdersBySku> {
	const text = ordersBySkuQuery(range);
	const key = keyOf(client, text);
	const giveUpAt = performance.now() + waitMs;
	for (;;) {
		const underWay = skuQueriesUnderWay.get(key);
		if (underWay === undefined) {
			const work = new Obtaining(context, client, text, giveUpAt).run();
			skuQueriesUnderWay.set(key, work);
			return await work.finally(() => skuQueriesUnderWay.delete(key));
		}
		const outcome = underWay.catch(orUndefinedIfOnlyOfAnother);
		const joined = await joinAtMost(client, outcome, giveUpAt - performance.now());
		if (client.signal?.aborted) throw new SpApiFailure('cancelled', 'getQuery');
		if (joined === 'tooLong') {
			throw new SpApiFailure('queryPending', 'getQuery', { details: 'for orders by SKU' });
		}
		if (joined !== undefined) return joined;
	}
}

class Obtaining {
	constructor(
		private readonly context: SpApiContext,
		private readonly client: SpApiClient,
		private readonly text: string,
		private readonly giveUpAt: number,
	) {}

	async run(): Promise<OrdersBySku> {
		const { context, client } = this;
		const first = (await this.find()) ?? (await this.create());
		const pages: Page[] = [];
		for (let queryId = first; ; ) {
			const query = await this.finished(queryId);
			const page = await readFinishedQuery(context, client, query, readPage);
			if (page !== undefined) pages.push(page);
			const next = query.pagination?.nextToken;
			if (next === undefined) return together(first, pages);
			if (pages.length === MOST_PAGES) throw queryFailure(query, 'its result has too many pages');
			// Amazon wants the text of the first page's query as it has rewritten it.
			queryId = await createQuery(client, query.query || this.text, next);
		}
	}

	private async finished(queryId: string): Promise<KioskQuery> {
		const query = await untilFinished(
			this.client,
			'getQuery',
			async () => await getQuery(this.client, queryId),
			isFinishedQuery,
			this.giveUpAt - performance.now(),
		);
		if (isFinishedQuery(query)) return query;
		throw new SpApiFailure('queryPending', 'getQuery', { details: queryId });
	}

	/** The newest query with the same text that is open or has a result. */
	private async find(): Promise<string | undefined> {
		const since = new Date(Date.now() - REUSED_FOR_MS);
		const listed = await listQueries(this.client, since).catch(insteadOfFailure([]));
		const [newest] = listed
			.filter(({ query }) => isSameQuery(query, this.text))
			.filter((query) => !isFinishedQuery(query) || query.processingStatus === 'DONE')
			.toSorted((a, b) => (b.createdTime ?? '').localeCompare(a.createdTime ?? ''));
		return newest?.queryId;
	}

	private async create(): Promise<string> {
		const { client, text } = this;
		for (let attempt = 1; ; attempt += 1) {
			const created = await createQuery(client, text).catch(orFailureOfDoubt);
			if (typeof created === 'string') return created;
			const found = await this.find();
			if (found !== undefined) return found;
			if (created.kind === 'throttled' || attempt === MOST_ATTEMPTS) return orThrow(created);
			if (!(await pause(backoff(attempt), client.signal))) {
				return orThrow(new SpApiFailure('cancelled', 'createQuery'));
			}
		}
	}
}

const together = (queryId: string, pages: readonly Page[]): OrdersBySku => ({
	queryId,
	rows: pages.flatMap(({ rows }) => rows),
	unreadableLines: pages.reduce((sum, page) => sum + page.unreadableLines, 0),
});
