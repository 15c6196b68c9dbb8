import { amountText } from '../world/build';
import type { Marketplace } from '../../nodes/shared/domain/marketplaces';
import { destinationOf, type Destination } from '../world/particulars';
import type { WorldOrder, WorldOrderItem } from '../world/types';

/** One item of an order: one row of the order reports. */
export interface OrderLine {
	readonly order: WorldOrder;
	readonly item: WorldOrderItem;
	readonly marketplace: Marketplace;
}

/** A line with data that several of its columns need. */
export interface AddressedLine extends OrderLine {
	readonly destination: Destination;
}

export const addressed = (line: OrderLine): AddressedLine => ({
	...line,
	destination: destinationOf(line.order, line.marketplace.countryCode),
});

/** A moment in the format of flat files: `2026-11-01T10:00:00+00:00`. */
export const timestamp = (millis: number): string =>
	`${new Date(millis).toISOString().slice(0, 19)}+00:00`;

export const priceOf = ({ item, marketplace }: OrderLine): string =>
	amountText(item.product.price * item.quantity, marketplace.currency);

export const nothing = ({ marketplace }: OrderLine): string =>
	marketplace.currency === 'JPY' ? '0' : '0.00';

export const empty = (): string => '';
