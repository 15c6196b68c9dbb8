const { default: Sequencer } = require('@jest/test-sequencer');

/** Files that take minutes, so that none of them runs alone at the end. Jest knows only sizes. */
const LONG = [
	'e2e/templates/templates',
	'e2e/templates/moreTemplates',
	'e2e/templates/ledger',
	'engine/faultCampaign',
	'e2e/realN8n',
	'engine/triggerDataKiosk',
	'engine/triggerLimits',
	'e2e/twoSellers',
	'e2e/installFromRegistry',
	'engine/triggerNine',
	'engine/trigger',
];

/** @param {{ path: string }} test */
function placeOf({ path }) {
	const place = LONG.findIndex((name) => path.endsWith(`/${name}.test.ts`));
	return place === -1 ? LONG.length : place;
}

/** Begins with the test files that take longest. */
module.exports = class LongestFirst extends Sequencer {
	/**
	 * @param {import('@jest/test-result').Test[]} tests
	 * @override
	 */
	async sort(tests) {
		return (await super.sort(tests)).toSorted((a, b) => placeOf(a) - placeOf(b));
	}
};
