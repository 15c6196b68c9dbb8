import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { fisherTail } from '../../nodes/AmazonSellerRating/analysis/fisher';
import { plusDays, todayIn } from '../../nodes/shared/domain/calendar';
import { ALL_SELLERS } from '../../nodes/shared/spapi/credentials';
import { runNode, type NodeRun, type NodeRunOptions } from './harness';
import { expectToMatchOutputSchema } from './outputSchema';
import { connectSellers, sellersOf } from './sandboxCredential';
import { useSandbox } from './useSandbox';

const US = 'ATVPDKIKX0DER';
const PRODUCT = 2;

const inUse = useSandbox({ causes: [{ product: PRODUCT, times: 60 }] });

const locator = (value: string) => ({ __rl: true, mode: 'id', value });

const daysAgo = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString();

const itemsOf = (run: NodeRun): IDataObject[] => {
	if (run.error !== undefined) throw run.error;
	return run.items;
};

let orders: IDataObject[];
let feedback: IDataObject[];

/** The order of a feedback entry, as 'Feedback: Add Order Details' adds it. */
const withOrder = (entry: IDataObject): IDataObject => {
	const order = orders.find(({ orderId }) => orderId === entry.orderId);
	return { ...entry, order: order ?? null };
};

beforeAll(async () => {
	const { credentials } = inUse;
	orders = itemsOf(
		await runNode({
			type: 'amazonReviewSolicitation',
			parameters: {
				resource: 'order',
				operation: 'getMany',
				source: 'reports',
				marketplaces: [US],
				incremental: false,
				dateType: 'created',
				from: daysAgo(420),
				returnAll: true,
				filters: {},
				options: {},
			},
			credentials,
		}),
	);
	feedback = itemsOf(
		await runNode({
			type: 'amazonSellerFeedback',
			parameters: {
				resource: 'feedback',
				operation: 'getMany',
				marketplace: locator(''),
				returnAll: true,
				simplify: true,
				filters: { since: daysAgo(400).slice(0, 10) },
				options: {},
			},
			credentials,
		}),
	);
});

interface Wanted {
	readonly parameters?: INodeParameters;
	readonly items?: readonly IDataObject[];
	readonly onError?: NodeRunOptions['onError'];
}

const find = async ({ parameters, items = feedback, onError }: Wanted = {}): Promise<NodeRun> =>
	await runNode({
		type: 'amazonSellerRating',
		parameters: {
			operation: 'findCauses',
			dimensions: ['sku', 'fulfilledBy', 'marketplace'],
			ordersFrom: 'list',
			orders: orders as unknown as INodeParameters[],
			format: 'items',
			options: {},
			...parameters,
		},
		items: items.map((json) => ({ json })),
		onError,
		linkExpression: "={{ $('Items').all().length }}",
	});

const findInDataKiosk = async (
	parameters: INodeParameters = {},
	items: readonly IDataObject[] = feedback.map(withOrder),
): Promise<NodeRun> =>
	await runNode({
		type: 'amazonSellerRating',
		parameters: {
			operation: 'findCauses',
			dimensions: ['sku', 'asin'],
			ordersFrom: 'dataKiosk',
			marketplaces: 'primary',
			days: 360,
			format: 'items',
			options: {},
			...parameters,
		},
		items: items.map((json) => ({ json })),
		credentials: inUse.credentials,
		linkExpression: "={{ $('Items').all().length }}",
	});

/** Every product with its orders and bad feedback, straight from the world. */
const truthOf = (from?: string, to?: string) =>
	inUse.sandbox.truth.products('demo', US, { ...(from && { from }), ...(to && { to }) });

const cause = () => truthOf()[PRODUCT]?.sku;

describe('Find Causes, with a list of orders', () => {
	it('finds the planted cause, with its orders, and nothing else', async () => {
		const run = await find();
		expect(run.error).toBeUndefined();
		const standing = run.items.filter(({ verdict }) => verdict === 'standsOut');
		expect(standing.map(({ groupedBy, group }) => [groupedBy, group])).toEqual([['sku', cause()]]);
		const [first] = standing;
		const {
			bad,
			orders: outOf,
			rest,
		} = first as unknown as {
			bad: number;
			orders: number;
			rest: { bad: number; outOf: number };
		};
		expect(first?.orderIds).toHaveLength(bad);
		const counted = feedback.filter(({ orderId }) =>
			(first?.orderIds as string[]).includes(String(orderId)),
		);
		expect(counted).toHaveLength(bad);
		expect(first?.pValue).toBeCloseTo(
			fisherTail(bad, { total: outOf + rest.outOf, group: outOf, bad: bad + rest.bad }),
			12,
		);
		expect(Number(first?.timesTheRest ?? Infinity)).toBeGreaterThan(5);
		expect(first?.summary).toMatch(
			/^SKU .*: bad feedback for \d+ of \d+ orders, .*It stands out\.$/,
		);
		expect(run.outputs[0]?.[0]?.pairedItem).toHaveLength(feedback.length);
	});

	it('never compares the orders of several sellers as those of one', async () => {
		const mixed = orders.map((order, index) => ({ ...order, seller: `Shop ${index % 2}` }));
		const { error } = await find({ parameters: { orders: mixed as unknown as INodeParameters[] } });
		expect(error?.message).toBe("Could not find causes: 'Orders' has orders of several sellers");
	});

	it('says why nothing can be compared', async () => {
		const { items, hints, error } = await find({ parameters: { dimensions: ['marketplace'] } });
		expect(error).toBeUndefined();
		expect(items).toEqual([]);
		expect(hints?.join(' ')).toMatch(/No groups to compare.*everything is in one group/);
	});

	it('says where the numbers come from and what is left out, so that it adds up', async () => {
		const other = { ...feedback[0], orderId: '111-0000000-0000000' };
		const items = [
			...feedback,
			other,
			feedback[1] ?? {},
			{ rating: 5, orderId: '111-0000000-0000001' },
			{ text: 'x' },
		];
		const run = await find({ items });
		const [first] = itemsOf(run);
		const strange = 1 + feedback.filter((entry) => withOrder(entry).order === null).length;
		const used = first?.feedback as Record<string, number>;
		expect(used).toMatchObject({ withoutOrder: strange, repeated: 1, better: 1, unreadable: 1 });
		expect(used.tooYoung).toBeGreaterThan(0);
		expect(Object.values(used).reduce((sum, count) => sum + count, 0)).toBe(items.length);
		const young = orders.filter(({ createdAt }) => String(createdAt) > daysAgo(45));
		const shipped = (each: IDataObject) => !/^(CANCEL|PENDING|UN)/.test(String(each.status));
		expect(first?.comparedWith).toMatchObject({
			source: 'list of orders',
			unit: 'orders',
			counted: orders.filter((each) => shipped(each) && !young.includes(each)).length,
			tooYoung: young.filter(shipped).length,
			notShipped: orders.filter((each) => !shipped(each)).length,
			undated: 0,
		});
		expect(first?.notes).toEqual(
			expect.arrayContaining([
				expect.stringMatching(
					/^Orders of the last 45 days are left out.* \d+ orders and \d+ bad feed/,
				),
				`Bad feedback left out: ${strange} without an order to compare, 1 of an order that already has one`,
				'Marketplace is left out: everything is in one group, so nothing is left to compare it with',
			]),
		);
		expect(run.hints.join()).toMatch(/Include all orders of the period/);
	});

	it('counts young orders if the user wants them, and all groups', async () => {
		const all = itemsOf(
			await find({
				parameters: { options: { minimumAge: 0, includeGood: true }, dimensions: ['sku'] },
			}),
		);
		expect(all).toHaveLength(truthOf().length);
		expect(all[0]?.feedback).toMatchObject({ tooYoung: 0 });
		const bad = itemsOf(await find({ parameters: { dimensions: ['sku'] } }));
		expect(bad.every((item) => Number(item.bad) > 0)).toBe(true);
		expect((bad[0]?.notes as string[]).join()).toMatch(
			/\d+ groups without bad feedback are compared, but not in the output/,
		);
		const some = itemsOf(await find({ parameters: { options: { mostStars: 2 } } }));
		expect((some[0]?.feedback as IDataObject).better).toBe(
			feedback.filter(({ rating }) => rating === 3).length,
		);
	});

	it('reads rows of a table, one per product, in Amazon’s names or a sheet’s', async () => {
		const rows = orders.flatMap(({ items, ...order }) =>
			(items as IDataObject[]).map(({ sku, asin }) => ({
				'amazon-order-id': order.orderId,
				'purchase-date': order.createdAt,
				'order-status': order.status === 'CANCELLED' ? 'Cancelled' : 'Shipped',
				'fulfillment-channel': order.fulfilledBy === 'AMAZON' ? 'Amazon' : 'Merchant',
				'sales-channel': 'Amazon.com',
				sku,
				asin,
			})),
		);
		const parameters = { orders: JSON.stringify(rows), dimensions: ['sku', 'fulfilledBy'] };
		const [first] = itemsOf(await find({ parameters }));
		expect(first).toMatchObject({ group: cause(), verdict: 'standsOut' });
		const wrapped = orders.map((json) => ({ json, pairedItem: 0 })) as unknown as INodeParameters[];
		const [same] = itemsOf(await find({ parameters: { ...parameters, orders: wrapped } }));
		expect(same).toMatchObject({ group: cause(), bad: first?.bad ?? null });
	});

	it('finds the reason that one SKU has', async () => {
		const isOfCause = ({ items }: IDataObject) =>
			(items as IDataObject[]).some(({ sku }) => sku === cause());
		const entryOf = ({ orderId }: IDataObject, reasons: string | string[]) => ({
			orderId,
			rating: 1,
			reasons,
		});
		const old = orders.filter(({ status }) => status === 'SHIPPED').slice(0, 300);
		const items = [
			...old
				.filter(isOfCause)
				.slice(0, 12)
				.map((order) => entryOf(order, ['damaged'])),
			...old
				.filter((order) => !isOfCause(order))
				.slice(0, 20)
				.map((order) => entryOf(order, 'late, service')),
		];
		const [first] = itemsOf(await find({ items, parameters: { dimensions: ['reason'] } }));
		expect(first).toMatchObject({
			groupedBy: 'reason',
			group: 'damaged',
			sku: cause(),
			bad: 12,
			orders: null,
			badFeedback: 12,
			verdict: 'standsOut',
		});
	});

	it('draws the picture and the email', async () => {
		const run = await find({ parameters: { format: 'both', binaryFields: 'chart, digest' } });
		const [first, second] = run.outputs[0] ?? [];
		expect(first?.binary?.chart).toMatchObject({ mimeType: 'image/png' });
		expect(first?.binary?.digestPicture).toMatchObject({ mimeType: 'image/png' });
		expect(first?.json).toMatchObject({
			html: expect.stringContaining('src="cid:digestPicture"'),
			attachments: 'digestPicture',
		});
		expect(first?.binary?.digest).toMatchObject({ mimeType: 'text/html' });
		expect(second?.binary).toBeUndefined();
		const html = Buffer.from(first?.binary?.digest?.data ?? '', 'base64').toString();
		expect(html).toContain(String((first?.json.orderIds as string[])[0]));
	});
});

describe('Find Causes, with Data Kiosk', () => {
	it('finds the planted cause against the orders that Amazon shipped by SKU', async () => {
		const run = await findInDataKiosk();
		expect(run.error).toBeUndefined();
		const drawn = await find({ parameters: { format: 'both', binaryFields: 'chart, digest' } });
		const both = [...run.items, ...itemsOf(await find()), ...itemsOf(drawn)];
		expectToMatchOutputSchema('AmazonSellerRating', 'findCauses', both);
		const standing = run.items.filter(({ verdict }) => verdict === 'standsOut');
		expect(standing.map(({ groupedBy }) => groupedBy).toSorted()).toEqual(['asin', 'sku']);
		const { from, through, source } = run.items[0]?.comparedWith as Record<string, string>;
		expect(plusDays(from ?? '', 359)).toBe(through);
		expect(through).toBe(plusDays(todayIn({ timeZone: 'America/Los_Angeles' }), -46));
		expect(source).toMatch(/^Data Kiosk query \d+$/);
		const truth = new Map(truthOf(from, through).map((each) => [each.sku, each.ordersShipped]));
		const skus = run.items.filter(({ groupedBy }) => groupedBy === 'sku');
		expect(skus.length).toBeGreaterThan(2);
		for (const { sku, orders: outOf } of skus) expect(outOf).toBe(truth.get(String(sku)));
		expect(standing.find(({ groupedBy }) => groupedBy === 'sku')?.sku).toBe(cause());
		expect(run.items[0]?.seller).toBe('Harbor & Pine Home');
	});

	it('shares one query, and reads it again later on', async () => {
		await Promise.all([findInDataKiosk(), findInDataKiosk()]);
		await findInDataKiosk();
		expect(inUse.sandbox.truth.queryRequests).toHaveLength(1);
	});

	it('reads a result of several pages', async () => {
		inUse.sandbox.settings.set({ kioskPageLines: 4 });
		const run = await findInDataKiosk({ options: { includeGood: true }, dimensions: ['sku'] });
		expect(itemsOf(run)).toHaveLength(truthOf().length);
	});

	it('says what cannot be compared: fulfillment, and feedback without its order', async () => {
		const run = await findInDataKiosk({ dimensions: ['sku', 'fulfilledBy'] }, [
			...feedback.map(withOrder),
			{ ...feedback[0], orderId: '111-0000000-0000000', order: null },
		]);
		const [first] = itemsOf(run);
		expect((first?.notes as string[]).join('; ')).toMatch(/Fulfillment is left out: Data Kiosk/);
		expect(new Set(run.items.map(({ groupedBy }) => groupedBy))).toEqual(new Set(['sku']));
		const strange = feedback.filter((entry) => withOrder(entry).order === null).length;
		expect(first?.feedback).toMatchObject({ withoutOrder: 1 + strange });
		expect(run.hints.join()).toMatch(/Add the order with 'Feedback: Add Order Details'/);
	});

	it('uses only the feedback of its seller', async () => {
		const items = feedback.map((entry) => ({ ...withOrder(entry), seller: 'Another Shop' }));
		const run = await findInDataKiosk({}, items);
		expect(run.items).toEqual([]);
		expect(run.hints.join()).toMatch(
			/No bad feedback to compare.* \d+ of other days, marketplaces or sel/,
		);
	});

	it('has the causes of each seller of a credential, each with its own feedback', async () => {
		connectSellers(
			inUse.credentials,
			inUse.sandbox,
			sellersOf(inUse.sandbox, { 'Shop A': 'demo', 'Shop B': 'second' }),
		);
		const items = feedback.map((entry) => ({ ...withOrder(entry), seller: 'Shop A' }));
		const run = await runNode({
			type: 'amazonSellerRating',
			parameters: {
				operation: 'findCauses',
				dimensions: ['sku'],
				ordersFrom: 'dataKiosk',
				seller: { __rl: true, mode: 'name', value: ALL_SELLERS },
				marketplaces: 'primary',
				days: 360,
				format: 'items',
				options: {},
			},
			items: items.map((json) => ({ json })),
			credentials: inUse.credentials,
			credentialId: 'several',
			linkExpression: "={{ $('Items').all().length }}",
		});
		expect(new Set(itemsOf(run).map(({ seller }) => seller))).toEqual(new Set(['Shop A']));
		expect(run.items[0]).toMatchObject({ sku: cause(), verdict: 'standsOut' });
		const [first] = run.items;
		const used = Object.values(first?.feedback as Record<string, number>);
		expect(used.reduce((sum, count) => sum + count, 0)).toBe(items.length);
	});

	it.each([
		['queryFatal', /Could not read the Data Kiosk query \d+: Amazon failed to answer it \(FATAL\)/],
		['queryNoData', /Could not find causes: Data Kiosk has no orders by SKU/],
	] as const)('stops and says why: %s', async (kind, message) => {
		inUse.sandbox.faults.add({ kind, times: 'always' });
		const { error } = await findInDataKiosk();
		expect(error?.message).toMatch(message);
	});

	it('needs the role, and says which', async () => {
		inUse.sandbox.roles.remove('demo', 'Brand Analytics');
		const { error } = await findInDataKiosk();
		expect(error?.message).toMatch(/denied access/);
		expect(error?.description).toMatch(/Brand Analytics/);
	});
});

describe('Find Causes fails', () => {
	it.each([
		[{ orders: '={{ [] }}' }, /^Could not use 'Orders': it contains no orders$/],
		[{ orders: '[{"text": 1}]' }, /^Could not use 'Orders': it contains no orders$/],
		[{ dimensions: '={{ [] }}' }, /^Could not use 'Group By': the value is invalid$/],
		[{ format: 'both', binaryFields: 'one' }, /^Could not use 'Put Output Files in Fields'/],
	] as ReadonlyArray<[INodeParameters, RegExp]>)('with %j', async (parameters, message) => {
		expect((await find({ parameters })).error?.message).toMatch(message);
	});

	it('if no item is feedback, or none has an order in the list', async () => {
		const none = await find({ items: [{ text: 'x' }] });
		expect(none.error?.message).toBe('Could not find causes: no input item is a feedback entry');
		const strange = [{ ...feedback[0], orderId: '111-0000000-0000000' }];
		const unknown = await find({ items: strange });
		expect(unknown.error?.message).toBe(
			'Could not find causes: no bad feedback entry has an order to compare',
		);
		const continued = await find({ items: strange, onError: 'continueRegularOutput' });
		expect(continued.items).toEqual([{ error: unknown.error?.message }]);
	});

	it('not if there is only good or young feedback: the output is empty, with a hint', async () => {
		const good = await find({ items: [{ ...feedback[0], rating: 5 }] });
		expect([good.error, good.items]).toEqual([undefined, []]);
		expect(good.hints.join()).toMatch(/No bad feedback to compare/);
	});
});
