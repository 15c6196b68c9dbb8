import type { IExecuteFunctions } from 'n8n-workflow';
import { z } from 'zod';

/**
 * How the run that the node is part of was started: `byHand` in the editor (or by a test tool of n8n, which
 * uses the same mode), as an `evaluation`, or by the workflow's own trigger (`production`).
 *
 * n8n runs a sub-workflow as 'integrated' and a repeated execution as 'retry', whatever started the first
 * one, so these look at that, too. For a sub-workflow, n8n has it only in an internal field; a version
 * without the field takes it for `production`.
 */
export function runModeOf(context: IExecuteFunctions): 'byHand' | 'evaluation' | 'production' {
	const modes = [
		context.getMode(),
		context.getExecutionContext?.()?.source,
		internalsSchema.safeParse(context).data?.additionalData.rootExecutionMode,
	];
	if (modes.includes('evaluation')) return 'evaluation';
	return modes.includes('manual') ? 'byHand' : 'production';
}

const internalsSchema = z.object({
	additionalData: z.object({ rootExecutionMode: z.string().optional() }),
});
