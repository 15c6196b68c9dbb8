import type { FuzzTarget, Random } from '../target';
import type { Coverage } from './coverage';
import { below, mutateBytes, pick } from './mutateBytes';

export interface Crash {
	readonly data: Buffer;
	readonly error: unknown;
}

export interface FuzzerEvents {
	/** An input that reached new code. */
	found(data: Buffer): void;
	/** An input that broke the target, minimized for a short time. */
	crashed(crash: Crash): void;
	/** Called just before each run, so that an input that never returns is not lost. */
	begins?(data: Buffer): void;
}

/** An input of a few kilobytes is too slow if it takes longer than this three times in a row. */
const SLOW_MS = 400;

const MINIMISE_MS = 3_000;

/** The run ends after this many different failures. */
const MOST_CRASHES = 5;

/** Share of changes made by the target's own mutation, if it has one. */
const OWN_CHANGES = 0.85;

/** Thrown for an input that takes too long. */
export class SlowRun extends Error {}

/**
 * A coverage-guided fuzzer in one loop: it changes a known interesting input, runs it, and keeps it
 * if it reached new code. Each kind of failure is reported once.
 */
export class Fuzzer {
	/** Interesting inputs; each covered something new when it was added. */
	readonly corpus: Buffer[] = [];

	executions = 0;

	private readonly failures = new Set<string>();

	constructor(
		private readonly target: FuzzTarget,
		private readonly coverage: Coverage,
		private readonly random: Random,
		private readonly events: FuzzerEvents,
	) {}

	/** Runs existing inputs, small ones first. */
	addSeeds(seeds: readonly Buffer[]): void {
		for (const seed of seeds.toSorted((a, b) => a.length - b.length)) this.try(seed, true);
		if (this.corpus.length === 0) this.corpus.push(Buffer.from(' '));
	}

	/** Makes and runs new inputs until `isOver`, or until too many different ones have failed. */
	run(isOver: () => boolean): void {
		while (!isOver() && this.failures.size < MOST_CRASHES) this.try(this.newInput(), false);
	}

	private newInput(): Buffer {
		const { corpus, random, target } = this;
		// The newest inputs have hardly been tried yet.
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
		if (error !== undefined) this.report(data, error);
		else if (this.coverage.takeNews() > 0) {
			this.corpus.push(data);
			if (!isSeed) this.events.found(data);
		}
	}

	/** The error with this input, or undefined. */
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

	/** A busy machine may be slow once; the input is only slow if it is slow each time. */
	private slownessOf(data: Buffer): SlowRun | undefined {
		const times = [1, 2].map(() => {
			const start = performance.now();
			this.target.fuzz(data);
			return performance.now() - start;
		});
		const ms = Math.min(...times);
		return ms > SLOW_MS ? new SlowRun(`takes ${Math.round(ms)} ms`) : undefined;
	}

	private report(data: Buffer, error: unknown): void {
		const kind = kindOf(error);
		if (this.failures.has(kind)) return;
		this.failures.add(kind);
		this.events.crashed({ data: this.minimized(data, kind), error });
	}

	/** Removes the parts that the failure does not need. */
	private minimized(data: Buffer, kind: string): Buffer {
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

/**
 * Failures of one kind come from the same place in the code; their messages contain parts of the
 * input.
 */
function kindOf(error: unknown): string {
	if (error instanceof SlowRun) return 'slow';
	if (!(error instanceof Error)) return String(error);
	const places = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
	const own = places.findIndex((line) => line.includes('failureOf'));
	return [error.name, ...places.slice(0, Math.min(4, own === -1 ? 4 : own))].join('\n');
}
