import { z } from 'zod';

import type { SpApiClient } from './client';
import { SpApiFailure } from './failure';

const offersSchema = z.object({
	payload: z.object({
		Offers: z
			.array(
				z.object({
					MyOffer: z.boolean().optional(),
					SellerFeedbackRating: z
						.object({
							SellerPositiveFeedbackRating: z.number().min(0).max(100).optional(),
							FeedbackCount: z.number().int().nonnegative(),
						})
						.optional(),
				}),
			)
			.default([]),
	}),
});

/** The rating that Amazon shows beside the seller's own offer. */
export interface OfferRating {
	readonly asin: string;
	/** Positive feedback of the past 365 days, percent; Amazon may round it. */
	readonly percent: number;
	/** Number of ratings; Amazon does not say of which period. */
	readonly count: number;
}

/**
 * Reads the seller's own rating from a live offer of theirs.
 * @returns undefined where none of the items has a buyable new offer by this seller
 * @throws SpApiFailure also where Amazon knows none of the items
 */
export async function findOfferRating(
	client: SpApiClient,
	marketplaceId: string,
	asins: readonly string[],
): Promise<OfferRating | undefined> {
	for (const [index, asin] of asins.entries()) {
		const isLast = index === asins.length - 1;
		const answered = client.call('getItemOffers', {
			path: { asin },
			query: { MarketplaceId: marketplaceId, ItemCondition: 'New' },
			answer: offersSchema,
		});
		// An item that is no longer in the catalogue says nothing of the next one.
		const answer = isLast ? await answered : await answered.catch(unlessUnknown);
		const own = answer?.answer.payload.Offers.find(({ MyOffer }) => MyOffer === true);
		const { SellerPositiveFeedbackRating: percent, FeedbackCount: count } =
			own?.SellerFeedbackRating ?? {};
		if (percent !== undefined && count !== undefined) return { asin, percent, count };
	}
	return undefined;
}

function unlessUnknown(failure: unknown): undefined {
	const isUnknown =
		failure instanceof SpApiFailure && ['notFound', 'badRequest'].includes(failure.kind);
	if (!isUnknown) throw failure;
	return undefined;
}
