import { legendEntries, type Entry, type Sample } from './legend';
import type { ChartModel } from './model';
import { binsFor, percentRange, timeRange, type NegativeBins } from './range';
import { textWidth, wrap, type Font } from './text';
import { dayInWords, notesInWords, percentInWords, placeOf, rangeInWords } from './words';

export interface Size {
	readonly width: number;
	readonly height: number;
}

export interface Line {
	readonly x: number;
	/** The middle of the line. */
	readonly y: number;
	readonly text: string;
}

export interface TextBlock {
	readonly font: Font;
	readonly lines: readonly Line[];
	readonly bottom: number;
}

export interface LegendEntry extends Line {
	/** Shown before the text. */
	readonly sample: Sample;
}

/** Next to its line, to the right of the plot. */
export interface ThresholdLabel {
	readonly lineY: number;
	readonly y: number;
	readonly percent: string;
	/** May be cut, or empty if the name is in the legend. */
	readonly name: string;
	/** The full name and percent. */
	readonly title: string;
}

export interface Box {
	readonly left: number;
	readonly right: number;
	readonly top: number;
	readonly bottom: number;
}

export interface Lane extends NegativeBins {
	readonly height: number;
}

export interface Layout extends Size {
	readonly fontSize: number;
	readonly title: TextBlock;
	readonly subtitle: TextBlock;
	readonly legend: readonly LegendEntry[];
	readonly axisNote: Line;
	readonly notes: TextBlock;
	readonly plot: Box;
	/** Undefined if the negatives are unknown. */
	readonly lane: Lane | undefined;
	readonly thresholdLabels: readonly ThresholdLabel[];
}

const SMALLEST: Size = { width: 280, height: 280 };
const LINE_HEIGHT = 1.35;
/** Width of a sample and the space after it. */
export const LEGEND_SAMPLE = 36;
const LEGEND_GAP = 18;
/** Space between the plot and its threshold labels. */
export const LABEL_GAP = 12;
/**
 * The part of the height reserved for the plot: notes are shortened for it first, then the header.
 */
const PLOT_SHARE = 0.36;
const SMALLEST_PLOT_SHARE = 0.28;

/** How many lines each part of the header may take. */
interface HeaderLines {
	readonly title: number;
	readonly subtitle: number;
	/** Lines of one legend entry. */
	readonly entry: number;
}

const SHORTER_HEADERS: readonly HeaderLines[] = [
	{ title: 2, subtitle: 2, entry: 1 },
	{ title: 1, subtitle: 1, entry: 1 },
];

/** Measures that depend only on the size. */
interface Page extends Size {
	/** Phone width: the names of the thresholds move to the legend. */
	readonly narrow: boolean;
	readonly fontSize: number;
	readonly padding: number;
	/** Width of a line of text. */
	readonly room: number;
}

function pageOf(requested: Size): Page {
	const width = Math.max(SMALLEST.width, Math.round(requested.width));
	const height = Math.max(SMALLEST.height, Math.round(requested.height));
	const narrow = width < 480;
	const padding = narrow ? 12 : 24;
	const fontSize = width < 1200 ? 13 : 15;
	return { width, height, narrow, fontSize, padding, room: width - 2 * padding };
}

/** A height that suits the width. */
export const heightFor = (width: number): number =>
	width < 480 ? 560 : Math.round(Math.min(700, Math.max(460, width / 2)));

/** The position of every part, in pixels. */
export function layOut(model: ChartModel, size: Size): Layout {
	const page = pageOf(size);
	const columns = columnsOf(model, page);
	const lane = laneOf(model, page, columns);
	const below = (lane?.height ?? 0) + Math.round(page.fontSize * 3);
	const lowest = page.height * (1 - SMALLEST_PLOT_SHARE) - below - page.padding;
	const header = layOutHeader(model, page, lane, lowest);
	const noteRoom = page.height * (1 - PLOT_SHARE) - header.bottom - below - page.padding;
	const notes = layOutNotes(model, page, noteRoom);
	const plot = { ...columns, top: header.bottom, bottom: notes.top - below };
	return {
		...header,
		width: page.width,
		height: page.height,
		fontSize: page.fontSize,
		notes,
		plot,
		lane,
		thresholdLabels: labelThresholds(model, page, plot, plot.bottom + (lane?.height ?? 0)),
	};
}

/** Left and right edge of the plot, with room for the percent axis and the threshold labels. */
function columnsOf({ thresholds }: ChartModel, page: Page): Pick<Box, 'left' | 'right'> {
	const { width, padding, fontSize, narrow } = page;
	const widths = thresholds.map(({ name, percent }) => {
		const nameWidth = narrow ? 0 : 6 + textWidth(name, { size: fontSize });
		return percentWidth(percent, fontSize) + Math.min(nameWidth, width * 0.2);
	});
	const margin = widths.length === 0 ? fontSize : Math.max(...widths) + LABEL_GAP + 1;
	return {
		left: padding + Math.ceil(textWidth('100%', { size: fontSize })) + 8,
		right: Math.floor(width - padding - margin),
	};
}

const percentWidth = (percent: number, size: number): number =>
	textWidth(percentInWords(percent), { size, bold: true });

function laneOf(
	model: ChartModel,
	{ fontSize }: Page,
	{ left, right }: Pick<Box, 'left' | 'right'>,
): Lane | undefined {
	if (model.negatives === undefined) return undefined;
	const widthOf = (count: number) =>
		Math.max(fontSize * 1.4, textWidth(String(count), { size: fontSize }) + 4);
	const bins = binsFor(model.negatives, timeRange(model), right - left, widthOf);
	return { ...bins, height: Math.round(fontSize * 2.7) };
}

/** The longest header that ends above `lowest`, or the shortest. */
function layOutHeader(model: ChartModel, page: Page, lane: Lane | undefined, lowest: number) {
	const longest = { title: 2, subtitle: page.narrow ? 4 : 2, entry: 2 };
	let header = headerWith(longest, model, page, lane);
	for (const lines of SHORTER_HEADERS) {
		if (header.bottom > lowest) header = headerWith(lines, model, page, lane);
	}
	return header;
}

function headerWith(lines: HeaderLines, model: ChartModel, page: Page, lane: Lane | undefined) {
	const { padding, fontSize, narrow } = page;
	const titleFont = { size: narrow ? 17 : fontSize + 7, bold: true };
	const title = block(model.title, page, padding, titleFont, lines.title);
	const facts = `${placeOf(model)} · as of ${dayInWords(model.asOf)}. ${model.texts.provenance}`;
	const subtitle = block(facts, page, title.bottom + 2, { size: fontSize }, lines.subtitle);
	const entries = legendEntries(model, lane?.binDays, narrow);
	const legend = layOutLegend(entries, page, subtitle.bottom + 6, lines.entry);
	const axisNoteY = Math.round(legend.bottom + fontSize);
	return {
		title,
		subtitle,
		legend: legend.entries,
		axisNote: { x: padding, y: axisNoteY, text: rangeInWords(model) },
		bottom: Math.round(axisNoteY + fontSize * 1.4),
	};
}

/** Lines of text from `top` down, as wide as the page. */
function block(
	text: string,
	{ padding, room }: Page,
	top: number,
	font: Font,
	maxLines: number,
): TextBlock {
	const lineHeight = font.size * LINE_HEIGHT;
	const texts = wrap(text, room, font, maxLines);
	const lines = texts.map((line, index) => ({
		x: padding,
		y: Math.round(top + (index + 0.5) * lineHeight),
		text: line,
	}));
	return { font, lines, bottom: top + lines.length * lineHeight };
}

/** Puts entries side by side while there is room; a long entry continues in the next row. */
function layOutLegend(texts: readonly Entry[], page: Page, top: number, maxLines: number) {
	const { padding, fontSize, room } = page;
	const font = { size: fontSize };
	const rowHeight = Math.round(fontSize * 1.6);
	const entries: LegendEntry[] = [];
	let [x, y] = [padding, Math.round(top + rowHeight / 2)];
	for (const { sample, text } of texts) {
		const [first = '', ...more] = wrap(text, room - LEGEND_SAMPLE, font, maxLines);
		const width = LEGEND_SAMPLE + textWidth(first, font);
		if (x > padding && x + width > padding + room) [x, y] = [padding, y + rowHeight];
		entries.push({ x, y, text: first, sample });
		for (const line of more) {
			y += Math.round(fontSize * LINE_HEIGHT);
			entries.push({ x, y, text: line, sample: 'none' });
		}
		x += more.length > 0 ? room : Math.ceil(width) + LEGEND_GAP;
	}
	return { entries, bottom: entries.length === 0 ? top : y + rowHeight / 2 };
}

/** Notes at the bottom of the picture, as many lines as fit. */
function layOutNotes(model: ChartModel, page: Page, room: number): TextBlock & { top: number } {
	const font = { size: page.fontSize - 1 };
	const maxLines = Math.min(5, Math.floor(room / (font.size * LINE_HEIGHT)));
	const text = maxLines < 1 ? '' : notesInWords(model).join(' ');
	const { bottom: height } = block(text, page, 0, font, maxLines);
	const top = page.height - page.padding - height;
	return { ...block(text, page, top, font, maxLines), top: Math.round(top - 4) };
}

/** Labels next to their lines, moved apart if they would touch. */
function labelThresholds(
	{ thresholds, ...model }: ChartModel,
	{ width, padding, fontSize, narrow }: Page,
	plot: Box,
	bottom: number,
): ThresholdLabel[] {
	const { low, high } = percentRange({ thresholds, ...model });
	const yOf = (percent: number) =>
		plot.bottom - ((percent - low) / (high - low)) * (plot.bottom - plot.top);
	const highestFirst = thresholds.toSorted((left, right) => right.percent - left.percent);
	const ys = spread(
		highestFirst.map(({ percent }) => yOf(percent)),
		Math.min(fontSize * LINE_HEIGHT, (bottom - plot.top) / Math.max(1, thresholds.length)),
		bottom - fontSize,
	);
	return highestFirst.map(({ name, percent }, index) => {
		const room = width - padding - plot.right - LABEL_GAP - percentWidth(percent, fontSize) - 6;
		const [shown = ''] = narrow ? [] : wrap(name, room, { size: fontSize }, 1);
		return {
			lineY: yOf(percent),
			y: ys[index] ?? yOf(percent),
			percent: percentInWords(percent),
			name: shown,
			title: `${name}: ${percentInWords(percent)}`,
		};
	});
}

/** Positions in ascending order, moved at least `gap` apart, the last no further than `end`. */
function spread(positions: readonly number[], gap: number, end: number): number[] {
	let previous = -Infinity;
	const down = positions.map((position) => (previous = Math.max(position, previous + gap)));
	let next = end + gap;
	return down
		.map((_, index) => down.length - 1 - index)
		.reduce<number[]>((up, index) => {
			next = Math.min(down[index] ?? 0, next - gap);
			return [next, ...up];
		}, []);
}
