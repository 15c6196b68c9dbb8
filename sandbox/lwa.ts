import { randomBytes } from 'node:crypto';
import { Random } from './random';

const TOKEN_LIFE_MS = 3_600_000;

/** The applications the sellers have authorized: ours and another developer's. */
export const APPLICATIONS = ['main', 'other'] as const;
export type ApplicationName = (typeof APPLICATIONS)[number];

/** Whose token it is. */
interface Authorization {
	readonly sellerKey: string;
	readonly application: ApplicationName;
}

interface Issued extends Authorization {
	expiresAt: number;
	revoked: boolean;
}

/** Keys that grant access. */
export interface AccessKeys {
	readonly clientSecrets: readonly string[];
	readonly refreshTokens: readonly string[];
	/** All that were issued, expired or not. */
	readonly accessTokens: readonly string[];
}

/** What LWA can say about an access token. */
export type TokenState =
	| ({ readonly kind: 'valid' } & Authorization)
	| ({ readonly kind: 'expired' } & Authorization)
	| { readonly kind: 'invalid' };

/** One client ID with its secrets, and a refresh token for each seller. */
class Application {
	readonly clientId: string;
	/** Every client secret so far, the newest last. */
	readonly clientSecrets: string[] = [];
	readonly refreshTokens = new Map<string, string>();
	private readonly random: Random;

	constructor(seed: string, sellerKeys: readonly string[]) {
		this.random = new Random(seed);
		const hex = '0123456789abcdef';
		this.clientId = `amzn1.application-oa2-client.${this.random.letters(32, hex)}`;
		this.renewSecret();
		for (const key of sellerKeys) {
			this.refreshTokens.set(key, `Atzr|Sandbox${this.random.letters(120)}`);
		}
	}

	get clientSecret(): string {
		return this.clientSecrets.at(-1) ?? '';
	}

	renewSecret(): string {
		const secret = `amzn1.oa2-cs.v1.${this.random.letters(64, '0123456789abcdef')}`;
		this.clientSecrets.push(secret);
		return secret;
	}
}

/**
 * Login with Amazon: two applications, one refresh token per seller and application. Credentials
 * are derived from the seed, so they survive a restart. Access tokens are new each time, so a
 * restart ends them.
 */
export class Lwa {
	private readonly applications: Readonly<Record<ApplicationName, Application>>;
	private readonly revokedSellers = new Set<string>();
	private readonly accessTokens = new Map<string, Issued>();

	constructor(
		seed: string,
		sellerKeys: readonly string[],
		private readonly millis: () => number,
	) {
		this.applications = {
			main: new Application(`${seed}/lwa`, sellerKeys),
			other: new Application(`${seed}/lwa/other`, sellerKeys),
		};
	}

	/** Every key that grants access, expired or not. */
	get secrets(): AccessKeys {
		const all = Object.values(this.applications);
		return {
			clientSecrets: all.flatMap(({ clientSecrets }) => clientSecrets),
			refreshTokens: all.flatMap(({ refreshTokens }) => [...refreshTokens.values()]),
			accessTokens: [...this.accessTokens.keys()],
		};
	}

	/** Client ID and current secret. */
	clientOf(application: ApplicationName): { clientId: string; clientSecret: string } {
		const { clientId, clientSecret } = this.applications[application];
		return { clientId, clientSecret };
	}

	/** The application with this ID and secret, if they are valid. */
	applicationOf(clientId: string, clientSecret: string): ApplicationName | undefined {
		return APPLICATIONS.find((name) => {
			const known = this.applications[name];
			return known.clientId === clientId && known.clientSecret === clientSecret;
		});
	}

	refreshTokenOf(sellerKey: string, application: ApplicationName = 'main'): string {
		const token = this.applications[application].refreshTokens.get(sellerKey);
		if (token === undefined) throw new Error(`No seller "${sellerKey}"`);
		return token;
	}

	/** The owner of a refresh token, unless the token is unknown or revoked. */
	authorizationOf(refreshToken: string): Authorization | undefined {
		for (const application of APPLICATIONS) {
			for (const [sellerKey, token] of this.applications[application].refreshTokens) {
				if (token !== refreshToken) continue;
				return this.revokedSellers.has(sellerKey) ? undefined : { sellerKey, application };
			}
		}
		return undefined;
	}

	/** A new access token, valid for 3600 seconds on the sandbox's clock. */
	issue(authorization: Authorization): { accessToken: string; expiresIn: number } {
		const accessToken = `Atza|Sandbox${randomBytes(90).toString('base64url')}`;
		const expiresAt = this.millis() + TOKEN_LIFE_MS;
		this.accessTokens.set(accessToken, { ...authorization, expiresAt, revoked: false });
		return { accessToken, expiresIn: TOKEN_LIFE_MS / 1000 };
	}

	check(accessToken: string): TokenState {
		const issued = this.accessTokens.get(accessToken);
		if (!issued || issued.revoked) return { kind: 'invalid' };
		const { sellerKey, application } = issued;
		const kind = this.millis() >= issued.expiresAt ? 'expired' : 'valid';
		return { kind, sellerKey, application };
	}

	/** Makes one access token expire. */
	expire(accessToken: string): void {
		const issued = this.accessTokens.get(accessToken);
		if (issued) issued.expiresAt = Number.NEGATIVE_INFINITY;
	}

	/** Makes every access token issued so far expire (of one seller, or of all). */
	expireAccessTokens(sellerKey?: string): void {
		for (const issued of this.accessTokens.values()) {
			if (sellerKey === undefined || issued.sellerKey === sellerKey) {
				issued.expiresAt = Number.NEGATIVE_INFINITY;
			}
		}
	}

	/** The seller withdraws the authorization: its refresh token and access tokens stop working. */
	revoke(sellerKey: string): void {
		this.refreshTokenOf(sellerKey);
		this.revokedSellers.add(sellerKey);
		for (const issued of this.accessTokens.values()) {
			if (issued.sellerKey === sellerKey) issued.revoked = true;
		}
	}

	/** The seller authorizes the application again; the refresh token works as before. */
	restore(sellerKey: string): void {
		this.revokedSellers.delete(sellerKey);
	}

	/**
	 * The developer rotates the client secret: the old one is refused, refresh tokens keep working.
	 */
	rotateSecret(application: ApplicationName = 'main'): string {
		return this.applications[application].renewSecret();
	}
}
