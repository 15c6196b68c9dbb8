import { jsonParse } from 'n8n-workflow';
import { z } from 'zod';

import { isIsoDay } from '../domain/calendar';
import type { DailyFeedback } from '../domain/ratingWindow';
import type { ReadTotals, TotalsRange } from './kioskTotals';
import { letOthersGo } from './pause';
import { DocumentError, unpack } from './reportDocument';
import type { ReportDocument } from './report';
import { dayFrom, daySales, dayTraffic } from './salesAndTrafficDay';

/** The daily totals of several marketplaces, from one query to Data Kiosk. */

/**
 * Amazon deletes a dataset some months after it announces a newer one. This one has been the only
 * one of its kind since 2026-03-27.
 */
const DATASET = 'analytics_salesAndTraffic_2024_04_24';

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

/** No line of a result is longer; a longer text is not a result. */
const LONGEST_LINE = 100_000;

/**
 * Reads a result piece by piece: one JSON object per line.
 * @throws DocumentError if it cannot be unpacked or is cut off
 */
export async function readDailyTotals({ body }: ReportDocument): Promise<ReadTotals> {
	const days = new Map<string, DailyFeedback[]>();
	let unreadableLines = 0;
	/** @returns whether it could be read */
	const readLine = (line: string): boolean => {
		if (line.trim() === '') return true;
		const parsed = lineSchema.safeParse(jsonParse<unknown>(line, { fallbackValue: null }));
		if (!parsed.success) {
			unreadableLines += 1;
			return false;
		}
		const { marketplaceId, startDate, sales, traffic } = parsed.data;
		const ofMarketplace = days.get(marketplaceId) ?? [];
		ofMarketplace.push(dayFrom(startDate, sales, traffic));
		days.set(marketplaceId, ofMarketplace);
		return true;
	};
	const decoder = new TextDecoder();
	let rest = '';
	for await (const piece of unpack(body)) {
		const lines = (rest + decoder.decode(piece, { stream: true })).split('\n');
		rest = lines.pop() ?? '';
		if (rest.length > LONGEST_LINE) rest = rest.slice(0, LONGEST_LINE);
		for (const line of lines) readLine(line);
		await letOthersGo();
	}
	// A complete result ends with a line break.
	if (!readLine(rest + decoder.decode())) throw new DocumentError('damaged');
	return { days, unreadableLines };
}
