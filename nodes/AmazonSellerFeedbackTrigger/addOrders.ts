import type { IDataObject } from 'n8n-workflow';

import {
	isAmazonResponsible,
	removalProspectByOrder,
	type RemovalProspect,
} from '../shared/domain/comments/removalProspect';
import { feedbackOfItem } from '../shared/domain/feedbackItem';
import { findMarketplace } from '../shared/domain/marketplaces';
import type { SpApiClient } from '../shared/spapi/client';
import { SpApiFailure } from '../shared/spapi/failure';
import { lookUpOrders, orderFieldsOf, type FoundOrder } from '../shared/spapi/lookUpOrders';

/**
 * Amazon accepts 30 calls at once, and an order takes two while Amazon refuses fulfillment data; a poll
 * never waits for more.
 */
const MOST_ORDERS = 15;

const NOT_READ: FoundOrder = {
	reason: `Not read: this poll has more than ${MOST_ORDERS} orders. Use 'Feedback: Add Order Details'.`,
};

/**
 * Adds to each event about a feedback entry what was ordered, and how it was shipped, which may decide
 * whether a removal request could succeed. No event is lost or delayed for it: an order that cannot be read leaves `order` null, with the reason.
 */
export async function addOrders(
	client: SpApiClient,
	items: readonly IDataObject[],
): Promise<IDataObject[]> {
	const ids = [
		...new Set(items.flatMap(({ orderId }) => (typeof orderId === 'string' ? orderId : []))),
	];
	if (ids.length === 0) return [...items];
	const found = await lookUpOrders(client, ids.slice(0, MOST_ORDERS)).catch((failure: unknown) => {
		if (!(failure instanceof SpApiFailure)) throw failure;
		return new Map(ids.map((id): [string, FoundOrder] => [id, { reason: failure.message }]));
	});
	return items.map((item) =>
		typeof item.orderId === 'string' ? withOrder(item, found.get(item.orderId) ?? NOT_READ) : item,
	);
}

function withOrder(item: IDataObject, found: FoundOrder): IDataObject {
	const { date, marketplace } = feedbackOfItem(item);
	const place = findMarketplace(marketplace ?? '');
	if (place === undefined) return item;
	const fields = orderFieldsOf(found, place, date);
	const known = item.removal as unknown as RemovalProspect | null;
	const removal =
		known && removalProspectByOrder(known, isAmazonResponsible(fields.order ?? undefined));
	return {
		...item,
		removal: removal as unknown as IDataObject | null,
		...(fields as unknown as IDataObject),
	};
}
