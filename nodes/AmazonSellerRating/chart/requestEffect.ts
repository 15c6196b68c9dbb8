import * as Plot from '@observablehq/plot';

import { plusDays } from '../../shared/domain/calendar';
import { XmlDocument, type XmlElement } from './dom';
import { fingerprint, pictureRoot, plotIn } from './plot';
import { toDate } from './range';
import type { ChartOptions } from './svg';
import { wrap } from './text';
import { paletteOf, windowColor, type Palette } from './theme';
import { countInWords, dayInWords, placeOf } from './words';

/** The requests and the feedback of each day, one above the other, and the effect with its interval. */
export interface RequestEffectPicture {
	readonly title: string;
	/** E.g. "Amazon.de". */
	readonly marketplace: string;
	/** The seller's name; undefined if unknown. */
	readonly seller?: string | undefined;
	/** One per day without gaps, sorted by date; undefined is unknown. */
	readonly days: ReadonlyArray<{
		readonly date: string;
		readonly requests: number;
		readonly received: number | undefined;
	}>;
	/** Feedback entries per 100 requests; undefined if unknown. */
	readonly effect:
		| { readonly per100: number; readonly low: number; readonly high: number }
		| undefined;
	/** The effect that is worth the requests, per 100. */
	readonly effectToDetect: number;
	readonly confidencePercent: number;
	/** The verdict in words. */
	readonly summary: string;
	readonly notes: readonly string[];
}

const SIZE = 13;
const LINE = SIZE * 1.35;
const PANEL = 120;
const AXIS = LINE * 2.1;
const STRIP = 34;

interface Box {
	readonly left: number;
	readonly right: number;
	readonly top: number;
	readonly bottom: number;
}

/** Draws the picture as a self-contained SVG; the height follows from the texts. */
export function renderRequestEffect(
	model: RequestEffectPicture,
	{ width, theme }: Omit<ChartOptions, 'height'>,
): string {
	const palette = paletteOf(theme);
	const document = new XmlDocument();
	const narrow = width < 480;
	const padding = narrow ? 12 : 24;
	const room = width - 2 * padding;
	const texts: XmlElement[] = [];
	let y = padding;
	const write = (
		lines: readonly string[],
		attributes: Readonly<Record<string, string | number>> = {},
		height = LINE,
	): void => {
		for (const text of lines) {
			y += height;
			const place = { x: padding, y: Math.round(y), 'text-anchor': 'start', fill: palette.muted };
			texts.push(document.element('text', { ...place, ...attributes }, text));
		}
	};
	const bold = { fill: palette.ink, 'font-weight': 'bold', 'font-size': SIZE + 5 };
	write(wrap(model.title, room, { size: SIZE + 5, bold: true }, 2), bold, LINE * 1.3);
	write(wrap(`${placeOf(model)}. ${model.summary}`, room, { size: SIZE }, narrow ? 8 : 4));

	/** The box of a part of this height, which then is behind the cursor. */
	const boxOf = (height: number, axis: number): Box => {
		const box = { left: padding + 34, right: width - padding - 8, top: y + LINE * 0.7, bottom: 0 };
		y = box.top + height + axis;
		return { ...box, bottom: box.top + height };
	};
	const [first, second] = [windowColor(palette, 2), windowColor(palette, 1)];
	y += LINE * 0.5;
	write(['Requests per day'], { fill: first });
	const requestsBox = boxOf(PANEL, LINE * 0.4);
	const hasUnknown = model.days.some(({ received }) => received === undefined);
	const feedbackTitle = `Feedback entries per day${hasUnknown ? ' (gray: unknown)' : ''}`;
	write([feedbackTitle], { fill: second });
	const feedbackBox = boxOf(PANEL, AXIS);
	const { effect, confidencePercent } = model;
	const stripTitle = `More feedback entries per 100 requests, with ${confidencePercent}% interval`;
	if (effect) write(wrap(stripTitle, room, { size: SIZE }, 2), { fill: palette.ink });
	const stripBox = effect && boxOf(STRIP, AXIS);
	write(wrap(model.notes.join(' '), room, { size: SIZE - 1 }, narrow ? 8 : 5), {
		'font-size': SIZE - 1,
	});

	const height = Math.round(y + padding);
	const canvas = { document, palette, width, height };
	const root = pictureRoot(document, {
		id: `requests-${fingerprint(JSON.stringify([model, width, theme]))}`,
		width,
		height,
		fontSize: SIZE,
		theme,
		title: `${model.title} – ${placeOf(model)}`,
		description: requestEffectInWords(model),
	});
	root.append(
		...texts,
		...drawBars(canvas, model, 'requests', first, requestsBox, false),
		...drawBars(canvas, model, 'received', second, feedbackBox, true),
		...(effect && stripBox ? drawEffect(canvas, model, effect, stripBox) : []),
	);
	return root.toString();
}

interface Canvas {
	readonly document: XmlDocument;
	readonly palette: Palette;
	readonly width: number;
	readonly height: number;
}

const margins = ({ width, height }: Canvas, { left, right, top, bottom }: Box) => ({
	width,
	height,
	marginLeft: left,
	marginRight: width - right,
	marginTop: top,
	marginBottom: height - bottom,
});

function drawBars(
	canvas: Canvas,
	{ days }: RequestEffectPicture,
	value: 'requests' | 'received',
	fill: string,
	box: Box,
	hasAxis: boolean,
): XmlElement[] {
	const { document, palette } = canvas;
	const bars = days.flatMap(({ date, [value]: count }) =>
		count === undefined ? [] : [{ from: toDate(date), to: toDate(plusDays(date, 1)), count }],
	);
	const unknown = days
		.filter(({ [value]: count }) => count === undefined)
		.map(({ date }) => ({ from: toDate(date), to: toDate(plusDays(date, 1)) }));
	const [first, last] = [days[0], days.at(-1)];
	if (first === undefined || last === undefined) return [];
	const most = Math.max(1, ...bars.map(({ count }) => count));
	const quiet = { label: null, fill: palette.muted, fontSize: SIZE };
	return plotIn(document, {
		...margins(canvas, box),
		x: { type: 'utc', domain: [toDate(first.date), toDate(plusDays(last.date, 1))], axis: null },
		y: { type: 'linear', domain: [0, most], axis: null },
		marks: [
			Plot.gridY({ stroke: palette.grid, strokeOpacity: 1, ticks: 3 }),
			Plot.rect(unknown, {
				x1: 'from',
				x2: 'to',
				y1: 0,
				y2: most,
				fill: palette.grid,
				className: 'unknown',
			}),
			Plot.rectY(bars, {
				x1: 'from',
				x2: 'to',
				y: 'count',
				fill,
				inset: (box.right - box.left) / days.length > 4 ? 0.5 : 0,
				className: value,
			}),
			Plot.axisY({ ...quiet, ticks: 3, tickSize: 0 }),
			...(hasAxis
				? [
						Plot.axisX({
							...quiet,
							ticks: Math.max(2, (box.right - box.left) / (SIZE * 7)),
							anchor: 'bottom',
							color: palette.muted,
							stroke: palette.muted,
						}),
					]
				: []),
		],
	});
}

function drawEffect(
	canvas: Canvas,
	{ effectToDetect }: RequestEffectPicture,
	effect: NonNullable<RequestEffectPicture['effect']>,
	box: Box,
): XmlElement[] {
	const { document, palette } = canvas;
	const { low, high, per100 } = effect;
	const ends = [0, effectToDetect, low, high, per100];
	const [least, most] = [Math.min(...ends), Math.max(...ends)];
	const spare = 0.05 * (most - least);
	const color = low > 0 ? windowColor(palette, 1) : palette.muted;
	return plotIn(document, {
		...margins(canvas, box),
		x: { type: 'linear', domain: [least - spare, most + spare], axis: null },
		y: { type: 'linear', domain: [0, 1], axis: null },
		marks: [
			Plot.ruleX([0], { stroke: palette.ink, className: 'zero' }),
			Plot.ruleX([effectToDetect], {
				stroke: palette.threshold,
				strokeDasharray: '4 3',
				className: 'toDetect',
			}),
			Plot.ruleY([effect], {
				x1: 'low',
				x2: 'high',
				y: () => 0.5,
				stroke: color,
				strokeWidth: 3,
				className: 'interval',
			}),
			Plot.dot([effect], { x: 'per100', y: () => 0.5, r: 5, fill: color, className: 'effect' }),
			Plot.axisX({
				ticks: Math.max(2, Math.min(8, (box.right - box.left) / 60)),
				anchor: 'bottom',
				label: null,
				color: palette.muted,
				fill: palette.muted,
				stroke: palette.muted,
				fontSize: SIZE,
			}),
		],
	});
}

/** The key facts as sentences, for readers who cannot see the picture. */
export function requestEffectInWords(model: RequestEffectPicture): string {
	const { days } = model;
	const [first, last] = [days[0], days.at(-1)];
	const known = days.flatMap(({ received }) => received ?? []);
	const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);
	const facts =
		first === undefined || last === undefined
			? []
			: [
					`From ${dayInWords(first.date)} to ${dayInWords(last.date)}: ${countInWords(sum(days.map(({ requests }) => requests)), 'request')} and, on the ${known.length} days with totals, ${countInWords(sum(known), 'feedback entry', 'feedback entries')}.`,
				];
	return [...facts, model.summary, ...model.notes].join(' ');
}
