import * as Plot from '@observablehq/plot';

import { escapeXml, XmlDocument, type XmlElement } from './dom';
import { css, mailPage, paletteOfMail, svgAddress, type DigestTheme } from './mail';
import { fingerprint, pictureRoot, plotIn } from './plot';
import type { ChartOptions } from './svg';
import { truncate, wrap } from './text';
import { paletteOf, windowColor, type Palette } from './theme';
import { countInWords, dayInWords } from './words';

type Verdict = 'standsOut' | 'couldBeChance' | 'tooFew';

const VERDICT_NAMES: Readonly<Record<Verdict, string>> = {
	standsOut: 'stands out',
	couldBeChance: 'could be chance',
	tooFew: 'too few',
};

/** A group of the picture and the table. Rates are per 1,000. */
export interface CauseRow {
	/** What it is a group of, e.g. "SKU". */
	readonly section: string;
	readonly name: string;
	/** E.g. "9 of 118 orders". */
	readonly count: string;
	readonly rate: number;
	readonly low: number;
	readonly high: number;
	/** The rate of all groups of the section together. */
	readonly rateOfAll: number;
	/** Undefined if the rest has no bad feedback. */
	readonly times: number | undefined;
	readonly verdict: Verdict;
	/** All of it in words. */
	readonly sentence: string;
	readonly orderIds: readonly string[];
	/** False if the rates are not of orders, so that they are on another scale. */
	readonly isPerOrder: boolean;
}

/** A dot and an interval for each group: its rate of bad feedback, and how sure that is. */
export interface CausesPicture {
	readonly title: string;
	/** The seller's name; undefined if unknown. */
	readonly seller?: string | undefined;
	/** Sorted by evidence. */
	readonly rows: readonly CauseRow[];
	/** First and last day of the orders. */
	readonly from: string;
	readonly through: string;
	readonly notes: readonly string[];
}

/** More groups make the picture too long to read. */
const MOST_ROWS = 14;
const MOST_IN_TABLE = 30;
const MOST_ORDER_IDS = 20;

const SIZE = 13;
const LINE = SIZE * 1.35;
const ROW = 38;
const HEADING = 34;

/** How a verdict looks; the shape differs, too, for readers who do not see the color. */
const MARKS: ReadonlyArray<{
	readonly verdict: Verdict;
	readonly symbol: 'diamond' | 'circle';
	readonly isFilled: boolean;
	readonly color: (palette: Palette) => string;
}> = [
	{ verdict: 'standsOut', symbol: 'diamond', isFilled: true, color: ({ negative }) => negative },
	{
		verdict: 'couldBeChance',
		symbol: 'circle',
		isFilled: true,
		color: (palette) => windowColor(palette, 2),
	},
	{ verdict: 'tooFew', symbol: 'circle', isFilled: false, color: ({ muted }) => muted },
];

interface Placed {
	readonly row: CauseRow;
	/** The middle of the row, in pixels from the top. */
	readonly y: number;
}

interface Section {
	readonly name: string;
	readonly top: number;
	readonly bottom: number;
	readonly rate: number;
	readonly rows: readonly Placed[];
}

const drawnOf = ({ rows }: CausesPicture): CauseRow[] =>
	rows.filter(({ isPerOrder }) => isPerOrder).slice(0, MOST_ROWS);

/** The sections in the order of their best evidence. */
function sectionsOf(rows: readonly CauseRow[], top: number): Section[] {
	let y = top;
	return [...new Set(rows.map(({ section }) => section))].map((name) => {
		const own = rows.filter(({ section }) => section === name);
		const start = y + HEADING;
		y = start + own.length * ROW;
		return {
			name,
			top: start,
			bottom: y,
			rate: own[0]?.rateOfAll ?? 0,
			rows: own.map((row, index) => ({ row, y: start + (index + 0.5) * ROW })),
		};
	});
}

/** Up to the largest rate and the intervals that are short enough; a longer one gets an arrow. */
function scaleEnd(rows: readonly CauseRow[]): number {
	const rates = rows.flatMap(({ rate, rateOfAll }) => [rate, rateOfAll]);
	const highs = rows.filter(({ verdict }) => verdict !== 'tooFew').map(({ high }) => high);
	return Math.max(1, ...rates.map((rate) => 1.3 * rate), ...highs) * 1.02;
}

/** Draws the groups as a self-contained SVG; the height follows from their number. */
export function renderCauses(
	model: CausesPicture,
	{ width, theme }: Omit<ChartOptions, 'height'>,
): string {
	const palette = paletteOf(theme);
	const document = new XmlDocument();
	const narrow = width < 480;
	const padding = narrow ? 12 : 24;
	const room = width - 2 * padding;
	const names = Math.round(room * (narrow ? 0.42 : 0.34));
	const texts: XmlElement[] = [];
	const write = (
		text: string,
		x: number,
		y: number,
		attributes: Readonly<Record<string, string | number>> = {},
	) => {
		const place = { x, y: Math.round(y), 'text-anchor': 'start', fill: palette.muted };
		texts.push(document.element('text', { ...place, ...attributes }, text));
	};

	let y = padding;
	const bold = { fill: palette.ink, 'font-weight': 'bold' };
	for (const text of wrap(model.title, room, { size: SIZE + 5, bold: true }, 2)) {
		y += LINE * 1.3;
		write(text, padding, y, { ...bold, 'font-size': SIZE + 5 });
	}
	for (const text of wrap(subtitleOf(model), room, { size: SIZE }, narrow ? 5 : 3)) {
		y += LINE;
		write(text, padding, y);
	}
	const drawn = drawnOf(model);
	const sections = sectionsOf(drawn, y);
	for (const { name, top, rows } of sections) {
		write(name, padding, top - 8, bold);
		for (const { row, y: middle } of rows) {
			const label = truncate(row.name, names - 8, { size: SIZE });
			write(label, padding, middle - 2, { fill: palette.ink });
			const count = truncate(row.count, names - 8, { size: SIZE - 1 });
			write(count, padding, middle + 14, { 'font-size': SIZE - 1 });
		}
	}
	const bottom = sections.at(-1)?.bottom ?? y;
	y = bottom + LINE * 1.6;
	const end = { 'text-anchor': 'end' };
	write('Bad feedback per 1,000 orders', width - padding, y + LINE * 0.6, end);
	y += LINE * 1.3;
	y = legend(document, texts, palette, { x: padding, y: y + LINE, room }) + LINE * 0.4;
	for (const text of wrap(footerOf(model), room, { size: SIZE - 1 }, narrow ? 10 : 6)) {
		y += LINE;
		write(text, padding, y, { 'font-size': SIZE - 1 });
	}
	const height = Math.round(y + padding);
	const root = pictureRoot(document, {
		id: `causes-${fingerprint(JSON.stringify([model, width, theme]))}`,
		width,
		height,
		fontSize: SIZE,
		theme,
		title: titleOf(model),
		description: causesInWords(model),
	});
	const plot = { left: padding + names, right: width - padding - 8, bottom, width, height };
	root.append(...texts, ...(drawn.length > 0 ? draw(document, sections, palette, plot) : []));
	return root.toString();
}

interface PlotPlace {
	readonly left: number;
	readonly right: number;
	readonly bottom: number;
	readonly width: number;
	readonly height: number;
}

function draw(
	document: XmlDocument,
	sections: readonly Section[],
	palette: Palette,
	{ left, right, bottom, width, height }: PlotPlace,
): XmlElement[] {
	const rows = sections.flatMap((section) => section.rows);
	const end = scaleEnd(rows.map(({ row }) => row));
	const ticks = Math.max(2, Math.min(8, (right - left) / 60));
	const top = sections[0]?.top ?? 0;
	const beyond = rows.filter(({ row }) => row.high > end);
	const groups = MARKS.map((mark) => ({
		...mark,
		fill: mark.color(palette),
		own: rows.filter(({ row }) => row.verdict === mark.verdict),
	}));
	return plotIn(document, {
		width,
		height,
		marginLeft: left,
		marginRight: width - right,
		marginTop: top,
		marginBottom: height - bottom,
		x: { type: 'linear', domain: [0, end], axis: null },
		y: { type: 'linear', domain: [top, bottom], range: [top, bottom], axis: null },
		marks: [
			Plot.gridX({ stroke: palette.grid, strokeOpacity: 1, ticks }),
			Plot.ruleX(sections, {
				x: 'rate',
				y1: 'top',
				y2: 'bottom',
				stroke: palette.threshold,
				strokeDasharray: '4 3',
				className: 'all',
			}),
			...groups.flatMap(({ own, fill, symbol, isFilled, verdict }) => [
				Plot.ruleY(own, {
					x1: ({ row }: Placed) => row.low,
					x2: ({ row }: Placed) => Math.min(end, row.high),
					y: 'y',
					stroke: fill,
					strokeWidth: 2,
					className: `interval-${verdict}`,
				}),
				Plot.dot(own, {
					x: ({ row }: Placed) => row.rate,
					y: 'y',
					r: 5,
					symbol,
					fill: isFilled ? fill : palette.background,
					stroke: fill,
					strokeWidth: 2,
					className: `rate-${verdict}`,
				}),
			]),
			Plot.text(beyond, { x: () => end, y: 'y', text: () => '▸', dx: 3, fill: palette.muted }),
			Plot.axisX({
				ticks,
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

/** @returns the base line of its last entry */
function legend(
	document: XmlDocument,
	texts: XmlElement[],
	palette: Palette,
	{ x: start, y: first, room }: { readonly x: number; readonly y: number; readonly room: number },
): number {
	let [x, y] = [start, first];
	const entries = [...MARKS.map(({ verdict }) => VERDICT_NAMES[verdict]), 'all orders'];
	for (const [index, text] of entries.entries()) {
		const width = 24 + text.length * SIZE * 0.62 + 14;
		if (x + width > start + room) [x, y] = [start, y + LINE];
		const [cx, cy] = [x + 8, y - 4];
		const mark = MARKS[index];
		const color = mark?.color(palette) ?? palette.threshold;
		const paint = {
			stroke: color,
			'stroke-width': 2,
			fill: mark?.isFilled ? color : palette.background,
		};
		if (mark === undefined) {
			const dash = { stroke: color, 'stroke-dasharray': '4 3' };
			texts.push(document.element('line', { x1: cx, x2: cx, y1: cy - 8, y2: cy + 8, ...dash }));
		} else if (mark.symbol === 'circle') {
			texts.push(document.element('circle', { cx, cy, r: 5, ...paint }));
		} else {
			const d = `M${cx},${cy - 7}L${cx + 5},${cy}L${cx},${cy + 7}L${cx - 5},${cy}Z`;
			texts.push(document.element('path', { d, ...paint }));
		}
		texts.push(
			document.element('text', { x: x + 22, y, 'text-anchor': 'start', fill: palette.ink }, text),
		);
		x += width;
	}
	return y;
}

const titleOf = ({ title, seller }: CausesPicture): string =>
	seller ? `${title} – ${seller}` : title;

function subtitleOf({ seller, from, through, rows }: CausesPicture): string {
	const period = `orders from ${dayInWords(from)} to ${dayInWords(through)}`;
	return `${seller ? `${seller} · ` : ''}${period}. ${verdictsOf(rows)}.`;
}

/** How many groups stand out. */
export function verdictsOf(rows: ReadonlyArray<Pick<CauseRow, 'verdict'>>): string {
	const standing = rows.filter(({ verdict }) => verdict === 'standsOut').length;
	if (standing > 0) {
		return `${standing} of ${countInWords(rows.length, 'group')} ${standing === 1 ? 'stands' : 'stand'} out`;
	}
	const few = rows.filter(({ verdict }) => verdict === 'tooFew').length;
	if (few === rows.length) return `Too few to say for all of ${countInWords(rows.length, 'group')}`;
	return few === 0
		? `Nothing stands out among ${rows.length} groups`
		: `Nothing stands out among ${rows.length} groups; too few to say for ${few} of them`;
}

function footerOf(model: CausesPicture): string {
	const others = model.rows.filter(({ isPerOrder }) => !isPerOrder).length;
	const hidden = model.rows.length - others - drawnOf(model).length;
	return [
		'Lines are 95% intervals of one group; the verdict also allows for how many groups are compared.',
		'"Too few" means that even three times the rate of the rest would probably not stand out yet.',
		...(hidden > 0 ? [`${hidden} more groups are not drawn.`] : []),
		...(others > 0 ? ['Reasons are in the table only, because good feedback has none.'] : []),
		...model.notes,
	].join(' ');
}

/** The key facts as sentences, for readers who cannot see the picture. */
export const causesInWords = (model: CausesPicture): string =>
	[subtitleOf(model), ...drawnOf(model).map(({ sentence }) => sentence), footerOf(model)].join(' ');

/** An email with the picture, the table of the groups, and the orders of those that stand out. */
export function renderCausesDigest(
	model: CausesPicture,
	svg: string,
	theme: DigestTheme = 'light',
): string {
	const palette = paletteOfMail(theme);
	const small = { 'font-size': '13px', 'line-height': '18px' };
	const paragraph = (text: string) =>
		`<p${css({ margin: '8px 0 0', ...small, color: palette.muted })}>${escapeXml(text)}</p>`;
	const shown = model.rows.slice(0, MOST_IN_TABLE);
	const more = model.rows.length - shown.length;
	const standing = model.rows.filter(({ verdict }) => verdict === 'standsOut');
	const heading = css({ margin: '0 0 4px', 'font-size': '20px', 'line-height': '26px' });
	const picture = css({ display: 'block', width: '100%', 'max-width': '520px', height: 'auto' });
	const table = css({ 'border-collapse': 'collapse', margin: '12px 0 0', ...small });
	return mailPage(titleOf(model), theme, [
		`<h1${heading}>${escapeXml(model.title)}</h1>`,
		paragraph(subtitleOf(model)),
		`<img src="${svgAddress(svg)}" alt="${escapeXml(causesInWords(model))}" width="520"${picture}>`,
		`<table width="100%" cellpadding="0" cellspacing="0" border="0"${table}>`,
		tableRow('th', ['Group', 'Bad feedback', 'Per 1,000', 'Times the rest', 'Verdict'], palette),
		...shown.map((row) => tableRow('td', cellsOf(row), palette, row.verdict === 'standsOut')),
		'</table>',
		...(more > 0 ? [paragraph(`${more} more groups are in the output.`)] : []),
		...standing.map((row) => paragraph(`${row.sentence} Orders: ${ordersOf(row)}.`)),
		paragraph(footerOf(model)),
	]);
}

const cellsOf = ({ section, name, count, rate, low, high, times, verdict }: CauseRow): string[] => [
	`${section}: ${name}`,
	count,
	`${number(rate)} (${number(low)} to ${number(high)})`,
	times === undefined ? 'no bad feedback in the rest' : number(times),
	VERDICT_NAMES[verdict],
];

function tableRow(
	tag: 'td' | 'th',
	cells: readonly string[],
	palette: Palette,
	isBold = false,
): string {
	const style = css({
		padding: '6px 4px',
		'border-bottom': `1px solid ${palette.grid}`,
		'font-weight': isBold ? 'bold' : 'normal',
		'vertical-align': 'top',
	});
	const written = cells.map((text, index) => {
		const name = index === 0 ? 'th' : tag;
		return `<${name} align="${index === 0 ? 'left' : 'right'}"${style}>${escapeXml(text)}</${name}>`;
	});
	return `<tr>${written.join('')}</tr>`;
}

const number = (value: number): string =>
	value.toLocaleString('en-US', { maximumFractionDigits: 1 });

function ordersOf({ orderIds }: CauseRow): string {
	const shown = orderIds.slice(0, MOST_ORDER_IDS).join(', ');
	const more = orderIds.length - MOST_ORDER_IDS;
	return more > 0 ? `${shown} and ${more} more` : shown;
}
