import {
	CA,
	DE,
	US,
	Client,
	connect,
	errorOf,
	eligibleOrder,
	fetchToken,
	useSandbox,
} from './support';

const sandbox = useSandbox();
const PARTICIPATIONS = '/sellers/v1/marketplaceParticipations';

describe('Login with Amazon', () => {
	it('issues access tokens that last an hour on the sandbox clock', async () => {
		const reply = await fetchToken(sandbox());
		expect(reply.status).toBe(200);
		expect(reply.json).toEqual({
			access_token: expect.stringMatching(/^Atza\|/),
			refresh_token: sandbox().credentials().refreshToken,
			token_type: 'bearer',
			expires_in: 3600,
		});
		const client = new Client(sandbox(), String(reply.json['access_token']));
		sandbox().clock.advance({ seconds: 3599 });
		expect((await client.get(PARTICIPATIONS)).status).toBe(200);
		sandbox().clock.advance({ seconds: 1 });
		const expired = await client.get(PARTICIPATIONS);
		expect([expired.status, errorOf(expired)]).toEqual([
			403,
			{
				code: 'Unauthorized',
				message: 'Access to requested resource is denied.',
				details: 'The access token you provided has expired.',
			},
		]);
		expect(expired.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
		expect(expired.headers.get('x-amzn-ratelimit-limit')).toBeNull();
	});

	it.each([
		['a wrong secret', { client_secret: 'wrong' }, 401, 'invalid_client'],
		['an unknown client', { client_id: 'unknown' }, 401, 'invalid_client'],
		['an unknown refresh token', { refresh_token: 'Atzr|x' }, 400, 'invalid_grant'],
		['another grant type', { grant_type: 'password' }, 400, 'unsupported_grant_type'],
	])('refuses %s', async (_what, fields, status, error) => {
		const reply = await fetchToken(sandbox(), fields);
		expect([reply.status, reply.json['error']]).toEqual([status, error]);
		expect(typeof reply.json['error_description']).toBe('string');
	});

	it('refuses a revoked seller, but not the others', async () => {
		const client = await connect(sandbox());
		sandbox().lwa.revoke('demo');
		const refused = await fetchToken(sandbox());
		expect([refused.status, refused.json]).toEqual([
			400,
			{
				error_description:
					"The request has an invalid grant parameter : refresh_token. User may have revoked or didn't grant the permission.",
				error: 'invalid_grant',
			},
		]);
		expect(errorOf(await client.get(PARTICIPATIONS)).details).toBe(
			'The access token you provided is revoked, malformed or invalid.',
		);
		const other = await connect(sandbox(), 'second');
		expect((await other.get(PARTICIPATIONS)).status).toBe(200);
		sandbox().lwa.restore('demo');
		expect((await fetchToken(sandbox())).status).toBe(200);
	});

	it('refuses the old secret after a rotation, and keeps refresh tokens', async () => {
		const { clientSecret } = sandbox().credentials();
		const rotated = sandbox().lwa.rotateSecret();
		expect(rotated).not.toBe(clientSecret);
		expect((await fetchToken(sandbox(), { client_secret: clientSecret })).status).toBe(401);
		expect((await fetchToken(sandbox())).status).toBe(200);
		expect(sandbox().credentials().clientSecret).toBe(rotated);
	});

	it('expires the tokens issued so far, of one seller or of all', async () => {
		const demo = await connect(sandbox());
		const second = await connect(sandbox(), 'second');
		sandbox().lwa.expireAccessTokens('demo');
		expect((await demo.get(PARTICIPATIONS)).status).toBe(403);
		expect((await second.get(PARTICIPATIONS)).status).toBe(200);
		expect((await (await connect(sandbox())).get(PARTICIPATIONS)).status).toBe(200);
		sandbox().lwa.expireAccessTokens();
		expect((await second.get(PARTICIPATIONS)).status).toBe(403);
	});

	it('accepts JSON as well, and refuses other content', async () => {
		const { clientId, clientSecret, refreshToken } = sandbox().credentials();
		const post = async (body: string) => {
			const response = await fetch(`${sandbox().url}/auth/o2/token`, {
				method: 'POST',
				headers: { 'content-type': 'application/json' },
				body,
			});
			return response.status;
		};
		const fields = {
			grant_type: 'refresh_token',
			client_id: clientId,
			client_secret: clientSecret,
			refresh_token: refreshToken,
		};
		expect(await post(JSON.stringify(fields))).toBe(200);
		expect(sandbox().requests.at(-1)?.sellerKey).toBe('demo');
		expect(await post('{')).toBe(400);
	});

	it('refuses a user agent over 500 characters', async () => {
		const { accessToken } = await connect(sandbox());
		const status = async (length: number) => {
			const response = await fetch(sandbox().url + PARTICIPATIONS, {
				headers: { 'x-amz-access-token': accessToken, 'user-agent': 'x'.repeat(length) },
			});
			return response.status;
		};
		expect([await status(500), await status(501)]).toEqual([200, 400]);
	});

	it('reports a missing token', async () => {
		const bare = new Client(sandbox(), '');
		expect(errorOf(await bare.get(PARTICIPATIONS)).details).toBe(
			'Access token is missing in the request header.',
		);
		const forged = new Client(sandbox(), 'Atza|forged');
		expect(errorOf(await forged.get(PARTICIPATIONS)).details).toMatch(/malformed or invalid/);
	});
});

describe('sellers, regions and roles', () => {
	it('serves several sellers with one application, each with its own marketplaces', async () => {
		expect(sandbox().credentials('second').clientId).toBe(sandbox().credentials('demo').clientId);
		const countries = async (sellerKey: string) => {
			const client = await connect(sandbox(), sellerKey);
			const { json } = await client.get(PARTICIPATIONS);
			return (json['payload'] as unknown as Array<{ marketplace: { countryCode: string } }>).map(
				({ marketplace }) => marketplace.countryCode,
			);
		};
		expect(await countries('demo')).toEqual(['US', 'CA', 'MX']);
		expect(await countries('second')).toEqual(['DE', 'GB', 'FR']);
		expect(await countries('japan')).toEqual(['JP', 'AU']);
	});

	it.each([
		['demo', '/na', 200],
		['demo', '/eu', 403],
		['second', '/eu', 200],
		['second', '/na', 403],
		['japan', '/fe', 200],
		['demo', '', 200],
	])('%s at %s answers %i', async (sellerKey, prefix, status) => {
		const client = await connect(sandbox(), sellerKey, prefix);
		const reply = await client.get(PARTICIPATIONS);
		expect(reply.status).toBe(status);
		if (status === 403) {
			expect(errorOf(reply)).toEqual({
				code: 'Unauthorized',
				message: 'Access to requested resource is denied.',
				details: '',
			});
		}
	});

	it('answers LWA calls under every region prefix', async () => {
		for (const prefix of ['/na', '/eu', '/fe']) {
			expect((await fetchToken(sandbox(), {}, `${prefix}/auth/o2/token`)).status).toBe(200);
		}
	});

	it('refuses only the operations of a missing role', async () => {
		const client = await connect(sandbox());
		const orderId = eligibleOrder(sandbox());
		const { roles } = sandbox();
		roles.remove('demo', 'Buyer Solicitation');
		// One of the two roles is enough.
		expect((await client.actions(orderId)).status).toBe(200);
		roles.remove('demo', 'Product Listing');
		const refused = await client.solicit(orderId);
		expect([refused.status, errorOf(refused).message, errorOf(refused).details]).toEqual([
			403,
			'Access to requested resource is denied.',
			'',
		]);
		expect(sandbox().truth.solicitations).toEqual([]);
		expect((await client.get(PARTICIPATIONS)).status).toBe(200);
		roles.restore('demo', 'Product Listing');
		expect((await client.actions(orderId)).status).toBe(200);
		expect(() => roles.remove('demo', 'Nonsense')).toThrow(/No role "Nonsense"/);
	});

	it('refuses only the report types of a missing role', async () => {
		const client = await connect(sandbox());
		sandbox().roles.remove('demo', 'Brand Analytics');
		const create = async (reportType: string) =>
			(
				await client.send('POST', '/reports/2021-06-30/reports', {
					reportType,
					marketplaceIds: [US],
					dataStartTime: '2026-01-01T00:00:00Z',
				})
			).status;
		expect(await create('GET_SALES_AND_TRAFFIC_REPORT')).toBe(403);
		expect(await create('GET_SELLER_FEEDBACK_DATA')).toBe(202);
	});

	it('logs the seller and never a token', async () => {
		const client = await connect(sandbox());
		await client.actions(eligibleOrder(sandbox()), CA);
		await (
			await connect(sandbox(), 'second')
		).report({
			reportType: 'GET_SELLER_FEEDBACK_DATA',
			marketplaceIds: [DE],
			dataStartTime: '2026-01-01T00:00:00Z',
		});
		const log = JSON.stringify(sandbox().requests);
		expect(log).not.toMatch(/Atza|Atzr|amzn1\.oa2-cs|Signature/);
		expect(
			sandbox().requests.map(({ operation, sellerKey, status }) => [operation, sellerKey, status]),
		).toEqual(
			expect.arrayContaining([
				['lwaToken', 'demo', 200],
				['getSolicitationActionsForOrder', 'demo', 404],
				['createReport', 'second', 202],
				['downloadDocument', 'second', 200],
			]),
		);
		const [first] = sandbox().requests.filter(({ operation }) => operation === 'createReport');
		expect(first?.userAgent).toBe('SandboxTest/1.0 (Language=TypeScript)');
	});
});
