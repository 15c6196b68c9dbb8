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
import { join, resolve } from 'node:path';

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

/** The file with the rasterizer, which is loaded when a PNG is drawn. */
const PNG = 'nodes/AmazonSellerRating/chart/png.js';

/** The file that all nodes of a process share. */
const SHARED = 'nodes/shared/spapi/processWide.js';

interface Packed {
	readonly filename: string;
	readonly files: ReadonlyArray<{ readonly path: string }>;
}

const descriptions = (): INodeTypeDescription[] => loader.types.nodes;

describe('the packed tarball', () => {
	it('contains only dist and four other files', () => {
		const others = files.filter((file) => !file.startsWith('dist/'));
		expect(others.toSorted()).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json']);
		const kinds = new Set(files.map((file) => file.replace(/^.*?(\.[a-z.]+)$/i, '$1')));
		expect([...kinds].filter((kind) => /\.(ts|map|test)/.test(kind))).toEqual([]);
	});

	it('requires only n8n-workflow, node:crypto, the shared file and that for PNGs at run time', () => {
		for (const file of files.filter((path) => path.endsWith('.js'))) {
			const code = readFileSync(join(unpacked, file), 'utf8');
			const required = [...code.matchAll(/require\("([^"]+)"\)/g)].map(([, name]) => name);
			const isAlone = [SHARED, PNG].some((path) => file === `dist/${path}`);
			const shared = [`../${SHARED.slice('nodes/'.length)}`, './chart/png.js'];
			const allowed = isAlone ? [] : ['n8n-workflow', 'node:crypto', ...shared];
			expect(allowed).toEqual(expect.arrayContaining(required));
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
