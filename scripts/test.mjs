/**
 * `npm test`: everything that must be right before a release. `-- --quick` skips what needs a real
 * n8n (and its downloads).
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureDependencies, toolFile } from './lib/dependencies.mjs';
import { formatVerdicts, runMain, SetupError } from './lib/output.mjs';
import { build, pack } from './lib/package.mjs';
import { repoDir, stateDir } from './lib/paths.mjs';
import { runCommand } from './lib/processes.mjs';
import { ensureN8n, ensureNode24, N8N_VERSION } from './lib/runtime.mjs';

const quick = process.argv.includes('--quick');
const totals = { passed: 0, failed: 0 };

/**
 * The installation of n8n, which runs in parallel with the earlier steps.
 *
 * @type {Promise<unknown> | undefined}
 */
let n8n;

/** @typedef {[title: string, work: () => Promise<unknown>]} Step */

/** @type {Step[]} */
const inRealN8n = [
	[`n8n ${N8N_VERSION}`, async () => await n8n],
	['End-to-end', async () => await runTests(['test/e2e'], { E2E: '1' })],
	['Trigger', async () => await runCheck('trigger')],
];

/**
 * Each step throws if the package is not right.
 *
 * @type {Step[]}
 */
const steps = [
	['Dependencies', prepare],
	['Lint', async () => await runNode('lint', [join(repoDir, 'scripts', 'lint.mjs')])],
	['Spelling', async () => await runTool('cspell', 'cspell', ['--no-progress', '.'])],
	['Type-check', async () => await runTool('typescript', 'tsc', ['--noEmit'])],
	['Build and pack', async () => [await build(), await pack()]],
	['Tests', async () => await runTests([])],
	...(quick ? [] : inRealN8n),
	['Scan', async () => await runCheck('scan')],
];

// Without this, signals would end it before it could end its child processes.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130));

await runMain(async () => {
	/** @type {import('./lib/output.mjs').Verdict[]} */
	const summary = [];
	/** @type {unknown} */
	let failure;
	for (const [title, work] of steps) {
		console.log(`\n=== ${title}`);
		const start = Date.now();
		try {
			await work();
		} catch (error) {
			failure = error;
		}
		const time = `${((Date.now() - start) / 1000).toFixed(1)} s`;
		summary.push({ what: `${title.padEnd(16)}${time.padStart(8)}`, passed: !failure });
		if (failure) break;
	}
	// A SetupError explains itself; anything else is a bug in these scripts and needs its stack.
	if (failure) console.error(failure instanceof SetupError ? `\n${failure.message}` : failure);
	console.log(`\n${formatVerdicts(summary, totals)}`);
	// The installation of n8n may still be running, and ends with this process.
	if (failure) process.exit(1);
});

async function prepare() {
	await ensureDependencies();
	if (quick) return;
	n8n = ensureNode24().then(async ({ node }) => await ensureN8n(node));
	// The step that waits for it reports its failure.
	n8n.catch(() => undefined);
}

/**
 * Runs jest and adds its counts to the totals.
 *
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 */
async function runTests(args, env = {}) {
	const outputFile = join(stateDir, 'jest.json');
	mkdirSync(stateDir, { recursive: true });
	rmSync(outputFile, { force: true });
	try {
		const own = ['--json', `--outputFile=${outputFile}`];
		// Also ends the n8n that a test has started, if this is ended early.
		await runTool('jest', 'jest', [...args, ...own], env, { group: true });
	} finally {
		if (existsSync(outputFile)) {
			const result = JSON.parse(readFileSync(outputFile, 'utf8'));
			totals.passed += result.numPassedTests;
			// A test file that cannot even be loaded has no tests to count, but must not go unnoticed.
			totals.failed += result.numFailedTests + result.numRuntimeErrorTestSuites;
		}
	}
}

/**
 * Runs a command of an installed package.
 *
 * @param {string} packageName
 * @param {string} command
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 * @param {{ group?: boolean }} [options]
 */
async function runTool(packageName, command, args, env = {}, options = {}) {
	return await runNode(command, [toolFile(packageName, command), ...args], env, options);
}

/** @param {string} name of a file in checks/ */
async function runCheck(name) {
	return await runNode(name, ['--import', 'tsx', join(repoDir, 'checks', 'main.ts'), name]);
}

/**
 * @param {string} name
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 * @param {{ group?: boolean }} [options]
 */
async function runNode(name, args, env = {}, options = {}) {
	const { code, output } = await runCommand(process.execPath, args, {
		cwd: repoDir,
		env: { ...process.env, ...env },
		show: true,
		...options,
	});
	if (code !== 0) throw new SetupError(`${name} ended with exit code ${code}.`);
	return output;
}
