import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repoDir } from './paths.mjs';

/** Compares plain versions, such as 3.10.0, as semver does. */
const { compare } = new Intl.Collator('en', { numeric: true });

/**
 * @typedef {object} Finding an advisory that names a shipped version
 * @property {string} id from GitHub's advisory database
 * @property {string} library name and version
 * @property {string} title
 * @property {string} source where to read it
 * @property {string} [reason] why it is harmless here; without a reason it needs action
 */

/** The known advisories for shipped libraries, and the day they were looked up. */
export function readAdvisories() {
	return JSON.parse(readFileSync(join(repoDir, 'scripts', 'advisories.json'), 'utf8'));
}

/**
 * The findings of the checked-in list for the shipped libraries.
 *
 * @param {import('./shipped.mjs').Library[]} libraries
 * @returns {Finding[]}
 */
export function knownFindings(libraries) {
	return readAdvisories().advisories.flatMap((advisory) =>
		libraries
			.filter((library) => isAffected(library, advisory))
			.map((library) => toFinding(library, advisory)),
	);
}

/**
 * The findings of the registry for the shipped libraries. Findings elsewhere in the tree are omitted.
 *
 * @param {import('./shipped.mjs').Library[]} libraries
 * @param {{ vulnerabilities: Record<string, { via: Array<string | object>, nodes: string[] }> }} report
 *   of `npm audit --json`, version 2
 * @returns {Finding[]}
 */
export function registryFindings(libraries, { vulnerabilities }) {
	return libraries.flatMap((library) => {
		const { via = [], nodes = [] } = vulnerabilities[library.name] ?? {};
		if (!nodes.some((path) => library.paths.includes(path))) return [];
		return via
			.filter((advisory) => typeof advisory === 'object')
			.map(({ url, title }) =>
				toFinding(library, { id: url.split('/').at(-1), title, source: url }),
			);
	});
}

function isAffected({ name, version }, { library, affected }) {
	return (
		name === library &&
		affected.some(({ from, fixed }) => compare(version, from) >= 0 && compare(version, fixed) < 0)
	);
}

function toFinding({ name, version }, { id, title, source }) {
	const assessment = readAdvisories().advisories.find((known) => known.id === id)?.assessment;
	// The assessment is for one version; the next one needs a new assessment.
	const reason = assessment?.version === version ? assessment.reason : undefined;
	return { id, library: `${name} ${version}`, title, source, reason };
}
