import { DAY_MS } from '../../shared/domain/calendar';
import type { ChartModel, ChartWindow, NegativeDay } from './model';

/** Space below the lowest value, as a fraction of the shown range. */
const MARGIN = 0.15;
const STEP = 5;

/** How many days one mark for negatives can cover: spans that people count in. */
const BIN_DAYS = [1, 7, 14, 30, 60, 90, 180, 365];

export interface PercentRange {
	readonly low: number;
	readonly high: number;
}

export interface TimeRange {
	readonly first: Date;
	readonly last: Date;
}

export interface NegativeBin {
	/** The middle of the days counted. */
	readonly middle: Date;
	readonly count: number;
}

export interface NegativeBins {
	readonly binDays: number;
	readonly bins: readonly NegativeBin[];
}

/** Midnight UTC of an ISO calendar day. */
export const toDate = (isoDay: string): Date => new Date(`${isoDay}T00:00:00Z`);

const isNumber = (value: number | undefined): value is number => value !== undefined;

export const hasRatings = ({ windows }: ChartModel): boolean =>
	windows.some(({ points, forecast }) =>
		[...points, ...forecast].some(({ rating }) => rating !== undefined),
	);

/**
 * The part of the percent axis to show: up to 100, and down to a multiple of 5 below every line.
 * Bands may extend below it (see `clippedBands`), because an axis that fits a very wide band would
 * flatten the lines.
 */
export function percentRange({ windows, thresholds }: ChartModel): PercentRange {
	let lowest = 100;
	for (const { points, forecast } of windows) {
		for (const { rating } of points) lowest = Math.min(lowest, rating ?? 100);
		for (const { rating } of forecast) lowest = Math.min(lowest, rating ?? 100);
	}
	for (const { percent } of thresholds) lowest = Math.min(lowest, percent);
	const roomy = lowest - Math.max(0.5, MARGIN * (100 - lowest));
	return { low: Math.max(0, Math.floor(roomy / STEP) * STEP), high: 100 };
}

/** The windows whose forecast has its range in the picture. */
export const rangedWindows = ({
	windows,
	judged,
	allRanges,
}: ChartModel): readonly ChartWindow[] =>
	allRanges ? windows : windows.filter(({ label }) => label === judged);

/** The windows whose band extends below the axis, with the lowest value of the band. */
export function clippedBands(model: ChartModel): Array<{ label: string; low: number }> {
	const range = percentRange(model);
	return rangedWindows(model)
		.map(({ label, forecast }) => ({ label, low: lowestOf(forecast.map(({ low }) => low)) }))
		.filter(({ low }) => low < range.low);
}

const lowestOf = (values: ReadonlyArray<number | undefined>): number =>
	values.filter(isNumber).reduce((lowest, value) => Math.min(lowest, value), 100);

/** From the first to the last day of anything drawn; a month around a single day. */
export function timeRange(model: ChartModel): TimeRange {
	let first = toDate(model.asOf).getTime();
	let last = first;
	for (const date of datesOf(model)) {
		const time = toDate(date).getTime();
		first = Math.min(first, time);
		last = Math.max(last, time);
	}
	const padding = first === last ? 15 * DAY_MS : 0;
	return { first: new Date(first - padding), last: new Date(last + padding) };
}

function* datesOf({ windows, negatives = [] }: ChartModel): Generator<string> {
	for (const { points, forecast } of windows) {
		for (const { date } of points) yield date;
		for (const { date } of forecast) yield date;
	}
	for (const { date } of negatives) yield date;
}

/** The last point with a rating, which gets the window's mark. */
export const lastRated = ({ points }: ChartWindow) =>
	points.findLast(({ rating }) => rating !== undefined);

/**
 * Sums the negatives over the shortest periods that leave enough room for each mark.
 * @param width of the picture in pixels
 * @param widthOf the width a mark with this count needs
 */
export function binsFor(
	negatives: readonly NegativeDay[],
	range: TimeRange,
	width: number,
	widthOf: (count: number) => number,
): NegativeBins {
	const days = 1 + (range.last.getTime() - range.first.getTime()) / DAY_MS;
	const candidates = [...BIN_DAYS.filter((binDays) => binDays < days), days];
	const fits = ({ binDays, bins }: NegativeBins) => {
		const most = bins.reduce((highest, { count }) => Math.max(highest, count), 0);
		return (width / days) * binDays >= widthOf(most);
	};
	const all = candidates.map((binDays) => ({ binDays, bins: binBy(negatives, range, binDays) }));
	return all.find(fits) ?? { binDays: days, bins: binBy(negatives, range, days) };
}

/** Sums over periods of `binDays` days, without the empty ones. */
function binBy(
	negatives: readonly NegativeDay[],
	{ first, last }: TimeRange,
	binDays: number,
): NegativeBin[] {
	const length = binDays * DAY_MS;
	const sums = new Map<number, number>();
	for (const { date, count } of negatives) {
		const bin = Math.floor((toDate(date).getTime() - first.getTime()) / length);
		sums.set(bin, (sums.get(bin) ?? 0) + count);
	}
	return [...sums]
		.filter(([, count]) => count > 0)
		.toSorted(([left], [right]) => left - right)
		.map(([bin, count]) => ({ middle: middleOf(first, last, bin, length), count }));
}

/** The last period may extend beyond the picture; its middle stays inside. */
function middleOf(first: Date, last: Date, bin: number, length: number): Date {
	const start = first.getTime() + bin * length;
	const end = Math.min(start + length - DAY_MS, last.getTime());
	return new Date((start + end) / 2);
}
