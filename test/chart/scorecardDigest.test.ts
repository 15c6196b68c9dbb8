import {
	renderScorecardDigest,
	type DigestCard,
	type FailedCard,
} from '../../nodes/AmazonSellerRating/chart/scorecardDigest';
import { renderScorecardTrends } from '../../nodes/AmazonSellerRating/chart/scorecardTrends';
import { inOneGo } from '../../nodes/shared/domain/steps';
import { card } from './models';
import { parseXml, piecesOf } from './support';

const bad = (marketplaceName: string, changes: Partial<DigestCard> = {}) =>
	card({
		marketplaceName,
		needsAttention: true,
		attention: ['Account status AT_RISK'],
		...changes,
	});

const digest = (cards: DigestCard[], failed: FailedCard[] = []) =>
	inOneGo(renderScorecardDigest(cards, failed, 'Seller scorecards'));

/** What a reader without pictures sees. */
const textOf = (html: string): string =>
	html
		.replace(/<img [^>]*alt="([^"]*)"[^>]*>/g, ' [$1] ')
		.replace(/<[^>]+>/g, ' ')
		.replace(/\s+/g, ' ');

it('says first what needs attention, in words', () => {
	const { subject, summary, html } = digest([card(), bad('France'), bad('Spain')]);
	expect(subject).toBe('2 of 3 marketplaces need attention: France; Spain');
	expect(summary).toBe(
		[
			'2 of 3 marketplaces need attention.',
			'France: Account status AT_RISK.',
			'Spain: Account status AT_RISK.',
		].join('\n'),
	);
	const text = textOf(html);
	expect(text.indexOf('France : Account status AT_RISK.')).toBeGreaterThan(0);
	expect(text.indexOf('France : Account')).toBeLessThan(text.indexOf('All marketplaces'));
	expect(text.indexOf('Spain ·')).toBeLessThan(text.indexOf('Germany ·'));
});

it.each([
	[[card()], [], 'Nothing needs attention'],
	[[bad('France')], [], 'Needs attention: France'],
	[[card(), card()], [], 'Nothing needs attention in 2 marketplaces'],
	[[card(), bad('France')], [], '1 of 2 marketplaces needs attention: France'],
	[
		[card(), card()],
		[{ seller: 'Gone Shop', message: 'Could not log in' }],
		'Nothing needs attention in 2 marketplaces, 1 could not be read: Gone Shop',
	],
	[[], [{ seller: null, message: 'Could not log in' }], '1 could not be read: One item'],
	[
		['A', 'B', 'C', 'D', 'E'].map((name) => bad(name)),
		[],
		'5 of 5 marketplaces need attention: A; B; C; and 2 more',
	],
])('has the subject of %#', (cards, failed, subject) => {
	expect(digest(cards, failed).subject).toBe(subject);
});

it('has each figure with what it is, cut and never rounded up, and unknown as unknown', () => {
	const text = textOf(digest([card({ seller: 'My Shop' })]).html);
	expect(text).toContain('My Shop, Germany · Nothing to do');
	expect(text).toContain('94.99% 30 d 97.5% 90 d unknown 365 d');
	expect(text).toContain('0.25% you, 3 left 2% Amazon, limit reached');
	expect(text).toContain('71.06% 7 d, −23.36 unknown 28 d');
	expect(text).toContain(
		'28 days: 1,270 orders shipped, 1 unit refunded (1.41% of units ordered), A-to-z claims granted unknown. Feedback of 7 days: 4 positive, 0 neutral, unknown negative. Account status NORMAL. Settled through 19 Nov 2026',
	);
	expect(text).toContain('[Rating of 90 days: 95% to 97.9% from 24 Aug 2026 to 19 Nov 2026]');
	expect(text).toContain('[Buy Box share of 7 days: 90% to 61%');
});

it('keeps a change on the line of its days, and days on the line of their figure', () => {
	const { html } = digest([card()]);
	// What a line can break between.
	const pieces = html
		.replace(/<\/?(br|td|tr)\b[^>]*>/g, ' ')
		.replace(/<[^>]+>/g, '')
		.split(' ');
	expect(pieces).toEqual(
		expect.arrayContaining([
			'71.06%',
			'7\u00a0d,\u00a0−23.36',
			'unknown\u00a028\u00a0d',
			'97.5%\u00a090\u00a0d',
			'2%\u00a0Amazon,',
			'limit\u00a0reached',
		]),
	);
});

it('says what is unknown and why', () => {
	const missing = ['Rating is unknown: Amazon denied access.', 'No account status.'];
	expect(textOf(digest([card({ missing })]).html)).toContain(
		'Unknown Germany: Rating is unknown: Amazon denied access. No account status.',
	);
});

it('has nothing that mail programs drop or block, and escapes hostile text', () => {
	const hostile = '"><img src=x onerror=alert(1)><script>alert(1)</script>\u0000';
	const { html } = digest(
		[
			bad(hostile, {
				seller: hostile,
				attention: [hostile],
				missing: [hostile],
				accountStatus: hostile,
			}),
		],
		[{ seller: hostile, message: hostile }],
	);
	expect(html).not.toMatch(/<(script|style|link|iframe|object|svg)\b/);
	expect(html).not.toMatch(/https?:|url\(|<img src=x|\p{Cc}(?<!\n)/u);
	expect(html.match(/<img /g)).toHaveLength(2);
});

it('stays below the 102 KB at which Gmail cuts emails, for 25 marketplaces; more have no pictures', () => {
	const cards = (count: number) =>
		Array.from({ length: count }, (_, index) => bad(`Marketplace ${index}`, { seller: 'A Shop' }));
	expect(Buffer.byteLength(digest(cards(25)).html)).toBeLessThan(102_000);
	expect(digest(cards(25)).html.match(/<img /g)).toHaveLength(50);
	expect(digest(cards(26)).html).not.toContain('<img ');
});

describe('a small chart', () => {
	const options = { width: 76, height: 24, color: '#0069a8' };

	it('draws the values from left to right, with a gap where one is unknown', () => {
		const svg = renderSmallChart([90, 92, null, 94, 91], options);
		const [, path = ''] = /<path d="([^"]+)"/.exec(svg) ?? [];
		const line = path
			.split('M')
			.slice(1)
			.map((piece) => piece.split('L').map((point) => point.split(',').map(Number)));
		expect(line.map((piece) => piece.length)).toEqual([2, 2]);
		expect(line[0]?.[0]?.[0]).toBe(3);
		expect(line[1]?.[1]?.[0]).toBe(73);
	});

	it('does not make noise look like a fall', () => {
		const flat = piecesOf(parseXml(renderSmallChart([95, 95.2, 94.9, 95.1], options)));
		const heights = (flat[0] ?? []).map(([, y]) => y);
		expect(Math.max(...heights) - Math.min(...heights)).toBeLessThan(2);
	});

	it.each([[[]], [[null, null]], [[95]]])('is empty for %j', (values) => {
		expect(renderSmallChart(values, options)).toBe('');
	});
});
