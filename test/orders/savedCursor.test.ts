import fc from '../fastCheck';
import { DateTime } from 'luxon';

import {
	narrowed,
	newestSearchable,
	nextStep,
	takePage,
	type OrderCursor,
} from '../../nodes/AmazonReviewSolicitation/orders/orderCursor';
import {
	caughtUp,
	cursorOf,
	isMissing,
	savedCursorSchema,
	resumeFrom,
	stretchToCatchUp,
	type SavedCursor,
} from '../../nodes/AmazonReviewSolicitation/orders/savedCursor';

const START = DateTime.fromISO('2026-11-01T00:00:00Z', { zone: 'utc' });

const at = (minutes: number): string => START.plus({ minutes }).toISO() ?? '';

interface Order {
	readonly orderId: string;
	readonly updatedAt: string;
	readonly kinds: readonly string[];
}

const meets = ({ kinds }: Order, kind: string) => kinds.includes(kind);

/** Amazon's side: orders change at some minutes; a page contains two orders. */
class Shop {
	now = 0;

	private readonly lists = new Map<string, Order[]>();

	constructor(
		private readonly history: ReadonlyArray<{ readonly order: number; readonly minute: number }>,
		private readonly kindsOf: (order: number) => readonly string[],
	) {}

	/** What Amazon lists now: the last change of each order, if it is in the range. */
	listed(after: string, until: string): Order[] {
		const last = new Map<number, number>();
		for (const { order, minute } of this.history.toSorted((a, b) => a.minute - b.minute)) {
			if (minute <= this.now) last.set(order, minute);
		}
		return [...last]
			.map(([order, minute]) => ({
				orderId: String(order),
				updatedAt: at(minute),
				kinds: this.kindsOf(order),
			}))
			.filter(({ updatedAt }) => updatedAt >= after && updatedAt <= until);
	}

	page(step: { after: string; until: string; token?: string }) {
		const [search = '', first = '0'] = (step.token ?? `${this.lists.size}#0`).split('#');
		const list = this.lists.get(search) ?? this.listed(step.after, step.until);
		this.lists.set(search, list);
		const next = Number(first) + 2;
		return {
			orders: list.slice(Number(first), next),
			...(next < list.length && { nextToken: `${search}#${next}` }),
		};
	}
}

interface Run {
	readonly wait: number;
	readonly pages: number;
	readonly filter: readonly string[];
	readonly overlap: number;
	readonly from: number;
	readonly crash: boolean;
	readonly tokenRefused: boolean;
}

/** The runs of a workflow, as Order: Get Many makes them. */
class Workflow {
	saved: unknown = undefined;

	readonly passedOn: string[] = [];

	constructor(private readonly shop: Shop) {}

	run({ pages, filter, overlap, from, crash, tokenRefused }: Run): void {
		const now = at(this.shop.now);
		const end = newestSearchable(now);
		let left = pages;
		const fresh: string[] = [];
		const search = (
			start: OrderCursor,
			until: string,
			overlapMinutes: number,
			isWanted: (order: Order) => boolean,
		) => {
			let cursor = tokenRefused ? narrowed(start) : start;
			while (left > 0) {
				left -= 1;
				const next = nextStep(cursor, now, until, overlapMinutes);
				const page = this.shop.page(next.step);
				const taken = takePage(next.cursor, page, now, overlapMinutes, isWanted);
				fresh.push(...taken.fresh.map(({ orderId, updatedAt }) => `${orderId} ${updatedAt}`));
				cursor = taken.cursor;
				if (cursor.open === undefined && cursor.since >= until) return { cursor, complete: true };
			}
			return { cursor, complete: false };
		};
		const meetsAll = (order: Order) => filter.every((kind) => meets(order, kind));
		let place: SavedCursor = resumeFrom(this.saved, { from: at(from), end, filter });
		const main = search(place.cursor, end, overlap, meetsAll);
		place = { ...place, cursor: main.cursor };
		let { complete } = main;
		for (let stretch = stretchToCatchUp(place); complete && stretch !== undefined; ) {
			const missing = isMissing(stretch, meets);
			const until = stretch.until < end ? stretch.until : end;
			const again = search(
				cursorOf(stretch),
				until,
				0,
				(order) => meetsAll(order) && missing(order),
			);
			place = caughtUp(place, stretch, again.cursor);
			({ complete } = again);
			if (stretch.until > end) break;
			stretch = stretchToCatchUp(place);
		}
		if (crash) return;
		this.saved = JSON.parse(JSON.stringify(place)) as unknown;
		this.passedOn.push(...fresh);
	}
}

const RUN: Run = {
	wait: 60,
	pages: 100,
	filter: [],
	overlap: 30,
	from: 0,
	crash: false,
	tokenRefused: false,
};

const duplicates = (all: readonly string[]) => all.length - new Set(all).size;

const beforeAt = (minutes: number): string =>
	START.plus({ minutes, milliseconds: -1 }).toISO() ?? '';

const begunAt = (minutes: number): OrderCursor => ({
	from: at(minutes),
	since: at(minutes),
	rememberedFrom: at(minutes),
	passedOn: {},
});

describe('a saved position with filters', () => {
	const kindsOf = (order: number) =>
		[order % 2 === 0 && 'isPrime', order % 3 === 0 && 'isBusiness'].filter(
			(kind) => kind !== false,
		);

	it('passes on what a filter held back once it is removed, and nothing twice', () => {
		const history = Array.from({ length: 40 }, (_, order) => ({ order, minute: order * 10 }));
		const shop = new Shop(history, kindsOf);
		const workflow = new Workflow(shop);
		shop.now = 1000;
		workflow.run({ ...RUN, filter: ['isPrime'] });
		expect(workflow.passedOn).toHaveLength(20);
		shop.now = 1010;
		workflow.run({ ...RUN, filter: ['isBusiness'] });
		// Orders of both kinds were passed on before.
		expect(workflow.passedOn).toHaveLength(20 + 7);
		shop.now = 1020;
		workflow.run(RUN);
		expect(workflow.passedOn).toHaveLength(40);
		workflow.run({ ...RUN, filter: ['isPrime'] });
		workflow.run({ ...RUN, overlap: 1440 });
		expect(workflow.passedOn).toHaveLength(40);
		expect(duplicates(workflow.passedOn)).toBe(0);
	});

	it('searches from an earlier start, and passes on nothing twice', () => {
		const history = Array.from({ length: 40 }, (_, order) => ({ order, minute: order * 10 }));
		const shop = new Shop(history, kindsOf);
		const workflow = new Workflow(shop);
		shop.now = 1000;
		workflow.run({ ...RUN, from: 200 });
		expect(workflow.passedOn).toHaveLength(20);
		workflow.run({ ...RUN, from: 100 });
		workflow.run({ ...RUN, from: 300 });
		expect(workflow.passedOn).toHaveLength(30);
		expect(duplicates(workflow.passedOn)).toBe(0);
	});

	it.each([
		['12 hours', 12 * 60],
		['120 days', 120 * 24 * 60],
	])('still finds changes after the clock was %s ahead', (_, ahead) => {
		const history = Array.from({ length: 60 }, (_each, order) => ({ order, minute: order * 10 }));
		const shop = new Shop(history, kindsOf);
		const workflow = new Workflow(shop);
		shop.now = 100;
		workflow.run(RUN);
		// Only the machine's clock is wrong: Amazon has no data from the future.
		const real = new Shop(
			history.filter(({ minute }) => minute <= 100),
			kindsOf,
		);
		real.now = 100 + ahead;
		const wrong = new Workflow(real);
		wrong.saved = workflow.saved;
		wrong.run({ ...RUN, from: ahead });
		workflow.saved = wrong.saved;
		workflow.passedOn.push(...wrong.passedOn);
		shop.now = 300;
		workflow.run(RUN);
		expect(workflow.passedOn).toHaveLength(30);
		expect(duplicates(workflow.passedOn)).toBe(0);
		shop.now = 700;
		workflow.run(RUN);
		expect(workflow.passedOn).toHaveLength(60);
		expect(duplicates(workflow.passedOn)).toBe(0);
	});

	it('starts again if it started in the future or cannot be read', () => {
		const begun = resumeFrom(undefined, { from: at(5000), end: at(6000), filter: [] });
		expect(resumeFrom(begun, { from: at(0), end: at(100), filter: [] }).cursor.from).toBe(at(0));
		const old = { version: 1, since: at(50), handedOn: { a: at(40) } };
		expect(resumeFrom(old, { from: at(0), end: at(100), filter: [] }).cursor.since).toBe(at(0));
	});

	it('stays small, however often the filter changes', () => {
		const history = Array.from({ length: 400 }, (_, order) => ({ order, minute: order * 10 }));
		const shop = new Shop(history, kindsOf);
		const workflow = new Workflow(shop);
		for (let run = 0; run < 120; run += 1) {
			shop.now += 40;
			// Too few pages to catch up.
			workflow.run({ ...RUN, pages: 2, filter: [['isPrime'], ['isBusiness'], []][run % 3] ?? [] });
		}
		const { stretches } = savedCursorSchema.parse(workflow.saved);
		expect(stretches.length).toBeLessThanOrEqual(20);
		expect(JSON.stringify(workflow.saved).length).toBeLessThan(20_000);
	});

	it('keeps a position that starts exactly at the end of the searches', () => {
		const begun = resumeFrom(undefined, { from: at(100), end: at(100), filter: [] });
		const reached = { ...begun, cursor: { ...begun.cursor, passedOn: { a: at(100) } } };
		const again = resumeFrom(reached, { from: at(100), end: at(100), filter: [] });
		expect(again).toEqual(reached);
		expect(resumeFrom(reached, { from: at(99), end: at(99), filter: [] }).cursor).toEqual(
			begunAt(99),
		);
	});

	it('stores the conditions sorted, each once', () => {
		const filter = ['isPrime', 'isBusiness', 'isPrime'];
		const begun = resumeFrom(undefined, { from: at(0), end: at(100), filter });
		expect(begun).toEqual({
			version: 2,
			filter: ['isBusiness', 'isPrime'],
			cursor: begunAt(0),
			stretches: [],
		});
		// The same conditions in another order are no other filter.
		const other = resumeFrom(begun, {
			from: at(0),
			end: at(100),
			filter: ['isBusiness', 'isPrime'],
		});
		expect(other).toEqual(begun);
	});

	it('adds a stretch for the time before an earlier start, to the millisecond', () => {
		const begun = resumeFrom(undefined, { from: at(100), end: at(200), filter: [] });
		const earlier = (from: string) => resumeFrom(begun, { from, end: at(200), filter: [] });
		expect(earlier(at(100)).stretches).toEqual([]);
		expect(earlier(at(50)).stretches).toEqual([
			{ after: at(50), until: beforeAt(100), passed: [] },
		]);
		expect(earlier(beforeAt(100)).stretches).toEqual([
			{ after: beforeAt(100), until: beforeAt(100), passed: [] },
		]);
		// Before the oldest stretch, not before the cursor.
		const again = resumeFrom(earlier(at(50)), { from: at(20), end: at(200), filter: [] });
		expect(again.stretches).toEqual([{ after: at(20), until: beforeAt(100), passed: [] }]);
	});

	it('searches no stretch again for a filter that lets fewer orders through', () => {
		const place: SavedCursor = {
			version: 2,
			filter: ['isBusiness', 'isPrime'],
			cursor: begunAt(100),
			stretches: [
				{ after: at(0), until: beforeAt(50), passed: [['isPrime']] },
				{ after: at(50), until: beforeAt(100), passed: [['isLarge'], ['isNew']] },
			],
		};
		expect(stretchToCatchUp(place)).toBe(place.stretches[1]);
		expect(stretchToCatchUp({ ...place, filter: [] })).toBe(place.stretches[0]);
		expect(stretchToCatchUp({ ...place, filter: ['isNew', 'isPrime'] })).toBeUndefined();
	});

	describe('in a stretch that is searched again', () => {
		const stretch = {
			after: at(0),
			until: at(50),
			passed: [['isPrime']],
			passedOn: { a: at(10) },
		};
		const place: SavedCursor = {
			version: 2,
			filter: [],
			cursor: begunAt(100),
			stretches: [{ after: at(-9), until: at(-1), passed: [['isNew']] }, stretch],
		};

		it('starts with what was passed on, in a copy', () => {
			const cursor = cursorOf(stretch);
			expect(cursor).toEqual({ ...begunAt(0), passedOn: { a: at(10) } });
			cursor.passedOn.b = at(20);
			expect(stretch.passedOn).toEqual({ a: at(10) });
			expect(cursorOf({ ...stretch, cursor })).toBe(cursor);
		});

		it('remembers how far it got until it is done', () => {
			const part = { ...begunAt(0), since: beforeAt(50), passedOn: { a: at(10) } };
			const [before, after] = caughtUp(place, stretch, part).stretches;
			expect(before).toEqual(place.stretches[0]);
			expect(after).toEqual({ ...stretch, cursor: part });
			const open = { ...part, since: at(50), open: { after: at(0), until: at(50) } };
			expect(caughtUp(place, stretch, open).stretches[1]).toEqual({ ...stretch, cursor: open });
			const done = caughtUp(place, stretch, { ...part, since: at(50) });
			expect(done.stretches).toEqual([
				place.stretches[0],
				{ after: at(0), until: at(50), passed: [[]] },
			]);
			expect(stretchToCatchUp({ ...done, filter: ['isNew'] })).toBeUndefined();
			const begun = { ...stretch, cursor: part };
			const again = { ...place, stretches: [begun] };
			expect(caughtUp(again, begun, { ...part, since: at(50) }).stretches).toEqual([
				{ after: at(0), until: at(50), passed: [[]] },
			]);
		});
	});

	it.each([
		[2_000, 2_000],
		[2_001, 0],
	])('of %s orders passed on in a stretch, remembers %s', (count, remembered) => {
		const passedOn = Object.fromEntries(
			Array.from({ length: count }, (_, index) => [`${index}`, at(10)]),
		);
		const stored: SavedCursor = {
			version: 2,
			filter: ['isPrime'],
			cursor: { ...begunAt(0), since: at(100), rememberedFrom: at(70), passedOn },
			stretches: [],
		};
		const { stretches, passedOn: here } = resumeFrom(stored, {
			from: at(0),
			end: at(200),
			filter: ['isBusiness'],
		});
		expect(Object.keys(stretches[0]?.passedOn ?? {})).toHaveLength(remembered);
		expect(here).toBeUndefined();
	});

	it('divides what was passed on where the memory starts', () => {
		const stored: SavedCursor = {
			version: 2,
			filter: ['isPrime'],
			cursor: {
				...begunAt(0),
				since: at(100),
				rememberedFrom: at(70),
				passedOn: { before: beforeAt(70), from: at(70) },
				open: { after: at(70), until: at(120) },
			},
			passedOn: { earlier: at(80) },
			stretches: [],
		};
		expect(resumeFrom(stored, { from: at(0), end: at(200), filter: ['isBusiness'] })).toEqual({
			version: 2,
			filter: ['isBusiness'],
			cursor: {
				from: at(70),
				since: at(70),
				rememberedFrom: at(70),
				passedOn: { before: beforeAt(70), from: at(70) },
			},
			passedOn: { earlier: at(80), from: at(70) },
			stretches: [
				{
					after: at(0),
					until: beforeAt(70),
					passed: [['isPrime']],
					passedOn: { before: beforeAt(70) },
				},
			],
		});
	});

	it('divides a stretch that was searched again in part', () => {
		const stored: SavedCursor = {
			version: 2,
			filter: ['isPrime'],
			cursor: begunAt(200),
			stretches: [
				{
					after: at(0),
					until: beforeAt(200),
					passed: [['isBusiness']],
					passedOn: { a: at(10), b: at(150) },
					cursor: { ...begunAt(0), since: at(100), passedOn: { c: beforeAt(100), d: at(100) } },
				},
			],
		};
		expect(resumeFrom(stored, { from: at(0), end: at(300), filter: ['isNew'] }).stretches).toEqual([
			{
				after: at(0),
				until: beforeAt(100),
				passed: [['isBusiness'], ['isPrime']],
				passedOn: { a: at(10), c: beforeAt(100) },
			},
			{
				after: at(100),
				until: beforeAt(200),
				passed: [['isBusiness']],
				passedOn: { b: at(150), d: at(100) },
			},
		]);
	});

	it('keeps apart what was searched again to another position', () => {
		const [first, second] = [0, 10].map((minute) => ({
			after: at(minute),
			until: beforeAt(minute + 10),
			passed: [['isBusiness']],
		}));
		const cursor = { ...begunAt(0), since: at(3) };
		for (const stretches of [
			[{ ...first, cursor }, second],
			[first, { ...second, cursor }],
		]) {
			const stored = { version: 2, filter: ['isPrime'], cursor: begunAt(20), stretches };
			const { stretches: kept } = resumeFrom(stored, {
				from: at(-10),
				end: at(100),
				filter: ['isPrime'],
			});
			expect(kept).toEqual([{ after: at(-10), until: beforeAt(0), passed: [] }, ...stretches]);
		}
	});

	describe('with 21 stretches', () => {
		/** With the given two as the oldest; the others cannot be merged. */
		const afterMerging = (first: object, second: object) => {
			const others = Array.from({ length: 19 }, (_, index) => ({
				after: at(100 + index * 10),
				until: at(105 + index * 10),
				passed: [['isLarge']],
			}));
			const last = others[18] as (typeof others)[0];
			const place: SavedCursor = {
				version: 2,
				filter: [],
				cursor: begunAt(900),
				stretches: [
					{ after: at(0), until: at(5), passed: [], ...first },
					{ after: at(10), until: at(15), passed: [], ...second },
					...others,
				],
			};
			const { stretches } = caughtUp(place, last, begunAt(280));
			expect(stretches).toHaveLength(20);
			expect(stretches.at(-1)).toEqual({ ...last, cursor: begunAt(280) });
			return stretches[0];
		};

		it('merges the two oldest, with the filters that cover both', () => {
			const merged = { after: at(0), until: at(15) };
			expect(
				afterMerging(
					{ passed: [['isBusiness'], ['isNew', 'isPrime']], passedOn: { a: at(1) } },
					{ passed: [['isPrime']], passedOn: { b: at(11) } },
				),
			).toEqual({
				...merged,
				passed: [['isNew', 'isPrime']],
				passedOn: { a: at(1), b: at(11) },
			});
			// If no filter covers both, it remembers the orders anyway.
			expect(
				afterMerging({ passed: [['isNew']], passedOn: { a: at(1) } }, { passed: [['isPrime']] }),
			).toEqual({ ...merged, passed: [], passedOn: { a: at(1) } });
		});
	});

	it('merges stretches whose filters are the same in another order', () => {
		const filters = [['isNew'], ['isBusiness'], ['isLarge']];
		const stored = {
			version: 2,
			filter: ['isPrime'],
			cursor: begunAt(20),
			stretches: [
				{ after: at(0), until: beforeAt(10), passed: filters },
				{ after: at(10), until: beforeAt(20), passed: filters.toReversed() },
			],
		};
		expect(
			resumeFrom(stored, { from: at(-10), end: at(99), filter: ['isPrime'] }).stretches[1],
		).toEqual({
			after: at(0),
			until: beforeAt(20),
			passed: [['isBusiness'], ['isLarge'], ['isNew']],
		});
	});

	it('merges what was passed on, and forgets it where every order was', () => {
		const stretchAt = (minute: number, passed: string[][], passedOn?: Record<string, string>) => ({
			after: at(minute),
			until: beforeAt(minute + 10),
			passed,
			...(passedOn && { passedOn }),
		});
		const stored = {
			version: 2,
			filter: ['isPrime'],
			cursor: begunAt(50),
			stretches: [
				stretchAt(0, [['isBusiness']], { a: at(1) }),
				stretchAt(10, [['isBusiness']], { b: at(11) }),
				stretchAt(20, [['isBusiness', 'isNew'], ['isBusiness']], undefined),
				// Not next to the one before it.
				{ ...stretchAt(30, [['isBusiness']]), after: at(31) },
				stretchAt(40, [['isPrime'], []], { c: at(41) }),
				// Empty.
				{ after: at(50), until: beforeAt(50), passed: [] },
			],
		};
		const { stretches } = resumeFrom(stored, { from: at(-10), end: at(99), filter: ['isPrime'] });
		expect(stretches.slice(1)).toEqual([
			{
				after: at(0),
				until: beforeAt(30),
				passed: [['isBusiness']],
				passedOn: { a: at(1), b: at(11) },
			},
			{ after: at(31), until: beforeAt(40), passed: [['isBusiness']] },
			{ after: at(40), until: beforeAt(50), passed: [[]] },
		]);
	});

	describe('whose filter changes', () => {
		const stretch = (index: number, passed: string[][]) => ({
			after: at(index * 10),
			until: START.plus({ minutes: index * 10 + 10, milliseconds: -1 }).toISO() ?? '',
			passed,
		});
		const stretchesAfter = (stretches: ReturnType<typeof stretch>[]) => {
			const begun = resumeFrom(undefined, { from: at(500), end: at(600), filter: [] });
			const stored = { ...begun, stretches };
			return resumeFrom(stored, { from: at(500), end: at(600), filter: ['isPrime'] }).stretches;
		};

		it('merges stretches that follow each other and were searched with the same filters', () => {
			const { after } = stretch(0, []);
			const { until } = stretch(1, []);
			expect(
				stretchesAfter([
					stretch(0, [['isBusiness']]),
					stretch(1, [['isBusiness']]),
					stretch(2, [['isPrime']]),
				]),
			).toEqual([{ after, until, passed: [['isBusiness']] }, stretch(2, [['isPrime']])]);
		});

		it('merges the oldest of too many, and counts as passed on only what was in both', () => {
			const many = Array.from({ length: 24 }, (_, index) =>
				stretch(index, index % 2 === 0 ? [['isPrime']] : [['isBusiness'], ['isPrime']]),
			);
			const [oldest, ...others] = stretchesAfter(many);
			expect(oldest).toEqual({ after: at(0), until: many[4]?.until, passed: [['isPrime']] });
			expect(others).toEqual(many.slice(5));
		});
	});

	const runs = fc.array(
		fc.record({
			wait: fc.integer({ min: 1, max: 600 }),
			pages: fc.integer({ min: 1, max: 6 }),
			filter: fc.constantFrom<string[]>([], ['isPrime'], ['isBusiness'], ['isPrime', 'isBusiness']),
			overlap: fc.constantFrom(0, 30, 1440),
			from: fc.constantFrom(0, 0, 0, 100),
			crash: fc.boolean(),
			tokenRefused: fc.boolean(),
		}),
		{ minLength: 1, maxLength: 10 },
	);

	it('loses nothing with any changes of the settings, and passes on nothing twice if no search was cut short', () => {
		const changes = fc.array(fc.record({ order: fc.nat(11), minute: fc.nat(2000) }), {
			maxLength: 30,
		});
		fc.assert(
			fc.property(changes, runs, fc.boolean(), (history, schedule, isWhole) => {
				const shop = new Shop(history, kindsOf);
				const workflow = new Workflow(shop);
				for (const run of schedule) {
					shop.now += run.wait;
					workflow.run(isWhole ? { ...run, pages: 200 } : run);
				}
				shop.now = Math.max(shop.now, 2000) + 60;
				for (let last = 0; last < 4; last += 1) {
					workflow.run({ ...RUN, pages: 500 });
					shop.now += 5;
				}
				for (const { orderId, updatedAt } of shop.listed(at(0), at(shop.now))) {
					expect(workflow.passedOn).toContain(`${orderId} ${updatedAt}`);
				}
				if (isWhole) expect(duplicates(workflow.passedOn)).toBe(0);
			}),
			{ numRuns: 150 },
		);
	});
});
