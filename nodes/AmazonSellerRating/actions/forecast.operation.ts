import {
	updateDisplayOptions,
	type IDataObject,
	type IExecuteFunctions,
	type INodeProperties,
} from 'n8n-workflow';
import { z } from 'zod';

import { optionsCollection, simplifyParameter } from '../../shared/n8n/commonParameters';
import {
	assumptionOf,
	forecast,
	type ThresholdCrossing,
	type WindowForecast,
} from '../analysis/forecast';
import { toDisplayedPercent, toPercent } from '../../shared/domain/rating';
import { plusDays } from '../../shared/domain/calendar';
import type { Rational } from '../../shared/domain/rational';
import type { ItemSeller } from '../../shared/n8n/itemSeller';
import { readParameters } from '../../shared/n8n/parameters';
import { reportsOptions, reportsOptionsSchema } from '../sources/amazonReports';
import {
	currentRates,
	datedSourceParameters,
	datedSourceSchema,
	knownForRates,
	readDatedSource,
	type DatedSource,
	type KnownCounts,
} from '../sources/datedSource';
import { thresholdsParameter, thresholdsSchema } from '../../shared/n8n/thresholds';

/** The windows Amazon shows, except lifetime: old feedback ages out of these. */
export const AGEING_WINDOWS = [30, 90, 365] as const;

export const description: INodeProperties[] = updateDisplayOptions(
	{ show: { operation: ['forecast'] } },
	[
		...datedSourceParameters,
		{
			displayName: 'Days Ahead',
			name: 'daysAhead',
			type: 'number',
			default: 90,
			typeOptions: { minValue: 1, maxValue: 365 },
			description: 'How many days to forecast, at most 365',
		},
		thresholdsParameter,
		simplifyParameter,
		optionsCollection(...reportsOptions),
	],
);

const schema = datedSourceSchema.extend({
	daysAhead: z.number().int().min(1).max(365),
	thresholds: thresholdsSchema,
	simplify: z.boolean(),
	options: reportsOptionsSchema,
});

/** Forecasts each window, one item per window: without new feedback, and at the current rates. */
export async function execute(
	this: IExecuteFunctions,
	itemIndex: number,
	seller: ItemSeller,
): Promise<IDataObject[]> {
	const parameters = readParameters(this, itemIndex, schema, description);
	const source = await readDatedSource(this, itemIndex, seller, parameters, parameters.options);
	const { series, today, knownThrough } = source;
	const rates = currentRates(source);
	// As in Evaluate, windows end today; days that are not counted yet are part of the forecast.
	return AGEING_WINDOWS.map((days) => {
		const known = source.between(plusDays(today, 1 - days), today);
		if (series === undefined || known.counts === undefined) {
			return withoutForecast(source, days, known, parameters.simplify);
		}
		if (rates === undefined) {
			const ofRates = knownForRates(source);
			return withoutForecast(source, days, ofRates, parameters.simplify);
		}
		const [window] = forecast(series, {
			today,
			knownThrough,
			days: parameters.daysAhead,
			windows: [days],
			thresholds: parameters.thresholds,
			rates,
		});
		return window === undefined
			? withoutForecast(source, days, known, parameters.simplify)
			: toItem(source, window, known, parameters, assumptionOf(rates));
	});
}

const percent = (rating: Rational | undefined): number | null =>
	rating === undefined ? null : toPercent(rating);

/** The output fields about the days the figures cover. */
const statedOf = ({ provenance, coverage }: KnownCounts) => ({
	provenance,
	coverage: (coverage ?? null) as IDataObject | null,
});

function withoutForecast(
	source: DatedSource,
	days: number,
	known: KnownCounts,
	simplify: boolean,
): IDataObject {
	const summary = {
		marketplace: source.marketplace.countryCode,
		days,
		ratingPercent: null,
		withoutNewFeedback: null,
		atCurrentRates: null,
		low: null,
		high: null,
		nextCrossing: null,
		lastNegativeLeaves: null,
		...statedOf({ ...known, provenance: 'insufficient' }),
		notes: [...known.notes],
	};
	if (simplify) return summary;
	return {
		...summary,
		marketplaceId: source.marketplace.id,
		today: source.today,
		knownThrough: source.series === undefined ? null : source.knownThrough,
		sources: [...source.sources],
	};
}

function toItem(
	source: DatedSource,
	window: WindowForecast,
	known: KnownCounts,
	{ simplify, daysAhead }: z.infer<typeof schema>,
	assumption: string,
): IDataObject {
	const [now] = window.points;
	const then = window.points.at(-1);
	const crossings = {
		withoutNewFeedback: window.crossings.withoutNewFeedback.map(named),
		atCurrentRates: window.crossings.atCurrentRates.map(named),
	};
	const summary = {
		marketplace: source.marketplace.countryCode,
		days: window.window,
		ratingPercent: percent(now?.withoutNewFeedback.rating),
		withoutNewFeedback: percent(then?.withoutNewFeedback.rating),
		atCurrentRates: percent(then?.atCurrentRates.rating),
		low: then?.atCurrentRates.interval?.low ?? null,
		high: then?.atCurrentRates.interval?.high ?? null,
		nextCrossing: nextCrossing(crossings),
		lastNegativeLeaves: window.lastNegativeLeaves ?? null,
		...statedOf(known),
		notes: [...known.notes, assumption],
	};
	if (simplify) return summary;
	return {
		...summary,
		marketplaceId: source.marketplace.id,
		today: source.today,
		knownThrough: source.knownThrough,
		daysAhead,
		lastNonPositiveLeaves: window.lastNonPositiveLeaves ?? null,
		crossings,
		points: window.points.map(({ date, withoutNewFeedback, atCurrentRates }) => ({
			date,
			withoutNewFeedback: percent(withoutNewFeedback.rating),
			displayedWithoutNewFeedback: withoutNewFeedback.rating
				? toDisplayedPercent(withoutNewFeedback.rating)
				: null,
			atCurrentRates: percent(atCurrentRates.rating),
			low: atCurrentRates.interval?.low ?? null,
			high: atCurrentRates.interval?.high ?? null,
		})),
		sources: [...source.sources],
	};
}

interface NamedCrossing extends IDataObject {
	date: string;
	direction: 'up' | 'down';
	name: string;
	percent: number;
}

const named = ({ threshold, date, direction }: ThresholdCrossing): NamedCrossing => ({
	date,
	direction,
	name: threshold.name,
	percent: threshold.percent,
});

/** The first crossing in either scenario, in words. */
function nextCrossing(
	crossings: Readonly<Record<string, readonly NamedCrossing[]>>,
): string | null {
	const [first] = Object.entries(crossings)
		.flatMap(([scenario, list]) => list.map((crossing) => ({ ...crossing, scenario })))
		.toSorted((a, b) => a.date.localeCompare(b.date));
	if (first === undefined) return null;
	const condition =
		first.scenario === 'atCurrentRates' ? 'at the current rates' : 'if no new feedback arrives';
	const move = first.direction === 'up' ? 'reaches' : 'falls below';
	return `${first.date}: ${move} ${first.name} (${first.percent}%) ${condition}`;
}
