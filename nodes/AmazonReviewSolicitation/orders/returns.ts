import type { IExecuteFunctions } from 'n8n-workflow';

import type { FULFILLERS } from '../../shared/domain/order';
import { parseReturnsReport } from '../../shared/domain/returnsReport';
import type { ReturnsGap } from '../../shared/domain/selectionRules';
import type { SpApiClient } from '../../shared/spapi/client';
import { SpApiFailure } from '../../shared/spapi/failure';
import { fetchRangedReports, hintAtUnreadableLines, type ReportRange } from './rangedReport';

/** Returns of orders that Amazon fulfils, and of orders that the seller fulfils. */
const REPORTS = {
	AMAZON: 'GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA',
	MERCHANT: 'GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE',
} as const;

const NAMES = {
	AMAZON: 'FBA returns report',
	MERCHANT: 'seller-fulfilled returns report',
} as const;

/** What the returns reports of one kind of order and one marketplace tell. */
export interface Returns {
	/** Orders that were returned, whatever else is missing. */
	readonly orderIds: readonly string[];
	/** What is missing; nothing where all returns are here. */
	readonly gaps: ReadonlyArray<Pick<ReturnsGap, 'why' | 'placedBefore'>>;
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
	const name = `${NAMES[fulfilledBy]} of ${range.marketplace.name}`;
	const gaps: Array<Returns['gaps'][number]> = [];
	const texts = await fetchRangedReports(context, client, reportType, {
		...range,
		onGap: (gap, until) => {
			if (gap === 'short') gaps.push({ why: `the ${name} covers less time than needed` });
			else if (!canceledMeansNone) {
				// Nothing comes back before it is ordered.
				gaps.push({ why: `Amazon canceled the ${name}`, placedBefore: until.toMillis() });
			}
		},
	}).catch((failure: unknown) => {
		if (!(failure instanceof SpApiFailure) || STOPPING.includes(failure.kind)) throw failure;
		return failure;
	});
	if (texts instanceof SpApiFailure) {
		const why = `there is no ${name}: ${texts.message}`;
		return { orderIds: [], gaps: [{ why }], failure: texts };
	}
	const orderIds: string[] = [];
	for (const text of texts) {
		const { returns, unreadable, isEmpty } = parseReturnsReport(text);
		for (const { orderId } of returns) orderIds.push(orderId);
		hintAtUnreadableLines(context, reportType, unreadable);
		const [first] = unreadable;
		if (first !== undefined) {
			gaps.push({
				why: `the ${name} could not be read whole (line ${first.line}: ${first.reason})`,
			});
		}
		if (isEmpty && !canceledMeansNone) gaps.push({ why: `the ${name} is an empty file` });
	}
	return { orderIds, gaps };
}

/** What no later run mends by itself, and a canceled execution. */
const STOPPING: ReadonlyArray<SpApiFailure['kind']> = [
	'cancelled',
	'login',
	'tokenRejected',
	'accessDenied',
];
