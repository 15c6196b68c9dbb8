import fc from '../fastCheck';

import { BoundedMap } from '../../nodes/shared/spapi/boundedMap';

describe('BoundedMap', () => {
	it('removes the least recently used entry', () => {
		const map = new BoundedMap<number>({ max: 2 });
		map.set('a', 1);
		map.set('b', 2);
		map.get('a');
		map.set('c', 3);
		expect([map.get('a'), map.get('b'), map.get('c'), map.size]).toEqual([1, undefined, 3, 2]);
	});

	it('removes expired entries, however often they were used', () => {
		let now = 0;
		const map = new BoundedMap<number>({ max: 2, ttlMs: 10 }, () => now);
		map.set('a', 1);
		now = 9;
		expect(map.get('a')).toBe(1);
		now = 10;
		expect([map.has('a'), map.size]).toEqual([false, 0]);
	});

	it('stays within its size limits and keeps no single value that is too large', () => {
		fc.assert(
			fc.property(
				fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.nat({ max: 12 }))),
				(writes) => {
					const map = new BoundedMap<number>({
						max: 3,
						sizes: { all: 20, one: 10, of: (value) => value },
					});
					for (const [key, value] of writes) {
						map.set(key, value);
						expect(map.get(key)).toBe(value > 10 ? undefined : value);
						const held = ['a', 'b', 'c', 'd'].flatMap((each) => map.get(each) ?? []);
						expect(held.length).toBeLessThanOrEqual(3);
						expect(held.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(20);
					}
				},
			),
		);
	});
});
