import { z } from 'zod';

import { MINUTE_MS } from '../domain/calendar';
import type { SpApiClient } from './client';
import type { ReportType } from './report';
import { LIMIT_SETTINGS, MOST_REPORTS } from './reportLimitFields';

/**
 * Amazon's limits per report type, which apply in addition to the limit of the operation
 * `createReport` and are in no model. A request that comes too soon gets a 429, or a report that
 * ends CANCELLED or FATAL.
 *
 * Unknown: whether FBA reports of another range or marketplace count as the same report. Here all
 * reports of a type count together, which never exceeds the limit; users who know better can set
 * shorter intervals.
 */
interface TypeQuota {
	/** The name sellers know. */
	readonly name: string;
	/** Names of the credential's fields. */
	readonly every: keyof typeof LIMIT_SETTINGS;
	readonly most?: { readonly setting: keyof typeof LIMIT_SETTINGS; readonly minutes: number };
	readonly countedPer: ReadonlyArray<'application' | 'seller'>;
}

/**
 * No limit is known for the other types in use (feedback, performance, all orders, returns by
 * return date).
 */
const QUOTAS: Partial<Record<ReportType, TypeQuota>> = {
	GET_SALES_AND_TRAFFIC_REPORT: {
		name: 'Sales and Traffic report',
		every: 'salesAndTrafficMinutes',
		most: { setting: 'salesAndTrafficPerDay', minutes: 1440 },
		// Amazon's support said both: per application and, a day later, per seller account.
		countedPer: ['application', 'seller'],
	},
	GET_AMAZON_FULFILLED_SHIPMENTS_DATA_GENERAL: {
		name: 'FBA shipments report',
		every: 'fbaShipmentsMinutes',
		most: { setting: 'fbaShipmentsPer8Hours', minutes: 480 },
		// The limit is how often a seller's report is generated, no matter who requests it.
		countedPer: ['seller'],
	},
	GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA: {
		name: 'FBA customer returns report',
		every: 'fbaReturnsMinutes',
		countedPer: ['seller'],
	},
};

/** The limit of a report type, with the settings of the credential. */
export interface ReportQuota extends Pick<TypeQuota, 'name' | 'countedPer'> {
	/** How long a report counts as new, because Amazon will not make a newer one. */
	readonly everyMs: number;
	readonly most?: { readonly count: number; readonly withinMs: number };
}

/**
 * A setting, which may be text if it comes from an expression; empty text is not 0, which means "no
 * limit".
 */
const limitSchema = z
	.union([z.number(), z.string().trim().min(1).transform(Number)])
	.pipe(z.number().finite().nonnegative());

/** Whole reports, at least one: with less than one, no report could ever be requested. */
const countOf = (value: number): number =>
	value === 0 ? 0 : Math.min(MOST_REPORTS, Math.max(1, Math.floor(value)));

/** Undefined if no limit is known, or none is wanted. */
export function quotaOf(
	{ credentials }: Pick<SpApiClient, 'credentials'>,
	reportType: ReportType,
): ReportQuota | undefined {
	const quota = QUOTAS[reportType];
	if (quota === undefined) return undefined;
	const isChanged = credentials.changeReportLimits === true;
	const valueOf = (setting: keyof typeof LIMIT_SETTINGS): number => {
		const given = isChanged ? limitSchema.safeParse(credentials[setting]).data : undefined;
		return given ?? LIMIT_SETTINGS[setting].default;
	};
	const { name, countedPer } = quota;
	const everyMs = valueOf(quota.every) * MINUTE_MS;
	const count = quota.most === undefined ? 0 : countOf(valueOf(quota.most.setting));
	if (everyMs === 0 && count === 0) return undefined;
	const withinMs = (quota.most?.minutes ?? 0) * MINUTE_MS;
	const most = count > 0 ? { count, withinMs } : undefined;
	return { name, countedPer, everyMs, most };
}
