import { DateTime } from 'luxon';

import { dayNumber, isIsoDay, isoDay } from '../../nodes/shared/domain/calendar';
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
