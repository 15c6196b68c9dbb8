import { Random } from '../random';
import type { MarketplaceWorld, WorldOrder } from './types';

/*
 * Orders in Amazon's responses that do not belong to its shop: no review can be requested for them.
 * Each is the twin of an order of the world, so that everything else is plausible.
 */

const twinsOf = ({ orders }: MarketplaceWorld, prefix: string, probability: number): WorldOrder[] =>
	orders
		.filter(({ orderId }) => new Random(`${orderId}/${prefix}`).chance(probability))
		.map((order) => ({
			...order,
			orderId: `${prefix}-${order.orderId.slice(4)}`,
			replaces: undefined,
			programs: [],
		}));

/** Orders of other stores that Amazon only ships. */
export const multiChannelOrders = (place: MarketplaceWorld): WorldOrder[] =>
	twinsOf(place, 'S01', 0.03).map((order) => ({
		...order,
		fulfilledBy: 'AMAZON',
		channel: 'NON_AMAZON',
	}));

/** Downloads; they are sold in the shop. */
export const digitalOrders = (place: MarketplaceWorld): WorldOrder[] => twinsOf(place, 'D01', 0.02);
