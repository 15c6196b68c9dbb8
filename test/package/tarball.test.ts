import { PackageDirectoryLoader } from 'n8n-core';
import type {
	INodeProperties,
	INodePropertyCollection,
	INodePropertyOptions,
	INodeTypeDescription,
} from 'n8n-workflow';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix, resolve } from 'node:path';

import manifest from '../../package.json';
import * as amazonReviewSolicitation from '../../nodes/AmazonReviewSolicitation/actions/description';
import * as amazonSellerFeedback from '../../nodes/AmazonSellerFeedback/actions/description';
import * as amazonSellerFeedbackTrigger from '../../nodes/AmazonSellerFeedbackTrigger/description';
import * as amazonSellerRating from '../../nodes/AmazonSellerRating/actions/description';

let folder: string;
let unpacked: string;
let files: string[];
let loader: PackageDirectoryLoader;

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), 'tarball-'));
	const output: unknown = JSON.parse(
		execFileSync('npm', ['pack', '--json', '--pack-destination', folder], {
			encoding: 'utf8',
			stdio: ['ignore', 'pipe', 'ignore'],
			shell: process.platform === 'win32',
		}),
	);
	// A list, or since npm 12 an object with the package's name as key.
	const [packed] = Object.values(output as Record<string, Packed>);
	if (packed === undefined) throw new Error('npm packed nothing');
	files = packed.files.map(({ path }) => path);
	execFileSync('tar', ['-xzf', join(folder, packed.filename), '-C', folder]);
	unpacked = join(folder, 'package');
	// Only what n8n provides.
	mkdirSync(join(folder, 'node_modules'));
	symlinkSync(
		resolve('node_modules/n8n-workflow'),
		join(folder, 'node_modules/n8n-workflow'),
		'junction',
	);
	loader = new PackageDirectoryLoader(unpacked);
	await loader.loadAll();
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Packed {
	readonly filename: string;
	readonly files: ReadonlyArray<{ readonly path: string }>;
}

const code = (): string[] => files.filter((file) => file.endsWith('.js'));

const textOf = (file: string): string => readFileSync(join(unpacked, file), 'utf8');

/** What a file requires, when it is loaded or later. */
const requiredBy = (file: string, pattern = /require\("([^"]+)"\)/g): string[] =>
	[...textOf(file).matchAll(pattern)].map(([, name = '']) =>
		name.startsWith('.') ? posix.join(posix.dirname(file), name) : name,
	);

/** The files with all that they require when they are loaded. */
function withRequired(entries: readonly string[]): string[] {
	const all = [...entries];
	for (const file of all) {
		for (const required of requiredBy(file, /^var \w+ = .*require\("(\.[^"]+)"\)/gm)) {
			if (!all.includes(required)) all.push(required);
		}
	}
	return all;
}

/** A name or a word that only the library has. */
const LIBRARIES = {
	luxon: 'DateTime = class',
	zod: 'ZodType = class',
	plot: 'InternMap = class',
	words: 'never turned up',
};

const librariesIn = (some: readonly string[]): string[] =>
	Object.entries(LIBRARIES).flatMap(([name, part]) =>
		some.some((file) => textOf(file).includes(part)) ? [name] : [],
	);

const inJson = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value;

const descriptions = (): INodeTypeDescription[] => loader.types.nodes;

describe('the packed tarball', () => {
	it('contains only dist and four other files', () => {
		const others = files.filter((file) => !file.startsWith('dist/'));
		expect(others.toSorted()).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json']);
		const kinds = new Set(files.map((file) => file.replace(/^.*?(\.[a-z.]+)$/i, '$1')));
		expect([...kinds].filter((kind) => /\.(ts|map|test)/.test(kind))).toEqual([]);
	});

	it('requires only n8n-workflow, node:crypto and its own files at run time', () => {
		const required = code().flatMap((file) => requiredBy(file));
		const others = required.filter((file) => !code().includes(file));
		expect([...new Set(others)].toSorted()).toEqual(['n8n-workflow', 'node:crypto']);
	});

	it('has each library and each shared file once', () => {
		for (const part of [
			'ZodType = class',
			'DateTime = class',
			'InternMap = class',
			'SpApiClient = class',
		]) {
			expect(code().filter((file) => textOf(file).includes(part))).toHaveLength(1);
		}
	});

	it('loads only descriptions when n8n starts', () => {
		const atStart = withRequired([...manifest.n8n.nodes, ...manifest.n8n.credentials]);
		expect(librariesIn(atStart)).toEqual([]);
		expect(atStart.map((file) => textOf(file).length).reduce((a, b) => a + b)).toBeLessThan(
			300_000,
		);
	});

	it('loads the plotting library and the word lists only when they are used', () => {
		const routers = code().filter((file) => /\/router-\w+\.js$/.test(file));
		expect(routers).toHaveLength(3);
		expect(librariesIn(withRequired(routers))).toEqual(['luxon', 'zod']);
	});

	it('describes the nodes as the sources do', () => {
		const sources: Record<string, { properties: INodeProperties[]; outputs?: string }> = {
			amazonReviewSolicitation,
			amazonSellerFeedback,
			amazonSellerFeedbackTrigger,
			amazonSellerRating,
		};
		for (const { name, outputs, properties } of descriptions()) {
			const source = sources[name];
			if (source?.outputs !== undefined) expect(outputs).toBe(source.outputs);
			// In front of them n8n adds when to poll.
			const own = properties.slice(-(source?.properties.length ?? 0));
			expect(own).toEqual(inJson(source?.properties));
		}
	});

	it('has all nodes and the credential, which n8n can load', () => {
		expect(descriptions().map(({ name }) => name)).toEqual([
			'amazonReviewSolicitation',
			'amazonSellerFeedback',
			'amazonSellerFeedbackTrigger',
			'amazonSellerRating',
		]);
		expect(loader.types.credentials.map(({ name }) => name)).toEqual(['amazonSellingPartnerApi']);
	});

	it('has all light and dark icons', () => {
		for (const { iconUrl } of [...descriptions(), ...loader.types.credentials]) {
			const { light, dark } = iconUrl as { light: string; dark: string };
			expect(light).not.toBe(dark);
			for (const url of [light, dark]) {
				const file = url.replace(/^icons\/[^/]+\//, '');
				expect(existsSync(join(unpacked, file))).toBe(true);
			}
		}
	});

	it('has a codex for each node and an output schema for each operation', () => {
		for (const description of descriptions()) {
			expect(description.codex?.alias).toContain('amazon');
			const folderName = description.name.replace(/^./, (first) => first.toUpperCase());
			for (const { resource, operation } of operationsOf(description)) {
				const path = ['v1.0.0', resource, operation].filter(Boolean).join('/');
				const file = `dist/nodes/${folderName}/__schema__/${path}.json`;
				expect(files).toContain(file);
			}
		}
	});

	it('describes every parameter and operation', () => {
		for (const { properties } of [...descriptions(), ...loader.types.credentials]) {
			for (const property of allProperties(properties)) {
				if (property.type === 'hidden') continue;
				expect(property.displayName).not.toBe('');
				if (!PLAIN.includes(property.name)) {
					const text = property.description ?? property.hint ?? '';
					expect(`${property.name}: ${text}`).toMatch(/: .{10,}/);
				}
			}
			for (const option of properties
				.filter(({ name }) => name === 'operation')
				.flatMap(({ options = [] }) => options as INodePropertyOptions[])) {
				expect(option.action).toMatch(/^[A-Z][^A-Z]*$/);
				expect(option.description?.length).toBeGreaterThan(20);
			}
		}
	});

	it('has no choice whose description n8n cuts off', () => {
		const choices = [...descriptions(), ...loader.types.credentials]
			.flatMap(({ properties }) => allProperties(properties))
			.filter(({ type }) => type === 'options' || type === 'multiOptions')
			.flatMap(({ options = [] }) => options as INodePropertyOptions[]);
		expect(choices.length).toBeGreaterThan(100);
		expect(choices.filter(({ description = '' }) => description.length > TWO_LINES)).toEqual([]);
	});
});

/** About as many characters as n8n shows of a choice's description, in two lines. */
const TWO_LINES = 116;

/** Parameters that n8n's guidelines leave without a description. */
const PLAIN = [
	'resource',
	'operation',
	'options',
	'filters',
	'policyNotice',
	'planNotice',
	'digestNotice',
	'caseNotice',
	'outcomesNotice',
	'reasonsNotice',
	'findCausesNotice',
	'measureNotice',
];

function allProperties(properties: INodeProperties[]): INodeProperties[] {
	return properties.flatMap((property) => [
		property,
		...(property.type === 'collection' ? allProperties(property.options as INodeProperties[]) : []),
		...(property.type === 'fixedCollection'
			? (property.options as INodePropertyCollection[]).flatMap(({ values }) =>
					allProperties(values),
				)
			: []),
	]);
}

/** All operations of a node. A trigger has one without a name. */
function operationsOf({ properties, polling }: INodeTypeDescription) {
	if (polling) return [{ resource: undefined, operation: undefined }];
	return properties
		.filter(({ name }) => name === 'operation')
		.flatMap(({ displayOptions, options = [] }) =>
			(options as INodePropertyOptions[]).map(({ value }) => ({
				resource: displayOptions?.show?.resource?.[0] as string | undefined,
				operation: String(value),
			})),
		);
}
