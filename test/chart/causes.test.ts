import {
	causesInWords,
	renderCauses,
	renderCausesDigest,
	verdictsOf,
} from '../../nodes/AmazonSellerRating/chart/causes';
import { wrap } from '../../nodes/AmazonSellerRating/chart/text';
import { DARK, LIGHT } from '../../nodes/AmazonSellerRating/chart/theme';
import { causesModel as model, few, row } from './models';
import { everything, LIGHT_800, MAIL, parseXml, SIZES, withClass, type Parsed } from './support';

const words = (svg: string): string =>
	everything(parseXml(svg))
		.filter(({ name }) => name === 'text' || name === 'tspan')
		.map(({ text }) => text)
		.join(' ');

/** Where a line of an interval starts and ends. */
const endsOf = (root: Parsed, verdict: string): number[][] =>
	withClass(root, `interval-${verdict}`)
		.flatMap(everything)
		.filter(({ name }) => name === 'line')
		.map(({ attributes }) => [Number(attributes.x1), Number(attributes.x2)]);

it.each(SIZES)(
	'names the axis, the groups, their counts and every verdict, at %i pixels',
	(width) => {
		const text = words(renderCauses(model(), { width, theme: 'light' }));
		for (const wanted of [
			'Bad feedback per 1,000 orders',
			'SKU',
			'HP-003-US',
			'9 of 118 orders',
			'Fulfillment',
			'stands out',
			'could be chance',
			'too few',
			'all orders',
		]) {
			expect(text).toContain(wanted);
		}
		expect(text).toContain('1 of 3 groups stands out');
	},
);

it('draws a dot within its interval for each group, on one scale', () => {
	const root = parseXml(renderCauses(model(), LIGHT_800));
	for (const verdict of ['standsOut', 'couldBeChance', 'tooFew']) {
		const [[low = NaN, high = NaN] = []] = endsOf(root, verdict);
		const [dot] = withClass(root, `rate-${verdict}`).flatMap(everything).slice(1);
		const at = Number(
			/translate\(([\d.]+)/.exec(dot?.attributes.transform ?? '')?.[1] ?? dot?.attributes.cx,
		);
		expect([verdict, low < at && at < high]).toEqual([verdict, true]);
	}
	const [[, chanceEnd = NaN] = []] = endsOf(root, 'couldBeChance');
	const [[causeStart = NaN] = []] = endsOf(root, 'standsOut');
	expect(chanceEnd).toBeLessThan(causeStart);
});

it('cuts the interval of a tiny group off with an arrow, so that the others stay readable', () => {
	const [[, few = NaN] = []] = endsOf(parseXml(renderCauses(model(), LIGHT_800)), 'tooFew');
	expect(few).toBeLessThanOrEqual(800 - 24);
	expect(words(renderCauses(model(), LIGHT_800))).toContain('▸');
	expect(words(renderCauses(model({ rows: [row()] }), LIGHT_800))).not.toContain('▸');
});

it('draws the most certain groups only, and says how many more there are', () => {
	const rows = Array.from({ length: 30 }, (_, index) => row({ name: `SKU ${index}` }));
	const text = words(renderCauses(model({ rows }), LIGHT_800));
	expect(text).toContain('SKU 13');
	expect(text).not.toContain('SKU 14');
	expect(text).toContain('16 more groups are not drawn');
});

it('keeps reasons out of the picture, which has orders, but not out of the email', () => {
	const rows = [row(), row({ section: 'Reason', name: 'late, HP-003-US', isPerOrder: false })];
	const svg = renderCauses(model({ rows }), LIGHT_800);
	expect(words(svg)).not.toContain('late, HP-003-US');
	expect(words(svg)).toContain('Reasons are in the table only');
	expect(renderCausesDigest(model({ rows }), MAIL)).toContain('>Reason: late, HP-003-US<');
	const none = renderCauses(model({ rows: rows.slice(1) }), LIGHT_800);
	parseXml(none);
});

it('has light and dark colors, and both for the reader’s own preference', () => {
	const [light, dark, auto] = (['light', 'dark', 'auto'] as const).map((theme) =>
		renderCauses(model(), { width: 800, theme }),
	);
	expect(light).toContain(LIGHT.negative);
	expect(dark).toContain(DARK.negative);
	expect(dark).not.toContain(LIGHT.ink);
	expect(auto).toContain(`[fill=&quot;${LIGHT.negative}&quot;]{fill:${DARK.negative}}`);
});

it('has an email with picture, table and the orders of what stands out', () => {
	const html = renderCausesDigest(model(), MAIL);
	expect(html).toContain('111-1234567-7654321');
	expect(html).toContain('76.3 (40.7 to 138.6)');
	expect(html).toContain('>could be chance<');
	expect(html).not.toMatch(/<(script|style|link|svg)\b|https?:/);
	const noRest = model({ rows: [row({ times: undefined })] });
	expect(renderCausesDigest(noRest, MAIL)).toContain('no bad feedback in the rest');
});

it('says in words what it shows', () => {
	expect(causesInWords(model())).toMatch(
		/^Nordlicht Handel · orders from 20 Oct 2025 to 14 Oct 2026\. 1 of 3 groups stands out\. SKU HP-003-US: it/,
	);
	expect(verdictsOf([few(), few()])).toBe('Too few to say for all of 2 groups');
	expect(verdictsOf([few(), row({ verdict: 'couldBeChance' })])).toBe(
		'Nothing stands out among 2 groups; too few to say for 1 of them',
	);
});

it('escapes hostile text', () => {
	const hostile = '"><script>alert(1)</script>\u0000';
	const odd = model({
		title: hostile,
		seller: hostile,
		notes: [hostile],
		rows: [row({ name: hostile, section: hostile, sentence: hostile, orderIds: [hostile] })],
	});
	const svg = renderCauses(odd, { width: 800, theme: 'auto' });
	parseXml(svg);
	expect(`${svg}${renderCausesDigest(odd, { ...MAIL, theme: 'dark' })}`).not.toContain('<script');
});

it('wraps text without cutting a line that just fits', () => {
	const text =
		'not drawn. Orders of the last 45 days are left out, because buyers may still rate them: 123 orders and 2 bad feedback entries.';
	expect(wrap(text, 336, { size: 12 }, 10).join(' ')).toBe(text);
});
