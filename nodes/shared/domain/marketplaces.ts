/** Amazon's three selling regions; an authorization (refresh token) is valid in exactly one. */
export type Region = 'na' | 'eu' | 'fe';

export interface Marketplace {
	/** Amazon's marketplace identifier, e.g. `ATVPDKIKX0DER`. */
	readonly id: string;
	/** ISO 3166 country code as SP-API uses it; the United Kingdom is `GB`. */
	readonly countryCode: string;
	readonly name: string;
	readonly region: Region;
	readonly domain: string;
	readonly currency: string;
	/**
	 * IANA zone used as the marketplace's calendar. SP-API publishes none, so this is the common
	 * understanding, not information from Amazon.
	 */
	readonly timeZone: string;
}

const marketplace = (
	countryCode: string,
	id: string,
	name: string,
	region: Region,
	domain: string,
	currency: string,
	timeZone: string,
): Marketplace => ({ id, countryCode, name, region, domain, currency, timeZone });

/**
 * The 23 marketplaces of the Selling Partner API.
 * Source: Amazon's marketplace ID table; zones are general knowledge (see `timeZone`).
 */
export const MARKETPLACES: readonly Marketplace[] = [
	marketplace(
		'US',
		'ATVPDKIKX0DER',
		'United States',
		'na',
		'amazon.com',
		'USD',
		'America/Los_Angeles',
	),
	marketplace('CA', 'A2EUQ1WTGCTBG2', 'Canada', 'na', 'amazon.ca', 'CAD', 'America/Los_Angeles'),
	marketplace(
		'MX',
		'A1AM78C64UM0Y8',
		'Mexico',
		'na',
		'amazon.com.mx',
		'MXN',
		'America/Mexico_City',
	),
	marketplace('BR', 'A2Q3Y263D00KWC', 'Brazil', 'na', 'amazon.com.br', 'BRL', 'America/Sao_Paulo'),
	marketplace(
		'GB',
		'A1F83G8C2ARO7P',
		'United Kingdom',
		'eu',
		'amazon.co.uk',
		'GBP',
		'Europe/London',
	),
	marketplace('IE', 'A28R8C7NBKEWEA', 'Ireland', 'eu', 'amazon.ie', 'EUR', 'Europe/Dublin'),
	marketplace('DE', 'A1PA6795UKMFR9', 'Germany', 'eu', 'amazon.de', 'EUR', 'Europe/Berlin'),
	marketplace('FR', 'A13V1IB3VIYZZH', 'France', 'eu', 'amazon.fr', 'EUR', 'Europe/Paris'),
	marketplace('IT', 'APJ6JRA9NG5V4', 'Italy', 'eu', 'amazon.it', 'EUR', 'Europe/Rome'),
	marketplace('ES', 'A1RKKUPIHCS9HS', 'Spain', 'eu', 'amazon.es', 'EUR', 'Europe/Madrid'),
	marketplace('NL', 'A1805IZSGTT6HS', 'Netherlands', 'eu', 'amazon.nl', 'EUR', 'Europe/Amsterdam'),
	marketplace('BE', 'AMEN7PMS3EDWL', 'Belgium', 'eu', 'amazon.com.be', 'EUR', 'Europe/Brussels'),
	marketplace('SE', 'A2NODRKZP88ZB9', 'Sweden', 'eu', 'amazon.se', 'SEK', 'Europe/Stockholm'),
	marketplace('PL', 'A1C3SOZRARQ6R3', 'Poland', 'eu', 'amazon.pl', 'PLN', 'Europe/Warsaw'),
	marketplace('TR', 'A33AVAJ2PDY3EV', 'Turkey', 'eu', 'amazon.com.tr', 'TRY', 'Europe/Istanbul'),
	marketplace(
		'AE',
		'A2VIGQ35RCS4UG',
		'United Arab Emirates',
		'eu',
		'amazon.ae',
		'AED',
		'Asia/Dubai',
	),
	marketplace('SA', 'A17E79C6D8DWNP', 'Saudi Arabia', 'eu', 'amazon.sa', 'SAR', 'Asia/Riyadh'),
	marketplace('EG', 'ARBP9OOSHTCHU', 'Egypt', 'eu', 'amazon.eg', 'EGP', 'Africa/Cairo'),
	marketplace('IN', 'A21TJRUUN4KGV', 'India', 'eu', 'amazon.in', 'INR', 'Asia/Kolkata'),
	marketplace(
		'ZA',
		'AE08WJ6YKNBMC',
		'South Africa',
		'eu',
		'amazon.co.za',
		'ZAR',
		'Africa/Johannesburg',
	),
	marketplace('JP', 'A1VC38T7YXB528', 'Japan', 'fe', 'amazon.co.jp', 'JPY', 'Asia/Tokyo'),
	marketplace(
		'AU',
		'A39IBJ37TRP1C6',
		'Australia',
		'fe',
		'amazon.com.au',
		'AUD',
		'Australia/Sydney',
	),
	marketplace('SG', 'A19VAU5U5O7RUS', 'Singapore', 'fe', 'amazon.sg', 'SGD', 'Asia/Singapore'),
];

/** The names sellers use for the three regions. */
export const REGION_NAMES: Readonly<Record<Region, string>> = {
	na: 'North America',
	eu: 'Europe',
	fe: 'Far East',
};

/**
 * Finds a marketplace by its ID (`ATVPDKIKX0DER`) or country code (`US`; `UK` counts as `GB`), in
 * upper or lower case, ignoring blanks around it.
 */
export function findMarketplace(idOrCountryCode: string): Marketplace | undefined {
	const wanted = idOrCountryCode.trim().toUpperCase();
	const key = wanted === 'UK' ? 'GB' : wanted;
	return MARKETPLACES.find(({ id, countryCode }) => id === key || countryCode === key);
}
