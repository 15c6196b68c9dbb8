import type { IExecuteFunctions } from 'n8n-workflow';

const executions = new WeakMap<IExecuteFunctions, Map<string, Promise<unknown>>>();

/**
 * Does the work once for all items of an execution that ask with the same key, so that ten items of
 * one marketplace cost one report. A failure is shared too.
 */
export async function oncePerExecution<Result>(
	context: IExecuteFunctions,
	key: string,
	work: () => Promise<Result>,
): Promise<Result> {
	const results = executions.get(context) ?? new Map<string, Promise<unknown>>();
	executions.set(context, results);
	const result = (results.get(key) as Promise<Result> | undefined) ?? work();
	results.set(key, result);
	return await result;
}
