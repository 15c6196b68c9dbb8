/**
 * `npm run check -- trigger`: a day of the trigger in an active workflow of a real n8n, in scaled
 * time. Feedback is added, changed and removed, figures cross their thresholds, reports fail, calls
 * fail, and n8n is killed and restarted twice. At the end the reported events must equal the
 * sandbox's true record, each once.
 *
 * `--queue` does the same in queue mode, with PostgreSQL and Redis (see queue.ts).
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createProgress, formatTable, printVerdicts } from '../scripts/lib/output.mjs';
import { stateDir } from '../scripts/lib/paths.mjs';
import { atEnd } from './lib/atEnd';
import { readOptions } from './lib/options';
import { RunningSandbox } from './lib/sandbox';
import { setUp, type Progress } from './lib/setUp';
import { QueueN8n } from './n8n/queueN8n';
import type { N8nParts, RealN8n, StartOptions } from './n8n/realN8n';
import { ScaledClock } from './n8n/scaledClock';
import { openServices } from './n8n/services';
import { startOnClock } from './n8n/startOnClock';
import { TriggerDay } from './trigger/day';

/** How much faster time runs: a day takes two and a half minutes. */
const SCALE = 600;

const START = '2026-11-20T15:00:00Z';

const WORKERS = [1, 2];

/** How the trigger reports a failed report. */
const NOTICES = /^Could not get the .* report.*: Amazon (canceled|failed|did not finish)/;

/**
 * Polls that may fail for other reasons: calls fail at random, but rarely five attempts in a row.
 */
const MOST_FAILED = 3;

export async function run(args: string[]): Promise<number> {
	const { queue } = readOptions(args, { queue: { type: 'boolean', default: false } });
	const dir = join(stateDir, queue ? 'trigger-queue' : 'trigger');
	rmSync(dir, { recursive: true, force: true });
	const progress = createProgress(queue ? 6 : 4);
	const parts = { ...(await setUp(progress)), dir };
	const sandbox = await RunningSandbox.start(join(dir, 'sandbox.log'), {
		now: START,
		'rate-limits': SCALE,
		'report-delay': 250,
		seed: 'demo',
		// The day ends before its totals settle.
		habits: 'worst,-unsettledDays',
	});
	const clock = new ScaledClock(SCALE, Date.parse(START));
	const n8n = queue
		? await startQueue(parts, progress, clock.startOptions)
		: await startOnClock(progress, parts, clock);
	await TriggerDay.prepare(sandbox);
	const day = new TriggerDay(n8n, sandbox, clock);
	await progress.step('A day of polls', async () => {
		// n8n's clock is scaled like the sandbox's.
		await day.begin(await sandbox.credential());
		await day.run();
	});
	return await report(day, sandbox, queue);
}

async function startQueue(
	parts: N8nParts,
	progress: Progress,
	options: StartOptions,
): Promise<RealN8n> {
	const services = await progress.step(
		'PostgreSQL and Redis',
		async () => await openServices(parts.runtime, parts.dir),
	);
	atEnd(services.remove);
	const n8n = new QueueN8n({ ...parts, services });
	atEnd(async () => await n8n.stop());
	await progress.step("n8n's main process", async () => await n8n.start(options));
	await progress.step(`${WORKERS.length} workers`, async () => {
		await Promise.all(WORKERS.map(async (number) => await n8n.startWorker(number)));
	});
	return n8n;
}

/** Prints and checks the results. */
async function report(day: TriggerDay, sandbox: RunningSandbox, queue: boolean): Promise<number> {
	const requests = await sandbox.requests();
	const count = (operation: string) =>
		requests.filter((each) => each.operation === operation).length;
	const faults = (await sandbox.faults()).filter(({ kind }) => kind.startsWith('report'));
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
				['queries to Data Kiosk', count('createQuery')],
				['report status checks', count('getReport')],
				['documents read', count('downloadDocument')],
				['failed reports', faults.reduce((sum, { fired }) => sum + fired, 0)],
				['notices about failed reports', notices.length],
				['n8n killed and restarted, at minute', day.kills.join(', ')],
				['calls that failed (5xx, cut connection)', requests.filter(({ fault }) => fault).length],
				['calls over the rate limit (429)', requests.filter(({ status }) => status === 429).length],
				['other failed polls', others.length],
			],
		),
	);
	return printVerdicts([
		{
			what: 'everything was reported',
			passed: missing.length === 0,
			detail: missing.slice(0, 5).join('; '),
		},
		{
			what: 'nothing else was reported, and nothing twice',
			passed: extra.length === 0,
			detail: extra.slice(0, 5).join('; '),
		},
		{ what: 'no event ID is repeated', passed: new Set(ids).size === ids.length },
		{ what: 'n8n was killed twice', passed: day.kills.length === 2 },
		{
			what: 'every kind of failed report happened, and was reported once each time',
			passed:
				faults.every(({ fired }) => fired > 0) &&
				notices.length >= faults.length &&
				notices.length <= faults.length + day.kills.length,
			detail: `${faults.map(({ kind, fired }) => `${kind} ${fired}`).join()}; ${notices.join('; ')}`,
		},
		{
			what: 'no other polls kept failing',
			passed: others.length <= MOST_FAILED,
			detail: others.slice(0, 3).join('; '),
		},
	]);
}
