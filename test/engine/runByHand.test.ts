import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { AmazonReviewSolicitation } from '../../nodes/AmazonReviewSolicitation/AmazonReviewSolicitation.node';
import type { NodeRunOptions } from './harness';
import { sendOrders } from './sendOrders';
import { useSandbox } from './useSandbox';

const inUse = useSandbox({ rateLimits: 10_000 });

const newOrders = (count: number): string[] =>
	inUse.sandbox.world.addOrders({ count }).map(({ orderId }) => orderId);

const send = async (
	orders: ReadonlyArray<string | IDataObject>,
	parameters: INodeParameters,
	more?: Partial<NodeRunOptions>,
) => await sendOrders(inUse, orders, parameters, more);

const outcomesOf = (items: readonly IDataObject[]) => items.map(({ outcome }) => outcome);

const contacted = (orderIds: readonly string[]): number =>
	inUse.sandbox.truth.solicitations.filter(({ orderId }) => orderIds.includes(orderId)).length;

const REAL = { dryRun: false };

describe('Send contacts nobody by accident', () => {
	it('a fresh node is a dry run', async () => {
		const { properties } = new AmazonReviewSolicitation().description;
		expect(properties.find(({ name }) => name === 'dryRun')?.default).toBe(true);
		const ids = newOrders(2);
		const { items, hints } = await send(ids, { dryRun: true });
		expect(outcomesOf(items)).toEqual(['wouldSend', 'wouldSend']);
		expect(hints).toContain(
			"Nothing was sent: 'Dry Run' is on. 2 real buyers would be contacted. To send, turn it off.",
		);
	});

	it.each<[string, Partial<NodeRunOptions>]>([
		['a run started by hand', { mode: 'manual' }],
		['a sub-workflow of a run started by hand', { mode: 'integrated', rootMode: 'manual' }],
	])('%s says how many buyers it would contact, and contacts none', async (_, how) => {
		const [one = '', two = ''] = newOrders(2);
		const [closed] = inUse.sandbox.world.addOrders({ state: 'closed', count: 1 });
		const ids = [one, two, closed?.orderId ?? '', two];
		const { items, hints } = await send(ids, REAL, how);
		expect(outcomesOf(items)).toEqual([
			'wouldSend',
			'duplicateItem',
			'notEligibleNow',
			'wouldSend',
		]);
		expect(contacted(ids)).toBe(0);
		expect(hints).toContain(
			"Nothing was sent: this run was started by hand. 2 real buyers would be contacted. To send, activate the workflow, or turn on 'Send in Manual Runs'.",
		);
	});

	it('counts no more buyers than the run may contact', async () => {
		const { hints } = await send(
			newOrders(3),
			{ ...REAL, options: { maxRequests: 1 } },
			{ mode: 'manual' },
		);
		expect(hints.join()).toContain(' 1 real buyer would be contacted.');
	});

	it("sends in a run started by hand if 'Send in Manual Runs' is on", async () => {
		const ids = newOrders(2);
		const { items } = await send(ids, { ...REAL, sendInManualRuns: true }, { mode: 'manual' });
		expect(outcomesOf(items)).toEqual(['sent', 'sent']);
		expect(contacted(ids)).toBe(2);
	});

	it.each<[string, Partial<NodeRunOptions>]>([
		['an evaluation', { mode: 'evaluation' }],
		['a sub-workflow of an evaluation', { mode: 'integrated', rootMode: 'evaluation' }],
	])('%s never sends', async (_, how) => {
		const ids = newOrders(1);
		const { items, hints } = await send(ids, { ...REAL, sendInManualRuns: true }, how);
		expect(outcomesOf(items)).toEqual(['wouldSend']);
		expect(contacted(ids)).toBe(0);
		expect(hints.join()).toContain('evaluations never contact buyers');
	});

	it('an agent in a run started by hand sends nothing, even if it may send', async () => {
		const ids = newOrders(1);
		const { items } = await send(
			ids,
			{ ...REAL, letAgentSend: true, agentMaxRequests: 10 },
			{ mode: 'manual', type: 'amazonReviewSolicitationTool' },
		);
		expect(outcomesOf(items)).toEqual(['wouldSend']);
		expect(contacted(ids)).toBe(0);
	});

	it.each<[string, Partial<NodeRunOptions>]>([
		['a trigger', { mode: 'trigger' }],
		['a webhook', { mode: 'webhook' }],
		['a chat', { mode: 'chat' }],
		['a retried execution', { mode: 'retry' }],
		["n8n's command line", { mode: 'cli' }],
		['a workflow that a trigger started', { mode: 'integrated', rootMode: 'trigger' }],
		['a workflow of an n8n that does not say', { mode: 'integrated' }],
	])('%s sends', async (_, how) => {
		const ids = newOrders(1);
		const { items, hints } = await send(ids, REAL, how);
		expect(outcomesOf(items)).toEqual(['sent']);
		expect(contacted(ids)).toBe(1);
		expect(hints.join()).not.toContain('Nothing was sent');
	});
});

describe('Send with the ledger of earlier runs', () => {
	const callsFor = (orderId: string) =>
		inUse.sandbox.requests.filter((request) => request.orderId === orderId).length;

	it('an order requested a minute ago is alreadyRequested, with when, and costs no call', async () => {
		const [id = ''] = newOrders(1);
		const first = await send([{ orderId: id, campaign: 'FBA', delayDays: 3 }], REAL);
		expect(first.items).toMatchObject([{ outcome: 'sent', campaign: 'FBA', delayDays: 3 }]);
		const [row] = first.items;
		expect(row?.requestedAt).toBe(row?.at);
		const calls = callsFor(id);

		for (const operation of ['send', 'checkEligibility']) {
			const { items } = await send([id], {
				...REAL,
				operation,
				options: { alreadyRequested: first.items } as never,
			});
			expect(items).toMatchObject([
				{
					outcome: 'alreadyRequested',
					requestedAt: row?.at,
					explanation: `A review was already requested for this order; Amazon allows only one: requested ${String(row?.at)}`,
					tryAgainLater: false,
				},
			]);
		}
		expect(callsFor(id)).toBe(calls);
	});

	it('a request whose run was killed is found again, and its time stays in the ledger', async () => {
		const [asked = '', open = ''] = newOrders(2);
		await send([asked], REAL);
		const before = '2026-11-01T00:00:00.000Z';
		const ledger = [asked, open].map((orderId) => ({
			orderId,
			outcome: 'answerLost',
			tryAgainLater: true,
			at: before,
		}));
		const { items } = await send([asked, open], {
			...REAL,
			options: { alreadyRequested: ledger, checkFirst: false } as never,
		});
		expect(items).toMatchObject([
			{ orderId: asked, outcome: 'sentUnconfirmed', requestedAt: before },
			{ orderId: open, outcome: 'sent' },
		]);
		expect(items[1]?.requestedAt).toBe(items[1]?.at);
		expect(contacted([asked, open])).toBe(2);

		const { items: deferred } = await send([asked], {
			...REAL,
			options: { alreadyRequested: items, timeBudget: 1e-9 } as never,
		});
		expect(deferred).toMatchObject([{ outcome: 'deferred', requestedAt: before }]);
	});

	it('rows keep where Plan placed the order, as columns of a table', async () => {
		const [id = ''] = newOrders(1);
		const pulse = { block: 4103, day: '2026-03-05', isPulseDay: true, forced: false };
		const { items } = await send([{ orderId: id, pulse }], { dryRun: true });
		const placed = { pulseBlock: 4103, pulseDay: '2026-03-05', pulseForced: false };
		expect(items).toMatchObject([{ ...placed, campaign: null, delayDays: null }]);
		const again = await send(items, { dryRun: true });
		expect(again.items).toMatchObject([placed]);
	});
});
