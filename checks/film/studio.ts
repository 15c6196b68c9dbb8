import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { repoDir } from '../../scripts/lib/paths.mjs';

/** The film; its lower part is the caption. */
export const FILM = { width: 900, height: 560 } as const;

const CAPTION_HEIGHT = 56;

/** The part above the caption. */
export const PICTURE = { width: FILM.width, height: FILM.height - CAPTION_HEIGHT } as const;

/** A place in the picture. */
export interface Point {
	readonly x: number;
	readonly y: number;
}

/** A picture of the film. */
export interface Shot {
	/** A PNG in the proportions of the picture. */
	readonly png: Buffer;
	readonly caption: string;
	/** For how long it is shown. */
	readonly ms: number;
	/** Where the mouse is. */
	readonly pointer?: Point;
}

const fonts = join(repoDir, 'node_modules', '@expo-google-fonts', 'inter');

/** Inter, the font of n8n's editor, as a style sheet. */
export const FONT = [
	[400, '400Regular/Inter_400Regular.ttf'] as const,
	[600, '600SemiBold/Inter_600SemiBold.ttf'] as const,
]
	.map(([weight, file]) => {
		const data = readFileSync(join(fonts, file)).toString('base64');
		return `@font-face { font-family: Film; font-weight: ${weight}; src: url(data:font/ttf;base64,${data}) }`;
	})
	.join('\n');

/** Draws the frames in a page of a browser, which also reads the PNGs. */
export class Studio {
	private constructor(private readonly page: Page) {}

	static async open(browser: Browser): Promise<Studio> {
		const page = await browser.newPage({ viewport: FILM });
		await page.setContent(
			`<style>${FONT}</style><canvas width="${FILM.width}" height="${FILM.height}"></canvas>`,
		);
		await page.evaluate(async () => await document.fonts.load('600 20px Film'));
		return new Studio(page);
	}

	/** Returns the pixels of a frame. */
	async draw({ png, caption, pointer }: Shot): Promise<Uint8Array> {
		const pixels = await this.page.evaluate(drawFrame, {
			png: png.toString('base64'),
			caption,
			pointer,
			film: FILM,
			picture: PICTURE,
		});
		return new Uint8Array(Buffer.from(pixels, 'base64'));
	}

	/** The frame that was drawn last, as a PNG. */
	async shoot(): Promise<Buffer> {
		return await this.page.locator('canvas').screenshot();
	}
}

/** Runs in the page. */
async function drawFrame({
	png,
	caption,
	pointer,
	film,
	picture,
}: {
	readonly png: string;
	readonly caption: string;
	readonly pointer: Point | undefined;
	readonly film: { readonly width: number; readonly height: number };
	readonly picture: { readonly width: number; readonly height: number };
}): Promise<string> {
	const draw = document.querySelector('canvas')?.getContext('2d', { willReadFrequently: true });
	if (!draw) throw new Error('There is no canvas');
	const image = new Image();
	image.src = `data:image/png;base64,${png}`;
	await image.decode();
	draw.imageSmoothingQuality = 'high';
	draw.drawImage(image, 0, 0, picture.width, picture.height);
	if (pointer) {
		const arrow = new Path2D('M0 0 L0 21 L5 16.5 L8.5 24.5 L12 23 L8.5 15.2 L15 15 Z');
		draw.setTransform(1.2, 0, 0, 1.2, pointer.x, pointer.y);
		draw.fillStyle = '#000';
		draw.strokeStyle = '#fff';
		draw.lineWidth = 2;
		draw.lineJoin = 'round';
		draw.stroke(arrow);
		draw.fill(arrow);
		draw.resetTransform();
	}
	draw.fillStyle = '#1b2440';
	draw.fillRect(0, picture.height, film.width, film.height - picture.height);
	draw.fillStyle = '#fff';
	draw.font = '600 21px Film';
	draw.textAlign = 'center';
	draw.textBaseline = 'middle';
	draw.fillText(caption, film.width / 2, (picture.height + film.height) / 2 + 1, film.width - 30);
	const { data } = draw.getImageData(0, 0, film.width, film.height);
	const blob = new Blob([data]);
	return await new Promise((resolve) => {
		const reader = new FileReader();
		reader.onload = () => resolve(String(reader.result).split(',')[1] ?? '');
		reader.readAsDataURL(blob);
	});
}
