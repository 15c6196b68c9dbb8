import { DateTime } from 'luxon';

import {
	dayIn,
	dayNumber,
	dayOf,
	dayOfTable,
	firstWholeDay,
	isIsoDay,
	isoDay,
	lastWholeDay,
	startOfDayIn,
} from '../../nodes/shared/domain/calendar';
import fc from '../fastCheck';

const two = (number: number): string => String(number).padStart(2, '0');

describe('a calendar day', () => {
	it('has the number that luxon gives it, and none if it does not exist', () => {
		const parts = fc.tuple(
			fc.integer({ min: 1, max: 9_999 }),
			fc.integer({ min: 0, max: 13 }),
			fc.integer({ min: 0, max: 32 }),
		);
		fc.assert(
			fc.property(parts, ([year, month, day]) => {
				const text = `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
				const date = DateTime.fromISO(text, { zone: 'utc' });
				expect(isIsoDay(text)).toBe(date.isValid);
				if (!date.isValid) return expect(() => dayNumber(text)).toThrow(RangeError);
				expect(dayNumber(text)).toBe(date.toMillis() / 86_400_000);
				expect(isoDay(dayNumber(text))).toBe(text);
			}),
		);
	});

	it.each(['2026-02-29', '2026-02-30', '2026-04-31', '2025-06-31'])(
		'does not exist: %s',
		(text) => {
			expect(isIsoDay(text)).toBe(false);
		},
	);
});

describe('a text that is no calendar day', () => {
	it.each(['', 'soon', '2026-03-29T10:00', '2026-03-29T10:00:00Z'])('has no number: %j', (text) => {
		expect(() => dayNumber(text)).toThrow(RangeError);
		expect(isIsoDay(text)).toBe(false);
	});

	// ISO 8601 has these, too, but days are compared as texts.
	it.each(['20260329', '2026-W13-7', '2026-088', '+002026-03-29', '2026-03-29T00:00:00Z'])(
		'is not written as all others are: %s',
		(text) => {
			expect(isIsoDay(text)).toBe(false);
		},
	);
});

describe('a calendar day of a marketplace', () => {
	const TOKYO = { timeZone: 'Asia/Tokyo' };
	const BERLIN = { timeZone: 'Europe/Berlin' };

	it('is that of the marketplace’s clock', () => {
		const moment = '2026-03-28T23:30:00Z';
		expect(dayIn(TOKYO, DateTime.fromISO(moment))).toBe('2026-03-29');
		expect(dayOf(TOKYO, moment)).toBe('2026-03-29');
		expect(dayOf({ timeZone: 'America/Los_Angeles' }, moment)).toBe('2026-03-28');
		expect(dayOf(TOKYO, undefined)).toBeUndefined();
	});

	it('begins at midnight of that clock, also if the clock changes', () => {
		expect(startOfDayIn(TOKYO, '2026-03-29')).toBe('2026-03-28T15:00:00Z');
		expect(startOfDayIn(BERLIN, '2026-03-29')).toBe('2026-03-28T23:00:00Z');
		expect(startOfDayIn(BERLIN, '2026-03-30')).toBe('2026-03-29T22:00:00Z');
	});

	it.each([
		['2026-03-28T15:00:00Z', '2026-03-29'],
		['2026-03-28T15:00:01Z', '2026-03-30'],
		['2026-03-29T14:59:59Z', '2026-03-30'],
		[undefined, undefined],
		['soon', undefined],
	])('is the first whole one after %s: %s', (moment, day) => {
		expect(firstWholeDay(TOKYO, moment)).toBe(day);
	});

	it.each([
		['2026-03-29T14:59:59Z', '2026-03-29'],
		['2026-03-29T15:00:00Z', '2026-03-29'],
		['2026-03-29T14:59:58Z', '2026-03-28'],
		[undefined, undefined],
		['soon', undefined],
	])('is the last whole one before %s: %s', (moment, day) => {
		expect(lastWholeDay(TOKYO, moment)).toBe(day);
	});
});

describe('a day in a table', () => {
	it.each([
		['2026-03-29', '2026-03-29'],
		[' 2026-03-29 ', '2026-03-29'],
		['2026-03-29T00:00:00.000Z', '2026-03-29'],
		['2026-03-29T00:00:00+00:00', '2026-03-29'],
		[new Date('2026-03-29'), '2026-03-29'],
		[new Date('2026-03-29T10:00:00Z'), undefined],
		[new Date(NaN), undefined],
		['2026-02-30', undefined],
		['yesterday', undefined],
		['2026-03-29T00:00:00Z to 2026-03-30', undefined],
		['', undefined],
		[20260329, undefined],
		[null, undefined],
		[undefined, undefined],
		[{}, undefined],
	])('is read from %p as %p', (value, day) => {
		expect(dayOfTable(value)).toBe(day);
	});
});
