import https from 'node:https';
import net from 'node:net';

import { SellingPartner } from 'amazon-sp-api';

import { allPages, contest, INCLUDED_DATA, PAGE_SIZE, type Page } from './contestant';

/** amazon-sp-api with its defaults. */
contest(async ({ credentials, after, until }) => {
	const { clientId, clientSecret, refreshToken, baseUrl, marketplaceId } = credentials;
	const { port, hostname } = new URL(baseUrl);
	// Like its default agent, but connects to the sandbox.
	const agent = new https.Agent({ keepAlive: true });
	Object.assign(agent, { createConnection: () => net.connect(Number(port), hostname) });
	const client = new SellingPartner({
		region: 'na',
		refresh_token: refreshToken,
		credentials: {
			SELLING_PARTNER_APP_CLIENT_ID: clientId,
			SELLING_PARTNER_APP_CLIENT_SECRET: clientSecret,
		},
		options: { https_proxy_agent: agent } as object,
	});
	return async () =>
		await allPages(async (paginationToken) => {
			const page: unknown = await client.callAPI({
				operation: 'searchOrders',
				endpoint: 'orders',
				query: {
					createdAfter: after,
					createdBefore: until,
					marketplaceIds: [marketplaceId],
					maxResultsPerPage: PAGE_SIZE,
					includedData: INCLUDED_DATA,
					...(paginationToken !== undefined && { paginationToken }),
				},
				options: { version: '2026-01-01' },
			} as never);
			return page as Page;
		});
});
