import { Random } from '../random';
import type { WorldOrder } from './types';

/*
 * Details of an order that nothing else depends on. They are derived from the order's number, so
 * that they are the same everywhere and do not change the world's random sequence.
 */

type Town = readonly [city: string, stateOrRegion: string | undefined, postalCode: string];

const ANYWHERE: readonly Town[] = [['Springfield', undefined, '10000']];

const TOWNS: Readonly<Record<string, readonly Town[]>> = {
	US: [
		['San Diego', 'CA', '92101'],
		['Sacramento', 'CA', '95814'],
		['Austin', 'TX', '78701'],
		['Albany', 'NY', '12207'],
		['Tampa', 'FL', '33602'],
		['Spokane', 'WA', '99201'],
		['Honolulu', 'HI', '96813'],
		['Anchorage', 'AK', '99501'],
		['San Juan', 'PR', '00901'],
	],
	CA: [
		['Ottawa', 'ON', 'K1P 1J1'],
		['Laval', 'QC', 'H7T 1C8'],
		['Kelowna', 'BC', 'V1Y 1J2'],
		['Red Deer', 'AB', 'T4N 1X5'],
		['Halifax', 'NS', 'B3J 1S9'],
	],
	MX: [
		['Guadalajara', 'Jalisco', '44100'],
		['Mérida', 'Yucatán', '97000'],
	],
	DE: [
		['Köln', undefined, '50667'],
		['Leipzig', undefined, '04109'],
	],
	GB: [
		['Leeds', undefined, 'LS1 4DY'],
		['Cardiff', undefined, 'CF10 1EP'],
	],
	FR: [
		['Nîmes', undefined, '30000'],
		['Lyon', undefined, '69002'],
	],
	IT: [
		['Forlì', 'FC', '47121'],
		['Torino', 'TO', '10121'],
	],
	ES: [
		['León', 'León', '24001'],
		['Sevilla', 'Sevilla', '41001'],
	],
	NL: [
		['Utrecht', undefined, '3511 AB'],
		['Groningen', undefined, '9711 AA'],
	],
	BE: [
		['Gent', undefined, '9000'],
		['Liège', undefined, '4000'],
	],
	PL: [
		['Łódź', undefined, '90-001'],
		['Poznań', undefined, '61-001'],
	],
	SE: [
		['Malmö', undefined, '211 22'],
		['Umeå', undefined, '903 25'],
	],
	JP: [
		['札幌市中央区', '北海道', '060-0001'],
		['横浜市西区', '神奈川県', '220-0011'],
	],
	AU: [
		['Newcastle', 'NSW', '2300'],
		['Geelong', 'VIC', '3220'],
		['Cairns', 'QLD', '4870'],
		['Fremantle', 'WA', '6160'],
	],
};

export interface Destination {
	readonly name: string;
	readonly addressLine1: string;
	readonly city: string;
	/** Not every country has them. */
	readonly stateOrRegion?: string;
	readonly postalCode: string;
	readonly countryCode: string;
}

/** The shipping address of an order; every address is made up. */
export function destinationOf(
	{ orderId, buyer }: Pick<WorldOrder, 'orderId' | 'buyer'>,
	countryCode: string,
): Destination {
	const towns = TOWNS[countryCode] ?? ANYWHERE;
	const random = new Random(`${orderId}/destination`);
	const [city, stateOrRegion, postalCode] = random.pick(towns);
	return {
		name: buyer.name,
		addressLine1: `${random.integer(1, 99)} Sandbox Street`,
		city,
		...(stateOrRegion === undefined ? {} : { stateOrRegion }),
		postalCode,
		countryCode,
	};
}

/** The promotions an order was bought with; most have none. */
export function promotionIdsOf({ orderId }: Pick<WorldOrder, 'orderId'>): string[] {
	const random = new Random(`${orderId}/promotion`);
	if (!random.chance(0.2)) return [];
	const shipping = `Sandbox Free Shipping ${random.digits(6)}`;
	return random.chance(0.2) ? [shipping, `Sandbox Coupon ${random.digits(6)}`] : [shipping];
}

/** The purchase order number of a company; some companies give none. */
export function purchaseOrderNumberOf({
	orderId,
	buyer,
}: Pick<WorldOrder, 'orderId' | 'buyer'>): string {
	const random = new Random(`${orderId}/purchaseOrder`);
	return buyer.company !== undefined && random.chance(0.5) ? `PO-${random.digits(6)}` : '';
}
