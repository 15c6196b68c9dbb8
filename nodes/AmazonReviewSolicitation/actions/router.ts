import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import type { PlanRow } from '../planning/plan';
import { isHeldByAgent } from '../../shared/n8n/agent';
import { chosenOperation, runAsBatch, runForEachItem } from '../../shared/n8n/router';
import * as orderGetMany from './order/getMany.operation';
import * as checkEligibility from './solicitation/checkEligibility.operation';
import * as plan from './solicitation/plan.operation';
import * as send from './solicitation/send.operation';

/** Plan's outputs, in the order the editor shows them; the other operations have one. */
export const PLAN_OUTPUTS: ReadonlyArray<{
	readonly decision: PlanRow['decision'];
	readonly name: string;
}> = [
	{ decision: 'sendNow', name: 'Send Now' },
	{ decision: 'sendLater', name: 'Send Later' },
	{ decision: 'leftOut', name: 'Left Out' },
];

/**
 * Sorts the most urgent order first, so that sending in this order is right; orders without a time
 * are last.
 */
const bySendAt = (a: IDataObject, b: IDataObject): number =>
	a.sendAt === null || b.sendAt === null
		? Number(a.sendAt === null) - Number(b.sendAt === null)
		: Date.parse(String(a.sendAt)) - Date.parse(String(b.sendAt));

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
						outputCount: PLAN_OUTPUTS.length,
						outputOf: (row) => PLAN_OUTPUTS.findIndex(({ decision }) => decision === row.decision),
						errorOutput: () => PLAN_OUTPUTS.length - 1,
					}),
		'solicitation:send': async () => await runAsBatch(this, send),
	});
	return await run();
}
