import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './package.mjs';
import { repoDir } from './paths.mjs';

const noticesFile = join(repoDir, 'dist', 'THIRD-PARTY-NOTICES.txt');

/**
 * @typedef {object} Library
 * @property {string} name
 * @property {string} version
 * @property {string[]} paths where package-lock.json installs this version
 */

/**
 * The libraries whose code is bundled into the current dist/, from the notices that the build writes
 * next to it. Builds dist/ if it is missing.
 *
 * @returns {Promise<Library[]>}
 */
export async function shippedLibraries() {
	if (!existsSync(noticesFile)) await build('bundle');
	const lock = JSON.parse(readFileSync(join(repoDir, 'package-lock.json'), 'utf8'));
	return readFileSync(noticesFile, 'utf8')
		.split(/^-{80}$/m)
		.map((notice) => {
			const [, name, version] = /^\s*(\S+) (\S+) \(/.exec(notice);
			return { name, version, paths: pathsOf(lock, name, version) };
		});
}

function pathsOf({ packages }, name, version) {
	return Object.keys(packages).filter(
		(path) => path.endsWith(`node_modules/${name}`) && packages[path].version === version,
	);
}
