/**
 * `npm run chaos`: the fault campaign over all nodes, first in n8n's engine, then a smaller one in a real
 * n8n. Afterwards the database and logs are searched for secrets and personal data. See
 * docs/maintainers/chaos.md.
 *
 *     npm run chaos -- [--seed N] [--rounds N] [--world N] [--minutes N] [--only TEXT] [--engine-only]
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ChaosInN8n } from './lib/chaosInN8n.mjs';
import { N8nCluster } from './lib/cluster.mjs';
import { ensureDependencies } from './lib/dependencies.mjs';
import { createProgress, formatTable, runMain, SetupError } from './lib/output.mjs';
import { ensureTarball } from './lib/package.mjs';
import { repoDir, stateDir } from './lib/paths.mjs';
import { pickFreePort } from './lib/ports.mjs';
import { runCommand, stopServices } from './lib/processes.mjs';
import { ensureN8n, ensureNode24, N8N_VERSION } from './lib/runtime.mjs';
import { sandboxCredential, startSandbox } from './lib/sandbox.mjs';
import { stopOnSignals } from './lib/signals.mjs';

const dir = join(stateDir, 'chaos');

/** Amazon's rates times this in the real n8n, so that nothing waits for minutes. */
const RATE_LIMITS = 2000;

/** Executions in the real n8n. */
const ROUNDS_IN_N8N = 30;

/** Everything printed; it is searched too. */
let printed = '';

await runMain(async () => {
	const options = readOptions();
	stopOnSignals(stopServices);
	try {
		return await run(options);
	} finally {
		await stopServices();
	}
});

function readOptions() {
	const today = new Date().toISOString().slice(0, 10).replaceAll('-', '');
	try {
		const { values } = parseArgs({
			options: {
				seed: { type: 'string', default: today },
				rounds: { type: 'string' },
				world: { type: 'string' },
				minutes: { type: 'string' },
				only: { type: 'string', default: '' },
				'engine-only': { type: 'boolean', default: false },
			},
		});
		// Limited by time or by number.
		const rounds = values.rounds ?? (values.minutes === undefined ? '400' : 'Infinity');
		return { ...values, rounds };
	} catch (error) {
		throw new SetupError(error.message);
	}
}

async function run({ seed, rounds, world, minutes, only, 'engine-only': engineOnly }) {
	const progress = createProgress(engineOnly ? 2 : 4);
	await progress.step('Dependencies', ensureDependencies);
	const tarball = await progress.step('Building and packing this package', ensureTarball);
	say(`The fault campaign in n8n's engine, seed ${seed}`);
	const engineFailed = await runInEngine({ seed, rounds, world, minutes, only });
	if (engineOnly) return engineFailed ? 1 : 0;

	const runtime = await progress.step(
		`Node 24 and n8n ${N8N_VERSION}`,
		async () => await ensureN8n((await ensureNode24()).node),
	);
	rmSync(dir, { recursive: true, force: true });
	const n8n = new N8nCluster({ runtime, tarball, dir });
	try {
		const n8nFailed = await runInN8n(n8n, seed, progress);
		if (n8nFailed) say(`Rerun: npm run chaos -- --seed ${seed} --rounds ${rounds}`);
		return engineFailed || n8nFailed ? 1 : 0;
	} finally {
		await n8n.stop();
	}
}

async function runInEngine(options) {
	const given = Object.entries(options).filter(([, value]) => value !== undefined && value !== '');
	const { code, output } = await runCommand(
		process.execPath,
		[
			'--expose-gc',
			...['--import', 'tsx', 'test/chaos/main.ts'],
			...given.flatMap(([name, value]) => [`--${name}`, value]),
		],
		{ cwd: repoDir, show: true },
	);
	printed += output;
	return code !== 0;
}

async function runInN8n(n8n, seed, progress) {
	const { tsImport } = await import('tsx/esm/api');
	const load = async (path) => await tsImport(path, import.meta.url);
	const { Random } = await load('../sandbox/random.ts');
	const { faultsFor } = await load('../test/chaos/faults.ts');
	const { LeakSearch } = await load('../test/chaos/leaks.ts');
	const { url } = await startSandbox({
		port: await pickFreePort(),
		logFile: join(dir, 'sandbox.log'),
		args: [
			'--seed',
			seed,
			'--rate-limits',
			String(RATE_LIMITS),
			'--report-delay',
			'250',
			'--quiet',
		],
	});
	const random = new Random(`${seed}/n8n`);
	const campaign = new ChaosInN8n({ n8n, sandboxUrl: url, random, faultsFor, LeakSearch });
	const began = Date.now();
	await progress.step('The campaign in a real n8n', async () => {
		await n8n.startMain({
			env: { N8N_LOG_LEVEL: 'debug', N8N_LOG_OUTPUT: 'console,file' },
		});
		await campaign.begin(await sandboxCredential(url, { pace: RATE_LIMITS }));
		await campaign.run(ROUNDS_IN_N8N);
		await n8n.stop();
	});
	const seconds = (Date.now() - began) / 1000;
	const truth = await campaign.compare();
	const found = await campaign.search(printed);
	// A control: the search must find data that is there.
	await n8n.restartMain();
	await campaign.askForAddresses();
	await n8n.stop();
	const control = await campaign.search(printed);
	return report({ campaign, truth, found, control, seconds });
}

function report({ campaign, truth, found, control, seconds }) {
	const struck = [...campaign.faults].filter(([, count]) => count > 0);
	const places = (leaks) => [
		...new Set(leaks.map(({ where, kind, form }) => `${kind} (${form}) in ${where}`)),
	];
	say(
		formatTable(
			['In a real n8n', 'Number'],
			[
				[
					'executions',
					`${campaign.calls} in ${seconds.toFixed(0)} s, ${campaign.refused} ended with an error`,
				],
				['faults', struck.map(([kind, count]) => `${kind} ${count}`).join(', ')],
				['items of the trigger', campaign.reported?.length ?? 0],
				['reviews requested', truth.asked],
				['files searched', found.files],
				['rows of the database searched', found.rows],
				['characters searched', found.searched],
				['secrets searched for', found.secrets],
			],
		),
	);
	const addresses = control.leaks.filter(({ kind }) => kind === 'buyerEmails');
	const others = control.leaks.filter(({ kind }) => kind !== 'buyerEmails');
	const inTable = addresses.some(({ where }) => where === 'table execution_data');
	const checks = [
		['no order is lost', truth.lost.length === 0, truth.lost.slice(0, 5).join()],
		['no review is requested twice', truth.doubled.length === 0, truth.doubled.slice(0, 5).join()],
		[
			"every 'sent' request was sent",
			truth.invented.length === 0,
			truth.invented.slice(0, 5).join(),
		],
		['the trigger reports feedback', (campaign.reported?.length ?? 0) > 0, ''],
		['faults were applied', struck.length > 5, ''],
		['a database was searched', found.databases === 1 && found.rows > 100, `${found.rows} rows`],
		[
			'no secrets and no personal data anywhere',
			found.leaks.length === 0,
			places(found.leaks).join('; '),
		],
		[
			"buyers' addresses are found if the user requested them",
			inTable && addresses.some(({ where }) => where.includes('.sqlite')),
			places(addresses).join('; '),
		],
		['and nothing else even then', others.length === 0, places(others).join('; ')],
	];
	for (const [what, right, detail] of checks) {
		say(right ? `ok      ${what}` : `FAILED  ${what} (${detail})`);
	}
	return checks.some(([, right]) => !right);
}

function say(text) {
	printed += `${text}\n`;
	console.log(text);
}
