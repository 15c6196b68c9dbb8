import type { Window, WindowReading } from '../analysis/evaluation';
import type { Marketplace } from '../../shared/domain/marketplaces';
import { oncePerExecution } from '../../shared/n8n/oncePerExecution';
import type { SpApiClient } from '../../shared/spapi/client';
import { findSoldAsins } from '../../shared/spapi/orders';
import { findOfferRating, type OfferRating } from '../../shared/spapi/pricing';

/** The window of the rating that Amazon shows next to an offer. */
const OFFER_WINDOW_DAYS = 365;

/** How many of the seller's items to check for a live offer. */
const MOST_ITEMS = 5;

/**
 * Amazon's own rating from a live offer of the seller: for the given item, or for one they sell.
 */
export async function fetchOfferRating(
	client: SpApiClient,
	marketplace: Marketplace,
	asin: string | undefined,
): Promise<OfferRating | undefined> {
	return await oncePerExecution(client, `offer ${marketplace.id} ${asin}`, async () => {
		const asins = asin === undefined ? await findSoldAsins(client, marketplace.id) : [asin];
		return await findOfferRating(client, marketplace.id, asins.slice(0, MOST_ITEMS));
	});
}

/** The offer's rating for a window; undefined for windows other than 365 days. */
export function readOffer(
	rating: OfferRating | undefined,
	{ days }: Window,
): WindowReading | undefined {
	if (days !== OFFER_WINDOW_DAYS) return undefined;
	if (rating === undefined) {
		return {
			source: 'amazonOffer',
			provenance: 'insufficient',
			notes: ['Found no live offer from you in new condition, so Amazon shows no rating'],
		};
	}
	const { percent } = rating;
	if (percent === null) {
		return {
			source: 'amazonOffer',
			provenance: 'insufficient',
			notes: [`Amazon shows no rating next to your offer for ${rating.asin}: no ratings yet`],
		};
	}
	return {
		source: 'amazonOffer',
		provenance: 'amazonReported',
		reported: { ...rating, percent },
		notes: [`Amazon shows ${percent}% next to your offer for ${rating.asin}`],
	};
}
