import type { IHttpRequestHelper } from 'n8n-workflow';
import { createHash } from 'node:crypto';

import { apiBaseUrl, loginUrl, type SellingPartnerCredentials } from './endpoints';
import { logIn, LoginUnavailableError, type AccessToken, type LogInOutcome } from './login';
import { accessTokens, loggingIn } from './processWide';
import { redact } from './redact';

/**
 * Access tokens of this process. n8n could keep one per credential, but one credential may stand for
 * many sellers, where its fields are expressions: so a token is kept by everything that makes it, here
 * and nowhere else, and n8n stores nothing.
 */

/** A token is not used any more that shortly before its end. */
const SPARE_MS = 60_000;

/** Hash of parts that must not be told from it. */
export const hashOf = (...parts: readonly string[]): string =>
	createHash('sha256').update(JSON.stringify(parts)).digest('hex');

/** Everything that makes an access token, as a key that tells nothing of it. */
export const tokenKeyOf = (credentials: SellingPartnerCredentials): string =>
	hashOf(
		loginUrl(credentials),
		apiBaseUrl(credentials),
		credentials.clientId,
		credentials.clientSecret,
		credentials.refreshToken,
	);

/** The token at hand, unless there is none, it is about to end, or it is the one that was rejected. */
export function keptToken(key: string, rejected?: AccessToken): AccessToken | undefined {
	const kept = accessTokens.get(key);
	if (kept === undefined || kept.token === rejected?.token) return undefined;
	return performance.now() < kept.expiresAt ? kept : undefined;
}

/**
 * Logs in, or joins a log-in under way for the same token. It is nobody's own, so nobody who cancels
 * ends it.
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
		const { token, expiresInMs, marketplaces } = await logIn(http, credentials);
		const usableMs = Math.max(expiresInMs - SPARE_MS, expiresInMs / 2);
		const kept = { token, obtainedAt, expiresAt: obtainedAt + usableMs, marketplaces };
		accessTokens.set(key, kept);
		return kept;
	} catch (error) {
		if (error instanceof LoginUnavailableError) {
			const { kind, message, status } = error;
			return { kind, message, status };
		}
		// A secret that is refused now makes no token later, either.
		accessTokens.delete(key);
		return { kind: 'login', message: redact(error instanceof Error ? error.message : '') };
	}
}
