import { z } from 'zod';

import type { SpApiClient } from './client';

/** The only kind of solicitation Amazon offers: product review and seller feedback in one email. */
const SOLICITATION = 'productReviewAndSellerFeedback';

const actionsSchema = z.object({
	_links: z.object({ actions: z.array(z.object({ name: z.string().optional() })) }),
});

/** Amazon answers an accepted request with `{}`; only the status matters. */
const acceptedSchema = z.unknown();

/** Whether Amazon would accept a request for the order now. */
export async function isSolicitationOffered(
	client: SpApiClient,
	amazonOrderId: string,
	marketplaceId: string,
): Promise<boolean> {
	const { answer } = await client.call('getSolicitationActionsForOrder', {
		path: { amazonOrderId },
		query: { marketplaceIds: [marketplaceId] },
		answer: actionsSchema,
	});
	return answer._links.actions.some(({ name }) => name === SOLICITATION);
}

/**
 * Requests a product review and seller feedback, which Amazon allows once per order.
 * @returns Amazon's request ID, for the seller's records
 */
export async function requestReview(
	client: SpApiClient,
	amazonOrderId: string,
	marketplaceId: string,
): Promise<string | undefined> {
	const { requestId } = await client.call('createProductReviewAndSellerFeedbackSolicitation', {
		path: { amazonOrderId },
		query: { marketplaceIds: [marketplaceId] },
		answer: acceptedSchema,
	});
	return requestId;
}
