import * as Plot from '@observablehq/plot';

import { plusDays } from '../../shared/domain/calendar';
import { AXIS, Frame, GAP, LINE, SIZE, type Box } from './frame';
import type { ChartOptions } from './plot';
import { toDate } from './range';
import { windowColor } from './theme';
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

const PANEL = 120;
const STRIP = 34;

/** Draws the picture as a self-contained SVG; the height follows from the texts. */
export function renderRequestEffect(model: RequestEffectPicture, options: ChartOptions): string {
	const frame = new Frame(options);
	const { palette } = frame;
	const [first, second] = [windowColor(palette, 2), windowColor(palette, 1)];
	frame.heading(model.title, `${placeOf(model)}. ${model.summary}`);
	frame.y += LINE * 0.5;
	frame.write('Requests per day', { fill: first });
	frame.y += GAP;
	drawBars(frame, model, 'requests', first, frame.box(PANEL, 34, LINE * 0.4), false);
	const hasUnknown = model.days.some(({ received }) => received === undefined);
	frame.write(`Feedback entries per day${hasUnknown ? ' (gray: unknown)' : ''}`, { fill: second });
	frame.y += GAP;
	drawBars(frame, model, 'received', second, frame.box(PANEL, 34, AXIS), true);
	const { effect, confidencePercent } = model;
	if (effect) {
		const title = `More feedback entries per 100 requests, with ${confidencePercent}% interval`;
		frame.write(title, { fill: palette.ink });
		frame.y += GAP;
		drawEffect(frame, model, effect, frame.box(STRIP, 34, LINE * 1.6));
	}
	frame.notes(model.notes.join(' '));
	const title = `${model.title} – ${placeOf(model)}`;
	return frame.picture(model, title, requestEffectInWords(model));
}

function drawBars(
	frame: Frame,
	{ days }: RequestEffectPicture,
	value: 'requests' | 'received',
	fill: string,
	box: Box,
	hasAxis: boolean,
): void {
	const { palette } = frame;
	const bars = days.flatMap(({ date, [value]: count }) =>
		count === undefined ? [] : [{ from: toDate(date), to: toDate(plusDays(date, 1)), count }],
	);
	const unknown = days
		.filter(({ [value]: count }) => count === undefined)
		.map(({ date }) => ({ from: toDate(date), to: toDate(plusDays(date, 1)) }));
	const [first, last] = [days[0], days.at(-1)];
	if (first === undefined || last === undefined) return;
	const most = Math.max(1, ...bars.map(({ count }) => count));
	frame.plot(box, {
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
			Plot.axisY({
				label: null,
				fill: palette.muted,
				fontSize: SIZE,
				ticks: 3,
				tickSize: 0,
				// There are no halves of a request.
				tickFormat: (count: number) => (Number.isInteger(count) ? String(count) : ''),
			}),
			...(hasAxis
				? [Plot.axisX({ ...frame.axis(), ticks: frame.ticks(box, 7), anchor: 'bottom' })]
				: []),
		],
	});
}

function drawEffect(
	frame: Frame,
	{ effectToDetect }: RequestEffectPicture,
	effect: NonNullable<RequestEffectPicture['effect']>,
	box: Box,
): void {
	const { palette } = frame;
	const { low, high, per100 } = effect;
	const ends = [0, effectToDetect, low, high, per100];
	const [least, most] = [Math.min(...ends), Math.max(...ends)];
	const spare = 0.05 * (most - least);
	const color = low > 0 ? windowColor(palette, 1) : palette.muted;
	frame.plot(box, {
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
			Plot.axisX({ ...frame.axis(), ticks: Math.min(8, frame.ticks(box, 5)), anchor: 'bottom' }),
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
