import * as Plot from '@observablehq/plot';

import { SVG_NAMESPACE, XmlDocument } from './dom';
import { plotIn } from './plot';

/** A small chart without axes, to stand next to its figures. */

export interface SmallChart {
	readonly width: number;
	readonly height: number;
	/** `#rrggbb` */
	readonly color: string;
}

/** Fewer percentage points than this do not fill the height, so that noise looks like noise. */
const SMALLEST_RANGE = 5;

const MARGIN = 3;

/**
 * Draws percentages at equal distances; null leaves a gap. Self-contained SVG; empty without two
 * values.
 */
export function renderSmallChart(
	values: ReadonlyArray<number | null>,
	{ width, height, color }: SmallChart,
): string {
	const known = values.filter((value) => value !== null);
	if (known.length < 2) return '';
	const document = new XmlDocument();
	const points = values.map((value, index) => ({ index, value: value ?? NaN }));
	const last = points.findLast(({ value }) => !Number.isNaN(value));
	const marks = plotIn(document, {
		width,
		height,
		margin: MARGIN,
		axis: null,
		x: { type: 'linear', domain: [0, Math.max(1, values.length - 1)] },
		y: { type: 'linear', domain: rangeOf(known) },
		marks: [
			Plot.line(points, { x: 'index', y: 'value', stroke: color, strokeWidth: 1.5 }),
			Plot.dot(last ? [last] : [], { x: 'index', y: 'value', r: 2, fill: color }),
		],
	});
	const root = document.element('svg', {
		xmlns: SVG_NAMESPACE,
		width,
		height,
		viewBox: `0 0 ${width} ${height}`,
	});
	root.append(...marks);
	// A tenth of a pixel is enough, and mail programs cut long emails.
	return root
		.toString()
		.replace(/\d+\.\d{2,}/g, (long) => String(Math.round(Number(long) * 10) / 10));
}

function rangeOf(values: readonly number[]): [number, number] {
	const low = Math.min(...values);
	const high = Math.max(...values);
	const spare = Math.max(0, SMALLEST_RANGE - (high - low)) / 2;
	const top = Math.min(100, high + spare);
	return [Math.max(0, Math.min(low - spare, top - SMALLEST_RANGE)), top];
}
