import {
	planSends,
	planSendsInSteps,
	type PlanCandidate,
	type PlanLimits,
} from '../../nodes/AmazonReviewSolicitation/planning/schedule';
import { inOneGo } from '../../nodes/shared/domain/steps';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Saturday, 6:00. */
const NOW = Date.UTC(2026, 2, 28, 6);
const FIRST_DAY = Date.UTC(2026, 2, 28) / DAY;

const limitsWith = (limits: Partial<PlanLimits> = {}): PlanLimits => ({
	now: NOW,
	rate: 1 / 3_600,
	burst: 1,
	capZone: 'UTC',
	...limits,
});

const order = (key: string, changes: Partial<PlanCandidate> = {}): PlanCandidate => ({
	key,
	zone: 'UTC',
	opensAt: NOW,
	closesAt: NOW + 5 * DAY,
	preferredFrom: NOW,
	urgency: 0,
	...changes,
});

/** A calendar that permits only some days, counted from today. */
const onDays = (...days: number[]) => ({
	key: `days ${days.join()}`,
	allOf: [{ zone: 'UTC', isPermittedDay: (day: number) => days.includes(day - FIRST_DAY) }],
});

/** Hours from now until each order is sent, in the order of sending. */
const hoursOf = (orders: readonly PlanCandidate[], limits: Partial<PlanLimits> = {}) =>
	planSends(orders, limitsWith(limits)).planned.map(
		({ key, sendAt }) => `${key} ${(sendAt - NOW) / HOUR}`,
	);

const planOf = (orders: readonly PlanCandidate[], limits: Partial<PlanLimits> = {}) =>
	planSends(orders, limitsWith(limits));

describe('the order of sending', () => {
	it('is by deadline, those without one last, then by urgency, then by key', () => {
		const orders = [
			order('none b', { closesAt: undefined, urgency: 1 }),
			order('none a', { closesAt: undefined, urgency: 1 }),
			order('none, urgent', { closesAt: undefined, urgency: 0 }),
			order('late', { closesAt: NOW + 4 * DAY, urgency: -9 }),
			order('b', { closesAt: NOW + 3 * DAY }),
			order('a', { closesAt: NOW + 3 * DAY }),
			order('urgent', { closesAt: NOW + 3 * DAY, urgency: -1 }),
		];
		const expected = ['urgent 0', 'a 1', 'b 2', 'late 3', 'none, urgent 4', 'none a 5', 'none b 6'];
		expect(hoursOf(orders)).toEqual(expected);
		expect(hoursOf(orders.toReversed())).toEqual(expected);
	});

	it('of the orders without a place is by deadline, too, those without room last', () => {
		const { leftOut } = planOf(
			[
				order('full', { closesAt: NOW }),
				order('quiet', { closesAt: NOW + 4 * DAY, calendar: onDays(9) }),
				order('closed', { closesAt: NOW - 1, opensAt: NOW - DAY }),
				order('sent', { closesAt: NOW, urgency: -1 }),
			],
			{ maxRequestsPerDay: 1 },
		);
		expect(leftOut).toEqual([
			{ key: 'closed', reason: 'windowClosed' },
			{ key: 'quiet', reason: 'noPermittedTime' },
			{ key: 'full', reason: 'noRoom' },
		]);
	});
});

describe('the time of an order', () => {
	it('is its wish, not early; one that must be earlier is early', () => {
		const at = (preferredFrom: number, closesAt = NOW + 2 * DAY) =>
			planOf([order('a', { preferredFrom, closesAt })]).planned;
		expect(at(NOW + 5 * HOUR)).toMatchObject([{ sendAt: NOW + 5 * HOUR, early: false }]);
		expect(at(NOW + 5 * HOUR - 1)).toMatchObject([{ sendAt: NOW + 5 * HOUR, early: false }]);
		expect(at(NOW + 5 * HOUR + 1)).toMatchObject([{ sendAt: NOW + 6 * HOUR, early: false }]);
		expect(at(NOW - DAY)).toMatchObject([{ sendAt: NOW, early: false }]);
		expect(at(NOW + 2 * DAY)).toMatchObject([{ sendAt: NOW + 2 * DAY, early: false }]);
		expect(at(NOW + 2 * DAY + 1)).toMatchObject([{ early: true }]);
		expect(at(NOW + 9 * DAY, NOW)).toMatchObject([{ sendAt: NOW, early: true }]);
	});

	it('of one without a deadline is within 60 days of its opening and its wish', () => {
		const dayIn = (day: number, changes: Partial<PlanCandidate> = {}, horizonDays?: number) =>
			planOf([order('a', { closesAt: undefined, calendar: onDays(day), ...changes })], {
				horizonDays,
			}).planned.length;
		// It is 6:00, so day 60 begins before the end of the horizon.
		expect([dayIn(59), dayIn(60), dayIn(61)]).toEqual([1, 1, 0]);
		const opensAt = NOW + 3 * DAY;
		expect([dayIn(63, { opensAt }), dayIn(64, { opensAt })]).toEqual([1, 0]);
		const preferredFrom = NOW + 7 * DAY;
		expect([dayIn(67, { preferredFrom }), dayIn(68, { preferredFrom })]).toEqual([1, 0]);
		expect([dayIn(2, {}, 2), dayIn(3, {}, 2)]).toEqual([1, 0]);
	});

	it('that opens after 400 days is its opening, and it counts as planned', () => {
		const opensAt = NOW + 400 * DAY;
		const { planned, atMost, days, leftOut } = planOf([
			order('far', { opensAt, closesAt: opensAt + DAY }),
			order('near'),
		]);
		expect(planned).toEqual([
			{ key: 'near', sendAt: NOW, early: false, isFreeFromNow: true },
			{ key: 'far', sendAt: opensAt, early: false, isFreeFromNow: false },
		]);
		expect([atMost, leftOut]).toEqual([2, []]);
		expect(days.length).toBeLessThan(8);
	});

	it('never comes before its slot, however long a slot takes', () => {
		const times = (rate: number, burst: number) =>
			planOf(
				['a', 'b', 'c', 'd'].map((key) => order(key)),
				{ rate, burst },
			).planned.map(({ sendAt }) => sendAt - NOW);
		expect(times(1 / 3_600, 1)).toEqual([0, HOUR, 2 * HOUR, 3 * HOUR]);
		expect(times(1 / 3_600, 3)).toEqual([0, 0, 0, HOUR]);
		expect(times(1_000, 1)).toEqual([0, 1, 2, 3]);
		expect(times(900, 1)).toEqual([0, 2, 4, 6]);
	});

	it('of one that opens between two slots is the next one', () => {
		const at = (opensAt: number) => planOf([order('a', { opensAt })], { burst: 3 }).planned[0];
		expect(at(NOW + 1)?.sendAt).toBe(NOW + HOUR);
		expect(at(NOW + HOUR)?.sendAt).toBe(NOW + HOUR);
		expect(at(NOW + HOUR + 1)?.sendAt).toBe(NOW + 2 * HOUR);
	});
});

describe('an order is free from now', () => {
	const isFree = (changes: Partial<PlanCandidate>, limits: Partial<PlanLimits> = {}) => {
		const first = order('first', { closesAt: NOW + DAY, calendar: onDays(0, 1) });
		const { planned } = planOf([first, order('a', changes)], limits);
		return planned.find(({ key }) => key === 'a')?.isFreeFromNow;
	};

	it('if its calendar permits all times until then', () => {
		expect(isFree({})).toBe(true);
		expect(isFree({ preferredFrom: NOW + 2 * DAY })).toBe(true);
		expect(isFree({ preferredFrom: NOW + 17 * HOUR, calendar: onDays(0) })).toBe(true);
		expect(isFree({ calendar: onDays(1) })).toBe(false);
		expect(isFree({ preferredFrom: NOW + 2 * DAY, calendar: onDays(0, 2) })).toBe(false);
	});

	it('if it is on the same day of a maximum that it counts toward', () => {
		const tomorrow = { preferredFrom: NOW + 18 * HOUR };
		const today = { preferredFrom: NOW + 17 * HOUR };
		const limits = { maxRequestsPerDay: 9 };
		expect([isFree(today, limits), isFree(tomorrow, limits)]).toEqual([true, false]);
		const maxima = new Map([['A', { maxRequestsPerDay: 9 }]]);
		const counts = { countsToward: ['A'] };
		expect(isFree({ ...today, ...counts }, { maxima })).toBe(true);
		expect(isFree({ ...tomorrow, ...counts }, { maxima })).toBe(false);
		expect(isFree(tomorrow, { maxima })).toBe(true);
		// No such maximum.
		expect(isFree({ ...tomorrow, countsToward: ['B'] }, { maxima })).toBe(true);
	});

	it('if its preferred calendar permits all times until then, unless it is not used', () => {
		expect(isFree({ preferred: onDays(0) })).toBe(true);
		expect(isFree({ preferred: onDays(1) })).toBe(false);
		// Its window closes before the preferred day.
		expect(isFree({ preferred: onDays(2), closesAt: NOW + 2 * HOUR })).toBe(true);
	});
});

describe('the days of a plan', () => {
	it('have the room of the maximum, rounded down, less what was sent today', () => {
		const orders = ['a', 'b', 'c', 'd', 'e'].map((key) => order(key));
		const { days } = planOf(orders, { maxRequestsPerDay: 2.9, sentToday: 1 });
		expect(days.slice(0, 4)).toEqual([
			{ from: NOW, planned: 1, capacity: 1 },
			{ from: (FIRST_DAY + 1) * DAY, planned: 2, capacity: 2 },
			{ from: (FIRST_DAY + 2) * DAY, planned: 2, capacity: 2 },
			{ from: (FIRST_DAY + 3) * DAY, planned: 0, capacity: 2 },
		]);
		expect(planOf(orders, { maxRequestsPerDay: 1, sentToday: 9 }).days[0]).toMatchObject({
			capacity: 0,
		});
	});

	it('have the slots that some calendar permits', () => {
		const { days } = planOf([
			order('a', { calendar: onDays(1, 2), closesAt: NOW + 2 * DAY }),
			order('b', { calendar: onDays(2), closesAt: NOW + 2 * DAY }),
		]);
		expect(days.map(({ planned, capacity }) => [planned, capacity])).toEqual([
			[0, 0],
			[1, 24],
			// Until 6:00, which is included.
			[1, 7],
		]);
	});

	it('have the slots of no maximum', () => {
		const { days } = planOf([order('a', { closesAt: NOW + DAY })], { burst: 3 });
		expect(days.map(({ capacity }) => capacity)).toEqual([3 + 17, 7]);
	});

	it('are those of all orders, with what is planned on preferred days', () => {
		const orders = [
			order('a', { preferred: onDays(1), closesAt: NOW + 2 * DAY }),
			order('b', { closesAt: NOW - 1 }),
			order('c', { closesAt: NOW + 3 * DAY, calendar: onDays() }),
		];
		const { days, leftOut, atMost } = planOf(orders);
		expect(days.map(({ planned }) => planned)).toEqual([0, 1, 0, 0]);
		expect(leftOut.map(({ key, reason }) => `${key} ${reason}`)).toEqual([
			'b windowClosed',
			'c noPermittedTime',
		]);
		expect(atMost).toBe(1);
	});
});

describe('a preferred calendar', () => {
	it('delays an order until its end', () => {
		const at = (changes: Partial<PlanCandidate>) =>
			hoursOf([order('a', { preferred: onDays(2), ...changes })])[0];
		expect(at({})).toBe('a 42');
		expect(at({ closesAt: NOW + 42 * HOUR })).toBe('a 42');
		expect(at({ closesAt: NOW + 41 * HOUR })).toBe('a 0');
		// From here on, it does not wait.
		expect(at({ preferredUntil: NOW + 42 * HOUR + 1 })).toBe('a 42');
		expect(at({ preferredUntil: NOW + 42 * HOUR })).toBe('a 0');
		expect(at({ preferredUntil: NOW - DAY })).toBe('a 0');
		expect(at({ preferredUntil: NOW + 90 * DAY })).toBe('a 42');
	});

	it('does not come before being on time', () => {
		expect(hoursOf([order('a', { preferred: onDays(0), preferredFrom: NOW + DAY })])).toEqual([
			'a 24',
		]);
		// On time on the preferred day, rather than at once.
		expect(hoursOf([order('a', { preferred: onDays(1), preferredFrom: NOW + HOUR })])).toEqual([
			'a 18',
		]);
	});

	it('is given up by as few orders as possible', () => {
		const orders = ['a', 'b', 'c'].map((key) => order(key, { preferred: onDays(1) }));
		expect(hoursOf(orders, { maxRequestsPerDay: 2 })).toEqual(['c 0', 'a 18', 'b 19']);
		expect(hoursOf(orders, { maxRequestsPerDay: 3 })).toEqual(['a 18', 'b 19', 'c 20']);
	});

	it('with maxima, does the same', () => {
		const maxima = new Map([['A', { maxRequestsPerDay: 1 }]]);
		const orders = ['a', 'b'].map((key) =>
			order(key, { preferred: onDays(1), countsToward: ['A'] }),
		);
		expect(hoursOf(orders, { maxima })).toEqual(['b 0', 'a 18']);
		const until = orders.map((each) => ({ ...each, preferredUntil: NOW + 18 * HOUR }));
		expect(hoursOf(until, { maxima })).toEqual(['a 0', 'b 18']);
	});
});

describe('orders that are in the way of each other', () => {
	it('move, however many have to', () => {
		// Each may use two slots; the last one only the first, so that all others must move.
		const chain = Array.from({ length: 12 }, (_, index) =>
			order(`${String(index).padStart(2, '0')}`, {
				opensAt: NOW + index * HOUR,
				closesAt: NOW + 20 * HOUR,
				calendar: {
					key: `${index}`,
					allOf: [{ zone: 'UTC', hours: { from: (6 + index) * 60, to: (6 + index + 1) * 60 + 1 } }],
				},
			}),
		);
		const last = order('last', { closesAt: NOW + 20 * HOUR, calendar: chain[0]?.calendar });
		const only = {
			...last,
			key: 'zz',
			calendar: { key: 'only', allOf: [{ zone: 'UTC', hours: { from: 360, to: 361 } }] },
		};
		expect(hoursOf([...chain, only])).toEqual([
			'zz 0',
			...chain.map(({ key }, index) => `${key} ${index + 1}`),
		]);
	});

	it('leave a day of the maximum to one that has no other', () => {
		const both = order('a', { calendar: onDays(0, 1), closesAt: NOW + DAY });
		const today = order('b', { calendar: onDays(0), closesAt: NOW + 2 * DAY });
		expect(hoursOf([both, today], { maxRequestsPerDay: 1 })).toEqual(['b 0', 'a 18']);
		expect(
			planOf([both, today, order('c', { calendar: onDays(0) })], { maxRequestsPerDay: 1 }),
		).toMatchObject({
			leftOut: [{ key: 'c', reason: 'noRoom' }],
			atMost: 2,
		});
	});

	it('stay on time if others can be early', () => {
		const wish = { preferredFrom: NOW + 3 * HOUR, closesAt: NOW + 3 * HOUR };
		const orders = ['a', 'b', 'c'].map((key) => order(key, wish));
		const { planned } = planOf(orders);
		expect(planned.map(({ key, early }) => `${key} ${early}`)).toEqual([
			'b true',
			'c true',
			'a false',
		]);
	});
});

describe('maxima of several kinds', () => {
	const two = (A: number, B: number, sentToday = 0) =>
		new Map([
			['A', { maxRequestsPerDay: A }],
			['B', { maxRequestsPerDay: B, sentToday }],
		]);
	const both = { countsToward: ['A', 'B'] };

	it('are all kept: an order takes the next day that all of them leave', () => {
		expect(hoursOf([order('a', both)], { maxima: two(5, 1, 1) })).toEqual(['a 18']);
		expect(hoursOf([order('a', both)], { maxima: two(5, 1, 0) })).toEqual(['a 0']);
		expect(
			hoursOf(
				['a', 'b', 'c'].map((key) => order(key, both)),
				{ maxima: two(5, 1) },
			).map((each) => each.slice(2)),
		).toEqual(['0', '18', '42']);
	});

	it('make an order early only if nothing later is free', () => {
		const wish = { ...both, preferredFrom: NOW + 18 * HOUR, closesAt: NOW + 30 * HOUR };
		const { planned, atMost } = planOf([order('a', wish), order('b', wish), order('c', wish)], {
			maxima: two(5, 1),
		});
		expect(planned.map(({ sendAt, early }) => [(sendAt - NOW) / HOUR, early])).toEqual([
			[0, true],
			[18, false],
		]);
		expect(atMost).toBe(3);
	});

	it('are rounded down, and are never less than nothing', () => {
		const orders = ['a', 'b'].map((key) => order(key, { countsToward: ['B'] }));
		expect(hoursOf(orders, { maxima: two(0, 1.9) })).toEqual(['a 0', 'b 18']);
		expect(hoursOf(orders, { maxima: two(0, 1, 5) })).toEqual(['a 18', 'b 42']);
		expect(planOf(orders, { maxima: two(0, 0.9) })).toMatchObject({ planned: [], atMost: 0 });
	});

	it('do not count orders of no campaign', () => {
		const orders = [order('a', { countsToward: ['A'] }), order('b'), order('c', both)];
		expect(planOf(orders, { maxima: two(0, 9) })).toMatchObject({
			planned: [{ key: 'b', sendAt: NOW }],
			leftOut: [
				{ key: 'a', reason: 'noRoom' },
				{ key: 'c', reason: 'noRoom' },
			],
			atMost: 1,
		});
	});

	it('and the maximum of all orders are kept together', () => {
		const orders = ['a', 'b', 'c', 'd'].map((key, index) =>
			order(key, index < 2 ? { countsToward: ['A'] } : {}),
		);
		expect(hoursOf(orders, { maxima: two(1, 9), maxRequestsPerDay: 2 })).toEqual([
			'a 0',
			'c 1',
			'b 18',
			'd 19',
		]);
	});
});

it('a long plan is made in steps that are not longer than that of a short one', () => {
	/** The most properties of orders that one step reads. */
	const mostReads = (count: number) => {
		let reads = 0;
		const orders = Array.from(
			{ length: count },
			(_, index) =>
				new Proxy(
					order(String(index).padStart(6, '0'), {
						opensAt: NOW + (index % 50) * DAY,
						closesAt: NOW + ((index % 50) + 20) * DAY,
					}),
					{
						get: (target, name) => {
							if (name === 'key') reads += 1;
							return target[name as keyof PlanCandidate];
						},
					},
				),
		);
		const steps = planSendsInSteps(orders, limitsWith({ rate: 1, maxRequestsPerDay: 200 }));
		let most = 0;
		for (let isDone = false; !isDone; ) {
			reads = 0;
			isDone = steps.next().done === true;
			most = Math.max(most, reads);
		}
		return most;
	};
	const orders = [order('b', { closesAt: NOW + DAY }), order('a')];
	expect(inOneGo(planSendsInSteps(orders, limitsWith())).planned).toHaveLength(2);
	// Sorting compares up to 4,096 at once.
	expect(mostReads(12_000)).toBeLessThanOrEqual(mostReads(9_000) * 1.1);
});

it.each<[string, Partial<PlanLimits>, Partial<PlanCandidate>]>([
	['without a maximum', {}, {}],
	['with a maximum', { maxRequestsPerDay: 60 }, {}],
	[
		'with several maxima',
		{
			maxima: new Map([
				['A', { maxRequestsPerDay: 60 }],
				['B', { maxRequestsPerDay: 50 }],
			]),
		},
		{ countsToward: ['A', 'B'] },
	],
	['with a preferred calendar', {}, { preferred: onDays(1, 3) }],
])('a long plan pauses, but not for each order: %s', (_, limits, changes) => {
	const orders = Array.from({ length: 1_500 }, (__, index) =>
		order(String(index).padStart(4, '0'), {
			opensAt: NOW + (index % 10) * DAY,
			closesAt: NOW + ((index % 10) + 20) * DAY,
			...changes,
		}),
	);
	const steps = planSendsInSteps(orders, limitsWith({ rate: 1, ...limits }));
	let pauses = 0;
	while (steps.next().done !== true) pauses += 1;
	expect(pauses).toBeGreaterThan(1_500 / 100);
	expect(pauses).toBeLessThan(1_500);
});
