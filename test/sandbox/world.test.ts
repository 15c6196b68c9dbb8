import iconv from 'iconv-lite';
import { DateTime } from 'luxon';
import { startSandbox, statusOf } from '../../sandbox';
import { CA, DE, JP, NOW, US, connect, useSandbox, type Json } from './support';

const sandbox = useSandbox();

/** How each country writes a day; defined here separately, not taken from the sandbox. */
const DATE_FORMATS: Record<string, string> = { US: 'M/d/yy', DE: 'dd.MM.yy', JP: 'yy/MM/dd' };
const CHARSETS: Record<string, string> = {
	US: 'utf-8',
	CA: 'utf-8',
	MX: 'utf-8',
	AU: 'utf-8',
	JP: 'cp932',
};

const PLACES: ReadonlyArray<[seller: string, country: string]> = [
	['demo', 'US'],
	['demo', 'CA'],
	['demo', 'MX'],
	['second', 'DE'],
	['second', 'GB'],
	['second', 'FR'],
	['japan', 'JP'],
	['japan', 'AU'],
];

function placeOf(sellerKey: string, countryCode: string) {
	const place = sandbox().sellers[sellerKey]?.marketplaces.find(
		({ marketplace }) => marketplace.countryCode === countryCode,
	);
	if (!place) throw new Error(`${sellerKey} has no ${countryCode}`);
	return place;
}

const share = ({
	positive,
	neutral,
	negative,
}: {
	positive: number;
	neutral: number;
	negative: number;
}) => positive / (positive + neutral + negative);

describe('the world', () => {
	it('is the same for the same seed and time, and different for another seed', async () => {
		// Loaded again, because one copy of the module caches the worlds it has built.
		let fresh = startSandbox;
		await jest.isolateModulesAsync(async () => {
			({ startSandbox: fresh } = await import('../../sandbox'));
		});
		expect(fresh).not.toBe(startSandbox);
		const twin = await fresh({ now: NOW });
		const stranger = await startSandbox({ now: NOW, seed: 'other' });
		try {
			expect(JSON.stringify(twin.sellers)).toBe(JSON.stringify(sandbox().sellers));
			expect(twin.credentials('second').refreshToken).toBe(
				sandbox().credentials('second').refreshToken,
			);
			expect(JSON.stringify(stranger.sellers)).not.toBe(JSON.stringify(sandbox().sellers));
			expect(stranger.credentials().clientId).not.toBe(sandbox().credentials().clientId);
		} finally {
			await Promise.all([twin.close(), stranger.close()]);
		}
	});

	it('shows every rating band', () => {
		const us = sandbox().truth.rating('demo', US);
		expect(share(us['30'])).toBeLessThan(0.95);
		for (const window of ['90', '365'] as const) {
			expect(share(us[window])).toBeGreaterThan(0.95);
			expect(share(us[window])).toBeLessThan(0.98);
		}
		expect(us.lifetime.positive).toBeGreaterThan(4000);
		for (const counts of Object.values(sandbox().truth.rating('demo', CA))) {
			expect(share(counts)).toBeGreaterThan(0.98);
		}
		const { positive, neutral, negative } = sandbox().truth.rating(
			'demo',
			'A1AM78C64UM0Y8',
		).lifetime;
		expect(positive + neutral + negative).toBeLessThan(10);
	});

	it('contains orders of every kind, and enough of them in the solicitation window', () => {
		const { orders } = placeOf('demo', 'US');
		const now = Date.parse(NOW);
		const states = orders.map(({ orderId }) => sandbox().truth.solicitability('demo', orderId));
		const count = (state: string) => states.filter((other) => other === state).length;
		expect(count('eligible')).toBeGreaterThanOrEqual(60);
		expect(count('eligible')).toBeLessThanOrEqual(120);
		for (const state of ['notYet', 'closed', 'already', 'notShipped', 'cancelled', 'refunded']) {
			expect([state, count(state)]).toEqual([state, expect.any(Number)]);
			expect(count(state)).toBeGreaterThan(0);
		}
		const statuses = new Set(orders.map((order) => statusOf(order, now)));
		expect([...statuses].sort()).toEqual(
			expect.arrayContaining(['CANCELLED', 'SHIPPED', 'UNSHIPPED']),
		);
		expect(new Set(orders.map(({ fulfilledBy }) => fulfilledBy))).toEqual(
			new Set(['AMAZON', 'MERCHANT']),
		);
		expect(orders.some(({ items }) => items.length > 1)).toBe(true);
		expect(orders.some(({ replaces }) => replaces !== undefined)).toBe(true);
		expect(orders.some(({ programs }) => programs.includes('AMAZON_BUSINESS'))).toBe(true);
		expect(new Set(orders.map(({ orderId }) => orderId)).size).toBe(orders.length);
	});

	it('leaves feedback only for orders that were shipped before it', () => {
		for (const [sellerKey, country] of PLACES) {
			const { orders, feedback, marketplace } = placeOf(sellerKey, country);
			const byId = new Map(orders.map((order) => [order.orderId, order]));
			expect(new Set(feedback.map(({ orderId }) => orderId)).size).toBe(feedback.length);
			for (const { orderId, at, date } of feedback) {
				expect(byId.get(orderId)?.shippedAt).toBeLessThan(at);
				// The local day, computed a second way.
				expect(DateTime.fromMillis(at, { zone: marketplace.timeZone }).toISODate()).toBe(date);
			}
		}
	});
});

describe('the reports agree with the truth', () => {
	it.each(PLACES)('feedback report, %s %s', async (sellerKey, country) => {
		const { marketplace } = placeOf(sellerKey, country);
		const client = await connect(sandbox(), sellerKey);
		const { bytes } = await client.report({
			reportType: 'GET_SELLER_FEEDBACK_DATA',
			marketplaceIds: [marketplace.id],
			dataStartTime: '2025-09-01T00:00:00Z',
		});
		// Not TextDecoder: Node 20 reads windows-1252 as Latin-1 and loses dashes and quotes.
		const text = iconv.decode(bytes, CHARSETS[country] ?? 'windows-1252');
		expect(text.endsWith('\r\n')).toBe(true);
		const rows = text
			.split('\r\n')
			.slice(1, -1)
			.map((line) => line.split('\t'));
		const read = rows.map(([date = '', rating, comment, response, orderId, email]) => ({
			date: DateTime.fromFormat(date, DATE_FORMATS[country] ?? 'dd/MM/yy').toISODate(),
			rating: Number(rating),
			comment,
			response,
			orderId,
			email,
		}));
		const truth = sandbox().truth.feedback(sellerKey, marketplace.id, { from: '2025-09-02' });
		expect(truth.length).toBeGreaterThan(0);
		expect(read.reverse()).toEqual(
			truth.map(({ date, rating, comment, response, orderId, email }) => ({
				date,
				rating,
				comment,
				response,
				orderId,
				email,
			})),
		);
		expect(read.every(({ rating }) => rating <= 3)).toBe(true);
	});

	it.each([
		['demo', 'US', US],
		['second', 'DE', DE],
		['japan', 'JP', JP],
	])('sales and traffic report, %s %s', async (sellerKey, _country, marketplaceId) => {
		const client = await connect(sandbox(), sellerKey);
		const { bytes } = await client.report({
			reportType: 'GET_SALES_AND_TRAFFIC_REPORT',
			marketplaceIds: [marketplaceId],
			dataStartTime: '2026-08-23T00:00:00Z',
			reportOptions: { dateGranularity: 'DAY', asinGranularity: 'SKU' },
		});
		const report = JSON.parse(bytes.toString('utf8')) as Json;
		const days = report['salesAndTrafficByDate'] as unknown as Json[];
		// August 23 to November 20: exactly the 90 days the truth counts.
		expect(days).toHaveLength(90);
		const sum = (name: string) =>
			days.reduce((total, day) => total + Number(day['trafficByDate']?.[name]), 0);
		const { positive, neutral, negative } = sandbox().truth.rating(sellerKey, marketplaceId)['90'];
		expect(sum('feedbackReceived')).toBe(positive + neutral + negative);
		expect(sum('negativeFeedbackReceived')).toBe(negative);
	});

	it("getItemOffers shows the rating of 365 days on the seller's own offer", async () => {
		const client = await connect(sandbox());
		const asin = placeOf('demo', 'US').products[0]?.asin ?? '';
		const { json } = await client.get(
			`/products/pricing/v0/items/${asin}/offers?MarketplaceId=${US}&ItemCondition=New`,
		);
		const offers = json['payload']?.['Offers'] as unknown as Array<Record<string, unknown>>;
		const own = offers.find((offer) => offer['MyOffer'] === true);
		const counts = sandbox().truth.rating('demo', US)['365'];
		expect(own?.['SellerFeedbackRating']).toEqual({
			SellerPositiveFeedbackRating: Math.round(100 * share(counts)),
			FeedbackCount: counts.positive + counts.neutral + counts.negative,
		});
		expect(offers.filter((offer) => offer['MyOffer'] === true)).toHaveLength(1);
	});

	it('the performance report counts bad orders of 60 days', async () => {
		const client = await connect(sandbox());
		const { bytes } = await client.report({
			reportType: 'GET_V2_SELLER_PERFORMANCE_REPORT',
			marketplaceIds: [US],
		});
		const report = JSON.parse(bytes.toString('utf8')) as Json;
		const odr = report['performanceMetrics']?.['0']?.['orderDefectRate'];
		const { orders, feedback } = placeOf('demo', 'US');
		const bad = new Set(feedback.filter(({ rating }) => rating < 3).map(({ orderId }) => orderId));
		const recent = orders.filter(
			({ createdAt }) =>
				createdAt >= Date.parse('2026-09-21T00:00:00Z') &&
				createdAt < Date.parse('2026-11-20T00:00:00Z'),
		);
		const counted = (name: string) => Number(odr?.['afn']?.[name]) + Number(odr?.['mfn']?.[name]);
		expect(counted('orderCount')).toBe(recent.length);
		const negative = ['afn', 'mfn'].map((channel) =>
			Number(odr?.[channel]?.['negativeFeedback']?.['count']),
		);
		expect((negative[0] ?? 0) + (negative[1] ?? 0)).toBe(
			recent.filter(({ orderId }) => bad.has(orderId)).length,
		);
	});
});

describe('changes of the world', () => {
	it('show added, changed and removed feedback in truth and report', async () => {
		const { world, truth } = sandbox();
		const before = truth.rating('demo', US)['30'];
		const added = world.addFeedback({ rating: 1, comment: 'broken\ton arrival' });
		expect(added.date).toBe('2026-11-20');
		expect(truth.rating('demo', US)['30'].negative).toBe(before.negative + 1);

		const client = await connect(sandbox());
		const lines = async () => {
			const { bytes } = await client.report({
				reportType: 'GET_SELLER_FEEDBACK_DATA',
				marketplaceIds: [US],
				dataStartTime: '2026-11-01T00:00:00Z',
			});
			return bytes.toString('utf8').split('\r\n');
		};
		expect(await lines()).toContain(
			`11/20/26\t1\tbroken on arrival\t\t${added.orderId}\t${added.email}`,
		);
		world.changeFeedback('demo', added.orderId, { rating: 5, comment: 'all good now' });
		expect(truth.rating('demo', US)['30']).toEqual({ ...before, positive: before.positive + 1 });
		expect((await lines()).join('\n')).not.toContain(added.orderId);
		world.removeFeedback('demo', added.orderId);
		expect(truth.rating('demo', US)['30']).toEqual(before);
	});

	it('record what happened to feedback and when', () => {
		const { world, truth, clock } = sandbox();
		expect(truth.feedbackHistory('demo')).toEqual([]);
		const { orderId } = world.addFeedback({ rating: 1, comment: 'late' });
		clock.advance({ days: 2 });
		world.changeFeedback('demo', orderId, { rating: 4, response: 'Sorry' });
		world.addFeedback({ rating: 5, marketplaceId: CA });
		world.addFeedback({ rating: 5, sellerKey: 'second' });
		clock.advance({ minutes: 1 });
		world.removeFeedback('demo', orderId);

		const place = { sellerKey: 'demo', marketplaceId: US, orderId };
		const first = { date: '2026-11-20', rating: 1, comment: 'late', response: '' };
		const second = { ...first, rating: 4, response: 'Sorry' };
		const [days, later] = ['2026-11-22T09:00:00.000Z', '2026-11-22T09:01:00.000Z'];
		const expected = [
			{ at: '2026-11-20T09:00:00.000Z', kind: 'added', ...place, before: null, after: first },
			{ at: days, kind: 'changed', ...place, before: first, after: second },
			{ at: later, kind: 'removed', ...place, before: second, after: null },
		];
		expect(truth.feedbackHistory('demo', US)).toEqual(expected);
		const elsewhere = truth.feedbackHistory('demo', CA);
		expect(elsewhere).toMatchObject([
			{ at: days, kind: 'added', marketplaceId: CA, before: null, after: { rating: 5 } },
		]);
		expect(truth.feedbackHistory('demo')).toEqual([
			...expected.slice(0, 2),
			...elsewhere,
			...expected.slice(2),
		]);
		expect(truth.feedbackHistory('second')).toHaveLength(1);
		sandbox().reset();
		expect(truth.feedbackHistory('demo')).toEqual([]);
		expect(() => truth.feedbackHistory('demo', DE)).toThrow(/does not sell in/);
	});

	it('create new orders in the requested state', () => {
		const { world, truth } = sandbox();
		for (const state of ['eligible', 'notYet', 'closed', 'notShipped', 'cancelled'] as const) {
			const orders = world.addOrders({ count: 25, state });
			expect(new Set(orders.map(({ orderId }) => truth.solicitability('demo', orderId)))).toEqual(
				new Set([state]),
			);
		}
	});

	it('move orders through their window and feedback out of its window by time alone', () => {
		const { world, truth, clock } = sandbox();
		const order = world.addOrders({ state: 'notYet' })[0]?.orderId ?? '';
		clock.advance({ days: 14 });
		expect(truth.solicitability('demo', order)).toBe('eligible');
		clock.advance({ days: 60 });
		expect(truth.solicitability('demo', order)).toBe('closed');
		const { positive, neutral, negative } = truth.rating('demo', US)['30'];
		expect([positive, neutral, negative]).toEqual([0, 0, 0]);
	});
});
