/** A part of `npm run bench`, and what it returns to be printed and written. */

export interface RunOptions {
	/** Small sizes and few repeats, to check that it works; the figures are meaningless. */
	readonly quick: boolean;
}

export interface Part {
	readonly id: 'a' | 'b' | 'c' | 'd' | 'e' | 'f';
	readonly title: string;
	/**
	 * Runs in its own process, so it starts with an empty heap.
	 *
	 * @throws if a peer's result differs from ours, because then they did not do the same work
	 */
	run(options: RunOptions): Promise<Section>;
}

/** Contains only plain data, because it is passed between processes. */
export interface Section {
	readonly title: string;
	/** What was measured and why, in one paragraph before the tables. */
	readonly intro?: string;
	readonly tables: readonly Table[];
	readonly plots?: readonly LinePlot[];
	/** How to read the figures and what they omit, in a sentence or two each, after the tables. */
	readonly notes: readonly string[];
}

export interface Table {
	readonly caption: string;
	/** The first column names the row. */
	readonly header: readonly string[];
	readonly rows: ReadonlyArray<readonly string[]>;
}

/** Lines on logarithmic axes. */
export interface LinePlot {
	/** Its file name in docs/images/, such as `bench-rating.svg`. */
	readonly file: string;
	readonly title: string;
	readonly xLabel: string;
	readonly yLabel: string;
	readonly series: readonly Series[];
}

export interface Series {
	readonly name: string;
	readonly points: readonly Point[];
}

/** Both above zero, because the axes are logarithmic. */
export interface Point {
	readonly x: number;
	readonly y: number;
}
