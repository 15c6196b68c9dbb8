/**
 * `npm run audit`: are there advisories against what the package ships? That is the code of the
 * libraries bundled into dist/, which `npm audit` of an installed package cannot see. The registry is
 * asked, and the checked-in list (scripts/advisories.json) as well, for not every registry answers.
 * What is found elsewhere among the development dependencies is counted, and does not fail.
 *
 * `-- --require-registry` fails where the registry does not answer: for a release.
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
	if (unknown) throw new SetupError(`Unknown option ${unknown}; there is --require-registry.`);

	await ensureDependencies();
	const libraries = await shippedLibraries();
	const { report, refusal } = await askRegistry();
	if (refusal && options.length > 0) throw new SetupError(`${refusal}.`);

	const { checked, advisories } = readAdvisories();
	console.log(
		refusal
			? `${refusal}: judged by the ${advisories.length} advisories of scripts/advisories.json ` +
					`(looked up ${checked}) alone.`
			: `Development dependencies: ${describeCounts(report)}.`,
	);
	const findings = withoutDoubles([
		...knownFindings(libraries),
		...(report ? registryFindings(libraries, report) : []),
	]);
	for (const { reason, ...finding } of findings.filter(({ reason }) => reason)) {
		console.log(`\nJudged harmless here: ${describe(finding)}\n  ${reason}`);
	}
	const open = findings.filter(({ reason }) => !reason);
	if (open.length > 0) {
		throw new SetupError(`Shipped with advisories against it:\n${open.map(describe).join('\n')}`);
	}
	console.log(`\nNo other advisory against the ${libraries.length} libraries that are shipped.`);
});

/** @returns {Promise<{ report?: object, refusal?: string }>} */
async function askRegistry() {
	// Without it, a user's `audit=false` would be obeyed.
	const { stdout } = await npm(['audit', '--json', '--audit=true'], { cwd: repoDir });
	const report = parse(stdout);
	if (report?.auditReportVersion === 2) return { report };
	const { statusCode, error, message = 'no answer' } = report ?? {};
	const cause = statusCode ?? error?.code ?? message;
	return { refusal: `The registry npm is set to does not answer audits (${cause})` };
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
