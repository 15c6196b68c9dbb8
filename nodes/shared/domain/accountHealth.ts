import { z } from 'zod';

import { rationalFromPercent, type Rational } from './rational';

/**
 * The Seller Performance report (`GET_V2_SELLER_PERFORMANCE_REPORT`). Amazon's schema and Amazon's
 * own example differ in field names and values, and real answers follow either one, so both are
 * read: `preFulfillmentCancellationRate` or `prefulfillmentCancelRate`, `warningStates` or
 * `warningState`, `documentRequests` or `documentRequest`, `accountHealthRatingStatus` or
 * `ahrStatus`. Every status is text, because the example has values that are not in the schema.
 */

/** Clients of Amazon's API have seen figures in quotes, too. */
const figure = z.union([
	z.number(),
	z
		.string()
		.trim()
		.regex(/^\d+(?:\.\d+)?$/)
		.transform(Number),
]);
const count = figure.pipe(z.number().int().nonnegative());
const text = z.string();
const fields = z.record(z.unknown());
type Fields = z.infer<typeof fields>;

/** Each marketplace is read separately, so that an error in one does not affect the others. */
export const accountHealthReportSchema = z
	.object({
		accountStatuses: z.array(z.unknown()).nullish(),
		performanceMetrics: z.array(z.unknown()).nullish(),
	})
	.refine(
		(report) => report.accountStatuses ?? report.performanceMetrics,
		'accountStatuses and performanceMetrics are both missing',
	);

export type AccountHealthReport = z.infer<typeof accountHealthReportSchema>;

/** Order defect rate of one fulfillment channel. Percentages are 0 to 100. */
export interface OrderDefectRate {
	readonly orders: number | null;
	readonly ordersWithDefects: number | null;
	readonly negativeFeedback: number | null;
	readonly claims: number | null;
	readonly chargebacks: number | null;
	/** From the counts; null without orders or if a count is missing. */
	readonly percent: number | null;
	/**
	 * The rate as Amazon reports it, which may be rounded or differ from its counts; null if there
	 * are no orders.
	 */
	readonly amazonPercent: number | null;
	readonly targetPercent: number | null;
	/** Amazon's verdict: GOOD, BAD or NONE. */
	readonly status: string | null;
	/** The report's own 60 days, as written by Amazon (UTC). */
	readonly from: string | null;
	readonly to: string | null;
}

/** A rate that can be judged: it has its counts and Amazon's target. */
export interface CountedDefectRate extends OrderDefectRate {
	readonly orders: number;
	readonly ordersWithDefects: number;
	readonly targetPercent: number;
}

/** The rate if it can be judged. */
export function countedRate(rate: OrderDefectRate | null): CountedDefectRate | undefined {
	if (rate === null) return undefined;
	const { orders, ordersWithDefects, targetPercent } = rate;
	if (orders === null || ordersWithDefects === null || targetPercent === null) return undefined;
	return { ...rate, orders, ordersWithDefects, targetPercent };
}

/** Amazon requires an order defect rate below 1% over 60 days (Seller Performance report). */
export const ORDER_DEFECT_LIMIT_PERCENT = 1;

/** The same as an exact fraction. */
export const ORDER_DEFECT_LIMIT: Rational = rationalFromPercent(ORDER_DEFECT_LIMIT_PERCENT);

/**
 * Defect runway: how many further orders with a defect bring the order defect rate to the limit, so
 * one fewer still keeps it below; `max(0, ceil(limit × orders) − ordersWithDefects)`. Only the
 * defects increase: the orders they are found in are already counted, so the number of orders stays
 * the same. 0 if the rate is at or above the limit. Undefined without orders or without a count,
 * because then there is no rate.
 */
export function defectRunway(
	{ orders, ordersWithDefects }: Pick<OrderDefectRate, 'orders' | 'ordersWithDefects'>,
	{ numerator, denominator }: Rational = ORDER_DEFECT_LIMIT,
): number | undefined {
	if (orders === null || ordersWithDefects === null || orders === 0) return undefined;
	// Rounded up by integer division: a quotient of floats could be just above a whole number.
	const parts = orders * numerator;
	const remainder = parts % denominator;
	const atLimit = (parts - remainder) / denominator + (remainder === 0 ? 0 : 1);
	return Math.max(0, atLimit - ordersWithDefects);
}

export interface AccountMetric {
	readonly name: string;
	/** Null if there was nothing to count. */
	readonly percent: number | null;
	readonly targetPercent: number | null;
	/** How the percentage has to compare with the target: LESS_THAN, GREATER_THAN or EQUALS. */
	readonly condition: string | null;
	readonly status: string | null;
	/** As written by Amazon (UTC). */
	readonly from: string | null;
	readonly to: string | null;
}

export interface AccountHealth {
	readonly marketplaceId: string;
	/** NORMAL, AT_RISK, DEACTIVATED or another value from Amazon; null if Amazon gives none. */
	readonly accountStatus: string | null;
	/** Account Health Rating, such as GREAT or WARNED, and its score if Amazon gives one. */
	readonly healthRating: string | null;
	readonly healthScore: number | null;
	/**
	 * Both fulfillment channels together, computed from their counts; null without orders or a count.
	 */
	readonly orderDefectPercent: number | null;
	/**
	 * The worse of the two, which Amazon judges separately: from the counts, otherwise as Amazon
	 * reports it. Null without orders, and if the other one is unknown and might be worse, unless the known
	 * one is at its target already.
	 */
	readonly worstOrderDefectPercent: number | null;
	/** Of both channels together; null if one of them is unknown or if Amazon reports none. */
	readonly negativeFeedback: number | null;
	/** Shipped by the seller and by Amazon; null if Amazon reports none. */
	readonly sellerFulfilled: OrderDefectRate | null;
	readonly amazonFulfilled: OrderDefectRate | null;
	readonly metrics: readonly AccountMetric[];
	readonly violations: ReadonlyArray<{
		readonly name: string;
		readonly defects: number;
		readonly status: string | null;
	}>;
	readonly warnings: ReadonlyArray<{
		readonly warningType: string;
		readonly status: string | null;
	}>;
	/**
	 * The parts of this marketplace that could not be read, by Amazon's names; they are missing
	 * above. Includes the counts behind a defect rate if the report has the rate without them.
	 */
	readonly unreadable: readonly string[];
}

/** The report's data on one marketplace; undefined if it does not contain it. */
export function accountHealthOf(
	report: AccountHealthReport,
	marketplaceId: string,
): AccountHealth | undefined {
	const entryIn = (entries: AccountHealthReport['performanceMetrics']): Fields | undefined =>
		(entries ?? [])
			.map((entry) => fields.safeParse(entry).data)
			.find((entry) => entry?.marketplaceId === marketplaceId);
	const metrics = entryIn(report.performanceMetrics);
	const account = entryIn(report.accountStatuses);
	if (metrics === undefined && account === undefined) return undefined;

	const unreadable: string[] = [];
	const part = new Part(metrics, '', unreadable);
	const defects = part.inner('orderDefectRate');
	const sellerFulfilled = readDefectRate(defects?.inner('mfn'));
	const amazonFulfilled = readDefectRate(defects?.inner('afn'));
	const rating = part.inner('accountHealthRating');
	// A rate that is present but unreadable is not the same as one that Amazon does not report.
	const rates = unreadable.some((path) => /^orderDefectRate\.[am]fn$/.test(path))
		? undefined
		: [sellerFulfilled, amazonFulfilled];
	return {
		marketplaceId,
		accountStatus: new Part(account, 'accountStatuses.', unreadable).read('status', text),
		healthRating:
			rating?.read('accountHealthRatingStatus', text) ?? rating?.read('ahrStatus', text) ?? null,
		healthScore: rating?.read('ahrScore', figure) ?? null,
		orderDefectPercent: rates === undefined ? null : percentOfAll(rates),
		worstOrderDefectPercent: rates === undefined ? null : worstOfAll(rates),
		negativeFeedback: rates === undefined ? null : negativeFeedbackOfAll(rates),
		sellerFulfilled,
		amazonFulfilled,
		...readOthers(part),
		unreadable,
	};
}

/**
 * A part of the report. Each field is read by itself: null counts as absent, unreadable fields are
 * named.
 */
class Part {
	constructor(
		private readonly values: Fields = {},
		private readonly path: string,
		private readonly unreadable: string[],
	) {}

	get names(): string[] {
		return Object.keys(this.values).filter((name) => (this.values[name] ?? null) !== null);
	}

	has(name: string): boolean {
		return (this.values[name] ?? null) !== null;
	}

	read<Value>(name: string, schema: z.ZodType<Value, z.ZodTypeDef, unknown>): Value | null {
		if (!this.has(name)) return null;
		const parsed = schema.safeParse(this.values[name]);
		if (!parsed.success) this.unreadable.push(`${this.path}${name}`);
		return parsed.data ?? null;
	}

	/** For a field whose shape is not recognized. */
	nameUnreadable(name: string): void {
		this.unreadable.push(`${this.path}${name}`);
	}

	inner(name: string): Part | undefined {
		const values = this.read(name, fields);
		return values === null ? undefined : this.part(name, values);
	}

	/**
	 * The entries of a list, each as a part; a text becomes a part whose only field is `nameOfText`.
	 */
	list(name: string, nameOfText = ''): Part[] {
		const schema = z.union([z.array(z.unknown()), fields.transform((only) => [only])]);
		return (this.read(name, schema) ?? []).flatMap((entry, index) => {
			if (entry === null) return [];
			const at = Array.isArray(this.values[name]) ? `${name}.${index}` : name;
			if (typeof entry === 'string' && nameOfText !== '') {
				return [this.part(at, { [nameOfText]: entry })];
			}
			const values = fields.safeParse(entry).data;
			if (values === undefined) this.unreadable.push(`${this.path}${at}`);
			return values === undefined ? [] : [this.part(at, values)];
		});
	}

	private part(name: string, values: Fields): Part {
		return new Part(values, `${this.path}${name}.`, this.unreadable);
	}
}

function readDefectRate(rate: Part | undefined): OrderDefectRate | null {
	if (rate === undefined) return null;
	const countIn = (name: string) => rate.inner(name)?.read('count', count) ?? null;
	const orders = rate.read('orderCount', count);
	const withDefects = rate.inner('orderWithDefects');
	const ordersWithDefects = withDefects?.read('count', count) ?? null;
	const reported = rate.read('rate', figure);
	// A rate without the counts behind it cannot be recomputed; only Amazon's own figure is known then.
	if (reported !== null && orders !== 0) {
		for (const name of ['orderCount', 'orderWithDefects']) {
			if (!rate.has(name)) rate.nameUnreadable(name);
		}
		if (withDefects?.has('count') === false) withDefects.nameUnreadable('count');
	}
	return {
		orders,
		ordersWithDefects,
		negativeFeedback: countIn('negativeFeedback'),
		claims: countIn('claims'),
		chargebacks: countIn('chargebacks'),
		percent:
			orders === null || ordersWithDefects === null ? null : percentOf(ordersWithDefects, orders),
		amazonPercent: orders === 0 ? null : inPercent(reported),
		targetPercent: inPercent(rate.read('targetValue', figure)),
		status: rate.read('status', text),
		...readRange(rate),
	};
}

function readRange(part: Part): { readonly from: string | null; readonly to: string | null } {
	const range = part.inner('reportingDateRange');
	return {
		from: range?.read('reportingDateFrom', text) ?? null,
		to: range?.read('reportingDateTo', text) ?? null,
	};
}

type Fulfilled = OrderDefectRate | null;

function percentOfAll(rates: readonly Fulfilled[]): number | null {
	let defects = 0;
	let orders = 0;
	for (const rate of rates) {
		if (rate === null || rate.orders === 0) continue;
		if (rate.orders === null || rate.ordersWithDefects === null) return null;
		defects += rate.ordersWithDefects;
		orders += rate.orders;
	}
	return percentOf(defects, orders);
}

function negativeFeedbackOfAll(rates: readonly Fulfilled[]): number | null {
	const reported = rates.filter((rate) => rate !== null);
	if (reported.length === 0) return null;
	return reported.reduce<number | null>(
		(sum, { negativeFeedback }) =>
			sum === null || negativeFeedback === null ? null : sum + negativeFeedback,
		0,
	);
}

function worstOfAll(rates: readonly Fulfilled[]): number | null {
	const known = rates.map((rate) => rate?.percent ?? rate?.amazonPercent ?? null);
	const worst = highest(known);
	const isOneUnknown = rates.some(
		(rate, index) => rate !== null && rate.orders !== 0 && known[index] === null,
	);
	const isBad = rates.some(
		(rate, index) => (known[index] ?? 0) >= (rate?.targetPercent ?? Infinity),
	);
	return isOneUnknown && !isBad ? null : worst;
}

/** The highest known value; null if none is known. */
export const highest = (percents: ReadonlyArray<number | null | undefined>): number | null =>
	percents.reduce<number | null>(
		(worst, each) => (each === null || each === undefined ? worst : Math.max(worst ?? 0, each)),
		null,
	);

const percentOf = (part: number, whole: number): number | null =>
	whole === 0 ? null : (100 * part) / whole;

/** Without the error of binary fractions: 0.0161 is 1.61 percent. */
const inPercent = (rate: number | null): number | null =>
	rate === null ? null : Number((100 * rate).toPrecision(12));

/**
 * Fields whose name in the example, or in an account, differs from the schema, mapped to the
 * schema's name.
 */
const SCHEMA_NAMES: Readonly<Record<string, string>> = {
	prefulfillmentCancelRate: 'preFulfillmentCancellationRate',
	documentRequest: 'documentRequests',
	lateShipmentRateList: 'lateShipmentRate',
};

/** Fields that are read by their name. */
const READ_APART = ['marketplaceId', 'orderDefectRate', 'accountHealthRating'];

const WARNINGS = ['warningStates', 'warningState'];

const COUNTS = ['defectsCount', 'warningsCount'];

/** The denominators of a rate: if one of them is zero, the rate means nothing. */
const WHOLES = ['orderCount', 'shipmentCount', 'shipmentCountWithValidTracking', 'totalUnitCount'];

/** All other fields of a marketplace, recognized by their shape, including any that Amazon adds. */
function readOthers(part: Part): Pick<AccountHealth, 'metrics' | 'violations' | 'warnings'> {
	const metrics: AccountMetric[] = [];
	const violations: Array<AccountHealth['violations'][number]> = [];
	const warnings: Array<AccountHealth['warnings'][number]> = [];
	for (const field of part.names.filter((each) => !READ_APART.includes(each))) {
		const name = SCHEMA_NAMES[field] ?? field;
		if (WARNINGS.includes(field)) {
			for (const warning of part.list(field, 'warningType')) {
				const warningType = warning.read('warningType', text);
				if (warningType !== null) {
					warnings.push({ warningType, status: warning.read('status', text) });
				} else if (!warning.has('warningType')) warning.nameUnreadable('warningType');
			}
			continue;
		}
		for (const entry of part.list(field)) {
			const counted = COUNTS.find((each) => entry.has(each));
			const defects = counted === undefined ? null : entry.read(counted, count);
			if (defects !== null) violations.push({ name, defects, status: entry.read('status', text) });
			else if (counted === undefined && (entry.has('rate') || entry.has('status')))
				metrics.push(readMetric(name, entry));
			else if (counted === undefined) part.nameUnreadable(field);
		}
	}
	return { metrics, violations, warnings };
}

function readMetric(name: string, metric: Part): AccountMetric {
	const isOverNothing = WHOLES.some(
		(whole) => metric.has(whole) && metric.read(whole, count) === 0,
	);
	return {
		name,
		percent: isOverNothing ? null : inPercent(metric.read('rate', figure)),
		targetPercent: inPercent(metric.read('targetValue', figure)),
		condition: metric.read('targetCondition', text),
		status: metric.read('status', text),
		...readRange(metric),
	};
}
