import {
	renderScorecardDigest,
	type DigestCard,
	type FailedCard,
} from '../../nodes/AmazonSellerRating/chart/scorecardDigest';
import {
	renderScorecardTrends,
	trendsInWords,
} from '../../nodes/AmazonSellerRating/chart/scorecardTrends';
import { inOneGo } from '../../nodes/shared/domain/steps';
import { card } from './models';
import { LIGHT_800 } from './support';

const bad = (marketplaceName: string, changes: Partial<DigestCard> = {}) =>
	card({
		marketplaceName,
		needsAttention: true,
		attention: ['Account status AT_RISK'],
		...changes,
	});

const digest = (cards: DigestCard[], failed: FailedCard[] = []) => {
	const made = inOneGo(renderScorecardDigest(cards, failed, 'Seller scorecards'));
	const html = made.html({ picture: 'cid:digestPicture', alternative: trendsInWords(cards) });
	return { ...made, html };
};

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
	expect(text).toContain(
		'[From 24 Aug 2026 to 19 Nov 2026. My Shop, Germany: rating 95% to 97.9%, Buy Box share 90% to 61%.]',
	);
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
	expect(html.match(/<img /g)).toHaveLength(1);
});

it('stays below the 102 KB at which Gmail cuts emails, for 25 marketplaces', () => {
	const cards = Array.from({ length: 25 }, (_, index) =>
		bad(`Marketplace ${index}`, { seller: 'A Shop' }),
	);
	expect(Buffer.byteLength(digest(cards).html)).toBeLessThan(102_000);
});

it('has the verdict, then the picture, then the table', () => {
	const { html } = digest([card(), bad('France')]);
	const places = [
		'<h1',
		'<img ',
		'<table width="100%" cellpadding="0" cellspacing="0" border="0" style="border-collapse',
	].map((part) => html.indexOf(part));
	expect(places).toEqual(places.filter((place) => place > 0).toSorted((a, b) => a - b));
	const made = inOneGo(renderScorecardDigest([card({ trend: null })], [], 'Seller scorecards'));
	expect(made.html({ picture: '', alternative: '' })).not.toContain('<img ');
});

describe('the picture of the last 90 days', () => {
	const draw = (cards: DigestCard[]) => renderScorecardTrends(cards, 'Scorecards', LIGHT_800) ?? '';

	const trend = (rating: Array<number | null>): DigestCard['trend'] => ({
		from: '2026-08-24',
		through: '2026-11-19',
		rating,
		buyBox: [],
	});

	/** The points of each unbroken piece of the rating's line. */
	const pieces = (rating: Array<number | null>) =>
		[...draw([card({ trend: trend(rating) })]).matchAll(/<path d="([^"]+)"/g)]
			.flatMap(([, path = '']) => path.split('M').slice(1))
			.map((piece) => piece.split('L').map((point) => point.split(',').map(Number)));

	it('has the values from left to right, with a gap where one is unknown', () => {
		const line = pieces([90, 92, null, 94, 91]);
		expect(line.map((piece) => piece.length)).toEqual([2, 2]);
		const xs = line.flat().map(([x]) => x);
		expect(xs).toEqual(xs.toSorted((a = 0, b = 0) => a - b));
	});

	it('does not make noise look like a fall', () => {
		const heights = pieces([95, 95.2, 94.9, 95.1])
			.flat()
			.map(([, y = NaN]) => y);
		expect(Math.max(...heights) - Math.min(...heights)).toBeLessThan(2);
	});

	it('says that a line is unknown, and what the last value is', () => {
		const text = draw([card({ trend: trend([95, 96]) })]);
		expect(text).toMatch(/>96%<.*>unknown</);
	});

	it('shows 25 marketplaces, those that need attention first, and how many more there are', () => {
		const cards = Array.from({ length: 26 }, (_, index) => card({ marketplaceName: `M${index}` }));
		const text = draw([...cards, bad('France')]);
		expect(text).toContain('2 more marketplaces are not drawn.');
		expect(text.match(/>France</g)).toHaveLength(1);
	});

	it.each([[[]], [[null, null]], [[95]]])('is left out for %j', (rating) => {
		const cards = [card({ trend: trend(rating) })];
		expect(renderScorecardTrends(cards, 'Scorecards', LIGHT_800)).toBeUndefined();
		expect(trendsInWords(cards)).toBe('');
	});
});
