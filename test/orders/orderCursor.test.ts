import fc from '../fastCheck';
import { DateTime } from 'luxon';

import {
	cursorFrom,
	narrowed,
	newestSearchable,
	nextStep,
	orderCursorSchema,
	takePage,
	withFulfillment,
	withoutFulfillment,
	withoutOpenSearch,
	type OrderCursor,
} from '../../nodes/AmazonReviewSolicitation/orders/orderCursor';

const START = DateTime.fromISO('2026-11-01T00:00:00Z', { zone: 'utc' });

const at = (minutes: number): string => START.plus({ minutes }).toISO() ?? '';

describe('takePage, if no later run continues', () => {
	it('passes on each order once, even if it has changed, and over all narrower searches', () => {
		const end = at(7 * 24 * 60);
		const take = (cursor: OrderCursor, updatedAt: string, nextToken?: string) =>
			takePage(
				cursor,
				{ orders: [{ orderId: 'a', updatedAt }], nextToken },
				end,
				0,
				undefined,
				true,
			);
		const first = take(nextStep(cursorFrom(at(0)), end, end, 0).cursor, at(1), 'second');
		expect(first.fresh).toHaveLength(1);
		const half = nextStep(narrowed(first.cursor), end, end, 0);
		const second = take(half.cursor, at(2));
		expect(second.fresh).toEqual([]);
		const rest = nextStep(second.cursor, end, end, 0);
		expect(rest.step).toEqual({ after: at(3.5 * 24 * 60), until: end });
		expect(take(rest.cursor, at(3)).fresh).toEqual([]);
	});
});

describe('nextStep', () => {
	it('searches from the position reached, looking back a little, up to two minutes ago', () => {
		const reached = { ...cursorFrom(at(10)), since: at(100) };
		const { step } = nextStep(reached, at(200), newestSearchable(at(200)), 30);
		expect(step).toEqual({ after: at(70), until: at(198) });
	});

	it('continues the open search at its page', () => {
		const first = nextStep(cursorFrom(at(0)), at(100), at(98), 0);
		const page = { orders: [], nextToken: 'second' };
		const { cursor } = takePage(first.cursor, page, at(100), 0);
		expect(nextStep(cursor, at(500), at(498), 0).step).toEqual({ ...first.step, token: 'second' });
	});

	it('starts a narrower search when the token has expired, and widens again', () => {
		const end = at(7 * 24 * 60);
		const first = nextStep(cursorFrom(at(0)), end, end, 0);
		let { cursor } = takePage(first.cursor, { orders: [], nextToken: 'second' }, end, 0);
		const later = at(9 * 24 * 60);
		const half = nextStep(cursor, later, later, 0);
		expect(half.step).toEqual({ after: at(0), until: at(3.5 * 24 * 60) });
		expect(nextStep(narrowed(cursor), later, later, 0).step).toEqual(half.step);
		cursor = takePage(half.cursor, { orders: [] }, later, 0).cursor;
		const next = nextStep(cursor, later, later, 0);
		expect(next.step).toEqual({ after: at(3.5 * 24 * 60), until: later });
	});

	it('uses a token for 23 hours', () => {
		const first = nextStep(cursorFrom(at(0)), at(100), at(98), 0);
		const page = { orders: [], nextToken: 'second' };
		const { cursor } = takePage(first.cursor, page, at(100), 0);
		const tokenAt = (minutes: number) => nextStep(cursor, at(minutes), at(minutes), 0).step.token;
		expect(tokenAt(100 + 23 * 60 - 1)).toBe('second');
		expect(tokenAt(100 + 23 * 60)).toBeUndefined();
	});

	it('reads the next page even if the search ends in the future, because the clock went back', () => {
		const first = nextStep(cursorFrom(at(0)), at(100), at(98), 0);
		const { cursor } = takePage(first.cursor, { orders: [], nextToken: 'second' }, at(100), 0);
		expect(nextStep(cursor, at(50), at(48), 0).step).toEqual({ ...first.step, token: 'second' });
	});

	it('repeats an open search before its first page, unless it ends in the future', () => {
		const { cursor, step } = nextStep(cursorFrom(at(0)), at(100), at(98), 0);
		expect(nextStep(cursor, at(500), at(498), 0)).toEqual({ step, cursor });
		expect(nextStep(cursor, at(100), at(98), 0)).toEqual({ step, cursor });
		expect(nextStep(cursor, at(99), at(97), 0).step).toEqual({ after: at(0), until: at(97) });
	});

	it('searches at least an hour, however often a search was too long', () => {
		const hours = (count: number) => at(60 * count);
		let { cursor } = nextStep(cursorFrom(at(0)), hours(10), hours(10), 0);
		const ends: string[] = [];
		for (let time = 0; time < 6; time += 1) {
			cursor = narrowed(cursor);
			ends.push(cursor.open?.until ?? '');
		}
		expect(ends).toEqual([300, 150, 75, 60, 60, 60].map(at));
	});

	it('forgets a limit of more than 90 days', () => {
		const days = (count: number) => at(24 * 60 * count);
		const sliceAfter = (length: number) => {
			const { cursor } = nextStep(cursorFrom(at(0)), days(length), days(length), 0);
			const { sliceMs } = takePage(narrowed(cursor), { orders: [] }, days(length), 0).cursor;
			return sliceMs === undefined ? undefined : sliceMs / 86_400_000;
		};
		expect(sliceAfter(80)).toBe(80);
		expect(sliceAfter(90)).toBe(90);
		expect(sliceAfter(90.1)).toBeUndefined();
	});

	it('searches in ranges of the limit, and the rest if that is shorter', () => {
		const cursor = { ...cursorFrom(at(0)), sliceMs: 3_600_000 };
		const stepTo = (end: number) => nextStep(cursor, at(end), at(end), 0).step;
		expect(stepTo(90)).toEqual({ after: at(0), until: at(60) });
		expect(stepTo(60)).toEqual({ after: at(0), until: at(60) });
		expect(stepTo(59)).toEqual({ after: at(0), until: at(59) });
	});

	it('narrows only what was not reached, and looks back as before', () => {
		const cursor: OrderCursor = {
			...cursorFrom(at(0)),
			since: at(1_000),
			open: { after: at(940), until: at(1_400), token: { value: 'old', at: at(1_400) } },
		};
		expect(narrowed(cursor)).toMatchObject({
			sliceMs: 200 * 60_000,
			open: { after: at(940), until: at(1_200) },
		});
		expect(narrowed(cursor).open).not.toHaveProperty('token');
		expect(narrowed(cursorFrom(at(5)))).toEqual(cursorFrom(at(5)));
	});

	it('after the clock was ahead, continues from the newest change that Amazon listed', () => {
		const ahead = { ...cursorFrom(at(0)), since: at(9_000) };
		const stepOf = (cursor: OrderCursor) => nextStep(cursor, at(500), at(498), 30);
		expect(stepOf({ ...ahead, newest: at(400) }).step).toEqual({ after: at(370), until: at(498) });
		expect(stepOf({ ...ahead, newest: at(400) }).cursor.since).toBe(at(400));
		expect(stepOf({ ...ahead, from: at(100) }).step).toEqual({ after: at(70), until: at(498) });
		expect(stepOf({ ...ahead, newest: at(8_000) }).step).toEqual({
			after: at(468),
			until: at(498),
		});
		// Nothing is known about changes before this.
		expect(stepOf({ ...ahead, newest: at(400), rememberedFrom: at(390) }).step.after).toBe(at(390));
	});

	it('never searches the future, even if the clock went back', () => {
		const { step } = nextStep(cursorFrom(at(100)), at(50), newestSearchable(at(50)), 10);
		expect(step.after <= step.until).toBe(true);
		expect(step.until).toBe(at(48));
	});
});

describe('data that Amazon refuses to list', () => {
	const opened = nextStep(cursorFrom(at(0)), at(100), at(98), 0).cursor;

	it('is left out of all pages of the search', () => {
		const { step, cursor } = nextStep(withoutFulfillment(opened), at(100), at(98), 0);
		expect(step).toEqual({ after: at(0), until: at(98), withoutFulfillment: true });
		const page = { orders: [], nextToken: 'second' };
		const next = takePage(cursor, page, at(101), 0).cursor;
		expect(nextStep(next, at(102), at(100), 0).step).toEqual({ ...step, token: 'second' });
		// The pages that follow must be of the same search.
		expect(withFulfillment(next)).toBe(next);
	});

	it('is requested again by the next run if no page was read', () => {
		const again = withFulfillment(withoutFulfillment(opened));
		expect(again).toEqual(opened);
		expect(nextStep(again, at(100), at(98), 0).step).toEqual({ after: at(0), until: at(98) });
	});

	it('does not matter without an open search', () => {
		const cursor = cursorFrom(at(0));
		expect(withoutFulfillment(cursor)).toEqual(cursor);
		expect(withFulfillment(cursor)).toBe(cursor);
		expect(withoutOpenSearch(opened)).not.toHaveProperty('open');
		expect(opened).toHaveProperty('open');
	});
});

describe('takePage', () => {
	it('returns an order again only if it changed', () => {
		let { cursor } = nextStep(cursorFrom(at(0)), at(100), at(98), 60);
		const take = (updatedAt: string, nextToken?: string) => {
			const taken = takePage(
				cursor,
				{ orders: [{ orderId: 'a', updatedAt }], nextToken },
				at(100),
				60,
			);
			cursor = taken.cursor;
			return taken.fresh.length;
		};
		expect(take(at(10), 'more')).toBe(1);
		expect(take(at(10), 'more')).toBe(0);
		expect(take(at(20))).toBe(1);
	});

	it.each([
		['in the middle', [10, 90, 40], 90],
		['last', [10, 40, 90], 90],
		['first, and before it one without a time', [null, 90, 10], 90],
		['of an earlier page', [30], 50],
	])('remembers the newest change that Amazon listed: %s', (_, minutes, newest) => {
		const { cursor } = nextStep(cursorFrom(at(0)), at(100), at(98), 60);
		const page = (all: ReadonlyArray<number | null>, nextToken?: string) => ({
			orders: all.map((minute, index) => ({
				orderId: `${minute} ${index}`,
				updatedAt: minute === null ? null : at(minute),
			})),
			nextToken,
		});
		const first = takePage(cursor, page([50, 20], 'more'), at(100), 60).cursor;
		expect(first.newest).toBe(at(50));
		// An order that is not wanted was listed, too.
		const { cursor: next, fresh } = takePage(first, page(minutes), at(100), 60, () => false);
		expect([next.newest, fresh]).toEqual([at(newest), []]);
	});

	it('has no newest change if Amazon gives no times', () => {
		const { cursor } = nextStep(cursorFrom(at(0)), at(100), at(98), 60);
		const orders = [{ orderId: 'a', updatedAt: null }];
		const taken = takePage(cursor, { orders }, at(100), 60);
		expect(taken.cursor).not.toHaveProperty('newest');
		expect(taken.fresh).toEqual(orders);
	});

	it('passes on an order without a time once, even if it is listed with one later', () => {
		const { cursor } = nextStep(cursorFrom(at(0)), at(100), at(98), 60);
		const take = (from: OrderCursor, updatedAt: string | null) =>
			takePage(from, { orders: [{ orderId: 'a', updatedAt }], nextToken: 'more' }, at(100), 60);
		const first = take(cursor, null);
		expect(first.fresh).toHaveLength(1);
		// It counts as changed at the end of the search.
		expect(first.cursor.passedOn).toEqual({ a: at(98) });
		const again = take(first.cursor, null);
		expect(again.fresh).toEqual([]);
		expect(take(again.cursor, at(98)).fresh).toEqual([]);
		const changed = take(again.cursor, at(50));
		expect(changed.fresh).toHaveLength(1);
		// A time that is missing later changes nothing.
		const last = take(changed.cursor, null);
		expect([last.fresh, last.cursor.passedOn]).toEqual([[], { a: at(50) }]);
	});

	it('passes on orders without an open search, and keeps its position', () => {
		const orders = [
			{ orderId: 'constructor', updatedAt: at(10) },
			{ orderId: 'b', updatedAt: null },
		];
		const { fresh, cursor } = takePage(cursorFrom(at(0)), { orders }, at(100), 60);
		expect(fresh).toEqual(orders);
		expect(cursor).toEqual({
			...cursorFrom(at(0)),
			newest: at(10),
			passedOn: { constructor: at(10), b: at(100) },
		});
	});

	it('forgets what no search can return again', () => {
		const orders = [10, 40, 60, 90].map((minute) => ({
			orderId: `${minute}`,
			updatedAt: at(minute),
		}));
		const { cursor } = nextStep(cursorFrom(at(0)), at(92), at(90), 30);
		const done = takePage(cursor, { orders }, at(92), 30).cursor;
		expect(Object.keys(done.passedOn)).toEqual(['60', '90']);
		expect(done.since).toBe(at(90));
		expect(done).not.toHaveProperty('open');
		expect(orderCursorSchema.parse(JSON.parse(JSON.stringify(done)))).toEqual(done);
	});
});

describe('a series of runs', () => {
	/** An order changes at some minutes, and each change can be found some minutes later. */
	const changes = fc.array(
		fc.record({
			order: fc.nat(8),
			minute: fc.integer({ min: 0, max: 2000 }),
			listedAfter: fc.nat(25),
		}),
		{ maxLength: 40 },
	);

	/** Each run: how long after the last one, how many pages it reads, and what goes wrong. */
	const runs = fc.array(
		fc.record({
			wait: fc.integer({ min: 1, max: 600 }),
			pages: fc.integer({ min: 1, max: 4 }),
			crash: fc.boolean(),
			tokenRefused: fc.boolean(),
		}),
		{ minLength: 1, maxLength: 12 },
	);

	it('returns the last state of every order, and no state twice in finished runs', () => {
		fc.assert(
			fc.property(changes, runs, (history, schedule) => {
				let saved: OrderCursor = cursorFrom(at(0));
				const returned: string[] = [];
				let now = 0;
				const lists = new Map<string, string[]>();

				/** What Amazon would list: the last change so far of each order, if it is in the range. */
				const listed = (after: string, until: string) => {
					const last = new Map<number, { minute: number; listedAfter: number }>();
					for (const change of history.toSorted((a, b) => a.minute - b.minute)) {
						if (change.minute + change.listedAfter <= now) last.set(change.order, change);
					}
					return [...last]
						.map(([order, { minute }]) => ({ orderId: String(order), updatedAt: at(minute) }))
						.filter(({ updatedAt }) => updatedAt >= after && updatedAt <= until);
				};
				const run = (pages: number, crash: boolean, tokenRefused: boolean) => {
					// As n8n saves it: each run has a copy of its own.
					let cursor = structuredClone(saved);
					if (tokenRefused) cursor = narrowed(cursor);
					const end = newestSearchable(at(now));
					const fresh: string[] = [];
					for (let read = 0; read < pages; read += 1) {
						const { step, cursor: opened } = nextStep(cursor, at(now), end, 30);
						// Amazon keeps the list of a search together; a page holds two orders.
						const name = step.token ?? `${now}-${read}-0`;
						const [search = '', page = '0'] = name.split('#');
						const orders =
							lists.get(search) ?? listed(step.after, step.until).map((o) => JSON.stringify(o));
						lists.set(search, orders);
						const from = Number(page) * 2;
						const more = from + 2 < orders.length;
						const slice = orders
							.slice(from, from + 2)
							.map((text) => JSON.parse(text) as { orderId: string; updatedAt: string });
						const taken = takePage(
							opened,
							{ orders: slice, ...(more && { nextToken: `${search}#${Number(page) + 1}` }) },
							at(now),
							30,
						);
						fresh.push(...taken.fresh.map(({ orderId, updatedAt }) => `${orderId} ${updatedAt}`));
						cursor = taken.cursor;
						if (cursor.open === undefined && cursor.since >= end) break;
					}
					if (crash) return;
					saved = cursor;
					returned.push(...fresh);
				};

				for (const { wait, pages, crash, tokenRefused } of schedule) {
					now += wait;
					run(pages, crash, tokenRefused);
				}
				// At the end nothing changes any more, and a few runs finish.
				now = Math.max(now, 2000) + 60;
				for (let last = 0; last < 3; last += 1) {
					run(100, false, false);
					now += 5;
				}
				expect(new Set(returned).size).toBe(returned.length);
				const final = new Map<number, number>();
				for (const { order, minute } of history.toSorted((a, b) => a.minute - b.minute)) {
					final.set(order, minute);
				}
				for (const [order, minute] of final) expect(returned).toContain(`${order} ${at(minute)}`);
			}),
			{ numRuns: 300 },
		);
	});
});
