import { findMarketplace, type Marketplace, type Region } from '../domain/marketplaces';

/** The credential's fields as the user filled them in. */
export interface SellingPartnerCredentials {
	readonly clientId: string;
	readonly clientSecret: string;
	readonly refreshToken: string;
	/** Marketplace ID. */
	readonly primaryMarketplace: string;
	readonly environment: 'production' | 'sandbox' | 'custom';
	/** Only with environment `custom`; may hold `{region}`. */
	readonly customBaseUrl?: string;
	/** Percent of Amazon's rate limit that each process of n8n may use. */
	readonly rateLimitShare?: number;
}

/** The part of Amazon's rate limit that each process of n8n may use, from 0.01 to 1. */
export const shareOf = ({ rateLimitShare }: Pick<SellingPartnerCredentials, 'rateLimitShare'>) =>
	Math.min(100, Math.max(1, Number(rateLimitShare) || 100)) / 100;

/** Amazon's regional endpoints. Source: SP-API endpoints page. */
export const PRODUCTION_ENDPOINTS: Readonly<Record<Region, string>> = {
	na: 'https://sellingpartnerapi-na.amazon.com',
	eu: 'https://sellingpartnerapi-eu.amazon.com',
	fe: 'https://sellingpartnerapi-fe.amazon.com',
};

export const SANDBOX_ENDPOINTS: Readonly<Record<Region, string>> = {
	na: 'https://sandbox.sellingpartnerapi-na.amazon.com',
	eu: 'https://sandbox.sellingpartnerapi-eu.amazon.com',
	fe: 'https://sandbox.sellingpartnerapi-fe.amazon.com',
};

/** Login with Amazon has one host for all regions. */
const LWA_ENDPOINT = 'https://api.amazon.com';

const LWA_PATH = '/auth/o2/token';

type EndpointFields = Pick<
	SellingPartnerCredentials,
	'environment' | 'customBaseUrl' | 'primaryMarketplace'
>;

/**
 * The marketplace the credential belongs to.
 * @throws Error where the credential holds no known marketplace
 */
export function primaryMarketplaceOf(
	credentials: Pick<SellingPartnerCredentials, 'primaryMarketplace'>,
): Marketplace {
	const marketplace = findMarketplace(credentials.primaryMarketplace);
	if (marketplace === undefined) {
		throw new Error(
			`The credential's marketplace "${credentials.primaryMarketplace}" is not known: choose one in the credential`,
		);
	}
	return marketplace;
}

/** Base URL of the Selling Partner API, without a slash at its end, for the credential's region. */
export function apiBaseUrl(
	credentials: EndpointFields,
	region: Region = primaryMarketplaceOf(credentials).region,
): string {
	switch (credentials.environment) {
		case 'custom':
			return customBaseUrl(credentials).replaceAll('{region}', region);
		case 'sandbox':
			return SANDBOX_ENDPOINTS[region];
		default:
			return PRODUCTION_ENDPOINTS[region];
	}
}

/** Where access tokens come from; with a custom base URL, from there too. */
export function loginUrl(credentials: EndpointFields): string {
	const base = credentials.environment === 'custom' ? apiBaseUrl(credentials) : LWA_ENDPOINT;
	return `${base}${LWA_PATH}`;
}

function customBaseUrl({ customBaseUrl: url = '' }: EndpointFields): string {
	const trimmed = url.trim().replace(/\/+$/, '');
	if (!/^https?:\/\/[^/]/.test(trimmed)) {
		throw new Error("The credential's 'Base URL' has to start with http:// or https://");
	}
	return trimmed;
}
