import { placeInWords } from '../../shared/domain/marketplaces';
import { cutPercent } from '../../shared/domain/rating';
import type { ChartModel, ChartWindow, SummaryRow } from './model';
import { clippedBands, percentRange } from './range';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const BANDS: Readonly<Record<string, string>> = {
	healthy: 'Healthy',
	atRisk: 'At risk',
	critical: 'Critical',
};

const PROVENANCES: Readonly<Record<string, string>> = {
	exact: 'Exact counts',
	derived: 'Derived from reports',
	amazonReported: 'Amazon’s own rating',
	insufficient: 'Not enough data',
};

export const UNKNOWN = 'unknown';

/** "27 Jul 2026" for 2026-07-27. */
export function dayInWords(isoDay: string): string {
	const [year = '', month = '', day = ''] = isoDay.split('-');
	const name = MONTHS[Number(month) - 1];
	return name === undefined ? isoDay : `${Number(day)} ${name} ${year}`;
}

/** E.g. "94.5%". */
export const percentInWords = (percent: number): string => `${cutPercent(percent)}%`;

export const bandInWords = (band: string | null): string =>
	band === null ? 'Not evaluated' : (BANDS[band] ?? band);

export const provenanceInWords = (provenance: string): string =>
	PROVENANCES[provenance] ?? provenance;

/** The rating as buyers see it, in whole percent. */
export const displayedInWords = ({ displayedRating }: SummaryRow): string =>
	displayedRating === null ? 'no rating' : percentInWords(displayedRating);

export const countInWords = (count: number, one: string, many = `${one}s`): string =>
	`${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;

/** The part of the percent axis that the picture shows. */
export function rangeInWords(model: ChartModel): string {
	const { low, high } = percentRange(model);
	const part = `${percentInWords(low)} to ${percentInWords(high)}`;
	return low === 0 ? `Axis ${part}` : `Axis ${part}, does not start at 0`;
}

/** Parts that the picture cuts off, and the caller's notes; one sentence each. */
export function notesInWords(model: ChartModel): string[] {
	const cut = clippedBands(model).map(
		({ label, low }) =>
			`The range for ${label} extends down to ${percentInWords(low)}, below the axis.`,
	);
	const unknown =
		model.negatives === undefined ? ['The dates of negative feedback are unknown.'] : [];
	return [...cut, ...unknown, ...model.texts.notes];
}

/** Whose figures they are, and where. */
export const placeOf = ({
	seller,
	marketplace,
}: Pick<ChartModel, 'seller' | 'marketplace'>): string => placeInWords(seller, marketplace);

/** The key facts as sentences, for readers who cannot see the picture. */
export function descriptionOf(model: ChartModel): string {
	return [
		`Share of positive feedback for ${placeOf(model)} as of ${dayInWords(model.asOf)}.`,
		...model.summary.map(summarySentence),
		thresholdSentence(model),
		...model.windows.map(forecastSentence),
		negativeSentence(model),
		`${rangeInWords(model)}.`,
		model.texts.provenance,
		...notesInWords(model),
	]
		.filter((sentence) => sentence !== '')
		.join(' ');
}

function summarySentence(row: SummaryRow): string {
	const { positive, neutral, negative } = row;
	const known = positive !== null && neutral !== null && negative !== null;
	const counts = known ? ` (${positive} positive, ${neutral} neutral, ${negative} negative)` : '';
	const judged = row.band === null ? '' : `, ${bandInWords(row.band).toLowerCase()}`;
	return `${row.label}: ${displayedInWords(row)}${counts}${judged}.`;
}

function thresholdSentence({ thresholds }: ChartModel): string {
	const list = thresholds.map(({ name, percent }) => `${name} ${percentInWords(percent)}`);
	return list.length === 0 ? '' : `Thresholds: ${list.join(', ')}.`;
}

function forecastSentence({ label, forecast }: ChartWindow): string {
	const last = forecast.findLast(({ rating }) => rating !== undefined);
	if (last?.rating === undefined) return '';
	const band =
		last.low === undefined || last.high === undefined
			? ''
			: ` (between ${percentInWords(last.low)} and ${percentInWords(last.high)})`;
	const rating = percentInWords(last.rating);
	return `Forecast for ${label}: ${rating} on ${dayInWords(last.date)}${band}.`;
}

function negativeSentence({ negatives }: ChartModel): string {
	if (negatives === undefined) return '';
	const dates = negatives.filter(({ count }) => count > 0).map(({ date }) => date);
	const [first, last] = [dates.toSorted()[0], dates.toSorted().at(-1)];
	if (first === undefined || last === undefined) return 'No negative feedback.';
	const total = negatives.reduce((sum, { count }) => sum + count, 0);
	const when =
		first === last ? `on ${dayInWords(first)}` : `from ${dayInWords(first)} to ${dayInWords(last)}`;
	return `${countInWords(total, 'negative')} ${when}.`;
}
