import {
	NodeOperationError,
	updateDisplayOptions,
	type IDataObject,
	type IExecuteFunctions,
	type INodeProperties,
} from 'n8n-workflow';
import { z } from 'zod';

import { optionsCollection } from '../../shared/n8n/commonParameters';
import { evaluateWindow, judge, type EvaluationSettings } from '../analysis/evaluation';
import { verdictOf } from '../analysis/summary';
import { dayNumber, isIsoDay, isoDay, plusDays } from '../../shared/domain/calendar';
import type { FeedbackSeries } from '../../shared/domain/feedbackSeries';
import { assumptionOf, forecast } from '../analysis/forecast';
import { ratingOf, toPercent, Z_95 } from '../../shared/domain/rating';
import type { Provenance } from '../../shared/domain/ratingWindow';
import type { Rational } from '../../shared/domain/rational';
import type { ItemSeller } from '../../shared/n8n/itemSeller';
import { readParameters } from '../../shared/n8n/parameters';
import { ratingWindowOptions } from '../../shared/n8n/ratingWindowOptions';
import { ItemWithFiles } from '../../shared/n8n/router';
import {
	capacityInWords,
	renderCapacity,
	renderCapacityDigest,
	type Capacity,
	type CapacityDay,
} from '../chart/capacity';
import { digestInWords, renderDigest, verdictsOf } from '../chart/digest';
import type { ChartModel, ChartWindow, SummaryRow } from '../chart/model';
import {
	inWords,
	ratingAndBuyBoxVerdict,
	renderRatingAndBuyBox,
	renderRatingAndBuyBoxDigest,
	type RatingAndBuyBox,
} from '../chart/ratingAndBuyBox';
import { renderChart } from '../chart/svg';
import { countInWords, placeOf } from '../chart/words';
import { reportsOptions, reportsOptionsSchema } from '../sources/amazonReports';
import {
	currentRates,
	datedSourceParameters,
	datedSourceSchema,
	readDatedSource,
	type DatedSource,
	type KnownCounts,
} from '../sources/datedSource';
import { AGEING_WINDOWS } from './forecast.operation';
import {
	pictureFiles,
	pictureFormatOption,
	pictureShape,
	themeOption,
	titleOption,
	twoFileFields,
	widthOption,
	type Drawing,
} from './pictureFiles';
import { thresholdsParameter, thresholdsSchema } from '../../shared/n8n/thresholds';

const DEFAULT_TITLE = 'Seller feedback rating';

/** Days of a forecast have no marketplace and no field names to enter. */
const hiddenForCapacity = (property: INodeProperties): INodeProperties =>
	property.name === 'sources'
		? property
		: {
				...property,
				displayOptions: {
					...property.displayOptions,
					hide: { ...property.displayOptions?.hide, picture: ['capacity'] },
				},
			};

export const description: INodeProperties[] = updateDisplayOptions(
	{ show: { operation: ['chart'] } },
	[
		...datedSourceParameters.map(hiddenForCapacity),
		{
			displayName: 'Picture',
			name: 'picture',
			type: 'options',
			default: 'rating',
			options: [
				{
					name: 'Capacity of Review Requests',
					value: 'capacity',
					description:
						"Requests planned, possible and lost per day; needs the output 'Forecast' of 'Review Request: Plan' as input items",
				},
				{
					name: 'Rating and Buy Box',
					value: 'ratingAndBuyBox',
					description:
						"Rating and Buy Box share of 30 days over time, one above the other; needs Amazon's reports",
				},
				{
					name: 'Rating per Window',
					value: 'rating',
					description: 'The rating of 30, 90 and 365 days over time, with thresholds and forecast',
				},
			],
			description: 'What to draw',
		},
		{
			displayName: 'Format',
			name: 'format',
			type: 'options',
			default: 'both',
			options: [
				{ name: 'Picture and Digest', value: 'both' },
				{ name: 'Picture', value: 'picture' },
				{ name: 'Digest (for an Email)', value: 'html' },
			],
			description:
				'What to create; the digest begins with the verdict, then has the picture and a table of the key figures',
		},
		{
			displayName: 'Put Output Files in Fields',
			name: 'binaryFields',
			type: 'string',
			default: 'chart, digest',
			hint: 'The names of the output fields for the picture and the digest. To view the files here, open the output, select Binary, then Download.',
			description: 'Two names separated by a comma',
		},
		thresholdsParameter,
		optionsCollection(
			...reportsOptions,
			{
				displayName: 'Days Ahead',
				name: 'daysAhead',
				type: 'number',
				default: 60,
				typeOptions: { minValue: 0, maxValue: 365 },
				description: 'How many days of forecast to draw; 0 for no forecast',
			},
			{
				displayName: 'Days Back',
				name: 'daysBack',
				type: 'number',
				default: 180,
				typeOptions: { minValue: 7, maxValue: 730 },
				description: 'How many past days to draw',
			},
			{
				displayName: 'Evaluation Window',
				name: 'evaluationDays',
				type: 'options',
				default: 365,
				options: [...ratingWindowOptions],
				description:
					'The window that the digest begins with; in the picture, its line is the strongest and its forecast has a range',
			},
			pictureFormatOption,
			{
				displayName: 'Ranges of All Windows',
				name: 'allRanges',
				type: 'boolean',
				default: true,
				description:
					'Whether each forecast in the picture has its range, not only that of the evaluation window',
			},
			themeOption,
			titleOption(DEFAULT_TITLE),
			widthOption,
		),
	],
);

const schema = datedSourceSchema.extend({
	picture: z.enum(['rating', 'ratingAndBuyBox', 'capacity']).default('rating'),
	format: z.enum(['both', 'picture', 'html']),
	binaryFields: twoFileFields,
	thresholds: thresholdsSchema,
	options: reportsOptionsSchema.extend({
		daysAhead: z.number().int().min(0).max(365).default(60),
		daysBack: z.number().int().min(7).max(730).default(180),
		evaluationDays: z.union([z.literal(30), z.literal(90), z.literal(365)]).default(365),
		allRanges: z.boolean().default(false),
		...pictureShape,
		title: z.string().trim().max(10_000, 'Enter at most 10,000 characters').default(DEFAULT_TITLE),
	}),
});

type Parameters = z.infer<typeof schema>;

const LONGEST_WINDOW = Math.max(...AGEING_WINDOWS);

/** Draws the rating over time with its thresholds and forecast, as SVG, HTML or both. */
export async function execute(
	this: IExecuteFunctions,
	itemIndex: number,
	seller: ItemSeller,
): Promise<ItemWithFiles> {
	const parameters = readParameters(this, itemIndex, schema, description);
	if (parameters.picture === 'capacity') return await drawCapacity(this, itemIndex, parameters);
	const source = await readDatedSource(
		this,
		itemIndex,
		seller,
		parameters,
		parameters.options,
		parameters.options.daysBack + LONGEST_WINDOW,
	);
	const model = modelOf(source, parameters);
	const name = `seller-rating-${source.marketplace.countryCode}-${source.today}`;
	const place = placeOf(model);
	const { drawing, subject, summary } =
		parameters.picture === 'rating'
			? ratingDigest(model, place)
			: digestOfBoth(ratingAndBuyBoxOf(this, itemIndex, source, parameters), place);
	const { files, mail } = await pictureFiles(this, drawing, name, parameters);
	const { today } = source;
	const windows = windowsOf(source);
	const rates = currentRates(source);
	const assumption = rates && parameters.options.daysAhead > 0 ? [assumptionOf(rates)] : [];
	const json = {
		marketplace: source.marketplace.countryCode,
		asOf: today,
		provenance: provenanceOf(windows),
		windows: model.summary.map(({ label, rating, displayedRating, band, provenance }, index) => ({
			label,
			ratingPercent: rating,
			displayedRating,
			band,
			provenance,
			coverage: (windows[index]?.coverage ?? null) as IDataObject | null,
		})),
		notes: [...notesOf(windows), ...assumption],
		sources: [...source.sources],
		subject,
		summary,
		...mail,
	};
	return new ItemWithFiles(json, files);
}

const capacityDaySchema = z.object({
	day: z.string().refine(isIsoDay),
	planned: z.number(),
	capacity: z.number(),
	lost: z.number(),
	savedBy: z.record(z.number()).nullish(),
});

/**
 * Draws the days of Plan's forecast: all input items together. Days of several sellers are added up.
 * @throws NodeOperationError if the items are not such days
 */
async function drawCapacity(
	context: IExecuteFunctions,
	itemIndex: number,
	parameters: Parameters,
): Promise<ItemWithFiles> {
	const days = new Map<string, CapacityDay>();
	const items = parameters.sources.includes('items') ? context.getInputData() : [];
	for (const [index, { json }] of items.entries()) {
		const parsed = capacityDaySchema.safeParse(json);
		if (!parsed.success) throw notAForecast(context, index);
		const { day, planned, capacity, lost, savedBy } = parsed.data;
		const before = days.get(day) ?? { day, planned: 0, capacity: 0, lost: 0, savedBy: {} };
		const saved: Record<string, number> = { ...before.savedBy };
		for (const [limit, count] of Object.entries(savedBy ?? {})) {
			saved[limit] = (saved[limit] ?? 0) + count;
		}
		days.set(day, {
			day,
			planned: before.planned + planned,
			capacity: before.capacity + capacity,
			lost: before.lost + lost,
			savedBy: saved,
		});
	}
	const sorted = [...days.values()].toSorted((a, b) => (a.day < b.day ? -1 : 1));
	const [first] = sorted;
	if (first === undefined) throw notAForecast(context, itemIndex);
	const { title } = parameters.options;
	const model: Capacity = {
		title: title === DEFAULT_TITLE ? 'Review requests per day' : title,
		days: sorted,
	};
	const drawing: Drawing = {
		picture: (options) => renderCapacity(model, options),
		digest: (options) => renderCapacityDigest(model, options),
	};
	const sum = (field: 'planned' | 'lost') => sorted.reduce((total, day) => total + day[field], 0);
	const name = `review-requests-${first.day}`;
	const { files, mail } = await pictureFiles(context, drawing, name, parameters);
	const json = {
		from: first.day,
		through: sorted.at(-1)?.day ?? first.day,
		planned: sum('planned'),
		lost: sum('lost'),
		subject: `${model.title}: ${countInWords(sum('planned'), 'request')} planned, ${countInWords(sum('lost'), 'order')} lost`,
		summary: capacityInWords(model),
		...mail,
	};
	return new ItemWithFiles(json, files);
}

const notAForecast = (context: IExecuteFunctions, itemIndex: number): NodeOperationError =>
	new NodeOperationError(
		context.getNode(),
		'Could not draw the capacity: the input items are not days of a forecast',
		{
			itemIndex,
			description:
				"Connect the output 'Forecast' of 'Review Request: Plan', and choose 'Input Items' under 'Sources'.",
		},
	);

/** Everything that is said and drawn about the same figures. */
interface Digest {
	readonly drawing: Drawing;
	readonly subject: string;
	/** For a chat message, or the text part of an email. */
	readonly summary: string;
}

function ratingDigest(model: ChartModel, place: string): Digest {
	// Without its full stop, and without the distances.
	const [verdict = ''] = verdictsOf(model)[0]?.split(/\.(?= |$)/) ?? [];
	return {
		drawing: {
			picture: (options) => renderChart(model, options),
			digest: (options) => renderDigest(model, options),
		},
		subject: `${place}: ${verdict}`,
		summary: digestInWords(model),
	};
}

function digestOfBoth(model: RatingAndBuyBox, place: string): Digest {
	return {
		drawing: {
			picture: (options) => renderRatingAndBuyBox(model, options),
			digest: (options) => renderRatingAndBuyBoxDigest(model, options),
		},
		subject: `${place}: ${ratingAndBuyBoxVerdict(model).replace(/\.$/, '')}`,
		summary: inWords(model),
	};
}

/** Each point of both lines covers this many days. */
const BOTH_DAYS = 30;

/**
 * Rating and Buy Box share up to each of the days to draw.
 * @throws NodeOperationError for input items, which have no Buy Box share
 */
function ratingAndBuyBoxOf(
	context: IExecuteFunctions,
	itemIndex: number,
	source: DatedSource,
	{ options }: Parameters,
): RatingAndBuyBox {
	const { marketplace, seller, shop, today } = source;
	if (shop === undefined) {
		throw new NodeOperationError(
			context.getNode(),
			'Could not draw Rating and Buy Box: input items have no Buy Box share',
			{ itemIndex, description: "Choose 'Amazon's Reports' under 'Sources'." },
		);
	}
	const last = dayNumber(shop.settledThrough ?? today);
	const share = shop.buyBox(BOTH_DAYS);
	const windows = [source.between(isoDay(last - BOTH_DAYS + 1), isoDay(last))];
	return {
		title: options.title === DEFAULT_TITLE ? 'Rating and Buy Box' : options.title,
		marketplace: marketplace.domain,
		seller,
		asOf: today,
		days: BOTH_DAYS,
		points: Array.from({ length: options.daysBack }, (_, index) => {
			const day = last - options.daysBack + 1 + index;
			return {
				date: isoDay(day),
				rating: percentOf(ratingAt(source, day, BOTH_DAYS)),
				buyBox: shop.buyBoxAt(day, BOTH_DAYS),
			};
		}),
		provenance:
			shop.settledThrough === undefined
				? `${PROVENANCES.insufficient}.`
				: `${PROVENANCES.derived}, settled through ${shop.settledThrough}.`,
		notes: [
			...notesOf(windows),
			...(share.reason === null ? [] : [`Buy Box: ${share.reason}`]),
		].map((note) => `${note}.`),
	};
}

/** The counts of each window that ends today. */
const windowsOf = ({ between, today }: DatedSource): KnownCounts[] =>
	AGEING_WINDOWS.map((days) => between(plusDays(today, 1 - days), today));

/** For the picture as a whole; each window also states its own. */
const provenanceOf = (windows: readonly KnownCounts[]): Provenance =>
	windows.find(({ counts }) => counts !== undefined)?.provenance ?? 'insufficient';

/**
 * What is missing in the windows. If several windows lack the same data, that appears once, in the
 * words of the longest window.
 */
function notesOf(windows: readonly KnownCounts[]): string[] {
	const [longest, ...others] = windows.toReversed();
	const lacking = others.filter(({ counts }) => counts === undefined);
	return [...new Set([longest, ...lacking].flatMap((window) => window?.notes ?? []))];
}

/** The sentence in the picture that states where the figures come from. */
const PROVENANCES: Readonly<Record<Provenance, string>> = {
	exact: 'Counted from the input items',
	derived: "Derived from Amazon's reports",
	amazonReported: "Amazon's own rating",
	insufficient: 'Not enough data for a rating',
};

function modelOf(source: DatedSource, parameters: Parameters): ChartModel {
	const { marketplace, seller, knownThrough, today, series } = source;
	const windows = windowsOf(source);
	const { thresholds, options } = parameters;
	const known = daysKnown(source);
	return {
		title: options.title,
		marketplace: marketplace.domain,
		seller,
		asOf: today,
		windows: AGEING_WINDOWS.map((days) => drawnWindow(source, days, parameters)),
		judged: labelOf(options.evaluationDays),
		allRanges: options.allRanges,
		thresholds: thresholds.map(({ name, percent }) => ({ name, percent })),
		negatives: series && negativeDays(series, today, Math.min(options.daysBack, known)),
		summary: AGEING_WINDOWS.map((days) => summaryRow(source, days, thresholds)),
		texts: {
			provenance:
				series === undefined
					? `${PROVENANCES.insufficient}.`
					: `${PROVENANCES[provenanceOf(windows)]}, complete through ${knownThrough}.`,
			...(options.daysAhead > 0 && series && { forecast: 'Forecast at current rates' }),
			notes: [...notesOf(windows), ...shortHistory(source, options.daysBack)].map(
				(note) => `${note}.`,
			),
		},
	};
}

const daysKnown = ({ knownSince, knownThrough }: DatedSource): number =>
	dayNumber(knownThrough) - dayNumber(knownSince) + 1;

/** A window's line starts on the first day with data for the whole window. */
function shortHistory({ knownSince, today }: DatedSource, daysBack: number): string[] {
	const known = dayNumber(today) - dayNumber(knownSince) + 1;
	const cut = AGEING_WINDOWS.filter((days) => days + daysBack - 1 > known);
	return cut.length === 0
		? []
		: [
				`Only ${known} days of data are available, so the line for ${cut.join(' and ')} days starts late`,
			];
}

const labelOf = (days: number): string => `${days} days`;

const percentOf = (rating: Rational | undefined): number | undefined => rating && toPercent(rating);

function drawnWindow(
	source: DatedSource,
	days: number,
	{ options }: Pick<Parameters, 'options'>,
): ChartWindow {
	const { series, today } = source;
	const label = labelOf(days);
	if (series === undefined) return { label, points: [], forecast: [] };
	const last = dayNumber(today);
	const first = Math.max(last - options.daysBack + 1, dayNumber(source.knownSince) + days - 1);
	const points = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => ({
		date: isoDay(first + index),
		rating: percentOf(ratingAt(source, first + index, days)),
	}));
	const rates = currentRates(source);
	if (options.daysAhead === 0 || rates === undefined || points.at(-1)?.rating === undefined) {
		return { label, points, forecast: [] };
	}
	const [ahead] = forecast(series, {
		today,
		knownThrough: source.knownThrough,
		days: options.daysAhead,
		windows: [days],
		thresholds: [],
		rates,
	});
	return {
		label,
		points,
		forecast: (ahead?.points ?? []).map(({ date, atCurrentRates }) => ({
			date,
			rating: percentOf(atCurrentRates.rating),
			low: atCurrentRates.interval?.low,
			high: atCurrentRates.interval?.high,
		})),
	};
}

/** The rating of the window that ends on `day`; undefined if the data is insufficient. */
function ratingAt({ countsOf }: DatedSource, day: number, days: number): Rational | undefined {
	const counts = countsOf(day - days + 1, day);
	return counts && ratingOf(counts);
}

function negativeDays(series: FeedbackSeries, today: string, daysBack: number) {
	const last = dayNumber(today);
	return Array.from({ length: daysBack }, (_, index) => last - daysBack + 1 + index)
		.map((day) => ({ date: isoDay(day), count: series.window(day, 1).negative }))
		.filter(({ count }) => count > 0);
}

function summaryRow(
	{ between, today }: DatedSource,
	days: number,
	thresholds: EvaluationSettings['thresholds'],
): SummaryRow {
	const from = plusDays(today, 1 - days);
	const settings: EvaluationSettings = {
		thresholds,
		minimumTotal: 1,
		z: Z_95,
	};
	const evaluated = evaluateWindow(
		{ days, from, to: today },
		[{ source: 'amazonReports', ...between(from, today) }],
		settings,
	);
	const { displayedRating, ratingPercent, positive, neutral, negative, total, band } = evaluated;
	return {
		label: labelOf(days),
		displayedRating,
		rating: ratingPercent,
		positive,
		neutral,
		negative,
		total,
		band,
		verdict: verdictOf(evaluated, judge(evaluated, settings, 'unknown')),
		provenance: evaluated.provenance,
		thresholds: evaluated.thresholds.map(({ name, percent, runway, neededPositives }) => ({
			name,
			percent,
			runway,
			neededPositives,
		})),
	};
}
