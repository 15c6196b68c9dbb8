import { keptToken, tokenKeyOf } from '../../nodes/shared/spapi/accessTokens';
import type { SellingPartnerCredentials } from '../../nodes/shared/spapi/endpoints';
import { pause } from '../../nodes/shared/spapi/pause';
import { accessTokens, limits } from '../../nodes/shared/spapi/processWide';
import { keptLimit } from '../../nodes/shared/spapi/keptLimits';

describe('what a process remembers', () => {
	afterEach(() => limits.clear());

	it('removes idle limits, but none that was used', async () => {
		const used = keptLimit('used', 0.001, 5, 1);
		await used.takeTurn(undefined);
		const slowed = keptLimit('slowed', 0.001, 5, 1);
		slowed.throttled();
		for (let each = 0; each < 5_000; each += 1) keptLimit(`idle ${each}`, 1, 5, 1);
		expect(limits.size).toBeLessThan(1_000);
		expect(keptLimit('used', 0.001, 5, 1)).toBe(used);
		expect(keptLimit('slowed', 0.001, 5, 1)).toBe(slowed);
	});

	it('keeps at most a thousand access tokens', () => {
		const token = { token: 't', obtainedAt: 0, expiresAt: Infinity, marketplaces: undefined };
		for (let each = 0; each < 3_000; each += 1) accessTokens.set(`key ${each}`, token);
		expect(accessTokens.size).toBe(1_000);
		accessTokens.clear();
	});

	it('ignores an access token that expired or was rejected', () => {
		const at = performance.now();
		const token = { token: 't', obtainedAt: at, expiresAt: at + 60_000, marketplaces: undefined };
		accessTokens.set('lasting', token);
		accessTokens.set('ended', { ...token, expiresAt: at - 1 });
		expect(keptToken('lasting')).toBe(token);
		expect(keptToken('lasting', token)).toBeUndefined();
		expect(keptToken('ended')).toBeUndefined();
		accessTokens.clear();
	});

	it('keeps tokens of different credentials apart, whichever field differs', () => {
		const credentials: SellingPartnerCredentials = {
			clientId: 'a',
			clientSecret: 'b',
			refreshToken: 'c',
			primaryMarketplace: 'ATVPDKIKX0DER',
			environment: 'production',
		};
		const changes: Array<Partial<SellingPartnerCredentials>> = [
			{},
			{ clientId: 'x' },
			{ clientSecret: 'x' },
			{ refreshToken: 'x' },
			{ primaryMarketplace: 'A1PA6795UKMFR9' },
			{ environment: 'sandbox' },
			// A character moved from one field to the next.
			{ clientId: 'ab', clientSecret: '' },
		];
		const keys = changes.map((change) => tokenKeyOf({ ...credentials, ...change }));
		expect(new Set(keys).size).toBe(changes.length);
	});
});

describe('a wait that is canceled', () => {
	beforeEach(() => jest.useFakeTimers());
	afterEach(() => jest.useRealTimers());

	it('ends at once and leaves no timer after ten seconds', async () => {
		const stop = new AbortController();
		const waited = pause(3_600_000, stop.signal);
		await jest.advanceTimersByTimeAsync(25_000);
		stop.abort();
		await expect(waited).resolves.toBe(false);
		await jest.advanceTimersByTimeAsync(10_000);
		expect(jest.getTimerCount()).toBe(0);
	});

	it('lasts its full time if nobody cancels it', async () => {
		const stop = new AbortController();
		let ended: boolean | undefined;
		void pause(65_500, stop.signal).then((whole) => (ended = whole));
		await jest.advanceTimersByTimeAsync(65_499);
		expect(ended).toBeUndefined();
		await jest.advanceTimersByTimeAsync(1);
		expect(ended).toBe(true);
	});
});
