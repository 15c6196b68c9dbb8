// cspell:ignore told

import { DateTime } from 'luxon';
import fc from '../fastCheck';

import { advance } from '../../nodes/AmazonSellerFeedbackTrigger/watch/advance';
import type { Observation, RatingNow } from '../../nodes/AmazonSellerFeedbackTrigger/watch/events';
import {
	isResting,
	restMinutes,
	troubled,
	type KioskTrouble,
} from '../../nodes/AmazonSellerFeedbackTrigger/watch/kioskTrouble';
import { kioskNoticeOf, noticesOf } from '../../nodes/AmazonSellerFeedbackTrigger/watch/notices';
import {
	readState,
	startWatch,
	type MarketplaceWatch,
	type WatchState,
} from '../../nodes/AmazonSellerFeedbackTrigger/watch/state';
import { plusDays } from '../../nodes/shared/domain/calendar';
import { feedbackOn, rowOf, settingsWith } from './support';

const AT = '2026-03-31T12:00:00.000Z';

const REFUSED = {
	kind: 'accessDenied',
	why: 'Could not query Data Kiosk: Amazon denied access',
	advice: 'Add the role Brand Analytics.',
};

const after = (minutes: number): DateTime =>
	DateTime.fromISO(AT, { zone: 'utc' }).plus({ minutes });

describe('after Data Kiosk has failed', () => {
	it.each([
		[1, 360, true, 360],
		[2, 360, true, 720],
		[3, 360, true, 1440],
		[9, 360, true, 1440],
		[1, 1440, true, 1440],
		[3, 1440, true, 5760],
		[9, 1440, true, 5760],
		[1, 5, true, 5],
		[20, 5, true, 1440],
		[1, 360, false, 5],
		[4, 360, false, 40],
		[9, 360, false, 360],
		[9, 30, false, 240],
		[2_000, 30, false, 240],
	])('for the %i. time, at an interval of %i, it rests (report: %s) %i minutes', (...row) => {
		const [count, every, hasReport, expected] = row;
		expect(restMinutes(count, every, hasReport)).toBe(expected);
	});

	it('it is tried at most in one of three intervals in the long run, if there is a report', () => {
		fc.assert(
			fc.property(fc.integer({ min: 5, max: 1440 }), (every) => {
				let trouble: KioskTrouble | undefined;
				let tries = 0;
				const intervals = 400;
				for (let interval = 0; interval < intervals; interval += 1) {
					const now = after(interval * every);
					if (isResting(trouble, now, every, true)) continue;
					tries += 1;
					trouble = troubled(trouble, REFUSED, now.toISO() ?? '');
				}
				// It is never given up either: at least once in four intervals or a day.
				expect(tries).toBeLessThanOrEqual(intervals / 3);
				const longest = Math.ceil(Math.max(4, 1440 / every));
				expect(tries).toBeGreaterThanOrEqual(Math.floor(intervals / longest));
			}),
		);
	});

	it('it is tried again at once if the time of the failure is in the future', () => {
		const trouble = troubled(undefined, REFUSED, AT);
		expect(isResting(trouble, after(-1), 360, true)).toBe(false);
		expect(isResting(trouble, after(1), 360, true)).toBe(true);
		expect(isResting(undefined, after(1), 360, true)).toBe(false);
	});

	it('the same failure is not reported again, and another one is', () => {
		const first = troubled(undefined, REFUSED, AT);
		expect(first).toMatchObject({ count: 1, told: false });
		const second = troubled({ ...first, told: true }, REFUSED, AT);
		expect(second).toMatchObject({ count: 2, told: true });
		const other = troubled(second, { ...REFUSED, kind: 'queryFailed', queryId: '7' }, AT);
		expect(other).toMatchObject({ count: 3, told: false, queryId: '7' });
	});

	it('what is stored stays small', () => {
		const long = 'x'.repeat(100_000);
		const trouble = troubled(undefined, { kind: 'refused', why: long, advice: long }, AT);
		expect(JSON.stringify(trouble).length).toBeLessThan(1_500);
	});

	it('the notice says what the trigger does instead, once', () => {
		const trouble = troubled(undefined, REFUSED, AT);
		expect(kioskNoticeOf(trouble, true)).toEqual({
			message: REFUSED.why,
			description: expect.stringMatching(
				/^Add the role Brand Analytics\. The trigger uses the Sales and Traffic report instead/,
			),
		});
		expect(kioskNoticeOf(trouble, false)?.description).toMatch(/'Totals From'.*retries at growing/);
		expect(kioskNoticeOf({ ...trouble, told: true }, true)).toBeUndefined();
	});

	it('a rating that could not be evaluated is explained by it, if there is no report instead', () => {
		const place = {
			...startWatch(AT, '2026-03-31', 0),
			unjudged: { since: AT, why: "Amazon's daily totals are missing", told: false },
		};
		expect(noticesOf(place, 'Germany')).toMatchObject([{ about: 'unjudged' }]);
		expect(noticesOf(place, 'Germany', true)).toEqual([]);
	});
});

describe('the stored state', () => {
	const place = startWatch(AT, '2026-03-31', 0);
	const stateWith = (changes: Partial<WatchState>): WatchState => ({
		version: 1,
		credential: 'c',
		seller: 's',
		marketplaces: { DE: place },
		...changes,
	});
	const written = (state: WatchState): unknown => JSON.parse(JSON.stringify(state));
	const asked = { kind: 'asked', report: 'totals', id: '7', at: AT } as const;

	it('keeps a query to Data Kiosk apart from a report', () => {
		const query: Observation = { ...asked, source: 'dataKiosk' };
		const after = advance(place, query, settingsWith()).state;
		const state = stateWith({ marketplaces: { DE: after } });
		expect(readState(written(state), 'c', 's')).toEqual(state);
		expect(after.reports.totals?.report).toEqual({ id: '7', askedAt: AT, source: 'dataKiosk' });
		const report = advance(place, asked, settingsWith()).state.reports.totals?.report;
		expect(report).toEqual({ id: '7', askedAt: AT });
	});

	it("keeps Data Kiosk's trouble for the same seller only", () => {
		const state = stateWith({ dataKiosk: troubled(undefined, REFUSED, AT) });
		expect(readState(written(state), 'c', 's')).toEqual(state);
		expect(readState(written(state), 'c', 'other')?.dataKiosk).toBeUndefined();
		expect(readState(written(state), 'other', 's')?.dataKiosk).toBeUndefined();
	});
});

describe('the notes on totals', () => {
	const NOTE = `The totals come from the Sales and Traffic report. ${REFUSED.why}.`;
	const settings = settingsWith({ events: ['newNegativeFeedback'], daysUntilSettled: 3 });

	const totals = (asOf: string, notes: readonly string[], skipped = 0): Observation => ({
		kind: 'totals',
		asOf,
		madeOn: '2026-03-31',
		daily: Array.from({ length: 60 }, (_, index) => ({
			date: plusDays('2026-03-31', -index),
			received: 10,
			negative: index === 20 ? 1 : 0,
		})).filter((_, index) => skipped === 0 || index % 11 !== 6),
		notes,
	});

	/** The rating in the item of a new feedback entry. */
	function rate(start: MarketplaceWatch, notes: readonly string[], minute: string, skipped = 0) {
		const asOf = `2026-03-31T12:${minute}:00.000Z`;
		const known = rowOf(1, plusDays('2026-03-31', -20));
		const first = advance(start, totals(asOf, notes, skipped), settings).state;
		const base = advance(first, feedbackOn('2026-03-31', [known], asOf), settings).state;
		const rows = [known, rowOf(Number(minute) + 2, '2026-03-31')];
		const { state, events } = advance(base, feedbackOn('2026-03-31', rows, asOf), settings);
		return { state, ratingNow: events.at(-1)?.ratingNow as RatingNow };
	}

	it('are in the item and in the state, after what is missing, until other totals arrive', () => {
		const start = startWatch('2026-03-01T12:00:00.000Z', '2026-03-01', 0);
		const first = rate(start, [NOTE], '10');
		expect(first.ratingNow).toMatchObject({ provenance: 'derived' });
		expect(first.ratingNow.notes.at(-1)).toBe(NOTE);
		expect(first.ratingNow.coverage?.reasons).not.toContain(NOTE);
		expect(first.state.rating?.notes.at(-1)).toBe(NOTE);
		const second = rate(first.state, [], '20');
		expect(second.ratingNow.notes).not.toContain(NOTE);
		expect(second.state.rating?.notes).not.toContain(NOTE);
	});
});

describe('the notice about a report that ended badly', () => {
	const place = startWatch(AT, '2026-03-31', 0);
	const told = (reason?: string) => {
		const trouble = { how: 'FATAL', firstId: 'r1', reportId: 'r1', count: 1, told: false } as const;
		const reports = {
			totals: { trouble: { ...trouble, ...(reason !== undefined && { reason }) } },
		};
		return noticesOf({ ...place, reports }, 'Germany')[0]?.description;
	};

	it('has Amazon’s reason, with one full stop', () => {
		expect(told('The date is wrong. . ')).toMatch(/^Amazon says: The date is wrong\. Wait\. /);
		expect(told('Version 1.2 is old')).toMatch(/^Amazon says: Version 1\.2 is old\. Wait\. /);
		expect(told()).toMatch(/^Wait\. /);
	});
});
