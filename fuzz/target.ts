/** Uniform numbers from 0 to 1. */
export type Random = () => number;

/** Makes a new input from one, with parts of a second. */
export type Mutate = (data: Buffer, other: Buffer, random: Random) => Buffer;

/** The exports of a module in `targets/`. */
export interface FuzzTarget {
	/**
	 * Tries one input. Must be deterministic and accept any bytes.
	 * @throws if something that must always hold does not
	 */
	readonly fuzz: (data: Buffer) => void;
	/** Files whose coverage is reported, from the root of the repository. */
	readonly covers: readonly string[];
	/** Words worth trying. */
	readonly words: readonly string[];
	/** For inputs with their own format; used in addition to changes of single bytes. */
	readonly mutate?: Mutate;
}
