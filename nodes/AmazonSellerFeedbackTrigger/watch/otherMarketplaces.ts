import type { MarketplaceWatch } from './state';

/**
 * Whether the report of another marketplace showed the same feedback of an order, unchanged. Then
 * it was reported for that marketplace, or was not new there. A report is said to include rows of
 * the region's other marketplaces. An order ID belongs to one marketplace only, so it identifies
 * the feedback.
 * @param place the state of the marketplace whose report was read last
 */
export function isKnownElsewhere(
	orderId: string,
	place: MarketplaceWatch,
	others: readonly MarketplaceWatch[],
): boolean {
	const own = place.feedback?.rows[orderId];
	return others.some((other) => {
		const its = other.feedback?.rows[orderId];
		return (
			its !== undefined &&
			its.gone === own?.gone &&
			its.rating === own?.rating &&
			its.comment === own.comment &&
			its.commentDigest === own.commentDigest &&
			its.responseDigest === own.responseDigest
		);
	});
}
