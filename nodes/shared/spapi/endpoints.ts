import { findMarketplace, type Marketplace, type Region } from '../domain/marketplaces';

/** The credential's fields as the user filled them in. */
export interface SellingPartnerCredentials {
	readonly clientId: string;
	readonly clientSecret: string;
	readonly refreshToken: string;
	/** Marketplace ID. */
	readonly primaryMarketplace: string;
	readonly environment: 'production' | 'sandbox' | 'custom';
	/** Only with environment `custom`; may contain `{region}`. */
	readonly customBaseUrl?: string;
	/** Whether the user confirmed that the host of `customBaseUrl` may receive the secrets. */
	readonly customHostIsMine?: boolean;
	/** Percentage of Amazon's rate limit that each n8n process may use. */
	readonly rateLimitShare?: number;
	/** Whether the limits per report type below replace Amazon's; see `reportLimits`. */
	readonly changeReportLimits?: boolean;
	readonly salesAndTrafficMinutes?: number | string;
	readonly salesAndTrafficPerDay?: number | string;
	readonly fbaShipmentsMinutes?: number | string;
	readonly fbaShipmentsPer8Hours?: number | string;
	readonly fbaReturnsMinutes?: number | string;
	/** Whether Data Kiosk's limits count each seller of the application apart. */
	readonly dataKioskPerSeller?: boolean;
}

/** The label of the credential's JSON field. */
export const SELLERS_FIELD = 'Refresh Tokens by Seller';

/** The part of Amazon's rate limit that each n8n process may use, from 0.01 to 1. */
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
	'environment' | 'customBaseUrl' | 'customHostIsMine' | 'primaryMarketplace'
>;

/**
 * The marketplace the credential belongs to.
 * @throws Error if the credential has no known marketplace
 */
export function primaryMarketplaceOf(
	credentials: Pick<SellingPartnerCredentials, 'primaryMarketplace'>,
): Marketplace {
	const marketplace = findMarketplace(credentials.primaryMarketplace);
	if (marketplace === undefined) {
		throw new Error(
			`Could not use the credential: its marketplace "${credentials.primaryMarketplace}" is unknown. Choose one in the credential.`,
		);
	}
	return marketplace;
}

/**
 * Base URL of the Selling Partner API for the credential's region, without a trailing slash.
 * @throws Error if a custom one is malformed, not confirmed, or would send secrets in clear text
 */
export function apiBaseUrl(
	credentials: EndpointFields,
	region: Region = primaryMarketplaceOf(credentials).region,
): string {
	switch (credentials.environment) {
		case 'custom':
			return customBaseUrl(credentials, region);
		case 'sandbox':
			return SANDBOX_ENDPOINTS[region];
		default:
			return PRODUCTION_ENDPOINTS[region];
	}
}

/** The URL that access tokens come from; with a custom base URL, from there too. */
export function loginUrl(credentials: EndpointFields): string {
	const base = credentials.environment === 'custom' ? apiBaseUrl(credentials) : LWA_ENDPOINT;
	return `${base}${LWA_PATH}`;
}

/**
 * What a custom base URL may be; it receives the client secret and the refresh token. https, or
 * http to a host in one's own network (this machine, a private address, a name without a dot as in
 * Docker). No user name, which makes `https://sellingpartnerapi-eu.amazon.com@evil.example` look
 * like Amazon; no query or fragment.
 */
export const CUSTOM_BASE_URL =
	/^(?:https:\/\/[^\s/?#@\\]+|http:\/\/(?:(?!(?:\d+|0x[\da-f]*)(?:[:/]|$))[\w-]+|[\w-]+(?:\.[\w-]+)*\.(?:localhost|local|internal|test)|127(?:\.\d+){1,3}|10(?:\.\d+){3}|192\.168(?:\.\d+){2}|172\.(?:1[6-9]|2\d|3[01])(?:\.\d+){2}|\[::1\])(?::\d+)?)(?:\/[^\s?#@\\]*)?$/i;

/**
 * Takes time in proportion to the length: only the first of several slashes in a row begins a
 * match.
 */
export const SLASHES_AT_END = /(?<!\/)\/+$/;

function customBaseUrl(
	{ customBaseUrl: written = '', customHostIsMine }: EndpointFields,
	region: Region,
): string {
	const url = written.trim().replace(SLASHES_AT_END, '').replaceAll('{region}', region);
	if (!/^https?:\/\/[^/]/i.test(url)) {
		throw new Error(
			"Could not use the credential's 'Base URL': it has to start with http:// or https://",
		);
	}
	if (!CUSTOM_BASE_URL.test(url) || !URL.canParse(url)) {
		throw new Error(
			"Could not use the credential's 'Base URL': it is unsafe for your client secret and refresh token. Enter an https URL (http only within your own network) without a user name, query or fragment.",
		);
	}
	if (customHostIsMine !== true) {
		throw new Error(
			`Could not use the credential's 'Base URL': ${new URL(url).host} would receive your client secret and refresh token. Turn on 'This Host May Receive My Secrets' in the credential if the host is yours, or set 'Environment' to Production.`,
		);
	}
	return url;
}

/** Where Amazon keeps the documents of reports: its storage and its content network. */
const DOCUMENT_HOSTS = /\.(?:amazonaws\.com|cloudfront\.net|amazon\.com)$/;

/**
 * What is wrong with the address of a report's document; undefined if it may be requested. An
 * emulator or proxy keeps documents on its own host.
 */
export function documentUrlProblem(
	credentials: EndpointFields,
	address: string,
): string | undefined {
	if (!URL.canParse(address)) return 'its address is not a URL';
	const { protocol, hostname, username, password } = new URL(address);
	if (username !== '' || password !== '') return 'its address contains a user name';
	const own = credentials.environment === 'custom' ? new URL(apiBaseUrl(credentials)) : undefined;
	const isOwn = hostname === own?.hostname;
	if (protocol !== 'https:' && !(isOwn && protocol === own.protocol)) {
		return 'its address is not https';
	}
	if (isOwn) return undefined;
	return DOCUMENT_HOSTS.test(hostname)
		? undefined
		: `its host, ${hostname}, is not one where Amazon keeps reports`;
}
