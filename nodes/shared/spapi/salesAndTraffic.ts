import { z } from 'zod';

import { isIsoDay } from '../domain/calendar';
import type { DailyFeedback } from '../domain/ratingWindow';
import { parseJsonReport } from './reports';
import { dayFrom, daySales, dayTraffic } from './salesAndTrafficDay';

/** A report given by its ID may have been requested for another purpose, per week or month. */
const perDay = z.literal('DAY', {
	errorMap: () => ({ message: 'the report must be per day, not per week or month' }),
});

const isoDay = z
	.string()
	.regex(/^\d{4}-\d{2}-\d{2}/)
	.transform((text) => text.slice(0, 10))
	.refine(isIsoDay);

const daySchema = z.object({
	date: isoDay,
	salesByDate: daySales,
	trafficByDate: dayTraffic,
});

/** Only the figures by date; the report also has them by ASIN. */
const salesAndTrafficSchema = z.object({
	reportSpecification: z
		.object({
			reportOptions: z.object({ dateGranularity: perDay.nullish() }).nullish(),
			dataStartTime: isoDay.nullish().catch(undefined),
			dataEndTime: isoDay.nullish().catch(undefined),
		})
		.nullish(),
	// A day that cannot be read becomes unknown; the others still count.
	salesAndTrafficByDate: z.array(daySchema.nullable().catch(null)),
});

export interface SalesAndTraffic {
	readonly days: DailyFeedback[];
	/** First and last day that the report says it covers, if it does. */
	readonly from?: string;
	readonly through?: string;
}

/** What each day has unless Amazon changed the report. */
const wholeSchema = z.object({
	salesAndTrafficByDate: z.array(
		z.object({
			date: z.string(),
			trafficByDate: z.object({
				feedbackReceived: z.number(),
				negativeFeedbackReceived: z.number(),
			}),
		}),
	),
});

/**
 * Reads the daily figures of a `GET_SALES_AND_TRAFFIC_REPORT` with day granularity.
 * @throws SpApiFailure `unexpectedAnswer` if it has days and none of them has a figure
 */
export function readSalesAndTraffic(text: string): SalesAndTraffic {
	const report = parseJsonReport(text, salesAndTrafficSchema, 'Sales and Traffic');
	const entries = report.salesAndTrafficByDate;
	const hasFigures = entries.some(
		(day) => typeof day?.trafficByDate?.feedbackReceived === 'number',
	);
	if (entries.length > 0 && !hasFigures) parseJsonReport(text, wholeSchema, 'Sales and Traffic');
	const { dataStartTime, dataEndTime } = report.reportSpecification ?? {};
	return {
		days: report.salesAndTrafficByDate.flatMap((day) =>
			day === null ? [] : [dayFrom(day.date, day.salesByDate, day.trafficByDate)],
		),
		...(typeof dataStartTime === 'string' && { from: dataStartTime }),
		...(typeof dataEndTime === 'string' && { through: dataEndTime }),
	};
}
