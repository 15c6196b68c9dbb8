import { randomBytes } from 'node:crypto';
import { Random } from './random';
import type { SandboxSecrets } from './secrets';

const TOKEN_LIFE_MS = 3_600_000;

interface Issued {
	readonly sellerKey: string;
	expiresAt: number;
	revoked: boolean;
}

/** What LWA knows of a presented access token. */
export type TokenState =
	| { readonly kind: 'valid'; readonly sellerKey: string }
	| { readonly kind: 'expired'; readonly sellerKey: string }
	| { readonly kind: 'invalid' };

/**
 * Login with Amazon: one application, one refresh token per seller. Credentials follow from the
 * seed, so they survive a restart; access tokens are new each time, so a restart ends them.
 */
export class Lwa {
	readonly clientId: string;
	clientSecret: string;
	/** Every client secret there has been, the newest last. */
	readonly clientSecrets: string[] = [];
	private readonly refreshTokens = new Map<string, string>();
	private readonly revokedSellers = new Set<string>();
	private readonly accessTokens = new Map<string, Issued>();
	private readonly random: Random;

	constructor(
		seed: string,
		sellerKeys: readonly string[],
		private readonly millis: () => number,
	) {
		this.random = new Random(`${seed}/lwa`);
		const hex = '0123456789abcdef';
		this.clientId = `amzn1.application-oa2-client.${this.random.letters(32, hex)}`;
		this.clientSecret = this.newSecret();
		for (const key of sellerKeys) {
			this.refreshTokens.set(key, `Atzr|Sandbox${this.random.letters(120)}`);
		}
	}

	/** Everything that would let somebody in, ended or not. */
	get secrets(): Pick<SandboxSecrets, 'clientSecrets' | 'refreshTokens' | 'accessTokens'> {
		return {
			clientSecrets: this.clientSecrets,
			refreshTokens: [...this.refreshTokens.values()],
			accessTokens: [...this.accessTokens.keys()],
		};
	}

	refreshTokenOf(sellerKey: string): string {
		const token = this.refreshTokens.get(sellerKey);
		if (token === undefined) throw new Error(`No seller "${sellerKey}"`);
		return token;
	}

	/** The seller a refresh token belongs to, unless it is unknown or was revoked. */
	sellerOf(refreshToken: string): string | undefined {
		for (const [key, token] of this.refreshTokens) {
			if (token === refreshToken) return this.revokedSellers.has(key) ? undefined : key;
		}
		return undefined;
	}

	/** A new access token, good for 3600 seconds on the sandbox's clock. */
	issue(sellerKey: string): { accessToken: string; expiresIn: number } {
		const accessToken = `Atza|Sandbox${randomBytes(90).toString('base64url')}`;
		const expiresAt = this.millis() + TOKEN_LIFE_MS;
		this.accessTokens.set(accessToken, { sellerKey, expiresAt, revoked: false });
		return { accessToken, expiresIn: TOKEN_LIFE_MS / 1000 };
	}

	check(accessToken: string): TokenState {
		const issued = this.accessTokens.get(accessToken);
		if (!issued || issued.revoked) return { kind: 'invalid' };
		const kind = this.millis() >= issued.expiresAt ? 'expired' : 'valid';
		return { kind, sellerKey: issued.sellerKey };
	}

	/** Lets one access token expire. */
	expire(accessToken: string): void {
		const issued = this.accessTokens.get(accessToken);
		if (issued) issued.expiresAt = Number.NEGATIVE_INFINITY;
	}

	/** Lets every access token issued so far expire (of one seller, or of all). */
	expireAccessTokens(sellerKey?: string): void {
		for (const issued of this.accessTokens.values()) {
			if (sellerKey === undefined || issued.sellerKey === sellerKey) {
				issued.expiresAt = Number.NEGATIVE_INFINITY;
			}
		}
	}

	/** The seller withdraws the authorization: the refresh token and its access tokens are dead. */
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

	/** The developer rotates the client secret: the old one is refused, refresh tokens live on. */
	rotateSecret(): string {
		this.clientSecret = this.newSecret();
		return this.clientSecret;
	}

	private newSecret(): string {
		const secret = `amzn1.oa2-cs.v1.${this.random.letters(64, '0123456789abcdef')}`;
		this.clientSecrets.push(secret);
		return secret;
	}
}
