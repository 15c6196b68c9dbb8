import fc from '../../test/fastCheck';

const MAXIMUM_RUNS = 100;

/**
 * Stands for test/fastCheck.ts while rules are mutated: property tests draw fewer values, and look for
 * no smaller one that fails too, which nobody reads.
 */
export default {
	...fc,
	assert: ((property, parameters) =>
		fc.assert(property, {
			...parameters,
			endOnFailure: true,
			numRuns: Math.min(parameters?.numRuns ?? MAXIMUM_RUNS, MAXIMUM_RUNS),
		} as typeof parameters)) as typeof fc.assert,
};
