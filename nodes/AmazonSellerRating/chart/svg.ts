import * as Plot from '@observablehq/plot';

import { XmlDocument, type XmlElement } from './dom';
import {
	LABEL_GAP,
	layOut,
	LEGEND_SAMPLE,
	type Lane,
	type Layout,
	type LegendEntry,
	type TextBlock,
} from './layout';
import type { ChartModel, ChartWindow, ForecastPoint } from './model';
import { fingerprint, pictureRoot, plotIn, type ChartOptions } from './plot';
import {
	hasRatings,
	lastRated,
	percentRange,
	rangedWindows,
	timeRange,
	toDate,
	type PercentRange,
} from './range';
import { paletteOf, windowColor, type Palette } from './theme';
import { textWidth } from './text';
import { descriptionOf, placeOf } from './words';

/** The input for every part of the picture. */
interface Drawing {
	readonly model: ChartModel;
	readonly layout: Layout;
	readonly palette: Palette;
	readonly document: XmlDocument;
	readonly range: PercentRange;
}

const SHAPES = ['circle', 'square', 'diamond2', 'star', 'hexagon', 'wye'] as const;
const FORECAST_DASHES = '5 4';
const BAND_OPACITY = 0.18;
/** Of the judged window, and of the others. */
const JUDGED_WIDTH = 3;
const LINE_WIDTH = 1.5;
const THRESHOLD_WIDTH = 1.25;

/**
 * Draws a seller's rating as a self-contained SVG: no scripts, fonts or files. The same model and
 * options give the same text.
 */
export function renderChart(model: ChartModel, options: ChartOptions): string {
	const { width, theme, bare } = options;
	const drawing: Drawing = {
		model,
		layout: layOut(model, width, bare),
		palette: paletteOf(theme),
		document: new XmlDocument(),
		range: percentRange(model),
	};
	const id = `chart-${fingerprint(JSON.stringify([model, options]))}`;
	const root = pictureRoot(drawing.document, {
		id,
		width: drawing.layout.width,
		height: drawing.layout.height,
		fontSize: drawing.layout.fontSize,
		theme,
		title: `${model.title} – ${placeOf(model)}`,
		description: descriptionOf(model),
	});
	root.append(
		...drawTexts(drawing),
		...drawLegend(drawing),
		...drawRatings(drawing),
		...drawTimeline(drawing),
	);
	return root.toString();
}

/** The marks that Plot draws, without its outer frame. */
const plot = ({ document }: Drawing, options: Plot.PlotOptions): XmlElement[] =>
	plotIn(document, options);

/** Draws marks that are positioned in pixels. */
const plotOnPage = (drawing: Drawing, marks: Plot.Markish[]): XmlElement[] =>
	plot(drawing, {
		width: drawing.layout.width,
		height: drawing.layout.height,
		margin: 0,
		axis: null,
		x: { type: 'identity' },
		y: { type: 'identity' },
		marks,
	});

function drawTexts(drawing: Drawing): XmlElement[] {
	const { layout, palette } = drawing;
	const block = (className: string, { font, lines }: TextBlock, fill: string) =>
		textAt(className, lines, {
			fill,
			fontSize: font.size,
			...(font.bold && { fontWeight: 'bold' }),
		});
	return plotOnPage(drawing, [
		block('title', layout.title, palette.ink),
		block('subtitle', layout.subtitle, palette.muted),
		block('notes', layout.notes, palette.muted),
		textAt('axis-note', [layout.axisNote], {
			fill: palette.muted,
			fontSize: layout.fontSize - 1,
		}),
		...thresholdLabels(drawing),
	]);
}

const textAt = (className: string, data: Plot.Data, options: Plot.TextOptions) =>
	Plot.text(data, { x: 'x', y: 'y', text: 'text', textAnchor: 'start', className, ...options });

/**
 * The label of each threshold line, and a connector from the line to its label, which may have
 * moved.
 */
function thresholdLabels({ layout, palette }: Drawing): Plot.Markish[] {
	const { plot: box, fontSize, thresholdLabels: labels } = layout;
	const x = box.right + LABEL_GAP;
	const nameX = (percent: string) => x + textWidth(percent, { size: fontSize, bold: true }) + 6;
	return [
		Plot.link(
			labels.map(({ lineY, y }) => ({ x1: box.right, x2: x - 4, y1: lineY, y2: y })),
			{ x1: 'x1', x2: 'x2', y1: 'y1', y2: 'y2', stroke: palette.threshold },
		),
		textAt(
			'threshold-percent',
			labels.map(({ y, percent, title }) => ({ x, y, text: percent, title })),
			{ fill: palette.ink, fontSize, fontWeight: 'bold', title: 'title' },
		),
		textAt(
			'threshold-name',
			labels.map(({ y, percent, name, title }) => ({ x: nameX(percent), y, text: name, title })),
			{ fill: palette.muted, fontSize, title: 'title' },
		),
	];
}

function drawLegend(drawing: Drawing): XmlElement[] {
	const { layout, palette } = drawing;
	return plotOnPage(drawing, [
		...layout.legend.flatMap((entry) => drawSample(drawing, entry)),
		textAt('legend', layout.legend, {
			x: ({ x }: LegendEntry) => x + LEGEND_SAMPLE,
			fill: palette.ink,
			fontSize: layout.fontSize,
		}),
	]);
}

function drawSample(drawing: Drawing, { x, y, sample }: LegendEntry): Plot.Markish[] {
	const { model, palette } = drawing;
	const end = x + LEGEND_SAMPLE - 8;
	const middle = { x: (x + end) / 2, y };
	const line = [{ x1: x, x2: end, y }];
	const band = { x1: x, x2: end, y1: y - 6, y2: y + 6 };
	if (typeof sample === 'number') {
		const strokeWidth = widthOf(model, sample);
		return [
			sampleLine(line, windowColor(palette, sample), { strokeWidth }),
			windowMark([middle], sample, drawing),
		];
	}
	const dashes = sampleLine(line, palette.muted, { strokeDasharray: FORECAST_DASHES });
	return {
		band: [area([band], { fill: palette.muted, fillOpacity: BAND_OPACITY }), dashes],
		forecast: [dashes],
		negative: [negativeMark([middle], palette)],
		threshold: [sampleLine(line, palette.threshold, { strokeWidth: THRESHOLD_WIDTH })],
		none: [],
	}[sample];
}

const sampleLine = (data: Plot.Data, stroke: string, options: Plot.RuleYOptions = {}) =>
	Plot.ruleY(data, {
		x1: 'x1',
		x2: 'x2',
		y: 'y',
		stroke,
		strokeWidth: LINE_WIDTH,
		...options,
	});

const area = (data: Plot.Data, options: Plot.RectOptions) =>
	Plot.rect(data, { x1: 'x1', x2: 'x2', y1: 'y1', y2: 'y2', ...options });

/** The shape of a window, in the legend and at the end of its line. */
const windowMark = (data: Plot.Data, index: number, { model, palette }: Drawing) =>
	Plot.dot(data, {
		x: 'x',
		y: 'y',
		symbol: SHAPES[index % SHAPES.length] ?? 'circle',
		r: widthOf(model, index) === JUDGED_WIDTH ? 5.5 : 4,
		fill: windowColor(palette, index),
		stroke: palette.background,
		strokeWidth: 1,
		className: `window-mark window-${index}`,
	});

const negativeMark = (data: Plot.Data, palette: Palette) =>
	Plot.dot(data, {
		x: 'x',
		y: 'y',
		symbol: 'triangle2',
		rotate: 180,
		r: 4.5,
		fill: palette.negative,
		stroke: palette.negative,
		className: 'negatives',
	});

/** The upper part: rating over time with thresholds and forecast. */
function drawRatings(drawing: Drawing): XmlElement[] {
	const { model, layout, palette, range } = drawing;
	const { top, bottom } = layout.plot;
	const ticks = Math.max(2, Math.min(10, range.high - range.low, (bottom - top) / 42));
	return plot(drawing, {
		...frame(drawing, top, bottom),
		y: { type: 'linear', domain: [range.low, range.high], axis: null },
		marks: [
			...forecastGround(drawing),
			Plot.gridY({ stroke: palette.grid, strokeOpacity: 1, ticks }),
			Plot.ruleY(model.thresholds, {
				y: 'percent',
				stroke: palette.threshold,
				strokeWidth: THRESHOLD_WIDTH,
				className: 'thresholds',
			}),
			todayRule(drawing),
			...rangedWindows(model).map((window) => forecastBand(drawing, window)),
			...judgedLast(model).flatMap((window) => windowLines(drawing, window)),
			...judgedLast(model).map((window) =>
				windowMark(markData(window), indexOf(model, window), drawing),
			),
			Plot.axisY({
				ticks,
				tickSize: 0,
				tickFormat: (percent: number) => `${percent}%`,
				label: null,
				fill: palette.muted,
				fontSize: layout.fontSize,
			}),
			...(hasRatings(model) ? [] : [emptyText(drawing)]),
		],
	});
}

const indexOf = ({ windows }: ChartModel, window: ChartWindow): number => windows.indexOf(window);

/** Later lines are drawn over earlier ones. */
const judgedLast = ({ windows, judged }: ChartModel): ChartWindow[] =>
	windows.toSorted((a, b) => Number(a.label === judged) - Number(b.label === judged));

const widthOf = ({ windows, judged }: ChartModel, index: number): number =>
	windows[index]?.label === judged ? JUDGED_WIDTH : LINE_WIDTH;

/** The scales that both parts of the picture share. */
function frame({ model, layout }: Drawing, top: number, bottom: number): Plot.PlotOptions {
	const { first, last } = timeRange(model);
	return {
		width: layout.width,
		height: layout.height,
		marginLeft: layout.plot.left,
		marginRight: layout.width - layout.plot.right,
		marginTop: top,
		marginBottom: layout.height - bottom,
		x: { type: 'utc', domain: [first, last], axis: null },
	};
}

function forecastGround({ model, palette, range }: Drawing): Plot.Markish[] {
	if (model.windows.every(({ forecast }) => forecast.length === 0)) return [];
	const days = { x1: toDate(model.asOf), x2: timeRange(model).last };
	return [
		area([{ ...days, y1: range.low, y2: range.high }], {
			fill: palette.forecast,
			className: 'forecast-ground',
		}),
	];
}

const todayRule = ({ model, palette }: Drawing) =>
	Plot.ruleX([toDate(model.asOf)], { stroke: palette.today, className: 'today' });

/** The band, cut at the axis; the notes mention the cut. */
function forecastBand({ model, palette, range }: Drawing, window: ChartWindow) {
	const index = indexOf(model, window);
	const inRange = (percent: number | undefined) =>
		percent === undefined ? undefined : Math.min(range.high, Math.max(range.low, percent));
	return Plot.areaY(withLastRated(window), {
		x: ({ date }: ForecastPoint) => toDate(date),
		y1: ({ low }: ForecastPoint) => inRange(low),
		y2: ({ high }: ForecastPoint) => inRange(high),
		fill: windowColor(palette, index),
		fillOpacity: BAND_OPACITY,
		className: `band window-${index}`,
	});
}

function windowLines({ model, palette }: Drawing, window: ChartWindow) {
	const index = indexOf(model, window);
	const options = {
		x: ({ date }: { date: string }) => toDate(date),
		y: 'rating',
		stroke: windowColor(palette, index),
		strokeWidth: widthOf(model, index),
		strokeLinejoin: 'round',
		strokeLinecap: 'round',
	} as const;
	return [
		Plot.line(window.points, { ...options, className: `rating window-${index}` }),
		Plot.line(withLastRated(window), {
			...options,
			strokeLinecap: 'butt',
			strokeDasharray: FORECAST_DASHES,
			className: `forecast window-${index}`,
		}),
	];
}

/** The forecast, starting at the last rating so that the line continues. */
function withLastRated(window: ChartWindow): readonly ForecastPoint[] {
	const { points, forecast } = window;
	const last = points.at(-1);
	const [first] = forecast;
	if (last?.rating === undefined || first === undefined || last.date >= first.date) return forecast;
	const { date, rating } = last;
	const banded = first.low !== undefined && first.high !== undefined;
	return [
		{ date, rating, low: banded ? rating : undefined, high: banded ? rating : undefined },
		...forecast,
	];
}

function markData(window: ChartWindow) {
	const last = lastRated(window);
	return last ? [{ x: toDate(last.date), y: last.rating }] : [];
}

function emptyText({ model, layout, palette }: Drawing) {
	return Plot.text([`No rating to show for ${placeOf(model)}`], {
		frameAnchor: 'middle',
		fill: palette.ink,
		fontSize: layout.fontSize + 1,
		fontWeight: 'bold',
		stroke: palette.background,
		strokeWidth: 8,
		lineWidth: (layout.plot.right - layout.plot.left) / (layout.fontSize + 1) / 1.3,
		className: 'empty',
	});
}

/** The lower part: marks for negatives, and the time axis of both parts. */
function drawTimeline(drawing: Drawing): XmlElement[] {
	const { layout, palette } = drawing;
	const { left, right, bottom: top } = layout.plot;
	const bottom = top + (layout.lane?.height ?? 0);
	return plot(drawing, {
		...frame(drawing, top, bottom),
		y: { type: 'linear', domain: [0, 1], range: [bottom, top], axis: null },
		marks: [
			Plot.ruleY([0, 1], { stroke: palette.grid }),
			...(layout.lane ? [todayRule(drawing), ...negativeMarks(drawing, layout.lane)] : []),
			Plot.axisX({
				ticks: Math.max(2, (right - left) / (layout.fontSize * 7)),
				anchor: 'bottom',
				label: null,
				color: palette.muted,
				fill: palette.muted,
				stroke: palette.muted,
				fontSize: layout.fontSize,
			}),
		],
	});
}

/** A triangle for each period with negatives, and the count if there are several. */
function negativeMarks({ layout, palette }: Drawing, lane: Lane) {
	const bins = lane.bins.map(({ middle, count }) => ({ x: middle, y: 0.74, labelY: 0.3, count }));
	return [
		negativeMark(bins, palette),
		Plot.text(
			bins.filter(({ count }) => count > 1),
			{
				x: 'x',
				y: 'labelY',
				text: ({ count }: { count: number }) => String(count),
				fill: palette.ink,
				fontSize: layout.fontSize - 1,
				className: 'negative-counts',
			},
		),
	];
}
