import type { IExecuteFunctions } from 'n8n-workflow';

import type { FULFILLERS } from '../../shared/domain/order';
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

/** Returns of orders that Amazon fulfils, and of orders that the seller fulfils. */
const REPORTS = {
	AMAZON: 'GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA',
	MERCHANT: 'GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE',
} as const;

const NAMES = {
	AMAZON: 'FBA returns report',
	MERCHANT: 'seller-fulfilled returns report',
} as const;

/** What the returns reports of one kind of order and some marketplaces tell. */
export interface Returns {
	/** Orders that were returned, whatever else is missing. */
	readonly orderIds: readonly string[];
	/** What is missing; nothing where all returns are here. */
	readonly gaps: ReadonlyArray<Omit<ReturnsGap, 'fulfilledBy'>>;
	/** The failure where there is no report at all. */
	readonly failure?: SpApiFailure;
}

/**
 * The orders of one kind that were returned in a range, from Amazon's returns reports.
 * @param canceledMeansNone whether a canceled or empty report is taken for one without returns
 * @throws SpApiFailure where only the user can help: no access, or the execution was canceled
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
		// Nothing comes back before it is ordered.
		const placedBefore = part.until === undefined ? undefined : Date.parse(part.until);
		if (part.outcome === 'failed') {
			if (STOPPING.includes(part.failure.kind)) throw part.failure;
			failures.push(part.failure);
			const why = `there is no ${name}: ${part.failure.message}`;
			gaps.push({ marketplaceIds, why, placedBefore });
			continue;
		}
		if (part.outcome === 'canceled') {
			const tooSoon = part.mayBeTooSoon ? ', perhaps because it was requested too soon' : '';
			const why = `Amazon canceled the ${name}${tooSoon}`;
			if (!canceledMeansNone) gaps.push({ marketplaceIds, why, placedBefore });
			continue;
		}
		// An older report stands in for one whose turn has not come, as for a day at most. Where Amazon failed
		// at a newer one, what came back since the older one is unknown.
		const newer = part.insteadOf;
		if (newer?.outcome === 'failed' && newer.failure.kind !== 'reportQuota') {
			if (STOPPING.includes(newer.failure.kind)) throw newer.failure;
			gaps.push({ marketplaceIds, why: `there is no new ${name}: ${newer.failure.message}` });
		}
		if (newer?.outcome === 'canceled' && !canceledMeansNone) {
			gaps.push({ marketplaceIds, why: `Amazon canceled the new ${name}` });
		}
		if (part.isShort) {
			gaps.push({ marketplaceIds, why: `the ${name} covers less than needed` });
		}
		const { returns, unreadable, isEmpty } = part.content;
		for (const { orderId } of returns) orderIds.push(orderId);
		hintAtUnreadableLines(context, reportType, unreadable);
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
	const isNone = parts.length > 0 && failures.length === parts.length;
	return { orderIds, gaps, ...(isNone && { failure }) };
}

/** What no later run mends by itself, and a canceled execution. */
const STOPPING: ReadonlyArray<SpApiFailure['kind']> = [
	'cancelled',
	'login',
	'secretExpired',
	'tokenRejected',
	'accessDenied',
];
