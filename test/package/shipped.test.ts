import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import packageJson from '../../package.json';
import { knownFindings } from '../../checks/audit/advisories';
import advisoryList from '../../checks/audit/advisories.json';
import { runNode } from './script';

/** The path where `npm audit` looks up advisories of all installed packages. */
const AUDIT_PATH = '/-/npm/v1/security/advisories/bulk';

const notices = readFileSync('dist/THIRD-PARTY-NOTICES.txt', 'utf8');

const shipped = notices
	.split(/^-{80}$/m)
	.map((notice) => /^\s*(\S+) (\S+) \(/.exec(notice))
	.map((match) => ({ name: match?.[1] ?? '', version: match?.[2] ?? '' }));

describe('the libraries that are shipped', () => {
	it('are luxon, zod, resvg, a font, and Observable Plot with its dependencies', () => {
		const others = shipped.map(({ name }) => name).filter((name) => !/^d3(-|$)/.test(name));
		expect(others.toSorted()).toEqual([
			'@expo-google-fonts/inter',
			'@observablehq/plot',
			'@resvg/resvg-wasm',
			'binary-search-bounds',
			'internmap',
			'interval-tree-1d',
			'isoformat',
			'luxon',
			'zod',
		]);
	});

	it('have the versions of package.json', () => {
		const wanted: Record<string, string> = packageJson.devDependencies;
		for (const name of ['luxon', 'zod', '@observablehq/plot']) {
			expect(shipped).toContainEqual({ name, version: wanted[name] });
		}
	});

	it('have their licenses: of the font, too, and of resvg, which is published without', () => {
		expect(notices).toMatch(/SIL OPEN FONT LICENSE/i);
		expect(notices).toMatch(
			/Mozilla Public License[^]*github\.com\/yisibl\/resvg-js|github\.com\/yisibl\/resvg-js[^]*Mozilla Public License/,
		);
	});

	it('are the only ones: the package declares any version of n8n-workflow as a peer and nothing else', () => {
		expect(packageJson.peerDependencies).toEqual({ 'n8n-workflow': '*' });
		for (const field of [
			'dependencies',
			'optionalDependencies',
			'bundledDependencies',
			'bundleDependencies',
			'overrides',
		]) {
			expect(packageJson).not.toHaveProperty(field);
		}
		const hooks = Object.keys(packageJson.scripts).filter((script) =>
			/^(pre|post)?(install|prepare|publish)$/.test(script),
		);
		expect(hooks).toEqual([]);
	});
});

describe('the list of known advisories', () => {
	it.each([
		['luxon', '3.2.0', ['GHSA-3xq5-wjfh-ppjc']],
		['luxon', '3.2.1', []],
		['luxon', '2.5.2', []],
		['luxon', '1.9.0', ['GHSA-3xq5-wjfh-ppjc']],
		['zod', '3.22.2', ['GHSA-m95q-7qp3-xv42', 'GHSA-mrhx-c7xc-m3w5']],
		['zod', '4.6.5', ['GHSA-mrhx-c7xc-m3w5']],
		['zod', '4.10.0', []],
		['d3-color', '3.0.1', ['GHSA-36jr-mh4h-2g58']],
	])('finds the advisories of %s %s', (name, version, expected) => {
		expect(knownFindings([{ name, version }]).map(({ id }) => id)).toEqual(expected);
	});

	it('has a reason for each advisory of a shipped library why it does no harm', () => {
		const open = knownFindings(shipped).filter(({ reason }) => !reason);
		expect(open).toEqual([]);
	});

	it('applies a reason only to the shipped version, not to the next one', () => {
		for (const { library, assessment } of advisoryList.advisories) {
			if (!assessment) continue;
			expect(shipped).toContainEqual({ name: library, version: assessment.version });
			const [next] = knownFindings([{ name: library, version: '3.25.77' }]);
			expect(next?.reason).toBeUndefined();
		}
	});
});

describe('npm run check -- audit', () => {
	let registry: Server;
	let answer: { status: number; advisories: Record<string, unknown[]> };

	beforeAll(async () => {
		registry = createServer((request, response) => {
			const { status, advisories } = answer;
			if (request.url === AUDIT_PATH) {
				response.writeHead(status, { 'content-type': 'application/json' });
				response.end(status === 200 ? JSON.stringify(advisories) : '');
				return;
			}
			// npm then requests the package's versions. Here, there is only this one.
			const name = decodeURIComponent((request.url ?? '').slice(1));
			response.setHeader('content-type', 'application/json');
			response.end(JSON.stringify(packument(name)));
		});
		await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve));
	});

	afterAll(async () => await new Promise((resolve) => registry.close(resolve)));

	const audit = async (...options: string[]) => {
		const { port } = registry.address() as AddressInfo;
		return await runNode(['--import', 'tsx', 'checks/main.ts', 'audit', ...options], {
			npm_config_registry: `http://127.0.0.1:${port}/`,
			npm_config_prefer_online: 'true',
		});
	};

	it('fails if the registry has an advisory for a shipped library', async () => {
		answer = { status: 200, advisories: { luxon: [advisory('luxon', 'GHSA-test-test-test')] } };
		const { code, output } = await audit('--require-registry');
		expect(output).toContain('luxon 3.7.2, GHSA-test-test-test: Something bad');
		expect(code).toBe(1);
	});

	it('counts an advisory for a development dependency and passes', async () => {
		answer = { status: 200, advisories: { fastify: [advisory('fastify', 'GHSA-test-test-test')] } };
		const { code, output } = await audit('--require-registry');
		expect(output).toMatch(/^Development dependencies: packages with advisories: \d+ high\.$/m);
		expect(code).toBe(0);
	});

	it('skips an advisory that was judged harmless and says so', async () => {
		answer = { status: 200, advisories: { zod: [advisory('zod', 'GHSA-mrhx-c7xc-m3w5')] } };
		const { code, output } = await audit('--require-registry');
		expect(output).toContain('Harmless here: zod 3.25.76, GHSA-mrhx-c7xc-m3w5');
		expect(code).toBe(0);
	});

	it('reports a registry that returns no advisories, and fails only for a release', async () => {
		answer = { status: 405, advisories: {} };
		const everyday = await audit();
		expect(everyday.output).toContain('from the npm registry (405). Checked only');
		expect(everyday.code).toBe(0);
		expect((await audit('--require-registry')).code).toBe(1);
	});
});

function advisory(name: string, id: string) {
	return {
		id: 1,
		url: `https://github.com/advisories/${id}`,
		title: 'Something bad',
		severity: 'high',
		vulnerable_versions: '>=0.0.0',
		cwe: [],
		cvss: { score: 7.5, vectorString: null },
		name,
	};
}

function packument(name: string) {
	const version = shipped.find((library) => library.name === name)?.version ?? '1.0.0';
	return {
		name,
		'dist-tags': { latest: version },
		versions: { [version]: { name, version } },
	};
}
