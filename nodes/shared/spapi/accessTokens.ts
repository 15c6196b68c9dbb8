import type { IHttpRequestHelper } from 'n8n-workflow';
import { createHash } from 'node:crypto';

import { MINUTE_MS } from '../domain/calendar';
import { apiBaseUrl, loginUrl, type SellingPartnerCredentials } from './endpoints';
import { logIn, LoginUnavailableError, type AccessToken, type LogInOutcome } from './login';
import { accessTokens, loggingIn } from './processWide';
import { redact } from './redact';

/**
 * Access tokens of this process. n8n could store one per credential, but a credential whose fields
 * are expressions may serve many sellers. So the tokens are kept only here, each under everything
 * that makes it, and n8n stores nothing.
 */

/** A token this close to its expiry is no longer used. */
const SPARE_MS = MINUTE_MS;

/** Hash of parts that must not be recoverable from it. */
export const hashOf = (...parts: readonly string[]): string =>
	createHash('sha256').update(JSON.stringify(parts)).digest('hex');

/** Everything that makes an access token, as a key that reveals nothing about it. */
export const tokenKeyOf = (credentials: SellingPartnerCredentials): string =>
	hashOf(
		loginUrl(credentials),
		apiBaseUrl(credentials),
		credentials.clientId,
		credentials.clientSecret,
		credentials.refreshToken,
	);

/**
 * The kept token; undefined without one, if it is about to expire, or if it is the one that was
 * rejected.
 */
export function keptToken(key: string, rejected?: AccessToken): AccessToken | undefined {
	const kept = accessTokens.get(key);
	if (kept === undefined || kept.token === rejected?.token) return undefined;
	return performance.now() < kept.expiresAt ? kept : undefined;
}

/** Makes the next call log in again, unless there is a newer token already. */
export function forgetToken(key: string, { token }: AccessToken): void {
	if (accessTokens.get(key)?.token === token) accessTokens.delete(key);
}

/** Where the seller sells, as the latest login says; undefined without one or if Amazon did not say. */
export const ownMarketplacesOf = (key: string): AccessToken['marketplaces'] =>
	accessTokens.get(key)?.marketplaces;

/**
 * Logs in, or joins a login under way for the same token. It belongs to no execution, so canceling
 * an execution does not end it.
 */
export async function freshToken(
	key: string,
	http: IHttpRequestHelper,
	credentials: SellingPartnerCredentials,
): Promise<LogInOutcome> {
	const underWay = loggingIn.get(key);
	if (underWay !== undefined) return await underWay;
	const outcome = obtain(key, http, credentials).finally(() => loggingIn.delete(key));
	loggingIn.set(key, outcome);
	return await outcome;
}

async function obtain(
	key: string,
	http: IHttpRequestHelper,
	credentials: SellingPartnerCredentials,
): Promise<LogInOutcome> {
	const obtainedAt = performance.now();
	try {
		const { token, expiresInMs, ...loggedIn } = await logIn(http, credentials);
		// The same refresh token, so the same seller, even if Amazon does not list them this time.
		const marketplaces = loggedIn.marketplaces ?? accessTokens.get(key)?.marketplaces;
		const usableMs = Math.max(expiresInMs - SPARE_MS, expiresInMs / 2);
		const kept = { token, obtainedAt, expiresAt: obtainedAt + usableMs, marketplaces };
		accessTokens.set(key, kept);
		return kept;
	} catch (error) {
		if (error instanceof LoginUnavailableError) {
			const { kind, message, status } = error;
			return { kind, message, status };
		}
		// A secret that is refused now will not return a token later, either.
		accessTokens.delete(key);
		return { kind: 'login', message: redact(error instanceof Error ? error.message : '') };
	}
}
