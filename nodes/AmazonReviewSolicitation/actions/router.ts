import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { chosenOperation, runAsBatch, runForEachItem } from '../../shared/n8n/router';
import * as checkEligibility from './solicitation/checkEligibility.operation';
import * as send from './solicitation/send.operation';

export async function router(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const run = chosenOperation(this, {
		'solicitation:checkEligibility': async () =>
			await runForEachItem(this, checkEligibility.execute),
		'solicitation:send': async () => await runAsBatch(this, send),
	});
	return await run();
}
