import { z } from 'zod';

import type { DailyFeedback } from '../domain/ratingWindow';

/** The figures of a day, which the report and Data Kiosk have under the same names. */

/** Amazon sometimes leaves figures empty; anything that is not a count is unknown, never 0. */
const count = z.number().int().nonnegative().nullable().catch(null);

const percent = z.number().min(0).max(100).nullable().catch(null);

export const daySales = z
	.object({
		unitsOrdered: count,
		ordersShipped: count,
		unitsShipped: count,
		unitsRefunded: count,
		claimsGranted: count,
	})
	.nullish()
	.catch(undefined);

export const dayTraffic = z
	.object({
		pageViews: count,
		buyBoxPercentage: percent,
		feedbackReceived: count,
		negativeFeedbackReceived: count,
	})
	.nullish()
	.catch(undefined);

/** @param date ISO calendar day */
export const dayFrom = (
	date: string,
	sales: z.infer<typeof daySales>,
	traffic: z.infer<typeof dayTraffic>,
): DailyFeedback => ({
	date,
	received: traffic?.feedbackReceived ?? null,
	negative: traffic?.negativeFeedbackReceived ?? null,
	units: sales?.unitsOrdered ?? null,
	pageViews: traffic?.pageViews ?? null,
	buyBoxPercent: traffic?.buyBoxPercentage ?? null,
	ordersShipped: sales?.ordersShipped ?? null,
	unitsShipped: sales?.unitsShipped ?? null,
	unitsRefunded: sales?.unitsRefunded ?? null,
	claimsGranted: sales?.claimsGranted ?? null,
});
