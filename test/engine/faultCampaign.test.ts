import type { IDataObject } from 'n8n-workflow';

import {
	SOLICITATION_OUTCOMES,
	type SolicitationOutcome,
} from '../../nodes/AmazonReviewSolicitation/sending/outcome';
import { startSandbox, type Fault, type FaultSpec, type Sandbox } from '../../sandbox';
import { createCredentialStore, runNode } from './harness';
import { giveProcessedData, ProcessedData } from './processedData';
import { connect } from './sandboxCredential';
import './shortWaits';

const SEED = process.env.FAULT_SEED ?? 'campaign-1';
const ELIGIBLE = 9000;
/** The last run, if it is reached, has no faults: it must request all remaining reviews. */
const MOST_RUNS = 8;

/** The chance that a request gets a given fault; about every seventh request gets one of them. */
const CHANCE = 0.01;

const FAULTS: readonly FaultSpec[] = [
	{ kind: 'throttle', probability: CHANCE },
	{ kind: 'error500', probability: CHANCE },
	{ kind: 'error503', probability: CHANCE },
	{ kind: 'slow', probability: CHANCE, delayMs: 20 },
	{ kind: 'cutBefore', probability: CHANCE },
	{ kind: 'cutAfter', probability: CHANCE },
	{ kind: 'truncatedJson', probability: CHANCE },
	{ kind: 'expiredToken', probability: CHANCE },
	{ kind: 'garbageHtml', probability: CHANCE },
	{ kind: 'unknown403', probability: CHANCE },
	{ kind: 'cutOff403', probability: CHANCE },
	{ kind: 'html403', probability: CHANCE },
	{ kind: 'errors200', probability: CHANCE },
	{ kind: 'loginPage', probability: CHANCE },
	// Each of these ends a run, because every other call would fail too until the credential is
	// fixed.
	{ kind: 'expiredSecret', skip: 3000 },
	{ kind: 'unauthorizedClient', skip: 10 },
	{ kind: 'invalidClient', skip: 60 },
	// Applies every second time it is drawn for the same order.
	{ kind: 'flappingEligibility', probability: 0.5 },
];

/** Each of these rows means that one request was made. */
const REQUESTED: readonly SolicitationOutcome[] = ['sent', 'sentUnconfirmed', 'answerLost'];

/** 10,000 items: eligible orders, mixed with 1,000 of every kind that is not. */
function makeItems(sandbox: Sandbox): { items: IDataObject[]; eligible: Set<string> } {
	const add =
		(state: 'eligible' | 'notYet' | 'closed' | 'cancelled' | 'notShipped' | 'refunded') =>
		(count: number): string[] =>
			sandbox.world.addOrders({ state, count }).map(({ orderId }) => orderId);
	const eligible = add('eligible')(ELIGIBLE);
	const others = [
		...add('notYet')(200),
		...add('closed')(200),
		...add('cancelled')(150),
		...add('notShipped')(150),
		...add('refunded')(100),
		...Array.from({ length: 70 }, (_, each) => `999-0000000-${String(each).padStart(7, '0')}`),
		...Array.from({ length: 30 }, (_, each) => `order ${each}`),
		...eligible.slice(0, 100),
	];
	const mixed: string[] = [];
	const every = Math.floor(eligible.length / others.length);
	for (const [index, orderId] of eligible.entries()) {
		mixed.push(orderId);
		const other = index % every === every - 1 ? others[Math.floor(index / every)] : undefined;
		if (other !== undefined) mixed.push(other);
	}
	return { items: mixed.map((orderId) => ({ orderId })), eligible: new Set(eligible) };
}

it('requests reviews for 10,000 orders through every kind of fault: nothing lost, nothing twice', async () => {
	const started = Date.now();
	const store = new ProcessedData();
	await giveProcessedData(store);
	const sandbox = await startSandbox({ seed: SEED, rateLimits: 10_000 });
	const credentials = await createCredentialStore();
	connect(credentials, sandbox);
	const { items, eligible } = makeItems(sandbox);
	const began = sandbox.clock.now().getTime();
	expect(items).toHaveLength(10_000);

	const ledger: IDataObject[] = [];
	const log: string[] = [];
	let open = items;
	let runs = 0;
	const faults: Fault[] = FAULTS.map((fault) => sandbox.faults.add(fault));
	const isEligibleOpen = (): boolean => {
		const requested = new Set(sandbox.truth.solicitations.map(({ orderId }) => orderId));
		return [...eligible].some((orderId) => !requested.has(orderId));
	};
	try {
		while (open.length > 0 && runs < MOST_RUNS && (runs === 0 || isEligibleOpen())) {
			runs += 1;
			if (runs === MOST_RUNS) sandbox.faults.clear();
			const at = Date.now();
			const result = await runNode({
				type: 'amazonReviewSolicitation',
				parameters: {
					resource: 'solicitation',
					operation: 'send',
					orderId: '={{ $json.orderId }}',
					marketplace: { __rl: true, mode: 'list', value: '' },
					dryRun: false,
					options: {},
				},
				items: open.map((row) => ({ json: { ...row, tag: row.orderId } })),
				credentials,
				onError: 'continueRegularOutput',
			});
			const counts = new Map<string, number>();
			for (const { outcome } of result.items)
				counts.set(String(outcome), (counts.get(String(outcome)) ?? 0) + 1);
			log.push(
				`run ${runs}: ${open.length} items, ${((Date.now() - at) / 1000).toFixed(1)} s: ${[...counts].map(([outcome, count]) => `${count} ${outcome}`).join(', ')}`,
			);
			expect(result.error).toBeUndefined();
			expect(new Set(result.links)).toEqual(new Set(open.map(({ orderId }) => orderId)));
			expect(result.items.map(({ orderId }) => orderId)).toEqual(result.links);
			ledger.push(...result.items);
			open = lastRows(result.items).filter(({ tryAgainLater }) => tryAgainLater === true);
		}

		const seconds = ((Date.now() - started) / 1000).toFixed(0);
		const applied = faults.map(({ kind, fired }) => `${fired} ${kind}`).join(', ');
		process.stdout.write(
			`${items.length} orders, ${runs} runs, seed ${SEED}, faults: ${applied}; ${seconds} s\n${log.join('\n')}\n`,
		);

		const truth = sandbox.truth.solicitations.map(({ orderId }) => orderId);
		expect(new Set(truth).size).toBe(truth.length);
		const requested = new Set(truth);
		// Waiting advances the sandbox's time by some days in total, so the windows of a few orders
		// close.
		const end = sandbox.clock.now().getTime();
		const isOpen = (orderId: string): boolean =>
			Date.parse(sandbox.truth.windowOf('demo', orderId).closesAt) > end;
		const missed = [...eligible].filter((orderId) => !requested.has(orderId));
		expect(missed.filter(isOpen)).toEqual([]);
		expect(missed.length).toBeLessThan(eligible.size / 100);
		// The windows of a few others open.
		const hasOpened = (orderId: string): boolean =>
			Date.parse(sandbox.truth.windowOf('demo', orderId).opensAt) > began;
		const others = truth.filter((orderId) => !eligible.has(orderId));
		expect(others.filter((orderId) => !hasOpened(orderId))).toEqual([]);
		expect(others.length).toBeLessThan(eligible.size / 100);
		for (const { fired } of faults) expect(fired).toBeGreaterThan(0);
		expect(store.entries).toEqual([]);

		const attempts = new Map<unknown, number>();
		const sent = new Map<unknown, number>();
		// Collected, because one expectation per row would take seconds.
		const wrong: IDataObject[] = [];
		for (const row of ledger) {
			const { orderId, outcome, attempt } = row;
			if (!Object.hasOwn(SOLICITATION_OUTCOMES, String(outcome))) wrong.push(row);
			if (outcome === 'duplicateItem') continue;
			const before = attempts.get(orderId) ?? 0;
			const isRequest = REQUESTED.includes(outcome as SolicitationOutcome);
			if (attempt !== before + (isRequest ? 1 : 0)) wrong.push(row);
			attempts.set(orderId, Number(attempt));
			if (outcome === 'sent') {
				if (!requested.has(String(orderId))) wrong.push(row);
				sent.set(orderId, (sent.get(orderId) ?? 0) + 1);
			}
		}
		expect(wrong).toEqual([]);
		expect([...sent.values()].filter((times) => times > 1)).toEqual([]);
	} catch (error) {
		(error as Error).message = `FAULT_SEED=${SEED}\n${log.join('\n')}\n${(error as Error).message}`;
		throw error;
	} finally {
		await sandbox.close();
	}
}, 900_000);

/** The last row of each order; items that only repeat another are not part of later runs. */
const lastRows = (rows: readonly IDataObject[]): IDataObject[] => [
	...new Map(
		rows.filter(({ outcome }) => outcome !== 'duplicateItem').map((row) => [row.orderId, row]),
	).values(),
];
