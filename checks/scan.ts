/**
 * `npm run scan`: what n8n's verification would find, without publishing. Lints the sources and the
 * packed tarball with n8n's own scanner (comments that disable rules do not count there), and
 * checks that the tarball contains what it should and nothing else.
 */
import { join } from 'node:path';
import { ensureDependencies } from './lib/dependencies.mjs';
import { runMain, SetupError } from './lib/output.mjs';
import { ensureTarball, readManifest, unpack } from './lib/package.mjs';
import { repoDir, stateDir } from './lib/paths.mjs';

const ALWAYS = ['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json'];

await runMain(async () => {
	await ensureDependencies();
	const tarball = await ensureTarball();
	const findings = [...checkContents(tarball.contents), ...(await lint(tarball))];
	if (findings.length > 0) throw new SetupError(`The scan found:\n${findings.join('\n')}`);
	console.log(
		`The scan found nothing in the sources and in ${tarball.contents.length} packed files.`,
	);
});

/** @param {string[]} contents */
function checkContents(contents) {
	const { n8n } = readManifest();
	const required = [...ALWAYS, ...n8n.nodes, ...n8n.credentials];
	return [
		...required.filter((path) => !contents.includes(path)).map((path) => `${path} is not packed`),
		...contents
			.filter((path) => !path.startsWith('dist/') && !ALWAYS.includes(path))
			.map((path) => `${path} should not be packed`),
	];
}

/** @param {import('./lib/package.mjs').Tarball} tarball */
async function lint(tarball) {
	const scanner = '@n8n/scan-community-package/scanner/scanner.mjs';
	const { analyzePackage, SOURCE_FILE_PATTERNS } = await import(scanner);
	const unpacked = join(stateDir, 'package', 'unpacked');
	await unpack(tarball, unpacked);
	const results = [
		['the sources', await analyzePackage(repoDir, SOURCE_FILE_PATTERNS)],
		['the tarball', await analyzePackage(unpacked, ['**/*.js', 'package.json'])],
	];
	return results
		.filter(([, { passed }]) => !passed)
		.map(([where, { message, details }]) => `in ${where}: ${message}\n${details ?? ''}`.trimEnd());
}
