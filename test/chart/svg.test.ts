import { contrast } from './contrast';
import { AS_OF, day, emptyModel, THRESHOLDS, windowOf, yearModel } from './fixtures';
import { everything, LIGHT_800, parseXml, piecesOf, SIZES, textsOf, withClass } from './support';
import { growthOf, IN_PROPORTION } from '../growth';
import { wrap, textWidth, truncate } from '../../nodes/AmazonSellerRating/chart/text';
import type { ChartModel } from '../../nodes/AmazonSellerRating/chart/model';
import { binsFor, percentRange } from '../../nodes/AmazonSellerRating/chart/range';
import { renderChart } from '../../nodes/AmazonSellerRating/chart/svg';
import { DARK, LIGHT } from '../../nodes/AmazonSellerRating/chart/theme';

const draw = (model: ChartModel, options = LIGHT_800) => parseXml(renderChart(model, options));

describe('the lines', () => {
	const model = yearModel();
	const root = draw(model);
	const allRanges = draw({ ...model, allRanges: true });

	it('has the range of the judged window only, whose line is the strongest and in front', () => {
		expect(withClass(root, 'band')).toHaveLength(1);
		expect(withClass(root, 'band', 'window-2')).toHaveLength(1);
		const widths = withClass(root, 'rating').map(({ attributes }) => attributes);
		expect(widths.map((line) => line['stroke-width'])).toEqual(['1.5', '1.5', '3']);
		expect(widths.at(-1)?.class).toContain('window-2');
		const other = draw({ ...model, judged: '30 days' });
		expect(withClass(other, 'band', 'window-0')).toHaveLength(1);
		expect(textsOf(other, 'legend')).toContain(
			'Forecast without new feedback, with the range of 30 days',
		);
	});

	it.each(model.windows.map((window, index) => ({ ...window, index })))(
		'draws every point of $label, in order',
		({ points, forecast, index }) => {
			const drawn = piecesOf(root, 'rating', `window-${index}`).flat();
			expect(drawn).toHaveLength(points.length);
			expect(drawn.map(([x]) => x)).toEqual(drawn.map(([x]) => x).toSorted((a, b) => a - b));

			const ahead = forecast.filter(({ rating }) => rating !== undefined);
			// One more, because the forecast starts where the line ends.
			const forecastDrawn = piecesOf(root, 'forecast', `window-${index}`).flat();
			expect(forecastDrawn).toHaveLength(ahead.length + 1);
			expect(forecastDrawn[0]).toEqual(drawn.at(-1));
			// Out and back along the band.
			expect(piecesOf(allRanges, 'band', `window-${index}`).flat()).toHaveLength(
				2 * (ahead.length + 1),
			);
		},
	);

	it('draws the forecast dashed', () => {
		for (const line of withClass(root, 'forecast')) {
			expect(line.attributes['stroke-dasharray']).toBe('5 4');
		}
		for (const line of withClass(root, 'rating')) {
			expect(line.attributes).not.toHaveProperty('stroke-dasharray');
		}
	});

	it('draws lines at the height of the percent axis', () => {
		const ratings = [100, 97.5, 96, 94, 93.25];
		const points = ratings.map((rating, index) => ({ date: day(index - 4), rating }));
		const drawn = draw({ ...emptyModel, windows: [windowOf('30 days', points)] });
		const ys = piecesOf(drawn, 'rating')
			.flat()
			.map(([, y]) => y);
		const perPoint = ((ys[4] ?? 0) - (ys[0] ?? 0)) / 6.75;
		ys.forEach((y, index) => {
			expect(y).toBeCloseTo((ys[0] ?? 0) + perPoint * (100 - (ratings[index] ?? 0)), 2);
		});
		// Thresholds use the same axis.
		const lines = withClass(drawn, 'thresholds').flatMap(({ children }) => children);
		const thresholdYs = lines.map(({ attributes }) => Number(attributes.y1));
		expect(thresholdYs).toHaveLength(THRESHOLDS.length);
		THRESHOLDS.forEach(({ percent }, index) => {
			expect(thresholdYs[index]).toBeCloseTo((ys[0] ?? 0) + perPoint * (100 - percent), 2);
		});
	});

	it('leaves a gap if there is no rating', () => {
		const ratings = [97, 97, undefined, undefined, 96, undefined, 95];
		const points = ratings.map((rating, index) => ({ date: day(index - 6), rating }));
		const drawn = draw({ ...emptyModel, windows: [windowOf('30 days', points)] });
		expect(piecesOf(drawn, 'rating').map((piece) => piece.length)).toEqual([2, 1, 1]);
		expect(withClass(drawn, 'rating')[0]?.attributes['stroke-linecap']).toBe('round');
	});

	it('shows a single point as a mark', () => {
		const windows = [windowOf('30 days', [{ date: AS_OF, rating: 96.5 }])];
		const drawn = draw({ ...emptyModel, windows });
		expect(withClass(drawn, 'window-mark')).toHaveLength(2);
		expect(withClass(drawn, 'empty')).toHaveLength(0);
	});

	it('does not connect a forecast to a line that ended earlier', () => {
		const points = [
			{ date: day(-2), rating: 97 },
			{ date: day(-1), rating: undefined },
		];
		const forecast = [{ date: day(1), rating: 96, low: 95, high: 97 }];
		const drawn = draw({ ...emptyModel, windows: [windowOf('30 days', points, forecast)] });
		expect(piecesOf(drawn, 'forecast').flat()).toHaveLength(1);
	});

	it('distinguishes windows by shape as well as color', () => {
		const marks = withClass(root, 'window-mark').slice(-3);
		const shapes = marks.flatMap(({ children }) =>
			children.map(({ name, attributes }) => attributes.d ?? name),
		);
		expect(new Set(shapes).size).toBe(3);
	});
});

describe('without ratings', () => {
	it('says so', () => {
		const root = draw(emptyModel);
		expect(textsOf(root, 'empty')).toEqual(['No rating to show for Amazon.de']);
		expect(withClass(root, 'thresholds')[0]?.children).toHaveLength(2);
	});

	it('says so without thresholds', () => {
		const root = draw({ ...emptyModel, thresholds: [] });
		expect(textsOf(root, 'empty')).toHaveLength(1);
	});

	it('says so if every rating is undefined, and still shows the negatives', () => {
		const points = [{ date: AS_OF, rating: undefined }];
		const negatives = [{ date: day(-3), count: 2 }];
		const root = draw({ ...emptyModel, windows: [windowOf('30 days', points)], negatives });
		expect(textsOf(root, 'empty')).toHaveLength(1);
		expect(textsOf(root, 'negative-counts')).toEqual(['2']);
	});
});

describe('negatives', () => {
	it.each(SIZES)('counts every one at %i px', (width) => {
		const model = yearModel();
		const root = draw(model, { width, theme: 'light' });
		const total = model.negatives?.reduce((sum, { count }) => sum + count, 0);
		// The first group with this class is the legend's sample.
		const marks = withClass(root, 'negatives')[1]?.children.length ?? 0;
		const several = textsOf(root, 'negative-counts').map(Number);
		expect(marks - several.length + several.reduce((sum, count) => sum + count, 0)).toBe(total);
	});

	it('says how many days a mark covers', () => {
		expect(textsOf(draw(yearModel()), 'legend')).toContainEqual('Negative feedback per 2 weeks');
	});

	it('distinguishes no negatives from unknown', () => {
		expect(textsOf(draw({ ...emptyModel, negatives: [] }), 'legend')).toEqual([
			'Negative feedback: none',
		]);
		const unknown = draw(emptyModel);
		expect(withClass(unknown, 'legend').flatMap(({ children }) => children)).toEqual([]);
		expect(textsOf(unknown, 'notes')).toEqual(['The dates of negative feedback are unknown.']);
	});

	it('counts them in spans that people count in, at every width', () => {
		for (let width = 320; width <= 1600; width += 80) {
			const legend = textsOf(draw(yearModel(), { width, theme: 'light' }), 'legend');
			expect(legend.join(' ')).toMatch(/Negative feedback per (day|week|2 weeks|30 days|60 days)/);
		}
	});

	it('keeps any number of marks apart', () => {
		const first = new Date('2020-01-01T00:00:00Z');
		const last = new Date('2026-01-01T00:00:00Z');
		const negatives = Array.from({ length: 2000 }, (_, index) => ({
			date: new Date(first.getTime() + index * 86_400_000).toISOString().slice(0, 10),
			count: 1000,
		}));
		const { bins } = binsFor(negatives, { first, last }, 300, (count) => String(count).length * 8);
		expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(2_000_000);
		const times = bins.map(({ middle }) => (300 * (+middle - +first)) / (+last - +first));
		times.slice(1).forEach((x, index) => expect(x - (times[index] ?? 0)).toBeGreaterThan(30));
	});
});

describe('the percent axis', () => {
	const withRatings = (...ratings: number[]): ChartModel => ({
		...emptyModel,
		thresholds: [],
		windows: [
			windowOf(
				'30 days',
				ratings.map((rating) => ({ date: AS_OF, rating })),
			),
		],
	});

	it.each([
		[[100], 95],
		[[96], 95],
		[[95], 90],
		[[91], 85],
		[[76], 70],
		[[50], 40],
		[[0], 0],
	])('with %p goes down to %i', (ratings, low) => {
		expect(percentRange(withRatings(...ratings))).toEqual({ low, high: 100 });
	});

	it('is stated, and whether it starts at 0', () => {
		expect(textsOf(draw(withRatings(93)), 'axis-note')).toEqual([
			'Axis 90% to 100%, does not start at 0',
		]);
		expect(textsOf(draw(withRatings(2)), 'axis-note')).toEqual(['Axis 0% to 100%']);
	});

	it('cuts a wide band and says so', () => {
		const forecast = [{ date: day(10), rating: 97, low: 61.2, high: 100 }];
		const windows = [windowOf('30 days', [{ date: AS_OF, rating: 97 }], forecast)];
		const root = draw({ ...emptyModel, negatives: [], windows, judged: '30 days' });
		expect(textsOf(root, 'notes').join(' ')).toBe(
			'The range for 30 days extends down to 61.2%, below the axis.',
		);
		const bottom = Math.max(
			...piecesOf(root, 'band')
				.flat()
				.map(([, y]) => y),
		);
		const ground = withClass(root, 'forecast-ground')[0]?.children[0]?.attributes;
		expect(bottom).toBeCloseTo(Number(ground?.y) + Number(ground?.height));
	});
});

describe('texts', () => {
	it('labels the thresholds with percent and name', () => {
		const root = draw(yearModel());
		expect(textsOf(root, 'threshold-percent')).toEqual(['98%', '95%']);
		expect(textsOf(root, 'threshold-name')).toEqual(['Goal', 'Minimum']);
	});

	it('moves the names to the legend on a phone', () => {
		const root = draw(yearModel(), { width: 360, theme: 'light' });
		expect(textsOf(root, 'threshold-percent')).toEqual(['98%', '95%']);
		expect(textsOf(root, 'threshold-name')).toEqual([]);
		expect(textsOf(root, 'legend')).toEqual(expect.arrayContaining(['Goal 98%', 'Minimum 95%']));
	});

	it('has fewer time ticks on a phone', () => {
		const ticks = (width: number) =>
			everything(draw(yearModel(), { width, theme: 'light' }))
				.filter(({ attributes }) => attributes['aria-label'] === 'x-axis tick label')
				.flatMap(({ children }) => children).length;
		expect(ticks(360)).toBeLessThan(ticks(800));
		expect(ticks(360)).toBeGreaterThanOrEqual(2);
	});

	it('wraps and cuts text that is too long', () => {
		const font = { size: 13 };
		const lines = wrap('one two three four five six seven eight nine', 100, font, 2);
		expect(lines).toHaveLength(2);
		expect(lines[1]).toMatch(/…$/);
		for (const line of lines) expect(textWidth(line, font)).toBeLessThanOrEqual(100);
		expect(wrap('', 100, font, 2)).toEqual([]);
		expect(truncate('Suspension', 40, font)).toMatch(/^Sus.*…$/);
	});

	it('cuts and wraps in time proportional to the length of the text', () => {
		const font = { size: 14 };
		for (const part of ['a', 'ab ', 'W…', '都 ']) {
			const cut = (size: number) => truncate(part.repeat(size), 300, font);
			const wrapped = (size: number) => wrap(part.repeat(size), 300, font, 2);
			const asOneWord = (size: number) => wrap(part.trim().repeat(size), 300, font, 2);
			for (const work of [cut, wrapped, asOneWord]) {
				expect(growthOf(work, 5_000)).toBeLessThan(IN_PROPORTION);
			}
		}
	});
});

describe('the picture for readers who cannot see it', () => {
	it('is an image with title and description', () => {
		const root = draw(yearModel());
		const [title, description] = root.children;
		expect(root.attributes.role).toBe('img');
		expect(root.attributes['aria-labelledby']).toBe(
			`${title?.attributes.id} ${description?.attributes.id}`,
		);
		expect(title).toMatchObject({
			name: 'title',
			text: 'Seller rating of Example Trading – Amazon.de',
		});
		expect(description?.name).toBe('desc');
	});

	it('states the key facts in words', () => {
		const description = draw(yearModel()).children[1]?.text ?? '';
		expect(description).toContain('as of 27 Jul 2026');
		expect(description).toMatch(
			/365 days: 93% \(689 positive, 0 neutral, 48 negative\), critical\./,
		);
		expect(description).toContain('Thresholds: Goal 98%, Minimum 95%.');
		expect(description).toMatch(/Forecast for 365 days: [\d.]+% on 25 Sep 2026 \(between/);
		expect(description).toMatch(/\d+ negatives from 10 Dec 2025 to \d+ \w+ 2026\./);
		expect(description).toContain('Axis 70% to 100%, does not start at 0.');
	});
});

describe('the document', () => {
	const HOSTILE = '<script>alert(1)</script> ]]> & "\' \u0000\u0008\uD800\uFFFF --> &lt; <!--';

	const hostile = (): ChartModel => {
		const model = yearModel();
		return {
			...model,
			title: HOSTILE,
			marketplace: HOSTILE,
			thresholds: [{ name: HOSTILE, percent: 95 }],
			windows: model.windows.map((window) => ({ ...window, label: HOSTILE })),
			summary: model.summary.map((row) => ({ ...row, label: HOSTILE, band: HOSTILE })),
			texts: { provenance: HOSTILE, forecast: HOSTILE, notes: [HOSTILE] },
		};
	};

	it.each(['light', 'dark', 'auto'] as const)('escapes hostile text (%s)', (theme) => {
		for (const width of SIZES) {
			const root = draw(hostile(), { width, theme });
			expect(everything(root).map(({ name }) => name)).not.toContain('script');
			expect(textsOf(root, 'legend').join(' ')).toContain('<script>alert(1)</script>');
		}
	});

	it('needs no external resources', () => {
		const svg = renderChart(yearModel(), { width: 800, theme: 'auto' });
		for (const { name, attributes } of everything(parseXml(svg))) {
			expect(['script', 'image', 'foreignObject', 'use', 'a', 'iframe']).not.toContain(name);
			for (const attribute of Object.keys(attributes)) {
				expect(attribute).not.toMatch(/^on|href$|^src$/);
			}
		}
		expect(svg.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|url\(|@import/);
		expect(svg).not.toMatch(/currentColor|var\(/);
	});

	it('is the same for the same model and has other ids for another model', () => {
		const id = (model: ChartModel) => draw(model).attributes.id;
		expect(renderChart(yearModel(), LIGHT_800)).toBe(renderChart(yearModel(), LIGHT_800));
		expect(id(yearModel())).not.toBe(id({ ...yearModel(), marketplace: 'Amazon.fr' }));
	});

	it('has the requested width, at least the minimum, and the height of its parts', () => {
		const { width, height, viewBox } = draw(emptyModel, { width: 640, theme: 'light' }).attributes;
		expect(width).toBe('640');
		expect(viewBox).toBe(`0 0 640 ${height}`);
		expect(draw(emptyModel, { width: 10, theme: 'light' }).attributes.width).toBe('280');
		const bare = draw(yearModel(), { width: 640, theme: 'light', bare: true });
		expect(Number(bare.attributes.height)).toBeLessThan(
			Number(draw(yearModel(), { width: 640, theme: 'light' }).attributes.height) - 50,
		);
		expect(textsOf(bare, 'title')).toEqual([]);
	});

	it('has one theme, or both if the reader’s system chooses', () => {
		const styles = (theme: 'light' | 'dark' | 'auto') =>
			everything(draw(yearModel(), { width: 800, theme })).filter(({ name }) => name === 'style');
		expect(styles('light')).toEqual([]);
		expect(styles('dark')).toEqual([]);
		const root = draw(yearModel(), { width: 800, theme: 'auto' });
		const css = styles('auto')[0]?.text ?? '';
		expect(css).toContain('@media (prefers-color-scheme:dark)');
		const used = everything(root).flatMap(({ attributes: { fill, stroke } }) => [fill, stroke]);
		for (const color of new Set(used)) {
			if (color?.startsWith('#')) expect(css).toContain(`="${color}"]`);
		}
	});
});

describe.each([
	['light', LIGHT],
	['dark', DARK],
] as const)('the %s colors', (_, palette) => {
	it('give every text 4.5:1 and every line and mark 3:1', () => {
		for (const ground of [palette.background, palette.forecast]) {
			expect(contrast(palette.ink, ground)).toBeGreaterThanOrEqual(4.5);
			expect(contrast(palette.muted, ground)).toBeGreaterThanOrEqual(4.5);
			for (const color of [...palette.windows, palette.threshold, palette.negative]) {
				expect(contrast(color, ground)).toBeGreaterThanOrEqual(3);
			}
		}
	});

	it('have one role each', () => {
		const { windows, ...rest } = palette;
		const colors = [...Object.values(rest), ...windows];
		expect(new Set(colors).size).toBe(colors.length);
	});
});
