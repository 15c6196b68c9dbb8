import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { chosenOperation, runForEachItem, type ExecuteOperation } from '../../shared/n8n/router';
import * as accountHealthGet from './accountHealth/get.operation';
import * as feedbackGetMany from './feedback/getMany.operation';
import * as feedbackParseReport from './feedback/parseReport.operation';
import * as marketplaceGetMany from './marketplace/getMany.operation';

export async function router(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const execute = chosenOperation<ExecuteOperation>(this, {
		'accountHealth:get': accountHealthGet.execute,
		'feedback:getMany': feedbackGetMany.execute,
		'feedback:parseReport': feedbackParseReport.execute,
		'marketplace:getMany': marketplaceGetMany.execute,
	});
	return await runForEachItem(this, execute);
}
