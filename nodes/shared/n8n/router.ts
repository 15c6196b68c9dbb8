import {
	NodeOperationError,
	type IBinaryKeyData,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';

import { SpApiFailure } from '../spapi/failure';
import { toNodeError } from './errors';

/** A result with files beside its data. */
export class ItemWithFiles {
	constructor(
		readonly json: IDataObject,
		readonly binary: IBinaryKeyData,
	) {}
}

/**
 * What an operation file exports as `execute`: works on one item and returns plain data. It knows
 * nothing of item pairing, of Continue On Fail or of outputs.
 */
export type ExecuteOperation<Result extends IDataObject | ItemWithFiles = IDataObject> = (
	this: IExecuteFunctions,
	itemIndex: number,
) => Promise<Result | Result[]>;

export interface Routing<Result extends IDataObject | ItemWithFiles> {
	/** 1 where not given. */
	readonly outputCount?: number;
	/** Which of the outputs a result goes to. */
	readonly outputOf?: (result: Result) => number;
	/** Which output the error item of a failed input item goes to. */
	readonly errorOutput?: (itemIndex: number) => number;
	/** How the results of a batch follow each other on their output; as the items do where not given. */
	readonly compare?: (a: Result, b: Result) => number;
	/** The operation works on all input items together, so its results belong to each of them. */
	readonly together?: boolean;
}

/**
 * Runs an operation for every input item; the one place that pairs items and handles errors. With
 * Continue On Fail a failing item becomes an error item and the others go on. A cancelled execution
 * always stops.
 */
export async function runForEachItem<Result extends IDataObject | ItemWithFiles>(
	context: IExecuteFunctions,
	execute: ExecuteOperation<Result>,
	{
		outputCount = 1,
		outputOf = () => 0,
		errorOutput = () => 0,
		together = false,
	}: Routing<Result> = {},
): Promise<INodeExecutionData[][]> {
	const outputs = Array.from({ length: outputCount }, (): INodeExecutionData[] => []);
	const all = context.getInputData().map((_, item) => ({ item }));

	for (const { item: itemIndex } of together ? all.slice(0, 1) : all) {
		const pairedItem = together ? all : { item: itemIndex };
		try {
			const results = [await execute.call(context, itemIndex)].flat() as Result[];
			for (const result of results) {
				const item: INodeExecutionData =
					result instanceof ItemWithFiles
						? { json: result.json, binary: result.binary, pairedItem }
						: { json: result, pairedItem };
				outputs[outputOf(result)]?.push(item);
			}
		} catch (error) {
			const errorItem = errorItemOrThrow(context, error, itemIndex);
			outputs[errorOutput(itemIndex)]?.push({ ...errorItem, pairedItem });
		}
	}
	return outputs;
}

/**
 * The item that stands for a failed one under Continue On Fail.
 * @throws n8n's own error otherwise, and always where the execution was cancelled
 */
function errorItemOrThrow(
	context: IExecuteFunctions,
	error: unknown,
	itemIndex: number,
): Pick<INodeExecutionData, 'json' | 'error'> {
	const nodeError = toNodeError(context.getNode(), error, itemIndex);
	const cancelled = error instanceof SpApiFailure && error.kind === 'cancelled';
	if (cancelled || !context.continueOnFail()) throw nodeError;
	return { json: { error: nodeError.message }, error: nodeError };
}

/** Stands in the place of an item's results where what failed costs this item and not all of them. */
export class ItemFailure {
	constructor(readonly error: unknown) {}
}

/** An operation on all items together that gives results for each of them. */
export interface BatchOperation<Prepared, Result extends IDataObject = IDataObject> {
	/** Reads and checks one item. Nothing may happen yet: a later item may stop the run. */
	readonly prepare: (this: IExecuteFunctions, itemIndex: number) => Promise<Prepared>;
	/** Works on the items that could be read; for each of them its results or failure, in their order. */
	readonly execute: (
		this: IExecuteFunctions,
		prepared: readonly Prepared[],
	) => Promise<ReadonlyArray<readonly Result[] | ItemFailure>>;
}

/**
 * Runs a batch operation, with the same rules for pairing and errors: every item is read before
 * anything happens, so that one that cannot be read stops the run before it has done half its work.
 */
export async function runAsBatch<Prepared, Result extends IDataObject = IDataObject>(
	context: IExecuteFunctions,
	{ prepare, execute }: BatchOperation<Prepared, Result>,
	{ outputCount = 1, outputOf = () => 0, errorOutput = () => 0, compare }: Routing<Result> = {},
): Promise<INodeExecutionData[][]> {
	interface Entry {
		readonly output: number;
		readonly data: INodeExecutionData;
		/** Absent where the item failed. */
		readonly result?: Result;
	}
	const results: Entry[][] = [];
	const fail = (error: unknown, item: number): void => {
		const errorItem = errorItemOrThrow(context, error, item);
		results[item] = [{ output: errorOutput(item), data: { ...errorItem, pairedItem: { item } } }];
	};

	const readable: number[] = [];
	const prepared: Prepared[] = [];
	for (const item of context.getInputData().keys()) {
		try {
			prepared.push(await prepare.call(context, item));
			readable.push(item);
		} catch (error) {
			fail(error, item);
		}
	}
	try {
		const all = prepared.length > 0 ? await execute.call(context, prepared) : [];
		for (const [index, item] of readable.entries()) {
			const own = all[index] ?? [];
			if (own instanceof ItemFailure) fail(own.error, item);
			else {
				results[item] = own.map((result) => ({
					output: outputOf(result),
					data: { json: result, pairedItem: { item } },
					result,
				}));
			}
		}
	} catch (error) {
		for (const item of readable) fail(error, item);
	}

	const outputs = Array.from({ length: outputCount }, (): INodeExecutionData[] => []);
	const entries = results.flat();
	if (compare !== undefined) {
		entries.sort((a, b) =>
			a.result && b.result ? compare(a.result, b.result) : Number(!a.result) - Number(!b.result),
		);
	}
	for (const { output, data } of entries) outputs[output]?.push(data);
	return outputs;
}

/**
 * The one of the operations, keyed `resource:operation`, that 'Resource' and 'Operation' choose.
 * @throws NodeOperationError where there is none
 */
export function chosenOperation<Operation>(
	context: IExecuteFunctions,
	operations: Readonly<Record<string, Operation>>,
): Operation {
	const resource = context.getNodeParameter('resource', 0);
	const operation = context.getNodeParameter('operation', 0);
	const chosen = operations[`${resource}:${operation}`];
	if (chosen !== undefined) return chosen;
	throw new NodeOperationError(
		context.getNode(),
		`The operation '${operation}' is not known for the resource '${resource}'`,
	);
}
