import { emptyModel, yearModel } from './fixtures';
import { LIGHT_800, MAIL } from './support';
import { svgAddress } from '../../nodes/AmazonSellerRating/chart/mail';
import { digestInWords, renderDigest } from '../../nodes/AmazonSellerRating/chart/digest';
import type { ChartModel, SummaryRow } from '../../nodes/AmazonSellerRating/chart/model';
import { renderChart } from '../../nodes/AmazonSellerRating/chart/svg';

const digest = (model: ChartModel) => renderDigest(model, MAIL);

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
	verdict: 'Unknown over the lifetime: no source gives a rating.',
	provenance: 'insufficient',
	thresholds: [],
};

it('contains the same picture, and its key facts as alternative text', () => {
	const model = yearModel();
	const svg = renderChart(model, LIGHT_800);
	const html = renderDigest(model, { picture: svgAddress(svg), theme: 'light' });
	const [, data = ''] = /src="data:image\/svg\+xml;base64,([^"]+)"/.exec(html) ?? [];
	expect(Buffer.from(data, 'base64').toString('utf8')).toBe(svg);
	const [, alt = ''] = /alt="([^"]+)"/.exec(html) ?? [];
	expect(alt).toContain('365 days: 93% (689 positive, 0 neutral, 48 negative), critical.');
});

it('begins with whose figures they are and their day, once, then the verdict, picture and table', () => {
	const html = digest({ ...yearModel(), seller: 'Nordlicht Handel' });
	const body = html.slice(html.indexOf('<body'));
	const title = '>Seller rating of Example Trading – Nordlicht Handel, Amazon.de, 27 Jul 2026<';
	expect(body.split(title)).toHaveLength(2);
	// The alternative text is for those who do not see the rest.
	expect(body.replace(/ alt="[^"]*"/, '').match(/27 Jul 2026/g)).toHaveLength(1);
	const parts = [
		title,
		'>93.5% over 365 days: critical.<',
		'>100.0% over 30 days',
		'<img ',
		'<thead',
	];
	const places = parts.map((part) => body.indexOf(part));
	expect(places).toEqual(places.filter((place) => place > 0).toSorted((one, two) => one - two));
});

it('says the same as plain text, the judged window first', () => {
	expect(digestInWords(yearModel())).toBe(
		[
			'Seller rating of Example Trading – Amazon.de, 27 Jul 2026',
			'93.5% over 365 days: critical.',
			'100.0% over 30 days: healthy.',
			'93.5% over 90 days: critical.',
			'Feedback of the last two days may still be missing from Amazon’s report.',
		].join('\n'),
	);
});

it('names one font in each text, because Outlook does not pass fonts on into tables', () => {
	const html = digest(yearModel());
	const texts = html.match(/<(?:p|h1|td|th|img)[^>]*style="[^"]*"/g) ?? [];
	expect(texts.length).toBeGreaterThan(40);
	expect(texts.filter((text) => !text.includes('font-family:Arial,Helvetica,sans-serif'))).toEqual(
		[],
	);
});

it('has the whole key table, with scopes', () => {
	const html = digest(yearModel());
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
		['More neutral or negative before Goal 98%', '3', 'already below', 'already below'],
		['More positive to reach Goal 98%', 'reached', '112', '112'],
		['More neutral or negative before Minimum 95%', '3', 'already below', 'already below'],
		['More positive to reach Minimum 95%', 'reached', '112', '112'],
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
	expect(html.match(/<thead/g)).toHaveLength(2);
	expect(digest(emptyModel)).not.toContain('<thead');
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
			verdict: hostile,
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
	expect(renderDigest(model, { ...MAIL, theme: 'dark' })).toContain('bgcolor="#12161c"');
	expect(digest(model)).toContain('bgcolor="#ffffff"');
	expect(digest(model)).toBe(digest(model));
});

it('says that no number of positives reaches 100%', () => {
	const summary = yearModel().summary.map((row) => ({
		...row,
		thresholds: [{ name: 'All', percent: 100, runway: null, neededPositives: null }],
	}));
	expect(rowsOf(digest({ ...yearModel(), summary }))).toContainEqual([
		'More positive to reach All 100%',
		'reached',
		'out of reach',
		'out of reach',
	]);
});
