import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { CASE_STATUSES, type CaseStatus } from '../cases/caseRow';
import { isHeldByAgent } from '../../shared/n8n/agent';
import { chosenOperation, runAsBatch, runForEachItem } from '../../shared/n8n/router';
import * as accountHealthGet from './accountHealth/get.operation';
import * as caseOutcomes from './case/outcomes.operation';
import * as feedbackAddOrderDetails from './feedback/addOrderDetails.operation';
import * as feedbackGetMany from './feedback/getMany.operation';
import * as feedbackParseReport from './feedback/parseReport.operation';
import * as marketplaceGetMany from './marketplace/getMany.operation';
import { NEXT_STEP_OUTPUTS } from './outputs';

const outputOf = ({ status }: IDataObject): number => CASE_STATUSES.indexOf(status as CaseStatus);

/** Runs the chosen operation. Those that read comments are loaded when they are used, with the word lists. */
export async function router(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const run = chosenOperation(this, {
		'accountHealth:get': async () => await runForEachItem(this, accountHealthGet.execute),
		'case:nextStep': async () => {
			const caseNextStep = await import('./case/nextStep.operation');
			// An agent reads only the first output.
			return isHeldByAgent(this)
				? await runAsBatch(this, caseNextStep)
				: await runAsBatch(this, caseNextStep, { outputNames: NEXT_STEP_OUTPUTS, outputOf });
		},
		'case:outcomes': async () =>
			await runForEachItem(this, caseOutcomes.execute, { together: true }),
		'feedback:addOrderDetails': async () => await runAsBatch(this, feedbackAddOrderDetails),
		'feedback:addReasons': async () =>
			await runForEachItem(this, (await import('./feedback/addReasons.operation')).execute),
		'feedback:getMany': async () => await runForEachItem(this, feedbackGetMany.execute),
		'feedback:parseReport': async () => await runForEachItem(this, feedbackParseReport.execute),
		'marketplace:getMany': async () => await runForEachItem(this, marketplaceGetMany.execute),
	});
	return await run();
}
