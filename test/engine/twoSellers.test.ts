import type {
	IDataObject,
	INodeExecutionData,
	INodeParameters,
	IPairedItemData,
} from 'n8n-workflow';

import { runNode, type NodeRun } from './harness';
import { contentOf, home, orders, READINGS, type Reading } from './readings';
import { NO_REPORT_LIMITS } from '../../sandbox';
import { connect, sandboxCredential } from './sandboxCredential';
import { forgetTokens } from './tokens';
import { useSandbox } from './useSandbox';

/**
 * One credential with expressions in its fields can serve many sellers. Everything a node reads for
 * an item must belong to that item's seller.
 */
const inUse = useSandbox({ rateLimits: 100_000 });

const SELLERS = ['demo', 'second'] as const;
type SellerKey = (typeof SELLERS)[number];

/** An item with its seller's data, as from a table of sellers. */
const itemOf = (seller: SellerKey): IDataObject => {
	const { refreshToken, primaryMarketplace } = sandboxCredential(inUse.sandbox, seller);
	return { sellerKey: seller, refreshToken, home: primaryMarketplace };
};

const BY_EXPRESSION = {
	refreshToken: '={{ $json.refreshToken }}',
	primaryMarketplace: '={{ $json.home }}',
};

beforeEach(() => {
	forgetTokens();
	// Waiting for report quotas would pass midnight; reportQuotas.test.ts covers them.
	inUse.sandbox.habits.set({ reportQuotas: false });
	for (const seller of SELLERS) {
		connect(inUse.credentials, inUse.sandbox, seller, NO_REPORT_LIMITS);
	}
	const byExpression = sandboxCredential(inUse.sandbox, 'demo', {
		...NO_REPORT_LIMITS,
		...BY_EXPRESSION,
	});
	inUse.credentials.set('many', byExpression);
});

const ORDERS: Readonly<Record<string, readonly SellerKey[]>> = {
	'one after the other': ['demo', 'demo', 'second', 'second'],
	interleaved: ['second', 'demo', 'second', 'demo'],
};

/** The output, by the input item it belongs to. */
function byItem({ outputs }: NodeRun): Map<number, string[]> {
	const found = new Map<number, string[]>();
	for (const item of outputs.flat()) {
		const { item: index } = item.pairedItem as { item: number };
		found.set(index, [...(found.get(index) ?? []), contentOf(item)]);
	}
	return found;
}

const run = async (
	{ type, parameters }: Reading,
	credentialId: string,
	items: readonly IDataObject[],
): Promise<NodeRun> =>
	await runNode({
		type,
		parameters,
		credentials: inUse.credentials,
		credentialId,
		items: items.map((json) => ({ json })),
		linkExpression: '={{ 1 }}',
	});

describe('two sellers in one execution, by an expression in the credential', () => {
	describe.each(Object.entries(READINGS))('%s', (_, reading) => {
		it.each(Object.entries(ORDERS))(
			"gives each item its own seller's data, %s",
			async (__, sellers) => {
				const alone = new Map<SellerKey, string[] | undefined>();
				for (const seller of SELLERS) {
					const own = await run(reading, seller, [itemOf(seller)]);
					expect(own.error).toBeUndefined();
					alone.set(seller, byItem(own).get(0));
				}
				expect(alone.get('demo')?.length).toBeGreaterThan(0);
				expect(alone.get('second')?.length).toBeGreaterThan(0);
				expect(alone.get('demo')).not.toEqual(alone.get('second'));

				forgetTokens();
				const together = await run(reading, 'many', sellers.map(itemOf));
				expect(together.error).toBeUndefined();
				const found = byItem(together);
				for (const [index, seller] of sellers.entries()) {
					expect(found.get(index)).toEqual(alone.get(seller));
				}
			},
		);
	});

	it("gives each item its own seller's data in parallel executions", async () => {
		const reading = READINGS['Feedback: Get Many'] as Reading;
		const runs = await Promise.all(
			[...Object.values(ORDERS), ...Object.values(ORDERS)].map(async (sellers) => ({
				sellers,
				found: byItem(await run(reading, 'many', sellers.map(itemOf))),
			})),
		);
		const contents = new Map<SellerKey, Set<string>>(SELLERS.map((key) => [key, new Set()]));
		for (const { sellers, found } of runs) {
			for (const [index, seller] of sellers.entries()) {
				contents.get(seller)?.add(JSON.stringify(found.get(index)));
			}
		}
		for (const each of contents.values()) expect(each.size).toBe(1);
		expect(contents.get('demo')).not.toEqual(contents.get('second'));
		const logins = inUse.requests.filter(({ operation }) => operation === 'lwaToken');
		expect(logins).toHaveLength(2);
	});

	it('does not write into the credential', async () => {
		await run(READINGS['Feedback: Get Many'] as Reading, 'many', SELLERS.map(itemOf));
		expect(inUse.credentials.get('many')).toMatchObject({ ...BY_EXPRESSION, accessToken: '' });
	});

	it('requests one report for the items of one seller, and logs each seller in once', async () => {
		await run(READINGS['Feedback: Get Many'] as Reading, 'many', [
			...SELLERS.map(itemOf),
			...SELLERS.map(itemOf),
		]);
		const count = (operation: string) =>
			inUse.requests.filter((request) => request.operation === operation).length;
		expect(count('createReport')).toBe(2);
		expect(count('lwaToken')).toBe(2);
	});

	it('names the item with an empty expression result, and reads the others', async () => {
		const { type, parameters } = READINGS['Marketplace: Get Many'] as Reading;
		const items = [itemOf('demo'), { seller: 'nobody' }, itemOf('second')];
		const { outputs } = await runNode({
			type,
			parameters,
			credentials: inUse.credentials,
			credentialId: 'many',
			items: items.map((json) => ({ json })),
			linkExpression: '={{ 1 }}',
			onError: 'continueRegularOutput',
		});
		const failed = outputs.flat().filter(({ json }) => 'error' in json);
		expect(failed).toHaveLength(1);
		expect(failed[0]?.json.error).toMatch(/Could not use the credential: 'Refresh Token' is empty/);
		expect(failed[0]?.pairedItem).toEqual({ item: 1 });
		expect(new Set(outputs.flat().map(({ pairedItem }) => JSON.stringify(pairedItem))).size).toBe(
			3,
		);
	});
});

describe('requests for reviews of two sellers in one execution', () => {
	const inOperation = (operation: string, parameters: INodeParameters = {}): Reading => ({
		type: 'amazonReviewSolicitation',
		parameters: {
			resource: 'solicitation',
			operation,
			orderId: '={{ $json.orderId }}',
			marketplace: home,
			options: {},
			...parameters,
		},
	});

	/** New orders of both sellers in turn, each with its seller's data. */
	const ordersOfBoth = (count: number): IDataObject[] =>
		Array.from({ length: count }, () => SELLERS)
			.flat()
			.map((seller) => {
				const own = itemOf(seller);
				const marketplaceId = String(own.home);
				const [order] = inUse.sandbox.world.addOrders({
					count: 1,
					sellerKey: seller,
					marketplaceId,
				});
				return { ...own, marketplaceId, orderId: order?.orderId };
			});

	it.each([
		['checkEligibility', {}, 'eligible'],
		['send', { dryRun: true }, 'wouldSend'],
		['send', { dryRun: false }, 'sent'],
	] as const)(
		'%s %j handles each order for its own seller',
		async (operation, parameters, outcome) => {
			const items = ordersOfBoth(6);
			const { items: rows, error } = await run(inOperation(operation, parameters), 'many', items);
			expect(error).toBeUndefined();
			expect(rows.map(({ orderId }) => orderId)).toEqual(items.map(({ orderId }) => orderId));
			expect(rows.map((row) => row.outcome)).toEqual(items.map(() => outcome));
			expect(rows.map(({ marketplaceId }) => marketplaceId)).toEqual(
				items.map((item) => item.home),
			);
		},
	);

	it('does not stop one seller if the login of the other fails', async () => {
		const items = ordersOfBoth(3);
		inUse.sandbox.lwa.revoke('second');
		const { items: rows, error } = await run(inOperation('send', { dryRun: false }), 'many', items);
		expect(error).toBeUndefined();
		expect(rows.map(({ outcome }) => outcome)).toEqual(
			items.map(({ sellerKey }) => (sellerKey === 'demo' ? 'sent' : 'loginFailed')),
		);
	});

	it('counts the daily cap of Plan per seller, even if its items have different primary marketplaces', async () => {
		inUse.credentials.set('homes', {
			...sandboxCredential(inUse.sandbox),
			primaryMarketplace: '={{ $json.home }}',
		});
		const at = new Date(Date.now() - 12 * 86_400_000).toISOString();
		const homes = ['ATVPDKIKX0DER', 'A2EUQ1WTGCTBG2', 'A1AM78C64UM0Y8'];
		const { items } = await runNode({
			type: 'amazonReviewSolicitation',
			parameters: {
				resource: 'solicitation',
				operation: 'plan',
				preferredDelay: 0,
				sendNowWithin: 60,
				rules: {},
				options: { maxRequestsPerDay: 1 },
			},
			items: homes.map((home, index) => ({
				json: {
					home,
					orderId: `111-1111111-111111${index}`,
					status: 'SHIPPED',
					createdAt: at,
					earliestDelivery: at,
					latestDelivery: at,
				},
			})),
			credentials: inUse.credentials,
			credentialId: 'homes',
			linkExpression: '={{ 1 }}',
		});
		expect(items.filter(({ decision }) => decision === 'sendNow')).toHaveLength(1);
		const orders = items.filter(({ decision }) => decision !== undefined);
		expect(new Set(orders.map(({ marketplace }) => marketplace)).size).toBe(3);
	});

	it('plans each order with the returns and the rate of its own seller', async () => {
		const found = await Promise.all(
			SELLERS.map(async (seller) => {
				const { items } = await run(orders({ source: 'ordersApi' }), seller, [itemOf(seller)]);
				return items.map((order): IDataObject => ({ ...itemOf(seller), ...order }));
			}),
		);
		const mixed: IDataObject[] = [];
		for (let index = 0; index < 40; index += 1) {
			for (const own of found) mixed.push(...own.slice(index, index + 1));
		}
		const planned = async (items: readonly IDataObject[], credentialId: string) => {
			const parameters = {
				preferredDelay: 0,
				sendNowWithin: 60,
				rules: { returnsFromReports: true },
			};
			const plan = await run(inOperation('plan', parameters), credentialId, items);
			expect(plan.error).toBeUndefined();
			const orders = plan.items.filter(({ decision }) => decision !== undefined);
			const rows = orders.map(
				({ orderId, decision, reason }) =>
					[String(orderId), JSON.stringify([decision, reason])] as const,
			);
			return new Map(rows);
		};
		const together = await planned(mixed, 'many');
		expect(together.size).toBe(mixed.length);
		for (const seller of SELLERS) {
			const own = mixed.filter((order) => order.sellerKey === seller);
			for (const [orderId, row] of await planned(own, seller)) {
				expect(together.get(orderId)).toBe(row);
			}
		}
	});

	describe('plan, if the returns reports of one seller fail', () => {
		const shippedOrder = (seller: SellerKey, index: number): IDataObject => {
			const at = new Date(Date.now() - 12 * 86_400_000).toISOString();
			const digit = seller === 'demo' ? 1 : 2;
			const orderId = `${digit}11-1111111-111111${index}`;
			const dates = { createdAt: at, earliestDelivery: at, latestDelivery: at };
			return { ...itemOf(seller), orderId, status: 'SHIPPED', ...dates };
		};
		const FAILING = 'second';

		/** The two in the middle belong to the failing seller. */
		const mixed = () => (['demo', FAILING, FAILING, 'demo'] as const).map(shippedOrder);
		const reading = inOperation('plan', {
			preferredDelay: 0,
			sendNowWithin: 60,
			rules: { returnsFromReports: true },
		});
		const planWith = async (
			items: readonly IDataObject[],
			onError: 'continueRegularOutput' | 'stopWorkflow',
		) =>
			await runNode({
				...reading,
				credentials: inUse.credentials,
				credentialId: 'many',
				items: items.map((json) => ({ json })),
				linkExpression: '={{ 1 }}',
				onError,
			});
		const inputOf = ({ pairedItem }: INodeExecutionData) => (pairedItem as IPairedItemData).item;

		it.each<[string, () => void, RegExp]>([
			[
				'because a role is missing',
				() => {
					for (const role of ['Amazon Fulfillment', 'Inventory and Order Tracking']) {
						inUse.sandbox.roles.remove(FAILING, role);
					}
				},
				/: Amazon denied access$/,
			],
			[
				'at Amazon',
				() => {
					const fatal = { kind: 'reportFatal', sellerKey: FAILING, times: 'always' } as const;
					inUse.sandbox.faults.add(fatal);
				},
				/: Amazon failed to make it/,
			],
		])("%s, fails only that seller's orders", async (_, breakReports, message) => {
			breakReports();
			const all = mixed();
			for (const items of [all, all.toReversed(), all.slice(1), all.slice(1, 3)]) {
				const own = items.flatMap(({ sellerKey }, index) => (sellerKey === FAILING ? [index] : []));
				const continued = await planWith(items, 'continueRegularOutput');
				expect(continued.error).toBeUndefined();
				const failed = continued.outputs.flat().filter(({ json }) => 'error' in json);
				expect(failed.map(inputOf).toSorted()).toEqual(own);
				for (const { json } of failed) expect(json.error).toMatch(message);
				// Not among those to send, now or later.
				expect(
					continued.outputs
						.slice(0, 2)
						.flat()
						.map(inputOf)
						.filter((each) => own.includes(each)),
				).toEqual([]);
				const planned = continued.outputs.flat().filter(({ json }) => !('error' in json));
				expect(planned.map(({ json }) => json.decision)).toEqual(
					items.filter(({ sellerKey }) => sellerKey !== FAILING).map(() => 'sendNow'),
				);

				const stopped = await planWith(items, 'stopWorkflow');
				expect(stopped.error?.message).toMatch(message);
				expect(stopped.error?.context.itemIndex).toBe(own[0]);
			}
		});

		it('requests no reports for other sellers if it stops at the failure', async () => {
			inUse.sandbox.roles.remove(FAILING, 'Amazon Fulfillment');
			inUse.sandbox.roles.remove(FAILING, 'Inventory and Order Tracking');
			const { error } = await planWith(mixed().slice(1), 'stopWorkflow');
			expect(error?.message).toMatch(/: Amazon denied access$/);
			expect(inUse.requests.filter(({ sellerKey }) => sellerKey === 'demo')).toEqual([]);
		});
	});
});
