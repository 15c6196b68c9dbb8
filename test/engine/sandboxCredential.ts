import { n8nCredentialOf, NO_REPORT_LIMITS, type N8nCredential, type Sandbox } from '../../sandbox';
import type { CredentialStore } from './harness';

type Changes = Readonly<Record<string, string | boolean | number>>;

/**
 * Removes the limits per report type for the demo seller, in the sandbox and in the credential, for
 * tests that are not about them.
 */
export function liftReportLimits(store: CredentialStore, sandbox: Sandbox): void {
	sandbox.habits.set({ reportQuotas: false });
	connect(store, sandbox, 'demo', NO_REPORT_LIMITS);
}

/** The data of a credential for a seller of the sandbox. */
export const sandboxCredential = (
	sandbox: Sandbox,
	seller = 'demo',
	changes: Changes = {},
): N8nCredential =>
	({ ...n8nCredentialOf(sandbox.credentials(seller)), ...changes }) as N8nCredential;

/** Puts a seller's sandbox credential into the store, under the seller's key. */
export function connect(
	store: CredentialStore,
	sandbox: Sandbox,
	seller = 'demo',
	changes: Changes = {},
): void {
	store.set(seller, sandboxCredential(sandbox, seller, changes));
}
