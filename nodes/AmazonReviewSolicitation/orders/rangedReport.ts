import { DateTime, Interval } from 'luxon';
import type { IExecuteFunctions } from 'n8n-workflow';

import { DAY_MS, HOUR_MS } from '../../shared/domain/calendar';
import type { Marketplace } from '../../shared/domain/marketplaces';
import { readDecoded } from '../../shared/domain/reportEncoding';
import type { Steps } from '../../shared/domain/steps';
import { hint } from '../../shared/n8n/hints';
import { isAboutMarketplaces } from '../../shared/spapi/requestReport';
import type { SpApiClient } from '../../shared/spapi/client';
import { SpApiFailure } from '../../shared/spapi/failure';
import { cachedReport, lastRequestedAt } from '../../shared/spapi/reportCache';
import { obtainReport, readFinished } from '../../shared/spapi/obtainReport';
import { inTurns } from '../../shared/spapi/pause';
import {
	oneMarketplaceOnly,
	reportsWaiting,
	shortRangesOnly,
} from '../../shared/spapi/processWide';
import type {
	OrderReportType,
	Report,
	ReportDocument,
	ReportType,
} from '../../shared/spapi/report';
import { unpack } from '../../shared/spapi/reportDocument';
import { quotaOf } from '../../shared/spapi/reportLimits';
import { isOf, type OrderReportRequest } from '../../shared/spapi/reports';
import { reportParts } from './reportParts';

/** Longest range of one report. Amazon's help says a month for these; not confirmed for the API. */
const LONGEST_RANGE_DAYS = 30;

/**
 * No longest range is documented for this type, and Amazon makes few such reports. So the whole
 * range is requested at once, if Amazon allows it.
 */
const LONGER_RANGE_DAYS: Partial<Record<ReportType, number>> = {
	GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA: 100,
};

/** Maximum age of a report used in place of one that is not available now. */
const KEPT_AT_MOST_MS = DAY_MS;

/** A time range for some of the seller's marketplaces. */
export interface ReportRange {
	/** All that are needed; one report covers them together. */
	readonly marketplaces: readonly Marketplace[];
	/** ISO 8601 in UTC. */
	readonly after: string;
	/** Now if absent. */
	readonly until?: string;
	readonly waitMs: number;
}

/** The result for one part of a range. */
export type RangedPart<Content> = {
	readonly marketplaces: readonly Marketplace[];
	/** ISO 8601 in UTC. */
	readonly from: string;
	/** If absent, the part ends when the report was made. */
	readonly until?: string;
} & (
	| {
			/** `kept`: an older report is used, because Amazon does not make a new one yet or failed to. */
			readonly outcome: 'done' | 'kept';
			/** What happened to the newer report that the kept one replaces. */
			readonly insteadOf?: MissingPart;
			readonly content: Content;
			/** Whether the report says that it covers less than requested, so more may have happened. */
			readonly isShort: boolean;
			/** When it was requested, if that may not have been just now; ISO 8601 in UTC. */
			readonly madeAt?: string;
	  }
	| MissingPart
);

type MissingPart =
	/**
	 * Nothing to report, requested too soon, or refused. Amazon does not say which, so a canceled
	 * report does not mean that there is nothing to report.
	 */
	| { readonly outcome: 'canceled'; readonly reportId: string; readonly mayBeTooSoon: boolean }
	| { readonly outcome: 'failed'; readonly failure: SpApiFailure };

/** How to read a report from the pieces of its text, and about how many bytes the result takes. */
export interface ReportReading<Content> {
	readonly read: (pieces: readonly string[]) => Steps<Content>;
	readonly bytesOf: (content: Content) => number;
}

/**
 * Fetches the reports that cover a range, cut into parts if it is longer than one report can be.
 * Types with a quota are cut at fixed days, so that a closed part is requested only once; if Amazon
 * makes no new report of such a type, an earlier one is used. A failure costs only its own part if
 * other parts may still succeed. Each report covers all marketplaces, unless Amazon refuses that.
 * Returns the parts oldest first.
 * @throws SpApiFailure `cancelled` only
 */
export async function fetchRangedReports<Content>(
	context: IExecuteFunctions,
	client: SpApiClient,
	reportType: OrderReportType,
	range: ReportRange,
	reading: ReportReading<Content>,
): Promise<Array<RangedPart<Content>>> {
	const fetchOf = async (marketplaces: readonly Marketplace[]) =>
		await fetchTogether(context, client, reportType, { ...range, marketplaces }, reading);
	const typeKey = `${client.seller} ${reportType}`;
	const { marketplaces } = range;
	let groups = marketplaces.map((each) => [each]);
	if (oneMarketplaceOnly.get(typeKey) !== true) {
		const parts = await fetchOf(marketplaces);
		const refusal = parts.map(refusalOf).find((each) => each !== undefined);
		if (refusal === undefined || marketplaces.length < 2) return parts;
		if (refusesSeveral(refusal)) oneMarketplaceOnly.set(typeKey, true);
		// A marketplace that is not the seller's costs only its own report.
		const own = marketplaces.filter(({ id }) => client.sellsIn(id) !== false);
		const others = marketplaces.filter((each) => !own.includes(each));
		const isOfOthers = refusal.kind === 'notSelling' && own.length > 0 && others.length > 0;
		if (isOfOthers) groups = [own, ...others.map((each) => [each])];
	}
	const all: Array<RangedPart<Content>> = [];
	for (const group of groups) all.push(...(await fetchOf(group)));
	return all;
}

/** Why a part was refused, if its marketplaces are the reason. */
const refusalOf = (part: RangedPart<unknown>): SpApiFailure | undefined =>
	part.outcome === 'failed' && isAboutMarketplaces(part.failure) ? part.failure : undefined;

/** Amazon's words for Sales and Traffic reports. Whether it uses them for these types is unknown. */
const refusesSeveral = ({ answer }: SpApiFailure): boolean =>
	/multiple marketplaces|one marketplace/i.test(`${answer.message} ${answer.details}`);

/** Fetches all parts of a range; each report covers all the marketplaces. */
async function fetchTogether<Content>(
	context: IExecuteFunctions,
	client: SpApiClient,
	reportType: OrderReportType,
	{ marketplaces, after, until, waitMs }: ReportRange,
	reading: ReportReading<Content>,
): Promise<Array<RangedPart<Content>>> {
	const marketplaceIds = marketplaces.map(({ id }) => id).toSorted();
	const rangeKey = [client.seller, reportType, ...marketplaceIds].join(' ');
	const longer = shortRangesOnly.get(rangeKey) ? undefined : LONGER_RANGE_DAYS[reportType];
	const hasQuota = quotaOf(client, reportType) !== undefined;
	const cut = hasQuota
		? reportParts(after, until, DateTime.utc(), longer ?? LONGEST_RANGE_DAYS)
		: plainParts(after, until);
	const ranges = cut.map((each) => ({ ...each, marketplaces }));
	const { countryCode } =
		marketplaces.find((each) => each.reportEncoding !== undefined) ?? marketplaces[0] ?? {};
	const parts: Array<RangedPart<Content>> = [];
	const requests = ranges.map((range) => {
		const request: OrderReportRequest = {
			reportType,
			marketplaceIds,
			dataStartTime: range.from,
			...(range.until !== undefined && { dataEndTime: range.until }),
		};
		const kept = hasQuota ? cachedReport(client, request, KEPT_AT_MOST_MS) : undefined;
		return { range, request, kept, askedAt: lastRequestedAt(client, request) };
	});
	// If only one can be requested: first those never requested, then those requested longest ago,
	// whatever the result. A report that fails every time must not keep the others from their turn.
	const inTurn = requests.toSorted((a, b) => (a.askedAt === b.askedAt ? 0 : a.askedAt - b.askedAt));
	const queue = queueOf(client, reportType);
	let ended: SpApiFailure | undefined;
	for (const { range, request, kept, askedAt } of inTurn) {
		const read = {
			read: async ({ body, contentType }: ReportDocument) => {
				const hints = { contentType, countryCode };
				return await inTurns(reading.read(await readDecoded(() => unpack(body), hints, toList)));
			},
			bytesOf: reading.bytesOf,
		};
		const turnMs = kept === undefined ? waitMs : 0;
		const key = JSON.stringify(request);
		// Other reports, perhaps of another marketplace, have waited longer.
		const yields = kept !== undefined && queue.isBehind(key, askedAt);
		const part: RangedPart<Content> =
			ended === undefined
				? await obtainReport(context, client, request, {
						...read,
						waitMs,
						turnMs,
						mayAsk: !yields,
					}).then(
						(obtained) =>
							obtained.status === 'DONE'
								? {
										...range,
										outcome: 'done',
										content: obtained.content,
										isShort: isShort(obtained.report, request),
										madeAt: obtained.askedAt,
									}
								: {
										...range,
										outcome: 'canceled',
										reportId: obtained.report.reportId,
										mayBeTooSoon: hasQuota,
									},
						(failure: unknown) => ({ ...range, outcome: 'failed', failure: orThrow(failure) }),
					)
				: { ...range, outcome: 'failed', failure: ended };
		const isWaiting = part.outcome === 'failed' && part.failure.kind === 'reportQuota';
		queue.note(key, isWaiting ? askedAt : undefined);
		if (part.outcome === 'done') {
			parts.push(part);
			continue;
		}
		const failure = part.outcome === 'failed' ? part.failure : undefined;
		if (failure !== undefined && !(hasQuota && isOfOnePart(failure))) ended = failure;
		// Perhaps because the range is too long. A canceled report was not too long: it is empty or was
		// refused.
		const isFailed = failure?.kind === 'reportFailed';
		if (longer !== undefined && isFailed) shortRangesOnly.set(rangeKey, true);
		const content =
			kept && (await readFinished(context, client, kept.report, read).catch(orUndefined));
		if (kept === undefined || content === undefined) parts.push(part);
		else {
			const madeAt = kept.askedAt;
			parts.push({
				...range,
				outcome: 'kept',
				content,
				isShort: isShort(kept.report, request),
				madeAt,
				insteadOf: part.outcome === 'failed' || part.outcome === 'canceled' ? part : undefined,
			});
		}
	}
	return parts.toSorted((a, b) => Date.parse(a.from) - Date.parse(b.from));
}

async function toList(pieces: AsyncIterable<string>): Promise<string[]> {
	const found: string[] = [];
	for await (const piece of pieces) found.push(piece);
	return found;
}

/** A report not requested for this long is no longer waiting. */
const WAITS_AT_MOST_MS = 3 * HOUR_MS;

/** For one type and seller. */
const MOST_WAITING = 200;

/**
 * The reports of a type that wait for their turn, so that the one always requested first does not
 * always get it.
 */
function queueOf(client: SpApiClient, reportType: ReportType) {
	const queueKey = `${client.seller} ${reportType}`;
	const waiting = reportsWaiting.get(queueKey) ?? new Map();
	reportsWaiting.set(queueKey, waiting);
	const oldest = performance.now() - WAITS_AT_MOST_MS;
	for (const [key, { wantedAt }] of waiting) if (wantedAt < oldest) waiting.delete(key);
	return {
		isBehind: (key: string, askedAt: number): boolean =>
			[...waiting].some(([other, its]) => other !== key && its.askedAt < askedAt),
		note(key: string, askedAt: number | undefined): void {
			if (askedAt === undefined) waiting.delete(key);
			else if (waiting.size < MOST_WAITING || waiting.has(key)) {
				waiting.set(key, { askedAt, wantedAt: performance.now() });
			}
		},
	};
}

function orThrow(failure: unknown): SpApiFailure {
	if (failure instanceof SpApiFailure && failure.kind !== 'cancelled') return failure;
	throw failure;
}

/** Whether the other parts may still succeed. */
const isOfOnePart = ({ kind }: SpApiFailure): boolean =>
	kind === 'reportQuota' || kind === 'reportPending' || kind === 'reportFailed';

const orUndefined = (failure: unknown): undefined => void orThrow(failure);

function plainParts(after: string, until: string | undefined) {
	const start = DateTime.fromISO(after, { zone: 'utc' });
	const end = until === undefined ? DateTime.utc() : DateTime.fromISO(until, { zone: 'utc' });
	return Interval.fromDateTimes(start, end)
		.splitBy({ days: LONGEST_RANGE_DAYS })
		.map((part) => {
			const isOpen = until === undefined && part.end?.equals(end) === true;
			const from = part.start?.toISO() ?? after;
			return isOpen ? { from } : { from, until: part.end?.toISO() ?? until };
		});
}

const MORE_TIME = "Increase the option 'Wait for Report'.";

/**
 * Shows a hint for each part that is missing or old.
 * @param name as sellers know the report
 * @param consequence of a missing part, appended to its name
 */
export function hintAtParts(
	context: IExecuteFunctions,
	name: string,
	parts: ReadonlyArray<RangedPart<unknown>>,
	consequence = '',
): void {
	const now = DateTime.utc();
	const failures = new Map<string, string[]>();
	for (const part of parts) {
		const place = placesOf(part.marketplaces);
		const days = `${part.from.slice(0, 10)} to ${part.until?.slice(0, 10) ?? 'now'}`;
		if (part.outcome === 'failed') {
			const { kind, message, advice } = part.failure;
			// A report that was not ready cannot be picked up later here.
			const toDo = kind === 'reportPending' ? MORE_TIME : advice;
			const text = `: ${message}. ${toDo}`;
			const key = [place, text].join('\n');
			failures.set(key, [...(failures.get(key) ?? []), days]);
		} else if (part.outcome === 'canceled') {
			const tooSoon = part.mayBeTooSoon ? ', or requested too soon after another' : '';
			hint(
				context,
				`Amazon canceled report ${part.reportId} (${name}, ${place}, ${days}): there was nothing to report, or it was refused${tooSoon}. Amazon does not say which.`,
				'warning',
			);
		} else if (part.madeAt !== undefined && part.until === undefined) {
			const made = DateTime.fromISO(part.madeAt, { zone: 'utc' });
			const minutes = Math.round(now.diff(made).as('minutes'));
			const age = minutes < 120 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`;
			if (minutes < 5) continue;
			hint(
				context,
				`The ${name} report of ${place} (${days}) is ${age} old (requested ${made.toFormat('yyyy-MM-dd HH:mm')} UTC), because Amazon has no newer one yet`,
			);
		}
	}
	for (const [key, days] of failures) {
		const [place, text = ''] = key.split('\n');
		hint(
			context,
			`No ${name} report for ${place} (${days.join(', ')})${consequence}${text}`,
			'warning',
		);
	}
}

/** The marketplaces' names; if there are many, the first ones. */
export function placesOf(marketplaces: readonly Marketplace[]): string {
	const names = marketplaces.map(({ name }) => name);
	return names.length > 4
		? `${names.slice(0, 3).join(', ')} and ${names.length - 3} other marketplaces`
		: names.join(', ');
}

/** Allowed difference, because Amazon rounds ranges to its own days. */
const SPARE_MS = DAY_MS;

/** Whether the report says that it covers a shorter range than requested, or fewer marketplaces. */
function isShort(report: Report, request: OrderReportRequest): boolean {
	const { dataStartTime, dataEndTime } = report;
	const { dataStartTime: from, dataEndTime: until } = request;
	const isLate =
		dataStartTime !== undefined && Date.parse(dataStartTime) - Date.parse(from) > SPARE_MS;
	const isEarly =
		dataEndTime !== undefined &&
		until !== undefined &&
		Date.parse(until) - Date.parse(dataEndTime) > SPARE_MS;
	return isLate || isEarly || !isOf(report, request);
}

/**
 * Shows a hint about the lines of a report that could not be read.
 * @param name as sellers know the report
 */
export function hintAtUnreadableLines(
	context: IExecuteFunctions,
	name: string,
	unreadable: ReadonlyArray<{ readonly line: number; readonly reason: string }>,
): void {
	if (unreadable.length === 0) return;
	const [{ line, reason } = { line: 0, reason: '' }] = unreadable;
	hint(
		context,
		`Could not read ${unreadable.length} line(s) of the ${name}. The first is line ${line}: ${reason}`,
		'warning',
	);
}
