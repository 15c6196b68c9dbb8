import type { Window, WindowReading } from '../analysis/evaluation';
import type { Marketplace } from '../../shared/domain/marketplaces';
import { oncePerExecution } from '../../shared/n8n/oncePerExecution';
import type { SpApiClient } from '../../shared/spapi/client';
import { findSoldAsins } from '../../shared/spapi/orders';
import { findOfferRating, type OfferRating } from '../../shared/spapi/pricing';

/** The window of the figure that Amazon shows beside an offer. */
const OFFER_WINDOW_DAYS = 365;

/** How many of the seller's items are looked at for a live offer. */
const MOST_ITEMS = 5;

/** Amazon's own figure from a live offer of the seller: of the item given, or of one they sell. */
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

/** What the offer says of a window; nothing but for the 365 days it is about. */
export function readOffer(
	rating: OfferRating | undefined,
	{ days }: Window,
): WindowReading | undefined {
	if (days !== OFFER_WINDOW_DAYS) return undefined;
	if (rating === undefined) {
		return {
			source: 'amazonOffer',
			provenance: 'insufficient',
			notes: ['No live new offer of yours was found, beside which Amazon would show a rating'],
		};
	}
	const { percent } = rating;
	if (percent === null) {
		return {
			source: 'amazonOffer',
			provenance: 'insufficient',
			notes: [
				`Amazon shows no rating beside your offer of ${rating.asin}: nobody has rated you yet`,
			],
		};
	}
	return {
		source: 'amazonOffer',
		provenance: 'amazonReported',
		reported: { ...rating, percent },
		notes: [`Amazon shows ${percent} % beside your offer of ${rating.asin}`],
	};
}
