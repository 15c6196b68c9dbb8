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
			const nodeError = toNodeError(context.getNode(), error, itemIndex);
			const cancelled = error instanceof SpApiFailure && error.kind === 'cancelled';
			if (cancelled || !context.continueOnFail()) {
				throw nodeError;
			}
			const item = { json: { error: nodeError.message }, error: nodeError, pairedItem };
			outputs[errorOutput(itemIndex)]?.push(item);
		}
	}
	return outputs;
}

/** Runs the operation that 'Resource' and 'Operation' choose, keyed `resource:operation`. */
export async function runChosenOperation(
	this: IExecuteFunctions,
	operations: Readonly<Record<string, ExecuteOperation>>,
): Promise<INodeExecutionData[][]> {
	const resource = this.getNodeParameter('resource', 0);
	const operation = this.getNodeParameter('operation', 0);
	const execute = operations[`${resource}:${operation}`];
	if (execute === undefined) {
		throw new NodeOperationError(
			this.getNode(),
			`The operation '${operation}' is not known for the resource '${resource}'`,
		);
	}
	return await runForEachItem(this, execute);
}
