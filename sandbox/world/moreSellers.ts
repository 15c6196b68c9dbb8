import { z } from 'zod';
import { MARKETPLACES } from '../../nodes/shared/domain/marketplaces';
import { Random } from '../random';
import type { MarketplacePlan, SellerPlan } from './plan';
import type { Stars } from './types';

/** The only region with this many marketplaces; one refresh token covers all of them. */
const REGION = 'eu';

const COUNTRIES = MARKETPLACES.filter(({ region }) => region === REGION).map(
	({ countryCode }) => countryCode,
);

/** Many sellers of the same application, with little content each. */
export const moreSellersSchema = z
	.object({
		count: z.number().int().min(1).max(1_000),
		/** How many each; all sell in the same ones. */
		marketplaces: z.number().int().min(1).max(COUNTRIES.length),
	})
	.strict();
export type MoreSellers = z.infer<typeof moreSellersSchema>;

/** Orders of the last months, enough for each planned feedback and for a day of new ones. */
const ORDERS = 40;
const ORDER_DAYS = 120;

const NAMES = [
	['Alder', 'Birch', 'Cedar', 'Elm', 'Hazel', 'Juniper', 'Linden', 'Maple', 'Rowan', 'Willow'],
	['Home', 'Garden', 'Kitchen', 'Sports', 'Toys', 'Tools', 'Books', 'Audio', 'Office', 'Pets'],
] as const;

const LOW: readonly Stars[] = [1, 2, 3];

/**
 * The plans of many sellers: `seller-001` "Alder Home 001", `seller-002` ... Their content depends on
 * the seed and their number only, so the first sellers are the same whatever the count.
 */
export function planMoreSellers(
	seed: string,
	{ count, marketplaces }: MoreSellers,
): readonly SellerPlan[] {
	const countries = COUNTRIES.slice(0, marketplaces);
	return Array.from({ length: count }, (_, index) => {
		const number = String(index + 1).padStart(3, '0');
		const random = new Random(`${seed}/seller-${number}/plan`);
		return {
			key: `seller-${number}`,
			sellerId: `A5SANDBOX${number.padStart(5, '0')}`,
			name: `${random.pick(NAMES[0])} ${random.pick(NAMES[1])} ${number}`,
			region: REGION,
			isB2bSeller: false,
			marketplaces: countries.map((countryCode) => lightPlan(countryCode, random)),
		};
	});
}

/** A marketplace with a few recent feedback entries, up to three of them with 1 to 3 stars. */
function lightPlan(countryCode: string, random: Random): MarketplacePlan {
	const low = Array.from({ length: random.integer(0, 3) }, () => random.pick(LOW));
	return {
		countryCode,
		orders: ORDERS,
		orderDays: ORDER_DAYS,
		feedback: [{ fromDay: 1, toDay: 29, count: low.length + random.integer(1, 3), low }],
		earlier: {
			positive: random.integer(20, 400),
			neutral: random.integer(0, 4),
			negative: random.integer(0, 6),
		},
	};
}
