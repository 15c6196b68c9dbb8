import { NodeConnectionTypes } from 'n8n-workflow';

/**
 * The outputs of a node with an operation that has several; all other operations have one.
 * @param condition n8n expression that is true for that operation
 * @param names in the order the editor shows them
 */
export const outputsWhen = (condition: string, names: readonly string[]): `={{${string}}}` =>
	`={{ ${condition} ? ${JSON.stringify(
		names.map((displayName) => ({ type: NodeConnectionTypes.Main, displayName })),
	)} : ["${NodeConnectionTypes.Main}"] }}`;
