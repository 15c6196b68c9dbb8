import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { setTimeout as sleep } from 'node:timers/promises';

import { requestsOfAgent } from '../../nodes/AmazonReviewSolicitation/sending/requestCap';
import type { FaultSpec } from '../../sandbox';
import type { NodeRun, NodeRunOptions } from './harness';
import { sendOrders } from './sendOrders';
import { useSandbox } from './useSandbox';

const CREATE = 'createProductReviewAndSellerFeedbackSolicitation';
const LOOK = 'getSolicitationActionsForOrder';
const ROLES = ['Buyer Solicitation', 'Product Listing'];
const WENT_OUT = ['sent', 'sentUnconfirmed', 'answerLost'];
/** In the seller's region, but the seller is not active there. */
const BRAZIL = 'A2Q3Y263D00KWC';

const inUse = useSandbox({ rateLimits: 10_000 });

/** The first calls of a process use Amazon's usual rate, until an answer gives the sandbox's. */
beforeAll(async () => {
	const { items } = await send(newOrders(2));
	expect(outcomesOf(items)).toEqual(['sent', 'sent']);
});

const newOrders = (count: number): string[] =>
	inUse.sandbox.world.addOrders({ count }).map(({ orderId }) => orderId);

/** Sends for these orders, or for the rows of an earlier run. */
async function send(
	orders: ReadonlyArray<string | IDataObject>,
	options: INodeParameters = {},
	{ parameters, ...more }: Partial<NodeRunOptions> = {},
): Promise<NodeRun> {
	return await sendOrders(inUse, orders, { options, ...parameters }, more);
}

const outcomesOf = (items: readonly IDataObject[]) => items.map(({ outcome }) => outcome);
const withOutcome = (items: readonly IDataObject[], outcome: string): string[] =>
	items.filter((row) => row.outcome === outcome).map(({ orderId }) => String(orderId));
const times = (value: string, count: number): string[] =>
	Array.from({ length: count }, () => value);

/** The orders among these for which the buyers were really contacted. */
const truthOf = (orderIds: readonly string[]): string[] =>
	inUse.sandbox.truth.solicitations
		.map(({ orderId }) => orderId)
		.filter((orderId) => orderIds.includes(orderId));

/** Requests about these orders, of one operation or of all. */
const callsFor = (orderIds: readonly string[], operation?: string) =>
	inUse.sandbox.requests.filter(
		(request) =>
			orderIds.includes(request.orderId ?? '') &&
			(operation === undefined || request.operation === operation),
	);

const slowRequests = (delayMs: number) =>
	inUse.sandbox.faults.add({ kind: 'slow', operation: CREATE, delayMs, times: 'always' });

const foreign = (orderId: string): IDataObject => ({ orderId, marketplaceId: BRAZIL });

const removeRoles = (): void => {
	for (const role of ROLES) inUse.sandbox.roles.remove('demo', role);
};

/** Does something as soon as this many requests for these orders have been answered. */
async function afterRequests(orderIds: readonly string[], count: number, act: () => void) {
	while (callsFor(orderIds, CREATE).length < count) await sleep(5);
	act();
}

describe('Send, within its limits', () => {
	it('leaves the rest to the next run when its time is up, and that run sends exactly the rest', async () => {
		const ids = newOrders(60);
		slowRequests(100);
		const first = await send(ids, { timeBudget: 0.005 });
		expect(first.error).toBeUndefined();
		expect(first.items.map(({ orderId }) => orderId)).toEqual(ids);
		const sent = withOutcome(first.items, 'sent');
		const deferred = withOutcome(first.items, 'deferred');
		expect([...sent, ...deferred]).toEqual(ids);
		expect(sent.length).toBeGreaterThanOrEqual(5);
		expect(deferred.length).toBeGreaterThan(20);
		expect(truthOf(ids).toSorted()).toEqual(sent.toSorted());
		expect(callsFor(deferred)).toHaveLength(0);

		inUse.sandbox.faults.clear();
		const rest = first.items.filter(({ tryAgainLater }) => tryAgainLater);
		const second = await send(rest);
		expect(withOutcome(second.items, 'sent')).toEqual(deferred);
		expect(truthOf(ids).toSorted()).toEqual(ids.toSorted());
	});

	it('sends at most the maximum number of requests', async () => {
		const ids = newOrders(12);
		const { items } = await send(ids, { maxRequests: 7 });
		expect(withOutcome(items, 'sent')).toHaveLength(7);
		expect(withOutcome(items, 'deferred')).toHaveLength(5);
		expect(callsFor(ids, CREATE)).toHaveLength(7);
		expect(truthOf(ids).toSorted()).toEqual(withOutcome(items, 'sent').toSorted());
	});

	it('does not count orders that Amazon offers no request for', async () => {
		const closed = inUse.sandbox.world.addOrders({ state: 'closed', count: 4 });
		const ids = [...closed.map(({ orderId }) => orderId), ...newOrders(3)];
		const { items } = await send(ids, { maxRequests: 3 });
		expect(outcomesOf(items)).toEqual([...times('notEligibleNow', 4), ...times('sent', 3)]);
	});

	it('does not count a request that Amazon refused, so that another order gets it', async () => {
		const ids = newOrders(6);
		const [refused = ''] = ids;
		inUse.sandbox.faults.add({ kind: 'unknown403', operation: CREATE, orderId: refused });
		slowRequests(50);
		const { items } = await send(ids, { maxRequests: 5 });
		expect(withOutcome(items, 'refused')).toEqual([refused]);
		expect(withOutcome(items, 'sent')).toHaveLength(5);
	});

	it('counts a request without an answer, because it may have arrived', async () => {
		const ids = newOrders(3);
		const [lost = ''] = ids;
		inUse.sandbox.faults.add({ kind: 'cutAfter', operation: CREATE, orderId: lost });
		const { items } = await send(ids, { maxRequests: 2 });
		expect(items.find(({ orderId }) => orderId === lost)?.outcome).toBe('sentUnconfirmed');
		expect(withOutcome(items, 'sent')).toHaveLength(1);
		expect(withOutcome(items, 'deferred')).toHaveLength(1);
	});

	it('returns a row for every order when it is canceled, and says what was sent', async () => {
		const ids = newOrders(300);
		// Real time; the nodes' waits take little of it.
		const started = process.uptime();
		await send(ids, {}, { parameters: { dryRun: true } });
		// The requests take at least 300 / 5 * 80 ms more than that.
		slowRequests(80);
		const { run } = await send(
			ids,
			{},
			{
				cancelAfterMs: (process.uptime() - started) * 1000 + 1500,
			},
		);
		expect(run.status).toBe('canceled');
		// n8n does not wait for the node, which finishes after the pending answers.
		const canceledAt = Date.now();
		const { runData } = run.data.resultData;
		while (runData.Node === undefined && Date.now() - canceledAt < 3000) await sleep(10);
		await sleep(200);
		const rows = (runData.Node?.[0]?.data?.main?.[0] ?? []).map(({ json }) => json);
		expect(rows.map(({ orderId }) => orderId)).toEqual(ids);
		const contacted = truthOf(ids);
		expect(contacted.length).toBeGreaterThan(0);
		expect(contacted.length).toBeLessThan(290);
		for (const { orderId, outcome, tryAgainLater } of rows) {
			if (contacted.includes(String(orderId))) expect(WENT_OUT).toContain(outcome);
			else expect(['deferred', 'answerLost']).toContain(outcome);
			if (outcome !== 'sent') expect(tryAgainLater).toBe(true);
		}
		const before = inUse.sandbox.requests.length;
		await sleep(200);
		expect(inUse.sandbox.requests).toHaveLength(before);

		// The next run must do exactly the rest.
		inUse.sandbox.faults.clear();
		await send(rows.filter(({ tryAgainLater }) => tryAgainLater));
		expect(truthOf(ids).toSorted()).toEqual(ids.toSorted());
	});
});

describe('Send, without access', () => {
	it('stops with an error that names the role if nothing was sent', async () => {
		const ids = newOrders(60);
		removeRoles();
		const { error, items } = await send(ids);
		expect(items).toEqual([]);
		expect(error?.name).toBe('NodeApiError');
		expect(error?.httpCode).toBe('403');
		expect(error?.description).toMatch(/the role Buyer Solicitation or Product Listing/);
		expect(callsFor(ids).length).toBeLessThanOrEqual(5);
	});

	it('returns a row per order with Continue On Fail', async () => {
		const ids = newOrders(60);
		removeRoles();
		const { error, items, links } = await send(ids, {}, { onError: 'continueRegularOutput' });
		expect(error).toBeUndefined();
		expect(outcomesOf(items)).toEqual(times('missingRole', 60));
		expect(links).toEqual(ids.map((_, tag) => tag));
		for (const { explanation, tryAgainLater } of items) {
			expect(explanation).toMatch(/Buyer Solicitation or Product Listing/);
			expect(tryAgainLater).toBe(true);
		}
		expect(callsFor(ids).length).toBeLessThanOrEqual(5);
	});

	it('keeps its rows and stops soon if the role is removed during the run', async () => {
		const ids = newOrders(120);
		slowRequests(30);
		const running = send(ids);
		await afterRequests(ids, 20, removeRoles);
		const callsBefore = callsFor(ids).length;
		const { error, items, hints } = await running;
		expect(error).toBeUndefined();
		expect(items.map(({ orderId }) => orderId)).toEqual(ids);
		expect(new Set(outcomesOf(items))).toEqual(new Set(['sent', 'missingRole']));
		expect(withOutcome(items, 'sent').toSorted()).toEqual(truthOf(ids).toSorted());
		expect(callsFor(ids).length - callsBefore).toBeLessThan(20);
		expect(hints.join('\n')).toMatch(/Buyer Solicitation or Product Listing/);
	});

	it('stops if the refresh token was revoked before', async () => {
		const ids = newOrders(60);
		inUse.sandbox.lwa.revoke('demo');
		inUse.sandbox.lwa.expireAccessTokens();
		const { error } = await send(ids);
		expect(error?.name).toBe('NodeApiError');
		expect(error?.message).toMatch(/does not accept the refresh token/);
		const { items } = await send(ids, {}, { onError: 'continueRegularOutput' });
		expect(outcomesOf(items)).toEqual(times('loginFailed', 60));
		expect(truthOf(ids)).toEqual([]);
	});

	it('keeps its rows if the refresh token is revoked during the run', async () => {
		const ids = newOrders(120);
		slowRequests(30);
		const running = send(ids);
		await afterRequests(ids, 20, () => inUse.sandbox.lwa.revoke('demo'));
		const { error, items } = await running;
		expect(error).toBeUndefined();
		expect(items.map(({ orderId }) => orderId)).toEqual(ids);
		expect(new Set(outcomesOf(items))).toEqual(new Set(['sent', 'loginFailed']));
		expect(withOutcome(items, 'sent').toSorted()).toEqual(truthOf(ids).toSorted());
		expect(callsFor(ids, LOOK).length).toBeLessThan(60);
		expect(JSON.stringify(items)).toMatch(/does not accept the refresh token/);
	});

	it.each([
		['a login that cannot be read', { kind: 'truncatedJson', operation: 'lwaToken' }],
		[
			'a fresh token that is rejected once',
			{ kind: 'expiredToken', operation: 'getMarketplaceParticipations' },
		],
	] as Array<[string, FaultSpec]>)('is not stopped by %s', async (_, fault) => {
		const ids = newOrders(20);
		inUse.sandbox.lwa.expireAccessTokens();
		inUse.sandbox.faults.add(fault);
		const { error, items } = await send(ids);
		expect(error).toBeUndefined();
		expect(outcomesOf(items)).toEqual(times('sent', 20));
	});

	it('sends where the seller is active, despite orders of a marketplace where the seller is not', async () => {
		const good = newOrders(6);
		const [first = '', ...others] = good;
		const elsewhere = ['701-0000000-0000001', '701-0000000-0000002', '701-0000000-0000003'];
		const [a = '', b = '', c = ''] = elsewhere;
		const { error, items } = await send([foreign(a), first, foreign(b), ...others, foreign(c)]);
		expect(error).toBeUndefined();
		expect(withOutcome(items, 'refused')).toEqual(elsewhere);
		expect(withOutcome(items, 'sent')).toEqual(good);
		expect(truthOf(good).toSorted()).toEqual(good.toSorted());
	});
});

describe('Send, when requests may have been sent', () => {
	/** The requests reach Amazon but their answers are lost, and the checks get no answer either. */
	const loseAnswers = (ids: readonly string[]): void => {
		for (const orderId of ids) {
			inUse.sandbox.faults.add({ kind: 'error503', operation: LOOK, orderId, times: 'always' });
			inUse.sandbox.faults.add({ kind: 'cutAfter', operation: CREATE, orderId, times: 1 });
		}
	};

	it.each([
		['the role', removeRoles, 'missingRole'],
		['the grant', () => inUse.sandbox.lwa.revoke('demo'), 'loginFailed'],
	] as const)('keeps a row for every request even if %s then ends', async (_, end, outcome) => {
		const ids = newOrders(7);
		const lost = ids.slice(0, 5);
		loseAnswers(lost);
		const running = send(ids, { checkFirst: false });
		await afterRequests(lost, 5, end);
		const { error, items, hints } = await running;
		expect(error).toBeUndefined();
		expect(items.map(({ orderId }) => orderId)).toEqual(ids);
		const contacted = truthOf(ids);
		expect(contacted.length).toBeGreaterThanOrEqual(5);
		for (const { orderId, outcome: each, attempt, tryAgainLater } of items) {
			if (!contacted.includes(String(orderId))) continue;
			expect(WENT_OUT).toContain(each);
			expect([attempt, tryAgainLater]).toEqual([1, true]);
		}
		expect(outcomesOf(items).filter((each) => !WENT_OUT.includes(String(each)))).toEqual(
			times(outcome, 7 - contacted.length),
		);
		expect(hints.join('\n')).toMatch(/Buyer Solicitation|refresh token|1 answerLost|5 answerLost/);
	});

	it('uses the newest of several rows of an order, and counts all attempts', async () => {
		const [orderId = ''] = newOrders(1);
		const { items } = await send(
			[
				{ orderId, attempt: 2, at: '2026-11-02T00:00:00Z' },
				{ orderId, attempt: 0, at: '2026-11-03T00:00:00Z' },
				{ orderId, attempt: '1', at: '2026-11-01T00:00:00Z' },
			],
			{ checkFirst: false },
		);
		expect(outcomesOf(items)).toEqual(['duplicateItem', 'sent', 'duplicateItem']);
		expect(items[1]?.attempt).toBe(3);
		// The first check may have met an expired token.
		expect(callsFor([orderId])[0]?.operation).toBe(LOOK);
		expect(callsFor([orderId], CREATE)).toHaveLength(1);
	});

	it('does not disable a limit because an expression returns nothing', async () => {
		const ids = newOrders(2);
		const { error } = await send(ids, { maxRequests: '={{ $json.nothing }}' });
		expect(error?.message).toBe("Could not use 'Maximum Requests': the value is invalid");
		expect(truthOf(ids)).toEqual([]);
	});
});

describe('Send, when there is nothing to send', () => {
	it.each(['dry run', 'nothing eligible'])(
		'keeps the rows of orders that Amazon answered about, despite a marketplace where the seller is not active (%s)',
		async (why) => {
			const dryRun = why === 'dry run';
			const added = inUse.sandbox.world.addOrders({
				count: 3,
				state: dryRun ? 'eligible' : 'closed',
			});
			const { error, items } = await send(
				[...added.map(({ orderId }) => orderId), foreign('701-0000000-0000001')],
				{},
				{ parameters: { dryRun } },
			);
			expect(error).toBeUndefined();
			expect(outcomesOf(items)).toEqual([
				...times(dryRun ? 'wouldSend' : 'notEligibleNow', 3),
				'refused',
			]);
		},
	);
});

describe('Send, order by order', () => {
	it.each([LOOK, CREATE])(
		'applies a refusal in unknown words only to its order (%s)',
		async (operation) => {
			const ids = newOrders(8);
			const refused = ids.slice(2, 6);
			for (const orderId of refused) {
				inUse.sandbox.faults.add({ kind: 'unknown403', operation, orderId });
			}
			const { error, items } = await send(ids);
			expect(error).toBeUndefined();
			expect(withOutcome(items, 'refused')).toEqual(refused);
			expect(withOutcome(items, 'sent')).toEqual(ids.filter((each) => !refused.includes(each)));
			for (const { outcome, amazonMessage, tryAgainLater, attempt } of items) {
				if (outcome !== 'refused') continue;
				expect(amazonMessage).toMatch(/cannot be contacted/);
				expect(tryAgainLater).toBe(true);
				expect(attempt).toBe(0);
			}
		},
	);

	it('makes one call per order when set not to check first', async () => {
		const [done = '', ...ids] = newOrders(5);
		await send([done]);
		const before = inUse.sandbox.requests.length;
		const { items } = await send([done, ...ids], { checkFirst: false });
		expect(outcomesOf(items)).toEqual(['alreadyRequested', ...times('sent', 4)]);
		const made = inUse.sandbox.requests.slice(before).map(({ operation }) => operation);
		expect(made).toEqual(times(CREATE, 5));
	});

	it('always checks an order first if it was tried before', async () => {
		const [orderId = ''] = newOrders(1);
		await send([{ orderId, attempt: 1 }], { checkFirst: false });
		expect(callsFor([orderId]).map(({ operation }) => operation)).toEqual([LOOK, CREATE]);
	});

	it.each([undefined, 3])(
		'returns a row for a request without an answer, and one for the next request (attempts before: %s)',
		async (before) => {
			const [orderId = '', other = ''] = newOrders(2);
			inUse.sandbox.faults.add({ kind: 'cutBefore', operation: CREATE, orderId });
			const { items, links } = await send([{ orderId, ...(before && { attempt: before }) }, other]);
			expect(items.map(({ orderId: id, outcome, attempt }) => [id, outcome, attempt])).toEqual([
				[orderId, 'answerLost', (before ?? 0) + 1],
				[orderId, 'sent', (before ?? 0) + 2],
				[other, 'sent', 1],
			]);
			expect(items.map(({ tryAgainLater }) => tryAgainLater)).toEqual([false, false, false]);
			expect(links).toEqual([0, 0, 1]);
			expect(truthOf([orderId])).toEqual([orderId]);
		},
	);

	it('continues the count of attempts from one run to the next', async () => {
		const [orderId = ''] = newOrders(1);
		inUse.sandbox.faults.add({ kind: 'error503', operation: CREATE, orderId, times: 2 });
		const first = await send([orderId]);
		expect(outcomesOf(first.items)).toEqual(['answerLost', 'answerLost']);
		const second = await send(first.items.slice(-1));
		expect(second.items).toMatchObject([{ outcome: 'sent', attempt: 3 }]);
	});

	it('processes an order only once if several items contain it', async () => {
		const [one = '', two = ''] = newOrders(2);
		const { items, links } = await send([one, two, one, 'nonsense', 'nonsense', one]);
		expect(outcomesOf(items)).toEqual([
			'duplicateItem',
			'sent',
			'duplicateItem',
			'invalidOrderId',
			'invalidOrderId',
			'sent',
		]);
		expect(links).toEqual([0, 1, 2, 3, 4, 5]);
		expect(callsFor([one], CREATE)).toHaveLength(1);
		for (const row of items) expect(row.tryAgainLater).toBe(row.outcome === 'duplicateItem');
	});

	it('keeps the order of the items and their linking, however long each one takes', async () => {
		const ids = newOrders(70);
		for (const [index, orderId] of ids.entries()) {
			if (index % 7 !== 0) continue;
			inUse.sandbox.faults.add({ kind: 'slow', operation: LOOK, orderId, delayMs: 40 + 3 * index });
		}
		const { items, links, outputs } = await send(ids);
		expect(items.map(({ orderId }) => orderId)).toEqual(ids);
		expect(links).toEqual(ids.map((_, index) => index));
		expect(outputs[0]?.map(({ pairedItem }) => pairedItem)).toEqual(
			ids.map((_, item) => ({ item })),
		);
		const begun = callsFor(ids, CREATE).map(({ orderId }) => orderId);
		expect(begun).not.toEqual(ids);
	});
});

describe('Send, used by an agent', () => {
	it('sends at most what the user allows in one execution, over all calls', async () => {
		const ids = newOrders(3);
		const call = async (orderId: string): Promise<unknown> => {
			const { items } = await send(
				[orderId],
				{},
				{
					type: 'amazonReviewSolicitationTool',
					parameters: { letAgentSend: true, agentMaxRequests: 2 },
				},
			);
			return items[0]?.outcome;
		};
		const outcomes: unknown[] = [];
		for (const orderId of ids) outcomes.push(await call(orderId));
		expect(outcomes).toEqual(['sent', 'sent', 'deferred']);
		expect(truthOf(ids)).toEqual(ids.slice(0, 2));
	});
});

describe('Rows', () => {
	it.each([
		['lost answers', () => void inUse.sandbox.faults.add({ kind: 'cutAfter', times: 'always' })],
		['refusals', () => void inUse.sandbox.faults.add({ kind: 'unknown403', times: 'always' })],
		[
			'rejected tokens',
			() => void inUse.sandbox.faults.add({ kind: 'expiredToken', times: 'always' }),
		],
		['missing roles', removeRoles],
		['a revoked token', () => inUse.sandbox.lwa.revoke('demo')],
	])('contain no secrets with %s', async (_, spoil) => {
		const ids = newOrders(2);
		const { clientId, clientSecret, refreshToken } = inUse.credentials.get('demo');
		spoil();
		const { outputs, error } = await send(ids, {}, { onError: 'continueRegularOutput' });
		const shown = JSON.stringify({ outputs, error, description: error?.description });
		expect(shown).toContain(ids[0]);
		const accessTokens = inUse.sandbox.secrets().accessTokens;
		expect(accessTokens.length).toBeGreaterThan(0);
		for (const secret of [clientId, clientSecret, refreshToken, ...accessTokens]) {
			expect(String(secret).length).toBeGreaterThan(20);
			expect(shown).not.toContain(secret);
		}
		expect(shown).not.toMatch(/Atz[ar]\|/);
	});
});

describe('Send, as a dry run', () => {
	it('contacts only the buyers of orders that are not marked as a dry run, item by item', async () => {
		const [real, dry] = newOrders(2);
		const rows = [
			{ orderId: real, test: false },
			{ orderId: dry, test: true },
		];
		const { items } = await send(rows, {}, { parameters: { dryRun: '={{ $json.test }}' } });
		expect(outcomesOf(items)).toEqual(['sent', 'wouldSend']);
		expect(truthOf([String(real), String(dry)])).toEqual([real]);
	});
});

describe('the request limit of an agent', () => {
	it('is the lowest limit of its tools', () => {
		requestsOfAgent('two tools', 100);
		const cap = requestsOfAgent('two tools', 1);
		expect([cap.take(), cap.take()]).toEqual([true, false]);
	});

	it('lasts as long as the agent runs, however many others come and go', () => {
		expect(requestsOfAgent('goes on', 1).take()).toBe(true);
		for (let other = 0; other < 3_000; other += 1) {
			requestsOfAgent(`other ${other}`, 1);
			if (other % 500 === 0) expect(requestsOfAgent('goes on', 1).isLeft).toBe(false);
		}
		expect(requestsOfAgent('goes on', 1).take()).toBe(false);
	});
});
