import {
	updateDisplayOptions,
	type IDataObject,
	type IExecuteFunctions,
	type INodeProperties,
} from 'n8n-workflow';
import { z } from 'zod';

import type { SolicitationOutcome } from '../../sending/outcome';
import { optionsCollection } from '../../../shared/n8n/commonParameters';
import type { ItemSeller } from '../../../shared/n8n/itemSeller';
import { toNodeError } from '../../../shared/n8n/toNodeError';
import { readParameters } from '../../../shared/n8n/parameters';
import { alreadyRequestedOption, pastOrdersOf } from './alreadyRequestedParameter';
import {
	checkEligibility,
	explain,
	explainOption,
	knownFinding,
	orderParameters,
	readOrder,
	toResult,
} from '../../sending/eligibility';

export const description: INodeProperties[] = updateDisplayOptions(
	{ show: { resource: ['solicitation'], operation: ['checkEligibility'] } },
	[...orderParameters, optionsCollection(alreadyRequestedOption, explainOption)],
);

const schema = z.object({ 'options.explain': z.boolean().default(true) });

/** Outcomes of a failed call that say nothing about the order. */
const SAYS_NOTHING: readonly SolicitationOutcome[] = ['failed', 'loginFailed', 'deferred'];

/** Checks whether a review can be requested for the order now and, if not, why. Sends nothing. */
export async function execute(
	this: IExecuteFunctions,
	itemIndex: number,
	seller: ItemSeller,
): Promise<IDataObject> {
	const { 'options.explain': mayReadOrder } = readParameters(this, itemIndex, schema, description);
	const read = await readOrder(this, itemIndex, seller);
	const past = await pastOrdersOf(this, description);
	const order = { ...read, past: past.get(read.orderId) };
	const finding = knownFinding(order) ?? (await checkEligibility(order));
	if (finding.failure !== undefined && SAYS_NOTHING.includes(finding.outcome)) {
		throw toNodeError(this.getNode(), finding.failure, itemIndex);
	}
	return toResult(await explain(order, finding, mayReadOrder));
}
