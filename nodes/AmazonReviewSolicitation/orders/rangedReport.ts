import { DateTime, Interval } from 'luxon';
import type { IExecuteFunctions } from 'n8n-workflow';

import type { Marketplace } from '../../shared/domain/marketplaces';
import { decodeReport } from '../../shared/domain/reportEncoding';
import { hint } from '../../shared/n8n/hints';
import type { SpApiClient } from '../../shared/spapi/client';
import { unpackWhole } from '../../shared/spapi/reportDocument';
import { obtainReport, type Report, type ReportType } from '../../shared/spapi/reports';

/** Longest range of one report. Amazon's help names a month for these; not confirmed for the API. */
const LONGEST_RANGE_DAYS = 30;

/** Orders and shipments of a range of time, from the seller's side of one marketplace. */
export interface ReportRange {
	readonly marketplace: Marketplace;
	/** ISO 8601 in UTC. */
	readonly after: string;
	/** Now where absent. */
	readonly until?: string;
	readonly waitMs: number;
	/** Told of each part of the range that no report says everything about, and where the part ends. */
	readonly onGap?: (gap: RangeGap, until: DateTime) => void;
}

/** `canceled`: nothing to report, or a refusal; `short`: the report is of a shorter range. */
export type RangeGap = 'canceled' | 'short';

/**
 * The texts of the reports that cover a range, which is cut where it is longer than one report can
 * be; newest first. A cancelled report is left out with a hint: it means nothing to report, or a refusal.
 */
export async function fetchRangedReports(
	context: IExecuteFunctions,
	client: SpApiClient,
	reportType: ReportType,
	{ marketplace, after, until, waitMs, onGap }: ReportRange,
): Promise<string[]> {
	const start = DateTime.fromISO(after, { zone: 'utc' });
	const end = until === undefined ? DateTime.utc() : DateTime.fromISO(until, { zone: 'utc' });
	const texts: string[] = [];
	for (const part of Interval.fromDateTimes(start, end).splitBy({ days: LONGEST_RANGE_DAYS })) {
		const isLast = part.end?.equals(end) === true;
		const request = {
			reportType,
			marketplaceId: marketplace.id,
			dataStartTime: part.start?.toISO() ?? after,
			...((!isLast || until !== undefined) && { dataEndTime: part.end?.toISO() ?? until }),
		};
		const obtained = await obtainReport(context, client, request, { waitMs, read: unpackWhole });
		if (obtained.status === 'DONE') {
			const { body, contentType } = obtained.content;
			const { countryCode } = marketplace;
			texts.push(decodeReport(body, { contentType, countryCode }).text);
			if (isShort(obtained.report, part)) onGap?.('short', end);
		} else {
			onGap?.('canceled', part.end ?? end);
			hint(
				context,
				`Amazon cancelled report ${obtained.report.reportId} (${reportType}, ${marketplace.name}, from ${request.dataStartTime}): there was nothing to report, or it was refused; Amazon does not say which.`,
				'warning',
			);
		}
	}
	return texts;
}

/** Amazon rounds ranges to its own days. */
const SPARE_MS = 86_400_000;

/** Whether the report says that it is of a shorter range than wanted. */
function isShort({ dataStartTime, dataEndTime }: Report, { start, end }: Interval): boolean {
	const isLate =
		dataStartTime !== undefined &&
		start !== null &&
		Date.parse(dataStartTime) - start.toMillis() > SPARE_MS;
	const isEarly =
		dataEndTime !== undefined &&
		end !== null &&
		end.toMillis() - Date.parse(dataEndTime) > SPARE_MS;
	return isLate || isEarly;
}

/** Says which lines of a report could not be read. */
export function hintAtUnreadableLines(
	context: IExecuteFunctions,
	reportType: ReportType,
	unreadable: ReadonlyArray<{ readonly line: number; readonly reason: string }>,
): void {
	if (unreadable.length === 0) return;
	const [{ line, reason } = { line: 0, reason: '' }] = unreadable;
	hint(
		context,
		`${unreadable.length} line(s) of ${reportType} could not be read, the first is line ${line}: ${reason}`,
		'warning',
	);
}
