import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { z } from 'zod';

import { readPastOrders, type PastOrders } from '../../sending/ledger';
import { readParametersInTurns } from '../../../shared/n8n/parameters';
import { inTurns } from '../../../shared/spapi/pause';
import { listOfKind } from './selectionRulesParameter';

/** The ledger of earlier runs, for all operations on orders. */
export const alreadyRequestedOption: INodeProperties = {
	displayName: 'Already Requested',
	name: 'alreadyRequested',
	type: 'string',
	typeOptions: { rows: 3 },
	default: '',
	placeholder: "e.g. {{ $('Ledger').all() }}",
	description:
		"All rows of your ledger (the output of 'Send'), or IDs of orders for which a review was requested, as text or a list. Such an order is 'alreadyRequested', with the time of the request, and costs no call to Amazon.",
};

/** Rows of a ledger, or IDs of orders for which a review was requested. */
export const pastOrders = listOfKind('orderId').transform(async (list) =>
	list === undefined ? undefined : await inTurns(readPastOrders(list.entries, Date.now())),
);

const OPTION = 'options.alreadyRequested';

const schema = z.object({ [OPTION]: pastOrders });

const readBefore = new WeakMap<IExecuteFunctions, PastOrders>();

/**
 * What earlier runs did, for operations that work item by item. The option is read once per run, because
 * it lists the whole ledger.
 */
export async function pastOrdersOf(
	context: IExecuteFunctions,
	description: readonly INodeProperties[],
): Promise<PastOrders> {
	const before = readBefore.get(context);
	if (before !== undefined) return before;
	const { [OPTION]: past = new Map() } = await readParametersInTurns(
		context,
		0,
		schema,
		description,
	);
	readBefore.set(context, past);
	return past;
}
