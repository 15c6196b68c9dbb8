import { jsonParse, type IHttpRequestHelper } from 'n8n-workflow';
import { z } from 'zod';

import { REGION_NAMES, type Region } from '../domain/marketplaces';
import {
	apiBaseUrl,
	loginUrl,
	primaryMarketplaceOf,
	type SellingPartnerCredentials,
} from './endpoints';
import { operationOf } from './operations';
import { redact } from './redact';
import { USER_AGENT } from './userAgent';

/** Login with Amazon refused; the message says why and what to do. */
export class LoginWithAmazonError extends Error {
	override readonly name = 'LoginWithAmazonError';
}

/** Login with Amazon cannot answer at the moment; nothing is wrong with the credential. */
export class LoginUnavailableError extends Error {
	override readonly name = 'LoginUnavailableError';
}

const tokenSchema = z.object({ access_token: z.string().min(1) });

/** Login with Amazon answers in OAuth's shape, unlike the rest of Amazon's API. */
const refusalSchema = z.object({ error: z.string(), error_description: z.string().optional() });

const TIMEOUT_MS = 30_000;

interface FullResponse {
	readonly statusCode: number;
	readonly body: unknown;
}

/**
 * Exchanges the refresh token for an access token (valid one hour) and makes sure that it was made in
 * the region of the credential's marketplace.
 * @throws LoginWithAmazonError naming the wrong secret, the revoked refresh token or the right region
 * @throws LoginUnavailableError where trying again later helps
 */
export async function logIn(
	{ helpers }: IHttpRequestHelper,
	credentials: SellingPartnerCredentials,
): Promise<string> {
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
		// A redirect would take the secrets along.
		disableFollowRedirect: true,
		timeout: TIMEOUT_MS,
	});
	const response = await answered.catch(() => {
		throw new LoginUnavailableError('Login with Amazon could not be reached');
	});
	if (response.statusCode === 429 || response.statusCode >= 500) {
		throw new LoginUnavailableError(
			`Login with Amazon is not available (status ${response.statusCode})`,
		);
	}
	const body =
		typeof response.body === 'string'
			? jsonParse<unknown>(response.body, { fallbackValue: null })
			: response.body;
	const token = tokenSchema.safeParse(body);
	if (response.statusCode === 200 && !token.success) {
		throw new LoginUnavailableError('The answer of Login with Amazon could not be read');
	}
	if (response.statusCode !== 200 || !token.success) {
		throw new LoginWithAmazonError(refusalInWords(response.statusCode, body));
	}
	const accessToken = token.data.access_token;
	await checkRegion({ helpers }, credentials, accessToken);
	return accessToken;
}

function refusalInWords(status: number, body: unknown): string {
	const refusal = refusalSchema.safeParse(body).data;
	switch (refusal?.error) {
		case 'invalid_client':
			return "Login with Amazon does not accept the client ID or the client secret. A secret expires 180 days after it was made: copy the current one from Seller Central's developer page.";
		case 'invalid_grant':
			return 'Login with Amazon does not accept the refresh token: it was revoked, cut off while copying, or made for another application. Authorize the application again and copy the new refresh token.';
		default: {
			const said = redact(refusal?.error_description ?? refusal?.error ?? '');
			return `Login with Amazon gave no access token (status ${status}${said && `: ${said}`}). Check the credential.`;
		}
	}
}

/**
 * Amazon answers "access denied" both for a missing role and for a token of another region. So where
 * this region denies the seller's marketplaces, the other regions are asked: if one of them answers,
 * the region is wrong; if none does, it is a matter of roles, which the caller's own request will meet.
 */
async function checkRegion(
	helper: IHttpRequestHelper,
	credentials: SellingPartnerCredentials,
	accessToken: string,
): Promise<void> {
	const { region, name } = primaryMarketplaceOf(credentials);
	if ((await statusIn(region)) !== 403) return;

	const others = (Object.keys(REGION_NAMES) as Region[]).filter(
		(other) => apiBaseUrl(credentials, other) !== apiBaseUrl(credentials, region),
	);
	for (const other of others) {
		if ((await statusIn(other)) === 200) {
			throw new LoginWithAmazonError(
				`The refresh token belongs to the region ${REGION_NAMES[other]}, but the credential's marketplace, ${name}, is in ${REGION_NAMES[region]}. Choose a marketplace of ${REGION_NAMES[other]}, or authorize the application in ${REGION_NAMES[region]} and use that refresh token.`,
			);
		}
	}

	async function statusIn(inRegion: Region): Promise<number> {
		const answered: Promise<FullResponse> = helper.helpers.httpRequest({
			url: `${apiBaseUrl(credentials, inRegion)}${operationOf('getMarketplaceParticipations').path}`,
			headers: { 'x-amz-access-token': accessToken, 'user-agent': USER_AGENT },
			ignoreHttpStatusErrors: true,
			returnFullResponse: true,
			disableFollowRedirect: true,
			timeout: TIMEOUT_MS,
		});
		// A region that does not answer says nothing about the log-in.
		return await answered.then(({ statusCode }) => statusCode).catch(() => 0);
	}
}
