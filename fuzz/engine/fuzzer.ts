import type { FuzzTarget, Random } from '../target';
import type { Coverage } from './coverage';
import { below, mutateBytes, pick } from './mutateBytes';

export interface Crash {
	readonly data: Buffer;
	readonly error: unknown;
}

export interface FuzzerEvents {
	/** An input that ran through something new. */
	found(data: Buffer): void;
	/** An input that broke the target, made as small as it could be in short time. */
	crashed(crash: Crash): void;
	/** Just before each run, lest an input that never comes back is lost. */
	begins?(data: Buffer): void;
}

/** An input of a few kilobytes takes no longer, thrice in a row. */
const SLOW_MS = 400;

const MINIMISE_MS = 3_000;

/** How many different failures are told before it ends. */
const MOST_CRASHES = 5;

/** Share of changes that the target makes itself, where it does. */
const OWN_CHANGES = 0.85;

/** Thrown for an input that takes too long. */
export class SlowRun extends Error {}

/**
 * A coverage-guided fuzzer in one loop: it changes an input that is known to be of interest, runs it,
 * and keeps it if it ran through something new. What goes wrong is told once for each kind of failure.
 */
export class Fuzzer {
	/** Inputs of interest, each of which covered something new when it came. */
	readonly corpus: Buffer[] = [];

	executions = 0;

	private readonly failures = new Set<string>();

	constructor(
		private readonly target: FuzzTarget,
		private readonly coverage: Coverage,
		private readonly random: Random,
		private readonly events: FuzzerEvents,
	) {}

	/** Runs inputs that are known already, small ones first. */
	addSeeds(seeds: readonly Buffer[]): void {
		for (const seed of seeds.toSorted((a, b) => a.length - b.length)) this.try(seed, true);
		if (this.corpus.length === 0) this.corpus.push(Buffer.from(' '));
	}

	/** Makes and runs new inputs until told to stop or too many different ones have failed. */
	run(isOver: () => boolean): void {
		while (!isOver() && this.failures.size < MOST_CRASHES) this.try(this.newInput(), false);
	}

	private newInput(): Buffer {
		const { corpus, random, target } = this;
		// What was found last has hardly been tried yet.
		const recent = Math.max(0, corpus.length - 16);
		const at = random() < 0.3 ? recent + below(corpus.length - recent, random) : undefined;
		const data = (at === undefined ? undefined : corpus[at]) ?? pick(corpus, random);
		const other = pick(corpus, random);
		return target.mutate !== undefined && random() < OWN_CHANGES
			? target.mutate(data, other, random)
			: mutateBytes(data, { other, words: target.words, random });
	}

	private try(data: Buffer, isSeed: boolean): void {
		this.coverage.clear();
		const error = this.failureOf(data);
		if (error !== undefined) this.tell(data, error);
		else if (this.coverage.takeNews() > 0) {
			this.corpus.push(data);
			if (!isSeed) this.events.found(data);
		}
	}

	/** What goes wrong with an input, undefined where nothing does. */
	private failureOf(data: Buffer): unknown {
		this.executions += 1;
		this.events.begins?.(data);
		const start = performance.now();
		try {
			this.target.fuzz(data);
		} catch (error) {
			return error ?? new Error('thrown without a value');
		}
		return performance.now() - start > SLOW_MS ? this.slownessOf(data) : undefined;
	}

	/** A busy machine is slow once; the input only if it is slow again. */
	private slownessOf(data: Buffer): SlowRun | undefined {
		const times = [1, 2].map(() => {
			const start = performance.now();
			this.target.fuzz(data);
			return performance.now() - start;
		});
		const ms = Math.min(...times);
		return ms > SLOW_MS ? new SlowRun(`takes ${Math.round(ms)} ms`) : undefined;
	}

	private tell(data: Buffer, error: unknown): void {
		const kind = kindOf(error);
		if (this.failures.has(kind)) return;
		this.failures.add(kind);
		this.events.crashed({ data: this.minimised(data, kind), error });
	}

	/** Without the parts that the failure does not need. */
	private minimised(data: Buffer, kind: string): Buffer {
		const until = performance.now() + MINIMISE_MS;
		let smallest = data;
		for (let size = data.length >> 1; size > 0; size >>= 1) {
			for (let at = 0; at < smallest.length && performance.now() < until; ) {
				const without = Buffer.concat([smallest.subarray(0, at), smallest.subarray(at + size)]);
				const error = this.failureOf(without);
				if (error !== undefined && kindOf(error) === kind) smallest = without;
				else at += size;
			}
		}
		return smallest;
	}
}

/** Failures of one kind come from one place in the code; their texts hold parts of the input. */
function kindOf(error: unknown): string {
	if (error instanceof SlowRun) return 'slow';
	if (!(error instanceof Error)) return String(error);
	const places = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
	const own = places.findIndex((line) => line.includes('failureOf'));
	return [error.name, ...places.slice(0, Math.min(4, own === -1 ? 4 : own))].join('\n');
}
