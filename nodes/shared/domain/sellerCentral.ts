import type { Marketplace } from './marketplaces';

// The paths below are those of today's pages; Amazon documents none.

/** The page where a seller answers feedback and requests its removal (undocumented path). */
export const feedbackManagerUrl = (marketplace: Marketplace): string =>
	`https://${marketplace.sellerCentral}/feedback-manager/index.html`;

/** The page of one order (undocumented path). */
export const orderUrl = (marketplace: Marketplace, orderId: string): string =>
	`https://${marketplace.sellerCentral}/orders-v3/order/${encodeURIComponent(orderId)}`;
