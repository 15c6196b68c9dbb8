import { z } from 'zod';

import { absentIfNull } from './absent';
import type { SpApiClient } from './client';
import { SpApiFailure } from './failure';

/** An offer that cannot be read is skipped. */
const offerSchema = z
	.object({
		MyOffer: absentIfNull(z.boolean()),
		SellerFeedbackRating: absentIfNull(
			z.object({
				SellerPositiveFeedbackRating: absentIfNull(z.number().min(0).max(100)),
				FeedbackCount: z.number().int().nonnegative(),
			}),
		).catch(undefined),
	})
	.nullable()
	.catch(null);

const offersSchema = z.object({
	payload: z.object({ Offers: absentIfNull(z.array(offerSchema)) }),
});

/** The rating that Amazon shows next to the seller's own offer. */
export interface OfferRating {
	readonly asin: string;
	/**
	 * Positive feedback of the past 365 days, in percent; Amazon may round it. Null if nobody has
	 * rated.
	 */
	readonly percent: number | null;
	/** Number of ratings; Amazon does not say for which period. */
	readonly count: number;
}

/**
 * Reads the seller's own rating from one of their live offers.
 * @returns undefined if none of the items has a buyable new offer by this seller
 * @throws SpApiFailure also if Amazon knows none of the items
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
		// If an item is no longer in the catalog, the next one may still be.
		const answer = isLast ? await answered : await answered.catch(unlessUnknown);
		const own = answer?.answer.payload.Offers?.find((offer) => offer?.MyOffer === true);
		const { SellerPositiveFeedbackRating: percent, FeedbackCount: count } =
			own?.SellerFeedbackRating ?? {};
		// Amazon reports 0% for a seller whom nobody has rated.
		if (count === 0) return { asin, percent: null, count };
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
