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
	/** Empty if the name is in the legend. */
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

const SMALLEST_WIDTH = 280;
const LINE_HEIGHT = 1.35;
/** Width of a sample and the space after it. */
export const LEGEND_SAMPLE = 36;
const LEGEND_GAP = 18;
/** Space between the plot and its threshold labels. */
export const LABEL_GAP = 12;

/** How many lines a text may take before it is cut; only a text that nobody reads is longer. */
const LINES = { title: 3, subtitle: 12, legendEntry: 3, notes: 16 } as const;

/** Measures that depend only on the width. */
interface Page {
	readonly width: number;
	readonly narrow: boolean;
	/** The names of the thresholds are in the legend, because they do not fit beside the plot. */
	readonly namesInLegend: boolean;
	readonly fontSize: number;
	readonly padding: number;
	/** Width of a line of text. */
	readonly room: number;
}

/** The part of the width that the names of the thresholds may take. */
const NAME_SHARE = 0.2;

function pageOf({ thresholds }: ChartModel, requested: number): Page {
	const width = Math.max(SMALLEST_WIDTH, Math.round(requested));
	const narrow = width < 480;
	const padding = narrow ? 12 : 24;
	const fontSize = width < 1200 ? 13 : 15;
	const widest = Math.max(0, ...thresholds.map(({ name }) => textWidth(name, { size: fontSize })));
	const namesInLegend = narrow || widest > NAME_SHARE * width;
	return { width, narrow, namesInLegend, fontSize, padding, room: width - 2 * padding };
}

/** The height of the ratings' plot, which suits its width. */
const plotHeight = ({ width, narrow }: Page): number =>
	narrow ? 240 : Math.round(Math.min(420, Math.max(240, 0.3 * width)));

/**
 * The position of every part, in pixels. The height follows from the parts.
 * @param bare without title, subtitle and notes
 */
export function layOut(model: ChartModel, width: number, bare = false): Layout {
	const page = pageOf(model, width);
	const columns = columnsOf(model, page);
	const lane = laneOf(model, page, columns);
	const header = layOutHeader(model, page, lane, bare);
	const plot = { ...columns, top: header.bottom, bottom: header.bottom + plotHeight(page) };
	const laneBottom = plot.bottom + (lane?.height ?? 0);
	const text = bare ? '' : notesInWords(model).join(' ');
	// Below the dates of the axis, which take two lines.
	const below = laneBottom + Math.round(page.fontSize * 3.2);
	const notes = block(text, page, below, { size: page.fontSize - 1 }, LINES.notes);
	return {
		...header,
		width: page.width,
		height: Math.round(notes.bottom + page.padding),
		fontSize: page.fontSize,
		notes,
		plot,
		lane,
		thresholdLabels: labelThresholds(model, page, plot, laneBottom),
	};
}

/** Left and right edge of the plot, with room for the percent axis and the threshold labels. */
function columnsOf({ thresholds }: ChartModel, page: Page): Pick<Box, 'left' | 'right'> {
	const { width, padding, fontSize, namesInLegend } = page;
	const widths = thresholds.map(({ name, percent }) => {
		const nameWidth = namesInLegend ? 0 : 6 + textWidth(name, { size: fontSize });
		return percentWidth(percent, fontSize) + nameWidth;
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

function layOutHeader(model: ChartModel, page: Page, lane: Lane | undefined, bare: boolean) {
	const { padding, fontSize, narrow, namesInLegend } = page;
	const titleFont = { size: narrow ? 17 : fontSize + 7, bold: true };
	const facts = `${placeOf(model)} · as of ${dayInWords(model.asOf)}. ${model.texts.provenance}`;
	const title = block(bare ? '' : model.title, page, padding, titleFont, LINES.title);
	const subtitleTop = title.bottom + (bare ? 0 : 2);
	const subtitle = block(bare ? '' : facts, page, subtitleTop, { size: fontSize }, LINES.subtitle);
	const entries = legendEntries(model, lane?.binDays, namesInLegend);
	const legend = layOutLegend(entries, page, subtitle.bottom + (bare ? 0 : 6));
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
function layOutLegend(texts: readonly Entry[], page: Page, top: number) {
	const { padding, fontSize, room } = page;
	const font = { size: fontSize };
	const rowHeight = Math.round(fontSize * 1.6);
	const entries: LegendEntry[] = [];
	let [x, y] = [padding, Math.round(top + rowHeight / 2)];
	for (const { sample, text } of texts) {
		const [first = '', ...more] = wrap(text, room - LEGEND_SAMPLE, font, LINES.legendEntry);
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

/** Labels next to their lines, moved apart if they would touch. */
function labelThresholds(
	{ thresholds, ...model }: ChartModel,
	{ fontSize, namesInLegend }: Page,
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
	return highestFirst.map(({ name, percent }, index) => ({
		lineY: yOf(percent),
		y: ys[index] ?? yOf(percent),
		percent: percentInWords(percent),
		name: namesInLegend ? '' : name,
		title: `${name}: ${percentInWords(percent)}`,
	}));
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
