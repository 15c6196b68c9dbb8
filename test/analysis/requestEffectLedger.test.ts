import { dayNumber, isoDay } from '../../nodes/shared/domain/calendar';
import { pulseDayOf, type PulseSchedule } from '../../nodes/shared/domain/pulse';
import {
	blocksUsedIn,
	findPulseTest,
	lastDayOf,
	wholeBlocksOf,
	type SentRequest,
} from '../../nodes/AmazonSellerRating/analysis/requestEffectLedger';
import fc from '../fastCheck';

const schedule: PulseSchedule = { seed: 'spring', blockDays: 5, marketplaceId: 'ATVPDKIKX0DER' };
const FIRST_BLOCK = 4_100;

const pulseIn = (block: number, of: PulseSchedule): number => dayNumber(pulseDayOf(block, of));

/** `perBlock` requests on the drawn day of each of some blocks. */
function ledgerOf(of: PulseSchedule, blocks: number, perBlock = 4, isNoted = true): SentRequest[] {
	const first = Math.floor((FIRST_BLOCK * 5) / of.blockDays);
	return Array.from({ length: blocks * perBlock }, (_, index) => {
		const block = first + Math.floor(index / perBlock);
		const day = pulseIn(block, of);
		const pulse = { block, day, isForced: false };
		return { orderId: `order ${index}`, day, ...(isNoted && { pulse }) };
	});
}

describe('the pulse test of a ledger', () => {
	it('is found by what Plan wrote, whatever the length of its blocks', () => {
		fc.assert(
			fc.property(fc.integer({ min: 2, max: 14 }), fc.string(), (blockDays, seed) => {
				const own = { ...schedule, blockDays, seed };
				const found = findPulseTest(ledgerOf(own, 6), undefined);
				expect(found?.test.blockDays).toBe(blockDays);
				expect(found?.test.blocks.map(({ pulseDay }) => pulseDay)).toEqual(
					Array.from({ length: 6 }, (_, index) =>
						pulseIn((found?.test.firstDay ?? 0) / blockDays + index, own),
					),
				);
				expect(found).toMatchObject({ moved: 24, forced: 0 });
			}),
		);
	});

	it('is found by the seed alone, and starts where nearly all follow it', () => {
		const rows = ledgerOf(schedule, 8, 4, false);
		const start = rows[0]?.day ?? 0;
		const earlier = Array.from({ length: 60 }, (_, index) => ({
			orderId: `earlier ${index}`,
			day: start - 1 - index,
		}));
		const found = findPulseTest([...earlier, ...rows], schedule);
		const noted = findPulseTest(ledgerOf(schedule, 8), undefined);
		expect(found?.test.blocks.slice(-8)).toEqual(noted?.test.blocks);
		expect(found?.moved).toBeLessThan(40);
	});

	it('is not found with another seed, or without one', () => {
		const rows = ledgerOf(schedule, 30, 4, false);
		expect(findPulseTest(rows, undefined)).toBeUndefined();
		const daily = Array.from({ length: 100 }, (_, index) => ({
			orderId: `order ${index}`,
			day: 20_500 + index,
		}));
		for (const seed of ['spring', 'summer', 'autumn', 'winter']) {
			expect(findPulseTest(daily, { ...schedule, seed })).toBeUndefined();
		}
		expect(findPulseTest([], schedule)).toBeUndefined();
	});

	it('leaves forced requests and those before the test where they are', () => {
		const rows = ledgerOf(schedule, 6);
		const [first] = rows;
		if (first?.pulse === undefined) throw new Error('No pulse');
		const forced = { ...first, orderId: 'forced', pulse: { ...first.pulse, isForced: true } };
		const before = { orderId: 'before', day: first.day - 30 };
		const found = findPulseTest([before, forced, ...rows], undefined);
		expect(found).toMatchObject({ moved: 24, forced: 1 });
		expect(found?.test.fixed).toEqual(
			new Map([
				[before.day, 1],
				[first.day, 1],
			]),
		);
	});

	it('moves requests that were sent some days late with their drawn day', () => {
		const rows = ledgerOf(schedule, 6).map((row, index) =>
			index < 3 ? { ...row, day: row.day + index } : row,
		);
		const found = findPulseTest(rows, undefined);
		expect(found?.test.blocks[0]?.sent).toEqual([2, 1, 1]);
		const tooLate = rows.map((row, index) => (index === 0 ? { ...row, day: row.day + 4 } : row));
		expect(findPulseTest(tooLate, undefined)?.moved).toBe(23);
	});

	it('counts a request on its own day if its row was written again later', () => {
		const again = (rows: readonly SentRequest[], isForced: boolean) =>
			rows.map((row, index) => {
				const { pulse } = rows[8] ?? {};
				return index === 1 && pulse ? { ...row, pulse: { ...pulse, isForced } } : row;
			});
		const rows = ledgerOf(schedule, 6);
		const found = findPulseTest(rows, undefined);
		expect(findPulseTest(again(rows, false), undefined)).toEqual(found);
		expect(findPulseTest(again(rows, true), undefined)).toEqual(found);
		// Not on the day drawn: it was forced then.
		const moved = rows.map((row, index) => (index === 1 ? { ...row, day: row.day - 1 } : row));
		expect(findPulseTest(again(moved, false), undefined)).toMatchObject({ moved: 23, forced: 1 });
	});

	it('is used without its first block, and without a last one that is not over', () => {
		const found = findPulseTest(ledgerOf(schedule, 6), undefined);
		if (found === undefined) throw new Error('No test');
		const { firstDay, blocks } = found.test;
		const over = wholeBlocksOf(found.test, firstDay + 30);
		expect(over).toMatchObject({ firstDay: firstDay + 5, blocks: blocks.slice(1) });
		expect([...over.fixed]).toEqual([[blocks[0]?.pulseDay, 4]]);
		const open = wholeBlocksOf(found.test, firstDay + 29);
		expect(open.blocks).toEqual(blocks.slice(1, 5));
		expect([...open.fixed]).toEqual([
			[blocks[0]?.pulseDay, 4],
			[blocks[5]?.pulseDay, 4],
		]);
		const short = findPulseTest(ledgerOf(schedule, 1), undefined)?.test;
		expect(short && wholeBlocksOf(short, firstDay + 2).blocks).toEqual([]);
	});

	it('has blocks without requests, too, up to the last one with some', () => {
		const rows = ledgerOf(schedule, 6).filter((_, index) => index < 4 || index >= 12);
		const found = findPulseTest(rows, undefined);
		expect(found?.test.blocks.map(({ sent }) => sent)).toEqual([[4], [], [], [4], [4], [4]]);
		expect(found && blocksUsedIn(found.test)).toBe(4);
		expect(found && isoDay(lastDayOf(found.test) + 1)).toBe(
			isoDay((found?.test.firstDay ?? 0) + 30),
		);
		const withSeed = findPulseTest(rows, schedule);
		const block = (withSeed?.test.firstDay ?? 0) / 5 + 1;
		expect(withSeed?.test.blocks[1]?.pulseDay).toBe(pulseIn(block, schedule));
	});
});
