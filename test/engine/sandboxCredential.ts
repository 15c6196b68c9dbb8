import type { IDataObject } from 'n8n-workflow';

import { findMarketplace } from '../../nodes/shared/domain/marketplaces';
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

/**
 * The JSON of a credential with several sellers.
 * @param keys the sandbox's seller, by the name that the user gave
 */
export const sellersOf = (sandbox: Sandbox, keys: Readonly<Record<string, string>>): string =>
	JSON.stringify(
		Object.fromEntries(
			Object.entries(keys).map(([name, key]) => {
				const { refreshToken, primaryMarketplace } = sandboxCredential(sandbox, key);
				return [name, { [findMarketplace(primaryMarketplace)?.countryCode ?? '']: refreshToken }];
			}),
		),
	);

/** Puts a credential with several sellers into the store, as `several`. */
export function connectSellers(
	store: CredentialStore,
	sandbox: Sandbox,
	sellers: string | IDataObject,
	changes: Changes = {},
): void {
	store.set('several', {
		...sandboxCredential(sandbox, 'demo', changes),
		// As if the user had switched from one seller: n8n may still have the hidden fields.
		refreshToken: 'Atzr|nobody',
		primaryMarketplace: 'nowhere',
		accounts: 'several',
		sellers: sellers as string,
	});
}
