import { inOneGo } from '../../nodes/shared/domain/steps';
import {
	countFromTotals,
	countGroups,
	countReasons,
	groupsOf,
	type BadFeedback,
	type Candidate,
	type OrderFacts,
} from '../../nodes/AmazonSellerRating/analysis/causeCounts';
import {
	FALSE_DISCOVERIES,
	judgeCauses,
	type Cause,
} from '../../nodes/AmazonSellerRating/analysis/causes';
import { adjusted, canStandOut } from '../../nodes/AmazonSellerRating/analysis/benjaminiHochberg';
import { binomialTail, fisherTail } from '../../nodes/AmazonSellerRating/analysis/fisher';
import { CAUSE_SKU, drawWorld } from './causeWorlds';

let numbers = 0;
const order = (skus: readonly string[], changes: Partial<OrderFacts> = {}): OrderFacts => ({
	orderId: `order ${(numbers += 1)}`,
	marketplace: 'US',
	fulfilledBy: 'AMAZON',
	products: skus.map((sku) => ({ sku, asin: `asin of ${sku}` })),
	...changes,
});
const times = <Value>(count: number, make: () => Value): Value[] =>
	Array.from({ length: count }, make);
const badOf = (orders: readonly OrderFacts[], reasons: readonly string[] = []): BadFeedback[] =>
	orders.map((each) => ({ order: each, reasons }));
const pick = (causes: readonly Cause[], group: string): Cause => {
	const found = causes.find((cause) => cause.group === group);
	if (found === undefined) throw new Error(`No ${group}`);
	return found;
};

describe('counting', () => {
	it('counts an order with several SKUs whole for each, and in equal parts for the shrunken rate', () => {
		const [one, two, both] = [order(['a']), order(['b']), order(['a', 'b', 'a'])];
		const [a, b] = inOneGo(countGroups('sku', [one, two, both], badOf([both])));
		const common = { total: 3, totalBad: 1, unit: 'orders', bad: 1, outOf: 2 };
		expect(a).toMatchObject({ group: 'a', ...common, weighted: { bad: 0.5, orders: 1.5 } });
		expect(b).toMatchObject({ group: 'b', ...common, weighted: { bad: 0.5, orders: 1.5 } });
		expect(a?.orderIds).toEqual([both.orderId]);
	});

	it('counts orders of an unknown group nowhere', () => {
		const unknown = order(['a'], { fulfilledBy: null });
		const rows = inOneGo(countGroups('fulfilledBy', [order(['a']), unknown], badOf([unknown])));
		expect(rows).toEqual([expect.objectContaining({ total: 1, totalBad: 0, outOf: 1, bad: 0 })]);
		expect(groupsOf(order(['a'], { products: [{ sku: null, asin: 'x' }] }), 'sku')).toEqual([]);
	});

	it('counts products of orders if only their numbers are known', () => {
		const both = order(['a', 'b']);
		const totals = new Map([
			['a', 10],
			['b', 20],
			['empty', 0],
		]);
		const rows = countFromTotals('sku', totals, badOf([both, order(['new']), order(['empty'])]));
		expect(rows.map(({ group, bad, outOf }) => [group, bad, outOf])).toEqual([
			['a', 1, 10],
			['b', 1, 20],
		]);
		for (const row of rows) expect(row).toMatchObject({ total: 30, totalBad: 2 });
	});

	it('compares the most frequent reasons only, because free text has no end', () => {
		const bad = Array.from({ length: 200 }, (_, index) => ({
			order: order([`${index % 100}`]),
			reasons: [`text ${index}`, 'late'],
		}));
		const rows = countReasons(bad);
		expect(rows).toHaveLength(50 * 100);
		expect(rows[0]).toMatchObject({ group: 'late', totalBad: 200 });
	});

	it('compares reasons within the bad feedback, because good feedback has none', () => {
		const bad = [
			...badOf([order(['a']), order(['a'])], ['late', 'late']),
			...badOf([order(['b'])], ['damaged', 'late']),
			...badOf([order(['b'])]),
			...badOf([order([])], ['late']),
		];
		const rows = countReasons(bad);
		expect(rows.map(({ group, sku, bad: own, outOf }) => [group, sku, own, outOf])).toEqual([
			['late', 'a', 2, 2],
			['late', 'b', 1, 1],
			['damaged', 'a', 0, 2],
			['damaged', 'b', 1, 1],
		]);
		for (const row of rows) expect(row).toMatchObject({ unit: 'badFeedback', total: 3 });
		expect(rows.map(({ totalBad }) => totalBad)).toEqual([3, 3, 1, 1]);
	});
});

/** 400 orders of each of five SKUs; SKU `a` has 12 bad ones, the others one each. */
function shop(): Candidate[] {
	const groups = ['a', 'b', 'c', 'd', 'e'].map((sku) => times(400, () => order([sku])));
	const bad = groups.flatMap((orders, index) => orders.slice(0, index === 0 ? 12 : 1));
	return inOneGo(countGroups('sku', groups.flat(), badOf(bad)));
}

describe('judging', () => {
	it('lets other work run while there are many orders or groups', () => {
		const orders = Array.from({ length: 20_000 }, (_, index) => order([`${index % 1_000}`]));
		const counting = countGroups('sku', orders, badOf(orders.slice(0, 50)));
		expect([...counting].length).toBeGreaterThanOrEqual(100);
		const groups = inOneGo(countGroups('sku', orders, badOf(orders.slice(0, 50))));
		expect([...judgeCauses(groups)].length).toBeGreaterThanOrEqual(30);
	});

	it('says what stands out, by how much, and which orders they are', () => {
		const [first, ...others] = inOneGo(judgeCauses(shop()));
		expect(first).toMatchObject({
			group: 'a',
			verdict: 'standsOut',
			bad: 12,
			outOf: 400,
			rate: 30,
			rest: { bad: 4, outOf: 1600, rate: 2.5 },
			times: 12,
			moreNeeded: 0,
		});
		expect(first?.orderIds).toHaveLength(12);
		expect(first?.pValue).toBe(fisherTail(12, { total: 2000, group: 400, bad: 16 }));
		expect(first?.low).toBeGreaterThan(2.5);
		expect(first?.shrunkenRate).toBeLessThan(30);
		for (const { verdict, moreNeeded } of others) {
			expect(verdict).not.toBe('standsOut');
			expect(moreNeeded).toBeGreaterThan(0);
		}
	});

	it('says how many further bad entries would make a group stand out, exactly', () => {
		const candidates = drawWorld(3, { orders: 3_000, rate: 0.01 });
		const causes = inOneGo(judgeCauses(candidates));
		const least = candidates.map(({ total, outOf, totalBad }) =>
			fisherTail(Math.min(outOf, totalBad), { total, group: outOf, bad: totalBad }),
		);
		const family = candidates.filter((_, index) => canStandOut(least, FALSE_DISCOVERIES)[index]);
		let checked = 0;
		for (const cause of causes) {
			const others = family
				.filter(({ group }) => group !== cause.group)
				.map(({ group }) => pick(causes, group).pValue);
			const standsOutWith = (further: number) => {
				const [bad, all] = [cause.bad + further, cause.bad + cause.rest.bad + further];
				const p = binomialTail(bad, all, cause.outOf / (cause.outOf + cause.rest.outOf));
				return (adjusted([p, ...others])[0] ?? 1) <= FALSE_DISCOVERIES;
			};
			if (cause.verdict === 'standsOut') continue;
			checked += 1;
			expect(standsOutWith(cause.moreNeeded)).toBe(true);
			if (cause.moreNeeded > 1) expect(standsOutWith(cause.moreNeeded - 1)).toBe(false);
		}
		expect(checked).toBeGreaterThan(40);
	});

	it('says "could be chance" only if a group three times as bad could have stood out', () => {
		const twoGroups = (scale: number) => {
			const [a, b] = [
				times(100 * scale, () => order(['a'])),
				times(100 * scale, () => order(['b'])),
			];
			const bad = badOf([...a.slice(0, 2 * scale), ...b.slice(0, 2 * scale)]);
			return inOneGo(judgeCauses(inOneGo(countGroups('sku', [...a, ...b], bad)))).map(
				({ verdict }) => verdict,
			);
		};
		expect(twoGroups(1)).toEqual(['tooFew', 'tooFew']);
		// Seven of eight would stand out, and three times the rate makes six.
		expect(twoGroups(2)).toEqual(['tooFew', 'tooFew']);
		expect(twoGroups(5)).toEqual(['couldBeChance', 'couldBeChance']);
	});

	it('says "too few" of a group that could not stand out whatever its data', () => {
		const orders = [...times(100, () => order(['a'])), order(['tiny'])];
		const causes = inOneGo(
			judgeCauses(inOneGo(countGroups('sku', orders, badOf(orders.slice(0, 12))))),
		);
		expect(pick(causes, 'tiny')).toMatchObject({ verdict: 'tooFew', adjusted: 1, moreNeeded: 2 });
	});

	it('leaves out a group without a rest, and is empty without orders', () => {
		const orders = times(10, () => order(['a']));
		expect(
			inOneGo(judgeCauses(inOneGo(countGroups('sku', orders, badOf(orders.slice(5)))))),
		).toEqual([]);
		expect(inOneGo(judgeCauses([]))).toEqual([]);
	});

	it('has no times if the rest has no bad feedback', () => {
		const [a, b] = [times(100, () => order(['a'])), times(100, () => order(['b']))];
		const causes = inOneGo(
			judgeCauses(inOneGo(countGroups('sku', [...a, ...b], badOf(a.slice(0, 9))))),
		);
		expect(pick(causes, 'a')).toMatchObject({ verdict: 'standsOut', times: undefined });
		expect(pick(causes, 'b')).toMatchObject({ bad: 0, rate: 0, times: 0 });
	});

	it('names the group that an innocent one was bought with', () => {
		const [a, both, c] = [
			times(200, () => order(['a'])),
			times(60, () => order(['a', 'b'])),
			times(3000, () => order(['c'])),
		];
		const bad = badOf([...a.slice(0, 40), ...both.slice(0, 12), ...c.slice(0, 9)]);
		const causes = inOneGo(judgeCauses(inOneGo(countGroups('sku', [...a, ...both, ...c], bad))));
		expect(pick(causes, 'a')).toMatchObject({ verdict: 'standsOut', boughtWith: undefined });
		expect(pick(causes, 'b')).toMatchObject({ verdict: 'standsOut', boughtWith: 'a' });
	});

	it('names it from half of the orders on', () => {
		const named = (alone: number) => {
			const [a, both, b, c] = [
				times(200, () => order(['a'])),
				times(60, () => order(['a', 'b'])),
				times(20, () => order(['b'])),
				times(3000, () => order(['c'])),
			];
			const bad = [...a.slice(0, 40), ...both.slice(0, 8), ...b.slice(0, alone), ...c.slice(0, 9)];
			const counted = inOneGo(countGroups('sku', [...a, ...both, ...b, ...c], badOf(bad)));
			return pick(inOneGo(judgeCauses(counted)), 'b').boughtWith;
		};
		expect([named(8), named(9)]).toEqual(['a', undefined]);
	});

	it('sorts groups with the same evidence by name', () => {
		const skus = ['c', 'a', 'd', 'b'];
		const orders = skus.map((sku) => times(100, () => order([sku])));
		const bad = badOf(orders.flatMap((all) => all.slice(0, 2)));
		const causes = inOneGo(judgeCauses(inOneGo(countGroups('sku', orders.flat(), bad))));
		expect(causes.map(({ group }) => group)).toEqual(['a', 'b', 'c', 'd']);
	});

	it('names none that shares few of the orders, or is the same product by another name', () => {
		const [a, both, b, c] = [
			times(200, () => order(['a'])),
			times(10, () => order(['a', 'b'])),
			times(50, () => order(['b'])),
			times(3000, () => order(['c'])),
		];
		const orders = [...a, ...both, ...b, ...c];
		const bad = badOf([...a.slice(0, 40), ...both.slice(0, 4), ...b.slice(0, 8), ...c.slice(0, 9)]);
		const causes = inOneGo(
			judgeCauses([
				...inOneGo(countGroups('sku', orders, bad)),
				...inOneGo(countGroups('asin', orders, bad)),
			]),
		);
		const standing = causes.filter(({ verdict }) => verdict === 'standsOut');
		expect(standing).toHaveLength(4);
		for (const { boughtWith } of standing) expect(boughtWith).toBeUndefined();
	});

	it('finds a reason that one SKU has more often than the others', () => {
		const bad = [
			...badOf(
				times(12, () => order(['a'])),
				['damaged'],
			),
			...['b', 'c', 'd'].flatMap((sku) =>
				badOf(
					times(10, () => order([sku])),
					['late'],
				),
			),
		];
		const [first] = inOneGo(judgeCauses(countReasons(bad)));
		expect(first).toMatchObject({
			dimension: 'reason',
			group: 'damaged',
			sku: 'a',
			verdict: 'standsOut',
			unit: 'badFeedback',
		});
	});
});

describe('in seeded worlds', () => {
	it('without a cause, at most one of ten has a false discovery: 2,000 worlds', () => {
		let worlds = 0;
		for (let seed = 0; seed < 2_000; seed += 1) {
			const candidates = drawWorld(seed, { orders: 600, rate: 0.03, skus: 20 });
			if (inOneGo(judgeCauses(candidates))[0]?.verdict === 'standsOut') worlds += 1;
		}
		expect(worlds / 2_000).toBeLessThanOrEqual(FALSE_DISCOVERIES);
		expect(worlds).toBeGreaterThan(0);
	});

	it('finds one SKU with four times the rate, and little else', () => {
		const found = Array.from({ length: 100 }, (_, seed) =>
			inOneGo(
				judgeCauses(
					drawWorld(seed, { orders: 5_000, rate: 0.01, cause: { share: 0.1, times: 4 } }),
				),
			).filter(({ verdict }) => verdict === 'standsOut'),
		);
		expect(found.filter(([first]) => first?.group === CAUSE_SKU).length).toBeGreaterThan(95);
	});
});
