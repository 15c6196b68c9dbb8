import type { Call, Operation } from '../http';
import type { Marketplace } from '../../nodes/shared/domain/marketplaces';

/** The default language of a marketplace's pages. */
const LANGUAGES: Readonly<Record<string, string>> = {
	US: 'en_US',
	CA: 'en_CA',
	MX: 'es_MX',
	DE: 'de_DE',
	GB: 'en_GB',
	FR: 'fr_FR',
	IT: 'it_IT',
	ES: 'es_ES',
	NL: 'nl_NL',
	BE: 'fr_BE',
	PL: 'pl_PL',
	SE: 'sv_SE',
	JP: 'ja_JP',
	AU: 'en_AU',
};

const describe = ({ id, name, countryCode, currency, domain }: Marketplace) => ({
	id,
	name,
	countryCode,
	defaultCurrencyCode: currency,
	defaultLanguageCode: LANGUAGES[countryCode] ?? 'en_US',
	domainName: `www.${domain}`,
});

/** With the habit, only the first marketplace gives the store's name. */
const participations = ({ seller, state }: Call) =>
	seller.marketplaces.map(({ marketplace }, index) => ({
		marketplace: describe(marketplace),
		storeName: state.habits.nullStoreNames && index > 0 ? null : seller.name,
		participation: { isParticipating: true, hasSuspendedListings: false },
	}));

/** Sellers API v1. */
export const sellersOperations: readonly Operation[] = [
	{
		name: 'getMarketplaceParticipations',
		method: 'GET',
		path: '/sellers/v1/marketplaceParticipations',
		rate: 0.016,
		burst: 15,
		// The full list is unconfirmed.
		roles: ['Selling Partner Insights'],
		handle: (call) => ({ status: 200, body: { payload: participations(call) } }),
	},
	{
		name: 'getAccount',
		method: 'GET',
		path: '/sellers/v1/account',
		rate: 0.016,
		burst: 15,
		// The full list is unconfirmed.
		roles: ['Selling Partner Insights'],
		handle: (call) => ({
			status: 200,
			body: {
				payload: {
					businessType: 'PRIVATE_LIMITED',
					sellingPlan: 'PROFESSIONAL',
					marketplaceParticipationList: participations(call),
				},
			},
		}),
	},
];
