import type { RealN8n } from '../../checks/n8n/realN8n';
import { itemsOf } from '../../checks/n8n/runData';
import {
	amazonNode,
	chain,
	node,
	PRIMARY_MARKETPLACE,
	withCredential,
} from '../../checks/n8n/workflow';
import { n8nCredentialOf, type Sandbox } from '../../sandbox';
import { ofSeveralSellers } from '../../scripts/lib/sandbox.mjs';

const SELLERS = ['demo', 'second'] as const;

let sandbox: Sandbox;
let n8n: RealN8n;
let pace: number;
let credentialId: string;
let workflowId: string;

const byExpression = () => ({
	...n8nCredentialOf(sandbox.credentials('demo'), pace),
	refreshToken: '={{ $json.refreshToken }}',
	primaryMarketplace: '={{ $json.home }}',
});

/** A table of sellers, each in two rows. */
const rows = () =>
	[...SELLERS, ...SELLERS].map((seller) => {
		const { refreshToken, marketplaceId } = sandbox.credentials(seller);
		return { seller, refreshToken, home: marketplaceId };
	});

/** Reads feedback, then lists the marketplaces, both for each row. */
function workflow() {
	const made = chain('Two sellers', [
		node('Start', 'manualTrigger'),
		node('Rows', 'set 3.4', {
			mode: 'raw',
			jsonOutput: JSON.stringify({ rows: rows() }),
			options: {},
		}),
		node('Split', 'splitOut', { fieldToSplitOut: 'rows', options: {} }),
		amazonNode('Feedback', 'amazonSellerFeedback', {
			resource: 'feedback',
			operation: 'getMany',
			marketplace: PRIMARY_MARKETPLACE,
			returnAll: true,
			simplify: true,
			filters: {},
			options: {},
		}),
		amazonNode('Marketplaces', 'amazonSellerFeedback', {
			resource: 'marketplace',
			operation: 'getMany',
			returnAll: true,
		}),
	]);
	const { Start, Rows } = made.connections;
	// Both read the same rows.
	const Split = { main: [['Feedback', 'Marketplaces'].map(asTarget)] };
	const connections = { ...(Start && { Start }), ...(Rows && { Rows }), Split };
	return withCredential({ ...made, connections }, credentialId);
}

const asTarget = (name: string) => ({ node: name, type: 'main', index: 0 }) as const;

/**
 * One credential whose fields are expressions, or that has several sellers: sellers of the sandbox in one
 * execution of a real n8n.
 *
 * @param parts what runs, and how much faster than Amazon the sandbox is
 */
export function testTwoSellers(
	parts: () => { sandbox: Sandbox; n8n: RealN8n; pace: number },
): void {
	beforeAll(async () => {
		({ sandbox, n8n, pace } = parts());
		credentialId = await n8n.addCredential(byExpression());
		({ id: workflowId } = await n8n.post<{ id: string }>('workflows', workflow()));
	});

	test('each item belongs to its own seller, and the credential stays an expression', async () => {
		// Earlier tests may have left access tokens.
		for (const seller of SELLERS) sandbox.lwa.expireAccessTokens(seller);
		const before = sandbox.requests.length;
		const { status, runData: outputs } = await n8n.run(workflowId, 'Start');
		expect(status).toBe('success');

		const feedback = itemsOf(outputs, 'Feedback');
		for (const seller of SELLERS) {
			const { marketplaceId } = sandbox.credentials(seller);
			const truth = sandbox.truth.feedback(seller, marketplaceId);
			const known = new Set(truth.map(({ orderId }) => orderId));
			const own = feedback.filter((item) => item.marketplaceId === marketplaceId);
			expect(own.length).toBeGreaterThan(5);
			for (const { orderId } of own) expect(known).toContain(orderId);
		}
		const expected = rows().flatMap(({ seller }) =>
			(sandbox.sellers[seller]?.marketplaces ?? []).map(({ marketplace }) => marketplace.id),
		);
		const found = itemsOf(outputs, 'Marketplaces').map(({ marketplaceId }) => marketplaceId);
		expect(found).toEqual(expected);

		const stored = await n8n.credential(credentialId);
		expect(stored).toMatchObject(byExpression());
		expect(stored).not.toHaveProperty('accessToken');
		const logIns = sandbox.requests
			.slice(before)
			.filter(({ operation }) => operation === 'lwaToken');
		expect(logIns).toHaveLength(SELLERS.length);
	});

	test('testing such a credential does not resolve it permanently', async () => {
		const result = await n8n.testCredential(byExpression(), credentialId);
		expect(result).toMatchObject({ status: 'Error' });
		const plain = n8nCredentialOf(sandbox.credentials('demo'), pace);
		const right = await n8n.testCredential(plain, credentialId);
		expect(right).toMatchObject({ status: 'OK' });
		const brazil = { ...plain, primaryMarketplace: 'A2Q3Y263D00KWC' };
		const elsewhere = await n8n.testCredential(brazil, credentialId);
		// Brazil is in the right region, but this seller does not sell there.
		expect(elsewhere).toEqual({
			status: 'Error',
			message: expect.stringMatching(
				/does not sell in Brazil, but in United States, Canada, Mexico.*Primary Marketplace/,
			),
		});
		expect(await n8n.credential(credentialId)).toMatchObject(byExpression());
	});

	describe('a credential with several sellers', () => {
		const tokenOf = (seller: string) => sandbox.credentials(seller).refreshToken;
		const several = (sellers: object) =>
			ofSeveralSellers(n8nCredentialOf(sandbox.credentials('demo'), pace), sellers);
		const all = () => ({
			Harbor: { US: tokenOf('demo') },
			Nordlicht: { DE: tokenOf('second') },
			Tsubame: { JP: tokenOf('japan') },
		});
		let id: string;

		/** The credential as the editor shows it. */
		const shown = async (): Promise<{ sellers: string }> =>
			(await n8n.get<{ data: { sellers: string } }>(`credentials/${id}?includeData=true`)).data;

		/** The tokens in n8n's database. */
		const stored = async () => JSON.parse(String((await n8n.credential(id)).sellers)) as object;

		beforeAll(async () => {
			id = await n8n.addCredential(several(all()));
		});

		test('shows names and marketplaces, and hides the tokens', async () => {
			const { sellers } = await shown();
			expect(JSON.parse(sellers)).toEqual({
				Harbor: { US: '***' },
				Nordlicht: { DE: '***' },
				Tsubame: { JP: '***' },
			});
		});

		test("keeps each seller's own token if another is removed, added or moved", async () => {
			const save = async (sellers: object) => {
				const data = { ...(await shown()), sellers: JSON.stringify(sellers) };
				await n8n.call('PATCH', `credentials/${id}`, {
					name: 'Several',
					type: 'amazonSellingPartnerApi',
					data,
				});
			};
			const hidden = { Tsubame: { JP: '***' }, Nordlicht: { DE: '***' } };
			await save({ ...hidden, Lindgren: { DE: tokenOf('europe') } });
			expect(await stored()).toEqual({
				Tsubame: { JP: tokenOf('japan') },
				Nordlicht: { DE: tokenOf('second') },
				Lindgren: { DE: tokenOf('europe') },
			});
			await save({ ...hidden, Harbor: { US: tokenOf('demo') } });
			expect(await stored()).toEqual(all());
		});

		test("passes n8n's test if each seller works, and names those that do not", async () => {
			expect(await n8n.testCredential(several(all()), id)).toMatchObject({ status: 'OK' });
			sandbox.lwa.revoke('second');
			const result = await n8n.testCredential(several(all()), id);
			sandbox.lwa.restore('second');
			expect(result).toEqual({
				status: 'Error',
				message: expect.stringMatching(/1 of 3 sellers do not work\. Nordlicht: .*refresh token/),
			});
			const renamed = { ...all(), Nordlicht: undefined, Nordic: { DE: '***' } };
			const lost = await n8n.testCredential(several(renamed), id);
			expect(lost).toEqual({
				status: 'Error',
				message: expect.stringMatching(/seller 'Nordic' .*refresh token is \*\*\*/),
			});
		});

		test('lists the sellers in a node, and returns the items of all', async () => {
			const seller = { __rl: true, mode: 'list', value: '*' };
			const listing = withCredential(
				chain('All sellers', [
					node('Start', 'manualTrigger'),
					amazonNode('Marketplaces', 'amazonSellerFeedback', {
						resource: 'marketplace',
						operation: 'getMany',
						seller,
						returnAll: true,
					}),
				]),
				id,
			);
			const read = listing.nodes.find(({ name }) => name === 'Marketplaces');
			const listed = await n8n.searchList(read as never, 'seller', 'searchSellers');
			const sellers = Object.keys(await stored());
			expect(listed.map(({ name }) => name)).toEqual(['All Sellers', ...sellers]);
			const { id: created } = await n8n.post<{ id: string }>('workflows', listing);
			const { status, runData } = await n8n.run(created, 'Start');
			expect(status).toBe('success');
			const items = itemsOf(runData, 'Marketplaces');
			expect([...new Set(items.map((item) => item.seller))]).toEqual(sellers);
			expect(items.find((item) => item.seller === 'Tsubame')?.storeName).toBe('Tsubame Store');
		});
	});
}
