import {
	renderRequestEffect,
	requestEffectInWords,
} from '../../nodes/AmazonSellerRating/chart/requestEffect';
import { requestEffectModel as model } from './models';
import { everything, LIGHT_800, parseXml, SIZES, withClass } from './support';

const words = (svg: string): string =>
	everything(parseXml(svg))
		.filter(({ name }) => name === 'text' || name === 'tspan')
		.map(({ text }) => text)
		.join(' ');

const partsOf = (svg: string, name: string, tag: string) =>
	withClass(parseXml(svg), name)
		.flatMap(everything)
		.filter((element) => element.name === tag);

it.each(SIZES)('says what is drawn, at %i pixels', (width) => {
	const text = words(renderRequestEffect(model(), { width, theme: 'light' }));
	for (const part of [
		'Does asking pay?',
		'Requests per day',
		'(gray: unknown)',
		'interval',
		'A note.',
	]) {
		expect(text).toContain(part);
	}
	expect(text).toContain('North & South <Shop>');
});

it('has a bar for each known day, and marks the others', () => {
	const svg = renderRequestEffect(model(), LIGHT_800);
	expect(partsOf(svg, 'requests', 'rect')).toHaveLength(30);
	expect(partsOf(svg, 'received', 'rect')).toHaveLength(29);
	expect(partsOf(svg, 'unknown', 'rect')).toHaveLength(1);
});

it('draws the interval on a scale with zero and the effect to detect', () => {
	const svg = renderRequestEffect(model(), LIGHT_800);
	const xOf = (name: string): number => Number(partsOf(svg, name, 'line')[0]?.attributes.x1 ?? NaN);
	const [interval] = partsOf(svg, 'interval', 'line');
	const [low, high] = [Number(interval?.attributes.x1), Number(interval?.attributes.x2)];
	expect(xOf('zero')).toBeLessThan(low);
	expect(low).toBeLessThan(xOf('toDetect'));
	expect(xOf('toDetect')).toBeLessThan(high);
});

it('has no interval if the effect is unknown, and no bars without days', () => {
	const svg = renderRequestEffect(model({ effect: undefined, days: [] }), LIGHT_800);
	expect(words(svg)).not.toContain('interval');
	expect(partsOf(svg, 'requests', 'rect')).toHaveLength(0);
});

it('says the same in words', () => {
	expect(requestEffectInWords(model())).toBe(
		'From 1 Oct 2026 to 30 Oct 2026: 600 requests and, on the 29 days with totals, 42 feedback entries. Requests bring feedback, more than by chance. A note.',
	);
});
