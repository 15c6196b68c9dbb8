/**
 * `npm run check -- compatibility`: the packed tarball in several versions of n8n, each with its own
 * data folder, through the same steps (compatibility/flow.ts). The output is compared with the
 * sandbox's true record. Prints a table of versions and steps.
 *
 * `--only 1.123.81` runs one version; `--write` writes the table into docs/getting-started.md.
 */
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createProgress, printVerdicts, SetupError } from '../scripts/lib/output.mjs';
import { ensureTarball, readManifest } from '../scripts/lib/package.mjs';
import type { Tarball } from '../scripts/lib/package.mjs';
import { repoDir, stateDir } from '../scripts/lib/paths.mjs';
import { runCommand, stopServices } from '../scripts/lib/processes.mjs';
import { ensureRuntime, N8N_VERSION, OLDER_N8N_VERSIONS } from '../scripts/lib/runtime.mjs';
import type { Runtime } from '../scripts/lib/runtime.mjs';
import { CompatibilityFlow } from './compatibility/flow';
import { atEnd } from './lib/atEnd';
import { readOptions } from './lib/options';
import { RunningSandbox } from './lib/sandbox';
import { RealN8n } from './n8n/realN8n';
import { ScaledClock } from './n8n/scaledClock';

const VERSIONS = [N8N_VERSION, ...OLDER_N8N_VERSIONS];

const dir = join(stateDir, 'compat');

/** How much faster time runs while the trigger is watched: its 20 minutes take ten seconds. */
const SCALE = 120;

/** Amazon's rates times this, because these tests are not about waiting. */
const RATE_LIMITS = 1000;

interface StepResult {
	readonly name: string;
	readonly seconds: number;
	readonly error?: Error;
}

/** The result of one version. */
interface Result {
	readonly version: string;
	/** The version of Node. */
	readonly node: string;
	readonly steps: readonly StepResult[];
}

export async function run(args: string[]): Promise<number> {
	const { only, write } = readOptions(args, {
		only: { type: 'string' },
		write: { type: 'boolean', default: false },
	});
	if (only && !VERSIONS.includes(only)) {
		throw new SetupError(`Unknown version ${only}. Available: ${VERSIONS.join(', ')}.`);
	}
	if (only && write) throw new SetupError('--write needs all versions; omit --only.');
	const results = await tryVersions(only ? [only] : VERSIONS);
	const table = describeResults(results);
	console.log(`\n${table}`);
	const code = printVerdicts(
		results.flatMap(({ version, steps }) =>
			steps.map(({ name, error }) => ({
				what: `n8n ${version}, ${name}`,
				passed: error === undefined,
				detail: error?.message ?? '',
			})),
		),
		{ onlyFailed: true },
	);
	if (write) writeIntoPage(table);
	return code;
}

async function tryVersions(versions: readonly string[]): Promise<Result[]> {
	rmSync(dir, { recursive: true, force: true });
	const progress = createProgress(1 + 2 * versions.length);
	const tarball = await progress.step('Building and packing this package', ensureTarball);
	const results: Result[] = [];
	for (const version of versions) {
		const runtime = await progress.step(
			`n8n ${version} with its Node`,
			async () => await ensureRuntime(version),
		);
		results.push(
			await progress.step(
				`The flow in n8n ${version}`,
				async () => await tryVersion(version, runtime, tarball),
			),
		);
	}
	return results;
}

async function tryVersion(version: string, runtime: Runtime, tarball: Tarball): Promise<Result> {
	const ownDir = join(dir, version);
	const sandbox = await RunningSandbox.start(join(ownDir, 'sandbox.log'), {
		seed: 'demo',
		'rate-limits': RATE_LIMITS,
	});
	const n8n = new RealN8n({ runtime, tarball, dir: ownDir });
	atEnd(async () => await n8n.stop());
	await n8n.start();

	const speedUpTime = async () => {
		await n8n.stop();
		const clock = new ScaledClock(SCALE);
		await n8n.start(clock.startOptions);
		return clock;
	};
	const flow = new CompatibilityFlow({ n8n, sandbox, pace: RATE_LIMITS, speedUpTime });
	await flow.prepare();
	const steps: StepResult[] = [];
	for (const [name, act] of flow.steps) steps.push(await take(name, act));
	await n8n.stop();
	// n8n has written everything only after it has stopped.
	steps.push(
		await take('No secrets in logs, executions and database', () =>
			requireNoSecrets(ownDir, flow.secrets),
		),
	);
	await stopServices();
	const { stdout } = await runCommand(runtime.node, ['--version']);
	return { version, node: stdout.trim().replace(/^v/, ''), steps };
}

async function take(name: string, act: () => Promise<void> | void): Promise<StepResult> {
	const since = Date.now();
	const seconds = () => (Date.now() - since) / 1000;
	try {
		await act();
		return { name, seconds: seconds() };
	} catch (error) {
		const failure = error instanceof Error ? error : new Error(String(error));
		return { name, seconds: seconds(), error: failure };
	}
}

/** n8n stores the output of executions as plain text in its database, and credentials encrypted. */
function requireNoSecrets(folder: string, secrets: readonly string[]): void {
	const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
		.map((name) => join(folder, name))
		.filter((file) => !file.includes('node_modules') && statSync(file).isFile())
		// The sandbox itself logs the secrets it issues.
		.filter((file) => !file.endsWith('sandbox.log'));
	for (const file of files) {
		const bytes = readFileSync(file);
		if (secrets.some((secret) => bytes.includes(secret))) {
			throw new Error(`${file} contains a secret`);
		}
	}
}

/** A Markdown table with one column per version and one row per step, with the seconds it took. */
function describeResults(results: readonly Result[]): string {
	const steps = (results[0]?.steps ?? []).map(({ name }, index) => [
		name,
		...results.map((result) => {
			const { error, seconds = 0 } = result.steps[index] ?? {};
			return error ? '—' : `ok, ${seconds.toFixed(1)} s`;
		}),
	]);
	const versions = results.map(({ version, node }) => `n8n ${version}, Node ${node}`);
	const header = ['step', ...versions];
	const widths = header.map((_, column) =>
		Math.max(...[header, ...steps].map((row) => row[column]?.length ?? 0)),
	);
	const line = (row: readonly string[]) =>
		`| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
	const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
	return [line(header), rule, ...steps.map(line)].join('\n');
}

function writeIntoPage(table: string): void {
	const file = join(repoDir, 'docs', 'getting-started.md');
	const [before = '', rest = ''] = readFileSync(file, 'utf8').split('<!-- compatibility -->\n');
	const [, after = ''] = rest.split('<!-- /compatibility -->\n');
	const day = new Date().toISOString().slice(0, 10);
	const caption = `Version ${readManifest().version} of this package on ${day}:`;
	const section = `<!-- compatibility -->\n\n${caption}\n\n${table}\n\n<!-- /compatibility -->\n`;
	writeFileSync(file, before + section + after);
}
