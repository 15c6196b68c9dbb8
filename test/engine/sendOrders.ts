import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { runNode, type NodeRun, type NodeRunOptions } from './harness';
import type { InUse } from './useSandbox';

/** Sends for these orders, or for the rows of an earlier run; not a dry run unless the parameters say so. */
export async function sendOrders(
	{ credentials }: InUse,
	orders: ReadonlyArray<string | IDataObject>,
	parameters: INodeParameters = {},
	more: Partial<Omit<NodeRunOptions, 'parameters'>> = {},
): Promise<NodeRun> {
	return await runNode({
		type: 'amazonReviewSolicitation',
		items: orders
			.map((order) => (typeof order === 'string' ? { orderId: order } : order))
			.map((json, tag) => ({ json: { ...json, tag } })),
		credentials,
		...more,
		parameters: {
			resource: 'solicitation',
			operation: 'send',
			orderId: '={{ $json.orderId }}',
			marketplace: { __rl: true, mode: 'id', value: '={{ $json.marketplaceId }}' },
			dryRun: false,
			options: {},
			...parameters,
		},
	});
}
