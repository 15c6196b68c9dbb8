import {
	capacityInWords,
	renderCapacity,
	renderCapacityDigest,
} from '../../nodes/AmazonSellerRating/chart/capacity';
import { capacityModel as model } from './models';
import { everything, LIGHT_800, MAIL, parseXml, SIZES } from './support';

const bars = (svg: string, name: string) =>
	new RegExp(`class="${name}"[^>]*>(.*?)</g>`).exec(svg)?.[1]?.split('<rect').slice(1) ?? [];

const words = (svg: string): string =>
	everything(parseXml(svg))
		.filter(({ name }) => name === 'text')
		.map(({ text }) => text)
		.join(' ');

it('draws a bar for each day, and the lost orders on top', () => {
	const svg = renderCapacity(model(), LIGHT_800);
	expect(bars(svg, 'planned')).toHaveLength(20);
	expect(bars(svg, 'lost')).toHaveLength(1);
	const heights = bars(svg, 'planned').map((bar) => Number(/ height="([^"]*)"/.exec(bar)?.[1]));
	expect(heights).toEqual(heights.toSorted((a, b) => b - a));
});

it('a capacity far above all bars does not flatten them', () => {
	const height = (capacity: number) =>
		Number(
			/ height="([^"]*)"/.exec(
				bars(renderCapacity(model({ capacity }), LIGHT_800), 'planned')[0] ?? '',
			)?.[1],
		);
	expect(height(86_400)).toBeGreaterThan(height(60) / 2);
	expect(words(renderCapacity(model({ capacity: 86_400 }), LIGHT_800))).toContain(
		'A day could take 86,400.',
	);
});

it.each(SIZES)('says in words what the picture shows, at %i pixels', (width) => {
	const text = words(renderCapacity(model(), { width, theme: 'light' }));
	expect(text).toContain('5 orders lose their window.');
	expect(text).toContain('no maximum per day (5)');
});

it('says so if no order is lost, in picture and email', () => {
	const fine = model({ lost: 0, savedBy: {} }, 1);
	expect(capacityInWords(fine)).toBe(
		'From 29 Nov 2026 to 29 Nov 2026: 30 requests planned. A day could take 40. No order loses its window.',
	);
	const html = renderCapacityDigest(fine, MAIL);
	expect(html).toMatch(/<h1[^>]*>No order loses its window\./);
	expect(html).toMatch(/^<!DOCTYPE html>/);
});

it('draws days on which nothing can go out', () => {
	const svg = renderCapacity(model({ planned: 0, capacity: 0, lost: 0 }), {
		width: 360,
		theme: 'auto',
	});
	expect(svg).not.toMatch(/NaN|undefined/);
});
