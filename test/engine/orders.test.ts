// cspell:ignore Cancelled
import { NodeHelpers, type IDataObject, type INodeParameters } from 'n8n-workflow';
import { setTimeout as sleep } from 'node:timers/promises';

import { AmazonReviewSolicitation } from '../../nodes/AmazonReviewSolicitation/AmazonReviewSolicitation.node';
import type { Sandbox, WorldOrder } from '../../sandbox';
import { digitalOrders } from '../../sandbox/world/foreignOrders';
import { runNode, type NodeRun } from './harness';
import { expectToMatchOutputSchema } from './outputSchema';
import { liftReportLimits } from './sandboxCredential';
import { expectMiddleItemToFailAlone } from './threeItems';
import { useSandbox } from './useSandbox';

// Amazon's rate for listing orders is one page every three minutes.
const inUse = useSandbox({ rateLimits: 100_000 });
let sandbox: Sandbox;

beforeEach(() => {
	({ sandbox } = inUse);
	sandbox.clock.set(new Date(Date.now()));
	// FBA dates of three marketplaces would take hours: see reportQuotas.test.ts.
	liftReportLimits(inUse.credentials, sandbox);
});

const DAY_MS = 86_400_000;

const [US, CA, MX] = ['ATVPDKIKX0DER', 'A2EUQ1WTGCTBG2', 'A1AM78C64UM0Y8'];

const daysAgo = (days: number): string =>
	new Date(sandbox.clock.now().getTime() - days * DAY_MS).toISOString();

const getMany = async (
	parameters: INodeParameters = {},
	staticData: IDataObject = {},
	cancelAfterMs?: number,
): Promise<NodeRun> =>
	await runNode({
		type: 'amazonReviewSolicitation',
		parameters: {
			resource: 'order',
			operation: 'getMany',
			source: 'ordersApi',
			marketplaces: ['all'],
			incremental: false,
			dateType: 'created',
			from: daysAgo(45),
			returnAll: true,
			filters: {},
			options: {},
			...parameters,
		},
		credentials: inUse.credentials,
		staticData,
		cancelAfterMs,
	});

/** The sandbox's own record of orders created in the last 45 days, digital ones included. */
const recentOrders = (): WorldOrder[] =>
	(sandbox.sellers.demo?.marketplaces ?? [])
		.flatMap((place) => [...place.orders, ...digitalOrders(place)])
		.filter(({ createdAt }) => createdAt >= Date.parse(daysAgo(45)))
		.filter(({ createdAt }) => createdAt <= sandbox.clock.now().getTime() - 120_000);

const ids = (items: ReadonlyArray<IDataObject | WorldOrder>) =>
	items.map(({ orderId }) => String(orderId)).toSorted();

/** Without downloads, which the all-orders report does not contain. */
const shipped = (items: readonly IDataObject[]) => ids(items).filter((id) => !id.startsWith('D01'));

/** How many orders of other stores were left out. */
const leftOut = ({ hints }: NodeRun): number =>
	Number(/(\d+) order\(s\) from stores other/.exec(hints.join())?.[1] ?? 0);

const searches = () => inUse.requests.filter(({ operation }) => operation === 'searchOrders');

describe('Order: Get Many, from the Orders API', () => {
	it('reads all pages and returns exactly the orders of the range, each once', async () => {
		const { items, error } = await getMany();
		expect(error).toBeUndefined();
		expect(items.length).toBeGreaterThan(100);
		expect(ids(items)).toEqual(ids(recentOrders()));
		expect(searches()).toHaveLength(Math.ceil(items.length / 100));
		expectToMatchOutputSchema('AmazonReviewSolicitation', 'order/getMany', items);
	});

	it("adds the window of each order, in UTC and in the marketplace's time zone, with its source", async () => {
		const { items } = await getMany();
		const orders = new Map(recentOrders().map((order) => [order.orderId, order]));
		for (const item of items) {
			const order = orders.get(String(item.orderId));
			if (order?.fulfilledBy === 'MERCHANT' && item.status !== 'PENDING') {
				expect(item.deliveryDateSource).toBe('deliverByWindow');
				const opens = order.deliverBy.earliest + 5 * DAY_MS;
				expect(Date.parse(String(item.windowOpensAt))).toBe(opens);
				expect(Date.parse(String(item.windowOpensAtLocal))).toBe(opens);
				expect(item.windowOpensAtLocal).not.toMatch(/Z$/);
				expect(Date.parse(String(item.windowClosesAt))).toBe(order.deliverBy.latest + 30 * DAY_MS);
			} else {
				expect(item).toMatchObject({ deliveryDateSource: 'unknown', windowOpensAt: null });
			}
		}
		expect(new Set(items.map(({ deliveryDateSource }) => deliveryDateSource)).size).toBe(2);
	});

	it('respects limit, marketplaces, fulfillment, statuses and programs', async () => {
		const limited = await getMany({ returnAll: false, limit: 7 });
		expect(limited.items).toHaveLength(7);
		expect(limited.hints.join()).toMatch(/more than these 7 orders.*'Return All'/);
		const few = await getMany({ returnAll: false, limit: 5000 });
		expect(few.hints).toEqual([expect.stringMatching(/^\d+ order\(s\) from stores other/)]);
		const { items } = await getMany({
			marketplaces: ['A2EUQ1WTGCTBG2'],
			filters: { fulfilledBy: 'MERCHANT', statuses: ['SHIPPED'] },
		});
		expect(items.length).toBeGreaterThan(0);
		for (const item of items) {
			expect(item).toMatchObject({
				marketplace: 'CA',
				fulfilledBy: 'MERCHANT',
				status: 'SHIPPED',
			});
		}
		const prime = await getMany({ filters: { programs: ['isPrime'] } });
		const wanted = recentOrders().filter(({ programs }) => programs.includes('PRIME'));
		expect(ids(prime.items)).toEqual(ids(wanted));
	});

	it('continues after a failed page, without missing or repeating an order', async () => {
		sandbox.faults.add({ kind: 'error503', operation: 'searchOrders', skip: 1, times: 2 });
		const { items, error } = await getMany();
		expect(error).toBeUndefined();
		expect(ids(items)).toEqual(ids(recentOrders()));
	});

	it("does not return address or email, and the buyer's zone only on request", async () => {
		const { items } = await getMany({ options: { buyerTimeZone: true } });
		expect(items.some(({ buyerTimeZone }) => buyerTimeZone === 'America/New_York')).toBe(true);
		expect(JSON.stringify(items)).not.toMatch(/@|deliveryAddress|stateOrRegion/);
		const plain = await getMany();
		expect(plain.items.every(({ buyerTimeZone }) => buyerTimeZone === null)).toBe(true);
		expect(searches().at(-1)?.query.includedData).not.toMatch(/RECIPIENT/);
	});

	it('adds delivery dates of FBA orders from the shipments report', async () => {
		const { items } = await getMany({
			marketplaces: ['ATVPDKIKX0DER'],
			options: { fbaDeliveryDates: true },
		});
		const reported = items.filter(
			({ deliveryDateSource }) => deliveryDateSource === 'shipmentsReport',
		);
		expect(reported.length).toBeGreaterThan(50);
		for (const { orderId, windowOpensAt, windowClosesAt } of reported) {
			const truth = sandbox.truth.windowOf('demo', String(orderId));
			expect(Date.parse(String(windowOpensAt))).toBeGreaterThanOrEqual(Date.parse(truth.opensAt));
			expect(Date.parse(String(windowClosesAt))).toBeLessThanOrEqual(Date.parse(truth.closesAt));
		}
	});

	describe('if Amazon does not return the FBA shipments report', () => {
		it.each([
			['gives up on it', /report \d+: Amazon failed to make it \(FATAL\)/, 'reportFatal'],
			[
				'is not ready in time',
				/report \d+: Amazon is still preparing it\. Increase the option/,
				'reportStuck',
			],
			['denies access', /Add the role Amazon Fulfillment/, undefined],
		] as const)(
			'and %s, returns all orders and a hint about the missing dates',
			async (_, said, kind) => {
				if (kind !== undefined) sandbox.faults.add({ kind, times: 'always' });
				else sandbox.roles.remove('demo', 'Amazon Fulfillment');
				const { items, hints, error } = await getMany({
					options: { fbaDeliveryDates: true, waitMinutes: 0.01 },
				});
				expect(error).toBeUndefined();
				expect(ids(items)).toEqual(ids(recentOrders()));
				expect(new Set(items.map(({ deliveryDateSource }) => deliveryDateSource))).toEqual(
					new Set(['deliverByWindow', 'unknown']),
				);
				expect(hints).toContainEqual(
					expect.stringMatching(
						/No FBA shipments report for United States, Canada, Mexico.*no estimated arrival/,
					),
				);
				expect(hints.join('\n')).toMatch(said);
			},
		);

		it('for one range, adds the dates to the orders of the others', async () => {
			sandbox.faults.add({ kind: 'reportFatal', skip: 1, times: 1 });
			const { items, hints } = await getMany({ options: { fbaDeliveryDates: true } });
			const [hint = '', ...more] = hints.filter((each) => !each.includes('from stores other'));
			expect(more).toEqual([]);
			// One range: "(2026-10-14 to 2026-11-13)".
			expect(hint).toMatch(/No FBA shipments report for [^(]*\([^,)]*\)/);
			expect(
				items.filter(({ deliveryDateSource }) => deliveryDateSource === 'shipmentsReport').length,
			).toBeGreaterThan(0);
		});

		it('because the execution was canceled, ends and returns nothing', async () => {
			sandbox.faults.add({ kind: 'reportStuck', times: 'always' });
			const { items, run } = await getMany(
				{ options: { fbaDeliveryDates: true, waitMinutes: 240 } },
				{},
				6000,
			);
			expect(inUse.requests.map(({ operation }) => operation)).toContain('createReport');
			expect(items).toEqual([]);
			expect(run.status).toBe('canceled');
		});
	});

	it.each(['ordersApi', 'reports'])(
		'uses the primary marketplace unless others are chosen, from %s',
		async (source) => {
			const { items } = await getMany({ source, marketplaces: [] });
			expect(new Set(items.map(({ marketplaceId }) => marketplaceId))).toEqual(new Set([US]));
			const all = await getMany({ source, marketplaces: ['all'] });
			expect(new Set(all.items.map(({ marketplaceId }) => marketplaceId))).toEqual(
				new Set([US, CA, MX]),
			);
		},
	);

	it('fails only the bad item among good ones', async () => {
		await expectMiddleItemToFailAlone({
			type: 'amazonReviewSolicitation',
			parameters: {
				resource: 'order',
				operation: 'getMany',
				source: 'ordersApi',
				marketplaces: ['all'],
				incremental: false,
				dateType: 'created',
				from: '={{ $json.from }}',
				returnAll: false,
				limit: 2,
				filters: {},
				options: {},
			},
			credentials: inUse.credentials,
			items: [
				{ json: { from: daysAgo(10) } },
				{ json: { from: 'yesterday' } },
				{ json: { from: daysAgo(5) } },
			],
			message: /Could not use 'From': the value is invalid/,
		});
	});
});

describe('Order: Get Many, from reports', () => {
	it('returns the same orders as the API, from reports of 30 days each', async () => {
		const { items, error } = await getMany({
			source: 'reports',
			marketplaces: [US, CA, MX],
		});
		expect(error).toBeUndefined();
		const api = await getMany();
		const known = new Set(ids(api.items));
		// The report also has the orders of the last two minutes, which Amazon's search does not.
		expect(ids(items).filter((id) => known.has(id))).toEqual(shipped(api.items));
		const byId = new Map(api.items.map((item) => [item.orderId, item]));
		for (const item of items) {
			const same = byId.get(item.orderId);
			if (same === undefined) continue;
			const { marketplaceId, fulfilledBy, status, isBusiness, createdAt } = same;
			expect(item).toMatchObject({ marketplaceId, fulfilledBy, isBusiness });
			if (status !== 'PARTIALLY_SHIPPED') expect(item.status).toBe(status);
			expect(
				Math.abs(Date.parse(String(item.createdAt)) - Date.parse(String(createdAt))),
			).toBeLessThan(1000);
		}
		expectToMatchOutputSchema('AmazonReviewSolicitation', 'order/getMany', items);
	});

	it('respects From and To, by last update and by creation, over more than one report', async () => {
		for (const [dateType, field] of [
			['lastUpdated', 'updatedAt'],
			['created', 'createdAt'],
		] as const) {
			const range = { from: daysAgo(60), filters: { until: daysAgo(20) }, dateType };
			const api = await getMany(range);
			const { items } = await getMany({ ...range, source: 'reports', marketplaces: [US, CA, MX] });
			expect(items.length).toBeGreaterThan(50);
			expect(ids(items)).toEqual(shipped(api.items));
			for (const item of items) {
				expect(String(item[field]) >= daysAgo(60.01) && String(item[field]) <= daysAgo(19.99)).toBe(
					true,
				);
			}
		}
	});

	it('refuses settings that would silently return nothing', async () => {
		const turned = await getMany({ source: 'reports', filters: { until: daysAgo(50) } });
		expect(turned.error?.message).toMatch(/Could not list orders: 'From' must be before 'To'/);
		const prime = await getMany({ source: 'reports', filters: { programs: ['isPrime'] } });
		expect(prime.error?.message).toMatch(/does not identify Prime/);
	});

	it('shows date, Return All and Limit even if the switch that hides them is not shown', () => {
		const parameters = { resource: 'order', operation: 'getMany', source: 'reports' };
		const { properties } = new AmazonReviewSolicitation().description;
		const shown = properties.filter((property) =>
			NodeHelpers.displayParameter(parameters, property, null, null),
		);
		const names = shown.map(({ name }) => name);
		expect(names).toEqual(expect.arrayContaining(['dateType', 'returnAll', 'from']));
		expect(names).not.toContain('incremental');
	});

	it('says that a canceled report does not mean zero', async () => {
		sandbox.faults.add({ kind: 'reportCancelled', times: 'always' });
		const { items, hints } = await getMany({ source: 'reports' });
		expect(items).toHaveLength(0);
		expect(hints.join()).toMatch(/nothing to report, or it was refused/);
	});
});

describe('Order: Get Many, only changes since the last run', () => {
	/** Runs like an active workflow: what the node keeps is saved when the run has ended. */
	const workflowRuns = () => {
		let saved: IDataObject = {};
		return async ({ crash = false, ...parameters }: INodeParameters & { crash?: boolean } = {}) => {
			const working = JSON.parse(JSON.stringify(saved)) as IDataObject;
			const result = await getMany({ incremental: true, ...parameters }, working);
			if (!crash) saved = JSON.parse(JSON.stringify(working)) as IDataObject;
			return { ...result, saved };
		};
	};

	const change = (count = 3): string[] => {
		return ids(sandbox.world.addOrders({ count, state: 'notShipped', createdDaysAgo: 0.01 }));
	};

	it('returns everything since the start, then nothing', async () => {
		const run = workflowRuns();
		const first = await run();
		expect(first.items.length).toBeGreaterThan(100);
		expect(new Set(ids(first.items)).size).toBe(first.items.length);

		sandbox.clock.advance({ hours: 1 });
		const before = new Map(first.items.map((item) => [item.orderId, item.updatedAt]));
		const second = await run();
		for (const { orderId, updatedAt } of second.items)
			expect(before.get(orderId)).not.toBe(updatedAt);

		const third = await run();
		expect(third.items).toHaveLength(0);
		expect(third.error).toBeUndefined();
	});

	it('repeats the orders of a run that failed before its end', async () => {
		const run = workflowRuns();
		await run();
		const added = change();
		const broken = await run({ crash: true });
		expect(ids(broken.items)).toEqual(expect.arrayContaining(added));
		const next = await run();
		expect(ids(next.items)).toEqual(ids(broken.items));
		expect((await run()).items).toHaveLength(0);
	});

	it('continues in the next run if a page failed in this one', async () => {
		const run = workflowRuns();
		const fault = sandbox.faults.add({
			kind: 'error503',
			operation: 'searchOrders',
			skip: 1,
			times: 'always',
		});
		const first = await run();
		expect(first.error).toBeUndefined();
		expect(first.items).toHaveLength(100 - leftOut(first));
		expect(first.hints.join()).toMatch(/next run continues there/);
		fault.remove();
		const searchesBefore = searches().length;
		const second = await run();
		const all = [...first.items, ...second.items];
		// The remaining pages, and a search for changes since; not from the first page again.
		expect(searches().length - searchesBefore).toBe(
			Math.ceil((all.length + leftOut(first) + leftOut(second)) / 100),
		);
		expect(new Set(ids(all)).size).toBe(all.length);
		const atOnce = await getMany({ dateType: 'lastUpdated' });
		expect(atOnce.items).toHaveLength(all.length);
	}, 60_000);

	it('restarts a search if its paging token is too old, and returns nothing twice', async () => {
		const run = workflowRuns();
		const first = await run({ options: { timeBudget: 0.000001 } });
		expect(first.items).toHaveLength(100 - leftOut(first));
		expect(first.hints.join()).toMatch(/more orders than fit/);
		// On Amazon's clock the token has expired; the node's own clock does not show that.
		sandbox.clock.advance({ hours: 30 });
		const second = await run();
		expect(second.error).toBeUndefined();
		expect(searches().some(({ status }) => status === 400)).toBe(true);
		const all = [...first.items, ...second.items];
		const versions = all.map(({ orderId, updatedAt }) => `${orderId} ${updatedAt}`);
		expect(new Set(versions).size).toBe(versions.length);
	});

	it('returns an order once if a search restarts while the order changes', async () => {
		sandbox.faults.add({ kind: 'slow', operation: 'searchOrders', skip: 1, delayMs: 800 });
		const before = searches().length;
		sandbox.world.addOrders({ count: 150, state: 'notShipped', createdDaysAgo: 0.9 });
		const running = getMany({ from: daysAgo(1) });
		while (searches().length === before) await sleep(20);
		// The second page is delayed; meanwhile its token gets too old, and orders ship.
		await sleep(200);
		sandbox.clock.advance({ hours: 60 });
		const { items, error } = await running;
		expect(error).toBeUndefined();
		expect(searches().some(({ status }) => status === 400)).toBe(true);
		expect(new Set(ids(items)).size).toBe(items.length);
	});

	it('saves only what the next search can return again', async () => {
		const run = workflowRuns();
		const { items, saved } = await run();
		expect(items.length).toBeGreaterThan(100);
		expect(JSON.stringify(saved).length).toBeLessThan(2000);
	});

	it('fails without the FBA shipments report, and returns the same orders with their dates in the next run', async () => {
		const run = workflowRuns();
		const options = { fbaDeliveryDates: true };
		const fault = sandbox.faults.add({ kind: 'reportFatal', times: 'always' });
		const failed = await run({ options });
		expect(failed.error?.message).toMatch(/failed to make it/);
		expect(failed.items).toEqual([]);
		fault.remove();
		const { items } = await run({ options });
		expect(items.length).toBeGreaterThan(100);
		expect(items.map(({ deliveryDateSource }) => deliveryDateSource)).toContain('shipmentsReport');
	});

	it('treats other marketplaces or filters as another search', async () => {
		const run = workflowRuns();
		await run({ marketplaces: ['A2EUQ1WTGCTBG2'] });
		const other = await run({ marketplaces: ['A1AM78C64UM0Y8'] });
		expect(other.items.length).toBeGreaterThan(0);
		expect((await run({ marketplaces: ['A2EUQ1WTGCTBG2'] })).items).toHaveLength(0);
	});
});
