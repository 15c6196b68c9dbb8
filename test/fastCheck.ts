import fc from 'fast-check';

/**
 * Property tests draw the same values in each run, so that they fail only for a change that breaks
 * something. `PROPERTY_SEED=random npx jest` draws others, to look for more; a failure prints its seed.
 */
const { PROPERTY_SEED = '20261129' } = process.env;
fc.configureGlobal({
	...(PROPERTY_SEED === 'random' ? {} : { seed: Number(PROPERTY_SEED) }),
	// A mutant (`npm run check -- mutation`) only has to fail; nobody reads the smallest example.
	endOnFailure: process.env.STRYKER_MUTATOR_WORKER !== undefined,
});

export { default } from 'fast-check';
