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

	it.each<[string, unknown, string]>([
		['text', `x 2026-12-24 ${'y'.repeat(40)}`, `x 2026-12-24 ${'y'.repeat(27)}`],
		['text of 40 characters', 'z'.repeat(40), 'z'.repeat(40)],
		['a row', { name: 'Christmas' }, 'a row without a day'],
		['a row whose fields are no text', { date: { day: 1 } }, 'a row without a day'],
		['an item', { json: { name: 'Christmas' } }, 'a row without a day'],
		['a number', 42, 'an entry that is not a day'],
		['null', null, 'an entry that is not a day'],
	])('shows at most 40 characters of %s', (_, given, shown) => {
		expect(readQuietDays([given])).toEqual({ days: [], wrong: [shown] });
	});

	it.each([
		['one', 'A', ': A. '],
		['three', 'A,B,C', ': A, B, C. '],
		['three of four', 'A,B,C,D', ': A, B, C, …. '],
	])('shows %s of the entries that could not be read', (_, given, shown) => {
		expect(problemOfDays(readQuietDays(given).wrong)).toContain(`the days${shown}`);
	});

	it.each([
		['DE2026-10-03', 0],
		['DE:2026-10-03', 1],
		['DE : 2026-10-03', 1],
		[`${DE} 2026-10-03`, 1],
		['2026-10-03 DE', 0],
		['2026-10-03.', 0],
		['-DE 2026-10-03', 0],
		['DE 2026-10-03 x', 0],
		['DE', 0],
		['x DE 2026-10-03', 0],
		['2026-10-03 2026-10-04', 0],
		['2026-10-03TO2026-10-04', 1],
		['2026-10-03 – 2026-10-03', 1],
		['2026-10-03 . 2026-10-04', 0],
		['12026-10-03', 0],
	])('of %j, reads %s days', (given, count) => {
		const { days, wrong } = readQuietDays(given);
		expect([days.length, wrong.length]).toEqual([count, 1 - count]);
	});

	it.each<[string, object]>([
		['from', { from: '2026-12-24', start: '2026-01-01', date: '2026-01-02', day: '2026-01-03' }],
		['start', { start: '2026-12-24', date: '2026-01-02', day: '2026-01-03' }],
		['date', { date: '2026-12-24', day: '2026-01-03' }],
		['day', { day: ' 2026-12-24 ', from: '', start: null }],
		['no time of day', { date: '2026-12-24T23:30:00-05:00' }],
	])('of a row, reads the field %s', (_, row) => {
		const { days } = readQuietDays([row]);
		expect(days).toEqual([
			{ first: christmas.first, last: christmas.first, marketplaceId: undefined },
		]);
	});

	it.each<[object, string | undefined]>([
		[{ marketplaceId: 'DE', marketplace: 'US', countryCode: 'US', country: 'US' }, DE],
		[{ marketplace: 'DE', countryCode: 'US', country: 'US' }, DE],
		[{ countryCode: 'DE', country: 'US' }, DE],
		[{ country: 'DE' }, DE],
		[{ country: '' }, undefined],
	])('of a row with %j, reads the marketplace', (place, marketplaceId) => {
		const row = { day: '2026-12-24', to: '2026-12-26', end: '2026-12-31', ...place };
		expect(readQuietDays([row]).days).toEqual([{ ...christmas, marketplaceId }]);
	});

	it('includes both ends of a range, and none around it', () => {
		const { days } = readQuietDays('2026-12-24 to 2026-12-26\n2026-12-31 to 2026-12-31');
		const isQuiet = quietDaysOf(days, US);
		const quiet = Array.from({ length: 10 }, (_, index) => isQuiet?.(day('2026-12-23') + index));
		expect(quiet).toEqual([false, true, true, true, false, false, false, false, true, false]);
	});

	it('a day of one marketplace is not quiet in another', () => {
		const { days } = readQuietDays('DE 2026-10-03');
		expect(quietDaysOf(days, US)).toBeUndefined();
		expect(quietDaysOf(days, DE)?.(day('2026-10-03'))).toBe(true);
		expect(quietDaysOf(days, DE)?.(day('2026-10-04'))).toBe(false);
	});
});
