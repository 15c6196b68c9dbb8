import { updateDisplayOptions, type IExecuteFunctions, type INodeProperties } from 'n8n-workflow';
import { z } from 'zod';

import type { Window, WindowReading } from '../analysis/evaluation';
import {
	Coverage,
	DAYS_UNTIL_SETTLED,
	unreadableLinesOf,
	type FeedbackEvidence,
} from '../../shared/domain/coverage';
import { onePerOrder } from '../../shared/domain/onePerOrder';
import type { Marketplace } from '../../shared/domain/marketplaces';
import { MINUTE_MS, plusDays } from '../../shared/domain/calendar';
import { ShopFigures } from '../../shared/domain/shopFigures';
import {
	dateFormatOption,
	type FetchedFeedback,
	fetchFeedback,
	requestFeedback,
	waitForReportOption,
} from '../../shared/n8n/feedbackReport';
import { hint } from '../../shared/n8n/hints';
import { oncePerExecution } from '../../shared/n8n/oncePerExecution';
import { TOTALS_FROM, totalsFromOption } from '../../shared/n8n/totalsFrom';
import type { SpApiClient } from '../../shared/spapi/client';
import { SALES_AND_TRAFFIC_DAYS } from '../../shared/spapi/reports';
import { fetchDailyTotals } from './dailyTotals';

/** There are no totals beyond this range. */
const LONGEST_RANGE_DAYS = SALES_AND_TRAFFIC_DAYS;

const USUAL_RANGE_DAYS = 365;

/**
 * The options of every operation that can read Amazon's reports, shown only if that source is
 * chosen.
 */
export const reportsOptions: INodeProperties[] = updateDisplayOptions(
	{ show: { '/sources': ['amazonReports'] } },
	[
		dateFormatOption,
		{
			displayName: 'Days Until Totals Settle',
			name: 'daysUntilSettled',
			type: 'number',
			default: DAYS_UNTIL_SETTLED,
			typeOptions: { minValue: 0, maxValue: 30, numberPrecision: 0 },
			description:
				"How many full days must pass before a day's totals count; newer days are left out. Amazon says totals take up to 72 hours, sometimes a week.",
		},
		{
			displayName: 'If Feedback Report Is Canceled',
			name: 'whenCancelled',
			type: 'options',
			default: 'unknown',
			options: [
				{ name: 'Treat Neutral Feedback as Unknown', value: 'unknown' },
				{ name: 'Treat It as No Neutral Feedback', value: 'none' },
			],
			description:
				'Amazon cancels the feedback report if there is no feedback of 1 to 3 stars, but also if it refuses the request. If your earlier reports were complete and Feedback Manager shows no such feedback, treat it as none. Days whose totals have negatives are then left out, because they contradict it.',
		},
		totalsFromOption(TOTALS_FROM),
		waitForReportOption,
	],
);

export const reportsOptionsSchema = z.object({
	dateFormat: z.enum(['auto', 'dmy', 'mdy', 'ymd']).default('auto'),
	daysUntilSettled: z.number().int().min(0).max(30).default(DAYS_UNTIL_SETTLED),
	whenCancelled: z.enum(['unknown', 'none']).default('unknown'),
	totalsFrom: z.enum(TOTALS_FROM).default('dataKioskElseReport'),
	waitMinutes: z.number().min(0).max(240).default(15),
});

export type ReportsOptions = z.infer<typeof reportsOptionsSchema>;

/** Amazon's two reports on one marketplace. */
export interface AmazonReports {
	/** Which days they cover and what may be counted. */
	readonly coverage: Coverage;
	/** Sales and Buy Box share, from the daily totals. */
	readonly shop: ShopFigures;
	/** The feedback report, for the orders of its rows. */
	readonly feedback: FetchedFeedback;
	/** Each report and query, with its ID. */
	readonly reportIds: readonly string[];
	/** What is unusual about the totals, in sentences. */
	readonly notes: readonly string[];
}

/**
 * Fetches the daily totals (with negatives) and the feedback report (neutrals). Amazon prepares both
 * in parallel. Runs once per execution and marketplace.
 * @param longestDays the longest window needed
 */
export async function fetchAmazonReports(
	context: IExecuteFunctions,
	client: SpApiClient,
	marketplace: Marketplace,
	today: string,
	longestDays: number,
	options: ReportsOptions,
): Promise<AmazonReports> {
	const range = Math.min(LONGEST_RANGE_DAYS, Math.max(USUAL_RANGE_DAYS, longestDays));
	const since = plusDays(today, 1 - range);
	const key = JSON.stringify(['amazonReports', marketplace.id, since, options]);
	return await oncePerExecution(client, key, async () => {
		const waitMs = options.waitMinutes * MINUTE_MS;
		const feedbackSince = async (start: string, reportId?: string) =>
			await fetchFeedback(context, client, {
				marketplace,
				since: start,
				dateFormat: options.dateFormat,
				reportId,
				waitMs,
			});
		// Requested before waiting for the other report, so that Amazon prepares both at once.
		const feedbackReportId = await requestFeedback(client, marketplace, since);
		const daily = await fetchDailyTotals(context, client, marketplace, today, options);
		const wholeFeedback = await feedbackSince(since, feedbackReportId);
		// Amazon does not document how long a feedback report may be; a year is known to work.
		const isTooLong = !wholeFeedback.known && range > USUAL_RANGE_DAYS;
		const knownSince = isTooLong ? plusDays(today, 1 - USUAL_RANGE_DAYS) : since;
		const feedback = isTooLong ? await feedbackSince(knownSince) : wholeFeedback;
		if (!feedback.known && options.whenCancelled === 'unknown') {
			hint(
				context,
				`If Feedback Manager shows no feedback of 1 to 3 stars for ${marketplace.name}, set the option 'If Feedback Report Is Canceled' to 'Treat It as No Neutral Feedback'. The rating is then computed.`,
			);
		}
		return {
			coverage: new Coverage({
				totals: daily.totals,
				feedback: evidenceOf(feedback, marketplace, options, knownSince),
				daysUntilSettled: options.daysUntilSettled,
			}),
			shop: new ShopFigures(daily.totals, options.daysUntilSettled),
			feedback,
			reportIds: [...daily.sources, `GET_SELLER_FEEDBACK_DATA ${feedback.reportId}`],
			notes: daily.notes,
		};
	});
}

/**
 * What the feedback report says, and which of its lines could not be read.
 * @param requestedSince the first day requested
 */
export function evidenceOf(
	feedback: FetchedFeedback,
	{ countryCode }: Marketplace,
	{ whenCancelled }: Pick<ReportsOptions, 'whenCancelled'>,
	requestedSince: string,
): FeedbackEvidence {
	if (!feedback.known) {
		return whenCancelled === 'none'
			? { kind: 'assumedNone', from: requestedSince }
			: { kind: 'canceled' };
	}
	const { report, from, through } = feedback;
	const rows = [...onePerOrder(report.rows).values()];
	const isOther = ({ otherMarketplace = countryCode }: (typeof rows)[number]) =>
		otherMarketplace !== countryCode;
	const own = rows.filter((row) => !isOther(row));
	return {
		kind: 'report',
		rows: own,
		doubtfulDays: rows.filter(isOther).map(({ date }) => date),
		from: from ?? requestedSince,
		through,
		unreadable: unreadableLinesOf(report, report.lines),
		isEmpty: rows.length === 0 && !report.hasHeadings,
	};
}

/** The reports' figures for one window. */
export function readReports(
	{ coverage, notes }: Pick<AmazonReports, 'coverage' | 'notes'>,
	window: Window,
): WindowReading {
	const { days, to } = window;
	const since = coverage.firstDay;
	if (days === undefined) {
		const reach =
			since === undefined
				? coverage.window(1, to).coverage.reasons
				: [`Amazon's reports go back only to ${since}`];
		return { source: 'amazonReports', provenance: 'insufficient', notes: reach };
	}
	const { counts, provenance, coverage: stated } = coverage.window(days, to);
	return {
		source: 'amazonReports',
		provenance,
		counts,
		countsBefore: coverage.window(days, plusDays(to, -days)).counts,
		coverage: stated,
		notes: [...stated.reasons, ...notes],
	};
}
