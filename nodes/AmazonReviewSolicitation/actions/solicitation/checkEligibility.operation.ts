import {
	updateDisplayOptions,
	type IDataObject,
	type IExecuteFunctions,
	type INodeProperties,
} from 'n8n-workflow';

import { optionsCollection } from '../../../shared/n8n/commonParameters';
import { checkEligibility, explainOption, orderParameters, readOrder, toResult } from './common';

export const description: INodeProperties[] = updateDisplayOptions(
	{ show: { resource: ['solicitation'], operation: ['checkEligibility'] } },
	[...orderParameters, optionsCollection(explainOption)],
);

/** Whether a review can be requested for the order now, and if not, why. Sends nothing. */
export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const order = await readOrder(this, itemIndex);
	return toResult(order, await checkEligibility(order));
}
