// cspell:ignore cancelled
import { CA, DE, US, connect, eligibleOrder, errorOf, useSandbox, type Json } from './support';

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
	readonly recipient?: {
		readonly deliveryAddress: { readonly countryCode: string; readonly stateOrRegion?: string };
	};
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

	it('shows data sets only on request, and FBA orders without a delivery window', async () => {
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

	it('limits its paging token to one search, one seller and 24 hours', async () => {
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

	it('refuses an expired paging token by name, a day after its own page', async () => {
		const page = async (token?: string) => {
			const client = await connect(sandbox());
			const query = token === undefined ? '' : `&paginationToken=${token}`;
			const window = `${YEAR}&createdBefore=2026-11-01T00:00:00Z`;
			return await client.get(`${PATH}?${window}&maxResultsPerPage=10${query}`);
		};
		const tokenOf = ({ json }: Awaited<ReturnType<typeof page>>) =>
			String(json['pagination']?.['nextToken']);
		const first = tokenOf(await page());
		sandbox().clock.advance({ hours: 23, minutes: 59, seconds: 59 });
		const second = await page(first);
		expect(second.status).toBe(200);
		sandbox().clock.advance({ seconds: 1 });
		const late = await page(first);
		expect([late.status, errorOf(late).code, errorOf(late).message]).toEqual([
			400,
			'InvalidInput',
			'Invalid paginationToken',
		]);
		// The token of the second page is newer.
		expect((await page(tokenOf(second))).status).toBe(200);
		expect(errorOf(await page('bm9uc2Vuc2U'))).toMatchObject({ code: 'InvalidInput' });
	});

	it('keeps its pages the same while orders are added and changed', async () => {
		const shipped = 'lastUpdatedAfter=2026-10-01T00:00:00Z&fulfillmentStatuses=UNSHIPPED,SHIPPED';
		const { world, clock } = sandbox();
		const waiting = new Set(
			world.addOrders({ state: 'notShipped', count: 30 }).map(({ orderId }) => orderId),
		);
		const idsOf = async (size: number, change?: (page: number) => void) => {
			const client = await connect(sandbox());
			const ids: string[] = [];
			let query = '';
			for (let page = 0; ; page += 1) {
				const path = `${PATH}?${shipped}&maxResultsPerPage=${size}${query}`;
				const { json } = await client.get(path);
				ids.push(...ordersOf(json).map(({ orderId }) => orderId));
				// The same page when read again.
				const again = ordersOf((await client.get(path)).json).map(({ orderId }) => orderId);
				if (page > 0) expect(again).toEqual(ids.slice(-again.length));
				if (!json['pagination']) return ids;
				query = `&paginationToken=${String(json['pagination']['nextToken'])}`;
				change?.(page);
			}
		};
		const before = await idsOf(100);
		const during = await idsOf(20, (page) => {
			if (page < 5) world.addOrders({ count: 7 });
			// Now every waiting order is shipped, and therefore updated.
			if (page === 5) clock.advance({ minutes: 50 });
			if (page === 5) world.addOrders({ state: 'cancelled', count: 7 });
		});
		expect(during).toEqual(before);
		expect(during.filter((orderId) => waiting.has(orderId)).length).toBe(30);
		expect(new Set(during).size).toBe(during.length);
		expect((await idsOf(100)).length).toBeGreaterThanOrEqual(before.length + 35);
	});

	it.each([
		['neither time', ''],
		['both times', `${YEAR}&lastUpdatedAfter=2026-01-01T00:00:00Z`],
		['mixed bounds', `${YEAR}&lastUpdatedBefore=2026-01-01T00:00:00Z`],
		['an invalid time', 'createdAfter=soon'],
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
	it("finds only the seller's own orders", async () => {
		const orderId = eligibleOrder(sandbox());
		const client = await connect(sandbox());
		const { json } = await client.get(`${PATH}/${orderId}?includedData=FULFILLMENT`);
		expect(json['order']?.['orderId']).toBe(orderId);
		expect(json['order']?.['fulfillment']?.['fulfillmentStatus']).toBe('SHIPPED');
		const other = await connect(sandbox(), 'second');
		expect((await other.get(`${PATH}/${orderId}`)).status).toBe(404);
		expect((await client.get(`${PATH}/abc`)).status).toBe(400);
	});

	it('shows a cancellation request from the moment the buyer makes it, and only if the call includes it', async () => {
		const [order] = sandbox().world.addOrders({
			state: 'notShipped',
			cancellationRequested: true,
		});
		const cancellationsAt = async (millis: number, query = '?includedData=CANCELLATION') => {
			sandbox().clock.set(new Date(millis).toISOString());
			const client = await connect(sandbox());
			const { json } = await client.get(`${PATH}/${order?.orderId}${query}`);
			const items = json['order']?.['orderItems'] as unknown as Array<Record<string, unknown>>;
			return items.map(({ cancellation }) => cancellation);
		};
		const asked = order?.cancellationRequestedAt ?? 0;
		const updated = async () => {
			const { json } = await (await connect(sandbox())).get(`${PATH}/${order?.orderId}`);
			return Date.parse(String(json['order']?.['lastUpdatedTime']));
		};
		const request = { requester: 'BUYER', cancelReason: expect.any(String) };
		expect(await cancellationsAt(asked - 1000)).toEqual([undefined]);
		expect(await updated()).toBeLessThan(asked);
		expect(await cancellationsAt(asked)).toEqual([{ cancellationRequest: request }]);
		expect(await updated()).toBe(asked);
		expect(await cancellationsAt(asked, '')).toEqual([undefined]);
		// Shipped anyway.
		expect(await cancellationsAt((order?.shippedAt ?? 0) + 1000)).toEqual([
			{ cancellationRequest: request },
		]);
		const [cancelled] = sandbox().world.addOrders({ state: 'cancelled' });
		const client = await connect(sandbox());
		const { text } = await client.get(`${PATH}/${cancelled?.orderId}?includedData=CANCELLATION`);
		expect(text).toContain('"cancellationExecution":{"cancelledBy":"BUYER"');
		expect(text).not.toContain('cancellationRequest');
	});

	it('ships orders to many states, always the same for one order', async () => {
		const states = async (sellerKey: string, marketplaceId: string) => {
			const client = await connect(sandbox(), sellerKey);
			const { json } = await client.get(
				`${PATH}?${YEAR}&marketplaceIds=${marketplaceId}&includedData=RECIPIENT`,
			);
			return ordersOf(json).map(({ recipient }) => recipient?.deliveryAddress);
		};
		const us = await states('demo', US);
		expect(us).toEqual(await states('demo', US));
		const counted = new Set(us.map((address) => address?.stateOrRegion));
		expect(counted.size).toBeGreaterThan(5);
		expect([...counted]).toEqual(expect.arrayContaining(['CA', 'TX', 'NY', 'HI', 'PR']));
		expect(new Set(us.map((address) => address?.countryCode))).toEqual(new Set(['US']));
		const ca = new Set((await states('demo', CA)).map((address) => address?.stateOrRegion));
		expect([...ca]).toEqual(expect.arrayContaining(['ON', 'QC', 'BC']));
		const de = await states('second', DE);
		expect(de.every((address) => address?.stateOrRegion === undefined)).toBe(true);
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
