/** What a part of `npm run bench` is, and what it hands on to be printed and written down. */

export interface RunOptions {
	/** Small sizes and few repeats, to see that it works; its figures mean nothing. */
	readonly quick: boolean;
}

export interface Part {
	readonly id: 'a' | 'b' | 'c' | 'd' | 'e' | 'f';
	readonly title: string;
	/**
	 * Runs in a process of its own, so it begins with an empty heap.
	 *
	 * @throws if a peer's result differs from ours: then they did not do the same work
	 */
	run(options: RunOptions): Promise<Section>;
}

/** Holds plain data only, as it goes from one process to another. */
export interface Section {
	readonly title: string;
	/** What was measured and why, a paragraph; before the tables. */
	readonly intro?: string;
	readonly tables: readonly Table[];
	readonly plots?: readonly LinePlot[];
	/** How to read the figures and what they leave out, a sentence or two each; after the tables. */
	readonly notes: readonly string[];
}

export interface Table {
	readonly caption: string;
	/** The first column names the row. */
	readonly header: readonly string[];
	readonly rows: ReadonlyArray<readonly string[]>;
}

/** Lines over logarithmic axes. */
export interface LinePlot {
	/** Its name in docs/images/, such as `bench-rating.svg`. */
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

/** Both above zero, for the axes are logarithmic. */
export interface Point {
	readonly x: number;
	readonly y: number;
}
