import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from '../../scripts/lib/package.mjs';
import { repoDir } from '../../scripts/lib/paths.mjs';

const noticesFile = join(repoDir, 'dist', 'THIRD-PARTY-NOTICES.txt');

export interface Library {
	readonly name: string;
	readonly version: string;
	/** Where package-lock.json installs this version. */
	readonly paths: readonly string[];
}

interface Lock {
	readonly packages: Readonly<Record<string, { readonly version?: string }>>;
}

/**
 * The libraries whose code is bundled into the current dist/, from the notices that the build writes
 * next to it. Builds dist/ if it is missing.
 */
export async function shippedLibraries(): Promise<Library[]> {
	if (!existsSync(noticesFile)) await build('bundle');
	const lock = JSON.parse(readFileSync(join(repoDir, 'package-lock.json'), 'utf8')) as Lock;
	return readFileSync(noticesFile, 'utf8')
		.split(/^-{80}$/m)
		.map((notice) => {
			const [, name = '', version = ''] = /^\s*(\S+) (\S+) \(/.exec(notice) ?? [];
			return { name, version, paths: pathsOf(lock, name, version) };
		});
}

function pathsOf({ packages }: Lock, name: string, version: string): string[] {
	return Object.keys(packages).filter(
		(path) => path.endsWith(`node_modules/${name}`) && packages[path]?.version === version,
	);
}
