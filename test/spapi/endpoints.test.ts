import { MARKETPLACES, type Region } from '../../nodes/shared/domain/marketplaces';
import { apiBaseUrl, loginUrl, primaryMarketplaceOf } from '../../nodes/shared/spapi/endpoints';

const US = 'ATVPDKIKX0DER';
const DE = 'A1PA6795UKMFR9';
const JP = 'A1VC38T7YXB528';

const custom = (customBaseUrl: string | undefined, primaryMarketplace = US) => ({
	environment: 'custom' as const,
	customBaseUrl,
	primaryMarketplace,
});

describe('apiBaseUrl', () => {
	it.each([
		['production', US, 'https://sellingpartnerapi-na.amazon.com'],
		['production', DE, 'https://sellingpartnerapi-eu.amazon.com'],
		['production', JP, 'https://sellingpartnerapi-fe.amazon.com'],
		['sandbox', US, 'https://sandbox.sellingpartnerapi-na.amazon.com'],
		['sandbox', DE, 'https://sandbox.sellingpartnerapi-eu.amazon.com'],
		['sandbox', JP, 'https://sandbox.sellingpartnerapi-fe.amazon.com'],
	] as const)('is, in %s and for %s, %s', (environment, primaryMarketplace, url) => {
		expect(apiBaseUrl({ environment, primaryMarketplace })).toBe(url);
		const leftOver = { environment, primaryMarketplace, customBaseUrl: 'https://left.over' };
		expect(apiBaseUrl(leftOver)).toBe(url);
	});

	it('has the region in the host for every marketplace', () => {
		for (const { id, region } of MARKETPLACES) {
			const url = apiBaseUrl({ environment: 'production', primaryMarketplace: id });
			expect(url).toContain(`-${region}.`);
		}
	});

	it('asks another region where told to', () => {
		for (const region of ['na', 'eu', 'fe'] satisfies Region[]) {
			const fields = { environment: 'production' as const, primaryMarketplace: US };
			expect(apiBaseUrl(fields, region)).toContain(`-${region}.`);
			expect(apiBaseUrl(custom('http://localhost:9000/{region}'), region)).toBe(
				`http://localhost:9000/${region}`,
			);
		}
	});

	it.each([
		['http://localhost:9000', 'http://localhost:9000'],
		['http://localhost:9000/', 'http://localhost:9000'],
		['https://proxy.example/sp-api///', 'https://proxy.example/sp-api'],
		['  https://proxy.example/sp-api/ \n', 'https://proxy.example/sp-api'],
		['https://{region}.proxy.example/', 'https://eu.proxy.example'],
		['https://proxy.example/{region}/', 'https://proxy.example/eu'],
		['https://{region}.proxy.example/{region}', 'https://eu.proxy.example/eu'],
	])('takes the custom base URL %j as %s', (written, url) => {
		expect(apiBaseUrl(custom(written, DE))).toBe(url);
	});

	it.each([
		undefined,
		'',
		'   ',
		'localhost:9000',
		'proxy.example',
		'//proxy.example',
		'ftp://proxy.example',
		'https://',
		'http:///path',
		'https:proxy.example',
		'javascript:alert(1)//https://x',
	])('refuses the custom base URL %p and says what it has to start with', (written) => {
		expect(() => apiBaseUrl(custom(written))).toThrow(/'Base URL'.*http:\/\/ or https:\/\//);
	});
});

describe('loginUrl', () => {
	it.each(['production', 'sandbox'] as const)(
		'is one address for all regions in %s',
		(environment) => {
			for (const primaryMarketplace of [US, DE, JP]) {
				expect(loginUrl({ environment, primaryMarketplace })).toBe(
					'https://api.amazon.com/auth/o2/token',
				);
			}
		},
	);

	it('is at the custom base URL where there is one', () => {
		expect(loginUrl(custom('http://localhost:9000/'))).toBe('http://localhost:9000/auth/o2/token');
		expect(loginUrl(custom('http://localhost/{region}', JP))).toBe(
			'http://localhost/fe/auth/o2/token',
		);
	});
});

describe('primaryMarketplaceOf', () => {
	it("finds the credential's marketplace", () => {
		expect(primaryMarketplaceOf({ primaryMarketplace: DE }).countryCode).toBe('DE');
	});

	it.each(['', 'XX', 'A1F83G8C2ARO7'])('names the marketplace "%s" it does not know', (id) => {
		expect(() => primaryMarketplaceOf({ primaryMarketplace: id })).toThrow(
			`The credential's marketplace "${id}" is not known`,
		);
	});
});
