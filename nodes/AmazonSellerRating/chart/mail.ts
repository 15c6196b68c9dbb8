import { escapeXml } from './dom';
import { DARK, LIGHT, type Palette } from './theme';

/** The frame of an email: tables and inline styles only, because mail programs drop the rest. */

/** Emails have no reliable dark mode, so this is fixed, and the same as the picture's theme. */
export type DigestTheme = 'light' | 'dark';

export const paletteOfMail = (theme: DigestTheme): Palette => (theme === 'dark' ? DARK : LIGHT);

const MAX_WIDTH = 640;
const FONTS = "-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";

/** A style attribute. */
export const css = (rules: Readonly<Record<string, string>>): string => {
	const text = Object.entries(rules).map(([name, value]) => `${name}:${value}`);
	return ` style="${escapeXml(text.join(';'))}"`;
};

/** @param parts HTML; empty ones are left out */
export function mailPage(title: string, theme: DigestTheme, parts: readonly string[]): string {
	const { background, ink } = paletteOfMail(theme);
	const cell = css({ padding: '16px', 'font-family': FONTS, color: ink });
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
