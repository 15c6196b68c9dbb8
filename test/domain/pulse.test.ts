import { dayNumber, isoDay } from '../../nodes/shared/domain/calendar';
import { blockOf, isPulseDay, pulseDayOf } from '../../nodes/shared/domain/pulse';

const US = 'ATVPDKIKX0DER';
const schedule = { seed: 'spring', blockDays: 3, marketplaceId: US };
const FIRST = blockOf('2026-01-01', schedule);

/** The position of the pulse in each of many blocks. */
const positions = (blocks: number, changes = {}): number[] =>
	Array.from({ length: blocks }, (_, index) => {
		const block = FIRST + index;
		return dayNumber(pulseDayOf(block, { ...schedule, ...changes })) - block * 3;
	});

describe('a pulse schedule', () => {
	it('has one day in each block', () => {
		const days = Array.from({ length: 300 }, (_, index) => isoDay(FIRST * 3 + index));
		const perBlock = new Map<number, number>();
		for (const day of days.filter((each) => isPulseDay(each, schedule))) {
			const block = blockOf(day, schedule);
			perBlock.set(block, (perBlock.get(block) ?? 0) + 1);
		}
		expect([...perBlock.values()]).toEqual(Array.from({ length: 100 }, () => 1));
	});

	it('draws the same days in any process', () => {
		expect(positions(12)).toEqual([1, 1, 2, 2, 1, 2, 2, 1, 0, 2, 1, 1]);
	});

	it('draws every position equally often, and independently of the block before', () => {
		const drawn = positions(9_000);
		const pairs = new Map<string, number>();
		drawn.slice(1).forEach((each, index) => {
			const pair = `${drawn[index]}${each}`;
			pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
		});
		expect(pairs.size).toBe(9);
		// 1,000 of each are expected, with a standard deviation of 30.
		for (const count of pairs.values()) expect(Math.abs(count - 1_000)).toBeLessThan(120);
	});

	it.each([[{ seed: 'autumn' }], [{ marketplaceId: 'A2EUQ1WTGCTBG2' }]])(
		'draws other days with %j',
		(changes) => {
			expect(positions(40, changes)).not.toEqual(positions(40));
		},
	);
});
