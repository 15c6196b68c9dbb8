import { z } from 'zod';
import { Random } from '../random';
import type { WorldOrder } from './types';

/** A product whose orders get bad feedback more often than others. */
export const causeSchema = z
	.object({
		sellerKey: z.string().default('demo'),
		countryCode: z.string().default('US'),
		/** The place of the product in the catalog, from 0. */
		product: z.number().int().nonnegative(),
		/** How many times as often as any other order an order with it gets 1 to 3 stars. */
		times: z.number().positive().max(1_000),
	})
	.strict();
export type Cause = z.infer<typeof causeSchema>;
export type CauseWish = z.input<typeof causeSchema>;

/** The causes of one marketplace, by the place of the product in the catalog. */
export type CausesHere = ReadonlyMap<number, number>;

/** The causes of a seller's marketplace; the last one of a product wins. */
export const causesIn = (causes: readonly Cause[], seller: string, country: string): CausesHere =>
	new Map(
		causes
			.filter(({ sellerKey, countryCode }) => sellerKey === seller && countryCode === country)
			.map(({ product, times }) => [product, times]),
	);

/**
 * Picks the order that gets 1 to 3 stars. It takes one random number, as picking any order does, so
 * that nothing else in the world changes.
 * @param timesOf by SKU
 */
export function pickWorse(
	candidates: readonly WorldOrder[],
	timesOf: ReadonlyMap<string, number>,
	random: Random,
): WorldOrder {
	if (timesOf.size === 0) return random.pick(candidates);
	const weights = candidates.map(({ items }) =>
		Math.max(...items.map(({ product }) => timesOf.get(product.sku) ?? 1)),
	);
	let left = random.next() * weights.reduce((sum, weight) => sum + weight, 0);
	const place = weights.findIndex((weight) => (left -= weight) < 0);
	const picked = candidates.at(place);
	if (!picked) throw new Error('Nothing to pick from');
	return picked;
}
