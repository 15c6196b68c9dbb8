// cspell:ignore tell
import { DateTime } from 'luxon';

import { toItem } from '../../nodes/AmazonSellerFeedbackTrigger/items';
import type {
	Observation,
	WatchEvent,
	WatchSettings,
} from '../../nodes/AmazonSellerFeedbackTrigger/watch/events';
import { rewatch, withoutFuture } from '../../nodes/AmazonSellerFeedbackTrigger/watch/rewatch';
import {
	startWatch,
	type MarketplaceWatch,
} from '../../nodes/AmazonSellerFeedbackTrigger/watch/state';
import { plusDays } from '../../nodes/shared/domain/calendar';
import { findMarketplace, type Marketplace } from '../../nodes/shared/domain/marketplaces';
import { feedbackOn, observe, rowOf, settingsWith } from './support';

const BEGAN = '2026-06-01';
/** In every report, and older than the window of the rating, which its day would contradict. */
const OLD = rowOf(1, '2025-12-01');
const US = findMarketplace('US') as Marketplace;

/** Both reports of a day: one feedback entry a day, and some more of 1 star ten days before. */
function reportsOf(date: string, negatives = 0, received = 1): Observation[] {
	const asOf = `${date}T12:00:00.000Z`;
	const bad = plusDays(date, -10);
	const daily = Array.from({ length: 100 }, (_, ago) => plusDays(date, -ago)).map((each) => ({
		date: each,
		received: received + (each === bad ? negatives : 0),
		negative: each === bad ? negatives : 0,
		pageViews: 100,
		buyBoxPercent: 90,
	}));
	const rows = Array.from({ length: negatives }, (_, index) => rowOf(index + 2, bad));
	return [{ kind: 'totals', asOf, madeOn: date, daily }, feedbackOn(date, [OLD, ...rows], asOf)];
}

const watched = (place: MarketplaceWatch, reports: Array<'feedback' | 'totals'>, today: string) =>
	rewatch(place, { reports, dateFormat: 'auto' }, { now: `${today}T00:00:00.000Z`, today });

describe('while only the Buy Box was watched', () => {
	const both = (events: WatchSettings['events']) =>
		settingsWith({ events, daysUntilSettled: 3, ratingDays: 90 });

	it.each([
		['newPositiveFeedback' as const, 0],
		['ratingFellBelowThreshold' as const, 40],
	])('what happened is not reported later: %s', (event, negatives) => {
		const settings = both([event]);
		let place = watched(
			startWatch(`${BEGAN}T00:00:00.000Z`, BEGAN, 0),
			['feedback', 'totals'],
			BEGAN,
		);
		({ state: place } = observe(place, reportsOf('2026-06-20'), settings));
		expect(place.rating).toBeDefined();
		place = watched(place, ['totals'], '2026-06-21');
		const [totals] = reportsOf('2026-08-01', negatives);
		({ state: place } = observe(place, [totals as Observation], both(['buyBoxShareFell'])));
		expect(place.rating).toBeUndefined();
		place = watched(place, ['feedback', 'totals'], '2026-09-20');
		const { state, events } = observe(place, reportsOf('2026-09-20', negatives), settings);
		expect(events).toEqual([]);
		// What happens from then on is.
		const later = reportsOf('2026-10-10', event === 'newPositiveFeedback' ? 0 : 60);
		const news = observe(
			observe(state, reportsOf('2026-09-25', 0, 9), settings).state,
			later,
			settings,
		).events;
		expect(news.length).toBeGreaterThan(0);
		expect(new Set(news.map((each) => each.event))).toEqual(new Set([event]));
	});
});

describe('the summary of a feedback event', () => {
	const settings = settingsWith({
		events: ['feedbackChanged', 'newNegativeFeedback'],
		daysUntilSettled: 3,
		daysToWatch: 60,
	});
	const TODAY = '2026-06-20';

	const summaryOf = (events: readonly WatchEvent[]): string => {
		const report = { id: 'r', askedAt: `${TODAY}T12:00:00.000Z` };
		return String(toItem(events[0] as WatchEvent, US, 'feedback', report).summary);
	};

	/** The entry of a day, first with 3 stars, then with 2; the totals count it as negative or not. */
	const changed = (date: string, negative: number): readonly WatchEvent[] => {
		const at = (hour: number, rating: number, bad: number): Observation[] =>
			reportsOf(TODAY, 0, 20).map((each) => {
				const asOf = `${TODAY}T${hour}:00:00.000Z`;
				if (each.kind === 'totals') {
					const daily = each.daily.map((day) =>
						day.date === date ? { ...day, negative: bad } : day,
					);
					return { ...each, asOf, daily };
				}
				return {
					...(each as Extract<Observation, { kind: 'feedback' }>),
					asOf,
					rows: [OLD, rowOf(9, date, rating)],
				};
			});
		const start = startWatch(`${TODAY}T00:00:00.000Z`, TODAY, 0);
		const { state } = observe(start, at(10, 3, 0), settings);
		return observe(state, at(12, 2, negative), settings).events;
	};

	it.each([
		['the rating counts', '2026-06-10', 1, ''],
		['is not settled yet', '2026-06-19', 1, ', without this change'],
		['is before the window', '2026-05-15', 1, ', without this change'],
		['the totals do not show yet', '2026-06-10', 0, ', without this change'],
	])(
		'says that the rating is without a change that it does not count: one that %s',
		(_, date, negative, without) => {
			expect(summaryOf(changed(date, negative))).toMatch(
				new RegExp(
					`\\. Rating: [\\d.]+% of \\d+ in the last 30 days, counted through 2026-06-16${without}$`,
				),
			);
		},
	);
});

describe('a clock that was ahead', () => {
	const TODAY = '2026-06-20';
	const now = DateTime.fromISO(`${TODAY}T12:00:00.000Z`, { zone: 'utc' });
	const began = startWatch(`${TODAY}T00:00:00.000Z`, TODAY, 0);

	it('leaves no day after tomorrow', () => {
		const future = plusDays(TODAY, 400);
		const wrong = {
			...began,
			beganOn: future,
			tellFrom: future,
			positives: { since: future, days: {} },
		};
		const tomorrow = plusDays(TODAY, 1);
		expect(withoutFuture(wrong, now, TODAY)).toEqual({
			...began,
			beganOn: TODAY,
			tellFrom: tomorrow,
			positives: { since: tomorrow, days: {} },
		});
	});

	it('changes nothing of a state without such days', () => {
		const tomorrow = plusDays(TODAY, 1);
		const right = { ...began, tellFrom: tomorrow, positives: { since: tomorrow, days: {} } };
		expect(withoutFuture(right, now, TODAY)).toBe(right);
		const plain = { ...began, tellFrom: undefined };
		expect(withoutFuture(plain, now, TODAY)).toBe(plain);
	});
});

it('forgets positive feedback that is too old to be reported again', () => {
	const days = { '2025-01-02': { reported: 1, notNegative: 1 } };
	const place = {
		...startWatch(`${BEGAN}T00:00:00.000Z`, BEGAN, 0),
		positives: { since: '2025-01-01', days },
	};
	const settings = settingsWith({ events: ['newPositiveFeedback'], daysUntilSettled: 3 });
	const { state } = observe(place, reportsOf('2026-06-20'), settings);
	const kept = Object.keys(state.positives?.days ?? {});
	expect(kept.length).toBeGreaterThan(0);
	expect(kept).not.toContain('2025-01-02');
});
