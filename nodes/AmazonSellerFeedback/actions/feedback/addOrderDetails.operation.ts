import {
	updateDisplayOptions,
	type IDataObject,
	type IExecuteFunctions,
	type INodeProperties,
} from 'n8n-workflow';
import { z } from 'zod';

import { feedbackOfItem } from '../../../shared/domain/feedbackItem';
import type { Marketplace } from '../../../shared/domain/marketplaces';
import { isOrderIdOfAnyKind } from '../../../shared/domain/orderId';
import { forEachSeller, type OfSeller } from '../../../shared/n8n/bySeller';
import { hint } from '../../../shared/n8n/hints';
import type { ItemSeller } from '../../../shared/n8n/itemSeller';
import { marketplaceParameter, resolveMarketplace } from '../../../shared/n8n/marketplaceParameter';
import { locatorValue, readParameters } from '../../../shared/n8n/parameters';
import type { ItemFailure } from '../../../shared/n8n/router';
import { sellerOfItemParameter } from '../../../shared/n8n/sellerParameter';
import { lookUpOrders, orderFieldsOf } from '../../../shared/spapi/lookUpOrders';

export const description: INodeProperties[] = updateDisplayOptions(
	{ show: { resource: ['feedback'], operation: ['addOrderDetails'] } },
	[
		{
			displayName: 'Order ID',
			name: 'orderId',
			type: 'string',
			default: '={{ $json.orderId }}',
			required: true,
			placeholder: 'e.g. 111-1234567-7654321',
			description: "The order of the feedback entry; the trigger's items and 'Get Many' have it",
		},
		sellerOfItemParameter,
		{
			...marketplaceParameter,
			default: { mode: 'id', value: '={{ $json.marketplaceId }}' },
			description: "The marketplace of the order; if empty, the credential's primary marketplace",
		},
	],
);

const schema = z.object({
	orderId: z
		.union([z.string(), z.number()])
		.nullish()
		.transform((text) => String(text ?? '').trim()),
	marketplace: locatorValue,
});

interface Entry extends OfSeller {
	readonly orderId: string;
	readonly marketplace: Marketplace;
	readonly item: IDataObject;
}

/** Reads which order one item is about. */
export async function prepare(
	this: IExecuteFunctions,
	itemIndex: number,
	seller: ItemSeller,
): Promise<Entry> {
	const wanted = readParameters(this, itemIndex, schema, description);
	const client = await seller.connect();
	const marketplace = resolveMarketplace(this, client, wanted.marketplace, itemIndex);
	const item = this.getInputData()[itemIndex]?.json ?? {};
	return { client, itemIndex, orderId: wanted.orderId, marketplace, item };
}

/**
 * Adds to each feedback entry what was ordered, when, and how it was shipped. Reads each order once.
 * An order that cannot be read leaves its entry as it is, with the reason.
 */
export async function execute(
	this: IExecuteFunctions,
	entries: readonly Entry[],
): Promise<Array<IDataObject[] | ItemFailure>> {
	const missing = new Map<string, string>();
	const results = await forEachSeller(this, entries, async (client, own) => {
		const ids = own.map(({ orderId }) => orderId).filter(isOrderIdOfAnyKind);
		const found = await lookUpOrders(client, ids);
		return own.map((entry) => {
			const result = found.get(entry.orderId) ?? NO_ORDER_ID;
			if ('reason' in result) missing.set(nameOf(entry), result.reason);
			const { date } = feedbackOfItem(entry.item);
			const fields = orderFieldsOf(result, entry.marketplace, date);
			return [{ ...entry.item, ...(fields as unknown as IDataObject) }];
		});
	});
	hintAtMissing(this, missing);
	return results;
}

/** Text that is no order ID may be about the buyer, so it is not quoted. */
const nameOf = ({ orderId }: Entry): string => (isOrderIdOfAnyKind(orderId) ? orderId : 'an item');

const NO_ORDER_ID = { reason: 'The item has no order ID of Amazon' };

const MOST_NAMED = 5;

function hintAtMissing(context: IExecuteFunctions, missing: ReadonlyMap<string, string>): void {
	if (missing.size === 0) return;
	const named = [...missing].slice(0, MOST_NAMED).map(([name, reason]) => `${name} (${reason})`);
	const more = missing.size > MOST_NAMED ? ', …' : '';
	hint(context, `Without order details: ${named.join(', ')}${more}`, 'warning');
}
