import type { Sandbox } from '../../sandbox';
import type { CredentialStore } from './harness';

type Changes = Readonly<Record<string, string | boolean>>;

/** What a credential for a seller of the sandbox holds. */
export function sandboxCredential(
	sandbox: Sandbox,
	seller = 'demo',
	changes: Changes = {},
): Record<string, string | boolean> {
	const { clientId, clientSecret, refreshToken, baseUrl, marketplaceId } =
		sandbox.credentials(seller);
	return {
		clientId,
		clientSecret,
		refreshToken,
		primaryMarketplace: marketplaceId,
		environment: 'custom',
		customBaseUrl: baseUrl,
		customHostIsMine: true,
		...changes,
	};
}

/** Puts a seller's sandbox credential into the store, under the seller's key. */
export function connect(
	store: CredentialStore,
	sandbox: Sandbox,
	seller = 'demo',
	changes: Changes = {},
): void {
	store.set(seller, sandboxCredential(sandbox, seller, changes));
}
