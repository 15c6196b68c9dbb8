import https from 'node:https';
import net from 'node:net';

import { contest, pool } from './contestant';
import { speedUpClock } from './fasterClock';

/** The parts of the SDK that are used; it has no types. */
interface Sdk {
	readonly SolicitationsSpApi: {
		readonly ApiClient: new (url: string) => {
			enableAutoRetrievalAccessToken(...credentials: ReadonlyArray<string | null>): void;
		};
		readonly SolicitationsApi: new (client: object) => {
			createProductReviewAndSellerFeedbackSolicitation(
				orderId: string,
				marketplaceIds: readonly string[],
			): Promise<unknown>;
		};
	};
}

/** As in the SDK's sample app, which waits five seconds between three attempts. */
const ATTEMPTS = 3;
const WAIT_MS = 5000;

/**
 * Amazon's own SDK with its default rate limiter, which its sample app recommends. Ways: `1` or `5`
 * calls at a time, `retry` for the sample app's loop around each.
 *
 * The limiter refills once per second up to its burst, and blocks for five seconds after it has
 * refused; with a rate of 20, it would let 5 pass per second. For a fair short run, it keeps
 * Amazon's rate and its process gets a faster clock instead.
 */
contest(async ({ credentials, orderIds, scale, way }) => {
	const { clientId, clientSecret, refreshToken, baseUrl, marketplaceId } = credentials;
	const { port, hostname } = new URL(baseUrl);
	class SandboxAgent extends https.Agent {
		override createConnection() {
			return net.connect(Number(port), hostname);
		}
	}
	// It always gets tokens from api.amazon.com; see test/sandbox/clients/amazonSdk.mjs.
	https.globalAgent = new SandboxAgent();
	if (scale !== 1) speedUpClock(scale);
	const name = '@amazon-sp-api-release/amazon-sp-api-sdk-js';
	const { SolicitationsSpApi } = (await import(name)) as Sdk;
	const client = new SolicitationsSpApi.ApiClient(baseUrl);
	client.enableAutoRetrievalAccessToken(clientId, clientSecret, refreshToken, null);
	const api = new SolicitationsSpApi.SolicitationsApi(client);

	const once = async (orderId: string) =>
		await api.createProductReviewAndSellerFeedbackSolicitation(orderId, [marketplaceId]);
	const withRetry = async (orderId: string) => {
		for (let attempt = 1; ; attempt += 1) {
			try {
				return await once(orderId);
			} catch (error) {
				const isRateLimit = (error as Error).message.includes('Rate limit');
				if (!isRateLimit || attempt === ATTEMPTS) throw error;
				await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
			}
		}
	};
	const send = way.includes('retry') ? withRetry : once;
	return async (givenUp) => await pool(parseInt(way), orderIds, send, givenUp);
});
