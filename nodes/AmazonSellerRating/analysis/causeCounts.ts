import { ENTRIES_PER_STEP, type Steps } from '../../shared/domain/steps';
import type { Counted } from './shrink';

/** How many orders and how much bad feedback each group has. */

export const DIMENSIONS = ['sku', 'asin', 'fulfilledBy', 'marketplace', 'reason'] as const;

export type Dimension = (typeof DIMENSIONS)[number];

/** As the editor and the picture name them. */
export const DIMENSION_NAMES: Readonly<Record<Dimension, string>> = {
	sku: 'SKU',
	asin: 'ASIN',
	fulfilledBy: 'Fulfillment',
	marketplace: 'Marketplace',
	reason: 'Reason',
};

/** What the bad feedback of a group is compared with. */
export type Unit =
	| 'orders'
	/** An order counts once for each of its products, because Amazon counts orders by product. */
	| 'productOrders'
	/** For a reason, which only bad feedback has. */
	| 'badFeedback';

/** What an order has to do with bad feedback. */
export interface OrderFacts {
	readonly orderId: string;
	/** Country code; null if unknown, like all others. */
	readonly marketplace: string | null;
	readonly fulfilledBy: string | null;
	readonly products: ReadonlyArray<{
		readonly sku: string | null;
		readonly asin: string | null;
		readonly title?: string | null;
	}>;
}

/** One bad feedback entry with its order. */
export interface BadFeedback {
	readonly order: OrderFacts;
	readonly reasons: readonly string[];
}

/** A group to compare with the rest. */
export interface Candidate {
	readonly dimension: Dimension;
	readonly group: string;
	readonly sku?: string;
	readonly unit: Unit;
	readonly bad: number;
	readonly outOf: number;
	readonly totalBad: number;
	readonly total: number;
	/** An order with several groups counts in equal parts, if known. */
	readonly weighted: Counted;
	readonly orderIds: readonly string[];
}

/** The different groups that an order belongs to. */
export function groupsOf(order: OrderFacts, dimension: Exclude<Dimension, 'reason'>): string[] {
	if (dimension === 'sku' || dimension === 'asin') {
		const named = order.products.flatMap((product) => product[dimension] ?? []);
		return [...new Set(named)];
	}
	return [order[dimension] ?? []].flat();
}

class Tally {
	count = 0;
	weighted = 0;
	readonly orderIds: string[] = [];
}

class Tallies {
	readonly byGroup = new Map<string, Tally>();
	/** How many have any group. */
	total = 0;

	add(groups: readonly string[], orderId?: string): void {
		if (groups.length > 0) this.total += 1;
		for (const group of groups) {
			const tally = this.byGroup.get(group) ?? new Tally();
			this.byGroup.set(group, tally);
			tally.count += 1;
			tally.weighted += 1 / groups.length;
			if (orderId !== undefined) tally.orderIds.push(orderId);
		}
	}
}

/**
 * The groups of a dimension, from all orders. In the test, an order with several products counts
 * whole for each of them; in the shrunken rate, in equal parts. Orders of an unknown group count
 * nowhere.
 * @param bad their orders are among `orders`, each once
 */
export function* countGroups(
	dimension: Exclude<Dimension, 'reason'>,
	orders: readonly OrderFacts[],
	bad: readonly BadFeedback[],
): Steps<Candidate[]> {
	const all = new Tallies();
	for (const [index, order] of orders.entries()) {
		if (index % ENTRIES_PER_STEP === ENTRIES_PER_STEP - 1) yield;
		all.add(groupsOf(order, dimension));
	}
	const worse = new Tallies();
	for (const { order } of bad) worse.add(groupsOf(order, dimension), order.orderId);
	return [...all.byGroup].map(([group, tally]) => {
		const own = worse.byGroup.get(group) ?? new Tally();
		return {
			dimension,
			group,
			unit: 'orders',
			bad: own.count,
			outOf: tally.count,
			totalBad: worse.total,
			total: all.total,
			weighted: { bad: own.weighted, orders: tally.weighted },
			orderIds: own.orderIds,
		};
	});
}

/**
 * The same from how many orders each group has. An order with several products is in several of
 * these numbers, and so is its feedback: the unit is a product of an order. A group cannot have less
 * orders than bad feedback; where it does, the larger number counts. Without any orders, it and its
 * feedback count nowhere, because how many orders it has is unknown.
 */
export function countFromTotals(
	dimension: Exclude<Dimension, 'reason'>,
	totals: ReadonlyMap<string, number>,
	bad: readonly BadFeedback[],
): Candidate[] {
	const worse = new Tallies();
	for (const { order } of bad) worse.add(groupsOf(order, dimension), order.orderId);
	const rows = [...totals]
		.filter(([, orders]) => orders > 0)
		.map(([group, orders]) => {
			const own = worse.byGroup.get(group) ?? new Tally();
			return { group, own, outOf: Math.max(orders, own.count) };
		});
	const total = rows.reduce((sum, { outOf }) => sum + outOf, 0);
	const totalBad = rows.reduce((sum, { own }) => sum + own.count, 0);
	return rows.map(({ group, own, outOf }) => ({
		dimension,
		group,
		unit: 'productOrders',
		bad: own.count,
		outOf,
		totalBad,
		total,
		weighted: { bad: own.count, orders: outOf },
		orderIds: own.orderIds,
	}));
}

/**
 * Each reason in the bad feedback of each SKU, against the bad feedback of all other SKUs. Good
 * feedback has no reasons, so they cannot be compared with orders. Only entries with a reason and a
 * SKU count, and only the most frequent reasons: free text in place of reasons has no end.
 */
export function countReasons(bad: readonly BadFeedback[]): Candidate[] {
	const known = bad
		.map(({ order, reasons }) => ({
			orderId: order.orderId,
			skus: groupsOf(order, 'sku'),
			reasons: [...new Set(reasons)],
		}))
		.filter(({ skus, reasons }) => skus.length > 0 && reasons.length > 0);
	const bySku = new Tallies();
	const byReason = new Tallies();
	const byPair = new Tallies();
	for (const { orderId, skus, reasons } of known) {
		bySku.add(skus);
		byReason.add(reasons);
		const pairs = reasons.flatMap((reason) => skus.map((sku) => pairOf(reason, sku)));
		byPair.add(pairs, orderId);
	}
	const frequent = [...byReason.byGroup]
		.toSorted(([, a], [, b]) => b.count - a.count)
		.slice(0, MOST_REASONS);
	return frequent.flatMap(([reason, { count: totalBad }]) =>
		[...bySku.byGroup].map(([sku, { count: outOf }]): Candidate => {
			const own = byPair.byGroup.get(pairOf(reason, sku)) ?? new Tally();
			return {
				dimension: 'reason',
				group: reason,
				sku,
				unit: 'badFeedback',
				bad: own.count,
				outOf,
				totalBad,
				total: known.length,
				weighted: { bad: own.count, orders: outOf },
				orderIds: own.orderIds,
			};
		}),
	);
}

/** The reasons of this package are eleven. */
export const MOST_REASONS = 50;

const pairOf = (reason: string, sku: string): string => JSON.stringify([reason, sku]);
