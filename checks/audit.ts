/**
 * `npm run check -- audit`: are there advisories for the shipped code? That is the code of the
 * libraries bundled into dist/, which `npm audit` of an installed package cannot see. Checks with
 * the registry and with the checked-in list (audit/advisories.json), because not every registry
 * answers. Findings elsewhere in the development dependencies are counted, but do not fail the
 * audit.
 *
 * `--require-registry` fails if the registry does not answer: for a release.
 */
import { npm } from '../scripts/lib/npm.mjs';
import { SetupError } from '../scripts/lib/output.mjs';
import { repoDir } from '../scripts/lib/paths.mjs';
import {
	KNOWN_ADVISORIES,
	knownFindings,
	registryFindings,
	type AuditReport,
	type Finding,
} from './audit/advisories';
import { shippedLibraries } from './audit/shippedLibraries';
import { readOptions } from './lib/options';

export async function run(args: string[]): Promise<void> {
	const options = readOptions(args, { 'require-registry': { type: 'boolean', default: false } });
	const libraries = await shippedLibraries();
	const { report, refusal } = await askRegistry();
	if (refusal && options['require-registry']) throw new SetupError(`${refusal}.`);

	const { checked, advisories } = KNOWN_ADVISORIES;
	console.log(
		report
			? `Development dependencies: ${describeCounts(report)}.`
			: `${refusal}. Checked only against the ${advisories.length} advisories in ` +
					`checks/audit/advisories.json (as of ${checked}).`,
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
}

/** What the registry returns if it does not answer. */
interface Refusal {
	readonly auditReportVersion?: undefined;
	readonly statusCode?: number;
	readonly error?: { readonly code?: string };
	readonly message?: string;
}

async function askRegistry(): Promise<{ report?: AuditReport; refusal?: string }> {
	// Overrides a user's `audit=false`.
	const { stdout } = await npm(['audit', '--json', '--audit=true'], { cwd: repoDir });
	const report = parse(stdout);
	if (report?.auditReportVersion === 2) return { report };
	const { statusCode, error, message = 'no answer' }: Refusal = report ?? {};
	const cause = statusCode ?? error?.code ?? message;
	return { refusal: `Could not get advisories from the npm registry (${cause})` };
}

function parse(text: string): (AuditReport & { auditReportVersion: 2 }) | Refusal | undefined {
	try {
		return JSON.parse(text) as ReturnType<typeof parse>;
	} catch {
		return undefined;
	}
}

function describeCounts({ metadata: { vulnerabilities } }: AuditReport): string {
	const counts = Object.entries(vulnerabilities).filter(
		([severity, count]) => severity !== 'total' && count > 0,
	);
	if (counts.length === 0) return 'no advisories';
	return `packages with advisories: ${counts.map(([severity, count]) => `${count} ${severity}`).join(', ')}`;
}

function withoutDoubles(findings: readonly Finding[]): Finding[] {
	return [
		...new Map(findings.map((finding) => [`${finding.id} ${finding.library}`, finding])).values(),
	];
}

function describe({ id, library, title, source }: Finding): string {
	return `${library}, ${id}: ${title} (${source})`;
}
