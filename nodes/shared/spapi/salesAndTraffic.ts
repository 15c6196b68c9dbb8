import { z } from 'zod';

import type { DailyFeedback } from '../domain/ratingWindow';
import { parseJsonReport } from './reports';

const count = z.number().int().nonnegative();

/** One that was made for something else and is picked up by its ID can be per week or month. */
const perDay = z.literal('DAY', {
	errorMap: () => ({ message: 'the report has to be one per day, not per week or month' }),
});

/** As far as feedback goes; the report holds sales and traffic too. */
const salesAndTrafficSchema = z.object({
	reportSpecification: z
		.object({ reportOptions: z.object({ dateGranularity: perDay.nullish() }).nullish() })
		.nullish(),
	salesAndTrafficByDate: z.array(z.unknown()),
});

const daySchema = z.object({
	date: z.string().regex(/^\d{4}-\d{2}-\d{2}/),
	trafficByDate: z.object({ feedbackReceived: count, negativeFeedbackReceived: count }),
});

const daysSchema = z.object({ salesAndTrafficByDate: z.array(daySchema) });

/**
 * Reads the daily feedback totals of a `GET_SALES_AND_TRAFFIC_REPORT` with day granularity. A day of
 * which a figure is missing or cannot be read is unknown: it is left out, as one that Amazon left out.
 * @throws SpApiFailure `unexpectedAnswer` where it has days and none can be read
 */
export function parseSalesAndTraffic(text: string): DailyFeedback[] {
	const report = parseJsonReport(text, salesAndTrafficSchema, 'Sales and Traffic');
	const entries = report.salesAndTrafficByDate;
	let days = entries.flatMap((entry) => daySchema.safeParse(entry).data ?? []);
	if (days.length === 0 && entries.length > 0) {
		days = parseJsonReport(text, daysSchema, 'Sales and Traffic').salesAndTrafficByDate;
	}
	return days.map(({ date, trafficByDate }) => ({
		date: date.slice(0, 10),
		received: trafficByDate.feedbackReceived,
		negative: trafficByDate.negativeFeedbackReceived,
	}));
}
