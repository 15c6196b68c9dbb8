import fc from '../fastCheck';

import {
	planSends,
	type PlanCandidate,
	type PlanLimits,
} from '../../nodes/AmazonReviewSolicitation/planning/schedule';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 2, 28, 6);
const DAYS = 4;

const dayOf = (moment: number) => Math.floor((moment - Date.UTC(2026, 2, 28)) / DAY);

const candidate = fc
	.record({
		opens: fc.integer({ min: -10, max: 60 }),
		lasts: fc.integer({ min: 0, max: 50 }),
		delay: fc.integer({ min: -5, max: 40 }),
		countsToward: fc.subarray(['A', 'B'], { maxLength: 1 }),
		quiet: fc.subarray([0, 1, 2, 3]),
	})
	.map(({ opens, lasts, delay, countsToward, quiet }) => ({
		zone: 'UTC',
		opensAt: NOW + opens * HOUR,
		closesAt: Math.min(NOW + (opens + lasts) * HOUR, Date.UTC(2026, 2, 28 + DAYS) - 1),
		preferredFrom: NOW + (opens + delay) * HOUR,
		urgency: 0,
		countsToward,
		quiet,
	}));

type Instance = ReadonlyArray<PlanCandidate & { readonly quiet: readonly number[] }>;

const firstDay = Date.UTC(2026, 2, 28) / DAY;

const instance = fc.array(candidate, { maxLength: 6 }).map(
	(all): Instance =>
		all.map((each, index) => ({
			...each,
			key: `order ${index}`,
			calendar: {
				key: each.quiet.join(),
				allOf: [
					{ zone: 'UTC', isPermittedDay: (day: number) => !each.quiet.includes(day - firstDay) },
				],
			},
		})),
);

const maximum = fc.record({
	maxRequestsPerDay: fc.integer({ min: 0, max: 2 }),
	sentToday: fc.integer({ min: 0, max: 1 }),
});

const limits = fc
	.record({
		maxRequestsPerDay: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
		A: fc.option(maximum, { nil: undefined }),
		B: fc.option(maximum, { nil: undefined }),
	})
	.map(({ maxRequestsPerDay, A, B }) => ({
		now: NOW,
		rate: 1,
		burst: 5,
		capZone: 'UTC',
		maxRequestsPerDay,
		maxima: new Map([
			...(A === undefined ? [] : [['A', A] as const]),
			...(B === undefined ? [] : [['B', B] as const]),
		]),
	}));

/** The room that all limits leave on each day, for each key that orders count toward. */
function roomsOf({ maxRequestsPerDay = Infinity, maxima = new Map() }: PlanLimits) {
	const rooms = new Map<string, number[]>([['', new Array<number>(DAYS).fill(maxRequestsPerDay)]]);
	for (const [key, { maxRequestsPerDay: most, sentToday = 0 }] of maxima) {
		rooms.set(
			key,
			Array.from({ length: DAYS }, (_, day) => Math.max(0, most - (day === 0 ? sentToday : 0))),
		);
	}
	return rooms;
}

/** By brute force: the most orders that get a day, if a day has slots for all. */
function mostOf(orders: Instance, limited: PlanLimits): number {
	const rooms = roomsOf(limited);
	const daysOf = orders.map((order) => {
		const from = Math.max(NOW, order.opensAt);
		return Array.from({ length: DAYS }, (_, day) => day).filter(
			(day) =>
				dayOf(from) <= day &&
				day <= dayOf(order.closesAt ?? 0) &&
				from <= (order.closesAt ?? 0) &&
				!order.quiet.includes(day),
		);
	});
	const add = (keys: readonly string[], day: number, change: number) => {
		for (const key of keys) {
			const own = rooms.get(key) ?? [];
			own[day] = (own[day] ?? 0) + change;
		}
	};
	const search = (index: number): number => {
		const order = orders[index];
		if (order === undefined) return 0;
		let best = search(index + 1);
		const keys = ['', ...(order.countsToward ?? [])].filter((key) => rooms.has(key));
		for (const day of daysOf[index] ?? []) {
			if (keys.some((key) => (rooms.get(key)?.[day] ?? 0) < 1)) continue;
			add(keys, day, -1);
			best = Math.max(best, 1 + search(index + 1));
			add(keys, day, 1);
		}
		return best;
	};
	return search(0);
}

function expectToKeepLimits(orders: Instance, limited: PlanLimits): number {
	const { planned, leftOut } = planSends(orders, limited);
	const rooms = roomsOf(limited);
	expect(planned.length + leftOut.length).toBe(orders.length);
	for (const { key, sendAt } of planned) {
		const order = orders.find((each) => each.key === key);
		expect(sendAt).toBeGreaterThanOrEqual(Math.max(NOW, order?.opensAt ?? NaN));
		expect(sendAt).toBeLessThanOrEqual(order?.closesAt ?? NaN);
		const day = dayOf(sendAt);
		expect(order?.quiet).not.toContain(day);
		for (const each of ['', ...(order?.countsToward ?? [])]) {
			const own = rooms.get(each);
			if (own === undefined) continue;
			own[day] = (own[day] ?? 0) - 1;
			expect(own[day]).toBeGreaterThanOrEqual(0);
		}
	}
	return planned.length;
}

describe('a plan with maxima of campaigns and quiet days', () => {
	it('sends as many orders as any plan could, and keeps each maximum and each quiet day', () => {
		fc.assert(
			fc.property(instance, limits, (orders, limited) => {
				const size = expectToKeepLimits(orders, limited);
				expect(size).toBe(mostOf(orders, limited));
				expect(planSends(orders, limited).atMost).toBe(size);
			}),
			{ numRuns: 1_000 },
		);
	});

	it('keeps all limits and says how close it is if orders count toward two maxima and slots are rare', () => {
		let exact = 0;
		const runs = 500;
		fc.assert(
			fc.property(instance, limits, fc.integer({ min: 4, max: 30 }), (orders, limited, hours) => {
				const scarce = { ...limited, rate: 1 / (hours * 3_600), burst: 1 };
				const both = orders.map((order, index) =>
					index % 3 === 0 ? { ...order, countsToward: ['A', 'B'] } : order,
				);
				const size = expectToKeepLimits(both, scarce);
				const { atMost } = planSends(both, scarce);
				expect(size).toBeLessThanOrEqual(atMost);
				if (size === atMost) exact += 1;
			}),
			{ numRuns: runs },
		);
		// With scarce slots, too, the bound is usually reached.
		expect(exact / runs).toBeGreaterThan(0.8);
	});

	it('a preferred calendar changes no order that is planned, however rare slots are', () => {
		fc.assert(
			fc.property(
				instance,
				limits,
				fc.integer({ min: 4, max: 30 }),
				fc.subarray([0, 1, 2, 3]),
				(orders, limited, hours, days) => {
					const scarce = { ...limited, rate: 1 / (hours * 3_600), burst: 1 };
					const preferring = orders.map((order, index) => ({
						...order,
						countsToward: index % 3 === 0 ? ['A', 'B'] : order.countsToward,
					}));
					const keys = (all: readonly PlanCandidate[]) =>
						planSends(all, scarce)
							.planned.map(({ key }) => key)
							.sort();
					expect(
						keys(
							preferring.map((order) => ({
								...order,
								preferred: {
									key: `${order.calendar?.key} preferred`,
									allOf: [
										...(order.calendar?.allOf ?? []),
										{
											zone: 'UTC',
											isPermittedDay: (day: number) => days.includes(day - firstDay),
										},
									],
								},
							})),
						),
					).toEqual(keys(preferring));
				},
			),
			{ numRuns: 1_000 },
		);
	});

	it('sends no order early because of a maximum, if none has to be', () => {
		const order = (key: string, delayDays: number): PlanCandidate => ({
			key,
			zone: 'UTC',
			opensAt: NOW,
			closesAt: NOW + 3 * DAY,
			preferredFrom: NOW + delayDays * DAY,
			urgency: 0,
			countsToward: ['A'],
		});
		const { planned } = planSends([order('a', 0), order('b', 0), order('c', 1)], {
			now: NOW,
			rate: 1,
			burst: 5,
			capZone: 'UTC',
			maxima: new Map([['A', { maxRequestsPerDay: 1 }]]),
		});
		expect(planned.map(({ key, sendAt, early }) => [key, dayOf(sendAt), early])).toEqual([
			['a', 0, false],
			expect.arrayContaining([1, false]),
			expect.arrayContaining([2, false]),
		]);
	});
});
