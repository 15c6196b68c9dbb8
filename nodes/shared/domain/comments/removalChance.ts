/**
 * - `possible`: the words match a criterion
 * - `conditional`: they match one under a condition that the feedback does not show
 * - `unlikely`: they match no recognized criterion
 * - `impossible`: there is nothing to request, or it is too late
 */
export const REMOVAL_CHANCES = ['possible', 'conditional', 'unlikely', 'impossible'] as const;

export type RemovalChance = (typeof REMOVAL_CHANCES)[number];
