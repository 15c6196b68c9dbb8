import type { IExecuteFunctions } from 'n8n-workflow';

import type { Window, WindowReading } from '../../shared/domain/evaluation';
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
	context: IExecuteFunctions,
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
	return {
		source: 'amazonOffer',
		provenance: 'amazonReported',
		reported: rating,
		notes: [`Amazon shows ${rating.percent} % beside your offer of ${rating.asin}`],
	};
}
