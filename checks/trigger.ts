/**
 * `npm run test:trigger`: a day of the trigger in an active workflow of a real n8n, in scaled time.
 * Feedback is added, changed and removed, figures cross their thresholds, reports fail, calls fail,
 * and n8n is killed and restarted twice. At the end the reported events must equal the sandbox's
 * true record, each once.
 *
 * `-- --queue` does the same in queue mode, with PostgreSQL and Redis (see test-queue.mjs).
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { N8nCluster } from './lib/cluster.mjs';
import { ensureDependencies } from './lib/dependencies.mjs';
import { createProgress, formatTable, runMain, SetupError } from './lib/output.mjs';
import { ensureTarball } from './lib/package.mjs';
import { stateDir } from './lib/paths.mjs';
import { pickFreePort } from './lib/ports.mjs';
import { stopServices } from './lib/processes.mjs';
import { openServices } from './lib/queueServices.mjs';
import { ensureN8n, ensureNode24, N8N_VERSION } from './lib/runtime.mjs';
import { askSandbox, sandboxCredential, startSandbox } from './lib/sandbox.mjs';
import { stopOnSignals } from './lib/signals.mjs';
import { TriggerDay } from './lib/triggerDay.mjs';

const queue = process.argv.includes('--queue');
const dir = join(stateDir, queue ? 'trigger-queue' : 'trigger');

/** How much faster time runs: a day takes two and a half minutes. */
const SCALE = 600;

const START = '2026-11-20T15:00:00Z';

const WORKERS = [1, 2];

/** How the trigger reports a failed report. */
const NOTICES = /^Could not get the .* report/;

/**
 * Polls that may fail for other reasons: calls fail at random, but rarely five attempts in a row.
 */
const MOST_FAILED = 3;

const clockModule = fileURLToPath(new URL('lib/clock-scaled.mjs', import.meta.url));

/** Ends what was started outside of this process; set as soon as there is something. */
let cleanUp = async () => undefined;

await runMain(async () => {
	const unknown = process.argv.slice(2).filter((argument) => argument !== '--queue');
	if (unknown.length > 0)
		throw new SetupError(`Unknown option ${unknown[0]}. The only option is --queue.`);
	stopOnSignals(async () => await cleanUp());
	try {
		return await run();
	} finally {
		await cleanUp().finally(stopServices);
	}
});

async function run() {
	rmSync(dir, { recursive: true, force: true });
	const progress = createProgress(queue ? 7 : 5);
	await progress.step('Dependencies', ensureDependencies);
	const runtime = await progress.step(
		`Node 24 and n8n ${N8N_VERSION}`,
		async () => await ensureN8n((await ensureNode24()).node),
	);
	const tarball = await progress.step('Building and packing this package', ensureTarball);
	const services = queue
		? await progress.step('PostgreSQL and Redis', async () => await openServices(runtime, dir))
		: undefined;
	cleanUp = async () => await services?.remove();
	const { url } = await startOwnSandbox();
	const n8n = new N8nCluster({ runtime, tarball, services, dir });
	cleanUp = async () => {
		await n8n.stop();
		await services?.remove();
	};
	const clock = { start: Date.parse(START), origin: Date.now(), scale: SCALE };
	await progress.step("n8n's main process", async () => {
		await n8n.startMain({
			nodeArgs: ['--import', pathToFileURL(clockModule).href],
			env: {
				CLOCK_SCALE: String(SCALE),
				CLOCK_START: START,
				CLOCK_ORIGIN: String(clock.origin),
				// Its task runner uses the real clock, so a grant would have expired long ago.
				N8N_RUNNERS_GRANT_TOKEN_TTL: String(10 * 24 * 3600),
			},
		});
	});
	if (queue) {
		await progress.step(`${WORKERS.length} workers`, async () => {
			await Promise.all(WORKERS.map(async (number) => await n8n.startWorker(number)));
		});
	}
	await TriggerDay.prepare(url);
	const day = new TriggerDay({ n8n, sandboxUrl: url, clock });
	await progress.step('A day of polls', async () => {
		// n8n's clock is scaled like the sandbox's.
		await day.begin(await sandboxCredential(url, { pace: 1 }));
		await day.run();
	});
	return await report(day, url);
}

async function startOwnSandbox() {
	const flags = {
		now: START,
		'rate-limits': SCALE,
		'report-delay': 250,
		seed: 'demo',
		// The day ends before its totals settle.
		habits: 'worst,-unsettledDays',
	};
	return await startSandbox({
		port: await pickFreePort(),
		logFile: join(dir, 'sandbox.log'),
		args: [
			...Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]),
			'--quiet',
		],
	});
}

/**
 * Prints and checks the results.
 *
 * @param {TriggerDay} day
 * @param {string} url of the sandbox
 */
async function report(day, url) {
	const requests = await askSandbox(url, 'requests');
	const count = (operation) => requests.filter((each) => each.operation === operation).length;
	const faults = (await askSandbox(url, 'faults')).filter(({ kind }) => kind.startsWith('report'));
	const { wanted, missing, extra } = await day.compare();
	const notices = day.errors.filter((message) => NOTICES.test(message));
	const others = day.errors.filter((message) => !NOTICES.test(message));
	const ids = day.reported.map(({ eventId }) => eventId);

	console.log(
		`\nA day of the trigger${queue ? ' in queue mode' : ''}, time ${SCALE} times as fast`,
	);
	console.log(
		formatTable(
			['What', 'Number'],
			[
				['events to report', wanted],
				['events reported', day.reported.length],
				['reports requested', count('createReport')],
				['report status checks', count('getReport')],
				['documents read', count('downloadDocument')],
				['failed reports', faults.reduce((sum, { fired }) => sum + fired, 0)],
				['notices about that', notices.length],
				['n8n killed and restarted, at minute', day.kills.join(', ')],
				['calls that failed (5xx, cut)', requests.filter(({ fault }) => fault).length],
				['calls over the rate limit (429)', requests.filter(({ status }) => status === 429).length],
				['other failed polls', others.length],
			],
		),
	);
	const checks = [
		['everything was reported', missing.length === 0, missing.slice(0, 5).join('; ')],
		['nothing else, and nothing twice', extra.length === 0, extra.slice(0, 5).join('; ')],
		['no event ID is repeated', new Set(ids).size === ids.length, ''],
		['n8n was killed twice', day.kills.length === 2, ''],
		[
			'every kind of failed report happened, and was reported once each time',
			faults.every(({ fired }) => fired > 0) &&
				notices.length >= faults.length &&
				notices.length <= faults.length + day.kills.length,
			`${faults.map(({ kind, fired }) => `${kind} ${fired}`)}; ${notices.join('; ')}`,
		],
		['no other polls kept failing', others.length <= MOST_FAILED, others.slice(0, 3).join('; ')],
	];
	console.log();
	for (const [what, right, detail] of checks) {
		console.log(right ? `ok      ${what}` : `FAILED  ${what} (${detail})`);
	}
	const failed = checks.filter(([, right]) => !right).length;
	console.log(`\n${checks.length - failed} passed, ${failed} failed`);
	return failed > 0 ? 1 : 0;
}
