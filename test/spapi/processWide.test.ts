import { keptToken, tokenKeyOf } from '../../nodes/shared/spapi/accessTokens';
import type { SellingPartnerCredentials } from '../../nodes/shared/spapi/endpoints';
import { pause } from '../../nodes/shared/spapi/pause';
import { accessTokens, limits } from '../../nodes/shared/spapi/processWide';
import { keptLimit } from '../../nodes/shared/spapi/keptLimits';

describe('B18: what a process remembers', () => {
	afterEach(() => limits.clear());

	it('drops limits that are idle, and none that was drawn from', async () => {
		const used = keptLimit('used', 0.001, 5, 1);
		await used.takeTurn(undefined);
		const slowed = keptLimit('slowed', 0.001, 5, 1);
		slowed.throttled();
		for (let each = 0; each < 5_000; each += 1) keptLimit(`idle ${each}`, 1, 5, 1);
		expect(limits.size).toBeLessThan(1_000);
		expect(keptLimit('used', 0.001, 5, 1)).toBe(used);
		expect(keptLimit('slowed', 0.001, 5, 1)).toBe(slowed);
	});

	it('keeps a thousand access tokens at most', () => {
		const token = { token: 't', obtainedAt: 0, expiresAt: Infinity, marketplaces: undefined };
		for (let each = 0; each < 3_000; each += 1) accessTokens.set(`key ${each}`, token);
		expect(accessTokens.size).toBe(1_000);
		accessTokens.clear();
	});

	it('takes an access token for none where it ended, or was rejected', () => {
		const at = performance.now();
		const token = { token: 't', obtainedAt: at, expiresAt: at + 60_000, marketplaces: undefined };
		accessTokens.set('lasting', token);
		accessTokens.set('ended', { ...token, expiresAt: at - 1 });
		expect(keptToken('lasting')).toBe(token);
		expect(keptToken('lasting', token)).toBeUndefined();
		expect(keptToken('ended')).toBeUndefined();
		accessTokens.clear();
	});

	it('keeps tokens apart by everything that makes them', () => {
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
			// Moved over a border between two fields.
			{ clientId: 'ab', clientSecret: '' },
		];
		const keys = changes.map((change) => tokenKeyOf({ ...credentials, ...change }));
		expect(new Set(keys).size).toBe(changes.length);
	});
});

describe('B18: a wait that is cancelled', () => {
	beforeEach(() => jest.useFakeTimers());
	afterEach(() => jest.useRealTimers());

	it('ends at once, and ten seconds later no timer of it is left', async () => {
		const stop = new AbortController();
		const waited = pause(3_600_000, stop.signal);
		await jest.advanceTimersByTimeAsync(25_000);
		stop.abort();
		await expect(waited).resolves.toBe(false);
		await jest.advanceTimersByTimeAsync(10_000);
		expect(jest.getTimerCount()).toBe(0);
	});

	it('lasts as long as it was to, where nobody cancels it', async () => {
		const stop = new AbortController();
		let ended: boolean | undefined;
		void pause(65_500, stop.signal).then((whole) => (ended = whole));
		await jest.advanceTimersByTimeAsync(65_499);
		expect(ended).toBeUndefined();
		await jest.advanceTimersByTimeAsync(1);
		expect(ended).toBe(true);
	});
});
