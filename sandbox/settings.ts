// cspell:ignore cancelled
import { z } from 'zod';

/**
 * Behavior that Amazon's documentation leaves open, that differs between accounts, or that has
 * changed over the years. The defaults follow the best evidence; every setting can be changed at
 * run time.
 */
export const settingsSchema = z
	.object({
		/** The response to a second request for the same order: today's text, or the one of 2020. */
		alreadyRequestedText: z.enum(['current', 'legacy']).default('current'),
		/** The text for outside the window always has a wrongly decoded apostrophe. */
		mojibakeApostrophe: z.boolean().default(false),
		/** Unconfirmed: refunded orders have no action, or are like any other order. */
		refundedOrders: z.enum(['noAction', 'asAnyOther']).default('noAction'),
		/** Whether FBA orders carry `deliverByWindow` (documentation: no; some examples: yes). */
		fbaDeliverByWindow: z.boolean().default(false),
		/** Columns of the feedback report: today's 6, or the older layouts. */
		feedbackLayout: z.enum(['six', 'legacy9', 'legacy10']).default('six'),
		feedbackLineEnd: z.enum(['crlf', 'lf']).default('crlf'),
		/** Starts the report with a byte order mark (UTF-8 documents only). */
		feedbackBom: z.boolean().default(false),
		/** Cuts the file off in the middle of its last line. */
		feedbackTruncated: z.boolean().default(false),
		/** Adds a row no parser can read (with an invalid date and rating). */
		feedbackUnreadableRow: z.boolean().default(false),
		/** Encoding of the feedback report; by default each marketplace's own. */
		feedbackCharset: z
			.enum(['byMarketplace', 'utf-8', 'windows-1252', 'cp932'])
			.default('byMarketplace'),
		/** Serve documents gzipped (`compressionAlgorithm: GZIP`). */
		gzip: z.boolean().default(true),
		/** A feedback report with `dataEndTime` and a range under five days ends CANCELLED. */
		shortRangeCancelled: z.boolean().default(true),
		/** How many days the sales and traffic report lags behind; it omits those days. */
		trafficLagDays: z.number().int().nonnegative().default(0),
		/** Data Kiosk: how many lines a page of a result has. Amazon's pages are about 3 MB. */
		kioskPageLines: z.number().int().positive().default(25_000),
		/**
		 * Unconfirmed, Data Kiosk: a marketplace in which the seller does not sell, or of another
		 * region, has no lines, or createQuery answers 400, or the query ends FATAL.
		 */
		kioskForeignMarketplace: z.enum(['noLines', 'badRequest', 'fatal']).default('noLines'),
		/** Unconfirmed, Data Kiosk: what happens if the start date is more than two years ago. */
		kioskTooOld: z.enum(['zeros', 'badRequest', 'fatal']).default('fatal'),
		/**
		 * Data Kiosk, with the habit `kioskOneOpenQuery`: Amazon's page says "per GraphQL query", which
		 * may mean the query's text or the list that it selects.
		 */
		kioskOpenQueryPer: z.enum(['text', 'field']).default('text'),
		/** Data Kiosk, with the habit `kioskLongQueue`: how long a query waits, on the clock. */
		kioskQueueMinutes: z.number().int().positive().default(94),
		/** Data Kiosk, with the habit `kioskFalseZeros`: how many of the last days are zeros. */
		kioskFalseZeroDays: z.number().int().positive().default(14),
		/** Unconfirmed: the all-orders report ends CANCELLED if its range is longer than this. */
		ordersReportMaxDays: z.number().int().positive().default(30),
		/** The order that gets an invalid time. */
		brokenOrderId: z.string().default(''),
		/** Unconfirmed: `negativeFeedbackReceived` counts 1-2 stars, or 3 stars as well. */
		negativeIncludesNeutral: z.boolean().default(false),
		/** Field names of the performance report: as in Amazon's schema or as in its example. */
		performanceShape: z.enum(['schema', 'example']).default('schema'),
		/**
		 * How many of 100 requests for a review bring seller feedback that would not come otherwise: up
		 * to `requestEffectDays` days later, and only if the order has none. Their true record is
		 * `/sandbox/truth/requestAnswers`. No source says how many do.
		 */
		requestEffectPercent: z.number().min(0).max(100).default(0),
		requestEffectDays: z.number().int().nonnegative().default(3),
		/**
		 * The clock for the limits per report type: `steady` is real time, sped up by the same factor
		 * as the rate limits (`false` = no limits); `clock` is the sandbox's clock, unscaled,
		 * whatever the rate limits.
		 */
		quotaTime: z.enum(['steady', 'clock']).default('steady'),
		/**
		 * Whether answers name the rate (`x-amzn-RateLimit-Limit`), sped up like the limits. A client
		 * whose own clock is sped up would take it for a higher one.
		 */
		namesRate: z.boolean().default(true),
	})
	.strict();
export type SandboxSettings = z.infer<typeof settingsSchema>;

/** Checks a partial set of settings (unknown names are refused). */
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
