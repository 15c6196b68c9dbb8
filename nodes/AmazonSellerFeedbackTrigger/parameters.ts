import { z } from 'zod';

import { DAYS_UNTIL_SETTLED } from '../shared/domain/coverage';
import { TOTALS_FROM_ONE } from '../shared/n8n/totalsFrom';
import { thresholdsSchema } from '../shared/n8n/thresholds';
import { sellerSchema } from '../shared/n8n/sellerParameter';
import { WATCH_EVENTS } from './watch/events';

/** The longest range a feedback report is known to cover is a year; this leaves a few spare days. */
export const LONGEST_WATCH_DAYS = 360;

/** With no more decimals than an exact comparison supports. */
const exact = (max: number) =>
	z
		.number()
		.min(0)
		.max(max)
		.refine((value) => /^\d+(\.\d{1,4})?$/.test(String(value)), 'At most four decimals');

const minutes = z.number().min(5).max(1440);

export const schema = z.object({
	events: z.array(z.enum(WATCH_EVENTS)).min(1, 'Choose at least one event'),
	...sellerSchema.shape,
	marketplaces: z.array(z.string()).default([]),
	// Hidden while no event needs it.
	thresholds: thresholdsSchema.default({}),
	options: z
		.object({
			feedbackEveryMinutes: minutes.default(30),
			metricsEveryMinutes: minutes.default(360),
			dateFormat: z.enum(['auto', 'dmy', 'mdy', 'ymd']).default('auto'),
			daysToWatch: z.number().int().min(7).max(LONGEST_WATCH_DAYS).default(90),
			// With -1 even today counts; only a sandbox has complete totals for it.
			daysUntilSettled: z.number().int().min(-1).max(30).default(DAYS_UNTIL_SETTLED),
			includeRating: z.boolean().default(true),
			lookBackDays: z.number().int().min(0).max(LONGEST_WATCH_DAYS).default(0),
			buyBoxDrop: exact(100)
				.refine((points) => points > 0, 'Must be above 0')
				.default(10),
			minimumPageViews: z.number().int().min(1).default(100),
			minimumOrders: z.number().int().min(1).default(1),
			minimumRatings: z.number().int().min(1).default(10),
			defectTarget: exact(100).default(0),
			ratingDays: z.union([z.literal(30), z.literal(90), z.literal(365)]).default(365),
			addOrderDetails: z.boolean().default(false),
			reportChangedResponses: z.boolean().default(false),
			totalsFrom: z.enum(TOTALS_FROM_ONE).default('dataKioskElseReport'),
		})
		.default({}),
});

export type TriggerParameters = z.infer<typeof schema>;
