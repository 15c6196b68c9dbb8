import fc from '../fastCheck';
import { DateTime } from 'luxon';

import {
	cursorFrom,
	narrowed,
	newestSearchable,
	nextStep,
	orderCursorSchema,
	takePage,
	type OrderCursor,
} from '../../nodes/AmazonReviewSolicitation/orders/orderCursor';

const START = DateTime.fromISO('2026-11-01T00:00:00Z', { zone: 'utc' });

const at = (minutes: number): string => START.plus({ minutes }).toISO() ?? '';

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

	it('never searches the future, even if the clock went back', () => {
		const { step } = nextStep(cursorFrom(at(100)), at(50), newestSearchable(at(50)), 10);
		expect(step.after <= step.until).toBe(true);
		expect(step.until).toBe(at(48));
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
