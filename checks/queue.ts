/**
 * `npm run test:queue`: n8n in queue mode, one main process and four workers with PostgreSQL and
 * Redis, requests reviews for 2,000 orders of the sandbox in overlapping executions, while workers
 * are killed and Amazon fails now and then. At the end the sandbox's own record must show exactly
 * one request for each order.
 *
 * Then it runs parallel executions with one credential whose expressions make it one seller's for
 * one item and another seller's for the next: no data may ever come from the other seller. `--
 * --sellers` only runs this, on two workers.
 *
 * `-- --unshared` gives every worker Amazon's full rate limit instead of a quarter; the effect on
 * refused calls (429) is then printed but not checked.
 *
 * PostgreSQL and Redis are those in n8n's own variables (`DB_POSTGRESDB_*`, `QUEUE_BULL_REDIS_*`),
 * or those on the usual ports of this machine, or started for this run.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureDependencies } from './lib/dependencies.mjs';
import { createProgress, formatTable, runMain, SetupError } from './lib/output.mjs';
import { ensureTarball } from './lib/package.mjs';
import { stateDir } from './lib/paths.mjs';
import { pickFreePort } from './lib/ports.mjs';
import { stopServices } from './lib/processes.mjs';
import { N8nCluster } from './lib/cluster.mjs';
import { CHECK, countBy, describe, KILL_AT, QueueRounds, REQUEST } from './lib/queueRounds.mjs';
import { openServices } from './lib/queueServices.mjs';
import { ensureN8n, ensureNode24, N8N_VERSION } from './lib/runtime.mjs';
import { SELLERS, SellersRound } from './lib/sellersRound.mjs';
import { sandboxCredential, startSandbox, controlSandbox } from './lib/sandbox.mjs';
import { stopOnSignals } from './lib/signals.mjs';

const OPTIONS = ['--unshared', '--sellers'];

const unshared = process.argv.includes('--unshared');
const onlySellers = process.argv.includes('--sellers');
const dir = join(stateDir, 'queue');

/** The workers' numbers. */
const WORKERS = onlySellers ? [1, 2] : [1, 2, 3, 4];

/** Each worker's share of Amazon's rate limit, in percent. */
const SHARE = unshared ? 100 : 100 / WORKERS.length;

/** Amazon's rate (1 request per second) times this; its burst of 5 stays. */
const RATE_LIMITS = 40;

/** This part is about whose rows are returned, not about speed. */
const SELLERS_RATE_LIMITS = 1000;

const MOST_THROTTLED = 0.02;

/** Faults that happen now and then, with their probability per call. */
const FAULTS = [
	{ kind: 'error500', probability: 0.01 },
	{ kind: 'error503', probability: 0.015 },
	{ kind: 'cutBefore', probability: 0.01 },
	{ kind: 'cutAfter', probability: 0.015 },
	{ kind: 'slow', probability: 0.01, delayMs: 3000 },
];

/** Ends what was started outside of this process; set as soon as there is something. */
let cleanUp = async () => undefined;

await runMain(async () => {
	const unknown = process.argv.slice(2).filter((argument) => !OPTIONS.includes(argument));
	if (unknown.length > 0)
		throw new SetupError(`Unknown option ${unknown[0]}. Available: ${OPTIONS.join(', ')}.`);
	stopOnSignals(async () => await cleanUp());
	try {
		return await run();
	} finally {
		await cleanUp().finally(stopServices);
	}
});

async function run() {
	rmSync(dir, { recursive: true, force: true });
	const progress = createProgress(7);
	await progress.step('Dependencies', ensureDependencies);
	const runtime = await progress.step(
		`Node 24 and n8n ${N8N_VERSION}`,
		async () => await ensureN8n((await ensureNode24()).node),
	);
	const tarball = await progress.step('Building and packing this package', ensureTarball);
	const services = await progress.step(
		'PostgreSQL and Redis',
		async () => await openServices(runtime, dir),
	);
	cleanUp = services.remove;
	const sandbox = await progress.step('SP-API sandbox', startOwnSandbox);
	const n8n = new N8nCluster({ runtime, tarball, services, dir });
	cleanUp = async () => {
		await n8n.stop();
		await services.remove();
	};
	await progress.step("n8n's main process", async () => await n8n.startMain());
	await progress.step(`${WORKERS.length} workers`, async () => {
		const credential = await sandboxCredential(sandbox.url, { pace: RATE_LIMITS });
		await n8n.setUpWorkflow({ ...credential, rateLimitShare: SHARE }, 'queue/workflow.json');
		await Promise.all(WORKERS.map(async (number) => await n8n.startWorker(number)));
	});

	const failed = onlySellers ? 0 : await testRequests(n8n, sandbox);
	return failed + (await testSellers(n8n)) > 0 ? 1 : 0;
}

/** @returns {Promise<number>} how many checks failed */
async function testRequests(n8n, sandbox) {
	const start = Date.now();
	const test = new QueueRounds(n8n, sandbox);
	await test.run();
	return report(test, Date.now() - start);
}

/** @returns {Promise<number>} how many checks failed */
async function testSellers(n8n) {
	const sandbox = await startSandbox({
		port: await pickFreePort(),
		logFile: join(dir, 'sandbox-sellers.log'),
		args: ['--rate-limits', String(SELLERS_RATE_LIMITS), '--quiet'],
	});
	const start = Date.now();
	const round = new SellersRound(n8n, { ...sandbox, pace: SELLERS_RATE_LIMITS });
	await round.run();
	return reportSellers(round, n8n.begunOnWorkers(), Date.now() - start);
}

async function startOwnSandbox() {
	const sandbox = await startSandbox({
		port: await pickFreePort(),
		logFile: join(dir, 'sandbox.log'),
		args: ['--rate-limits', String(RATE_LIMITS), '--quiet'],
	});
	for (const operation of [CHECK, REQUEST]) {
		for (const fault of FAULTS)
			await controlSandbox(sandbox.url, 'faults', { ...fault, operation });
	}
	return sandbox;
}

/**
 * Prints and checks the results.
 *
 * @param {QueueRounds} test
 * @param {number} ms
 */
function report(test, ms) {
	const { ended, orders, requests, solicitations, brokenOff, left } = test;
	const posts = requests.filter(({ operation }) => operation === REQUEST);
	const throttled = requests.filter(({ status }) => status === 429).length;
	const percent = `${((100 * throttled) / requests.length).toFixed(2)}%`;
	const asked = new Set(solicitations.map(({ orderId }) => orderId));
	const doubles = refusedDoubles(posts, asked);
	const rows = ended.flatMap((execution) => execution.rows);
	const ordersOf = (...outcomes) =>
		rows.filter(({ outcome }) => outcomes.includes(outcome)).map(({ orderId }) => orderId);
	const known = new Set(ordersOf('sent', 'sentUnconfirmed', 'alreadyRequested'));

	console.log(`\nQueue mode, ${WORKERS.length} workers, rate limit share ${SHARE}%`);
	console.log(
		formatTable(
			['What', 'Number'],
			[
				['orders', orders.length],
				['executions', ended.length],
				['workers killed', test.kills],
				['executions interrupted by that', brokenOff.size],
				['eligibility checks (GET)', requests.length - posts.length],
				['requests (POST)', posts.length],
				['calls over the rate limit (429)', `${throttled}, ${percent} of calls`],
				['faults applied', requests.filter(({ fault }) => fault).length],
				['POSTs refused as already requested', doubles],
				[
					'requests sent but never recognized as sent',
					orders.filter((id) => asked.has(id) && !known.has(id)).length,
				],
				['rounds needed', left.length > 0 ? 'not enough' : test.rounds],
				['time', `${(ms / 1000).toFixed(0)} s`],
			],
		),
	);

	const twice = (list) => list.filter((orderId, index) => list.indexOf(orderId) !== index);
	const askedTwice = twice(solicitations.map(({ orderId }) => orderId));
	const sentTwice = twice(ordersOf('sent'));
	const notSent = ordersOf('sent', 'sentUnconfirmed').filter((orderId) => !asked.has(orderId));
	const ours = new Set(orders);
	const whole = ended.filter(({ status }) => status === 'success');
	const checks = [
		['every order has a request', left.length === 0, `${left.length} left: ${left.slice(0, 5)}`],
		['no order has two requests', askedTwice.length === 0, `${askedTwice}`],
		['no other order has a request', [...asked].every((orderId) => ours.has(orderId)), ''],
		["every 'sent' request was sent", notSent.length === 0, `${notSent}`],
		["no order is 'sent' twice", sentTwice.length === 0, `${sentTwice}`],
		[
			'a row for every item of every successful execution',
			whole.every(
				(execution) =>
					execution.orders.length > 0 &&
					new Set(execution.rows.map(({ orderId }) => orderId)).size ===
						new Set(execution.orders).size,
			),
			`executions ${whole.map(({ id }) => id)}`,
		],
		[
			'only executions of killed workers failed',
			ended.every(({ id, status }) => status === 'success' || brokenOff.has(id)),
			describe(countBy(ended.map(({ id, status }) => `${id} ${status}`))),
		],
		['workers were killed while working', test.kills === KILL_AT.length && brokenOff.size > 0, ''],
		...(unshared
			? []
			: [['429s under 2% of calls', throttled < MOST_THROTTLED * requests.length, percent]]),
	];
	return judge(checks);
}

/**
 * Prints and checks the results of one credential for several sellers.
 *
 * @param {SellersRound} round
 * @param {number[]} begun executions each worker has begun
 * @param {number} ms
 */
function reportSellers(round, begun, ms) {
	const { executions, rows, strange, requests, asked } = round;
	const items = executions.flatMap(({ runData }) => runData['One item each'][0].data.main[0]);
	console.log(`\nOne credential for ${SELLERS.length} sellers, ${WORKERS.length} workers`);
	console.log(
		formatTable(
			['What', 'Number'],
			[
				['parallel executions', executions.length],
				['executions each worker has begun', begun.join(', ')],
				['items, the sellers in turn', items.length],
				...Object.entries(rows).map(([node, count]) => [`rows of ${node}`, count]),
				['rows of another seller, or missing', strange.length],
				['reviews requested', asked.length],
				['logins', requests.filter(({ operation }) => operation === 'lwaToken').length],
				['calls', requests.length],
				['time', `${(ms / 1000).toFixed(0)} s`],
			],
		),
	);
	const failures = executions.filter(({ status }) => status !== 'success');
	return judge([
		[
			'every execution succeeded',
			failures.length === 0,
			failures.map(({ id, error }) => `${id}: ${error?.message}`).join('; '),
		],
		['every worker took part', begun.every((count) => count > 0), `${begun}`],
		[
			'each row belongs to its item\u2019s seller',
			strange.length === 0 && Object.values(rows).every((count) => count > 0),
			strange.slice(0, 5).join('; '),
		],
		['all items of a seller have the same output', round.unequal.length === 0, `${round.unequal}`],
		['no two sellers have the same output', round.alike.length === 0, `${round.alike}`],
		[
			'each review was requested once, by the order\u2019s seller',
			round.askedWrongly.length === 0 && asked.length === items.length,
			`${round.askedWrongly.slice(0, 5)}`,
		],
		['the credential still has its expressions', round.isCredentialUntouched, ''],
	]);
}

/**
 * @param {Array<[string, boolean, string]>} checks name, whether it passed, and details if not
 * @returns {number} how many failed
 */
function judge(checks) {
	console.log();
	for (const [what, right, detail] of checks) {
		console.log(right ? `ok      ${what}` : `FAILED  ${what} (${detail})`);
	}
	const failed = checks.filter(([, right]) => !right).length;
	console.log(`\n${checks.length - failed} passed, ${failed} failed`);
	return failed;
}

/**
 * How many requests Amazon refused because a review had already been requested. The log, in the
 * order of the responses, does not keep their texts; a call with an expired token (also 403) is
 * refused before the first request for its order.
 */
function refusedDoubles(posts, asked) {
	const done = new Set();
	let refused = 0;
	for (const { orderId, status, fault } of posts) {
		if (status === 403 && done.has(orderId)) refused += 1;
		if (status === 201 || (fault === 'cutAfter' && asked.has(orderId))) done.add(orderId);
	}
	return refused;
}
