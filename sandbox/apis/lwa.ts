import type { Lwa } from '../lwa';
import type { Answer } from '../http';

/** LWA's errors have their own format, without request IDs or a list. */
const refusal = (status: number, error: string, description: string): Answer => ({
	status,
	body: { error_description: description, error },
});

/** POST /auth/o2/token, the refresh_token grant. */
export function token(lwa: Lwa, fields: ReadonlyMap<string, string>): Answer {
	const grantType = fields.get('grant_type');
	if (grantType !== 'refresh_token') {
		return refusal(
			400,
			'unsupported_grant_type',
			'The authorization grant type is not supported by the authorization server',
		);
	}
	const application = lwa.applicationOf(
		fields.get('client_id') ?? '',
		fields.get('client_secret') ?? '',
	);
	if (application === undefined) {
		return refusal(401, 'invalid_client', 'Client authentication failed');
	}
	const refreshToken = fields.get('refresh_token') ?? '';
	const authorization = lwa.authorizationOf(refreshToken);
	if (authorization === undefined) {
		return refusal(
			400,
			'invalid_grant',
			"The request has an invalid grant parameter : refresh_token. User may have revoked or didn't grant the permission.",
		);
	}
	if (authorization.application !== application) {
		return refusal(400, 'unauthorized_client', 'Not authorized for requested operation');
	}
	const { accessToken, expiresIn } = lwa.issue(authorization);
	return {
		status: 200,
		body: {
			access_token: accessToken,
			refresh_token: refreshToken,
			token_type: 'bearer',
			expires_in: expiresIn,
		},
	};
}

/** The fields of a token request: form encoded as documented, or JSON, which some clients send. */
export function readFields(body: string, contentType: string): Map<string, string> {
	if (!contentType.includes('json')) return new Map(new URLSearchParams(body));
	try {
		const parsed: unknown = JSON.parse(body);
		if (typeof parsed !== 'object' || parsed === null) return new Map();
		return new Map(Object.entries(parsed).map(([name, value]) => [name, String(value)]));
	} catch {
		return new Map();
	}
}
