import type { INodeExecutionData, IPollFunctions } from 'n8n-workflow';

import { toNodeError } from '../shared/n8n/toNodeError';
import { poll } from './poll';
import { fetchTestEvent } from './testEvent';

/**
 * Polls Amazon, or fetches an example event if the user tests the node in the editor.
 * @throws n8n's own errors
 */
export async function pollOrTest(context: IPollFunctions): Promise<INodeExecutionData[][] | null> {
	try {
		if (context.getMode() !== 'manual') return await poll(context);
		return [[{ json: await fetchTestEvent(context) }]];
	} catch (error) {
		throw toNodeError(context.getNode(), error);
	}
}
