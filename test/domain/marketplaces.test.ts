import { IANAZone } from 'luxon';

import {
	findMarketplace,
	MARKETPLACES,
	REGION_NAMES,
} from '../../nodes/shared/domain/marketplaces';

/**
 * Amazon's table, copied here independently of the source: country, ID, region, domain, currency.
 */
const AMAZONS_TABLE = `
US ATVPDKIKX0DER na amazon.com USD
CA A2EUQ1WTGCTBG2 na amazon.ca CAD
MX A1AM78C64UM0Y8 na amazon.com.mx MXN
BR A2Q3Y263D00KWC na amazon.com.br BRL
GB A1F83G8C2ARO7P eu amazon.co.uk GBP
IE A28R8C7NBKEWEA eu amazon.ie EUR
DE A1PA6795UKMFR9 eu amazon.de EUR
FR A13V1IB3VIYZZH eu amazon.fr EUR
IT APJ6JRA9NG5V4 eu amazon.it EUR
ES A1RKKUPIHCS9HS eu amazon.es EUR
NL A1805IZSGTT6HS eu amazon.nl EUR
BE AMEN7PMS3EDWL eu amazon.com.be EUR
SE A2NODRKZP88ZB9 eu amazon.se SEK
PL A1C3SOZRARQ6R3 eu amazon.pl PLN
TR A33AVAJ2PDY3EV eu amazon.com.tr TRY
AE A2VIGQ35RCS4UG eu amazon.ae AED
SA A17E79C6D8DWNP eu amazon.sa SAR
EG ARBP9OOSHTCHU eu amazon.eg EGP
IN A21TJRUUN4KGV eu amazon.in INR
ZA AE08WJ6YKNBMC eu amazon.co.za ZAR
JP A1VC38T7YXB528 fe amazon.co.jp JPY
AU A39IBJ37TRP1C6 fe amazon.com.au AUD
SG A19VAU5U5O7RUS fe amazon.sg SGD
`
	.trim()
	.split('\n');

describe('MARKETPLACES', () => {
	it("have the 23 marketplaces of Amazon's table, each with its ID, region, domain and currency", () => {
		expect(AMAZONS_TABLE).toHaveLength(23);
		expect(
			MARKETPLACES.map(({ countryCode, id, region, domain, currency }) =>
				[countryCode, id, region, domain, currency].join(' '),
			),
		).toEqual(expect.arrayContaining(AMAZONS_TABLE));
	});

	it.each(['id', 'countryCode', 'name', 'domain'] as const)('have a different %s each', (field) => {
		expect(new Set(MARKETPLACES.map((each) => each[field])).size).toBe(MARKETPLACES.length);
	});

	it.each(MARKETPLACES.map(({ name, timeZone }) => [name, timeZone]))(
		'gives %s the existing time zone %s',
		(_, timeZone) => {
			expect(IANAZone.isValidZone(timeZone)).toBe(true);
			expect(timeZone).toContain('/');
		},
	);

	it('are each in a named region', () => {
		for (const { region } of MARKETPLACES) expect(REGION_NAMES[region]).toMatch(/^[A-Z]/);
	});
});

describe('findMarketplace', () => {
	it('finds every marketplace by its ID and its country code, in upper or lower case, with spaces around it', () => {
		for (const marketplace of MARKETPLACES) {
			for (const key of [marketplace.id, marketplace.countryCode]) {
				for (const written of [key, key.toLowerCase(), `  ${key}\t\n`]) {
					expect(findMarketplace(written)).toBe(marketplace);
				}
			}
		}
	});

	it('accepts UK for the United Kingdom', () => {
		for (const written of ['UK', 'uk', ' Uk ']) {
			expect(findMarketplace(written)?.id).toBe('A1F83G8C2ARO7P');
		}
	});

	it.each(['', ' ', 'XX', 'U', 'USA', 'amazon.com', 'ATVPDKIKX0DE', 'United States'])(
		'finds nothing for "%s"',
		(text) => {
			expect(findMarketplace(text)).toBeUndefined();
		},
	);
});
