import packageJson from '../../package.json';
import lock from '../../package-lock.json';
import { readDocument } from './documents';

interface Locked {
	readonly version?: string;
	readonly integrity?: string;
	readonly resolved?: string;
	readonly optionalDependencies?: Record<string, string>;
}

const packages: Record<string, Locked> = lock.packages;

const lockOfN8n = JSON.parse(readDocument('scripts/n8n/package-lock.json')) as {
	readonly packages: Record<string, Locked>;
};

describe('package-lock.json', () => {
	it('matches package.json, as npm ci requires', () => {
		const { version, devDependencies, peerDependencies } = lock.packages[''];
		expect({ version, devDependencies, peerDependencies }).toEqual({
			version: packageJson.version,
			devDependencies: packageJson.devDependencies,
			peerDependencies: packageJson.peerDependencies,
		});
	});

	it('has the packages for every operating system', () => {
		const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
			Object.keys(optionalDependencies)
				.filter((name) => !foldersAbove(path).some((folder) => packages[folder + name]))
				.map((name) => `${name}, required by ${path}`),
		);
		expect(missing).toEqual([]);
	});

	it.each<[string, Record<string, Locked>]>([
		['of this package', packages],
		['of the n8n that tests run', lockOfN8n.packages],
	])('has a checksum for each package and names no registry: the lock file %s', (_, locked) => {
		for (const [path, { integrity, resolved }] of Object.entries(locked)) {
			if (path === '') continue;
			expect({ path, integrity, resolved }).toEqual({
				path,
				integrity: expect.stringMatching(/^sha512-/),
				resolved: undefined,
			});
		}
	});
});

/** The folders in which Node looks for the dependencies of the package at a path, as prefixes of a name. */
function foldersAbove(path: string): string[] {
	const end = path.lastIndexOf('node_modules/');
	const own = path === '' ? 'node_modules/' : `${path}/node_modules/`;
	return end < 0 ? [own] : [own, ...foldersAbove(path.slice(0, end).replace(/\/$/, ''))];
}
