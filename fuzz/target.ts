/** Uniform numbers from 0 to 1. */
export type Random = () => number;

/** Makes another input of one, taking parts of a second. */
export type Mutate = (data: Buffer, other: Buffer, random: Random) => Buffer;

/** What a module in `targets/` exports. */
export interface FuzzTarget {
	/**
	 * Tries one input. It has to be the same for the same input, and takes any bytes.
	 * @throws where something that must always hold does not
	 */
	readonly fuzz: (data: Buffer) => void;
	/** Files whose coverage is told, from the root of the repository. */
	readonly covers: readonly string[];
	/** Words worth trying. */
	readonly words: readonly string[];
	/** For inputs with a shape of their own; tried beside changes to single bytes. */
	readonly mutate?: Mutate;
}
