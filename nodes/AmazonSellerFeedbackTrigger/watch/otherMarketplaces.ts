import type { MarketplaceWatch } from './state';

/**
 * Whether the report of another marketplace showed the same feedback of an order, in the same state. Then
 * it was reported with that one, or was no news there. A report is said to hold rows of the region's other
 * marketplaces, too; order IDs are of one marketplace only, so no other feedback is taken for it.
 * @param place what is remembered of the marketplace whose report was read last
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
