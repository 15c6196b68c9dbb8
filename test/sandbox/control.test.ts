import { NOW, US, connect, eligibleOrder, fetchToken, useSandbox, type Json } from './support';

const sandbox = useSandbox();

async function call(method: string, path: string, body?: unknown) {
	const response = await fetch(`${sandbox().url}/sandbox${path}`, {
		method,
		...(body === undefined
			? {}
			: { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
	});
	return { status: response.status, json: (await response.json()) as Json };
}

describe('the controls over HTTP', () => {
	it('return health, clock and credentials', async () => {
		expect((await call('GET', '/health')).json).toEqual({
			ok: true,
			now: '2026-11-20T09:00:00.000Z',
		});
		expect((await call('POST', '/clock', { advance: { days: 1, hours: 2 } })).json['now']).toBe(
			'2026-11-21T11:00:00.000Z',
		);
		expect(sandbox().clock.now().toISOString()).toBe('2026-11-21T11:00:00.000Z');
		await call('POST', '/clock', { set: NOW });
		expect(sandbox().clock.now().toISOString()).toBe('2026-11-20T09:00:00.000Z');
		expect((await call('GET', '/credentials?sellerKey=second')).json).toEqual(
			sandbox().credentials('second'),
		);
	});

	it('return the truth, as in process', async () => {
		const client = await connect(sandbox());
		await client.solicit(eligibleOrder(sandbox()));
		expect((await call('GET', '/truth/solicitations')).json).toEqual(sandbox().truth.solicitations);
		expect(sandbox().truth.solicitations).toHaveLength(1);
		expect((await call('GET', `/truth/rating?marketplaceId=${US}&asOf=2026-10-01`)).json).toEqual(
			sandbox().truth.rating('demo', US, '2026-10-01'),
		);
		const rows = (await call('GET', `/truth/feedback?from=2026-10-01&to=2026-10-30`)).json;
		expect(rows).toEqual(
			sandbox().truth.feedback('demo', US, { from: '2026-10-01', to: '2026-10-30' }),
		);
		expect(rows).not.toEqual([]);
		const orderId = eligibleOrder(sandbox());
		expect((await call('GET', `/truth/solicitability?orderId=${orderId}`)).json).toEqual({
			orderId,
			solicitability: 'eligible',
		});
		expect((await call('GET', `/truth/window?orderId=${orderId}`)).json).toEqual({
			orderId,
			...sandbox().truth.windowOf('demo', orderId),
		});
		expect((await call('GET', '/truth/orders?sellerKey=second')).json).toEqual(
			sandbox().truth.orders('second'),
		);
		expect((await call('GET', '/requests')).json).toEqual(sandbox().requests);
	});

	it('control faults, tokens, roles and settings', async () => {
		const client = await connect(sandbox());
		const path = '/sellers/v1/account';
		await call('POST', '/faults', { kind: 'error503', operation: 'getAccount', times: 2 });
		expect((await client.get(path)).status).toBe(503);
		expect((await call('GET', '/faults')).json['0']?.['fired']).toBe(1);
		await call('DELETE', '/faults');
		expect((await client.get(path)).status).toBe(200);

		const orderId = eligibleOrder(sandbox());
		await call('POST', '/roles', { remove: 'Buyer Solicitation' });
		await call('POST', '/roles', { remove: 'Product Listing' });
		expect((await client.actions(orderId)).status).toBe(403);
		await call('POST', '/roles', { restore: 'Product Listing' });
		expect((await client.actions(orderId)).status).toBe(200);

		await call('POST', '/settings', { trafficLagDays: 2 });
		expect(sandbox().settings.get().trafficLagDays).toBe(2);

		await call('POST', '/lwa/expire', {});
		expect((await client.get(path)).status).toBe(403);
		await call('POST', '/lwa/revoke', { sellerKey: 'demo' });
		expect((await fetchToken(sandbox())).status).toBe(400);
		await call('POST', '/lwa/restore', { sellerKey: 'demo' });
		const old = sandbox().credentials().clientSecret;
		const { json } = await call('POST', '/lwa/rotate');
		expect(json['clientSecret']).toBe(sandbox().credentials().clientSecret);
		expect(json['clientSecret']).not.toBe(old);
		const secrets = (await call('GET', '/secrets')).json;
		const { clientSecrets } = secrets as { clientSecrets: unknown };
		expect(clientSecrets).toEqual(expect.arrayContaining([old, json['clientSecret']]));
		expect(secrets).toEqual(sandbox().secrets());
		for (const list of Object.values(sandbox().secrets())) expect(Array.isArray(list)).toBe(true);
		expect(sandbox().secrets().accessTokens.length).toBeGreaterThan(0);
	});

	it('change the world', async () => {
		const added = (await call('POST', '/world/feedback', { rating: 2, comment: 'late' })).json;
		const orderId = String(added['orderId']);
		const latest = () => sandbox().truth.feedback('demo', US).at(-1);
		expect(latest()).toMatchObject({ orderId, rating: 2, comment: 'late' });
		await call('POST', '/world/feedback/change', { orderId, rating: 3 });
		expect(latest()).toMatchObject({ orderId, rating: 3, comment: 'late' });
		await call('POST', '/world/feedback/remove', { orderId });
		expect(latest()?.orderId).not.toBe(orderId);
		const history = (await call('GET', `/truth/feedbackHistory?marketplaceId=${US}`)).json;
		expect(history).toMatchObject(['added', 'changed', 'removed'].map((kind) => ({ kind })));
		expect(history).toEqual(sandbox().truth.feedbackHistory('demo', US));
		const others = (await call('GET', '/truth/feedbackHistory?sellerKey=second')).json;
		expect(others).toEqual([]);
		const orders = (await call('POST', '/world/orders', { count: 3 })).json;
		expect(orders).toHaveLength(3);
		const wish = { state: 'refunded', fulfilledBy: 'MERCHANT', programs: [], createdDaysAgo: 20 };
		const refunded = (await call('POST', '/world/orders', wish)).json['0'];
		expect(sandbox().truth.solicitability('demo', String(refunded?.['orderId']))).toBe('refunded');
		await call('POST', '/world/accountStatus', { marketplaceId: US, status: 'DEACTIVATED' });
		const place = sandbox().sellers['demo']?.marketplaces[0];
		expect(place?.accountStatus).toBe('DEACTIVATED');
		const defects = { fulfilledBy: 'MERCHANT', ordersWithDefects: 2, orders: 50 };
		await call('POST', '/world/defects', { marketplaceId: US, defects });
		expect(place?.defects.get('MERCHANT')).toEqual({ ordersWithDefects: 2, orders: 50 });
		const spell = { from: '2026-11-01', to: '2026-11-05', percent: 40 };
		await call('POST', '/world/buyBox', { marketplaceId: US, spell });
		expect(place?.buyBox.at(-1)).toEqual(spell);
		await call('POST', '/world/buyBox', { marketplaceId: US, spell: null });
		expect(place?.buyBox).toEqual([]);
		await call('POST', '/world/defects', { marketplaceId: US, defects: null });
		expect(place?.defects.size).toBe(0);
	});

	it('start over with reset', async () => {
		const client = await connect(sandbox());
		const orderId = eligibleOrder(sandbox());
		await client.solicit(orderId);
		await call('POST', '/world/feedback', { rating: 1 });
		sandbox().clock.advance({ days: 9 });
		const before = JSON.stringify(sandbox().sellers);
		await call('POST', '/reset');
		expect(JSON.stringify(sandbox().sellers)).not.toBe(before);
		expect(sandbox().truth.solicitations).toEqual([]);
		expect(sandbox().truth.solicitability('demo', orderId)).toBe('eligible');
		expect(sandbox().clock.now().toISOString()).toBe('2026-11-20T09:00:00.000Z');
		expect((await client.get('/sellers/v1/account')).status).toBe(403);
	});

	it.each([
		['POST', '/clock', { set: 'tomorrow' }],
		['POST', '/clock', { advance: { fortnights: 1 } }],
		['POST', '/faults', { kind: 'meteor' }],
		['POST', '/roles', { remove: 'Nonsense' }],
		['POST', '/settings', { noSuchSwitch: true }],
		['POST', '/world/feedback', { rating: 6 }],
		['POST', '/world/orders', { state: 'closed', createdDaysAgo: 3 }],
		[
			'POST',
			'/world/defects',
			{ marketplaceId: US, defects: { fulfilledBy: 'AMAZON', ordersWithDefects: 2, orders: 1 } },
		],
		['GET', '/truth/feedbackHistory?marketplaceId=NOWHERE', undefined],
		['GET', '/truth/rating?marketplaceId=NOWHERE', undefined],
		['GET', '/truth/window?orderId=111-0000000-0000000', undefined],
		['GET', '/truth/orders?sellerKey=nobody', undefined],
		['GET', '/credentials?sellerKey=nobody', undefined],
	])('%s %s refuses %j with a reason', async (method, path, body) => {
		const { status, json } = await call(method, path, body);
		expect([status, json]).toEqual([400, { error: expect.any(String) }]);
	});
});
