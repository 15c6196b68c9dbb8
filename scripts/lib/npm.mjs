import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { SetupError } from './output.mjs';
import { runCommand } from './processes.mjs';

/** Quiet, and without the install scripts of other packages. */
const INSTALL_FLAGS = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];

/** npm's defaults wait over a minute before they report that the network is down. */
const RETRY_FLAGS = [
	'--fetch-retries=4',
	'--fetch-retry-factor=3',
	'--fetch-retry-mintimeout=1000',
	'--fetch-retry-maxtimeout=15000',
];

const NETWORK_FAILURE =
	/\b(ENOTFOUND|ECONNREFUSED|ETIMEDOUT|EAI_AGAIN|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT)\b/;

/** Not every registry has every version at all times. */
const MISSING_VERSION = /\b(ETARGET|E404)\b/;

/**
 * Runs npm's installer (`install ...`) and turns its failures into one line. Tries once more
 * without the lock if the registry lacks a version from it, except for a release.
 *
 * @param {string[]} args
 * @param {{ cwd: string, node?: string, what: string }} options `node`: the Node binary to run it
 *   with; `what`: what is being installed, for the message
 */
export async function npmInstall(args, { cwd, node = process.execPath, what }) {
	/** @param {string[]} flags */
	const install = async (...flags) =>
		await npm([...args, ...flags, ...INSTALL_FLAGS, ...RETRY_FLAGS], { cwd, node });
	let result = await install();
	const mayLeaveLock = process.env.GITHUB_REF_TYPE !== 'tag';
	if (result.code !== 0 && mayLeaveLock && MISSING_VERSION.test(result.output)) {
		result = await install('--no-package-lock');
	}
	if (result.code !== 0) throw new SetupError(explainFailure(result.output, what));
}

/**
 * Runs npm itself with the given Node binary.
 *
 * @param {string[]} args
 * @param {{ cwd: string, node?: string }} options
 */
export async function npm(args, { cwd, node = process.execPath }) {
	return await runCommand(node, [npmFile('bin', 'npm-cli.js'), ...args], {
		cwd,
		env: npmEnvironment(node),
	});
}

/**
 * A file of the npm that came with Node (or that runs this script).
 *
 * @param {...string} path
 */
export function npmFile(...path) {
	const binDir = dirname(process.execPath);
	const { npm_execpath: running = '' } = process.env;
	const candidates = [
		// npm sets it for the scripts it runs; another package manager may set it too.
		...(/[\\/]npm-cli\.js$/.test(running) ? [dirname(dirname(running))] : []),
		join(binDir, '..', 'lib', 'node_modules', 'npm'),
		join(binDir, 'node_modules', 'npm'),
	].filter((dir) => existsSync(join(dir, 'bin', 'npm-cli.js')));
	// Debian and others keep npm elsewhere: use the command on the PATH.
	const found = candidates[0] ?? npmFromPath();
	if (!found) {
		throw new SetupError(
			'npm was not found. Install it together with Node.js, then run the same command again.',
		);
	}
	return join(found, ...path);
}

function npmFromPath() {
	return (process.env.PATH ?? '')
		.split(delimiter)
		.flatMap((dir) => [
			join(dir, 'node_modules', 'npm'),
			join(dir, '..', 'lib', 'node_modules', 'npm'),
			join(dir, '..', 'share', 'nodejs', 'npm'),
		])
		.find((dir) => existsSync(join(dir, 'bin', 'npm-cli.js')));
}

/**
 * The environment for a nested npm: the Node binary first in the PATH, without the variables of an
 * outer `npm start` (the user's own npm settings stay).
 *
 * @param {string} node
 */
export function npmEnvironment(node) {
	const own =
		/^(npm_(lifecycle|package)_|npm_(command|node_execpath)$|npm_config_(local_prefix|ignore_scripts)$|INIT_CWD$)/;
	const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.test(name)));
	const pathName = Object.keys(env).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH';
	env[pathName] = [dirname(node), env[pathName]].filter(Boolean).join(delimiter);
	return env;
}

/**
 * @param {string} output
 * @param {string} what
 */
function explainFailure(output, what) {
	const network = NETWORK_FAILURE.exec(output);
	if (network) {
		return (
			`Could not download ${what} (${network[0]}). Check the network connection and npm's ` +
			'registry setting (npm config get registry), then run the same command again.'
		);
	}
	if (/\bENOSPC\b/.test(output)) {
		return `The disk is full: ${what} needs up to 4 GB. Free some space and run again.`;
	}
	const reasons = output
		.split('\n')
		.filter((line) => line.startsWith('npm error'))
		.map((line) => line.replace(/^npm error\s*/, '').trim())
		.filter((line) => line && !line.startsWith('code ') && !line.startsWith('A complete log'));
	return `npm could not install ${what}: ${reasons[0] ?? output.trim().split('\n').at(-1)}`;
}
