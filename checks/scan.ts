/**
 * `npm run check -- scan`: what n8n's verification would find, without publishing. Lints the sources
 * and the packed tarball with n8n's own scanner (comments that disable rules do not count there),
 * and checks that the tarball contains what it should and nothing else.
 */
import { join } from 'node:path';
import { SetupError } from '../scripts/lib/output.mjs';
import { ensureTarball, readManifest, unpack } from '../scripts/lib/package.mjs';
import type { Tarball } from '../scripts/lib/package.mjs';
import { repoDir, stateDir } from '../scripts/lib/paths.mjs';
import { readOptions } from './lib/options';

const ALWAYS = ['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json'];

/** n8n's scanner, which has no types. */
interface Scanner {
	analyzePackage(
		folder: string,
		patterns: readonly string[],
	): Promise<{ readonly passed: boolean; readonly message: string; readonly details?: string }>;
	readonly SOURCE_FILE_PATTERNS: readonly string[];
}

export async function run(args: string[]): Promise<void> {
	readOptions(args, {});
	const tarball = await ensureTarball();
	const findings = [...checkContents(tarball.contents), ...(await lint(tarball))];
	if (findings.length > 0) throw new SetupError(`The scan found:\n${findings.join('\n')}`);
	console.log(
		`The scan found nothing in the sources and in ${tarball.contents.length} packed files.`,
	);
}

function checkContents(contents: readonly string[]): string[] {
	const { n8n } = readManifest();
	const required = [...ALWAYS, ...n8n.nodes, ...n8n.credentials];
	return [
		...required.filter((path) => !contents.includes(path)).map((path) => `${path} is not packed`),
		...contents
			.filter((path) => !path.startsWith('dist/') && !ALWAYS.includes(path))
			.map((path) => `${path} should not be packed`),
	];
}

async function lint(tarball: Tarball): Promise<string[]> {
	const scanner: string = '@n8n/scan-community-package/scanner/scanner.mjs';
	const { analyzePackage, SOURCE_FILE_PATTERNS } = (await import(scanner)) as Scanner;
	const unpacked = join(stateDir, 'package', 'unpacked');
	await unpack(tarball, unpacked);
	const results = [
		{ where: 'the sources', ...(await analyzePackage(repoDir, SOURCE_FILE_PATTERNS)) },
		{ where: 'the tarball', ...(await analyzePackage(unpacked, ['**/*.js', 'package.json'])) },
	];
	return results
		.filter(({ passed }) => !passed)
		.map(({ where, message, details }) => `in ${where}: ${message}\n${details ?? ''}`.trimEnd());
}
