import { PICTURES } from './models';
import { parseXml, textBoxesOf, touching } from './support';

/** From a small phone to a large screen. */
const WIDTHS = Array.from({ length: 33 }, (_, index) => 320 + 40 * index);

const boxesAt = (draw: (typeof PICTURES)[string], width: number, bare: boolean) => {
	const root = parseXml(draw({ width, theme: 'light', bare }));
	return { boxes: textBoxesOf(root), height: Number(root.attributes.height) };
};

describe.each(Object.entries(PICTURES))('the texts of the picture: %s', (_, draw) => {
	it.each([
		['with its title', false],
		['in an email', true],
	])('do not touch, are whole and inside the picture at every width, %s', (_name, bare) => {
		for (const width of WIDTHS) {
			const { boxes, height } = boxesAt(draw, width, bare);
			expect(boxes.length).toBeGreaterThan(5);
			const outside = boxes.filter(
				({ left, right, top, bottom }) => left < 0 || right > width || top < 0 || bottom > height,
			);
			const cut = boxes.filter(({ text }) => text.includes('…'));
			expect({ width, touching: touching(boxes), outside, cut }).toEqual({
				width,
				touching: [],
				outside: [],
				cut: [],
			});
		}
	});

	it('say nothing twice', () => {
		for (const width of [320, 800]) {
			const sentences = boxesAt(draw, width, false).boxes.filter(({ text }) => / .* /.test(text));
			const texts = sentences.map(({ text }) => text).filter((text) => !/of \d+ orders/.test(text));
			expect(new Set(texts).size).toBe(texts.length);
		}
	});

	it('do not repeat in an email what stands beside the picture', () => {
		const [withTitle, bare] = [false, true].map((each) => boxesAt(draw, 400, each).boxes.length);
		expect(bare).toBeLessThan(withTitle ?? 0);
	});
});
