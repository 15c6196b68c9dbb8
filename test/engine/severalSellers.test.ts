import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { AmazonSellingPartnerApi } from '../../credentials/AmazonSellingPartnerApi.credentials';
import { NO_REPORT_LIMITS } from '../../sandbox';
import { contextOf } from '../spapi/context';
import { runNode, type NodeRun } from './harness';
import { contentOf, READINGS, type Reading } from './readings';
import { connect, connectSellers, sandboxCredential, sellersOf } from './sandboxCredential';
import { forgetTokens } from './tokens';
import { useSandbox } from './useSandbox';

/** One credential with the application and several sellers, each with a name. */
const inUse = useSandbox({ rateLimits: 100_000 });

/** The sandbox's sellers under the names that the user gave. */
const NAMES = { demo: 'Harbor US', second: 'Nordlicht', europe: 'Lindgren' } as const;
type SellerKey = keyof typeof NAMES;
const SELLERS = Object.keys(NAMES) as SellerKey[];

const ALL = { __rl: true, mode: 'list', value: '*' } as const;
const byName = (value: string) => ({ __rl: true, mode: 'name', value }) as const;

const sellersJson = (sellers: readonly SellerKey[] = SELLERS): string =>
	sellersOf(inUse.sandbox, Object.fromEntries(sellers.map((key) => [NAMES[key], key])));

/** Puts a credential with these sellers into the store. */
const connectSeveral = (sellers: string | IDataObject = sellersJson()): void =>
	connectSellers(inUse.credentials, inUse.sandbox, sellers, NO_REPORT_LIMITS);

beforeEach(() => {
	forgetTokens();
	// Waiting for report quotas would pass midnight; reportQuotas.test.ts covers them.
	inUse.sandbox.habits.set({ reportQuotas: false });
	for (const seller of SELLERS) {
		connect(inUse.credentials, inUse.sandbox, seller, NO_REPORT_LIMITS);
	}
	connectSeveral();
});

const run = async (
	{ type, parameters }: Reading,
	credentialId: string,
	seller: INodeParameters | string = '',
	items: readonly IDataObject[] = [{}],
): Promise<NodeRun> =>
	await runNode({
		type,
		parameters: { ...parameters, ...(seller !== '' && { seller }) },
		credentials: inUse.credentials,
		credentialId,
		items: items.map((json) => ({ json })),
		linkExpression: '={{ 1 }}',
	});

/** Each seller's items as one string each, without the seller's name, also in summaries and pictures. */
function bySeller({ outputs }: NodeRun): Map<unknown, string[]> {
	const found = new Map<unknown, string[]>();
	for (const item of outputs.flat()) {
		const { seller, ...json } = item.json;
		const name = String(seller);
		const names = [name, name.replaceAll('&', '&amp;')].map((each) => `${each}, `);
		const content = names.reduce((text, each) => text.replaceAll(each, ''), contentOf({ json }));
		found.set(seller, [...(found.get(seller) ?? []), content]);
	}
	return found;
}

const feedback = READINGS['Feedback: Get Many'] as Reading;
const marketplaces = READINGS['Marketplace: Get Many'] as Reading;

describe('several sellers in one credential', () => {
	it.each(Object.entries(READINGS))(
		'%s returns for All Sellers what it returns for each alone, with their names',
		async (_, reading) => {
			const alone = new Map<string, string[]>();
			for (const seller of SELLERS) {
				const own = await run(reading, seller);
				expect(own.error).toBeUndefined();
				const storeName = inUse.sandbox.sellers[seller]?.name;
				alone.set(NAMES[seller], bySeller(own).get(storeName) ?? []);
			}
			forgetTokens();
			const all = await run(reading, 'several', ALL);
			expect(all.error).toBeUndefined();
			expect([...bySeller(all)]).toEqual([...alone]);
			expect(new Set([...alone.values()].map(String)).size).toBeGreaterThan(1);
			expect(all.outputs.flat().map(({ pairedItem }) => pairedItem)).toEqual(
				all.outputs.flat().map(() => ({ item: 0 })),
			);
		},
	);

	it('names the seller in the picture and the digest', async () => {
		const chart = READINGS['Rating: Chart'] as Reading;
		const options = { ...(chart.parameters.options as object), pictureFormat: 'both' };
		const both = { ...chart, parameters: { ...chart.parameters, options } };
		const { outputs } = await run(both, 'several', ALL);
		for (const { json, binary } of outputs.flat()) {
			const read = (field: string) =>
				Buffer.from(binary?.[field]?.data ?? '', 'base64').toString('utf8');
			expect(read('chartSvg')).toContain(`${String(json.seller)}, amazon.`);
			expect(read('digest')).toContain(`${String(json.seller)}, amazon.`);
		}
		expect(outputs.flat()).toHaveLength(3);
	});

	it('uses the seller that an item names', async () => {
		const items = [{ seller: 'Nordlicht' }, { seller: 'Harbor US' }, { seller: 'nordlicht' }];
		const seller = byName('={{ $json.seller }}');
		const { outputs } = await run(marketplaces, 'several', seller, items);
		const found = outputs.flat().map(({ json, pairedItem }) => [json.storeName, pairedItem]);
		expect(found).toContainEqual(['Nordlicht Handel', { item: 0 }]);
		expect(found).toContainEqual(['Harbor & Pine Home', { item: 1 }]);
		expect(found).toContainEqual(['Nordlicht Handel', { item: 2 }]);
	});

	it.each([
		['', "the credential holds 3 and 'Seller' is empty"],
		['Nordic', "the credential does not hold 'Nordic'"],
	])('never guesses a seller: %p', async (name, message) => {
		const { error } = await run(marketplaces, 'several', byName(name));
		expect(error?.message).toBe(`Could not choose a seller: ${message}`);
		expect(error?.description).toContain('Harbor US, Nordlicht, Lindgren');
		expect(inUse.requests).toEqual([]);
	});

	it('needs no choice if there is one', async () => {
		connectSeveral(sellersJson(['second']));
		const { items, error } = await run(marketplaces, 'several');
		expect(error).toBeUndefined();
		expect(items[0]).toMatchObject({ seller: 'Nordlicht', storeName: 'Nordlicht Handel' });
	});

	it('accepts an object, as an expression returns it', async () => {
		connectSeveral(JSON.parse(sellersJson()) as IDataObject);
		const { items } = await run(marketplaces, 'several', byName('Lindgren'));
		expect(items[0]).toMatchObject({ seller: 'Lindgren' });
	});

	it('names a seller that fails, and returns the others', async () => {
		inUse.sandbox.lwa.revoke('second');
		const { outputs, error, hints } = await run(feedback, 'several', ALL);
		expect(error).toBeUndefined();
		const items = outputs.flat().map(({ json }) => json);
		const failed = items.filter((item) => 'error' in item);
		expect(failed).toEqual([
			{ seller: 'Nordlicht', error: expect.stringMatching(/^Could not .*refresh token/) as string },
		]);
		const others = new Set(items.map(({ seller }) => seller));
		expect(others).toEqual(new Set(['Harbor US', 'Nordlicht', 'Lindgren']));
		expect(hints.join()).toContain('Nordlicht: ');
	});

	it('fails if every seller fails', async () => {
		for (const seller of SELLERS) inUse.sandbox.lwa.revoke(seller);
		const { error } = await run(feedback, 'several', ALL);
		expect(error?.message).toContain('refresh token');
	});

	it.each<[string, string, RegExp]>([
		['text', 'nonsense', /'Refresh Tokens by Seller' is invalid: it is not a JSON object/],
		['a list', '[]', /is invalid: it is not a JSON object/],
		['nobody', '{}', /is invalid: it holds no seller/],
		['a token alone', '{ "A": "Atzr|1" }', /seller 'A' .* does not have one marketplace/],
		['two regions', '{ "A": { "DE": "x", "US": "y" } }', /seller 'A' .* one marketplace/],
		['no country', '{ "A": { "Mars": "x" } }', /seller 'A' .*: "Mars" is not a marketplace/],
		['an empty token', '{ "A": { "DE": " " } }', /seller 'A' .*: its refresh token is empty/],
		['what n8n shows', '{ "A": { "DE": "***" } }', /seller 'A' .*: its refresh token is \*\*\*/],
		[
			'one token twice',
			'{ "A": { "DE": "x" }, "B": { "FR": "x" } }',
			/seller 'B' .*: it has the same refresh token as 'A'/,
		],
		['one name twice', '{ "A": { "DE": "x" }, "a ": { "FR": "y" } }', /name 'a' is there twice/],
		['the sign for all', '{ "*": { "DE": "x" } }', /"\*" is not a name/],
	])('refuses %s', async (_, sellers, message) => {
		connectSeveral(sellers);
		const { error } = await run(marketplaces, 'several', ALL);
		expect(error?.message).toMatch(message);
		expect(error?.description?.length).toBeGreaterThan(10);
		expect(inUse.requests).toEqual([]);
	});

	it('never repeats a token in an error', async () => {
		connectSeveral('{ "A": { "Mars": "Atzr|secret" } }');
		const { error } = await run(marketplaces, 'several', ALL);
		expect(JSON.stringify([error?.message, error?.description])).not.toContain('secret');
	});
});

describe('requests for reviews of several sellers', () => {
	const send = (parameters: INodeParameters = {}): Reading => ({
		type: 'amazonReviewSolicitation',
		parameters: { resource: 'solicitation', operation: 'send', dryRun: false, ...parameters },
	});

	/** A new order of each seller, as Order: Get Many names its seller. */
	const newOrders = (sellers: readonly SellerKey[]): IDataObject[] =>
		sellers.map((sellerKey) => {
			const marketplaceId = String(sandboxCredential(inUse.sandbox, sellerKey).primaryMarketplace);
			const [order] = inUse.sandbox.world.addOrders({ count: 1, sellerKey, marketplaceId });
			return { seller: NAMES[sellerKey], marketplaceId, orderId: order?.orderId };
		});

	it('go out for the seller that the order names', async () => {
		const orders = newOrders(SELLERS);
		const { items, error } = await run(send(), 'several', '', orders);
		expect(error).toBeUndefined();
		expect(items.map(({ seller, outcome }) => [seller, outcome])).toEqual(
			SELLERS.map((key) => [NAMES[key], 'sent']),
		);
	});

	it.each([
		['no seller', undefined],
		['an unknown seller', 'Somebody'],
		['a seller that is not text', { name: 'Nordlicht' }],
		['all sellers', '*'],
	])('do not go out for %s', async (_, seller) => {
		const [order] = newOrders(['second']);
		const { error } = await run(send(), 'several', '', [{ ...order, seller } as IDataObject]);
		expect(error?.message).toMatch(/Could not (choose a seller|use 'Seller')/);
		expect(inUse.requests).toEqual([]);
	});

	it('do not go out if the credential is of another seller than the order', async () => {
		const [order] = newOrders(['second']);
		const named = { ...order, seller: 'Harbor & Pine Home' };
		const { items, error } = await run(send(), 'second', '', [named]);
		expect(items).toEqual([]);
		expect(error?.message).toContain("this seller is 'Nordlicht Handel', not 'Harbor & Pine Home'");
		expect(inUse.requests.some(({ path }) => path.includes('solicitations'))).toBe(false);
	});

	it('go out if the store name is right', async () => {
		const [order] = newOrders(['second']);
		const { items } = await run(send(), 'second', '', [{ ...order, seller: 'Nordlicht Handel' }]);
		expect(items[0]).toMatchObject({ seller: 'Nordlicht Handel', outcome: 'sent' });
	});
});

describe("n8n's test of a credential with several sellers", () => {
	const test = async () => {
		const data = { ...inUse.credentials.get('several') };
		await new AmazonSellingPartnerApi().preAuthentication.call(contextOf(inUse.sandbox), data);
		return data;
	};

	it('logs each seller in', async () => {
		const { accessToken } = await test();
		expect(accessToken).toMatch(/^Atza\|/);
		const logins = inUse.requests.filter(({ operation }) => operation === 'lwaToken');
		expect(logins).toHaveLength(3);
	});

	it('names each seller that does not work, and why', async () => {
		inUse.sandbox.lwa.revoke('second');
		inUse.sandbox.lwa.revoke('europe');
		await expect(test()).rejects.toThrow(
			/^2 of 3 sellers do not work\. Nordlicht: Could not log in: .* Lindgren: Could not log in: /,
		);
	});
});

describe('a request for a named seller, if Amazon does not say at the login whose it is', () => {
	it('does not go out, and can be repeated later', async () => {
		const lost = {
			kind: 'error500',
			operation: 'getMarketplaceParticipations',
			times: 'always',
		} as const;
		inUse.sandbox.faults.add(lost);
		const { error } = await run(feedback, 'second', byName('Nordlicht Handel'));
		expect(error?.message).toContain('Amazon does not say at the moment');
		const asked = inUse.requests.filter(({ operation }) => operation !== 'lwaToken');
		// Only the login's own.
		expect(asked.map(({ operation }) => operation)).toEqual(['getMarketplaceParticipations']);
	});

	it('goes out if an earlier login said so', async () => {
		const named = byName('Nordlicht Handel');
		expect((await run(feedback, 'second', named)).error).toBeUndefined();
		inUse.sandbox.faults.add({
			kind: 'error500',
			operation: 'getMarketplaceParticipations',
			times: 'always',
		});
		inUse.sandbox.faults.add({ kind: 'expiredToken', times: 1 });
		const { items, error } = await run(feedback, 'second', named);
		expect(error).toBeUndefined();
		expect(items[0]).toMatchObject({ seller: 'Nordlicht Handel' });
	});
});
