// cspell:ignore Tell
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { Sandbox, WorldOrder } from '../../sandbox';
import { digitalOrders } from '../../sandbox/world/foreignOrders';
import { runNode, type NodeRun } from './harness';
import { connect } from './sandboxCredential';
import { useSandbox } from './useSandbox';

const inUse = useSandbox({ rateLimits: 100_000 });
let sandbox: Sandbox;

beforeEach(() => {
	({ sandbox } = inUse);
	sandbox.clock.set(new Date(Date.now()));
	connect(inUse.credentials, sandbox);
});

const [US, CA, MX] = ['ATVPDKIKX0DER', 'A2EUQ1WTGCTBG2', 'A1AM78C64UM0Y8'];

const daysAgo = (days: number): string =>
	new Date(sandbox.clock.now().getTime() - days * 86_400_000).toISOString();

const run = async (parameters: INodeParameters, items?: IDataObject[], staticData?: IDataObject) =>
	await runNode({
		type: 'amazonReviewSolicitation',
		parameters,
		credentials: inUse.credentials,
		...(items && { items: items.map((json) => ({ json })) }),
		...(staticData && { staticData }),
	});

const getMany = async (
	parameters: INodeParameters = {},
	staticData: IDataObject = {},
): Promise<NodeRun> =>
	await run(
		{
			resource: 'order',
			operation: 'getMany',
			source: 'ordersApi',
			marketplaces: [US],
			incremental: false,
			dateType: 'created',
			from: daysAgo(20),
			returnAll: true,
			filters: {},
			options: {},
			...parameters,
		},
		undefined,
		staticData,
	);

const ids = (items: readonly IDataObject[]) => items.map(({ orderId }) => String(orderId));

const placesOf = (marketplaceIds: readonly string[]) =>
	(sandbox.sellers.demo?.marketplaces ?? []).filter(({ marketplace }) =>
		marketplaceIds.includes(marketplace.id),
	);

const isRecent = ({ createdAt }: WorldOrder): boolean =>
	createdAt >= Date.parse(daysAgo(20)) && createdAt <= sandbox.clock.now().getTime() - 120_000;

const ordersOf = (...marketplaceIds: string[]): WorldOrder[] =>
	placesOf(marketplaceIds)
		.flatMap(({ orders }) => orders)
		.filter(isRecent);

/** Searches also find downloads. */
const withDigital = (marketplaceId: string): WorldOrder[] => [
	...ordersOf(marketplaceId),
	...placesOf([marketplaceId]).flatMap(digitalOrders).filter(isRecent),
];

const searches = () => inUse.requests.filter(({ operation }) => operation === 'searchOrders');

describe('the all-orders report contains the whole region', () => {
	it.each([
		['one marketplace', [CA]],
		['all of them', [US, CA, MX]],
	])('returns only orders of %s, each once, from one report', async (_, marketplaces) => {
		const { items, hints, error } = await getMany({ source: 'reports', marketplaces });
		expect(error).toBeUndefined();
		const known = new Set(ordersOf(...marketplaces).map(({ orderId }) => orderId));
		expect(
			ids(items)
				.filter((id) => known.has(id))
				.toSorted(),
		).toEqual([...known].toSorted());
		expect(new Set(ids(items)).size).toBe(items.length);
		expect(items.every(({ marketplaceId }) => marketplaces.includes(String(marketplaceId)))).toBe(
			true,
		);
		const requested = inUse.requests.filter(({ operation }) => operation === 'createReport');
		expect(requested).toHaveLength(1);
		expect(hints.join('\n')).toMatch(/\d+ order.*stores other.*Non-Amazon.*S01-/);
		expect(hints.join('\n')).toMatch(/left out.*S01-.*SI CA Prod Marketplace/);
	});
});

describe('null instead of a value', () => {
	it('counts as absent, and loses no page', async () => {
		sandbox.habits.set({ nullsInOrders: false });
		const plain = await getMany();
		sandbox.habits.set({ nullsInOrders: true });
		const { items, hints, error } = await getMany();
		expect(error).toBeUndefined();
		expect(hints).toEqual([]);
		expect(items.length).toBeGreaterThan(50);
		expect(ids(items)).toEqual(ids(plain.items));
	});

	it.each([false, true])(
		'skips and names an order that cannot be read (only changes: %s)',
		async (incremental) => {
			const [broken] = ordersOf(US);
			const { orderId = '' } = broken ?? {};
			const plain = await getMany({ incremental, dateType: 'lastUpdated' });
			sandbox.settings.set({ brokenOrderId: orderId });
			const { items, hints, error } = await getMany({ incremental, dateType: 'lastUpdated' });
			expect(error).toBeUndefined();
			expect(ids(items).toSorted()).toEqual(
				ids(plain.items)
					.filter((id) => id !== orderId)
					.toSorted(),
			);
			expect(hints.join()).toMatch(new RegExp(`1 order.*could not be read.*${orderId}`));
		},
	);
});

describe('Amazon answers 400 to requests for fulfillment data', () => {
	beforeEach(() => {
		sandbox.habits.set({ noFulfillmentData: true });
	});

	it('returns orders without it, with a hint about what is missing, and guesses nothing', async () => {
		const { items, hints, error } = await getMany();
		expect(error).toBeUndefined();
		expect(ids(items).toSorted()).toEqual(
			withDigital(US)
				.map(({ orderId }) => orderId)
				.toSorted(),
		);
		for (const item of items) {
			expect(item).toMatchObject({
				status: null,
				fulfilledBy: null,
				shippedLate: null,
				latestDelivery: null,
				deliveryDateSource: 'unknown',
			});
		}
		expect(hints.join()).toMatch(/did not return fulfillment data for \d+ order/);
		// Requests all data once; after that, every page with the data of its token's search.
		const included = searches().map(({ query }) => String(query.includedData));
		expect(included.filter((text) => /\bFULFILLMENT\b/.test(text))).toHaveLength(1);
		expect(included.length).toBe(1 + Math.ceil(items.length / 100));
		expect(included.at(-1)).toMatch(/PACKAGES.*PROCEEDS.*CANCELLATION/);
	});

	it('requests a page in a later run like the page before', async () => {
		const staticData: IDataObject = {};
		const incremental = {
			incremental: true,
			marketplaces: ['all'],
			from: daysAgo(45),
			options: { timeBudget: 0.0001 },
		};
		const first = await getMany(incremental, staticData);
		const others = Number(/(\d+) order\(s\) from stores other/.exec(first.hints.join())?.[1] ?? 0);
		expect(first.items).toHaveLength(100 - others);
		sandbox.habits.set({ noFulfillmentData: false });
		const before = searches().length;
		await getMany(incremental, staticData);
		// The log does not show tokens. The range is the one of the token's search.
		const [previous, next] = searches().slice(before - 1);
		expect(next?.query).toEqual(previous?.query);
		expect(next).toMatchObject({ status: 200 });
		expect(next?.query.includedData).not.toMatch(/\bFULFILLMENT\b/);
	});

	it('makes Plan leave out orders if a rule needs it', async () => {
		const { items } = await getMany();
		const rules = { fulfilledBy: 'AMAZON', excludeShippedLate: true };
		const plan = await run(
			{ resource: 'solicitation', operation: 'plan', preferredDelay: 0, sendNowWithin: 60, rules },
			items.slice(0, 5),
		);
		expect(plan.error).toBeUndefined();
		const leftOut = (plan.outputs[2] ?? []).map(({ json }) => json);
		expect(leftOut.map(({ decision, reason }) => `${decision} ${reason}`)).toEqual(
			Array<string>(5).fill('leftOut ruleCannotTell'),
		);
	});

	it('makes Check Eligibility read the order again without it and say what stays unknown', async () => {
		const [order] = sandbox.world.addOrders({ count: 1, state: 'notShipped', createdDaysAgo: 1 });
		const { items, error } = await run({
			resource: 'solicitation',
			operation: 'checkEligibility',
			orderId: order?.orderId ?? '',
			marketplace: { __rl: true, mode: 'id', value: order?.marketplaceId ?? '' },
			options: {},
		});
		expect(error).toBeUndefined();
		expect(items[0]).toMatchObject({ outcome: 'notEligibleNow', windowOpensAt: null });
		expect(items[0]?.explanation).toMatch(/did not return the status and the delivery dates/);
		const lookUps = inUse.requests.filter(({ operation }) => operation === 'getOrder');
		expect(lookUps.map(({ status }) => status)).toEqual([400, 200]);
	});
});

describe('order IDs of other kinds', () => {
	const OTHER = ['D01-1234567-7654321', 'S01-1234567-7654321', 'P01-1234567-7654321', ''];
	const KINDS = [
		/digital order/,
		/another store, shipped by Amazon/,
		/Amazon Pay/,
		/order ID is missing/,
	];
	const items = OTHER.map((orderId) => ({ orderId, marketplaceId: US }));

	it.each(['checkEligibility', 'send'])(
		'%s says what they are and contacts nobody',
		async (operation) => {
			const result = await run(
				{
					resource: 'solicitation',
					operation,
					orderId: '={{ $json.orderId }}',
					marketplace: { __rl: true, mode: 'id', value: '={{ $json.marketplaceId }}' },
					dryRun: false,
					options: {},
				},
				items,
			);
			expect(result.error).toBeUndefined();
			result.items.forEach(({ outcome, explanation, tryAgainLater }, index) => {
				expect(outcome).toBe('invalidOrderId');
				expect(explanation).toMatch(KINDS[index] ?? /./);
				expect(tryAgainLater).toBe(false);
			});
			expect(result.items).toHaveLength(4);
			expect(inUse.requests.map(({ operation: each }) => each)).not.toContain(
				'createProductReviewAndSellerFeedbackSolicitation',
			);
		},
	);
});

describe('only settings that select orders start another search', () => {
	/** Runs like an active workflow. */
	const workflow = () => {
		let saved: IDataObject = {};
		return async (parameters: INodeParameters = {}) => {
			const working = JSON.parse(JSON.stringify(saved)) as IDataObject;
			const result = await getMany(
				{ incremental: true, marketplaces: ['all'], from: daysAgo(45), ...parameters },
				working,
			);
			expect(result.error).toBeUndefined();
			saved = JSON.parse(JSON.stringify(working)) as IDataObject;
			return result.items.map(({ orderId, updatedAt }) => `${orderId} ${updatedAt}`);
		};
	};
	const base: INodeParameters = { filters: { statuses: ['SHIPPED', 'UNSHIPPED'] }, options: {} };

	it.each<[string, INodeParameters]>([
		['Buyer Time Zone is turned on', { ...base, options: { buyerTimeZone: true } }],
		['statuses are ticked in another order', { filters: { statuses: ['UNSHIPPED', 'SHIPPED'] } }],
		['Time Budget changes', { ...base, options: { timeBudget: 5 } }],
		['From moves on', { ...base, from: '={{ $now.minus({ days: 30 }) }}' }],
		['marketplaces are the same', { ...base, marketplaces: ['all', 'ATVPDKIKX0DER'] }],
	])('repeats no order if %s', async (_, changed) => {
		const next = workflow();
		const first = await next(base);
		expect(first.length).toBeGreaterThan(100);
		const known = new Set(first);
		const again = [...(await next(changed)), ...(await next(base))];
		expect(again.filter((each) => known.has(each))).toEqual([]);
	});

	it('misses and repeats no order if a filter on programs is removed or changed', async () => {
		const whole = await workflow()();
		const next = workflow();
		const all: string[] = [];
		for (const programs of [['isPrime'], ['isBusiness'], ['isPrime', 'isBusiness'], []]) {
			all.push(...(await next({ filters: { programs } })));
		}
		expect(new Set(all).size).toBe(all.length);
		expect(all.toSorted()).toEqual(whole.toSorted());
	});

	it('adds the earlier orders after an earlier start, and repeats none', async () => {
		const whole = await workflow()();
		const next = workflow();
		const all = [...(await next({ from: daysAgo(10) })), ...(await next())];
		expect(new Set(all).size).toBe(all.length);
		expect(all.toSorted()).toEqual(whole.toSorted());
	});

	it('treats another fulfiller as another search', async () => {
		const next = workflow();
		const fba = await next({ filters: { fulfilledBy: 'AMAZON' } });
		const all = await next();
		expect(all).toEqual(expect.arrayContaining(fba));
	});
});
