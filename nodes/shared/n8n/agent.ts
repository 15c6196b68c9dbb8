import type { IExecuteFunctions } from 'n8n-workflow';

/**
 * Whether an AI agent runs the node as its tool. n8n gives the tool its own node type, with our
 * name plus `Tool` at the end; `isToolExecution` alone is true only for older agents.
 */
export const isHeldByAgent = (context: IExecuteFunctions): boolean =>
	context.getNode().type.endsWith('Tool') || context.isToolExecution?.() === true;
