import type { Candidate } from '../../nodes/AmazonSellerRating/analysis/causeCounts';
import { seeded } from '../seeded';

/** Seeded shops whose true cause of bad feedback is known, to see how often it is found. */

export interface CauseWorld {
	readonly orders: number;
	/** Bad feedback per order, if the order has nothing of the cause. */
	readonly rate: number;
	/** By default 40. */
	readonly skus?: number;
	/** The cause: one SKU with this share of the demand, and this many times the rate. */
	readonly cause?: { readonly share: number; readonly times: number };
	/** Days on which every order has this many times the rate; one day in ten. */
	readonly storms?: number;
}

export const CAUSE_SKU = 'SKU-0';

const DAYS = 60;
const MARKETPLACES = [0.6, 0.9, 1];
/** Orders with several SKUs. */
const SEVERAL = 0.2;

/** The sums up to each place, to draw from. */
function sumsOf(weights: readonly number[]): Float64Array {
	let sum = 0;
	return Float64Array.from(weights, (weight) => (sum += weight));
}

function drawFrom(sums: Float64Array, random: number): number {
	const wanted = random * (sums.at(-1) ?? 0);
	let low = 0;
	let high = sums.length - 1;
	while (low < high) {
		const middle = (low + high) >> 1;
		if ((sums[middle] ?? 0) <= wanted) low = middle + 1;
		else high = middle;
	}
	return low;
}

/**
 * The groups of one world: SKUs, both kinds of fulfillment and three marketplaces. Demand is uneven
 * (the first SKUs sell most) and overdispersed: each SKU's demand of each day is multiplied by an
 * exponential draw. One order in five has two or three SKUs.
 */
export function drawWorld(
	seed: number,
	{ orders, rate, skus = 40, cause, storms = 1 }: CauseWorld,
): Candidate[] {
	const random = seeded(seed);
	const names = Array.from({ length: skus }, (_, index) => `SKU-${index}`);
	const popularity = names.map((_, index) => 1 / (index + 1) ** 0.8);
	if (cause !== undefined) {
		const others = popularity.slice(1).reduce((sum, weight) => sum + weight, 0);
		popularity[0] = (cause.share / (1 - cause.share)) * others;
	}
	const isAmazon = names.map(() => random() < 0.5);
	const days = Array.from({ length: DAYS }, () => ({
		sums: sumsOf(popularity.map((weight) => -Math.log(1 - random()) * weight)),
		times: random() < 0.1 ? storms : 1,
	}));
	const groups = skus + 2 + MARKETPLACES.length;
	const [counts, bad] = [new Int32Array(groups), new Int32Array(groups)];
	let totalBad = 0;
	for (let order = 0; order < orders; order += 1) {
		const day = days[Math.floor(random() * DAYS)];
		if (day === undefined) break;
		const size = random() < SEVERAL ? 2 + Math.floor(random() * 2) : 1;
		const first = drawFrom(day.sums, random());
		const members = [first];
		for (let more = 1; more < size; more += 1) {
			const sku = drawFrom(day.sums, random());
			if (!members.includes(sku)) members.push(sku);
		}
		const times = members.includes(0) ? (cause?.times ?? 1) : 1;
		const isBad = random() < rate * times * day.times;
		const place = random();
		members.push(skus + (isAmazon[first] ? 0 : 1));
		members.push(skus + 2 + MARKETPLACES.findIndex((end) => place < end));
		totalBad += isBad ? 1 : 0;
		for (const group of members) {
			counts[group] = (counts[group] ?? 0) + 1;
			if (isBad) bad[group] = (bad[group] ?? 0) + 1;
		}
	}
	return Array.from({ length: groups }, (_, index): Candidate => {
		const [own = 0, outOf = 0] = [bad[index], counts[index]];
		return {
			dimension: index < skus ? 'sku' : index < skus + 2 ? 'fulfilledBy' : 'marketplace',
			group: names[index] ?? `group ${index - skus}`,
			unit: 'orders',
			bad: own,
			outOf,
			totalBad,
			total: orders,
			weighted: { bad: own, orders: outOf },
			orderIds: [],
		};
	});
}
