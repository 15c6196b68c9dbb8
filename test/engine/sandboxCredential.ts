import type { Sandbox } from '../../sandbox';
import type { CredentialStore } from './harness';

type Changes = Readonly<Record<string, string | boolean | number>>;

/** No limits on report requests. */
export const NO_REPORT_LIMITS = {
	changeReportLimits: true,
	salesAndTrafficMinutes: 0,
	salesAndTrafficPerDay: 0,
	fbaShipmentsMinutes: 0,
	fbaShipmentsPer8Hours: 0,
	fbaReturnsMinutes: 0,
} as const;

/**
 * Limits per report type for a sandbox that is `pace` times as fast as Amazon; as in
 * scripts/lib/sandbox.mjs.
 */
export const reportLimitsAt = (pace: number) => ({
	...NO_REPORT_LIMITS,
	salesAndTrafficMinutes: 15 / pace,
	// 12 in 480 minutes is one in 40.
	fbaShipmentsMinutes: 40 / pace,
	fbaReturnsMinutes: 240 / pace,
});

/**
 * Removes the limits per report type for the demo seller, in the sandbox and in the credential, for
 * tests that are not about them.
 */
export function liftReportLimits(store: CredentialStore, sandbox: Sandbox): void {
	sandbox.habits.set({ reportQuotas: false });
	connect(store, sandbox, 'demo', NO_REPORT_LIMITS);
}

/** The data of a credential for a seller of the sandbox. */
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
