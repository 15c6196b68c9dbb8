import type { ChartModel } from './model';
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

function forecastEntries({ windows, texts }: ChartModel): Entry[] {
	const points = windows.flatMap(({ forecast }) => forecast);
	if (points.length === 0) return [];
	const banded = points.some(({ low, high }) => low !== undefined && high !== undefined);
	const text = texts.forecast ?? (banded ? 'Forecast with its range' : 'Forecast');
	return [{ sample: banded ? 'band' : 'forecast', text }];
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
	const stretch = binDays === 1 ? 'day' : countInWords(binDays, 'day');
	return { sample: 'negative', text: `Negative feedback per ${stretch}` };
}
