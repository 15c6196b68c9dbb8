/**
 * `npm run check -- chaos`: the fault campaign over all nodes, first in n8n's engine, then a smaller
 * one in a real n8n. Afterwards the database and logs are searched for secrets and personal data.
 * See docs/maintainers/chaos.md.
 *
 *     [--seed N] [--rounds N] [--world N] [--minutes N] [--only TEXT] [--engine-only]
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '../sandbox/random';
import { createProgress, formatTable, formatVerdicts } from '../scripts/lib/output.mjs';
import type { Verdict } from '../scripts/lib/output.mjs';
import { ensureTarball } from '../scripts/lib/package.mjs';
import { repoDir, stateDir } from '../scripts/lib/paths.mjs';
import { runCommand } from '../scripts/lib/processes.mjs';
import { ChaosInN8n, type Agreement, type Findings } from './chaos/inN8n';
import { atEnd } from './lib/atEnd';
import { readOptions } from './lib/options';
import { RunningSandbox } from './lib/sandbox';
import { setUp, type Progress } from './lib/setUp';
import { RealN8n } from './n8n/realN8n';

const dir = join(stateDir, 'chaos');

/** Amazon's rates times this in the real n8n, so that nothing waits for minutes. */
const RATE_LIMITS = 2000;

/** Executions in the real n8n. */
const ROUNDS_IN_N8N = 30;

/** Everything printed; it is searched too. */
let printed = '';

export async function run(args: string[]): Promise<number> {
	const today = new Date().toISOString().slice(0, 10).replaceAll('-', '');
	const { 'engine-only': engineOnly, ...campaign } = readOptions(args, {
		seed: { type: 'string', default: today },
		rounds: { type: 'string' },
		world: { type: 'string' },
		minutes: { type: 'string' },
		only: { type: 'string', default: '' },
		'engine-only': { type: 'boolean', default: false },
	});
	// Limited by time or by number.
	const { seed, minutes, rounds = minutes === undefined ? '400' : 'Infinity' } = campaign;
	const progress = createProgress(engineOnly ? 1 : 3);
	if (engineOnly) await progress.step('Building and packing this package', ensureTarball);
	const ready = engineOnly ? undefined : await setUp(progress);
	say(`The fault campaign in n8n's engine, seed ${seed}`);
	const engineFailed = await runInEngine({ ...campaign, rounds });
	if (ready === undefined) return engineFailed ? 1 : 0;

	rmSync(dir, { recursive: true, force: true });
	const n8n = new RealN8n({ ...ready, dir });
	atEnd(async () => await n8n.stop());
	const n8nFailed = await runInN8n(n8n, seed, progress);
	if (n8nFailed) say(`Rerun: npm run check -- chaos --seed ${seed} --rounds ${rounds}`);
	return engineFailed || n8nFailed ? 1 : 0;
}

/** @returns whether it failed */
async function runInEngine(
	options: Readonly<Record<string, string | undefined>>,
): Promise<boolean> {
	const given = Object.entries(options).flatMap(([name, value]) =>
		value === undefined || value === '' ? [] : [`--${name}`, value],
	);
	const program = ['--expose-gc', '--import', 'tsx', 'test/chaos/main.ts'];
	const { code, output } = await runCommand(process.execPath, [...program, ...given], {
		cwd: repoDir,
		show: true,
	});
	printed += output;
	return code !== 0;
}

/** @returns whether it failed */
async function runInN8n(n8n: RealN8n, seed: string, progress: Progress): Promise<boolean> {
	const sandbox = await RunningSandbox.start(join(dir, 'sandbox.log'), {
		seed,
		'rate-limits': RATE_LIMITS,
		'report-delay': 250,
	});
	const campaign = new ChaosInN8n(n8n, sandbox, new Random(`${seed}/n8n`));
	const began = Date.now();
	await progress.step('The fault campaign in a real n8n', async () => {
		await n8n.start({ env: { N8N_LOG_LEVEL: 'debug', N8N_LOG_OUTPUT: 'console,file' } });
		await campaign.begin(await sandbox.credential({ pace: RATE_LIMITS }));
		await campaign.run(ROUNDS_IN_N8N);
		await n8n.stop();
	});
	const seconds = (Date.now() - began) / 1000;
	const truth = await campaign.compare();
	const found = await campaign.search(printed);
	// A control: the search must find data that is there.
	await n8n.start();
	await campaign.askForAddresses();
	await n8n.stop();
	const control = await campaign.search(printed);
	return report({ campaign, truth, found, control, seconds });
}

interface Results {
	readonly campaign: ChaosInN8n;
	readonly truth: Agreement;
	readonly found: Findings;
	/** The search after the user requested buyers' addresses. */
	readonly control: Findings;
	readonly seconds: number;
}

/** @returns whether something is wrong */
function report({ campaign, truth, found, control, seconds }: Results): boolean {
	const struck = [...campaign.faults].filter(([, count]) => count > 0);
	const places = (leaks: Findings['leaks']) =>
		[...new Set(leaks.map(({ where, kind, form }) => `${kind} (${form}) in ${where}`))].join('; ');
	say(
		formatTable(
			['In a real n8n', 'Number'],
			[
				[
					'executions',
					`${campaign.calls} in ${seconds.toFixed(0)} s, ${campaign.refused} ended with an error`,
				],
				['faults', struck.map(([kind, count]) => `${kind} ${count}`).join(', ')],
				['trigger items', campaign.reported],
				['reviews requested', truth.asked],
				['files searched', found.files],
				['database rows searched', found.rows],
				['characters searched', found.searched],
				['secrets searched for', found.secrets],
			],
		),
	);
	const addresses = control.leaks.filter(({ kind }) => kind === 'buyerEmails');
	const others = control.leaks.filter(({ kind }) => kind !== 'buyerEmails');
	const inTable = addresses.some(({ where }) => where === 'table execution_data');
	const some = (orders: readonly string[]) => orders.slice(0, 5).join();
	const verdicts: Verdict[] = [
		{ what: 'no order is lost', passed: truth.lost.length === 0, detail: some(truth.lost) },
		{
			what: 'no review is requested twice',
			passed: truth.doubled.length === 0,
			detail: some(truth.doubled),
		},
		{
			what: "every 'sent' request was sent",
			passed: truth.invented.length === 0,
			detail: some(truth.invented),
		},
		{ what: 'the trigger reports feedback', passed: campaign.reported > 0 },
		{ what: 'faults were applied', passed: struck.length > 5 },
		{
			what: 'a database was searched',
			passed: found.databases === 1 && found.rows > 100,
			detail: `${found.rows} rows`,
		},
		{
			what: 'no secrets and no personal data anywhere',
			passed: found.leaks.length === 0,
			detail: places(found.leaks),
		},
		{
			what: "buyers' email addresses are found if the user requested them",
			passed: inTable && addresses.some(({ where }) => where.includes('.sqlite')),
			detail: places(addresses),
		},
		{
			what: 'nothing else is found, even if the user requested them',
			passed: others.length === 0,
			detail: places(others),
		},
	];
	say(`\n${formatVerdicts(verdicts)}`);
	return verdicts.some(({ passed }) => !passed);
}

function say(text: string): void {
	printed += `${text}\n`;
	console.log(text);
}
