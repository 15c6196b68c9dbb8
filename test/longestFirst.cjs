const { default: Sequencer } = require('@jest/test-sequencer');

/** Files that take long, so that none of them runs alone at the end. Jest knows only sizes. */
const LONG = [
	'e2e/templates/templates',
	'e2e/templates/moreTemplates',
	'e2e/realN8n',
	'e2e/templates/ledger',
	'e2e/templates/history',
	'engine/faultCampaign',
	'engine/triggerLimits',
	'engine/triggerDataKiosk',
	'e2e/installFromRegistry',
	'engine/reportQuotas',
	'chart/browser',
	'engine/trigger',
	'engine/triggerNine',
	'engine/triggerBusiness',
	'engine/transport',
	'chaos/campaign',
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
