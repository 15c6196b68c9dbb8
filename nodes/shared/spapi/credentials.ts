import { jsonParse } from 'n8n-workflow';
import { z } from 'zod';

import { findMarketplace } from '../domain/marketplaces';
import { SELLERS_FIELD, type SellingPartnerCredentials } from './endpoints';

/**
 * The credential holds one application and one seller, or several sellers as a JSON field: name,
 * primary marketplace, refresh token.
 *
 * Why JSON: n8n hides the values of such a field in the editor and restores them by their names
 * (`redactJsonLeaves`). It restores the rows of a list by their position, so after deleting a row
 * the next seller would get its refresh token.
 */

/** Fields that must not be empty, under the names the editor shows. */
const FIELDS = {
	clientId: 'Client ID',
	clientSecret: 'Client Secret',
	refreshToken: 'Refresh Token',
	primaryMarketplace: 'Primary Marketplace',
} as const;

const text = z.string().trim().min(1);

/** An expression may return anything. The other fields are checked where they are used. */
const applicationSchema = z.object({ clientId: text, clientSecret: text }).passthrough();

const oneSellerSchema = applicationSchema.extend({ refreshToken: text, primaryMarketplace: text });

/** A seller of a credential. */
export interface SellerAccount {
	/** The name that the user gave; undefined if the credential holds one seller. */
	readonly name: string | undefined;
	/** What it takes to connect; nothing of other sellers. */
	readonly credentials: SellingPartnerCredentials;
}

/** What is wrong with a credential, and what to do. */
export class CredentialError extends Error {
	override readonly name = 'CredentialError';

	constructor(
		message: string,
		readonly description: string,
	) {
		super(message);
	}
}

/** n8n shows this instead of a stored secret. */
const HIDDEN = '***';

const EXAMPLE = '{ "Store A": { "DE": "Atzr|…" }, "Store B": { "US": "Atzr|…" } }';

/**
 * Reads the sellers of a credential as n8n resolved it; at least one.
 * @throws CredentialError that names the field or seller that cannot be used
 */
export function readSellers(resolved: object): readonly SellerAccount[] {
	const { accounts, sellers, ...fields } = resolved as Readonly<Record<string, unknown>>;
	if (accounts !== 'several') {
		const parsed = oneSellerSchema.safeParse(fields);
		if (!parsed.success) throw emptyField(parsed.error);
		return [{ name: undefined, credentials: parsed.data as unknown as SellingPartnerCredentials }];
	}
	const application = applicationSchema.safeParse(fields);
	if (!application.success) throw emptyField(application.error);
	const found = Object.entries(objectOf(sellers)).map(([name, entry]): SellerAccount => {
		const account = accountOf(name, entry);
		const credentials = { ...application.data, ...account.credentials };
		return { name: account.name, credentials: credentials as unknown as SellingPartnerCredentials };
	});
	if (found.length === 0) throw unreadable('it holds no seller');
	refuseTwins(found);
	return found;
}

function emptyField({ issues }: z.ZodError): CredentialError {
	const [field] = issues[0]?.path ?? [];
	const name = FIELDS[field as keyof typeof FIELDS];
	return new CredentialError(
		`Could not use the credential: '${name}' is empty`,
		'Fill it in. If it is an expression such as {{ $json.refreshToken }}, it returns nothing here.',
	);
}

const unreadable = (why: string): CredentialError =>
	new CredentialError(
		`Could not use the credential: '${SELLERS_FIELD}' is invalid: ${why}`,
		`Enter each seller's name, primary marketplace and refresh token, such as ${EXAMPLE}.`,
	);

const unusable = (name: string, why: string, whatToDo: string): CredentialError =>
	new CredentialError(`Could not use the seller '${name}' of the credential: ${why}`, whatToDo);

/** An expression may return the object itself. */
function objectOf(sellers: unknown): object {
	const value =
		typeof sellers === 'string' ? jsonParse<unknown>(sellers, { fallbackValue: null }) : sellers;
	if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
	throw unreadable('it is not a JSON object');
}

function accountOf(written: string, entry: unknown) {
	const name = written.trim();
	if (name === '' || name === ALL_SELLERS) throw unreadable(`"${written}" is not a name`);
	const entries =
		typeof entry === 'object' && entry !== null && !Array.isArray(entry)
			? Object.entries(entry)
			: [];
	const [first] = entries;
	if (first === undefined || entries.length > 1) {
		throw unusable(
			name,
			'it does not have one marketplace with a refresh token',
			`Write it as in ${EXAMPLE}. A refresh token belongs to one region: if you sell in several regions, enter a seller for each, such as "${name} EU".`,
		);
	}
	const [place, token] = first;
	const marketplace = findMarketplace(place);
	if (marketplace === undefined) {
		throw unusable(
			name,
			`"${place}" is not a marketplace`,
			'Enter a country such as DE, or a marketplace ID.',
		);
	}
	const parsed = text.safeParse(token);
	if (!parsed.success) {
		throw unusable(name, 'its refresh token is empty', 'Enter the refresh token.');
	}
	if (parsed.data === HIDDEN) {
		throw unusable(
			name,
			`its refresh token is ${HIDDEN}`,
			`n8n shows ${HIDDEN} instead of a stored token and finds the token again by the seller's name and marketplace. If you changed one of them, enter the token again.`,
		);
	}
	return {
		name,
		credentials: { refreshToken: parsed.data, primaryMarketplace: marketplace.id },
	};
}

/** One token or name for two sellers is a slip, and would mix up their data. */
function refuseTwins(accounts: readonly SellerAccount[]): void {
	const byToken = new Map<string, string | undefined>();
	const names = new Set<string>();
	for (const { name = '', credentials } of accounts) {
		const twin = byToken.get(credentials.refreshToken);
		if (twin !== undefined) {
			throw unusable(
				name,
				`it has the same refresh token as '${twin}'`,
				"Enter each seller's own refresh token.",
			);
		}
		byToken.set(credentials.refreshToken, name);
		if (names.has(name.toLowerCase())) {
			throw unreadable(`the name '${name}' is there twice`);
		}
		names.add(name.toLowerCase());
	}
}

/** The choice of every seller of a credential. */
export const ALL_SELLERS = '*';

/**
 * The seller with this name.
 * @param wanted undefined for the only one
 * @throws CredentialError if the credential does not hold it, or if it has to be chosen
 */
export function chooseSeller(
	accounts: readonly SellerAccount[],
	wanted: string | undefined,
): SellerAccount {
	const [first] = accounts as readonly [SellerAccount];
	const names = accounts.map(({ name }) => name).join(', ');
	if (wanted === ALL_SELLERS) {
		throw new CredentialError(
			"Could not choose a seller: 'All Sellers' is not possible here",
			'Choose one seller, or enter {{ $json.seller }} if the items contain it.',
		);
	}
	if (first.name === undefined) return first;
	if (wanted === undefined) {
		if (accounts.length === 1) return first;
		throw new CredentialError(
			`Could not choose a seller: the credential holds ${accounts.length} and 'Seller' is empty`,
			`Choose one in the node (${names}), or enter {{ $json.seller }} if the items contain it.`,
		);
	}
	const found =
		accounts.find(({ name }) => name === wanted) ??
		accounts.find(({ name }) => name?.toLowerCase() === wanted.toLowerCase());
	if (found !== undefined) return found;
	throw new CredentialError(
		`Could not choose a seller: the credential does not hold '${wanted}'`,
		`It holds: ${names}.`,
	);
}
