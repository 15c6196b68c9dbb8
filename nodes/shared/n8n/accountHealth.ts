import type { IExecuteFunctions } from 'n8n-workflow';

import {
	accountHealthOf,
	accountHealthReportSchema,
	type AccountHealth,
} from '../domain/accountHealth';
import type { Marketplace } from '../domain/marketplaces';
import { MINUTE_MS, plusDays, startOfDayIn, todayIn } from '../domain/calendar';
import type { SpApiClient } from '../spapi/client';
import { readText } from '../spapi/reportDocument';
import { obtainReport } from '../spapi/obtainReport';
import { parseJsonReport } from '../spapi/reports';
import { oncePerExecution } from './oncePerExecution';

/** Amazon reports the order defect rate over its own 60 days, whatever dates are requested. */
export const DEFECT_WINDOW_DAYS = 60;

/**
 * Fetches the Seller Performance report of a marketplace, once per execution.
 * @returns undefined if Amazon has none, which is not a clean record
 */
export async function fetchAccountHealth(
	context: IExecuteFunctions,
	client: SpApiClient,
	marketplace: Marketplace,
	{ reportId, waitMinutes }: { readonly reportId?: string; readonly waitMinutes: number },
): Promise<AccountHealth | undefined> {
	const key = JSON.stringify(['accountHealth', marketplace.id, reportId]);
	return await oncePerExecution(client, key, async () => {
		const since = plusDays(todayIn(marketplace), -DEFECT_WINDOW_DAYS);
		const obtained = await obtainReport(
			context,
			client,
			{
				reportType: 'GET_V2_SELLER_PERFORMANCE_REPORT',
				marketplaceId: marketplace.id,
				dataStartTime: startOfDayIn(marketplace, since),
			},
			{ reportId, waitMs: waitMinutes * MINUTE_MS, read: readText },
		);
		if (obtained.status === 'CANCELLED') return undefined;
		const report = parseJsonReport(
			obtained.content,
			accountHealthReportSchema,
			'Seller Performance',
		);
		return accountHealthOf(report, marketplace.id);
	});
}
