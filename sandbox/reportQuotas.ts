import { Random } from './random';
import type { RateLimiter } from './rateLimits';

const HOUR_MINUTES = 60;
const DAY_MINUTES = 24 * HOUR_MINUTES;

interface Quota {
	/** At most this many reports of the type ... */
	readonly reports: number;
	/** ... in this time. */
	readonly perMinutes: number;
}

interface TypeQuota {
	readonly quotas: readonly Quota[];
	/** Counted separately for each of these; the first that is exhausted decides. */
	readonly countedBy: ReadonlyArray<'application' | 'seller'>;
	/** The responses to requests that come too soon, in turn. */
	readonly answers: readonly TooSoon[];
}

/** `QuotaExceeded` is 429; the others are reports that end this way, without a document. */
export type TooSoon = 'QuotaExceeded' | 'FATAL' | 'CANCELLED';

const FBA_ANSWERS = ['QuotaExceeded', 'FATAL', 'CANCELLED'] as const;

/** Limits that are in no model. No limit is documented for types that are not listed. */
export const REPORT_QUOTAS: Readonly<Record<string, TypeQuota>> = {
	// Amazon's support said "across all sellers of the application" and "per seller account".
	GET_SALES_AND_TRAFFIC_REPORT: {
		quotas: [
			{ reports: 1, perMinutes: 15 },
			{ reports: 96, perMinutes: DAY_MINUTES },
		],
		countedBy: ['application', 'seller'],
		answers: ['QuotaExceeded'],
	},
	// For all applications together: the limit is on how often Amazon generates the report.
	GET_AMAZON_FULFILLED_SHIPMENTS_DATA_GENERAL: {
		quotas: [
			{ reports: 1, perMinutes: 30 },
			{ reports: 12, perMinutes: 480 },
		],
		countedBy: ['seller'],
		answers: FBA_ANSWERS,
	},
	GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA: {
		quotas: [{ reports: 1, perMinutes: 4 * HOUR_MINUTES }],
		countedBy: ['seller'],
		answers: FBA_ANSWERS,
	},
};

/** `steady`: real time, sped up like the rate limits. `clock`: the sandbox's clock, unscaled. */
export type QuotaTime = 'steady' | 'clock';

export interface QuotaTimes {
	readonly quotaTime: QuotaTime;
	/** Milliseconds on the sandbox's clock. */
	readonly clockMillis: number;
}

/** When the reports of each type were made, and whether another one is allowed. */
export class ReportQuotas {
	/** The times of the reports made, in minutes, by who is counted and by type. */
	private readonly made = new Map<string, number[]>();
	private readonly refusals = new Map<string, number>();
	private readonly firstAnswer: number;

	constructor(
		seed: string,
		private readonly limiter: RateLimiter,
		private readonly monotonic: () => number = () => performance.now(),
	) {
		this.firstAnswer = new Random(`${seed}/reportQuotas`).integer(0, 2);
	}

	/** Counts a report that is about to be made, or returns how Amazon refuses it. */
	take(
		reportType: string,
		by: Readonly<Record<'application' | 'seller', string>>,
		times: QuotaTimes,
	): TooSoon | undefined {
		const type = REPORT_QUOTAS[reportType];
		const now = this.minutes(times);
		if (!type || now === undefined) return undefined;
		const keys = type.countedBy.map((who) => `${times.quotaTime}/${who}/${by[who]}/${reportType}`);
		const used = keys.some((key) => type.quotas.some((quota) => this.isUsedUp(key, quota, now)));
		if (used) return this.refusal(reportType, type.answers);
		for (const key of keys) this.made.set(key, [...(this.made.get(key) ?? []), now]);
		return undefined;
	}

	private isUsedUp(key: string, { reports, perMinutes }: Quota, now: number): boolean {
		const recent = (this.made.get(key) ?? []).filter((moment) => moment > now - perMinutes);
		return recent.length >= reports;
	}

	private refusal(reportType: string, answers: readonly TooSoon[]): TooSoon {
		const before = this.refusals.get(reportType) ?? 0;
		this.refusals.set(reportType, before + 1);
		return answers[(this.firstAnswer + before) % answers.length] ?? 'QuotaExceeded';
	}

	/** Undefined if there are no limits. */
	private minutes({ quotaTime, clockMillis }: QuotaTimes): number | undefined {
		if (quotaTime === 'clock') return clockMillis / 60_000;
		const perSecond = this.limiter.effectiveRate({ rate: 1, burst: 1 });
		return perSecond === undefined ? undefined : (this.monotonic() * perSecond) / 60_000;
	}
}
