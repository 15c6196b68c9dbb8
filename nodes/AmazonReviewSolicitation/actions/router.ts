import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { runChosenOperation } from '../../shared/n8n/router';
import * as checkEligibility from './solicitation/checkEligibility.operation';
import * as send from './solicitation/send.operation';

export async function router(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	return await runChosenOperation.call(this, {
		'solicitation:checkEligibility': checkEligibility.execute,
		'solicitation:send': send.execute,
	});
}
