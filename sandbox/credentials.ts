import type { ApplicationName } from './lwa';
import type { SandboxState } from './state';

/** What a client needs to use the sandbox as one of its sellers. */
export interface SandboxCredentials {
	readonly clientId: string;
	readonly clientSecret: string;
	readonly refreshToken: string;
	/** Base URL of both SP-API and LWA; append /na, /eu or /fe for a regional endpoint. */
	readonly baseUrl: string;
	/** The seller's primary marketplace. */
	readonly marketplaceId: string;
}

/** The credentials of a seller. All sellers share one application, and one of another developer. */
export function credentialsOf(
	state: SandboxState,
	sellerKey: string,
	baseUrl: string,
	application: ApplicationName = 'main',
): SandboxCredentials {
	return {
		...state.lwa.clientOf(application),
		refreshToken: state.lwa.refreshTokenOf(sellerKey, application),
		baseUrl,
		marketplaceId: state.world.marketplace(sellerKey).marketplace.id,
	};
}
