import { z } from 'zod';

/**
 * Behaviour that Amazon's documentation leaves open, that differs between accounts, or that changed
 * over the years. The defaults follow the best evidence; every switch may be moved at run time.
 */
export const settingsSchema = z
	.object({
		/** What a second request for the same order is told: today's text, or that of 2020. */
		alreadyRequestedText: z.enum(['current', 'legacy']).default('current'),
		/** The outside-the-window text arrives with its apostrophe decoded wrongly each time. */
		mojibakeApostrophe: z.boolean().default(false),
		/** Unconfirmed: refunded orders offer no action, or count as any other order. */
		refundedOrders: z.enum(['noAction', 'asAnyOther']).default('noAction'),
		/** Whether FBA orders carry `deliverByWindow` (documentation: no; some examples: yes). */
		fbaDeliverByWindow: z.boolean().default(false),
		/** Columns of the feedback report: today's 6, or the older layouts. */
		feedbackLayout: z.enum(['six', 'legacy9', 'legacy10']).default('six'),
		feedbackLineEnd: z.enum(['crlf', 'lf']).default('crlf'),
		/** Starts the report with a byte order mark (UTF-8 documents only). */
		feedbackBom: z.boolean().default(false),
		/** Breaks the file off in the middle of its last line. */
		feedbackTruncated: z.boolean().default(false),
		/** Adds a row no parser can read (a date and a rating that are neither). */
		feedbackUnreadableRow: z.boolean().default(false),
		/** Encoding of the feedback report; by default what each marketplace is known to use. */
		feedbackCharset: z
			.enum(['byMarketplace', 'utf-8', 'windows-1252', 'cp932'])
			.default('byMarketplace'),
		/** Serve documents gzipped (`compressionAlgorithm: GZIP`). */
		gzip: z.boolean().default(true),
		/** A feedback report with `dataEndTime` and a range under five days ends CANCELLED. */
		shortRangeCancelled: z.boolean().default(true),
		/** Days the sales and traffic report lags behind; those days are missing from it. */
		trafficLagDays: z.number().int().nonnegative().default(0),
		/** Unconfirmed: the all-orders report ends CANCELLED when its range is longer than this. */
		ordersReportMaxDays: z.number().int().positive().default(30),
		/** This order comes with a time that is none. */
		brokenOrderId: z.string().default(''),
		/** Unconfirmed: `negativeFeedbackReceived` counts 1-2 stars, or 3 stars as well. */
		negativeIncludesNeutral: z.boolean().default(false),
		/** Field names of the performance report: as in Amazon's schema or as in its example. */
		performanceShape: z.enum(['schema', 'example']).default('schema'),
		/**
		 * The time that limits per report type run on: real time, as many times faster as the rate
		 * limits (`false` = no limits), or the sandbox's clock as it is, whatever the rate limits.
		 */
		quotaTime: z.enum(['steady', 'clock']).default('steady'),
	})
	.strict();
export type SandboxSettings = z.infer<typeof settingsSchema>;

/** Checks a partial set of switches (unknown names are refused). */
export const settingsChangeSchema = z
	.object(
		Object.fromEntries(
			Object.entries(settingsSchema.shape).map(([name, schema]) => [
				name,
				schema.removeDefault().optional(),
			]),
		),
	)
	.strict();
