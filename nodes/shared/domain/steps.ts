/**
 * Long work split into steps: a generator that yields after each step. `inTurns` lets other work
 * run in between; a step must have no other effect.
 */
export type Steps<Result> = Generator<undefined, Result, undefined>;

/** Runs all steps without a pause. */
export function inOneGo<Result>(steps: Steps<Result>): Result {
	for (;;) {
		const step = steps.next();
		if (step.done === true) return step.value;
	}
}
