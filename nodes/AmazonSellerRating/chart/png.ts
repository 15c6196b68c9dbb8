/**
 * Pictures as PNG, for mail programs and chats, which do not show SVG. The build makes a file of its
 * own of this module, because it is larger than everything else together: import it only when a PNG
 * is wanted.
 */
import regular from '@expo-google-fonts/inter/400Regular/Inter_400Regular.ttf';
import bold from '@expo-google-fonts/inter/700Bold/Inter_700Bold.ttf';
import { initWasm, Resvg } from '@resvg/resvg-wasm';
import rasterizer from '@resvg/resvg-wasm/index_bg.wasm';

import { bytesOf, PngWriter } from './pngWriter';

/** A high-resolution screen shows two pixels per pixel; larger pictures are sharp enough without. */
const ZOOM = 2;
const LARGEST_ZOOMED_WIDTH = 1000;

/** Drawing this many pixels takes about 10 ms. Other work runs between two bands. */
const PIXELS_PER_BAND = 250_000;

const FONT = 'Inter';

type Rest = () => Promise<unknown>;

let loading: Promise<Uint8Array[]> | undefined;

/**
 * Draws a picture of this package as PNG, twice as large up to 1,000 pixels.
 * The font has Latin, Greek and Cyrillic letters; others become empty boxes.
 * @param svg from `pictureRoot`, which gives it a size and a background
 * @param rest lets other work run, between two parts that take 10 to 20 ms
 * @throws Error if the SVG has no size
 */
export async function renderPng(svg: string, rest: Rest): Promise<Uint8Array> {
	loading ??= load(rest).catch((error: unknown) => {
		loading = undefined;
		throw error;
	});
	return await draw(svg, await loading, rest);
}

/** Unpacks the fonts and compiles the rasterizer, in other threads; once a process. */
async function load(rest: Rest): Promise<Uint8Array[]> {
	const [code, ...fonts] = await Promise.all([rasterizer, regular, bold].map(inflate));
	await initWasm(await WebAssembly.compile(code as Uint8Array<ArrayBuffer>));
	for (const svg of FIRST_PICTURES) {
		await rest();
		await draw(svg, fonts, rest);
	}
	await rest();
	return fonts;
}

/**
 * A part of the rasterizer is slow the first time it runs. These use one part after the other, so that
 * the first picture does not use all of them at once.
 */
const FIRST_PICTURES = ['<rect width="8" height="8"/>', '<text y="8">Ab</text>'].map(
	(content) =>
		`<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8" viewBox="0 0 8 8">${content}</svg>`,
);

async function draw(svg: string, fontBuffers: Uint8Array[], rest: Rest): Promise<Uint8Array> {
	const size = SIZE.exec(svg);
	if (size === null) throw new Error('The picture has no size');
	const [width, height] = [Number(size[1]), Number(size[2])];
	const zoom = width > LARGEST_ZOOMED_WIDTH ? 1 : ZOOM;
	const png = new PngWriter(width * zoom, height * zoom);
	const bandHeight = Math.max(1, Math.floor(PIXELS_PER_BAND / (width * zoom * zoom)));
	for (let top = 0; top < height; top += bandHeight) {
		const band = cut(svg, width, top, Math.min(bandHeight, height - top));
		const picture = new Resvg(band, {
			font: { fontBuffers, defaultFontFamily: FONT, sansSerifFamily: FONT },
			fitTo: { mode: 'zoom', value: zoom },
		});
		const image = picture.render();
		await png.write(image.pixels);
		image.free();
		picture.free();
		await rest();
	}
	return await png.end();
}

async function inflate(base64: string): Promise<Uint8Array> {
	const packed = new Blob([Buffer.from(base64, 'base64')]);
	const unpacked = packed.stream().pipeThrough(new DecompressionStream('deflate'));
	return await bytesOf(unpacked);
}

/** As `pictureRoot` writes it. */
const SIZE = /^<svg [^>]*?width="(\d+)" height="(\d+)" viewBox="[^"]*"/;

/** The same picture, showing only a part of it. */
const cut = (svg: string, width: number, top: number, height: number): string =>
	svg.replace(SIZE, (start) =>
		start.replace(
			/height="\d+" viewBox="[^"]*"$/,
			`height="${height}" viewBox="0 ${top} ${width} ${height}"`,
		),
	);
