import { accountHealthOf, accountHealthReportSchema } from '../shared/domain/accountHealth';
import { unreadableLinesOf } from '../shared/domain/coverage';
import type { Marketplace, DateOrder } from '../shared/domain/marketplaces';
import { dayOf, plusDays, startOfDayIn, todayIn } from '../shared/domain/calendar';
import { DEFECT_WINDOW_DAYS } from '../shared/n8n/accountHealth';
import {
	readFeedbackReport,
	salesAndTrafficRequest,
	wholeDaysOf,
} from '../shared/n8n/feedbackReport';
import { totalsOf, type KioskTotals } from '../shared/spapi/kioskTotals';
import type { Report, ReportDocument } from '../shared/spapi/report';
import { readText } from '../shared/spapi/reportDocument';
import { parseJsonReport, type MarketplaceReportRequest } from '../shared/spapi/reports';
import { readSalesAndTraffic } from '../shared/spapi/salesAndTraffic';
import type { Observation, ReportKind } from './watch/events';
import type { Totals } from './watch/totals';

/** The three reports of a trigger, and its query to Data Kiosk: how they are requested and read. */

export const REPORT_TYPE_OF: Readonly<Record<ReportKind, MarketplaceReportRequest['reportType']>> =
	{
		feedback: 'GET_SELLER_FEEDBACK_DATA',
		totals: 'GET_SALES_AND_TRAFFIC_REPORT',
		health: 'GET_V2_SELLER_PERFORMANCE_REPORT',
	};

/**
 * Days each report reaches back, the same for all settings, so that all triggers of an account can
 * share it. A year of feedback is known to work, and few sellers have no feedback of 1 to 3 stars in it.
 */
const RANGE_DAYS: Readonly<Record<Exclude<ReportKind, 'totals'>, number>> = {
	feedback: 365,
	health: DEFECT_WINDOW_DAYS,
};

const firstDay = (kind: keyof typeof RANGE_DAYS, today: string): string =>
	plusDays(today, -RANGE_DAYS[kind]);

/** For totals, the same request in all nodes, because Amazon makes few of these reports. */
export const requestOf = (
	kind: ReportKind,
	marketplace: Marketplace,
	today: string,
): MarketplaceReportRequest =>
	kind === 'totals'
		? salesAndTrafficRequest(marketplace, today)
		: {
				reportType: REPORT_TYPE_OF[kind],
				marketplaceId: marketplace.id,
				dataStartTime: startOfDayIn(marketplace, firstDay(kind, today)),
			};

/**
 * What a finished report says about a marketplace; undefined if it does not name the marketplace.
 * @param asked when the report was requested: UTC, and as a marketplace-local day; and what Amazon
 * says about its range
 * @throws SpApiFailure `unexpectedAnswer` if it does not have the documented shape
 */
export async function readReport(
	kind: ReportKind,
	document: ReportDocument,
	marketplace: Marketplace,
	asked: { readonly at: string; readonly today: string; readonly report: Report },
	dateFormat: DateOrder | 'auto',
): Promise<Observation | undefined> {
	switch (kind) {
		case 'feedback': {
			const report = await readFeedbackReport(document, marketplace, dateFormat);
			const { from = firstDay(kind, asked.today), through } = wholeDaysOf(
				marketplace,
				asked.report,
			);
			return {
				kind,
				asOf: asked.at,
				today: asked.today,
				from,
				...(through !== undefined && { through }),
				rows: report.rows,
				unreadable: report.unreadableLines,
				unreadableLines: unreadableLinesOf(report, report.lines),
				hasHeadings: report.hasHeadings,
			};
		}
		case 'totals': {
			const { days, ...range } = readSalesAndTraffic(await readText(document));
			const { createdTime, dataEndTime } = asked.report;
			// The earlier of the two days, so that a clock that is ahead does not settle totals early.
			const made = dayOf(marketplace, createdTime ?? dataEndTime) ?? asked.today;
			const madeOn = made < asked.today ? made : asked.today;
			return { kind, asOf: asked.at, daily: days, madeOn, ...range };
		}
		case 'health': {
			const report = parseJsonReport(
				await readText(document),
				accountHealthReportSchema,
				'Seller Performance',
			);
			const health = accountHealthOf(report, marketplace.id);
			return health && { kind, asOf: asked.at, health };
		}
	}
}

/** What Data Kiosk says about a marketplace. Days that its result does not have are unknown. */
export function readQuery(result: KioskTotals, marketplace: Marketplace): Totals {
	const { totals, notes } = totalsOf(result, marketplace, todayIn(marketplace));
	const { days, ...range } = totals;
	return { kind: 'totals', asOf: result.askedAt, daily: days, ...range, notes };
}
