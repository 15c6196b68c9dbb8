import type { Library } from './shippedLibraries';
import advisoryList from './advisories.json';

/** Compares plain versions, such as 3.10.0, as semver does. */
const { compare } = new Intl.Collator('en', { numeric: true });

/** An advisory that names a shipped version. */
export interface Finding {
	/** From GitHub's advisory database. */
	readonly id: string;
	/** Name and version. */
	readonly library: string;
	readonly title: string;
	/** Where to read it. */
	readonly source: string;
	/** Why it is harmless here; without a reason it needs action. */
	readonly reason?: string | undefined;
}

/** An advisory of the checked-in list. */
interface Advisory {
	readonly id: string;
	readonly library: string;
	readonly title: string;
	readonly source: string;
	readonly affected: ReadonlyArray<{ readonly from: string; readonly fixed: string }>;
	/** Why it is harmless in one version. */
	readonly assessment?: { readonly version: string; readonly reason: string };
}

/** The report of `npm audit --json`, version 2. */
export interface AuditReport {
	readonly vulnerabilities: Readonly<
		Record<
			string,
			{
				readonly via: ReadonlyArray<string | { readonly url: string; readonly title: string }>;
				readonly nodes: readonly string[];
			}
		>
	>;
	readonly metadata: { readonly vulnerabilities: Readonly<Record<string, number>> };
}

/** The known advisories for shipped libraries, and the day they were looked up. */
export const KNOWN_ADVISORIES: {
	readonly checked: string;
	readonly advisories: readonly Advisory[];
} = advisoryList;

/** The findings of the checked-in list for the shipped libraries. */
export function knownFindings(
	libraries: ReadonlyArray<Pick<Library, 'name' | 'version'>>,
): Finding[] {
	return KNOWN_ADVISORIES.advisories.flatMap((advisory) =>
		libraries
			.filter((library) => isAffected(library, advisory))
			.map((library) => toFinding(library, advisory)),
	);
}

/**
 * The findings of the registry for the shipped libraries. Findings elsewhere in the tree are omitted.
 */
export function registryFindings(
	libraries: readonly Library[],
	{ vulnerabilities }: AuditReport,
): Finding[] {
	return libraries.flatMap((library) => {
		const { via = [], nodes = [] } = vulnerabilities[library.name] ?? {};
		if (!nodes.some((path) => library.paths.includes(path))) return [];
		return via
			.filter((advisory) => typeof advisory === 'object')
			.map(({ url, title }) =>
				toFinding(library, { id: url.split('/').at(-1) ?? url, title, source: url }),
			);
	});
}

function isAffected(
	{ name, version }: Pick<Library, 'name' | 'version'>,
	{ library, affected }: Advisory,
): boolean {
	return (
		name === library &&
		affected.some(({ from, fixed }) => compare(version, from) >= 0 && compare(version, fixed) < 0)
	);
}

function toFinding(
	{ name, version }: Pick<Library, 'name' | 'version'>,
	{ id, title, source }: Pick<Advisory, 'id' | 'title' | 'source'>,
): Finding {
	const assessment = KNOWN_ADVISORIES.advisories.find((known) => known.id === id)?.assessment;
	// The assessment is for one version; the next one needs a new assessment.
	const reason = assessment?.version === version ? assessment.reason : undefined;
	return { id, library: `${name} ${version}`, title, source, reason };
}
