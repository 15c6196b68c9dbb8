import { Random } from '../random';
import type { BuyBoxSpell, MarketplaceWorld } from './types';

const DAY = 86_400_000;

/** In about half of these stretches of days another seller undercuts the price for a while. */
const STRETCH_DAYS = 60;

/**
 * The true share of page views that showed the seller's offer in the Buy Box on a day, percent. It
 * follows a story: usually 91 to 97, with a little noise; now and then another seller undercuts the
 * price, the share falls within a day or two, and recovers when they are sold out. A spell that was
 * planned or set replaces all of that; the last one wins.
 */
export function buyBoxOf(
	{ marketplace, buyBox }: Pick<MarketplaceWorld, 'marketplace' | 'buyBox'>,
	date: string,
): number {
	const noise = (new Random(`${marketplace.id}/${date}/buyBox`).next() - 0.5) * 2.4;
	const spell = buyBox.findLast(({ from, to }) => date >= from && date <= to);
	const level = spell?.percent ?? usual(marketplace.id, Date.parse(date) / DAY);
	return Math.min(100, Math.max(0, level + noise));
}

function usual(marketplaceId: string, day: number): number {
	const base = 91 + new Random(`${marketplaceId}/buyBox`).next() * 6;
	const stretch = Math.floor(day / STRETCH_DAYS);
	const random = new Random(`${marketplaceId}/${stretch}/buyBox`);
	if (!random.chance(0.5)) return base;
	const start = stretch * STRETCH_DAYS + random.integer(2, 40);
	const length = random.integer(4, 14);
	const drop = random.integer(12, 45);
	// A first day in between, because the price changed during it.
	const depth = day === start ? 0.5 : 1;
	return day >= start && day < start + length ? base - depth * drop : base;
}

/** A planned spell, given in days before the world's start, as calendar days. */
export const spellBefore = (
	today: string,
	[fromDaysAgo, toDaysAgo, percent]: readonly [number, number, number],
): BuyBoxSpell => ({
	from: daysBefore(today, fromDaysAgo),
	to: daysBefore(today, toDaysAgo),
	percent,
});

const daysBefore = (date: string, days: number): string =>
	new Date(Date.parse(date) - days * DAY).toISOString().slice(0, 10);
