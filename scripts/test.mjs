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

/** Saves a tenth of the tests' time: every test file loads our modules again. */
const FEWER_COLLECTIONS = '--max-semi-space-size=64';

/** These tests wait for n8n now and then, so a machine with two cores can run three of their files at once. */
const MORE_WORKERS = '--maxWorkers=150%';

/** @typedef {{ group?: boolean, background?: boolean }} RunOptions */

/** For steps beside tests that start n8n. */
const BACKGROUND = { background: true };

const quick = process.argv.includes('--quick');
const totals = { passed: 0, failed: 0 };

/**
 * The installation of n8n, which runs in parallel with the earlier steps.
 *
 * @type {Promise<unknown> | undefined}
 */
let n8n;

/**
 * `work` throws if the package is not right. It prints everything at once at its end if `show` is
 * false, because other steps print at the same time.
 *
 * @typedef {{ title: string, work: (show: boolean) => Promise<unknown> }} Step
 */

/** @typedef {{ isInstallation?: boolean, steps: Step[] }} Stage */

/** @type {Step} */
const tests = { title: 'Tests', work: async (show) => await runTests(show, []) };

/**
 * Without a type check, because the whole repository has one.
 *
 * @type {Step}
 */
const packing = {
	title: 'Build and pack',
	work: async () => [await build('bundle'), await pack()],
};

/** @type {Step[]} */
const staticChecks = [
	{ title: 'Lint', work: lint },
	{
		title: 'Type-check',
		work: async (show) => await runTool(show, 'typescript', 'tsc', ['--noEmit']),
	},
	{
		title: 'Spelling',
		work: async (show) => await runTool(show, 'cspell', 'cspell', ['--no-progress', '.']),
	},
];

/** @type {Step} */
const scan = { title: 'Scan', work: check('scan', BACKGROUND) };

/**
 * The steps in a real n8n sometimes wait for it, so there is time for those that only read files.
 *
 * @type {Stage[]}
 */
const inRealN8n = [
	{
		isInstallation: true,
		steps: [{ title: `n8n ${N8N_VERSION}`, work: async () => await n8n }],
	},
	{
		steps: [
			{
				title: 'End-to-end',
				work: async (show) => await runTests(show, ['test/e2e', MORE_WORKERS], { E2E: '1' }),
			},
			{ title: 'Trigger', work: check('trigger') },
			scan,
			...staticChecks,
		],
	},
];

/**
 * The steps of a stage run in parallel. An installation is not counted as a part of the tests.
 *
 * @type {Stage[]}
 */
const stages = [
	{ isInstallation: true, steps: [{ title: 'Dependencies', work: prepare }] },
	...(quick
		? [{ steps: [packing, ...staticChecks] }, { steps: [tests, scan] }]
		: [{ steps: [packing] }, { steps: [tests] }, ...inRealN8n]),
];

// Without this, signals would end it before it could end its child processes.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130));

await runMain(async () => {
	/** @type {import('./lib/output.mjs').Verdict[]} */
	const summary = [];
	let testsMs = 0;
	for (const { isInstallation, steps } of stages) {
		const start = Date.now();
		console.log(`\n=== ${steps.map(({ title }) => title).join(', ')}`);
		summary.push(
			...(await Promise.all(steps.map(async (step, index) => await run(step, index === 0)))),
		);
		if (!isInstallation) testsMs += Date.now() - start;
		if (summary.some(({ passed }) => !passed)) break;
	}
	console.log(`\n${formatVerdicts(summary, totals)}`);
	console.log(`${secondsText(testsMs)} without the installation`);
	// The installation of n8n may still be running, and ends with this process.
	if (summary.some(({ passed }) => !passed)) process.exit(1);
});

/**
 * @param {Step} step
 * @param {boolean} show
 * @returns {Promise<import('./lib/output.mjs').Verdict>}
 */
async function run({ title, work }, show) {
	const start = Date.now();
	let passed = true;
	try {
		await work(show);
	} catch (error) {
		passed = false;
		// A SetupError explains itself; anything else is a bug in these scripts and needs its stack.
		console.error(error instanceof SetupError ? `\n${error.message}` : error);
	}
	return { what: `${title.padEnd(16)}${secondsText(Date.now() - start).padStart(8)}`, passed };
}

/** @param {number} ms */
function secondsText(ms) {
	return `${(ms / 1000).toFixed(1)} s`;
}

async function prepare() {
	await ensureDependencies();
	if (quick) return;
	n8n = ensureNode24().then(async ({ node }) => await ensureN8n(node));
	// The step that waits for it reports its failure.
	n8n.catch(() => undefined);
}

/** @param {boolean} show */
async function lint(show) {
	return await runNode(show, 'lint', [join(repoDir, 'scripts', 'lint.mjs')], {}, BACKGROUND);
}

/**
 * Runs jest and adds its counts to the totals.
 *
 * @param {boolean} show
 * @param {string[]} files the tests to run, all but the end-to-end tests by default, and options of jest
 * @param {NodeJS.ProcessEnv} [env]
 */
async function runTests(show, files, env = {}) {
	const outputFile = join(stateDir, 'jest.json');
	mkdirSync(stateDir, { recursive: true });
	rmSync(outputFile, { force: true });
	const own = ['--json', `--outputFile=${outputFile}`];
	const args = [FEWER_COLLECTIONS, toolFile('jest'), ...files, ...own];
	try {
		// The group has the n8n that a test has started; it ends with it if this is ended early.
		await runNode(show, 'jest', args, env, { group: true });
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
 * @param {boolean} show
 * @param {string} packageName
 * @param {string} command
 * @param {string[]} args
 */
async function runTool(show, packageName, command, args) {
	return await runNode(show, command, [toolFile(packageName, command), ...args], {}, BACKGROUND);
}

/**
 * The step that runs a file of `checks`.
 *
 * @param {string} name
 * @param {RunOptions} [options]
 * @returns {(show: boolean) => Promise<unknown>}
 */
function check(name, options) {
	const args = ['--import', 'tsx', join(repoDir, 'checks', 'main.ts'), name];
	return async (show) => await runNode(show, name, args, {}, options);
}

/**
 * @param {boolean} show whether to print the output as it comes; otherwise at the end
 * @param {string} name
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 * @param {RunOptions} [options]
 */
async function runNode(show, name, args, env = {}, options = {}) {
	const { code, output } = await runCommand(process.execPath, args, {
		cwd: repoDir,
		env: { ...process.env, ...env },
		show,
		...options,
	});
	if (!show && output.trim() !== '') console.log(`\n=== ${name}\n${output.trimEnd()}`);
	if (code !== 0) throw new SetupError(`${name} ended with exit code ${code}.`);
	return output;
}
