import fc from '../fastCheck';
import { DateTime } from 'luxon';

import {
	planSends,
	type PlanCandidate,
	type PlanLimits,
	type SendPlan,
} from '../../nodes/AmazonReviewSolicitation/planning/schedule';
import { seeded } from '../seeded';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ZONES = ['Europe/Berlin', 'America/New_York', 'Asia/Tokyo'] as const;

/** Saturday; Berlin's clocks go forward the next night. */
const NOW = Date.UTC(2026, 2, 28, 6);

/** A slot every four hours keeps the instances small enough to solve by brute force. */
const SLOT = 4 * HOUR;

const limitsWith = (limits: Partial<PlanLimits> = {}): PlanLimits => ({
	now: NOW,
	rate: 1 / (SLOT / 1000),
	burst: 2,
	capZone: 'America/Los_Angeles',
	horizonDays: 2,
	...limits,
});

const candidateWith = (candidate: Partial<PlanCandidate> = {}): PlanCandidate => ({
	key: 'order',
	zone: 'Europe/Berlin',
	opensAt: NOW,
	closesAt: NOW + 2 * DAY,
	preferredFrom: NOW,
	urgency: 0,
	...candidate,
});

const candidate = fc
	.record({
		zone: fc.constantFrom(...ZONES),
		opens: fc.integer({ min: -10, max: 24 }),
		lasts: fc.option(fc.integer({ min: -1, max: 30 }), { nil: undefined, freq: 8 }),
		delay: fc.integer({ min: -5, max: 30 }),
		urgency: fc.nat({ max: 3 }),
	})
	.map(({ opens, lasts, delay, ...rest }) => ({
		...rest,
		opensAt: NOW + opens * HOUR,
		closesAt: lasts === undefined ? undefined : NOW + (opens + lasts) * HOUR,
		preferredFrom: NOW + (opens + delay) * HOUR,
	}));

const candidates = fc
	.array(candidate, { maxLength: 8 })
	.map((all) => all.map((each, index): PlanCandidate => ({ key: `order ${index}`, ...each })));

const minute = fc.integer({ min: 0, max: 48 }).map((halfHours) => 30 * halfHours);
const limits = fc
	.record({
		burst: fc.integer({ min: 1, max: 3 }),
		maxRequestsPerDay: fc.option(fc.nat({ max: 4 }), { nil: undefined }),
		sentToday: fc.nat({ max: 2 }),
		capZone: fc.constantFrom(...ZONES),
		hours: fc.option(fc.record({ from: minute, to: minute }), { nil: undefined }),
		weekdays: fc.option(fc.subarray([1, 6, 7]), { nil: undefined, freq: 2 }),
	})
	.map(limitsWith);

const slotTime = (slot: number, { now, burst }: PlanLimits) =>
	now + Math.max(0, slot - burst + 1) * SLOT;

/** Reads the clock as a person would. */
function isOnCalendar(moment: number, zone: string, { hours, weekdays }: PlanLimits): boolean {
	const local = DateTime.fromMillis(moment, { zone });
	const time = 60 * local.hour + local.minute;
	if (weekdays !== undefined && !weekdays.includes(local.weekday)) return false;
	if (hours === undefined) return true;
	if (hours.from < hours.to) return time >= hours.from && time < hours.to;
	return time >= hours.from || time < hours.to;
}

const dayOf = (moment: number, { capZone }: PlanLimits) =>
	DateTime.fromMillis(moment, { zone: capZone }).toISODate() ?? '';

function mayBeSent(order: PlanCandidate, moment: number, limited: PlanLimits): boolean {
	const opensAt = Math.max(order.opensAt, limited.now);
	const horizon = Math.max(opensAt, order.preferredFrom) + (limited.horizonDays ?? 60) * DAY;
	return (
		moment >= opensAt &&
		(order.closesAt === undefined ? moment < horizon : moment <= order.closesAt) &&
		isOnCalendar(moment, order.zone, limited)
	);
}

/**
 * By brute force, the most orders that can be sent, and how few of them must be sent early. It goes
 * slot by slot and keeps the fewest early orders for each set of sent orders and each count of
 * today's requests.
 */
function best(orders: readonly PlanCandidate[], limited: PlanLimits) {
	const cap = limited.maxRequestsPerDay ?? Infinity;
	let today = dayOf(limited.now, limited);
	let states = new Map<string, State>();
	const reach = (to: Map<string, State>, state: State) => {
		const key = `${state.sent} ${limited.maxRequestsPerDay === undefined ? 0 : state.today}`;
		if (state.early < (to.get(key)?.early ?? Infinity)) to.set(key, state);
	};
	reach(states, { sent: 0, today: limited.sentToday ?? 0, early: 0 });
	for (let slot = 0; slotTime(slot, limited) < NOW + 5 * DAY; slot += 1) {
		const moment = slotTime(slot, limited);
		const isNewDay = dayOf(moment, limited) !== today;
		today = dayOf(moment, limited);
		const sendable = orders.flatMap((order, index) =>
			mayBeSent(order, moment, limited)
				? [{ bit: 1 << index, early: Number(moment < order.preferredFrom) }]
				: [],
		);
		const after = new Map<string, State>();
		for (const state of states.values()) {
			const idle = isNewDay ? { ...state, today: 0 } : state;
			reach(after, idle);
			if (idle.today >= cap) continue;
			for (const { bit, early } of sendable) {
				if ((state.sent & bit) !== 0) continue;
				reach(after, {
					sent: state.sent | bit,
					today: idle.today + 1,
					early: state.early + early,
				});
			}
		}
		states = after;
	}
	const ends = [...states.values()].map(({ sent, early }) => ({ size: countBits(sent), early }));
	const size = Math.max(...ends.map((end) => end.size));
	return {
		size,
		early: Math.min(...ends.filter((end) => end.size === size).map((end) => end.early)),
	};
}

/** Orders sent, as bits; requests sent on the current day; early ones among all sent. */
interface State {
	readonly sent: number;
	readonly today: number;
	readonly early: number;
}

const countBits = (bits: number): number => (bits === 0 ? 0 : (bits & 1) + countBits(bits >>> 1));

const withoutWishes = (orders: readonly PlanCandidate[]) =>
	orders.map((order) => ({ ...order, preferredFrom: order.opensAt }));

const keysOf = (plan: SendPlan) => plan.planned.map(({ key }) => key);
const reasonOf = (plan: SendPlan, key = 'order') =>
	plan.leftOut.find((each) => each.key === key)?.reason;

function expectToKeepLimits(
	{ planned, leftOut }: SendPlan,
	orders: readonly PlanCandidate[],
	limited: PlanLimits,
): void {
	expect([...planned, ...leftOut].map(({ key }) => key).sort()).toEqual(
		orders.map(({ key }) => key).sort(),
	);
	const byKey = new Map(orders.map((order) => [order.key, order]));
	const perDay = new Map([[dayOf(limited.now, limited), limited.sentToday ?? 0]]);
	for (const { key, sendAt, early } of planned) {
		const order = byKey.get(key);
		expect(order && mayBeSent(order, sendAt, limited)).toBe(true);
		expect(early).toBe(order !== undefined && sendAt < order.preferredFrom);
		const day = dayOf(sendAt, limited);
		perDay.set(day, (perDay.get(day) ?? 0) + 1);
		expect(perDay.get(day)).toBeLessThanOrEqual(limited.maxRequestsPerDay ?? Infinity);
	}
	const times = planned.map(({ sendAt }) => sendAt);
	expect(times).toEqual(times.toSorted((a, b) => a - b));
	const overruns = times.flatMap((from, index) =>
		times
			.slice(index)
			.filter((to, more) => more + 1 > limited.burst + ((to - from) / 1000) * limited.rate + 1e-6),
	);
	expect(overruns).toEqual([]);
}

it('plans an order whose window opens in a thousand years without spending time on it', () => {
	const opensAt = NOW + 1000 * 365 * DAY;
	const limits = { now: NOW, rate: 1, burst: 5, capZone: 'Europe/Berlin', maxRequestsPerDay: 500 };
	const start = process.cpuUsage();
	const { planned, leftOut } = planSends(
		[
			candidateWith({ key: 'wrong', opensAt, closesAt: opensAt + DAY, preferredFrom: opensAt }),
			candidateWith({ key: 'endless', closesAt: opensAt }),
			candidateWith({ key: 'usual', closesAt: NOW + 10 * DAY }),
		],
		{ ...limits, hours: { from: 540, to: 1200 }, weekdays: [1, 2, 3, 4, 5] },
	);
	expect(process.cpuUsage(start).user / 1000).toBeLessThan(2_000);
	expect(leftOut).toEqual([]);
	expect(planned.map(({ key }) => key)).toEqual(['usual', 'endless', 'wrong']);
	expect(planned.at(-1)?.sendAt).toBe(opensAt);
});

it('plans an order however far ahead its window opens', () => {
	const limits = { now: NOW, rate: 1, burst: 5, capZone: 'Europe/Berlin' };
	for (const ahead of [400 * DAY - 1_000, 400 * DAY, 400 * DAY + 1_000]) {
		const opensAt = NOW + ahead;
		const order = candidateWith({ opensAt, closesAt: opensAt + DAY, preferredFrom: opensAt });
		expect(planSends([order], limits).planned).toMatchObject([{ sendAt: opensAt }]);
	}
});

describe('a plan', () => {
	it('respects windows, calendar, cap and token bucket, and returns each order once', () => {
		fc.assert(
			fc.property(candidates, limits, (orders, limited) => {
				expectToKeepLimits(planSends(orders, limited), orders, limited);
			}),
			{ numRuns: 300 },
		);
	});

	it('does the same with many orders, and loses none because of a preference', () => {
		fc.assert(
			fc.property(
				fc.integer({ min: 1, max: 90 }),
				fc.integer(),
				limits,
				fc.integer({ min: 1, max: 16 }),
				(size, seed, limited, maxRequestsPerDay) => {
					const random = seeded(seed);
					const hours = (least: number, most: number) =>
						HOUR * Math.floor(least + random() * (most - least));
					const orders = Array.from({ length: size }, (_, index) => {
						const opensAt = NOW + hours(-10, 60);
						return candidateWith({
							key: `order ${index}`,
							zone: ZONES[Math.floor(3 * random())],
							opensAt,
							closesAt: opensAt + hours(0, 50),
							preferredFrom: opensAt + hours(0, 40),
						});
					});
					const crowded = { ...limited, rate: 1 / 3600, maxRequestsPerDay };
					const plan = planSends(orders, crowded);
					expectToKeepLimits(plan, orders, crowded);
					expect(plan.planned).toHaveLength(
						planSends(withoutWishes(orders), crowded).planned.length,
					);
				},
			),
			{ numRuns: 300 },
		);
	});

	it('sends as many orders as possible, and none early if none has to be', () => {
		fc.assert(
			fc.property(candidates, limits, (orders, limited) => {
				const { planned } = planSends(orders, limited);
				const { size, early } = best(orders, limited);
				expect(planned).toHaveLength(size);
				expect(planned.some((each) => each.early)).toBe(early > 0);
			}),
			{ numRuns: 500 },
		);
	});

	it('loses no order because of a preference', () => {
		fc.assert(
			fc.property(
				candidates.map((orders) => orders.filter(({ closesAt }) => closesAt !== undefined)),
				limits,
				(orders, limited) => {
					expect(planSends(orders, limited).planned).toHaveLength(
						planSends(withoutWishes(orders), limited).planned.length,
					);
				},
			),
		);
	});

	it('never sends fewer when there are more orders', () => {
		fc.assert(
			fc.property(candidates, limits, fc.nat(), (orders, limited, cut) => {
				const fewer = orders.slice(0, cut % (orders.length + 1));
				expect(planSends(fewer, limited).planned.length).toBeLessThanOrEqual(
					planSends(orders, limited).planned.length,
				);
			}),
		);
	});

	it('does not depend on the order of the input', () => {
		fc.assert(
			fc.property(
				candidates.chain((orders) =>
					fc.tuple(fc.constant(orders), fc.shuffledSubarray(orders, { minLength: orders.length })),
				),
				limits,
				([orders, shuffled], limited) => {
					expect(planSends(shuffled, limited)).toEqual(planSends(orders, limited));
				},
			),
		);
	});

	it('is earliest deadline first in the plain case, at the first possible time', () => {
		fc.assert(
			fc.property(candidates, fc.integer({ min: 1, max: 3 }), (orders, burst) => {
				const limited = limitsWith({ burst });
				const plain = withoutWishes(orders);
				const sent = new Map(planSends(plain, limited).planned.map((each) => [each.key, each]));
				const waiting = plain.filter(({ key }) => sent.has(key));
				const deadline = (order: PlanCandidate) => order.closesAt ?? Infinity;
				waiting.sort((a, b) => {
					if (deadline(a) !== deadline(b)) return deadline(a) - deadline(b);
					return a.urgency - b.urgency || (a.key < b.key ? -1 : 1);
				});
				for (let slot = 0; waiting.length > 0; slot += 1) {
					const moment = slotTime(slot, limited);
					const next = waiting.findIndex(({ opensAt }) => opensAt <= moment);
					if (next < 0) continue;
					const [order] = waiting.splice(next, 1);
					expect(sent.get(order?.key ?? '')?.sendAt).toBe(moment);
				}
			}),
		);
	});

	it('finds a place for an order that a greedy plan would lose, across zones', () => {
		// 0:00 to 6:00: in New York, 6:00 UTC is 2:00; Tokyo's night begins at 15:00 UTC.
		const orders = [
			candidateWith({ key: 'nights', zone: 'America/New_York', closesAt: NOW + 30 * HOUR }),
			candidateWith({ key: 'now only', zone: 'America/New_York', closesAt: NOW + 31 * HOUR }),
			candidateWith({ key: 'Tokyo', zone: 'Asia/Tokyo', closesAt: NOW + 31 * HOUR }),
		];
		const plan = planSends(orders, limitsWith({ burst: 1, hours: { from: 0, to: 360 } }));
		expect(plan.leftOut).toEqual([]);
	});

	it('delays an order to send another one later on the same day of the cap', () => {
		// One request a day: the order open now can wait until tomorrow, the other cannot.
		const plan = planSends(
			[
				candidateWith({ key: 'can wait', closesAt: NOW + 30 * HOUR, urgency: 0 }),
				candidateWith({
					key: 'later today',
					opensAt: NOW + 4 * HOUR,
					closesAt: NOW + 30 * HOUR,
					urgency: 1,
				}),
				candidateWith({ key: 'now or never', closesAt: NOW + 8 * HOUR }),
			],
			limitsWith({ maxRequestsPerDay: 1, capZone: 'UTC' }),
		);
		expect(keysOf(plan)).toEqual(['now or never', 'can wait']);
		expect(reasonOf(plan, 'later today')).toBe('noRoom');
	});

	it('sends an order early to gain another, on its preferred day', () => {
		const closesAt = NOW + 20 * HOUR;
		const wish = { closesAt, preferredFrom: closesAt };
		const { planned } = planSends(
			[candidateWith({ key: 'a', ...wish }), candidateWith({ key: 'b', ...wish })],
			limitsWith(),
		);
		expect(planned).toMatchObject([
			{ key: 'b', sendAt: NOW + SLOT, early: true },
			{ key: 'a', sendAt: closesAt, early: false },
		]);
	});

	it('uses the last permitted day before a preferred time that the calendar does not permit', () => {
		// Mondays at 9:00 in Berlin: March 30 and April 6; the preferred day is Wednesday, April 8.
		const { planned } = planSends(
			[candidateWith({ closesAt: NOW + 12 * DAY, preferredFrom: NOW + 11 * DAY })],
			limitsWith({ rate: 1, weekdays: [1], hours: { from: 540, to: 600 }, capZone: 'UTC' }),
		);
		expect(planned).toMatchObject([{ key: 'order', sendAt: Date.UTC(2026, 3, 6, 7), early: true }]);
	});

	it('sends a burst now and then one each second', () => {
		const orders = Array.from({ length: 8 }, (_, index) => candidateWith({ key: `${index}` }));
		const { planned } = planSends(orders, limitsWith({ rate: 1, burst: 5 }));
		expect(planned.map(({ sendAt }) => sendAt - NOW)).toEqual([0, 0, 0, 0, 0, 1000, 2000, 3000]);
	});

	it('never exceeds a rate that is not a whole number of milliseconds', () => {
		const orders = Array.from({ length: 4 }, (_, index) => candidateWith({ key: `${index}` }));
		const { planned } = planSends(orders, limitsWith({ rate: 3, burst: 1 }));
		expect(planned.map(({ sendAt }) => sendAt - NOW)).toEqual([0, 334, 668, 1002]);
	});

	it('includes both ends of a window', () => {
		const at = (opensAt: number, closesAt: number) =>
			planSends([candidateWith({ opensAt, closesAt })], limitsWith());
		expect(at(NOW - DAY, NOW).planned).toHaveLength(1);
		expect(at(NOW + SLOT, NOW + SLOT).planned[0]?.sendAt).toBe(NOW + SLOT);
		expect(reasonOf(at(NOW + SLOT + 1, NOW + 2 * SLOT - 1))).toBe('noRoom');
	});

	it('says why an order is left out', () => {
		const plan = (order: Partial<PlanCandidate>, limited: Partial<PlanLimits> = {}) =>
			reasonOf(planSends([candidateWith(order)], limitsWith(limited)));
		expect(plan({ opensAt: NOW - DAY, closesAt: NOW - 1 })).toBe('windowClosed');
		expect(plan({ opensAt: NOW + 2, closesAt: NOW + 1 })).toBe('noPermittedTime');
		expect(plan({ closesAt: NOW + DAY / 2 }, { weekdays: [1] })).toBe('noPermittedTime');
		expect(plan({}, { weekdays: [] })).toBe('noPermittedTime');
		expect(plan({}, { maxRequestsPerDay: 0 })).toBe('noRoom');
		expect(plan({ closesAt: NOW + HOUR }, { maxRequestsPerDay: 2, sentToday: 3 })).toBe('noRoom');
		expect(plan({})).toBeUndefined();
	});

	it('starts the horizon of an order without a deadline at its preferred time', () => {
		const orders = ['a', 'b', 'c', 'd'].map((key) =>
			candidateWith({ key, closesAt: undefined, preferredFrom: NOW + 100 * DAY }),
		);
		const plan = planSends(
			orders,
			limitsWith({ maxRequestsPerDay: 1, weekdays: [1, 2, 3, 4, 5, 6, 7], horizonDays: 3 }),
		);
		expect(plan.leftOut).toEqual([]);
		expect(plan.planned.every(({ early }) => !early)).toBe(true);
		expect(plan.planned.at(-1)?.sendAt).toBeLessThan(NOW + 103 * DAY);
	});

	it('returns an empty plan without orders', () => {
		expect(planSends([], limitsWith())).toEqual({ planned: [], leftOut: [], atMost: 0, days: [] });
	});

	it('throws for invalid limits', () => {
		const refused: ReadonlyArray<Partial<PlanLimits>> = [
			{ rate: 0 },
			{ rate: Infinity },
			{ burst: 0 },
			{ burst: 1.5 },
			{ maxRequestsPerDay: -1 },
			{ maxRequestsPerDay: NaN },
			{ capZone: 'Mars/Olympus' },
			{ hours: { from: -1, to: 60 } },
			{ hours: { from: 0, to: 1441 } },
			{ weekdays: [0] },
			{ horizonDays: 0 },
		];
		for (const each of refused) {
			expect(() => planSends([candidateWith()], limitsWith(each))).toThrow(RangeError);
		}
	});
});
