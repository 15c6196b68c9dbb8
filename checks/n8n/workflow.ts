import { randomUUID } from 'node:crypto';
import type { INode, INodeParameters, IWorkflowBase } from 'n8n-workflow';

/** This package, whose nodes have its name before theirs. */
export const PACKAGE = 'n8n-nodes-amazon-seller-feedback';

export const CREDENTIAL_TYPE = 'amazonSellingPartnerApi';

/** A workflow that is not in n8n yet. */
export interface NewWorkflow
	extends Pick<IWorkflowBase, 'name' | 'nodes' | 'connections' | 'settings'> {
	readonly active?: boolean;
}

/** The credential's primary marketplace. */
export const PRIMARY_MARKETPLACE = { __rl: true, mode: 'list', value: '' } as const;

/** A marketplace by its ID or country, or by an expression that returns one. */
export const marketplaceById = (value: string) => ({ __rl: true, mode: 'id', value }) as const;

/**
 * A node.
 *
 * @param type such as `webhook` of n8n, with its version: `webhook 2.1`
 */
export function node(name: string, type: string, parameters: object = {}): INode {
	const [kind, version = '1'] = type.split(' ');
	return {
		id: randomUUID(),
		name,
		type: `n8n-nodes-base.${kind}`,
		typeVersion: Number(version),
		position: [0, 0],
		parameters: parameters as INodeParameters,
	};
}

/** A node of this package without a credential. */
export const plainAmazonNode = (name: string, type: string, parameters: object = {}): INode => ({
	...node(name, type, parameters),
	type: `${PACKAGE}.${type}`,
});

/** A node of this package. It gets its credential when the workflow is added to n8n. */
export const amazonNode = (name: string, type: string, parameters: object = {}): INode => ({
	...plainAmazonNode(name, type, parameters),
	credentials: { [CREDENTIAL_TYPE]: { id: '', name: 'Sandbox' } },
});

/** A node that starts the workflow when its URL is called. */
export function webhook(path: string, parameters: object = {}): INode {
	return {
		...node('Called', 'webhook 2', { httpMethod: 'POST', path, options: {}, ...parameters }),
		webhookId: path,
	};
}

/** A node that turns each entry of a list in the call's body into an item. */
export function splitBody(field: string, destinationFieldName?: string): INode {
	const options = destinationFieldName === undefined ? {} : { destinationFieldName };
	return node('One item each', 'splitOut', { fieldToSplitOut: `body.${field}`, options });
}

/** A workflow with one node after the other. */
export function chain(name: string, nodes: readonly INode[]): NewWorkflow {
	return {
		name,
		nodes: nodes.map((each, index) => ({ ...each, position: [index * 220, 0] })),
		connections: Object.fromEntries(
			nodes
				.slice(1)
				.map((next, index) => [
					nodes[index]?.name ?? '',
					{ main: [[{ node: next.name, type: 'main', index: 0 }]] },
				]),
		),
		settings: { executionOrder: 'v1' },
		// n8n 1.x requires it.
		active: false,
	};
}

/** The workflow with a credential in each of this package's nodes that take one. */
export function withCredential<T extends { readonly nodes: readonly INode[] }>(
	workflow: T,
	id: string,
	name = 'Sandbox',
): T & { nodes: INode[] } {
	const nodes = workflow.nodes.map((each) =>
		each.credentials?.[CREDENTIAL_TYPE]
			? { ...each, credentials: { ...each.credentials, [CREDENTIAL_TYPE]: { id, name } } }
			: each,
	);
	return { ...workflow, nodes };
}

/**
 * The workflow with other parameters in one of its nodes; options are added to those it has.
 * @throws if it has no such node
 */
export function withParameters<T extends { readonly nodes: readonly INode[] }>(
	workflow: T,
	name: string,
	changes: INodeParameters,
): T & { nodes: INode[] } {
	if (!workflow.nodes.some((each) => each.name === name)) throw new Error(`No node "${name}"`);
	const nodes = workflow.nodes.map((each): INode => {
		if (each.name !== name) return each;
		const { options } = each.parameters;
		const all = changes.options && { options: { ...Object(options), ...Object(changes.options) } };
		return { ...each, parameters: { ...each.parameters, ...changes, ...all } };
	});
	return { ...workflow, nodes };
}
