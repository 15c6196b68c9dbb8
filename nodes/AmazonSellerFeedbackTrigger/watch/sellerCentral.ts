import type { Marketplace } from '../../shared/domain/marketplaces';

/** Marketplaces that share the European Seller Central. */
const UNIFIED_EUROPE: readonly string[] = ['GB', 'DE', 'FR', 'ES', 'IT'];

/**
 * Source of the hosts: Amazon's list of Seller Central URLs by marketplace (SP-API documentation).
 * The paths below are those the pages currently have; Amazon does not document them.
 */
const hostOf = ({ countryCode, domain }: Marketplace): string =>
	UNIFIED_EUROPE.includes(countryCode)
		? 'sellercentral-europe.amazon.com'
		: `sellercentral.${domain}`;

/** The page where a seller answers feedback and requests its removal (undocumented path). */
export const feedbackManagerUrl = (marketplace: Marketplace): string =>
	`https://${hostOf(marketplace)}/feedback-manager/index.html`;

/** The page of one order (undocumented path). */
export const orderUrl = (marketplace: Marketplace, orderId: string): string =>
	`https://${hostOf(marketplace)}/orders-v3/order/${encodeURIComponent(orderId)}`;
