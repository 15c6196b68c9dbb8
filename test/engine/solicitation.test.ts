// cspell:ignore Cancelled
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { setTimeout as sleep } from 'node:timers/promises';

import { SOLICITATION_OUTCOMES } from '../../nodes/AmazonReviewSolicitation/sending/outcome';
import type { Sandbox, Solicitability } from '../../sandbox';
import { startEndlessHost } from './endlessAnswers';
import { runNode, type NodeRun } from './harness';
import { expectToMatchOutputSchema } from './outputSchema';
import { connect } from './sandboxCredential';
import { useShortTimeLimits } from './shortTimeLimits';
import { expectMiddleItemToFailAlone } from './threeItems';
import { useSandbox } from './useSandbox';

const CREATE = 'createProductReviewAndSellerFeedbackSolicitation';

const inUse = useSandbox();
let sandbox: Sandbox;
/** How many solicitations earlier tests left in the sandbox's record. */
let earlier: number;

beforeEach(() => {
	({ sandbox } = inUse);
	earlier = sandbox.truth.solicitations.length;
});

/** The sandbox's record of the solicitations of this test. */
const recorded = () => sandbox.truth.solicitations.slice(earlier);

/** US orders of the demo seller in this state; `fulfilledBy` if it matters. */
const ordersWith = (state: Solicitability, fulfilledBy?: string) =>
	(sandbox.sellers.demo?.marketplaces[0]?.orders ?? []).filter(
		(order) =>
			sandbox.truth.solicitability('demo', order.orderId) === state &&
			(fulfilledBy === undefined || order.fulfilledBy === fulfilledBy),
	);

const orderWith = (state: Solicitability, fulfilledBy?: string): string => {
	const [order] = ordersWith(state, fulfilledBy);
	if (order === undefined) throw new Error(`The sandbox has no order that is ${state}`);
	return order.orderId;
};

const run = async (
	operation: 'checkEligibility' | 'send',
	orderIds: readonly string[],
	parameters: INodeParameters = {},
	onError?: 'continueRegularOutput',
): Promise<NodeRun> =>
	await runNode({
		type: 'amazonReviewSolicitation',
		parameters: {
			resource: 'solicitation',
			operation,
			orderId: '={{ $json.orderId }}',
			marketplace: { __rl: true, mode: 'list', value: '' },
			...(operation === 'send' && { dryRun: false }),
			options: {},
			...parameters,
		},
		items: orderIds.map((orderId) => ({ json: { orderId, tag: orderId } })),
		credentials: inUse.credentials,
		onError,
	});

const outcomes = ({ items }: NodeRun) => items.map(({ outcome }) => outcome);

const posts = () => inUse.requests.filter(({ operation }) => operation === CREATE);

describe('Review Request: Check Eligibility', () => {
	it('returns the outcome of each order, in the order of the items', async () => {
		const ids = [
			orderWith('eligible'),
			orderWith('notYet', 'MERCHANT'),
			orderWith('closed', 'MERCHANT'),
			orderWith('notShipped'),
			orderWith('cancelled'),
			'111-0000000-0000000',
			'not an order',
		];
		const result = await run('checkEligibility', ids);
		expect(result.error).toBeUndefined();
		expect(outcomes(result)).toEqual([
			'eligible',
			'notYetEligible',
			'windowClosed',
			'notShipped',
			'orderCancelled',
			'orderNotFound',
			'invalidOrderId',
		]);
		expect(result.links).toEqual(ids);
		for (const { outcome, explanation } of result.items) {
			expect(explanation).toBe(SOLICITATION_OUTCOMES[outcome as 'eligible']);
		}
		expect(result.items[1]?.windowOpensAt).toMatch(/Z$/);
		expect(posts()).toHaveLength(0);
		const path = 'solicitation/checkEligibility';
		expectToMatchOutputSchema('AmazonReviewSolicitation', path, result.items);
	});

	it('says "not now" if an FBA order has no delivery dates', async () => {
		const result = await run('checkEligibility', [orderWith('notYet', 'AMAZON')]);
		expect(result.items[0]).toMatchObject({
			outcome: 'notEligibleNow',
			tryAgainLater: true,
			windowOpensAt: null,
		});
	});

	it('does not read the order if explaining is disabled', async () => {
		const { items } = await run('checkEligibility', [orderWith('closed', 'MERCHANT')], {
			options: { explain: false },
		});
		expect(items[0]?.outcome).toBe('notEligibleNow');
		expect(inUse.requests.map(({ operation }) => operation)).not.toContain('getOrder');
	});

	it('works without the explanation if the order cannot be read', async () => {
		sandbox.faults.add({ kind: 'error500', operation: 'getOrder', times: 'always' });
		const { items, error } = await run('checkEligibility', [orderWith('closed', 'MERCHANT')]);
		expect(error).toBeUndefined();
		expect(items[0]?.outcome).toBe('notEligibleNow');
	});

	it('fails only the bad item among good ones', async () => {
		const orderId = orderWith('eligible');
		await expectMiddleItemToFailAlone({
			type: 'amazonReviewSolicitation',
			parameters: {
				resource: 'solicitation',
				operation: 'checkEligibility',
				orderId,
				marketplace: { __rl: true, mode: 'id', value: '={{ $json.market }}' },
				options: {},
			},
			credentials: inUse.credentials,
			items: [{ json: { market: 'US' } }, { json: { market: 'XX' } }, { json: { market: 'US' } }],
			message: /Could not use 'Marketplace': the value is invalid/,
		});
	});
});

describe('Review Request: Send', () => {
	it("sends each eligible order once, and nothing else: the sandbox's record agrees", async () => {
		const eligible = ordersWith('eligible')
			.slice(0, 5)
			.map(({ orderId }) => orderId);
		const others = [orderWith('closed', 'MERCHANT'), 'nonsense', orderWith('cancelled')];
		const result = await run('send', [...eligible, ...others], { options: { explain: true } });
		expect(outcomes(result)).toEqual([
			...eligible.map(() => 'sent'),
			'windowClosed',
			'invalidOrderId',
			'orderCancelled',
		]);
		const record = new Map(recorded().map(({ orderId, requestId }) => [orderId, requestId]));
		expect([...record.keys()].toSorted()).toEqual(eligible.toSorted());
		for (const { orderId, amazonRequestId } of result.items.slice(0, 5)) {
			expect(amazonRequestId).toBe(record.get(String(orderId)));
		}
		expect(recorded()).toHaveLength(eligible.length);
		expect(result.links).toEqual([...eligible, ...others]);
		expectToMatchOutputSchema('AmazonReviewSolicitation', 'solicitation/send', result.items);
	});

	it('sends nothing twice', async () => {
		const orderId = orderWith('eligible');
		await run('send', [orderId]);
		const again = await run('send', [orderId, orderId]);
		expect(outcomes(again)).not.toContain('sent');
		expect(recorded()).toHaveLength(1);
	});

	it('sends nothing in a dry run', async () => {
		const result = await run('send', [orderWith('eligible')], { dryRun: true });
		expect(outcomes(result)).toEqual(['wouldSend']);
		expect(posts()).toHaveLength(0);
	});

	it('is a dry run for an AI agent until the user lets it send', async () => {
		const orderId = orderWith('eligible');
		const asTool = async (letAgentSend?: boolean) =>
			await runNode({
				type: 'amazonReviewSolicitationTool',
				parameters: {
					resource: 'solicitation',
					operation: 'send',
					orderId,
					marketplace: { __rl: true, mode: 'list', value: '' },
					dryRun: false,
					options: {},
					...(letAgentSend !== undefined && { letAgentSend }),
				},
				credentials: inUse.credentials,
			});
		expect(outcomes(await asTool())).toEqual(['wouldSend']);
		expect(outcomes(await asTool(false))).toEqual(['wouldSend']);
		expect(posts()).toHaveLength(0);
		expect(outcomes(await asTool(true))).toEqual(['sent']);
	});

	it('says that a request may have arrived if neither the request nor the check got an answer', async () => {
		sandbox.faults.add({ kind: 'cutAfter', operation: CREATE });
		sandbox.faults.add({
			kind: 'error503',
			operation: 'getSolicitationActionsForOrder',
			skip: 1,
			times: 'always',
		});
		const { items, error } = await run('send', [orderWith('eligible')]);
		expect(error).toBeUndefined();
		expect(items).toEqual([
			expect.objectContaining({ outcome: 'answerLost', tryAgainLater: true, attempt: 1 }),
		]);
		expect(posts()).toHaveLength(1);
	});

	it('checks no further order once the request limit is reached', async () => {
		const ids = ordersWith('eligible')
			.slice(0, 20)
			.map(({ orderId }) => orderId);
		const result = await run('send', ids, { options: { maxRequests: 3 } });
		expect(outcomes(result).filter((outcome) => outcome === 'sent')).toHaveLength(3);
		expect(outcomes(result).filter((outcome) => outcome === 'deferred')).toHaveLength(17);
		const checks = inUse.requests.filter(({ operation }) => operation.startsWith('getSolicit'));
		expect(checks.length).toBeLessThan(10);
	});

	it('sends nothing to Amazon for an invalid order ID, even without a check', async () => {
		const { items } = await run('send', ['', 'nonsense'], { options: { checkFirst: false } });
		expect(items.map(({ outcome }) => outcome)).toEqual(['invalidOrderId', 'invalidOrderId']);
		expect(posts()).toHaveLength(0);
	});

	it('treats an item without an order ID as invalid', async () => {
		const { items } = await run('send', ['']);
		expect(items[0]).toMatchObject({ outcome: 'invalidOrderId', orderId: '' });
	});

	it.each(['current', 'legacy'] as const)(
		'treats "already requested" as a normal outcome (%s text)',
		async (alreadyRequestedText) => {
			sandbox.settings.set({ alreadyRequestedText });
			const orderId = orderWith('eligible');
			await run('send', [orderId]);
			const directly = { options: { checkFirst: false } };
			const again = await run('send', [orderId], directly);
			expect(again.error).toBeUndefined();
			expect(again.items).toEqual([
				expect.objectContaining({ outcome: 'alreadyRequested', tryAgainLater: false, attempt: 0 }),
			]);
			expect(recorded()).toHaveLength(1);
		},
	);

	it('sends one request if two executions overlap, and says so', async () => {
		sandbox.faults.add({ kind: 'slow', operation: CREATE, delayMs: 300, times: 2 });
		const orderId = orderWith('eligible');
		const both = await Promise.all([run('send', [orderId]), run('send', [orderId])]);
		expect(both.flatMap(outcomes).toSorted()).toEqual(['claimedElsewhere', 'sent']);
		expect(posts()).toHaveLength(1);
		expect(recorded()).toHaveLength(1);
	});

	it('sends again if the connection broke before Amazon acted', async () => {
		sandbox.faults.add({ kind: 'cutBefore', operation: CREATE });
		const { items, links } = await run('send', [orderWith('eligible')]);
		expect(items).toEqual([
			expect.objectContaining({ outcome: 'answerLost', tryAgainLater: false, attempt: 1 }),
			expect.objectContaining({ outcome: 'sent', tryAgainLater: false, attempt: 2 }),
		]);
		expect(new Set(links).size).toBe(1);
		expect(recorded()).toHaveLength(1);
	});

	it('does not send again if the answer was lost after Amazon acted', async () => {
		sandbox.faults.add({ kind: 'cutAfter', operation: CREATE });
		expect(outcomes(await run('send', [orderWith('eligible')]))).toEqual(['sentUnconfirmed']);
		expect(recorded()).toHaveLength(1);
		expect(posts()).toHaveLength(1);
	});

	it('counts an accepted request as sent even if its body is damaged', async () => {
		sandbox.faults.add({ kind: 'truncatedJson', operation: CREATE });
		expect(outcomes(await run('send', [orderWith('eligible')]))).toEqual(['sent']);
		expect(posts()).toHaveLength(1);
	});

	it.each(['error500', 'error503', 'garbageHtml'] as const)(
		'checks with Amazon what happened to a request answered with %s',
		async (kind) => {
			sandbox.faults.add({ kind, operation: CREATE });
			const outcome = outcomes(await run('send', [orderWith('eligible')])).at(-1);
			expect(['sent', 'sentUnconfirmed']).toContain(outcome);
			expect(recorded()).toHaveLength(1);
		},
	);

	it('waits and retries at the rate limit', async () => {
		sandbox.faults.add({ kind: 'throttle', operation: CREATE, times: 2 });
		expect(outcomes(await run('send', [orderWith('eligible')]))).toEqual(['sent']);
		expect(posts().map(({ status }) => status)).toEqual([429, 429, 201]);
	});

	it('stops and names the missing role', async () => {
		sandbox.roles.remove('demo', 'Buyer Solicitation');
		sandbox.roles.remove('demo', 'Product Listing');
		const ids = ordersWith('eligible')
			.slice(0, 30)
			.map(({ orderId }) => orderId);
		const { error } = await run('send', ids);
		expect(error?.message).toMatch(/Amazon denied access/);
		expect(error?.description).toMatch(/Buyer Solicitation or Product Listing/);
		// Only the orders in progress when it was noticed.
		const checks = inUse.requests.filter(({ operation }) => operation.startsWith('getSolicit'));
		expect(checks.length).toBeLessThanOrEqual(5);

		const { items } = await run('send', ids, {}, 'continueRegularOutput');
		expect(items).toHaveLength(30);
		for (const item of items) {
			expect(item).toMatchObject({ outcome: 'missingRole', tryAgainLater: true });
			expect(item.explanation).toMatch(/Buyer Solicitation or Product Listing/);
		}
	});

	it('fails only the bad item among good ones', async () => {
		const [first, second] = ordersWith('eligible').map(({ orderId }) => orderId);
		await expectMiddleItemToFailAlone({
			type: 'amazonReviewSolicitation',
			parameters: {
				resource: 'solicitation',
				operation: 'send',
				orderId: '={{ $json.orderId }}',
				marketplace: { __rl: true, mode: 'id', value: '={{ $json.market }}' },
				dryRun: false,
				options: {},
			},
			credentials: inUse.credentials,
			items: [
				{ json: { market: 'US', orderId: first } },
				{ json: { market: 'DE', orderId: first } },
				{ json: { market: 'US', orderId: second } },
			] as Array<{ json: IDataObject }>,
			message: /the marketplace Germany: the credential is for a different region/,
		});
		expect(new Set(recorded().map(({ orderId }) => orderId))).toEqual(new Set([first, second]));
	});
});

describe('Review Request: Send, if the answer never ends', () => {
	useShortTimeLimits();

	it('does not send again, as after a lost answer', async () => {
		const host = await startEndlessHost(sandbox);
		connect(inUse.credentials, sandbox, 'demo', { customBaseUrl: host.url });
		const orderId = orderWith('eligible');
		host.neverEnd(/^POST \/solicitations\//, 1);
		const sent = await Promise.race([
			run('send', [orderId]),
			sleep(60_000, undefined, { ref: false }),
		]);
		connect(inUse.credentials, sandbox);
		const { open } = host;
		host.close();
		expect(sent && outcomes(sent)).toEqual(['sentUnconfirmed']);
		expect([recorded().length, posts().length, open]).toEqual([1, 1, 0]);
	});
});
