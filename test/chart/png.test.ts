import { inflateSync } from 'node:zlib';

import { renderPng } from '../../nodes/AmazonSellerRating/chart/png';
import { PngWriter } from '../../nodes/AmazonSellerRating/chart/pngWriter';
import { LIGHT } from '../../nodes/AmazonSellerRating/chart/theme';
import { PICTURES } from './models';

const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];

/** The chunks of a PNG, by type. */
function chunksOf(png: Uint8Array): Map<string, Buffer> {
	const bytes = Buffer.from(png);
	expect([...bytes.subarray(0, 8)]).toEqual(SIGNATURE);
	const chunks = new Map<string, Buffer>();
	for (let at = 8; at < bytes.length; ) {
		const length = bytes.readUInt32BE(at);
		chunks.set(bytes.toString('latin1', at + 4, at + 8), bytes.subarray(at + 8, at + 8 + length));
		at += 12 + length;
	}
	return chunks;
}

/** Size and pixels (RGBA) of a PNG. */
function read(png: Uint8Array) {
	const chunks = chunksOf(png);
	const header = chunks.get('IHDR') ?? Buffer.alloc(13);
	const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
	const rows = inflateSync(chunks.get('IDAT') ?? Buffer.alloc(0));
	expect(rows).toHaveLength(height * (1 + 4 * width));
	const pixel = (x: number, y: number) => {
		const at = y * (1 + 4 * width) + 1 + 4 * x;
		return [...rows.subarray(at, at + 4)];
	};
	return { width, height, pixel, rows };
}

const rest = async (): Promise<void> => await new Promise((resolve) => setTimeout(resolve));

it('writes the pixels that it was given, in any number of parts', async () => {
	const png = new PngWriter(2, 3);
	await png.write(Uint8Array.of(1, 2, 3, 255, 4, 5, 6, 255));
	await png.write(Uint8Array.from({ length: 16 }, (_, index) => index));
	const file = await png.end();
	const { width, height, pixel } = read(file);
	expect([width, height]).toEqual([2, 3]);
	expect(pixel(1, 0)).toEqual([4, 5, 6, 255]);
	expect(pixel(1, 2)).toEqual([12, 13, 14, 15]);
	// The end, with the checksum that the specification names.
	expect(Buffer.from(file).subarray(-12).toString('hex')).toBe('0000000049454e44ae426082');
});

it.each(Object.entries(PICTURES))('draws as PNG: %s', async (_, draw) => {
	const svg = draw({ width: 400, theme: 'light' });
	const [, height = ''] = / height="(\d+)"/.exec(svg) ?? [];
	const image = read(await renderPng(svg, rest));
	expect(image).toMatchObject({ width: 800, height: 2 * Number(height) });
	const ground = [...Buffer.from(LIGHT.background.slice(1), 'hex'), 255];
	expect(image.pixel(0, 0)).toEqual(ground);
	expect(image.pixel(799, image.height - 1)).toEqual(ground);
	// Without a font, there would be no dark pixels where the title is.
	let dark = 0;
	for (let y = 20; y < 60; y += 1) {
		for (let x = 24; x < 400; x += 1) dark += Number((image.pixel(x, y)[0] ?? 255) < 60);
	}
	expect(dark).toBeGreaterThan(200);
});

it('lets other work run between its parts, and draws the same as in one part', async () => {
	const svg = PICTURES.rating?.({ width: 800, theme: 'dark' }) ?? '';
	let rests = 0;
	const first = await renderPng(svg, async () => {
		rests += 1;
		await rest();
	});
	expect(rests).toBeGreaterThanOrEqual(5);
	expect(Buffer.compare(await renderPng(svg, rest), first)).toBe(0);
});

it('is not twice as large if the picture is large already', async () => {
	const svg = PICTURES.capacity?.({ width: 1600, theme: 'light' }) ?? '';
	expect(read(await renderPng(svg, rest))).toMatchObject({ width: 1600 });
});

it('refuses what is not a picture of this package', async () => {
	await expect(renderPng('<svg/>', rest)).rejects.toThrow('The picture has no size');
});
