import { escapeXml } from './dom';
import { DARK, LIGHT, type Palette } from './theme';

/**
 * An email: tables and inline styles only, because mail programs drop the rest. Each text names its
 * font, because Outlook does not pass a font on into a table.
 */

/** Emails have no reliable dark mode, so this is fixed, and the same as the picture's theme. */
export type DigestTheme = 'light' | 'dark';

export const paletteOfMail = (theme: DigestTheme): Palette => (theme === 'dark' ? DARK : LIGHT);

/**
 * The width to draw an email's picture at. Email programs shrink it to their own width, and its text
 * must still be readable on a phone.
 */
export const MAIL_PICTURE_WIDTH = 400;

const MAX_PICTURE_WIDTH = 520;
const MAX_WIDTH = 640;

const FONT = { 'font-family': 'Arial,Helvetica,sans-serif' } as const;

/** What the caller decides about an email. */
export interface MailOptions {
	/** Where the picture is: `cid:` and the name of an attachment, or an address with its data. */
	readonly picture: string;
	readonly theme: DigestTheme;
}

/** What an email says, in this order. Plain text; empty parts are left out. */
export interface MailContent {
	/** Whose figures they are, and their day: once, in one line. */
	readonly title: string;
	/** What the reader must know, in one sentence. */
	readonly verdict: string;
	readonly sentences?: readonly string[];
	/** Replaces the picture where it is not shown. */
	readonly alternative: string;
	readonly tables?: readonly MailTable[];
	readonly notes?: readonly string[];
}

/** The first cell of each row is its heading. */
export interface MailTable {
	readonly caption?: string;
	readonly head: readonly string[];
	readonly rows: ReadonlyArray<{ readonly cells: readonly string[]; readonly isBold?: boolean }>;
}

/** A style attribute. */
export const css = (rules: Readonly<Record<string, string>>): string => {
	const text = Object.entries(rules).map(([name, value]) => `${name}:${value}`);
	return ` style="${escapeXml(text.join(';'))}"`;
};

/** A style attribute for a text, in the one font of emails. */
export const textCss = (rules: Readonly<Record<string, string>>): string =>
	css({ ...FONT, 'font-size': '14px', 'line-height': '20px', ...rules });

/** An email that begins with the verdict, then the picture, then the figures. */
export function mail({ picture, theme }: MailOptions, content: MailContent): string {
	const palette = paletteOfMail(theme);
	const { title, verdict, sentences = [], alternative, tables = [], notes = [] } = content;
	return mailPage(title, theme, [
		mailHeading(title, verdict, theme),
		...sentences.map((text) => mailText(text)),
		mailPicture(picture, alternative, palette),
		...tables.map((each) => tableOf(each, palette)),
		...notes.map((text) =>
			mailText(text, { margin: '8px 0 0', color: palette.muted, 'font-size': '13px' }),
		),
	]);
}

/** The title, small, and below it the verdict. */
export const mailHeading = (title: string, verdict: string, theme: DigestTheme): string =>
	[
		mailText(title, { margin: '0 0 4px', color: paletteOfMail(theme).muted }),
		`<h1${textCss({ margin: '0 0 8px', 'font-size': '20px', 'line-height': '26px' })}>${escapeXml(verdict)}</h1>`,
	].join('\n');

export const mailText = (text: string, style: Readonly<Record<string, string>> = {}): string =>
	text === '' ? '' : `<p${textCss({ margin: '0 0 4px', ...style })}>${escapeXml(text)}</p>`;

/** @param alternative replaces the picture where it is not shown */
export function mailPicture(source: string, alternative: string, palette: Palette): string {
	const style = textCss({
		display: 'block',
		width: '100%',
		'max-width': `${MAX_PICTURE_WIDTH}px`,
		height: 'auto',
		margin: '12px 0 0',
		border: '0',
		color: palette.muted,
	});
	return `<img src="${escapeXml(source)}" alt="${escapeXml(alternative)}" width="${MAX_PICTURE_WIDTH}"${style}>`;
}

function tableOf({ caption, head, rows }: MailTable, palette: Palette): string {
	const base = {
		padding: '6px 4px',
		'border-bottom': `1px solid ${palette.grid}`,
		'vertical-align': 'top',
		'font-size': '13px',
		'line-height': '18px',
	};
	const cell = (text: string, column: number, isHead: boolean, isBold: boolean): string => {
		const isName = isHead || column === 0;
		const align = column === 0 ? 'left' : 'right';
		const style = textCss({
			...base,
			'text-align': align,
			'font-weight': isBold ? 'bold' : 'normal',
			color: isName && !isBold ? palette.muted : palette.ink,
		});
		const name = isName ? `th scope="${isHead ? 'col' : 'row'}"` : 'td';
		return `<${name} align="${align}"${style}>${escapeXml(text)}</${isName ? 'th' : 'td'}>`;
	};
	const row = (cells: readonly string[], isHead: boolean, isBold = false) =>
		`<tr>${cells.map((text, column) => cell(text, column, isHead, isBold)).join('')}</tr>`;
	return [
		`<table width="100%" cellpadding="0" cellspacing="0" border="0"${css({ 'border-collapse': 'collapse', 'margin-top': '16px' })}>`,
		caption === undefined
			? ''
			: `<caption align="top"${textCss({ 'text-align': 'left', 'font-weight': 'bold', padding: '0 4px 6px' })}>${escapeXml(caption)}</caption>`,
		`<thead>${row(head, true)}</thead>`,
		`<tbody>${rows.map(({ cells, isBold }) => row(cells, false, isBold)).join('\n')}</tbody></table>`,
	]
		.filter((part) => part !== '')
		.join('\n');
}

/** @param parts HTML; empty ones are left out */
export function mailPage(title: string, theme: DigestTheme, parts: readonly string[]): string {
	const { background, ink } = paletteOfMail(theme);
	const cell = textCss({ padding: '16px', color: ink });
	return [
		'<!DOCTYPE html>',
		`<html lang="en"><head><meta charset="utf-8"><title>${escapeXml(title)}</title>`,
		'<meta name="viewport" content="width=device-width, initial-scale=1">',
		`<meta name="color-scheme" content="${theme}">`,
		`</head><body bgcolor="${background}"${css({ margin: '0', padding: '0', background })}>`,
		`<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" bgcolor="${background}"><tr><td align="center">`,
		`<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"${css({ 'max-width': `${MAX_WIDTH}px` })}><tr><td align="left"${cell}>`,
		...parts,
		'</td></tr></table></td></tr></table></body></html>',
	]
		.filter((part) => part !== '')
		.join('\n');
}

/** An image, not inline SVG: some programs drop SVG tags but keep their text. */
export const svgAddress = (svg: string): string =>
	`data:image/svg+xml;base64,${Buffer.from(svg, 'utf8').toString('base64')}`;
