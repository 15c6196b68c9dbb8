const fc = require('fast-check').default;
const OneContext = require('./environment.cjs');

/** Stryker sets it while the tests run with a mutant. */
const activeMutant = () => process.env.__STRYKER_ACTIVE_MUTANT__;

/**
 * The last mutant that a test noticed.
 *
 * @type {string | undefined}
 */
let killed;

/** The environment of all tests, which runs no more of them once a mutant is killed. */
module.exports = class extends OneContext {
	/** @override */
	async setup() {
		await super.setup();
		// Property tests look for no smaller example that fails too: nobody would read it.
		fc.configureGlobal({ endOnFailure: true });
	}

	/** @param {{ name: string, test?: { mode?: string | null } }} event jest's, for a step of its run */
	handleTestEvent({ name, test }) {
		if (activeMutant() === undefined) return;
		if (name === 'test_fn_failure') killed = activeMutant();
		if (name === 'test_start' && test && killed === activeMutant()) test.mode = 'skip';
	}
};
