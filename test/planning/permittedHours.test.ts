import fc from '../fastCheck';
import { DateTime } from 'luxon';

import {
	localDays,
	permittedSpans,
	spansOnAllClocks,
	commonSpans,
} from '../../nodes/AmazonReviewSolicitation/planning/permittedHours';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/**
 * Zones that change their clocks at night, at midnight, by half an hour, in the southern
 * hemisphere, or never.
 */
const ZONES = [
	'Europe/Berlin',
	'America/New_York',
	'America/Havana',
	'America/Santiago',
	'Australia/Lord_Howe',
	'Africa/Cairo',
	'Asia/Kolkata',
];

const moment = fc.integer({
	min: Date.UTC(2026, 0, 1) / MINUTE,
	max: Date.UTC(2027, 0, 1) / MINUTE,
});

const iso = (millis: number, zone: string) => DateTime.fromMillis(millis, { zone }).toISO();

describe('permittedSpans', () => {
	it('matches what the clock shows, minute by minute', () => {
		fc.assert(
			fc.property(
				fc.constantFrom(...ZONES),
				moment,
				fc.record({ from: fc.nat({ max: 1440 }), to: fc.nat({ max: 1440 }) }),
				fc.subarray([1, 2, 3, 4, 5, 6, 7], { minLength: 1 }),
				fc.infiniteStream(fc.nat({ max: 4 * 1440 })),
				(zone, start, hours, weekdays, offsets) => {
					const between = { from: start * MINUTE, to: (start + 4 * 1440) * MINUTE };
					const spans = permittedSpans(zone, { hours, weekdays }, between);
					for (const offset of offsets.take(40)) {
						const local = DateTime.fromMillis(between.from, { zone }).plus({ minutes: offset });
						if (local.toMillis() >= between.to) continue;
						const time = 60 * local.hour + local.minute;
						const inHours =
							hours.from < hours.to
								? time >= hours.from && time < hours.to
								: time >= hours.from || time < hours.to;
						expect(
							spans.some(({ from, to }) => from <= local.toMillis() && local.toMillis() < to),
						).toBe(inHours && weekdays.includes(local.weekday));
					}
				},
			),
			{ numRuns: 200 },
		);
	});

	it('returns sorted, separate spans inside the requested range', () => {
		fc.assert(
			fc.property(fc.constantFrom(...ZONES), moment, fc.nat({ max: 1440 }), (zone, start, to) => {
				const between = { from: start * MINUTE, to: start * MINUTE + 99 * HOUR };
				let last = -Infinity;
				for (const span of permittedSpans(zone, { hours: { from: 600, to } }, between)) {
					expect(span.from).toBeGreaterThan(last);
					expect(span.to).toBeGreaterThan(span.from);
					last = span.to;
				}
				expect(last).toBeLessThanOrEqual(between.to);
			}),
		);
	});

	const onDay = (zone: string, date: string, from: number, to: number) => {
		const day = DateTime.fromISO(date, { zone });
		return permittedSpans(
			zone,
			{ hours: { from, to } },
			{ from: day.toMillis(), to: day.plus({ days: 1 }).toMillis() },
		).map((span) => [iso(span.from, zone), iso(span.to, zone)]);
	};

	it('starts after an hour that the clock skips', () => {
		expect(onDay('Europe/Berlin', '2026-03-29', 150, 240)).toEqual([
			['2026-03-29T03:00:00.000+02:00', '2026-03-29T04:00:00.000+02:00'],
		]);
		expect(onDay('Europe/Berlin', '2026-03-29', 120, 180)).toEqual([]);
	});

	it('counts an hour twice if the clock repeats it', () => {
		expect(onDay('Europe/Berlin', '2026-10-25', 150, 170)).toEqual([
			['2026-10-25T02:30:00.000+02:00', '2026-10-25T02:50:00.000+02:00'],
			['2026-10-25T02:30:00.000+01:00', '2026-10-25T02:50:00.000+01:00'],
		]);
	});

	it('wraps past midnight and uses the weekday on the clock', () => {
		// Friday, 22:00 to 2:00: Friday's early and late hours, not Saturday's.
		const between = { from: Date.UTC(2026, 5, 1), to: Date.UTC(2026, 5, 8) };
		const spans = permittedSpans('UTC', { hours: { from: 1320, to: 120 }, weekdays: [5] }, between);
		expect(spans.map(({ from, to }) => [iso(from, 'UTC'), iso(to, 'UTC')])).toEqual([
			['2026-06-05T00:00:00.000Z', '2026-06-05T02:00:00.000Z'],
			['2026-06-05T22:00:00.000Z', '2026-06-06T00:00:00.000Z'],
		]);
	});

	it('leaves out the days that are not permitted, and joins those that follow each other', () => {
		const between = { from: Date.UTC(2026, 5, 1), to: Date.UTC(2026, 5, 8) };
		const first = between.from / (24 * HOUR);
		const spans = permittedSpans(
			'UTC',
			{ isPermittedDay: (day) => [1, 2, 4].includes(day - first), weekdays: [1, 2, 3, 5] },
			between,
		);
		expect(spans).toEqual([
			{ from: Date.UTC(2026, 5, 2), to: Date.UTC(2026, 5, 4) },
			{ from: Date.UTC(2026, 5, 5), to: Date.UTC(2026, 5, 6) },
		]);
	});

	it('counts weekdays before 1970, too', () => {
		// December 31, 1969 was a Wednesday.
		const between = { from: -3 * 24 * HOUR, to: 24 * HOUR };
		expect(permittedSpans('UTC', { weekdays: [3] }, between)).toEqual([
			{ from: -24 * HOUR, to: 0 },
		]);
		expect(permittedSpans('UTC', { weekdays: [4] }, between)).toEqual([{ from: 0, to: 24 * HOUR }]);
	});

	it('returns nothing for an empty span', () => {
		const between = { from: Date.UTC(2026, 0, 1), to: Date.UTC(2026, 0, 1) };
		expect(permittedSpans('UTC', {}, between)).toEqual([]);
		expect(spansOnAllClocks([], { from: 0, to: 1 })).toEqual([{ from: 0, to: 1 }]);
	});

	it('returns a single span without hours and weekdays', () => {
		const between = { from: Date.UTC(2026, 0, 1), to: Date.UTC(2027, 0, 1) };
		for (const zone of ZONES) expect(permittedSpans(zone, {}, between)).toEqual([between]);
	});
});

describe('the times on several clocks', () => {
	it('are those that all of them permit', () => {
		const between = { from: Date.UTC(2026, 5, 1), to: Date.UTC(2026, 5, 2) };
		const hours = { from: 9 * 60, to: 17 * 60 };
		// In June, Berlin is two hours ahead of UTC, and New York four behind.
		const spans = spansOnAllClocks(
			[
				{ zone: 'Europe/Berlin', hours },
				{ zone: 'America/New_York', hours },
			],
			between,
		);
		expect(spans).toEqual([{ from: Date.UTC(2026, 5, 1, 13), to: Date.UTC(2026, 5, 1, 15) }]);
	});

	it.each<[string, number[][], number[][], number[][]]>([
		[
			'one that has several',
			[[0, 10]],
			[
				[1, 2],
				[3, 4],
				[9, 12],
			],
			[
				[1, 2],
				[3, 4],
				[9, 10],
			],
		],
		[
			'several in one',
			[
				[1, 2],
				[3, 4],
			],
			[[0, 10]],
			[
				[1, 2],
				[3, 4],
			],
		],
		[
			'one across two',
			[
				[0, 3],
				[5, 9],
			],
			[[2, 6]],
			[
				[2, 3],
				[5, 6],
			],
		],
		[
			'those that only touch',
			[
				[0, 3],
				[6, 9],
			],
			[[3, 6]],
			[],
		],
		['the same', [[0, 3]], [[0, 3]], [[0, 3]]],
		['none', [[0, 3]], [], []],
	])('common spans: %s', (_, left, right, common) => {
		const spans = (pairs: number[][]) => pairs.map(([from = 0, to = 0]) => ({ from, to }));
		expect(commonSpans(spans(left), spans(right))).toEqual(spans(common));
		expect(commonSpans(spans(right), spans(left))).toEqual(spans(common));
	});
});

describe('a calendar that is not valid', () => {
	const between = { from: Date.UTC(2026, 0, 1), to: Date.UTC(2026, 0, 3) };

	it.each([
		[{ hours: { from: -1, to: 60 } }, '-1 is not a minute of a day'],
		[{ hours: { from: 0, to: 1441 } }, '1441 is not a minute of a day'],
		[{ hours: { from: NaN, to: 60 } }, 'NaN is not a minute of a day'],
		[{ weekdays: [1, 0] }, '0 is not an ISO weekday'],
		[{ weekdays: [8] }, '8 is not an ISO weekday'],
	])('is refused: %j', (calendar, message) => {
		expect(() => permittedSpans('UTC', calendar, between)).toThrow(new RangeError(message));
	});

	it('may use the first and the last minute', () => {
		expect(permittedSpans('UTC', { hours: { from: 0, to: 1440 } }, between)).toEqual([between]);
	});
});

describe('localDays', () => {
	it('returns days without gaps, each on its own date', () => {
		fc.assert(
			fc.property(fc.constantFrom(...ZONES), moment, (zone, start) => {
				const between = { from: start * MINUTE, to: start * MINUTE + 400 * HOUR };
				let next = between.from;
				for (const { day, from, to } of localDays(zone, between)) {
					expect(from).toBe(next);
					next = to;
					const date = new Date(day * 24 * HOUR).toISOString().slice(0, 10);
					for (const each of [from, to - 1]) expect(iso(each, zone)?.slice(0, 10)).toBe(date);
				}
				expect(next).toBe(between.to);
			}),
		);
	});

	it('throws for a zone that does not exist', () => {
		expect(() => localDays('Mars/Olympus', { from: 0, to: 1 })).toThrow(RangeError);
	});
});
