import { solicitationWindow } from '../../sandbox';
import {
	CA,
	US,
	connect,
	eligibleOrder,
	errorOf,
	orderThatIs,
	useSandbox,
	type Reply,
} from './support';

const sandbox = useSandbox();
const ACTION = 'productReviewAndSellerFeedback';

const offers = (reply: Reply) =>
	(reply.json['_links']?.['actions'] as unknown as Array<{ name: string }>).map(({ name }) => name);

describe('solicitations', () => {
	it('are offered, accepted once and recorded', async () => {
		const client = await connect(sandbox());
		const orderId = eligibleOrder(sandbox());
		expect(offers(await client.actions(orderId))).toEqual([ACTION]);
		const accepted = await client.solicit(orderId);
		expect([accepted.status, accepted.text]).toEqual([201, '{}']);
		expect(sandbox().truth.solicitations).toEqual([
			{
				sellerKey: 'demo',
				orderId,
				marketplaceId: US,
				at: '2026-11-20T09:00:00.000Z',
				requestId: accepted.headers.get('x-amzn-requestid'),
			},
		]);

		expect(offers(await client.actions(orderId))).toEqual([]);
		const again = await client.solicit(orderId);
		expect([again.status, errorOf(again).message]).toEqual([
			403,
			'You have already requested a review for this order.',
		]);
		expect(sandbox().truth.solicitations).toHaveLength(1);
		expect(sandbox().truth.solicitability('demo', orderId)).toBe('already');
	});

	it('accepts one of twenty simultaneous requests for one order', async () => {
		const client = await connect(sandbox());
		const orderId = eligibleOrder(sandbox());
		const replies = await Promise.all(
			Array.from({ length: 20 }, async () => await client.solicit(orderId)),
		);
		expect(replies.filter(({ status }) => status === 201)).toHaveLength(1);
		expect(replies.filter(({ status }) => status === 403)).toHaveLength(19);
		expect(sandbox().truth.solicitations).toHaveLength(1);
	});

	it.each(['notYet', 'closed', 'already', 'notShipped', 'cancelled', 'refunded'])(
		'returns an empty list and a refusal for an order that is %s',
		async (state) => {
			const client = await connect(sandbox());
			const orderId = orderThatIs(sandbox(), state);
			const actions = await client.actions(orderId);
			expect(actions.status).toBe(200);
			expect(actions.json).toEqual({
				_links: {
					actions: [],
					self: { href: `/solicitations/v1/orders/${orderId}?marketplaceIds=${US}` },
				},
				_embedded: { actions: [] },
			});
			expect((await client.solicit(orderId)).status).toBe(403);
			expect(sandbox().truth.solicitations).toEqual([]);
		},
	);

	it("uses Amazon's texts for refusals, in all their variants", async () => {
		const client = await connect(sandbox());
		const message = async (orderId: string) => errorOf(await client.solicit(orderId)).message;
		const closed = orderThatIs(sandbox(), 'closed');
		const already = orderThatIs(sandbox(), 'already');
		const outside =
			'You can’t use this feature to request a review outside the 5-30 day range after the order delivery date.';
		expect(await message(closed)).toBe(outside);
		sandbox().settings.set({ mojibakeApostrophe: true, alreadyRequestedText: 'legacy' });
		expect(await message(closed)).toBe(outside.replace('’', 'â€™'));
		expect(await message(already)).toBe(
			'The requested solicitation is not available for this amazonOrderId.',
		);
	});

	it('opens and closes the window to the second', async () => {
		const [order] = sandbox().world.addOrders({ state: 'notYet' });
		if (!order) throw new Error('No order');
		const { opens, closes } = solicitationWindow(order);
		const moments: Array<[number, string[]]> = [
			[opens - 1000, []],
			[opens, [ACTION]],
			[closes, [ACTION]],
			[closes + 1000, []],
		];
		for (const [moment, expected] of moments) {
			sandbox().clock.set(new Date(moment));
			const client = await connect(sandbox());
			expect(offers(await client.actions(order.orderId))).toEqual(expected);
		}
		expect(opens).toBe(order.deliverBy.earliest + 5 * 86_400_000);
		expect(closes).toBe(order.deliverBy.latest + 30 * 86_400_000);
	});

	it('treats refunded orders like any other if the setting says so', async () => {
		const client = await connect(sandbox());
		const orderId = orderThatIs(sandbox(), 'refunded');
		sandbox().settings.set({ refundedOrders: 'asAnyOther' });
		expect(offers(await client.actions(orderId))).toEqual([ACTION]);
	});

	it('refuses wrong parameters', async () => {
		const client = await connect(sandbox());
		const orderId = eligibleOrder(sandbox());
		const missing = await client.send(
			'POST',
			`/solicitations/v1/orders/${orderId}/solicitations/productReviewAndSellerFeedback`,
			{ marketplaceIds: [US] },
		);
		expect([missing.status, errorOf(missing).message]).toEqual([
			400,
			'Missing or invalid request parameters: [marketplaceIds]',
		]);
		expect(missing.headers.get('x-amzn-errortype')).toBe('BadRequestException');
		expect((await client.actions(orderId, `${US},${CA}`)).status).toBe(400);
		expect((await client.actions('not-an-order')).status).toBe(400);
		expect((await client.actions('111-0000000-0000000')).status).toBe(404);
		// The order exists, but in another marketplace and for another seller.
		expect((await client.actions(orderId, CA)).status).toBe(404);
		const other = await connect(sandbox(), 'second');
		expect((await other.actions(orderId, US)).status).toBe(403);
		expect(sandbox().truth.solicitations).toEqual([]);
	});
});
