import { dirname, resolve } from 'node:path';
import { relative } from 'node:path/posix';
import ts from 'typescript';

import { filesIn, readDocument } from './documents';

/** Which folder may import which, as AGENTS.md has it; imports of types count like all others. */

/** For the files of a folder, unless an inner one has a rule of its own: what else they may import. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
	...Object.assign({}, ...filesIn('nodes', '.node.ts').map(rulesOfNode)),
	// What a trigger tells, and how a chart looks, is pure.
	'nodes/AmazonSellerFeedbackTrigger/watch/': ['nodes/shared/domain/'],
	'nodes/AmazonSellerRating/chart/': ['nodes/shared/domain/'],
	'nodes/shared/n8n/': ['nodes/shared/spapi/', 'nodes/shared/domain/'],
	'nodes/shared/spapi/': ['nodes/shared/domain/', 'package.json'],
	'nodes/shared/domain/': [],
	'credentials/': ['nodes/shared/spapi/', 'nodes/shared/domain/'],
	// Which marketplaces there are is no behaviour. Whatever else the sandbox took from the nodes, it would
	// take their errors along.
	'sandbox/': ['nodes/shared/domain/marketplaces.ts'],
	'scripts/': [],
	'bench/': ['nodes/', 'sandbox/', 'test/'],
	'fuzz/': ['nodes/', 'test/'],
	'test/': [''],
};

/** A node has its operations, and they have what is beside them; nobody has another node's. */
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

/** These know nothing of n8n. */
const PURE = [
	'nodes/shared/domain/',
	'nodes/AmazonSellerFeedbackTrigger/watch/',
	'nodes/AmazonSellerRating/chart/',
];

const ROOT = resolve('.');

/** Everything a file names to be imported, in whatever way. */
const importsIn = (text: string): string[] =>
	ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);

/** The imported file, by its path in the repository; a package by its name. */
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

const told = (some: typeof each): string[] =>
	some.map(({ file, imported }) => `${file} imports ${imported}`);

/** The shortest way from a file through its imports back to it. */
function circleOf(file: string): string[] | undefined {
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

describe('Imports go one way', () => {
	it('are all seen: of types, of what is handed on, those made while running', () => {
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

	it('are found in every folder, and lead to files that are there', () => {
		const rules = new Set([...imports.keys()].map(ruleOf));
		expect(Object.keys(MAY_IMPORT).filter((folder) => !rules.has(folder))).toEqual([]);
		const missing = each.filter(
			({ imported }) => isOurs(imported) && ts.sys.fileExists(imported) === false,
		);
		expect(told(missing)).toEqual([]);
	});

	it('from node to operation, from there to what is shared, and to the rules at last', () => {
		const wrong = each.filter(
			({ file, imported }) => isOurs(imported) && !isAllowed(file, imported),
		);
		expect(told(wrong)).toEqual([]);
	});

	it('leave n8n out of the rules, of what a trigger tells and of what a chart looks like', () => {
		const wrong = each.filter(
			({ file, imported }) =>
				PURE.some((folder) => file.startsWith(folder)) && /^@?n8n\b/.test(imported),
		);
		expect(told(wrong)).toEqual([]);
	});

	it('never lead back to the file they come from, in what is published', () => {
		const published = [...imports.keys()].filter((file) => /^(nodes|credentials)\//.test(file));
		const circles = published.flatMap((file) => circleOf(file)?.join(' → ') ?? []);
		expect(circles).toEqual([]);
	});
});
