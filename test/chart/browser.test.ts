/**
 * Checks the pictures in headless Chromium. CHROMIUM is the path of the program (default:
 * /usr/bin/chromium). If CHART_SCREENSHOTS is a folder, screenshots are saved there.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { chromium, type Browser, type Page } from 'playwright-core';

import { contrast } from './contrast';
import { day, emptyModel, windowOf, yearModel } from './fixtures';
import { PICTURES } from './models';
import { SIZES } from './support';
import { CHROMIUM, CHROMIUM_FLAGS } from '../../checks/lib/chromium';
import { renderDigest } from '../../nodes/AmazonSellerRating/chart/digest';
import { MAIL_PICTURE_WIDTH, svgAddress } from '../../nodes/AmazonSellerRating/chart/mail';
import type { ChartModel } from '../../nodes/AmazonSellerRating/chart/model';
import { renderChart } from '../../nodes/AmazonSellerRating/chart/svg';

const hasChromium = existsSync(CHROMIUM);
const screenshots = process.env.CHART_SCREENSHOTS;

/** Texts may overlap by this much, because a line's box is taller than its letters. */
const TOLERANCE = 1.5;

interface Box {
	readonly text: string;
	readonly color: string;
	readonly left: number;
	readonly right: number;
	readonly top: number;
	readonly bottom: number;
}

const longTexts = (): ChartModel => {
	const model = yearModel();
	const [first = emptyModel.windows[0], ...others] = model.windows;
	if (first === undefined) return model;
	return {
		...model,
		title: 'A title that is much too long for any picture of any width '.repeat(3),
		marketplace: 'アマゾン日本 · Amazon.co.jp',
		windows: [{ ...first, label: 'A window with a name that nobody would give it' }, ...others],
		thresholds: [
			{ name: 'A threshold with an endless name', percent: 99 },
			{ name: 'Next to it', percent: 98.7 },
			{ name: 'W'.repeat(80), percent: 98.5 },
			{ name: 'At the foot', percent: 71 },
		],
		texts: {
			provenance: 'Where these figures come from takes a while to explain. '.repeat(6),
			forecast: 'Forecast at the pace of the last ninety days, with an interval of 95%',
			notes: ['A note that has a lot to say. '.repeat(20)],
		},
	};
};

const MODELS: Readonly<Record<string, ChartModel>> = {
	year: yearModel(),
	'long texts': longTexts(),
	empty: emptyModel,
	'one point': {
		...emptyModel,
		negatives: [{ date: day(0), count: 1234 }],
		windows: [windowOf('30 days', [{ date: day(0), rating: 100 }])],
	},
	'everything at the foot': {
		...emptyModel,
		negatives: [],
		thresholds: [
			{ name: 'Low', percent: 1 },
			{ name: 'Lowest', percent: 0 },
		],
		windows: [
			windowOf(
				'90 days',
				[-90, 0].map((days) => ({ date: day(days), rating: 0 })),
			),
		],
	},
};

const CASES = SIZES.flatMap((width) =>
	(['light', 'dark'] as const).flatMap((theme) =>
		Object.keys(MODELS).map((name) => ({ width, theme, name })),
	),
);

const modelOf = (name: string): ChartModel => MODELS[name] ?? emptyModel;

function textBoxes(page: Page): Promise<Box[]> {
	return page.$$eval('svg text', (elements) =>
		elements.map((element) => {
			const { left, right, top, bottom } = element.getBoundingClientRect();
			const text = [...element.childNodes]
				.filter((node) => node.nodeName !== 'title')
				.map((node) => node.textContent)
				.join(' ');
			return { text, color: getComputedStyle(element).fill, left, right, top, bottom };
		}),
	);
}

const overlapping = (boxes: readonly Box[]): string[] =>
	boxes.flatMap((one, index) =>
		boxes
			.slice(index + 1)
			.filter(
				(other) =>
					Math.min(one.right, other.right) - Math.max(one.left, other.left) > TOLERANCE &&
					Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > TOLERANCE,
			)
			.map((other) => `${one.text} / ${other.text}`),
	);

const outside = (boxes: readonly Box[], width: number, height: number): string[] =>
	boxes
		.filter(({ left, right, top, bottom }) => {
			const fits = left >= 0 && right <= width && top >= 0 && bottom <= height;
			return !fits;
		})
		.map(({ text }) => text);

const background = (page: Page): Promise<string> =>
	page.$eval('svg > rect', (rect) => getComputedStyle(rect).fill);

if (!hasChromium) {
	process.stderr.write(
		`Charts were not checked in a browser: ${CHROMIUM} does not exist. Set CHROMIUM to a browser.\n`,
	);
}

(hasChromium ? describe : describe.skip)('in Chromium', () => {
	let browser: Browser;
	let page: Page;
	let requests: string[];

	beforeAll(async () => {
		browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_FLAGS });
	});

	afterAll(() => browser?.close());

	beforeEach(async () => {
		requests = [];
		page = await browser.newPage();
		page.on('request', (request) => requests.push(request.url()));
	});

	afterEach(() => page.close());

	async function show(html: string, width: number, height: number, name: string): Promise<void> {
		await page.setViewportSize({ width, height });
		await page.setContent(html, { waitUntil: 'load' });
		if (screenshots === undefined) return;
		const path = join(screenshots, `${name.replaceAll(' ', '-')}.png`);
		await page.screenshot({ path, fullPage: true });
	}

	/** Of the whole picture. */
	const heightOf = (svg: string): number => Number(/ height="(\d+)"/.exec(svg)?.[1]);

	const showChart = (svg: string, width: number, name: string) =>
		show(`<body style="margin:0">${svg}</body>`, width, heightOf(svg), name);

	it.each(CASES)('$name is readable at $width px, $theme', async ({ width, theme, name }) => {
		const svg = renderChart(modelOf(name), { width, theme });
		await showChart(svg, width, `${name} ${width} ${theme}`);
		const boxes = await textBoxes(page);

		expect(boxes.length).toBeGreaterThan(5);
		expect(overlapping(boxes)).toEqual([]);
		expect(outside(boxes, width, heightOf(svg))).toEqual([]);
		const ground = await background(page);
		for (const { color } of boxes) expect(contrast(color, ground)).toBeGreaterThanOrEqual(4.5);
		expect(requests).toEqual([]);
	});

	it.each(SIZES)('keeps room for the plot at %i px, even with long texts', async (width) => {
		await showChart(renderChart(longTexts(), { width, theme: 'light' }), width, `long ${width}`);
		const height = await page.$eval(
			'.forecast-ground rect',
			(rect) => rect.getBoundingClientRect().height,
		);
		expect(height).toBeGreaterThanOrEqual(240);
	});

	it.each(['light', 'dark'] as const)('follows a reader’s %s system', async (colorScheme) => {
		const colors = () =>
			page.$$eval('svg *', (elements) =>
				elements.map((element) => {
					const { fill, stroke } = getComputedStyle(element);
					return `${element.tagName} ${fill} ${stroke}`;
				}),
			);
		await showChart(renderChart(yearModel(), { width: 800, theme: colorScheme }), 800, 'fixed');
		const fixed = await colors();
		await page.emulateMedia({ colorScheme });
		await showChart(
			renderChart(yearModel(), { width: 800, theme: 'auto' }),
			800,
			`auto ${colorScheme}`,
		);
		expect((await colors()).filter((color) => !color.startsWith('style'))).toEqual(fixed);
	});

	it('exposes its key facts to screen readers', async () => {
		await showChart(renderChart(yearModel(), { width: 800, theme: 'auto' }), 800, 'announced');
		const tree = await page.locator('body').ariaSnapshot();
		expect(tree).toMatch(
			/^- '?img .{0,2}Seller rating of Example Trading – Amazon\.de .*365 days: 93/,
		);
	});

	it.each(Object.entries(PICTURES))(
		'%s has no texts that touch or are cut off, at any width',
		async (name, draw) => {
			for (let width = 320; width <= 1600; width += 320) {
				for (const theme of ['light', 'dark'] as const) {
					const svg = draw({ width, theme });
					await showChart(svg, width, `${name} ${width} ${theme}`);
					const boxes = await textBoxes(page);
					expect({ width, touching: overlapping(boxes) }).toEqual({ width, touching: [] });
					expect(outside(boxes, width, heightOf(svg))).toEqual([]);
				}
			}
		},
	);

	it.each([360, 375, 800])('shows a digest at %i px without scrolling sideways', async (width) => {
		const svg = renderChart(yearModel(), { width: MAIL_PICTURE_WIDTH, theme: 'light', bare: true });
		const html = renderDigest(yearModel(), { picture: svgAddress(svg), theme: 'light' });
		await show(html, width, 800, `digest ${width}`);
		const shown = await page.evaluate(() => ({
			width: document.documentElement.scrollWidth,
			picture: document.images[0]?.naturalWidth,
		}));
		expect(shown).toEqual({ width, picture: MAIL_PICTURE_WIDTH });
		expect(requests.filter((url) => !url.startsWith('data:'))).toEqual([]);
	});
});
