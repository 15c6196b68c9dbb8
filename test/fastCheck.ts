import fc from 'fast-check';

/**
 * Property tests draw the same values in each run, so that they fail only for a change that breaks
 * something. `PROPERTY_SEED=random npx jest` draws others, to look for more; a failure prints its seed.
 */
const { PROPERTY_SEED = '20261129' } = process.env;
if (PROPERTY_SEED !== 'random') {
	fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(PROPERTY_SEED) });
}

export { default } from 'fast-check';
