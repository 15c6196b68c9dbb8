import { dirname, resolve } from 'node:path';
import { relative } from 'node:path/posix';
import ts from 'typescript';

import { filesIn, readDocument } from './documents';

/** Which folder may import which, as CONTRIBUTING.md says. Imports of types count, too. */

/** What the files of a folder may import besides their own folder. The rule of an inner folder replaces that of the outer one. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
	...Object.assign({}, ...filesIn('nodes', '.node.ts').map(rulesOfNode)),
	// Rules and calculations are pure.
	'nodes/AmazonSellerFeedbackTrigger/watch/': ['nodes/shared/domain/'],
	'nodes/AmazonSellerRating/analysis/': ['nodes/shared/domain/'],
	'nodes/AmazonSellerRating/chart/': ['nodes/shared/domain/'],
	'nodes/AmazonReviewSolicitation/orders/reports/': ['nodes/shared/domain/'],
	'nodes/AmazonReviewSolicitation/planning/': [
		'nodes/AmazonReviewSolicitation/orders/',
		'nodes/AmazonReviewSolicitation/sending/ledger.ts',
		'nodes/AmazonReviewSolicitation/sending/outcome.ts',
		'nodes/shared/domain/',
	],
	'nodes/shared/n8n/': ['nodes/shared/spapi/', 'nodes/shared/domain/'],
	'nodes/shared/spapi/': ['nodes/shared/domain/', 'package.json'],
	'nodes/shared/domain/': [],
	'credentials/': ['nodes/shared/spapi/', 'nodes/shared/domain/'],
	// The list of marketplaces is data. If the sandbox used anything else from the nodes, it would share
	// their errors.
	'sandbox/': ['nodes/shared/domain/marketplaces.ts'],
	// They run before the dependencies are installed.
	'scripts/': [],
	'demo/': [],
	'checks/': ['demo/mailbox/', 'scripts/lib/', 'sandbox/', 'test/chaos/'],
	// It measures the nodes themselves.
	'checks/golden': ['checks/lib/', 'nodes/shared/domain/', 'scripts/lib/'],
	// Both processes and tests use these.
	'checks/n8n/': ['checks/lib/', 'scripts/lib/', 'sandbox/'],
	'checks/lib/': ['scripts/lib/', 'sandbox/'],
	'bench/': ['nodes/', 'sandbox/', 'scripts/lib/', 'test/'],
	'fuzz/': ['nodes/', 'scripts/lib/', 'test/'],
	'test/': [''],
};

/** A node imports its operations, and operations the node's other folders. No node imports another. */
function rulesOfNode(file: string): Record<string, string[]> {
	const node = `${dirname(file)}/`;
	const folders = filesIn(node, '.ts').map((each) => `${dirname(each)}/`.slice(node.length));
	const parts = new Set(folders.flatMap((folder) => folder.match(/^[^/]+\//) ?? []));
	const hasOperations = parts.delete('actions/');
	const beside = [...parts].map((part) => node + part);
	return {
		[node]: ['nodes/shared/'],
		...(hasOperations && { [`${node}actions/`]: [...beside, 'nodes/shared/'] }),
		...Object.fromEntries(beside.map((part) => [part, [...beside, 'nodes/shared/']])),
	};
}

/** These import nothing from n8n. */
const PURE = [
	'nodes/shared/domain/',
	'nodes/AmazonReviewSolicitation/orders/reports/',
	'nodes/AmazonReviewSolicitation/planning/',
	'nodes/AmazonReviewSolicitation/sending/ledger.ts',
	'nodes/AmazonReviewSolicitation/sending/outcome.ts',
	'nodes/AmazonSellerFeedbackTrigger/watch/',
	'nodes/AmazonSellerRating/analysis/',
	'nodes/AmazonSellerRating/chart/',
];

const ROOT = resolve('.');

/** Everything a file imports, in any syntax. */
const importsIn = (text: string): string[] =>
	ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);

/** The path of the imported file in the repository, or the name of the package. */
function resolved(specifier: string, importer: string): string {
	if (!specifier.startsWith('.')) return specifier;
	const options = { moduleResolution: ts.ModuleResolutionKind.Bundler, allowJs: true };
	const { resolvedModule } = ts.resolveModuleName(
		specifier,
		resolve(importer),
		{ ...options, resolveJsonModule: true },
		ts.sys,
	);
	const file = resolvedModule?.resolvedFileName ?? resolve(dirname(importer), specifier);
	return relative(ROOT.replaceAll('\\', '/'), file.replaceAll('\\', '/'));
}

const folders = new Set(Object.keys(MAY_IMPORT).map((folder) => folder.split('/')[0] ?? ''));
const files = [...folders].flatMap((folder) =>
	['.ts', '.mjs', '.cjs'].flatMap((ending) => filesIn(folder, ending)),
);
const imports = new Map(
	files
		.filter((file) => !/\/node_modules\/|\/eslint\.config\.mjs$/.test(file))
		.map((file) => [
			file,
			importsIn(readDocument(file)).map((specifier) => resolved(specifier, file)),
		]),
);

const ruleOf = (file: string): string | undefined =>
	Object.keys(MAY_IMPORT)
		.filter((folder) => file.startsWith(folder))
		.toSorted((a, b) => b.length - a.length)[0];

const isOurs = (imported: string): boolean =>
	imported === 'package.json' || folders.has(imported.split('/')[0] ?? '');

function isAllowed(file: string, imported: string): boolean {
	const rule = ruleOf(file);
	if (rule === undefined) return false;
	return [rule, ...(MAY_IMPORT[rule] ?? [])].some((start) => imported.startsWith(start));
}

const each = [...imports].flatMap(([file, all]) => all.map((imported) => ({ file, imported })));

const shown = (some: typeof each): string[] =>
	some.map(({ file, imported }) => `${file} imports ${imported}`);

/** The shortest path from a file through its imports back to it. */
function cycleOf(file: string): string[] | undefined {
	const ways = [[file]];
	const seen = new Set<string>();
	for (const way of ways) {
		for (const next of imports.get(way.at(-1) ?? '') ?? []) {
			if (next === file) return [...way, next];
			if (seen.has(next)) continue;
			seen.add(next);
			ways.push([...way, next]);
		}
	}
	return undefined;
}

describe('imports', () => {
	it('are found in every syntax: types, re-exports, calls at run time', () => {
		const text = `
			import type { A } from './a';
			import { type B } from './b';
			export * from './c';
			export type { D } from './d';
			type E = import('./e').E;
			const f = await import('./f');
			const g = require('./g');
			import h = require('./h');
			import './i';
			// import './comment';
		`;
		const names = importsIn(text).toSorted();
		expect(names).toEqual([...'abcdefghi'].map((name) => `./${name}`));
	});

	it('are found in every folder and name files that exist', () => {
		const rules = new Set([...imports.keys()].map(ruleOf));
		expect(Object.keys(MAY_IMPORT).filter((folder) => !rules.has(folder))).toEqual([]);
		const missing = each.filter(
			({ imported }) => isOurs(imported) && ts.sys.fileExists(imported) === false,
		);
		expect(shown(missing)).toEqual([]);
	});

	it('go from node to operation, then to shared code, then to the rules', () => {
		const wrong = each.filter(
			({ file, imported }) => isOurs(imported) && !isAllowed(file, imported),
		);
		expect(shown(wrong)).toEqual([]);
	});

	it('never go both ways between two published folders', () => {
		const ways = new Map<string, string>();
		for (const { file, imported } of each) {
			if (!/^(nodes|credentials)\//.test(file) || !isOurs(imported)) continue;
			if (dirname(file) !== dirname(imported)) {
				ways.set(`${dirname(file)} ${dirname(imported)}`, `${file} imports ${imported}`);
			}
		}
		const both = [...ways].filter(([way]) => ways.has(way.split(' ').toReversed().join(' ')));
		expect(both.map(([, text]) => text)).toEqual([]);
	});

	it('use each shared file from several nodes', () => {
		const nodes = filesIn('nodes', '.node.ts').map((file) => `${dirname(file)}/`);
		const isPublished = (file: string): boolean => /^(nodes|credentials)\//.test(file);
		const usersOf = (file: string, seen = new Set<string>()): Set<string> => {
			for (const user of each.filter(({ imported }) => imported === file).map((one) => one.file)) {
				if (!isPublished(user) || seen.has(user)) continue;
				seen.add(user);
				if (user.startsWith('nodes/shared/')) usersOf(user, seen);
			}
			return seen;
		};
		const ofOneNode = [...imports.keys()]
			.filter((file) => /^nodes\/shared\/(domain|n8n)\//.test(file))
			.filter((file) => {
				const users = [...usersOf(file)];
				return nodes.filter((node) => users.some((user) => user.startsWith(node))).length < 2;
			});
		expect(ofOneNode).toEqual([]);
	});

	it('of n8n do not occur in pure folders', () => {
		const wrong = each.filter(
			({ file, imported }) =>
				PURE.some((start) => file.startsWith(start)) && /^@?n8n\b/.test(imported),
		);
		expect(shown(wrong)).toEqual([]);
	});

	it('never form a cycle', () => {
		const cycles = [...imports.keys()].flatMap((file) => cycleOf(file)?.join(' → ') ?? []);
		expect(cycles).toEqual([]);
	});
});
