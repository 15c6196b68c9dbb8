import { jsonParse, type IHttpRequestHelper } from 'n8n-workflow';
import { z } from 'zod';

import { findMarketplace, REGION_NAMES, type Region } from '../domain/marketplaces';
import {
	apiBaseUrl,
	loginUrl,
	primaryMarketplaceOf,
	type SellingPartnerCredentials,
} from './endpoints';
import type { FailureKind } from './failureKinds';
import { operationOf } from './operations';
import { redact } from './redact';
import { IDLE_MS, LONGEST_CALL_MS } from './timeLimits';
import { USER_AGENT } from './userAgent';

/** Login with Amazon refused; the message says why and what to do. */
export class LoginWithAmazonError extends Error {
	override readonly name = 'LoginWithAmazonError';
}

/** Login with Amazon cannot answer at the moment; the credential is fine. */
export class LoginUnavailableError extends Error {
	override readonly name = 'LoginUnavailableError';

	/**
	 * @param kind whether it answered at all
	 * @param status status of its answer
	 */
	constructor(
		message: string,
		readonly kind: 'loginUnavailable' | 'unreachable',
		readonly status?: number,
	) {
		super(message);
	}
}

/** One of the marketplaces that the seller's account is registered in. */
export interface OwnMarketplace {
	readonly id: string;
	/** The name Amazon uses. */
	readonly name: string;
	/** The name of the seller's store there, if Amazon says it. */
	readonly storeName?: string;
	readonly isParticipating: boolean;
}

/** What a login returns. */
export interface LoggedIn {
	readonly token: string;
	readonly expiresInMs: number;
	/** The seller's marketplaces in the credential's region; undefined if Amazon did not say. */
	readonly marketplaces: readonly OwnMarketplace[] | undefined;
}

/** A login that succeeded. */
export interface AccessToken extends Pick<LoggedIn, 'marketplaces'> {
	readonly token: string;
	/** Milliseconds on the monotonic clock. */
	readonly obtainedAt: number;
	readonly expiresAt: number;
}

/** Why there is no access token. */
export interface NoToken {
	readonly kind: Extract<FailureKind, 'login' | 'loginUnavailable' | 'unreachable'>;
	readonly message: string;
	/** Status of the answer of Login with Amazon, if it is not available. */
	readonly status?: number;
}

export type LogInOutcome = AccessToken | NoToken;

/** Amazon documents an hour. */
const USUAL_SECONDS = 3600;

const tokenSchema = z.object({
	access_token: z.string().min(1),
	expires_in: z.coerce.number().positive().finite().catch(USUAL_SECONDS),
});

/**
 * Only what shows where the seller sells. One entry that does not show it makes the whole list
 * unusable.
 */
const ownMarketplacesSchema = z.object({
	payload: z
		.array(
			z.object({
				marketplace: z.object({ id: z.string().min(1), name: z.string().nullish() }),
				storeName: z.string().trim().nullish().catch(undefined),
				participation: z.object({ isParticipating: z.boolean() }),
			}),
		)
		.min(1),
});

/** Login with Amazon answers in OAuth's format, unlike the rest of Amazon's API. */
const refusalSchema = z.object({ error: z.string(), error_description: z.string().optional() });

interface FullResponse {
	readonly statusCode: number;
	readonly body: unknown;
}

/**
 * Exchanges the refresh token for an access token (valid one hour), verifies that it belongs to the
 * region of the credential's marketplace, and reads where the seller sells.
 * @throws LoginWithAmazonError that names the wrong secret, the revoked refresh token or the right
 *   region
 * @throws LoginUnavailableError if trying again later helps
 */
export async function logIn(
	{ helpers }: IHttpRequestHelper,
	credentials: SellingPartnerCredentials,
): Promise<LoggedIn> {
	// All who need this token wait for this login, and it belongs to no execution that could be canceled.
	const abortSignal = AbortSignal.timeout(LONGEST_CALL_MS);
	const answered: Promise<FullResponse> = helpers.httpRequest({
		method: 'POST',
		url: loginUrl(credentials),
		headers: {
			'content-type': 'application/x-www-form-urlencoded;charset=UTF-8',
			'user-agent': USER_AGENT,
		},
		body: new URLSearchParams({
			grant_type: 'refresh_token',
			refresh_token: credentials.refreshToken.trim(),
			client_id: credentials.clientId.trim(),
			client_secret: credentials.clientSecret.trim(),
		}).toString(),
		json: false,
		ignoreHttpStatusErrors: true,
		returnFullResponse: true,
		// A redirect would pass on the secrets.
		disableFollowRedirect: true,
		timeout: IDLE_MS,
		abortSignal,
	});
	const response = await answered.catch(() => {
		throw new LoginUnavailableError(
			'Could not log in: Login with Amazon could not be reached',
			'unreachable',
		);
	});
	const body = parsed(response.body);
	if (response.statusCode === 429 || response.statusCode >= 500) {
		throw new LoginUnavailableError(
			unavailableInWords(response.statusCode, body),
			'loginUnavailable',
			response.statusCode,
		);
	}
	const token = tokenSchema.safeParse(body);
	if (response.statusCode === 200 && !token.success) {
		throw new LoginUnavailableError(
			"Could not log in: Login with Amazon's answer could not be read",
			'loginUnavailable',
		);
	}
	if (response.statusCode !== 200 || !token.success) {
		throw new LoginWithAmazonError(refusalInWords(response.statusCode, body));
	}
	const { access_token: accessToken, expires_in: seconds } = token.data;
	return {
		token: accessToken,
		expiresInMs: seconds * 1000,
		marketplaces: await marketplacesIfRegionIsRight(
			{ helpers },
			credentials,
			accessToken,
			abortSignal,
		),
	};
}

const parsed = (body: unknown): unknown =>
	typeof body === 'string' ? jsonParse<unknown>(body, { fallbackValue: null }) : body;

function unavailableInWords(status: number, body: unknown): string {
	if (status === 429)
		return 'Could not log in: Login with Amazon got too many logins at once (status 429)';
	const refusal = refusalSchema.safeParse(body).data;
	const said = redact(refusal?.error_description ?? refusal?.error ?? '');
	return `Could not log in: Login with Amazon is not available (status ${status}${said && `: ${said}`})`;
}

function refusalInWords(status: number, body: unknown): string {
	const refusal = refusalSchema.safeParse(body).data;
	switch (refusal?.error) {
		case 'invalid_client':
			return "Could not log in: Login with Amazon does not accept the client ID or the client secret. Copy the current ones from Seller Central's developer page; a secret expires after 180 days.";
		case 'invalid_grant':
			return 'Could not log in: Login with Amazon does not accept the refresh token. Authorize the application again and copy the new refresh token; the old one was revoked, cut off while copying, or made for a different application.';
		case 'unauthorized_client':
			return 'Could not log in: the refresh token was made for a different application. Copy client ID, client secret and refresh token from the same application.';
		default: {
			const said = redact(refusal?.error_description ?? refusal?.error ?? '');
			return `Could not log in: Login with Amazon returned no access token (status ${status}${said && `: ${said}`}). Check the credential.`;
		}
	}
}

/**
 * Amazon answers "access denied" both for a missing role and for a token of another region. So if
 * this region denies the seller's marketplaces, the other regions are tried. If one of them
 * answers, the region is wrong. If not, a role is missing, and the caller's own request will fail
 * with that.
 * @returns the seller's marketplaces, if this region returns them
 */
async function marketplacesIfRegionIsRight(
	helper: IHttpRequestHelper,
	credentials: SellingPartnerCredentials,
	accessToken: string,
	abortSignal: AbortSignal,
): Promise<LoggedIn['marketplaces']> {
	const { region, name } = primaryMarketplaceOf(credentials);
	const own = await requestIn(region);
	if (own.statusCode === 200) return readOwnMarketplaces(own.body);
	if (own.statusCode !== 403) return undefined;

	const others = (Object.keys(REGION_NAMES) as Region[]).filter(
		(other) => apiBaseUrl(credentials, other) !== apiBaseUrl(credentials, region),
	);
	for (const other of others) {
		if ((await requestIn(other)).statusCode === 200) {
			throw new LoginWithAmazonError(
				`Could not use the credential: the refresh token belongs to the region ${REGION_NAMES[other]}, but the credential's marketplace, ${name}, is in ${REGION_NAMES[region]}. Choose a marketplace in ${REGION_NAMES[other]}, or authorize the application in ${REGION_NAMES[region]} and use that refresh token.`,
			);
		}
	}
	return undefined;

	async function requestIn(inRegion: Region): Promise<FullResponse> {
		const answered: Promise<FullResponse> = helper.helpers.httpRequest({
			url: `${apiBaseUrl(credentials, inRegion)}${operationOf('getMarketplaceParticipations').path}`,
			headers: { 'x-amz-access-token': accessToken, 'user-agent': USER_AGENT },
			ignoreHttpStatusErrors: true,
			returnFullResponse: true,
			disableFollowRedirect: true,
			timeout: IDLE_MS,
			abortSignal,
		});
		// A region that does not answer says nothing about the login.
		return await answered.catch(() => ({ statusCode: 0, body: null }));
	}
}

const readOwnMarketplaces = (body: unknown): LoggedIn['marketplaces'] =>
	ownMarketplacesSchema
		.safeParse(parsed(body))
		.data?.payload.map(({ marketplace: { id, name }, storeName, participation }) => ({
			id,
			name: findMarketplace(id)?.name ?? redact(name ?? id),
			...(storeName && { storeName: redact(storeName) }),
			isParticipating: participation.isParticipating,
		}));

/** The store name in the primary marketplace, or else in the first that has one. */
export function storeNameIn(
	marketplaces: LoggedIn['marketplaces'],
	primaryMarketplaceId: string,
): string | undefined {
	const primary = marketplaces?.find(({ id }) => id === primaryMarketplaceId);
	return primary?.storeName ?? marketplaces?.find(({ storeName }) => storeName)?.storeName;
}

/**
 * The end of "this seller does not sell in …": the marketplace, then those where they do sell.
 * Undefined if they sell there, or if Amazon did not say where they sell.
 */
export function notSellingIn(
	marketplaceId: string,
	marketplaces: LoggedIn['marketplaces'],
): string | undefined {
	if (marketplaces === undefined) return undefined;
	const own = marketplaces.filter(({ isParticipating }) => isParticipating);
	if (own.some(({ id }) => id === marketplaceId)) return undefined;
	const name = findMarketplace(marketplaceId)?.name ?? marketplaceId;
	const names = own.map((each) => each.name).join(', ');
	return `${name}, but in ${names || 'no marketplace of this region'}`;
}

/**
 * Checks that the seller sells in the credential's own marketplace.
 * @throws LoginWithAmazonError that names the seller's marketplaces
 */
export function checkPrimaryMarketplace(
	{ primaryMarketplace }: SellingPartnerCredentials,
	{ marketplaces }: LoggedIn,
): void {
	const problem = notSellingIn(primaryMarketplace, marketplaces);
	if (problem === undefined) return;
	throw new LoginWithAmazonError(
		`Could not use the credential: this seller does not sell in ${problem}. Choose one of these as 'Primary Marketplace'.`,
	);
}
