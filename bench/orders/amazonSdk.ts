import https from 'node:https';
import net from 'node:net';

import { allPages, contest, INCLUDED_DATA, PAGE_SIZE, type Page } from './contestant';

/** The parts of the SDK that are used; it has no types. */
interface Sdk {
	readonly Orders_v2026SpApi: {
		readonly ApiClient: new (url: string) => {
			enableAutoRetrievalAccessToken(...credentials: ReadonlyArray<string | null>): void;
			disableRateLimiter(): void;
		};
		readonly SearchOrdersApi: new (client: object) => {
			searchOrders(options: object): Promise<Page>;
		};
	};
}

/** Amazon's own SDK without its rate limiter, which would drop calls at Amazon's rate. */
contest(async ({ credentials, after, until }) => {
	const { clientId, clientSecret, refreshToken, baseUrl, marketplaceId } = credentials;
	const { port, hostname } = new URL(baseUrl);
	class SandboxAgent extends https.Agent {
		override createConnection() {
			return net.connect(Number(port), hostname);
		}
	}
	// It always gets tokens from api.amazon.com; see test/sandbox/clients/amazonSdk.mjs.
	https.globalAgent = new SandboxAgent({ keepAlive: true });
	const name = '@amazon-sp-api-release/amazon-sp-api-sdk-js';
	const { Orders_v2026SpApi } = (await import(name)) as Sdk;
	const client = new Orders_v2026SpApi.ApiClient(baseUrl);
	client.enableAutoRetrievalAccessToken(clientId, clientSecret, refreshToken, null);
	client.disableRateLimiter();
	const api = new Orders_v2026SpApi.SearchOrdersApi(client);
	return async () =>
		await allPages(
			async (paginationToken) =>
				await api.searchOrders({
					createdAfter: after,
					createdBefore: until,
					marketplaceIds: [marketplaceId],
					maxResultsPerPage: PAGE_SIZE,
					includedData: INCLUDED_DATA,
					paginationToken,
				}),
		);
});
