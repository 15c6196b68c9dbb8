import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { npmInstall } from '../../scripts/lib/npm.mjs';
import { stateDir } from '../../scripts/lib/paths.mjs';

/** A community package by others. */
export interface Peer {
	readonly name: string;
	readonly version: string;
	/** Its rank by monthly npm downloads among all community packages. */
	readonly rank: number;
}

/** The source of the ranks; it counts downloads from npmjs.com. */
export const RANKED_BY =
	'the list "Awesome n8n" (github.com/restyler/awesome-n8n) of 20 January 2026';

/** The first three, and two more in case a registry does not have them. */
export const PEERS: readonly Peer[] = [
	{ name: 'n8n-nodes-evolution-api', version: '1.0.4', rank: 1 },
	{ name: '@elevenlabs/n8n-nodes-elevenlabs', version: '0.2.3', rank: 2 },
	{ name: 'n8n-nodes-globals', version: '1.1.0', rank: 3 },
	{ name: 'n8n-nodes-mcp', version: '0.1.37', rank: 4 },
	{ name: '@mendable/n8n-nodes-firecrawl', version: '2.1.2', rank: 11 },
];

/**
 * Installs the package once, with its runtime dependencies, without scripts and without
 * n8n-workflow, which n8n provides.
 * @returns the node_modules folder with the package; undefined if it cannot be installed
 */
export async function install({ name, version }: Peer): Promise<string | undefined> {
	const folder = join(stateDir, 'bench-peers', `${name.replace('/', '+')}@${version}`);
	const modules = join(folder, 'node_modules');
	if (existsSync(join(modules, name, 'package.json'))) return modules;
	mkdirSync(folder, { recursive: true });
	// Keeps npm from looking for a project in the parent folders.
	writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
	const args = ['install', `${name}@${version}`, '--no-save', '--legacy-peer-deps', '--omit=dev'];
	return await npmInstall(args, { cwd: folder, what: name }).then(
		() => modules,
		() => undefined,
	);
}
