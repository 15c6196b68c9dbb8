import fc from '../fastCheck';

import { CHANGES, planChanges } from '../../checks/scale/changes';
import { KeepingUp } from '../../checks/scale/keepingUp';
import { fairShare, percentile, waitsBetween } from '../../checks/scale/looks';

describe('the times between two looks at a marketplace', () => {
	const look = (place: string, minute: number, isCanceled = false) => ({
		place,
		minute,
		isCanceled,
	});
	const wait = (place: string, from: number, minutes: number, isCanceled = false) => ({
		place,
		from,
		isCanceled,
		minutes,
	});

	it('count from the last look before the day to its end, and say if a report was canceled', () => {
		const looks = [look('a', 59), look('a', -40), look('a', -2), look('a', 28, true)];
		expect(waitsBetween(looks, ['a'], 100)).toEqual([
			wait('a', -2, 30),
			wait('a', 28, 31, true),
			wait('a', 59, 41),
		]);
	});

	it('are the whole day if nobody looked, and ignore what comes after it or elsewhere', () => {
		const looks = [look('a', 130), look('other', 50)];
		expect(waitsBetween(looks, ['a', 'b'], 100)).toEqual([wait('a', 0, 100), wait('b', 0, 100)]);
	});

	it('add up to the day, whatever the order of the looks', () => {
		fc.assert(
			fc.property(fc.array(fc.integer({ min: -50, max: 1500 })), (minutes) => {
				const looks = minutes.map((minute) => look('a', minute));
				const waits = waitsBetween(looks, ['a'], 1440);
				const before = minutes.filter((minute) => minute <= 0);
				const total = waits.reduce((sum, each) => sum + each.minutes, 0);
				expect(total).toBe(1440 - (before.length > 0 ? Math.max(...before) : 0));
				expect(waits.every((each) => each.minutes >= 0)).toBe(true);
			}),
		);
	});
});

it('a percentile is a value that this share of the values does not exceed', () => {
	const values = Array.from({ length: 100 }, (_, index) => 100 - index);
	expect(percentile(values, 0.5)).toBe(50);
	expect(percentile(values, 0.99)).toBe(99);
	expect(percentile(values, 1)).toBe(100);
	expect(percentile([7], 0.99)).toBe(7);
	expect(percentile([], 0.5)).toBeNaN();
});

it('the fair share is the interval, or the turns of all marketplaces of the seller', () => {
	expect(fairShare(30, 5, 1)).toBe(30);
	expect(fairShare(30, 45, 1)).toBe(45);
});

describe('the planned changes', () => {
	const places = Array.from({ length: 1000 }, (_, index) => ({
		sellerKey: `seller-${index}`,
		marketplaceId: 'DE',
	}));

	it('are as many as requested on average, in order, within the day and of every kind', () => {
		const plan = planChanges('seed', places, 24, 1);
		expect(plan.length).toBeGreaterThan(900);
		expect(plan.length).toBeLessThan(1100);
		const minutes = plan.map(({ minute }) => minute);
		expect(minutes).toEqual(minutes.toSorted((a, b) => a - b));
		expect(minutes.every((minute) => minute > 0 && minute < 1440)).toBe(true);
		expect(new Set(plan.map(({ kind }) => kind))).toEqual(new Set(CHANGES));
	});

	it('are the same for the same seed', () => {
		expect(planChanges('seed', places, 2, 1)).toEqual(planChanges('seed', places, 2, 1));
		expect(planChanges('other', places, 2, 1)).not.toEqual(planChanges('seed', places, 2, 1));
	});
});

describe('n8n keeps up', () => {
	const WORKFLOWS = 10;

	/** @returns the first minute at which it does not keep up */
	const run = (polls: number, overlapping: number): number | undefined => {
		const keepingUp = new KeepingUp(WORKFLOWS);
		for (let minute = 0; minute <= 120; minute += 5) {
			const counted = { polls: polls * minute, overlapping: overlapping * minute };
			if (keepingUp.look(minute, counted) !== undefined) return minute;
		}
		return undefined;
	};

	it('if each workflow is polled every minute, also if some polls overlap', () => {
		expect(run(10, 0)).toBeUndefined();
		expect(run(10, 4)).toBeUndefined();
	});

	it('not if most polls overlap, or are missing, for half an hour', () => {
		expect(run(10, 6)).toBe(30);
		expect(run(4, 0)).toBe(30);
	});

	it('not if that begins later', () => {
		const keepingUp = new KeepingUp(WORKFLOWS);
		expect(keepingUp.look(0, { polls: 0, overlapping: 0 })).toBeUndefined();
		expect(keepingUp.look(60, { polls: 600, overlapping: 0 })).toBeUndefined();
		expect(keepingUp.look(75, { polls: 660, overlapping: 30 })).toBeUndefined();
		expect(keepingUp.look(90, { polls: 700, overlapping: 60 })).toMatch(
			/^minute 90: of 300 polls that were due in the last 30 minutes, 100 ended, 60 of them/,
		);
	});
});
