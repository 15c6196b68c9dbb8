import type * as Plot from '@observablehq/plot';

import { XmlDocument, type XmlElement } from './dom';
import { fingerprint, pictureRoot, plotIn, type ChartOptions } from './plot';
import { wrap } from './text';
import { paletteOf, type Palette } from './theme';

/** The page of a picture: its texts from the top down, and the boxes that plots go into. */

export const SIZE = 13;
export const SMALL = SIZE - 1;
export const LINE = SIZE * 1.35;

/** Below a box with dates, which take two lines. */
export const AXIS = LINE * 2.2;

/** Between a line of text and a box, whose highest label is half above it. */
export const GAP = LINE * 0.9;

const TITLE = SIZE + 5;

type Attributes = Readonly<Record<string, string | number>>;

export interface Box {
	readonly left: number;
	readonly right: number;
	readonly top: number;
	readonly bottom: number;
}

export interface Words {
	readonly size?: number;
	readonly fill?: string;
	/** How many lines they may take before they are cut. */
	readonly lines?: number;
}

export class Frame {
	readonly document = new XmlDocument();
	readonly palette: Palette;
	/** The width of a phone. */
	readonly narrow: boolean;
	readonly padding: number;
	/** The width of a line of text. */
	readonly room: number;
	/** Where the next part begins, in pixels from the top. */
	y: number;
	/** Texts and marks, in the order in which they are drawn. */
	private readonly parts: XmlElement[] = [];
	/** They are drawn when the height is known, which follows from all parts. */
	private readonly plots: Array<(height: number) => XmlElement[]> = [];

	constructor(private readonly options: ChartOptions) {
		this.palette = paletteOf(options.theme);
		this.narrow = options.width < 480;
		this.padding = this.narrow ? 12 : 24;
		this.room = options.width - 2 * this.padding;
		this.y = this.padding;
	}

	get width(): number {
		return this.options.width;
	}

	/** The title and the sentence below it, unless they stand beside the picture. */
	heading(title: string, facts = ''): void {
		if (this.options.bare) return;
		const lineHeight = 1.3 * LINE;
		for (const text of wrap(title, this.room, { size: TITLE, bold: true }, 3)) {
			this.y += lineHeight;
			const bold = { fill: this.palette.ink, 'font-size': TITLE, 'font-weight': 'bold' };
			this.text(text, this.padding, this.y, bold);
		}
		this.y += LINE * 0.2;
		this.write(facts, { lines: 12 });
	}

	/** Sentences below everything else, unless they stand beside the picture. */
	notes(sentences: string): void {
		if (this.options.bare || sentences === '') return;
		this.y += LINE * 0.3;
		this.write(sentences, { size: SMALL, lines: 16 });
	}

	/** Wraps words into lines, each below the other. */
	write(words: string, { size = SIZE, fill = this.palette.muted, lines = 4 }: Words = {}): void {
		for (const text of wrap(words, this.room, { size }, lines)) {
			this.y += LINE;
			this.text(text, this.padding, this.y, { fill, 'font-size': size });
		}
	}

	/** A single text at a place; `y` is its base line. */
	text(text: string, x: number, y: number, attributes: Attributes = {}): void {
		const place = { x, y: Math.round(y), 'text-anchor': 'start', fill: this.palette.muted };
		this.parts.push(this.document.element('text', { ...place, ...attributes }, text));
	}

	add(name: string, attributes: Attributes): void {
		this.parts.push(this.document.element(name, attributes));
	}

	/**
	 * A box across the page; the cursor is then below it.
	 * @param left room for the labels of an axis on the left
	 * @param below room for an axis below it
	 */
	box(height: number, left: number, below: number): Box {
		const top = this.y;
		this.y = top + height + below;
		return {
			left: this.padding + left,
			right: this.width - this.padding - 8,
			top,
			bottom: top + height,
		};
	}

	/** Draws marks into a box. */
	plot({ left, right, top, bottom }: Box, options: Plot.PlotOptions): void {
		this.plots.push((height) =>
			plotIn(this.document, {
				width: this.width,
				height,
				marginLeft: left,
				marginRight: this.width - right,
				marginTop: top,
				marginBottom: height - bottom,
				...options,
			}),
		);
	}

	/** How many labels fit below a box, each as wide as this many letters. */
	ticks({ left, right }: Box, letters: number): number {
		return Math.max(2, (right - left) / (SIZE * letters));
	}

	/** The look of an axis. */
	axis(): { label: null; fill: string; color: string; stroke: string; fontSize: number } {
		const { muted } = this.palette;
		return { label: null, fill: muted, color: muted, stroke: muted, fontSize: SIZE };
	}

	/**
	 * The picture as a self-contained SVG, as high as its parts.
	 * @param model what it shows; a picture of the same gets the same ID
	 * @param title and description are for readers who cannot see it
	 */
	picture(model: unknown, title: string, description: string): string {
		const { width, theme } = this.options;
		const height = Math.round(this.y + this.padding);
		const root = pictureRoot(this.document, {
			id: `chart-${fingerprint(JSON.stringify([model, this.options]))}`,
			width,
			height,
			fontSize: SIZE,
			theme,
			title,
			description,
		});
		root.append(...this.parts, ...this.plots.flatMap((draw) => draw(height)));
		return root.toString();
	}
}
