import type { AccessKeys } from './lwa';
import type { SandboxState } from './state';
import { destinationOf } from './world/particulars';

/** What must never appear anywhere: keys of any kind, and data that identifies a buyer. */
export interface SandboxSecrets extends AccessKeys {
	/** Signatures of the documents' URLs; each URL works as its own key. */
	readonly documentSignatures: readonly string[];
	readonly buyerEmails: readonly string[];
	readonly buyerNames: readonly string[];
	/** Streets. */
	readonly buyerAddresses: readonly string[];
}

/** Everything confidential that exists or was issued so far, each once. */
export function secretsOf({ lwa, documents, world }: SandboxState): SandboxSecrets {
	const places = Object.values(world.sellers).flatMap(({ marketplaces }) => marketplaces);
	const orders = places.flatMap(({ orders: all }) => all);
	const addresses = places.flatMap(({ marketplace, orders: all }) =>
		all.map((order) => destinationOf(order, marketplace.countryCode).addressLine1),
	);
	const feedback = places.flatMap(({ feedback: all }) => all);
	return {
		...lwa.secrets,
		documentSignatures: documents.signatures,
		buyerEmails: unique([...orders.map(({ buyer }) => buyer.email), ...feedback.map(emailOf)]),
		buyerNames: unique(orders.map(({ buyer }) => buyer.name)),
		buyerAddresses: unique(addresses),
	};
}

const emailOf = ({ email }: { readonly email: string }): string => email;

const unique = (values: readonly string[]): string[] => [...new Set(values)];
