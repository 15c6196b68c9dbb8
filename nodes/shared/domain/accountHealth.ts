import { z } from 'zod';

/**
 * The Seller Performance report (`GET_V2_SELLER_PERFORMANCE_REPORT`). Amazon's schema and Amazon's own
 * example differ in field names and values, and real answers follow either, so both are read:
 * `preFulfillmentCancellationRate` or `prefulfillmentCancelRate`, `warningStates` or `warningState`,
 * `documentRequests` or `documentRequest`, `accountHealthRatingStatus` or `ahrStatus`; every status
 * is text, for the example has ones that the schema does not know.
 */

const count = z.number().int().nonnegative();

const counted = z.object({ count });

const rangeSchema = z.object({ reportingDateFrom: z.string(), reportingDateTo: z.string() });

const defectRateSchema = z.object({
	reportingDateRange: rangeSchema,
	orderCount: count,
	orderWithDefects: counted,
	claims: counted,
	chargebacks: counted,
	negativeFeedback: counted,
	status: z.string(),
	rate: z.number(),
	targetValue: z.number(),
});

const rateSchema = z.object({
	status: z.string(),
	rate: z.number(),
	targetValue: z.number(),
	targetCondition: z.string(),
});

const violationSchema = z.object({ status: z.string(), defectsCount: count });

const warningsSchema = z.array(z.object({ warningType: z.string(), status: z.string() }));

const marketplaceMetricsSchema = z
	.object({
		marketplaceId: z.string(),
		orderDefectRate: z.object({
			mfn: defectRateSchema.optional(),
			afn: defectRateSchema.optional(),
		}),
		accountHealthRating: z
			.object({
				accountHealthRatingStatus: z.string(),
				ahrStatus: z.string(),
				ahrScore: z.number(),
			})
			.partial()
			.optional(),
		warningStates: warningsSchema.optional(),
		warningState: warningsSchema.optional(),
	})
	.passthrough();

type MarketplaceMetrics = z.infer<typeof marketplaceMetricsSchema>;

export const accountHealthReportSchema = z.object({
	accountStatuses: z.array(z.object({ marketplaceId: z.string(), status: z.string() })),
	performanceMetrics: z.array(marketplaceMetricsSchema),
});

export type AccountHealthReport = z.infer<typeof accountHealthReportSchema>;

/** Order defect rate of one kind of fulfilment. Percentages are 0 to 100. */
export interface OrderDefectRate {
	readonly orders: number;
	readonly ordersWithDefects: number;
	readonly negativeFeedback: number;
	readonly claims: number;
	readonly chargebacks: number;
	/** From the counts; null without orders. */
	readonly percent: number | null;
	/** The rate as Amazon reports it, which may be rounded or differ from its counts. */
	readonly amazonPercent: number;
	readonly targetPercent: number;
	/** Amazon's verdict: GOOD, BAD or NONE. */
	readonly status: string;
	/** The report's own 60 days, as Amazon writes them (UTC). */
	readonly from: string;
	readonly to: string;
}

export interface AccountMetric {
	readonly name: string;
	readonly percent: number;
	readonly targetPercent: number;
	/** What the percentage has to be of the target: LESS_THAN, GREATER_THAN or EQUALS. */
	readonly condition: string;
	readonly status: string;
}

export interface AccountHealth {
	readonly marketplaceId: string;
	/** NORMAL, AT_RISK, DEACTIVATED or what else Amazon says; null where it says nothing. */
	readonly accountStatus: string | null;
	/** Account Health Rating, e.g. GREAT or WARNED, and its score where Amazon gives one. */
	readonly healthRating: string | null;
	readonly healthScore: number | null;
	/** Both kinds of fulfilment together, computed from their counts; null without orders. */
	readonly orderDefectPercent: number | null;
	/** The worse of the two, each of which Amazon judges by itself; null without orders. */
	readonly worstOrderDefectPercent: number | null;
	/** Shipped by the seller and by Amazon; null where Amazon reports none. */
	readonly sellerFulfilled: OrderDefectRate | null;
	readonly amazonFulfilled: OrderDefectRate | null;
	readonly metrics: readonly AccountMetric[];
	readonly violations: ReadonlyArray<{ name: string; defects: number; status: string }>;
	readonly warnings: ReadonlyArray<{ warningType: string; status: string }>;
}

/** What the report says of one marketplace; undefined where it does not name it. */
export function accountHealthOf(
	report: AccountHealthReport,
	marketplaceId: string,
): AccountHealth | undefined {
	const metrics = report.performanceMetrics.find((each) => each.marketplaceId === marketplaceId);
	const account = report.accountStatuses.find((each) => each.marketplaceId === marketplaceId);
	if (metrics === undefined && account === undefined) return undefined;

	const sellerFulfilled = toDefectRate(metrics?.orderDefectRate.mfn);
	const amazonFulfilled = toDefectRate(metrics?.orderDefectRate.afn);
	const rating = metrics?.accountHealthRating;
	return {
		marketplaceId,
		accountStatus: account?.status ?? null,
		healthRating: rating?.accountHealthRatingStatus ?? rating?.ahrStatus ?? null,
		healthScore: rating?.ahrScore ?? null,
		orderDefectPercent: percentOf(
			(sellerFulfilled?.ordersWithDefects ?? 0) + (amazonFulfilled?.ordersWithDefects ?? 0),
			(sellerFulfilled?.orders ?? 0) + (amazonFulfilled?.orders ?? 0),
		),
		worstOrderDefectPercent: highest([sellerFulfilled?.percent, amazonFulfilled?.percent]),
		sellerFulfilled,
		amazonFulfilled,
		metrics: metrics === undefined ? [] : readAll(metrics, rateSchema).map(toMetric),
		violations: metrics === undefined ? [] : readAll(metrics, violationSchema).map(toViolation),
		warnings: metrics?.warningStates ?? metrics?.warningState ?? [],
	};
}

function toDefectRate(rate: z.infer<typeof defectRateSchema> | undefined): OrderDefectRate | null {
	if (rate === undefined) return null;
	return {
		orders: rate.orderCount,
		ordersWithDefects: rate.orderWithDefects.count,
		negativeFeedback: rate.negativeFeedback.count,
		claims: rate.claims.count,
		chargebacks: rate.chargebacks.count,
		percent: percentOf(rate.orderWithDefects.count, rate.orderCount),
		amazonPercent: 100 * rate.rate,
		targetPercent: 100 * rate.targetValue,
		status: rate.status,
		from: rate.reportingDateRange.reportingDateFrom,
		to: rate.reportingDateRange.reportingDateTo,
	};
}

/** The highest of those that are known; null where none is. */
export const highest = (percents: ReadonlyArray<number | null | undefined>): number | null =>
	percents.reduce<number | null>(
		(worst, each) => (each === null || each === undefined ? worst : Math.max(worst ?? 0, each)),
		null,
	);

const percentOf = (part: number, whole: number): number | null =>
	whole === 0 ? null : (100 * part) / whole;

/** Fields that the example names otherwise than the schema, by the schema's name. */
const SCHEMA_NAMES: Readonly<Record<string, string>> = {
	prefulfillmentCancelRate: 'preFulfillmentCancellationRate',
	documentRequest: 'documentRequests',
};

/** All fields of a marketplace that have this shape, whatever Amazon adds to them. */
function readAll<Value>(
	metrics: MarketplaceMetrics,
	schema: z.ZodType<Value>,
): Array<[string, Value]> {
	return Object.entries(metrics).flatMap(([name, value]): Array<[string, Value]> => {
		const parsed = schema.safeParse(value);
		return parsed.success ? [[SCHEMA_NAMES[name] ?? name, parsed.data]] : [];
	});
}

const toMetric = ([name, metric]: [string, z.infer<typeof rateSchema>]): AccountMetric => ({
	name,
	percent: 100 * metric.rate,
	targetPercent: 100 * metric.targetValue,
	condition: metric.targetCondition,
	status: metric.status,
});

const toViolation = ([name, violation]: [string, z.infer<typeof violationSchema>]) => ({
	name,
	defects: violation.defectsCount,
	status: violation.status,
});
