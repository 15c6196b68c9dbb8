/**
 * `npm run audit`: are there advisories for the shipped code? That is the code of the libraries
 * bundled into dist/, which `npm audit` of an installed package cannot see. Checks with the
 * registry and with the checked-in list (scripts/advisories.json), because not every registry
 * answers. Findings elsewhere in the development dependencies are counted, but do not fail the
 * audit.
 *
 * `-- --require-registry` fails if the registry does not answer: for a release.
 */
import { knownFindings, readAdvisories, registryFindings } from './lib/advisories.mjs';
import { ensureDependencies } from './lib/dependencies.mjs';
import { npm } from './lib/npm.mjs';
import { runMain, SetupError } from './lib/output.mjs';
import { repoDir } from './lib/paths.mjs';
import { shippedLibraries } from './lib/shipped.mjs';

await runMain(async () => {
	const options = process.argv.slice(2);
	const unknown = options.find((option) => option !== '--require-registry');
	if (unknown)
		throw new SetupError(`Unknown option ${unknown}. The only option is --require-registry.`);

	await ensureDependencies();
	const libraries = await shippedLibraries();
	const { report, refusal } = await askRegistry();
	if (refusal && options.length > 0) throw new SetupError(`${refusal}.`);

	const { checked, advisories } = readAdvisories();
	console.log(
		refusal
			? `${refusal}. Only checked against the ${advisories.length} advisories in scripts/advisories.json ` +
					`(as of ${checked}).`
			: `Development dependencies: ${describeCounts(report)}.`,
	);
	const findings = withoutDoubles([
		...knownFindings(libraries),
		...(report ? registryFindings(libraries, report) : []),
	]);
	for (const { reason, ...finding } of findings.filter(({ reason }) => reason)) {
		console.log(`\nHarmless here: ${describe(finding)}\n  ${reason}`);
	}
	const open = findings.filter(({ reason }) => !reason);
	if (open.length > 0) {
		throw new SetupError(`Shipped libraries have advisories:\n${open.map(describe).join('\n')}`);
	}
	console.log(`\nNo other advisories for the ${libraries.length} shipped libraries.`);
});

/** @returns {Promise<{ report?: object, refusal?: string }>} */
async function askRegistry() {
	// Overrides a user's `audit=false`.
	const { stdout } = await npm(['audit', '--json', '--audit=true'], { cwd: repoDir });
	const report = parse(stdout);
	if (report?.auditReportVersion === 2) return { report };
	const { statusCode, error, message = 'no answer' } = report ?? {};
	const cause = statusCode ?? error?.code ?? message;
	return { refusal: `The npm registry in use does not answer audits (${cause})` };
}

function parse(text) {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

function describeCounts({ metadata: { vulnerabilities } }) {
	const counts = Object.entries(vulnerabilities).filter(
		([severity, count]) => severity !== 'total' && count > 0,
	);
	if (counts.length === 0) return 'no advisories';
	return `packages with advisories: ${counts.map(([severity, count]) => `${count} ${severity}`).join(', ')}`;
}

function withoutDoubles(findings) {
	return [
		...new Map(findings.map((finding) => [`${finding.id} ${finding.library}`, finding])).values(),
	];
}

function describe({ id, library, title, source }) {
	return `${library}, ${id}: ${title} (${source})`;
}
