import type { DayOfFeedback } from '../../nodes/AmazonSellerRating/analysis/requestEffect';
import type {
	PulseBlock,
	PulseTest,
} from '../../nodes/AmazonSellerRating/analysis/requestEffectSchedule';
import { seeded } from '../seeded';

/** Seeded shops in which it is known how much feedback a request brings. */

export interface RequestWorld {
	/** Orders a day that become due for a request, on average. */
	readonly orders: number;
	/** Settled days of the pulse test. */
	readonly days: number;
	/** Extra feedback per request. */
	readonly effect: number;
	readonly blockDays: number;
	/** How the extra feedback is spread over the days from the request on; sums to 1. */
	readonly delays?: readonly number[];
	/** Feedback per order that comes anyway. */
	readonly organic?: number;
	/** One request in so many does not wait for the drawn day. */
	readonly forcedOneIn?: number;
	/** Orders that are due on the first day, in days of orders. */
	readonly backlogDays?: number;
	/** One day in so many has no totals. */
	readonly unknownOneIn?: number;
}

/** Most feedback comes soon after the request. */
export const SOON: readonly number[] = [0.4, 0.3, 0.2, 0.1];

const FIRST_DAY = 20_000;
const WEEK = [1.1, 1.05, 1, 1, 0.95, 0.75, 0.9];
/** Share of 1 to 3 stars among all feedback. */
const LOW = 0.06;

type Random = () => number;

/**
 * Orders and organic feedback follow a weekly rhythm, a linear trend of up to 40% up or down and a
 * wave of up to 25%. Both are overdispersed: each day's rate is multiplied by a gamma draw, with
 * variance 0.05 for orders and 0.1 for feedback.
 */
export function drawRequestWorld(
	seed: number,
	world: RequestWorld,
): { feedback: DayOfFeedback[]; test: PulseTest } {
	const random = seeded(seed);
	const { days, orders, blockDays, organic = 0.01 } = world;
	const blockCount = Math.ceil(days / blockDays);
	const demand = demandOf(days, random);
	const due = Array.from({ length: blockCount * blockDays }, (_, day) =>
		poisson(orders * (demand[day] ?? 1) * gamma(20, random), random),
	);
	due[0] = (due[0] ?? 0) + poisson(orders * (world.backlogDays ?? 0), random);
	const received = Array.from({ length: days }, (_, day) =>
		split(poisson(organic * orders * (demand[day] ?? 1) * gamma(10, random), random), random),
	);
	const { blocks, fixed } = sendsOf(due, world, random);
	const send = (day: number, count: number): void => {
		for (let request = 0; request < count; request += 1) {
			if (random() >= world.effect) continue;
			const on = received[day + delayOf(world.delays ?? SOON, random)];
			if (on === undefined) continue;
			if (random() < LOW) on.nonPositive += 1;
			else on.positive += 1;
		}
	};
	for (const { pulseDay, sent } of blocks) send(pulseDay - FIRST_DAY, sent[0] ?? 0);
	for (const [day, count] of fixed) send(day - FIRST_DAY, count);
	const isUnknown = () => world.unknownOneIn !== undefined && random() < 1 / world.unknownOneIn;
	return {
		feedback: received
			.map((counts, day) => ({ day: FIRST_DAY + day, ...counts }))
			.filter(() => !isUnknown()),
		test: { firstDay: FIRST_DAY, blockDays, blocks, fixed },
	};
}

function demandOf(days: number, random: Random): number[] {
	const slope = 0.8 * (random() - 0.5);
	const height = 0.25 * random();
	const length = 30 + 60 * random();
	const [start, phase] = [Math.floor(7 * random()), 2 * Math.PI * random()];
	return Array.from({ length: days }, (_, day) => {
		const wave = 1 + height * Math.sin(phase + (2 * Math.PI * day) / length);
		return (1 + slope * (day / days - 0.5)) * wave * (WEEK[(start + day) % WEEK.length] ?? 1);
	});
}

function sendsOf(
	due: readonly number[],
	{ blockDays, forcedOneIn }: RequestWorld,
	random: Random,
): Pick<PulseTest, 'blocks' | 'fixed'> {
	const blocks: PulseBlock[] = [];
	const fixed = new Map<number, number>();
	let waiting = 0;
	for (let first = 0; first < due.length; first += blockDays) {
		const pulse = first + Math.floor(blockDays * random());
		for (let day = first; day < first + blockDays; day += 1) {
			const all = due[day] ?? 0;
			const forced = forcedOneIn === undefined ? 0 : Math.floor(all / forcedOneIn);
			if (forced > 0) fixed.set(FIRST_DAY + day, forced);
			waiting += all - forced;
			if (day !== pulse) continue;
			blocks.push({ pulseDay: FIRST_DAY + pulse, sent: waiting > 0 ? [waiting] : [] });
			waiting = 0;
		}
	}
	return { blocks, fixed };
}

function delayOf(delays: readonly number[], random: Random): number {
	let left = random();
	const place = delays.findIndex((share) => (left -= share) < 0);
	return place < 0 ? delays.length - 1 : place;
}

function split(count: number, random: Random): { positive: number; nonPositive: number } {
	let nonPositive = 0;
	for (let entry = 0; entry < count; entry += 1) if (random() < LOW) nonPositive += 1;
	return { positive: count - nonPositive, nonPositive };
}

/** A standard normal draw (Box-Muller). */
const normal = (random: Random): number =>
	Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** A gamma draw with mean 1 and variance 1 / shape (Marsaglia and Tsang). */
function gamma(shape: number, random: Random): number {
	const d = shape - 1 / 3;
	const c = 1 / Math.sqrt(9 * d);
	for (;;) {
		const x = normal(random);
		const v = (1 + c * x) ** 3;
		if (v > 0 && Math.log(1 - random()) < 0.5 * x * x + d - d * v + d * Math.log(v)) {
			return (d * v) / shape;
		}
	}
}

/** Large means are drawn in parts, because the power of e would be too small a number. */
function poisson(mean: number, random: Random): number {
	if (mean > 30) return poisson(30, random) + poisson(mean - 30, random);
	const least = Math.exp(-mean);
	let count = 0;
	for (let left = random(); left > least; left *= random()) count += 1;
	return count;
}
