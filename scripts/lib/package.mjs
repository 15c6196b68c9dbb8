import { createHash } from 'node:crypto';
import {
	existsSync,
	mkdirSync,
	readFileSync,
	readdirSync,
	renameSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { toolFile } from './dependencies.mjs';
import { npm } from './npm.mjs';
import { SetupError } from './output.mjs';
import { repoDir, stateDir } from './paths.mjs';
import { runCommand } from './processes.mjs';

/** What the packed tarball depends on. */
const SOURCES = [
	'nodes',
	'credentials',
	'icons',
	'package.json',
	'package-lock.json',
	'gulpfile.js',
	'tsconfig.json',
	'README.md',
	'LICENSE',
	'CHANGELOG.md',
];

const packDir = join(stateDir, 'package');
const recordFile = join(packDir, 'record.json');

/**
 * @typedef {object} Tarball
 * @property {string} file
 * @property {string} digest of its content; the same for the same sources
 * @property {string[]} contents the paths inside, without the leading `package/`
 */

/**
 * This package's manifest.
 *
 * @returns {{ name: string, version: string, n8n: { nodes: string[], credentials: string[] } }}
 */
export function readManifest() {
	return JSON.parse(readFileSync(join(repoDir, 'package.json'), 'utf8'));
}

/**
 * Builds dist/ from the sources.
 *
 * @param {'build' | 'bundle'} task of the gulpfile; `bundle` skips the type check
 */
export async function build(task = 'build') {
	const result = await runCommand(process.execPath, [toolFile('gulp'), task], { cwd: repoDir });
	if (result.code !== 0) throw new SetupError(`The build failed:\n${result.output.trimEnd()}`);
	return result;
}

/**
 * Packs the current dist/, as `npm publish` would.
 *
 * @returns {Promise<Tarball>}
 */
export async function pack() {
	const digest = hashSources();
	rmSync(packDir, { recursive: true, force: true });
	mkdirSync(packDir, { recursive: true });
	const args = ['pack', '--json', '--ignore-scripts', '--loglevel=error'];
	const result = await npm([...args, '--pack-destination', packDir], { cwd: repoDir });
	if (result.code !== 0) throw new SetupError(`npm pack failed: ${result.output.trim()}`);
	const parsed = JSON.parse(result.stdout);
	// npm 12 returns an object by package name, earlier versions return a list.
	/** @type {{ filename: string, files: Array<{ path: string }> }} */
	const { filename, files } = Array.isArray(parsed) ? parsed[0] : Object.values(parsed)[0];
	const contents = files.map(({ path }) => path).sort();
	const tarball = { file: join(packDir, filename), digest, contents };
	writeFileSync(recordFile, JSON.stringify(tarball));
	return tarball;
}

/**
 * The packed tarball of the current sources, rebuilt only if they changed.
 *
 * @returns {Promise<Tarball & { note?: string }>}
 */
export async function ensureTarball() {
	const packed = readRecord();
	if (packed?.digest === hashSources() && existsSync(packed.file)) {
		return { ...packed, note: 'sources unchanged' };
	}
	await build('bundle');
	return await pack();
}

/**
 * Unpacks the tarball into a fresh folder.
 *
 * @param {Tarball} tarball
 * @param {string} target replaced if it exists
 */
export async function unpack(tarball, target) {
	const aside = `${target}.partial`;
	rmSync(aside, { recursive: true, force: true });
	mkdirSync(aside, { recursive: true });
	const { code, output } = await runCommand('tar', [
		...['-xzf', tarball.file, '-C', aside, '--strip-components=1'],
	]);
	if (code !== 0) throw new SetupError(`Could not unpack the tarball with tar: ${output.trim()}`);
	rmSync(target, { recursive: true, force: true });
	renameSync(aside, target);
}

/** @returns {Tarball | undefined} */
function readRecord() {
	return existsSync(recordFile) ? JSON.parse(readFileSync(recordFile, 'utf8')) : undefined;
}

function hashSources() {
	const hash = createHash('sha256');
	for (const file of SOURCES.flatMap((path) => [...listFiles(path)])) {
		hash
			.update(`${file}\0`)
			.update(readFileSync(join(repoDir, file)))
			.update('\0');
	}
	return hash.digest('hex');
}

/**
 * @param {string} path
 * @returns {Generator<string>}
 */
function* listFiles(path) {
	const absolute = join(repoDir, path);
	if (!existsSync(absolute)) return;
	if (!statSync(absolute).isDirectory()) yield path;
	else for (const name of readdirSync(absolute).sort()) yield* listFiles(join(path, name));
}
