// cspell:ignore tell

import fc from '../fastCheck';
import { DateTime } from 'luxon';

import { sentimentOf, type FeedbackRow } from '../../nodes/shared/domain/feedbackReport';
import {
	advanceFeedback,
	MAX_REMEMBERED,
	type FeedbackChange,
	type FeedbackMemory,
	type FeedbackObservation,
	type FeedbackWatchSettings,
} from '../../nodes/AmazonSellerFeedbackTrigger/watch/feedback';
import { plusDays } from '../../nodes/shared/domain/calendar';
import { seeded } from '../seeded';

const TODAY = '2026-03-31';

const order = (index: number): string => `100-0000000-${String(index).padStart(7, '0')}`;
const A = order(1);
const B = order(2);
const C = order(3);

const row = (orderId: string, content: Partial<FeedbackRow> = {}): FeedbackRow => {
	const rating = content.rating ?? 1;
	return {
		line: 2,
		date: TODAY,
		rating,
		sentiment: sentimentOf(rating),
		comment: 'Never came',
		response: '',
		orderId,
		raterEmail: 'buyer@example.com',
		...content,
	};
};

/** A report requested at that minute of the day. */
const report = (
	rows: readonly FeedbackRow[],
	{ today = TODAY, minute = 0, from = plusDays(today, -365), unreadable = 0 } = {},
): FeedbackObservation => ({
	asOf: DateTime.fromISO(today, { zone: 'utc' }).plus({ minutes: minute }).toISO() ?? '',
	today,
	from,
	rows,
	unreadable,
});

const SETTINGS: FeedbackWatchSettings = {
	daysToWatch: 30,
	tellFrom: plusDays(TODAY, 1),
	reportChangedResponses: false,
	watch: 'w',
};

/** The memory after a first report with these rows; none of them was reported. */
const knowing = (...rows: FeedbackRow[]): FeedbackMemory =>
	advanceFeedback(undefined, report(rows), SETTINGS).memory;

/** What a later report of the same day changes. */
const next = (
	memory: FeedbackMemory | undefined,
	rows: readonly FeedbackRow[],
	about: Parameters<typeof report>[1] = {},
	settings: Partial<FeedbackWatchSettings> = {},
) => advanceFeedback(memory, report(rows, { minute: 30, ...about }), { ...SETTINGS, ...settings });

const summary = ({ kind, orderId, changed }: FeedbackChange): string =>
	[kind, orderId, ...changed].join(' ');

const summaries = (changes: readonly FeedbackChange[]): string[] => changes.map(summary);

const reread = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value;

describe('the first report', () => {
	it('is the baseline: nothing in it is reported, everything is stored', () => {
		const { memory, changes } = advanceFeedback(
			undefined,
			report([row(A), row(B, { rating: 3, comment: '', date: '2026-03-02' })]),
			SETTINGS,
		);
		expect(changes).toEqual([]);
		expect(memory).toEqual({
			asOf: '2026-03-31T00:00:00.000Z',
			since: '2026-03-01',
			rows: {
				[A]: { date: TODAY, rating: 1, comment: 'Never came', changes: 0 },
				[B]: { date: '2026-03-02', rating: 3, comment: '', changes: 0 },
			},
		});
	});

	it('reports what is dated on or after the given day', () => {
		const { memory, changes } = next(
			undefined,
			[
				row(A, { date: '2026-03-27' }),
				row(B, { date: '2026-03-28' }),
				row(C, { date: '2026-03-29' }),
			],
			{},
			{ tellFrom: '2026-03-28' },
		);
		expect(summaries(changes)).toEqual([`added ${B}`, `added ${C}`]);
		expect(Object.keys(memory.rows)).toEqual([A, B, C]);
	});

	it('changes the memory even if it has nothing that is watched', () => {
		const { memory, changes } = next(undefined, [row(A, { rating: 5 })]);
		expect(changes).toEqual([]);
		expect(memory).toMatchObject({ since: '2026-03-01', rows: {} });
	});
});

describe('a further report', () => {
	it('reports new feedback with its row and nothing before', () => {
		const added = row(B, { rating: 3 });
		const { memory, changes } = next(knowing(row(A)), [row(A), added]);
		expect(changes).toEqual([
			{
				kind: 'added',
				orderId: B,
				after: added,
				changed: [],
				id: expect.stringMatching(new RegExp(`^${B}/0/[\\w-]{11}$`)),
			},
		]);
		expect(memory.asOf).toBe('2026-03-31T00:30:00.000Z');
	});

	it('reports new feedback even if it is dated before the day of the first report', () => {
		const late = row(B, { date: '2026-03-01' });
		expect(summaries(next(knowing(row(A)), [row(A), late]).changes)).toEqual([`added ${B}`]);
	});

	it.each([
		[{ rating: 2 }, ['rating']],
		[{ comment: 'Came at last' }, ['comment']],
		[{ comment: '' }, ['comment']],
		[{ rating: 3, comment: 'Came at last' }, ['rating', 'comment']],
		[{ rating: 3, response: 'Sorry' }, ['rating']],
		[{ rating: 5 }, ['rating']],
	] as ReadonlyArray<[Partial<FeedbackRow>, string[]]>)('reports a change to %j', (to, fields) => {
		const after = row(A, to);
		const { memory, changes } = next(knowing(row(A)), [after]);
		expect(changes).toEqual([
			{
				kind: 'changed',
				orderId: A,
				before: {
					date: TODAY,
					rating: 1,
					sentiment: 'negative',
					comment: 'Never came',
					commentCut: false,
				},
				after,
				changed: fields,
				id: expect.stringMatching(new RegExp(`^${A}/1/[\\w-]{11}$`)),
			},
		]);
		expect(next(memory, [after], { minute: 60 })).toEqual({ memory, changes: [] });
	});

	it('stores a changed response, but reports it only if chosen', () => {
		const answered = row(A, { response: 'Sorry' });
		const silent = next(knowing(row(A)), [answered]);
		expect(silent.changes).toEqual([]);
		const wanted = { reportChangedResponses: true };
		expect(next(silent.memory, [answered], { minute: 60 }, wanted).changes).toEqual([]);
		const reported = next(knowing(row(A)), [answered], {}, wanted);
		expect(summaries(reported.changes)).toEqual([`changed ${A} response`]);
		expect(
			summaries(
				next(reported.memory, [row(A, { response: 'So sorry' })], { minute: 60 }, wanted).changes,
			),
		).toEqual([`changed ${A} response`]);
		expect(summaries(next(reported.memory, [row(A)], { minute: 60 }, wanted).changes)).toEqual([
			`changed ${A} response`,
		]);
	});

	it('stores a changed date without reporting it', () => {
		const { memory, changes } = next(knowing(row(A, { date: '2026-03-30' })), [row(A)]);
		expect(changes).toEqual([]);
		expect(memory.rows[A]).toMatchObject({ date: TODAY, changes: 0 });
	});

	it('reports removed feedback once, with its last state', () => {
		const { memory, changes } = next(knowing(row(A, { rating: 3 }), row(B)), [row(B)]);
		expect(changes).toEqual([
			{
				kind: 'removed',
				orderId: A,
				before: {
					date: TODAY,
					rating: 3,
					sentiment: 'neutral',
					comment: 'Never came',
					commentCut: false,
				},
				changed: [],
				id: expect.stringMatching(new RegExp(`^${A}/1/.{11}$`)),
			},
		]);
		expect(next(memory, [row(B)], { minute: 60 }).memory).toBe(memory);
	});

	it('reports feedback that reappears as new, with its last state, and every change with its own ID', () => {
		const ids: string[] = [];
		let memory = knowing(row(A), row(B));
		for (let minute = 1; minute <= 6; minute += 1) {
			const comesBack = minute % 2 === 0;
			const advanced = next(memory, comesBack ? [row(A), row(B)] : [row(B)], { minute });
			memory = advanced.memory;
			expect(summaries(advanced.changes)).toEqual([`${comesBack ? 'added' : 'removed'} ${A}`]);
			expect(advanced.changes[0]?.before).toMatchObject({ rating: 1, comment: 'Never came' });
			ids.push(...advanced.changes.map(({ id }) => id));
		}
		expect(new Set(ids).size).toBe(6);
	});

	it('treats a row raised to 4 or 5 stars as one change, even if it then leaves the report', () => {
		const raised = next(knowing(row(A), row(B)), [row(A, { rating: 4 }), row(B)]);
		expect(summaries(raised.changes)).toEqual([`changed ${A} rating`]);
		for (const rows of [[row(A, { rating: 5, comment: 'Thanks' }), row(B)], [row(B)]]) {
			expect(next(raised.memory, rows, { minute: 60 })).toEqual({
				memory: raised.memory,
				changes: [],
			});
		}
		const lowered = next(raised.memory, [row(A, { rating: 2 }), row(B)], { minute: 60 });
		expect(lowered.changes).toMatchObject([
			{ kind: 'added', orderId: A, before: { rating: 4, sentiment: 'positive' } },
		]);
	});

	it('ignores rows that were always positive until they are lowered', () => {
		const memory = knowing(row(A), row(B, { rating: 5 }));
		expect(Object.keys(memory.rows)).toEqual([A]);
		expect(next(memory, [row(A), row(B, { rating: 4 })]).memory).toBe(memory);
		expect(next(memory, [row(A)]).memory).toBe(memory);
		const lowered = next(memory, [row(A), row(B, { rating: 3 })]);
		expect(summaries(lowered.changes)).toEqual([`added ${B}`]);
		expect(lowered.changes[0]?.before).toBeUndefined();
	});

	it('sorts changes by date and order', () => {
		const { changes } = next(knowing(row(C, { date: '2026-03-30' })), [
			row(order(9)),
			row(B),
			row(A),
			row(order(8), { date: '2026-03-29' }),
		]);
		expect(summaries(changes)).toEqual([
			`added ${order(8)}`,
			`removed ${C}`,
			`added ${A}`,
			`added ${B}`,
			`added ${order(9)}`,
		]);
	});
});

describe('several rows of an order', () => {
	const latest = row(A, { rating: 2, date: '2026-03-30' });
	const worst = row(B, { rating: 1 });
	const rows = [
		row(A, { rating: 1, date: '2026-03-29' }),
		latest,
		row(A, { rating: 5, date: '2026-03-28' }),
		row(B, { rating: 5 }),
		worst,
		row(B, { rating: 3 }),
	];

	it('count as the latest, then the worst, in any order', () => {
		for (const each of [rows, rows.toReversed(), [...rows, ...rows]]) {
			const { changes } = next(knowing(row(C)), [row(C), ...each]);
			expect(changes.map(({ after }) => after)).toEqual([latest, worst]);
		}
	});

	it('that differ only in words give the same choice in any order', () => {
		const words = ['b', 'a', 'c'].map((comment) => row(A, { comment }));
		const choices = [words, words.toReversed()].map((each) => next(knowing(row(B)), each).changes);
		expect(choices[0]).toEqual(choices[1]);
	});
});

describe('long comments', () => {
	const long = 'x'.repeat(120);

	it.each([
		['120 characters', long, long, undefined],
		['121 characters', `${long}y`, long, expect.any(String)],
		// Two code units each: more than 120 units, but not more than 120 characters.
		['120 emoji', '😡'.repeat(120), '😡'.repeat(120), undefined],
		['121 emoji', '😡'.repeat(121), '😡'.repeat(120), expect.any(String)],
		['mixed ones', `a${'😡'.repeat(119)}bc`, `a${'😡'.repeat(119)}`, expect.any(String)],
	])('of %s are cut between characters', (_, comment, kept, commentDigest) => {
		const memory = knowing(row(A, { comment }), row(B));
		expect(memory.rows[A]).toMatchObject({ comment: kept });
		expect(memory.rows[A]?.commentDigest).toEqual(commentDigest);
		const { changes } = next(memory, [row(B)]);
		expect(changes[0]?.before).toMatchObject({
			comment: kept,
			commentCut: commentDigest !== undefined,
		});
	});

	it.each([
		[`${long}y`, `${long}z`],
		[`${long}y`, long],
		[long, `${long}y`],
		[`${long}y`, `${long}yy`],
	])('are reported when they change beyond the stored part', (before, after) => {
		const memory = knowing(row(A, { comment: before }));
		expect(next(memory, [row(A, { comment: before })]).memory).toBe(memory);
		expect(summaries(next(memory, [row(A, { comment: after })]).changes)).toEqual([
			`changed ${A} comment`,
		]);
	});
});

describe('the days watched', () => {
	it('begin the chosen number of days before today', () => {
		const rows = [row(A, { date: '2026-03-01' }), row(B, { date: '2026-02-28' })];
		expect(Object.keys(knowing(...rows).rows)).toEqual([A]);
		expect(summaries(next(knowing(row(C)), [row(C), ...rows]).changes)).toEqual([`added ${A}`]);
	});

	it('move with the calendar, and older feedback is discarded silently', () => {
		const first = row(A, { date: '2026-03-01' });
		const memory = knowing(first, row(B));
		const tomorrow = { today: '2026-04-01' };
		// It is no longer reported as changed or removed.
		expect(next(memory, [row(B)], tomorrow).memory).toBe(memory);
		expect(next(memory, [{ ...first, rating: 3 }, row(B)], tomorrow).memory).toBe(memory);
		const later = next(memory, [row(B), row(C)], tomorrow);
		expect(summaries(later.changes)).toEqual([`added ${C}`]);
		expect(later.memory).toMatchObject({ since: '2026-03-02' });
		expect(Object.keys(later.memory.rows)).toEqual([B, C]);
	});

	it.each([
		['with other stars', { rating: 3 }, [`changed ${A} rating`]],
		['with other words', { comment: 'Came' }, [`changed ${A} comment`]],
		['alone', {}, []],
	])('count from the newer date of a row that gets a new date %s', (_, content, expected) => {
		const memory = knowing(row(A, { date: '2026-03-01' }), row(B));
		const tomorrow = { today: '2026-04-01' };
		const after = next(memory, [row(A, { ...content, date: TODAY }), row(B)], tomorrow);
		expect(summaries(after.changes)).toEqual(expected);
		expect(after.changes.map(({ before }) => before?.date)).toEqual(
			expected.map(() => '2026-03-01'),
		);
		expect(after.memory.rows[A]?.date).toBe(TODAY);
		// And from then on it is watched again.
		const { changes } = next(after.memory, [row(B)], { ...tomorrow, minute: 60 });
		expect(summaries(changes)).toEqual([`removed ${A}`]);
	});

	it('count from the newer date of a row that reappears with another date', () => {
		const { memory } = next(knowing(row(A, { date: '2026-03-01' }), row(B)), [row(B)]);
		const back = next(memory, [row(A), row(B)], { today: '2026-04-01' });
		expect(back.changes).toMatchObject([
			{ kind: 'added', orderId: A, before: { date: '2026-03-01' }, after: { date: TODAY } },
		]);
	});

	it('count from the older date, too, so that a row with an earlier date is compared once more', () => {
		const back = row(A, { date: '2026-02-01', rating: 3 });
		const { memory, changes } = next(knowing(row(A), row(B)), [back, row(B)]);
		expect(summaries(changes)).toEqual([`changed ${A} rating`]);
		expect(Object.keys(memory.rows)).toEqual([B]);
		for (const rows of [[back, row(B)], [row(B)]]) {
			expect(next(memory, rows, { minute: 60 }).memory).toBe(memory);
		}
	});

	it('do not begin earlier when more days are chosen', () => {
		const memory = knowing(row(A));
		const rows = [row(A), row(B, { date: '2026-02-28' }), row(C, { date: '2026-03-01' })];
		const { changes } = next(memory, rows, {}, { daysToWatch: 300 });
		expect(summaries(changes)).toEqual([`added ${C}`]);
	});

	it('begin later at once when fewer days are chosen', () => {
		const memory = knowing(row(A, { date: '2026-03-20' }), row(B));
		const { memory: same } = next(memory, [row(B)], {}, { daysToWatch: 10 });
		expect(same).toBe(memory);
		expect(summaries(next(memory, [row(B)], {}, { daysToWatch: 11 }).changes)).toEqual([
			`removed ${A}`,
		]);
	});

	it('count as complete only after the first day of the report', () => {
		const memory = knowing(
			row(A, { date: '2026-03-27' }),
			row(B, { date: '2026-03-28' }),
			row(C, { date: '2026-03-29' }),
		);
		const { changes } = next(memory, [row(order(4))], { from: '2026-03-28' });
		expect(summaries(changes)).toEqual([`removed ${C}`, `added ${order(4)}`]);
	});
});

describe('a report that cannot be trusted', () => {
	it('removes nothing if lines cannot be read, but reports the other lines', () => {
		const { memory, changes } = next(knowing(row(A), row(B)), [row(B, { rating: 2 }), row(C)], {
			unreadable: 1,
		});
		expect(summaries(changes)).toEqual([`changed ${B} rating`, `added ${C}`]);
		expect(memory.rows[A]).toEqual({ date: TODAY, rating: 1, comment: 'Never came', changes: 0 });
		// Once a whole report is read, the removal is reported.
		expect(
			summaries(next(memory, [row(B, { rating: 2 }), row(C)], { minute: 60 }).changes),
		).toEqual([`removed ${A}`]);
	});

	it.each([0, 3])('removes nothing without rows and with %i unreadable lines', (unreadable) => {
		const memory = knowing(row(A), row(B));
		const after = next(memory, [], { unreadable });
		expect(after.changes).toEqual([]);
		expect(after.memory).toBe(memory);
	});

	it('is ignored if it is older than the last report that changed something', () => {
		const { memory } = next(knowing(row(A)), [row(A), row(B)]);
		const older = next(memory, [row(C)], { minute: 29 });
		expect(older).toEqual({ memory, changes: [] });
		expect(older.memory).toBe(memory);
		expect(next(memory, [row(C)], { minute: 30 }).changes).toHaveLength(3);
	});
});

describe('the limit of the memory', () => {
	const many = (count: number, perDay: number, comment = 'x') =>
		Array.from({ length: count }, (_, index) =>
			row(order(index), { comment, date: plusDays(TODAY, -Math.floor(index / perDay)) }),
		);

	it('keeps the newest whole days and watches no others', () => {
		const rows = many(1030, 100);
		const memory = knowing(...rows);
		expect(Object.keys(memory.rows)).toHaveLength(1000);
		expect(memory.since).toBe(plusDays(TODAY, -9));
		// The discarded day is reported neither as new nor as removed.
		expect(next(memory, rows).memory).toBe(memory);
		expect(next(memory, rows.slice(0, 1000)).memory).toBe(memory);
		expect(next(memory, [...rows, row(order(2000), { date: plusDays(TODAY, -10) })]).memory).toBe(
			memory,
		);
	});

	it('keeps everything up to the limit, and with one more leaves out the whole oldest day', () => {
		const exact = knowing(...many(MAX_REMEMBERED, 100));
		expect(Object.keys(exact.rows)).toHaveLength(MAX_REMEMBERED);
		expect(exact.since).toBe('2026-03-01');
		const { memory, changes } = next(exact, [...many(MAX_REMEMBERED, 100), row(order(5000))]);
		expect(summaries(changes)).toEqual([`added ${order(5000)}`]);
		expect(Object.keys(memory.rows)).toHaveLength(MAX_REMEMBERED - 99);
		expect(memory.since).toBe(plusDays(TODAY, -8));
	});

	it('reports what it cannot keep', () => {
		const old = row(order(5000), { date: '2026-03-01' });
		const rows = many(MAX_REMEMBERED, 100);
		const { memory, changes } = next(knowing(...rows), [...rows, old]);
		expect(summaries(changes)).toEqual([`added ${order(5000)}`]);
		expect(memory.rows).not.toHaveProperty(order(5000));
		expect(next(memory, [...rows, old], { minute: 60 }).memory).toBe(memory);
	});

	it('does not split a single day, so that nothing of it is reported twice', () => {
		const rows = many(MAX_REMEMBERED + 200, 5000);
		const old = row(order(5000), { date: plusDays(TODAY, -1) });
		const memory = knowing(...rows, old);
		expect(Object.keys(memory.rows)).toHaveLength(rows.length);
		expect(memory.since).toBe(TODAY);
		expect(next(memory, [...rows, old].toReversed()).memory).toBe(memory);
		expect(summaries(next(memory, rows.slice(1)).changes)).toEqual([`removed ${order(0)}`]);
		// The next day frees the space.
		const tomorrow = plusDays(TODAY, 1);
		const added = row(order(6000), { date: tomorrow });
		const later = next(memory, [...rows, added], { today: tomorrow });
		expect(summaries(later.changes)).toEqual([`added ${order(6000)}`]);
		expect(later.memory.since).toBe(tomorrow);
		expect(Object.keys(later.memory.rows)).toEqual([order(6000)]);
	});

	it('bounds its size for any comments', () => {
		const memory = knowing(...many(3000, 150, '😡"\\ '.repeat(300)));
		expect(Object.keys(memory.rows).length).toBeGreaterThan(850);
		expect(Object.keys(memory.rows).length).toBeLessThanOrEqual(MAX_REMEMBERED);
		expect(Buffer.byteLength(JSON.stringify(memory))).toBeLessThan(500_000);
	});
});

/*
 * A world that changes at random, observed through random reports. The expected changes are derived
 * from the history of each order in the reports that were remembered.
 */

type WorldStep =
	| { readonly kind: 'add'; readonly content: Content; readonly daysAgo: number }
	| { readonly kind: 'alter'; readonly which: number; readonly content: Content }
	| { readonly kind: 'raise'; readonly which: number; readonly rating: number }
	| { readonly kind: 'remove'; readonly which: number }
	| { readonly kind: 'addAgain'; readonly which: number; readonly content: Content };

type Content = Pick<FeedbackRow, 'rating' | 'comment' | 'response'> & {
	/** With a new date. */
	readonly afresh: boolean;
};

interface Look {
	readonly steps: readonly WorldStep[];
	readonly minutes: number;
	/** `lost`: the new memory is discarded. `repeated`: the same, and the report is read again. */
	readonly fate: 'remembered' | 'lost' | 'repeated';
	readonly broken: 'no' | 'empty' | 'lines';
	readonly showsPositives: boolean;
	readonly seed: number;
}

const LONG = 'The parcel never came. '.repeat(30);

const content = fc.record<Content>({
	rating: fc.integer({ min: 1, max: 3 }),
	comment: fc.constantFrom('', 'Bad', 'Late', LONG, `${LONG}!`, '😡'.repeat(130)),
	response: fc.constantFrom('', 'Sorry', LONG),
	afresh: fc.boolean(),
});

const which = fc.nat(9);

const worldStep: fc.Arbitrary<WorldStep> = fc.oneof(
	{
		weight: 3,
		arbitrary: fc.record({ kind: fc.constant('add' as const), content, daysAgo: fc.nat(9) }),
	},
	{ weight: 3, arbitrary: fc.record({ kind: fc.constant('alter' as const), which, content }) },
	{
		weight: 1,
		arbitrary: fc.record({
			kind: fc.constant('raise' as const),
			which,
			rating: fc.constantFrom(4, 5),
		}),
	},
	{ weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), which }) },
	{ weight: 2, arbitrary: fc.record({ kind: fc.constant('addAgain' as const), which, content }) },
);

const look = fc.record<Look>({
	steps: fc.array(worldStep, { maxLength: 4, size: 'max' }),
	minutes: fc.integer({ min: 1, max: 2000 }),
	fate: fc.constantFrom('remembered', 'remembered', 'remembered', 'lost', 'repeated'),
	broken: fc.constantFrom('no', 'no', 'no', 'no', 'empty', 'lines'),
	showsPositives: fc.boolean(),
	seed: fc.nat(),
});

const history = fc.array(look, { minLength: 2, maxLength: 14, size: 'max' });

const settings = fc.record<FeedbackWatchSettings>({
	daysToWatch: fc.constantFrom(9, 60),
	tellFrom: fc.integer({ min: -5, max: 1 }).map((days) => plusDays(TODAY, days)),
	reportChangedResponses: fc.boolean(),
	watch: fc.constant('w'),
});

/** All feedback; undefined if it was removed. */
class World {
	/** Includes one entry that always exists, so that a complete report is never empty. */
	readonly feedback = new Map<string, FeedbackRow | undefined>([[order(0), row(order(0))]]);

	now = DateTime.fromISO(`${TODAY}T08:00:00Z`, { zone: 'utc' });

	constructor(
		/** False if the watched days are shorter than the history: then feedback keeps its date. */
		private readonly mayDateAfresh: boolean,
	) {}

	get today(): string {
		return this.now.toISODate() ?? '';
	}

	apply(step: WorldStep): void {
		const others = this.feedback.size - 1;
		const orderId = order('which' in step ? 1 + (step.which % Math.max(1, others)) : 1 + others);
		const known = this.feedback.get(orderId);
		switch (step.kind) {
			case 'add':
				return this.put(orderId, step.content, plusDays(this.today, -step.daysAgo));
			case 'alter':
				return known && this.put(orderId, step.content, known.date);
			case 'raise':
				return known && void this.feedback.set(orderId, row(orderId, { ...known, ...step }));
			case 'remove':
				if (known === undefined) return;
				this.removed.set(orderId, known.date);
				return void this.feedback.set(orderId, undefined);
			case 'addAgain': {
				const date = this.removed.get(orderId);
				if (date !== undefined && !known) this.put(orderId, step.content, date);
			}
		}
	}

	private readonly removed = new Map<string, string>();

	private put(orderId: string, { afresh, ...words }: Content, date: string): void {
		const isAfresh = afresh && this.mayDateAfresh;
		this.feedback.set(orderId, row(orderId, { ...words, date: isAfresh ? this.today : date }));
	}

	/** Amazon's report, and the orders in it, each with the row that counts. */
	lookAt({ broken, showsPositives, seed }: Look) {
		const random = seeded(seed);
		const shown = [...this.feedback.values()].filter(
			(each): each is FeedbackRow =>
				each !== undefined &&
				(each.rating <= 3 || showsPositives) &&
				broken !== 'empty' &&
				!(broken === 'lines' && random() < 0.4),
		);
		const rows = shown.flatMap((each) => {
			const older = row(each.orderId, {
				rating: 1 + Math.floor(5 * random()),
				date: plusDays(each.date, -1),
				comment: 'Older',
			});
			const better = row(each.orderId, {
				...each,
				rating: Math.min(5, each.rating + 1),
				comment: 'A',
			});
			return [
				each,
				...(random() < 0.3 ? [{ ...each }] : []),
				...(random() < 0.2 ? [older] : []),
				...(random() < 0.2 && each.rating < 5 ? [better] : []),
			];
		});
		const observation: FeedbackObservation = {
			asOf: this.now.toISO() ?? '',
			today: this.today,
			from: plusDays(this.today, -365),
			rows: shuffled(rows, random),
			unreadable: broken === 'lines' ? 2 : 0,
		};
		const byOrder = new Map(shown.map((each) => [each.orderId, each]));
		return { observation, shown: byOrder, isWhole: broken === 'no' };
	}
}

const shuffled = <Value>(values: readonly Value[], random: () => number): Value[] =>
	values
		.map((value) => ({ value, at: random() }))
		.sort((a, b) => a.at - b.at)
		.map(({ value }) => value);

type Seen = Pick<ReturnType<World['lookAt']>, 'observation' | 'shown' | 'isWhole'>;

const contentOf = ({ date, rating, comment, response }: FeedbackRow) =>
	JSON.stringify({ date, rating, comment, response });

/** The changes expected at each remembered report, order by order, as text. */
function expectedChanges(
	seen: readonly Seen[],
	{ daysToWatch, tellFrom, reportChangedResponses }: FeedbackWatchSettings,
): string[][] {
	const expected: string[][] = seen.map(() => []);
	for (const orderId of new Set(seen.flatMap(({ shown }) => [...shown.keys()]))) {
		/** The last watched row, and whether it is still in the report with 1 to 3 stars. */
		let last: FeedbackRow | undefined;
		let isThere = false;
		seen.forEach(({ observation, shown, isWhole }, index) => {
			const now = shown.get(orderId);
			if (now === undefined && !isWhole) return;
			const date = (last ?? now)?.date;
			if (date === undefined || date < plusDays(observation.today, -daysToWatch)) return;
			const expectChange = (kind: string, ...fields: string[]) => {
				const before = last && [last.date, last.rating, [...last.comment].slice(0, 120).join('')];
				const line = [kind, orderId, fields, before ?? null, now ? contentOf(now) : null];
				expected[index]?.push(JSON.stringify(line));
			};
			if (now !== undefined && now.rating <= 3 && !isThere) {
				if (index > 0 || now.date >= tellFrom) expectChange('added');
			} else if (isThere && now === undefined) {
				expectChange('removed');
			} else if (isThere && now !== undefined && last !== undefined) {
				const fields = (['rating', 'comment', 'response'] as const).filter(
					(field) =>
						now[field] !== last?.[field] && (field !== 'response' || reportChangedResponses),
				);
				if (fields.length > 0) expectChange('changed', ...fields);
			} else {
				return;
			}
			last = now ?? last;
			isThere = now !== undefined && now.rating <= 3;
		});
	}
	return expected.map((each) => each.sort());
}

const asText = ({ kind, orderId, changed, before, after }: FeedbackChange): string =>
	JSON.stringify([
		kind,
		orderId,
		changed,
		before ? [before.date, before.rating, before.comment] : null,
		after ? contentOf(after) : null,
	]);

/** Observes a history; returns the changes of each report that was remembered. */
function watch(
	looks: readonly Look[],
	using: FeedbackWatchSettings,
	check: (
		memory: FeedbackMemory | undefined,
		seen: Seen,
		advanced: ReturnType<typeof advanceFeedback>,
	) => void = () => undefined,
) {
	const world = new World(using.daysToWatch === 60);
	const seen: Seen[] = [];
	const reported: FeedbackChange[][] = [];
	let memory: FeedbackMemory | undefined;
	for (const each of looks) {
		world.now = world.now.plus({ minutes: each.minutes });
		each.steps.forEach((step) => world.apply(step));
		// A broken first report has its own tests.
		const looked = world.lookAt(memory === undefined ? { ...each, broken: 'no' } : each);
		let advanced = advanceFeedback(memory, looked.observation, using);
		check(memory, looked, advanced);
		if (each.fate === 'lost') continue;
		if (each.fate === 'repeated') {
			const again = advanceFeedback(memory && reread(memory), looked.observation, using);
			expect(again).toEqual(advanced);
			advanced = again;
		}
		memory = advanced.memory;
		seen.push(looked);
		reported.push([...advanced.changes]);
	}
	return { seen, reported, memory };
}

describe('a world that changes at random', () => {
	const RUNS = { numRuns: 40, seed: 13 };

	it('has each difference reported exactly once', () => {
		const kinds = new Map<string, number>();
		fc.assert(
			fc.property(history, settings, (looks, using) => {
				const { seen, reported } = watch(looks, using);
				expect(reported.map((changes) => changes.map(asText).sort())).toEqual(
					expectedChanges(seen, using),
				);
				for (const { kind } of reported.flat()) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
			}),
			{ ...RUNS, numRuns: 200 },
		);
		// The worlds had enough changes for a meaningful test.
		for (const kind of ['added', 'changed', 'removed']) {
			expect(kinds.get(kind)).toBeGreaterThan(100);
		}
	});

	it('gives each change its own ID, and the same ID if it is found again from the same memory', () => {
		let foundAgain = 0;
		fc.assert(
			fc.property(history, settings, (looks, using) => {
				let from: FeedbackMemory | undefined;
				let found = new Map<string, string>();
				const { reported } = watch(looks, using, (memory, _, { changes }) => {
					if (memory !== from) found = new Map();
					from = memory;
					for (const change of changes) {
						const known = found.get(asText(change));
						if (known !== undefined) foundAgain += 1;
						expect(known ?? change.id).toBe(change.id);
						found.set(asText(change), change.id);
					}
				});
				const ids = reported.flat().map(({ id }) => id);
				expect(new Set(ids).size).toBe(ids.length);
			}),
			{ ...RUNS, numRuns: 100 },
		);
		expect(foundAgain).toBeGreaterThan(20);
	});

	it('gives the same result for any order of rows, and for a memory that was stored and read', () => {
		fc.assert(
			fc.property(history, settings, (looks, using) => {
				watch(looks, using, (memory, { observation, shown }, advanced) => {
					const rows = observation.rows.toReversed();
					expect(advanceFeedback(memory, { ...observation, rows }, using)).toEqual(advanced);
					const single = { ...observation, rows: [...shown.values()] };
					expect(advanceFeedback(memory, single, using)).toEqual(advanced);
					const written = memory && reread(memory);
					expect(written).toEqual(memory);
					const { memory: after, changes } = advanceFeedback(written, observation, using);
					expect({ memory: after, changes }).toEqual(advanced);
					expect(after === written).toBe(advanced.memory === memory);
				});
			}),
			RUNS,
		);
	});

	it('causes no change if nothing changed, even if it is observed often and late', () => {
		fc.assert(
			fc.property(history, settings, (looks, using) => {
				watch(looks, using, (_, { observation }, { memory }) => {
					const later = DateTime.fromISO(observation.asOf, { zone: 'utc' });
					for (const minutes of [0, 1, 50_000]) {
						const asOf = later.plus({ minutes }).toISO() ?? '';
						const again = advanceFeedback(memory, { ...observation, asOf }, using);
						expect(again.changes).toEqual([]);
						expect(again.memory).toBe(memory);
					}
					// Days that drop out of the watch are not a change.
					const today = plusDays(observation.today, 20);
					const after = advanceFeedback(memory, { ...observation, today }, using);
					expect(after.changes).toEqual([]);
					expect(after.memory).toBe(memory);
				});
			}),
			RUNS,
		);
	});

	it('is not observed through a report older than the last that changed something', () => {
		fc.assert(
			fc.property(history, settings, (looks, using) => {
				const observed: FeedbackObservation[] = [];
				const { memory } = watch(looks, using, (_, { observation }) => {
					observed.push(observation);
				});
				if (memory === undefined) return;
				for (const observation of observed.filter(({ asOf }) => asOf < memory.asOf)) {
					const older = advanceFeedback(memory, observation, using);
					expect(older.changes).toEqual([]);
					expect(older.memory).toBe(memory);
				}
			}),
			RUNS,
		);
	});

	it('takes little memory, and only while it is watched', () => {
		fc.assert(
			fc.property(history, settings, (looks, using) => {
				watch(looks, using, (before, { observation }, { memory }) => {
					const kept = Object.values(memory.rows);
					expect(JSON.stringify(memory).length).toBeLessThan(100 + kept.length * 400);
					if (memory === before) return;
					expect(memory.since).toBe(plusDays(observation.today, -using.daysToWatch));
					expect(kept.filter(({ date }) => date < memory.since)).toEqual([]);
				});
			}),
			RUNS,
		);
	});
});
