import * as Plot from '@observablehq/plot';

import { XmlElement, XmlText, type XmlDocument } from './dom';

// Observable Plot is the lightest complete plotting library that passes n8n's package scan: 0.5 MB
// bundled. ECharts (1.3 MB) and Vega (1.1 MB) use timers, `process` or `Function`.

export const FONTS =
	"system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif";

/** The marks that Plot draws, without its outer frame. */
export function plotIn(document: XmlDocument, options: Plot.PlotOptions): XmlElement[] {
	// `XmlDocument` has the few members of a document that Plot uses.
	const figure: unknown = Plot.plot({ document: document as unknown as Document, ...options });
	if (!(figure instanceof XmlElement)) return [];
	return figure.childNodes.filter(
		(child): child is XmlElement => !(child instanceof XmlText) && child.tagName !== 'style',
	);
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
