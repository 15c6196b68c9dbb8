/** Amazon's three selling regions; an authorization (refresh token) is valid in exactly one. */
export type Region = 'na' | 'eu' | 'fe';

/** The order of year, month and day in a report's dates. */
export type DateOrder = 'mdy' | 'dmy' | 'ymd';

/** The languages of drafts and of word lists. */
export type Language =
	| 'en'
	| 'de'
	| 'fr'
	| 'it'
	| 'es'
	| 'pt'
	| 'nl'
	| 'pl'
	| 'sv'
	| 'tr'
	| 'ar'
	| 'ja';

export interface Marketplace {
	/** Amazon's marketplace identifier, e.g. `ATVPDKIKX0DER`. */
	readonly id: string;
	/** ISO 3166 country code as SP-API uses it; the United Kingdom is `GB`. */
	readonly countryCode: string;
	readonly name: string;
	/** The language that most of its buyers read, such as `de`; in Belgium and Canada, one of two. */
	readonly language: Language;
	readonly region: Region;
	readonly domain: string;
	readonly currency: string;
	/**
	 * IANA zone used as the marketplace's calendar. SP-API publishes none, so this is common knowledge,
	 * not Amazon's statement.
	 */
	readonly timeZone: string;
	/**
	 * The order of day, month and year in the feedback report. Amazon documents none. Source: the map that
	 * the Airbyte connector has kept since 2021; other clients agree with it. No source has South Africa;
	 * day-month-year is assumed there, so every operation that reads a report has the option 'Date Format'.
	 */
	readonly dateOrder: DateOrder;
	/** The encoding of reports that are not in UTF-8 and do not declare another one. */
	readonly reportEncoding?: 'shift_jis';
	/**
	 * Whether prices in the all-orders report exclude tax. Elsewhere they include it, as is usual with VAT.
	 * Amazon's help for Europe calls the item price what the buyer paid, but documents none of this for this
	 * report.
	 */
	readonly taxOnTop: boolean;
	/** The host of its Seller Central. Source: Amazon's list of Seller Central URLs (SP-API documentation). */
	readonly sellerCentral: string;
}

type Defaults = 'language' | 'dateOrder' | 'taxOnTop' | 'sellerCentral';

/** A row of the table; what most marketplaces have in common may be left out. */
export const marketplace = (
	row: Omit<Marketplace, Defaults> & Partial<Pick<Marketplace, Defaults>>,
): Marketplace => ({
	language: 'en',
	dateOrder: 'dmy',
	taxOnTop: false,
	sellerCentral: `sellercentral.${row.domain}`,
	...row,
});

/**
 * The 23 marketplaces of the Selling Partner API. A row has all that the nodes know about a marketplace:
 * to add one, add a row. Source of IDs, regions and domains: Amazon's marketplace ID table.
 */
export const MARKETPLACES: readonly Marketplace[] = [
	marketplace({
		countryCode: 'US',
		id: 'ATVPDKIKX0DER',
		name: 'United States',
		region: 'na',
		domain: 'amazon.com',
		currency: 'USD',
		timeZone: 'America/Los_Angeles',
		dateOrder: 'mdy',
		taxOnTop: true,
	}),
	marketplace({
		countryCode: 'CA',
		id: 'A2EUQ1WTGCTBG2',
		name: 'Canada',
		region: 'na',
		domain: 'amazon.ca',
		currency: 'CAD',
		timeZone: 'America/Los_Angeles',
		taxOnTop: true,
	}),
	marketplace({
		countryCode: 'MX',
		id: 'A1AM78C64UM0Y8',
		name: 'Mexico',
		language: 'es',
		region: 'na',
		domain: 'amazon.com.mx',
		currency: 'MXN',
		timeZone: 'America/Mexico_City',
	}),
	marketplace({
		countryCode: 'BR',
		id: 'A2Q3Y263D00KWC',
		name: 'Brazil',
		language: 'pt',
		region: 'na',
		domain: 'amazon.com.br',
		currency: 'BRL',
		timeZone: 'America/Sao_Paulo',
	}),
	marketplace({
		countryCode: 'GB',
		id: 'A1F83G8C2ARO7P',
		name: 'United Kingdom',
		region: 'eu',
		domain: 'amazon.co.uk',
		currency: 'GBP',
		timeZone: 'Europe/London',
		sellerCentral: 'sellercentral-europe.amazon.com',
	}),
	marketplace({
		countryCode: 'IE',
		id: 'A28R8C7NBKEWEA',
		name: 'Ireland',
		region: 'eu',
		domain: 'amazon.ie',
		currency: 'EUR',
		timeZone: 'Europe/Dublin',
	}),
	marketplace({
		countryCode: 'DE',
		id: 'A1PA6795UKMFR9',
		name: 'Germany',
		language: 'de',
		region: 'eu',
		domain: 'amazon.de',
		currency: 'EUR',
		timeZone: 'Europe/Berlin',
		sellerCentral: 'sellercentral-europe.amazon.com',
	}),
	marketplace({
		countryCode: 'FR',
		id: 'A13V1IB3VIYZZH',
		name: 'France',
		language: 'fr',
		region: 'eu',
		domain: 'amazon.fr',
		currency: 'EUR',
		timeZone: 'Europe/Paris',
		sellerCentral: 'sellercentral-europe.amazon.com',
	}),
	marketplace({
		countryCode: 'IT',
		id: 'APJ6JRA9NG5V4',
		name: 'Italy',
		language: 'it',
		region: 'eu',
		domain: 'amazon.it',
		currency: 'EUR',
		timeZone: 'Europe/Rome',
		sellerCentral: 'sellercentral-europe.amazon.com',
	}),
	marketplace({
		countryCode: 'ES',
		id: 'A1RKKUPIHCS9HS',
		name: 'Spain',
		language: 'es',
		region: 'eu',
		domain: 'amazon.es',
		currency: 'EUR',
		timeZone: 'Europe/Madrid',
		sellerCentral: 'sellercentral-europe.amazon.com',
	}),
	marketplace({
		countryCode: 'NL',
		id: 'A1805IZSGTT6HS',
		name: 'Netherlands',
		language: 'nl',
		region: 'eu',
		domain: 'amazon.nl',
		currency: 'EUR',
		timeZone: 'Europe/Amsterdam',
	}),
	marketplace({
		countryCode: 'BE',
		id: 'AMEN7PMS3EDWL',
		name: 'Belgium',
		language: 'nl',
		region: 'eu',
		domain: 'amazon.com.be',
		currency: 'EUR',
		timeZone: 'Europe/Brussels',
	}),
	marketplace({
		countryCode: 'SE',
		id: 'A2NODRKZP88ZB9',
		name: 'Sweden',
		language: 'sv',
		region: 'eu',
		domain: 'amazon.se',
		currency: 'SEK',
		timeZone: 'Europe/Stockholm',
		dateOrder: 'ymd',
	}),
	marketplace({
		countryCode: 'PL',
		id: 'A1C3SOZRARQ6R3',
		name: 'Poland',
		language: 'pl',
		region: 'eu',
		domain: 'amazon.pl',
		currency: 'PLN',
		timeZone: 'Europe/Warsaw',
	}),
	marketplace({
		countryCode: 'TR',
		id: 'A33AVAJ2PDY3EV',
		name: 'Turkey',
		language: 'tr',
		region: 'eu',
		domain: 'amazon.com.tr',
		currency: 'TRY',
		timeZone: 'Europe/Istanbul',
	}),
	marketplace({
		countryCode: 'AE',
		id: 'A2VIGQ35RCS4UG',
		name: 'United Arab Emirates',
		language: 'ar',
		region: 'eu',
		domain: 'amazon.ae',
		currency: 'AED',
		timeZone: 'Asia/Dubai',
	}),
	marketplace({
		countryCode: 'SA',
		id: 'A17E79C6D8DWNP',
		name: 'Saudi Arabia',
		language: 'ar',
		region: 'eu',
		domain: 'amazon.sa',
		currency: 'SAR',
		timeZone: 'Asia/Riyadh',
	}),
	marketplace({
		countryCode: 'EG',
		id: 'ARBP9OOSHTCHU',
		name: 'Egypt',
		language: 'ar',
		region: 'eu',
		domain: 'amazon.eg',
		currency: 'EGP',
		timeZone: 'Africa/Cairo',
	}),
	marketplace({
		countryCode: 'IN',
		id: 'A21TJRUUN4KGV',
		name: 'India',
		region: 'eu',
		domain: 'amazon.in',
		currency: 'INR',
		timeZone: 'Asia/Kolkata',
	}),
	marketplace({
		countryCode: 'ZA',
		id: 'AE08WJ6YKNBMC',
		name: 'South Africa',
		region: 'eu',
		domain: 'amazon.co.za',
		currency: 'ZAR',
		timeZone: 'Africa/Johannesburg',
	}),
	marketplace({
		countryCode: 'JP',
		id: 'A1VC38T7YXB528',
		name: 'Japan',
		language: 'ja',
		region: 'fe',
		domain: 'amazon.co.jp',
		currency: 'JPY',
		timeZone: 'Asia/Tokyo',
		dateOrder: 'ymd',
		reportEncoding: 'shift_jis',
	}),
	marketplace({
		countryCode: 'AU',
		id: 'A39IBJ37TRP1C6',
		name: 'Australia',
		region: 'fe',
		domain: 'amazon.com.au',
		currency: 'AUD',
		timeZone: 'Australia/Sydney',
	}),
	marketplace({
		countryCode: 'SG',
		id: 'A19VAU5U5O7RUS',
		name: 'Singapore',
		region: 'fe',
		domain: 'amazon.sg',
		currency: 'SGD',
		timeZone: 'Asia/Singapore',
	}),
];

/** The names sellers use for the three regions. */
export const REGION_NAMES: Readonly<Record<Region, string>> = {
	na: 'North America',
	eu: 'Europe',
	fe: 'Far East',
};

/** By ID and country code, made from the table at the first use. */
let byKey: ReadonlyMap<string, Marketplace> | undefined;

const marketplacesByKey = (): ReadonlyMap<string, Marketplace> =>
	new Map(
		MARKETPLACES.flatMap((each) => [[each.id, each] as const, [each.countryCode, each] as const]),
	);

/**
 * Finds a marketplace by its ID (`ATVPDKIKX0DER`) or country code (`US`; `UK` counts as `GB`), in
 * upper or lower case, ignoring blanks around it.
 */
export function findMarketplace(idOrCountryCode: string): Marketplace | undefined {
	byKey ??= marketplacesByKey();
	const exact = byKey.get(idOrCountryCode);
	if (exact !== undefined) return exact;
	const wanted = idOrCountryCode.trim().toUpperCase();
	const key = wanted === 'UK' ? 'GB' : wanted;
	return byKey.get(key);
}

/** Seller and place as texts name them; without a known seller, only the place. */
export const placeInWords = (seller: string | null | undefined, place: string): string =>
	seller ? `${seller}, ${place}` : place;

/** The date order of a marketplace's feedback report; day-month-year if the marketplace is unknown. */
export const dateOrderOf = (countryCode: string): DateOrder =>
	findMarketplace(countryCode)?.dateOrder ?? 'dmy';
