import { Random } from '../random';
import { DAY } from './build';
import type { Stars } from './types';

/** Whether and how the buyer answers a request for a review that would else bring nothing. */
export interface RequestAnswer {
	/** Milliseconds after the request. */
	readonly after: number;
	readonly rating: Stars;
}

/** One answer in so many is not positive. */
const LOW_ONE_IN = 12;

/**
 * Draws the answer to a request, by its order alone: however many requests there are and whenever they
 * are made, the same buyers answer. Earlier days are likelier than later ones.
 * @param percent how many of 100 buyers answer
 * @param lastDay days after the request on which the last ones answer
 */
export function answerTo(
	orderId: string,
	seed: string,
	{ percent, lastDay }: { readonly percent: number; readonly lastDay: number },
): RequestAnswer | undefined {
	if (percent === 0) return undefined;
	const random = new Random(`${seed}/requestEffect/${orderId}`);
	if (!random.chance(percent / 100)) return undefined;
	const days = Math.min(random.integer(0, lastDay), random.integer(0, lastDay));
	const isLow = random.chance(1 / LOW_ONE_IN);
	return { after: days * DAY, rating: isLow ? random.pick<Stars>([1, 2, 3]) : 5 };
}
