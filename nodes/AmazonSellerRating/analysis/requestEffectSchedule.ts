/**
 * What would have been sent if the days of a pulse test had been drawn otherwise. Days are day
 * numbers (see `dayNumber`).
 */

/** One block of days, with the requests that wait for its drawn day. */
export interface PulseBlock {
	/** The day that was drawn. */
	readonly pulseDay: number;
	/** How many requests were sent because of the draw: on the drawn day, on the next one, … */
	readonly sent: readonly number[];
}

export interface PulseTest {
	/** First day of the first block. */
	readonly firstDay: number;
	readonly blockDays: number;
	/** All blocks without gaps, also those in which nothing was sent. */
	readonly blocks: readonly PulseBlock[];
	/** Requests per day that no draw moves: sent before the test, or because a window was closing. */
	readonly fixed: ReadonlyMap<number, number>;
}

/** Uniform numbers in [0, 1). */
export type Draw = () => number;

/** The same seed draws the same numbers, in any process and version (mulberry32). */
export function drawsOf(seed: string): Draw {
	let state = 0x811c9dc5;
	for (let index = 0; index < seed.length; index += 1) {
		state = Math.imul(state ^ seed.charCodeAt(index), 0x01000193);
	}
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

/** A day of each block, all equally likely. */
export const drawDays = ({ firstDay, blockDays, blocks }: PulseTest, draw: Draw): number[] =>
	blocks.map((_, index) => firstDay + index * blockDays + Math.floor(draw() * blockDays));

/** The days that were drawn. */
export const drawnDays = ({ blocks }: PulseTest): number[] =>
	blocks.map(({ pulseDay }) => pulseDay);

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/** Blocks that show how many requests become due after the last drawn day. */
const RECENT_BLOCKS = 4;

/** Sends per day under any draw. */
export class SendsUnderDraw {
	/** Requests that became due on the days before `firstDay + index`. */
	private readonly dueBefore: Float64Array;
	private readonly length: number;

	constructor(private readonly test: PulseTest) {
		const { blocks, blockDays } = test;
		this.length = blocks.length * blockDays;
		const due = this.spreadEvenly();
		this.dueBefore = new Float64Array(this.length + 1);
		due.forEach((count, index) => {
			this.dueBefore[index + 1] = (this.dueBefore[index] ?? 0) + count;
		});
	}

	/**
	 * Requests per day from `from` to `from + sends.length - 1`: each drawn day takes what became due
	 * since the drawn day before.
	 * @param days one drawn day per block
	 * @param sends overwritten
	 */
	fill(days: readonly number[], from: number, sends: Float64Array): void {
		sends.fill(0);
		for (const [day, count] of this.test.fixed) add(sends, day - from, count);
		const { firstDay, blocks } = this.test;
		let before = 0;
		days.forEach((day, index) => {
			const until = this.dueBefore[day - firstDay + 1] ?? 0;
			const count = until - before;
			before = until;
			const sent = blocks[index]?.sent ?? [];
			const all = sumOf(sent);
			if (all === 0) add(sends, day - from, count);
			else sent.forEach((part, later) => add(sends, day + later - from, (count * part) / all));
		});
	}

	/**
	 * How many requests became due each day. A drawn day takes what became due since the last one, so
	 * its requests are spread evenly over these days; those of the first drawn day were all due
	 * before. Moving the requests of a block to its new day instead would be wrong: a late day follows
	 * a long wait and has many, so their number depends on the draw, and false alarms are too many.
	 */
	private spreadEvenly(): Float64Array {
		const { firstDay, blocks } = this.test;
		const due = new Float64Array(this.length);
		let last = 0;
		blocks.forEach(({ pulseDay, sent }, index) => {
			const place = pulseDay - firstDay;
			if (index === 0) add(due, 0, sumOf(sent));
			else
				for (let day = last + 1; day <= place; day += 1)
					add(due, day, sumOf(sent) / (place - last));
			last = place;
		});
		const recent = blocks.slice(1).slice(-RECENT_BLOCKS);
		const perDay =
			sumOf(recent.flatMap(({ sent }) => sent)) / (recent.length * this.test.blockDays);
		if (recent.length > 0) due.fill(perDay, last + 1);
		return due;
	}
}

function add(to: Float64Array, index: number, count: number): void {
	if (index >= 0 && index < to.length) to[index] = (to[index] ?? 0) + count;
}
