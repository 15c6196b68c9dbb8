import type { Sandbox } from '../../sandbox';
import type { CredentialStore } from './harness';

/** Puts a seller's sandbox credential into the store, under the seller's key. */
export function connect(
	store: CredentialStore,
	sandbox: Sandbox,
	seller = 'demo',
	changes: Readonly<Record<string, string | boolean>> = {},
): void {
	const { clientId, clientSecret, refreshToken, baseUrl, marketplaceId } =
		sandbox.credentials(seller);
	store.set(seller, {
		clientId,
		clientSecret,
		refreshToken,
		primaryMarketplace: marketplaceId,
		environment: 'custom',
		customBaseUrl: baseUrl,
		customHostIsMine: true,
		...changes,
	});
}
