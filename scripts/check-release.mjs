/**
 * `npm run release -- v1.2.3`: does this tag match the release in the repository? The
 * tag, package.json, package-lock.json and a dated section of CHANGELOG.md must name the same
 * version, and package.json the repository it is published from and its maintainer.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runMain, SetupError } from './lib/output.mjs';
import { repoDir } from './lib/paths.mjs';

await runMain(async () => {
	const [tag] = process.argv.slice(2);
	if (!tag) throw new SetupError('Name the tag, such as v1.2.3.');
	const { version, repository, author } = readJson('package.json');
	const locked = readJson('package-lock.json').version;
	const section = `\n## [${version}] - `;
	const { GITHUB_REPOSITORY: here } = process.env;
	const problems = [
		!/^\d+\.\d+\.\d+$/.test(version) &&
			`${version} is not a plain version: npm does not publish it as the latest.`,
		here &&
			repository?.url !== `git+https://github.com/${here}.git` &&
			`package.json names the repository ${repository?.url}, but this is ${here}: npm would refuse its provenance.`,
		author?.email?.startsWith('maintainers@') &&
			"package.json's author is a placeholder: enter the npm maintainer.",
		tag !== `v${version}` && `The tag is ${tag}, but package.json says ${version}.`,
		locked !== version && `package-lock.json says ${locked}, but package.json ${version}.`,
		!/^\d{4}-\d{2}-\d{2}\s/.test(read('CHANGELOG.md').split(section)[1] ?? '') &&
			`CHANGELOG.md has no section "## [${version}] - YYYY-MM-DD".`,
	].filter(Boolean);
	if (problems.length > 0) throw new SetupError(problems.join('\n'));
	console.log(`${tag} is ready for release.`);
});

/** @param {string} file */
function readJson(file) {
	return JSON.parse(read(file));
}

/** @param {string} file */
function read(file) {
	return readFileSync(join(repoDir, file), 'utf8');
}
