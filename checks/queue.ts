/**
 * `npm run check -- queue`: n8n in queue mode, one main process and four workers with PostgreSQL and
 * Redis, requests reviews for 2,000 orders of the sandbox in overlapping executions, while workers
 * are killed and Amazon fails now and then. At the end the sandbox's own record must show exactly
 * one request for each order.
 *
 * Then it runs parallel executions with one credential. Its expressions select one seller for one
 * item and another seller for the next; no item may ever get data of the other seller. `--sellers`
 * only runs this, on two workers.
 *
 * `--unshared` gives every worker Amazon's full rate limit instead of a quarter; the effect on
 * refused calls (429) is then printed but not checked.
 *
 * PostgreSQL and Redis are those in n8n's own variables (`DB_POSTGRESDB_*`, `QUEUE_BULL_REDIS_*`),
 * or those on the usual ports of this machine, or started for this run.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { FaultSpec, LoggedRequest } from '../sandbox';
import { createProgress, formatTable, printVerdicts } from '../scripts/lib/output.mjs';
import { repoDir, stateDir } from '../scripts/lib/paths.mjs';
import { atEnd } from './lib/atEnd';
import { readOptions } from './lib/options';
import { RunningSandbox } from './lib/sandbox';
import { setUp } from './lib/setUp';
import { QueueN8n } from './n8n/queueN8n';
import { itemsOf } from './n8n/runData';
import { openServices } from './n8n/services';
import type { NewWorkflow } from './n8n/workflow';
import {
	CHECK,
	countBy,
	describeCounts,
	KILL_AT,
	QueueRounds,
	REQUEST,
} from './queue/requestRounds';
import { SELLERS, SellersRound } from './queue/sellersRound';

const dir = join(stateDir, 'queue');

const workflowFile = join(repoDir, 'checks', 'queue', 'workflow.json');

/** Amazon's rate (1 request per second) times this; its burst of 5 stays. */
const RATE_LIMITS = 40;

/** This part is about whose rows are returned, not about speed. */
const SELLERS_RATE_LIMITS = 1000;

const MOST_THROTTLED = 0.02;

/** Faults that happen now and then, with their probability per call. */
const FAULTS: readonly FaultSpec[] = [
	{ kind: 'error500', probability: 0.01 },
	{ kind: 'error503', probability: 0.015 },
	{ kind: 'cutBefore', probability: 0.01 },
	{ kind: 'cutAfter', probability: 0.015 },
	{ kind: 'slow', probability: 0.01, delayMs: 3000 },
];

/** How the workers are set up. */
interface Workers {
	readonly count: number;
	/** Each worker's share of Amazon's rate limit, in percent. */
	readonly share: number;
}

export async function run(args: string[]): Promise<number> {
	const { unshared, sellers: onlySellers } = readOptions(args, {
		unshared: { type: 'boolean', default: false },
		sellers: { type: 'boolean', default: false },
	});
	const count = onlySellers ? 2 : 4;
	const workers = { count, share: unshared ? 100 : 100 / count };
	rmSync(dir, { recursive: true, force: true });
	const progress = createProgress(6);
	const { runtime, tarball } = await setUp(progress);
	const services = await progress.step(
		'PostgreSQL and Redis',
		async () => await openServices(runtime, dir),
	);
	atEnd(services.remove);
	const sandbox = await progress.step('SP-API sandbox', startSandboxWithFaults);
	const n8n = new QueueN8n({ runtime, tarball, services, dir });
	atEnd(async () => await n8n.stop());
	await progress.step("n8n's main process", async () => await n8n.start());
	await progress.step(`${count} workers`, async () => {
		const credential = await sandbox.credential({ pace: RATE_LIMITS });
		const workflow = JSON.parse(readFileSync(workflowFile, 'utf8')) as NewWorkflow;
		const data = { ...credential, rateLimitShare: workers.share };
		await n8n.addWorkflow(workflow, await n8n.addCredential(data));
		const numbers = Array.from({ length: count }, (_, index) => index + 1);
		await Promise.all(numbers.map(async (number) => await n8n.startWorker(number)));
	});

	const failed = onlySellers ? 0 : await checkRequests(n8n, sandbox, workers);
	return Math.max(failed, await checkSellers(n8n, workers));
}

/** @returns the exit code */
async function checkRequests(
	n8n: QueueN8n,
	sandbox: RunningSandbox,
	workers: Workers,
): Promise<number> {
	const start = Date.now();
	const rounds = new QueueRounds(n8n, sandbox);
	await rounds.run();
	return report(rounds, workers, Date.now() - start);
}

/** @returns the exit code */
async function checkSellers(n8n: QueueN8n, workers: Workers): Promise<number> {
	const logFile = join(dir, 'sandbox-sellers.log');
	const sandbox = await RunningSandbox.start(logFile, { 'rate-limits': SELLERS_RATE_LIMITS });
	const start = Date.now();
	const round = new SellersRound(n8n, sandbox, SELLERS_RATE_LIMITS);
	await round.run();
	return reportSellers(round, workers, n8n.begunOnWorkers(), Date.now() - start);
}

async function startSandboxWithFaults(): Promise<RunningSandbox> {
	const logFile = join(dir, 'sandbox.log');
	const sandbox = await RunningSandbox.start(logFile, { 'rate-limits': RATE_LIMITS });
	for (const operation of [CHECK, REQUEST]) {
		for (const fault of FAULTS) await sandbox.addFault({ ...fault, operation });
	}
	return sandbox;
}

/** Prints and checks the results. */
function report(rounds: QueueRounds, { count, share }: Workers, ms: number): number {
	const { ended, orders, requests, solicitations, brokenOff, left } = rounds;
	const posts = requests.filter(({ operation }) => operation === REQUEST);
	const throttled = requests.filter(({ status }) => status === 429).length;
	const percent = `${((100 * throttled) / requests.length).toFixed(2)}%`;
	const asked = new Set(solicitations.map(({ orderId }) => orderId));
	const doubles = refusedDoubles(posts, asked);
	const rows = ended.flatMap((execution) => execution.rows);
	const ordersOf = (...outcomes: string[]) =>
		rows.filter(({ outcome }) => outcomes.includes(outcome)).map(({ orderId }) => orderId);
	const known = new Set(ordersOf('sent', 'sentUnconfirmed', 'alreadyRequested'));

	console.log(`\nQueue mode, ${count} workers, rate limit share ${share}%`);
	console.log(
		formatTable(
			['What', 'Number'],
			[
				['orders', orders.length],
				['executions', ended.length],
				['workers killed', rounds.kills],
				['executions interrupted by the kills', brokenOff.size],
				['eligibility checks (GET)', requests.length - posts.length],
				['requests (POST)', posts.length],
				['calls over the rate limit (429)', `${throttled}, ${percent} of calls`],
				['faults applied', requests.filter(({ fault }) => fault).length],
				['POSTs refused as already requested', doubles],
				[
					'requests sent but never recognized as sent',
					orders.filter((id) => asked.has(id) && !known.has(id)).length,
				],
				['rounds needed', left.length > 0 ? 'not enough' : rounds.rounds],
				['time', `${(ms / 1000).toFixed(0)} s`],
			],
		),
	);

	const twice = (list: readonly string[]) =>
		list.filter((orderId, index) => list.indexOf(orderId) !== index);
	const askedTwice = twice(solicitations.map(({ orderId }) => orderId));
	const sentTwice = twice(ordersOf('sent'));
	const notSent = ordersOf('sent', 'sentUnconfirmed').filter((orderId) => !asked.has(orderId));
	const ours = new Set(orders);
	const whole = ended.filter(({ status }) => status === 'success');
	return printVerdicts([
		{
			what: 'every order has a request',
			passed: left.length === 0,
			detail: `${left.length} left: ${left.slice(0, 5).join()}`,
		},
		{
			what: 'no order has two requests',
			passed: askedTwice.length === 0,
			detail: askedTwice.join(),
		},
		{
			what: 'no other order has a request',
			passed: [...asked].every((orderId) => ours.has(orderId)),
		},
		{ what: "every 'sent' request was sent", passed: notSent.length === 0, detail: notSent.join() },
		{ what: "no order is 'sent' twice", passed: sentTwice.length === 0, detail: sentTwice.join() },
		{
			what: 'a row for every item of every successful execution',
			passed: whole.every(
				(execution) =>
					execution.orders.length > 0 &&
					new Set(execution.rows.map(({ orderId }) => orderId)).size ===
						new Set(execution.orders).size,
			),
			detail: `executions ${whole.map(({ id }) => id).join()}`,
		},
		{
			what: 'only executions of killed workers failed',
			passed: ended.every(({ id, status }) => status === 'success' || brokenOff.has(id)),
			detail: describeCounts(countBy(ended.map(({ id, status }) => `${id} ${status}`))),
		},
		{
			what: 'workers were killed while working',
			passed: rounds.kills === KILL_AT.length && brokenOff.size > 0,
		},
		...(share === 100
			? []
			: [
					{
						what: '429s under 2% of calls',
						passed: throttled < MOST_THROTTLED * requests.length,
						detail: percent,
					},
				]),
	]);
}

/**
 * Prints and checks the results of one credential for several sellers.
 *
 * @param begun executions each worker has begun
 */
function reportSellers(
	round: SellersRound,
	{ count }: Workers,
	begun: readonly number[],
	ms: number,
): number {
	const { executions, rows, strange, requests, asked } = round;
	const items = executions.flatMap(({ runData }) => itemsOf(runData, 'One item each'));
	console.log(`\nOne credential for ${SELLERS.length} sellers, ${count} workers`);
	console.log(
		formatTable(
			['What', 'Number'],
			[
				['parallel executions', executions.length],
				['executions started by each worker', begun.join(', ')],
				['items, alternating between the sellers', items.length],
				...Object.entries(rows).map(([node, rowCount]) => [`rows of ${node}`, rowCount]),
				['rows of another seller, or missing', strange.length],
				['reviews requested', asked.length],
				['logins', requests.filter(({ operation }) => operation === 'lwaToken').length],
				['calls', requests.length],
				['time', `${(ms / 1000).toFixed(0)} s`],
			],
		),
	);
	const failures = executions.filter(({ status }) => status !== 'success');
	return printVerdicts([
		{
			what: 'every execution succeeded',
			passed: failures.length === 0,
			detail: failures.map(({ id, error }) => `${id}: ${error?.message}`).join('; '),
		},
		{
			what: 'every worker took part',
			passed: begun.every((executed) => executed > 0),
			detail: begun.join(),
		},
		{
			what: 'each row belongs to its item\u2019s seller',
			passed: strange.length === 0 && Object.values(rows).every((rowCount) => rowCount > 0),
			detail: strange.slice(0, 5).join('; '),
		},
		{
			what: 'all items of a seller have the same output',
			passed: round.unequal.length === 0,
			detail: round.unequal.join(),
		},
		{
			what: 'no two sellers have the same output',
			passed: round.alike.length === 0,
			detail: round.alike.join(),
		},
		{
			what: 'each review was requested once, by the order\u2019s seller',
			passed: round.askedWrongly.length === 0 && asked.length === items.length,
			detail: round.askedWrongly.slice(0, 5).join(),
		},
		{
			what: 'the credential still has its expressions',
			passed: round.isCredentialUntouched,
		},
	]);
}

/**
 * How many requests Amazon refused because a review had already been requested. The log keeps the
 * order of the responses but not their texts, so a 403 counts if an earlier request for the order
 * was accepted. A 403 for an expired token does not count: it comes before the first request.
 */
function refusedDoubles(
	posts: readonly LoggedRequest[],
	asked: ReadonlySet<string | undefined>,
): number {
	const done = new Set<string | undefined>();
	let refused = 0;
	for (const { orderId, status, fault } of posts) {
		if (status === 403 && done.has(orderId)) refused += 1;
		if (status === 201 || (fault === 'cutAfter' && asked.has(orderId))) done.add(orderId);
	}
	return refused;
}
