import fc from 'fast-check';
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

/** A cycle whose report number so many gave nothing, asked for at the start. */
function failed(how: BadEnd, times: number): ReportSchedule {
	let cycle: ReportSchedule = {};
	for (let index = 1; index <= times; index += 1) {
		cycle = endedBadly(requested(cycle, `r${index}`, iso(START)), `r${index}`, how);
	}
	return cycle;
}

/** Minutes until a report is asked for after the last, which was read or given up. */
function waitOf(cycle: ReportSchedule, everyMinutes: number): number {
	const step = (seconds: number) =>
		nextStep(cycle, START.plus({ seconds }), everyMinutes, cycle.report?.id);
	let [rests, asks] = [0, 2 * 86_400];
	expect([step(rests), step(asks)]).toEqual(['rest', 'ask']);
	while (asks - rests > 1) {
		const middle = Math.floor((rests + asks) / 2);
		if (step(middle) === 'ask') asks = middle;
		else rests = middle;
	}
	return asks / 60;
}

/** Polls come some seconds early, so a report is due up to a minute, or a tenth, sooner. */
const due = (minutes: number): number => minutes - Math.min(1, minutes / 10);

describe('the next step', () => {
	it('is to ask where none was asked for', () => {
		expect(nextStep({}, START, 30, undefined)).toBe('ask');
		expect(nextStep({}, START, 30, 'r1')).toBe('ask');
	});

	it('is to collect what was asked for until it is read, however old it is', () => {
		const cycle = requested({}, 'r1', iso(START));
		expect(nextStep(cycle, START, 30, undefined)).toBe('collect');
		expect(nextStep(cycle, after(10_000), 30, undefined)).toBe('collect');
		expect(nextStep(cycle, after(10_000), 30, 'r0')).toBe('collect');
		expect(nextStep(cycle, after(1), 30, 'r1')).toBe('rest');
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

	it('is early by a tenth at most, so that a short interval is kept', () => {
		const cycle = requested({}, 'r1', iso(START));
		expect(nextStep(cycle, START.plus({ seconds: 269 }), 5, 'r1')).toBe('rest');
		expect(nextStep(cycle, START.plus({ seconds: 270 }), 5, 'r1')).toBe('ask');
	});

	it('does not mind in which zone the clock is', () => {
		const cycle = requested({}, 'r1', iso(START));
		const local = after(29).setZone('Europe/Berlin');
		expect(nextStep(cycle, local, 30, 'r1')).toBe('ask');
		expect(nextStep(cycle, local.minus({ seconds: 1 }), 30, 'r1')).toBe('rest');
	});

	it('rests if the clock went back', () => {
		expect(nextStep(requested({}, 'r1', iso(START)), after(-600), 30, 'r1')).toBe('rest');
	});
});

describe('after a report that gave nothing', () => {
	const waits = (how: BadEnd, everyMinutes: number) =>
		[1, 2, 3, 4, 5, 6, 7, 8, 60, 2000].map((times) => waitOf(failed(how, times), everyMinutes));

	it.each([
		['CANCELLED', 30, [5, 10, 20, 40, 60, 60, 60, 60, 60, 60]],
		['FATAL', 30, [5, 10, 20, 40, 80, 160, 240, 240, 240, 240]],
		['stuck', 5, [5, 10, 20, 40, 80, 160, 240, 240, 240, 240]],
		// The cap is never below the wanted interval.
		['CANCELLED', 90, [5, 10, 20, 40, 80, 90, 90, 90, 90, 90]],
		['CANCELLED', 1440, [5, 10, 20, 40, 80, 160, 320, 640, 1440, 1440]],
		['FATAL', 360, [5, 10, 20, 40, 80, 160, 320, 360, 360, 360]],
	] as ReadonlyArray<[BadEnd, number, number[]]>)(
		'%s, wanted every %i minutes, waits twice as long each time up to a cap',
		(how, everyMinutes, expected) => {
			expect(waits(how, everyMinutes)).toEqual(expected.map(due));
		},
	);

	it('waits the wanted interval again once one arrived', () => {
		const cycle = requested(arrived(failed('FATAL', 5)), 'r6', iso(START));
		expect(waitOf(cycle, 30)).toBe(29);
		expect(waitOf(endedBadly(cycle, 'r6', 'FATAL'), 30)).toBe(due(5));
	});

	it('counts a report once, however often it is looked at', () => {
		const once = endedBadly({}, 'r1', 'CANCELLED');
		expect(once.trouble).toEqual({
			how: 'CANCELLED',
			firstId: 'r1',
			reportId: 'r1',
			count: 1,
			told: false,
		});
		expect(endedBadly(once, 'r1', 'CANCELLED')).toBe(once);
		// Nor does it count again where it looks otherwise later, as a stuck one does.
		expect(endedBadly(once, 'r1', 'FATAL')).toBe(once);
	});

	it('has been told where the last of the same kind was, and not where it was of another', () => {
		const told = (cycle: ReportSchedule): ReportSchedule =>
			cycle.trouble ? { ...cycle, trouble: { ...cycle.trouble, told: true } } : cycle;
		const first = told(endedBadly({}, 'r1', 'CANCELLED'));
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
		expect(endedBadly(told(arrived(second)), 'r5', 'CANCELLED').trouble).toMatchObject({
			firstId: 'r5',
			count: 1,
			told: false,
		});
	});

	it('stays known when the next is asked for, and is over when one arrives', () => {
		const cycle = requested(failed('FATAL', 2), 'r3', iso(after(9)));
		expect(cycle.report).toEqual({ id: 'r3', askedAt: iso(after(9)) });
		expect(cycle.trouble).toMatchObject({ how: 'FATAL', count: 2, reportId: 'r2' });
		expect(arrived(cycle)).toEqual({ report: cycle.report });
	});

	it('is the very same cycle where a report arrived without trouble', () => {
		const cycle = requested({}, 'r1', iso(START));
		expect(arrived(cycle)).toBe(cycle);
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
	it('is asked for again neither too soon nor too late, and tells each kind of end once', () => {
		const ends = fc.array(fc.constantFrom<BadEnd | 'DONE'>('DONE', ...ENDS), { maxLength: 30 });
		fc.assert(
			fc.property(ends, fc.constantFrom(5, 30, 360, 1440), (series, everyMinutes) => {
				let cycle: ReportSchedule = {};
				let bad = 0;
				let last: BadEnd | 'DONE' = 'DONE';
				let now = START;
				series.forEach((end, index) => {
					const id = `r${index}`;
					cycle = requested(cycle, id, iso(now));
					expect(nextStep(cycle, now, everyMinutes, `r${index - 1}`)).toBe('collect');
					bad = end === 'DONE' ? 0 : bad + 1;
					cycle = end === 'DONE' ? arrived(cycle) : endedBadly(cycle, id, end);
					expect(cycle.trouble?.count ?? 0).toBe(bad);
					if (end !== 'DONE') expect(cycle.trouble?.told).toBe(end === last);
					if (cycle.trouble) cycle = { ...cycle, trouble: { ...cycle.trouble, told: true } };
					last = end;
					// What is written and read again says the same.
					const read = JSON.parse(JSON.stringify(cycle)) as ReportSchedule;

					const cap = Math.max(end === 'CANCELLED' ? 60 : 240, everyMinutes);
					const wait = end === 'DONE' ? everyMinutes : Math.min(cap, 5 * 2 ** (bad - 1));
					const sooner = now.plus({ minutes: due(wait) });
					for (const each of [cycle, read]) {
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
