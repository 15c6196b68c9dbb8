import https from 'node:https';
import net from 'node:net';

import { SellingPartner } from 'amazon-sp-api';

import { contest, pool } from './contestant';

/**
 * amazon-sp-api with its throttling handling (`auto_request_throttled`, on by default) and the
 * operation's `restore_rate`, its option for the rate. Ways: `1` or `5` calls at a time.
 */
contest(async ({ credentials, orderIds, scale, way }) => {
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
		options: { auto_request_throttled: true, https_proxy_agent: agent } as object,
	});
	const send = async (amazonOrderId: string) =>
		await client.callAPI({
			operation: 'createProductReviewAndSellerFeedbackSolicitation',
			endpoint: 'solicitations',
			path: { amazonOrderId },
			query: { marketplaceIds: [marketplaceId] },
			options: { restore_rate: 1 / scale },
		} as never);
	return async (givenUp) => await pool(Number(way), orderIds, send, givenUp);
});
