import type { IExecuteFunctions, INode } from 'n8n-workflow';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Claims } from '../../nodes/AmazonReviewSolicitation/sending/claims';
import type { NodeRun } from './harness';
import { giveProcessedData, ProcessedData } from './processedData';
import { runNode } from './harness';
import { connect } from './sandboxCredential';
import { useWaitsAsTheyAre } from './shortWaits';
import { useSandbox } from './useSandbox';

const CREATE = 'createProductReviewAndSellerFeedbackSolicitation';
const MINUTE = 60_000;
const LEASE = 10 * MINUTE;

const store = new ProcessedData();
const inUse = useSandbox({ rateLimits: 10_000 });
// Claims are renewed on a schedule.
useWaitsAsTheyAre();

beforeAll(async () => await giveProcessedData(store));
afterEach(() => {
	store.broken = false;
	store.clear();
});

const newOrders = (count: number): string[] =>
	inUse.sandbox.world.addOrders({ count }).map(({ orderId }) => orderId);

const send = async (
	orderIds: readonly string[],
	cancelAfterMs?: number,
	credentialId = 'demo',
): Promise<NodeRun> =>
	await runNode({
		credentialId,
		type: 'amazonReviewSolicitation',
		parameters: {
			resource: 'solicitation',
			operation: 'send',
			orderId: '={{ $json.orderId }}',
			marketplace: { __rl: true, mode: 'list', value: '' },
			dryRun: false,
			options: {},
		},
		items: orderIds.map((orderId) => ({ json: { orderId, tag: orderId } })),
		credentials: inUse.credentials,
		cancelAfterMs,
	});

const outcomes = ({ items }: NodeRun) => items.map(({ outcome }) => outcome);

const postsOf = (orderIds: readonly string[]) =>
	inUse.sandbox.requests.filter(
		({ operation, orderId }) => operation === CREATE && orderIds.includes(orderId ?? ''),
	);

const truthOf = (orderIds: readonly string[]) =>
	inUse.sandbox.truth.solicitations
		.map(({ orderId }) => orderId)
		.filter((orderId) => orderIds.includes(orderId));

describe('Claims, in one process', () => {
	it.each([
		['with', false],
		['without', true],
	])('keep overlapping executions off the same orders, %s the store', async (_, broken) => {
		store.broken = broken;
		await send(newOrders(1));
		const ids = newOrders(60);
		const slow = { kind: 'slow', operation: CREATE, delayMs: 15, times: 'always' } as const;
		inUse.sandbox.faults.add(slow);
		const first = send(ids);
		const others = [first, ...[20, 60, 150].map(async (ms) => (await sleep(ms), await send(ids)))];
		const all = await Promise.all(others);

		expect(truthOf(ids).toSorted()).toEqual(ids.toSorted());
		// A request refused at the rate limit contacted nobody.
		expect(postsOf(ids).filter(({ status }) => status !== 429)).toHaveLength(ids.length);
		for (const orderId of ids) {
			const perRun = all.map(({ items }) => items.find((row) => row.orderId === orderId)?.outcome);
			expect(perRun.filter((outcome) => outcome === 'sent')).toHaveLength(1);
			for (const outcome of perRun) {
				expect(['sent', 'claimedElsewhere', 'notEligibleNow']).toContain(outcome);
			}
		}
		expect(all.flatMap(outcomes)).toContain('claimedElsewhere');
	});

	it('are shared by two credentials of one seller', async () => {
		const ids = newOrders(40);
		const { customBaseUrl } = inUse.credentials.get('demo');
		const other = String(customBaseUrl).replace('127.0.0.1', 'localhost');
		inUse.credentials.set('other', {
			...inUse.credentials.get('demo'),
			customBaseUrl: other,
		});
		const runs = await Promise.all([send(ids), send(ids, undefined, 'other')]);
		const all = runs.flatMap(({ items }) => items);
		for (const orderId of ids) {
			const own = all.filter((row) => row.orderId === orderId).map(({ outcome }) => outcome);
			expect(own.filter((outcome) => outcome === 'sent')).toHaveLength(1);
		}
		expect(all.map(({ outcome }) => outcome)).toContain('claimedElsewhere');
		expect(postsOf(ids).filter(({ status }) => status !== 429)).toHaveLength(ids.length);
	});

	it('are released after a run, and nothing stays in the store', async () => {
		const ids = newOrders(120);
		const seen: number[] = [];
		const running = send(ids).finally(() => clearInterval(look));
		const look = setInterval(() => seen.push(store.entries.length), 1);
		expect(new Set(outcomes(await running))).toEqual(new Set(['sent']));
		// Two entries for each of the 50 that are claimed together.
		expect(Math.max(...seen)).toBe(100);
		expect(store.entries).toEqual([]);
	});

	it('are released if the run fails or is canceled', async () => {
		const ids = newOrders(60);
		inUse.sandbox.roles.remove('demo', 'Buyer Solicitation');
		inUse.sandbox.roles.remove('demo', 'Product Listing');
		const { error } = await send(ids);
		expect(error?.message).toMatch(/denied access/);
		inUse.sandbox.roles.restore('demo', 'Buyer Solicitation');
		expect(store.entries).toEqual([]);

		inUse.sandbox.faults.add({ kind: 'slow', operation: CREATE, delayMs: 100, times: 'always' });
		const { run } = await send(ids, 300);
		expect(run.status).toBe('canceled');
		await sleep(500);
		expect(store.entries).toEqual([]);
		inUse.sandbox.faults.clear();
		const rest = await send(ids);
		expect(outcomes(rest)).not.toContain('claimedElsewhere');
		expect(truthOf(ids).toSorted()).toEqual(ids.toSorted());
	});

	it('hold up neither the run nor other sellers if the store hangs', async () => {
		connect(inUse.credentials, inUse.sandbox, 'second');
		let fail = (): void => undefined;
		store.hangsUntil = new Promise((_, reject) => {
			fail = () => reject(new Error('SQLITE_BUSY: database is locked'));
		});
		const [mine = '', ...theirs] = [
			...newOrders(1),
			...inUse.sandbox.world
				.addOrders({ count: 1, sellerKey: 'second' })
				.map(({ orderId }) => orderId),
		];
		const runs = await Promise.all([send([mine]), send(theirs, undefined, 'second')]);
		store.hangsUntil = undefined;
		fail();
		expect(runs.map(outcomes)).toEqual([['sent'], ['sent']]);
	});

	it('are not made for a dry run or for invalid order IDs', async () => {
		const looks = store.writes;
		await send(['nonsense', 'order 2']);
		expect(store.writes).toBe(looks);
	});

	it('leave nothing in the store if executions with different orders overlap', async () => {
		await send(newOrders(1));
		const groups = Array.from({ length: 6 }, () => newOrders(55));
		const runs = await Promise.all(groups.map(async (ids) => await send(ids)));
		expect(new Set(runs.flatMap(outcomes))).toEqual(new Set(['sent']));
		expect(store.entries).toEqual([]);
	});
});

describe('Claims, in two processes with one store', () => {
	const node = { id: 'Node' } as INode;
	const context = {
		helpers: {
			checkProcessedAndRecord: async (
				items: string[],
				scope: 'node',
				options: { maxEntries?: number },
			) =>
				await store.checkProcessedAndRecord(
					items,
					scope,
					{ node, workflow: { id: 'w', active: true } },
					options,
				),
			removeProcessed: async (items: string[], scope: 'node') =>
				await store.removeProcessed(items, scope, { node, workflow: { id: 'w', active: true } }),
		},
	} as unknown as IExecuteFunctions;

	let now = 0;
	beforeEach(() => {
		now = 1_800_000_000_000;
	});

	/** The claims' own pending waits, to be ended manually. */
	let waits: Array<() => void> = [];
	const wait = async (_: number, signal: AbortSignal | undefined): Promise<boolean> =>
		await new Promise((resolve) => {
			const end = (whole: boolean) => () => {
				signal?.removeEventListener('abort', stop);
				resolve(whole);
			};
			const stop = end(false);
			waits.push(end(true));
			signal?.addEventListener('abort', stop);
		});

	/** Lets the given minutes pass, in steps shorter than the interval at which claims are renewed. */
	async function pass(minutes: number): Promise<void> {
		for (let minute = 0; minute < minutes; minute += 1) {
			now += MINUTE;
			const due = waits;
			waits = [];
			for (const end of due) end();
			// The store takes its time.
			await sleep(20);
		}
	}

	/** Claims as another process makes them: without this process's memory. */
	function inNewProcess(): () => Claims {
		let made:
			| (typeof import('../../nodes/AmazonReviewSolicitation/sending/claims'))['Claims']
			| undefined;
		jest.isolateModules(() => {
			({ Claims: made } = jest.requireActual(
				'../../nodes/AmazonReviewSolicitation/sending/claims',
			));
		});
		return () => {
			if (made === undefined) throw new Error('The module has no Claims');
			return new made(context, () => now, wait);
		};
	}

	it('are visible to each other', async () => {
		const [one, two] = [inNewProcess()(), inNewProcess()()];
		expect(await one.take(['a', 'b'])).toEqual(new Set(['a', 'b']));
		expect(await two.take(['b', 'c'])).toEqual(new Set(['c']));
		await one.release(['a', 'b']);
		expect(await two.take(['a', 'b'])).toEqual(new Set(['a', 'b']));
		await two.release(['a', 'b', 'c']);
		expect(store.entries).toEqual([]);
	});

	it('last past the end of a lease', async () => {
		now = Math.ceil(now / LEASE) * LEASE - 1;
		const [one, two] = [inNewProcess()(), inNewProcess()()];
		await one.take(['a']);
		now += 2;
		expect(await two.take(['a'])).toEqual(new Set());
		await one.release(['a']);
		expect(await two.take(['a'])).toEqual(new Set(['a']));
		await two.release(['a']);
		expect(store.entries).toEqual([]);
	});

	it('last as long as the order is worked on, and no longer', async () => {
		const [one, two] = [inNewProcess()(), inNewProcess()()];
		await one.take(['a', 'b']);
		await pass(9);
		expect(await two.take(['a'])).toEqual(new Set());
		await pass(12);
		expect(await two.take(['a'])).toEqual(new Set());
		await one.release(['b']);
		await pass(40);
		expect(await two.take(['a'])).toEqual(new Set());
		await one.release(['a']);
		expect(store.entries).toEqual([]);
		expect(await two.take(['a', 'b'])).toEqual(new Set(['a', 'b']));
		await two.release(['a', 'b']);
		await pass(1);
		expect(waits).toEqual([]);
		expect(store.entries).toEqual([]);
	});

	it.each([0, 1, 4, 9, 9.99])(
		'of a crashed process last one to two leases, however often others check (%d minutes into a lease)',
		async (minutes) => {
			const start = Math.ceil(now / LEASE) * LEASE + minutes * MINUTE;
			now = start;
			await inNewProcess()().take(['a']);
			const other = inNewProcess();
			let taken: ReadonlySet<string> = new Set();
			const claims = other();
			while (taken.size === 0) {
				now += MINUTE;
				if (now - start > 5 * LEASE) throw new Error('It is never free');
				taken = await other().take(['a']);
			}
			expect(now - start).toBeGreaterThan(LEASE);
			expect(now - start).toBeLessThanOrEqual(2 * LEASE + MINUTE);
			await claims.release(['a']);
		},
	);

	it('can be taken again in the same process after being released', async () => {
		const process = inNewProcess();
		const [one, two] = [process(), process()];
		expect(await one.take(['a'])).toEqual(new Set(['a']));
		expect(await two.take(['a'])).toEqual(new Set());
		await one.release(['a']);
		expect(await two.take(['a'])).toEqual(new Set(['a']));
	});

	it('are gone once released, even if another execution of the process claims meanwhile', async () => {
		const process = inNewProcess();
		const [one, two, three] = [process(), process(), process()];
		await one.take(['a']);
		await Promise.all([one.release(['a']), two.take(['b'])]);
		expect(await three.take(['a', 'b'])).toEqual(new Set(['a']));
		await Promise.all([two.release(['b']), three.release(['a'])]);
		expect(store.entries).toEqual([]);
	});

	it('work within a process if the store fails', async () => {
		store.broken = true;
		const process = inNewProcess();
		const [one, two] = [process(), process()];
		expect(await one.take(['a'])).toEqual(new Set(['a']));
		expect(await two.take(['a', 'b'])).toEqual(new Set(['b']));
		await one.release(['a']);
		expect(await two.take(['a'])).toEqual(new Set(['a']));
	});
});
