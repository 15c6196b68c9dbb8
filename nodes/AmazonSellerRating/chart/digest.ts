import { escapeXml } from './dom';
import { css, mailPage, paletteOfMail, svgAddress, type DigestTheme } from './mail';
import type { ChartModel, SummaryRow } from './model';
import type { Palette } from './theme';
import {
	bandInWords,
	dayInWords,
	descriptionOf,
	displayedInWords,
	notesInWords,
	percentInWords,
	placeOf,
	provenanceInWords,
	UNKNOWN,
} from './words';

/**
 * The width to render a digest's picture at. Email programs shrink it to their own width, and its
 * text must still be readable on a phone.
 */
export const DIGEST_CHART_WIDTH = 400;

/** Windows per table; more windows go into additional tables, to fit phones. */
const WINDOWS_PER_TABLE = 3;
const MAX_PICTURE_WIDTH = 520;

interface Field {
	readonly name: string;
	readonly value: (row: SummaryRow) => string;
	readonly bold?: boolean;
}

/**
 * An email with the picture and the key table. The picture is embedded as an image. If an email
 * program does not show it, its alternative text gives the key facts, and the table the rest.
 * @param svg from `renderChart`, in the same theme
 */
export function renderDigest(model: ChartModel, svg: string, theme: DigestTheme = 'light'): string {
	const palette = paletteOfMail(theme);
	return mailPage(`${model.title} – ${placeOf(model)}`, theme, [
		heading(model, palette),
		picture(model, svg, palette),
		...keyTables(model, palette),
		notes(model, palette),
	]);
}

function heading(model: ChartModel, palette: Palette): string {
	const { title, asOf, texts } = model;
	const titleStyle = css({ margin: '0 0 4px', 'font-size': '20px', 'line-height': '26px' });
	const factStyle = css({
		margin: '0 0 12px',
		'font-size': '14px',
		'line-height': '20px',
		color: palette.muted,
	});
	const facts = `${placeOf(model)} · as of ${dayInWords(asOf)}. ${texts.provenance}`.trim();
	return `<h1${titleStyle}>${escapeXml(title)}</h1><p${factStyle}>${escapeXml(facts)}</p>`;
}

function picture(model: ChartModel, svg: string, palette: Palette): string {
	const style = css({
		display: 'block',
		width: '100%',
		'max-width': `${MAX_PICTURE_WIDTH}px`,
		height: 'auto',
		border: '0',
		'font-size': '14px',
		'line-height': '20px',
		color: palette.muted,
	});
	const alt = escapeXml(descriptionOf(model));
	return `<img src="${svgAddress(svg)}" alt="${alt}" width="${MAX_PICTURE_WIDTH}"${style}>`;
}

function keyTables(model: ChartModel, palette: Palette): string[] {
	const { summary } = model;
	const count = Math.ceil(summary.length / WINDOWS_PER_TABLE);
	return Array.from({ length: count }, (_, index) => {
		const start = index * WINDOWS_PER_TABLE;
		return keyTable(model, summary.slice(start, start + WINDOWS_PER_TABLE), palette);
	});
}

/** One column per window and one row per figure: narrow enough for a phone. */
function keyTable(model: ChartModel, rows: readonly SummaryRow[], palette: Palette): string {
	const line = `1px solid ${palette.grid}`;
	const base = { padding: '6px 4px', 'border-bottom': line, 'vertical-align': 'top' };
	const header = css({
		...base,
		'text-align': 'left',
		'font-weight': 'normal',
		color: palette.muted,
	});
	const column = css({ ...base, 'text-align': 'right', 'font-weight': 'bold' });
	const body = fieldsOf(rows).map(({ name, value, bold = false }) => {
		const style = css({ ...base, 'text-align': 'right', ...(bold && { 'font-weight': 'bold' }) });
		const cells = rows.map((row) => `<td align="right"${style}>${escapeXml(value(row))}</td>`);
		return `<tr><th scope="row" align="left"${header}>${escapeXml(name)}</th>${cells.join('')}</tr>`;
	});
	const columns = rows.map(
		({ label }) => `<th scope="col" align="right"${column}>${escapeXml(label)}</th>`,
	);
	return [
		`<table width="100%" cellpadding="0" cellspacing="0" border="0"${css({
			'border-collapse': 'collapse',
			'margin-top': '16px',
			'font-size': '13px',
			'line-height': '18px',
			color: palette.ink,
		})}>`,
		`<caption align="top"${css({ 'text-align': 'left', 'font-weight': 'bold', padding: '0 4px 6px' })}>${escapeXml(captionOf(model))}</caption>`,
		`<thead><tr><th scope="col" align="left"${header}>Window</th>${columns.join('')}</tr></thead>`,
		`<tbody>${body.join('\n')}</tbody></table>`,
	].join('\n');
}

const captionOf = (model: ChartModel): string =>
	`Key figures for ${placeOf(model)}, ${dayInWords(model.asOf)}`;

const countOf = (count: number | null): string =>
	count === null ? UNKNOWN : count.toLocaleString('en-US');

function fieldsOf(rows: readonly SummaryRow[]): Field[] {
	return [
		{ name: 'Rating', value: displayedInWords, bold: true },
		{ name: 'Unrounded', value: unrounded },
		{ name: 'Status', value: ({ band }) => bandInWords(band) },
		{ name: 'Positive', value: ({ positive }) => countOf(positive) },
		{ name: 'Neutral', value: ({ neutral }) => countOf(neutral) },
		{ name: 'Negative', value: ({ negative }) => countOf(negative) },
		{ name: 'Total', value: ({ total }) => countOf(total) },
		...thresholdFields(rows),
		{ name: 'Source', value: ({ provenance }) => provenanceInWords(provenance) },
	];
}

const unrounded = ({ rating }: SummaryRow): string =>
	rating === null ? UNKNOWN : percentInWords(rating);

/** Runway and needed positives for every threshold of any window. */
function thresholdFields(rows: readonly SummaryRow[]): Field[] {
	const thresholds = new Map(
		rows.flatMap((row) => row.thresholds.map((each) => [keyOf(each), each] as const)),
	);
	return [...thresholds].flatMap(([key, { name, percent }]) => {
		const find = (row: SummaryRow) => row.thresholds.find((each) => keyOf(each) === key);
		const threshold = `${name} ${percentInWords(percent)}`;
		return [
			{
				name: `Neutral or negative left before ${threshold}`,
				value: (row: SummaryRow) => runwayOf(row, percent, find(row)?.runway),
			},
			{
				name: `Positives needed for ${threshold}`,
				value: (row: SummaryRow) => countOf(find(row)?.neededPositives ?? null),
			},
		];
	});
}

const keyOf = ({ name, percent }: { name: string; percent: number }): string =>
	`${percent} ${name}`;

function runwayOf({ rating }: SummaryRow, percent: number, runway: number | null | undefined) {
	if (runway !== null && runway !== undefined) return countOf(runway);
	return rating !== null && rating < percent ? 'below' : UNKNOWN;
}

function notes(model: ChartModel, palette: Palette): string {
	const sentences = notesInWords(model);
	if (sentences.length === 0) return '';
	const style = css({
		margin: '12px 0 0',
		padding: '0 4px',
		'font-size': '13px',
		'line-height': '18px',
		color: palette.muted,
	});
	return sentences.map((sentence) => `<p${style}>${escapeXml(sentence)}</p>`).join('\n');
}
