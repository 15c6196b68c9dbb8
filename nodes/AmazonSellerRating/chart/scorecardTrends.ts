import { Frame, LINE, SIZE } from './frame';
import type { ChartOptions } from './plot';
import { nameOf, worstFirst, type DigestCard } from './scorecardDigest';
import { textWidth, truncate } from './text';
import { windowColor } from './theme';
import { dayInWords, percentInWords } from './words';

/** Rating and Buy Box share of each marketplace side by side, one row a marketplace. */

/** More rows make the picture too long to read. */
const MOST_ROWS = 25;

const ROW = 34;

/** The base line of a text in the middle of a row. */
const MIDDLE = ROW / 2 + 4;

/** Fewer percentage points than this do not fill the height, so that noise looks like noise. */
const SMALLEST_RANGE = 5;

type Values = ReadonlyArray<number | null>;

interface Row {
	readonly name: string;
	readonly trend: NonNullable<DigestCard['trend']>;
}

interface Column {
	readonly values: 'rating' | 'buyBox';
	readonly title: string;
	readonly inWords: string;
	readonly color: number;
}

const COLUMNS: readonly Column[] = [
	{ values: 'rating', title: 'Rating, 90 days', inWords: 'rating', color: 1 },
	{ values: 'buyBox', title: 'Buy Box, 7 days', inWords: 'Buy Box share', color: 2 },
];

/**
 * Draws the last 90 days of each marketplace as a self-contained SVG.
 * @returns undefined if no marketplace has two values to connect
 */
export function renderScorecardTrends(
	cards: readonly DigestCard[],
	title: string,
	options: ChartOptions,
): string | undefined {
	const all = rowsOf(cards);
	const rows = all.slice(0, MOST_ROWS);
	const [first] = rows;
	if (first === undefined) return undefined;
	const frame = new Frame(options);
	const { padding, room, narrow } = frame;
	frame.heading(title);
	// On a phone, the name is above its lines.
	const left = padding + (narrow ? 0 : room * 0.3);
	const columnWidth = (padding + room - left) / COLUMNS.length;
	frame.y += LINE;
	for (const [index, { title: name, color }] of COLUMNS.entries()) {
		const fill = windowColor(frame.palette, color);
		frame.text(name, left + index * columnWidth, frame.y, { fill });
	}
	frame.y += LINE * 0.5;
	for (const { name, trend } of rows) {
		if (narrow) frame.y += LINE;
		const label = truncate(name, narrow ? room : left - padding - 8, { size: SIZE });
		frame.text(label, padding, frame.y + (narrow ? 0 : MIDDLE), { fill: frame.palette.ink });
		for (const [index, column] of COLUMNS.entries()) {
			drawLine(frame, trend[column.values], column.color, left + index * columnWidth, columnWidth);
		}
		frame.y += ROW;
	}
	const { from, through } = first.trend;
	frame.write(`From ${dayInWords(from)} to ${dayInWords(through)}; the figure is the last one.`);
	if (all.length > rows.length) {
		frame.write(`${all.length - rows.length} more marketplaces are not drawn.`);
	}
	return frame.picture(rows, title, trendsInWords(cards));
}

/** First and last value of each line, for readers who cannot see the picture. */
export function trendsInWords(cards: readonly DigestCard[]): string {
	const rows = rowsOf(cards).slice(0, MOST_ROWS);
	const [first] = rows;
	if (first === undefined) return '';
	const { from, through } = first.trend;
	const lines = rows.map(({ name, trend }) => {
		const columns = COLUMNS.flatMap(({ values, inWords }) => {
			const known = knownOf(trend[values]);
			const [start, end] = [known[0], known.at(-1)];
			if (start === undefined || end === undefined || known.length < 2) return [];
			return `${inWords} ${percentInWords(start)} to ${percentInWords(end)}`;
		});
		return `${name}: ${columns.join(', ')}.`;
	});
	return [`From ${dayInWords(from)} to ${dayInWords(through)}.`, ...lines].join(' ');
}

/** Those with a line to draw. */
const rowsOf = (cards: readonly DigestCard[]): Row[] =>
	worstFirst(cards).flatMap((card) => {
		const { trend } = card;
		const isDrawn = trend !== null && COLUMNS.some(({ values }) => isLine(trend[values]));
		return isDrawn ? [{ name: nameOf(card), trend }] : [];
	});

const knownOf = (values: Values): number[] => values.filter((value) => value !== null);

const isLine = (values: Values): boolean => knownOf(values).length > 1;

/** A line with the last value behind it; an unknown value leaves a gap. */
function drawLine(frame: Frame, values: Values, color: number, left: number, room: number): void {
	const known = knownOf(values);
	const last = known.at(-1);
	if (last === undefined || known.length < 2) {
		frame.text('unknown', left, frame.y + MIDDLE);
		return;
	}
	const width = room - textWidth('100.00%', { size: SIZE }) - 16;
	const [low, high] = rangeOf(known);
	const x = (index: number) => left + (width * index) / (values.length - 1);
	const y = (value: number) => frame.y + 6 + ((high - value) / (high - low)) * (ROW - 12);
	let path = '';
	let isConnected = false;
	for (const [index, value] of values.entries()) {
		if (value !== null) path += `${isConnected ? 'L' : 'M'}${tenth(x(index))},${tenth(y(value))}`;
		isConnected = value !== null;
	}
	const stroke = windowColor(frame.palette, color);
	const look = { 'stroke-width': 2, 'stroke-linejoin': 'round', 'stroke-linecap': 'round' };
	frame.add('path', { d: path, fill: 'none', stroke, ...look });
	const at = values.findLastIndex((value) => value !== null);
	frame.add('circle', { cx: tenth(x(at)), cy: tenth(y(last)), r: 3, fill: stroke });
	const text = percentInWords(last);
	frame.text(text, left + width + 8, frame.y + MIDDLE, { fill: frame.palette.ink });
}

const tenth = (value: number): number => Math.round(10 * value) / 10;

function rangeOf(values: readonly number[]): [number, number] {
	const low = Math.min(...values);
	const high = Math.max(...values);
	const spare = Math.max(0, SMALLEST_RANGE - (high - low)) / 2;
	const top = Math.min(100, high + spare);
	return [Math.max(0, Math.min(low - spare, top - SMALLEST_RANGE)), top];
}
