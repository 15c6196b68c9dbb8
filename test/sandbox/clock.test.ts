import { setTimeout as sleep } from 'node:timers/promises';
import fc from '../fastCheck';
import { DateTime } from 'luxon';
import { MARKETPLACES } from '../../nodes/shared/domain/marketplaces';
import { startSandbox } from '../../sandbox';
import { SandboxClock, toIso, toMillis } from '../../sandbox/clock';
import { Zone } from '../../sandbox/world/zone';
import { NOW, US } from './support';

describe('the clock', () => {
	it('stands still when started with a time, until it is moved', async () => {
		const clock = new SandboxClock(NOW);
		const before = clock.millis();
		await sleep(15);
		expect(clock.millis()).toBe(before);
		clock.advance({ days: 2, minutes: 30 });
		expect(toIso(clock.millis())).toBe('2026-11-22T09:30:00Z');
		clock.set('2026-01-01T00:00:00Z');
		expect(toIso(clock.millis())).toBe('2026-01-01T00:00:00Z');
	});

	it("follows the computer's clock otherwise, also after it was moved", async () => {
		const clock = new SandboxClock();
		const [earlier, shown, later] = [Date.now(), clock.millis(), Date.now()];
		expect(shown >= earlier && shown <= later).toBe(true);
		clock.set('2030-01-01T00:00:00Z');
		const before = clock.millis();
		await sleep(30);
		const passed = clock.millis() - before;
		expect(passed).toBeGreaterThanOrEqual(20);
		expect(passed).toBeLessThan(1000);
		expect(clock.now().getUTCFullYear()).toBe(2030);
	});

	it('refuses invalid times', () => {
		expect(() => toMillis('tomorrow')).toThrow('"tomorrow" is not an ISO 8601 time');
	});

	it("lets the world end now if it follows the computer's clock", async () => {
		const sandbox = await startSandbox();
		try {
			const created = sandbox.sellers['demo']?.marketplaces[0]?.orders.at(-1)?.createdAt ?? 0;
			expect(created).toBeLessThan(Date.now());
			expect(created).toBeGreaterThan(Date.now() - 3 * 86_400_000);
			const { positive } = sandbox.truth.rating('demo', US)['30'];
			expect(positive).toBe(30);
		} finally {
			await sandbox.close();
		}
	});
});

describe('time zones', () => {
	it('agree with luxon on all days and local times', () => {
		fc.assert(
			fc.property(
				fc.constantFrom(...MARKETPLACES.map(({ timeZone }) => timeZone)),
				fc.integer({ min: Date.parse('2024-01-01'), max: Date.parse('2028-01-01') }),
				fc.integer({ min: -40, max: 40 }),
				fc.integer({ min: 4, max: 23 }),
				(timeZone, millis, plusDays, hour) => {
					const zone = Zone.of(timeZone);
					const local = DateTime.fromMillis(millis, { zone: timeZone });
					expect(zone.dayOf(millis)).toBe(local.toISODate());
					const there = local.startOf('day').plus({ days: plusDays }).set({ hour });
					expect(zone.at(zone.dayOf(millis), plusDays, hour)).toBe(there.toMillis());
				},
			),
			{ numRuns: 2000, seed: 7 },
		);
	});
});
