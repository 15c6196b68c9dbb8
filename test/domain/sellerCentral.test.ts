import { findMarketplace, MARKETPLACES } from '../../nodes/shared/domain/marketplaces';
import { feedbackManagerUrl, orderUrl } from '../../nodes/shared/domain/sellerCentral';

const marketplace = (countryCode: string) => {
	const found = findMarketplace(countryCode);
	if (found === undefined) throw new Error(`${countryCode} is not a marketplace`);
	return found;
};

const EUROPE = 'sellercentral-europe.amazon.com';

describe('feedbackManagerUrl', () => {
	it.each([
		['US', 'sellercentral.amazon.com'],
		['CA', 'sellercentral.amazon.ca'],
		['BR', 'sellercentral.amazon.com.br'],
		['GB', EUROPE],
		['DE', EUROPE],
		['FR', EUROPE],
		['ES', EUROPE],
		['IT', EUROPE],
		['IE', 'sellercentral.amazon.ie'],
		['NL', 'sellercentral.amazon.nl'],
		['BE', 'sellercentral.amazon.com.be'],
		['ZA', 'sellercentral.amazon.co.za'],
		['IN', 'sellercentral.amazon.in'],
		['JP', 'sellercentral.amazon.co.jp'],
		['AU', 'sellercentral.amazon.com.au'],
	])('uses the host of %s: %s', (countryCode, host) => {
		expect(feedbackManagerUrl(marketplace(countryCode))).toBe(
			`https://${host}/feedback-manager/index.html`,
		);
	});

	it('returns an Amazon address for every marketplace', () => {
		for (const each of MARKETPLACES) {
			expect(new URL(feedbackManagerUrl(each)).hostname).toMatch(
				/^sellercentral(-europe)?\.amazon\.[a-z.]+$/,
			);
		}
	});
});

describe('orderUrl', () => {
	it('links to the order', () => {
		expect(orderUrl(marketplace('US'), '111-1234567-7654321')).toBe(
			'https://sellercentral.amazon.com/orders-v3/order/111-1234567-7654321',
		);
		expect(orderUrl(marketplace('DE'), '302-1234567-7654321')).toBe(
			'https://sellercentral-europe.amazon.com/orders-v3/order/302-1234567-7654321',
		);
	});

	it('keeps text that is not an order ID inside its path segment', () => {
		const url = new URL(orderUrl(marketplace('US'), '../a b?c#d'));
		expect(url.pathname).toBe('/orders-v3/order/..%2Fa%20b%3Fc%23d');
		expect(url.search + url.hash).toBe('');
	});
});
