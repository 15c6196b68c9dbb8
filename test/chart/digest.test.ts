import { emptyModel, yearModel } from './fixtures';
import { LIGHT_800 } from './support';
import { renderDigest } from '../../nodes/AmazonSellerRating/chart/digest';
import type { ChartModel, SummaryRow } from '../../nodes/AmazonSellerRating/chart/model';
import { renderChart } from '../../nodes/AmazonSellerRating/chart/svg';

const digest = (model: ChartModel) => renderDigest(model, renderChart(model, LIGHT_800));

/** The cells of the key table, one list per row. */
const rowsOf = (html: string): string[][] =>
	[...html.matchAll(/<tr><th scope.*?<\/tr>/g)].map(([row]) =>
		[...row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/g)].map(([, cell = '']) => cell),
	);

const unknownRow: SummaryRow = {
	label: 'Lifetime',
	displayedRating: null,
	rating: null,
	positive: null,
	neutral: null,
	negative: 4,
	total: null,
	band: null,
	provenance: 'insufficient',
	thresholds: [],
};

it('contains the same picture, and its key facts as alternative text', () => {
	const model = yearModel();
	const svg = renderChart(model, LIGHT_800);
	const html = renderDigest(model, svg);
	const [, data = ''] = /src="data:image\/svg\+xml;base64,([^"]+)"/.exec(html) ?? [];
	expect(Buffer.from(data, 'base64').toString('utf8')).toBe(svg);
	const [, alt = ''] = /alt="([^"]+)"/.exec(html) ?? [];
	expect(alt).toContain('365 days: 93% (689 positive, 0 neutral, 48 negative), critical.');
});

it('names the seller and the marketplace where one reads it, not only in the picture', () => {
	const html = digest({ ...yearModel(), seller: 'Nordlicht Handel' });
	expect(html).toContain('>Nordlicht Handel, Amazon.de · as of 27 Jul 2026.');
	expect(html).toMatch(/<caption[^>]*>Key figures for Nordlicht Handel, Amazon\.de, 27 Jul 2026</);
});

it('has the whole key table, with caption and scopes', () => {
	const html = digest(yearModel());
	expect(html).toMatch(/<caption[^>]*>Key figures for Amazon\.de, 27 Jul 2026<\/caption>/);
	expect(html.match(/<th scope="col"/g)).toHaveLength(4);
	expect(rowsOf(html)).toEqual([
		['Window', '30 days', '90 days', '365 days'],
		['Rating', '100%', '94%', '93%'],
		['Unrounded', '100%', '93.51%', '93.48%'],
		['Status', 'Healthy', 'Critical', 'Critical'],
		['Positive', '51', '173', '689'],
		['Neutral', '0', '0', '0'],
		['Negative', '0', '12', '48'],
		['Total', '51', '185', '737'],
		['Neutral or negative left before Goal 98%', '3', 'below', 'below'],
		['Positives needed for Goal 98%', '0', '112', '112'],
		['Neutral or negative left before Suspension risk 95%', '3', 'below', 'below'],
		['Positives needed for Suspension risk 95%', '0', '112', '112'],
		['Source', ...Array.from({ length: 3 }, () => 'Derived from reports')],
	]);
});

it('says what is unknown', () => {
	const rows = rowsOf(digest({ ...emptyModel, summary: [unknownRow] }));
	expect(rows).toContainEqual(['Rating', 'no rating']);
	expect(rows).toContainEqual(['Status', 'Not evaluated']);
	expect(rows).toContainEqual(['Positive', 'unknown']);
	expect(rows).toContainEqual(['Negative', '4']);
	expect(rows).toContainEqual(['Source', 'Not enough data']);
});

it('never rounds a rating just below a threshold up to it', () => {
	const below: SummaryRow = { ...unknownRow, rating: 94.9951, displayedRating: 95 };
	const rows = rowsOf(digest({ ...emptyModel, summary: [below] }));
	expect(rows).toContainEqual(['Unrounded', '94.99%']);
});

it('starts another table after three windows', () => {
	const { summary, ...model } = yearModel();
	const html = digest({ ...model, summary: [...summary, unknownRow] });
	expect(html.match(/<caption/g)).toHaveLength(2);
	expect(digest(emptyModel)).not.toContain('<caption');
});

it('has no scripts, style sheets or external resources', () => {
	const html = digest(yearModel());
	expect(html).not.toMatch(/<(script|style|link|iframe|object|svg)\b/);
	expect(html).not.toMatch(/https?:|url\(| on\w+=/);
});

it('escapes hostile text', () => {
	const hostile = '"><img src=x onerror=alert(1)><script>alert(1)</script>\u0000';
	const model = yearModel();
	const html = digest({
		...model,
		title: hostile,
		marketplace: hostile,
		seller: hostile,
		thresholds: [{ name: hostile, percent: 95 }],
		summary: model.summary.map((row) => ({
			...row,
			label: hostile,
			band: hostile,
			provenance: hostile,
			thresholds: [{ name: hostile, percent: 95, runway: 1, neededPositives: 0 }],
		})),
		texts: { provenance: hostile, notes: [hostile] },
	});
	expect(html).not.toMatch(/<script|<img src=x|\p{Cc}(?<!\n)/u);
	expect(html.match(/<img/g)).toHaveLength(1);
});

it('uses the colors of its theme and is the same every time', () => {
	const model = yearModel();
	const svg = renderChart(model, { width: 400, theme: 'dark' });
	expect(renderDigest(model, svg, 'dark')).toContain('bgcolor="#12161c"');
	expect(renderDigest(model, svg)).toContain('bgcolor="#ffffff"');
	expect(renderDigest(model, svg)).toBe(renderDigest(model, svg));
});
