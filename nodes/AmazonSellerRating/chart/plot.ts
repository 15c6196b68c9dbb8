import * as Plot from '@observablehq/plot';

import { SVG_NAMESPACE, XmlElement, XmlText, type XmlDocument } from './dom';
import { darkModeStyles, paletteOf, type Theme } from './theme';

// Observable Plot is the lightest complete plotting library that passes n8n's package scan: 0.5 MB
// bundled. ECharts (1.3 MB) and Vega (1.1 MB) use timers, `process` or `Function`.

export const FONTS =
	"system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif";

export interface ChartOptions {
	readonly width: number;
	/** `auto` follows the reader's system; programs without style sheets show the light theme. */
	readonly theme: Theme;
	/** Without title and sentences, because they stand beside the picture, as in an email. */
	readonly bare?: boolean;
}

/** The marks that Plot draws, without its outer frame. */
export function plotIn(document: XmlDocument, options: Plot.PlotOptions): XmlElement[] {
	// `XmlDocument` has the few members of a document that Plot uses.
	const figure: unknown = Plot.plot({ document: document as unknown as Document, ...options });
	if (!(figure instanceof XmlElement)) return [];
	return figure.childNodes.filter(
		(child): child is XmlElement => !(child instanceof XmlText) && child.tagName !== 'style',
	);
}

/** What a picture as a whole says and how it looks. */
export interface PictureFrame {
	readonly id: string;
	readonly width: number;
	readonly height: number;
	readonly fontSize: number;
	readonly theme: Theme;
	readonly title: string;
	/** For readers who cannot see the picture. */
	readonly description: string;
}

/** The root of a picture, with its background and its texts for screen readers. */
export function pictureRoot(
	document: XmlDocument,
	{ id, width, height, fontSize, theme, title, description }: PictureFrame,
): XmlElement {
	const attributes = {
		xmlns: SVG_NAMESPACE,
		id,
		role: 'img',
		'aria-labelledby': `${id}-title ${id}-desc`,
		width,
		height,
		viewBox: `0 0 ${width} ${height}`,
		'font-family': FONTS,
		'font-size': fontSize,
		'text-anchor': 'middle',
	};
	const root = document.element(
		'svg',
		attributes,
		document.element('title', { id: `${id}-title` }, title),
		document.element('desc', { id: `${id}-desc` }, description),
		document.element('rect', { width, height, fill: paletteOf(theme).background }),
	);
	if (theme === 'auto') root.append(document.element('style', {}, darkModeStyles(id)));
	return root;
}

/**
 * FNV-1a: pictures on one page need different ids, and the same picture always gets the same id.
 */
export function fingerprint(text: string): string {
	let hash = 0x811c9dc5;
	for (let index = 0; index < text.length; index += 1) {
		hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
	}
	return (hash >>> 0).toString(16).padStart(8, '0');
}
