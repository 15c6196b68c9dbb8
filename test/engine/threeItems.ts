import type { INodeExecutionData, IPairedItemData } from 'n8n-workflow';

import type { NodeRun, NodeRunOptions } from './harness';
import { runNode } from './harness';

interface ThreeItems extends Omit<NodeRunOptions, 'items' | 'onError'> {
	readonly items: NonNullable<NodeRunOptions['items']>;
	/** The expected error message for the bad item in the middle. */
	readonly message: RegExp;
}

/**
 * The contract of every operation: if the middle one of three items is bad, Continue On Fail
 * returns both good results and an item with the error, each linked to its input. Without it, the
 * run stops and names the item.
 */
export async function expectMiddleItemToFailAlone(options: ThreeItems): Promise<void> {
	const tagged = options.items.map((item, index) => ({
		...item,
		json: { ...item.json, tag: `item ${index}` },
	}));
	const runWith = async (onError: NodeRunOptions['onError']): Promise<NodeRun> =>
		await runNode({ ...options, items: tagged, onError });

	const continued = await runWith('continueRegularOutput');
	expect(continued.error).toBeUndefined();
	const all = continued.outputs.flat();
	const failed = all.filter(({ json }) => 'error' in json);
	expect(failed).toHaveLength(1);
	expect(failed[0]?.json.error).toMatch(options.message);
	expect(failed[0]?.pairedItem).toEqual({ item: 1 });
	const good = all.filter(({ json }) => !('error' in json));
	expect(new Set(good.map(inputOf))).toEqual(new Set([0, 2]));
	const onLinkedOutput = continued.outputs[options.linkOutput ?? 0] ?? [];
	expect(continued.links).toEqual(onLinkedOutput.map((item) => `item ${inputOf(item)}`));

	const stopped = await runWith('stopWorkflow');
	expect(stopped.error?.message).toMatch(options.message);
	expect(stopped.error?.context.itemIndex).toBe(1);

	const separated = await runWith('continueErrorOutput');
	expect(separated.error).toBeUndefined();
	const errorOutput = separated.outputs.at(-1) ?? [];
	expect(errorOutput).toHaveLength(1);
	expect(errorOutput[0]?.json.error).toMatch(options.message);
	expect(errorOutput[0]?.pairedItem).toEqual({ item: 1 });
}

const inputOf = ({ pairedItem }: INodeExecutionData): number =>
	(pairedItem as IPairedItemData).item;
