import { createRequire } from 'node:module';
import type { INodeType } from 'n8n-workflow';

import { ensureN8n, ensureNode24, isRuntimeReady } from '../../scripts/lib/runtime.mjs';

/** The node_modules folder of the n8n that the tests use; it is not downloaded for this. */
export async function findN8n(): Promise<string | undefined> {
	if (!isRuntimeReady()) return undefined;
	const { node } = await ensureNode24();
	return (await ensureN8n(node)).n8nModules;
}

/**
 * A node of an installed n8n.
 * @param file in the folder `nodes` of n8n-nodes-base
 */
export function loadN8nNode(n8nModules: string, file: string): INodeType {
	const load = createRequire(`${n8nModules}/n8n/package.json`);
	const exported = load(`n8n-nodes-base/dist/nodes/${file}`) as Record<string, new () => INodeType>;
	const [NodeClass] = Object.values(exported);
	if (NodeClass === undefined) throw new Error(`No node in ${file}`);
	return new NodeClass();
}
