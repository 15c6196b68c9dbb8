import { applyPalette, GIFEncoder, quantize } from 'gifenc';

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

/** An animated GIF with one palette. Only what differs from the frame before is stored. */
export function encodeGif(frames: readonly Frame[], width: number, height: number): Uint8Array {
	const palette = quantize(sampleOf(frames), UNCHANGED);
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
function merged(
	frames: readonly Frame[],
	palette: number[][],
): Array<{ readonly index: Uint8Array; delay: number }> {
	const result: Array<{ readonly index: Uint8Array; delay: number }> = [];
	for (const { rgba, delay } of frames) {
		const index = applyPalette(rgba, palette);
		const last = result.at(-1);
		if (last && Buffer.compare(last.index, index) === 0) last.delay += delay;
		else result.push({ index, delay });
	}
	return result;
}

/** A palette has a power of two of colors. */
const filled = (palette: number[][]): number[][] =>
	Array.from({ length: 256 }, (_, at) => palette[at] ?? [0, 0, 0]);

function sampleOf(frames: readonly Frame[]): Uint8Array {
	const pixels = frames.map(
		({ rgba }) => new Uint32Array(rgba.buffer, rgba.byteOffset, rgba.length / 4),
	);
	const sample = pixels.flatMap((each) => [...each.filter((_, at) => at % SAMPLE_EVERY === 0)]);
	return new Uint8Array(Uint32Array.from(sample).buffer);
}
