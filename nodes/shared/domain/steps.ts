/**
 * Work that takes long, done in steps: a generator that yields after each. `inTurns` lets others have
 * their turn in between; nothing else may come of a step.
 */
export type Steps<Result> = Generator<undefined, Result, undefined>;

/** All steps one after the other. */
export function inOneGo<Result>(steps: Steps<Result>): Result {
	for (;;) {
		const step = steps.next();
		if (step.done === true) return step.value;
	}
}
