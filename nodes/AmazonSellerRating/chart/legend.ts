import type { ChartModel } from './model';
import { rangedWindows } from './range';
import { countInWords, displayedInWords, percentInWords } from './words';

/** What a legend entry shows: the index of a window, or another kind of mark. */
export type Sample = number | 'band' | 'forecast' | 'negative' | 'threshold' | 'none';

export interface Entry {
	readonly sample: Sample;
	readonly text: string;
}

/**
 * The legend's entries, in order.
 * @param binDays how many days one mark for negatives covers; undefined without such marks
 * @param withThresholds whether to include the names of the thresholds
 */
export function legendEntries(
	model: ChartModel,
	binDays: number | undefined,
	withThresholds: boolean,
): Entry[] {
	return [
		...model.windows.map(({ label }, index) => windowEntry(model, label, index)),
		...forecastEntries(model),
		...(withThresholds ? thresholdEntries(model) : []),
		...(binDays === undefined ? [] : [negativeEntry(model, binDays)]),
	];
}

function windowEntry({ summary }: ChartModel, label: string, index: number): Entry {
	const row = summary.find((candidate) => candidate.label === label);
	return { sample: index, text: row ? `${label}: ${displayedInWords(row)}` : label };
}

function forecastEntries(model: ChartModel): Entry[] {
	if (model.windows.every(({ forecast }) => forecast.length === 0)) return [];
	const ranged = rangedWindows(model).filter(({ forecast }) =>
		forecast.some(({ low, high }) => low !== undefined && high !== undefined),
	);
	const name = model.texts.forecast ?? 'Forecast';
	if (ranged.length === 0) return [{ sample: 'forecast', text: name }];
	const one = model.windows.length > 1 && ranged.length === 1 ? ` of ${model.judged}` : '';
	return [{ sample: 'band', text: `${name}, with the range${one}` }];
}

const thresholdEntries = ({ thresholds }: ChartModel): Entry[] =>
	thresholds.map(({ name, percent }) => ({
		sample: 'threshold',
		text: `${name} ${percentInWords(percent)}`,
	}));

function negativeEntry({ negatives = [] }: ChartModel, binDays: number): Entry {
	if (negatives.every(({ count }) => count === 0)) {
		return { sample: 'negative', text: 'Negative feedback: none' };
	}
	return { sample: 'negative', text: `Negative feedback per ${spanInWords(binDays)}` };
}

function spanInWords(days: number): string {
	if (days === 1) return 'day';
	if (days === 7) return 'week';
	return days === 14 ? '2 weeks' : countInWords(days, 'day');
}
