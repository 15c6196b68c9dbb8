import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { z } from 'zod';

import type { Provenance } from '../../shared/domain/ratingWindow';
import { dayNumber, type FeedbackSeries } from '../../shared/domain/feedbackSeries';
import { ratesOf, type FeedbackRates } from '../../shared/domain/forecast';
import type { Marketplace } from '../../shared/domain/marketplaces';
import { todayIn } from '../../shared/n8n/feedbackReport';
import { resolveMarketplace } from '../../shared/n8n/marketplaceParameter';
import { locatorValue } from '../../shared/n8n/parameters';
import { SpApiClient } from '../../shared/spapi/client';
import { fetchAmazonReports, seriesOfReports, type ReportsOptions } from './amazonReports';
import { inputItemsParameters, readItems } from './inputItems';
import { marketplaceOfSources } from './needsAmazon';

/** Sources that know the day of each feedback, which forecast, detection and chart need. */
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
					'Sales and Traffic (totals and negatives per day) and the feedback report (neutrals)',
			},
			{
				name: 'Input Items',
				value: 'items',
				description: 'One feedback per item, all stars; all items make one result',
			},
		],
		description: 'Where the dated feedback comes from; input items go before reports',
	},
	...marketplaceOfSources,
	...inputItemsParameters,
];

export const datedSourceSchema = z.object({
	marketplace: locatorValue,
	sources: z.array(z.string()).min(1, 'Choose a source'),
	dateField: z.string().trim().default('date'),
	ratingField: z.string().trim().default('rating'),
});

/** Dated feedback of one marketplace. */
export interface DatedSource {
	readonly marketplace: Marketplace;
	readonly today: string;
	/** Undefined where something needed is missing; `notes` say what. */
	readonly series: FeedbackSeries | undefined;
	/** Last calendar day whose feedback is known. */
	readonly knownThrough: string;
	/** First calendar day whose feedback is known. */
	readonly knownSince: string;
	readonly provenance: Provenance;
	readonly notes: readonly string[];
	readonly sources: readonly string[];
}

/**
 * Reads dated feedback from the input items or from Amazon's reports.
 * @param longestDays how far back it is needed
 */
export async function readDatedSource(
	context: IExecuteFunctions,
	itemIndex: number,
	wanted: z.infer<typeof datedSourceSchema>,
	options: ReportsOptions,
	longestDays = 365,
): Promise<DatedSource> {
	if (wanted.sources.includes('items')) {
		const marketplace = resolveMarketplace(context, undefined, wanted.marketplace, itemIndex);
		const today = todayIn(marketplace);
		const { series, hasPositives, notes } = readItems(context.getInputData(), wanted, marketplace);
		return {
			marketplace,
			today,
			series: hasPositives ? series : undefined,
			knownThrough: today,
			knownSince: series.isEmpty ? today : series.firstDate,
			provenance: hasPositives ? 'exact' : 'insufficient',
			notes: hasPositives
				? notes
				: [...notes, 'The input items hold no feedback of 4 or 5 stars, so there is no rating'],
			sources: ['input items'],
		};
	}
	const client = await SpApiClient.connect(context, itemIndex);
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
	const series = seriesOfReports(reports);
	const knownThrough = series === undefined ? today : min(series.lastDate, today);
	return {
		marketplace,
		today,
		series,
		knownThrough,
		knownSince: reports.since,
		provenance: series === undefined ? 'insufficient' : 'derived',
		notes: [
			...(series === undefined
				? ['Amazon gave no totals or no feedback report, without which nothing is known']
				: []),
			...(knownThrough < today
				? [`Amazon's totals reach to ${knownThrough}; later days are not counted`]
				: []),
			...(reports.neutralsAssumedNone
				? ['Amazon cancelled the feedback report; taken as no neutral feedback, as you chose']
				: []),
		],
		sources: reports.reportIds,
	};
}

/** The rates of the last days, of no more than are known. */
export const currentRates = (
	series: FeedbackSeries,
	{ knownSince, knownThrough }: DatedSource,
	rateDays: number,
): FeedbackRates => {
	const known = dayNumber(knownThrough) - dayNumber(knownSince) + 1;
	return ratesOf(series, knownThrough, Math.max(1, Math.min(rateDays, known)));
};

const min = (a: string, b: string): string => (a < b ? a : b);
