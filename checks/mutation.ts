/**
 * `npm run check -- mutation [group or rule file ...]`: changes the pure rules in many small ways
 * (mutants, by Stryker) and runs their tests for each: a mutant that no test notices survived. Prints
 * the survivors and a table; exits with code 1 if a group has a score below 85%.
 *
 * `--every 5`, after the groups, mutates only every fifth line: a sample, if time is short.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { npmInstall } from '../scripts/lib/npm.mjs';
import { formatTable, SetupError } from '../scripts/lib/output.mjs';
import { repoDir, stateDir } from '../scripts/lib/paths.mjs';
import { runCommand } from '../scripts/lib/processes.mjs';
import { readOptions } from './lib/options';
import { GROUPS, type Part } from './mutation/groups';

const MINIMUM_SCORE = 85;

const VERSION = '9.6.1';
const dir = join(stateDir, 'mutation');
const stryker = join(dir, `stryker-${VERSION}`);

/** The part of Stryker's report that is used here. Lines and columns start at 1. */
interface Report {
	readonly files: Readonly<Record<string, { source: string; mutants: readonly Mutant[] }>>;
}

interface Mutant {
	readonly replacement?: string;
	readonly status: string;
	readonly location: { readonly start: Position; readonly end: Position };
}

interface Position {
	readonly line: number;
	readonly column: number;
}

export async function run(args: string[]): Promise<number> {
	const firstOption = args.findIndex((arg) => arg.startsWith('--'));
	const names = firstOption === -1 ? args : args.slice(0, firstOption);
	const { every } = readOptions(args.slice(names.length), {
		every: { type: 'string', default: '1' },
	});
	if (!/^[1-9]\d*$/.test(every)) throw new SetupError(`--every ${every} is not a whole number.`);
	const chosen = chooseParts(names);
	await installStryker();
	const counts = new Map<string, Counts>();
	let hasFailed = false;
	for (const { group, part } of chosen) {
		console.log(`\n${part.rules.join(' ')}`);
		const report = await mutate(part, Number(every));
		if (typeof report === 'string') {
			console.log(report);
			hasFailed = true;
			continue;
		}
		console.log(survivorsOf(report).join('\n'));
		counts.set(group, add(counts.get(group), report));
	}
	console.log(tableOf(counts));
	return hasFailed || [...counts.values()].some((each) => scoreOf(each) < MINIMUM_SCORE) ? 1 : 0;
}

/** All groups, those named, or only the named rule files of a group. */
function chooseParts(names: readonly string[]): { group: string; part: Part }[] {
	const all = Object.entries(GROUPS).flatMap(([group, parts]) =>
		parts.map((part) => ({ group, part })),
	);
	const unknown = names.find(
		(name) => !(name in GROUPS) && !all.some(({ part }) => part.rules.includes(name)),
	);
	if (unknown !== undefined) {
		const groups = Object.keys(GROUPS).join(', ');
		throw new SetupError(`There is no group or rule file ${unknown}. Groups: ${groups}.`);
	}
	if (names.length === 0) return all;
	return all.flatMap(({ group, part }) => {
		if (names.includes(group)) return [{ group, part }];
		const rules = part.rules.filter((rule) => names.includes(rule));
		return rules.length > 0 ? [{ group, part: { ...part, rules } }] : [];
	});
}

/**
 * Stryker has about 170 packages, which nothing else needs: so it is no development dependency, but
 * installed here the first time.
 */
async function installStryker(): Promise<void> {
	// npm writes this at the end.
	if (existsSync(join(stryker, 'node_modules', '.package-lock.json'))) return;
	console.log(`Installing Stryker ${VERSION} ...`);
	mkdirSync(stryker, { recursive: true });
	const dependencies = {
		'@stryker-mutator/core': VERSION,
		'@stryker-mutator/jest-runner': VERSION,
	};
	writeFileSync(join(stryker, 'package.json'), JSON.stringify({ private: true, dependencies }));
	await npmInstall(['install'], { cwd: stryker, what: `Stryker ${VERSION}` });
}

/** Runs Stryker in a process, in a copy of the sources. Returns what went wrong if it failed. */
async function mutate({ rules, tests }: Part, every: number): Promise<Report | string> {
	const reportFile = join(dir, 'report.json');
	const configFile = join(dir, 'stryker.json');
	const sandbox = join(dir, 'sandbox');
	rmSync(reportFile, { force: true });
	rmSync(sandbox, { recursive: true, force: true });
	writeFileSync(
		configFile,
		JSON.stringify({
			plugins: [strykerFile('jest-runner', 'dist', 'src', 'index.js')],
			testRunner: 'jest',
			jest: {
				enableFindRelatedTests: false,
				config: {
					testMatch: tests.map((test) => `<rootDir>/${test}`),
					testEnvironment: './test/mutationEnvironment.cjs',
				},
			},
			// Runs for each mutant only the tests that reach it.
			coverageAnalysis: 'perTest',
			mutate: every > 1 ? rules.flatMap((rule) => linesOf(rule, every)) : rules,
			mutator: { excludedMutations: ['StringLiteral'] },
			// Would need all tests again for each mutant of a constant.
			ignoreStatic: true,
			concurrency: 1,
			// A busy machine must not look like a mutant that never ends.
			timeoutFactor: 5,
			timeoutMS: 30_000,
			ignorePatterns: [
				'**',
				...['nodes', 'test', 'checks', 'sandbox', 'scripts', 'credentials'].flatMap((folder) => [
					`!${folder}`,
					`!${folder}/**`,
				]),
				'!jest.config.js',
				'!package.json',
			],
			tempDirName: sandbox,
			symlinkNodeModules: false,
			reporters: ['json'],
			jsonReporter: { fileName: reportFile },
			allowConsoleColors: false,
		}),
	);
	const { output } = await runCommand(
		process.execPath,
		[strykerFile('core', 'bin', 'stryker.js'), 'run', configFile],
		{ cwd: repoDir },
	);
	if (existsSync(reportFile)) return JSON.parse(readFileSync(reportFile, 'utf8')) as Report;
	const log = join(dir, 'stryker.log');
	writeFileSync(log, output);
	const [, reason = ''] = /ERROR ([^]*?)\n\s*at /.exec(output) ?? [];
	return `Stryker failed (see ${log}): ${reason}`;
}

/** Stryker's patterns for every so-many-th line of a file. */
function linesOf(rule: string, every: number): string[] {
	const { length } = readFileSync(join(repoDir, rule), 'utf8').split('\n');
	const lines = Array.from({ length: Math.floor(length / every) }, (_, i) => (i + 1) * every);
	return lines.map((line) => `${rule}:${line}-${line}`);
}

const strykerFile = (name: string, ...path: string[]): string =>
	join(stryker, 'node_modules', '@stryker-mutator', name, ...path);

interface Counts {
	readonly killed: number;
	readonly timeout: number;
	readonly survived: number;
	readonly noCoverage: number;
}

function add(counts: Counts | undefined, { files }: Report): Counts {
	const statuses = Object.values(files).flatMap(({ mutants }) =>
		mutants.map((each) => each.status),
	);
	const count = (status: string) => statuses.filter((each) => each === status).length;
	return {
		killed: (counts?.killed ?? 0) + count('Killed'),
		timeout: (counts?.timeout ?? 0) + count('Timeout'),
		survived: (counts?.survived ?? 0) + count('Survived'),
		noCoverage: (counts?.noCoverage ?? 0) + count('NoCoverage'),
	};
}

const totalOf = (counts: Counts): number =>
	counts.killed + counts.timeout + counts.survived + counts.noCoverage;

/** Percent; 100 without mutants. */
const scoreOf = (counts: Counts): number =>
	totalOf(counts) === 0 ? 100 : (100 * (counts.killed + counts.timeout)) / totalOf(counts);

function tableOf(counts: ReadonlyMap<string, Counts>): string {
	const rows = [...counts].map(([group, each]) => [
		group,
		totalOf(each),
		each.killed,
		each.survived,
		each.timeout,
		each.noCoverage,
		`${scoreOf(each).toFixed(1)}%`,
	]);
	return `\n${formatTable(['group', 'mutants', 'killed', 'survived', 'timeout', 'no coverage', 'score'], rows)}`;
}

/** A line for each mutant that no test noticed. */
function survivorsOf({ files }: Report): string[] {
	return Object.entries(files).flatMap(([file, { source, mutants }]) =>
		mutants
			.filter(({ status }) => status === 'Survived' || status === 'NoCoverage')
			.map(({ status, location: { start, end }, replacement = '' }) => {
				const original = source.split('\n').slice(start.line - 1, end.line);
				original[original.length - 1] = (original.at(-1) ?? '').slice(0, end.column - 1);
				original[0] = (original[0] ?? '').slice(start.column - 1);
				return `${status.padEnd(10)} ${file}:${start.line}:${start.column} ${short(original.join('\n'))} -> ${short(replacement)}`;
			}),
	);
}

function short(code: string): string {
	const line = code.replace(/\s+/g, ' ');
	return line.length > 100 ? `${line.slice(0, 99)}…` : line;
}
