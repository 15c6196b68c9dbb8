import { US, connect, eligibleOrder, errorOf, useSandbox, type Json } from './support';

const sandbox = useSandbox();
const PATH = '/orders/2026-01-01/orders';
const YEAR = 'createdAfter=2025-11-20T00:00:00Z';

interface OrderBody {
	readonly orderId: string;
	readonly createdTime: string;
	readonly lastUpdatedTime: string;
	readonly salesChannel: { readonly marketplaceId: string };
	readonly fulfillment?: {
		readonly fulfillmentStatus: string;
		readonly fulfilledBy: string;
		readonly deliverByWindow?: { readonly earliestDateTime: string };
	};
	readonly buyer?: { readonly buyerEmail?: string };
	readonly packages?: ReadonlyArray<{ readonly packageStatus: { readonly status: string } }>;
}

const ordersOf = (body: Json) => body['orders'] as unknown as OrderBody[];

describe('searchOrders', () => {
	it('pages through everything exactly once', async () => {
		const client = await connect(sandbox());
		const seen: string[] = [];
		let token: string | undefined;
		do {
			const query: string = token === undefined ? '' : `&paginationToken=${token}`;
			const { json } = await client.get(`${PATH}?${YEAR}&marketplaceIds=${US}${query}`);
			seen.push(...ordersOf(json).map(({ orderId }) => orderId));
			token = json['pagination']?.['nextToken'] as unknown as string | undefined;
		} while (token !== undefined);
		const world = sandbox().sellers['demo']?.marketplaces[0]?.orders ?? [];
		const expected = world.filter(
			({ createdAt }) =>
				createdAt >= Date.parse('2025-11-20T00:00:00Z') &&
				createdAt <= Date.parse('2026-11-20T08:58:00Z'),
		);
		expect(seen).toHaveLength(expected.length);
		expect(new Set(seen)).toEqual(new Set(expected.map(({ orderId }) => orderId)));
	});

	it('filters by status, channel, time and marketplace', async () => {
		const client = await connect(sandbox());
		const filtered = await client.get(
			`${PATH}?${YEAR}&fulfillmentStatuses=CANCELLED,UNSHIPPED&fulfilledBy=MERCHANT&marketplaceIds=${US}&includedData=FULFILLMENT`,
		);
		const orders = ordersOf(filtered.json);
		expect(orders.length).toBeGreaterThan(5);
		for (const { fulfillment, salesChannel } of orders) {
			expect(['CANCELLED', 'UNSHIPPED']).toContain(fulfillment?.fulfillmentStatus);
			expect(fulfillment?.fulfilledBy).toBe('MERCHANT');
			expect(salesChannel.marketplaceId).toBe(US);
		}
		const updated = await client.get(
			`${PATH}?lastUpdatedAfter=2026-11-18T00:00:00Z&lastUpdatedBefore=2026-11-19T00:00:00Z`,
		);
		const times = ordersOf(updated.json);
		expect(times.length).toBeGreaterThan(0);
		for (const { lastUpdatedTime } of times) {
			expect(lastUpdatedTime >= '2026-11-18T00:00:00Z').toBe(true);
			expect(lastUpdatedTime <= '2026-11-19T00:00:00Z').toBe(true);
		}
		expect(times.some(({ createdTime }) => createdTime < '2026-11-18')).toBe(true);
	});

	it('shows data sets only when asked for, and FBA without a delivery window', async () => {
		const client = await connect(sandbox());
		const bare = ordersOf((await client.get(`${PATH}?${YEAR}`)).json);
		expect(bare.every((order) => !order.fulfillment && !order.buyer && !order.packages)).toBe(true);

		const query = `${PATH}?${YEAR}&fulfillmentStatuses=SHIPPED&includedData=FULFILLMENT,BUYER,PACKAGES`;
		const full = ordersOf((await client.get(query)).json);
		for (const { fulfillment, buyer, packages } of full) {
			const merchant = fulfillment?.fulfilledBy === 'MERCHANT';
			expect(fulfillment?.deliverByWindow !== undefined).toBe(merchant);
			expect(packages !== undefined).toBe(merchant);
			expect(/@marketplace\.amazon\./.test(buyer?.buyerEmail ?? '')).toBe(merchant);
		}
		sandbox().settings.set({ fbaDeliverByWindow: true });
		const promised = ordersOf((await client.get(query)).json);
		expect(promised.every(({ fulfillment }) => fulfillment?.deliverByWindow)).toBe(true);
	});

	it('binds its paging token to one search, one seller and 24 hours', async () => {
		const client = await connect(sandbox());
		const { json } = await client.get(`${PATH}?${YEAR}&maxResultsPerPage=1`);
		const token = String(json['pagination']?.['nextToken']);
		const next = `${PATH}?${YEAR}&paginationToken=${token}`;
		expect((await client.get(`${next}&maxResultsPerPage=5`)).status).toBe(200);
		expect((await client.get(`${next}&fulfilledBy=AMAZON`)).status).toBe(400);
		const other = await connect(sandbox(), 'second');
		expect((await other.get(next)).status).toBe(400);
		sandbox().clock.advance({ hours: 24 });
		expect((await (await connect(sandbox())).get(next)).status).toBe(400);
	});

	it.each([
		['neither time', ''],
		['both times', `${YEAR}&lastUpdatedAfter=2026-01-01T00:00:00Z`],
		['mixed bounds', `${YEAR}&lastUpdatedBefore=2026-01-01T00:00:00Z`],
		['a time that is none', 'createdAfter=soon'],
		['an end in the last two minutes', `${YEAR}&createdBefore=2026-11-20T08:59:00Z`],
		['an unknown status', `${YEAR}&fulfillmentStatuses=DELIVERED`],
		['an unknown data set', `${YEAR}&includedData=EVERYTHING`],
		['too large a page', `${YEAR}&maxResultsPerPage=101`],
	])('refuses %s', async (_what, query) => {
		const client = await connect(sandbox());
		const reply = await client.get(`${PATH}?${query}`);
		expect([reply.status, errorOf(reply).code]).toEqual([400, 'InvalidInput']);
	});
});

describe('getOrder', () => {
	it('finds the own orders and nobody else’s', async () => {
		const orderId = eligibleOrder(sandbox());
		const client = await connect(sandbox());
		const { json } = await client.get(`${PATH}/${orderId}?includedData=FULFILLMENT`);
		expect(json['order']?.['orderId']).toBe(orderId);
		expect(json['order']?.['fulfillment']?.['fulfillmentStatus']).toBe('SHIPPED');
		const other = await connect(sandbox(), 'second');
		expect((await other.get(`${PATH}/${orderId}`)).status).toBe(404);
		expect((await client.get(`${PATH}/abc`)).status).toBe(400);
	});

	it('shows the order as of the clock', async () => {
		const [order] = sandbox().world.addOrders({ state: 'notShipped' });
		const statusNow = async () => {
			const client = await connect(sandbox());
			const { json } = await client.get(`${PATH}/${order?.orderId}?includedData=FULFILLMENT`);
			return json['order']?.['fulfillment']?.['fulfillmentStatus'];
		};
		expect(await statusNow()).toBe('UNSHIPPED');
		sandbox().clock.advance({ days: 3 });
		expect(await statusNow()).toBe('SHIPPED');
	});
});
