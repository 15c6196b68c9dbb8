// cspell:ignore told

import fc from '../fastCheck';
import { DateTime } from 'luxon';

import {
	arrived,
	requested,
	endedBadly,
	isStuck,
	nextStep,
	STUCK_AFTER_MINUTES,
	type BadEnd,
	type ReportSchedule,
	type Step,
} from '../../nodes/AmazonSellerFeedbackTrigger/watch/reportSchedule';

const START = DateTime.fromISO('2026-03-28T23:30:00Z', { zone: 'utc' });
const ENDS: readonly BadEnd[] = ['CANCELLED', 'FATAL', 'stuck'];

const after = (minutes: number): DateTime => START.plus({ minutes });
const iso = (moment: DateTime): string => moment.toUTC().toISO() ?? '';

/** A schedule after this many reports without data in a row, all requested at the start. */
function failed(how: BadEnd, times: number): ReportSchedule {
	let schedule: ReportSchedule = {};
	for (let index = 1; index <= times; index += 1) {
		schedule = endedBadly(requested(schedule, `r${index}`, iso(START)), `r${index}`, how);
	}
	return schedule;
}

/** Minutes until a report is requested after the last, which was read or given up. */
function waitOf(schedule: ReportSchedule, everyMinutes: number): number {
	const step = (seconds: number) =>
		nextStep(schedule, START.plus({ seconds }), everyMinutes, schedule.report?.id);
	let [rests, asks] = [0, 2 * 86_400];
	expect([step(rests), step(asks)]).toEqual(['rest', 'ask']);
	while (asks - rests > 1) {
		const middle = Math.floor((rests + asks) / 2);
		if (step(middle) === 'ask') asks = middle;
		else rests = middle;
	}
	return asks / 60;
}

/**
 * Polls run a few seconds early, so a report is due up to a minute sooner, or up to a tenth of the
 * interval if that is less.
 */
const due = (minutes: number): number => minutes - Math.min(1, minutes / 10);

describe('the next step', () => {
	it('is to request a report if none was requested', () => {
		expect(nextStep({}, START, 30, undefined)).toBe('ask');
		expect(nextStep({}, START, 30, 'r1')).toBe('ask');
	});

	it('remembers where a report comes from, if that is given', () => {
		expect(requested({}, 'r1', iso(START), 'dataKiosk').report).toEqual({
			id: 'r1',
			askedAt: iso(START),
			source: 'dataKiosk',
		});
		expect(requested({}, 'r1', iso(START)).report).toStrictEqual({
			id: 'r1',
			askedAt: iso(START),
		});
	});

	it('is to collect the requested report until it is read, even if it is old', () => {
		const schedule = requested({}, 'r1', iso(START));
		expect(nextStep(schedule, START, 30, undefined)).toBe('collect');
		expect(nextStep(schedule, after(10_000), 30, undefined)).toBe('collect');
		expect(nextStep(schedule, after(10_000), 30, 'r0')).toBe('collect');
		expect(nextStep(schedule, after(1), 30, 'r1')).toBe('rest');
	});

	it.each([
		[0, 'rest'],
		[28.9, 'rest'],
		[29, 'ask'],
		[30, 'ask'],
		[5000, 'ask'],
	] as ReadonlyArray<[number, Step]>)('at %d minutes of 30 is to %s', (minutes, step) => {
		expect(nextStep(requested({}, 'r1', iso(START)), after(minutes), 30, 'r1')).toBe(step);
	});

	it('is early by at most a tenth, so that a short interval is kept', () => {
		const schedule = requested({}, 'r1', iso(START));
		expect(nextStep(schedule, START.plus({ seconds: 269 }), 5, 'r1')).toBe('rest');
		expect(nextStep(schedule, START.plus({ seconds: 270 }), 5, 'r1')).toBe('ask');
	});

	it("does not depend on the clock's time zone", () => {
		const schedule = requested({}, 'r1', iso(START));
		const local = after(29).setZone('Europe/Berlin');
		expect(nextStep(schedule, local, 30, 'r1')).toBe('ask');
		expect(nextStep(schedule, local.minus({ seconds: 1 }), 30, 'r1')).toBe('rest');
	});

	it('is to rest if the clock went back', () => {
		expect(nextStep(requested({}, 'r1', iso(START)), after(-600), 30, 'r1')).toBe('rest');
	});
});

describe('after a report without data', () => {
	const waits = (how: BadEnd, everyMinutes: number) =>
		[1, 2, 3, 4, 5, 6, 7, 8, 60, 2000].map((times) => waitOf(failed(how, times), everyMinutes));

	it.each([
		['CANCELLED', 30, [5, 10, 20, 40, 60, 60, 60, 60, 60, 60]],
		['FATAL', 30, [5, 10, 20, 40, 80, 160, 240, 240, 240, 240]],
		['stuck', 5, [5, 10, 20, 40, 80, 160, 240, 240, 240, 240]],
		// The cap is never below the chosen interval.
		['CANCELLED', 90, [5, 10, 20, 40, 80, 90, 90, 90, 90, 90]],
		['CANCELLED', 1440, [5, 10, 20, 40, 80, 160, 320, 640, 1440, 1440]],
		['FATAL', 360, [5, 10, 20, 40, 80, 160, 320, 360, 360, 360]],
	] as ReadonlyArray<[BadEnd, number, number[]]>)(
		'%s, with an interval of %i minutes, the wait doubles each time up to a cap',
		(how, everyMinutes, expected) => {
			expect(waits(how, everyMinutes)).toEqual(expected.map(due));
		},
	);

	it('waits the chosen interval again once a report arrived', () => {
		const schedule = requested(arrived(failed('FATAL', 5)), 'r6', iso(START));
		expect(waitOf(schedule, 30)).toBe(29);
		expect(waitOf(endedBadly(schedule, 'r6', 'FATAL'), 30)).toBe(due(5));
	});

	it('counts a report once, even if it is checked several times', () => {
		const once = endedBadly({}, 'r1', 'CANCELLED');
		expect(once.trouble).toEqual({
			how: 'CANCELLED',
			firstId: 'r1',
			reportId: 'r1',
			count: 1,
			told: false,
		});
		expect(endedBadly(once, 'r1', 'CANCELLED')).toBe(once);
		// The report does not count again if it ends differently later, as a stuck one may.
		expect(endedBadly(once, 'r1', 'FATAL')).toBe(once);
	});

	it('counts as reported if the last trouble of the same kind was, but not if it was of another kind', () => {
		const reported = (schedule: ReportSchedule): ReportSchedule =>
			schedule.trouble ? { ...schedule, trouble: { ...schedule.trouble, told: true } } : schedule;
		const first = reported(endedBadly({}, 'r1', 'CANCELLED'));
		const second = endedBadly(first, 'r2', 'CANCELLED');
		expect(second.trouble).toEqual({
			how: 'CANCELLED',
			firstId: 'r1',
			reportId: 'r2',
			count: 2,
			told: true,
		});
		const other = endedBadly(second, 'r3', 'FATAL');
		expect(other.trouble).toEqual({
			how: 'FATAL',
			firstId: 'r3',
			reportId: 'r3',
			count: 3,
			told: false,
		});
		expect(endedBadly(other, 'r4', 'FATAL').trouble?.told).toBe(false);
		expect(endedBadly(reported(arrived(second)), 'r5', 'CANCELLED').trouble).toMatchObject({
			firstId: 'r5',
			count: 1,
			told: false,
		});
	});

	it('keeps the trouble when the next is requested, and clears it when one arrives', () => {
		const schedule = requested(failed('FATAL', 2), 'r3', iso(after(9)));
		expect(schedule.report).toEqual({ id: 'r3', askedAt: iso(after(9)) });
		expect(schedule.trouble).toMatchObject({ how: 'FATAL', count: 2, reportId: 'r2' });
		expect(arrived(schedule)).toEqual({ report: schedule.report });
	});

	it('returns the same schedule if a report arrived without trouble', () => {
		const schedule = requested({}, 'r1', iso(START));
		expect(arrived(schedule)).toBe(schedule);
	});
});

describe('a report that does not end', () => {
	it('is stuck after an hour', () => {
		expect(STUCK_AFTER_MINUTES).toBe(60);
		expect(isStuck(iso(START), START.plus({ minutes: 60, milliseconds: -1 }))).toBe(false);
		expect(isStuck(iso(START), after(60))).toBe(true);
		expect(isStuck(iso(START), after(60).setZone('Asia/Tokyo'))).toBe(true);
	});
});

describe('a series of reports', () => {
	it('is requested neither too soon nor too late, and reports each kind of end once', () => {
		const ends = fc.array(fc.constantFrom<BadEnd | 'DONE'>('DONE', ...ENDS), { maxLength: 30 });
		fc.assert(
			fc.property(ends, fc.constantFrom(5, 30, 360, 1440), (series, everyMinutes) => {
				let schedule: ReportSchedule = {};
				let bad = 0;
				let last: BadEnd | 'DONE' = 'DONE';
				let now = START;
				series.forEach((end, index) => {
					const id = `r${index}`;
					schedule = requested(schedule, id, iso(now));
					expect(nextStep(schedule, now, everyMinutes, `r${index - 1}`)).toBe('collect');
					bad = end === 'DONE' ? 0 : bad + 1;
					schedule = end === 'DONE' ? arrived(schedule) : endedBadly(schedule, id, end);
					expect(schedule.trouble?.count ?? 0).toBe(bad);
					if (end !== 'DONE') expect(schedule.trouble?.told).toBe(end === last);
					if (schedule.trouble)
						schedule = { ...schedule, trouble: { ...schedule.trouble, told: true } };
					last = end;
					// The stored schedule gives the same result when read back.
					const read = JSON.parse(JSON.stringify(schedule)) as ReportSchedule;

					const cap = Math.max(end === 'CANCELLED' ? 60 : 240, everyMinutes);
					const wait = end === 'DONE' ? everyMinutes : Math.min(cap, 5 * 2 ** (bad - 1));
					const sooner = now.plus({ minutes: due(wait) });
					for (const each of [schedule, read]) {
						expect(nextStep(each, sooner.minus(1000), everyMinutes, id)).toBe('rest');
						expect(nextStep(each, sooner.plus(1), everyMinutes, id)).toBe('ask');
					}
					now = now.plus({ minutes: wait });
				});
			}),
			{ numRuns: 100, seed: 12 },
		);
	});
});
