import type { IExecuteFunctions } from 'n8n-workflow';

/** Shows a sentence above the node's output, in n8n versions that support it. */
export function hint(
	context: IExecuteFunctions,
	message: string,
	type: 'info' | 'warning' = 'info',
): void {
	context.addExecutionHints?.({ message, type, location: 'outputPane' });
}
