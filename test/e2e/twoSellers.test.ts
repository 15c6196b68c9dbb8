import { startSandbox, type Sandbox } from '../../sandbox';
import { reportLimitsAt } from '../engine/sandboxCredential';
import { RealN8n } from './n8nProcess';

/**
 * B1 in a real n8n: one credential whose fields are expressions, two sellers of the sandbox in one
 * execution. `E2E=1 npx jest test/e2e/twoSellers`.
 */
jest.setTimeout(600_000);

const CREDENTIAL = { id: 'twoSellersByExpr', type: 'amazonSellingPartnerApi', name: 'Two sellers' };

const SELLERS = ['demo', 'second'] as const;

/** How much faster the sandbox is than Amazon. */
const PACE = 1000;

let sandbox: Sandbox;
let n8n: RealN8n;

const byExpression = () => {
	const { clientId, clientSecret, baseUrl } = sandbox.credentials('demo');
	return {
		clientId,
		clientSecret,
		refreshToken: '={{ $json.refreshToken }}',
		primaryMarketplace: '={{ $json.home }}',
		environment: 'custom',
		customBaseUrl: baseUrl,
		customHostIsMine: true,
		...reportLimitsAt(PACE),
	};
};

/** A table of sellers, each in two rows. */
const rows = () =>
	[...SELLERS, ...SELLERS].map((seller) => {
		const { refreshToken, marketplaceId } = sandbox.credentials(seller);
		return { seller, refreshToken, home: marketplaceId };
	});

const NODE = {
	typeVersion: 1,
	position: [0, 0],
	credentials: { [CREDENTIAL.type]: { id: CREDENTIAL.id, name: CREDENTIAL.name } },
};

const workflow = () => ({
	id: 'twoSellers000001',
	name: 'Two sellers',
	active: false,
	settings: { executionOrder: 'v1' },
	nodes: [
		{
			id: 'start',
			name: 'Start',
			type: 'n8n-nodes-base.manualTrigger',
			typeVersion: 1,
			position: [0, 0],
			parameters: {},
		},
		{
			id: 'rows',
			name: 'Rows',
			type: 'n8n-nodes-base.set',
			typeVersion: 3.4,
			position: [0, 0],
			parameters: { mode: 'raw', jsonOutput: JSON.stringify({ rows: rows() }), options: {} },
		},
		{
			id: 'split',
			name: 'Split',
			type: 'n8n-nodes-base.splitOut',
			typeVersion: 1,
			position: [0, 0],
			parameters: { fieldToSplitOut: 'rows', options: {} },
		},
		{
			...NODE,
			id: 'feedback',
			name: 'Feedback',
			type: 'n8n-nodes-amazon-seller-feedback.amazonSellerFeedback',
			parameters: {
				resource: 'feedback',
				operation: 'getMany',
				marketplace: { __rl: true, mode: 'list', value: '' },
				returnAll: true,
				simplify: true,
				filters: {},
				options: {},
			},
		},
		{
			...NODE,
			id: 'marketplaces',
			name: 'Marketplaces',
			type: 'n8n-nodes-amazon-seller-feedback.amazonSellerFeedback',
			parameters: { resource: 'marketplace', operation: 'getMany', returnAll: true },
		},
	],
	connections: {
		Start: { main: [[{ node: 'Rows', type: 'main', index: 0 }]] },
		Rows: { main: [[{ node: 'Split', type: 'main', index: 0 }]] },
		Split: {
			main: [
				[
					{ node: 'Feedback', type: 'main', index: 0 },
					{ node: 'Marketplaces', type: 'main', index: 0 },
				],
			],
		},
	},
});

beforeAll(async () => {
	sandbox = await startSandbox({ rateLimits: PACE });
	n8n = await RealN8n.create();
	await n8n.import('credentials', [{ ...CREDENTIAL, data: byExpression() }]);
	await n8n.import('workflow', [workflow()]);
});

afterAll(async () => {
	await n8n?.dispose();
	await sandbox?.close();
});

test('B1: each item belongs to its own seller, and the credential stays an expression', async () => {
	const before = await n8n.credential(CREDENTIAL.id);
	expect(before).toMatchObject(byExpression());
	const outputs = await n8n.execute('twoSellers000001');

	const feedback = outputs.Feedback?.[0] ?? [];
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
	const found = (outputs.Marketplaces?.[0] ?? []).map(({ marketplaceId }) => marketplaceId);
	expect(found).toEqual(expected);

	expect(await n8n.credential(CREDENTIAL.id)).toEqual(before);
	const logIns = sandbox.requests.filter(({ operation }) => operation === 'lwaToken');
	expect(logIns).toHaveLength(2);
});

test('B1: testing such a credential does not resolve it permanently', async () => {
	await n8n.start();
	const before = await n8n.credential(CREDENTIAL.id);
	const result = await n8n.post<{ status: string; message: string }>('/rest/credentials/test', {
		credentials: { ...CREDENTIAL, data: byExpression() },
	});
	expect(result).toMatchObject({ status: 'Error' });
	const plain = { ...byExpression(), ...sandbox.credentials('demo') };
	const { refreshToken, marketplaceId } = sandbox.credentials('demo');
	const right = await n8n.post<{ status: string; message: string }>('/rest/credentials/test', {
		credentials: {
			...CREDENTIAL,
			data: { ...plain, refreshToken, primaryMarketplace: marketplaceId },
		},
	});
	expect(right).toMatchObject({ status: 'OK' });
	const elsewhere = await n8n.post<{ status: string; message: string }>('/rest/credentials/test', {
		credentials: {
			...CREDENTIAL,
			data: { ...plain, refreshToken, primaryMarketplace: 'A2Q3Y263D00KWC' },
		},
	});
	// U13: Brazil is in the right region, but not one of this seller's.
	expect(elsewhere).toEqual({
		status: 'Error',
		message: expect.stringMatching(
			/does not sell in Brazil, but in United States, Canada, Mexico.*Primary Marketplace/,
		),
	});
	expect(await n8n.credential(CREDENTIAL.id)).toEqual(before);
});
