import { DAY } from '../world/build';
import { Zone } from '../world/zone';
import type { MarketplaceWorld } from '../world/types';

/** Enough for the marketplaces of a few tests; a result may be half a megabyte. */
const MOST = 40;

/**
 * What the figures of a marketplace depend on besides its orders and feedback. They change with its
 * calendar day and whole days after the end of one, which is another time after a change of the clocks.
 */
function circumstancesOf({ marketplace, buyBox }: MarketplaceWorld, now: number) {
	const zone = Zone.of(marketplace.timeZone);
	const today = zone.dayOf(now);
	const daysSinceLastWeek = Math.floor((now - zone.at(today, -7)) / DAY);
	return [marketplace.id, buyBox, today, daysSinceLastWeek];
}

interface Made<Result> {
	readonly key: string;
	readonly content: readonly object[];
	readonly result: Result;
}

/**
 * The last results made from the orders and feedback of marketplaces, in any sandbox of this process:
 * tests keep starting over with the same world, and clients keep requesting the same days.
 */
export class Remembered<Result> {
	private made: ReadonlyArray<Made<Result>> = [];

	/**
	 * The result made before from the same content, or a new one.
	 *
	 * @param wanted what else the result depends on; plain data
	 */
	of(places: readonly MarketplaceWorld[], wanted: unknown, now: number, make: () => Result) {
		const key = JSON.stringify([wanted, places.map((place) => circumstancesOf(place, now))]);
		// Orders and feedback themselves never change.
		const content = places.flatMap(({ products, feedback, orders }) =>
			[products, feedback, orders].flat(),
		);
		const isSame = (other: Made<Result>) =>
			other.key === key &&
			other.content.length === content.length &&
			other.content.every((each, index) => each === content[index]);
		const known = this.made.find(isSame) ?? { key, content, result: make() };
		this.made = [known, ...this.made.filter((each) => each !== known)].slice(0, MOST);
		return known.result;
	}
}
