// cspell:ignore colour
import * as Plot from '@observablehq/plot';

import { SVG_NAMESPACE, XmlDocument, XmlElement } from '../../nodes/AmazonSellerRating/chart/dom';
import { darkModeStyles, LIGHT, windowColour } from '../../nodes/AmazonSellerRating/chart/theme';
import type { LinePlot, Point } from './section';

const WIDTH = 720;
const HEIGHT = 460;
const LEGEND_TOP = 62;
const LEGEND_LINE = 20;
const FONTS = "system-ui, -apple-system, 'Segoe UI', Roboto, Arial, 'DejaVu Sans', sans-serif";
const SYMBOLS = ['circle', 'square', 'diamond', 'triangle', 'star', 'wye'] as const;

/**
 * A self-contained SVG of the lines on logarithmic axes, light or dark like the reader's system. A
 * dashed line of slope 1 shows proportional growth.
 */
export function renderLinePlot(plot: LinePlot): string {
	const document = new XmlDocument();
	const id = plot.file.replace(/\W+/g, '-');
	const legendBottom = LEGEND_TOP + LEGEND_LINE * Math.ceil((plot.series.length + 1) / 2);
	const root = document.element(
		'svg',
		{
			xmlns: SVG_NAMESPACE,
			id,
			role: 'img',
			'aria-label': plot.title,
			viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
			width: WIDTH,
			height: HEIGHT,
			'font-family': FONTS,
			'font-size': 12,
			'text-anchor': 'middle',
		},
		document.element('style', {}, darkModeStyles(id)),
		document.element('rect', { width: WIDTH, height: HEIGHT, fill: LIGHT.background }),
	);
	root.append(
		...drawLines(document, plot, legendBottom),
		...drawTexts(document, plot, legendBottom),
	);
	return `${root.toString()}\n`;
}

function drawLines(document: XmlDocument, plot: LinePlot, top: number): XmlElement[] {
	const { series, xLabel } = plot;
	const axis = { fill: LIGHT.muted, stroke: 'none', tickSize: 0, fontSize: 12 };
	const points = series.flatMap((each) => each.points);
	const x = reach(points.map((point) => point.x));
	const y = reach(points.map((point) => point.y));
	return draw(document, {
		marginTop: top + 30,
		marginLeft: 64,
		marginRight: 44,
		marginBottom: 48,
		x: { type: 'log', domain: x },
		y: { type: 'log', domain: y },
		marks: [
			Plot.gridX({ ticks: decades(x), stroke: LIGHT.grid, strokeOpacity: 1 }),
			Plot.gridY({ ticks: decades(y), stroke: LIGHT.grid, strokeOpacity: 1 }),
			Plot.axisX({ ...axis, ticks: decades(x), label: xLabel, tickFormat: short, labelOffset: 40 }),
			Plot.axisY({ ...axis, ticks: decades(y), label: null, tickFormat: short }),
			Plot.line(guide(points), {
				x: 'x',
				y: 'y',
				stroke: LIGHT.today,
				strokeDasharray: '5 4',
				clip: false,
			}),
			...series.flatMap(({ points: own }, index) => [
				Plot.line(own, { x: 'x', y: 'y', stroke: color(index), strokeWidth: 2 }),
				Plot.dot(own, { x: 'x', y: 'y', ...markOf(index) }),
			]),
		],
	});
}

/** Title, legend with two entries per row, and the unit of the vertical axis. */
function drawTexts(
	document: XmlDocument,
	{ title, series, yLabel }: LinePlot,
	bottom: number,
): XmlElement[] {
	const names = [...series.map(({ name }) => name), 'in proportion (slope 1)'];
	const entries = names.map((name, index) => ({
		name,
		x: 24 + (index % 2) * (WIDTH / 2),
		y: LEGEND_TOP + Math.floor(index / 2) * LEGEND_LINE,
	}));
	const isGuide = (index: number) => index === series.length;
	return draw(document, {
		margin: 0,
		axis: null,
		x: { type: 'identity' },
		y: { type: 'identity' },
		marks: [
			Plot.text([title], {
				x: () => 24,
				y: () => 28,
				textAnchor: 'start',
				fill: LIGHT.ink,
				fontSize: 16,
				fontWeight: 'bold',
			}),
			Plot.text([`↑ ${yLabel}`], {
				x: () => 24,
				y: () => bottom + 10,
				textAnchor: 'start',
				fill: LIGHT.muted,
				fontSize: 12,
			}),
			...entries.flatMap(({ name, x, y }, index) => [
				Plot.ruleY([{ x1: x, x2: x + 26, y }], {
					x1: 'x1',
					x2: 'x2',
					y: 'y',
					stroke: isGuide(index) ? LIGHT.today : color(index),
					strokeWidth: 2,
					...(isGuide(index) && { strokeDasharray: '5 4' }),
				}),
				...(isGuide(index)
					? []
					: [Plot.dot([{ x: x + 13, y }], { x: 'x', y: 'y', ...markOf(index) })]),
				Plot.text([{ x: x + 34, y, name }], {
					x: 'x',
					y: 'y',
					text: 'name',
					textAnchor: 'start',
					fill: LIGHT.ink,
					fontSize: 12,
				}),
			]),
		],
	});
}

/** What Plot draws, without its frame and style sheet. */
function draw(document: XmlDocument, options: Plot.PlotOptions): XmlElement[] {
	// Has the few members of a document that Plot uses.
	const figure: unknown = Plot.plot({
		document: document as unknown as Document,
		width: WIDTH,
		height: HEIGHT,
		...options,
	});
	if (!(figure instanceof XmlElement)) return [];
	return figure.childNodes.filter(
		(child): child is XmlElement => child instanceof XmlElement && child.tagName !== 'style',
	);
}

const color = (index: number): string => windowColour(LIGHT, index);

const markOf = (index: number): Plot.DotOptions => ({
	symbol: SYMBOLS[index % SYMBOLS.length] ?? 'circle',
	r: 4.5,
	fill: color(index),
	stroke: LIGHT.background,
});

/** From the power of ten below the minimum to the one above the maximum. */
const reach = (values: readonly number[]): [number, number] => [
	10 ** Math.floor(Math.log10(Math.min(...values)) + 1e-9),
	10 ** Math.ceil(Math.log10(Math.max(...values)) - 1e-9),
];

/** A line of slope 1 that ends at the upper right corner, or at the first axis it meets. */
function guide(points: readonly Point[]): Point[] {
	const [left, right] = reach(points.map(({ x }) => x));
	const [bottom, top] = reach(points.map(({ y }) => y));
	const start = Math.max(left, (right * bottom) / top);
	return [
		{ x: start, y: (top * start) / right },
		{ x: right, y: top },
	];
}

/** All powers of ten between both ends. */
const decades = ([low, high]: readonly [number, number]): number[] =>
	Array.from({ length: Math.round(Math.log10(high / low)) + 1 }, (_, index) => low * 10 ** index);

const short = (value: number): string =>
	value < 1 ? String(Number(value.toPrecision(1))) : value.toLocaleString('en-US');
