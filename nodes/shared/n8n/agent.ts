import type { IExecuteFunctions } from 'n8n-workflow';

/**
 * Whether an AI agent runs the node as its tool. n8n gives the tool a node type of its own, named
 * after ours with `Tool` at its end; `isToolExecution` alone is true for older agents only.
 */
export const isHeldByAgent = (context: IExecuteFunctions): boolean =>
	context.getNode().type.endsWith('Tool') || context.isToolExecution?.() === true;
