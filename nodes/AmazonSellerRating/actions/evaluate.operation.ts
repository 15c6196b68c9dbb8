import { DateTime } from 'luxon';
import {
	updateDisplayOptions,
	type IDataObject,
	type IExecuteFunctions,
	type INodeProperties,
} from 'n8n-workflow';
import { z } from 'zod';

import { figureBuyersSee } from '../../shared/domain/bands';
import { judge, type EvaluationSettings, type EvaluationStatus } from '../analysis/evaluation';
import { distancesOf, ratingTextOf, summaryOf, USUAL_DAYS } from '../analysis/summary';
import { findMarketplace, type Marketplace, placeInWords } from '../../shared/domain/marketplaces';
import { Z_95 } from '../../shared/domain/rating';
import { ifAdded, optionsCollection, simplifyParameter } from '../../shared/n8n/commonParameters';
import { waitForReportOption } from '../../shared/n8n/feedbackReport';
import type { ItemSeller } from '../../shared/n8n/itemSeller';
import { marketplaceOptions, resolveMarketplace } from '../../shared/n8n/marketplaceParameter';
import { asinLocator, locatorValue, readParameters } from '../../shared/n8n/parameters';
import { ratingWindowOptions } from '../../shared/n8n/ratingWindowOptions';
import { reportsOptions, reportsOptionsSchema } from '../sources/amazonReports';
import { enteredCountsParameter, enteredCountsSchema } from '../sources/enteredCounts';
import { inputItemsParameters } from '../sources/inputItems';
import { AMAZON_SOURCES, needsAmazon, placeOfSources } from '../sources/needsAmazon';
import {
	assess,
	assessCounts,
	combine,
	withoutData,
	type Assessment,
	type AssessmentRequest,
} from './assessment';
import { thresholdsParameter, thresholdsSchema } from '../../shared/n8n/thresholds';

const LIFETIME = {
	name: 'Lifetime',
	value: 0,
	description: "Amazon's reports do not go back that far",
};

export const description: INodeProperties[] = updateDisplayOptions(
	{ show: { operation: ['evaluate'] } },
	[
		{
			displayName: 'Sources',
			name: 'sources',
			type: 'multiOptions',
			default: ['amazonReports'],
			required: true,
			options: [
				{
					name: "Amazon's Rating on My Offer",
					value: 'amazonOffer',
					description: 'The 365-day percentage that Amazon shows next to one of your live offers',
				},
				{
					name: "Amazon's Reports",
					value: 'amazonReports',
					description:
						'Daily totals with negatives (Data Kiosk or the Sales and Traffic report) and the feedback report (neutrals)',
				},
				{ name: 'Counts I Enter', value: 'counts', description: 'As Feedback Manager shows them' },
				{
					name: 'Input Items',
					value: 'items',
					description:
						'One feedback entry per item, with any star rating; all items together give one evaluation',
				},
			],
			description:
				'Where the counts come from. If you choose several, the most exact one is used, and all are shown with their differences.',
		},
		...placeOfSources,
		enteredCountsParameter,
		...inputItemsParameters,
		{
			displayName: 'Evaluation Window',
			name: 'evaluationDays',
			type: 'options',
			default: 365,
			options: [...ratingWindowOptions, LIFETIME],
			description: 'The window whose rating determines the output',
		},
		thresholdsParameter,
		simplifyParameter,
		optionsCollection(
			{
				displayName: 'Add Combined Result',
				name: 'combined',
				type: 'boolean',
				default: true,
				displayOptions: ifAdded('moreMarketplaces'),
				description: 'Whether to add a result for all marketplaces combined',
			},
			{
				displayName: 'ASIN',
				name: 'asin',
				type: 'resourceLocator',
				default: { mode: 'list', value: '' },
				displayOptions: { show: { '/sources': ['amazonOffer'] } },
				description:
					"ASIN of a live offer of yours, to read Amazon's rating. If empty, an item from your latest orders is used.",
				modes: [
					{
						displayName: 'From List',
						name: 'list',
						type: 'list',
						typeOptions: { searchListMethod: 'searchSoldAsins', searchable: true },
					},
					{
						displayName: 'By ASIN',
						name: 'id',
						type: 'string',
						placeholder: 'e.g. B0EXAMPLE1',
						validation: [
							{
								type: 'regex',
								properties: {
									regex: '^[A-Z0-9]{10}$',
									errorMessage: 'Enter an ASIN of ten letters and digits',
								},
							},
						],
					},
				],
			},
			{
				displayName: 'Compare with the Year Before',
				name: 'yearTrend',
				type: 'boolean',
				default: true,
				displayOptions: { show: { '/sources': ['amazonReports'] } },
				description:
					'Whether to request two years of reports instead of one, which the 365-day trend needs. If Amazon refuses a feedback report that long, one year is requested.',
			},
			{
				displayName: 'Custom Windows',
				name: 'customWindows',
				type: 'string',
				default: '',
				placeholder: 'e.g. 7, 60, 180',
				description: 'Additional windows in days, up to 730',
			},
			{
				displayName: 'If Data Is Insufficient',
				name: 'insufficientBand',
				type: 'options',
				default: 'unknown',
				options: [
					{ name: 'Send to At Risk', value: 'atRisk' },
					{ name: 'Send to Critical', value: 'critical' },
					{ name: 'Send to Healthy', value: 'healthy' },
					{ name: 'Send to Unknown', value: 'unknown' },
				],
				description:
					'The output for a rating that cannot be evaluated; the item is marked as insufficient',
			},
			{
				displayName: 'Include Order Defect Rate',
				name: 'includeOrderDefectRate',
				type: 'boolean',
				default: true,
				displayOptions: { show: { '/sources': AMAZON_SOURCES } },
				description:
					'Whether an order defect rate of 1% or more, the limit Amazon enforces, makes the result critical. Fetches one more report.',
			},
			{
				displayName: 'Minimum Number of Ratings',
				name: 'minimumTotal',
				type: 'number',
				default: 10,
				typeOptions: { minValue: 1 },
				description:
					'With fewer feedback entries in the evaluation window, the data counts as insufficient',
			},
			{
				displayName: 'More Marketplaces',
				name: 'moreMarketplaces',
				type: 'multiOptions',
				default: [],
				options: marketplaceOptions,
				description:
					'Additional marketplaces to evaluate for the same item; missing data in one does not affect the others',
			},
			...reportsOptions.filter(({ name }) => name !== waitForReportOption.name),
			// Shown with all sources, because the order defect rate needs a report too.
			waitForReportOption,
		),
	],
);

const schema = z.object({
	marketplace: locatorValue,
	sources: z
		.array(z.enum(['counts', 'items', 'amazonReports', 'amazonOffer']))
		.min(1, 'Choose at least one source'),
	counts: enteredCountsSchema,
	dateField: z.string().trim().default('date'),
	ratingField: z.string().trim().default('rating'),
	evaluationDays: z.union([z.literal(0), z.literal(30), z.literal(90), z.literal(365)]),
	thresholds: thresholdsSchema,
	simplify: z.boolean(),
	options: reportsOptionsSchema.extend({
		combined: z.boolean().default(false),
		asin: asinLocator,
		customWindows: z
			.string()
			.default('')
			.transform((text) =>
				text
					.split(/[\s,;]+/)
					.filter((part) => part !== '')
					.map(Number),
			)
			.pipe(z.array(z.number().int().min(1).max(730))),
		insufficientBand: z.enum(['healthy', 'atRisk', 'critical', 'unknown']).default('unknown'),
		includeOrderDefectRate: z.boolean().default(false),
		minimumTotal: z.number().int().min(1).default(10),
		moreMarketplaces: z.array(z.string()).default([]),
		yearTrend: z.boolean().default(false),
	}),
});

type Parameters = z.infer<typeof schema>;

/** One evaluated marketplace, or all combined; `status` determines the output. */
export interface Evaluation extends IDataObject {
	status: EvaluationStatus;
}

/**
 * Evaluates the rating of each marketplace in each window, from the chosen sources, and compares it
 * with the thresholds. The evaluation window determines the status.
 */
export async function execute(
	this: IExecuteFunctions,
	itemIndex: number,
	seller: ItemSeller,
): Promise<Evaluation[]> {
	const parameters = readParameters(this, itemIndex, schema, description);
	const { sources, marketplace: chosen } = parameters;
	if (chosen === undefined && sources.every((source) => source === 'counts')) {
		const today = DateTime.now().setZone(this.getTimezone()).toISODate() ?? '';
		const { counts, options } = parameters;
		const request = { counts, ...options, settings: settingsOf(parameters) };
		return [toResult(assessCounts(today, request), parameters, undefined)];
	}
	const client = needsAmazon(parameters.sources) ? await seller.connect() : undefined;
	const resolve = (wanted: string | undefined) =>
		resolveMarketplace(this, client, wanted, itemIndex);
	const mainMarketplace = resolve(parameters.marketplace);
	const request = requestOf(parameters, mainMarketplace);

	const assessed: Assessment[] = [];
	const failures: unknown[] = [];
	const others = parameters.options.moreMarketplaces.flatMap((id) => findMarketplace(id) ?? []);
	for (const marketplace of new Set([mainMarketplace, ...others])) {
		const assessing = async () => await assess(this, client, resolve(marketplace.id), request);
		assessed.push(
			others.length === 0
				? await assessing()
				: await assessing().catch((failure: unknown) => {
						failures.push(failure);
						return withoutData(this, failure, marketplace, request);
					}),
		);
	}
	// If every marketplace failed, throw as with a single marketplace.
	if (failures.length === assessed.length && failures.length > 0) throw failures[0];
	// Known once the seller is connected.
	const name = seller.name ?? undefined;
	const results = assessed.map((each) => toResult(each, parameters, name));
	return parameters.options.combined
		? [...results, toResult(combine(assessed, request.settings), parameters, name)]
		: results;
}

const requestOf = (
	{ sources, counts, dateField, ratingField, options, ...parameters }: Parameters,
	mainMarketplace: Marketplace,
): AssessmentRequest => ({
	sources,
	counts,
	dateField,
	ratingField,
	asin: options.asin,
	reports: reportsOptionsSchema.parse(options),
	customWindows: options.customWindows,
	reachBackDays: options.yearTrend ? 2 * 365 : 365,
	includeOrderDefectRate: options.includeOrderDefectRate && needsAmazon(sources),
	settings: settingsOf({ ...parameters, options }),
	mainMarketplace,
});

const settingsOf = ({
	thresholds,
	options,
}: Pick<Parameters, 'thresholds' | 'options'>): EvaluationSettings => ({
	thresholds,
	minimumTotal: options.minimumTotal,
	z: Z_95,
});

function toResult(
	{ marketplace, isCombined, today, windows, orderDefectPercent, sources }: Assessment,
	parameters: Parameters,
	seller: string | undefined,
): Evaluation {
	const judged = windows.find(({ days }) => (days ?? 0) === parameters.evaluationDays);
	if (judged === undefined) throw new Error(`No window of ${parameters.evaluationDays} days`);
	const judgement = judge(
		judged,
		settingsOf(parameters),
		parameters.options.insufficientBand,
		orderDefectPercent,
	);
	const { status, reason, insufficient } = judgement;
	const elsewhere = isCombined === true ? 'all marketplaces' : 'entered counts';
	const place = placeInWords(seller, marketplace?.name ?? elsewhere);
	const textOver = (wanted: number) => {
		const window = windows.find(({ days }) => days === wanted);
		return window === undefined ? null : ratingTextOf(window);
	};
	const summary = {
		marketplace: marketplace?.countryCode ?? (isCombined === true ? 'all' : null),
		status,
		summary: summaryOf(place, judged, judgement, windows),
		reason,
		ratingPercent: judged.ratingPercent,
		displayedRating: judged.displayedRating,
		ratingText: ratingTextOf(judged),
		positive: judged.positive,
		neutral: judged.neutral,
		negative: judged.negative,
		total: judged.total,
		// The distances to the next band below and above: the first thing a seller wants to see.
		...distancesOf(judged),
		...Object.fromEntries(USUAL_DAYS.map((days) => [`rating${days}Days`, textOver(days)])),
		judgedDays: parameters.evaluationDays,
		provenance: insufficient ? 'insufficient' : judged.provenance,
		// Which days the figures cover, and what is missing.
		coverage: judged.coverage as unknown as IDataObject | null,
	} as const;
	if (parameters.simplify) return summary;
	const lastYear = windows.find(({ days }) => days === 365);
	return {
		...summary,
		marketplaceId: marketplace?.id ?? null,
		today,
		timeZone: marketplace?.timeZone ?? null,
		...(orderDefectPercent !== undefined && { orderDefectPercent }),
		buyersSee: figureBuyersSee(
			lastYear === undefined || lastYear.positive === null
				? undefined
				: {
						positive: lastYear.positive,
						neutral: lastYear.neutral ?? 0,
						negative: lastYear.negative ?? 0,
					},
		),
		windows: windows as unknown as IDataObject[],
		sources: [...sources],
	};
}
