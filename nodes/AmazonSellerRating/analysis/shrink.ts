/**
 * Shrunken rates: the rate of a group with few orders says little, so it is drawn toward the rate
 * of all groups (empirical Bayes, Gamma-Poisson).
 */

/** What is counted, and how much there was to count from; both may be parts of orders. */
export interface Counted {
	readonly bad: number;
	readonly orders: number;
}

/**
 * How the true rates of the groups are spread: a gamma distribution with the mean `mean`, worth as
 * much evidence as `orders` orders; Infinity if chance alone explains how the groups differ.
 */
export interface Prior {
	readonly mean: number;
	readonly orders: number;
}

/**
 * The prior by moments (Marshall 1991, Applied Statistics 40): the variance of the rates, weighted by
 * orders, less what chance alone explains.
 */
export function priorOf(groups: readonly Counted[]): Prior {
	const bad = groups.reduce((sum, group) => sum + group.bad, 0);
	const orders = groups.reduce((sum, group) => sum + group.orders, 0);
	if (orders === 0) return { mean: 0, orders: Infinity };
	const mean = bad / orders;
	const spread = groups
		.filter((group) => group.orders > 0)
		.reduce((sum, group) => sum + group.orders * (group.bad / group.orders - mean) ** 2, 0);
	const variance = spread / orders - (mean * groups.length) / orders;
	return { mean, orders: variance > 0 ? mean / variance : Infinity };
}

/** The rate to expect of a group, between its own and the mean of all. */
export const shrunkenRate = ({ bad, orders }: Counted, prior: Prior): number =>
	prior.orders === Infinity
		? prior.mean
		: (bad + prior.mean * prior.orders) / (orders + prior.orders);
