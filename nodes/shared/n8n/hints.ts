import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

/** Shows a sentence above the node's output, in n8n versions that support it. */
export function hint(
	context: IExecuteFunctions,
	message: string,
	type: 'info' | 'warning' = 'info',
): void {
	context.addExecutionHints?.({ message, type, location: 'outputPane' });
}

/**
 * Says which outputs have items if the first one, which the editor opens, is empty. With a single item
 * it says what the item says.
 */
export function hintAtOutputs(
	context: IExecuteFunctions,
	names: readonly string[],
	outputs: readonly INodeExecutionData[][],
): void {
	const [first, ...others] = names;
	if (outputs[0]?.length !== 0) return;
	const filled = others.flatMap((name, index) => {
		const items = outputs[index + 1] ?? [];
		return items.length === 0 ? [] : [{ name, items }];
	});
	const [only] = filled;
	if (only === undefined) return;
	const summary = only.items[0]?.json.summary;
	if (filled.length === 1 && only.items.length === 1 && typeof summary === 'string') {
		return hint(context, `${only.name}: ${summary}`);
	}
	const counts = filled.map(({ name, items }) => `${name}: ${items.length}`).join(', ');
	hint(context, `'${first}' is empty. The items are in the other outputs (${counts}).`);
}
