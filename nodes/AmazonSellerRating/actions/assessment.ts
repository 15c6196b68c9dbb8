import type { IExecuteFunctions } from 'n8n-workflow';

import { highest, ORDER_DEFECT_LIMIT_PERCENT } from '../../shared/domain/accountHealth';
import {
	combineCounts,
	evaluateWindow,
	type EvaluationSettings,
	type Source,
	type Window,
	type WindowEvaluation,
	type WindowReading,
} from '../analysis/evaluation';
import type { WindowCoverage } from '../../shared/domain/coverage';
import type { Marketplace } from '../../shared/domain/marketplaces';
import { plusDays, todayIn } from '../../shared/domain/calendar';
import type { Provenance } from '../../shared/domain/ratingWindow';
import { fetchAccountHealth } from '../../shared/n8n/accountHealth';
import { toNodeError } from '../../shared/n8n/toNodeError';
import type { SpApiClient } from '../../shared/spapi/client';
import { SpApiFailure } from '../../shared/spapi/failure';
import { inTurns } from '../../shared/spapi/pause';
import { fetchOfferRating, readOffer } from '../sources/amazonOffer';
import { fetchAmazonReports, readReports, type ReportsOptions } from '../sources/amazonReports';
import { readEnteredCounts, type EnteredCounts } from '../sources/enteredCounts';
import { readItems, readItemsWindow } from '../sources/inputItems';

/** The input for evaluating one marketplace. */
export interface AssessmentRequest {
	readonly sources: readonly Source[];
	readonly counts: EnteredCounts;
	readonly dateField: string;
	readonly ratingField: string;
	readonly asin: string | undefined;
	readonly reports: ReportsOptions;
	readonly customWindows: readonly number[];
	/** Request reports of at least this many days. */
	readonly reachBackDays: number;
	readonly includeOrderDefectRate: boolean;
	readonly settings: EvaluationSettings;
	/** Entered counts, and input items without a marketplace, belong to this one. */
	readonly mainMarketplace: Marketplace;
}

/** All windows of one marketplace, or of several marketplaces combined. */
export interface Assessment {
	/** Undefined for a combined result, and for entered counts of no particular marketplace. */
	readonly marketplace: Marketplace | undefined;
	readonly isCombined?: boolean;
	readonly today: string;
	readonly windows: readonly WindowEvaluation[];
	/**
	 * The worse rate of the two fulfillment channels; undefined if it does not count, null if
	 * unknown.
	 */
	readonly orderDefectPercent?: number | null;
	/** The reports and other sources of the figures. */
	readonly sources: readonly string[];
}

/** Reads each window from one source. */
interface Reader {
	readonly read: (window: Window) => WindowReading | undefined;
	readonly from: readonly string[];
}

/** The windows Amazon shows in Feedback Manager; 0 means lifetime. */
const USUAL_WINDOWS: readonly number[] = [30, 90, 365, 0];

/**
 * Evaluates all windows of one marketplace with each source. With several sources, a failed source
 * is only skipped. If the only source fails, this throws.
 */
export async function assess(
	context: IExecuteFunctions,
	client: SpApiClient | undefined,
	marketplace: Marketplace,
	request: AssessmentRequest,
): Promise<Assessment> {
	const today = todayIn(marketplace);
	const windows = windowsUpTo(today, request.customWindows);
	const readers: Reader[] = [];
	for (const source of request.sources) {
		const reading = openSource(context, client, marketplace, source, windows, request);
		readers.push(
			request.sources.length === 1
				? await reading
				: await reading.catch((failure: unknown) => unreadable(context, failure, source)),
		);
	}
	const evaluated = {
		marketplace,
		today,
		windows: windows.map((window) =>
			evaluateWindow(
				window,
				readers.flatMap(({ read }) => read(window) ?? []),
				request.settings,
			),
		),
		sources: readers.flatMap(({ from }) => from),
	};
	if (!request.includeOrderDefectRate || client === undefined) return evaluated;
	const { waitMinutes } = request.reports;
	const health = await fetchAccountHealth(context, client, marketplace, { waitMinutes }).catch(
		(failure: unknown) => void messageOf(context, failure),
	);
	return {
		...evaluated,
		orderDefectPercent: health?.worstOrderDefectPercent ?? null,
		sources: [...evaluated.sources, ...(health ? ['GET_V2_SELLER_PERFORMANCE_REPORT'] : [])],
	};
}

/**
 * Evaluates entered counts that belong to no particular marketplace.
 * @param today calendar day on which the windows end
 */
export function assessCounts(
	today: string,
	{
		counts,
		customWindows,
		settings,
	}: Pick<AssessmentRequest, 'counts' | 'customWindows' | 'settings'>,
): Assessment {
	return {
		marketplace: undefined,
		today,
		windows: windowsUpTo(today, customWindows).map((window) =>
			evaluateWindow(window, [readEnteredCounts(counts, window) ?? []].flat(), settings),
		),
		sources: ['entered counts'],
	};
}

async function openSource(
	context: IExecuteFunctions,
	client: SpApiClient | undefined,
	marketplace: Marketplace,
	source: Source,
	windows: readonly Window[],
	request: AssessmentRequest,
): Promise<Reader> {
	const isMain = marketplace === request.mainMarketplace;
	if (source === 'counts') {
		return {
			read: (window) => (isMain ? readEnteredCounts(request.counts, window) : undefined),
			from: isMain ? ['entered counts'] : [],
		};
	}
	if (source === 'items') {
		const reading = readItems(context.getInputData(), request, marketplace, isMain);
		const items = await inTurns(reading);
		return { read: (window) => readItemsWindow(items, window), from: ['input items'] };
	}
	if (client === undefined) return { read: () => undefined, from: [] };
	if (source === 'amazonOffer') {
		const offer = await fetchOfferRating(client, marketplace, request.asin);
		return {
			read: (window) => readOffer(offer, window),
			from: offer ? [`getItemOffers ${offer.asin}`] : [],
		};
	}
	const longest = Math.max(request.reachBackDays, ...windows.map(({ days }) => days ?? 0));
	const reports = await fetchAmazonReports(
		context,
		client,
		marketplace,
		windows[0]?.to ?? '',
		longest,
		request.reports,
	);
	return { read: (window) => readReports(reports, window), from: reports.reportIds };
}

/** A failed source gives only the reason, for every window. */
const unreadable = (context: IExecuteFunctions, failure: unknown, source: Source): Reader => {
	const notes = [messageOf(context, failure)];
	return { read: () => ({ source, provenance: 'insufficient', notes }), from: [] };
};

/** @throws the failure itself if the user canceled */
function messageOf(context: IExecuteFunctions, failure: unknown): string {
	if (failure instanceof SpApiFailure && failure.kind === 'cancelled') throw failure;
	return toNodeError(context.getNode(), failure, 0).message;
}

const windowsUpTo = (today: string, customWindows: readonly number[]): Window[] =>
	[...new Set([...USUAL_WINDOWS, ...customWindows])]
		.toSorted((a, b) => (a || Infinity) - (b || Infinity))
		.map((days) =>
			days === 0
				? { days: undefined, from: undefined, to: today }
				: { days, from: plusDays(today, 1 - days), to: today },
		);

/** The result for a marketplace that could not be read: insufficient, with the reason. */
export function withoutData(
	context: IExecuteFunctions,
	failure: unknown,
	marketplace: Marketplace,
	{ sources, customWindows, includeOrderDefectRate, settings }: AssessmentRequest,
): Assessment {
	const notes = [messageOf(context, failure)];
	const today = todayIn(marketplace);
	const readings = sources.map(
		(source): WindowReading => ({ source, provenance: 'insufficient', notes }),
	);
	return {
		marketplace,
		today,
		windows: windowsUpTo(today, customWindows).map((window) =>
			evaluateWindow(window, readings.slice(0, 1), settings),
		),
		...(includeOrderDefectRate && { orderDefectPercent: null }),
		sources: [],
	};
}

/**
 * Combines several marketplaces: adds up their counts, names those without counts, takes the worst
 * defect rate.
 */
export function combine(assessed: readonly Assessment[], settings: EvaluationSettings): Assessment {
	const [first] = assessed;
	const today = first?.today ?? '';
	const windows = (first?.windows ?? []).map(({ days, from }, index): WindowEvaluation => {
		const window = { days: days ?? undefined, from: from ?? undefined, to: today };
		const parts = assessed.map(({ marketplace, windows: all }) => ({
			name: marketplace?.countryCode,
			window: all[index],
		}));
		return evaluateWindow(window, [combinedReading(parts)], settings);
	});
	const defectRates = assessed.map(({ orderDefectPercent }) => orderDefectPercent);
	return {
		marketplace: undefined,
		isCombined: true,
		today,
		windows,
		...(defectRates.some((each) => each !== undefined) && {
			orderDefectPercent: worstOf(defectRates),
		}),
		sources: assessed.map(({ marketplace }) => marketplace?.countryCode ?? ''),
	};
}

/** The worst rate; null if it is below the limit and an unknown rate may be above it. */
function worstOf(rates: ReadonlyArray<number | null | undefined>): number | null {
	const worst = highest(rates);
	const isBad = worst !== null && worst >= ORDER_DEFECT_LIMIT_PERCENT;
	return rates.includes(null) && !isBad ? null : worst;
}

function combinedReading(
	parts: ReadonlyArray<{ name: string | undefined; window: WindowEvaluation | undefined }>,
): WindowReading {
	const known = parts.flatMap(({ window }) =>
		window === undefined || window.positive === null ? [] : [window],
	);
	const missing = parts.filter(({ window }) => window?.positive === null).map(({ name }) => name);
	const isExact = known.every(({ provenance }) => provenance === 'exact');
	const provenance: Provenance = isExact ? 'exact' : 'derived';
	const partial = parts.flatMap(({ name, window }) =>
		window?.coverage ? [{ name, coverage: window.coverage }] : [],
	);
	return {
		source: isExact ? 'counts' : 'amazonReports',
		coverage: togetherOf(partial),
		provenance: known.length === 0 ? 'insufficient' : provenance,
		counts:
			known.length === 0
				? undefined
				: combineCounts(
						known.map(({ positive, neutral, negative }) => ({
							positive: positive ?? 0,
							neutral: neutral ?? 0,
							negative: negative ?? 0,
						})),
					),
		notes:
			missing.length === 0
				? []
				: [`Not included, because counts are missing: ${missing.join(', ')}`],
	};
}

/** The days that all marketplaces have, and what each one is missing. */
function togetherOf(
	parts: ReadonlyArray<{ name: string | undefined; coverage: WindowCoverage }>,
): WindowCoverage | undefined {
	if (parts.length === 0) return undefined;
	const edge = (name: 'from' | 'through') =>
		parts.flatMap(({ coverage }) => coverage[name] ?? []).toSorted();
	return {
		from: edge('from').at(-1) ?? null,
		through: edge('through')[0] ?? null,
		daysCovered: Math.min(...parts.map(({ coverage }) => coverage.daysCovered)),
		daysLeftOut: parts.flatMap(({ coverage }) => coverage.daysLeftOut),
		reasons: parts.flatMap(({ name, coverage }) =>
			coverage.reasons.map((reason) => `${name}: ${reason}`),
		),
	};
}
