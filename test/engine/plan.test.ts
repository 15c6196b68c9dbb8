// cspell:ignore Cancelled Tell
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { startSandbox, type Sandbox } from '../../sandbox';
import { createCredentialStore, runNode, type CredentialStore, type NodeRun } from './harness';
import { expectToMatchOutputSchema } from './outputSchema';
import { liftReportLimits } from './sandboxCredential';
import './shortWaits';
import { expectMiddleItemToFailAlone } from './threeItems';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

let sandbox: Sandbox;
let credentials: CredentialStore;
/** All US orders of the last 45 days, as Order: Get Many outputs them. */
let orders: IDataObject[];

beforeAll(async () => {
	sandbox = await startSandbox({ reportDelayMs: 20, rateLimits: 100_000 });
	credentials = await createCredentialStore();
	// Amazon makes a returns report every four hours: see reportQuotas.test.ts.
	liftReportLimits(credentials, sandbox);
	const { items } = await runNode({
		type: 'amazonReviewSolicitation',
		parameters: {
			resource: 'order',
			operation: 'getMany',
			source: 'ordersApi',
			marketplaces: ['ATVPDKIKX0DER'],
			incremental: false,
			dateType: 'created',
			from: new Date(Date.now() - 45 * DAY_MS).toISOString(),
			returnAll: true,
			filters: {},
			options: { buyerTimeZone: true },
		},
		credentials,
	});
	orders = items;
});

afterAll(async () => await sandbox.close());

const parametersOf = (changes: INodeParameters = {}): INodeParameters => ({
	resource: 'solicitation',
	operation: 'plan',
	preferredDelay: 0,
	sendNowWithin: 60,
	rules: {},
	options: {},
	...changes,
});

const plan = async (
	items: readonly IDataObject[] = orders,
	changes: INodeParameters = {},
	type = 'amazonReviewSolicitation',
): Promise<NodeRun & { readonly forecast: IDataObject[] }> => {
	const run = await runNode({
		type,
		parameters: parametersOf(changes),
		items: items.map((json) => ({ json: { ...json, tag: json.orderId as string } })),
		credentials,
	});
	const outputs = run.outputs.slice(0, 3);
	const rows = outputs.flat().map(({ json }) => json);
	return { ...run, outputs, items: rows, forecast: jsonOf(run, 3) };
};

const jsonOf = ({ outputs }: NodeRun, output: number): IDataObject[] =>
	(outputs[output] ?? []).map(({ json }) => json);

const byReason = (result: NodeRun) => {
	const counts: Record<string, number> = {};
	for (const { reason } of jsonOf(result, 2)) {
		counts[String(reason)] = (counts[String(reason)] ?? 0) + 1;
	}
	return counts;
};

describe('Review Request: Plan', () => {
	it('refuses more days than a calendar has, and says so', async () => {
		for (const maxOrderAgeDays of [36_501, 1e9, 1e308]) {
			const { error } = await plan(orders, { rules: { maxOrderAgeDays } });
			expect(`${error?.message} ${error?.description}`).toMatch(/Maximum Order Age.*36500 or less/);
		}
	});

	it.each([1e9, 1e308])(
		'makes a plan even with %d days or minutes as a preference',
		async (many) => {
			for (const changes of [{ preferredDelay: many }, { sendNowWithin: many }]) {
				const { error, outputs } = await plan(orders, changes);
				expect(error).toBeUndefined();
				expect(outputs.flat()).toHaveLength(orders.length);
			}
		},
	);

	it("puts each order on one output, in agreement with the sandbox's record", async () => {
		const result = await plan();
		const [now, later, out] = [0, 1, 2].map((output) => jsonOf(result, output));
		expect(result.items).toHaveLength(orders.length);
		expect(new Set(result.items.map(({ orderId }) => orderId)).size).toBe(orders.length);
		expect([now, later, out].map((list) => (list ?? []).length > 0)).toEqual([true, true, true]);

		for (const row of now ?? []) {
			const truth = sandbox.truth.solicitability('demo', String(row.orderId));
			// Only Amazon knows which reviews were requested in Seller Central, what was refunded, and
			// FBA's windows.
			const possible = row.deliveryDateSource === 'unknown' ? ['notYet', 'closed'] : [];
			expect(['eligible', 'already', 'refunded', ...possible]).toContain(truth);
		}
		for (const row of later ?? []) {
			const truth = sandbox.truth.solicitability('demo', String(row.orderId));
			expect(['notYet', 'already', 'refunded']).toContain(truth);
		}
		for (const row of out ?? []) {
			const truth = sandbox.truth.solicitability('demo', String(row.orderId));
			// No review can ever be requested for a download.
			const possible = String(row.orderId).startsWith('D01') ? 'unknownOrder' : 'closed';
			expect(['cancelled', 'notShipped', 'closed', 'already', possible]).toContain(truth);
		}
		// No order that is eligible now and has a window is left out.
		const eligible = orders.filter(
			({ orderId, windowOpensAt }) =>
				windowOpensAt !== null &&
				sandbox.truth.solicitability('demo', String(orderId)) === 'eligible',
		);
		expect(eligible.length).toBeGreaterThan(20);
		const planned = new Set((now ?? []).map(({ orderId }) => orderId));
		for (const { orderId } of eligible) expect(planned).toContain(orderId);
		expectToMatchOutputSchema('AmazonReviewSolicitation', 'solicitation/plan', result.items);
	});

	it('says how many of the orders to send now have no delivery dates, and what helps', async () => {
		const result = await plan();
		const unknown = jsonOf(result, 0).filter(
			({ deliveryDateSource }) => deliveryDateSource === 'unknown',
		).length;
		expect(unknown).toBeGreaterThan(1);
		expect(result.hints).toEqual([
			expect.stringMatching(
				`^${unknown} of the orders in 'Send Now' have no delivery dates.*'FBA Delivery Dates'`,
			),
		]);

		const dated = orders.filter(({ windowOpensAt }) => windowOpensAt !== null);
		expect((await plan(dated)).hints).toEqual([]);
	});

	it('never plans outside the window, and plans the earliest deadline first', async () => {
		const result = await plan();
		const known = result.items.filter(
			({ sendAt, windowOpensAt }) => sendAt !== null && windowOpensAt !== null,
		);
		for (const { sendAt, windowOpensAt, windowClosesAt } of known) {
			expect(Date.parse(String(sendAt))).toBeGreaterThanOrEqual(Date.parse(String(windowOpensAt)));
			expect(Date.parse(String(sendAt))).toBeLessThanOrEqual(Date.parse(String(windowClosesAt)));
		}
		// In the order of the items, which is the order in which Send processes them.
		const times = jsonOf(result, 0).map(({ sendAt }) => String(sendAt));
		expect(times).toEqual(times.toSorted());
		const now = known.filter(({ decision }) => decision === 'sendNow');
		const deadlines = now.map(({ windowClosesAt }) => Date.parse(String(windowClosesAt)));
		expect(deadlines).toEqual(deadlines.toSorted((a, b) => a - b));
	});

	it('keeps item linking on every output', async () => {
		for (const linkOutput of [0, 1, 2]) {
			const result = await runNode({
				type: 'amazonReviewSolicitation',
				parameters: parametersOf(),
				items: orders
					.slice(0, 200)
					.map((json) => ({ json: { ...json, tag: json.orderId as string } })),
				credentials,
				linkOutput,
			});
			expect(result.links).toEqual(jsonOf(result, linkOutput).map(({ orderId }) => orderId));
		}
	});

	it("respects hours and days in the buyer's time zone, and the maximum per day", async () => {
		const result = await plan(orders, {
			options: {
				fromTime: '10:00',
				toTime: '16:00',
				weekdays: [2, 4],
				clock: 'buyer',
				maxRequestsPerDay: 25,
			},
		});
		const planned = result.items.filter(({ sendAt }) => sendAt !== null);
		expect(planned.length).toBeGreaterThan(50);
		const zones = new Set<unknown>();
		const perDay = new Map<string, number>();
		for (const { sendAt, sendAtLocal, timeZone } of planned) {
			zones.add(timeZone);
			const [, hour = ''] = /T(\d\d):/.exec(String(sendAtLocal)) ?? [];
			expect(Number(hour)).toBeGreaterThanOrEqual(10);
			expect(Number(hour)).toBeLessThan(16);
			const weekday = new Intl.DateTimeFormat('en', {
				weekday: 'short',
				timeZone: String(timeZone),
			});
			expect(['Tue', 'Thu']).toContain(weekday.format(new Date(String(sendAt))));
			// The harness's workflow is in Berlin.
			const day = new Intl.DateTimeFormat('sv', { timeZone: 'Europe/Berlin' });
			const date = day.format(new Date(String(sendAt)));
			perDay.set(date, (perDay.get(date) ?? 0) + 1);
		}
		expect(zones.size).toBeGreaterThan(2);
		expect(Math.max(...perDay.values())).toBeLessThanOrEqual(25);
	});

	it('waits for the preferred delay if that loses no order', async () => {
		const result = await plan(orders, { preferredDelay: 20 });
		const planned = result.items.filter(
			({ sendAt, deliveryDateSource }) => sendAt !== null && deliveryDateSource !== 'unknown',
		);
		const latest = new Map(orders.map(({ orderId, latestDelivery }) => [orderId, latestDelivery]));
		expect(planned.length).toBeGreaterThan(20);
		for (const { orderId, sendAt, early } of planned) {
			const preferred = Date.parse(String(latest.get(orderId))) + 20 * DAY_MS;
			expect(early).toBe(Date.parse(String(sendAt)) < preferred);
			expect(early).toBe(false);
		}
		expect(planned).toHaveLength(
			(await plan()).items.filter(
				({ sendAt, deliveryDateSource }) => sendAt !== null && deliveryDateSource !== 'unknown',
			).length,
		);
	});

	it('applies the selection rules, and gives the rule as the reason for each order', async () => {
		expect(Object.keys(byReason(await plan())).toSorted()).toEqual(
			expect.not.arrayContaining(['excludedSku', 'business', 'returned', 'shippedLate']),
		);
		const { items: lines } = orders[0] as { items: Array<{ sku: string }> };
		const sku = lines[0]?.sku ?? '';
		const result = await plan(orders, {
			rules: {
				excludeSkus: `${sku.toLowerCase()}, other`,
				business: 'exclude',
				minTotal: '15.00',
				excludeShippedLate: true,
				excludeReplacements: true,
			},
		});
		const reasons = byReason(result);
		const wanted = ['excludedSku', 'business', 'totalTooLow', 'shippedLate', 'replacement'];
		expect(wanted.filter((reason) => (reasons[reason] ?? 0) > 0).length).toBeGreaterThanOrEqual(4);
		const skusOf = new Map(
			orders.map(({ orderId, items }) => [
				orderId,
				(items as Array<{ sku: string }>).map((i) => i.sku),
			]),
		);
		for (const row of [...jsonOf(result, 0), ...jsonOf(result, 1)]) {
			expect(skusOf.get(row.orderId)).not.toContain(sku);
		}
		const excluded = jsonOf(result, 2).filter(({ reason }) => reason === 'excludedSku');
		for (const { explanation } of excluded) expect(explanation).toMatch(/has an excluded SKU/);
	});

	it('leaves out returned orders from a list and from the returns reports', async () => {
		const eligible = jsonOf(await plan(), 0).map(({ orderId }) => String(orderId));
		const listed = await plan(orders, {
			rules: { returnedOrderIds: eligible.slice(0, 3).join('\n') },
		});
		expect(byReason(listed).returned).toBe(3);

		const reported = await plan(orders, { rules: { returnsFromReports: true } });
		const returned = jsonOf(reported, 2).filter(({ reason }) => reason === 'returned');
		expect(returned.length).toBeGreaterThan(0);
		const refunded = new Set(
			(sandbox.sellers.demo?.marketplaces[0]?.orders ?? [])
				.filter(({ refundedAt }) => refundedAt !== undefined && refundedAt <= Date.now())
				.map(({ orderId }) => orderId),
		);
		for (const { orderId } of returned) expect(refunded).toContain(orderId);
		for (const row of jsonOf(reported, 0)) expect(refunded).not.toContain(row.orderId);
	});

	it('leaves out orders with an earlier request, without a call to Amazon', async () => {
		const eligible = jsonOf(await plan(), 0).map(({ orderId }) => String(orderId));
		const before = sandbox.requests.length;
		const result = await plan(orders, { options: { alreadyRequested: eligible.join(',') } });
		expect(byReason(result).alreadyRequested).toBe(eligible.length);
		expect(sandbox.requests).toHaveLength(before);
	});

	it('requires only an order ID, and plans a repeated one once', async () => {
		const { outputs, items } = await plan([
			{ orderId: '111-1234567-7654321' },
			{ orderId: '111-1234567-7654321' },
			{ orderId: 'nonsense' },
		]);
		expect(outputs.map((output) => output.length)).toEqual([1, 0, 2]);
		expect(items.map(({ reason }) => reason)).toEqual([null, 'duplicateItem', 'invalidOrderId']);
	});

	it('plans its own rows and rows of a table again, by their windows', async () => {
		const first = await plan();
		const rows = jsonOf(first, 1).filter(({ windowOpensAt }) => windowOpensAt !== null);
		expect(rows.length).toBeGreaterThan(3);
		const ofTable = rows.map(({ orderId, marketplaceId, windowOpensAt, windowClosesAt }) => ({
			orderId,
			marketplaceId,
			windowOpensAt,
			windowClosesAt,
			createdAt: '',
			orderTotal: 19.99,
			isPrime: '',
		}));
		const again = await plan(ofTable);
		expect(again.error).toBeUndefined();
		const times = (list: IDataObject[]) =>
			new Map(list.map(({ orderId, sendAt }) => [orderId, Date.parse(String(sendAt))]));
		const before = times(rows);
		for (const [orderId, sendAt] of times(jsonOf(again, 1))) {
			// If midnight passes between the two plans, a few times move by minutes.
			expect(Math.abs(sendAt - (before.get(orderId) ?? NaN))).toBeLessThan(300_000);
		}
		expect(jsonOf(again, 1)).toHaveLength(rows.length);
	});

	describe('with the rule Exclude Returned (Reports)', () => {
		const US = 'ATVPDKIKX0DER';
		const rules = { returnsFromReports: true };
		const returned = () =>
			(sandbox.sellers.demo?.marketplaces[0]?.orders ?? [])
				.map(({ orderId }) => orderId)
				.filter((orderId) => sandbox.truth.solicitability('demo', orderId) === 'refunded');
		const daysAgo = (days: number) => new Date(Date.now() - days * DAY_MS).toISOString();

		it('leaves out a returned order with only an ID', async () => {
			const recent = returned().slice(-5);
			const { items } = await plan(
				recent.map((orderId) => ({ orderId })),
				{ rules },
			);
			expect(items.map(({ reason }) => reason)).toEqual(recent.map(() => 'returned'));
		});

		const FBA = 'GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA';
		const FBM = 'GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE';
		afterEach(() => sandbox.faults.clear());

		/** The orders that could be sent and those left out as undecided, by who fulfills them. */
		const planned = async (more: INodeParameters = {}) => {
			const result = await plan(orders, { rules: { ...rules, ...more } });
			const fulfillers = new Map(orders.map(({ orderId, fulfilledBy }) => [orderId, fulfilledBy]));
			const isBy = (fulfilledBy: string) => (row: IDataObject) =>
				fulfillers.get(row.orderId) === fulfilledBy;
			const going = [...jsonOf(result, 0), ...jsonOf(result, 1)];
			const undecided = jsonOf(result, 2).filter(({ reason }) => reason === 'ruleCannotTell');
			return {
				...result,
				going: going.map(({ orderId }) => String(orderId)),
				goingBy: { AMAZON: going.filter(isBy('AMAZON')), MERCHANT: going.filter(isBy('MERCHANT')) },
				undecided: {
					AMAZON: undecided.filter(isBy('AMAZON')),
					MERCHANT: undecided.filter(isBy('MERCHANT')),
				},
			};
		};

		it.each([
			[FBM, 'MERCHANT', 'AMAZON'],
			[FBA, 'AMAZON', 'MERCHANT'],
		] as const)(
			'holds back only orders of its kind after a canceled %s',
			async (reportType, held, free) => {
				const before = await planned();
				sandbox.faults.add({ kind: 'reportCancelled', reportType, times: 'always' });
				const { going, goingBy, undecided, hints } = await planned();
				expect(goingBy[held]).toEqual([]);
				expect(undecided[held].length).toBeGreaterThan(5);
				// The sandbox also cancels a report without rows.
				expect(undecided[free]).toHaveLength(before.undecided[free].length);
				expect(goingBy[free]).toHaveLength(before.goingBy[free].length);
				expect(undecided[held][0]?.explanation).toMatch(
					/canceled the .* returns report of United States/,
				);
				expect(undecided[held][0]?.tryAgainLater).toBe(true);
				expect(hints.join('\n')).toMatch(/left out.*'If a Returns Report Is Canceled'/);
				for (const orderId of returned()) expect(going).not.toContain(orderId);
			},
		);

		it('holds back no later orders after a canceled report for an earlier period', async () => {
			sandbox.faults.add({ kind: 'reportCancelled', reportType: FBA, times: 1 });
			const { goingBy, undecided } = await planned();
			const until = daysAgo(14);
			expect(undecided.AMAZON.length).toBeGreaterThan(5);
			for (const { createdAt } of undecided.AMAZON) expect(String(createdAt) < until).toBe(true);
			for (const { createdAt } of goingBy.AMAZON) {
				expect(String(createdAt) > daysAgo(16)).toBe(true);
			}
			expect(goingBy.AMAZON.length).toBeGreaterThan(5);
		});

		it('treats a canceled report as no returns if the user says so', async () => {
			sandbox.faults.add({ kind: 'reportCancelled', reportType: FBM, times: 'always' });
			const { goingBy, undecided } = await planned({ canceledReturns: 'noReturns' });
			expect(undecided.MERCHANT).toEqual([]);
			expect(goingBy.MERCHANT.length).toBeGreaterThan(0);
		});

		it('holds back the orders of a failed report, and fails if all reports fail', async () => {
			sandbox.faults.add({ kind: 'reportFatal', reportType: FBM, times: 'always' });
			const { goingBy, undecided, error } = await planned({ canceledReturns: 'noReturns' });
			expect(error).toBeUndefined();
			expect([goingBy.MERCHANT.length, undecided.AMAZON.length]).toEqual([0, 0]);
			expect(goingBy.AMAZON.length).toBeGreaterThan(0);
			sandbox.faults.add({ kind: 'reportFatal', reportType: FBA, times: 'always' });
			expect((await planned()).error?.name).toBe('NodeApiError');
		});

		it('requests a report even if the order date is in the future, and none for an unknown marketplace', async () => {
			const [orderId = ''] = returned();
			const [ahead] = (
				await plan([{ orderId, marketplaceId: US, createdAt: daysAgo(-5) }], { rules })
			).items;
			expect(ahead?.decision).not.toBe('sendNow');
			const [nowhere] = (await plan([{ orderId, marketplaceId: 'ANOWHERE' }], { rules })).items;
			expect(nowhere).toMatchObject({ reason: 'ruleCannotTell' });
		});

		const CA = 'A2EUQ1WTGCTBG2';
		const ofBoth = (): IDataObject[] =>
			[US, CA].map((marketplaceId, index) => ({
				orderId: `111-765432${index}-1234567`,
				marketplaceId,
				fulfilledBy: 'AMAZON',
				status: 'SHIPPED',
				createdAt: daysAgo(20),
				earliestDelivery: daysAgo(12),
				latestDelivery: daysAgo(10),
			}));
		const requestedSince = (from: number) =>
			sandbox.truth.reportRequests.slice(from).map(({ marketplaceIds }) => marketplaceIds.join());

		it('requests one report for all marketplaces', async () => {
			const from = sandbox.truth.reportRequests.length;
			const { error } = await plan(ofBoth(), { rules });
			expect(error).toBeUndefined();
			expect(new Set(requestedSince(from))).toEqual(new Set([[CA, US].toSorted().join()]));
		});

		it('requests them one by one if Amazon refuses several', async () => {
			const message =
				'Report rejected for this client. Multiple marketplaces were provided for this report type that can only be applied to one marketplace at a time. Please retry with only one marketplace per request.';
			sandbox.faults.add({
				kind: 'otherAnswer',
				operation: 'createReport',
				status: 400,
				body: JSON.stringify({ errors: [{ code: 'InvalidInput', message, details: '' }] }),
				hasRequestId: true,
			});
			const from = sandbox.truth.reportRequests.length;
			const { error } = await plan(ofBoth(), { rules });
			expect(error).toBeUndefined();
			expect(new Set(requestedSince(from))).toEqual(new Set([US, CA]));
		});

		it('holds back the orders of both marketplaces after a canceled report of both, in any spelling', async () => {
			sandbox.faults.add({ kind: 'reportCancelled', reportType: FBA, times: 'always' });
			const [us = {}, ca = {}] = ofBoth();
			const { items } = await plan([us, { ...ca, marketplaceId: ' ca' }], { rules });
			expect(items.map(({ reason }) => reason)).toEqual(['ruleCannotTell', 'ruleCannotTell']);
		});

		it('leaves out a returned order that was placed long before its delivery', async () => {
			const all = returned();
			expect(all.length).toBeGreaterThan(0);
			const { items } = await plan(
				all.map((orderId) => ({
					orderId,
					marketplaceId: US,
					createdAt: daysAgo(100),
					status: 'SHIPPED',
					earliestDelivery: daysAgo(12),
					latestDelivery: daysAgo(10),
				})),
				{ rules },
			);
			expect(items.map(({ reason }) => reason)).toEqual(all.map(() => 'returned'));
		});
	});

	describe('with lists in any shape', () => {
		const A = '111-1111111-1111111';
		const order = (orderId = A, changes: IDataObject = {}): IDataObject => ({
			orderId,
			marketplaceId: 'ATVPDKIKX0DER',
			status: 'SHIPPED',
			createdAt: new Date(Date.now() - 20 * DAY_MS).toISOString(),
			earliestDelivery: new Date(Date.now() - 10 * DAY_MS).toISOString(),
			latestDelivery: new Date(Date.now() - 10 * DAY_MS).toISOString(),
			items: [{ asin: 'B0EXAMPLE1', sku: 'MUG', quantity: 1 }],
			...changes,
		});

		it.each<[string, IDataObject, string]>([
			['rows', { doNotSolicit: [{ orderId: A }] }, 'doNotSolicit'],
			['items', { doNotSolicit: [{ json: { order_id: A } }] }, 'doNotSolicit'],
			['an expression', { doNotSolicit: "={{ $('Items').all() }}" }, 'doNotSolicit'],
			['JSON text', { doNotSolicit: JSON.stringify([A]) }, 'doNotSolicit'],
			['text with tabs', { doNotSolicit: `222-2222222-2222222\t${A}` }, 'doNotSolicit'],
			['no-break hyphens', { doNotSolicit: A.replaceAll('-', '\u2011') }, 'doNotSolicit'],
			['rows', { returnedOrderIds: [{ 'Amazon Order Id': A }] }, 'returned'],
			['rows', { excludeSkus: [{ sku: 'mug' }] }, 'excludedSku'],
			['rows', { excludeAsins: [{ asin: 'B0EXAMPLE1' }] }, 'excludedAsin'],
			['an empty list', { includeSkus: [] }, 'notIncludedSku'],
			['an empty text', { includeAsins: "={{ '' }}" }, 'notIncludedAsin'],
			['an empty list', { marketplaceIds: [] }, 'otherMarketplace'],
		])('applies a list given as %s (%j)', async (_, rules, reason) => {
			const { items, hints, error } = await plan([order()], { rules: rules as INodeParameters });
			expect(error).toBeUndefined();
			expect(items).toMatchObject([{ decision: 'leftOut', reason }]);
			const isEmpty = /otherMarketplace|notIncluded/.test(reason);
			const others = hints.filter((each) => !/other outputs/.test(each));
			expect(others).toEqual(isEmpty ? [expect.stringContaining('is empty')] : []);
		});

		it.each<[string, IDataObject]>([
			['an empty list', { doNotSolicit: [], excludeSkus: '', returnedOrderIds: [] }],
			['the item of an empty table', { doNotSolicit: [{ json: {} }] }],
			['rules that select it', { includeSkus: [{ sku: 'MUG' }], marketplaceIds: 'US' }],
		])('plans an order with %s', async (_, rules) => {
			const { items, error } = await plan([order()], { rules: rules as INodeParameters });
			expect(error).toBeUndefined();
			expect(items).toMatchObject([{ decision: 'sendNow' }]);
		});

		it.each<[string, INodeParameters, string, RegExp]>([
			[
				'a SKU among order IDs',
				{ rules: { doNotSolicit: `${A}, MUG` } },
				'Do Not Request',
				/"MUG"/,
			],
			[
				'rows without an ID',
				{ rules: { returnedOrderIds: [{ sku: 'MUG' }] } as never },
				'Exclude Returned',
				/fields sku/,
			],
			[
				'a field that does not exist',
				{ rules: { doNotSolicit: '={{ $json.nothing }}' } },
				'Do Not Request',
				/returns nothing/,
			],
			[
				'an include list without a value',
				{ rules: { includeSkus: '={{ undefined }}' } },
				'Include SKUs',
				/returns nothing/,
			],
			[
				'a limit without a value',
				{ rules: { minTotal: '={{ $json.nothing }}' } },
				'Minimum Order Total',
				/returns nothing/,
			],
			['an empty limit', { rules: { maxTotal: '' } }, 'Maximum Order Total', /19\.99/],
			[
				'a switch without a value',
				{ rules: { excludeReplacements: '={{ $json.nothing }}' } },
				'Exclude Replacements',
				/returns nothing/,
			],
			[
				'a maximum without a value',
				{ options: { maxRequestsPerDay: '={{ $json.nothing }}' } },
				'Maximum Requests per Day',
				/returns nothing/,
			],
			[
				'a count without a value',
				{ options: { maxRequestsPerDay: 5, sentToday: "={{ '' }}" } },
				'Sent Today',
				/Enter a whole number/,
			],
			[
				'a ledger without IDs',
				{ options: { alreadyRequested: [{ outcome: 'sent' }] } as never },
				'Already Requested',
				/fields outcome/,
			],
		])('refuses %s', async (_, changes, name, description) => {
			const { error, items } = await plan([order()], changes);
			expect(items).toEqual([]);
			expect(error?.message).toBe(`Could not use '${name}': the value is invalid`);
			expect(error?.description).toMatch(description);
		});

		it('refuses an item that is a list or text', async () => {
			for (const json of [[A], A] as never[]) {
				const { error } = await runNode({
					type: 'amazonReviewSolicitation',
					parameters: parametersOf(),
					items: [{ json }],
					credentials,
				});
				expect(error?.message).toBe('Could not read the order: the item is not an order');
			}
		});

		it('reads flags and items from sheets, and treats a replacement as unknown if empty cells replace null', async () => {
			const sheet = {
				isPrime: 'TRUE',
				items: '[{"sku":"MUG","asin":null,"quantity":1}]',
				replacementFor: '',
			};
			const rules = { excludeReplacements: true, prime: 'only', includeSkus: 'MUG' };
			expect((await plan([order(A, sheet)], { rules })).items).toMatchObject([
				{ decision: 'sendNow' },
			]);
			const blanked = order(A, { ...sheet, cancellationRequested: '' });
			expect((await plan([blanked], { rules })).items).toMatchObject([
				{ reason: 'ruleCannotTell' },
			]);
		});

		it('uses the newest of several rows of an order, in the orders and in the ledger', async () => {
			const at = (days: number) => new Date(Date.now() - days * DAY_MS).toISOString();
			const rows = [
				order(A, { status: 'UNSHIPPED', updatedAt: at(9) }),
				order(A, { updatedAt: at(5) }),
				order(A, { status: 'PARTIALLY_SHIPPED', updatedAt: at(7) }),
			];
			const { outputs } = await plan(rows);
			expect(
				outputs.map((output) => output.map(({ json, pairedItem }) => [json.reason, pairedItem])),
			).toEqual([
				[[null, { item: 1 }]],
				[],
				[
					['duplicateItem', { item: 0 }],
					['duplicateItem', { item: 2 }],
				],
			]);
			const ledger = (tryAgainLater: boolean) => [
				{ orderId: A, outcome: 'windowClosed', tryAgainLater, at: at(1) },
				{ orderId: A, outcome: 'notYetEligible', tryAgainLater: !tryAgainLater, at: at(3) },
			];
			for (const [isOpen, reason] of [
				[true, null],
				[false, 'settledBefore'],
			] as const) {
				const { items } = await plan([order()], {
					options: { alreadyRequested: ledger(isOpen) as never },
				});
				expect(items).toMatchObject([{ reason }]);
			}
		});
	});

	describe('with campaigns', () => {
		const day = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString();
		const order = (digit: number, changes: IDataObject = {}): IDataObject => ({
			orderId: `111-1111111-111111${digit}`,
			marketplaceId: 'ATVPDKIKX0DER',
			status: 'SHIPPED',
			createdAt: day(-20),
			earliestDelivery: day(-10),
			latestDelivery: day(-10),
			...changes,
		});
		const campaigns = (...campaign: IDataObject[]) => ({ campaign }) as never;

		it('puts each order into the first campaign whose rules it meets', async () => {
			const { items, error } = await plan(
				[order(1, { isBusiness: true }), order(2, { isBusiness: false }), order(3)],
				{
					campaigns: campaigns(
						{
							name: 'Business',
							rules: { business: 'only' },
							settings: { preferredDelay: 15, maxRequestsPerDay: 1 },
						},
						{ name: 'Rest', rules: {}, settings: {} },
					),
				},
			);
			expect(error).toBeUndefined();
			expect(Object.fromEntries(items.map((row) => [row.orderId, row]))).toMatchObject({
				'111-1111111-1111111': {
					campaign: 'Business',
					otherCampaigns: ['Rest'],
					delayDays: 15,
					decision: 'sendLater',
				},
				'111-1111111-1111112': { campaign: 'Rest', delayDays: 0, decision: 'sendNow' },
				'111-1111111-1111113': {
					campaign: 'Rest',
					delayDays: 15,
					decision: 'sendLater',
					whyThisCampaign: expect.stringContaining("It may belong to 'Business'"),
				},
			});
		});

		it('leaves out orders without a campaign if the user says so', async () => {
			const { items } = await plan([order(1, { isBusiness: false })], {
				campaigns: campaigns({ name: 'Business', rules: { business: 'only' } }),
				options: { ordersWithoutCampaign: 'leaveOut' },
			});
			expect(items).toMatchObject([{ decision: 'leftOut', reason: 'noCampaign' }]);
		});

		it.each<[string, IDataObject[], RegExp]>([
			['without a name', [{ name: ' ' }], /Enter a name/],
			['with the same name', [{ name: 'A' }, { name: 'A' }], /different name/],
			['with a wrong day', [{ name: 'A', settings: { lastDay: 'soon' } }], /2026-12-24/],
			[
				'with a rule without a value',
				[{ name: 'A', rules: { minTotal: '={{ $json.nothing }}' } }],
				/returns nothing/,
			],
		])('refuses campaigns %s', async (_, list, description) => {
			const { error, items } = await plan([order(1)], { campaigns: campaigns(...list) });
			expect(items).toEqual([]);
			expect(error?.message).toMatch(/^Could not use '.*': the value is invalid$/);
			expect(error?.description).toMatch(description);
		});

		it('keeps quiet days from rows of another node, and refuses what is not a day', async () => {
			const holidays = [{ from: day(0).slice(0, 10), to: day(2).slice(0, 10), country: 'US' }];
			const { items } = await plan([order(1)], {
				options: { quietDays: [...holidays, { date: day(-1).slice(0, 10) }] as never },
			});
			expect(items).toMatchObject([{ decision: 'sendLater' }]);
			expect(Date.parse(String(items[0]?.sendAt))).toBeGreaterThan(Date.now() + DAY_MS);
			const { error } = await plan([order(1)], { options: { quietDays: 'Christmas' } });
			expect(error?.message).toBe("Could not use 'Quiet Days': the value is invalid");
			expect(error?.description).toMatch(/"?Christmas"?/);
		});

		it('marks the requests of a pulse test, the same in each run', async () => {
			const options = { pulseTest: 'autumn', daysPerBlock: 3, randomDelayUpTo: 4 };
			const run = async () =>
				(
					await plan(
						[1, 2, 3].map((digit) => order(digit)),
						{ options },
					)
				).items.map(({ orderId, pulse, delayDays }) => ({ orderId, pulse, delayDays }));
			const rows = await run();
			expect(rows).toHaveLength(3);
			for (const { pulse } of rows) {
				expect(pulse).toMatchObject({ isPulseDay: true, forced: false });
			}
			expect(await run()).toEqual(rows);
		});

		it('says on the output Forecast what each day holds, and what would save lost orders', async () => {
			const closing = order(1, { earliestDelivery: day(-28.9), latestDelivery: day(-28.9) });
			const { forecast, items } = await plan([closing, order(2)], {
				options: { maxRequestsPerDay: 1, sentToday: 1, weekdays: [1, 2, 3, 4, 5, 6, 7] },
			});
			expect(items).toHaveLength(2);
			const [first] = forecast;
			expect(first).toMatchObject({ planned: 0, capacity: 0, timeZone: 'Europe/Berlin' });
			const total = (field: string) => forecast.reduce((sum, row) => sum + Number(row[field]), 0);
			expect(total('planned') + total('lost')).toBe(2);
			const none = await plan([order(1)], { options: { maxRequestsPerDay: 0 } });
			expect(none.forecast.flatMap(({ lostOrders }) => lostOrders)).toEqual([
				expect.objectContaining({
					orderId: '111-1111111-1111111',
					reason: 'noRoom',
					savedBy: ['maxRequestsPerDay'],
				}),
			]);
		});

		it('reads a seller that is not text as n8n does', async () => {
			const { error } = await plan([order(1, { seller: { name: 'x' } })], {
				seller: { __rl: true, mode: 'name', value: '={{ $json.seller }}' },
			});
			expect(error?.message).toBe("Could not use 'Seller': the value is invalid");
		});
	});

	it('returns all rows to an agent on one output', async () => {
		const result = await plan(orders.slice(0, 100), {}, 'amazonReviewSolicitationTool');
		expect(result.outputs[0]).toHaveLength(100);
		expect(result.forecast).toEqual([]);
	});

	it('fails only the bad item among good ones', async () => {
		const good = (orderId: string) => ({ json: { orderId, createdAt: '2026-11-01T00:00:00Z' } });
		await expectMiddleItemToFailAlone({
			type: 'amazonReviewSolicitation',
			parameters: parametersOf(),
			credentials,
			items: [
				good('111-1234567-7654321'),
				{ json: { orderId: '111-1234567-7654322', createdAt: 'yesterday' } },
				good('111-1234567-7654323'),
			],
			message: /the field 'createdAt' is not valid/,
		});
	});

	it.each([
		[
			'rules',
			{ rules: { minTotal: 'cheap' } },
			/Could not use 'Minimum Order Total': the value is invalid/,
		],
		[
			'times',
			{ options: { fromTime: '9 o’clock' } },
			/Could not use 'Earliest Time of Day': the value is invalid/,
		],
	])('names a parameter it cannot read (%s)', async (_, changes, message) => {
		const { error } = await plan(orders.slice(0, 2), changes);
		expect(error?.message).toMatch(message);
	});
});
