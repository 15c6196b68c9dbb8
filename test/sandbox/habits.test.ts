import { HABITS, habitsOf, startSandbox, type HabitName } from '../../sandbox';
import { HABIT_NAMES, habitRows, readHabits } from '../../sandbox/habits';
import { readDocument, sectionOf, tableRows } from '../package/documents';
import {
	US,
	connect,
	eligibleOrder,
	fetchToken,
	useSandbox,
	type Client,
	type Json,
} from './support';

const sandbox = useSandbox();
const on = (...names: HabitName[]) =>
	sandbox().habits.set(Object.fromEntries(names.map((name) => [name, true])));
const only = (kind: 'climate' | 'event') =>
	HABIT_NAMES.filter((name) => HABITS[name].kind === kind);

describe('the list of habits', () => {
	it('states for each habit what Amazon does and where it was seen', () => {
		for (const name of HABIT_NAMES) {
			expect(HABITS[name].does).toMatch(/\."?$/);
			expect(HABITS[name].source).not.toBe('');
		}
	});

	it('turns on every climate habit and no event for the profile worst, and nothing for kind', () => {
		const worst = habitsOf('worst');
		expect(HABIT_NAMES.filter((name) => worst[name])).toEqual(only('climate'));
		expect(Object.values(habitsOf('kind'))).not.toContain(true);
		expect(only('event')).not.toEqual([]);
	});

	it('matches the table in the docs', () => {
		const documented = tableRows(sectionOf(readDocument('docs/maintainers/sandbox.md'), 'Habits'));
		expect(documented).toEqual(habitRows());
	});

	it('reads profiles, names, or both from a command line', () => {
		expect(readHabits('worst')).toEqual(habitsOf('worst'));
		expect(readHabits('zeroRatings')).toEqual({ ...habitsOf('kind'), zeroRatings: true });
		expect(readHabits('worst,-zeroRatings,expiredSecret')).toEqual({
			...habitsOf('worst'),
			zeroRatings: false,
			expiredSecret: true,
		});
		expect(readHabits('worse')).toBeUndefined();
		expect(readHabits('worst,worse')).toBeUndefined();
	});

	it('can be changed at the start, at run time and over HTTP, and reset restores the start', async () => {
		const started = await startSandbox({ habits: { zeroRatings: true } });
		const { zeroRatings, nullsInOrders } = started.habits.get();
		expect([zeroRatings, nullsInOrders]).toEqual([true, false]);
		started.habits.set('worst');
		started.habits.set({ nullsInOrders: false });
		expect(started.habits.get()).toEqual({ ...habitsOf('worst'), nullsInOrders: false });
		const post = async (body: unknown) =>
			await fetch(`${started.url}/sandbox/habits`, { method: 'POST', body: JSON.stringify(body) });
		expect(await (await post('kind')).json()).toEqual(habitsOf('kind'));
		expect(await (await post({ expiredSecret: true })).json()).toMatchObject({
			expiredSecret: true,
		});
		expect((await post({ noSuchHabit: true })).status).toBe(400);
		const listed: unknown = await (await fetch(`${started.url}/sandbox/habits`)).json();
		expect(listed).toContainEqual({ name: 'expiredSecret', on: true, ...HABITS.expiredSecret });
		expect(listed).toHaveLength(HABIT_NAMES.length);
		started.reset();
		expect(started.habits.get()).toEqual({ ...habitsOf('kind'), zeroRatings: true });
		await started.close();
	});
});

const many = (json: Json | null | undefined): Json[] => (json ?? []) as unknown as Json[];
const SINCE = 'createdAfter=2026-09-01T00:00:00Z';

async function orders(client: Client, included: string): Promise<Json[]> {
	const reply = await client.get(
		`/orders/2026-01-01/orders?${SINCE}&includedData=${included}&maxResultsPerPage=100`,
	);
	return many(reply.json['orders']);
}

describe('answers with other shapes', () => {
	it('nullsInOrders', async () => {
		const client = await connect(sandbox());
		const ALL = 'RECIPIENT,PACKAGES,FULFILLMENT';
		expect(JSON.stringify(await orders(client, ALL))).not.toContain('null');
		on('nullsInOrders');
		const found = await orders(client, ALL);
		expect(found.some((order) => order['associatedOrders'] === null)).toBe(true);
		for (const name of ['programs', 'packages', 'recipient']) {
			expect(found.some((order) => order[name] === null)).toBe(true);
			expect(found.some((order) => order[name] !== null)).toBe(true);
		}
		const packages = found.flatMap((order) => many(order['packages']));
		const detailed = packages.map(({ packageStatus }) =>
			Object.hasOwn(packageStatus ?? {}, 'detailedStatus'),
		);
		expect(new Set(detailed)).toEqual(new Set([true, false]));
		const last = await client.get(
			'/orders/2026-01-01/orders?createdAfter=2026-11-19T00:00:00Z&includedData=RECIPIENT',
		);
		expect(last.json['pagination']).toEqual({ nextToken: null });
		const german = await connect(sandbox(), 'second');
		expect(JSON.stringify(await orders(german, 'RECIPIENT'))).toContain('"stateOrRegion":null');
	});

	it('amountsAsNumbers', async () => {
		const client = await connect(sandbox());
		const types = async () =>
			new Set(
				(await orders(client, 'PROCEEDS')).map(
					({ proceeds }) => typeof proceeds?.['grandTotal']?.['amount'],
				),
			);
		expect(await types()).toEqual(new Set(['string']));
		on('amountsAsNumbers');
		expect(await types()).toEqual(new Set(['string', 'number']));
	});

	it('exchangeOrders', async () => {
		const client = await connect(sandbox());
		const replacing = (sandbox().sellers['demo']?.marketplaces ?? [])
			.flatMap(({ orders: all }) => all)
			.filter(({ replaces }) => replaces !== undefined);
		const associations = async () => {
			const replies = await Promise.all(
				replacing.map(({ orderId }) => client.get(`/orders/2026-01-01/orders/${orderId}`)),
			);
			return replies.map(({ json }) => {
				return json['order']?.['associatedOrders']?.['0']?.['associationType'];
			});
		};
		expect(new Set(await associations())).toEqual(new Set(['REPLACEMENT_ORIGINAL_ID']));
		on('exchangeOrders');
		expect(new Set(await associations())).toEqual(
			new Set(['REPLACEMENT_ORIGINAL_ID', 'EXCHANGE_ORIGINAL_ID']),
		);
	});

	it('nullStoreNames', async () => {
		const client = await connect(sandbox());
		const names = async () => {
			const { json } = await client.get('/sellers/v1/marketplaceParticipations');
			return many(json['payload']).map(({ storeName }) => storeName);
		};
		expect(await names()).not.toContain(null);
		on('nullStoreNames');
		expect(await names()).toEqual(['Harbor & Pine Home', null, null]);
	});

	it('zeroRatings', async () => {
		const client = await connect(sandbox());
		const place = sandbox().sellers['demo']?.marketplaces[0];
		place?.feedback.splice(0);
		const rating = async () => {
			const asin = place?.products[0]?.asin ?? '';
			const { json } = await client.get(
				`/products/pricing/v0/items/${asin}/offers?MarketplaceId=${US}&ItemCondition=New`,
			);
			const offers = many(json['payload']?.['Offers']);
			return offers.find(({ MyOffer }) => MyOffer)?.['SellerFeedbackRating'];
		};
		expect(await rating()).toEqual({ FeedbackCount: 0 });
		on('zeroRatings');
		expect(await rating()).toEqual({ FeedbackCount: 0, SellerPositiveFeedbackRating: 0 });
	});
});

describe('events', () => {
	const marketplaces = async (client: Client) =>
		await client.get('/sellers/v1/marketplaceParticipations');

	it('expiredSecret', async () => {
		const client = await connect(sandbox());
		on('expiredSecret');
		const reply = await marketplaces(client);
		expect([reply.status, reply.json]).toEqual([
			403,
			{
				errors: [
					{
						code: 'Unauthorized',
						message: 'Access to requested resource is denied.',
						details: 'The LWA secret token you provided has expired.',
					},
				],
			},
		]);
	});

	it('cutOffRefusals and htmlRefusals only change refusals', async () => {
		const client = await connect(sandbox());
		sandbox().roles.remove('demo', 'Selling Partner Insights');
		const whole = await marketplaces(client);
		on('cutOffRefusals');
		const cut = await marketplaces(client);
		expect([cut.status, cut.text]).toEqual([403, whole.text.slice(0, -2)]);
		on('htmlRefusals');
		const page = await marketplaces(client);
		expect(page.status).toBe(403);
		expect(page.text).toMatch(/^<html>.*403 Forbidden/);
		sandbox().roles.restore('demo', 'Selling Partner Insights');
		expect((await marketplaces(client)).status).toBe(200);
	});

	it('errorsWithStatus200', async () => {
		const client = await connect(sandbox());
		on('errorsWithStatus200');
		const reply = await marketplaces(client);
		expect(reply.status).toBe(200);
		expect(reply.json['errors']).toMatchObject([{ code: 'InternalFailure' }]);
	});

	it('proxyLoginPage: Amazon never receives the request', async () => {
		const client = await connect(sandbox());
		on('proxyLoginPage');
		const reply = await client.solicit(eligibleOrder(sandbox()));
		expect(reply.status).toBe(200);
		expect(reply.text).toMatch(/^<!DOCTYPE html>/);
		expect(reply.headers.get('x-amzn-requestid')).toBeNull();
		expect(sandbox().truth.solicitations).toEqual([]);
		expect((await fetchToken(sandbox())).text).toMatch(/^<!DOCTYPE html>/);
	});

	it('unauthorizedClient and invalidClient', async () => {
		on('unauthorizedClient');
		const unauthorized = await fetchToken(sandbox());
		expect([unauthorized.status, unauthorized.json]).toEqual([
			400,
			{
				error_description: 'Not authorized for requested operation',
				error: 'unauthorized_client',
			},
		]);
		sandbox().habits.set({ unauthorizedClient: false, invalidClient: true });
		const invalid = await fetchToken(sandbox());
		expect([invalid.status, invalid.json]).toEqual([
			401,
			{ error_description: 'Client authentication failed', error: 'invalid_client' },
		]);
	});

	it('noFulfillmentData', async () => {
		const client = await connect(sandbox());
		on('noFulfillmentData');
		const search = async (included: string) =>
			await client.get(`/orders/2026-01-01/orders?${SINCE}&includedData=${included}`);
		const refused = await search('PROCEEDS,FULFILLMENT');
		expect([refused.status, refused.json['errors']]).toMatchObject([
			400,
			[{ message: expect.stringMatching(/^The input you have submitted is not valid/) }],
		]);
		expect((await search('PROCEEDS')).status).toBe(200);
	});

	it('can also be aimed as faults', async () => {
		const client = await connect(sandbox());
		sandbox().faults.add({ kind: 'loginPage', operation: 'getMarketplaceParticipations' });
		expect((await marketplaces(client)).text).toMatch(/^<!DOCTYPE html>/);
		expect((await marketplaces(client)).json).toHaveProperty('payload');
	});
});
