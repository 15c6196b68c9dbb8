import fc from '../fastCheck';

import type { Observation, WatchEvent } from '../../nodes/AmazonSellerFeedbackTrigger/watch/events';
import { startWatch } from '../../nodes/AmazonSellerFeedbackTrigger/watch/state';
import { plusDays } from '../../nodes/shared/domain/calendar';
import { feedbackOn, observe, rowOf, settingsWith } from './support';

const TODAY = '2026-11-23';
const LAST_SETTLED = '2026-11-19';
const SETTINGS = settingsWith({ daysUntilSettled: 3, events: ['newPositiveFeedback'] });

const at = (minutes: number): string =>
	new Date(Date.parse(`${TODAY}T12:00:00Z`) + minutes * 60_000).toISOString();

const OLD = rowOf(1, plusDays(TODAY, -300));

/** Both reports of a moment: what each day received, and the rows of the days. */
function reportsAt(
	minutes: number,
	received: Readonly<Record<string, number>>,
	rows: readonly Parameters<typeof rowOf>[] = [],
): Observation[] {
	const listed = rows.map(([n, date, rating]) => rowOf(n, date, rating));
	const daily = Array.from({ length: 60 }, (_, ago) => plusDays(TODAY, -ago)).map((date) => ({
		date,
		received: received[date] ?? 0,
		negative: listed.filter((row) => row.date === date && row.sentiment === 'negative').length,
		pageViews: 100,
	}));
	return [
		{ kind: 'totals', asOf: at(minutes), madeOn: TODAY, daily },
		{ ...feedbackOn(TODAY, [OLD, ...listed], at(minutes)) },
	];
}

const watchFrom = (since: string, lookBackDays: number) =>
	startWatch(`${since}T00:00:00.000Z`, since, lookBackDays);

const shown = (events: readonly WatchEvent[]) =>
	events.flatMap((event) =>
		event.event === 'newPositiveFeedback' ? [{ before: event.before, after: event.after }] : [],
	);

it('reports the positive feedback of each settled day: received, without 1 to 3 stars', () => {
	const rows: Parameters<typeof rowOf>[] = [
		[2, '2026-11-18', 3],
		[3, '2026-11-18', 1],
		[4, '2026-11-19', 2],
	];
	const received = { '2026-11-18': 5, '2026-11-19': 1, '2026-11-20': 4 };
	const { events, state } = observe(
		watchFrom('2026-11-10', 0),
		reportsAt(0, received, rows),
		SETTINGS,
	);
	expect(shown(events)).toEqual([
		{ before: undefined, after: { date: '2026-11-18', positive: 3, neutral: 1, negative: 1 } },
	]);
	expect(events[0]?.id).toBe('positiveFeedback/2026-11-18/3/2026-11-10T00:00:00.000Z');
	expect(state.positives).toEqual({
		since: '2026-11-11',
		days: expect.objectContaining({ '2026-11-18': { reported: 3, notNegative: 4 } }),
	});
});

it('reports a day again if more of it is found, and not if less', () => {
	const counts = [2, 2, 3, 1, 3, 4];
	const reports = counts.flatMap((count, index) => reportsAt(90 * index, { '2026-11-18': count }));
	const { events } = observe(watchFrom('2026-11-10', 0), reports, SETTINGS);
	expect(shown(events).map(({ before, after }) => [before?.positive, after.positive])).toEqual([
		[undefined, 2],
		[2, 3],
		[3, 4],
	]);
});

it.each([
	['without a lookback, the days after the first', 0, ['2026-11-19']],
	['with a lookback, its days', 3, ['2026-11-16', '2026-11-17', '2026-11-18', '2026-11-19']],
])('reports %s', (_, lookBackDays, dates) => {
	const received = Object.fromEntries(
		Array.from({ length: 30 }, (__, ago) => [plusDays(TODAY, -ago), 1]),
	);
	const { events } = observe(
		watchFrom('2026-11-18', lookBackDays),
		reportsAt(0, received),
		SETTINGS,
	);
	expect(shown(events).map(({ after }) => after.date)).toEqual(dates);
});

it('a day that the reports contradict each other about is not reported until they agree', () => {
	const row: Parameters<typeof rowOf> = [2, '2026-11-18', 3];
	const [totals, feedback] = reportsAt(0, { '2026-11-18': 0, '2026-11-17': 1 }, [row]);
	const { events, state } = observe(
		watchFrom('2026-11-10', 0),
		[totals, feedback] as Observation[],
		SETTINGS,
	);
	expect(shown(events).map(({ after }) => after.date)).toEqual(['2026-11-17']);
	const later = observe(
		state,
		reportsAt(90, { '2026-11-18': 3, '2026-11-17': 1 }, [row]),
		SETTINGS,
	);
	expect(shown(later.events)).toMatchObject([{ after: { date: '2026-11-18', positive: 2 } }]);
});

it('neutral feedback that is gone does not count as positive', () => {
	const neutral: Parameters<typeof rowOf> = [2, '2026-11-18', 3];
	const reports = [
		...reportsAt(0, { '2026-11-18': 2 }, [neutral]),
		// The row is gone before the totals show that.
		...reportsAt(90, { '2026-11-18': 2 }),
		...reportsAt(180, { '2026-11-18': 1 }),
	];
	const { events, state } = observe(watchFrom('2026-11-10', 0), reports, SETTINGS);
	expect(shown(events).map(({ after }) => after.positive)).toEqual([1]);
	// A buyer left 5 stars on that day.
	const later = observe(state, reportsAt(270, { '2026-11-18': 2 }), SETTINGS);
	expect(shown(later.events)).toMatchObject([{ before: { positive: 1 }, after: { positive: 2 } }]);
});

it.each([
	['more days until totals settle', 12, [TODAY]],
	['totals that lack their last days', 3, ['2026-11-19']],
])('never reports a day again, whatever day is the last: %s', (_, daysUntilSettled, made) => {
	const received = Object.fromEntries(
		Array.from({ length: 60 }, (__, ago) => [plusDays(TODAY, -ago), 1]),
	);
	const first = observe(watchFrom('2026-09-20', 0), reportsAt(0, received), SETTINGS);
	expect(shown(first.events)).toHaveLength(30);
	const [totals, feedback] = reportsAt(90, received);
	const late = { ...totals, madeOn: made[0] } as Observation;
	const settings = { ...SETTINGS, daysUntilSettled };
	const again = observe(first.state, [late, feedback as Observation], settings);
	expect(again.events).toEqual([]);
	expect(observe(again.state, reportsAt(180, received), SETTINGS).events).toEqual([]);
});

it('neutral feedback that could not be read does not count as positive', () => {
	const [totals, feedback] = reportsAt(0, { '2026-11-18': 2 });
	const unreadable = { ...feedback, unreadable: 1 } as Observation;
	const { events } = observe(
		watchFrom('2026-11-10', 0),
		[totals as Observation, unreadable],
		SETTINGS,
	);
	expect(events).toEqual([]);
});

it('days in the state are few, whatever happens, and what is reported adds up to the highest count', () => {
	const history = fc.array(fc.record({ ago: fc.integer({ min: 0, max: 50 }), count: fc.nat(5) }), {
		minLength: 1,
		maxLength: 30,
	});
	fc.assert(
		fc.property(history, (counts) => {
			const received: Record<string, number> = {};
			const highest: Record<string, number> = {};
			const reports = counts.flatMap(({ ago, count }, index) => {
				const date = plusDays(LAST_SETTLED, -ago);
				received[date] = count;
				if (ago < 30) highest[date] = Math.max(highest[date] ?? 0, count);
				return reportsAt(90 * index, { ...received });
			});
			const { events, state } = observe(watchFrom('2026-09-01', 0), reports, SETTINGS);
			const sums: Record<string, number> = {};
			for (const { before, after } of shown(events)) {
				const { date, positive } = after;
				sums[date] = (sums[date] ?? 0) + positive - (before?.positive ?? 0);
			}
			const positive = Object.entries(highest).filter(([, count]) => count > 0);
			expect(sums).toEqual(Object.fromEntries(positive));
			expect(Object.keys(state.positives?.days ?? {}).length).toBeLessThanOrEqual(30);
		}),
		{ numRuns: 100 },
	);
});
