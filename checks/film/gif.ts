import { GIFEncoder, nearestColorIndex, quantize } from 'gifenc';

/** A picture of the film. */
export interface Frame {
	/** Red, green, blue and opacity of each pixel. */
	readonly rgba: Uint8Array;
	/** Milliseconds. */
	readonly delay: number;
}

/** The number of the color that shows the frame before; the others are real colors. */
const UNCHANGED = 255;

/** Of the pixels, every so many decide about the palette. */
const SAMPLE_EVERY = 7;

/** So many of the most frequent colors are shown exactly: an interface has large areas of one color. */
const EXACT = 64;

interface IndexedFrame {
	/** The number of each pixel's color. */
	readonly index: Uint8Array;
	delay: number;
}

/** An animated GIF with one palette. Only what differs from the frame before is stored. */
export function encodeGif(frames: readonly Frame[], width: number, height: number): Uint8Array {
	const palette = paletteOf(frames);
	const gif = GIFEncoder();
	let before: Uint8Array | undefined;
	for (const { index, delay } of merged(frames, palette)) {
		const previous = before;
		const changed = previous
			? index.map((color, at) => (color === previous[at] ? UNCHANGED : color))
			: index;
		const isFirst = previous === undefined;
		gif.writeFrame(changed, width, height, {
			delay,
			dispose: 1,
			...(isFirst ? { palette: filled(palette) } : { transparent: true }),
			transparentIndex: UNCHANGED,
		});
		before = index;
	}
	gif.finish();
	return gif.bytes();
}

/** The frames in numbers of colors; equal ones after each other are one. */
function merged(frames: readonly Frame[], palette: number[][]): IndexedFrame[] {
	const numbers = new Map<number, number>();
	const numberOf = (pixel: number): number => {
		const known = numbers.get(pixel);
		if (known !== undefined) return known;
		const found = nearestColorIndex(palette, colorOf(pixel));
		numbers.set(pixel, found);
		return found;
	};
	const result: IndexedFrame[] = [];
	for (const { rgba, delay } of frames) {
		const index = Uint8Array.from(pixelsOf(rgba), numberOf);
		const last = result.at(-1);
		if (last && Buffer.compare(last.index, index) === 0) last.delay += delay;
		else result.push({ index, delay });
	}
	return result;
}

/** The most frequent colors, then those that stand for all others best. */
function paletteOf(frames: readonly Frame[]): number[][] {
	const counts = new Map<number, number>();
	const sample = frames.flatMap(({ rgba }) => [
		...pixelsOf(rgba).filter((_, at) => at % SAMPLE_EVERY === 0),
	]);
	for (const pixel of sample) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
	const frequent = [...counts].toSorted(([, a], [, b]) => b - a).slice(0, EXACT);
	const exact = new Set(frequent.map(([pixel]) => pixel));
	const others = Uint32Array.from(sample.filter((pixel) => !exact.has(pixel)));
	const quantized = quantize(new Uint8Array(others.buffer), UNCHANGED - exact.size);
	return [...[...exact].map(colorOf), ...quantized];
}

/** A palette has a power of two of colors. */
const filled = (palette: number[][]): number[][] =>
	Array.from({ length: 256 }, (_, at) => palette[at] ?? [0, 0, 0]);

const pixelsOf = (rgba: Uint8Array): Uint32Array =>
	new Uint32Array(rgba.buffer, rgba.byteOffset, rgba.length / 4);

const colorOf = (pixel: number): number[] => [
	pixel & 0xff,
	(pixel >> 8) & 0xff,
	(pixel >> 16) & 0xff,
];
