import { z } from 'zod';

import { dayOfTable } from './calendar';
import { FULFILLERS } from './order';
import { isOrderIdOfAnyKind } from './orderId';
import type { OrderDetails } from './orderDetails';

/** Unreadable and null are both absent, so that one bad field costs only itself. */
const field = <Schema extends z.ZodTypeAny>(schema: Schema) =>
	schema.optional().catch(undefined) as z.ZodType<
		z.output<Schema> | undefined,
		z.ZodTypeDef,
		unknown
	>;

/** Tables write empty text for a missing value. */
const filled = field(z.string().trim().min(1));

const feedbackFields = {
	date: field(z.preprocess(dayOfTable, z.string())),
	rating: field(z.coerce.number().int().min(1).max(5)),
	comment: field(z.string()),
	response: field(z.string()),
};

const orderSchema = z.object({
	fulfilledBy: z.enum(FULFILLERS).nullable().catch(null),
	shippedLate: z.boolean().nullable().catch(null),
});

const itemSchema = z.object({
	orderId: field(z.string().trim().refine(isOrderIdOfAnyKind)),
	seller: filled,
	marketplaceId: filled,
	marketplace: filled,
	event: field(z.string()),
	order: field(orderSchema),
	...feedbackFields,
	before: field(z.object(feedbackFields)),
	after: field(z.object(feedbackFields)),
});

/** A feedback entry as this package's items have it; undefined is unknown. */
export interface FeedbackOfItem {
	readonly orderId: string | undefined;
	readonly seller: string | undefined;
	/** Marketplace ID or country code. */
	readonly marketplace: string | undefined;
	/** ISO calendar day, marketplace-local. */
	readonly date: string | undefined;
	/** 1 to 5. */
	readonly rating: number | undefined;
	readonly comment: string | undefined;
	/** The seller's public reply. */
	readonly response: string | undefined;
	/** The trigger's event, if the item is one. */
	readonly event: string | undefined;
	/** Who shipped the order and how, if its details were added. */
	readonly order: Pick<OrderDetails, 'fulfilledBy' | 'shippedLate'> | undefined;
}

/**
 * Reads a feedback entry from an item: an event of the trigger (of a removed entry, what it was
 * before), a row of 'Get Many' or 'Parse Report', or of a table that was made from them.
 */
export function feedbackOfItem(item: unknown): FeedbackOfItem {
	const { before, after, ...plain } = itemSchema.catch({}).parse(item);
	const feedback = after ?? before ?? plain;
	return {
		orderId: plain.orderId,
		seller: plain.seller,
		marketplace: plain.marketplaceId ?? plain.marketplace,
		date: feedback.date,
		rating: feedback.rating,
		comment: feedback.comment,
		response: feedback.response,
		event: plain.event,
		order: plain.order,
	};
}
