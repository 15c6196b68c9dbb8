import {
	CAUTION,
	inWords,
	renderRatingAndBuyBox,
	renderRatingAndBuyBoxDigest,
} from '../../nodes/AmazonSellerRating/chart/ratingAndBuyBox';
import { ratingAndBuyBoxModel as model } from './models';
import { everything, LIGHT_800, MAIL, parseXml, piecesOf, SIZES } from './support';

const words = (svg: string): string =>
	everything(parseXml(svg))
		.filter(({ name }) => name === 'text' || name === 'tspan')
		.map(({ text }) => text)
		.join(' ');

it.each(SIZES)('names both axes and warns of reading a cause into it, at %i pixels', (width) => {
	const text = words(renderRatingAndBuyBox(model(), { width, theme: 'light' }));
	expect(text).toContain('Rating: positive feedback of the last 30 days (%)');
	expect(text).toContain('Buy Box share of page views in the last 30 days (%)');
	expect(text).toContain('Day; each point covers the 30 days up to it');
	expect(text).toContain(CAUTION);
});

it('draws both lines from the same days: a day without one of them is a gap in both', () => {
	const root = parseXml(renderRatingAndBuyBox(model(), LIGHT_800));
	const [rating, buyBox] = ['rating', 'buyBox'].map((name) =>
		piecesOf(root, name).map((piece) => piece.map(([x]) => x)),
	);
	expect(rating).toHaveLength(2);
	expect(rating).toEqual(buyBox);
	expect(rating?.flat()).toHaveLength(161);
});

it('names the seller and the marketplace as the rating chart does: in picture, words and email', () => {
	const svg = renderRatingAndBuyBox(model(), LIGHT_800);
	const html = renderRatingAndBuyBoxDigest(model(), MAIL);
	const title = /<title[^>]*>([^<]*)/;
	const wanted = 'Rating and Buy Box – Nordlicht Handel, Amazon.de';
	expect(title.exec(svg)?.[1]).toBe(wanted);
	expect(title.exec(html)?.[1]).toBe(`${wanted}, 23 Nov 2026`);
	const facts = 'Nordlicht Handel, Amazon.de · as of 23 Nov 2026.';
	expect(words(svg)).toContain(facts);
	expect(html.match(new RegExp(`>${wanted}, 23 Nov 2026<`, 'g'))).toHaveLength(2);
	expect(inWords(model())).toMatch(
		/^Rating and Buy Box share for Nordlicht Handel, Amazon\.de as of/,
	);
	expect(words(renderRatingAndBuyBox(model({ seller: undefined }), LIGHT_800))).toContain(
		'Amazon.de · as of',
	);
});

it('has the facts in words', () => {
	expect(inWords(model())).toContain('Buy Box share: 90%, then 73.1%.');
	expect(inWords(model({ points: [] }))).toContain('No day has both figures.');
});

it('says so in the picture if no day has both', () => {
	expect(words(renderRatingAndBuyBox(model({ points: [] }), LIGHT_800))).toContain(
		'No day has both figures',
	);
});

it('has an email that begins with where both lines end, then has picture, figures and the same warning', () => {
	const html = renderRatingAndBuyBoxDigest(model(), MAIL);
	const parts = [
		'>Rating 95.82%, Buy Box share 73.1%, each',
		'<img src="cid:digestPicture"',
		'<td align="right"',
	];
	const places = parts.map((part) => html.indexOf(part));
	expect(places).toEqual(places.filter((place) => place > 0).toSorted((a, b) => a - b));
	expect(html.match(new RegExp(CAUTION, 'g'))?.length).toBeGreaterThan(1);
	expect(html).not.toMatch(/<(script|style|link|svg)\b|https?:/);
});

it('escapes hostile text', () => {
	const hostile = '"><script>alert(1)</script>\u0000';
	const odd = model({
		title: hostile,
		marketplace: hostile,
		seller: hostile,
		provenance: hostile,
		notes: [hostile],
	});
	const svg = renderRatingAndBuyBox(odd, { width: 800, theme: 'auto' });
	parseXml(svg);
	expect(`${svg}${renderRatingAndBuyBoxDigest(odd, { ...MAIL, theme: 'dark' })}`).not.toContain(
		'<script',
	);
});
