import * as Plot from '@observablehq/plot';

import { DAY_MS } from '../../shared/domain/calendar';
import { AXIS, Frame, GAP, SIZE } from './frame';
import { mail, type MailOptions } from './mail';
import type { ChartOptions } from './plot';
import { toDate } from './range';
import { windowColor } from './theme';
import { countInWords, dayInWords } from './words';

/** Review requests per day: what is planned, what could go out, and which orders lose their window. */
export interface Capacity {
	readonly title: string;
	/** Sorted by date; at least one. */
	readonly days: readonly CapacityDay[];
}

export interface CapacityDay {
	/** ISO calendar day. */
	readonly day: string;
	readonly planned: number;
	readonly capacity: number;
	readonly lost: number;
	/** How many of the lost orders each limit costs. */
	readonly savedBy: Readonly<Record<string, number>>;
}

/** The color of planned requests, among those of the windows. */
const PLANNED = 2;

/** A capacity that is this many times as high as all bars is only a sentence, so that bars stay visible. */
const HIGHEST = 2;

const topOf = (days: readonly CapacityDay[]): number => {
	const bars = Math.max(1, ...days.map(({ planned, lost }) => planned + lost));
	const capacity = Math.max(...days.map((day) => day.capacity));
	return Math.max(bars, Math.min(capacity, HIGHEST * bars));
};

const PLOT_HEIGHT = 180;

/** Draws the days as a self-contained SVG; the height follows from the texts. */
export function renderCapacity(model: Capacity, options: ChartOptions): string {
	const frame = new Frame(options);
	const { palette } = frame;
	frame.heading(model.title);
	frame.write(LEGEND, { lines: 6 });

	const { days } = model;
	const bars = days.map(({ day, planned, lost, capacity }) => {
		const from = toDate(day).getTime();
		const [x1, x2] = [0.12, 0.88].map((part) => new Date(from + part * DAY_MS));
		return { x1, x2, planned, capacity, all: planned + lost, lost };
	});
	const top = topOf(days);
	const first = toDate(days[0]?.day ?? '');
	const last = new Date(toDate(days.at(-1)?.day ?? '').getTime() + DAY_MS);
	frame.y += GAP;
	const box = frame.box(PLOT_HEIGHT, 44, AXIS);
	frame.plot(box, {
		x: { type: 'utc', domain: [first, last], axis: null },
		y: { type: 'linear', domain: [0, top], axis: null },
		marks: [
			Plot.gridY({ stroke: palette.grid, strokeOpacity: 1, ticks: 4 }),
			Plot.rect(bars, {
				x1: 'x1',
				x2: 'x2',
				y1: 0,
				y2: 'planned',
				fill: windowColor(palette, PLANNED),
				className: 'planned',
			}),
			Plot.rect(
				bars.filter(({ lost }) => lost > 0),
				{ x1: 'x1', x2: 'x2', y1: 'planned', y2: 'all', fill: palette.negative, className: 'lost' },
			),
			Plot.ruleY(
				bars.filter(({ capacity }) => capacity <= top),
				{
					x1: 'x1',
					x2: 'x2',
					y: 'capacity',
					stroke: palette.threshold,
					strokeWidth: 2,
					className: 'capacity',
				},
			),
			Plot.axisY({
				ticks: 4,
				tickSize: 0,
				tickFormat: (count: number) => (Number.isInteger(count) ? String(count) : ''),
				label: null,
				fill: palette.muted,
				fontSize: SIZE,
			}),
			Plot.axisX({ ...frame.axis(), ticks: frame.ticks(box, 7), anchor: 'bottom' }),
		],
	});
	frame.notes(factsOf(model).join(' '));
	return frame.picture(model, model.title, capacityInWords(model));
}

const LEGEND =
	'Requests per day. Bars: planned, and on top of them orders that lose their window. Lines: the most that could go out.';

/** What Plan's limits are called. */
const LIMITS: Readonly<Record<string, string>> = {
	hours: 'no time of day',
	weekdays: 'all days of the week',
	quietDays: 'no quiet days',
	campaignDays: 'no first and last day of campaigns',
	campaignMaximum: 'no maximum of campaigns',
	maxRequestsPerDay: 'no maximum per day',
	rate: 'a higher rate limit',
};

const number = (count: number): string => count.toLocaleString('en-US');

/** The key facts, each a sentence. */
function factsOf({ days }: Capacity): string[] {
	const sum = (field: 'planned' | 'lost') => days.reduce((total, day) => total + day[field], 0);
	const lost = sum('lost');
	const capacities = days.map(({ capacity }) => capacity);
	const [least, most] = [Math.min(...capacities), Math.max(...capacities)];
	const saved = new Map<string, number>();
	for (const [limit, count] of days.flatMap(({ savedBy }) => Object.entries(savedBy))) {
		saved.set(limit, (saved.get(limit) ?? 0) + count);
	}
	const remedies = [...saved]
		.toSorted(([, left], [, right]) => right - left)
		.map(([limit, count]) => `${LIMITS[limit] ?? limit} (${count})`);
	return [
		`From ${dayInWords(days[0]?.day ?? '')} to ${dayInWords(days.at(-1)?.day ?? '')}: ${countInWords(sum('planned'), 'request')} planned.`,
		`A day could take ${least === most ? number(most) : `${number(least)} to ${number(most)}`}.`,
		lost === 0
			? 'No order loses its window.'
			: `${countInWords(lost, 'order')} ${lost === 1 ? 'loses its window' : 'lose their window'}.`,
		...(remedies.length === 0 ? [] : [`What would save them: ${remedies.join('; ')}.`]),
	];
}

/** The key facts, for readers who cannot see the picture. */
export const capacityInWords = (model: Capacity): string => factsOf(model).join(' ');

/** An email with the facts and the picture. */
export function renderCapacityDigest(model: Capacity, options: MailOptions): string {
	const [planned = '', capacity = '', lost = '', ...remedies] = factsOf(model);
	return mail(options, {
		title: model.title,
		verdict: lost,
		sentences: [planned, capacity, ...remedies],
		alternative: capacityInWords(model),
	});
}
