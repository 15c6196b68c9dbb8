import {
	NodeOperationError,
	type IBinaryKeyData,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';

import { sortedInSteps } from '../domain/steps';
import { SpApiFailure } from '../spapi/failure';
import { inTurn, SELLERS_AT_ONCE } from '../spapi/inTurn';
import { inTurns, letOthersGo, Turns } from '../spapi/pause';
import { hint, hintAtOutputs } from './hints';
import { sellerOfItem, sellersOfItem, type ItemSeller } from './itemSeller';
import { toNodeError } from './toNodeError';

/** A result with files in addition to its data. */
export class ItemWithFiles {
	constructor(
		readonly json: IDataObject,
		readonly binary: IBinaryKeyData,
	) {}
}

/**
 * What an operation file exports as `execute`: works on one item for one seller and returns plain
 * data. It does not deal with item pairing, Continue On Fail, outputs or several sellers.
 */
export type ExecuteOperation<Result extends IDataObject | ItemWithFiles = IDataObject> = (
	this: IExecuteFunctions,
	itemIndex: number,
	seller: ItemSeller,
) => Promise<Result | Result[]>;

export interface Routing<Result extends IDataObject | ItemWithFiles> {
	/** The names of the outputs, as the editor shows them; one output if not given. */
	readonly outputNames?: readonly string[];
	/** The output that a result goes to. */
	readonly outputOf?: (result: Result) => number;
	/** The output for the error item of a failed input item. */
	readonly errorOutput?: (itemIndex: number) => number;
	/**
	 * How the results of a batch are sorted on their output; in the order of the items if not given.
	 */
	readonly compare?: (a: Result, b: Result) => number;
	/** The operation works on all input items together, so its results belong to all of them. */
	readonly together?: boolean;
}

/**
 * Runs an operation for every input item, and for every seller that the item is about. Only this
 * file pairs items, names sellers and handles errors. With Continue On Fail, a failing item becomes
 * an error item and the others continue. Of several sellers, one that fails becomes an error item
 * even without it, unless all fail. A canceled execution always stops.
 */
export async function runForEachItem<Result extends IDataObject | ItemWithFiles>(
	context: IExecuteFunctions,
	execute: ExecuteOperation<Result>,
	{
		outputNames = [''],
		outputOf = () => 0,
		errorOutput = () => 0,
		together = false,
	}: Routing<Result> = {},
): Promise<INodeExecutionData[][]> {
	const outputs = outputNames.map((): INodeExecutionData[] => []);
	const all = context.getInputData().map((_, item) => ({ item }));

	const turns = new Turns();
	for (const { item: itemIndex } of together ? all.slice(0, 1) : all) {
		if (turns.isDue) await turns.pause();
		const pairedItem = together ? all : { item: itemIndex };
		try {
			const sellers = await sellersOfItem(context, itemIndex);
			const failures: unknown[] = [];
			const runs = await inTurn(sellers, SELLERS_AT_ONCE, async (seller) => {
				const running = async () => await execute.call(context, itemIndex, seller);
				return await running().then(
					(results) => ({ seller, results: Array.isArray(results) ? results : [results] }),
					(error: unknown) => {
						failures.push(error);
						return { seller, error };
					},
				);
			});
			// As with a single seller.
			const isCanceled = failures.find(isCancellation);
			if (failures.length === sellers.length || isCanceled) throw isCanceled ?? failures[0];
			for (const run of runs) {
				if ('error' in run) {
					const errorItem = errorItemOf(context, run, itemIndex);
					outputs[errorOutput(itemIndex)]?.push({ ...errorItem, pairedItem });
					continue;
				}
				for (const result of run.results) {
					// A report may have a million rows.
					if (turns.isDue) await turns.pause();
					const item = toItem(result, run.seller.name);
					outputs[outputOf(result)]?.push({ ...item, pairedItem });
				}
			}
		} catch (error) {
			const errorItem = errorItemOrThrow(context, error, itemIndex);
			outputs[errorOutput(itemIndex)]?.push({ ...errorItem, pairedItem });
		}
	}
	if (turns.isDue) await turns.pause();
	hintAtOutputs(context, outputNames, outputs);
	return outputs;
}

/** A result as n8n's item. It names the seller, if the operation connected to one. */
function toItem(
	result: IDataObject | ItemWithFiles,
	seller: string | null | undefined,
): Pick<INodeExecutionData, 'json' | 'binary'> {
	const { json, binary } =
		result instanceof ItemWithFiles ? result : { json: result, binary: undefined };
	const named = withSeller(json, seller);
	return binary === undefined ? { json: named } : { json: named, binary };
}

/** The seller comes first. A result with an empty place for it needs no copy. */
function withSeller(json: IDataObject, seller: string | null | undefined): IDataObject {
	if (seller === undefined) return json;
	if (!('seller' in json && json.seller === undefined)) return { seller, ...json };
	json.seller = seller;
	return json;
}

/** The item that says why one of several sellers failed. */
function errorItemOf(
	context: IExecuteFunctions,
	{ seller, error }: { readonly seller: ItemSeller; readonly error: unknown },
	itemIndex: number,
): Pick<INodeExecutionData, 'json' | 'error'> {
	const nodeError = toNodeError(context.getNode(), error, itemIndex);
	hint(context, `${seller.name}: ${nodeError.message}`, 'warning');
	const json = { seller: seller.name ?? null, error: nodeError.message };
	return context.continueOnFail() ? { json, error: nodeError } : { json };
}

const isCancellation = (error: unknown): boolean =>
	error instanceof SpApiFailure && error.kind === 'cancelled';

/**
 * The item that replaces a failed one under Continue On Fail.
 * @throws n8n's own error otherwise, and always if the execution was canceled
 */
function errorItemOrThrow(
	context: IExecuteFunctions,
	error: unknown,
	itemIndex: number,
): Pick<INodeExecutionData, 'json' | 'error'> {
	const nodeError = toNodeError(context.getNode(), error, itemIndex);
	if (isCancellation(error) || !context.continueOnFail()) throw nodeError;
	return { json: { error: nodeError.message }, error: nodeError };
}

/** Replaces the results of an item if a failure affects only this item. */
export class ItemFailure {
	constructor(readonly error: unknown) {}
}

/** An operation on all items together that returns results for each of them. */
export interface BatchOperation<Prepared, Result extends IDataObject = IDataObject> {
	/**
	 * Reads and checks one item. It must not do anything yet, because a later item may stop the run.
	 */
	readonly prepare: (
		this: IExecuteFunctions,
		itemIndex: number,
		seller: ItemSeller,
	) => Promise<Prepared>;
	/**
	 * Works on the items that could be read; returns the results or failure of each, in their order.
	 */
	readonly execute: (
		this: IExecuteFunctions,
		prepared: readonly Prepared[],
	) => Promise<ReadonlyArray<readonly Result[] | ItemFailure>>;
}

/** An item of a batch's output; one that replaces a failed item has the error. */
interface BatchItem extends INodeExecutionData {
	pairedItem: { item: number };
}

/**
 * Runs a batch operation with the same rules for pairing and errors. All items are read first, so
 * that an unreadable one stops the run before half of the work is done.
 */
export async function runAsBatch<Prepared, Result extends IDataObject = IDataObject>(
	context: IExecuteFunctions,
	{ prepare, execute }: BatchOperation<Prepared, Result>,
	{ outputNames = [''], outputOf = () => 0, errorOutput = () => 0, compare }: Routing<Result> = {},
): Promise<INodeExecutionData[][]> {
	/** Items in the order of the input. */
	const items: BatchItem[] = [];
	const failures = new Map<number, BatchItem>();
	const fail = (error: unknown, item: number): void => {
		failures.set(item, { ...errorItemOrThrow(context, error, item), pairedItem: { item } });
	};

	const readable: number[] = [];
	const sellers: ItemSeller[] = [];
	const prepared: Prepared[] = [];
	const turns = new Turns();
	const count = context.getInputData().length;
	for (let item = 0; item < count; item += 1) {
		try {
			if (turns.isDue) await turns.pause();
			const seller = sellerOfItem(context, item);
			prepared.push(await prepare.call(context, item, seller));
			readable.push(item);
			sellers.push(seller);
		} catch (error) {
			fail(error, item);
		}
	}
	let all: ReadonlyArray<readonly Result[] | ItemFailure> = [];
	try {
		if (prepared.length > 0) all = await execute.call(context, prepared);
	} catch (error) {
		all = readable.map(() => new ItemFailure(error));
	}
	let next = 0;
	for (let item = 0; item < count; item += 1) {
		if (turns.isDue) await turns.pause();
		if (item === readable[next]) {
			const own = all[next] ?? [];
			const seller = sellers[next]?.name;
			next += 1;
			if (own instanceof ItemFailure) fail(own.error, item);
			else {
				for (const result of own) {
					items.push({ json: withSeller(result, seller), pairedItem: { item } });
				}
			}
		}
		const failure = failures.get(item);
		if (failure !== undefined) items.push(failure);
	}

	const outputs = outputNames.map((): INodeExecutionData[] => []);
	const sorted =
		compare === undefined
			? items
			: await inTurns(
					sortedInSteps(items, (a, b) =>
						a.error || b.error
							? Number(a.error !== undefined) - Number(b.error !== undefined)
							: compare(a.json as Result, b.json as Result),
					),
				);
	for (const data of sorted) {
		if (turns.isDue) await turns.pause();
		const output =
			data.error === undefined ? outputOf(data.json as Result) : errorOutput(data.pairedItem.item);
		outputs[output]?.push(data);
	}
	await letOthersGo();
	hintAtOutputs(context, outputNames, outputs);
	return outputs;
}

/**
 * The operation, keyed `resource:operation`, that 'Resource' and 'Operation' select.
 * @throws NodeOperationError if it does not exist
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
		`Could not run the node: the operation '${operation}' does not exist for the resource '${resource}'`,
	);
}
