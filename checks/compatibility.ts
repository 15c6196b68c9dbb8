/**
 * `npm run test:compat`: the packed tarball in several versions of n8n, each with its own data
 * folder, through the same steps (scripts/lib/compatFlow.mjs). The output is compared with the
 * sandbox's true record. Prints a table of versions and steps.
 *
 * `-- --only 1.123.81` runs one version; `-- --write` writes the table into
 * docs/getting-started.md.
 */
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { N8nCluster } from './lib/cluster.mjs';
import { CompatFlow } from './lib/compatFlow.mjs';
import { ensureDependencies } from './lib/dependencies.mjs';
import { createProgress, runMain, SetupError } from './lib/output.mjs';
import { ensureTarball, readManifest } from './lib/package.mjs';
import { repoDir, stateDir } from './lib/paths.mjs';
import { pickFreePort } from './lib/ports.mjs';
import { runCommand, stopServices } from './lib/processes.mjs';
import { ensureRuntime, N8N_VERSION, OLDER_N8N_VERSIONS } from './lib/runtime.mjs';
import { startSandbox } from './lib/sandbox.mjs';
import { stopOnSignals } from './lib/signals.mjs';

const VERSIONS = [N8N_VERSION, ...OLDER_N8N_VERSIONS];

const dir = join(stateDir, 'compat');

/** How much faster time runs while the trigger is watched: its 20 minutes take ten seconds. */
const SCALE = 120;

/** Amazon's rates times this, because these tests are not about waiting. */
const RATE_LIMITS = 1000;

const clockModule = fileURLToPath(new URL('lib/clock-scaled.mjs', import.meta.url));

/** Ends the running n8n. */
let cleanUp = async () => undefined;

/**
 * @typedef {object} Result the result of one version
 * @property {string} version
 * @property {string} node its version
 * @property {Array<{ name: string, seconds: number, error?: Error }>} steps
 */

await runMain(async () => {
	const { only, write } = readOptions();
	stopOnSignals(async () => await cleanUp());
	try {
		return await run(only ? [only] : VERSIONS, write);
	} finally {
		await cleanUp().finally(stopServices);
	}
});

function readOptions() {
	const options = { only: { type: 'string' }, write: { type: 'boolean', default: false } };
	const { values } = parseArgs({ options });
	if (values.only && !VERSIONS.includes(values.only)) {
		throw new SetupError(`Unknown version ${values.only}. Available: ${VERSIONS.join(', ')}.`);
	}
	if (values.only && values.write) throw new SetupError('--write needs all versions; omit --only.');
	return values;
}

/**
 * @param {string[]} versions
 * @param {boolean} write
 */
async function run(versions, write) {
	rmSync(dir, { recursive: true, force: true });
	const progress = createProgress(2 + 2 * versions.length);
	await progress.step('Dependencies', ensureDependencies);
	const tarball = await progress.step('Building and packing this package', ensureTarball);
	const results = [];
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
	const table = describeResults(results);
	console.log(`\n${table}\n`);
	const failures = results.flatMap(({ version, steps }) =>
		steps.filter(({ error }) => error).map((step) => ({ version, ...step })),
	);
	for (const { version, name, error } of failures) {
		console.log(`FAILED  n8n ${version}, ${name}: ${error.message}\n`);
	}
	if (write) writeIntoPage(table);
	return failures.length > 0 ? 1 : 0;
}

/**
 * @param {string} version
 * @param {import('./lib/runtime.mjs').Runtime} runtime
 * @param {import('./lib/package.mjs').Tarball} tarball
 * @returns {Promise<Result>}
 */
async function tryVersion(version, runtime, tarball) {
	const ownDir = join(dir, version);
	const sandbox = await startSandbox({
		port: await pickFreePort(),
		logFile: join(ownDir, 'sandbox.log'),
		args: ['--seed', 'demo', '--rate-limits', String(RATE_LIMITS), '--quiet'],
	});
	const n8n = new N8nCluster({ runtime, tarball, dir: ownDir });
	cleanUp = async () => await n8n.stop();
	await n8n.startMain();

	const clock = { start: 0, origin: 0, scale: SCALE };
	const speedUpTime = async () => {
		await n8n.stop();
		clock.start = clock.origin = Date.now();
		await n8n.restartMain({
			nodeArgs: ['--import', pathToFileURL(clockModule).href],
			env: {
				CLOCK_SCALE: String(SCALE),
				CLOCK_START: new Date(clock.start).toISOString(),
				CLOCK_ORIGIN: String(clock.origin),
			},
		});
	};
	const flow = new CompatFlow({
		n8n,
		sandboxUrl: sandbox.url,
		pace: RATE_LIMITS,
		clock,
		speedUpTime,
	});
	await flow.prepare();
	const steps = [];
	for (const [name, act] of flow.steps) steps.push(await take(name, act));
	await n8n.stop();
	// Only now is everything written.
	steps.push(
		await take('No secrets in logs, executions and database', () =>
			requireNoSecrets(ownDir, flow.secrets),
		),
	);
	cleanUp = async () => undefined;
	await stopServices();
	const { stdout } = await runCommand(runtime.node, ['--version']);
	return { version, node: stdout.trim().replace(/^v/, ''), steps };
}

async function take(name, act) {
	const since = Date.now();
	const step = { name };
	try {
		await act();
	} catch (error) {
		step.error = error;
	}
	return { ...step, seconds: (Date.now() - since) / 1000 };
}

/**
 * n8n stores the output of executions as plain text in its database, and credentials encrypted.
 *
 * @param {string} folder
 * @param {string[]} secrets
 */
function requireNoSecrets(folder, secrets) {
	const files = readdirSync(folder, { recursive: true })
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

/**
 * A Markdown table with one column per version and one row per step, with the seconds it took.
 *
 * @param {Result[]} results
 */
function describeResults(results) {
	const steps = results[0].steps.map(({ name }, index) => [
		name,
		...results.map((result) => {
			const { error, seconds } = result.steps[index];
			return error ? '—' : `ok, ${seconds.toFixed(1)} s`;
		}),
	]);
	const versions = results.map(({ version, node }) => `n8n ${version}, Node ${node}`);
	const rows = [['step', ...versions], ...steps];
	const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
	const line = (row) => `| ${row.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |`;
	const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
	return [line(rows[0]), rule, ...rows.slice(1).map(line)].join('\n');
}

/** @param {string} table */
function writeIntoPage(table) {
	const file = join(repoDir, 'docs', 'getting-started.md');
	const [before, rest] = readFileSync(file, 'utf8').split('<!-- compatibility -->\n');
	const [, after] = rest.split('<!-- /compatibility -->\n');
	const day = new Date().toISOString().slice(0, 10);
	const caption = `Version ${readManifest().version} of this package on ${day}:`;
	const section = `<!-- compatibility -->\n\n${caption}\n\n${table}\n\n<!-- /compatibility -->\n`;
	writeFileSync(file, before + section + after);
}
