// cspell:ignore cancelled
import type { INodeParameters } from 'n8n-workflow';

import { runNode, type NodeRun } from './harness';
import { expectToMatchOutputSchema } from './outputSchema';
import { expectMiddleItemToFailAlone } from './threeItems';
import { useSandbox } from './useSandbox';

const inUse = useSandbox();

const parameters = {
	resource: 'accountHealth',
	operation: 'get',
	marketplace: { __rl: true, mode: 'id', value: '={{ $json.market ?? "" }}' },
	simplify: true,
	options: {},
} as const;

const get = async (changes: INodeParameters = {}): Promise<NodeRun> =>
	await runNode({
		type: 'amazonSellerFeedback',
		parameters: { ...parameters, ...changes },
		credentials: inUse.credentials,
	});

describe('Account Health: Get', () => {
	it('returns the order defect rate, the account status and the 60 days, in at most ten fields', async () => {
		const { items, error } = await get();
		expect(error).toBeUndefined();
		expectToMatchOutputSchema('AmazonSellerFeedback', 'accountHealth/get', items);
		const { seller, ...figures } = items[0] ?? {};
		expect(seller).toBe('Harbor & Pine Home');
		expect(Object.keys(figures).length).toBeLessThanOrEqual(10);
	});

	it.each(['schema', 'example'] as const)(
		"reads Amazon's report in the format of its %s",
		async (performanceShape) => {
			inUse.sandbox.settings.set({ performanceShape });
			const { items } = await get({ simplify: false });
			expect(items[0]).toMatchObject({ healthRating: 'GREAT', windowDays: 60 });
			const names = (list: unknown) => (list as Array<{ name: string }>).map(({ name }) => name);
			expect(names(items[0]?.metrics)).toContain('preFulfillmentCancellationRate');
			expect(names(items[0]?.violations)).toContain('documentRequests');
			expect(items[0]?.warnings).toEqual([
				{ warningType: 'spammingSellerMessaging', status: 'NONE' },
			]);
		},
	);

	it('counts the defects of both fulfillment channels together', async () => {
		const { items } = await get({ simplify: false });
		const [{ sellerFulfilled, amazonFulfilled, orderDefectPercent } = {}] = items as Array<{
			sellerFulfilled?: { orders: number; ordersWithDefects: number };
			amazonFulfilled?: { orders: number; ordersWithDefects: number };
			orderDefectPercent?: number;
		}>;
		const both = [sellerFulfilled, amazonFulfilled].map(
			(part) => part ?? { orders: 0, ordersWithDefects: 0 },
		);
		const defects = both.reduce((sum, part) => sum + part.ordersWithDefects, 0);
		const orders = both.reduce((sum, part) => sum + part.orders, 0);
		expect(orders).toBeGreaterThan(0);
		expect(orderDefectPercent).toBeCloseTo((100 * defects) / orders, 9);
	});

	it.each([true, false])(
		'names unreadable parts in the item and counts none of them as 0 (simplify: %p)',
		async (simplify) => {
			const rate = {
				orderCount: 100,
				orderWithDefects: { count: 0 },
				negativeFeedback: { count: 0 },
				targetValue: 0.01,
			};
			inUse.sandbox.faults.add({
				kind: 'otherAnswer',
				operation: 'downloadDocument',
				body: JSON.stringify({
					accountStatuses: [{ marketplaceId: 'ATVPDKIKX0DER', status: { is: 'NORMAL' } }],
					performanceMetrics: [
						{ marketplaceId: 'ATVPDKIKX0DER', orderDefectRate: { afn: rate, mfn: [rate] } },
					],
				}),
			});
			const { items, hints } = await get({ simplify });
			expect(items).toMatchObject([
				{
					accountStatus: null,
					orderDefectPercent: null,
					sellerFulfilledDefectPercent: null,
					amazonFulfilledDefectPercent: 0,
					negativeFeedback: null,
					notes: [
						'Could not read parts of the account health report for United States, so they are unknown: orderDefectRate.mfn, accountStatuses.status',
					],
				},
			]);
			expect(hints).toEqual([
				expect.stringMatching(/^Could not read parts of the account health report for/),
			]);
		},
	);

	it('has no notes if everything could be read', async () => {
		expect((await get()).items).toMatchObject([{ notes: [] }]);
	});

	it('says what is unknown if Amazon has no report', async () => {
		inUse.sandbox.faults.add({ kind: 'reportCancelled' });
		const { items, hints, error } = await get();
		expect(error).toBeUndefined();
		expect(items).toEqual([]);
		expect(hints.join()).toMatch(/not as a clean record/);
	});

	it('keeps an invalid item from affecting the valid ones', async () => {
		await expectMiddleItemToFailAlone({
			type: 'amazonSellerFeedback',
			parameters,
			credentials: inUse.credentials,
			items: [{ json: { market: 'US' } }, { json: { market: 'Mars' } }, { json: { market: 'CA' } }],
			message: /Could not use 'Marketplace': the value is invalid/,
		});
	});
});
