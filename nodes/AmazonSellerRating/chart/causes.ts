import * as Plot from '@observablehq/plot';

import { Frame, LINE, SIZE, SMALL } from './frame';
import { mail, type MailOptions } from './mail';
import type { ChartOptions } from './plot';
import { textWidth, truncate } from './text';
import { windowColor, type Palette } from './theme';
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
export function renderCauses(model: CausesPicture, options: ChartOptions): string {
	const frame = new Frame(options);
	const { palette, padding, room, narrow, width } = frame;
	frame.heading(model.title, subtitleOf(model));
	const names = Math.round(room * (narrow ? 0.42 : 0.34));
	const drawn = drawnOf(model);
	const sections = sectionsOf(drawn, frame.y);
	for (const { name, top, rows } of sections) {
		frame.text(name, padding, top - 8, { fill: palette.ink, 'font-weight': 'bold' });
		for (const { row, y: middle } of rows) {
			const label = truncate(row.name, names - 8, { size: SIZE });
			frame.text(label, padding, middle - 2, { fill: palette.ink });
			const count = truncate(row.count, names - 8, { size: SMALL });
			frame.text(count, padding, middle + 14, { 'font-size': SMALL });
		}
	}
	const bottom = sections.at(-1)?.bottom ?? frame.y;
	if (drawn.length > 0) drawRates(frame, sections, padding + names, bottom);
	frame.y = bottom + LINE * 2.2;
	const end = { 'text-anchor': 'end' };
	frame.text('Bad feedback per 1,000 orders', width - padding, frame.y, end);
	frame.y += LINE * 1.7;
	drawLegend(frame);
	frame.y += LINE * 0.4;
	frame.notes(footerOf(model));
	return frame.picture(model, titleOf(model), causesInWords(model));
}

function drawRates(frame: Frame, sections: readonly Section[], left: number, bottom: number): void {
	const { palette } = frame;
	const right = frame.width - frame.padding - 8;
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
	frame.plot(
		{ left, right, top, bottom },
		{
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
				Plot.axisX({ ...frame.axis(), ticks, anchor: 'bottom' }),
			],
		},
	);
}

/** Below the cursor, which is then at the base line of the last entry. */
function drawLegend(frame: Frame): void {
	const { palette, padding, room } = frame;
	let x = padding;
	const entries = [...MARKS.map(({ verdict }) => VERDICT_NAMES[verdict]), 'all orders'];
	for (const [index, text] of entries.entries()) {
		const width = 24 + textWidth(text, { size: SIZE }) + 14;
		if (x + width > padding + room) [x, frame.y] = [padding, frame.y + LINE];
		const [cx, cy] = [x + 8, Math.round(frame.y) - 4];
		const mark = MARKS[index];
		const color = mark?.color(palette) ?? palette.threshold;
		const paint = {
			stroke: color,
			'stroke-width': 2,
			fill: mark?.isFilled ? color : palette.background,
		};
		if (mark === undefined) {
			const dash = { stroke: color, 'stroke-dasharray': '4 3' };
			frame.add('line', { x1: cx, x2: cx, y1: cy - 8, y2: cy + 8, ...dash });
		} else if (mark.symbol === 'circle') {
			frame.add('circle', { cx, cy, r: 5, ...paint });
		} else {
			const d = `M${cx},${cy - 7}L${cx + 5},${cy}L${cx},${cy + 7}L${cx - 5},${cy}Z`;
			frame.add('path', { d, ...paint });
		}
		frame.text(text, x + 22, frame.y, { fill: palette.ink });
		x += width;
	}
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

/** The first sentence of the email: how many groups stand out. */
export const causesVerdict = ({ rows }: CausesPicture): string => `${verdictsOf(rows)}.`;

/** An email with the verdict, the picture, the table of the groups, and the orders of those that stand out. */
export function renderCausesDigest(model: CausesPicture, options: MailOptions): string {
	const { from, through, rows } = model;
	const shown = rows.slice(0, MOST_IN_TABLE);
	const more = rows.length - shown.length;
	const standing = rows.filter(({ verdict }) => verdict === 'standsOut');
	return mail(options, {
		title: `${titleOf(model)}, orders from ${dayInWords(from)} to ${dayInWords(through)}`,
		verdict: causesVerdict(model),
		sentences: standing.map(({ sentence }) => sentence),
		alternative: causesInWords(model),
		tables: [
			{
				head: ['Group', 'Bad feedback', 'Per 1,000', 'Times the rest', 'Verdict'],
				rows: shown.map((row) => ({
					cells: cellsOf(row),
					isBold: row.verdict === 'standsOut',
				})),
			},
		],
		notes: [
			...(more > 0 ? [`${more} more groups are in the output.`] : []),
			...standing.map((row) => `Orders of ${row.section} ${row.name}: ${ordersOf(row)}.`),
			footerOf(model),
		],
	});
}

const cellsOf = ({ section, name, count, rate, low, high, times, verdict }: CauseRow): string[] => [
	`${section}: ${name}`,
	count,
	`${number(rate)} (${number(low)} to ${number(high)})`,
	times === undefined ? 'no bad feedback in the rest' : number(times),
	VERDICT_NAMES[verdict],
];

const number = (value: number): string =>
	value.toLocaleString('en-US', { maximumFractionDigits: 1 });

function ordersOf({ orderIds }: CauseRow): string {
	const shown = orderIds.slice(0, MOST_ORDER_IDS).join(', ');
	const more = orderIds.length - MOST_ORDER_IDS;
	return more > 0 ? `${shown} and ${more} more` : shown;
}
