import type { INodeParameters } from 'n8n-workflow';
import { DateTime } from 'luxon';

import { createCredentialStore, runNode, type CredentialStore, type NodeRun } from './harness';
import { expectToMatchOutputSchema } from './outputSchema';
import { expectMiddleItemToFailAlone } from './threeItems';

let credentials: CredentialStore;
beforeAll(async () => {
	credentials = await createCredentialStore();
});

const optionsOf = (operation: string, parameters: INodeParameters) => ({
	type: 'amazonSellerFeedback',
	parameters: { resource: 'case', operation, ...parameters },
	credentials,
});

const NEXT_STEP = { keptCases: '', action: 'none', options: {} };

const run = async (
	items: ReadonlyArray<Record<string, unknown>>,
	parameters: INodeParameters = {},
	operation = 'nextStep',
): Promise<NodeRun> =>
	await runNode({
		...optionsOf(operation, { ...(operation === 'nextStep' && NEXT_STEP), ...parameters }),
		items: items.map((json) => ({ json: json as never })),
		// The results of Outcomes belong to all items, so there is nothing to link.
		...(operation === 'outcomes' && { linkOutput: 1 }),
	});

const today = DateTime.utc().setZone('America/Los_Angeles').toISODate();

const entry = (number: number, changes: Record<string, unknown> = {}) => ({
	seller: 'Store A',
	orderId: `111-0000000-000000${number}`,
	date: today,
	rating: 1,
	comment: 'The seller never answered',
	response: '',
	marketplaceId: 'ATVPDKIKX0DER',
	...changes,
});

const OBSCENE = { comment: 'Fuck off' };

describe('Case: Next Step', () => {
	it('needs no credential and no seller, and returns each case on the output of its status', async () => {
		const { outputs, error } = await run([
			entry(1),
			entry(2, { response: 'We are sorry' }),
			entry(3, {
				event: 'feedbackRemoved',
				before: { date: today, rating: 2, comment: 'x' },
				after: null,
			}),
		]);
		expect(error).toBeUndefined();
		expect(outputs.map((items) => items.map(({ json }) => [json.status, json.orderId]))).toEqual([
			[['actNow', '111-0000000-0000001']],
			[],
			[
				['closed', '111-0000000-0000002'],
				['closed', '111-0000000-0000003'],
			],
		]);
		expectToMatchOutputSchema(
			'AmazonSellerFeedback',
			'case/nextStep',
			outputs.flat().map(({ json }) => json),
		);
	});

	it('gives drafts, links and the policy', async () => {
		const { items } = await run([entry(1, OBSCENE)]);
		expect(items[0]).toMatchObject({
			nextStep: 'requestRemoval',
			policy: expect.stringContaining('speculative requests'),
			drafts: { removalRequest: expect.stringContaining('obscene language') },
			links: {
				feedbackManager: 'https://sellercentral.amazon.com/feedback-manager/index.html',
				order: 'https://sellercentral.amazon.com/orders-v3/order/111-0000000-0000001',
			},
		});
	});

	it('finds the case of a feedback entry in the list, or takes the row itself', async () => {
		const [opened] = (await run([entry(1)])).items;
		const inList = await run([entry(1)], {
			keptCases: JSON.stringify([opened]),
			action: 'buyerContacted',
		});
		expect(inList.outputs[1]?.[0]?.json).toMatchObject({ isNew: false, nextStep: 'waitForBuyer' });
		const asRow = await run([opened ?? {}], { action: 'nothingToDo' });
		expect(asRow.outputs[2]?.[0]?.json).toMatchObject({ isNew: false, outcome: 'dismissed' });
	});

	it('knows the case of a row whose table does not have the seller', async () => {
		const [opened] =
			(await run([entry(1, OBSCENE)], { action: 'removalRequested' })).outputs[1] ?? [];
		const { outputs } = await run([{ ...opened?.json, seller: undefined }]);
		expect(outputs[1]?.[0]?.json).toMatchObject({
			caseId: opened?.json.caseId,
			isNew: false,
			nextStep: 'waitForAmazon',
		});
	});

	it('proposes at most so many removal requests per seller and day, counting those of the list', async () => {
		const [kept] = (await run([entry(9, OBSCENE)])).items;
		const own = [1, 2, 3].map((number) => entry(number, OBSCENE));
		const { outputs } = await run([...own, entry(4, { ...OBSCENE, seller: 'Store B' })], {
			keptCases: JSON.stringify([kept]),
			options: { maxRemovals: 2 },
		});
		expect(outputs[0]?.map(({ json }) => json.orderId)).toEqual([
			'111-0000000-0000001',
			'111-0000000-0000004',
		]);
		expect(outputs[1]?.map(({ json }) => [json.orderId, json.nextStep])).toEqual([
			['111-0000000-0000002', 'requestRemoval'],
			['111-0000000-0000003', 'requestRemoval'],
		]);
	});

	it('takes two events of one order as one case', async () => {
		const { outputs } = await run([
			entry(1),
			entry(1, { event: 'feedbackRemoved', after: null, before: entry(1) }),
		]);
		expect(outputs[0]).toHaveLength(1);
		expect(outputs[2]?.[0]?.json).toMatchObject({
			isNew: false,
			justClosed: true,
			outcome: 'gone',
		});
	});

	it('stops if a kept row cannot be read, because its steps would be proposed again', async () => {
		const { error } = await run([entry(1)], { keptCases: '[{"caseId":"x","status":"wait"}]' });
		expect(error?.message).toBe(
			"Could not read the cases in 'Kept Cases': a row would be forgotten",
		);
		expect(error?.description).toContain('Row 1 has no readable date.');
	});

	it('uses the reasons of an AI node, and the texts of the user', async () => {
		const { items } = await run([entry(1)], {
			options: {
				reasons: 'price, service',
				templates: {
					template: [{ draft: 'publicReply', marketplace: 'US', text: '{regret} Bye' }],
				},
			},
		});
		expect(items[0]).toMatchObject({
			reasons: 'price, service',
			drafts: { publicReply: 'We are sorry that the price did not meet your expectations. Bye' },
		});
	});

	it.each([
		['a list', ['price', 'service'], 'price, service'],
		['null', null, 'service'],
	])('takes %s as reasons, because expressions return it', async (_, output, reasons) => {
		const { items, error } = await run([entry(1, { output })], {
			options: { reasons: '={{ $json.output }}' },
		});
		expect(error).toBeUndefined();
		expect(items[0]?.reasons).toBe(reasons);
	});

	it.each([
		['an order ID', { orderId: 'x' }, /has no order ID/],
		['a marketplace', { marketplaceId: 'X' }, /has no marketplace/],
		['a date', { date: 'soon' }, /has no date/],
		['a rating', { rating: 9 }, /has no rating/],
		['a bad rating', { rating: 5 }, /the feedback is positive/],
	])('without %s, an item fails alone', async (_, changes, message) => {
		const items = [entry(1), entry(2, changes), entry(3)].map((json) => ({ json }));
		await expectMiddleItemToFailAlone({ ...optionsOf('nextStep', NEXT_STEP), items, message });
	});
});

describe('an operation that waits for nothing', () => {
	it.each([
		['feedback', 'addReasons', { reasonsFrom: 'words' }],
		['case', 'nextStep', NEXT_STEP],
	])('lets other work run between many items: %s, %s', async (resource, operation, parameters) => {
		// Takes milliseconds to read.
		const comment = 'The seller never answered, and the parcel came late. '.repeat(60);
		const runWith = async (count: number): Promise<number> => {
			const timeouts = jest.spyOn(globalThis, 'setTimeout');
			const { error } = await runNode({
				...{ type: 'amazonSellerFeedback', credentials },
				parameters: { resource, operation, ...parameters },
				items: Array.from({ length: count }, () => ({ json: entry(1, { comment }) })),
			});
			expect(error).toBeUndefined();
			const breaths = timeouts.mock.calls.filter(([, milliseconds]) => milliseconds === 0).length;
			timeouts.mockRestore();
			return breaths;
		};
		// The word lists are prepared by the first run.
		await runWith(1);
		const few = await runWith(1);
		expect((await runWith(400)) - few).toBeGreaterThanOrEqual(10);
	});
});

describe('Case: Outcomes', () => {
	it('counts how the cases of all items ended', async () => {
		const rows = (await run([entry(1), entry(2)])).items.map((row) => ({
			...row,
			openedAt: '2026-06-01T08:00:00.000Z',
			closedAt: '2026-06-03T08:00:00.000Z',
			outcome: 'gone',
			// As tables write null.
			repliedAt: '',
		}));
		const others = [{ orderId: 'x' }, { ...rows[0], closedAt: '2026-06-03T08:00:00+24:00' }];
		const { items, error } = await run([...rows, ...others], { options: {} }, 'outcomes');
		expect(error).toBeUndefined();
		expect(items[0]).toMatchObject({
			group: 'all',
			cases: 2,
			medianDaysToClose: 2,
			longestDaysToClose: 2,
			unreadable: 2,
		});
		expectToMatchOutputSchema('AmazonSellerFeedback', 'case/outcomes', items);
	});

	it('fails if no item is a case', async () => {
		const { error } = await run([{ orderId: 'x' }], { options: {} }, 'outcomes');
		expect(error?.message).toBe('Could not count the cases: no input item is one');
	});
});
