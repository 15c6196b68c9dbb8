import { z } from 'zod';

import type { DailyFeedback } from '../domain/ratingWindow';
import { parseJsonReport } from './reports';

const count = z.number().int().nonnegative();

/** As far as feedback goes; the report holds sales and traffic too. */
const salesAndTrafficSchema = z.object({
	salesAndTrafficByDate: z.array(
		z.object({
			date: z.string().regex(/^\d{4}-\d{2}-\d{2}/),
			trafficByDate: z.object({ feedbackReceived: count, negativeFeedbackReceived: count }),
		}),
	),
});

/** Reads the daily feedback totals of a `GET_SALES_AND_TRAFFIC_REPORT` with day granularity. */
export function parseSalesAndTraffic(text: string): DailyFeedback[] {
	const report = parseJsonReport(text, salesAndTrafficSchema, 'Sales and Traffic');
	return report.salesAndTrafficByDate.map(({ date, trafficByDate }) => ({
		date: date.slice(0, 10),
		received: trafficByDate.feedbackReceived,
		negative: trafficByDate.negativeFeedbackReceived,
	}));
}
