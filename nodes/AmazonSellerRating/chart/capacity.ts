import * as Plot from '@observablehq/plot';

import { DAY_MS } from '../../shared/domain/calendar';
import { escapeXml, XmlDocument, type XmlElement } from './dom';
import { css, mailPage, paletteOfMail, svgAddress, type DigestTheme } from './mail';
import { fingerprint, pictureRoot, plotIn } from './plot';
import { toDate } from './range';
import type { ChartOptions } from './svg';
import { wrap } from './text';
import { paletteOf, windowColor } from './theme';
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

const LINE = 1.35;

/** A capacity that is this many times as high as all bars is only a sentence, so that bars stay visible. */
const HIGHEST = 2;

const topOf = (days: readonly CapacityDay[]): number => {
	const bars = Math.max(1, ...days.map(({ planned, lost }) => planned + lost));
	const capacity = Math.max(...days.map((day) => day.capacity));
	return Math.max(bars, Math.min(capacity, HIGHEST * bars));
};

/** Draws the days as a self-contained SVG. */
export function renderCapacity(model: Capacity, options: ChartOptions): string {
	const { width, theme } = options;
	const narrow = width < 480;
	const { height = narrow ? 360 : 320 } = options;
	const palette = paletteOf(theme);
	const document = new XmlDocument();
	const id = `chart-${fingerprint(JSON.stringify([model, width, height, theme]))}`;
	const size = 13;
	const padding = narrow ? 12 : 24;
	const room = width - 2 * padding;
	const lineHeight = size * LINE;
	const texts: XmlElement[] = [];
	const write = (text: string, y: number, attributes: Readonly<Record<string, string | number>>) =>
		texts.push(
			document.element('text', { x: padding, y, 'text-anchor': 'start', ...attributes }, text),
		);

	let y = padding;
	for (const text of wrap(model.title, room, { size: size + 5, bold: true }, 2)) {
		y += lineHeight * 1.3;
		write(text, Math.round(y), {
			fill: palette.ink,
			'font-size': size + 5,
			'font-weight': 'bold',
		});
	}
	for (const text of wrap(LEGEND, room, { size }, 3)) {
		y += lineHeight;
		write(text, Math.round(y), { fill: palette.muted });
	}
	const footer = wrap(factsOf(model).join(' '), room, { size: size - 1 }, narrow ? 5 : 3);
	const footerTop = height - padding - footer.length * lineHeight;
	footer.forEach((text, index) =>
		write(text, Math.round(footerTop + (index + 0.8) * lineHeight), {
			fill: palette.muted,
			'font-size': size - 1,
		}),
	);

	const { days } = model;
	const bars = days.map(({ day, planned, lost, capacity }) => {
		const from = toDate(day).getTime();
		const [x1, x2] = [0.12, 0.88].map((part) => new Date(from + part * DAY_MS));
		return { x1, x2, planned, capacity, all: planned + lost, lost };
	});
	const top = topOf(days);
	const first = toDate(days[0]?.day ?? '');
	const last = new Date(toDate(days.at(-1)?.day ?? '').getTime() + DAY_MS);
	const drawn = plotIn(document, {
		width,
		height,
		marginLeft: padding + 44,
		marginRight: padding,
		marginTop: y + lineHeight,
		marginBottom: height - footerTop + lineHeight * 2,
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
				fontSize: size,
			}),
			Plot.axisX({
				ticks: Math.max(2, room / (size * 7)),
				anchor: 'bottom',
				label: null,
				color: palette.muted,
				fill: palette.muted,
				stroke: palette.muted,
				fontSize: size,
			}),
		],
	});
	const root = pictureRoot(document, {
		id,
		width,
		height,
		fontSize: size,
		theme,
		title: model.title,
		description: capacityInWords(model),
	});
	root.append(...texts, ...drawn);
	return root.toString();
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

/** An email with the picture and its facts. */
export function renderCapacityDigest(
	model: Capacity,
	svg: string,
	theme: DigestTheme = 'light',
): string {
	const palette = paletteOfMail(theme);
	const heading = css({ margin: '0 0 4px', 'font-size': '20px', 'line-height': '26px' });
	const picture = css({ display: 'block', width: '100%', 'max-width': '520px', height: 'auto' });
	const paragraph = css({ margin: '8px 0 0', 'font-size': '13px', color: palette.muted });
	return mailPage(model.title, theme, [
		`<h1${heading}>${escapeXml(model.title)}</h1>`,
		`<img src="${svgAddress(svg)}" alt="${escapeXml(capacityInWords(model))}" width="520"${picture}>`,
		...factsOf(model).map((fact) => `<p${paragraph}>${escapeXml(fact)}</p>`),
	]);
}
