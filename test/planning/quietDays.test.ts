import {
	problemOfDays,
	quietDaysOf,
	readQuietDays,
} from '../../nodes/AmazonReviewSolicitation/planning/quietDays';
import { DE, US } from './planning';

const day = (iso: string) => Date.parse(iso) / 86_400_000;
const christmas = { first: day('2026-12-24'), last: day('2026-12-26') };

describe('readQuietDays', () => {
	it.each<[string, unknown]>([
		['text', '2026-12-24 to 2026-12-26\nDE 2026-10-03'],
		['text with commas and dots', '2026-12-24..2026-12-26, de: 2026-10-03'],
		['a list', ['2026-12-24/2026-12-26', 'DE 2026-10-03']],
		[
			'rows',
			[
				{ from: '2026-12-24', to: '2026-12-26', name: 'Christmas' },
				{ date: '2026-10-03', country: 'DE' },
			],
		],
		[
			'items',
			[
				{ json: { start: '2026-12-24T00:00:00.000Z', end: '2026-12-26T00:00:00.000Z' } },
				{ json: { day: '2026-10-03', marketplaceId: DE } },
			],
		],
	])('reads %s', (_, given) => {
		expect(readQuietDays(given)).toEqual({
			days: [
				{ ...christmas, marketplaceId: undefined },
				{ first: day('2026-10-03'), last: day('2026-10-03'), marketplaceId: DE },
			],
			wrong: [],
		});
	});

	it.each<[unknown]>([
		['Christmas'],
		['2026-02-30'],
		['2026-12-26 to 2026-12-24'],
		['XX 2026-10-03'],
		[{ name: 'x' }],
		[42],
		[true],
	])('reports %j', (given) => {
		const { days, wrong } = readQuietDays([given]);
		expect(days).toEqual([]);
		expect(wrong).toHaveLength(1);
		expect(problemOfDays(wrong)).toMatch(/^Could not read the days: .*Use days such as/);
	});

	it.each([[''], [[]], [[{ json: {} }]]])('reads no day of %j', (given) => {
		expect(readQuietDays(given)).toEqual({ days: [], wrong: [] });
		expect(problemOfDays([])).toBeUndefined();
	});

	it('a day of one marketplace is not quiet in another', () => {
		const { days } = readQuietDays('DE 2026-10-03');
		expect(quietDaysOf(days, US)).toBeUndefined();
		expect(quietDaysOf(days, DE)?.(day('2026-10-03'))).toBe(true);
		expect(quietDaysOf(days, DE)?.(day('2026-10-04'))).toBe(false);
	});
});
