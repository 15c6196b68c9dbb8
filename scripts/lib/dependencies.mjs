import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { npmInstall } from './npm.mjs';
import { repoDir } from './paths.mjs';

const nodeModules = join(repoDir, 'node_modules');

/** npm writes this at the end of an installation: what is installed, in which version. */
const npmRecord = join(nodeModules, '.package-lock.json');

/**
 * Installs what package-lock.json lists, unless it is already installed.
 *
 * @returns {Promise<{ note?: string }>}
 */
export async function ensureDependencies() {
	if (isInstalled()) return { note: 'already installed' };
	// A partial installation after an interruption cannot be distinguished from a complete one.
	if (!existsSync(npmRecord)) rmSync(nodeModules, { recursive: true, force: true });
	// Follows package-lock.json as `npm ci` does, but keeps what is already right: after a merge that
	// changed a few versions it takes seconds, while `npm ci` starts over.
	const command = ['install', '--no-save'];
	await npmInstall(command, { cwd: repoDir, what: "this package's dependencies" });
	return {};
}

/**
 * The JavaScript file behind a command of an installed development dependency, to be run with Node
 * directly: no shell, and the same on every system.
 *
 * @param {string} packageName
 * @param {string} [command] if the package has several
 */
export function toolFile(packageName, command) {
	const dir = join(nodeModules, packageName);
	const { bin } = readJson(join(dir, 'package.json'));
	return join(dir, typeof bin === 'string' ? bin : (bin[command ?? ''] ?? Object.values(bin)[0]));
}

/** Whether npm's record has every package of package-lock.json, in the same version. */
function isInstalled() {
	if (!existsSync(npmRecord)) return false;
	const installed = readJson(npmRecord).packages;
	/** @type {Record<string, { version: string, optional?: boolean, devOptional?: boolean }>} */
	const wanted = readJson(join(repoDir, 'package-lock.json')).packages;
	return Object.entries(wanted).every(
		([path, { version, optional, devOptional }]) =>
			path === '' ||
			installed[path]?.version === version ||
			// Made for another system.
			(installed[path] === undefined && (optional || devOptional)),
	);
}

/** @param {string} file */
function readJson(file) {
	return JSON.parse(readFileSync(file, 'utf8'));
}
