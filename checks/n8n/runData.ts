import type { IDataObject, INodeExecutionData, IRunData } from 'n8n-workflow';

/** The items that a node output in its first run; none if it did not run. */
export function fullItemsOf(runData: IRunData, node: string, output = 0): INodeExecutionData[] {
	return runData[node]?.[0]?.data?.main?.[output] ?? [];
}

/** The data of these items. */
export function itemsOf<T = IDataObject>(runData: IRunData, node: string, output = 0): T[] {
	return fullItemsOf(runData, node, output).map(({ json }) => json as T);
}

/** How many outputs of a node were used in its first run. */
export const countOutputs = (runData: IRunData, node: string): number =>
	runData[node]?.[0]?.data?.main?.length ?? 0;

/** The output items of each node: by node name, then by output. */
export type NodeOutputs = Readonly<Record<string, ReadonlyArray<readonly IDataObject[]>>>;

/** The output of the last run of each node. */
export function outputsOf(runData: IRunData): NodeOutputs {
	return Object.fromEntries(
		Object.entries(runData).map(([node, runs]) => [
			node,
			(runs.at(-1)?.data?.['main'] ?? []).map((items) => (items ?? []).map((item) => item.json)),
		]),
	);
}
