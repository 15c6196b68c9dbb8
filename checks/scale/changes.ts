import { Random } from '../../sandbox/random';

const MINUTES_OF_DAY = 24 * 60;

/** What happens to feedback. The last three need an entry that exists. */
export const CHANGES = ['negative', 'neutral', 'changed', 'raised', 'removed'] as const;
export type ChangeKind = (typeof CHANGES)[number];

/** How often each happens, out of ten. */
const WEIGHTS: Readonly<Record<ChangeKind, number>> = {
	negative: 4,
	neutral: 2,
	changed: 2,
	raised: 1,
	removed: 1,
};

const DRAWN = CHANGES.flatMap((kind) => Array.from({ length: WEIGHTS[kind] }, () => kind));

/** A change of a marketplace's feedback. */
export interface Change {
	readonly minute: number;
	readonly sellerKey: string;
	readonly marketplaceId: string;
	readonly kind: ChangeKind;
}

/** A marketplace of a seller. */
export interface Place {
	readonly sellerKey: string;
	readonly marketplaceId: string;
}

/**
 * The changes of a day, in order: at random minutes (a Poisson process) in each marketplace, the same
 * for the same seed.
 *
 * @param perDay changes of a marketplace a day, on average
 */
export function planChanges(
	seed: string,
	places: readonly Place[],
	hours: number,
	perDay: number,
): Change[] {
	const changes = places.flatMap((place) => {
		const random = new Random(`${seed}/${place.sellerKey}/${place.marketplaceId}/changes`);
		const own: Change[] = [];
		const untilNext = () => (-Math.log(1 - random.next()) * MINUTES_OF_DAY) / perDay;
		for (let minute = untilNext(); minute < hours * 60; minute += untilNext()) {
			own.push({ ...place, minute, kind: random.pick(DRAWN) });
		}
		return own;
	});
	return changes.sort((a, b) => a.minute - b.minute);
}
