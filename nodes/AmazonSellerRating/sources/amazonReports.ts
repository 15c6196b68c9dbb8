import { updateDisplayOptions, type IExecuteFunctions, type INodeProperties } from 'n8n-workflow';
import { z } from 'zod';

import type { Window, WindowReading } from '../../shared/domain/evaluation';
import { FeedbackSeries, type DailyCounts } from '../../shared/domain/feedbackSeries';
import type { Marketplace } from '../../shared/domain/marketplaces';
import { deriveWindow, plusDays, type RatingSources } from '../../shared/domain/ratingWindow';
import {
	dateFormatOption,
	fetchFeedback,
	requestFeedback,
	hintAtTurn,
	salesAndTrafficRequest,
	waitForReportOption,
} from '../../shared/n8n/feedbackReport';
import { oncePerExecution } from '../../shared/n8n/oncePerExecution';
import { optionalText } from '../../shared/n8n/parameters';
import type { SpApiClient } from '../../shared/spapi/client';
import { readText } from '../../shared/spapi/reportDocument';
import { obtainReport } from '../../shared/spapi/reportCache';
import { SALES_AND_TRAFFIC_DAYS } from '../../shared/spapi/reports';
import { parseSalesAndTraffic } from '../../shared/spapi/salesAndTraffic';

/** Beyond it there are no totals. */
const LONGEST_RANGE_DAYS = SALES_AND_TRAFFIC_DAYS;

const USUAL_RANGE_DAYS = 365;

/** Options of every operation that can read Amazon's reports; there are none to set where it does not. */
export const reportsOptions: INodeProperties[] = updateDisplayOptions(
	{ show: { '/sources': ['amazonReports'] } },
	[
		dateFormatOption,
		{
			displayName: 'Feedback Report ID',
			name: 'feedbackReportId',
			type: 'string',
			default: '',
			placeholder: 'e.g. 50012020',
			description: 'Pick up a feedback report that was requested before instead of a new one',
		},
		{
			displayName: 'If Feedback Is Cancelled',
			name: 'whenCancelled',
			type: 'options',
			default: 'unknown',
			options: [
				{ name: 'Take Neutral Feedback as Unknown', value: 'unknown' },
				{ name: 'Take It as No Neutral Feedback', value: 'none' },
			],
			description:
				'Amazon cancels the feedback report where there is nothing to report, but also where it refuses. If you know that there was nothing, the rating can be computed.',
		},
		{
			displayName: 'Sales and Traffic Report ID',
			name: 'salesReportId',
			type: 'string',
			default: '',
			placeholder: 'e.g. 50012021',
			description:
				'Pick up a Sales and Traffic report that was requested before instead of a new one',
		},
		waitForReportOption,
	],
);

export const reportsOptionsSchema = z.object({
	dateFormat: z.enum(['auto', 'dmy', 'mdy', 'ymd']).default('auto'),
	feedbackReportId: optionalText,
	whenCancelled: z.enum(['unknown', 'none']).default('unknown'),
	salesReportId: optionalText,
	waitMinutes: z.number().min(0).max(240).default(15),
});

export type ReportsOptions = z.infer<typeof reportsOptionsSchema>;

/** What Amazon's two reports say of one marketplace. */
export interface AmazonReports extends RatingSources {
	/** First calendar day asked for, marketplace-local. */
	readonly since: string;
	/** The user takes a cancelled feedback report as no neutral feedback. */
	readonly neutralsAssumedNone: boolean;
	/** Report type and ID of each. */
	readonly reportIds: readonly string[];
}

/**
 * Fetches Sales and Traffic (totals and negatives per day) and the feedback report (neutrals), which
 * Amazon prepares side by side; once per execution and marketplace.
 * @param longestDays the longest window wanted
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
	return await oncePerExecution(context, key, async () => {
		const waitMs = options.waitMinutes * 60_000;
		const feedbackSince = async (start: string, reportId?: string) =>
			await fetchFeedback(context, client, {
				marketplace,
				since: start,
				dateFormat: options.dateFormat,
				reportId,
				waitMs,
			});
		// Requested before the other is waited for, so that Amazon works on both at once.
		const feedbackReportId =
			options.feedbackReportId ?? (await requestFeedback(client, marketplace, since));
		const daily = await fetchDailyTotals(
			context,
			client,
			marketplace,
			today,
			options.salesReportId,
			waitMs,
		);
		const wholeFeedback = await feedbackSince(since, feedbackReportId);
		// How long a feedback report may be is nowhere written; a year is known to work.
		const isTooLong =
			!wholeFeedback.known && range > USUAL_RANGE_DAYS && options.feedbackReportId === undefined;
		const knownSince = isTooLong ? plusDays(today, 1 - USUAL_RANGE_DAYS) : since;
		const feedback = isTooLong ? await feedbackSince(knownSince) : wholeFeedback;
		// A report that was picked up may be shorter or older than the one wanted.
		const { from = knownSince, through = today } = feedback.known ? feedback : {};
		const coveredSince = from > knownSince ? from : knownSince;
		const neutralsAssumedNone = !feedback.known && options.whenCancelled === 'none';
		return {
			since: coveredSince,
			daily: daily.totals.filter(({ date }) => date >= coveredSince && date <= through),
			lowRatings: feedback.known ? feedback.report.rows : neutralsAssumedNone ? [] : undefined,
			neutralsAssumedNone,
			reportIds: [
				`GET_SALES_AND_TRAFFIC_REPORT ${daily.reportId}`,
				`GET_SELLER_FEEDBACK_DATA ${feedback.reportId}`,
			],
		};
	});
}

/** What the reports say of one window. */
export function readReports(reports: AmazonReports, window: Window): WindowReading {
	const { days, to } = window;
	if (days === undefined || plusDays(to, 1 - days) < reports.since) {
		const reach = `Amazon's reports reach back to ${reports.since} only`;
		return { source: 'amazonReports', provenance: 'insufficient', notes: [reach] };
	}
	const { counts, provenance, coveredThrough, notes } = deriveWindow(reports, days, to);
	const endBefore = plusDays(to, -days);
	const before =
		plusDays(endBefore, 1 - days) < reports.since
			? undefined
			: deriveWindow(reports, days, endBefore).counts;
	const assumed =
		'Amazon cancelled the feedback report; taken as no neutral feedback, as you chose';
	return {
		source: 'amazonReports',
		provenance,
		counts,
		countsBefore: before,
		coveredThrough,
		notes: reports.neutralsAssumedNone ? [...notes, assumed] : notes,
	};
}

/**
 * The reports as a series along the calendar; undefined without the feedback report. A day on which
 * the two reports do not agree may have negative positives, which add up right over a window.
 */
export function seriesOfReports({ daily, lowRatings }: RatingSources): FeedbackSeries | undefined {
	if (lowRatings === undefined || daily.length === 0) return undefined;
	const neutrals = new Map<string, number>();
	for (const { date, sentiment } of lowRatings) {
		if (sentiment === 'neutral') neutrals.set(date, (neutrals.get(date) ?? 0) + 1);
	}
	return FeedbackSeries.of(
		daily.flatMap(({ date, received, negative }): DailyCounts[] => {
			if (received === null || negative === null) return [];
			const neutral = neutrals.get(date) ?? 0;
			return [{ date, negative, neutral, positive: received - negative - neutral }];
		}),
	);
}

async function fetchDailyTotals(
	context: IExecuteFunctions,
	client: SpApiClient,
	marketplace: Marketplace,
	today: string,
	reportId: string | undefined,
	waitMs: number,
) {
	const obtained = await obtainReport(context, client, salesAndTrafficRequest(marketplace, today), {
		reportId,
		waitMs,
		read: readText,
	});
	if (obtained.status === 'CANCELLED') {
		return { reportId: `${obtained.report.reportId} (cancelled by Amazon)`, totals: [] };
	}
	hintAtTurn(context, 'Sales and Traffic', marketplace, obtained.waitedMs);
	return { reportId: obtained.report.reportId, totals: parseSalesAndTraffic(obtained.content) };
}
