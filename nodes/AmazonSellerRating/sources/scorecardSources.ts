import type { IExecuteFunctions } from 'n8n-workflow';

import type { AccountHealth } from '../../shared/domain/accountHealth';
import { MINUTE_MS, plusDays } from '../../shared/domain/calendar';
import { Coverage } from '../../shared/domain/coverage';
import type { Marketplace } from '../../shared/domain/marketplaces';
import { ShopFigures } from '../../shared/domain/shopFigures';
import { fetchAccountHealth } from '../../shared/n8n/accountHealth';
import {
	fetchFeedback,
	requestFeedback,
	type FetchedFeedback,
} from '../../shared/n8n/feedbackReport';
import { oncePerExecution } from '../../shared/n8n/oncePerExecution';
import { allOrNone } from '../../shared/spapi/allOrNone';
import type { SpApiClient } from '../../shared/spapi/client';
import { SpApiFailure } from '../../shared/spapi/failure';
import type { ScorecardEvidence } from '../analysis/scorecard';
import { evidenceOf, readReports, type ReportsOptions } from './amazonReports';
import { fetchDailyTotals, OF_ALL_CALLS, type DailyTotals } from './dailyTotals';

/** Reads all that a scorecard needs. A part that fails costs only its own figures. */

/** The longest window, today included. */
const RANGE_DAYS = 365;

/** A part of the figures, or the sentence that says why it is unknown. */
type Part<Value> = { readonly value: Value; readonly why?: undefined } | Unknown;

interface Unknown {
	readonly value?: undefined;
	readonly why: string;
}

export type ScorecardOptions = Pick<
	ReportsOptions,
	'dateFormat' | 'daysUntilSettled' | 'whenCancelled' | 'totalsFrom' | 'waitMinutes'
>;

/**
 * Reads the daily totals, the feedback report and the Seller Performance report of a marketplace,
 * once per execution. Amazon prepares all three at the same time.
 * @throws SpApiFailure if the credential does not work or the execution was canceled
 */
export async function fetchScorecardEvidence(
	context: IExecuteFunctions,
	client: SpApiClient,
	marketplace: Marketplace,
	today: string,
	options: ScorecardOptions,
): Promise<ScorecardEvidence> {
	const key = JSON.stringify(['scorecard', marketplace.id, today, options]);
	return await oncePerExecution(client, key, async () => {
		const { waitMinutes } = options;
		const since = plusDays(today, 1 - RANGE_DAYS);
		// First of all, because it logs in: the marketplaces of a query are known only then.
		const requested = await partOf(requestFeedback(client, marketplace, since));
		if (client.sellsIn(marketplace.id) === false) {
			return unknownEvidence(
				marketplace,
				today,
				`this seller does not sell in ${marketplace.name}`,
			);
		}
		const feedbackOf = async (own: SpApiClient): Promise<Part<FetchedFeedback>> =>
			requested.value === undefined
				? requested
				: await partOf(
						fetchFeedback(context, own, {
							marketplace,
							since,
							dateFormat: options.dateFormat,
							reportId: requested.value,
							waitMs: waitMinutes * MINUTE_MS,
						}),
					);
		// A part fails as a whole only if the others would fail, too.
		const [totals, feedback, health] = await allOrNone(client, (own) => [
			partOf(fetchDailyTotals(context, own, marketplace, today, options)),
			feedbackOf(own),
			partOf(fetchAccountHealth(context, own, marketplace, { waitMinutes })),
		]);
		return {
			marketplace,
			today,
			...together(totals, feedback, health, { since, options, marketplace }),
		};
	});
}

/** The evidence for a marketplace without any data. */
export const unknownEvidence = (
	marketplace: Marketplace,
	today: string,
	why: string,
): ScorecardEvidence => ({
	marketplace,
	today,
	coverage: undefined,
	read: () => ({ source: 'amazonReports', provenance: 'insufficient', notes: [why] }),
	lowFeedback: undefined,
	shop: new ShopFigures(undefined),
	health: undefined,
	totalsUnknown: why,
	feedbackUnknown: why,
	healthUnknown: why,
	isFeedbackCanceled: false,
	notes: [],
	sources: [],
});

interface Request {
	readonly since: string;
	readonly options: ScorecardOptions;
	readonly marketplace: Marketplace;
}

function together(
	totals: Part<DailyTotals>,
	feedback: Part<FetchedFeedback>,
	health: Part<AccountHealth | undefined>,
	{ since, options, marketplace }: Request,
): Omit<ScorecardEvidence, 'marketplace' | 'today'> {
	const notes = totals.value?.notes ?? [];
	const evidence = feedback.value && evidenceOf(feedback.value, marketplace, options, since);
	const coverage =
		totals.value && evidence
			? new Coverage({
					totals: totals.value.totals,
					feedback: evidence,
					daysUntilSettled: options.daysUntilSettled,
				})
			: undefined;
	const isAllKnown =
		evidence?.kind === 'report' &&
		!evidence.isEmpty &&
		evidence.unreadable.days.length + evidence.unreadable.undated === 0;
	return {
		coverage,
		read: (window) =>
			coverage === undefined
				? {
						source: 'amazonReports',
						provenance: 'insufficient',
						notes: [totals.why ?? feedback.why ?? ''],
					}
				: readReports({ coverage, notes }, window),
		lowFeedback: isAllKnown ? evidence.rows : undefined,
		shop: new ShopFigures(totals.value?.totals, options.daysUntilSettled),
		health: health.value,
		totalsUnknown: totals.why,
		feedbackUnknown: feedback.why,
		healthUnknown: health.why ?? (health.value === undefined ? NO_HEALTH : undefined),
		isFeedbackCanceled: evidence?.kind === 'canceled',
		notes,
		sources: [
			...(totals.value?.sources ?? []),
			...(feedback.value ? [`GET_SELLER_FEEDBACK_DATA ${feedback.value.reportId}`] : []),
			...(health.value ? ['GET_V2_SELLER_PERFORMANCE_REPORT'] : []),
		],
	};
}

const NO_HEALTH =
	'Amazon has no Seller Performance report for this marketplace, which is not a clean record';

const partOf = async <Value>(work: Promise<Value>): Promise<Part<Value>> =>
	await work.then((value) => ({ value }), whyUnknown);

/** @throws the failure itself if every other call would fail, too */
function whyUnknown(failure: unknown): Unknown {
	if (!(failure instanceof SpApiFailure) || OF_ALL_CALLS.includes(failure.kind)) throw failure;
	const { kind, message, roles } = failure;
	const needed = kind === 'accessDenied' && roles.length > 0 ? ` (role ${roles.join(' or ')})` : '';
	return { why: `${message}${needed}` };
}
