/**
 * Long work split into steps: a generator that yields after each step. `inTurns` lets other work
 * run in between; a step must have no other effect.
 */
export type Steps<Result> = Generator<undefined, Result, undefined>;

/**
 * Entries that a step looks at. So few, because collecting garbage in a large heap can make a step twenty
 * times longer.
 */
export const ENTRIES_PER_STEP = 100;

/** Runs all steps without a pause. */
export function inOneGo<Result>(steps: Steps<Result>): Result {
	for (;;) {
		const step = steps.next();
		if (step.done === true) return step.value;
	}
}

/** Entries that are sorted at once, and merged between two pauses. */
const SORTED_AT_ONCE = 4_096;

/** Sorts as `toSorted` does (a stable merge sort), in steps. */
export function* sortedInSteps<Entry>(
	entries: readonly Entry[],
	compare: (a: Entry, b: Entry) => number,
): Steps<Entry[]> {
	let runs: Entry[][] = [];
	for (let from = 0; from < entries.length; from += SORTED_AT_ONCE) {
		runs.push(entries.slice(from, from + SORTED_AT_ONCE).sort(compare));
		yield;
	}
	while (runs.length > 1) {
		const merged: Entry[][] = [];
		for (let index = 0; index < runs.length; index += 2) {
			merged.push(yield* mergedInSteps(runs[index] ?? [], runs[index + 1] ?? [], compare));
		}
		runs = merged;
	}
	return runs[0] ?? [];
}

function* mergedInSteps<Entry>(
	left: readonly Entry[],
	right: readonly Entry[],
	compare: (a: Entry, b: Entry) => number,
): Steps<Entry[]> {
	const merged: Entry[] = [];
	let [l, r] = [0, 0];
	const mergeSome = (): void => {
		const until = Math.min(merged.length + SORTED_AT_ONCE, left.length + right.length);
		while (merged.length < until) {
			const isLeft =
				r >= right.length || (l < left.length && compare(left[l] as Entry, right[r] as Entry) <= 0);
			merged.push((isLeft ? left[l++] : right[r++]) as Entry);
		}
	};
	while (merged.length < left.length + right.length) {
		mergeSome();
		yield;
	}
	return merged;
}
