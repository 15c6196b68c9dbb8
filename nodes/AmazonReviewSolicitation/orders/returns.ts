import type { IExecuteFunctions } from 'n8n-workflow';

import { isoInstant } from '../../shared/domain/instant';
import { FULFILLERS, type SellerOrder } from '../../shared/domain/order';
import { ENTRIES_PER_STEP, type Steps } from '../../shared/domain/steps';
import { readReturnsReport, type ReturnsGap } from './reports/returnsReport';
import type { SpApiClient } from '../../shared/spapi/client';
import { SpApiFailure } from '../../shared/spapi/failure';
import {
	fetchRangedReports,
	hintAtParts,
	hintAtUnreadableLines,
	placesOf,
	type ReportRange,
} from './rangedReport';

/** Returns of orders that Amazon fulfills, and of orders that the seller fulfills. */
const REPORTS = {
	AMAZON: 'GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA',
	MERCHANT: 'GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE',
} as const;

const NAMES = {
	AMAZON: 'FBA returns report',
	MERCHANT: 'seller-fulfilled returns report',
} as const;

/** Where and when an order was placed. */
export type Placed = Pick<SellerOrder, 'marketplaceId' | 'createdAt'>;

interface ShippedOrders {
	/** An order whose fulfiller is unknown may be in the report of either. */
	readonly placed: Readonly<Record<(typeof FULFILLERS)[number], readonly Placed[]>>;
	/** Marketplace IDs as all of the orders spell them. */
	readonly spellings: ReadonlySet<string>;
}

/** The orders that may have been returned, with times of the period that reports can be requested for. */
export function* placedOrders(
	orders: readonly SellerOrder[],
	{
		since,
		latest,
		defaultMarketplaceId,
	}: { readonly since: number; readonly latest: number; readonly defaultMarketplaceId: string },
): Steps<ShippedOrders> {
	const placed = { AMAZON: [] as Placed[], MERCHANT: [] as Placed[] };
	const spellings = new Set<string>();
	for (let index = 0; index < orders.length; index += 1) {
		if (index % ENTRIES_PER_STEP === 0) yield;
		const { status, createdAt, marketplaceId, fulfilledBy } = orders[index] as SellerOrder;
		if (marketplaceId !== null) spellings.add(marketplaceId);
		if (status !== null && status !== 'SHIPPED') continue;
		const created = createdAt === null ? since : Date.parse(createdAt);
		const order = {
			marketplaceId: marketplaceId ?? defaultMarketplaceId,
			createdAt: isoInstant(Math.min(latest, Math.max(since, created))),
		};
		for (const each of FULFILLERS) if ((fulfilledBy ?? each) === each) placed[each].push(order);
	}
	return { placed, spellings };
}

/** What the returns reports say about one kind of order in some marketplaces. */
export interface Returns {
	/** Orders that were returned, even if other data is missing. */
	readonly orderIds: readonly string[];
	/** What is missing. Empty if all returns were read. */
	readonly gaps: ReadonlyArray<Omit<ReturnsGap, 'fulfilledBy'>>;
	/** The failure, if there is no report at all. */
	readonly failure?: SpApiFailure;
}

/**
 * Reads which orders of one kind were returned in a range, from Amazon's returns reports.
 * @param canceledMeansNone whether a canceled or empty report counts as one without returns
 * @throws SpApiFailure if only the user can fix it: no access, or the execution was canceled
 */
export async function readReturns(
	context: IExecuteFunctions,
	client: SpApiClient,
	fulfilledBy: (typeof FULFILLERS)[number],
	range: ReportRange,
	canceledMeansNone: boolean,
): Promise<Returns> {
	const reportType = REPORTS[fulfilledBy];
	const parts = await fetchRangedReports(context, client, reportType, range, {
		read: readReturnsReport,
		bytesOf: ({ returns }) => returns.length * 200,
	});
	hintAtParts(context, 'returns', parts);
	const orderIds: string[] = [];
	const gaps: Array<Returns['gaps'][number]> = [];
	const failures: SpApiFailure[] = [];
	for (const part of parts) {
		const name = `${NAMES[fulfilledBy]} of ${placesOf(part.marketplaces)}`;
		const marketplaceIds = part.marketplaces.map(({ id }) => id);
		// An order cannot be returned before it is placed.
		const placedBefore = part.until === undefined ? undefined : Date.parse(part.until);
		if (part.outcome === 'failed') {
			if (STOPPING.includes(part.failure.kind)) throw part.failure;
			failures.push(part.failure);
			const why = `the ${name} is missing: ${part.failure.message}`;
			gaps.push({ marketplaceIds, why, placedBefore });
			continue;
		}
		if (part.outcome === 'canceled') {
			const tooSoon = part.mayBeTooSoon ? ', perhaps because it was requested too soon' : '';
			const why = `Amazon canceled the ${name}${tooSoon}`;
			if (!canceledMeansNone) gaps.push({ marketplaceIds, why, placedBefore });
			continue;
		}
		// An older report, at most a day old, may replace one that cannot be requested yet. If Amazon
		// failed to make a newer one, returns since the older one are unknown.
		const newer = part.insteadOf;
		if (newer?.outcome === 'failed' && newer.failure.kind !== 'reportQuota') {
			if (STOPPING.includes(newer.failure.kind)) throw newer.failure;
			gaps.push({ marketplaceIds, why: `the new ${name} is missing: ${newer.failure.message}` });
		}
		if (newer?.outcome === 'canceled' && !canceledMeansNone) {
			gaps.push({ marketplaceIds, why: `Amazon canceled the new ${name}` });
		}
		if (part.isShort) {
			gaps.push({ marketplaceIds, why: `the ${name} covers less than needed` });
		}
		const { returns, unreadable, isEmpty } = part.content;
		for (const { orderId } of returns) orderIds.push(orderId);
		hintAtUnreadableLines(context, NAMES[fulfilledBy], unreadable);
		const [first] = unreadable;
		if (first !== undefined) {
			gaps.push({
				marketplaceIds,
				why: `the ${name} could not be read completely (line ${first.line}: ${first.reason})`,
			});
		}
		if (isEmpty && !canceledMeansNone) {
			gaps.push({ marketplaceIds, why: `the ${name} is an empty file` });
		}
	}
	const [failure] = failures;
	const hasNoReport = parts.length > 0 && failures.length === parts.length;
	return { orderIds, gaps, ...(hasNoReport && { failure }) };
}

/** Failures that a later run cannot fix on its own, and a canceled execution. */
const STOPPING: ReadonlyArray<SpApiFailure['kind']> = [
	'cancelled',
	'login',
	'secretExpired',
	'tokenRejected',
	'accessDenied',
];
