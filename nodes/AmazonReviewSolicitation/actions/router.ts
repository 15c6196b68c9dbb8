import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { isHeldByAgent } from '../../shared/n8n/agent';
import { chosenOperation, runAsBatch, runForEachItem } from '../../shared/n8n/router';
import * as orderGetMany from './order/getMany.operation';
import * as checkEligibility from './solicitation/checkEligibility.operation';
import * as plan from './solicitation/plan.operation';
import * as send from './solicitation/send.operation';
import { PLAN_OUTPUTS } from './outputs';

const outputOf = (decision: unknown): number =>
	PLAN_OUTPUTS.findIndex((output) => output.decision === decision);

/**
 * Sorts the most urgent order first, so that sending in this order is right; orders without a time
 * are last. All times are UTC in the same format, so they sort as text. Days stay in their order.
 */
function bySendAt({ sendAt: a = null }: IDataObject, { sendAt: b = null }: IDataObject): number {
	if (a === null || b === null) return Number(a === null) - Number(b === null);
	return a < b ? -1 : Number(a > b);
}

export async function router(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const run = chosenOperation(this, {
		'order:getMany': async () => {
			const outputs = await runForEachItem(this, orderGetMany.execute);
			orderGetMany.keepPlaces(this);
			return outputs;
		},
		'solicitation:checkEligibility': async () =>
			await runForEachItem(this, checkEligibility.execute),
		'solicitation:plan': async () =>
			// An agent reads only the first output, and it needs to see all orders.
			isHeldByAgent(this)
				? await runAsBatch(this, plan, { compare: bySendAt })
				: await runAsBatch(this, plan, {
						compare: bySendAt,
						outputNames: PLAN_OUTPUTS.map(({ name }) => name),
						outputOf: ({ decision }) => outputOf(decision),
						errorOutput: () => outputOf('leftOut'),
					}),
		'solicitation:send': async () => await runAsBatch(this, send),
	});
	return await run();
}
