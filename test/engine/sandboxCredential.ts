import type { Sandbox } from '../../sandbox';
import type { CredentialStore } from './harness';

type Changes = Readonly<Record<string, string | boolean | number>>;

/** Reports as many as one asks for; tests of the limits per report type take these away. */
export const NO_REPORT_LIMITS = {
	changeReportLimits: true,
	salesAndTrafficMinutes: 0,
	salesAndTrafficPerDay: 0,
	fbaShipmentsMinutes: 0,
	fbaShipmentsPer8Hours: 0,
	fbaReturnsMinutes: 0,
} as const;

/** Limits per report type for a sandbox that is so much faster than Amazon; as in scripts/lib/sandbox.mjs. */
export const reportLimitsAt = (pace: number) => ({
	...NO_REPORT_LIMITS,
	salesAndTrafficMinutes: 15 / pace,
	// 12 in 480 minutes are one in 40.
	fbaShipmentsMinutes: 40 / pace,
	fbaReturnsMinutes: 240 / pace,
});

/** What a credential for a seller of the sandbox holds. */
export function sandboxCredential(
	sandbox: Sandbox,
	seller = 'demo',
	changes: Changes = {},
): Record<string, string | boolean | number> {
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
		...NO_REPORT_LIMITS,
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
