import * as Plot from '@observablehq/plot';

import { escapeXml, XmlDocument, type XmlElement } from './dom';
import { css, mailPage, paletteOfMail, svgAddress, type DigestTheme } from './mail';
import { fingerprint, pictureRoot, plotIn } from './plot';
import { toDate } from './range';
import type { ChartOptions } from './svg';
import { wrap } from './text';
import { paletteOf, windowColor, type Palette } from './theme';
import { dayInWords, percentInWords, placeOf, UNKNOWN } from './words';

/** Rating and Buy Box share over time, one above the other, from the same days. Percent is 0 to 100. */
export interface RatingAndBuyBox {
	readonly title: string;
	/** E.g. "Amazon.de". */
	readonly marketplace: string;
	/** The seller's name; undefined if unknown. */
	readonly seller?: string;
	/** The day of the figures. */
	readonly asOf: string;
	/** Each point covers this many days up to its day. */
	readonly days: number;
	/** Sorted by date. A day on which either is unknown is a gap in both lines. */
	readonly points: ReadonlyArray<{
		readonly date: string;
		readonly rating: number | undefined;
		readonly buyBox: number | undefined;
	}>;
	/** Sentences about where the figures come from and what is missing. */
	readonly provenance: string;
	readonly notes: readonly string[];
}

/** The reader must not take a coincidence for a cause. */
export const CAUTION =
	'Both lines are from the same days, each on its own scale. That both rise or fall does not mean that one causes the other.';

type Point = RatingAndBuyBox['points'][number];

interface Known {
	readonly date: string;
	readonly rating: number;
	readonly buyBox: number;
}

const isKnown = (point: Point): point is Known =>
	point.rating !== undefined && point.buyBox !== undefined;

interface Panel {
	readonly value: 'rating' | 'buyBox';
	readonly title: string;
	readonly color: number;
}

const panelsOf = ({ days }: RatingAndBuyBox): Panel[] => [
	{ value: 'rating', title: `Rating: positive feedback of the last ${days} days (%)`, color: 1 },
	{ value: 'buyBox', title: `Buy Box share of page views in the last ${days} days (%)`, color: 2 },
];

const STEP = 5;
const LINE = 1.35;

/** Draws both as a self-contained SVG, as `renderChart` does. */
export function renderRatingAndBuyBox(model: RatingAndBuyBox, options: ChartOptions): string {
	const { width, theme } = options;
	const narrow = width < 480;
	const { height = narrow ? 560 : 480 } = options;
	const palette = paletteOf(theme);
	const document = new XmlDocument();
	const id = `chart-${fingerprint(JSON.stringify([model, width, height, theme]))}`;
	const size = 13;
	const padding = narrow ? 12 : 24;
	const room = width - 2 * padding;

	const header = [
		...wrap(model.title, room, { size: size + 5, bold: true }, 2).map((text) => ({
			text,
			bold: true,
		})),
		...wrap(
			`${placeOf(model)} · as of ${dayInWords(model.asOf)}. ${model.provenance}`,
			room,
			{ size },
			narrow ? 4 : 3,
		).map((text) => ({ text, bold: false })),
	];
	const footer = [
		...wrap(CAUTION, room, { size: size - 1 }, 4),
		...wrap(model.notes.join(' '), room, { size: size - 1 }, 3),
	];
	const lineHeight = size * LINE;
	const texts: XmlElement[] = [];
	const write = (text: string, y: number, attributes: Readonly<Record<string, string | number>>) =>
		texts.push(
			document.element('text', { x: padding, y, 'text-anchor': 'start', ...attributes }, text),
		);
	let y = padding;
	for (const { text, bold } of header) {
		y += bold ? lineHeight * 1.3 : lineHeight;
		write(text, Math.round(y), {
			fill: bold ? palette.ink : palette.muted,
			...(bold && { 'font-size': size + 5, 'font-weight': 'bold' }),
		});
	}
	const top = y + lineHeight * 0.5;
	const footerTop = height - padding - footer.length * lineHeight;
	footer.forEach((text, index) =>
		write(text, Math.round(footerTop + (index + 0.8) * lineHeight), {
			fill: palette.muted,
			'font-size': size - 1,
		}),
	);
	const axis = lineHeight * 3.1;
	const bottom = footerTop - axis - lineHeight * 0.3;
	const panelHeight = (bottom - top) / 2;
	const drawn = panelsOf(model).flatMap((panel, index) => {
		const titleAt = top + index * panelHeight + lineHeight;
		write(panel.title, Math.round(titleAt), { fill: windowColor(palette, panel.color) });
		return drawPanel(document, model, panel, palette, {
			width,
			height,
			left: padding + 40,
			right: width - padding,
			top: titleAt + lineHeight * 0.7,
			bottom: top + (index + 1) * panelHeight - lineHeight * 0.8,
			size,
			isLast: index === 1,
		});
	});
	const axisTitle = `Day; each point covers the ${model.days} days up to it`;
	write(axisTitle, Math.round(bottom + axis - lineHeight * 0.4), { fill: palette.muted });

	const root = pictureRoot(document, {
		id,
		width,
		height,
		fontSize: size,
		theme,
		title: `${model.title} – ${placeOf(model)}`,
		description: inWords(model),
	});
	root.append(...texts, ...drawn);
	return root.toString();
}

interface Place {
	readonly width: number;
	readonly height: number;
	readonly left: number;
	readonly right: number;
	readonly top: number;
	readonly bottom: number;
	readonly size: number;
	readonly isLast: boolean;
}

function drawPanel(
	document: XmlDocument,
	{ points, asOf }: RatingAndBuyBox,
	{ value, color }: Panel,
	palette: Palette,
	place: Place,
): XmlElement[] {
	const known = points.filter(isKnown);
	const drawn = points.map((point) => ({
		date: toDate(point.date),
		value: isKnown(point) ? point[value] : NaN,
	}));
	const last = drawn.findLast((point) => !Number.isNaN(point.value));
	const [low, high] = rangeOf(known.map((point) => point[value]));
	const stroke = windowColor(palette, color);
	const ticks = Math.max(2, Math.min(5, (place.bottom - place.top) / 34));
	return plotIn(document, {
		width: place.width,
		height: place.height,
		marginLeft: place.left,
		marginRight: place.width - place.right,
		marginTop: place.top,
		marginBottom: place.height - place.bottom,
		x: {
			type: 'utc',
			domain: [drawn[0]?.date ?? toDate(asOf), drawn.at(-1)?.date ?? toDate(asOf)],
			axis: null,
		},
		y: { type: 'linear', domain: [low, high], axis: null },
		marks: [
			Plot.gridY({ stroke: palette.grid, strokeOpacity: 1, ticks }),
			Plot.line(drawn, {
				x: 'date',
				y: 'value',
				stroke,
				strokeWidth: 2.25,
				strokeLinejoin: 'round',
				className: value,
			}),
			Plot.dot(last ? [last] : [], { x: 'date', y: 'value', r: 4, fill: stroke }),
			Plot.axisY({
				ticks,
				tickSize: 0,
				tickFormat: (percent: number) => `${percent}%`,
				label: null,
				fill: palette.muted,
				fontSize: place.size,
			}),
			...(place.isLast
				? [
						Plot.axisX({
							ticks: Math.max(2, (place.right - place.left) / (place.size * 7)),
							anchor: 'bottom',
							label: null,
							color: palette.muted,
							fill: palette.muted,
							stroke: palette.muted,
							fontSize: place.size,
						}),
					]
				: []),
			...(known.length === 0
				? [
						Plot.text(['No day has both figures'], {
							frameAnchor: 'middle',
							fill: palette.ink,
							fontSize: place.size,
						}),
					]
				: []),
		],
	});
}

/** Whole steps around the values, at least one step high. */
function rangeOf(values: readonly number[]): [number, number] {
	if (values.length === 0) return [0, 100];
	const low = Math.max(0, Math.floor((Math.min(...values) - 0.5) / STEP) * STEP);
	const high = Math.min(100, Math.ceil((Math.max(...values) + 0.5) / STEP) * STEP);
	return low < high ? [low, high] : [low - STEP, high];
}

/** The key facts as sentences, for readers who cannot see the picture. */
export function inWords(model: RatingAndBuyBox): string {
	const known = model.points.filter(isKnown);
	const [first] = known;
	const last = known.at(-1);
	const facts =
		first === undefined || last === undefined
			? ['No day has both figures.']
			: [
					`From ${dayInWords(first.date)} to ${dayInWords(last.date)}, each over the ${model.days} days up to it.`,
					`Rating: ${percentInWords(first.rating)}, then ${percentInWords(last.rating)}.`,
					`Buy Box share: ${percentInWords(first.buyBox)}, then ${percentInWords(last.buyBox)}.`,
				];
	return [
		`Rating and Buy Box share for ${placeOf(model)} as of ${dayInWords(model.asOf)}.`,
		...facts,
		CAUTION,
		model.provenance,
		...model.notes,
	].join(' ');
}

/** An email with the picture, its first and last figures, and the caution. */
export function renderRatingAndBuyBoxDigest(
	model: RatingAndBuyBox,
	svg: string,
	theme: DigestTheme = 'light',
): string {
	const palette = paletteOfMail(theme);
	const small = { margin: '8px 0 0', 'font-size': '13px', 'line-height': '18px' };
	const known = model.points.filter(isKnown);
	const [first] = known;
	const last = known.at(-1);
	const cell = (tag: 'td' | 'th', text: string, align: 'left' | 'right') =>
		`<${tag} align="${align}"${css({ padding: '6px 4px', 'border-bottom': `1px solid ${palette.grid}`, 'font-weight': 'normal' })}>${escapeXml(text)}</${tag}>`;
	const at = (point: Known | undefined, value: Panel['value']) =>
		point === undefined ? UNKNOWN : percentInWords(point[value]);
	const rows = panelsOf(model).map(
		({ value, title }) =>
			`<tr>${cell('th', title, 'left')}${cell('td', at(first, value), 'right')}${cell('td', at(last, value), 'right')}</tr>`,
	);
	const heading = css({ margin: '0 0 4px', 'font-size': '20px', 'line-height': '26px' });
	const picture = css({ display: 'block', width: '100%', 'max-width': '520px', height: 'auto' });
	const paragraph = (text: string) =>
		`<p${css({ ...small, color: palette.muted })}>${escapeXml(text)}</p>`;
	return mailPage(`${model.title} – ${placeOf(model)}`, theme, [
		`<h1${heading}>${escapeXml(model.title)}</h1>`,
		paragraph(`${placeOf(model)} · as of ${dayInWords(model.asOf)}. ${model.provenance}`),
		`<img src="${svgAddress(svg)}" alt="${escapeXml(inWords(model))}" width="520"${picture}>`,
		`<table width="100%" cellpadding="0" cellspacing="0" border="0"${css({ 'border-collapse': 'collapse', ...small })}>`,
		`<tr>${cell('th', 'Figure', 'left')}${cell('th', first ? dayInWords(first.date) : 'First day', 'right')}${cell('th', last ? dayInWords(last.date) : 'Last day', 'right')}</tr>`,
		...rows,
		'</table>',
		paragraph(CAUTION),
		...model.notes.map(paragraph),
	]);
}
