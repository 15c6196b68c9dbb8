import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { z } from 'zod';

import type { WindowCoverage } from '../../shared/domain/coverage';
import { dayNumber, plusDays, todayIn } from '../../shared/domain/calendar';
import type { FeedbackSeries } from '../../shared/domain/feedbackSeries';
import { ratesOf, type FeedbackRates } from '../analysis/forecast';
import type { FeedbackCounts } from '../../shared/domain/rating';
import type { ShopFigures } from '../../shared/domain/shopFigures';
import type { Provenance } from '../../shared/domain/ratingWindow';
import type { Marketplace } from '../../shared/domain/marketplaces';
import type { ItemSeller } from '../../shared/n8n/itemSeller';
import { resolveMarketplace } from '../../shared/n8n/marketplaceParameter';
import { locatorValue } from '../../shared/n8n/parameters';
import { inTurns } from '../../shared/spapi/pause';
import { fetchAmazonReports, type AmazonReports, type ReportsOptions } from './amazonReports';
import { inputItemsParameters, readItems, type ItemsSeries } from './inputItems';
import { placeOfSources } from './needsAmazon';

/** Sources with the day of each feedback entry, which Forecast, Detect Change and Chart need. */
export const datedSourceParameters: INodeProperties[] = [
	{
		displayName: 'Sources',
		name: 'sources',
		type: 'multiOptions',
		default: ['amazonReports'],
		required: true,
		options: [
			{
				name: "Amazon's Reports",
				value: 'amazonReports',
				description:
					'Daily totals with negatives (Data Kiosk or the Sales and Traffic report) and the feedback report (neutrals)',
			},
			{
				name: 'Input Items',
				value: 'items',
				description:
					'One feedback entry per item, with any star rating; all items together give one result',
			},
		],
		description: 'Where the dated feedback comes from; input items take precedence over reports',
	},
	...placeOfSources,
	...inputItemsParameters,
];

export const datedSourceSchema = z.object({
	marketplace: locatorValue,
	sources: z.array(z.string()).min(1, 'Choose a source'),
	dateField: z.string().trim().default('date'),
	ratingField: z.string().trim().default('rating'),
});

/** The counts of a period. */
export interface KnownCounts {
	/** Undefined if the data is insufficient; the notes say why. */
	readonly counts: FeedbackCounts | undefined;
	readonly provenance: Provenance;
	/** Which days they cover; undefined if the source has all days. */
	readonly coverage: WindowCoverage | undefined;
	readonly notes: readonly string[];
}

/** Dated feedback of one marketplace. */
export interface DatedSource {
	readonly marketplace: Marketplace;
	/** The seller's name; undefined if unknown. */
	readonly seller: string | undefined;
	readonly today: string;
	/** The days that are counted; undefined if no day is. The notes then say why. */
	readonly series: FeedbackSeries | undefined;
	/** Undefined for input items, which have no sales and Buy Box share. */
	readonly shop: ShopFigures | undefined;
	/** Last and first calendar day with complete feedback. */
	readonly knownThrough: string;
	readonly knownSince: string;
	/** The counts from one ISO day to another, both included. */
	readonly between: (from: string, to: string) => KnownCounts;
	/** Only the counts, between two day numbers: fast enough for each point of a picture. */
	readonly countsOf: (from: number, to: number) => FeedbackCounts | undefined;
	/** How many days between two day numbers are counted. */
	readonly daysCovered: (from: number, to: number) => number;
	/** Notes that apply to all days; empty if each window has its own. */
	readonly notes: readonly string[];
	readonly sources: readonly string[];
}

/**
 * Reads dated feedback from the input items or from Amazon's reports.
 * @param longestDays how far back the feedback is needed
 */
export async function readDatedSource(
	context: IExecuteFunctions,
	itemIndex: number,
	seller: ItemSeller,
	wanted: z.infer<typeof datedSourceSchema>,
	options: ReportsOptions,
	longestDays = 365,
): Promise<DatedSource> {
	if (wanted.sources.includes('items')) {
		const marketplace = resolveMarketplace(context, undefined, wanted.marketplace, itemIndex);
		const today = todayIn(marketplace);
		const reading = readItems(context.getInputData(), wanted, marketplace);
		const items = await inTurns(reading);
		return sourceOfItems(items, marketplace, today);
	}
	const client = await seller.connect();
	const marketplace = resolveMarketplace(context, client, wanted.marketplace, itemIndex);
	const today = todayIn(marketplace);
	const reports = await fetchAmazonReports(
		context,
		client,
		marketplace,
		today,
		longestDays,
		options,
	);
	return sourceOfReports(reports, marketplace, client.sellerName, today);
}

function sourceOfItems(
	{ series, hasPositives, notes: found }: ItemsSeries,
	marketplace: Marketplace,
	today: string,
): DatedSource {
	const notes = hasPositives
		? found
		: [...found, 'The input items contain no feedback with 4 or 5 stars, so there is no rating'];
	const countsOf = (from: number, to: number) =>
		hasPositives ? series.between(from, to) : undefined;
	return {
		marketplace,
		seller: undefined,
		today,
		series: hasPositives ? series : undefined,
		shop: undefined,
		knownThrough: today,
		knownSince: series.isEmpty ? today : series.firstDate,
		between: (from, to) => ({
			counts: countsOf(dayNumber(from), dayNumber(to)),
			provenance: hasPositives ? 'exact' : 'insufficient',
			coverage: undefined,
			notes,
		}),
		countsOf,
		daysCovered: (from, to) => to - from + 1,
		notes,
		sources: ['input items'],
	};
}

function sourceOfReports(
	{ coverage, shop, reportIds, notes: found }: AmazonReports,
	marketplace: Marketplace,
	seller: string | undefined,
	today: string,
): DatedSource {
	const { firstDay, lastDay, series } = coverage;
	const nothing = firstDay === undefined || lastDay === undefined;
	return {
		marketplace,
		seller,
		today,
		series: nothing ? undefined : series,
		shop,
		knownThrough: nothing ? today : min(lastDay, today),
		knownSince: firstDay ?? today,
		between: (from, to) => {
			const { counts, provenance, coverage: stated } = coverage.between(from, to);
			const notes = [...stated.reasons, ...found];
			return { counts, provenance, coverage: stated, notes };
		},
		countsOf: (from, to) => coverage.countsOf(from, to),
		daysCovered: (from, to) => coverage.daysCovered(from, to),
		notes: [],
		sources: reportIds,
	};
}

/** Days that the rates are computed from: enough for a few bad entries, and recent. */
const RATE_DAYS = 90;

/** The counts of the days that the rates are computed from, at most the days with data. */
export function knownForRates({
	knownSince,
	knownThrough,
	between,
}: DatedSource): KnownCounts & { readonly days: number } {
	const known = dayNumber(knownThrough) - dayNumber(knownSince) + 1;
	const days = Math.max(1, Math.min(RATE_DAYS, known));
	return { ...between(plusDays(knownThrough, 1 - days), knownThrough), days };
}

/** The rates of the most recent days with data; undefined if there are too few such days. */
export function currentRates(source: DatedSource): FeedbackRates | undefined {
	const { series, knownThrough, daysCovered } = source;
	const { counts, days } = knownForRates(source);
	if (series === undefined || counts === undefined) return undefined;
	const last = dayNumber(knownThrough);
	return ratesOf(series, knownThrough, days, daysCovered(last - days + 1, last));
}

const min = (a: string, b: string): string => (a < b ? a : b);
