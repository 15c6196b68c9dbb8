import { z } from 'zod';

import { isIsoDay } from '../domain/calendar';
import type { DailyFeedback } from '../domain/ratingWindow';
import { readJsonLines } from './jsonLines';
import type { ReadTotals, TotalsRange } from './kioskTotals';
import type { ReportDocument } from './report';
import { dayFrom, daySales, dayTraffic } from './salesAndTrafficDay';

/** The daily totals of several marketplaces, from one query to Data Kiosk. */

/**
 * Amazon deletes a dataset some months after it announces a newer one. This one has been the only
 * one of its kind since 2026-03-27.
 */
export const DATASET = 'analytics_salesAndTraffic_2024_04_24';

/**
 * The query for a range. The same range always gives the same text, so that a query can be
 * recognized. Amazon accepts no first day more than two years ago, and 8,000 characters.
 */
export const dailyTotalsQuery = ({ marketplaceIds, from, through }: TotalsRange): string =>
	`query {
  ${DATASET} {
    salesAndTrafficByDate(aggregateBy: DAY, startDate: "${from}", endDate: "${through}", marketplaceIds: ${JSON.stringify(marketplaceIds.toSorted())}) {
      marketplaceId
      startDate
      sales { unitsOrdered ordersShipped unitsShipped unitsRefunded claimsGranted }
      traffic { pageViews buyBoxPercentage feedbackReceived negativeFeedbackReceived }
    }
  }
}`;

const lineSchema = z.object({
	marketplaceId: z.string().min(1),
	startDate: z
		.string()
		.transform((text) => text.slice(0, 10))
		.refine(isIsoDay),
	sales: daySales,
	traffic: dayTraffic,
});

/**
 * Reads a result piece by piece.
 * @throws DocumentError if it cannot be unpacked or is cut off
 */
export async function readDailyTotals(document: ReportDocument): Promise<ReadTotals> {
	const days = new Map<string, DailyFeedback[]>();
	const unreadableLines = await readJsonLines(
		document,
		lineSchema,
		({ marketplaceId, startDate, sales, traffic }) => {
			const ofMarketplace = days.get(marketplaceId) ?? [];
			ofMarketplace.push(dayFrom(startDate, sales, traffic));
			days.set(marketplaceId, ofMarketplace);
		},
	);
	return { days, unreadableLines };
}
