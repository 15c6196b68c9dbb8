/** The counters of code instrumented by Istanbul, for one file. */
export interface FileCounters {
	s: Record<string, number> | Uint32Array;
	f: Record<string, number> | Uint32Array;
	b: Record<string, ArrayLike<number>>;
}

export interface CoverageFigures {
	readonly statements: readonly [covered: number, all: number];
	readonly branches: readonly [covered: number, all: number];
}

/** Counts in the same bucket are equal: 1, 2, 3, 4 to 7, 8 to 15, 16 to 31, 32 to 127, more. */
const BUCKETS = [0, 1, 2, 3, 4, 8, 16, 32, 128];

/**
 * Which parts of the instrumented code ran. All its counters are in one array, so that clearing and
 * reading them takes almost no time compared with a run.
 */
export class Coverage {
	private readonly counters: Uint32Array;

	/** The buckets seen so far for each counter, one bit each. */
	private readonly seen: Uint8Array;

	private readonly ranges = new Map<string, { statements: Range; branches: Range }>();

	/** @param files Istanbul's `__coverage__`, by path; its counters are replaced */
	constructor(files: Readonly<Record<string, FileCounters>>) {
		const lengthOf = ({ s, f, b }: FileCounters) =>
			[s, f, ...Object.values(b)].reduce((sum, each) => sum + sizeOf(each), 0);
		const length = Object.values(files).reduce((sum, file) => sum + lengthOf(file), 0);
		this.counters = new Uint32Array(length);
		this.seen = new Uint8Array(length);

		let next = 0;
		const take = (counters: Parameters<typeof sizeOf>[0]): Uint32Array => {
			const start = next;
			next += sizeOf(counters);
			return this.counters.subarray(start, next);
		};
		for (const [path, file] of Object.entries(files)) {
			const start = next;
			file.s = take(file.s);
			const statements = { start, end: next };
			file.f = take(file.f);
			const branches = { start: next, end: next };
			for (const [id, arms] of Object.entries(file.b)) file.b[id] = take(arms);
			branches.end = next;
			this.ranges.set(path, { statements, branches });
		}
	}

	/** Call before each run. */
	clear(): void {
		this.counters.fill(0);
	}

	/** How many counters reached a new bucket in the run since `clear`. */
	takeNews(): number {
		const { counters, seen } = this;
		let news = 0;
		for (let index = 0; index < counters.length; index += 1) {
			const count = counters[index] ?? 0;
			if (count === 0) continue;
			const bit = bucketBit(count);
			const known = seen[index] ?? 0;
			if ((known & bit) !== 0) continue;
			seen[index] = known | bit;
			news += 1;
		}
		return news;
	}

	/** The coverage of all runs together, for the files whose paths end with these. */
	figuresOf(paths: readonly string[]): CoverageFigures {
		const sums = { statements: [0, 0] as [number, number], branches: [0, 0] as [number, number] };
		for (const [path, ranges] of this.ranges) {
			if (!paths.some((each) => path.endsWith(each))) continue;
			for (const kind of ['statements', 'branches'] as const) {
				const { start, end } = ranges[kind];
				sums[kind][0] += this.seen.subarray(start, end).filter((bits) => bits !== 0).length;
				sums[kind][1] += end - start;
			}
		}
		return sums;
	}
}

interface Range {
	start: number;
	end: number;
}

const sizeOf = (counters: ArrayLike<number> | Record<string, number>): number =>
	Object.keys(counters).length;

function bucketBit(count: number): number {
	let bucket = BUCKETS.length - 1;
	while ((BUCKETS[bucket] ?? 0) > count) bucket -= 1;
	return 1 << (bucket - 1);
}
