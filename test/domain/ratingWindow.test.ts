import { plusDays } from '../../nodes/shared/domain/calendar';

describe('plusDays', () => {
	it.each([
		['2026-01-31', 1, '2026-02-01'],
		['2024-02-28', 1, '2024-02-29'],
		['2026-03-29', -1, '2026-03-28'],
		['2026-01-01', -1, '2025-12-31'],
		['2026-01-01', 0, '2026-01-01'],
		['2026-01-01', 365, '2027-01-01'],
	])('moves %s by %p days to %s', (date, days, expected) => {
		expect(plusDays(date, days)).toBe(expected);
	});
});
